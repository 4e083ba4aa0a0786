"""End with the process that supervises this one, however that ends."""

import ctypes
import os
import signal
import sys
from collections.abc import Mapping

SUPERVISOR = "SUPERVISED_BY"
"""The variable that names the supervisor's process; not a setting, so without their prefix."""
SEND_AT_ITS_DEATH = 1
"""What Linux calls PR_SET_PDEATHSIG."""


def end_with_supervisor(environ: Mapping[str, str]) -> None:
    """Let this process be told to stop when its supervisor has gone, where it has one.

    A supervisor that is killed can end nobody. Its server would go on holding the port, so that
    the next one could not start, and its worker would go on beside that of the next. Only Linux
    offers this; elsewhere such processes are ended by hand.
    """
    supervisor = environ.get(SUPERVISOR)
    if supervisor is None or sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(SEND_AT_ITS_DEATH, signal.SIGTERM)
    # It may have gone before we asked; whoever took us over is not it.
    if os.getppid() != int(supervisor):
        os.kill(os.getpid(), signal.SIGTERM)
