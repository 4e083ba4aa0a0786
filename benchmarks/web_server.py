"""The application as it is served, with two addresses more.

A lease with its matter as JSON is what a page of scripts alone would ask for instead of a page,
and so what the page that is rendered on the server is measured against. It does all that the page's
own claim does: it finds out who asks, takes a pair under a lock, and answers after the commit.

``/bench/floor`` is the least that any form can cost here: an application of Flask with nothing in
it that reads the form, checks its token against the cookie, and answers. It asks no database.
"""

import random
from http import HTTPStatus
from typing import Any

import sqlalchemy as sa
from flask import Flask, request
from flask_wtf.csrf import validate_csrf
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from evalhub.app import serve_app
from evalhub.core.people import Role
from evalhub.core.rubrics.canonical import rubric_to_json
from evalhub.db import tables as t
from evalhub.rim.state import current_session, now
from evalhub.services.assigning.expiring import free_places
from evalhub.services.assigning.leases import find_open_lease
from evalhub.services.assigning.leasing import lease_next
from evalhub.services.assigning.releasing import release
from evalhub.services.judging.matter import get_matter
from evalhub.web.context import own_id, requires

LOT = random.SystemRandom()


def bench_app() -> Flask:
    """Return the application with the JSON lease, for gunicorn."""
    app = serve_app()
    for view in (lease, move_on):
        app.add_url_rule(
            f"/bench/{view.__name__}/<int:project_id>",
            view_func=requires(Role.ANNOTATOR)(view),
            methods=["POST"],
        )
        app.extensions["csrf"].exempt(f"benchmarks.web_server.{view.__name__}")
    floor = floor_app(app)
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/bench/floor": floor})  # type: ignore[method-assign]  # as Flask documents
    return app


def floor_app(app: Flask) -> Flask:
    """Return an application that does nothing but check a form's token, with the same cookie."""
    floor = Flask("floor", static_folder=None)
    floor.config.from_mapping(
        {name: app.config[name] for name in ("SECRET_KEY", "SESSION_COOKIE_NAME")},
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_FIELD_NAME="csrf_token",
    )

    @floor.post("/")
    def empty() -> tuple[str, int]:
        validate_csrf(request.form.get("csrf_token"))
        return "", HTTPStatus.NO_CONTENT

    return floor


def lease(project_id: int) -> dict[str, Any]:
    """Forget the held comparison, lease one and return all that its page shows.

    Forgotten and not given back: a pair that somebody gave back is passed over for them from then
    on, and after a thousand a lease would be measured that nobody ever waits for.
    """
    session, person_id = current_session(), own_id()
    held = find_open_lease(project_id, person_id=person_id, session=session)
    if held is not None:
        session.connection().execute(sa.delete(t.assignment).where(t.assignment.c.id == held.id))
        free_places(held.pair_id, session=session)
    return _next(project_id)


def move_on(project_id: int) -> dict[str, Any]:
    """Give the held comparison back and lease another, so that its texts are new."""
    session, person_id = current_session(), own_id()
    held = find_open_lease(project_id, person_id=person_id, session=session)
    if held is not None:
        release(held.token, person_id=person_id, session=session, now=now())
    return _next(project_id)


def _next(project_id: int) -> dict[str, Any]:
    session, person_id = current_session(), own_id()
    taken = lease_next(project_id, person_id=person_id, session=session, now=now(), rng=LOT)
    if taken is None:
        return {"token": None}
    matter = get_matter(taken.token, person_id=person_id, session=session)
    return {
        "token": taken.token,
        "until": taken.expires_at.isoformat(),
        "prompt": [message.content for message in matter.prompt.messages],
        "a": matter.a.text,
        "b": matter.b.text,
        "rubric": rubric_to_json(matter.rubric),
    }
