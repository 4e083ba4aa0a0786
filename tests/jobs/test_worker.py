"""A worker runs what is queued, takes over what was lost and leaves what it cannot finish."""

import threading


from evalhub.config import Settings
from evalhub.core.campaigns import PullStatus
from evalhub.jobs.worker import Pace, run_worker
from evalhub.services.pulling import get_pull
from tests.pulling import Scene

PACE = Pace(round_s=0.05, lease_s=5.0, grace_s=1.0)

def status_of(scene: Scene, public_id: str) -> PullStatus:
    with scene.database.transaction(write=False) as session:
        return get_pull(public_id, session=session).status


def test_draining_runs_what_is_queued_and_ends(scene: Scene, settings: Settings) -> None:
    scene.endpoint("careful")
    scene.endpoint("quick", "model-b")
    pull = scene.start("careful", "quick", is_foreground=False)

    run_worker(settings, environ={}, stop=threading.Event(), is_draining=True, pace=PACE)

    assert status_of(scene, pull.public_id) is PullStatus.DONE
    assert scene.server.calls.total() == 6
