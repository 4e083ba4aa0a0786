"""Read the rows of a built release."""

import json
from typing import Any

from evalhub.services.releasing.keeping import BuiltRelease


def rows_of(built: BuiltRelease, part: str) -> list[dict[str, Any]]:
    """Return the rows of a table in all of its splits."""
    return [
        json.loads(line)
        for path in sorted((built.folder / part).glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
