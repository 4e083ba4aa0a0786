"""List releases, show one, hand out its files, and ask for new ones."""

from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.people import SCOPE_ROLES, Role, Scope
from evalhub.core.releasing.card import LIMITS
from evalhub.core.releasing.usage import remote_snippets, snippets
from evalhub.errors import BadInput, Conflict, Problem
from evalhub.rim.downloads import send_release_file
from evalhub.rim.routing import page_number
from evalhub.services.releasing.buildable import BUILDERS, list_buildable
from evalhub.services.releasing.builds import start_build
from evalhub.services.releasing.downloads import list_downloads, list_takers
from evalhub.services.releasing.kept import (
    FoundRelease,
    downloadable,
    get_release,
    list_releases,
    notices_of,
    origins_of,
)
from evalhub.services.releasing.samples import sample_pairs
from evalhub.services.releasing.withdrawing import withdraw_release
from evalhub.web.answering import refused
from evalhub.web.context import (
    current_actor,
    current_session,
    current_settings,
    now,
    only_read,
    requires,
)
from evalhub.web.problems import problems_of, status_of
from evalhub.web.release_files import OTHER_NOTES, arrange
from evalhub.web.release_form import recipe_of
from evalhub.web.scores import scores_page

bp = Blueprint("releases", __name__, url_prefix="/releases")

READERS = SCOPE_ROLES[Scope.RELEASES_READ]
REPORTERS = SCOPE_ROLES[Scope.REPORTS_WRITE]
OVERSEERS = (*BUILDERS, Role.AUDITOR)
"""Who sees what was downloaded; labs are not told of each other."""


@bp.get("")
@requires(*READERS)
def show_all() -> ResponseReturnValue:
    """List every release."""
    releases = list_releases(session=current_session(), actor=current_actor())
    can_build = current_actor().has(*BUILDERS)
    return render_template(
        "releases/list.html",
        releases=releases,
        origins=origins_of(releases, session=current_session()),
        can_build=can_build,
        buildable=list_buildable(session=current_session()) if can_build else (),
    )


@bp.post("/<project>")
@requires(*BUILDERS)
def build(project: str) -> ResponseReturnValue:
    """Ask for a release of a project, and show how its build comes on."""
    version = request.form.get("version", "").strip()
    try:
        found = start_build(
            project,
            session=current_session(),
            actor=current_actor(),
            now=now(),
            version=version or None,
            recipe=recipe_of(request.form),
        )
    except (BadInput, Conflict) as error:
        # The form stands on the page of the scores, which is drawn again beside what is wrong.
        only_read()
        page = scores_page(project, problems_of(error), version=version)
        return page, status_of(error)
    return redirect(url_for("builds.show", public_id=found.public_id), code=303)


@bp.get("/<project>/<version>")
@requires(*READERS)
def show(project: str, version: str) -> ResponseReturnValue:
    """Show what a release is, who judged, and its files."""
    return _page(_found(project, version))


def _found(project: str, version: str) -> FoundRelease:
    return get_release(
        project,
        version,
        session=current_session(),
        settings=current_settings(),
        actor=current_actor(),
    )


def _page(release: FoundRelease, problems: Sequence[Problem] = (), *, reason: str = "") -> str:
    """Draw the page of a release; ``problems`` are of the form whose ``reason`` came back."""
    manifest = release.manifest
    project, version = release.kept.project, release.kept.version
    return render_template(
        "releases/show.html",
        problems=problems,
        reason=reason,
        release=release,
        manifest=manifest,
        notices=notices_of(release, session=current_session()),
        can_withdraw=current_actor().has(Role.ADMIN) and release.kept.withdrawal is None,
        listing=arrange(() if release.kept.withdrawal else downloadable(release)),
        other_notes=OTHER_NOTES,
        samples=[] if release.kept.withdrawal else sample_pairs(release),
        limits=LIMITS,
        can_report=current_actor().has(*REPORTERS),
        sees_downloads=current_actor().has(*OVERSEERS),
        remote=remote_snippets(current_settings().public_url, project, version, manifest.files),
        snippets=snippets(f"{project}-{version}", manifest.files),
    )


@bp.post("/<project>/<version>/withdraw")
@requires(Role.ADMIN)
def withdraw(project: str, version: str) -> ResponseReturnValue:
    """Withdraw a release for the reason given."""
    release, reason = _found(project, version), request.form.get("reason", "")
    try:
        withdraw_release(
            release.kept.id,
            release.manifest.id,
            reason,
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except (BadInput, Conflict) as error:
        return refused(lambda problems: _page(release, problems, reason=reason), error)
    return redirect(url_for("releases.show", project=project, version=version), code=303)


@bp.get("/<project>/<version>/downloads")
@requires(*OVERSEERS)
def show_downloads(project: str, version: str) -> ResponseReturnValue:
    """Show who took which files, to those who answer for the release or check it."""
    release, session = _found(project, version), current_session()
    return render_template(
        "releases/downloads.html",
        release=release,
        takers=list_takers(release.kept.id, session=session),
        listing=list_downloads(
            release.kept.id, session=session, page=page_number(request.args.get("page"))
        ),
    )


@bp.get("/<project>/<version>/files/<path:path>")
@requires(*READERS)
def download(project: str, version: str, path: str) -> ResponseReturnValue:
    """Hand out one file."""
    return send_release_file(project, version, path, actor=current_actor())
