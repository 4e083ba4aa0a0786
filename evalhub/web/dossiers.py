"""Show the dossier of a release to those who check it, and let them sign."""

from dataclasses import dataclass
from functools import partial

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.canonical import sha256_hex
from evalhub.core.people import SCOPE_ROLES, Role, Scope
from evalhub.core.releasing.dossier.findings import findings_of
from evalhub.core.releasing.dossier.signing import SignOffRole, SignOffText, signing_roles
from evalhub.errors import BadInput, Conflict, Problem
from evalhub.services.releasing.dossiers import find_dossier
from evalhub.services.releasing.kept import FoundRelease, get_release
from evalhub.services.releasing.signing import list_sign_offs, sign_release
from evalhub.web.answering import done, refused
from evalhub.web.context import (
    current_actor,
    current_session,
    current_settings,
    now,
    requires,
)
from evalhub.web.dossier_view import sections_of
from evalhub.web.language import N_, Words, _
from evalhub.web.sent import picked, sent_form

bp = Blueprint("dossiers", __name__, url_prefix="/releases")

READERS = SCOPE_ROLES[Scope.RELEASES_READ]
SIGNERS = (Role.RESEARCHER, Role.ADMIN, Role.AUDITOR)

ROLE_NAMES = Words({SignOffRole.STEWARD: N_("steward"), SignOffRole.AUDITOR: N_("auditor")})
"""As what somebody signs, in the reader's language."""


@dataclass(frozen=True, slots=True)
class SignForm:
    """Hold the fields of the form that signs, as a person typed them."""

    role: str = ""
    statement: str = ""
    open_findings: str = ""
    manifest_sha256: str = ""


@bp.get("/<project>/<version>/dossier")
@requires(*READERS)
def show(project: str, version: str) -> ResponseReturnValue:
    """Show what was examined, what was found and what could not be, and who signed."""
    return _page(project, version)


@bp.post("/<project>/<version>/sign-offs")
@requires(*SIGNERS)
def sign(project: str, version: str) -> ResponseReturnValue:
    """Append a signature under the release."""
    release = _found(project, version)
    form = sent_form(SignForm)
    try:
        sign_release(
            release,
            picked(form.role, SignOffRole, where="as"),
            SignOffText(_lines(form.statement), _lines(form.open_findings)),
            seen_sha256=form.manifest_sha256,
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except (BadInput, Conflict) as error:
        return refused(partial(_page, project, version, form), error)
    return done(
        _("Your signature stands under the release. It cannot be changed."),
        url_for("dossiers.show", project=project, version=version),
    )


def _page(
    project: str,
    version: str,
    form: SignForm | None = None,
    problems: tuple[Problem, ...] = (),
) -> str:
    session = current_session()
    release = _found(project, version)
    dossier = find_dossier(release)
    return render_template(
        "releases/dossier.html",
        release=release,
        manifest=release.manifest,
        manifest_sha256=sha256_hex(release.manifest_text),
        dossier=dossier,
        findings=findings_of(dossier) if dossier else None,
        sections=sections_of(dossier) if dossier else (),
        sign_offs=list_sign_offs(release, session=session),
        roles=signing_roles(current_actor()),
        role_names=ROLE_NAMES,
        form=form or SignForm(),
        problems=problems,
        is_refused=request.method == "POST",
    )


def _found(project: str, version: str) -> FoundRelease:
    return get_release(
        project,
        version,
        session=current_session(),
        settings=current_settings(),
        actor=current_actor(),
    )


def _lines(text: str) -> str:
    """Return what a text area sent with the line ends that are stored."""
    return text.replace("\r\n", "\n")
