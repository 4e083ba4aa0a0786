"""Read a few rows of a release, to show what it is."""

import json
from itertools import islice
from pathlib import Path

from evalhub.core.releasing.files import table_path
from evalhub.core.releasing.manifest import Manifest
from evalhub.core.releasing.rows import PairRow
from evalhub.core.releasing.vocabulary import FileFormat, Part, Split

N_ROWS = 3


def sample_pairs(folder: Path, manifest: Manifest) -> list[PairRow]:
    """Return the first pairs of the first split that has any; none where the file is gone."""
    splits = manifest.counts.rows.get(Part.PAIRS, {})
    split = next((split for split in Split if split in splits), None)
    if split is None:
        return []
    path = folder / table_path(Part.PAIRS, split, FileFormat.JSONL)
    try:
        with path.open(encoding="utf-8") as lines:
            return [json.loads(line) for line in islice(lines, N_ROWS)]
    except FileNotFoundError:
        return []
