"""Let researchers register, change and retire endpoints."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import isfinite

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.canonical import canonical_json
from evalhub.core.people import Role
from evalhub.core.pulling.costs import parse_price, written_micro
from evalhub.core.pulling.dialects import DialectName
from evalhub.core.pulling.parameters import parse_parameters, parse_values
from evalhub.errors import BadInput, Conflict, Problem
from evalhub.rim.fields import shown, whole_number
from evalhub.rim.routing import page_number
from evalhub.services.endpoints import (
    EndpointDraft,
    EndpointView,
    browse_endpoints,
    get_endpoint,
    register_endpoint,
    retire_endpoint,
    revise_endpoint,
    vary_endpoint,
)
from evalhub.web.answering import done, refused
from evalhub.web.context import (
    current_actor,
    current_session,
    current_settings,
    now,
    only_read,
    requires,
)
from evalhub.web.language import _, ngettext
from evalhub.web.problems import problems_of, status_of
from evalhub.web.sent import sent_form
from evalhub.web.wording import DIALECT_NAMES

bp = Blueprint("endpoints", __name__, url_prefix="/endpoints")
MAKERS = (Role.RESEARCHER, Role.ADMIN)
KEY_PREFIX = "env:"


@dataclass(frozen=True, slots=True)
class EndpointForm:
    """Hold the fields of the form as text, as a person typed them."""

    slug: str = ""
    model: str = ""
    url: str = ""
    dialect: str = DialectName.CHAT_COMPLETIONS.value
    key_env: str = ""
    parameters: str = ""
    concurrency: str = "8"
    attempts: str = "5"
    timeout: str = "120"
    total_timeout: str = "600"
    rpm: str = ""
    tpm: str = ""
    account: str = ""
    prompt_price: str = ""
    completion_price: str = ""
    price_currency: str = ""
    terms: str = "unknown"


@bp.get("")
@requires(*MAKERS)
def list_all() -> ResponseReturnValue:
    """List the endpoints, with the form that adds one."""
    return _list_page(EndpointForm())


@bp.post("")
@requires(*MAKERS)
def add() -> ResponseReturnValue:
    """Register an endpoint."""
    return _put(register_endpoint, _list_page)


@bp.get("/<slug>")
@requires(*MAKERS)
def show(slug: str) -> ResponseReturnValue:
    """Show one endpoint with the form that changes it."""
    view = get_endpoint(slug, session=current_session())
    return _change_page(_form_of(view))


@bp.post("/<slug>")
@requires(*MAKERS)
def change(slug: str) -> ResponseReturnValue:
    """Put changed settings in use as the next revision."""
    return _put(revise_endpoint, _change_page, slug=slug)


@bp.post("/<slug>/variants")
@requires(*MAKERS)
def vary(slug: str) -> ResponseReturnValue:
    """Register several settings of this endpoint's model beside it."""
    lines = request.form.get("values", "").splitlines()
    try:
        views = vary_endpoint(
            slug,
            parse_values([line for line in lines if line.strip()], where="parameters"),
            session=current_session(),
            actor=current_actor(),
            now=now(),
            allowed_hosts=current_settings().allowed_hosts,
            key_patterns=current_settings().key_patterns,
        )
    except (BadInput, Conflict) as error:
        only_read()
        form = _form_of(get_endpoint(slug, session=current_session()))
        return _change_page(form, problems_of(error), values="\n".join(lines)), status_of(error)
    flash(
        ngettext("%(num)s variant is in use.", "%(num)s variants are in use.", len(views)), "good"
    )
    return redirect("/endpoints", code=303)


@bp.post("/<slug>/retire")
@requires(*MAKERS)
def retire(slug: str) -> ResponseReturnValue:
    """Take an endpoint out of use."""
    retire_endpoint(slug, session=current_session(), actor=current_actor(), now=now())
    return done(_("%(name)s is retired. Its responses stay.", name=slug), "/endpoints")


def _put(
    put: Callable[..., EndpointView],
    page: Callable[[EndpointForm, Sequence[Problem]], str],
    **fixed: str,
) -> ResponseReturnValue:
    form = sent_form(EndpointForm, **fixed)
    try:
        view = put(
            _draft(form),
            session=current_session(),
            actor=current_actor(),
            now=now(),
            allowed_hosts=current_settings().allowed_hosts,
            key_patterns=current_settings().key_patterns,
        )
    except (BadInput, Conflict) as error:
        return refused(partial(page, form), error)
    return done(_("%(name)s is in use.", name=view.label), "/endpoints")


def _list_page(form: EndpointForm, problems: Sequence[Problem] = ()) -> str:
    with_retired = request.args.get("retired") == "1"
    return render_template(
        "endpoints/list.html",
        listing=browse_endpoints(
            session=current_session(),
            page=page_number(request.args.get("page")),
            with_retired=with_retired,
        ),
        link=lambda page: url_for(
            "endpoints.list_all", page=page, retired="1" if with_retired else None
        ),
        with_retired=with_retired,
        form=form,
        problems=problems,
        parameters_of=_parameter_lines,
        dialects=DIALECT_NAMES,
    )


def _change_page(
    form: EndpointForm, problems: Sequence[Problem] = (), *, values: str | None = None
) -> str:
    view = get_endpoint(form.slug, session=current_session())
    return render_template(
        "endpoints/change.html",
        endpoint=view,
        values=values,
        dialects=DIALECT_NAMES,
        form=form,
        problems=problems,
    )


def _form_of(view: EndpointView) -> EndpointForm:
    draft = view.draft
    return EndpointForm(
        slug=draft.slug,
        model=draft.model,
        url=draft.url,
        dialect=draft.dialect,
        key_env=(draft.api_key_ref or "").removeprefix(KEY_PREFIX),
        parameters="\n".join(_parameter_lines(draft)),
        concurrency=str(draft.max_concurrency),
        attempts=str(draft.max_attempts),
        timeout=f"{draft.request_timeout_s:g}",
        total_timeout=f"{draft.total_timeout_s:g}",
        rpm=_written(draft.requests_per_minute),
        tpm=_written(draft.tokens_per_minute),
        account=draft.account or "",
        prompt_price=written_micro(draft.price.prompt) if draft.price else "",
        completion_price=written_micro(draft.price.completion) if draft.price else "",
        price_currency=draft.price.currency if draft.price else "",
        terms=draft.output_terms,
    )


def _written(number: int | None) -> str:
    return "" if number is None else str(number)


def _parameter_lines(draft: EndpointDraft) -> list[str]:
    return [f"{name}={canonical_json(value)}" for name, value in sorted(draft.parameters.items())]


def _draft(form: EndpointForm) -> EndpointDraft:
    """Return what the form asks for; raise ``BadInput`` naming every field that is no number."""
    problems: list[Problem] = []
    numbers = {
        name: _number(read, getattr(form, field), field, problems)
        for name, (field, read) in NUMBERS.items()
    }
    limits = {
        "requests_per_minute": _limit(form.rpm, "rpm", problems),
        "tokens_per_minute": _limit(form.tpm, "tpm", problems),
    }
    try:
        lines = [line for line in form.parameters.splitlines() if line.strip()]
        parameters = parse_parameters(lines, where="parameters")
    except BadInput as error:
        problems.extend(error.problems)
    try:
        price = parse_price(form.prompt_price, form.completion_price, form.price_currency)
    except BadInput as error:
        problems.extend(error.problems)
    if problems:
        raise BadInput(problems)
    return EndpointDraft(
        slug=form.slug,
        model=form.model,
        url=form.url,
        dialect=form.dialect,
        api_key_ref=f"{KEY_PREFIX}{form.key_env}" if form.key_env else None,
        parameters=parameters,
        max_concurrency=int(numbers["max_concurrency"]),
        max_attempts=int(numbers["max_attempts"]),
        request_timeout_s=numbers["request_timeout_s"],
        total_timeout_s=numbers["total_timeout_s"],
        requests_per_minute=limits["requests_per_minute"],
        tokens_per_minute=limits["tokens_per_minute"],
        account=form.account or None,
        price=price,
        output_terms=form.terms,
    )


def _number(
    read: Callable[[str, str], float], text: str, where: str, problems: list[Problem]
) -> float:
    try:
        return read(text, where)
    except BadInput as error:
        problems.extend(error.problems)
        return 0.0


def _limit(text: str, where: str, problems: list[Problem]) -> int | None:
    return int(_number(_whole, text, where, problems)) if text else None


def _whole(text: str, where: str) -> float:
    return whole_number(text, where=where)


def _seconds(text: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise BadInput.at(where, f"{shown(text)} is not a number of seconds") from error
    # float() reads nan and inf, which would pass every comparison with a bound or none.
    if not isfinite(value):
        raise BadInput.at(where, f"{shown(text)} is not a number of seconds")
    return value


NUMBERS: Mapping[str, tuple[str, Callable[[str, str], float]]] = {
    "max_concurrency": ("concurrency", _whole),
    "max_attempts": ("attempts", _whole),
    "request_timeout_s": ("timeout", _seconds),
    "total_timeout_s": ("total_timeout", _seconds),
}
"""Each number of a draft: its field in the form and how it is read."""
