"""Check that what a key is to be limited to is there."""

from sqlmodel import Session

from evalhub.core.people import Actor, ReleaseLimit
from evalhub.errors import BadInput, Problem
from evalhub.services.releasing.kept import list_releases


def check_limit(limit: ReleaseLimit, *, session: Session, actor: Actor) -> None:
    """Raise ``BadInput`` naming each project or release of ``limit`` that is not there.

    A mistyped name would else make a key that opens nothing, which shows in a script at night.
    Projects without a release are unknown here too: whoever makes a key may see releases and
    not which projects there are.
    """
    releases = list_releases(session=session, actor=actor)
    known = {one.project for one in releases} | {f"{one.project}@{one.version}" for one in releases}
    problems = [
        Problem("releases", f"there is no release {name!r}")
        for name in limit.names
        if name not in known
    ]
    if problems:
        raise BadInput(problems)
