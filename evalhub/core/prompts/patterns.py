"""Say what short fields must look like, each pattern with its rule in words."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression for a whole value, and the rule to show when it does not match."""

    expression: re.Pattern[str]
    rule: str


# All are matched as a whole, and after the length was checked, which bounds any backtracking.
ID = Pattern(
    re.compile(r"[^\s\x00-\x1f\x7f-\x9f](?:[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f])?"),
    "must not start or end with a space or hold control characters",
)
NAME = Pattern(
    re.compile(r"[a-z0-9][a-z0-9_-]*"),
    "must be lower-case letters, digits, '-' and '_', such as 'medicine'",
)
LANGUAGE = Pattern(
    re.compile(
        r"[A-Za-z]{2,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?(?:-[A-Za-z0-9]{4,8})*"
    ),
    "must be a BCP 47 tag such as 'en', 'pt-BR' or 'zh-Hans'",
)
LICENSE = Pattern(
    re.compile(
        r"\(*[A-Za-z0-9][A-Za-z0-9.+-]*\)*(?: (?:AND|OR|WITH) \(*[A-Za-z0-9][A-Za-z0-9.+-]*\)*)*"
    ),
    "must be an SPDX identifier such as 'CC-BY-4.0' or 'LicenseRef-Internal'",
)
JURISDICTION = Pattern(
    re.compile(r"[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*"),
    "must be a code such as 'US-CA', 'GB' or 'EU'",
)
# As a credential has it, since the two are compared as they stand.
SPECIALTY = Pattern(
    re.compile(r"[a-z0-9]+(?:[_-][a-z0-9]+)*"),
    "must be lower-case letters and digits, joined by single '-' or '_', such as 'cardiology'",
)
# In CSV tags stand between semicolons, and people type commas for them.
TAG = Pattern(
    re.compile(r"[^\s;,\x00-\x1f\x7f-\x9f](?:[^;,\x00-\x1f\x7f-\x9f]*[^\s;,\x00-\x1f\x7f-\x9f])?"),
    "must not hold ';', ',' or control characters, or start or end with a space",
)
URL = Pattern(
    re.compile(r"https?://[^\s]+"), "must be an address that starts with http:// or https://"
)
LINE = Pattern(re.compile(r"[^\x00-\x1f\x7f-\x9f]+"), "must be one line without control characters")
FORBIDDEN_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""Control characters that no text may hold; tab and line ends are allowed."""
