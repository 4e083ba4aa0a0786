"""Keys are named, read from the environment, and never kept."""

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from evalhub.core.pulling.outcomes import Outcome
from evalhub.core.responses import ResponseStatus
from evalhub.endpoints.errors import MissingKey
from evalhub.endpoints.keys import (
    SHORTEST_SECRET,
    is_allowed,
    is_reference,
    read_key,
    rule_of,
    scrubbed,
    without_key,
)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("env:OPENAI_API_KEY", True),
        ("env:_x1", True),
        ("OPENAI_API_KEY", False),
        ("env:", False),
        ("env:1X", False),
        ("env:A B", False),
        ("sk-proj-abc", False),
        ("env:" + "X" * 191, False),
        ("env:EVALHUB_SECRET_KEY", False),
        ("env:evalhub_database_url", False),
    ],
)
def test_a_reference_names_a_variable(text: str, *, is_one: bool) -> None:
    assert is_reference(text) is is_one


def test_the_key_is_read_without_white_space() -> None:
    assert read_key("env:K_API_KEY", {"K_API_KEY": " abc\n"}) == "abc"


def test_an_endpoint_may_need_no_key() -> None:
    assert read_key(None, {}) is None


@pytest.mark.parametrize(
    ("reference", "environ", "message"),
    [
        pytest.param("env:K_API_KEY", {}, "K_API_KEY holds no key", id="unset"),
        pytest.param("env:K_API_KEY", {"K_API_KEY": "  "}, "K_API_KEY holds no key", id="empty"),
        pytest.param(
            "env:K_API_KEY", {"K_API_KEY": "geheim-ä"}, "no HTTP header can carry", id="not ASCII"
        ),
        pytest.param(
            "env:K_API_KEY", {"K_API_KEY": "geheim\r\nX: y"}, "no HTTP header", id="line break"
        ),
        pytest.param(
            "env:EVALHUB_SECRET_KEY",
            {"EVALHUB_SECRET_KEY": "geheim"},
            "not be a setting of EvalHub",
            id="a setting",
        ),
        pytest.param(
            "env:PGPASSWORD",
            {"PGPASSWORD": "geheim"},
            r"PGPASSWORD is not sent: it must match \*_API_KEY; an administrator can allow others",
            id="not allowed",
        ),
        pytest.param("geheim", {}, "must be named as env:NAME", id="the key itself"),
    ],
)
def test_a_key_that_cannot_be_sent_is_named_but_not_shown(
    reference: str, environ: dict[str, str], message: str
) -> None:
    with pytest.raises(MissingKey, match=message) as caught:
        read_key(reference, environ)

    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "patterns", "may_be_sent"),
    [
        ("OPENAI_API_KEY", ("*_API_KEY",), True),
        ("AWS_SECRET_ACCESS_KEY", ("*_API_KEY",), False),
        ("PGPASSWORD", ("*_API_KEY",), False),
        ("openai_api_key", ("*_API_KEY",), False),
        ("HF_TOKEN", ("*_API_KEY", "HF_TOKEN"), True),
        ("HF_TOKENS", ("HF_TOKEN",), False),
        ("EVALHUB_API_KEY", ("*",), False),
        ("OPENAI_API_KEY", (), False),
    ],
)
def test_only_a_variable_that_matches_may_be_sent(
    name: str, patterns: tuple[str, ...], *, may_be_sent: bool
) -> None:
    assert is_allowed(f"env:{name}", patterns) is may_be_sent


def test_the_rule_names_what_may_be_sent_and_who_allows_more() -> None:
    assert rule_of(("A_*", "B")).startswith("must match A_*, B; an administrator")
    assert "must match nothing" in rule_of(())
    assert "EVALHUB_ENDPOINT_KEYS" in rule_of(())


def test_the_key_is_removed_in_every_form() -> None:
    outcome = Outcome(
        status=ResponseStatus.ANSWERED,
        request_sha256="0",
        text='the k/"y of secrets',
        raw_body='{"a": "k/\\"y of secrets", "b": "k\\/\\"y of secrets"}',
        model_reported='k/"y of secrets',
    )

    clean = without_key(outcome, 'k/"y of secrets')

    assert clean.text == "the [key]"
    assert clean.raw_body == '{"a": "[key]", "b": "[key]"}'
    assert (clean.model_reported, clean.finish_reason) == ("[key]", None)


def test_without_a_key_nothing_changes() -> None:
    outcome = Outcome(status=ResponseStatus.EMPTY, request_sha256="0")

    assert without_key(outcome, None) is outcome


@pytest.mark.parametrize("placeholder", ["EMPTY", "ollama", "none", "lm-studio", "not-needed"])
def test_a_placeholder_is_no_secret_and_stays_in_an_answer(placeholder: str) -> None:
    outcome = Outcome(
        status=ResponseStatus.ANSWERED, request_sha256="0", text=f"Call {placeholder} first."
    )

    assert without_key(outcome, placeholder) is outcome


@given(
    st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), min_size=SHORTEST_SECRET),
    st.text(),
    st.text(),
)
def test_no_key_that_is_a_secret_survives(key: str, before: str, after: str) -> None:
    assume(key not in "[key]" * 9)

    assert key not in scrubbed(f"{before}{key}{after}", key)
    assert key not in json.loads(scrubbed(json.dumps([before, key, after]), key))


def test_a_key_that_ends_in_a_backslash_leaves_json_whole() -> None:
    key = "0123456789a\\"

    assert json.loads(scrubbed(json.dumps([key, "]"]), key)) == ["[key]", "]"]


def test_nothing_is_removed_without_a_key() -> None:
    assert scrubbed("a text", None) == "a text"
