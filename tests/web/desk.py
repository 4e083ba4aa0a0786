"""One annotator's desk for page tests: an open project, a claimed comparison, forms to send."""

import re
from dataclasses import dataclass

from flask.testing import FlaskClient
from sqlmodel import col, select
from werkzeug.test import TestResponse

from evalhub.core.people import Role
from evalhub.db.engine import Database
from evalhub.db.models import Assignment, Endpoint, Judgment, Pair, Person, Project, Response
from tests.factories import add_member
from tests.services.assigning.conftest import make_campaign
from tests.services.judging.conftest import changed, only, small_rubric
from tests.web.pages import form_of, token_of

Form = list[tuple[str, str]]

HIDDEN = ("csrf_token", "revision", "draft", "rubric_language")


@dataclass
class Desk:
    """A signed-in annotator of a project with two pairs."""

    client: FlaskClient
    database: Database
    person: Person
    slug: str

    def claim(self, **fields: str) -> TestResponse:
        """Press the claim button of the work list."""
        page = self.client.get("/account")
        data = {"csrf_token": token_of(page), **fields}
        return self.client.post(f"/work/claim/{self.slug}", data=data)

    def open(self) -> str:
        """Claim a comparison and return its address."""
        location = self.claim().location
        assert location is not None
        return location

    def send(self, address: str, fields: Form, *, action: str = "submit") -> TestResponse:
        """Send the form of the comparison at ``address``."""
        return self.post(address, [*self.hidden(address), *fields], action=action)

    def hidden(self, address: str) -> Form:
        """Return the fields that the page of a comparison sends without being filled in."""
        values = form_of(self.client.get(address)).values
        return [(name, values[name][0]) for name in HIDDEN if name in values]

    def post(self, address: str, fields: Form, *, action: str = "submit") -> TestResponse:
        """Send exactly these fields."""
        data: dict[str, list[str]] = {}
        for name, value in [("action", action), *fields]:
            data.setdefault(name, []).append(value)
        return self.client.post(address, data=data)

    def judgments(self) -> list[Judgment]:
        """Return what is stored, in order."""
        with self.database.transaction(write=False) as session:
            return list(session.exec(select(Judgment).order_by(col(Judgment.id))))

    def assignments(self) -> list[Assignment]:
        """Return the leases, in order."""
        with self.database.transaction(write=False) as session:
            return list(session.exec(select(Assignment).order_by(col(Assignment.id))))

    def change_project(self, **values: object) -> None:
        """Change the project's settings behind everyone's back."""
        with self.database.transaction() as session:
            project = session.exec(select(Project).where(Project.slug == self.slug)).one()
            for name, value in values.items():
                setattr(project, name, value)
            session.add(project)

    def change_responses(self, text: str) -> None:
        """Give every response the text ``text`` and a number."""
        with self.database.transaction() as session:
            for number, response in enumerate(session.exec(select(Response))):
                response.text = f"{text}\n\nVersion {number}."
                session.add(response)

    def names(self) -> list[str]:
        """Return every name that must not reach an annotator."""
        with self.database.transaction(write=False) as session:
            endpoints = session.exec(select(Endpoint)).all()
            return [name for endpoint in endpoints for name in (endpoint.slug, endpoint.model)]

    def take_everything(self) -> None:
        """Let the overlap of every pair be reached."""
        with self.database.transaction() as session:
            for pair in session.exec(select(Pair)):
                pair.n_taken = pair.overlap
                session.add(pair)


def make_desk(client: FlaskClient, database: Database, person: Person) -> Desk:
    """Add an open project with two pairs, of which ``person`` is an annotator."""
    with database.transaction() as session:
        rubric = small_rubric(session)
        make_campaign(session, rubric=rubric)
        campaign = make_campaign(session, n_pairs=2, n_people=1, rubric=rubric)
        add_member(session, campaign.project, person, Role.ANNOTATOR)
        return Desk(client, database, person, campaign.project.slug)


def answers(**given: str) -> Form:
    """Return a complete form with some answers changed."""
    return [(name, value) for name, value in changed(**given) if name != "csrf_token"]


def partly(**given: str) -> Form:
    """Return a form that holds nothing else."""
    return only(**given)


def checked_values(page: TestResponse, name: str) -> list[str]:
    """Return the ticked values of a field."""
    pattern = rf'<input[^>]*name="{re.escape(name)}"[^>]*value="([^"]*)"[^>]*\bchecked\b'
    return re.findall(pattern, page.text)
