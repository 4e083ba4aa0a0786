"""Make judged pairs for tests of the core, which know no database."""

from dataclasses import replace
from datetime import UTC, datetime

from evalhub.core.campaigns import AnnotatorKind, JudgmentOrigin
from evalhub.core.judging.answers import Answer, Choice, swap_sides
from evalhub.core.judging.records import JudgedResponse, JudgmentRecord
from evalhub.core.people import Origin
from evalhub.core.prompts.records import Message, Prompt, Source
from evalhub.core.prompts.vocabulary import MessageRole, SourceKind
from evalhub.core.releasing.material import JudgedPair, PairLabel, ReleaseJudgment, ReleasePrompt
from evalhub.core.releasing.vocabulary import Split
from evalhub.core.responses import ResponseStatus

MOMENT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
QUESTION = (("user", "What is fever?"),)
X = JudgedResponse("alder", 1, 0, "alder-1", "a" * 64, ResponseStatus.ANSWERED)
Y = JudgedResponse("birch", 1, 0, "birch-1", "b" * 64, ResponseStatus.ANSWERED)


def make_prompt(
    key: str = "p1", *, group: str = "g1", turns: tuple[tuple[str, str], ...] = QUESTION
) -> ReleasePrompt:
    """Return a prompt of ``turns``, each a role and what is said."""
    content = Prompt(
        id=key,
        messages=tuple(Message(MessageRole(role), text) for role, text in turns),
        domain="medicine",
        language="en",
        license="CC-BY-4.0",
        source=Source(SourceKind.WRITTEN),
        tags=("symptoms",),
    )
    return ReleasePrompt(content, "c" * 64, group)


def make_record(
    choice: Choice = Choice.A,
    preference: int | None = None,
    *,
    is_swapped: bool = False,
    person: str = "person-1",
    answer: Answer | None = None,
) -> JudgmentRecord:
    """Return a judgment of X and Y as shown."""
    return JudgmentRecord(
        public_id="j",
        prompt_key="p1",
        prompt_sha256="c" * 64,
        x=X,
        y=Y,
        person_public_id=person,
        person_origin=Origin.ACCOUNT,
        origin=JudgmentOrigin.FORM,
        annotator_kind=AnnotatorKind.HUMAN,
        is_swapped=is_swapped,
        choice=choice,
        preference=preference,
        answer={},
        why=answer.why if answer else "",
        confidence=None,
        rubric_id="tiny",
        rubric_version="1.0.0",
        created_at=MOMENT,
        active_seconds=None,
        revision=1,
    )


def make_judgment(
    choice: Choice = Choice.A,
    preference: int | None = None,
    *,
    is_swapped: bool = False,
    who: str = "ann",
    vetoed: str = "",
    answer: Answer | None = None,
) -> ReleaseJudgment:
    """Return a judgment with its ids; ``vetoed`` names the vetoed sides, such as ``xy``.

    ``answer`` is as shown.
    """
    record = make_record(choice, preference, is_swapped=is_swapped, person=who, answer=answer)
    turned = swap_sides(answer or Answer()) if is_swapped else answer or Answer()
    return ReleaseJudgment(f"judgment-{who}", who, record, turned, "x" in vetoed, "y" in vetoed)


LABEL = PairLabel(
    soft_label_y=0.3,
    soft_label_se=0.2,
    margin_y=-1.25,
    margin_se=1.1,
    pooled_soft_label_y=0.35,
)
"""A label that favours X."""


def make_judged_pair(
    *judgments: ReleaseJudgment, identity: str = "pair-1", label: PairLabel | None = LABEL
) -> JudgedPair:
    """Return the pair of X and Y with ``judgments`` and ``label``."""
    return JudgedPair(
        id=identity,
        prompt=make_prompt(),
        x=X,
        y=Y,
        x_text="Rest.",
        y_text="Drink.",
        is_simulated=False,
        split=Split.TRAIN,
        judgments=judgments,
        label=label,
    )


def with_status(pair: JudgedPair, status: ResponseStatus) -> JudgedPair:
    """Return the pair with another status of its second response."""
    return replace(pair, y=replace(pair.y, status=status))
