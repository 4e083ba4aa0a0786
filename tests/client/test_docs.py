"""The programs of the guide run as they are printed, and it names every error there is."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlmodel import select

import evalhub.client
from evalhub.client import ClientError
from evalhub.core.canonical import canonical_json
from evalhub.core.people import Role, Scope
from evalhub.db.engine import Database
from evalhub.db.models import Pull
from evalhub.services.releasing.kept import FoundRelease
from tests.api.keys import bearer
from tests.core.prompts.rows import row
from tests.factories import make_endpoint
from tests.web.conftest import Clock

GUIDE = Path(__file__).parents[2] / "docs" / "client.md"
PROGRAMS = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)


def run(program: str, folder: Path, url: str, headers: dict[str, str]) -> str:
    """Run a program in a folder of its own, as somebody who copied it."""
    ended = subprocess.run(  # noqa: S603 - the guide's own program
        [sys.executable, "-c", program],
        cwd=folder,
        env={"EVALHUB_URL": url, "EVALHUB_KEY": headers["Authorization"][7:]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_the_program_that_downloads_runs_as_printed(
    url: str, built: FoundRelease, database: Database, clock: Clock, tmp_path: Path
) -> None:
    key = bearer(database, Role.LAB, Scope.RELEASES_READ, now=clock())

    said = run(PROGRAMS[0], tmp_path, url, key)

    assert said.startswith("tiny 1.0.0 6 pairs\n")
    assert (tmp_path / "tiny-1.0.0" / "manifest.json").read_bytes() == (
        built.folder / "manifest.json"
    ).read_bytes()


def test_the_program_that_pulls_runs_as_printed(
    url: str, database: Database, clock: Clock, tmp_path: Path
) -> None:
    """Let it start the pull, and end with what it says where no worker is there to ask."""
    with database.transaction() as session:
        for slug in ("careful", "quick"):
            make_endpoint(session, slug=slug)
    (tmp_path / "cardiology.jsonl").write_text(canonical_json(row()))
    key = bearer(database, Role.RESEARCHER, Scope.PROMPTS_WRITE, Scope.PULLS_WRITE, now=clock())
    program = PROGRAMS[1].replace("follow_pull(pull.id)", "follow_pull(pull.id, at_most_s=0)")

    with pytest.raises(AssertionError, match=r"TookTooLong.*0 of 2 are settled"):
        run(program, tmp_path, url, key)

    with database.transaction(write=False) as session:
        assert len(session.exec(select(Pull)).all()) == 1


def test_the_guide_names_every_error() -> None:
    found = [getattr(evalhub.client, name) for name in evalhub.client.__all__]
    errors = [one for one in found if isinstance(one, type) and issubclass(one, ClientError)]

    assert len(errors) > 10
    missing = [
        one.__name__ for one in errors if f"`{one.__name__}`" not in GUIDE.read_text("utf-8")
    ]
    assert missing == []


def test_the_client_brings_nothing_of_the_server() -> None:
    program = (
        "import sys, evalhub.client\n"
        "heavy = {'flask', 'sqlalchemy', 'numpy', 'pandas', 'pyarrow'} & set(sys.modules)\n"
        "print(sorted(heavy))"
    )

    ended = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert ended.stdout == "[]\n"
