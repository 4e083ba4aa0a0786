"""Name the endpoints of judged responses by their models, the same on every page of scores."""

from collections import Counter
from collections.abc import Iterable, Mapping

from evalhub.core.judging.records import JudgmentRecord
from evalhub.core.scoring.annotators.decisions import Identity, identity_of


def models_of(records: Iterable[JudgmentRecord]) -> dict[Identity, str]:
    """Return the model of every endpoint that ``records`` compare."""
    return {identity_of(side): side.model for record in records for side in (record.x, record.y)}


def name_models(models: Mapping[Identity, str]) -> dict[Identity, str]:
    """Name each endpoint by its model, and by its slug and revision too where models repeat."""
    count = Counter(models.values())
    return {
        (slug, revision): model if count[model] == 1 else f"{model} ({slug}, revision {revision})"
        for (slug, revision), model in models.items()
    }
