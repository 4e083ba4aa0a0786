"""Keep an upload's report and rows as text, and read them back."""

import io
from collections.abc import Iterable, Iterator

from pydantic import TypeAdapter

from evalhub.core.canonical import canonical_json
from evalhub.core.prompts.canonical import row_to_json
from evalhub.core.prompts.parsing import prompt_from_document
from evalhub.core.prompts.records import Prompt
from evalhub.core.prompts.report import UploadReport

_REPORT = TypeAdapter(UploadReport)


def write_report(report: UploadReport) -> str:
    """Return the report as JSON."""
    return _REPORT.dump_json(report).decode()


def read_report(text: str) -> UploadReport:
    """Return the report that ``write_report`` wrote."""
    return _REPORT.validate_json(text)


def write_rows(prompts: Iterable[Prompt]) -> str:
    """Return the canonical rows, one a line, with their pre-made responses."""
    return "".join(canonical_json(row_to_json(prompt)) + "\n" for prompt in prompts)


def read_rows(text: str) -> Iterator[Prompt]:
    """Yield the prompts of rows that ``write_rows`` wrote."""
    # Not splitlines(): it also splits at separators that may stand inside a text. And lazily: a
    # page shows the first three rows of what may be a hundred megabytes.
    for line in io.StringIO(text, newline="\n"):
        yield prompt_from_document(line)
