"""Have simulated annotators judge most of a demo project through the real use cases."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from evalhub.core.assigning import Lease
from evalhub.core.consent import ConsentMethod, ConsentPurpose
from evalhub.core.people import Role, command_actor
from evalhub.db.models import Endpoint, Judgment, Pair, Person, Project, Response
from evalhub.demo.annotators import Shown, Temperament, fill_form
from evalhub.demo.script import DemoDomain, read_responses
from evalhub.services.accounts.simulated import add_simulated_person
from evalhub.services.assigning.leasing import lease_next
from evalhub.services.consenting.answers import answer, answers_of
from evalhub.services.judging.matter import get_matter
from evalhub.services.judging.submitting import submit
from evalhub.services.projects.members import join
from evalhub.services.selecting.planning import plan_if_due

N_ANNOTATORS = 6
SHARE_JUDGED = 0.8
"""Share of the places that the simulation fills; the rest waits for the visitor."""

EARLIER = timedelta(hours=1)
"""How long before the demo is filled its judgments were made: none can be revised any more."""


@dataclass(frozen=True, slots=True)
class _Annotator:
    person_id: int
    temperament: Temperament


def judge_project(project: Project, domain: DemoDomain, *, session: Session, now: datetime) -> int:
    """Fill most places of the project with simulated judgments; return how many were made.

    A project that has a judgment already is left as it is.
    """
    if session.exec(select(Judgment.id).where(Judgment.project_id == project.id)).first():
        return 0
    wanted = round(SHARE_JUDGED * _n_places(project, session))
    simulate(project, domain, n_judgments=wanted, session=session, now=now - EARLIER)
    return wanted


def simulate(
    project: Project, domain: DemoDomain, *, n_judgments: int, session: Session, now: datetime
) -> None:
    """Make ``n_judgments``, the annotators in turn; raise ``LookupError`` when pairs run out."""
    # Seeded by the name, so that everybody's demo shows the same boards.
    rng = random.Random(f"evalhub demo {domain.name}")  # noqa: S311 - the same demo each time
    annotators = [
        _annotator(number, project, rng, session=session, now=now)
        for number in range(1, N_ANNOTATORS + 1)
    ]
    qualities = {
        (response.prompt_id, response.model): response.quality
        for response in read_responses(domain.name)
    }
    for turn in range(n_judgments):
        annotator = annotators[turn % N_ANNOTATORS]
        _judge_next(project, annotator, qualities, rng, session=session, now=now)
        # As the page does after a judgment: the demo's data must look like what the product makes.
        plan_if_due(project.id, session=session, now=now)


def _consent(person: Person, *, session: Session, now: datetime) -> None:
    """Let a made-up person answer once, as everybody does before their judgments are released."""
    if answers_of(person.id, session=session):
        return
    answer(
        person.id,
        (ConsentPurpose.EVALUATION, ConsentPurpose.REWARD_MODEL_TRAINING, ConsentPurpose.RESEARCH),
        session=session,
        actor=command_actor("demo"),
        now=now,
        method=ConsentMethod.SIMULATED,
    )


def _annotator(
    number: int, project: Project, rng: random.Random, *, session: Session, now: datetime
) -> _Annotator:
    person = add_simulated_person(number, session=session, now=now)
    _consent(person, session=session, now=now)
    join(
        project,
        person_id=person.id,
        role=Role.ANNOTATOR,
        session=session,
        actor=command_actor("demo"),
        now=now,
    )
    temperament = Temperament(noise=rng.uniform(0.1, 0.3), lean=rng.uniform(-0.03, 0.03))
    return _Annotator(person.id, temperament)


def _n_places(project: Project, session: Session) -> int:
    pairs = session.exec(select(Pair.overlap).where(Pair.project_id == project.id))
    return sum(pairs)


def _judge_next(
    project: Project,
    annotator: _Annotator,
    qualities: Mapping[tuple[str, str], float],
    rng: random.Random,
    *,
    session: Session,
    now: datetime,
) -> None:
    """Lease, fill and submit one form, as a person in front of the page would."""
    person_id = annotator.person_id
    lease = lease_next(project.id, person_id=person_id, session=session, now=now, rng=rng)
    if lease is None:
        raise LookupError(f"No pair is left for simulated annotator {person_id}.")
    matter = get_matter(lease.token, person_id=person_id, session=session)
    models = _models(lease, session)
    fields = fill_form(
        matter.rubric,
        a=Shown(matter.a.text, qualities[matter.prompt.id, models[0]]),
        b=Shown(matter.b.text, qualities[matter.prompt.id, models[1]]),
        facts=matter.facts,
        temperament=annotator.temperament,
        rng=rng,
    )
    submit(lease.token, fields, person_id=person_id, session=session, now=now)


def _models(lease: Lease, session: Session) -> tuple[str, str]:
    """Return the models behind A and B of a lease."""
    pair = session.get_one(Pair, lease.pair_id)
    rows = session.exec(
        select(Response.id, Endpoint.model)
        .join(Endpoint, col(Endpoint.id) == col(Response.endpoint_id))
        .where(col(Response.id).in_([pair.response_x_id, pair.response_y_id]))
    )
    model = dict(rows.all())
    x, y = model[pair.response_x_id], model[pair.response_y_id]
    return (y, x) if lease.is_swapped else (x, y)
