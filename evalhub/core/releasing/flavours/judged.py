"""Make the rows of the flavours that need the single judgments of a pair."""

from collections.abc import Iterator

from evalhub.core.judging.answers import Choice
from evalhub.core.releasing.aggregation import PairSummary, mean_preference
from evalhub.core.releasing.flavours.rows import ArenaRow, HelpSteer3Row, IndividualPreference
from evalhub.core.releasing.material import JudgedPair
from evalhub.core.releasing.rows import Message
from evalhub.core.responses import ResponseStatus

WINNERS = {
    Choice.A: "model_a",
    Choice.B: "model_b",
    Choice.TIE: "tie",
    Choice.BOTH_GOOD: "tie",
    Choice.BOTH_BAD: "both_bad",
}
"""What the arena calls each choice; it knows no cannot-judge."""

WEAKEST, STRONGEST = 1, 3


def helpsteer3_row(pair: JudgedPair, summary: PairSummary) -> HelpSteer3Row:
    """Return the row of a pair with a preferred response, in the pair's own order.

    The sign is that of the count, and never 0: NeMo-RL's reader takes 0 as the first response
    against itself. The size is the rounded mean of the graded preferences where that has the
    same sign, else 1.
    """
    toward_chosen = mean_preference(summary) or 0.0
    size = min(STRONGEST, max(WEAKEST, round(toward_chosen)))
    return HelpSteer3Row(
        domain=pair.prompt.prompt.domain,
        language=pair.prompt.prompt.language,
        context=pair.prompt.chat(),
        response1=pair.x_text,
        response2=pair.y_text,
        overall_preference=-size if summary.chosen == "x" else size,
        individual_preference=[
            IndividualPreference(score=score, reasoning=item.record.why)
            for item in pair.judgments
            if (score := item.record.canonical_preference) is not None
        ],
    )


def arena_rows(pair: JudgedPair) -> Iterator[ArenaRow]:
    """Yield a row a judgment that says something about two complete answers."""
    if any(side.status is not ResponseStatus.ANSWERED for side in (pair.x, pair.y)):
        return
    prompt = pair.prompt.chat()
    n_turns = sum(turn["role"] == "user" for turn in prompt)
    for item in pair.judgments:
        choice = item.record.canonical_choice
        if choice is Choice.CANNOT_JUDGE:
            continue
        yield ArenaRow(
            id=item.id,
            pair_id=pair.id,
            model_a=pair.x.model,
            model_b=pair.y.model,
            winner=WINNERS[choice],
            judge=item.annotator,
            turn=n_turns,
            conversation_a=[*prompt, _answer(pair.x_text)],
            conversation_b=[*prompt, _answer(pair.y_text)],
            language=pair.prompt.prompt.language,
            domain=pair.prompt.prompt.domain,
            is_simulated=pair.is_simulated,
        )


def _answer(text: str) -> Message:
    return Message(role="assistant", content=text)
