"""Write ``DATASHEET.md``: the dossier under the seven headings of Gebru and others.

Source: Gebru and others 2021, Datasheets for datasets, Communications of the ACM 64(12).
"""

from collections.abc import Iterator, Mapping

from evalhub.core.releasing.card import PART_NOTES, SIMULATED
from evalhub.core.releasing.dossier.fields import Dossier, DossierField
from evalhub.core.releasing.dossier.vocabulary import DOSSIER, FieldName, FieldOrigin
from evalhub.core.releasing.dossier.wording import figure_line
from evalhub.core.releasing.manifest import Manifest
from evalhub.core.releasing.marking import plain
from evalhub.core.releasing.vocabulary import Part, Split

_F = FieldName
HEADINGS: Mapping[str, tuple[FieldName, ...]] = {
    "Motivation": (_F.IDENTITY, _F.STEWARD, _F.DESIGN_CHOICES, _F.ASSUMPTIONS),
    "Composition": (
        _F.MEASURES,
        _F.QUANTITY,
        _F.MODEL_PAIRS,
        _F.COVERAGE,
        _F.PROMPT_SOURCES,
        _F.MODEL_OUTPUTS,
        _F.PERSONAL_DATA,
        _F.KNOWN_LIMITS,
    ),
    "Collection process": (
        _F.COLLECTION,
        _F.ORIGINAL_PURPOSE,
        _F.CONSENT,
        _F.EXPERTS,
        _F.CREDENTIALS,
        _F.DEMOGRAPHICS,
        _F.PAY_OFFERED,
        _F.PAY_LEDGER,
        _F.AUTOMATED_DECISIONS,
    ),
    "Preprocessing, cleaning and labelling": (
        _F.FILTERS,
        _F.METHODS,
        _F.CONTROLS,
        _F.RETURNED,
        _F.ADJUDICATIONS,
        _F.AGREEMENT,
        _F.CRITERIA_AGREEMENT,
        _F.GROUP_AGREEMENT,
        _F.REPEATS,
    ),
    "Uses": (
        _F.INTENDED_USES,
        _F.UNSUITABLE_USES,
        _F.PROMPT_GROUPS,
        _F.RATER_GROUPS,
        _F.LEFT_SHARE,
        _F.LEFT_ADVANTAGE,
        _F.STYLE,
        _F.ONE_SIDED_RATERS,
        _F.BIAS_COMMENT,
        _F.MITIGATION_STEPS,
        _F.MITIGATION,
        _F.SOCIAL_IMPACT,
    ),
    "Distribution": (_F.PROMPT_LICENCES, _F.SUPPRESSED),
    "Maintenance": (
        _F.MAINTENANCE_PLAN,
        _F.RETENTION,
        _F.DELETIONS,
        _F.SECURITY_CONTACT,
        _F.SIGN_OFFS,
    ),
}
"""The seven headings, each with the fields that answer it; together they are all fields."""

MAX_FIGURES = 40
"""Figures of one field in the datasheet; the dossier has the rest."""


def datasheet_text(manifest: Manifest, dossier: Dossier) -> str:
    """Return the text of ``DATASHEET.md``."""
    return "\n".join(_lines(manifest, dossier)) + "\n"


def _lines(manifest: Manifest, dossier: Dossier) -> Iterator[str]:
    yield f"# Datasheet of {plain(manifest.release.title)}, {manifest.release.version}"
    if dossier.simulated:
        yield from ("", f"> **Simulated.** {SIMULATED}")
    yield from ("", dossier.note)
    for heading, names in HEADINGS.items():
        yield from ("", f"## {heading}")
        if heading == "Distribution":
            yield from ("", *_tables(manifest))
        for name in names:
            yield from _field(dossier.field(name))
    yield from ("", "## Rows for a summary of training content", "")
    yield from ("| Row | Text |", "| --- | --- |")
    yield from (f"| {row.name} | {plain(row.text)} |" for row in dossier.training_summary)


def _tables(manifest: Manifest) -> Iterator[str]:
    yield "The tables, as Parquet and as JSON lines, with their rows by split:"
    yield ""
    for part in Part:
        rows = manifest.counts.rows.get(part, {})
        splits = ", ".join(f"{split} {rows[split]:,}" for split in Split if split in rows)
        if splits:
            yield f"- `{part}` ({splits}): {PART_NOTES[part]}"


def _field(field: DossierField) -> Iterator[str]:
    article = f" ({field.article})" if field.article else ""
    yield from ("", f"### {field.title}{article}", "")
    if field.origin is FieldOrigin.ABSENT:
        yield f"Not known: {field.reason}"
        return
    if field.text:
        # What people wrote keeps its lines and loses its marks; what EvalHub writes keeps both.
        is_written = field.origin is FieldOrigin.WRITTEN
        lines = field.text.split("\n")
        yield from (plain(line) if is_written else line for line in lines)
    if field.written_by:
        yield from ("", f"Written by {plain(field.written_by)}.")
    if field.text and field.figures:
        yield ""
    yield from (f"- {plain(figure_line(one))}" for one in field.figures[:MAX_FIGURES])
    if len(field.figures) > MAX_FIGURES:
        yield f"- {len(field.figures) - MAX_FIGURES:,} more in `{DOSSIER}`"
    if field.method:
        yield from ("", f"How: {field.method}")
