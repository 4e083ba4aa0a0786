"""Let researchers and coordinators set up projects, staff them and follow their progress."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.campaigns import OverlapRule, PairingStrategy, ProjectStatus, SelectionMode
from evalhub.core.money import parse_money
from evalhub.core.pay.tiers import PayTier
from evalhub.core.people import Role
from evalhub.core.projects import MEMBER_ROLES, NEXT_STATUSES, ProjectPlan
from evalhub.errors import BadInput, Conflict, Problem
from evalhub.rim import projects
from evalhub.rim.fields import choice, whole_number
from evalhub.rim.pay import floors_of
from evalhub.rim.routing import page_number
from evalhub.rim.state import runtime
from evalhub.services.controls.apart import may_be_given
from evalhub.services.endpoints import list_endpoints
from evalhub.services.pairing.excluded import (
    list_excluded,
    list_identical,
    list_self_naming,
    n_responses_by_status,
)
from evalhub.services.projects.creating import create_project
from evalhub.services.projects.finding import (
    MANAGERS,
    READERS,
    browse_projects,
    get_project,
    get_project_to_manage,
)
from evalhub.services.projects.members import add_member, list_members, remove_member
from evalhub.services.projects.progress import progress_of
from evalhub.services.projects.setup import setup_of
from evalhub.services.pulling import list_versions
from evalhub.services.releasing.buildable import BUILDERS
from evalhub.services.releasing.reported import count_open
from evalhub.services.rubrics import list_rubrics
from evalhub.services.scoring.asking import ask_next
from evalhub.web.answering import refused
from evalhub.web.context import (
    current_actor,
    current_session,
    current_settings,
    now,
    requires,
)
from evalhub.web.language import N_, Words, _, ngettext
from evalhub.web.pay_words import TIER_NAMES
from evalhub.web.sent import sent_form

bp = Blueprint("projects", __name__, url_prefix="/projects")

CREATORS = (Role.RESEARCHER, Role.ADMIN)
STRATEGY_NOTES = Words(
    {
        PairingStrategy.ALL: N_("every pair of answers to a prompt"),
        PairingStrategy.BALANCED: N_(
            "some pairs a prompt, drawn so that models meet about equally often"
        ),
        PairingStrategy.BASELINE: N_("every model against one baseline"),
    }
)
SELECTION_NOTES = Words(
    {
        SelectionMode.RANK: N_(
            "the order of all models; about a quarter fewer judgments than at random"
        ),
        SelectionMode.WINNER: N_("which model is best; the order of the others takes far longer"),
        SelectionMode.UNIFORM: N_("nothing in particular, every pair alike; for quoting gaps"),
    }
)
OVERLAP_NOTES = Words(
    {
        OverlapRule.FIXED: N_("every pair gets all of them"),
        OverlapRule.ON_CONFLICT: N_(
            "two, and a further one only while they prefer different responses"
        ),
    }
)
STATUS_SAID = {
    ProjectStatus.DRAFT: N_("The project is a draft."),
    ProjectStatus.OPEN: N_("The project is open."),
    ProjectStatus.PAUSED: N_("The project is paused."),
    ProjectStatus.CLOSED: N_("The project is closed."),
}
STATUS_VERBS = Words(
    {
        ProjectStatus.OPEN: N_("Open"),
        ProjectStatus.PAUSED: N_("Pause"),
        ProjectStatus.CLOSED: N_("Close for good"),
    }
)


@dataclass(frozen=True, slots=True)
class ProjectForm:
    """Hold the fields of the form as text, as a person typed them."""

    slug: str = ""
    title: str = ""
    purpose: str = ""
    prompt_set: str = ""
    rubric: str = ""
    strategy: str = PairingStrategy.ALL.value
    baseline: str = ""
    pairs_per_prompt: str = ""
    samples_per_endpoint: str = "1"
    seed: str = "0"
    overlap: str = "1"
    overlap_rule: str = OverlapRule.FIXED.value
    selection_mode: str = SelectionMode.RANK.value
    lease_minutes: str = "60"
    pay_tier: str = ""
    pay: str = "0"
    pay_currency: str = "USD"
    expected_minutes: str = "10"
    terms: str = ""


@dataclass(frozen=True, slots=True)
class MemberForm:
    """Hold the fields of the form that puts somebody on a project."""

    email: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """Name the form of a project's page that was refused, and why."""

    form: str = ""
    problems: tuple[Problem, ...] = ()

    def at(self, form: str) -> tuple[Problem, ...]:
        """Return what to show beside ``form``."""
        return self.problems if form == self.form else ()


@bp.get("")
@requires(*READERS)
def list_all() -> ResponseReturnValue:
    """List the projects."""
    return render_template(
        "projects/list.html",
        listing=browse_projects(
            session=current_session(), page=page_number(request.args.get("page"))
        ),
        link=lambda page: url_for("projects.list_all", page=page),
        can_create=current_actor().has(*CREATORS),
    )


@bp.get("/new")
@requires(*CREATORS)
def prepare() -> ResponseReturnValue:
    """Show the form that sets up a project."""
    return _form_page(ProjectForm())


@bp.post("")
@requires(*CREATORS)
def create() -> ResponseReturnValue:
    """Set up a project as a draft."""
    form = sent_form(ProjectForm)
    try:
        project = create_project(
            _plan(form, request.form.getlist("endpoints")),
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except (BadInput, Conflict) as error:
        return refused(partial(_form_page, form), error)
    flash(_("The project is set up. Add its experts, then open it."), "good")
    return _to_project(project.slug)


@bp.get("/<slug>")
@requires(*READERS)
def show(slug: str) -> ResponseReturnValue:
    """Show a project: its progress, set-up, people and what is left out."""
    return _project_page(slug)


def _project_page(slug: str, refused: "Refused | None" = None) -> str:
    session = current_session()
    project = get_project(slug, session=session)
    return render_template(
        "projects/show.html",
        project=project,
        refused=refused or Refused(),
        typed=sent_form(MemberForm),
        setup=setup_of(project, session=session),
        strategy_note=STRATEGY_NOTES[project.strategy],
        selection_note=SELECTION_NOTES[project.selection_mode],
        overlap_note=OVERLAP_NOTES[project.overlap_rule],
        tier_name=TIER_NAMES[project.pay_tier],
        progress=progress_of(project, session=session, now=now()),
        members=list_members(project, session=session),
        statuses=n_responses_by_status(project, session=session),
        excluded=list_excluded(project, session=session),
        identical=list_identical(project, session=session),
        self_naming=list_self_naming(project, session=session),
        next_statuses=[(to, STATUS_VERBS[to]) for to in NEXT_STATUSES[project.status]],
        member_roles=MEMBER_ROLES,
        asked=ask_next(slug, session=session),
        n_open_reports=count_open(project.id, session=session),
        can_manage=current_actor().has(*MANAGERS),
        can_build=current_actor().has(*BUILDERS),
        is_given_controls=may_be_given(project, actor=current_actor(), session=session),
    )


@bp.post("/<slug>/status")
@requires(*MANAGERS)
def set_status(slug: str) -> ResponseReturnValue:
    """Open, pause or close a project."""
    try:
        to = choice(request.form.get("status", ""), ProjectStatus, where="status")
        # In transactions of its own: opening takes long, and this one would hold the writer.
        report = projects.set_status(
            slug,
            to,
            database=runtime().database,
            actor=current_actor(),
            now=now(),
            floors=floors_of(current_settings()),
        )
    except (BadInput, Conflict) as error:
        return _refuse(slug, "status", error)
    flash(_(STATUS_SAID[to]), "good")
    if report.n_added:
        flash(
            ngettext(
                "%(num)s new pair can be claimed.",
                "%(num)s new pairs can be claimed.",
                report.n_added,
            ),
            "good",
        )
    return _to_project(slug)


@bp.post("/<slug>/members")
@requires(*MANAGERS)
def add_person(slug: str) -> ResponseReturnValue:
    """Put a person on the project."""
    project = get_project_to_manage(slug, session=current_session(), actor=current_actor())
    form = sent_form(MemberForm)
    try:
        add_member(
            project,
            email=form.email,
            role=choice(form.role, Role, where="role"),
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except (BadInput, Conflict) as error:
        return _refuse(slug, "members", error)
    flash(_("%(email)s is on the project.", email=form.email), "good")
    return _to_project(slug)


@bp.post("/<slug>/members/remove")
@requires(*MANAGERS)
def remove_person(slug: str) -> ResponseReturnValue:
    """Take a person off the project; what they judged stays."""
    project = get_project_to_manage(slug, session=current_session(), actor=current_actor())
    try:
        remove_member(
            project,
            public_id=request.form.get("person", ""),
            role=choice(request.form.get("role", ""), Role, where="role"),
            reason=request.form.get("reason", ""),
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except (BadInput, Conflict) as error:
        return _refuse(slug, "members", error)
    flash(_("The person was taken off the project. Their judgments stay."), "good")
    return _to_project(slug)


def _refuse(slug: str, form: str, error: BadInput | Conflict) -> ResponseReturnValue:
    """Show the project again with what is wrong beside the form that was sent."""
    # What was refused is rolled back first; the page then shows the project as it stands.
    return refused(lambda problems: _project_page(slug, Refused(form, tuple(problems))), error)


def _to_project(slug: str) -> ResponseReturnValue:
    return redirect(f"/projects/{slug}", code=303)


def _form_page(form: ProjectForm, problems: Sequence[Problem] = ()) -> str:
    session = current_session()
    return render_template(
        "projects/new.html",
        form=form,
        chosen=request.form.getlist("endpoints"),
        problems=problems,
        versions=list_versions(session=session),
        rubrics=list_rubrics(session=session),
        endpoints=list_endpoints(session=session),
        strategies=STRATEGY_NOTES,
        overlap_rules=OVERLAP_NOTES,
        selection_modes=SELECTION_NOTES,
        tiers=TIER_NAMES,
    )


def _plan(form: ProjectForm, endpoints: Sequence[str]) -> ProjectPlan:
    """Return the plan that the form describes; raise ``BadInput`` for what cannot be read."""
    # ISO codes are upper case; nobody should be refused for usd.
    currency = form.pay_currency.strip().upper()
    per_prompt = form.pairs_per_prompt.strip()
    return ProjectPlan(
        slug=form.slug.strip(),
        title=form.title,
        purpose=form.purpose,
        prompt_set=form.prompt_set,
        rubric=form.rubric,
        endpoints=tuple(endpoints),
        strategy=choice(form.strategy, PairingStrategy, where="strategy"),
        baseline=form.baseline or None,
        pairs_per_prompt=(
            whole_number(per_prompt, where="pairs_per_prompt") if per_prompt else None
        ),
        samples_per_endpoint=whole_number(form.samples_per_endpoint, where="samples_per_endpoint"),
        seed=whole_number(form.seed, where="seed"),
        overlap=whole_number(form.overlap, where="overlap"),
        overlap_rule=choice(form.overlap_rule, OverlapRule, where="overlap_rule"),
        selection_mode=choice(form.selection_mode, SelectionMode, where="selection_mode"),
        lease_minutes=whole_number(form.lease_minutes, where="lease_minutes"),
        pay_tier=choice(form.pay_tier, PayTier, where="pay_tier") if form.pay_tier else None,
        pay_minor_units=parse_money(form.pay, currency, where="pay"),
        pay_currency=currency,
        expected_minutes=whole_number(form.expected_minutes, where="expected_minutes"),
        terms=form.terms,
    )
