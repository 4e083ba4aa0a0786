"""Give a built release of the tiny project."""

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import Session

from evalhub.config import Settings
from evalhub.core.releasing.manifest import MANIFEST, Manifest
from evalhub.services.releasing.keeping import BuiltRelease
from evalhub.services.releasing.reading import read_manifest
from tests.released import released_template
from tests.releases import build_tiny
from tests.web.conftest import app, client, clock, sign_in

__all__ = ["app", "built", "client", "clock", "released_template", "sign_in"]
RELEASED = "releases/tiny/1.0.0"


@pytest.fixture
def built(session: Session, settings: Settings, now: datetime) -> BuiltRelease:
    """Build version 1.0.0 of the tiny project."""
    return build_tiny(session, settings, now=now)


@dataclass(frozen=True)
class BuiltFiles:
    """Hold the files of a release, for what asks no database about them."""

    folder: Path
    manifest: Manifest


@pytest.fixture
def own_files(released_template: Path, tmp_path: Path) -> BuiltFiles:
    """Give a copy of the tiny project's release, to be changed."""
    folder = shutil.copytree(released_template / RELEASED, tmp_path / "1.0.0")
    return BuiltFiles(folder, read_manifest((folder / MANIFEST).read_bytes()))


@pytest.fixture(scope="session")
def files(released_template: Path) -> BuiltFiles:
    """Give the release of the tiny project, to be read and left as it is."""
    folder = released_template / RELEASED
    return BuiltFiles(folder, read_manifest((folder / MANIFEST).read_bytes()))
