"""What a page answers to a form: itself with a message, or itself with what is wrong."""

import pytest
from flask import Flask, get_flashed_messages

from evalhub.errors import BadInput, Conflict
from evalhub.rim.state import current_session, request_state
from evalhub.web.answering import done, refused
from evalhub.web.sent import sent_text

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_what_is_done_leads_back_and_says_so_once(app: Flask) -> None:
    with app.test_request_context("/registry/x/levels", method="POST"):
        answer = app.make_response(done("Kept.", "/registry/x"))

        assert (answer.status_code, answer.location) == (303, "/registry/x")
        assert get_flashed_messages(with_categories=True) == [("good", "Kept.")]


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (BadInput.at("level", "is no level"), 422, "level: is no level"),
        (Conflict("Somebody was faster."), 409, "Somebody was faster."),
    ],
    ids=["bad input", "conflict"],
)
def test_what_is_refused_is_drawn_from_what_stands(
    app: Flask, error: BadInput | Conflict, status: int, words: str
) -> None:
    with app.test_request_context("/registry/x/levels", method="POST"):
        held = current_session()

        answer = refused(lambda problems: str(problems[0]), error)

        assert answer == (words, status)
        # What the form wrote is gone, and the page that tells of it cannot write.
        assert request_state().session is not held
        assert request_state().only_reads


def test_a_text_comes_without_the_blanks_around_it(app: Flask) -> None:
    with app.test_request_context("/", method="POST", data={"reason": "  Seen.\n"}):
        assert (sent_text("reason"), sent_text("other")) == ("Seen.", "")
