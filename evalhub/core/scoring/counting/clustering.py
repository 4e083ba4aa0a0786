"""Count judgments by the clusters that the options ask for, or by those that the table has."""

from dataclasses import dataclass

import numpy as np

from evalhub.core.scoring.counting.counts import Counts, count_encoded
from evalhub.core.scoring.options import Cluster
from evalhub.core.scoring.reading.encoding import Coded, EncodedJudgments

CLUSTER_NOUNS = {
    Cluster.PROMPT: "prompt",
    Cluster.ANNOTATOR: "annotator",
    Cluster.BOTH: "prompt or annotator",
    Cluster.NONE: "judgment",
}
CLUSTER_WORDS = {
    Cluster.PROMPT: "prompts",
    Cluster.ANNOTATOR: "annotators",
    Cluster.BOTH: "prompts or annotators, whichever are fewer",
    Cluster.NONE: "judgments",
}
_COLUMNS = {Cluster.PROMPT: "prompt_id", Cluster.ANNOTATOR: "annotator_id"}


@dataclass(frozen=True, slots=True, eq=False)
class ClusteredCounts:
    """Hold one count for each way of clustering, and what was not possible.

    ``kind`` is what could be done; ``counts`` has one entry, or three for ``Cluster.BOTH``: by
    prompt, by annotator and by the two together.
    """

    kind: Cluster
    counts: tuple[Counts, ...]
    warnings: tuple[str, ...] = ()

    @classmethod
    def of_counts(cls, counts: Counts, kind: Cluster) -> "ClusteredCounts":
        """Return counts that were kept by one kind of cluster; both ways needs the judgments."""
        return cls(kind if kind is not Cluster.BOTH else Cluster.PROMPT, (counts,))


def count_by_cluster(
    encoded: EncodedJudgments, cluster: Cluster, *, models: tuple[str, ...] = ()
) -> ClusteredCounts:
    """Count ``encoded`` as ``cluster`` asks, where its columns are there."""
    kind, warnings = _possible(encoded, cluster)
    coded = {
        Cluster.PROMPT: (encoded.prompt,),
        Cluster.ANNOTATOR: (encoded.annotator,),
        Cluster.BOTH: (encoded.prompt, encoded.annotator, _joint(encoded)),
        Cluster.NONE: (None,),
    }[kind]
    counts = tuple(count_encoded(encoded, one, models=models) for one in coded)
    return ClusteredCounts(kind, counts, warnings)


def _possible(encoded: EncodedJudgments, cluster: Cluster) -> tuple[Cluster, tuple[str, ...]]:
    wanted = {Cluster.PROMPT, Cluster.ANNOTATOR} if cluster is Cluster.BOTH else {cluster}
    found = {Cluster.PROMPT: encoded.prompt, Cluster.ANNOTATOR: encoded.annotator}
    missing = [kind for kind in _COLUMNS if kind in wanted and found[kind] is None]
    if not missing:
        return cluster, ()
    left = [kind for kind in _COLUMNS if kind in wanted and found[kind] is not None]
    kind = left[0] if left else Cluster.NONE
    columns = " and ".join(_COLUMNS[one] for one in missing)
    how = f"clustered by {kind}" if left else "per judgment, as if all were independent"
    return kind, (f"There is no column {columns}: intervals are {how}.",)


def _joint(encoded: EncodedJudgments) -> Coded | None:
    """Return the combinations of prompt and annotator that occur, as clusters of their own."""
    prompt, annotator = encoded.prompt, encoded.annotator
    if prompt is None or annotator is None:
        return None
    code = prompt.codes.astype(np.int64) * max(len(annotator.names), 1) + annotator.codes
    used, codes = np.unique(code, return_inverse=True)
    return Coded(tuple(str(one) for one in used.tolist()), codes.astype(np.int64))
