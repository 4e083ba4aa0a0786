"""Let coordinators write trainings on a page, or publish one from a file."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.canonical import Json
from evalhub.core.money import amount, is_currency, parse_money
from evalhub.core.qualifying.items import PREFERENCES
from evalhub.core.qualifying.training_pages import joined_pages, split_pages
from evalhub.core.qualifying.trainings import TRAINING_SCHEMA
from evalhub.core.reading.text import decode_text
from evalhub.errors import BadInput, Problem, Sentence, StaleForm
from evalhub.rim.fields import shown, whole_number
from evalhub.rim.pay import floors_of
from evalhub.services.qualifying.deciding import QUALIFIERS
from evalhub.services.qualifying.trainings import (
    StandingTraining,
    get_training,
    list_trainings,
    publish_training,
)
from evalhub.services.rubrics import list_rubrics
from evalhub.web import qualifying_words as say
from evalhub.web.answering import done, refused
from evalhub.web.context import (
    current_actor,
    current_session,
    current_settings,
    now,
    requires,
)
from evalhub.web.language import _
from evalhub.web.preferences import PREFERENCE_NAMES
from evalhub.web.uploaded import name_of

bp = Blueprint("training_desk", __name__, url_prefix="/training-desk")

N_BLANK = 3
"""Empty places for pairs below those that a training has; keeping it gives as many again."""
HEAD = ("slug", "domain", "title", "rubric", "minutes", "pay", "pay_currency", "pass_percent")
_PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,12})?")
WHOLE_PERCENT = 100
PAIR = ("skill", "prompt", "a", "b", "reason")


@bp.get("")
@requires(*QUALIFIERS)
def show_all() -> ResponseReturnValue:
    """List the trainings in force, with the form for a file."""
    return _list()


@bp.post("")
@requires(*QUALIFIERS)
def upload() -> ResponseReturnValue:
    """Publish the training in a file."""
    sent = request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise BadInput.at("file", Sentence("is missing; choose a file"))
        where = name_of(sent)
        made = _publish(decode_text(sent.stream.read(), where=where), where)
    except BadInput as error:
        return refused(_list, error)
    return _done(made)


@bp.get("/new")
@requires(*QUALIFIERS)
def show_new() -> ResponseReturnValue:
    """Show the form of a training that is to be written."""
    return _form({"pay_currency": "USD", "pass_percent": "70"})


@bp.post("/new")
@requires(*QUALIFIERS)
def write() -> ResponseReturnValue:
    """Publish the training in the form, as the next version of the one it was opened over."""
    sent = _sent()
    try:
        over = whole_number(sent.get("over", ""), where="over")
        made = _publish(json.dumps(_document(sent)), _("the form"), over)
    except (BadInput, StaleForm) as error:
        return refused(partial(_form, sent), error)
    if made.number == over:
        return done(
            _("Nothing was changed, so version %(number)s stays in force.", number=over),
            url_for("training_desk.show", slug=made.training.slug),
        )
    return _done(made)


@bp.get("/<slug>")
@requires(*QUALIFIERS)
def show(slug: str) -> ResponseReturnValue:
    """Show the version in force in the form that writes the next one."""
    return _form(_typed(get_training(slug, session=current_session())))


def _publish(text: str, where: str, over: int | None = None) -> StandingTraining:
    return publish_training(
        text,
        where=where,
        floors=floors_of(current_settings()),
        over=over,
        session=current_session(),
        actor=current_actor(),
        now=now(),
    )


def _done(made: StandingTraining) -> ResponseReturnValue:
    message = _(
        "Version %(number)s is in force for whoever starts from now on.", number=made.number
    )
    return done(message, url_for("training_desk.show", slug=made.training.slug))


def _list(problems: Sequence[Problem] = ()) -> str:
    return render_template(
        "training/desk.html",
        trainings=list_trainings(session=current_session()),
        say=say,
        problems=problems,
    )


def _form(typed: Mapping[str, str], problems: Sequence[Problem] = ()) -> str:
    taken = [number for number in range(1, _n_pairs(typed) + 1) if _is_filled(typed, number)]
    return render_template(
        "training/write.html",
        typed=typed,
        numbers=range(1, (taken[-1] if taken else 0) + N_BLANK + 1),
        n_taken=len(taken),
        rubrics=list_rubrics(session=current_session()),
        preferences=PREFERENCE_NAMES,
        problems=problems,
    )


def _sent() -> dict[str, str]:
    """Return what was typed; the preferences that are ticked stand in one text, as ``-1 0``."""
    sent = {name: text.replace("\r\n", "\n") for name, text in request.form.items()}
    for name in [name for name in sent if name.endswith("-accepts")]:
        sent[name] = " ".join(request.form.getlist(name))
    return sent


def _document(sent: Mapping[str, str]) -> dict[str, Json]:
    currency = sent.get("pay_currency", "").strip().upper()
    if not is_currency(currency):
        rule = Sentence("%(value)s is no currency such as EUR", value=repr(currency[:20]))
        raise BadInput.at("pay_currency", rule)
    return {
        "schema": TRAINING_SCHEMA,
        "slug": "-".join(sent.get("slug", "").lower().split()),
        "domain": "_".join(sent.get("domain", "").lower().split()),
        "title": sent.get("title", "").strip(),
        "rubric": sent.get("rubric", ""),
        "minutes": whole_number(sent.get("minutes", ""), where="minutes"),
        "pay_minor_units": parse_money(sent.get("pay") or "0", currency, where="pay"),
        "pay_currency": currency,
        "pass_share": _share_of(sent.get("pass_percent", "")),
        "pages": [
            {"title": page.title, "text": page.text} for page in split_pages(sent.get("pages", ""))
        ],
        "items": list(_pairs(sent)),
    }


def _share_of(percent: str) -> float:
    """Return the share that was typed per cent, to its last digit: 67.5 is 0.675."""
    digits = percent.strip()
    if not _PERCENT.fullmatch(digits):
        rule = Sentence("%(value)s is no number such as 67.5", value=shown(percent))
        raise BadInput.at("pass_percent", rule)
    if Decimal(digits) > WHOLE_PERCENT:
        rule = Sentence("must lie between 0 and 100 per cent")
        raise BadInput.at("pass_percent", rule)
    return float(Decimal(digits) / 100)


def _pairs(sent: Mapping[str, str]) -> Iterator[Json]:
    known = {str(one): one for one in PREFERENCES}
    for number in range(1, _n_pairs(sent) + 1):
        if _is_filled(sent, number):
            texts = {name: sent.get(f"pair-{number}-{name}", "") for name in PAIR}
            ticked = sent.get(f"pair-{number}-accepts", "").split()
            yield {
                **{name: texts[name] for name in ("prompt", "a", "b")},
                "skill": "_".join(texts["skill"].lower().split()),
                "key": {
                    "accepts": [known[text] for text in ticked if text in known],
                    "reason": texts["reason"],
                },
            }


def _n_pairs(sent: Mapping[str, str]) -> int:
    return sum(name.startswith("pair-") and name.endswith("-prompt") for name in sent)


def _is_filled(sent: Mapping[str, str], number: int) -> bool:
    return any(sent.get(f"pair-{number}-{name}", "").strip() for name in PAIR)


def _typed(standing: StandingTraining) -> dict[str, str]:
    """Return a version as the form would send it."""
    training = standing.training
    typed = {
        "slug": training.slug,
        "domain": training.domain,
        "title": training.title,
        "rubric": training.rubric,
        "minutes": str(training.price.expected_minutes),
        "pay": amount(training.price.minor_units, training.price.currency),
        "pay_currency": training.price.currency,
        "pass_percent": f"{(100 * Decimal(str(training.pass_share))).normalize():f}",
        "over": str(standing.number),
        "pages": joined_pages(training.pages),
    }
    pairs = enumerate(zip(training.items, training.keys, strict=True), start=1)
    for number, (item, key) in pairs:
        texts = (item.skill, item.prompt, item.a, item.b, key.reason)
        typed |= {f"pair-{number}-{name}": text for name, text in zip(PAIR, texts, strict=True)}
        typed[f"pair-{number}-accepts"] = " ".join(map(str, sorted(key.accepts)))
    return typed
