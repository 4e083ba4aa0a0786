"""Read the objects within a row: source, criteria, personal-data scan, pre-made responses."""

from evalhub.core.prompts.fields import Fields
from evalhub.core.prompts.limits import (
    MAX_CRITERIA,
    MAX_ID,
    MAX_MESSAGE_BYTES,
    MAX_NAME,
    MAX_RESPONSES,
    MAX_SENTENCE,
    MAX_TAGS,
)
from evalhub.core.prompts.patterns import ID, LINE, TAG, URL
from evalhub.core.prompts.records import PiiScan, PremadeResponse, PromptCriterion, Source
from evalhub.core.prompts.vocabulary import SourceKind
from evalhub.core.reading.quoting import kind_of, shown

MAX_POINTS = 1_000_000


def read_source(fields: Fields) -> Source:
    """Return where the prompt comes from; the record is only good without problems."""
    source = fields.object("source")
    if source is None:
        return Source(SourceKind.WRITTEN)
    source.refuse_unknown(("kind", "author", "url", "collected_at", "generator"))
    source.require("kind")
    return Source(
        kind=source.word("kind", SourceKind) or SourceKind.WRITTEN,
        author=source.text("author", limit=MAX_SENTENCE, pattern=LINE),
        url=source.text("url", limit=MAX_SENTENCE, pattern=URL),
        collected_at=source.day("collected_at"),
        generator=source.text("generator", limit=MAX_SENTENCE, pattern=LINE),
    )


def read_criteria(fields: Fields) -> tuple[PromptCriterion, ...]:
    """Return the prompt's criteria; one without an id is named by its place, from ``c1``."""
    found = [
        _criterion(item, position)
        for position, item in enumerate(fields.objects("criteria", most=MAX_CRITERIA), start=1)
    ]
    ids = [criterion.id for criterion in found]
    for name in sorted({name for name in ids if ids.count(name) > 1}):
        fields.add("criteria", f"has the id {shown(name)} twice")
    return tuple(found)


def _criterion(item: Fields, position: int) -> PromptCriterion:
    item.refuse_unknown(("id", "text", "points", "tags"))
    item.require("text", "points")
    return PromptCriterion(
        id=item.text("id", limit=MAX_NAME, pattern=ID) or f"c{position}",
        text=item.text("text", limit=MAX_MESSAGE_BYTES) or "",
        points=_points(item),
        tags=item.texts("tags", limit=MAX_ID, most=MAX_TAGS, pattern=TAG),
    )


def _points(item: Fields) -> int | float:
    """Return the points; a decimal without a fraction is written as a whole number."""
    value = item.get("points")
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, (int, float)) or abs(value) > MAX_POINTS:
        item.add("points", f"must be a number up to {MAX_POINTS:,}, not {shown(value)}")
        return 0
    # 5 and 5.0 are equal and have different canonical JSON, so a set's hash would hang on
    # whether it was written by hand or by a spreadsheet.
    return int(value) if value == int(value) else value


def read_pii(fields: Fields) -> PiiScan | None:
    """Return the scan for personal data, or None when there was none."""
    scan = fields.object("pii")
    if scan is None:
        return None
    scan.refuse_unknown(("scanned_by", "result"))
    scan.require("scanned_by", "result")
    return PiiScan(
        scanned_by=scan.text("scanned_by", limit=MAX_ID, pattern=LINE) or "",
        result=scan.text("result", limit=MAX_SENTENCE, pattern=LINE) or "",
    )


def read_responses(fields: Fields) -> tuple[PremadeResponse, ...]:
    """Return the pre-made responses; a model may answer a prompt once."""
    found = [_response(item) for item in fields.objects("responses", most=MAX_RESPONSES)]
    models = [response.model for response in found]
    for model in sorted({model for model in models if models.count(model) > 1}):
        fields.add("responses", f"holds two responses of the model {shown(model)}")
    return tuple(found)


def _response(item: Fields) -> PremadeResponse:
    item.refuse_unknown(("model", "content", "finish_reason", "generated_at", "parameters"))
    item.require("model")
    return PremadeResponse(
        model=item.text("model", limit=MAX_ID, pattern=LINE) or "",
        content=_answer(item),
        finish_reason=item.text("finish_reason", limit=MAX_NAME, pattern=LINE),
        generated_at=item.day("generated_at"),
        parameters=item.mapping("parameters"),
    )


def _answer(item: Fields) -> str:
    """Return what the model answered, exactly: empty or odd, it is what the model said."""
    content = item.get("content")
    item.require("content")
    if content is not None and not isinstance(content, str):
        item.add("content", f"must be text, not {kind_of(content)}")
    elif content is not None and len(content.encode()) > MAX_MESSAGE_BYTES:
        item.add("content", f"has more than {MAX_MESSAGE_BYTES:,} bytes")
    return content if isinstance(content, str) else ""
