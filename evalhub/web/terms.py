"""Let coordinators change what a project offers, for everything that is not claimed yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.money import parse_money
from evalhub.core.pay.tiers import PayTier, Price
from evalhub.errors import BadInput, Conflict, Problem
from evalhub.rim.fields import choice, whole_number
from evalhub.rim.pay import floors_of
from evalhub.services.paying.terms import Terms, current_terms, terms_since
from evalhub.services.projects.finding import (
    MANAGERS,
    READERS,
    get_project,
    get_project_to_manage,
)
from evalhub.services.projects.terms import MAX_REASON, TermsChange, change_terms
from evalhub.services.rubric_translations import languages_lost
from evalhub.services.rubrics import list_rubrics
from evalhub.web.answering import done, refused
from evalhub.web.context import (
    current_actor,
    current_session,
    current_settings,
    now,
    requires,
)
from evalhub.web.formats import typed_money
from evalhub.web.judging_words import language_name
from evalhub.web.language import _
from evalhub.web.pay_words import TIER_NAMES
from evalhub.web.sent import sent_form

bp = Blueprint("terms", __name__, url_prefix="/projects")


@dataclass(frozen=True, slots=True)
class TermsForm:
    """Hold the fields of the form as text, as a person typed them."""

    number: str = ""
    pay_tier: str = ""
    pay: str = ""
    pay_currency: str = ""
    expected_minutes: str = ""
    rubric: str = ""
    terms: str = ""
    reason: str = ""


@bp.get("/<slug>/terms")
@requires(*READERS)
def show(slug: str) -> ResponseReturnValue:
    """Show the terms that hold, those before, and to who runs projects the form."""
    return _page(slug)


@bp.post("/<slug>/terms")
@requires(*MANAGERS)
def change(slug: str) -> ResponseReturnValue:
    """Let other terms hold from the next claim on."""
    form = sent_form(TermsForm)
    project = get_project_to_manage(slug, session=current_session(), actor=current_actor())
    try:
        change_terms(
            project,
            _change(form),
            over=whole_number(form.number, where="version"),
            floors=floors_of(current_settings()),
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except (BadInput, Conflict) as error:
        return refused(partial(_page, slug, form), error)
    return done(
        _("The terms are changed. What is claimed stays on the old ones."),
        url_for("terms.show", slug=slug),
    )


def _page(slug: str, form: TermsForm | None = None, problems: Sequence[Problem] = ()) -> str:
    session = current_session()
    project = get_project(slug, session=session)
    terms = current_terms(project, session=session)
    floors = floors_of(current_settings())
    rubrics = [one for one in list_rubrics(session=session) if _is_same(one.id, terms)]
    rubric_id, _at, version = terms.rubric.partition("@")
    return render_template(
        "projects/terms.html",
        project=project,
        now_terms=terms,
        earlier=terms_since(project.id, 0, session=session)[::-1],
        form=form or _filled(terms),
        rubrics=rubrics,
        lost=languages_lost(
            rubric_id, version, [v for one in rubrics for v in one.versions], session=session
        ),
        language_name=language_name,
        tiers=TIER_NAMES,
        floor=floors.find(terms.pay_tier, terms.price.currency),
        max_reason=MAX_REASON,
        problems=problems,
        can_change=current_actor().has(*MANAGERS),
    )


def _is_same(rubric_id: str, terms: Terms) -> bool:
    return terms.rubric.partition("@")[0] == rubric_id


def _filled(terms: Terms) -> TermsForm:
    return TermsForm(
        number=str(terms.number),
        pay_tier=terms.pay_tier.value,
        pay=typed_money(terms.price.minor_units, terms.price.currency),
        pay_currency=terms.price.currency,
        expected_minutes=str(terms.price.expected_minutes),
        rubric=terms.rubric,
        terms=terms.terms,
    )


def _change(form: TermsForm) -> TermsChange:
    currency = form.pay_currency.strip().upper()
    return TermsChange(
        pay_tier=choice(form.pay_tier, PayTier, where="pay_tier"),
        price=Price(
            parse_money(form.pay, currency, where="pay"),
            currency,
            whole_number(form.expected_minutes, where="expected_minutes"),
        ),
        rubric=form.rubric,
        terms=form.terms,
        reason=form.reason,
    )
