"""The bytes of a release of a fixed project.

Labs get other bytes for the same state when a hash here changes. If that is wanted, copy the
``SHA256SUMS`` that the failing test names over the golden one and say so in the changelog.
"""

from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pytest
from sqlmodel import Session

from evalhub.config import Settings
from evalhub.core.people import command_actor
from tests.release_project import make_tiny_project
from tests.releases import build_release

GOLDEN = Path(__file__).parent / "release" / "SHA256SUMS"
PYARROW = "26.0.1"


def test_release_bytes_are_the_golden_ones(
    session: Session, settings: Settings, now: datetime
) -> None:
    if pa.__version__ != PYARROW:
        pytest.skip(f"Parquet names its writer; the golden files were made by pyarrow {PYARROW}.")
    make_tiny_project(session)

    built = build_release(
        "tiny", session=session, settings=settings, actor=command_actor(), now=now
    )

    found = built.folder / "SHA256SUMS"
    assert found.read_text("ascii") == GOLDEN.read_text("ascii"), f"See {found}."
