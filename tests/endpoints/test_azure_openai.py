"""Deployments on Azure are asked at their addresses, and their filters told apart."""

import pytest

from evalhub.core.canonical import Json
from evalhub.core.pulling.classification import status_of
from evalhub.core.responses import ResponseStatus
from evalhub.endpoints.azure_openai import AzureOpenAI
from tests.endpoints.reading import QUESTION, read, reply_of, spec

DIALECT = AzureOpenAI()
DEPLOYED = "https://r.example/openai/deployments/m/chat/completions"


@pytest.mark.parametrize(
    ("url", "posted"),
    [
        ("https://r.example", f"{DEPLOYED}?api-version=2024-10-21"),
        ("https://r.example/openai/deployments", f"{DEPLOYED}?api-version=2024-10-21"),
        ("https://r.example/openai/", f"{DEPLOYED}?api-version=2024-10-21"),
        (f"{DEPLOYED}?api-version=2025-01-01", f"{DEPLOYED}?api-version=2025-01-01"),
        (
            "https://r.example/openai/deployments/other?x=1",
            DEPLOYED.replace("/m/", "/other/") + "?x=1&api-version=2024-10-21",
        ),
        ("https://r.example/openai/v1/", "https://r.example/openai/v1/chat/completions"),
    ],
)
def test_the_deployment_is_part_of_the_address(url: str, posted: str) -> None:
    assert DIALECT.url(spec(url)) == posted


def test_a_deployment_cannot_leave_its_place_in_the_address() -> None:
    posted = DIALECT.url(spec("https://r.example", "../x?y"))

    assert "/deployments/..%2Fx%3Fy/chat/completions?" in posted


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("https://r.example", ""),
        ("https://r.example/openai/deployments", ""),
        ("https://r.example/openai/v1", ""),
        (DEPLOYED, ""),
        (DEPLOYED.replace("/m/", "/other/") + "?x=1", "names the deployment 'other', but the"),
        ("https://r.example/openai/deployments/m/extra", "names the deployment 'm/extra'"),
    ],
)
def test_an_address_may_name_no_other_deployment(url: str, problem: str) -> None:
    found = DIALECT.address_problem(url, "m")

    assert found.startswith(problem)
    assert bool(found) is bool(problem)


def test_the_key_has_a_header_of_its_own() -> None:
    assert DIALECT.headers("k") == {"api-key": "k"}
    assert DIALECT.headers(None) == {}


def test_the_body_is_that_of_chat_completions() -> None:
    assert DIALECT.body(spec(temperature=0), QUESTION)["messages"] == QUESTION.messages


def test_an_answer_that_passed_the_filters_is_one() -> None:
    verdict: Json = {"hate": {"filtered": False, "severity": "safe"}}
    choice: Json = {
        "finish_reason": "stop",
        "message": {"content": "39."},
        "content_filter_results": verdict,
    }
    value: Json = {"choices": [choice], "prompt_filter_results": [{"prompt_index": 0}]}

    assert status_of(reply_of(DIALECT, value)) is ResponseStatus.ANSWERED


def test_an_answer_that_was_filtered_is_a_refusal() -> None:
    choice: Json = {"finish_reason": "content_filter", "message": {"role": "assistant"}}

    assert status_of(reply_of(DIALECT, {"choices": [choice]})) is ResponseStatus.REFUSED


def test_a_prompt_that_was_filtered_is_a_refusal() -> None:
    error: Json = {
        "message": "The response was filtered.",
        "code": "content_filter",
        "status": 400,
        "innererror": {"code": "ResponsibleAIPolicyViolation"},
    }

    reply = read(DIALECT, {"error": error}, 400)

    assert getattr(reply, "refusal", None) == "The response was filtered."
