"""Read from an answer which response is better on each criterion."""

from evalhub.core.judging.answers import Answer, Value


def criterion_scores(answer: Answer) -> dict[str, float]:
    """Return the score of the response shown as A on each criterion: 1, 0.5 or 0.

    A criterion rated for each response goes to the higher value, one that compares to the sign of
    its value; equal values are a tie. A criterion that does not apply, or has a value for one
    response alone, compares nothing and is left out. How much better a response is does not
    enter, so that criteria with long and short scales are on one footing.
    """
    scores = {}
    for rated in answer.rated:
        a, b = _number(rated.a), _number(rated.b)
        if a is not None and b is not None:
            scores[rated.criterion] = _score(a - b)
    for compared in answer.compared:
        value = _number(compared.value)
        if value is not None:
            # Negative means that A is better.
            scores[compared.criterion] = _score(-value)
    return scores


def _score(lead_of_a: int) -> float:
    if lead_of_a == 0:
        return 0.5
    return 1.0 if lead_of_a > 0 else 0.0


def _number(value: Value | None) -> int | None:
    return value if isinstance(value, int) else None
