"""Index the prompts of a version: what a build must know of all of them at once, and no texts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.prompts.controls import ControlAnswer, control_answers
from evalhub.core.prompts.grouping import prompt_groups
from evalhub.core.prompts.records import Prompt
from evalhub.core.prompts.vocabulary import Split as PromptUse
from evalhub.db import tables as t
from evalhub.db.models import PromptSetVersion
from evalhub.services.releasing.reading_prompts import read_prompt

_ROWS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class IndexedPrompt:
    """Name one prompt: its row, its key, its group and what it may be used for."""

    row_id: int
    key: str
    group: str
    use: PromptUse


@dataclass(frozen=True, slots=True, eq=False)
class PromptIndex:
    """Hold the prompts of a version ordered by key, some 300 bytes each.

    Texts stay in the database and are read a page at a time: a set may be larger than memory.
    ``controls`` has the known answers of those prompts that have any.
    """

    prompts: Sequence[IndexedPrompt]
    controls: Mapping[str, tuple[ControlAnswer, ...]]
    licenses: tuple[str, ...]
    languages: tuple[str, ...]

    def groups_and_uses(self) -> Iterator[tuple[str, PromptUse]]:
        """Yield the group and the use of every prompt, which decide its split."""
        return ((prompt.group, prompt.use) for prompt in self.prompts)


def index_prompts(version: PromptSetVersion, *, session: Session) -> PromptIndex:
    """Read every prompt of ``version`` once and return the index.

    The earlier versions of its set are read before it: they name the groups, so that a prompt
    keeps its split when later versions add relatives to it.
    """
    reader = _Reader(version.id)
    groups = prompt_groups(reader.read(version, session=session), reader.ages)
    groups = groups[len(groups) - len(reader.rows) :]
    # One text a group, however many prompts share it.
    one_each = {group: group for group in groups}
    found = [
        IndexedPrompt(row_id, key, one_each[group], use)
        for (row_id, key, use), group in zip(reader.rows, groups, strict=True)
    ]
    return PromptIndex(
        # Sorted here: the two databases do not collate text alike.
        prompts=sorted(found, key=lambda one: one.key),
        controls=reader.controls,
        licenses=tuple(sorted(reader.licenses)),
        languages=tuple(sorted(reader.languages)),
    )


class _Reader:
    """Pass prompts on, and note on the way what the index says of those of one version."""

    def __init__(self, version_id: int) -> None:
        self._version_id = version_id
        self.ages: list[int] = []
        self.rows: list[tuple[int, str, PromptUse]] = []
        self.controls: dict[str, tuple[ControlAnswer, ...]] = {}
        self.licenses: set[str] = set()
        self.languages: set[str] = set()

    def read(self, version: PromptSetVersion, *, session: Session) -> Iterator[Prompt]:
        """Yield the prompts up to ``version``, the earliest version first.

        Their order within a version is that of the set, which decides what is near to what.
        """
        p, v = t.prompt.c, t.prompt_set_version.c
        query = (
            sa.select(p.id, p.key, p.document, p.prompt_set_version_id, v.number)
            .join(t.prompt_set_version, v.id == p.prompt_set_version_id)
            .where(v.prompt_set_id == version.prompt_set_id, v.number <= version.number)
            .order_by(v.number, p.position)
            .execution_options(yield_per=_ROWS_AT_ONCE)
        )
        # Closed however the reading ends: a cursor of PostgreSQL would hold its transaction.
        with session.connection().execute(query) as rows:
            for row_id, key, document, version_id, number in rows:
                prompt = read_prompt(document, key=key)
                self.ages.append(number)
                if version_id == self._version_id:
                    self._note(row_id, key, prompt)
                yield prompt

    def _note(self, row_id: int, key: str, prompt: Prompt) -> None:
        self.rows.append((row_id, key, prompt.split))
        self.licenses.add(prompt.license)
        self.languages.add(prompt.language)
        controls = control_answers(prompt)
        if controls:
            self.controls[key] = controls
