"""A tiny project with every kind of pair, the same down to its public ids every time."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlmodel import Session, select

from evalhub.core.campaigns import AnnotatorKind, JudgmentOrigin, Purpose
from evalhub.core.canonical import Json, canonical_json, sha256_hex
from evalhub.core.judging.answers import (
    Answer,
    CannotJudgeReason,
    Choice,
    CitationCheck,
    ComparedCriterion,
    NotApplicable,
    RaisedFlag,
    RatedCriterion,
    SideFlags,
    TriageAnswer,
    answer_to_json,
)
from evalhub.core.people import Origin
from evalhub.core.prompts.canonical import prompt_hash, prompt_to_json
from evalhub.core.prompts.parsing import prompt_from_row
from evalhub.core.qualifying.routes import route_of
from evalhub.core.responses import ResponseStatus
from evalhub.db.models import (
    Assignment,
    Endpoint,
    Judgment,
    Pair,
    Person,
    Project,
    Prompt,
    PromptSet,
    PromptSetVersion,
    Response,
)
from tests.factories import (
    make_consent,
    make_endpoint,
    make_pair,
    make_project,
    make_rubric_version,
)

MOMENT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
RUBRIC = canonical_json(
    {"flags": {"items": [{"id": "dangerous", "veto": True}, {"id": "rude", "veto": False}]}}
)
MODELS = ("alder", "birch", "cedar")
SLUG = "tiny"

DANGEROUS = SideFlags(raised=(RaisedFlag("dangerous", quote="wait a week"),))
FULL = Answer(
    triage=(TriageAnswer("competence", "in_scope"),),
    flags_a=SideFlags(none_ticked=True),
    flags_b=SideFlags(raised=(RaisedFlag("rude"),)),
    citations_a=(CitationCheck(1, "supports"),),
    rated=(RatedCriterion("correct", a=4, b=2), RatedCriterion("sources", a=NotApplicable.NA, b=1)),
    compared=(ComparedCriterion("clear", -1),),
    choice=Choice.A,
    preference=-2,
    reasons=("correct",),
    why="A is right about the dose; \u201cB\u201d is not.",
)


@dataclass(frozen=True)
class Verdict:
    """What one of the annotators says about one pair, as shown."""

    who: int
    choice: Choice
    preference: int | None = None
    is_swapped: bool = False
    answer: Answer = field(default_factory=Answer)
    origin: JudgmentOrigin = JudgmentOrigin.FORM
    kind: AnnotatorKind = AnnotatorKind.HUMAN
    credential_class: str | None = None


A, B, TIE = Choice.A, Choice.B, Choice.TIE
CANNOT = Answer(choice=Choice.CANNOT_JUDGE, cannot_judge_reason=CannotJudgeReason.CONTESTED)
IMPORTED = JudgmentOrigin.IMPORTED

VERDICTS: dict[tuple[int, int, int], tuple[Verdict, ...]] = {
    # prompt, first and second model
    (0, 0, 1): (
        Verdict(0, A, -2, answer=FULL),
        Verdict(1, B, 3, is_swapped=True),
        Verdict(2, TIE, 0),
    ),
    (0, 0, 2): (Verdict(0, A, credential_class="physician"), Verdict(1, B)),
    (0, 1, 2): (Verdict(0, Choice.CANNOT_JUDGE, answer=CANNOT),),
    (1, 0, 1): (Verdict(0, B, 1), Verdict(1, B, origin=IMPORTED)),
    (1, 0, 2): (Verdict(0, A, -1, answer=Answer(flags_a=DANGEROUS, flags_b=DANGEROUS)),),
    (1, 1, 2): (Verdict(0, A, -1), Verdict(1, Choice.BOTH_BAD, 0), Verdict(2, Choice.BOTH_GOOD, 0)),
    (2, 0, 1): (Verdict(2, B, origin=IMPORTED), Verdict(2, B, origin=IMPORTED)),
    (2, 0, 2): (Verdict(0, A, -3), Verdict(1, A, -3, kind=AnnotatorKind.MODEL)),
    (3, 0, 1): (Verdict(0, A, -3),),
    (4, 0, 1): (Verdict(0, A, -3),),
    (5, 0, 1): (Verdict(0, A, -1), Verdict(1, A, -1), Verdict(2, B, 3)),
    (5, 0, 2): (Verdict(0, A, -1, answer=Answer(flags_a=DANGEROUS)),),
}

PROMPTS: tuple[dict[str, Json], ...] = (
    {"prompt": "How much paracetamol may an adult take in a day?", "tags": ["dosing"]},
    {"prompt": "Wer darf ein Rezept ausstellen?", "language": "de", "jurisdiction": "DE"},
    {
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "My knee hurts."},
            {"role": "assistant", "content": "Since when?"},
            {"role": "user", "content": "Since Monday \u2013 after football."},
        ]
    },
    {"prompt": "Is a fever of 39 degrees dangerous for me?", "split": "gold"},
    {"prompt": "What is a normal pulse at rest, please?", "split": "holdout"},
    {"prompt": "Which vaccines does a traveller to Kenya need?", "split": "eval"},
)

_NOT_ANSWERED = {(2, 2): ResponseStatus.TRUNCATED}
_numbers = itertools.count(1)


def make_tiny_project(
    session: Session,
    *,
    is_simulated: bool = False,
    slug: str = SLUG,
    is_consented: bool = True,
) -> Project:
    """Add the project with its prompts, responses, pairs and judgments.

    Its people consent to the training of reward models, unless they shall never have been asked.
    """
    version = _prompt_set_version(session)
    endpoints = [make_endpoint(session, slug=name, model=f"{name}-1") for name in MODELS]
    rubric = make_rubric_version(session, rubric_id="tiny", document=RUBRIC)
    project = make_project(
        session, *endpoints, prompts=version, rubric=rubric, slug=slug, is_simulated=is_simulated
    )
    project.title, project.purpose = "A tiny <project>", "Train a *reward* model."
    responses = dict(_responses(session, version, endpoints))
    people = [_person(session, number) for number in range(3)]
    for person in people if is_consented else ():
        make_consent(session, person)
    for position, (place, verdicts) in enumerate(VERDICTS.items()):
        prompt, first, second = place
        ends = (responses[prompt, first], responses[prompt, second])
        pair = make_pair(session, project, *ends, position=position)
        for verdict in verdicts:
            add_verdict(session, pair, people[verdict.who], verdict, is_simulated=is_simulated)
    session.flush()
    return project


def add_verdict(
    session: Session,
    pair: Pair,
    person: Person,
    verdict: Verdict,
    *,
    is_simulated: bool = False,
    assignment: Assignment | None = None,
) -> Judgment:
    """Add one judgment of the person on the pair."""
    judgment = Judgment(
        public_id=f"judgment-{next(_numbers)}",
        project_id=pair.project_id,
        pair_id=pair.id,
        person_id=person.id,
        assignment_id=assignment.id if assignment else None,
        origin=JudgmentOrigin.SIMULATED if is_simulated else verdict.origin,
        annotator_kind=verdict.kind,
        rubric_version_id=session.get_one(Project, pair.project_id).rubric_version_id,
        is_swapped=verdict.is_swapped,
        purpose=assignment.purpose if assignment else Purpose.WORK,
        choice=verdict.choice,
        preference=verdict.preference,
        confidence=verdict.answer.confidence,
        why=verdict.answer.why,
        answer=canonical_json(answer_to_json(verdict.answer)),
        credential_class=verdict.credential_class,
        created_at=MOMENT,
    )
    session.add(judgment)
    session.flush()
    return judgment


def _prompt_set_version(session: Session) -> PromptSetVersion:
    prompt_set = PromptSet(slug="tiny-set", title="A tiny set", created_at=MOMENT)
    session.add(prompt_set)
    session.flush()
    version = PromptSetVersion(
        prompt_set_id=prompt_set.id,
        number=1,
        sha256=sha256_hex("tiny"),
        n_prompts=len(PROMPTS),
        filename="prompts.jsonl",
        frozen_at=MOMENT,
    )
    session.add(version)
    session.flush()
    session.add_all(_prompts(version))
    session.flush()
    return version


def _prompts(version: PromptSetVersion) -> Iterator[Prompt]:
    about: dict[str, Json] = {
        "domain": "medicine",
        "language": "en",
        "license": "CC-BY-4.0",
        "source": {"kind": "written"},
    }
    for position, given in enumerate(PROMPTS):
        row: dict[str, Json] = {"id": f"p{position}", **about, **given}
        prompt = prompt_from_row(row, where="prompt")
        yield Prompt(
            prompt_set_version_id=version.id,
            position=position,
            key=prompt.id,
            sha256=prompt_hash(prompt),
            document=canonical_json(prompt_to_json(prompt)),
            domain=prompt.domain,
            language=prompt.language,
            route=route_of(prompt.language, prompt.jurisdiction, prompt.specialty).key,
            split=prompt.split.value,
        )


def _responses(
    session: Session, version: PromptSetVersion, endpoints: list[Endpoint]
) -> Iterator[tuple[tuple[int, int], Response]]:
    query = select(Prompt).where(Prompt.prompt_set_version_id == version.id)
    for prompt in sorted(session.exec(query), key=lambda row: row.position):
        for number, endpoint in enumerate(endpoints):
            place = prompt.position, number
            status = _NOT_ANSWERED.get(place, ResponseStatus.ANSWERED)
            text = f"{endpoint.slug} answers {prompt.key}:\n\u2022 rest \u2764\n"
            response = Response(
                prompt_id=prompt.id,
                endpoint_id=endpoint.id,
                status=status,
                text=text,
                parameters="{}",
                request_sha256=sha256_hex(f"{place}"),
                sha256=sha256_hex(text),
                created_at=MOMENT,
            )
            session.add(response)
            session.flush()
            yield place, response


def _person(session: Session, number: int) -> Person:
    origin = Origin.IMPORTED if number == 2 else Origin.ACCOUNT
    person = Person(
        public_id=f"person-{number}", name=f"Person {number}", origin=origin, created_at=MOMENT
    )
    session.add(person)
    session.flush()
    return person
