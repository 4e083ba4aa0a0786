import json
import logging
from datetime import datetime, timedelta

import mlcroissant
import pytest
from sqlmodel import Session, col, select

from evalhub.config import Settings
from evalhub.core.assigning import ReleaseReason
from evalhub.core.campaigns import AssignmentStatus
from evalhub.core.judging.answers import Choice
from evalhub.core.people import command_actor
from evalhub.core.releasing.dossier.fields import Dossier
from evalhub.core.releasing.dossier.statements import Statement
from evalhub.core.releasing.dossier.vocabulary import FieldName, FieldOrigin
from evalhub.core.releasing.schemas import KEYS
from evalhub.db.models import Pair, Person, Project, Response
from evalhub.services.releasing.dossiers import find_dossier
from evalhub.services.releasing.keeping import BuiltRelease
from evalhub.services.releasing.kept import get_release
from evalhub.services.releasing.statements import write_statement
from evalhub.services.releasing.verifying import verify_release
from tests.factories import make_assignment
from tests.release_project import MOMENT, Verdict, add_verdict, make_tiny_project
from tests.releases import build_release
from tests.services.releasing.olden import take_documents_out

ACTOR = command_actor()


def build(session: Session, settings: Settings, now: datetime) -> BuiltRelease:
    return build_release("tiny", session=session, settings=settings, actor=ACTOR, now=now)


def dossier_of(version: str, session: Session, settings: Settings) -> Dossier:
    found = find_dossier(
        get_release("tiny", version, session=session, settings=settings, actor=ACTOR)
    )
    assert found is not None
    return found


def values(dossier: Dossier, name: FieldName) -> dict[str, object]:
    return {figure.name: figure.value for figure in dossier.field(name).figures}


ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what no database can change."""

OLD_CALLS = pytest.mark.filterwarnings(
    "ignore:ConjunctiveGraph is deprecated", "ignore:The inplace keyword"
)
"""mlcroissant calls rdflib and pandas in ways that they will give up."""


@ON_SQLITE
@OLD_CALLS
def test_mlcroissant_reads_every_record_of_every_set(
    built: BuiltRelease, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        found = mlcroissant.Dataset(jsonld=built.folder / "croissant.json")
        read = {one.uuid: list(found.records(one.uuid)) for one in found.metadata.record_sets}

    rows = built.manifest.counts.rows
    assert {name: len(records) for name, records in read.items()} == {
        f"{part}/{split}": n for part in KEYS for split, n in rows[part].items()
    }
    keys = {record["pairs/train/pair_id"].decode() for record in read["pairs/train"]}
    lines = (built.folder / "pairs" / "train.jsonl").read_text("utf-8").splitlines()
    assert keys == {json.loads(line)["pair_id"] for line in lines}
    assert caplog.messages == []


@ON_SQLITE
@OLD_CALLS
def test_mlcroissant_refuses_a_file_that_was_changed(built: BuiltRelease) -> None:
    path = built.folder / "croissant.json"
    text = path.read_text("utf-8")
    sha256 = next(f.sha256 for f in built.manifest.files if f.path == "pairs/train.parquet")
    path.write_text(text.replace(sha256, "0" * 64), "utf-8")

    found = mlcroissant.Dataset(jsonld=path)

    with pytest.raises(mlcroissant.GenerationError) as caught:
        list(found.records("pairs/train"))
    assert "is not identical with the reference" in str(caught.value.__cause__)


def test_a_statement_is_frozen_into_the_next_release_and_not_into_the_last(
    built: BuiltRelease, session: Session, settings: Settings, now: datetime
) -> None:
    write_statement(
        "tiny",
        Statement(measures="What our doctors prefer."),
        over=0,
        session=session,
        actor=ACTOR,
        now=now,
    )

    again = build(session, settings, now)

    assert (again.version, again.is_new) == ("1.1.0", True)
    old, new = (dossier_of(one, session, settings) for one in ("1.0.0", "1.1.0"))
    assert old.field(FieldName.MEASURES).origin is FieldOrigin.ABSENT
    assert new.field(FieldName.MEASURES).text == "What our doctors prefer."
    assert "What our doctors prefer." in (again.folder / "DATASHEET.md").read_text("utf-8")
    assert verify_release(again.folder).is_good


def test_comparisons_given_back_are_counted_up_to_the_newest_judgment(
    session: Session, settings: Settings, now: datetime
) -> None:
    make_tiny_project(session)
    pairs = session.exec(select(Pair).order_by(col(Pair.id))).all()
    person = session.exec(select(Person)).first()
    assert person is not None
    for pair, status, after in zip(
        pairs,
        (AssignmentStatus.RELEASED, AssignmentStatus.EXPIRED, AssignmentStatus.EXPIRED),
        (0, 0, 1),
        strict=False,
    ):
        given = make_assignment(session, pair, person, status=status)
        given.ended_at = MOMENT + timedelta(hours=after)
        if status is AssignmentStatus.RELEASED:
            given.release_reason = ReleaseReason.SCOPE.value
        session.add(given)
    session.flush()

    build(session, settings, now)

    assert values(dossier_of("1.0.0", session, settings), FieldName.RETURNED) == {
        "Judged": 0,
        "Ran out": 1,
        "Given back: scope": 1,
    }


@ON_SQLITE
def test_a_comparison_given_back_without_a_reason_says_so(
    session: Session, settings: Settings, now: datetime
) -> None:
    make_tiny_project(session)
    pair = session.exec(select(Pair)).first()
    person = session.exec(select(Person)).first()
    assert pair is not None
    assert person is not None
    given = make_assignment(session, pair, person, status=AssignmentStatus.RELEASED)
    given.ended_at = MOMENT
    session.add(given)
    session.flush()

    build(session, settings, now)

    found = values(dossier_of("1.0.0", session, settings), FieldName.RETURNED)
    assert found["Given back: no reason"] == 1


def test_models_tell_the_name_that_they_reported(
    session: Session, settings: Settings, now: datetime
) -> None:
    make_tiny_project(session)
    response = session.exec(select(Response).order_by(col(Response.id))).first()
    assert response is not None
    response.model_reported = "alder-1-2026"
    session.add(response)
    session.flush()

    build(session, settings, now)

    found = values(dossier_of("1.0.0", session, settings), FieldName.MODEL_OUTPUTS)
    assert "names itself alder-1-2026" in str(found["alder-1 (alder, revision 1)"])
    assert "names itself" not in str(found["birch-1 (birch, revision 1)"])


@ON_SQLITE
@pytest.mark.parametrize(
    "field", ["pay_minor_units", "expected_minutes", "overlap"], ids=["pay", "minutes", "overlap"]
)
def test_a_changed_setting_of_the_project_is_a_new_version(
    built: BuiltRelease, session: Session, settings: Settings, now: datetime, field: str
) -> None:
    project = session.exec(select(Project).where(Project.slug == "tiny")).one()
    setattr(project, field, 7)
    session.add(project)
    session.flush()

    assert build(session, settings, now).version == "1.1.0"


@ON_SQLITE
def test_a_release_from_before_dossiers_verifies_and_has_none(
    built: BuiltRelease, session: Session, settings: Settings
) -> None:
    take_documents_out(built, session)

    release = get_release("tiny", "1.0.0", session=session, settings=settings, actor=ACTOR)
    assert find_dossier(release) is None
    assert verify_release(built.folder).is_good


def test_judgments_that_come_later_change_the_counts(
    built: BuiltRelease, session: Session, settings: Settings, now: datetime
) -> None:
    pair = session.exec(select(Pair)).first()
    person = session.exec(select(Person)).first()
    assert pair is not None
    assert person is not None
    add_verdict(session, pair, person, Verdict(0, Choice.B))

    build(session, settings, now)

    old, new = (dossier_of(one, session, settings) for one in ("1.0.0", "1.1.0"))
    name = "Under rubric tiny 1.0.0"
    assert values(old, FieldName.COLLECTION)[name] == 19
    assert values(new, FieldName.COLLECTION)[name] == 20
