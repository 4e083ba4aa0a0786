"""What a project is set up with, and the rules it must keep before it is stored."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from evalhub.core.campaigns import OverlapRule, PairingStrategy, ProjectStatus, SelectionMode
from evalhub.core.free_words import check_words
from evalhub.core.money import MAX_MINOR_UNITS, is_currency
from evalhub.core.overlaps import LEAST_OVERLAP
from evalhub.core.pay.tiers import PayTier
from evalhub.core.people import Role
from evalhub.errors import Problem

MAX_TITLE = 200
MAX_PURPOSE = 4_000
MAX_TERMS = 20_000
MAX_SLUG = 80
MINIMUM_ENDPOINTS = 2
MAX_SAMPLES = 20
"""As many as a pull may ask for."""
MAX_PAIRS_PER_PROMPT = 1_000
"""Choosing the next pair looks at all that are left, and nobody judges as many of one prompt."""

MEMBER_ROLES = (Role.ANNOTATOR, Role.REVIEWER, Role.COORDINATOR, Role.RESEARCHER)
"""What a person can be on a project."""

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

NEXT_STATUSES: dict[ProjectStatus, tuple[ProjectStatus, ...]] = {
    ProjectStatus.DRAFT: (ProjectStatus.OPEN, ProjectStatus.CLOSED),
    ProjectStatus.OPEN: (ProjectStatus.PAUSED, ProjectStatus.CLOSED),
    ProjectStatus.PAUSED: (ProjectStatus.OPEN, ProjectStatus.CLOSED),
    ProjectStatus.CLOSED: (),
}
"""Where a project may go from each status; closed is for good, as releases rest on it."""


@dataclass(frozen=True, slots=True)
class ProjectPlan:
    """Hold everything a project is set up with, by name.

    ``prompt_set`` and ``rubric`` are ``name@version``; ``endpoints`` and ``baseline`` are
    ``slug`` (its newest revision) or ``slug@revision``. Pay is in minor units for each
    judgment; without a ``pay_tier`` it is the least that the rubric allows. ``purpose`` says in
    plain words what the judgments will train or measure.
    """

    slug: str
    title: str
    purpose: str
    prompt_set: str
    rubric: str
    endpoints: tuple[str, ...]
    domain: str = ""
    strategy: PairingStrategy = PairingStrategy.ALL
    baseline: str | None = None
    pairs_per_prompt: int | None = None
    samples_per_endpoint: int = 1
    seed: int = 0
    overlap: int = 1
    overlap_rule: OverlapRule = OverlapRule.FIXED
    selection_mode: SelectionMode = SelectionMode.RANK
    lease_minutes: int = 60
    pay_tier: PayTier | None = None
    pay_minor_units: int = 0
    pay_currency: str = "USD"
    expected_minutes: int = 10
    terms: str = ""
    is_simulated: bool = False


def check_plan(plan: ProjectPlan) -> list[Problem]:
    """Return every rule that ``plan`` breaks; empty when it can be stored."""
    return [*_texts(plan), *_numbers(plan), *_pairing(plan)]


def is_slug(text: str) -> bool:
    """Tell whether ``text`` can stand in an address: lower-case letters, digits, hyphens."""
    return len(text) <= MAX_SLUG and _SLUG.fullmatch(text) is not None


def _texts(plan: ProjectPlan) -> Iterator[Problem]:
    if not is_slug(plan.slug):
        yield Problem(
            "slug",
            f"{plan.slug[:MAX_SLUG]!r} is not 1 to {MAX_SLUG} lower-case letters, digits "
            "and single hyphens",
        )
    limits = {
        "title": (plan.title, 1, MAX_TITLE),
        "purpose": (plan.purpose, 1, MAX_PURPOSE),
        "domain": (plan.domain, 0, MAX_SLUG),
        "terms": (plan.terms, 0, MAX_TERMS),
    }
    for name, (text, least, most) in limits.items():
        yield from check_words(text, least=least, most=most, where=name)
    if not plan.title.strip().isprintable():
        yield Problem("title", "must be one line of printable characters")
    if not is_currency(plan.pay_currency):
        rule = f"{plan.pay_currency[:10]!r} is not a currency code such as EUR"
        yield Problem("pay_currency", rule)


def _numbers(plan: ProjectPlan) -> Iterator[Problem]:
    limits = {
        "seed": (plan.seed, 0, 2**31 - 1),
        "samples_per_endpoint": (plan.samples_per_endpoint, 1, MAX_SAMPLES),
        "overlap": (plan.overlap, 1, 100),
        "lease_minutes": (plan.lease_minutes, 5, 7 * 24 * 60),
        "pay": (plan.pay_minor_units, 0, MAX_MINOR_UNITS),
        "expected_minutes": (plan.expected_minutes, 1, 480),
    }
    for name, (value, least, most) in limits.items():
        if not least <= value <= most:
            yield Problem(name, f"{value} does not lie between {least} and {most}")
    if plan.overlap_rule is OverlapRule.ON_CONFLICT and plan.overlap < LEAST_OVERLAP:
        rule = f"{plan.overlap} leaves nobody to ask on a conflict; {LEAST_OVERLAP} or more does"
        yield Problem("overlap", rule)


def _pairing(plan: ProjectPlan) -> Iterator[Problem]:
    if len(set(plan.endpoints)) < MINIMUM_ENDPOINTS:
        yield Problem("endpoints", "a comparison needs at least two endpoints")
    if len(set(plan.endpoints)) != len(plan.endpoints):
        yield Problem("endpoints", "an endpoint is named twice")
    is_baseline = plan.strategy is PairingStrategy.BASELINE
    if is_baseline and plan.baseline not in plan.endpoints:
        yield Problem("baseline", "name one of the project's endpoints as the baseline")
    if not is_baseline and plan.baseline is not None:
        yield Problem("baseline", f"the strategy {plan.strategy.value!r} has no baseline")
    is_balanced = plan.strategy is PairingStrategy.BALANCED
    if is_balanced and not 1 <= (plan.pairs_per_prompt or 0) <= MAX_PAIRS_PER_PROMPT:
        rule = f"say how many pairs a prompt gets, 1 or more, at most {MAX_PAIRS_PER_PROMPT:,}"
        yield Problem("pairs_per_prompt", rule)
    if not is_balanced and plan.pairs_per_prompt is not None:
        rule = f"the strategy {plan.strategy.value!r} makes all its pairs; leave this empty"
        yield Problem("pairs_per_prompt", rule)
