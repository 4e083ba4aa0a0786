"""Tell a researcher what an upload holds before anything is imported."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from evalhub.core.prompts.canonical import content_key, prompt_set_hash
from evalhub.core.prompts.files import BadRow, PlacedPrompt, PromptFile, unit_of
from evalhub.core.prompts.grouping import first_user_text
from evalhub.core.prompts.imports import ImportStage, Say, say_nothing
from evalhub.core.prompts.limits import LONG_PROMPT_CHARACTERS
from evalhub.core.prompts.near_duplicates import near_duplicate_groups
from evalhub.core.prompts.records import Prompt
from evalhub.core.prompts.shapes import HELPSTEER3_LEFT_OUT
from evalhub.core.prompts.vocabulary import UNKNOWN_LICENSES, Shape

MAX_BAD_ROWS_KEPT = 500
MAX_GROUPS_KEPT = 100
MAX_PLACES_KEPT = 100
MAX_REASONS_KEPT = 20


@dataclass(frozen=True, slots=True)
class Count:
    """One line of a table of counts."""

    name: str
    n: int


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """One reason for which rows are left out, how many it took, and where it stands first."""

    reason: str
    n: int
    first_place: str


@dataclass(frozen=True, slots=True)
class PlaceGroup:
    """Places whose prompts repeat one another, with the start of the first."""

    places: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class UploadReport:
    """Hold what was found in one file; ``unit`` says whether lines or rows are counted.

    ``bad_rows`` are the first ``MAX_BAD_ROWS_KEPT`` of ``n_bad``; the groups and place
    lists are cut too and have their full count beside them. ``common_reasons`` are counted over
    all bad rows and name those that took more than one; an older report has none.
    """

    filename: str
    unit: str
    sha256: str
    n_good: int
    n_bad: int
    bad_rows: tuple[BadRow, ...]
    domains: tuple[Count, ...]
    languages: tuple[Count, ...]
    splits: tuple[Count, ...]
    turns: tuple[Count, ...]
    licenses: tuple[Count, ...]
    sources: tuple[Count, ...]
    models: tuple[Count, ...]
    n_system: int
    n_reference: int
    n_criteria: int
    n_exact_duplicates: int
    exact_duplicates: tuple[PlaceGroup, ...]
    n_near_duplicates: int
    near_duplicates: tuple[PlaceGroup, ...]
    n_unknown_license: int
    n_long: int
    long_places: tuple[str, ...]
    notes: tuple[str, ...]
    common_reasons: tuple[ReasonCount, ...] = ()

    @property
    def n_rows(self) -> int:
        """Return the rows of the file."""
        return self.n_good + self.n_bad

    @property
    def n_bad_more(self) -> int:
        """Return how many bad rows are not listed."""
        return self.n_bad - len(self.bad_rows)


def report_on(file: PromptFile, *, say: Say = say_nothing) -> UploadReport:
    """Return the report on a file that was read."""
    prompts = file.prompts
    exact = _exact_groups(file.good)
    near = _near_groups(file.good, say)
    long_places = tuple(
        p.place for p in file.good if p.prompt.n_characters > LONG_PROMPT_CHARACTERS
    )
    return UploadReport(
        filename=file.filename,
        unit=unit_of(file.format),
        sha256=prompt_set_hash(prompts),
        n_good=len(file.good),
        n_bad=len(file.bad),
        bad_rows=file.bad[:MAX_BAD_ROWS_KEPT],
        domains=_counts(prompt.domain for prompt in prompts),
        languages=_counts(prompt.language for prompt in prompts),
        splits=_counts(prompt.split for prompt in prompts),
        turns=_turn_counts(prompts),
        licenses=_counts(prompt.license for prompt in prompts),
        sources=_counts(prompt.source.kind for prompt in prompts),
        models=_counts(response.model for prompt in prompts for response in prompt.responses),
        n_system=sum(prompt.system is not None for prompt in prompts),
        n_reference=sum(bool(prompt.reference) for prompt in prompts),
        n_criteria=sum(bool(prompt.criteria) for prompt in prompts),
        n_exact_duplicates=sum(len(group.places) - 1 for group in exact),
        exact_duplicates=exact[:MAX_GROUPS_KEPT],
        n_near_duplicates=sum(len(group.places) - 1 for group in near),
        near_duplicates=near[:MAX_GROUPS_KEPT],
        n_unknown_license=sum(p.license.lower() in UNKNOWN_LICENSES for p in prompts),
        n_long=len(long_places),
        long_places=long_places[:MAX_PLACES_KEPT],
        notes=_notes(file),
        common_reasons=_common_reasons(file.bad),
    )


def _counts(names: Iterable[str]) -> tuple[Count, ...]:
    """Count names, the most frequent first, equal ones by name."""
    counted = Counter(str(name) for name in names)
    return tuple(Count(name, n) for name, n in sorted(counted.items(), key=lambda i: (-i[1], i[0])))


def _common_reasons(bad: Sequence[BadRow]) -> tuple[ReasonCount, ...]:
    """Return the reasons that took more than one row, the one that took most first.

    A file made by a script is wrong in the same way a thousand times; its author needs the one
    line to change, which a list cut at ``MAX_BAD_ROWS_KEPT`` would bury.
    """
    first: dict[str, str] = {}
    counted: Counter[str] = Counter()
    for row in bad:
        for reason in dict.fromkeys(row.reasons):
            counted[reason] += 1
            first.setdefault(reason, row.place)
    # A stable sort: reasons that took equally many stay in the order in which they were met.
    often = sorted(counted.items(), key=lambda item: -item[1])
    return tuple(ReasonCount(reason, n, first[reason]) for reason, n in often if n > 1)[
        :MAX_REASONS_KEPT
    ]


def _turn_counts(prompts: Sequence[Prompt]) -> tuple[Count, ...]:
    counted = Counter(len(prompt.turns) for prompt in prompts)
    return tuple(Count(str(turns), counted[turns]) for turns in sorted(counted))


def _exact_groups(good: Sequence[PlacedPrompt]) -> tuple[PlaceGroup, ...]:
    """Return the prompts that ask exactly the same messages."""
    members: dict[str, list[PlacedPrompt]] = {}
    for placed in good:
        members.setdefault(content_key(placed.prompt), []).append(placed)
    return tuple(_place_group(group) for group in members.values() if len(group) > 1)


def _near_groups(good: Sequence[PlacedPrompt], say: Say) -> tuple[PlaceGroup, ...]:
    """Return near duplicates by their whole conversation, exact ones counted once."""
    first_by_key = {content_key(placed.prompt): placed for placed in reversed(good)}
    distinct = [placed for placed in good if first_by_key[content_key(placed.prompt)] is placed]
    groups = near_duplicate_groups(_told_texts(distinct, say))
    return tuple(_place_group([distinct[position] for position in group]) for group in groups)


def _told_texts(good: Sequence[PlacedPrompt], say: Say) -> Iterator[str]:
    """Yield the text of each prompt; sketching them is what takes the time."""
    for n_done, placed in enumerate(good):
        say(ImportStage.COMPARING, n_done)
        yield _whole_text(placed.prompt)


def _whole_text(prompt: Prompt) -> str:
    return "\n".join(message.content for message in prompt.messages)


def _place_group(group: Sequence[PlacedPrompt]) -> PlaceGroup:
    return PlaceGroup(tuple(p.place for p in group), first_user_text(group[0].prompt)[:160])


def _notes(file: PromptFile) -> tuple[str, ...]:
    notes = []
    if Shape.HEALTHBENCH in file.shapes:
        notes.append(
            "HealthBench rows: 'rubrics' were read as criteria, 'example_tags' as tags and the "
            "ideal completion as the reference."
        )
    if Shape.HELPSTEER3 in file.shapes:
        left_out = ", ".join(sorted(HELPSTEER3_LEFT_OUT))
        notes.append(
            f"HelpSteer3 rows: 'context' was read as the messages; {left_out} were left out, "
            "since they name no model."
        )
    return tuple(notes)
