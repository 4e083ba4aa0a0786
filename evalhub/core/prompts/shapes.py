"""Turn rows of other published formats into rows of ``evalhub.prompt/1``.

TRL prompt-only rows (``prompt`` as text or messages) and OpenAI rows (``messages``) are rows
of ours already, given defaults for domain, language, licence and source.
"""

from collections.abc import Callable, Mapping

from evalhub.core.canonical import Json
from evalhub.core.prompts.vocabulary import Shape

HELPSTEER3_LEFT_OUT = frozenset(
    {"response1", "response2", "overall_preference", "individual_preference"}
)
HELPSTEER3_LANGUAGES = {
    "arabic": "ar",
    "chinese": "zh",
    "dutch": "nl",
    "english": "en",
    "french": "fr",
    "german": "de",
    "indonesian": "id",
    "italian": "it",
    "japanese": "ja",
    "korean": "ko",
    "polish": "pl",
    "portuguese": "pt",
    "russian": "ru",
    "spanish": "es",
    "vietnamese": "vi",
}
"""Names that HelpSteer3 gives for languages; programming languages become tags."""


def shape_of(row: Mapping[str, Json]) -> Shape:
    """Return the format whose telling fields ``row`` has."""
    # Told by fields that no row of ours has: a wrong guess would read one field as another.
    if "rubrics" in row and isinstance(row.get("prompt"), list):
        return Shape.HEALTHBENCH
    if "context" in row and not {"messages", "prompt"} & row.keys():
        return Shape.HELPSTEER3
    return Shape.EVALHUB


def to_native(row: Mapping[str, Json]) -> dict[str, Json]:
    """Return ``row`` with the field names of ``evalhub.prompt/1``."""
    shape = shape_of(row)
    if shape is Shape.HEALTHBENCH:
        return from_healthbench(row)
    if shape is Shape.HELPSTEER3:
        return from_helpsteer3(row)
    return dict(row)


def from_healthbench(row: Mapping[str, Json]) -> dict[str, Json]:
    """Map HealthBench: criteria from ``rubrics``, the reference from the ideal completion."""
    native = {key: value for key, value in row.items() if key not in _HEALTHBENCH_MAPPED}
    native["id"] = row.get("prompt_id")
    native["tags"] = row.get("example_tags")
    native["criteria"] = _each(row.get("rubrics"), _healthbench_criterion)
    ideal = row.get("ideal_completions_data")
    if isinstance(ideal, Mapping):
        native["reference"] = ideal.get("ideal_completion")
    # The published rows name no domain; one that a row does give comes second and wins.
    return {"domain": "medicine"} | native


_HEALTHBENCH_MAPPED = frozenset({"prompt_id", "example_tags", "rubrics", "ideal_completions_data"})


def _healthbench_criterion(item: Json) -> Json:
    if not isinstance(item, Mapping):
        return item
    return {("text" if key == "criterion" else key): value for key, value in item.items()}


def from_helpsteer3(row: Mapping[str, Json]) -> dict[str, Json]:
    """Map HelpSteer3: ``context`` as messages; its responses name no model and stay out."""
    # Its responses cannot be taken in: a pair needs to know which model wrote which.
    native = {key: value for key, value in row.items() if key not in HELPSTEER3_LEFT_OUT}
    native["messages" if isinstance(row["context"], list) else "prompt"] = native.pop("context")
    name = native.pop("language", None)
    if isinstance(name, str):
        is_code = name in HELPSTEER3_LANGUAGES.values()
        code = name if is_code else HELPSTEER3_LANGUAGES.get(name.lower())
        native |= {"language": code} if code else {"tags": [name.lower()]}
    return native


def _each(value: Json, change: Callable[[Json], Json]) -> Json:
    return [change(item) for item in value] if isinstance(value, list) else value
