"""A project of several models, each of whose pairs exists on each prompt."""

import itertools
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, select

from evalhub.core.assigning import SelectionPolicy
from evalhub.core.campaigns import AssignmentStatus, OverlapRule, Purpose, SelectionMode
from evalhub.core.judging.answers import Choice
from evalhub.core.people import Role
from evalhub.db.models import Endpoint, Matchup, Pair, Person, Project, Prompt, SelectionPlan
from evalhub.services.pairing.matchups import set_matchups
from evalhub.services.selecting.planning import draft_plan, store_plan
from tests.factories import (
    MOMENT,
    add_member,
    make_assignment,
    make_endpoint,
    make_judgment,
    make_pair,
    make_person,
    make_project,
    make_prompt_set_version,
    make_response,
)

LATER = MOMENT + timedelta(days=1)


@dataclass
class Tournament:
    """One project with its models (in order of strength, the best first), pairs and people."""

    project: Project
    endpoints: list[Endpoint]
    pairs: dict[tuple[int, int, int], Pair]
    people: list[Person]
    session: Session

    def matchup(self, first: int, second: int) -> Matchup:
        """Return the row of two models, by their numbers."""
        low, high = sorted((self.endpoints[first].id, self.endpoints[second].id))
        return self.session.exec(
            select(Matchup).where(
                Matchup.project_id == self.project.id,
                Matchup.endpoint_low_id == low,
                Matchup.endpoint_high_id == high,
            )
        ).one()

    def judge(
        self,
        first: int,
        second: int,
        prompt: int = 0,
        *,
        by: int = 0,
        choice: Choice = Choice.A,
        purpose: Purpose = Purpose.WORK,
    ) -> None:
        """Add a submitted judgment; ``Choice.A`` prefers the first model."""
        pair = self.pairs[min(first, second), max(first, second), prompt]
        is_swapped = first > second
        made = make_assignment(
            self.session,
            pair,
            self.people[by],
            status=AssignmentStatus.SUBMITTED,
            is_swapped=is_swapped,
            purpose=purpose,
        )
        make_judgment(self.session, pair, self.people[by], assignment=made, choice=choice)

    def plan(self, now: datetime = LATER) -> SelectionPlan:
        """Plan now and return the row."""
        store_plan(draft_plan(self.project.id, session=self.session), session=self.session, now=now)
        self.session.expire_all()
        return self.session.get_one(SelectionPlan, self.project.id)

    def set_chances(self, chances: dict[tuple[int, int], float]) -> None:
        """Store a plan that draws two models with the given probabilities."""
        self.plan().policy = SelectionPolicy.RANK
        up_to = 0.0
        for first, second in itertools.combinations(range(len(self.endpoints)), 2):
            matchup = self.matchup(first, second)
            matchup.probability = chances.get((first, second))
            up_to += matchup.probability or 0
            matchup.up_to = up_to if matchup.probability else None
        self.session.flush()


def make_tournament(
    session: Session,
    *,
    n_models: int = 3,
    n_prompts: int = 2,
    overlap: int = 1,
    overlap_rule: OverlapRule = OverlapRule.FIXED,
    n_people: int = 2,
    mode: SelectionMode = SelectionMode.RANK,
) -> Tournament:
    """Add an open project with every pair of ``n_models`` on every prompt."""
    version = make_prompt_set_version(session, *(f"Question {i}?" for i in range(n_prompts)))
    prompts = session.exec(select(Prompt).where(Prompt.prompt_set_version_id == version.id)).all()
    endpoints = [make_endpoint(session) for _ in range(n_models)]
    project = make_project(
        session,
        *endpoints,
        prompts=version,
        overlap=overlap,
        overlap_rule=overlap_rule,
        selection_mode=mode,
    )
    pairs: dict[tuple[int, int, int], Pair] = {}
    for number, prompt in enumerate(prompts):
        answers = [make_response(session, prompt, endpoint) for endpoint in endpoints]
        for first, second in itertools.combinations(range(n_models), 2):
            pair = make_pair(session, project, answers[first], answers[second], position=len(pairs))
            pairs[first, second, number] = pair
    set_matchups(project, session=session)
    people = [make_person(session, Role.ANNOTATOR) for _ in range(n_people)]
    for person in people:
        add_member(session, project, person)
    session.expire_all()
    return Tournament(project, endpoints, pairs, people, session)
