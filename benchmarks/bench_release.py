"""Time a release: ``python -m benchmarks.bench_release [--pairs N] [--folder FOLDER]``.

A seeded project of N pairs (10,000 by default; ``make bench-release`` takes a million) lies in a
SQLite file. Its release is built with every table for trainers, in a process of its own, whose peak
of memory is told above what it had before it began; what that starts to write the files behind it
is told beside it. Above 200,000 judgments the pooled fit is left out, as it always is; below, it is
most of the time of a small release, and ``--item-only`` leaves it out at any size.

``--stages`` builds it once more, in one process that also writes, and tells what each stage takes.

Ten million pairs of sixty words take 170 GB. ``--words N`` makes answers shorter, and
``--canonical`` writes no tables in the columns of one trainer. ``--keep FOLDER`` leaves the filled
database there, and ``--filled FOLDER`` uses one that was left, whatever its size and its words.

Beside it, in the same run, a peer writes the same rows of the same tables from what is in memory:
Parquet with pyarrow and the same options from Arrow batches, and JSON lines with orjson from a
dictionary a row, which is what a release holds, and takes the SHA-256 of both. What it costs to
make dictionaries of batches, or batches of dictionaries, is told by itself: a peer has one of them,
and to write both formats it must make the other. The peer reads no database, fits no labels and
searches no texts, and is one process: it is held against the build by the clock, of which a build
takes less than of processor time, and by the processor time of both its processes. ``verify`` reads
the release at the end, again in a process of its own.
"""

import argparse
import hashlib
import multiprocessing
import os
import resource
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import BinaryIO

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from benchmarks.release_project import SLUG, fill
from benchmarks.release_stages import REST, STAGES, Figures, peak_behind, timed
from evalhub.config import Settings
from evalhub.core.releasing import labels
from evalhub.core.releasing.clearance import Gate, GateAction, GateRule
from evalhub.core.releasing.files import (
    ROWS_PER_GROUP,
    ZSTD_LEVEL,
    Target,
)
from evalhub.core.releasing.recipe import Recipe
from evalhub.db import tables as t
from evalhub.db.engine import Database
from evalhub.db.migrate import upgrade
from evalhub.services.releasing import writing
from evalhub.services.releasing.folders import folder_target
from evalhub.services.releasing.preparing import prepare_release
from evalhub.services.releasing.verifying import verify_release

NOW = datetime(2026, 11, 2, tzinfo=UTC)
VERSION = "1.0.0"
SECRET = "benchmark" * 4
RECIPE = Recipe(
    gates=tuple(GateRule(gate, GateAction.ACCEPT, "Made up for a measurement.") for gate in Gate)
)
"""Nobody was asked for a consent, because nobody is there."""
MB = 2**20


@dataclass(frozen=True, slots=True)
class Filled:
    """Hold where the database of a benchmark lies and how its release is made."""

    database: Path
    recipe: Recipe
    most_pooled: int

    def open(self) -> Database:
        """Return the database."""
        return Database(f"sqlite:///{self.database}")

    def count(self) -> int:
        """Return how many pairs it holds."""
        database = self.open()
        with database.transaction(write=False) as session:
            n_pairs = session.connection().scalar(sa.select(sa.func.count()).select_from(t.pair))
        database.dispose()
        assert n_pairs, f"{self.database} holds no pairs."
        return n_pairs


def main() -> None:
    """Fill, build, write again, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--words", type=int, default=60, help="in an answer of a model")
    parser.add_argument("--canonical", action="store_true", help="write no tables for one trainer")
    parser.add_argument("--item-only", action="store_true", help="leave the pooled fit out")
    parser.add_argument("--stages", action="store_true", help="build twice, and tell the stages")
    parser.add_argument("--folder", type=Path, help="where there is room for 17 GB a million pairs")
    kept = parser.add_mutually_exclusive_group()
    kept.add_argument("--keep", type=Path, help="the folder to leave the filled database in")
    kept.add_argument("--filled", type=Path, help="the folder that such a database was left in")
    options, _ = parser.parse_known_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        filled = Filled(
            (options.filled or options.keep or Path(name)) / "bench.db",
            replace(RECIPE, flavours=()) if options.canonical else RECIPE,
            0 if options.item_only else labels.MAX_POOLED,
        )
        if not options.filled:
            _fill(filled, n_pairs=options.pairs, words=options.words)
        compare(Path(name), filled, with_stages=options.stages)


def _fill(filled: Filled, *, n_pairs: int, words: int) -> None:
    filled.database.parent.mkdir(parents=True, exist_ok=True)
    # Rows would be added to those of an earlier run, under the same numbers.
    assert not filled.database.exists(), f"{filled.database} is there: say --filled to use it."
    database = filled.open()
    upgrade(database)
    fill(database, n_pairs, now=NOW, words=words)
    database.dispose()


def compare(folder: Path, filled: Filled, *, with_stages: bool) -> None:
    """Build, write again and verify the project of ``filled`` in ``folder``, and print."""
    n_pairs = filled.count()
    if with_stages:
        told = _alone(partial(build, folder, filled, in_one_process=True))
        _print_stages(told)
        shutil.rmtree(folder / VERSION)
    built = _alone(partial(build, folder, filled))
    print(
        f"{n_pairs:,} pairs, {built['rows']:,.0f} rows, {built['bytes'] / 1e9:.2f} GB: "
        f"{built['wall']:.1f} s, {n_pairs / built['wall']:,.0f} pairs and "
        f"{built['rows'] / built['wall']:,.0f} rows a second; {built['cpu']:.1f} s of CPU and "
        f"{built['behind']:.1f} s in the process that writes; {built['memory'] / MB:.0f} MB above "
        f"the start and {built['memory behind'] / MB:.0f} MB in all",
        flush=True,
    )
    peer = _alone(partial(write_again, folder))
    compare_writing(built, peer)
    told = _alone(partial(verify, folder))
    print(
        f"  verify: {told['cpu']:.1f} s of CPU, {told['memory'] / MB:.0f} MB above the start",
        flush=True,
    )


def _print_stages(built: Figures) -> None:
    print(f"in one process {built['wall']:.1f} s, {built['cpu']:.1f} s of CPU", flush=True)
    for name in STAGES:
        seconds = built[name]
        rate = built["rows"] / seconds
        print(f"  {name:<36} {seconds:7.1f} s {rate:12,.0f} rows a second", flush=True)


def compare_writing(built: Figures, peer: Figures) -> None:
    """Print what the peer took, what each of its figures holds, and ours beside them."""
    cpu = built["cpu"] + built["behind"]
    both = peer["parquet"] + peer["lines"]
    begun = {
        "Parquet alone, from batches": peer["parquet"],
        "Parquet alone, from dictionaries": peer["parquet"] + peer["batches"],
        "both formats, from dictionaries": both + peer["batches"],
        "both formats, from batches": both + peer["rows"],
    }
    print(
        f"  the peer: Parquet from Arrow batches {peer['parquet']:.2f} s, JSON lines from "
        f"dictionaries {peer['lines']:.2f} s, each with its SHA-256; dictionaries of the batches "
        f"{peer['rows']:.2f} s, batches of the dictionaries {peer['batches']:.2f} s of CPU",
        flush=True,
    )
    for name, seconds in begun.items():
        print(
            f"  as fast as the peer at {name} ({seconds:.2f} s): {seconds / built['wall']:.2f} "
            f"times by the clock, {seconds / cpu:.2f} by processor time",
            flush=True,
        )


def build(folder: Path, filled: Filled, *, in_one_process: bool = False) -> Figures:
    """Build the release into ``folder`` and return what it took.

    What each stage took is among it where ``in_one_process`` has the files written there too.
    """
    database = filled.open()
    before, started, cpu = _peak(), perf_counter(), process_time()
    spent: Figures = defaultdict(float)
    settings = Settings(instance_dir=folder, database_url=database.url, secret_key=SECRET)
    # A build asks for no such number, and this process builds nothing else.
    vars(writing)["label_release"] = partial(labels.label_release, most_pooled=filled.most_pooled)
    stages = timed(spent) if in_one_process else nullcontext()
    with stages, peak_behind() as behind, database.transaction(write=False) as session:
        manifest = prepare_release(
            SLUG,
            session=session,
            settings=settings,
            folder=folder / VERSION,
            version=VERSION,
            recipe=filled.recipe,
            target_in=_here if in_one_process else folder_target,
        ).manifest
    whole, ended = process_time() - cpu, os.times()
    return {
        "wall": perf_counter() - started,
        "cpu": whole,
        "behind": ended.children_user + ended.children_system,
        "memory": _peak() - before,
        "memory behind": max(behind.values(), default=0),
        "rows": sum(file.n_rows or 0 for file in manifest.files) / 2,
        "bytes": sum(file.n_bytes for file in manifest.files),
        **spent,
        REST: whole - sum(spent.values()),
    }


def _here(folder: Path) -> Target:
    return replace(folder_target(folder), least_prompts_behind=sys.maxsize)


def write_again(folder: Path) -> Figures:
    """Write every table's rows again from what is in memory, and count only that.

    ``parquet`` and ``lines`` hold the writing and the SHA-256 of a format, from batches and from
    dictionaries; ``rows`` is making the dictionaries, ``batches`` making Arrow of them again.
    """
    spent: Figures = defaultdict(float)
    for path in sorted((folder / VERSION).rglob("*.parquet")):
        with pq.ParquetFile(path) as file:
            writer = pq.ParquetWriter(
                folder / "again.parquet",
                file.schema_arrow,
                compression="zstd",
                compression_level=ZSTD_LEVEL,
            )
            with (folder / "again.jsonl").open("wb") as lines:
                for batch in file.iter_batches(ROWS_PER_GROUP):
                    _write_batch(batch, writer, lines, spent)
            started = process_time()
            writer.close()
            spent["parquet"] += process_time() - started
        for kind in ("parquet", "jsonl"):
            started = process_time()
            with (folder / f"again.{kind}").open("rb") as written:
                hashlib.file_digest(written, "sha256")
            spent["parquet" if kind == "parquet" else "lines"] += process_time() - started
    return dict(spent)


def _write_batch(
    batch: pa.RecordBatch, writer: pq.ParquetWriter, lines: BinaryIO, spent: Figures
) -> None:
    started = process_time()
    writer.write_table(pa.Table.from_batches([batch]))
    spent["parquet"] += process_time() - started
    started = process_time()
    rows = batch.to_pylist()
    spent["rows"] += process_time() - started
    started = process_time()
    lines.writelines(orjson.dumps(row) + b"\n" for row in rows)
    spent["lines"] += process_time() - started
    started = process_time()
    pa.Table.from_pylist(rows, schema=batch.schema)
    spent["batches"] += process_time() - started


def verify(folder: Path) -> Figures:
    """Verify the release and return what it took."""
    before, cpu = _peak(), process_time()
    report = verify_release(folder / VERSION)
    assert report.is_good, report.problems
    return {"cpu": process_time() - cpu, "memory": _peak() - before}


def _alone(work: Callable[[], Figures]) -> Figures:
    """Do ``work`` in a process of its own, so that its memory is its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work).result()


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main()
