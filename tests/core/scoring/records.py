"""Make judgments for tests of agreement, annotators and judges."""

from dataclasses import replace
from datetime import timedelta

from evalhub.core.campaigns import AnnotatorKind
from evalhub.core.canonical import Json
from evalhub.core.judging.answers import Answer, Choice, answer_to_json
from evalhub.core.judging.records import JudgedResponse, JudgmentRecord
from evalhub.core.responses import ResponseStatus
from tests.core.releasing.material import MOMENT, make_record


def response(model: str) -> JudgedResponse:
    """Return the answered response of ``model``."""
    return JudgedResponse(model, 1, 0, model, model * 8, ResponseStatus.ANSWERED)


def judgment(
    who: str = "ann",
    choice: Choice = Choice.A,
    *,
    pair: str = "p1",
    preference: int | None = None,
    is_swapped: bool = False,
    minute: int = 0,
    kind: AnnotatorKind = AnnotatorKind.HUMAN,
    answer: Answer | None = None,
) -> JudgmentRecord:
    """Return one judgment of the pair that the prompt ``pair`` has, as shown."""
    document: Json = {} if answer is None else answer_to_json(answer)
    return replace(
        make_record(choice, preference, is_swapped=is_swapped, person=who),
        public_id=f"{who}-{pair}-{minute}",
        prompt_key=pair,
        x=response("alder"),
        y=response("birch"),
        created_at=MOMENT + timedelta(minutes=minute),
        annotator_kind=kind,
        answer=document if answer is not None else {"schema": "evalhub.answer/1"},
    )
