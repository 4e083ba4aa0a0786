"""A killed pull loses nothing that was committed and asks for nothing of it again."""

import signal
from pathlib import Path

from evalhub.core.campaigns import PullStatus
from evalhub.services.pulling import get_pull
from tests.processes import (
    HalfwayServer,
    assert_whole_and_unrepeated,
    run_command,
    stored_texts,
)
from tests.pulling import Scene


def test_a_killed_pull_is_resumed_without_loss_or_repetition(
    big_scene: Scene, halfway_server: HalfwayServer, database_url: str, tmp_path: Path
) -> None:
    pull = big_scene.start()
    first = run_command(database_url, tmp_path, "pull", "run", pull.public_id)
    assert halfway_server.is_halfway.wait(60), first.communicate()
    first.send_signal(signal.SIGKILL)
    first.communicate()
    committed = stored_texts(big_scene.database)

    second = run_command(database_url, tmp_path, "pull", "run", pull.public_id)
    _, errors = second.communicate(timeout=120)

    assert second.returncode == 0, errors
    assert_whole_and_unrepeated(big_scene.database, halfway_server, committed)


def test_a_pull_broken_off_at_the_keyboard_says_how_to_go_on(
    big_scene: Scene, halfway_server: HalfwayServer, database_url: str, tmp_path: Path
) -> None:
    pull = big_scene.start()
    command = run_command(database_url, tmp_path, "pull", "run", pull.public_id)
    assert halfway_server.is_halfway.wait(60), command.communicate()

    command.send_signal(signal.SIGINT)
    _, errors = command.communicate(timeout=60)

    reason = "Stopped at the keyboard."
    assert command.returncode == 130
    assert errors.splitlines()[-1] == f"{reason} Go on with: evalhub pull run {pull.public_id}"
    with big_scene.database.transaction(write=False) as session:
        found = get_pull(pull.public_id, session=session)
    assert (found.status, found.reason) == (PullStatus.CANCELLED, reason)
