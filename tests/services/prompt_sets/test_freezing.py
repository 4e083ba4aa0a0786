"""A frozen version holds the canonical rows in file order, and the responses beside them."""

import json
from datetime import datetime

import pytest
from sqlmodel import Session, col, select

from evalhub.core.canonical import Json, sha256_hex
from evalhub.core.people import command_actor
from evalhub.core.responses import ResponseStatus
from evalhub.db.models import Endpoint, Prompt, Response
from evalhub.services.prompt_sets.freezing import Material, freeze
from evalhub.services.prompt_sets.views import Frozen
from tests.core.prompts.rows import row
from tests.factories import make_endpoint
from tests.services.prompt_sets.material import file_of

ACTOR = command_actor()


def frozen(session: Session, *rows: Json, now: datetime, slug: str = "fevers") -> Frozen:
    material = Material("prompts.jsonl", file_of(*rows).prompts)
    return freeze(slug, "Fevers", material, session=session, actor=ACTOR, now=now)


def answers(**texts: str) -> Json:
    return [{"model": model, "content": text} for model, text in texts.items()]


def test_rows_are_stored_canonically_in_file_order(session: Session, now: datetime) -> None:
    frozen(session, row(id="b", split="eval"), row(id="a", language="de"), now=now)

    rows = session.exec(select(Prompt).order_by(col(Prompt.position))).all()
    assert [(r.key, r.language, r.split, r.domain) for r in rows] == [
        ("b", "en", "eval", "medicine"),
        ("a", "de", "train", "medicine"),
    ]
    assert all(r.sha256 == sha256_hex(r.document) for r in rows)


def test_many_rows_are_stored(session: Session, now: datetime) -> None:
    rows = [row(id=str(i), prompt=f"Question {i}?") for i in range(1001)]

    assert frozen(session, *rows, now=now).version.n_prompts == 1001
    assert len(session.exec(select(Prompt)).all()) == 1001


def test_responses_that_came_with_prompts_are_stored_as_what_they_are(
    session: Session, now: datetime
) -> None:
    given: Json = [
        {"model": "m1", "content": "Rest.", "parameters": {"seed": 1}},
        {"model": "m2", "content": " "},
        {"model": "m3", "content": "Drink", "finish_reason": "length"},
        {"model": "m4", "content": "As ChatGPT, I say rest."},
    ]

    frozen(session, row(responses=given), now=now)

    rows = session.exec(select(Response).order_by(col(Response.id))).all()
    assert [r.status for r in rows] == [
        ResponseStatus.ANSWERED,
        ResponseStatus.EMPTY,
        ResponseStatus.TRUNCATED,
        ResponseStatus.ANSWERED,
    ]
    assert [r.parameters for r in rows] == ['{"seed":1}', "{}", "{}", "{}"]
    assert [r.names_itself is None for r in rows] == [True, True, True, False]
    assert rows[0].sha256 == sha256_hex("Rest.")


def test_no_model_is_named_in_what_is_asked_and_shown(session: Session, now: datetime) -> None:
    frozen(session, row(responses=answers(m1="Rest.")), now=now)

    document = session.exec(select(Prompt)).one().document
    assert "responses" not in json.loads(document)
    assert "m1" not in document


def test_each_model_has_one_endpoint_over_versions(session: Session, now: datetime) -> None:
    frozen(session, row(responses=answers(m1="A", m2="B")), now=now)
    frozen(session, row(responses=answers(m1="A2")), now=now)

    rows = session.exec(select(Endpoint).order_by(col(Endpoint.slug))).all()
    assert [(r.slug, r.model, r.dialect) for r in rows] == [
        ("premade-fevers-m1", "m1", "premade"),
        ("premade-fevers-m2", "m2", "premade"),
    ]
    assert len(session.exec(select(Response)).all()) == 3


def test_models_whose_names_read_alike_keep_endpoints_of_their_own(
    session: Session, now: datetime
) -> None:
    given: Json = [{"model": name, "content": name} for name in ("GPT 4", "gpt-4")]

    frozen(session, row(responses=given), now=now)

    slugs = session.exec(select(Endpoint.slug).order_by(col(Endpoint.id))).all()
    assert slugs[0] == "premade-fevers-gpt-4"
    assert slugs[1].startswith("premade-fevers-gpt-4-")


def test_an_endpoint_that_can_be_asked_is_never_taken_for_a_premade_one(
    session: Session, now: datetime
) -> None:
    make_endpoint(session, slug="premade-fevers-m1", model="m1")

    frozen(session, row(responses=answers(m1="A")), now=now)

    slugs = session.exec(select(Endpoint.slug).where(Endpoint.dialect == "premade")).all()
    assert len(slugs) == 1
    assert slugs[0] != "premade-fevers-m1"


@pytest.mark.parametrize("model", ["模型", "x" * 190], ids=["no latin letters", "long"])
def test_any_model_name_gives_an_endpoint(session: Session, now: datetime, model: str) -> None:
    frozen(session, row(responses=[{"model": model, "content": "A"}]), now=now)

    found = session.exec(select(Endpoint)).one()
    assert found.model == model
    assert len(found.slug) <= 80


def test_other_responses_make_another_version(session: Session, now: datetime) -> None:
    first = frozen(session, row(responses=answers(m1="A")), now=now)
    second = frozen(session, row(responses=answers(m1="B")), now=now)

    assert (first.version.number, second.version.number) == (1, 2)
