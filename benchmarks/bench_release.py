"""Time a release: ``python -m benchmarks.bench_release [--pairs N] [--folder FOLDER]``.

A seeded project of N pairs (10,000 by default; ``make bench-release`` takes a million) lies in a
SQLite file. Its release is built with every table for trainers, in a process of its own, whose peak
of memory is told above what it had before it began. Above 200,000 judgments the
pooled fit is left out, as it always is; below, it is most of the time of a small release.

Beside it, in the same run: pyarrow alone writes the same rows of the same tables to Parquet with
the same options, once from Arrow batches that are in memory, and once from dictionaries, which is
what rows are before somebody has made columns of them. Neither reads a database, fits labels,
writes JSON lines or hashes; the ratios say what all of that costs.
"""

import argparse
import multiprocessing
import resource
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.release_project import SLUG, fill
from evalhub.config import Settings
from evalhub.core.releasing.clearance import Gate, GateAction, GateRule
from evalhub.core.releasing.files import ROWS_PER_GROUP, ZSTD_LEVEL
from evalhub.core.releasing.recipe import Recipe
from evalhub.db.engine import Database
from evalhub.db.migrate import upgrade
from evalhub.services.releasing.preparing import prepare_release

NOW = datetime(2026, 11, 2, tzinfo=UTC)
VERSION = "1.0.0"
SECRET = "benchmark" * 4
RECIPE = Recipe(
    gates=tuple(GateRule(gate, GateAction.ACCEPT, "Made up for a measurement.") for gate in Gate)
)
"""Nobody was asked for a consent, because nobody is there."""
MB = 2**20

Figures: TypeAlias = dict[str, float]


def main() -> None:
    """Fill, build, write again, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, help="where there is room for 17 GB a million pairs")
    options, _ = parser.parse_known_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        database = Database(f"sqlite:///{folder}/bench.db")
        upgrade(database)
        fill(database, options.pairs, now=NOW)
        database.dispose()
        built = _alone(partial(build, folder))
        print(
            f"{options.pairs:,} pairs, {built['rows']:,.0f} rows, {built['bytes'] / 1e9:.2f} GB: "
            f"{built['cpu']:.1f} s of CPU, {built['wall']:.1f} s; "
            f"{options.pairs / built['cpu']:,.0f} pairs and {built['rows'] / built['cpu']:,.0f} "
            f"rows a second of CPU; {built['memory'] / MB:.0f} MB above the start",
            flush=True,
        )
        for words, is_arrow in (("Arrow batches", True), ("dictionaries", False)):
            bare = _alone(partial(write_again, folder, is_arrow=is_arrow))
            print(
                f"  pyarrow alone, from {words}: {bare['cpu']:.1f} s of CPU; the build is "
                f"{bare['cpu'] / built['cpu']:.2f} times as fast",
                flush=True,
            )


def build(folder: Path) -> Figures:
    """Build the release into ``folder`` and return what it took."""
    database = Database(f"sqlite:///{folder}/bench.db")
    before, started, cpu = _peak(), perf_counter(), process_time()
    settings = Settings(instance_dir=folder, database_url=database.url, secret_key=SECRET)
    target = folder / VERSION
    with database.transaction(write=False) as session:
        manifest = prepare_release(
            SLUG,
            session=session,
            settings=settings,
            folder=target,
            version=VERSION,
            recipe=RECIPE,
        ).manifest
    return {
        "wall": perf_counter() - started,
        "cpu": process_time() - cpu,
        "memory": _peak() - before,
        "rows": sum(file.n_rows or 0 for file in manifest.files) / 2,
        "bytes": sum(file.n_bytes for file in manifest.files),
    }


def write_again(folder: Path, *, is_arrow: bool) -> Figures:
    """Write every table's rows with pyarrow from what is in memory, and count only that."""
    cpu = 0.0
    for path in sorted((folder / VERSION).rglob("*.parquet")):
        with pq.ParquetFile(path) as file:
            target = folder / "again.parquet"
            writer = pq.ParquetWriter(
                target, file.schema_arrow, compression="zstd", compression_level=ZSTD_LEVEL
            )
            for batch in file.iter_batches(ROWS_PER_GROUP):
                rows = [] if is_arrow else batch.to_pylist()
                started = process_time()
                table = (
                    pa.Table.from_batches([batch])
                    if is_arrow
                    else pa.Table.from_pylist(rows, schema=file.schema_arrow)
                )
                writer.write_table(table)
                cpu += process_time() - started
            started = process_time()
            writer.close()
            cpu += process_time() - started
    return {"cpu": cpu}


def _alone(work: Callable[[], Figures]) -> Figures:
    """Do ``work`` in a process of its own, so that its memory is its own."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(work)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main()
