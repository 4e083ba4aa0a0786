"""Store a new project."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from evalhub.core.campaigns import PairingStrategy, ProjectStatus
from evalhub.core.pay.tiers import tier_of
from evalhub.core.people import Actor
from evalhub.core.projects import ProjectPlan, check_plan
from evalhub.db.models import (
    Endpoint,
    Project,
    ProjectEndpoint,
    PromptSet,
    PromptSetVersion,
    RubricVersion,
)
from evalhub.errors import BadInput, Conflict
from evalhub.services.audit import record
from evalhub.services.paying.rubric_tiers import least_tier_of


@dataclass(frozen=True, slots=True)
class _Parts:
    """Hold what a plan names; endpoints by the names that it gives them."""

    prompts: PromptSetVersion
    rubric: RubricVersion
    endpoints: Mapping[str, Endpoint]


def create_project(plan: ProjectPlan, *, session: Session, actor: Actor, now: datetime) -> Project:
    """Store ``plan`` as a draft project and return it.

    A project is simulated when the plan says so or one of its endpoints is. Its pay may still be
    under the floor of its tier: what is a draft is nobody's offer yet. Raise
    ``BadInput`` with every broken rule and unknown name, and ``Conflict`` when the slug is
    taken; nothing is stored then.
    """
    problems = check_plan(plan)
    if problems:
        raise BadInput(problems)
    # For the message; of two people who take one name at once, the unique column refuses the
    # second.
    if session.exec(select(Project).where(Project.slug == plan.slug)).first():
        raise Conflict(f"There is already a project {plan.slug!r}.")
    parts = _named(plan, session=session)
    project = _draft(plan, parts, actor=actor, now=now)
    session.add(project)
    session.flush()
    session.add_all(
        ProjectEndpoint(project_id=project.id, endpoint_id=endpoint.id)
        for endpoint in parts.endpoints.values()
    )
    session.flush()
    _record(project, plan, session=session, actor=actor, now=now)
    return project


def _named(plan: ProjectPlan, *, session: Session) -> _Parts:
    """Return what the plan names; raise ``BadInput`` for a name of nothing."""
    prompts = _prompt_set_version(plan.prompt_set, session=session)
    rubric = _rubric_version(plan.rubric, session=session)
    endpoints = {name: _endpoint(name, session=session) for name in plan.endpoints}
    # "alpha" and "alpha@1" are two names of one row, which a comparison of the names would miss.
    if len({endpoint.id for endpoint in endpoints.values()}) < len(endpoints):
        raise BadInput.at("endpoints", "an endpoint is named twice")
    return _Parts(prompts, rubric, endpoints)


def _draft(plan: ProjectPlan, parts: _Parts, *, actor: Actor, now: datetime) -> Project:
    rubric, endpoints = parts.rubric, parts.endpoints
    return Project(
        slug=plan.slug,
        title=plan.title.strip(),
        purpose=plan.purpose.strip(),
        # A project that names no domain is about what its rubric is about; lists would group it
        # nowhere.
        domain=plan.domain.strip() or rubric.domain,
        prompt_set_version_id=parts.prompts.id,
        rubric_version_id=rubric.id,
        status=ProjectStatus.DRAFT,
        strategy=plan.strategy,
        baseline_endpoint_id=endpoints[plan.baseline].id if plan.baseline else None,
        pairs_per_prompt=plan.pairs_per_prompt,
        samples_per_endpoint=plan.samples_per_endpoint,
        seed=plan.seed,
        overlap=plan.overlap,
        overlap_rule=plan.overlap_rule,
        selection_mode=plan.selection_mode,
        lease_minutes=plan.lease_minutes,
        pay_tier=tier_of(
            plan.pay_tier, least_tier_of(rubric), pay_minor_units=plan.pay_minor_units
        ),
        pay_minor_units=plan.pay_minor_units,
        pay_currency=plan.pay_currency,
        expected_minutes=plan.expected_minutes,
        terms=plan.terms.strip(),
        # What a project rests on decides: simulated answers stay simulated whatever the form said.
        is_simulated=plan.is_simulated or any(e.is_simulated for e in endpoints.values()),
        created_at=now,
        created_by=actor.person_id,
    )


def _record(
    project: Project, plan: ProjectPlan, *, session: Session, actor: Actor, now: datetime
) -> None:
    record(
        "project.create",
        session=session,
        actor=actor,
        subject=f"project:{project.slug}",
        details={
            "prompt_set": plan.prompt_set,
            "rubric": plan.rubric,
            "endpoints": list(plan.endpoints),
            "strategy": PairingStrategy(plan.strategy).value,
            "samples_per_endpoint": plan.samples_per_endpoint,
            "seed": plan.seed,
            "overlap": plan.overlap,
            "overlap_rule": plan.overlap_rule.value,
            "selection_mode": plan.selection_mode.value,
            "pay_tier": project.pay_tier.value,
        },
        now=now,
    )


def _prompt_set_version(name: str, *, session: Session) -> PromptSetVersion:
    slug, _, number = name.partition("@")
    query = (
        select(PromptSetVersion)
        .join(PromptSet, col(PromptSet.id) == col(PromptSetVersion.prompt_set_id))
        .where(PromptSet.slug == slug, PromptSetVersion.number == _number(number))
    )
    found = session.exec(query).first()
    if found is None:
        rule = f"there is no frozen version {name[:120]!r}; write it as set@1"
        raise BadInput.at("prompt_set", rule)
    return found


def _rubric_version(name: str, *, session: Session) -> RubricVersion:
    """Return the version, held so that nobody corrects its text before the project uses it."""
    rubric_id, _, version = name.partition("@")
    query = select(RubricVersion).where(
        RubricVersion.rubric_id == rubric_id, RubricVersion.version == version
    )
    found = session.exec(query.with_for_update(read=True)).first()
    if found is None:
        rule = f"there is no rubric version {name[:120]!r}; write it as medicine@1.0.0"
        raise BadInput.at("rubric", rule)
    return found


def _endpoint(name: str, *, session: Session) -> Endpoint:
    slug, _, revision = name.partition("@")
    query = select(Endpoint).where(Endpoint.slug == slug).order_by(col(Endpoint.revision).desc())
    if revision:
        query = query.where(Endpoint.revision == _number(revision))
    found = session.exec(query).first()
    if found is None:
        raise BadInput.at("endpoints", f"there is no endpoint {name[:120]!r}")
    return found


def _number(text: str) -> int:
    """Return a version number; -1, which no version has, for what is none."""
    is_number = text.isascii() and text.isdigit() and len(text) < 10  # noqa: PLR2004 - fits 32 bits
    return int(text) if is_number else -1
