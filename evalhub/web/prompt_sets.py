"""Let researchers upload prompt sets, judge the report on them, freeze and read them."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from evalhub.core.people import Role
from evalhub.core.prompts.vocabulary import SourceKind
from evalhub.errors import BadInput, Problem
from evalhub.rim import uploads
from evalhub.rim.fields import whole_number
from evalhub.rim.routing import page_number
from evalhub.rim.state import runtime
from evalhub.services import prompt_sets
from evalhub.services.prompt_sets.finding import count_version
from evalhub.services.prompt_sets.imports import ImportView
from evalhub.web.context import current_actor, current_session, now, requires
from evalhub.web.language import _, ngettext
from evalhub.web.rendering import render_text
from evalhub.web.uploaded import file_of_form, names_of_form

bp = Blueprint("prompt_sets", __name__)
MAKERS = (Role.RESEARCHER, Role.ADMIN)
READERS = (*MAKERS, Role.COORDINATOR, Role.AUDITOR)


@bp.get("/prompt-sets")
@requires(*READERS)
def show_all() -> ResponseReturnValue:
    """List the sets, and the uploads that wait for a decision."""
    session = current_session()
    return render_template(
        "prompt_sets/list.html",
        sets=prompt_sets.list_prompt_sets(session=session),
        waiting=prompt_sets.list_waiting_uploads(session=session),
        may_upload=current_actor().has(*MAKERS),
    )


@bp.get("/prompt-sets/new")
@requires(*MAKERS)
def prepare() -> ResponseReturnValue:
    """Show the upload form."""
    return _form()


@bp.post("/prompt-sets")
@requires(*MAKERS)
def upload() -> ResponseReturnValue:
    """Read a file and show what it holds; nothing is imported."""
    try:
        taken = uploads.take_in(
            file_of_form(),
            names_of_form(),
            session=current_session(),
            actor=current_actor(),
            now=now(),
        )
    except BadInput as error:
        return _form(error.problems), 422
    if isinstance(taken, ImportView):
        return redirect(url_for("prompt_imports.show", public_id=taken.public_id), code=303)
    return redirect(url_for("prompt_sets.show_upload", token=taken.token), code=303)


@bp.get("/uploads/<token>")
@requires(*MAKERS)
def show_upload(token: str) -> ResponseReturnValue:
    """Show the report on an upload."""
    found = prompt_sets.get_upload(token, session=current_session())
    return render_template(
        "prompt_sets/upload.html", upload=found, report=found.report, render=render_text
    )


@bp.post("/uploads/<token>/confirm")
@requires(*MAKERS)
def confirm(token: str) -> ResponseReturnValue:
    """Freeze the good rows of an upload."""
    frozen = uploads.confirm(token, database=runtime().database, actor=current_actor(), now=now())
    if isinstance(frozen, ImportView):
        return redirect(url_for("prompt_imports.show", public_id=frozen.public_id), code=303)
    version = frozen.version
    if frozen.is_new:
        flash(
            ngettext(
                "Frozen %(num)s prompt as %(name)s.",
                "Frozen %(num)s prompts as %(name)s.",
                version.n_prompts,
                name=version.name,
            ),
            "good",
        )
    else:
        flash(_("Nothing new: %(name)s already holds the same rows.", name=version.name), "caution")
    return redirect(_address(version.slug, version.number), code=303)


@bp.post("/uploads/<token>/discard")
@requires(*MAKERS)
def discard(token: str) -> ResponseReturnValue:
    """Give an upload up."""
    prompt_sets.discard_upload(token, session=current_session(), actor=current_actor(), now=now())
    flash(_("The upload is discarded. Nothing was imported."), "caution")
    return redirect(url_for("prompt_sets.show_all"), code=303)


@bp.get("/prompt-sets/<slug>")
@requires(*READERS)
def show(slug: str) -> ResponseReturnValue:
    """Show a version of a set, the newest unless another is asked for."""
    session = current_session()
    wanted = request.args.get("version", "")
    # Refused and not ignored: a link to version 3 that shows version 5 would be believed.
    number = whole_number(wanted, where="version") if wanted else None
    version = prompt_sets.get_version(slug, number, session=session)
    return render_template(
        "prompt_sets/show.html",
        found=prompt_sets.get_prompt_set(slug, session=session),
        version=version,
        counts=count_version(version.id, session=session),
        listing=prompt_sets.list_prompts(
            version.id, session=session, page=page_number(request.args.get("page"))
        ),
        may_upload=current_actor().has(*MAKERS),
    )


@bp.get("/prompt-sets/<slug>/<int:number>/<int:position>")
@requires(*READERS)
def show_prompt(slug: str, number: int, position: int) -> ResponseReturnValue:
    """Show one prompt in full."""
    session = current_session()
    version = prompt_sets.get_version(slug, number, session=session)
    view = prompt_sets.get_prompt(version.id, position, session=session)
    return render_template(
        "prompt_sets/prompt.html",
        version=version,
        view=view,
        prompt=view.prompt,
        render=render_text,
    )


def _form(problems: Sequence[Problem] = ()) -> str:
    return render_template(
        "prompt_sets/new.html",
        problems=problems,
        form=request.form,
        chosen=request.form.get("slug") or request.args.get("set", ""),
        sources=list(SourceKind),
    )


def _address(slug: str, number: int) -> str:
    return url_for("prompt_sets.show", slug=slug, version=number)
