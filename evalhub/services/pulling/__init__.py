"""Ask endpoints every prompt of a version and keep each response as it arrives."""

from evalhub.services.pulling.browsing import ResponsePage, ResponseView, browse_responses
from evalhub.services.pulling.dispatching import ShareJob, waiting_jobs
from evalhub.services.pulling.finding import (
    PromptSetChoice,
    PullView,
    get_pull,
    list_pulls,
    list_versions,
)
from evalhub.services.pulling.holding import Attendance, PullAttendance, attend
from evalhub.services.pulling.options import ONCE, PullOptions
from evalhub.services.pulling.planning import PullPlan, plan_pull
from evalhub.services.pulling.progress import (
    EndpointProgress,
    ErrorGroup,
    PullProgress,
    pull_progress,
)
from evalhub.services.pulling.repeating import StartedPull, start_pull_once
from evalhub.services.pulling.running import run_pull
from evalhub.services.pulling.sharing import run_share
from evalhub.services.pulling.starting import start_pull
from evalhub.services.pulling.steering import cancel_pull, interrupt_pull, resume_pull
from evalhub.services.pulling.tools import ClientFactory, RunTools, ShareEnd, Stored, http_clients

__all__ = [
    "ONCE",
    "Attendance",
    "ClientFactory",
    "EndpointProgress",
    "ErrorGroup",
    "PromptSetChoice",
    "PullAttendance",
    "PullOptions",
    "PullPlan",
    "PullProgress",
    "PullView",
    "ResponsePage",
    "ResponseView",
    "RunTools",
    "ShareEnd",
    "ShareJob",
    "StartedPull",
    "Stored",
    "attend",
    "browse_responses",
    "cancel_pull",
    "get_pull",
    "http_clients",
    "interrupt_pull",
    "list_pulls",
    "list_versions",
    "plan_pull",
    "pull_progress",
    "resume_pull",
    "run_pull",
    "run_share",
    "start_pull",
    "start_pull_once",
    "waiting_jobs",
]
