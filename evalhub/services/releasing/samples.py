"""Read a few rows of a release, to show what it is."""

import json
from io import BufferedReader, RawIOBase, TextIOWrapper
from itertools import islice
from typing import cast

from evalhub.core.releasing.files import table_path
from evalhub.core.releasing.rows import PairRow
from evalhub.core.releasing.vocabulary import FileFormat, Part, Split
from evalhub.services.releasing.kept import FoundRelease

N_ROWS = 3


def sample_pairs(release: FoundRelease) -> list[PairRow]:
    """Return the first pairs of the first split that has any; none where the file is gone."""
    splits = release.manifest.counts.rows.get(Part.PAIRS, {})
    split = next((split for split in Split if split in splits), None)
    if split is None:
        return []
    try:
        file = release.open(table_path(Part.PAIRS, split, FileFormat.JSONL))
        with TextIOWrapper(BufferedReader(cast("RawIOBase", file)), encoding="utf-8") as lines:
            return [json.loads(line) for line in islice(lines, N_ROWS)]
    except FileNotFoundError:
        return []
