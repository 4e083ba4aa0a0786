"""Show rubrics in full to everybody who works with them, and take in new versions."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.people import Role
from evalhub.errors import BadInput, Immutable, Problem
from evalhub.services.rubrics import get_rubric, list_rubrics, list_versions, store_rubric
from evalhub.web.context import current_actor, current_session, now, only_read, requires
from evalhub.web.language import _
from evalhub.web.problems import problems_of, status_of
from evalhub.web.rubric_words import OVERRIDES, condition_words, words
from evalhub.web.uploaded import name_of

bp = Blueprint("rubrics", __name__, url_prefix="/rubrics")
MAKERS = (Role.RESEARCHER, Role.ADMIN)


@bp.get("")
@requires()
def show_all() -> ResponseReturnValue:
    """List the rubrics."""
    return _list()


@bp.post("")
@requires(*MAKERS)
def upload() -> ResponseReturnValue:
    """Store a rubric file as a version."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _refuse(BadInput.at("file", "is missing; choose a rubric file"))
    try:
        stored = store_rubric(
            sent.stream.read(),
            where=name_of(sent),
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except (BadInput, Immutable) as error:
        return _refuse(error)
    rubric = stored.view.rubric
    name = f"{rubric.title} {rubric.version}"
    if stored.is_new:
        flash(_("%(name)s is stored.", name=name), "good")
    else:
        flash(_("%(name)s was there already, with the same text.", name=name), "caution")
    return redirect(url_for("rubrics.show", rubric_id=rubric.id, version=rubric.version), code=303)


@bp.get("/<rubric_id>")
@requires()
def show_newest(rubric_id: str) -> ResponseReturnValue:
    """Lead to a version: the one asked for, else the newest."""
    versions = list_versions(rubric_id, session=current_session())
    asked = request.args.get("version")
    # An old link to a version that was never stored leads to the newest rather than nowhere.
    version = asked if asked in versions else versions[0]
    return redirect(url_for("rubrics.show", rubric_id=rubric_id, version=version))


@bp.get("/<rubric_id>/<version>")
@requires()
def show(rubric_id: str, version: str) -> ResponseReturnValue:
    """Show one version in full."""
    session = current_session()
    view = get_rubric(rubric_id, version, session=session)
    return render_template(
        "rubrics/show.html",
        view=view,
        rubric=view.rubric,
        versions=list_versions(rubric_id, session=session),
        condition_words=condition_words,
        words=words,
        overrides=OVERRIDES,
    )


def _refuse(error: BadInput | Immutable) -> ResponseReturnValue:
    """List the rubrics beside what is wrong, without the writer's place, which others wait for."""
    only_read()
    return _list(problems_of(error)), status_of(error)


def _list(problems: Sequence[Problem] = ()) -> str:
    return render_template(
        "rubrics/list.html",
        problems=problems,
        rubrics=list_rubrics(session=current_session()),
        may_upload=current_actor().has(*MAKERS),
    )
