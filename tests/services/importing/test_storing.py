"""Importing judgments: all or nothing, people who cannot sign in, pairs that are not offered."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlmodel import Session, col, select

from evalhub.core.campaigns import AnnotatorKind, JudgmentOrigin
from evalhub.core.judging.answers import Choice, answer_from_json
from evalhub.core.people import Actor, Origin, Role, command_actor
from evalhub.core.responses import ResponseStatus
from evalhub.db.engine import Database
from evalhub.db.models import (
    AuditEvent,
    Endpoint,
    Judgment,
    JudgmentImport,
    Pair,
    Person,
    Project,
    ProjectEndpoint,
    Prompt,
    PromptSetVersion,
    Response,
)
from evalhub.errors import BadInput, Conflict, Forbidden, NotFound
from evalhub.services.importing.drafting import ImportedFile
from evalhub.services.importing.storing import ImportSummary
from evalhub.services.judging.current import current_judgments
from tests.factories import (
    make_endpoint,
    make_pair,
    make_person,
    make_project,
    make_prompt_set_version,
    make_response,
)
from tests.importing import import_judgments

HEADER = "prompt_id,model_left,model_right,annotator_id,choice,preference\n"


@pytest.fixture
def project(session: Session) -> Project:
    """Give a project with two prompts and three models, beside a noise project."""
    noise = [make_endpoint(session, slug="noise"), make_endpoint(session, model="m1")]
    make_project(session, *noise)
    version = make_prompt_set_version(session, "First?", "Second?")
    endpoints = [make_endpoint(session, slug=f"e{n}", model=f"m{n}") for n in (1, 2, 3)]
    for prompt in session.exec(select(Prompt).where(Prompt.prompt_set_version_id == version.id)):
        for endpoint in endpoints:
            empty = endpoint.slug == "e3"
            make_response(
                session,
                prompt,
                endpoint,
                text="" if empty else f"{endpoint.slug} says",
                status=ResponseStatus.EMPTY if empty else ResponseStatus.ANSWERED,
            )
    return make_project(session, *endpoints, prompts=version, slug="trial")


def import_text(
    session: Session,
    text: str,
    *,
    now: datetime,
    project: str = "trial",
    source: str = "pilot",
    kind: AnnotatorKind = AnnotatorKind.HUMAN,
) -> ImportSummary:
    file = ImportedFile((HEADER + text).encode(), "j.csv", source, kind=kind)
    return import_judgments(project, file, session=session, actor=command_actor(), now=now)


def test_rows_become_judgments_of_imported_people(
    session: Session, project: Project, now: datetime
) -> None:
    summary = import_text(session, "p0,m1,m2,ann,left,-2\np0,m2,m1,bob,tie,\n", now=now)

    assert summary == ImportSummary(2, 2, 1, 1, 0)
    records = current_judgments(project.id, session=session)
    assert {record.origin for record in records} == {JudgmentOrigin.IMPORTED}
    assert {record.person_origin for record in records} == {Origin.IMPORTED}


def test_rows_that_are_broken_do_not_hide_rows_that_lead_nowhere(
    session: Session, project: Project, now: datetime
) -> None:
    rows = "p0,m1,m2,ann,best,\np9,m1,m2,ann,a,\np0,m1,m9,ann,a,\n"

    with pytest.raises(BadInput) as caught:
        import_text(session, rows, now=now)

    assert [str(problem).split(":")[0] for problem in caught.value.problems] == [
        "j.csv line 2, column 'choice'",
        "j.csv line 3",
        "j.csv line 4",
    ]


def test_the_side_order_of_the_file_is_kept(
    session: Session, project: Project, now: datetime
) -> None:
    import_text(session, "p0,m1,m2,ann,left,\np0,m2,m1,bob,left,\n", now=now)

    winners = {
        record.is_swapped: record.winner.model
        for record in current_judgments(project.id, session=session)
        if record.winner
    }
    assert winners == {False: "m1", True: "m2"}


def test_a_graded_row_keeps_grade_and_choice(
    session: Session, project: Project, now: datetime
) -> None:
    import_text(session, "p0,e1,e2,ann,b,3\n", now=now)

    (row,) = session.exec(select(Judgment))
    assert (row.choice, row.preference, row.source_line) == (Choice.B, 3, 2)


def test_pairs_are_added_unoffered_and_known_ones_are_used(
    session: Session, project: Project, now: datetime
) -> None:
    prompt = session.exec(select(Prompt).where(Prompt.key == "p1")).one()
    known = make_pair(
        session, project, *(response_of(session, prompt, slug) for slug in ("e1", "e2")), position=4
    )

    summary = import_text(session, "p1,m1,m2,ann,a,\np0,m1,m2,ann,b,\n", now=now)

    assert (summary.n_pairs, summary.n_pairs_added) == (2, 1)
    added = session.exec(select(Pair).where(Pair.id != known.id, Pair.project_id == project.id))
    assert [(pair.is_offered, pair.position) for pair in added] == [(False, 5)]


def response_of(session: Session, prompt: Prompt, slug: str) -> Response:
    """Return the response that the fixture made."""
    query = (
        select(Response)
        .join(Endpoint, col(Endpoint.id) == col(Response.endpoint_id))
        .where(Response.prompt_id == prompt.id, Endpoint.slug == slug)
    )
    return session.exec(query).one()


def test_judgments_on_responses_that_are_not_answers_are_accepted_and_counted(
    session: Session, project: Project, now: datetime
) -> None:
    assert import_text(session, "p0,m1,m3,ann,a,\np0,m1,m2,ann,a,\n", now=now).n_not_answered == 1


def test_a_model_as_a_judge_is_kept_apart(
    session: Session, project: Project, now: datetime
) -> None:
    import_text(session, "p0,m1,m2,judge,a,\n", now=now, kind=AnnotatorKind.MODEL)

    assert session.exec(select(Judgment)).one().annotator_kind is AnnotatorKind.MODEL


def test_one_annotator_is_one_person_in_every_file_of_a_source(
    session: Session, project: Project, now: datetime
) -> None:
    import_text(session, "p0,m1,m2,ann,a,\n", now=now)
    import_text(session, "p1,m1,m2,ann,a,\np1,m1,m2,eve,a,\n", now=now)
    import_text(session, "p1,m1,m2,ann,b,\n", now=now, source="other")

    people = session.exec(select(Person).where(Person.origin == Origin.IMPORTED)).all()
    assert sorted((p.import_source, p.external_id) for p in people) == [
        ("other", "ann"),
        ("pilot", "ann"),
        ("pilot", "eve"),
    ]
    assert all(person.email is None and person.password_hash is None for person in people)


def test_the_same_file_is_refused_in_one_project_and_accepted_in_another(
    session: Session, project: Project, now: datetime
) -> None:
    endpoints = session.exec(select(Endpoint).where(col(Endpoint.slug).in_(["e1", "e2"]))).all()
    version = session.get_one(PromptSetVersion, project.prompt_set_version_id)
    make_project(session, *endpoints, prompts=version, slug="second")
    import_text(session, "p0,m1,m2,ann,a,\n", now=now)

    with pytest.raises(Conflict, match="this very file"):
        import_text(session, "p0,m1,m2,ann,a,\n", now=now)
    assert import_text(session, "p0,m1,m2,ann,a,\n", now=now, project="second").n_judgments == 1


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("p9,m1,m2,ann,a,", "j.csv line 2: the project has no prompt 'p9'"),
        ("p0,m1,m9,ann,a,", "j.csv line 2: no response of 'm9' to prompt 'p0'"),
        ("p0,noise,m1,ann,a,", "no response of 'noise'"),
        ("p0,m8,m8b,ann,a,", "line 2: several endpoints go by 'm8'; name one as slug@revision"),
        ("p0,m7,m1,ann,a,", "no response of 'm7'"),
    ],
    ids=["prompt", "model", "another project's", "ambiguous", "failed"],
)
def test_a_row_that_names_nothing_known_changes_nothing(
    session: Session, project: Project, now: datetime, row: str, message: str
) -> None:
    prompt = session.exec(select(Prompt).where(Prompt.key == "p0")).first()
    assert prompt
    for slug, model in (("e8", "m8"), ("e8b", "m8"), ("e7", "m7")):
        endpoint = make_endpoint(session, slug=slug, model=model)
        session.add(ProjectEndpoint(project_id=project.id, endpoint_id=endpoint.id))
        status = ResponseStatus.ERROR if model == "m7" else ResponseStatus.ANSWERED
        for one in session.exec(
            select(Prompt).where(Prompt.prompt_set_version_id == project.prompt_set_version_id)
        ):
            make_response(session, one, endpoint, text=slug, status=status)

    with pytest.raises(BadInput, match=message):
        import_text(session, row + "\n", now=now)

    assert session.exec(select(Judgment)).all() == []
    assert session.exec(select(JudgmentImport)).all() == []


@pytest.mark.parametrize(
    "source",
    ["", " x", "y" * 101, "two\nlines", "\x1b[2J"],
    ids=["empty", "spaces", "long", "lines", "control"],
)
def test_a_source_needs_a_name(
    session: Session, project: Project, now: datetime, source: str
) -> None:
    with pytest.raises(BadInput, match="source"):
        import_text(session, "p0,m1,m2,ann,a,\n", now=now, source=source)


def test_an_unknown_project_is_not_found(session: Session, now: datetime) -> None:
    with pytest.raises(NotFound, match="'trial'"):
        import_text(session, "p0,m1,m2,ann,a,\n", now=now)


def test_an_annotator_may_not_import(session: Session, project: Project, now: datetime) -> None:
    actor = Actor(person_id=1, name="Ann", roles=frozenset({Role.ANNOTATOR}))
    file = ImportedFile((HEADER + "p0,m1,m2,ann,a,\n").encode(), "j.csv", "pilot")

    with pytest.raises(Forbidden):
        import_judgments("trial", file, session=session, actor=actor, now=now)


def test_an_import_is_written_to_the_audit_log(
    session: Session, project: Project, now: datetime
) -> None:
    import_text(session, "p0,m1,m2,ann,a,\n", now=now)

    events = session.exec(select(AuditEvent).where(AuditEvent.action == "judgments.import")).all()
    assert [event.subject for event in events] == ["project:trial"]


def test_every_judgment_holds_its_own_answer(
    session: Session, project: Project, now: datetime
) -> None:
    text = (
        "prompt_id,model_left,model_right,annotator_id,choice,preference,why\n"
        "p1,m1,m2,ann,left,-2,first\np0,m2,m1,bob,tie,0,second\np0,m1,m2,ann,b,3,third\n"
    )
    file = ImportedFile(text.encode(), "j.csv", "pilot")

    import_judgments("trial", file, session=session, actor=command_actor(), now=now)

    rows = session.exec(select(Judgment).order_by(col(Judgment.source_line))).all()
    stored = [answer_from_json(json.loads(row.answer), where="answer") for row in rows]
    assert [answer.why for answer in stored] == ["first", "second", "third"]
    assert [(a.choice, a.preference) for a in stored] == [
        (row.choice, row.preference) for row in rows
    ]


def test_a_file_is_read_without_the_writers_place(database: Database, now: datetime) -> None:
    """Hold the one writer's place; a file that cannot be read is refused all the same."""
    bad = ImportedFile(b"prompt_id,choice\np0,a\n", "bad.csv", "pilot")

    def run() -> None:
        with database.transaction() as session:
            import_judgments("trial", bad, session=session, actor=command_actor(), now=now)

    with ThreadPoolExecutor(max_workers=1) as pool, database.transaction() as session:
        make_person(session)
        with pytest.raises(BadInput, match=r"bad\.csv"):
            pool.submit(run).result(timeout=60)


def test_one_judgment_under_two_names_of_an_endpoint_is_refused(
    session: Session, project: Project, now: datetime
) -> None:
    with pytest.raises(BadInput, match=r"line 3: annotator 'ann' has .* already: j\.csv line 2"):
        import_text(session, "p0,m1,m2,ann,a,\np0,e1@1,e2,ann,b,\n", now=now)

    assert session.exec(select(Judgment)).all() == []


def test_a_mended_file_does_not_count_its_judgments_twice(
    session: Session, project: Project, now: datetime
) -> None:
    import_text(session, "p0,m1,m2,ann,a,\np0,m2,m1,ann,b,\n", now=now)

    with pytest.raises(BadInput) as caught:
        import_text(session, "p1,m1,m2,ann,a,\np0,m2,m1,ann,b,\n", now=now)

    assert str(caught.value) == (
        "j.csv line 3: annotator 'ann' has judged this pair already: j.csv line 3, imported"
    )
    assert len(session.exec(select(Judgment)).all()) == 2


@pytest.mark.parametrize(
    ("row", "source"),
    [
        pytest.param("p0,m1,m2,ann,a,", "other", id="another source's annotator"),
        pytest.param("p0,m1,m2,eve,a,", "pilot", id="another annotator"),
        pytest.param("p0,m2,m1,ann,a,", "pilot", id="other sides"),
        pytest.param("p1,m1,m2,ann,a,", "pilot", id="another prompt"),
    ],
)
def test_what_is_no_repeat_is_imported(
    session: Session, project: Project, now: datetime, row: str, source: str
) -> None:
    import_text(session, "p0,m1,m2,ann,a,\n", now=now)

    assert import_text(session, row + "\n\n", now=now, source=source).n_judgments == 1


def test_the_judgments_of_another_project_are_no_repeats(
    session: Session, project: Project, now: datetime
) -> None:
    version = session.get_one(PromptSetVersion, project.prompt_set_version_id)
    endpoints = session.exec(select(Endpoint).where(col(Endpoint.slug).in_(["e1", "e2"]))).all()
    make_project(session, *endpoints, prompts=version, slug="second")
    import_text(session, "p0,m1,m2,ann,a,\n", now=now)

    again = import_text(session, "p0,m1,m2,ann,a,\n\n", now=now, project="second")

    assert again.n_judgments == 1


def test_two_revisions_of_an_endpoint_are_told_apart_by_their_number(
    session: Session, project: Project, now: datetime
) -> None:
    revised = make_endpoint(session, slug="noise-1", model="m1")
    revised.slug, revised.revision = "e1", 2
    session.add(ProjectEndpoint(project_id=project.id, endpoint_id=revised.id))
    prompt = session.exec(
        select(Prompt).where(
            Prompt.prompt_set_version_id == project.prompt_set_version_id, Prompt.key == "p0"
        )
    ).one()
    response = make_response(session, prompt, revised, text="revised")

    for name in ("e1", "m1"):
        with pytest.raises(BadInput, match=f"several endpoints go by '{name}'"):
            import_text(session, f"p0,{name},m2,ann,a,\n", now=now)
    import_text(session, "p0,e1@2,e2,ann,a,\n", now=now)

    pair = session.exec(select(Pair).join(Judgment, col(Judgment.pair_id) == col(Pair.id))).one()
    assert response.id in {pair.response_x_id, pair.response_y_id}


def test_a_judges_file_is_by_one_annotator_and_of_its_kind(
    session: Session, project: Project, now: datetime
) -> None:
    data = b"prompt_id,model_left,model_right,choice\np0,m1,m2,left\np1,m1,m2,tie\n"
    file = ImportedFile(data, "j.csv", "pilot", kind=AnnotatorKind.MODEL, annotator="gpt-4")

    summary = import_judgments("trial", file, session=session, actor=command_actor(), now=now)

    records = current_judgments(project.id, session=session)
    assert (summary.n_judgments, summary.n_annotators) == (2, 1)
    assert {record.annotator_kind for record in records} == {AnnotatorKind.MODEL}
    assert len({record.person_public_id for record in records}) == 1
