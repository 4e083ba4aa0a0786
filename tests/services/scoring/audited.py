"""Make a project with experts, a judge that is a model, and control items."""

import json

from sqlmodel import Session, select

from evalhub.core.campaigns import AnnotatorKind
from evalhub.core.canonical import Json, canonical_json
from evalhub.core.judging.answers import Answer, Choice, ComparedCriterion, RatedCriterion
from evalhub.core.people import Origin
from evalhub.core.prompts.vocabulary import Split
from evalhub.db.models import Pair, Person, Project, Prompt
from tests.factories import (
    make_endpoint,
    make_pair,
    make_person,
    make_project,
    make_prompt_set_version,
    make_response,
    make_rubric_version,
)
from tests.release_project import Verdict, add_verdict

RUBRIC = canonical_json(
    {
        "criteria": [
            {"id": "correct", "scale": {"points": [{"value": v} for v in (1, 2, 3, 4, 5)]}},
            {"id": "clear"},
        ],
        "compare_scale": {"points": [{"value": v} for v in (-2, -1, 0, 1, 2)]},
    }
)
A, B, TIE = Choice.A, Choice.B, Choice.TIE
FORM = Answer(
    rated=(RatedCriterion("correct", a=4, b=2),), compared=(ComparedCriterion("clear", -1),)
)
SLUG = "audited"
N_PROMPTS = 12


def make_audited_project(session: Session, *, with_controls: bool = True) -> Project:
    """Add twelve pairs of alder and birch, judged by ann and bob, and by a judge in both orders.

    ann always prefers alder, with criteria; bob does but for every third, a tie; the judge always
    prefers what it sees first. The last prompt is a control item that says alder is better.
    """
    version = make_prompt_set_version(session, *(f"Question {n}?" for n in range(N_PROMPTS)))
    endpoints = [
        make_endpoint(session, slug=f"audited-{name}", model=name) for name in ("alder", "birch")
    ]
    rubric = make_rubric_version(session, document=RUBRIC)
    project = make_project(
        session, *endpoints, prompts=version, rubric=rubric, slug=SLUG, overlap=9
    )
    ann, bob = (make_person(session, name=name) for name in ("Ann Expert", "Bob Expert"))
    judge = make_person(session, name="gpt-4 (pilot)", origin=Origin.IMPORTED)
    prompts = session.exec(select(Prompt).where(Prompt.prompt_set_version_id == version.id)).all()
    for number, prompt in enumerate(sorted(prompts, key=lambda row: row.position)):
        texts = ("Short.", "A much longer answer than that.")
        ends = [
            make_response(session, prompt, endpoint, text=text)
            for endpoint, text in zip(endpoints, texts, strict=True)
        ]
        pair = make_pair(session, project, *ends, position=number)
        _judge(session, pair, ann, bob, judge, number=number)
    if with_controls:
        _make_control(session, prompts[-1])
    session.flush()
    return project


def _judge(
    session: Session, pair: Pair, ann: Person, bob: Person, judge: Person, *, number: int
) -> None:
    add_verdict(session, pair, ann, Verdict(0, A, -2, answer=FORM))
    add_verdict(session, pair, bob, Verdict(0, *((TIE, 0) if number % 3 == 0 else (A, -1))))
    for is_swapped in (False, True):
        seen = Verdict(0, A, is_swapped=is_swapped, kind=AnnotatorKind.MODEL)
        add_verdict(session, pair, judge, seen)


def _make_control(session: Session, prompt: Prompt) -> None:
    document: dict[str, Json] = json.loads(prompt.document)
    document["split"] = Split.GOLD.value
    document["metadata"] = {"control": [{"better": "alder", "worse": "birch"}]}
    prompt.document = canonical_json(document)
    prompt.split = Split.GOLD.value
    session.add(prompt)
