"""Make the rows of the tables that hold pairs."""

from dataclasses import dataclass

from evalhub.core.releasing.aggregation import (
    PairSummary,
    chosen_share,
    mean_preference,
    vote_share,
)
from evalhub.core.releasing.criterion_votes import criterion_votes
from evalhub.core.releasing.identifiers import response_id
from evalhub.core.releasing.material import JudgedPair, PairLabel, ReleasePrompt
from evalhub.core.releasing.rows import (
    MarginRow,
    Message,
    PairRow,
    PromptRow,
    TieRow,
    TrlRow,
)
from evalhub.core.releasing.vocabulary import Split
from evalhub.core.rubrics.schema import version_key
from evalhub.errors import BadInput

DIGITS, EVEN = 4, 0.5


@dataclass(frozen=True, slots=True)
class _Toward:
    """Hold the labels of a pair, turned to one of its responses."""

    soft_label: float
    margin: float
    pooled: float | None

    @property
    def is_against(self) -> bool:
        """Tell whether the label favours the other response."""
        return self.soft_label < EVEN

    @classmethod
    def side(cls, label: PairLabel, *, is_x: bool) -> "_Toward":
        if not is_x:
            return cls(label.soft_label_y, label.margin_y, label.pooled_soft_label_y)
        pooled = label.pooled_soft_label_y
        return cls(
            _complement(label.soft_label_y),
            # Adding zero turns -0.0, which other readers print with its sign, into 0.0.
            -label.margin_y + 0.0,
            None if pooled is None else _complement(pooled),
        )


def _complement(share: float) -> float:
    """Return 1 - share without the digits that the subtraction would add to a rounded value."""
    return round(1 - share, DIGITS)


def pair_row(pair: JudgedPair, summary: PairSummary) -> PairRow:
    """Return the row of a pair with a preferred response; the chosen turn comes from its winner.

    The count of judgments chooses, and a label never overrules it: a soft label under one half
    stands in the row as it is, with ``is_against_votes``.
    """
    is_x = summary.chosen == "x"
    label = _label(pair)
    toward = _Toward.side(label, is_x=is_x)
    chosen, rejected = (pair.x, pair.y) if is_x else (pair.y, pair.x)
    texts = (pair.x_text, pair.y_text) if is_x else (pair.y_text, pair.x_text)
    vetoed = (summary.vetoed_x, summary.vetoed_y)
    counts = (summary.n_x, summary.n_y)
    rubric_id, rubric_version = _rubric(pair)
    return PairRow(
        pair_id=pair.id,
        prompt_id=pair.prompt.key,
        prompt=pair.prompt.chat(),
        chosen=_turn(texts[0]),
        rejected=_turn(texts[1]),
        chosen_response_id=response_id(pair.prompt.sha256, chosen),
        rejected_response_id=response_id(pair.prompt.sha256, rejected),
        chosen_model=chosen.model,
        rejected_model=rejected.model,
        chosen_vetoed=vetoed[not is_x],
        rejected_vetoed=vetoed[is_x],
        n_judgments=summary.n_judgments,
        n_chosen=counts[not is_x],
        n_rejected=counts[is_x],
        n_ties=summary.n_ties,
        n_cannot_judge=summary.n_cannot_judge,
        n_graded=summary.n_graded,
        soft_label=toward.soft_label,
        soft_label_se=label.soft_label_se,
        is_against_votes=toward.is_against,
        vote_share=vote_share(summary),
        agreement=chosen_share(summary),
        mean_preference=mean_preference(summary),
        pooled_soft_label=toward.pooled,
        criterion_votes=criterion_votes(pair, chosen_is_x=is_x),
        domain=pair.prompt.prompt.domain,
        language=pair.prompt.prompt.language,
        rubric_id=rubric_id,
        rubric_version=rubric_version,
        split=pair.split.value,
        is_simulated=pair.is_simulated,
    )


def margin_row(row: PairRow, pair: JudgedPair, summary: PairSummary) -> MarginRow:
    """Return the pair's row with its margin, which is 0 where the label goes against the votes.

    A trainer subtracts the margin from the reward difference, so a negative one would ask it to
    prefer the response that most judgments reject.
    """
    label = _label(pair)
    toward = _Toward.side(label, is_x=summary.chosen == "x")
    margin = 0.0 if toward.is_against else max(0.0, toward.margin)
    return MarginRow(**row, margin=margin, margin_se=label.margin_se)


def trl_row(row: PairRow) -> TrlRow:
    """Return the three columns that TRL reads, and no others."""
    return TrlRow(prompt=row["prompt"], chosen=row["chosen"], rejected=row["rejected"])


def tie_row(pair: JudgedPair, summary: PairSummary) -> TieRow:
    """Return the row of an evenly split pair; a is response x and b response y."""
    rubric_id, rubric_version = _rubric(pair)
    label = _label(pair)
    return TieRow(
        pair_id=pair.id,
        prompt_id=pair.prompt.key,
        prompt=pair.prompt.chat(),
        response_a=_turn(pair.x_text),
        response_b=_turn(pair.y_text),
        response_a_id=response_id(pair.prompt.sha256, pair.x),
        response_b_id=response_id(pair.prompt.sha256, pair.y),
        model_a=pair.x.model,
        model_b=pair.y.model,
        n_judgments=summary.n_judgments,
        n_a=summary.n_x,
        n_b=summary.n_y,
        n_ties=summary.n_ties,
        n_both_good=summary.n_both_good,
        n_both_bad=summary.n_both_bad,
        n_cannot_judge=summary.n_cannot_judge,
        soft_label_b=label.soft_label_y,
        soft_label_b_se=label.soft_label_se,
        vote_share_b=summary.vote_share_y,
        pooled_soft_label_b=label.pooled_soft_label_y,
        domain=pair.prompt.prompt.domain,
        language=pair.prompt.prompt.language,
        rubric_id=rubric_id,
        rubric_version=rubric_version,
        split=pair.split.value,
        is_simulated=pair.is_simulated,
    )


def prompt_row(prompt: ReleasePrompt, split: Split) -> PromptRow:
    """Return the row of a prompt."""
    content = prompt.prompt
    return PromptRow(
        prompt_id=prompt.key,
        prompt_sha256=prompt.sha256,
        prompt=prompt.chat(),
        prompt_group=prompt.group,
        domain=content.domain,
        language=content.language,
        jurisdiction=content.jurisdiction or "",
        license=content.license,
        source_kind=content.source.kind.value,
        tags=list(content.tags),
        split=split.value,
    )


def _label(pair: JudgedPair) -> PairLabel:
    if pair.label is None:
        raise BadInput.at(f"pair {pair.id!r}", "has an outcome but no label")
    return pair.label


def _turn(text: str) -> list[Message]:
    return [Message(role="assistant", content=text)]


def _rubric(pair: JudgedPair) -> tuple[str, str]:
    """Return the newest rubric version among the judgments, the same on every database."""
    versions = {(item.record.rubric_id, item.record.rubric_version) for item in pair.judgments}
    # By number: as text 1.9.0 comes after 1.10.0, and an old guide would stand for the new one.
    return max(versions, key=lambda one: (one[0], version_key(one[1])))
