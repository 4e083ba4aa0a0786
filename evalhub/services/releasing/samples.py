"""Read a few rows of a release, to show what it is."""

import json
from io import BufferedReader, RawIOBase, TextIOWrapper
from itertools import islice
from typing import cast

from evalhub.core.releasing.files import table_files
from evalhub.core.releasing.rows import PairRow
from evalhub.core.releasing.vocabulary import FileFormat, Part, Split
from evalhub.services.releasing.kept import FoundRelease

N_ROWS = 3


def sample_pairs(release: FoundRelease) -> list[PairRow]:
    """Return the first pairs of the first split that has any; none where the file is gone."""
    listed = release.manifest.files
    held = (table_files(listed, Part.PAIRS, split, FileFormat.JSONL) for split in Split)
    first = next((files[0] for files in held if files), None)
    if first is None:
        return []
    try:
        file = release.open(first.path)
        with TextIOWrapper(BufferedReader(cast("RawIOBase", file)), encoding="utf-8") as lines:
            return [json.loads(line) for line in islice(lines, N_ROWS)]
    except FileNotFoundError:
        return []
