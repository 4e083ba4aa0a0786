"""Trainings: pages to read and pairs to judge, each pair followed at once by its key and reason.

A training teaches; it does not examine. Whoever does not reach what it asks for may take it again
as often as they like, and only the first round is paid. Its work is cut into steps, one a page or
pair, and each step is paid when it is done: who stops half-way was paid for that half.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil

from evalhub.core.canonical import Json
from evalhub.core.free_words import is_clean, says_something
from evalhub.core.money import MAX_MINOR_UNITS, is_currency
from evalhub.core.pay.ledger import Entry, UnpaidReason, WorkKind
from evalhub.core.pay.tiers import SECONDS_A_MINUTE, Price
from evalhub.core.qualifying.credentials import name_rule
from evalhub.core.qualifying.items import (
    MAX_ITEM_TEXT,
    MAX_ITEMS,
    Item,
    Key,
    check_items,
    is_right,
    item_to_json,
    key_to_json,
    read_items,
    share_of_text,
    text_of,
    whole_of,
)
from evalhub.core.qualifying.training_pages import Page, split_pages
from evalhub.core.rubrics.texts import MAX_LINE, is_slug
from evalhub.errors import BadInput, Problem

TRAINING_SCHEMA = "evalhub.training/1"
MAX_PAGES = 40
MAX_MINUTES = 480
BREAK_SECONDS = 30 * SECONDS_A_MINUTE
"""A longer gap between two steps is a break: nobody reads one page for half an hour."""


@dataclass(frozen=True, slots=True)
class Training:
    """Hold one version of a training: what it teaches, what it asks for and what it pays.

    ``price`` is for the whole first round at its expected minutes. ``pass_share`` of the pairs
    has to be right; without pairs, reading is enough.
    """

    slug: str
    domain: str
    title: str
    rubric: str
    price: Price
    pass_share: float
    pages: tuple[Page, ...]
    items: tuple[Item, ...]
    keys: tuple[Key, ...]

    @property
    def n_steps(self) -> int:
        """Return how many steps there are, pages before pairs."""
        return len(self.pages) + len(self.items)

    @property
    def n_right_needed(self) -> int:
        """Return how many pairs have to be right."""
        # Rounded first: 0.7 of 10 is 7.000000000000001 to a computer, and would need 8.
        return ceil(round(self.pass_share * len(self.items), 9))

    def page_at(self, position: int) -> Page | None:
        """Return the page at a step, or None where there is a pair."""
        return self.pages[position] if position < len(self.pages) else None

    def item_at(self, position: int) -> tuple[Item, Key]:
        """Return the pair at a step with its key."""
        number = position - len(self.pages)
        return self.items[number], self.keys[number]

    def pay_at(self, position: int) -> int:
        """Return what one step pays; the steps add up to the price to the last minor unit."""
        return self._part(self.price.minor_units, position)

    def cap_at(self, position: int) -> int:
        """Return the seconds that a step's pay is for."""
        return self._part(self.price.cap_seconds, position)

    def _part(self, whole: int, position: int) -> int:
        n = self.n_steps
        return whole * (position + 1) // n - whole * position // n


@dataclass(frozen=True, slots=True)
class Outcome:
    """Hold how a round went: how many pairs were right, and whether that is enough."""

    n_right: int
    n: int
    is_passed: bool


def outcome_of(training: Training, answers: Mapping[int, int]) -> Outcome | None:
    """Return the outcome of a round by the answers to its steps; None before the last step.

    A page that was read stands among the ``answers`` by its position, whatever its value is.
    """
    if len(answers) < training.n_steps:
        return None
    n_pages = len(training.pages)
    right = sum(
        is_right(key, answers[n_pages + number]) for number, key in enumerate(training.keys)
    )
    return Outcome(right, len(training.keys), right >= training.n_right_needed)


def counted_seconds(elapsed: float, cap: int) -> int:
    """Return the time a step took, by the server's clock between it and the step before.

    A gap too long for a page is a break, of which nobody knows how much was work; then the step
    counts with the time that is expected of it. A clock that was set back counts nothing.
    """
    if elapsed > BREAK_SECONDS:
        return cap
    return max(0, round(elapsed))


def trained(
    round_id: int, training: Training, position: int, *, seconds: int, is_first: bool
) -> tuple[Entry, ...]:
    """Return the entries of a step that is done.

    In the first round time up to the step's share of the expected minutes is paid by its share of
    the price, and what lies over it is unpaid. A later round is unpaid, as its page says before it
    is started: it would otherwise pay to answer wrongly.
    """
    key = f"training:{round_id}:{position}"
    kind, currency = WorkKind.TRAINING, training.price.currency
    if not (is_first and training.price.minor_units):
        return (Entry(key, kind, seconds, 0, currency, UnpaidReason.TRAINING),)
    covered = min(seconds, training.cap_at(position))
    paid = Entry(key, kind, covered, training.pay_at(position), currency)
    over = Entry(f"{key}:over", kind, seconds - covered, 0, currency, UnpaidReason.OVER_CAP)
    return (paid, over) if over.seconds else (paid,)


def read_training(document: Json, *, where: str) -> Training:
    """Return the training in a file; raise ``BadInput`` with every broken rule."""
    if not isinstance(document, dict) or document.get("schema") != TRAINING_SCHEMA:
        raise BadInput.at(where, f"is no object of the schema {TRAINING_SCHEMA}")
    training = training_from_json(document)
    problems = [
        Problem(f"{where}, {problem.where}", problem.rule)
        for problem in (
            *_head_problems(training),
            *_page_problems(training),
            *check_items(training.items, training.keys),
        )
    ]
    if problems:
        raise BadInput(problems)
    return training


def training_to_json(training: Training) -> dict[str, Json]:
    """Return a training as files have it and as it is kept."""
    return {
        "schema": TRAINING_SCHEMA,
        "slug": training.slug,
        "domain": training.domain,
        "title": training.title,
        "rubric": training.rubric,
        "minutes": training.price.expected_minutes,
        "pay_minor_units": training.price.minor_units,
        "pay_currency": training.price.currency,
        "pass_share": training.pass_share,
        "pages": [{"title": page.title, "text": page.text} for page in training.pages],
        "items": [
            {**item_to_json(item), "key": key_to_json(key)}
            for item, key in zip(training.items, training.keys, strict=True)
        ],
    }


def training_from_json(document: Mapping[str, Json]) -> Training:
    """Return what a document says, unchecked; what is missing breaks the rule of its field."""
    items, keys = read_items(document.get("items"))
    listed = document.get("pages")
    raw = listed if isinstance(listed, list) else []
    pages = [one if isinstance(one, dict) else {} for one in raw]
    return Training(
        slug=text_of(document.get("slug")),
        domain=text_of(document.get("domain")),
        title=text_of(document.get("title")),
        rubric=text_of(document.get("rubric")),
        price=Price(
            whole_of(document.get("pay_minor_units", 0)),
            text_of(document.get("pay_currency", "USD")),
            whole_of(document.get("minutes")),
        ),
        pass_share=share_of_text(document.get("pass_share", 0)),
        pages=tuple(Page(text_of(one.get("title")), text_of(one.get("text"))) for one in pages),
        items=items,
        keys=keys,
    )


def _head_problems(training: Training) -> Iterator[Problem]:
    for name, text in (("slug", training.slug), ("domain", training.domain)):
        if not is_slug(text):
            yield Problem(name, name_rule(text))
    if not _is_line(training.title):
        yield Problem("title", f"needs one line of 1 to {MAX_LINE} printable characters")
    price = training.price
    if not 1 <= price.expected_minutes <= MAX_MINUTES:
        yield Problem("minutes", f"must be a whole number from 1 to {MAX_MINUTES}")
    if not (0 <= price.minor_units <= MAX_MINOR_UNITS and is_currency(price.currency)):
        yield Problem("pay", "needs a whole number of minor units and a currency such as EUR")
    if not 0 <= training.pass_share <= 1:
        yield Problem("pass_share", "must lie between 0 and 1")


def _page_problems(training: Training) -> Iterator[Problem]:
    if len(training.pages) > MAX_PAGES or len(training.items) > MAX_ITEMS or not training.n_steps:
        rule = f"needs a page or a pair, at most {MAX_PAGES} pages and {MAX_ITEMS} pairs"
        yield Problem("pages", rule)
    for number, page in enumerate(training.pages, start=1):
        if not _is_line(page.title):
            yield Problem(f"page {number}, title", f"needs one line of 1 to {MAX_LINE} characters")
        if not (
            says_something(page.text)
            and len(page.text.strip()) <= MAX_ITEM_TEXT
            and is_clean(page.text)
        ):
            rule = f"needs 1 to {MAX_ITEM_TEXT} characters and no control characters"
            yield Problem(f"page {number}, text", rule)
        # It would be two pages once somebody has opened and kept the form that joins them.
        elif split_pages(page.text) != (Page("", page.text.strip()),):
            yield Problem(
                f"page {number}, text", "holds a first-level heading, which begins a page"
            )


def _is_line(text: str) -> bool:
    return len(text) <= MAX_LINE and says_something(text) and text.isprintable()
