"""What is sent again, what is not, and what a refusal is raised as."""

import random

import pytest

from evalhub.client import (
    Client,
    ClientError,
    KeyRefused,
    NotNow,
    NotThere,
    Refused,
    RetryPolicy,
    Strange,
    Unreachable,
)
from evalhub.client.patience import Patience
from evalhub.core.people import Role, Scope
from evalhub.errors import BadInput
from tests.client.conftest import Connect
from tests.client.serving import Between, cut_after

BUSY = ("503 SERVICE UNAVAILABLE", {"Content-Length": "0"})
LIMITED = (
    "429 TOO MANY REQUESTS",
    {"Content-Length": "0", "Retry-After": "7"},
)


def test_waits_double_and_are_drawn_from_their_upper_half() -> None:
    waits: list[float] = []
    policy = RetryPolicy(attempts=6, first_wait_s=1, longest_wait_s=4)
    patience = Patience(policy, waits.append, random.Random(1))

    for _ in range(5):
        patience.wait("x")

    for wait, longest in zip(waits, (1, 2, 4, 4, 4), strict=True):
        assert longest / 2 <= wait <= longest
    assert len(set(waits)) == 5
    with pytest.raises(Unreachable, match="Gave up after 6 tries: x"):
        patience.wait("x")


def test_progress_begins_the_count_anew() -> None:
    patience = Patience(RetryPolicy(attempts=2), lambda _: None)

    for _ in range(5):
        patience.wait("x")
        patience.progress()

    patience.wait("x")
    with pytest.raises(Unreachable, match="after 2 tries"):
        patience.wait("x")


@pytest.mark.parametrize("asked_s", [121.0, 86_400.0, float("inf")])
def test_a_wait_that_lasts_is_not_obeyed(asked_s: float) -> None:
    waits: list[float] = []

    with pytest.raises(Unreachable, match="asks to come back in"):
        Patience(RetryPolicy(), waits.append).wait("x", asked_s=asked_s)

    assert waits == []


def test_one_try_is_one_try() -> None:
    with pytest.raises(Unreachable, match="after 1 try: x"):
        Patience(RetryPolicy(attempts=1)).wait("x")


def test_what_only_reads_is_asked_again(
    connect: Connect, between: Between, waits: list[float]
) -> None:
    between.answers["/releases"] = [BUSY, LIMITED]
    between.bodies["/releases"] = [cut_after(0)]

    assert [one.version for one in connect().releases()] == ["1.0.0"]

    assert between.asked == ["GET /api/v1/releases "] * 4
    assert waits[1] == 7
    assert all(0.25 <= wait <= 2 for wait in (waits[0], waits[2]))


def test_a_limit_that_lasts_is_told_at_once(
    connect: Connect, between: Between, waits: list[float]
) -> None:
    between.answers["/releases"] = [(LIMITED[0], {**LIMITED[1], "Retry-After": "3600"})]

    with pytest.raises(Strange, match="status 429"):
        connect().releases()

    assert waits == []


def test_an_upload_is_not_sent_twice(
    connect: Connect, between: Between, waits: list[float]
) -> None:
    between.bodies["/prompt-uploads"] = [cut_after(0)]
    hub = connect(Role.RESEARCHER, Scope.PROMPTS_WRITE)

    with pytest.raises(Unreachable, match="whether it arrived is not known"):
        hub.upload_prompts([{"id": "a"}], slug="a")

    assert len(between.asked) == 1
    assert waits == []


def test_an_upload_that_was_not_taken_is_sent_again(connect: Connect, between: Between) -> None:
    between.answers["/prompt-uploads"] = [BUSY, ("502 BAD GATEWAY", {"Content-Length": "0"})]
    hub = connect(Role.RESEARCHER, Scope.PROMPTS_WRITE)

    with pytest.raises(Strange, match="status 502"):
        hub.upload_prompts([{"id": "a"}], slug="a")

    assert len(between.asked) == 2


def test_a_server_that_is_not_there_is_tried_and_given_up(waits: list[float]) -> None:
    policy = RetryPolicy(attempts=3)
    with (
        Client("http://127.0.0.1:9", "evh_x", policy=policy, sleep=waits.append) as hub,
        pytest.raises(Unreachable, match=r"Gave up after 3 tries: POST /pulls: .*refused"),
    ):
        hub.start_pull("a", ["b"])

    assert len(waits) == 2


def test_refusals_carry_what_the_server_says(connect: Connect) -> None:
    with pytest.raises(KeyRefused, match="unknown, expired or revoked") as unknown:
        connect(key="evh_unknown").releases()
    with pytest.raises(KeyRefused, match="lacks the scope pulls:write") as lacking:
        connect().pull("x")
    with pytest.raises(NotThere, match="There is no pull 'x'") as missing:
        connect(Role.RESEARCHER, Scope.PULLS_WRITE).pull("x")

    assert [one.value.status for one in (unknown, lacking, missing)] == [401, 403, 404]
    assert (missing.value.kind, missing.value.problems) == ("not_found", ())
    assert isinstance(missing.value, Refused)
    assert isinstance(missing.value, ClientError)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (("200 OK", {"Content-Length": "0"}), "no answer of EvalHub"),
        (("302 FOUND", {"Content-Length": "0", "Location": "/"}), "status 302 and nothing"),
        (("404 NOT FOUND", {"Content-Length": "0"}), "status 404 and nothing"),
    ],
    ids=["empty", "elsewhere", "a proxy"],
)
def test_an_answer_of_something_else_is_called_so(
    connect: Connect, between: Between, answer: tuple[str, dict[str, str]], says: str
) -> None:
    between.answers["/releases"] = [answer]

    with pytest.raises(Strange, match=says):
        connect().releases()

    assert len(between.asked) == 1


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("http://evalhub.example.org", "would send the key unencrypted"),
        ("evalhub.example.org", "is no address"),
        ("ftp://127.0.0.1", "is no address"),
        ("", "is no address"),
    ],
)
def test_a_key_goes_nowhere_in_the_clear(url: str, rule: str) -> None:
    with pytest.raises(BadInput, match=rule):
        Client(url, "evh_x")


def test_https_and_loopback_are_taken() -> None:
    for url in ("https://evalhub.example.org/", "http://localhost:8000", "http://[::1]:8000"):
        Client(url, "evh_x").close()


@pytest.mark.parametrize("key", ["", " ", "a b", "k\u00e9y", "a\nb"])
def test_what_is_no_key_is_not_repeated(key: str) -> None:
    with pytest.raises(BadInput, match="is no API key") as caught:
        Client("http://127.0.0.1:9", key)

    assert not key.strip() or key not in str(caught.value)


def test_a_refusal_that_is_not_listed_is_a_plain_one(connect: Connect, between: Between) -> None:
    with pytest.raises(Refused, match="does not take that kind of request") as caught:
        connect()._transport.send("DELETE", "/releases", is_repeatable=False)  # noqa: SLF001 - no method sends this

    assert type(caught.value) is Refused
    assert not isinstance(caught.value, NotNow)
    assert caught.value.status == 405
