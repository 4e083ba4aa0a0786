"""Let those who run a project say what it asks of the experts who judge in it."""

from collections.abc import Mapping, Sequence
from functools import partial

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.qualifying.levels import Level
from evalhub.core.qualifying.requirements import Requirement
from evalhub.errors import BadInput, Problem, StaleForm
from evalhub.rim.fields import names, whole_number
from evalhub.services.projects.choosing import let_join
from evalhub.services.projects.finding import MANAGERS, READERS, get_project
from evalhub.services.projects.requiring import write_requirement
from evalhub.services.projects.setup import setup_of
from evalhub.services.qualifying.requirements import requirement_in_force
from evalhub.web import qualifying_words as say
from evalhub.web.answering import done, refused
from evalhub.web.context import current_actor, current_session, now, requires
from evalhub.web.language import _

bp = Blueprint("requirements", __name__, url_prefix="/projects")


@bp.get("/<slug>/requirements")
@requires(*READERS)
def show(slug: str) -> ResponseReturnValue:
    """Show what the project asks for; those who run it see the form."""
    return _page(slug)


@bp.post("/<slug>/requirements")
@requires(*MANAGERS)
def write(slug: str) -> ResponseReturnValue:
    """Change what the project asks for, from the next claim on."""
    try:
        written = write_requirement(
            slug,
            _requirement(),
            over=whole_number(request.form.get("number", ""), where="version"),
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except (BadInput, StaleForm) as error:
        return refused(partial(_page, slug, request.form), error)
    return done(
        _("Version %(number)s holds for every claim from now on.", number=written.number),
        url_for("requirements.show", slug=slug),
    )


@bp.post("/<slug>/joining")
@requires(*MANAGERS)
def let_in(slug: str) -> ResponseReturnValue:
    """Say whether experts may put themselves on the project."""
    is_joinable = request.form.get("joining") == "yes"
    session, actor = current_session(), current_actor()
    let_join(slug, is_joinable=is_joinable, session=session, actor=actor, now=now())
    message = _("Experts may join.") if is_joinable else _("Experts are put on it by coordinators.")
    return done(message, url_for("requirements.show", slug=slug))


def _page(
    slug: str, sent: Mapping[str, str] | None = None, problems: Sequence[Problem] = ()
) -> str:
    session = current_session()
    project = get_project(slug, session=session)
    standing = requirement_in_force(project.id, session=session)
    return render_template(
        "projects/requirements.html",
        project=project,
        standing=standing,
        typed=_typed(standing.requirement, project.domain) if sent is None else sent,
        setup=setup_of(project, session=session),
        levels=list(Level),
        say=say,
        problems=problems,
        can_write=current_actor().has(*MANAGERS),
    )


def _requirement() -> Requirement:
    form = request.form
    return Requirement(
        domain="_".join(form.get("domain", "").lower().split()),
        needs_credential=form.get("needs_credential") == "yes",
        classes=_listed("classes"),
        specialties=_listed("specialties"),
        jurisdictions=tuple(place.upper() for place in names(form.get("jurisdictions", ""))),
        min_level=whole_number(form.get("min_level", "0"), where="min_level"),
        matches_language=form.get("matches_language") == "yes",
        matches_jurisdiction=form.get("matches_jurisdiction") == "yes",
        matches_specialty=form.get("matches_specialty") == "yes",
        accepted_only=form.get("accepted_only") == "yes",
        trainings=_listed("trainings"),
    )


def _listed(name: str) -> tuple[str, ...]:
    return names(request.form.get(name, "").lower())


def _typed(requirement: Requirement, domain: str) -> dict[str, str]:
    """Return the requirement in force as its form would send it."""
    return {
        "domain": requirement.domain or domain,
        "needs_credential": "yes" if requirement.needs_credential else "",
        "classes": ", ".join(requirement.classes),
        "specialties": ", ".join(requirement.specialties),
        "jurisdictions": ", ".join(requirement.jurisdictions),
        "min_level": str(requirement.min_level),
        "matches_language": "yes" if requirement.matches_language else "",
        "matches_jurisdiction": "yes" if requirement.matches_jurisdiction else "",
        "matches_specialty": "yes" if requirement.matches_specialty else "",
        "accepted_only": "yes" if requirement.accepted_only else "",
        "trainings": ", ".join(requirement.trainings),
    }
