"""What was answered about reported rows is in the next version, on both databases alike."""

import json
from datetime import datetime

import pytest
from sqlmodel import Session, select

from evalhub.config import Settings
from evalhub.core.people import command_actor
from evalhub.core.releasing.manifest import Manifest
from evalhub.core.releasing.reports import Changes, ReportDecision
from evalhub.core.releasing.vocabulary import FilterName
from evalhub.db.models import RowReport
from evalhub.services.releasing.keeping import BuiltRelease
from evalhub.services.releasing.verifying import verify_release
from tests.releases import build_release
from tests.reported import TEXT, decide, make_report


def build(
    session: Session, settings: Settings, now: datetime, version: str | None = None
) -> BuiltRelease:
    return build_release(
        "tiny", session=session, settings=settings, actor=command_actor(), now=now, version=version
    )


def dropped(manifest: Manifest) -> int:
    """Return how many judgments the filter of reported rows took."""
    [one] = [one for one in manifest.filters if one.name is FilterName.REPORTED_ROW]
    return one.rows_in - one.rows_out


@pytest.fixture
def row(built: BuiltRelease) -> dict[str, str]:
    """Give a row of the first version."""
    lines = (built.folder / "pairs" / "train.jsonl").read_text("utf-8").splitlines()
    found: dict[str, str] = json.loads(lines[0])
    return found


def test_the_first_version_has_no_changes(built: BuiltRelease) -> None:
    assert built.manifest.changes == Changes(previous=None, reports=())
    assert dropped(built.manifest) == 0


def test_a_row_that_is_left_out_is_in_no_later_version(
    built: BuiltRelease, row: dict[str, str], session: Session, settings: Settings, now: datetime
) -> None:
    make_report(session, now=now, pair_id=row["pair_id"])
    assert not build(session, settings, now).is_new
    decide(session, now=now)

    second = build(session, settings, now)

    assert (second.version, second.is_new) == ("1.1.0", True)
    changes = second.manifest.changes
    assert changes is not None
    [told] = changes.reports
    assert (changes.previous, told.version, told.pair_id) == ("1.0.0", "1.0.0", row["pair_id"])
    assert (told.decision, told.reason) == (ReportDecision.LEFT_OUT, "It is cut.")
    assert dropped(second.manifest) == int(row["n_judgments"]) + int(row["n_cannot_judge"])
    holding = [
        path.relative_to(second.folder).as_posix()
        for path in second.folder.rglob("*")
        if path.is_file() and row["pair_id"].encode() in path.read_bytes()
    ]
    assert sorted(holding) == ["README.md", "manifest.json"]
    card = (second.folder / "README.md").read_text("utf-8")
    assert "| 1, on 1.0.0 |" in card
    assert "left out" in card
    assert verify_release(second.folder).is_good


def test_nothing_of_who_reported_is_in_a_file(
    built: BuiltRelease, row: dict[str, str], session: Session, settings: Settings, now: datetime
) -> None:
    report = make_report(session, now=now, pair_id=row["pair_id"])
    decide(session, now=now)

    second = build(session, settings, now)

    assert report.line.reporter == "Lab"
    for path in second.folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert TEXT.encode() not in data, path
            assert b"Rita" not in data, path


def test_an_answer_is_told_once_and_a_later_one_again(
    built: BuiltRelease, row: dict[str, str], session: Session, settings: Settings, now: datetime
) -> None:
    make_report(session, now=now, pair_id=row["pair_id"])
    decide(session, now=now)
    second = build(session, settings, now)
    same = build(session, settings, now)
    decide(session, now=now, decision=ReportDecision.KEPT, reason="It is whole.", seen=1)
    third = build(session, settings, now)
    fourth = build(session, settings, now, version="2.0.0")

    def told(release: BuiltRelease) -> list[str]:
        changes = release.manifest.changes
        assert changes is not None
        return [f"{one.decision} {one.reason}" for one in changes.reports]

    assert (same.is_new, same.version) == (False, second.version)
    assert told(second) == ["left_out It is cut."]
    assert told(third) == ["kept It is whole."]
    assert told(fourth) == []
    assert dropped(third.manifest) == 0
    first_rows, third_rows = (one.manifest.counts.rows for one in (built, third))
    assert first_rows == third_rows


def test_a_decision_that_is_reversed_and_restored_is_told_again(
    built: BuiltRelease, row: dict[str, str], session: Session, settings: Settings, now: datetime
) -> None:
    make_report(session, now=now, pair_id=row["pair_id"])
    told = []
    decisions = (ReportDecision.LEFT_OUT, ReportDecision.KEPT, ReportDecision.LEFT_OUT)
    for seen, decision in enumerate(decisions):
        decide(session, now=now, decision=decision, seen=seen)
        changes = build(session, settings, now).manifest.changes
        assert changes is not None
        told += [(one.decision, one.revision) for one in changes.reports]

    assert told == list(zip(decisions, (1, 2, 3), strict=True))


def test_one_report_of_two_is_enough_to_leave_a_row_out(
    built: BuiltRelease, row: dict[str, str], session: Session, settings: Settings, now: datetime
) -> None:
    for text in "12":
        make_report(session, now=now, pair_id=row["pair_id"], text=text)
    make_report(session, now=now, text="open")
    decide(session, 1, now=now)
    decide(session, 2, now=now, decision=ReportDecision.KEPT)

    second = build(session, settings, now)

    assert second.manifest.changes is not None
    assert [one.number for one in second.manifest.changes.reports] == [1, 2]
    assert dropped(second.manifest) > 0
    assert len(session.exec(select(RowReport)).all()) == 3
