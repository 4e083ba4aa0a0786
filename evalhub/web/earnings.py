"""Show people what was booked of their work and what it comes to, and hand it out as files."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from evalhub.core.pay.earnings import earnings_of
from evalhub.core.pay.statements import Statement, parse_month, statement_csv
from evalhub.errors import BadInput, NotFound, Sentence
from evalhub.rim.pay import floors_of
from evalhub.services.paying.reading import (
    booked_of,
    months_of,
    offered_lately,
    statement_of,
)
from evalhub.services.paying.speech import Speech
from evalhub.web import pay_words as say
from evalhub.web.context import current_session, current_settings, now, own_id, requires
from evalhub.web.filed import attachment
from evalhub.web.formats import money
from evalhub.web.language import current_language, translated

bp = Blueprint("earnings", __name__, url_prefix="/work/earnings")
RECENT = 12
"""Entries shown on the page; all of them stand in the statements."""


@bp.get("")
@requires()
def show() -> ResponseReturnValue:
    """Show what the person's work came to, paid and unpaid, and their statements."""
    session, person_id = current_session(), own_id()
    booked = booked_of(person_id, session=session)
    return render_template(
        "earnings/show.html",
        earnings=earnings_of(booked),
        offers=offered_lately(person_id, session=session, now=now()),
        months=months_of(person_id, session=session),
        floors=floors_of(current_settings()),
        recent=booked[: -RECENT - 1 : -1],
        say=say,
    )


@bp.get("/<month>.csv")
@requires()
def download_csv(month: str) -> ResponseReturnValue:
    """Hand out a month's entries as CSV."""
    text = statement_csv(_statement(month))
    return attachment(text, f"evalhub-{month}.csv", "text/csv")


@bp.get("/<month>.pdf")
@requires()
def download_pdf(month: str) -> ResponseReturnValue:
    """Hand out a month's statement as PDF, in the language of the page it is asked from."""
    # What draws it takes a tenth of a second to import, for which every start would wait.
    from evalhub.services.paying.pdf import statement_pdf  # noqa: PLC0415 - see above

    speech = Speech(current_language(), translated, money)
    file = statement_pdf(_statement(month), speech)
    return attachment(file, f"evalhub-{month}.pdf", "application/pdf")


def _statement(text: str) -> Statement:
    try:
        month = parse_month(text)
    # It stands in the address, where what is no month names no page.
    except BadInput as error:
        raise NotFound(Sentence("There is no statement of such a month.")) from error
    return statement_of(own_id(), month, session=current_session(), now=now())
