"""Change what a project asks of those who judge in it: every version stays."""

from datetime import datetime

from sqlmodel import Session

from evalhub.core.campaigns import ProjectStatus
from evalhub.core.canonical import canonical_json
from evalhub.core.pay.tiers import PayTier, stricter
from evalhub.core.people import Actor
from evalhub.core.qualifying.requirements import (
    Requirement,
    check_requirement,
    requirement_to_json,
)
from evalhub.db.models import Project, ProjectRequirement, RubricVersion
from evalhub.errors import BadInput, Problem, Sentence, StaleForm
from evalhub.services import audit
from evalhub.services.locks import lock
from evalhub.services.paying.rubric_tiers import least_tier_of
from evalhub.services.projects.finding import get_project_to_manage
from evalhub.services.qualifying.requirements import StandingRequirement, requirement_in_force
from evalhub.services.qualifying.trained import unpublished


def write_requirement(
    slug: str,
    requirement: Requirement,
    *,
    over: int | None,
    session: Session,
    actor: Actor,
    now: datetime,
) -> StandingRequirement:
    """Append a version of what a project asks for and return the one in force.

    It holds for every claim from now on; who holds a comparison may finish it. ``over`` is the
    number that the author had before them, None for a command. The same again adds nothing. A draft
    that pays gets the tier of pay that is asked for by now. Raise ``BadInput`` with every broken
    rule, also for a training that nobody can take and for an open project whose tier is under what
    would be asked for, ``Forbidden`` and ``NotFound`` as for other changes of a project, and
    ``StaleForm`` where another version came between.
    """
    project = get_project_to_manage(slug, session=session, actor=actor)
    # A name with a slip of the pen in it would withhold the work from everybody, without a word.
    problems = check_requirement(requirement) or [
        Problem("trainings", Sentence("there is no training %(name)s", name=repr(name)))
        for name in unpublished(requirement.trainings, session=session)
    ]
    if problems:
        raise BadInput(problems)
    lock(f"requirement of {project.id}", session=session)
    current = requirement_in_force(project.id, session=session)
    if over is not None and over != current.number:
        raise StaleForm(
            f"Version {current.number} of what the project asks for was written meanwhile; you "
            f"wrote over {over}."
        )
    if current.requirement == requirement:
        return current
    _hold_tier(project, requirement, session=session)
    written = StandingRequirement(current.number + 1, requirement)
    told = requirement_to_json(requirement)
    session.add(
        ProjectRequirement(
            project_id=project.id,
            number=written.number,
            document=canonical_json(told),
            written_at=now,
            written_by=actor.person_id,
        )
    )
    session.flush()
    audit.record(
        "project.require",
        session=session,
        actor=actor,
        subject=f"project:{project.slug}",
        details={"number": written.number, **told},
        now=now,
    )
    return written


def _hold_tier(project: Project, requirement: Requirement, *, session: Session) -> None:
    """Bring the tier of a draft to what will be asked for; refuse an open project under it.

    An offer is changed with its reason, so that everybody reads of it before their next claim;
    asking for more by the way would leave physicians at the floor of everybody's work.
    """
    # Against a change of the offer at the same moment, which asks for the requirement in turn.
    session.refresh(project, with_for_update={"key_share": True})
    if project.pay_tier is PayTier.VOLUNTEER:
        return
    rubric = session.get_one(RubricVersion, project.rubric_version_id)
    tier = stricter(project.pay_tier, least_tier_of(rubric, requirement))
    if tier is project.pay_tier:
        return
    if project.status is not ProjectStatus.DRAFT:
        raise BadInput.at(
            "pay_tier",
            Sentence(
                "%(tier)s work is less than what would be asked for, which is %(least)s work; "
                "change the offer first",
                tier=project.pay_tier.value,
                least=tier.value,
            ),
        )
    project.pay_tier = tier
    session.add(project)
