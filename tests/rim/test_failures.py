from http import HTTPStatus

import pytest
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import (
    BadRequest,
    HTTPException,
    MethodNotAllowed,
    NotFound,
    PreconditionFailed,
)

from evalhub import errors
from evalhub.rim.failures import (
    SENT_IS_STORED,
    SENTENCES,
    after_commit,
    failure_of,
    failure_of_http,
    failure_of_status,
    to_program,
)
from evalhub.rim.incoming import UnreadableJson


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (errors.BadInput.at("name", "is empty"), 422, "unprocessable_entity"),
        (errors.NotFound("no such thing"), 404, "not_found"),
        (errors.NotSignedIn("who?"), 401, "unauthorized"),
        (errors.Forbidden("no"), 403, "forbidden"),
        (errors.Conflict("not now"), 409, "conflict"),
        (errors.Immutable("frozen"), 409, "conflict"),
        (errors.LeaseLost("gone"), 409, "conflict"),
        (errors.TooManyAttempts("wait", retry_after_s=7), 429, "too_many_requests"),
        (errors.TooFewClusters(1, minimum=2), 409, "conflict"),
        (errors.EndpointError("timeout"), 502, "bad_gateway"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_error_has_its_status(error: errors.EvalHubError, status: int, kind: str) -> None:
    failure = failure_of(error)

    assert (failure.status, failure.kind) == (status, kind)
    assert failure.message == str(error)


@pytest.mark.parametrize(
    "error", [errors.IntegrityError("rows differ"), errors.SettingsError("no key")]
)
def test_faults_of_ours_tell_nothing_of_themselves(error: errors.EvalHubError) -> None:
    failure = failure_of(error)

    assert failure.is_ours
    assert str(error) not in failure.message


def test_bad_input_carries_its_problems() -> None:
    error = errors.BadInput([errors.Problem("a", "x"), errors.Problem("b", "y")])

    assert failure_of(error).problems == error.problems


def test_too_many_attempts_say_when_to_come_back() -> None:
    failure = failure_of(errors.TooManyAttempts("wait", retry_after_s=7))

    assert failure.headers == {"Retry-After": "7"}
    assert failure.title == "Too many tries"


def test_what_a_method_may_be_is_said() -> None:
    failure = failure_of_http(MethodNotAllowed(["GET", "HEAD"]))

    assert failure.headers == {"Allow": "GET, HEAD"}


def test_the_framework_s_words_are_replaced_by_ours() -> None:
    assert "not for you" in failure_of_http(NotFound()).message
    assert "Go back" in failure_of_http(CSRFError("The CSRF token is missing.")).message
    assert failure_of_http(HTTPException()).status == 500


def test_a_status_without_a_sentence_says_what_it_is() -> None:
    failure = failure_of_status(HTTPStatus.IM_A_TEAPOT)

    assert failure.message == HTTPStatus.IM_A_TEAPOT.description


def test_a_fault_after_the_commit_does_not_say_that_nothing_changed() -> None:
    ours = after_commit(failure_of_status(HTTPStatus.SERVICE_UNAVAILABLE))
    theirs = after_commit(failure_of(errors.Conflict("The project is paused.")))

    assert ours.message == SENT_IS_STORED
    assert theirs.message == "The project is paused."


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 408, 412, 413, 414, 415, 416, 429])
def test_nobody_reads_the_words_of_the_framework(status: int) -> None:
    framework = HTTPStatus(status)

    failure = failure_of_status(framework)

    assert failure.message != framework.description
    assert "--" not in failure.message
    assert failure.message.endswith(".")


@pytest.mark.parametrize("status", [400, 403, 409, 422, 500])
def test_a_page_is_called_by_what_happened(status: int) -> None:
    failure = failure_of_status(HTTPStatus(status))

    assert failure.title != HTTPStatus(status).phrase.capitalize()
    assert failure.kind == HTTPStatus(status).name.lower()


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (BadRequest(), "The request could not be read."),
        (UnreadableJson("is no JSON"), "The request could not be read."),
        (PreconditionFailed(), SENTENCES[412]),
    ],
    ids=["unreadable", "broken JSON", "another"],
)
def test_a_program_is_not_sent_back_to_a_page(error: HTTPException, message: str) -> None:
    failure = failure_of_http(error)

    told = to_program(failure)

    assert (told.message, told.status, told.problems) == (
        message,
        failure.status,
        failure.problems,
    )
