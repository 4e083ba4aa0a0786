"""Short ways to write settings and read replies in the tests of dialects."""

import json

from hypothesis import strategies as st

from evalhub.core.canonical import Json
from evalhub.core.pulling.outcomes import Failure, Reply
from evalhub.core.pulling.specs import EndpointSpec, Question
from evalhub.endpoints.protocol import Dialect

QUESTION = Question(
    1,
    [
        {"role": "system", "content": "Short."},
        {"role": "user", "content": "Fever?"},
        {"role": "assistant", "content": "A raised temperature."},
        {"role": "user", "content": "How high?"},
    ],
)


def spec(url: str = "https://h", model: str = "m", **parameters: Json) -> EndpointSpec:
    """Return an endpoint's settings."""
    return EndpointSpec("s", model, "any", url, parameters=parameters)


def read(dialect: Dialect, value: Json, status: int = 200) -> Reply | Failure:
    """Read ``value`` as a reply."""
    return dialect.read(status, json.dumps(value))


def reply_of(dialect: Dialect, value: Json) -> Reply:
    """Read ``value``, which must be an answer of some kind."""
    found = read(dialect, value)
    assert isinstance(found, Reply), found
    return found


def failure_of(dialect: Dialect, value: Json, status: int = 200) -> Failure:
    """Read ``value``, which must be a failure."""
    found = read(dialect, value, status)
    assert isinstance(found, Failure), found
    return found


def jsons(*names: str) -> st.SearchStrategy[Json]:
    """Return any JSON whose objects hold fields of these names."""
    return st.recursive(
        st.none() | st.booleans() | st.integers() | st.sampled_from(["", "x", *names]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["error", *names]), inner, max_size=4)
        ),
        max_leaves=12,
    )
