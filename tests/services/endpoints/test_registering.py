"""Endpoints are registered, revised and retired; their responses keep their settings."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.canonical import Json
from evalhub.core.people import command_actor
from evalhub.core.pulling.dialects import DialectName
from evalhub.core.pulling.specs import PREMADE
from evalhub.db.engine import Database
from evalhub.db.models import AuditEvent, Endpoint
from evalhub.errors import BadInput, Conflict, NotFound
from evalhub.services.endpoints import (
    EndpointDraft,
    EndpointView,
    browse_endpoints,
    find_endpoint,
    get_endpoint,
    list_endpoints,
    register_endpoint,
    retire_endpoint,
    revise_endpoint,
)
from evalhub.services.paging import PAGE_SIZE
from tests.factories import make_endpoint

ACTOR = command_actor()
DRAFT = EndpointDraft(
    slug="careful",
    model="org/model-7b",
    url="https://models.example.com/v1",
    api_key_ref="env:MODELS_API_KEY",
    parameters={"temperature": 0.7},
    requests_per_minute=60,
    tokens_per_minute=90_000,
    account="lab",
)
NOBODY: frozenset[str] = frozenset()


def register(draft: EndpointDraft, session: Session, now: datetime) -> EndpointView:
    return register_endpoint(draft, session=session, actor=ACTOR, now=now, allowed_hosts=NOBODY)


def revise(draft: EndpointDraft, session: Session, now: datetime) -> EndpointView:
    return revise_endpoint(draft, session=session, actor=ACTOR, now=now, allowed_hosts=NOBODY)


def test_an_endpoint_is_registered_as_it_was_given(session: Session, now: datetime) -> None:
    make_endpoint(session)

    view = register(DRAFT, session, now)

    assert (view.draft, view.label, view.slug) == (DRAFT, "careful@1", "careful")
    assert get_endpoint("careful", session=session) == view


def test_registering_is_audited_with_the_name_of_the_key(session: Session, now: datetime) -> None:
    register(DRAFT, session, now)

    (event,) = session.exec(select(AuditEvent))
    assert (event.action, event.subject) == ("endpoint.register", "endpoint:careful@1")
    assert json.loads(event.details)["key"] == "env:MODELS_API_KEY"


def test_a_name_in_use_is_not_registered_twice(session: Session, now: datetime) -> None:
    register(DRAFT, session, now)

    with pytest.raises(Conflict, match="'careful' is in use already"):
        register(DRAFT, session, now)


def test_a_change_is_a_new_revision(session: Session, now: datetime) -> None:
    register(DRAFT, session, now)

    view = revise(replace(DRAFT, parameters={"temperature": 0.0}), session, now)

    rows = session.exec(select(Endpoint).order_by(col(Endpoint.revision))).all()
    assert view.label == "careful@2"
    assert [row.retired_at for row in rows] == [now, None]
    assert [json.loads(row.parameters)["temperature"] for row in rows] == [0.7, 0.0]


def test_what_was_simulated_stays_simulated(session: Session, now: datetime) -> None:
    register(replace(DRAFT, is_simulated=True), session, now)

    view = revise(replace(DRAFT, model="other"), session, now)

    assert view.draft.is_simulated


def test_a_change_that_changes_nothing_is_refused(session: Session, now: datetime) -> None:
    register(DRAFT, session, now)

    with pytest.raises(Conflict, match="already has these settings"):
        revise(DRAFT, session, now)


def test_an_unknown_endpoint_cannot_be_changed(session: Session, now: datetime) -> None:
    make_endpoint(session, slug="other")

    with pytest.raises(NotFound, match="no endpoint 'careful' in use"):
        revise(DRAFT, session, now)


def test_a_retired_endpoint_is_no_longer_found(session: Session, now: datetime) -> None:
    register(DRAFT, session, now)

    retire_endpoint("careful", session=session, actor=ACTOR, now=now)

    assert find_endpoint("careful", session=session) is None
    assert list_endpoints(session=session) == []
    assert [view.retired_at for view in list_endpoints(session=session, with_retired=True)] == [now]


def test_a_retired_name_comes_back_as_its_next_revision(session: Session, now: datetime) -> None:
    register(DRAFT, session, now)
    retire_endpoint("careful", session=session, actor=ACTOR, now=now)

    assert register(DRAFT, session, now).label == "careful@2"


def test_a_long_list_is_read_page_by_page_without_those_in_retirement(
    session: Session, now: datetime
) -> None:
    for number in range(PAGE_SIZE + 2):
        make_endpoint(session, slug=f"e-{number:03}")
    make_endpoint(session, slug="a-premade", dialect="premade")
    retire_endpoint("e-000", session=session, actor=ACTOR, now=now)

    first, second = (browse_endpoints(session=session, page=page) for page in (1, 2))

    assert [*first.items, *second.items] == list_endpoints(session=session)
    assert (len(first.items), first.n_found, first.n_pages) == (PAGE_SIZE, PAGE_SIZE + 1, 2)
    assert browse_endpoints(session=session, with_retired=True).n_found == PAGE_SIZE + 2


def test_premade_responses_are_no_endpoint_to_ask(session: Session, now: datetime) -> None:
    make_endpoint(session, slug="premade", dialect="premade")
    register(DRAFT, session, now)

    assert [view.slug for view in list_endpoints(session=session)] == ["careful"]


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("slug", "Not A Slug", "slug: must be 1 to 80 lower-case"),
        ("slug", "", "slug: must be"),
        ("model", " ", "model: must be 1 to 200 printable"),
        ("model", "a\nb", "model: must be 1 to 200 printable"),
        ("output_terms", "x" * 201, "output_terms: must be 1 to 200"),
        ("dialect", "morse", "dialect: 'morse' is not one of chat_completions"),
        ("url", "http://models.example.com/v1", "url: .* must use https"),
        ("url", "https://10.0.0.1/v1", "url: .* not a public address"),
        ("url", "https://[fec0::1]/v1", "url: .* not a public address"),
        ("url", "https://a..b/", "url: 'a..b' is not a host name"),
        ("url", f"https://{'a' * 64}.example/", "url: 'a{64}.example' is not a host name"),
        ("url", "https://①②⑦.0.0.1/", "url: .* is not an http.s. address"),
        ("url", "https://[v1.x]/", "url: .* is not an http.s. address"),
        ("url", "https://h.example/v1?Key=abc", "url: must not carry a key"),
        ("max_concurrency", 0, "max_concurrency: must lie between 1 and 1000"),
        ("max_attempts", 21, "max_attempts: must lie between 1 and 20"),
        ("request_timeout_s", float("nan"), "request_timeout_s: must lie between 1 and 3600"),
        ("request_timeout_s", 601.0, "request_timeout_s: must not be longer than total"),
        ("account", "Our Lab", "account: must be 1 to 80 lower-case"),
        ("requests_per_minute", 0, "requests_per_minute: must lie between 1 and 1000000, or be"),
        ("tokens_per_minute", 10**10, "tokens_per_minute: must lie between 1 and 1000000000"),
        ("total_timeout_s", 1e9, "total_timeout_s: must lie between 1 and 86400"),
        ("parameters", {"model": "x"}, "parameter 'model': cannot be set here"),
        ("api_key_ref", "env:EVALHUB_SECRET_KEY", "key_env: .* EVALHUB_… is refused"),
        (
            "api_key_ref",
            "env:PGPASSWORD",
            r"key_env: the name of its variable must match \*_API_KEY;",
        ),
    ],
)
def test_a_broken_field_is_named(
    session: Session, now: datetime, field: str, value: object, problem: str
) -> None:
    with pytest.raises(BadInput, match=problem):
        register(replace(DRAFT, **{field: value}), session, now)  # type: ignore[arg-type]  # any field

    assert session.exec(select(Endpoint)).all() == []


@pytest.mark.parametrize(
    ("dialect", "parameters", "problem"),
    [
        ("anthropic_messages", {}, "parameter 'max_tokens': must be set: Anthropic's"),
        ("anthropic_messages", {"max_tokens": 9, "system": "x"}, "'system': cannot be set here"),
        ("responses", {"store": True}, "'store': cannot be set here: nothing is kept"),
        ("gemini", {"generationConfig": {}}, "'generationConfig': cannot be set here: name its"),
    ],
)
def test_a_dialect_has_rules_of_its_own(
    session: Session, now: datetime, dialect: str, parameters: dict[str, Json], problem: str
) -> None:
    with pytest.raises(BadInput, match=problem):
        register(replace(DRAFT, dialect=dialect, parameters=parameters), session, now)


@pytest.mark.parametrize(
    ("dialect", "path", "problem"),
    [
        ("gemini", "v1beta/models/other:generateContent", "url: names 'other', but the model is"),
        ("azure_openai", "openai/deployments/other", "url: names the deployment 'other', but"),
    ],
)
def test_an_address_that_names_another_model_is_refused(
    session: Session, now: datetime, dialect: str, path: str, problem: str
) -> None:
    with pytest.raises(BadInput, match=problem):
        register(replace(DRAFT, dialect=dialect, url=f"https://h.example/{path}"), session, now)


@pytest.mark.parametrize("dialect", DialectName)
def test_any_dialect_can_be_chosen(session: Session, now: datetime, dialect: DialectName) -> None:
    register(replace(DRAFT, dialect=dialect, parameters={"max_tokens": 9}), session, now)

    assert get_endpoint("careful", session=session).draft.dialect == dialect


def test_a_revision_may_speak_another_dialect(session: Session, now: datetime) -> None:
    register(DRAFT, session, now)

    view = revise(replace(DRAFT, dialect=DialectName.RESPONSES), session, now)

    assert (view.label, view.draft.dialect) == ("careful@2", "responses")


def test_an_endpoint_may_need_no_key(session: Session, now: datetime) -> None:
    assert register(replace(DRAFT, api_key_ref=None), session, now).draft.api_key_ref is None


def test_an_administrator_can_allow_other_variables(session: Session, now: datetime) -> None:
    draft = replace(DRAFT, api_key_ref="env:HF_TOKEN")
    given: dict[str, Any] = {"session": session, "actor": ACTOR, "now": now}

    view = register_endpoint(draft, allowed_hosts=NOBODY, key_patterns=("HF_*",), **given)

    assert view.draft.api_key_ref == "env:HF_TOKEN"
    with pytest.raises(BadInput, match="must match X;"):
        revise_endpoint(
            replace(draft, model="other"), allowed_hosts=NOBODY, key_patterns=("X",), **given
        )


def test_a_key_typed_instead_of_named_is_refused_without_being_shown(
    session: Session, now: datetime
) -> None:
    with pytest.raises(BadInput, match="name of an environment variable") as caught:
        register(replace(DRAFT, api_key_ref="env:sk-proj-abc123"), session, now)

    assert "abc123" not in str(caught.value)


def test_every_broken_field_is_named_at_once(session: Session, now: datetime) -> None:
    draft = replace(DRAFT, slug="", url="x", max_attempts=0, api_key_ref="x")

    with pytest.raises(BadInput) as caught:
        register(draft, session, now)

    assert [problem.where for problem in caught.value.problems] == [
        "slug",
        "url",
        "key_env",
        "max_attempts",
    ]


def test_an_allowed_host_may_be_private(session: Session, now: datetime) -> None:
    draft = replace(DRAFT, url="http://10.0.0.1:8000/v1")

    view = register_endpoint(
        draft, session=session, actor=ACTOR, now=now, allowed_hosts=frozenset({"10.0.0.1:8000"})
    )

    assert view.draft.url == "http://10.0.0.1:8000/v1"


def beside(
    database: Database, held: Callable[[Session], object], other: Callable[[Session], object]
) -> BaseException | None:
    """Do ``other`` while a transaction that did ``held`` is open; return what it raised."""

    def do_other() -> None:
        with database.transaction() as session:
            other(session)

    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as session:
            held(session)
            future = pool.submit(do_other)
            wait({future}, timeout=0.2)
        return future.exception()


def test_of_two_who_register_at_once_the_second_is_told(database: Database, now: datetime) -> None:
    def add(session: Session) -> None:
        register(DRAFT, session, now)

    assert isinstance(beside(database, add, add), Conflict)


def test_a_name_that_a_prompt_set_takes_meanwhile_is_told_and_no_failure(
    database: Database, now: datetime
) -> None:
    def bring(session: Session) -> None:
        # A prompt set with responses adds its endpoints without the lock of those who register.
        make_endpoint(session, slug="careful")

    failed = beside(database, bring, lambda session: register(DRAFT, session, now))

    assert isinstance(failed, Conflict)
    with database.transaction(write=False) as session:
        assert get_endpoint("careful", session=session).label == "careful@1"


def test_retiring_during_a_revision_leaves_nothing_in_use(
    database: Database, now: datetime
) -> None:
    with database.transaction() as session:
        register(DRAFT, session, now)

    failed = beside(
        database,
        lambda session: revise(replace(DRAFT, model="next"), session, now),
        lambda session: retire_endpoint("careful", session=session, actor=ACTOR, now=now),
    )

    assert failed is None
    with database.transaction(write=False) as session:
        assert find_endpoint("careful", session=session) is None
        rows = session.exec(select(Endpoint.revision, Endpoint.retired_at)).all()
    assert sorted(revision for revision, _ in rows) == [1, 2]
    assert all(retired_at is not None for _, retired_at in rows)


def test_two_revisions_at_once_follow_each_other(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        register(DRAFT, session, now)

    failed = beside(
        database,
        lambda session: revise(replace(DRAFT, model="second"), session, now),
        lambda session: revise(replace(DRAFT, model="third"), session, now),
    )

    assert failed is None
    with database.transaction(write=False) as session:
        assert get_endpoint("careful", session=session).label == "careful@3"


def test_responses_that_came_with_prompts_are_no_endpoint_to_ask(session: Session) -> None:
    make_endpoint(session, slug="premade-set-m", dialect=PREMADE)

    assert find_endpoint("premade-set-m", session=session) is None


@pytest.mark.parametrize("is_retired", [False, True], ids=["in use", "retired"])
def test_the_name_of_premade_responses_is_taken(
    session: Session, now: datetime, *, is_retired: bool
) -> None:
    row = make_endpoint(session, slug="careful", dialect=PREMADE)
    row.retired_at = now if is_retired else None
    session.flush()

    with pytest.raises(Conflict, match="holds responses that came with a prompt set"):
        register(DRAFT, session, now)


def test_premade_responses_are_neither_revised_nor_retired(session: Session, now: datetime) -> None:
    row = make_endpoint(session, slug="careful", dialect=PREMADE)

    with pytest.raises(NotFound):
        revise(DRAFT, session, now)
    with pytest.raises(NotFound):
        retire_endpoint("careful", session=session, actor=ACTOR, now=now)

    assert row.retired_at is None
    assert session.scalar(sa.select(sa.func.count()).select_from(Endpoint)) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("max_concurrency", 10**400, id="no float"),
        pytest.param("max_concurrency", -(10**400), id="no float below"),
        pytest.param("request_timeout_s", float("nan"), id="NaN"),
        pytest.param("total_timeout_s", float("inf"), id="infinity"),
    ],
)
def test_a_number_beyond_every_range_is_named(
    session: Session, now: datetime, name: str, value: float
) -> None:
    with pytest.raises(BadInput) as caught:
        register(replace(DRAFT, **{name: value}), session, now)  # type: ignore[arg-type]  # one number

    assert name in {problem.where for problem in caught.value.problems}
    assert session.scalar(sa.select(sa.func.count()).select_from(Endpoint)) == 0
