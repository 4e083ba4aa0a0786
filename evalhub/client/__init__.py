"""A client for programs: upload prompts, start and follow pulls, download releases.

It needs httpx and pydantic and nothing else of EvalHub's server; ``docs/client.md`` shows it.
"""

from evalhub.client.answers import (
    Consent,
    ConsentNotice,
    FileFacts,
    Manifest,
    Notices,
    PromptSetVersion,
    Pull,
    PullShare,
    Purpose,
    Release,
    RowReport,
)
from evalhub.client.client import Client
from evalhub.client.downloading import Downloaded
from evalhub.client.errors import (
    Changed,
    Damaged,
    KeyRefused,
    NoSpace,
    NotNow,
    NotThere,
    OtherRelease,
    Refused,
    Rejected,
    Strange,
    TakenBack,
    TookTooLong,
    UnknownTable,
    Unreachable,
    UploadRefused,
)
from evalhub.client.patience import RetryPolicy
from evalhub.client.verifying import Verified
from evalhub.errors import ClientError, Problem

__all__ = [
    "Changed",
    "Client",
    "ClientError",
    "Consent",
    "ConsentNotice",
    "Damaged",
    "Downloaded",
    "FileFacts",
    "KeyRefused",
    "Manifest",
    "NoSpace",
    "NotNow",
    "NotThere",
    "Notices",
    "OtherRelease",
    "Problem",
    "PromptSetVersion",
    "Pull",
    "PullShare",
    "Purpose",
    "Refused",
    "Rejected",
    "Release",
    "RetryPolicy",
    "RowReport",
    "Strange",
    "TakenBack",
    "TookTooLong",
    "UnknownTable",
    "Unreachable",
    "UploadRefused",
    "Verified",
]
