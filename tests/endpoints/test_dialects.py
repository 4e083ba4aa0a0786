"""Every dialect has a name, and none lets a parameter replace what EvalHub sets."""

import pytest

from evalhub.core.pulling.dialects import DialectName
from evalhub.core.pulling.parameters import RESERVED
from evalhub.core.pulling.specs import Question
from evalhub.endpoints.dialects import DIALECTS
from tests.endpoints.reading import QUESTION, spec

ALL = pytest.mark.parametrize("name", DialectName)


def test_every_name_can_be_asked() -> None:
    assert list(DIALECTS) == list(DialectName)


@ALL
def test_what_is_sent_is_either_a_parameter_or_reserved(name: DialectName) -> None:
    dialect = DIALECTS[name]
    known = {*RESERVED, *dialect.reserved}

    assert set(dialect.body(spec(), QUESTION)) <= known


@ALL
def test_a_bare_address_names_no_other_model(name: DialectName) -> None:
    assert DIALECTS[name].address_problem("https://h.example/v1", "m") == ""


@ALL
def test_a_seed_is_sent_where_there_is_a_place_for_it(name: DialectName) -> None:
    dialect = DIALECTS[name]

    body = dialect.body(spec(), Question(1, QUESTION.messages, seed=4711))

    assert ("4711" in str(body)) is dialect.takes_seed
