"""Pages of removals: told with the reason, objected to, answered by others, lifted."""

from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import col

from evalhub.core.people import Role
from evalhub.db.engine import Database
from evalhub.db.models import RoleGrant
from tests.web.conftest import Clock, SignIn
from tests.web.desk import make_desk
from tests.web.pages import fill, form_of

# Pages say the same over both databases; what differs between them is tested in the services.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
OWN, QUEUE = "/work/removals", "/removals"


@dataclass
class Scene:
    """An expert and two coordinators before their browsers."""

    expert: FlaskClient
    remover: FlaskClient
    other: FlaskClient
    project: str

    def remove(self, reason: str = "Answered for <b>a friend</b>.") -> int:
        """Take the expert off by the form beside their name, which is the last of its kind."""
        address = f"{self.project}/members/remove"
        data = fill(self.remover.get(self.project), address, reason=reason)
        return self.remover.post(address, data={**data, **self._who}).status_code

    @property
    def _who(self) -> dict[str, str]:
        page = self.remover.get(self.project).text
        row = next(part for part in page.split("<tr>") if "Erna Expert" in part)
        return {"person": row.split('name="person" value="')[1].split('"')[0], "role": "annotator"}


@pytest.fixture
def scene(app: Flask, database: Database, sign_in: SignIn) -> Scene:
    expert, remover, other = (app.test_client() for _ in range(3))
    person = sign_in(expert, {Role.ANNOTATOR}, name="Erna Expert")
    sign_in(remover, {Role.COORDINATOR}, name="Rita Remover")
    sign_in(other, {Role.COORDINATOR}, name="Otto Other")
    desk = make_desk(expert, database, person)
    return Scene(expert, remover, other, f"/projects/{desk.slug}")


def test_the_expert_reads_why_and_objects(scene: Scene) -> None:
    assert scene.remove() == 303

    work = scene.expert.get("/work").text
    sent = scene.expert.post(f"{OWN}/1", data=fill(scene.expert.get(OWN), reason="It was me."))

    assert "Answered for &lt;b&gt;a friend&lt;/b&gt;." in work
    assert "You were taken off" in work
    assert sent.location == OWN
    own = scene.expert.get(OWN).text
    assert "Coordination answers by" in own
    assert 'name="reason"' not in own


def test_f51_another_coordinator_answers_and_a_refusal_can_be_appealed(scene: Scene) -> None:
    scene.remove()
    scene.expert.post(f"{OWN}/1", data=fill(scene.expert.get(OWN), reason="It was me."))
    assert "No objection waits for you." in scene.remover.get(QUEUE).text

    page = scene.other.get(QUEUE)
    answered = scene.other.post(
        f"{QUEUE}/1", data=fill(page, step="rejected", reason="The times say otherwise.")
    )

    assert answered.location == QUEUE
    own = scene.expert.get(OWN)
    assert "The times say otherwise." in own.text
    assert "Appeal to the administration" in own.text
    assert form_of(own, f"{OWN}/1").values["reason"] == [""]


def test_objections_are_counted_beside_disputes(scene: Scene) -> None:
    scene.remove()
    before = scene.other.get("/disputes").text

    scene.expert.post(f"{OWN}/1", data=fill(scene.expert.get(OWN), reason="It was me."))

    assert "Objections to removals</a>: 0" in before
    assert "Objections to removals</a>: 1" in scene.other.get("/disputes").text
    assert "Objections to removals</a>: 0" in scene.remover.get("/disputes").text


def test_after_the_last_refusal_nothing_is_left(scene: Scene, app: Flask, sign_in: SignIn) -> None:
    scene.remove()
    admin = app.test_client()
    sign_in(admin, {Role.ADMIN})
    for answers in (scene.other, admin):
        scene.expert.post(f"{OWN}/1", data=fill(scene.expert.get(OWN), reason="It was me."))
        page = answers.get(QUEUE)
        answers.post(f"{QUEUE}/1", data=fill(page, step="rejected", reason="It was not."))

    assert "in force; this is final" in scene.expert.get(OWN).text


def test_f51_an_overdue_objection_says_so_to_the_administration(
    scene: Scene, app: Flask, sign_in: SignIn, clock: Clock
) -> None:
    scene.remove()
    scene.expert.post(f"{OWN}/1", data=fill(scene.expert.get(OWN), reason="It was me."))
    clock.advance(days=11)
    admin = app.test_client()
    sign_in(admin, {Role.ADMIN})

    page = admin.get(QUEUE).text

    assert "Administration answers by" in page
    assert "Overdue" in page
    assert "No objection waits for you." in scene.other.get(QUEUE).text


def test_lifting_it_puts_the_expert_back(scene: Scene) -> None:
    scene.remove()
    place = f"{scene.project}/removals"

    page = scene.remover.get(place)
    lifted = scene.remover.post(f"{place}/1/lift", data=fill(page, reason="A mistake."))

    assert lifted.location == place
    after = scene.remover.get(place).text
    assert "Nobody is kept away." in after
    assert "on the project again" in after
    assert "You were taken off" not in scene.expert.get("/work").text
    assert "it keeps nobody away" in scene.expert.get(OWN).text


def test_lifting_says_where_it_puts_nobody_back(scene: Scene, database: Database) -> None:
    scene.remove()
    place = f"{scene.project}/removals"
    page = scene.remover.get(place)
    with database.transaction() as session:
        session.execute(sa.delete(RoleGrant).where(col(RoleGrant.role) == Role.ANNOTATOR))

    scene.remover.post(f"{place}/1/lift", data=fill(page, reason="A mistake."))

    after = scene.remover.get(place).text
    assert "it keeps the expert away no longer" in after
    assert "on the project again" not in after


def test_a_removal_is_lifted_by_its_own_project_alone(scene: Scene) -> None:
    scene.remove()
    place = f"{scene.project}/removals"
    sent = fill(scene.remover.get(place), reason="A mistake.")

    assert scene.remover.post("/projects/other/removals/1/lift", data=sent).status_code == 404
    assert "Nobody is kept away." not in scene.remover.get(place).text


@pytest.mark.parametrize("form", ["removal", "objection", "answer", "lifting"])
def test_without_a_reason_a_form_comes_back(scene: Scene, form: str) -> None:
    if form == "removal":
        assert scene.remove(" ") == 422
        return
    scene.remove()
    if form == "answer":
        scene.expert.post(f"{OWN}/1", data=fill(scene.expert.get(OWN), reason="It was me."))
    client, page, address = {
        "objection": (scene.expert, OWN, f"{OWN}/1"),
        "answer": (scene.other, QUEUE, f"{QUEUE}/1"),
        "lifting": (scene.remover, f"{scene.project}/removals", f"{scene.project}/removals/1/lift"),
    }[form]

    back = client.post(address, data=fill(client.get(page), reason=" ", step="upheld"))

    assert back.status_code == 422
    assert "write something that can be read" in back.text


def test_an_old_page_puts_nobody_on_by_the_way(scene: Scene) -> None:
    scene.remove()
    page = scene.expert.get("/account")

    refused = scene.expert.post(
        f"/work{scene.project}/join", data={"csrf_token": form_of(page).values["csrf_token"][0]}
    )

    assert refused.status_code in {403, 404}
