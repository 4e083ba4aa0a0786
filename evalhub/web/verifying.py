"""Let anybody check a portfolio that is shown to them; no account is needed."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.qualifying.portfolios import PortfolioState
from evalhub.core.reading.text import decode_text
from evalhub.errors import BadInput, Problem, Sentence
from evalhub.services.qualifying.portfolios import get_portfolio, state_of, state_of_file
from evalhub.services.qualifying.signing import public_key
from evalhub.web import ladder_words as say
from evalhub.web.context import current_session, current_settings, reading
from evalhub.web.filed import attachment
from evalhub.web.language import N_, Words
from evalhub.web.problems import status_of

bp = Blueprint("verifying", __name__)

STATE_WORDS: Mapping[PortfolioState, str] = Words(
    {
        PortfolioState.VALID: N_("This portfolio was signed here, as it stands."),
        PortfolioState.REVOKED: N_("Its owner has taken this portfolio back."),
        PortfolioState.CHANGED: N_("This is not what was signed here: something was changed."),
        PortfolioState.UNKNOWN: N_("No portfolio of this name was signed here."),
    }
)
NOT_ONE = Sentence(
    "This is not the file of a portfolio. It is the file ending in .json that its owner downloaded."
)
MAX_FILE = 200_000


@bp.get("/verify")
def ask() -> ResponseReturnValue:
    """Show the form that checks a file; no sign-in is needed."""
    return _check_page()


@bp.post("/verify")
def check() -> ResponseReturnValue:
    """Check a file that somebody was shown."""
    try:
        text = _sent_text()
        # Strangers send this: it must not hold the one writer's place of SQLite meanwhile.
        with reading() as session:
            state = state_of_file(text, session=session)
    except BadInput as error:
        # Whoever checks a portfolio was handed a file and knows nothing of its syntax: where the
        # reading of it stopped would tell them less than that it is another file.
        return _check_page(problems=[Problem("", NOT_ONE)]), status_of(error)
    return _check_page(state)


@bp.get("/verify/key")
def show_key() -> ResponseReturnValue:
    """Give the public key that portfolios are signed by now."""
    key = public_key(secret=current_settings().secret_key)
    return jsonify({"algorithm": "Ed25519", "key": key})


@bp.get("/verify/<public_id>")
def show(public_id: str) -> ResponseReturnValue:
    """Show a portfolio to whoever has its address, or that it was taken back."""
    portfolio = get_portfolio(public_id, session=current_session())
    state = state_of(portfolio)
    page = render_template(
        "portfolio/show.html", portfolio=portfolio, state=state, says=STATE_WORDS[state], say=say
    )
    return page, 410 if state is PortfolioState.REVOKED else 200


@bp.get("/verify/<public_id>.json")
def download(public_id: str) -> ResponseReturnValue:
    """Hand out the signed file of a portfolio that stands."""
    portfolio = get_portfolio(public_id, session=current_session())
    if state_of(portfolio) is not PortfolioState.VALID:
        return redirect(url_for("verifying.show", public_id=public_id), code=303)
    return attachment(portfolio.file, f"portfolio-{public_id[:8]}.json", "application/json")


def _sent_text() -> str:
    """Return what was sent, as a file or pasted; raise ``BadInput`` where it is no text."""
    sent = request.files.get("upload")
    if sent is not None and sent.filename:
        # A byte more than fits, so that a longer one is noticed and not cut.
        text = decode_text(sent.stream.read(MAX_FILE + 1), where="upload", may_have_mark=True)
    else:
        text = request.form.get("file", "")
    if len(text) > MAX_FILE:
        raise BadInput.at("upload", "is longer than any portfolio")
    return text


def _check_page(state: PortfolioState | None = None, problems: Sequence[Problem] = ()) -> str:
    return render_template(
        "portfolio/check.html",
        state=state,
        says=STATE_WORDS[state] if state else "",
        typed=request.form.get("file", ""),
        problems=problems,
    )
