"""Check what a person gives for an endpoint, all rules at once."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from evalhub.core.deferred import Deferred
from evalhub.core.free_words import says_something
from evalhub.core.pulling.parameters import check_parameters
from evalhub.endpoints.dialects import DIALECTS
from evalhub.endpoints.errors import UrlBlocked
from evalhub.endpoints.guard import target_of
from evalhub.endpoints.keys import DEFAULT_PATTERNS, OUR_OWN, is_allowed, is_reference, rule_of
from evalhub.errors import BadInput, Problem
from evalhub.services.endpoints.views import EndpointDraft

if TYPE_CHECKING:
    from evalhub.endpoints import http
else:
    # The HTTP client reads an address as it will be asked; it is loaded when somebody gives one.
    http = Deferred("evalhub.endpoints.http")

SLUG = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
RANGES = {
    "max_concurrency": (1, 1000),
    "max_attempts": (1, 20),
    "request_timeout_s": (1, 3600),
    "total_timeout_s": (1, 86400),
}
OPTIONAL_RANGES = {"requests_per_minute": (1, 1_000_000), "tokens_per_minute": (1, 1_000_000_000)}
# The address is shown on pages and written to the audit log, where a key would stay for good.
SECRET_NAMES = {"key", "api_key", "api-key", "apikey", "token", "access_token", "secret", "sig"}
TEXTS = {"model": 200, "output_terms": 200}


def check_draft(
    draft: EndpointDraft,
    *,
    allowed_hosts: frozenset[str],
    key_patterns: Sequence[str] = DEFAULT_PATTERNS,
) -> None:
    """Raise ``BadInput`` that names every field of ``draft`` that breaks a rule."""
    problems = [
        *_naming_problems(draft),
        *_address_problems(draft, allowed_hosts),
        *_key_problems(draft, key_patterns),
        *_range_problems(draft),
        *_account_problems(draft),
        *_parameter_problems(draft),
    ]
    if problems:
        raise BadInput(problems)


def _naming_problems(draft: EndpointDraft) -> Iterator[Problem]:
    if not SLUG.fullmatch(draft.slug):
        yield Problem(
            "slug", "must be 1 to 80 lower-case letters, digits, dots, dashes or underscores"
        )
    for name, longest in TEXTS.items():
        text = str(getattr(draft, name))
        if not says_something(text) or len(text) > longest or not text.isprintable():
            yield Problem(name, f"must be 1 to {longest} printable characters")
    if draft.dialect not in DIALECTS:
        yield Problem("dialect", f"{draft.dialect[:40]!r} is not one of {', '.join(DIALECTS)}")


def _address_problems(draft: EndpointDraft, allowed_hosts: frozenset[str]) -> Iterator[Problem]:
    try:
        target_of(draft.url, allowed_hosts)
        http.parse_url(draft.url)
    except UrlBlocked as error:
        yield Problem("url", str(error))
        return
    if {name.lower() for name, _ in parse_qsl(urlsplit(draft.url).query)} & SECRET_NAMES:
        yield Problem("url", "must not carry a key: name it as an environment variable instead")
    dialect = DIALECTS.get(draft.dialect)
    problem = dialect.address_problem(draft.url, draft.model) if dialect else ""
    if problem:
        yield Problem("url", problem)


def _key_problems(draft: EndpointDraft, patterns: Sequence[str]) -> Iterator[Problem]:
    # The value is not repeated: somebody may have pasted the key itself.
    if draft.api_key_ref is None:
        return
    if not is_reference(draft.api_key_ref):
        yield Problem(
            "key_env",
            "must be the name of an environment variable, such as OPENAI_API_KEY; "
            f"{OUR_OWN}… is refused",
        )
    elif not is_allowed(draft.api_key_ref, patterns):
        yield Problem("key_env", f"the name of its variable {rule_of(patterns)}")


def _range_problems(draft: EndpointDraft) -> Iterator[Problem]:
    for name, (least, most) in RANGES.items():
        value: int | float = getattr(draft, name)
        # Compared as it is: a whole number of 400 digits has no float. NaN lies nowhere.
        if not least <= value <= most:
            yield Problem(name, f"must lie between {least} and {most}")
    for name, (least, most) in OPTIONAL_RANGES.items():
        limit: int | None = getattr(draft, name)
        if limit is not None and not least <= limit <= most:
            yield Problem(name, f"must lie between {least} and {most}, or be left out")
    if draft.request_timeout_s > draft.total_timeout_s:
        yield Problem("request_timeout_s", "must not be longer than total_timeout_s")


def _account_problems(draft: EndpointDraft) -> Iterator[Problem]:
    if draft.account is None:
        return
    if not SLUG.fullmatch(draft.account):
        yield Problem(
            "account", "must be 1 to 80 lower-case letters, digits, dots, dashes or underscores"
        )
    # An account without a limit would neither hold this endpoint back nor count what it asks,
    # and whoever named one believes that it does.
    if draft.requests_per_minute is None and draft.tokens_per_minute is None:
        yield Problem("account", "shares limits a minute, and none is given")


def _parameter_problems(draft: EndpointDraft) -> tuple[Problem, ...]:
    try:
        check_parameters(draft.parameters, where="parameter")
    except BadInput as error:
        return error.problems
    return tuple(_dialect_problems(draft))


def _dialect_problems(draft: EndpointDraft) -> Iterator[Problem]:
    dialect = DIALECTS.get(draft.dialect)
    if dialect is None:
        return  # The dialect itself was named as wrong already.
    for name, reason in dialect.reserved.items():
        if name in draft.parameters:
            yield Problem(f"parameter {name!r}", f"cannot be set here: {reason}")
    for name, reason in dialect.required.items():
        if name not in draft.parameters:
            yield Problem(f"parameter {name!r}", f"must be set: {reason}")
