from evalhub.core.judging.answers import Answer, ComparedCriterion, NotApplicable, RatedCriterion
from evalhub.core.releasing.criterion_votes import criterion_votes
from evalhub.core.releasing.material import ReleaseJudgment
from tests.core.releasing.material import make_judged_pair, make_judgment


def said(
    who: str, *, correct: tuple[int, int], clear: int, is_swapped: bool = False
) -> ReleaseJudgment:
    answer = Answer(
        rated=(
            RatedCriterion("correct", a=correct[0], b=correct[1]),
            RatedCriterion("sources", a=NotApplicable.NA, b=1),
        ),
        compared=(ComparedCriterion("clear", clear),),
    )
    return make_judgment(who=who, answer=answer, is_swapped=is_swapped)


PAIR = make_judged_pair(
    said("ann", correct=(5, 2), clear=2),
    said("bob", correct=(3, 3), clear=-1),
    said("carl", correct=(5, 2), clear=1, is_swapped=True),
)


def test_votes_are_turned_to_the_chosen_response() -> None:
    assert criterion_votes(PAIR, chosen_is_x=True) == [
        {"criterion": "clear", "n_chosen": 2, "n_rejected": 1, "n_equal": 0},
        {"criterion": "correct", "n_chosen": 1, "n_rejected": 1, "n_equal": 1},
    ]
    assert criterion_votes(PAIR, chosen_is_x=False)[0] == {
        "criterion": "clear",
        "n_chosen": 1,
        "n_rejected": 2,
        "n_equal": 0,
    }


def test_criterion_that_nobody_compares_has_no_votes() -> None:
    assert all(vote["criterion"] != "sources" for vote in criterion_votes(PAIR, chosen_is_x=True))
    assert criterion_votes(make_judged_pair(make_judgment()), chosen_is_x=True) == []
