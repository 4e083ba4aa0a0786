"""Let people object to what was booked of their work, and let those who run projects answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.money import parse_money
from evalhub.core.pay.disputes import MAX_MINUTES, MAX_WORDS, DisputeStep
from evalhub.core.people import Role
from evalhub.errors import BadInput, Conflict, Problem
from evalhub.rim.fields import whole_number
from evalhub.services.paying.disputing import (
    answer_dispute,
    appeal,
    get_entry,
    open_dispute,
    open_disputes,
    own_disputes,
)
from evalhub.services.projects.removals import open_objections
from evalhub.web import pay_words as say
from evalhub.web.answering import done, refused
from evalhub.web.context import (
    current_actor,
    current_session,
    now,
    own_id,
    requires,
)
from evalhub.web.language import _
from evalhub.web.sent import picked, sent_form

bp = Blueprint("disputes", __name__)
ANSWERERS = (Role.COORDINATOR, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class DisputeForm:
    """Hold the fields of an objection as they were typed; ``entry`` is a key of the ledger."""

    entry: str = ""
    reason: str = ""
    minutes: str = "0"


@dataclass(frozen=True, slots=True)
class AnswerForm:
    """Hold the fields of an answer as they were typed."""

    step: str = ""
    reason: str = ""
    pay: str = "0"
    currency: str = ""


@bp.get("/work/earnings/dispute")
@requires()
def prepare() -> ResponseReturnValue:
    """Show the form that disputes one of the person's own entries."""
    return _form_page(DisputeForm(entry=request.args.get("entry", "")))


@bp.post("/work/earnings/dispute")
@requires()
def begin() -> ResponseReturnValue:
    """Open a dispute."""
    form = sent_form(DisputeForm)
    try:
        open_dispute(
            form.entry,
            words=form.reason,
            minutes=whole_number(form.minutes, where="minutes"),
            actor=current_actor(),
            session=current_session(),
            now=now(),
        )
    except (BadInput, Conflict) as error:
        return refused(partial(_form_page, form), error)
    return done(
        _("The dispute is open. Below is by when it will be answered."),
        url_for("disputes.show_own"),
    )


@bp.get("/work/earnings/disputes")
@requires()
def show_own() -> ResponseReturnValue:
    """List the person's own disputes with every answer."""
    return _own_page()


@bp.post("/work/earnings/disputes/<int:dispute_id>/appeal")
@requires()
def ask_next_level(dispute_id: int) -> ResponseReturnValue:
    """Appeal a refusal."""
    try:
        appeal(
            dispute_id,
            words=request.form.get("reason", ""),
            actor=current_actor(),
            session=current_session(),
            now=now(),
        )
    except (BadInput, Conflict) as error:
        return refused(partial(_own_page, dispute_id), error)
    return done(_("The administration answers next."), url_for("disputes.show_own"))


@bp.get("/disputes")
@requires(*ANSWERERS)
def list_open() -> ResponseReturnValue:
    """List the disputes that wait for the reader's answer, the most urgent first."""
    return _queue_page()


@bp.post("/disputes/<int:dispute_id>")
@requires(*ANSWERERS)
def decide(dispute_id: int) -> ResponseReturnValue:
    """Uphold or reject a dispute."""
    form = sent_form(AnswerForm)
    try:
        answer_dispute(
            dispute_id,
            picked(form.step, DisputeStep, where="step"),
            words=form.reason,
            minor_units=parse_money(form.pay, form.currency, where="pay"),
            actor=current_actor(),
            session=current_session(),
            now=now(),
        )
    except (BadInput, Conflict) as error:
        return refused(lambda problems: _queue_page(dispute_id, problems, form), error)
    return done(
        _("The dispute is answered, and what follows is on the ledger."),
        url_for("disputes.list_open"),
    )


def _form_page(form: DisputeForm, problems: Sequence[Problem] = ()) -> str:
    return render_template(
        "earnings/dispute.html",
        form=form,
        entry=get_entry(form.entry, actor=current_actor(), session=current_session()),
        max_words=MAX_WORDS,
        max_minutes=MAX_MINUTES,
        say=say,
        problems=problems,
    )


def _own_page(refused: int = 0, problems: Sequence[Problem] = ()) -> str:
    return render_template(
        "earnings/disputes.html",
        disputes=own_disputes(own_id(), session=current_session(), now=now()),
        refused=refused,
        typed=request.form.get("reason", ""),
        max_words=MAX_WORDS,
        say=say,
        problems=problems,
    )


def _queue_page(
    refused: int = 0, problems: Sequence[Problem] = (), form: AnswerForm | None = None
) -> str:
    return render_template(
        "disputes/list.html",
        n_objections=len(
            open_objections(actor=current_actor(), session=current_session(), now=now())
        ),
        disputes=open_disputes(actor=current_actor(), session=current_session(), now=now()),
        refused=refused,
        form=form or AnswerForm(),
        max_words=MAX_WORDS,
        say=say,
        problems=problems,
    )
