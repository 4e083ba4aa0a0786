"""Change the pay, minutes, rubric and terms of a project, for what is not claimed yet.

Whoever holds a comparison keeps the terms it was claimed on. Everybody else is shown what changed
and agrees before their next claim. Each set of terms is a row that stays; an assignment names its.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from evalhub.core.campaigns import ProjectStatus
from evalhub.core.free_words import check_words, plain_words, says_something
from evalhub.core.pay.tiers import Floors, PayTier, Price, check_floor, tier_of
from evalhub.core.people import Actor
from evalhub.core.projects import MAX_TERMS
from evalhub.db.models import Project, ProjectTerms, RubricVersion
from evalhub.errors import BadInput, Conflict, StaleForm
from evalhub.services.audit import record
from evalhub.services.paying.rubric_tiers import least_tier_of
from evalhub.services.paying.terms import Terms, current_terms, rows_of
from evalhub.services.qualifying.requirements import requirement_in_force

MAX_REASON = 1_000
MAX_MINUTES = 480


@dataclass(frozen=True, slots=True)
class TermsChange:
    """Hold the terms that are to hold from now on, and why; ``rubric`` is ``id@version``."""

    pay_tier: PayTier | None
    price: Price
    rubric: str
    terms: str
    reason: str


def change_terms(
    project: Project,
    change: TermsChange,
    *,
    over: int,
    floors: Floors,
    session: Session,
    actor: Actor,
    now: datetime,
) -> Terms:
    """Let ``change`` hold for every claim from now on and return it.

    ``over`` is the number of the terms that were read; raise ``StaleForm`` where others hold by
    now. Raise ``Conflict`` for a closed project and for terms that change nothing, and
    ``BadInput`` for pay under the floor and for a rubric of another major version: preferences
    under other scales are not pooled, so that takes a project of its own.
    """
    # Held without its key: claims, which refer to the key, go on under the old terms meanwhile.
    session.refresh(project, with_for_update={"key_share": True})
    _refuse_state(project, over)
    before = current_terms(project, session=session)
    rubric = _rubric(change.rubric, project, session=session)
    least = least_tier_of(rubric, requirement_in_force(project.id, session=session).requirement)
    tier = tier_of(change.pay_tier, least, pay_minor_units=change.price.minor_units)
    _check(change)
    # A draft may be under its floor: what is a draft is nobody's offer yet.
    if project.status is not ProjectStatus.DRAFT:
        check_floor(tier, change.price, floors)
    text = plain_words(change.terms)
    wanted = (tier, change.price, rubric.id, text)
    if wanted == (project.pay_tier, before.price, project.rubric_version_id, project.terms):
        raise Conflict("These are the terms that hold already.")
    _keep_set_up(project, session=session)
    project.pay_tier, project.rubric_version_id, project.terms = tier, rubric.id, text
    project.pay_minor_units = change.price.minor_units
    project.pay_currency = change.price.currency
    project.expected_minutes = change.price.expected_minutes
    project.terms_number += 1
    session.add(project)
    session.add(_row(project, reason=plain_words(change.reason), at=now, by=actor.person_id))
    session.flush()
    after = current_terms(project, session=session)
    _record(project, before, after, session=session, actor=actor, now=now)
    return after


def renew_terms(
    project: Project, *, reason: str, session: Session, actor: Actor, now: datetime
) -> None:
    """Give the terms that hold another number, because something that is told with them changed.

    Whoever is at work reads it then before their next claim, which would follow by itself. In a
    draft nobody has claimed, so nothing is renewed. The caller holds the project's row.
    """
    if project.status is ProjectStatus.DRAFT:
        return
    _keep_set_up(project, session=session)
    project.terms_number += 1
    session.add(project)
    session.add(_row(project, reason=plain_words(reason), at=now, by=actor.person_id))
    session.flush()


def _refuse_state(project: Project, over: int) -> None:
    if project.status is ProjectStatus.CLOSED:
        raise Conflict(f"Project {project.slug!r} is closed for good; nobody can claim in it.")
    if over != project.terms_number:
        raise StaleForm("The terms were changed since you opened this page. Look again.")


def _record(
    project: Project, before: Terms, after: Terms, *, session: Session, actor: Actor, now: datetime
) -> None:
    record(
        "project.change_terms",
        session=session,
        actor=actor,
        subject=f"project:{project.slug}",
        details={
            "number": after.number,
            "pay": [before.price.minor_units, after.price.minor_units],
            "currency": [before.price.currency, after.price.currency],
            "expected_minutes": [before.price.expected_minutes, after.price.expected_minutes],
            "rubric": [before.rubric, after.rubric],
        },
        now=now,
    )


def _check(change: TermsChange) -> None:
    if not 1 <= change.price.expected_minutes <= MAX_MINUTES:
        rule = f"{change.price.expected_minutes} does not lie between 1 and {MAX_MINUTES}"
        raise BadInput.at("expected_minutes", rule)
    for where, text, most in (
        ("terms", change.terms, MAX_TERMS),
        ("reason", change.reason, MAX_REASON),
    ):
        if problems := list(check_words(text, least=0, most=most, where=where)):
            raise BadInput(problems)
    # People who worked on the old terms are owed a word about the new ones.
    if not says_something(change.reason):
        raise BadInput.at("reason", "say why; everybody on the project reads it")


def _rubric(name: str, project: Project, *, session: Session) -> RubricVersion:
    rubric_id, _, version = name.partition("@")
    found = session.exec(
        select(RubricVersion)
        .where(RubricVersion.rubric_id == rubric_id, RubricVersion.version == version)
        # Held, so that nobody corrects its text before the project uses it.
        .with_for_update(read=True)
    ).first()
    if found is None:
        raise BadInput.at("rubric", f"there is no rubric version {name[:120]!r}")
    present = session.get_one(RubricVersion, project.rubric_version_id)
    if (found.rubric_id, _major(found)) != (present.rubric_id, _major(present)):
        rule = (
            f"{name!r} is another rubric or another major version than "
            f"{present.rubric_id}@{present.version}; that takes a project of its own"
        )
        raise BadInput.at("rubric", rule)
    return found


def _major(rubric: RubricVersion) -> str:
    return rubric.version.partition(".")[0]


def _keep_set_up(project: Project, *, session: Session) -> None:
    """Write the present terms down, unless they are: they are about to leave the project's row."""
    if session.exec(rows_of(project).limit(1)).first() is None:
        session.add(_row(project, reason="", at=project.created_at, by=project.created_by))
        session.flush()


def _row(project: Project, *, reason: str, at: datetime, by: int | None) -> ProjectTerms:
    return ProjectTerms(
        project_id=project.id,
        number=project.terms_number,
        pay_tier=project.pay_tier,
        pay_minor_units=project.pay_minor_units,
        pay_currency=project.pay_currency,
        expected_minutes=project.expected_minutes,
        rubric_version_id=project.rubric_version_id,
        terms=project.terms,
        reason=reason,
        changed_at=at,
        changed_by=by,
    )
