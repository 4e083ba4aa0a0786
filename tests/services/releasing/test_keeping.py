import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from evalhub.config import Settings
from evalhub.core.judging.answers import Choice
from evalhub.core.people import command_actor
from evalhub.core.releasing.manifest import manifest_text
from evalhub.db.models import AuditEvent, Pair, Person, Project, Release
from evalhub.errors import BadInput, Conflict, NotFound
from evalhub.services.releasing.keeping import BuiltRelease
from tests.factories import make_project
from tests.release_project import Verdict, add_verdict, make_tiny_project
from tests.releases import build_release

ACTOR = command_actor()


def judge_once_more(session: Session) -> None:
    pair = session.exec(select(Pair)).first()
    person = session.exec(select(Person)).first()
    assert pair is not None
    assert person is not None
    add_verdict(session, pair, person, Verdict(0, Choice.B))


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_release_is_kept_with_its_manifest_and_an_audit_entry(
    built: BuiltRelease, session: Session, settings: Settings
) -> None:
    row = session.exec(select(Release)).one()

    assert built.is_new
    assert built.folder == settings.releases_dir / "tiny" / "1.0.0"
    assert row.manifest == (built.folder / "manifest.json").read_text("utf-8")
    assert (row.folder, row.n_pairs, row.n_judgments) == ("tiny/1.0.0", 6, 19)
    assert not row.is_simulated
    event = session.exec(select(AuditEvent)).one()
    assert (event.action, event.subject) == ("release.build", "release:tiny@1.0.0")


def test_counts_account_for_every_judgment_and_pair(built: BuiltRelease) -> None:
    manifest = built.manifest

    assert manifest.counts.pairs == {
        "preference": 6,
        "tie": 1,
        "both_unacceptable": 1,
        "identical_responses": 0,
        "response_not_answered": 1,
        "cannot_judge": 1,
        "too_few_judgments": 0,
        "low_agreement": 0,
        "chosen_vetoed": 0,
    }
    assert [(f.rows_in, f.rows_out) for f in manifest.filters] == [
        (22, 21),
        (21, 20),
        (20, 19),
        (19, 19),
        (19, 19),
        (19, 19),
        (10, 9),
        (9, 9),
        (9, 8),
        (8, 7),
        (7, 6),
        (6, 6),
        (6, 5),
        (6, 6),
        (6, 6),
    ]
    assert manifest.counts.annotators_by_origin == {"account": 2, "imported": 1}
    assert manifest.counts.judgments_by_origin == {"form": 16, "imported": 3}


def test_same_state_is_a_no_op(
    built: BuiltRelease, session: Session, settings: Settings, now: datetime
) -> None:
    later = now + timedelta(days=3)

    again = build_release("tiny", session=session, settings=settings, actor=ACTOR, now=later)

    assert (again.version, again.is_new) == ("1.0.0", False)
    assert manifest_text(again.manifest) == manifest_text(built.manifest)
    assert len(session.exec(select(Release)).all()) == 1
    assert [path.name for path in settings.releases_dir.iterdir()] == ["tiny"]


def test_equal_states_give_equal_bytes(
    built: BuiltRelease, session: Session, settings: Settings, now: datetime, tmp_path: Path
) -> None:
    elsewhere = settings.model_copy(update={"instance_dir": tmp_path / "elsewhere"})

    again = build_release("tiny", session=session, settings=elsewhere, actor=ACTOR, now=now)

    assert again.folder != built.folder
    assert files_of(again.folder) == files_of(built.folder)


def test_changed_state_needs_a_new_version(
    built: BuiltRelease, session: Session, settings: Settings, now: datetime
) -> None:
    before = files_of(built.folder)
    judge_once_more(session)

    with pytest.raises(Conflict, match=r"tiny@1\.0\.0 exists.*version 1\.1\.0"):
        build_release(
            "tiny", session=session, settings=settings, actor=ACTOR, now=now, version="1.0.0"
        )
    assert files_of(built.folder) == before


def test_next_version_is_taken_when_the_state_changed(
    built: BuiltRelease, session: Session, settings: Settings, now: datetime
) -> None:
    judge_once_more(session)

    again = build_release("tiny", session=session, settings=settings, actor=ACTOR, now=now)

    assert (again.version, again.is_new) == ("1.1.0", True)
    assert built.folder.is_dir()


def test_lost_folder_is_written_again(
    built: BuiltRelease, session: Session, settings: Settings, now: datetime
) -> None:
    before = files_of(built.folder)
    shutil.rmtree(built.folder)

    build_release("tiny", session=session, settings=settings, actor=ACTOR, now=now)

    assert files_of(built.folder) == before


def test_folder_of_a_build_that_was_rolled_back_gives_way(
    session: Session, settings: Settings, now: datetime
) -> None:
    make_tiny_project(session)
    orphan = settings.releases_dir / "tiny" / "1.0.0"
    orphan.mkdir(parents=True)
    (orphan / "old.txt").write_text("old")

    built = build_release("tiny", session=session, settings=settings, actor=ACTOR, now=now)

    assert built.folder == orphan
    assert "old.txt" not in files_of(orphan)


def test_project_without_judgments_cannot_be_released(
    session: Session, settings: Settings, now: datetime
) -> None:
    make_project(session, slug="empty")

    with pytest.raises(Conflict, match="'empty' has no judgments"):
        build_release("empty", session=session, settings=settings, actor=ACTOR, now=now)
    assert list(settings.releases_dir.iterdir()) == []


@pytest.mark.parametrize("version", ["1.0", "../1.0.0", "latest"])
def test_malformed_version_is_refused(
    session: Session, settings: Settings, now: datetime, version: str
) -> None:
    make_tiny_project(session)

    with pytest.raises(BadInput, match="three numbers"):
        build_release(
            "tiny", session=session, settings=settings, actor=ACTOR, now=now, version=version
        )


def test_unknown_project_is_named(session: Session, settings: Settings, now: datetime) -> None:
    with pytest.raises(NotFound, match="no project 'nothing'"):
        build_release("nothing", session=session, settings=settings, actor=ACTOR, now=now)


def test_simulated_judgments_mark_rows_and_release(
    session: Session, settings: Settings, now: datetime
) -> None:
    project = make_tiny_project(session, is_simulated=True)
    session.get_one(Project, project.id).is_simulated = False

    built = build_release("tiny", session=session, settings=settings, actor=ACTOR, now=now)

    lines = (built.folder / "pairs" / "train.jsonl").read_text("utf-8").splitlines()
    assert built.manifest.simulated
    assert all(json.loads(line)["is_simulated"] for line in lines)
    assert "**Simulated.**" in (built.folder / "README.md").read_text("utf-8")


def test_control_and_held_out_prompts_are_in_no_file(built: BuiltRelease) -> None:
    for path, content in files_of(built.folder).items():
        if path.endswith(".jsonl"):
            assert b'"p3"' not in content
            assert b'"p4"' not in content


def test_prompt_kept_for_evaluation_is_in_test_only(built: BuiltRelease) -> None:
    holding = {
        path
        for path, content in files_of(built.folder).items()
        if path.endswith(".jsonl") and b'"p5"' in content
    }

    assert holding
    assert all(path.endswith("test.jsonl") for path in holding)


def test_people_appear_by_pseudonym_only(built: BuiltRelease) -> None:
    for content in files_of(built.folder).values():
        assert b"person-" not in content
        assert b"Person 0" not in content
        assert b"judgment-" not in content
