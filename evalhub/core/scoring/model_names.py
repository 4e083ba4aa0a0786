"""Name endpoints by their models, the same wherever a model is named."""

from collections import Counter
from collections.abc import Mapping

from evalhub.core.scoring.annotators.decisions import Identity


def unique_names(models: Mapping[Identity, str]) -> dict[Identity, str]:
    """Name endpoints by their models, and by slug and revision too where models repeat."""
    count = Counter(models.values())
    return {
        (slug, revision): model if count[model] == 1 else f"{model} ({slug}, revision {revision})"
        for (slug, revision), model in models.items()
    }
