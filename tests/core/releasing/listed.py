"""List files of a release that nobody wrote, for what only reads their names and rows."""

from collections.abc import Mapping

from evalhub.core.releasing.files import FileFacts, Shard, table_path
from evalhub.core.releasing.vocabulary import FileFormat, Part, Split


def listed(rows: Mapping[Part, Mapping[Split, int]], *, n_shards: int = 1) -> tuple[FileFacts, ...]:
    """Return the files of tables with so many rows, each split in ``n_shards`` of them."""
    files = [
        FileFacts(
            table_path(part, split, kind, Shard(number, n_shards) if n_shards > 1 else None),
            "1" * 64,
            10,
            n_rows // n_shards + (number < n_rows % n_shards),
        )
        for part, splits in rows.items()
        for split, n_rows in splits.items()
        for kind in FileFormat
        for number in range(n_shards)
    ]
    return tuple(sorted(files, key=lambda file: file.path))
