"""Lead whoever has judged to the next comparison."""

from flask import url_for

from evalhub.errors import Conflict, Forbidden
from evalhub.services.assigning.claiming import go_on
from evalhub.services.judging.submitting import Submission, SubmissionKind
from evalhub.web.context import commit_now, current_session, now, own_id
from evalhub.web.work import LOT


def place_after(done: Submission) -> str:
    """Return where to go on; what was judged is kept whatever becomes of the next pair."""
    try:
        return _next_place(done)
    except Exception:
        # A defect that keeps pairs from being given out must not keep judgments from being stored.
        commit_now()
        raise


def _next_place(done: Submission) -> str:
    """Return where to go on: the next comparison of the project, else the list of work."""
    if done.kind in {SubmissionKind.JUDGED, SubmissionKind.RETURNED}:
        try:
            lease = go_on(
                done.project_id,
                person_id=own_id(),
                session=current_session(),
                now=now(),
                rng=LOT,
            )
        # The project was paused or asks for more by now, or its terms were changed and the list
        # shows them: the judgment is stored, there is just nothing next.
        except (Conflict, Forbidden):
            return url_for("work.show")
        if lease is not None:
            return url_for("comparing.show", token=lease.token)
    return url_for("work.show")
