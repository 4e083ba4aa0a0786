"""Show every automated signal about people, what it is and what it weighs."""

from collections.abc import Mapping

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from evalhub.core.qualifying.signals import SIGNALS, SignalUse
from evalhub.web.context import requires
from evalhub.web.language import N_, Words

bp = Blueprint("assessed", __name__)

USE_WORDS: Mapping[SignalUse, str] = Words(
    {
        SignalUse.GATE: N_("decides by the rule that stands here, never by how well you judge"),
        SignalUse.PERSON: N_("never decides: a person sees it and decides, with a reason"),
        SignalUse.PAY: N_("says what is booked of your time"),
        SignalUse.REPORT: N_("never decides: it stands in figures about data, without names"),
    }
)


@bp.get("/how-assessed")
@requires()
def show() -> ResponseReturnValue:
    """List the signals, as the code that computes them is registered."""
    return render_template("qualifying/assessed.html", signals=SIGNALS, uses=USE_WORDS)
