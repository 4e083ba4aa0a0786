"""The command runs what is queued."""

import logging
import signal

import structlog
from click.testing import CliRunner

from evalhub.cli import main
from evalhub.config import Settings
from evalhub.core.campaigns import PullStatus
from evalhub.services.pulling import get_pull
from tests.pulling import Scene


def test_draining_runs_what_is_queued_and_gives_the_signals_back(
    scene: Scene, settings: Settings
) -> None:
    scene.endpoint()
    pull = scene.start(is_foreground=False)
    before = signal.getsignal(signal.SIGTERM)

    result = CliRunner().invoke(main, ["worker", "--drain"], obj=settings)

    with scene.database.transaction(write=False) as session:
        status = get_pull(pull.public_id, session=session).status
    assert (result.exit_code, status) == (0, PullStatus.DONE)
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_worker_logs_as_the_server_does(scene: Scene, settings: Settings) -> None:
    quiet = settings.model_copy(update={"log_level": "error"})

    CliRunner().invoke(main, ["worker", "--drain"], obj=quiet)

    [handler] = logging.getLogger().handlers
    assert isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter)
    assert logging.getLogger().level == logging.ERROR
