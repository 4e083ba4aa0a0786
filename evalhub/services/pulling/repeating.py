"""Start a pull once, however often its request arrives."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from evalhub.core.canonical import Json, content_hash
from evalhub.core.people import Actor
from evalhub.db.models import Pull
from evalhub.errors import BadInput, Conflict
from evalhub.services.locks import lock
from evalhub.services.pulling.finding import PullView, get_pull
from evalhub.services.pulling.options import ONCE, PullOptions
from evalhub.services.pulling.starting import RequestMark, start_pull

_KEY = re.compile(r"[\x21-\x7e]{1,100}")


@dataclass(frozen=True, slots=True)
class StartedPull:
    """Hold a pull; ``is_new`` is False where an earlier request with its key started it."""

    pull: PullView
    is_new: bool


def start_pull_once(
    prompt_set: str,
    endpoints: Sequence[str],
    *,
    key: str,
    session: Session,
    actor: Actor,
    now: datetime,
    retry_errors: bool = False,
    options: PullOptions = ONCE,
) -> StartedPull:
    """Start a pull, or return the one that the actor started under ``key`` before.

    A program whose connection broke cannot know whether its request arrived. It sends the same
    again under the same key, and endpoints that cost money are asked once. Raise ``BadInput``
    for a malformed key and ``Conflict`` where the key stands for another request.
    """
    if not _KEY.fullmatch(key):
        raise BadInput.at("Idempotency-Key", "needs 1 to 100 visible ASCII characters")
    wanted: list[Json] = [prompt_set, sorted(endpoints), retry_errors]
    if options != ONCE:
        wanted += [options.n_samples, options.seed, options.budget_micro]
    mark = RequestMark(key, content_hash(wanted))
    # Two copies of one request at once: the second waits here and then finds the first's pull.
    lock(f"pull:{actor.person_id}:{key}", session=session)
    known = session.exec(
        select(Pull).where(Pull.created_by == actor.person_id, Pull.request_key == key)
    ).first()
    if known is None:
        started = start_pull(
            prompt_set,
            endpoints,
            session=session,
            actor=actor,
            now=now,
            retry_errors=retry_errors,
            options=options,
            mark=mark,
        )
        return StartedPull(started, is_new=True)
    if known.request_sha256 != mark.sha256:
        raise Conflict(f"The idempotency key {key!r} was sent before with another request.")
    return StartedPull(get_pull(known.public_id, session=session), is_new=False)
