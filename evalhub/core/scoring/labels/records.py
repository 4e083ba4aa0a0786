"""Turn judgments in force into what labels are fitted to: codes of pairs, people and models."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evalhub.core.judging.answers import Choice
from evalhub.core.judging.records import JudgmentRecord, SortKey
from evalhub.core.responses import ResponseStatus
from evalhub.core.scoring.annotators.controls import Controls, is_right
from evalhub.core.scoring.arrays import IntArray
from evalhub.core.scoring.labels.judgments import JudgmentTable, count_graded
from evalhub.core.scoring.labels.parameters import ControlCounts
from evalhub.core.scoring.labels.responses import PairedResponses

_SIGNS = {Choice.A: -1, Choice.B: 1}
NAMES_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True, eq=False)
class LabelInputs:
    """Hold what both fits need; the first response of a pair is x, the second y.

    ``pairs`` and ``models`` give the names behind the codes, ascending; those of pairs are kept
    as UTF-8 in one array, because there may be ten million of them.
    """

    pairs: npt.NDArray[np.bytes_]
    models: tuple[str, ...]
    table: JudgmentTable
    paired: PairedResponses
    controls: ControlCounts

    @property
    def n_controls(self) -> int:
        """Return how many answers to control items bear on the reliabilities."""
        return int(self.controls.right.sum() + self.controls.wrong.sum())

    def pair_names(self) -> Iterator[str]:
        """Yield the name of each pair, in the order of the codes."""
        for name in self.pairs:
            yield name.decode()


class LabelCollector:
    """Take the judgments of one prompt after another and keep numbers of them, no objects.

    A judgment is kept in eleven bytes and a pair in fifty, most of them its name, so that what a
    fit needs of a whole project fits where the project does not.
    """

    def __init__(self, *, names_at_once: int = NAMES_AT_ONCE) -> None:
        self._pairs = _Names(names_at_once)
        self._people, self._models = _Codes(), _Codes()
        # Of 32 bits: a project of two thousand million pairs fits nothing else that we have.
        self._pair, self._person = array("i"), array("i")
        self._grade, self._is_graded, self._side = array("b"), array("b"), array("b")
        self._first, self._second, self._model = array("i"), array("i"), array("i")
        self._controls: Counter[tuple[str, bool]] = Counter()

    def add_prompt(self, judgments: Iterable[tuple[str, JudgmentRecord]]) -> None:
        """Take all judgments on one prompt, each with the name of its pair.

        Prompts come in the order of their keys: responses are numbered as they come, and the
        pooled fit adds them up in that order.
        """
        sides: dict[str, JudgmentRecord] = {}
        code_by_pair: dict[str, int] = {}
        for pair, record in judgments:
            if not is_labelled(record):
                continue
            if pair not in code_by_pair:
                code_by_pair[pair] = self._pairs.add(pair)
            sides[pair] = record
            self._pair.append(code_by_pair[pair])
            self._person.append(self._people.code(record.person_public_id))
            self._grade.append(_grade(record))
            self._is_graded.append(record.preference is not None)
            self._side.append(1 if record.is_swapped else -1)
        self._add_responses(sides.values())

    def add_control(self, record: JudgmentRecord, controls: Controls) -> bool | None:
        """Take a judgment that may be on a prompt with a known answer; tell whether it is right.

        It informs the reliability of its annotator and nothing else. None where nothing is known.
        """
        verdict = is_right(record, controls)
        if verdict is not None:
            self._controls[record.person_public_id, verdict] += 1
        return verdict

    def finish(self) -> LabelInputs:
        """Return the inputs; nothing may be added afterwards.

        Names are sorted before they become codes, so that the order in which a database gives
        people and pairs cannot change a bit of what is fitted. What was collected goes as the
        inputs come, since both together are the most that a large build holds.
        """
        names = self._pairs.taken()
        order = np.argsort(names, kind="stable")
        names = names[order]
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        people, person = self._people.sorted_codes()
        models, model = self._models.sorted_codes()
        return LabelInputs(
            pairs=names,
            models=tuple(models),
            table=count_graded(
                place[_taken(self._pair)],
                person[_taken(self._person)],
                _taken(self._grade),
                is_graded=_taken(self._is_graded).astype(np.bool_),
                side=_taken(self._side),
                n_pairs=len(names),
                n_annotators=len(people),
            ),
            paired=PairedResponses(
                first=_taken(self._first)[order],
                second=_taken(self._second)[order],
                model=model[_taken(self._model)],
                n_models=len(models),
            ),
            controls=_control_counts(people, self._controls),
        )

    def _add_responses(self, sides: Iterable[JudgmentRecord]) -> None:
        """Give each response of one prompt its code: by content, after those of earlier prompts."""
        ends = [(record.x, record.y) for record in sides]
        responses = {one.sort_key: one for both in ends for one in both}
        start = len(self._model)
        code: dict[SortKey, int] = {}
        for number, key in enumerate(sorted(responses), start=start):
            code[key] = number
            self._model.append(self._models.code(responses[key].model))
        for x, y in ends:
            self._first.append(code[x.sort_key])
            self._second.append(code[y.sort_key])


def is_labelled(record: JudgmentRecord) -> bool:
    """Tell whether a judgment bears on a label.

    Cannot-judge says nothing. A response that is no complete answer, or the same text twice, is
    no comparison of answers, so judgments on it would teach the fit something else.
    """
    return (
        record.choice is not Choice.CANNOT_JUDGE
        and record.x.status is ResponseStatus.ANSWERED
        and record.y.status is ResponseStatus.ANSWERED
        and record.x.sha256 != record.y.sha256
    )


def label_inputs(
    judgments: Iterable[tuple[str, JudgmentRecord]],
    *,
    control_judgments: Iterable[JudgmentRecord] = (),
    controls: Controls | None = None,
) -> LabelInputs:
    """Return the inputs for ``judgments``, in any order, each with the name of its pair.

    ``control_judgments`` on prompts with known answers (``controls``) inform the reliabilities of
    their annotators and nothing else.
    """
    by_prompt: defaultdict[str, list[tuple[str, JudgmentRecord]]] = defaultdict(list)
    for pair, record in judgments:
        by_prompt[record.prompt_key].append((pair, record))
    collector = LabelCollector()
    for prompt in sorted(by_prompt):
        collector.add_prompt(by_prompt[prompt])
    for record in control_judgments:
        collector.add_control(record, controls or {})
    return collector.finish()


class _Names:
    """Keep names as bytes in arrays: a text of 32 letters takes 81 bytes in a list, and 32 here."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._n = 0
        self._open: list[bytes] = []
        self._closed: list[npt.NDArray[np.bytes_]] = []

    def add(self, name: str) -> int:
        """Keep ``name`` and return its number."""
        self._open.append(name.encode())
        self._n += 1
        if len(self._open) == self._at_once:
            self._close()
        return self._n - 1

    def taken(self) -> npt.NDArray[np.bytes_]:
        """Return all names in the order they came, and keep none."""
        self._close()
        closed, self._closed = self._closed, []
        return np.concatenate(closed)

    def _close(self) -> None:
        self._closed.append(np.array(self._open, dtype=np.bytes_))
        self._open = []


class _Codes:
    """Number names as they come, and afterwards by their order."""

    def __init__(self) -> None:
        self._code: dict[str, int] = {}

    def code(self, name: str) -> int:
        """Return the number of ``name``."""
        return self._code.setdefault(name, len(self._code))

    def sorted_codes(self) -> tuple[list[str], IntArray]:
        """Return the names ascending, and the place there of each number."""
        names = sorted(self._code)
        place = np.empty(len(names), dtype=np.int64)
        for number, name in enumerate(names):
            place[self._code[name]] = number
        return names, place


def _taken(values: "array[int]") -> IntArray:
    """Return the numbers and keep none of them."""
    found = np.array(values, dtype=np.int64)
    del values[:]
    return found


def _grade(record: JudgmentRecord) -> int:
    """Return the grade toward y; of a bare choice, its sign."""
    preference = record.canonical_preference
    return _SIGNS.get(record.canonical_choice, 0) if preference is None else preference


def _control_counts(people: Sequence[str], counts: Counter[tuple[str, bool]]) -> ControlCounts:
    right, wrong = (
        np.array([counts[person, value] for person in people], dtype=np.int64)
        for value in (True, False)
    )
    return ControlCounts(right=right, wrong=wrong)
