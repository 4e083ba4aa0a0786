"""Whatever is judged, revised, imported or committed late: a fold is what a rebuild gives."""

from collections.abc import Callable
from datetime import timedelta

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import Session

from evalhub.core.campaigns import AnnotatorKind, JudgmentOrigin
from evalhub.core.judging.answers import Choice
from evalhub.db.engine import Database
from evalhub.db.models import Assignment
from evalhub.services.scoring.keeping import BoardCache
from evalhub.services.scoring.log import HORIZON
from tests.factories import MOMENT
from tests.services.scoring.worlds import (
    N_PROMPTS,
    add_import,
    assert_kept_is_fitted,
    assign,
    judge,
    make_world,
)

# Mostly judgments that count, or boards would stay without intervals.
choices = st.sampled_from([Choice.A, Choice.B, Choice.A, Choice.B, *Choice])
kinds = st.sampled_from([AnnotatorKind.HUMAN] * 4 + [AnnotatorKind.MODEL])
pairs = st.integers(0, 3 * N_PROMPTS - 1)
people = st.integers(0, 2)
minutes = st.integers(0, 15).map(lambda n: timedelta(minutes=n))


class Log(RuleBasedStateMachine):
    """Append to the log in every way there is, and read the board now and then."""

    open_session: Callable[[], Session]

    def __init__(self) -> None:
        super().__init__()
        self.session = type(self).open_session()
        self.cache = BoardCache()
        self.now = MOMENT
        self.held: list[tuple[Assignment, int, int]] = []
        self.next_id = 10**6

    @initialize(n_judgments=st.integers(0, 40))
    def set_up(self, n_judgments: int) -> None:
        """Start with judgments that the first read folds at once."""
        self.world = make_world(self.session)
        for number in range(n_judgments):
            choice = (Choice.A, Choice.B, Choice.TIE)[number * number % 3]
            judge(self.session, self.world, number % (3 * N_PROMPTS), choice, person=number % 3)

    @rule(pair=pairs, choice=choices, kind=kinds, person=people, swapped=st.booleans())
    def judge_freely(
        self, pair: int, choice: Choice, kind: AnnotatorKind, person: int, *, swapped: bool
    ) -> None:
        """Append a judgment without an assignment, as programs do."""
        judge(
            self.session,
            self.world,
            pair,
            choice,
            kind=kind,
            person=person,
            is_swapped=swapped,
            at=self.now,
            origin=JudgmentOrigin.SIMULATED if swapped else JudgmentOrigin.FORM,
        )

    @rule(pair=pairs, choice=choices, person=people)
    def judge_assigned(self, pair: int, choice: Choice, person: int) -> None:
        """Append a judgment that can be revised."""
        if any(held[1:] == (pair, person) for held in self.held):
            return
        assignment = assign(self.session, self.world, pair, person=person)
        judge(
            self.session,
            self.world,
            pair,
            choice,
            assignment=assignment,
            person=person,
            at=self.now,
        )
        self.held.append((assignment, pair, person))

    @precondition(lambda self: self.held)
    @rule(data=st.data(), choice=choices, n_times=st.integers(1, 2))
    def revise(self, data: st.DataObject, choice: Choice, n_times: int) -> None:
        """Append one or two revisions of a judgment."""
        assignment, pair, person = data.draw(st.sampled_from(self.held))
        for _ in range(n_times):
            self.revisions = getattr(self, "revisions", 1) + 1
            judge(
                self.session,
                self.world,
                pair,
                choice,
                person=person,
                assignment=assignment,
                revision=self.revisions,
                at=self.now,
            )

    @rule(pair=pairs, choice=choices, age=st.integers(0, 900))
    def import_file(self, pair: int, choice: Choice, age: int) -> None:
        """Import a judgment as old as its file says."""
        imported = add_import(self.session, self.world)
        at = MOMENT - timedelta(days=age)
        judge(self.session, self.world, pair, choice, imported=imported, at=at)

    @rule(pair=pairs, choice=choices, age=st.integers(0, 10))
    def commit_late(self, pair: int, choice: Choice, age: int) -> None:
        """Let a row appear whose id is below all others and whose time is within the horizon."""
        self.next_id -= 1
        at = self.now - min(timedelta(minutes=age), HORIZON)
        judge(self.session, self.world, pair, choice, row_id=self.next_id, at=at)

    @rule(step=minutes)
    def wait(self, step: timedelta) -> None:
        """Let time go by."""
        self.now += step

    @rule()
    def read(self) -> None:
        """Refresh the board and compare it with one that is fitted to everything."""
        assert_kept_is_fitted(self.world, self.cache, session=self.session)

    def teardown(self) -> None:
        """Read once more, then leave the database as it was."""
        try:
            self.read()
        finally:
            self.session.rollback()
            self.session.close()


# Explaining a failure traces every line of every run, which takes ten times as long.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)


def test_fold_is_what_a_rebuild_gives(database: Database) -> None:
    class Here(Log):
        open_session = staticmethod(lambda: database.session(write=True))

    run_state_machine_as_test(
        Here,
        settings=settings(max_examples=5, stateful_step_count=20, deadline=None, phases=PHASES),
    )
