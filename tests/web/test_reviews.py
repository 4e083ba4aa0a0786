"""Reviews on pages: what waits, what may be answered, and that no model is named."""

from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlmodel import col, select

from evalhub.core.people import Role
from evalhub.db.engine import Database
from evalhub.db.models import Endpoint, Person, RoleGrant
from evalhub.services.accounts.sessions import start_session
from tests.services.reviewing.scene import Scene, make_scene
from tests.web.conftest import Clock, SignIn
from tests.web.pages import all_forms_of, fill, token_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
QUEUE, OWN = "/reviews", "/work/reviews"


@dataclass
class Stage:
    """The browsers of the two experts, of a reviewer and of an administrator."""

    experts: list[FlaskClient]
    reviewer: FlaskClient
    admin: FlaskClient
    slug: str
    models: list[str]


def signed_in(client: FlaskClient, person: Person, database: Database, clock: Clock) -> FlaskClient:
    browser = client.application.test_client()
    with database.transaction() as session:
        token = start_session(person, session=session, user_agent="tests", days=30, now=clock())
    with browser.session_transaction() as cookie:
        cookie["token"] = token
    return browser


def set_stage(
    client: FlaskClient, sign_in: SignIn, database: Database, clock: Clock, *, agree: bool
) -> Stage:
    with database.transaction() as session:
        scene = make_scene(session, clock.moment)
        play(scene, agree=agree)
        clock.moment = scene.now
        people, slug = list(scene.experts), scene.project.slug
        models = list(session.exec(select(Endpoint.model)))
    reviewer, admin = (client.application.test_client() for _ in range(2))
    sign_in(reviewer, {Role.REVIEWER}, name="Rita Reviewer")
    sign_in(admin, {Role.ADMIN}, name="Adam Admin")
    experts = [signed_in(client, person, database, clock) for person in people]
    return Stage(experts, reviewer, admin, slug, models)


def play(scene: Scene, *, agree: bool) -> None:
    if agree:
        scene.share(1)
        scene.judge(0, -1)
        scene.look()
    else:
        scene.disagree()


@pytest.fixture
def review(client: FlaskClient, sign_in: SignIn, database: Database, clock: Clock) -> Stage:
    """Give a judgment that was drawn for review."""
    return set_stage(client, sign_in, database, clock, agree=True)


@pytest.fixture
def dispute(client: FlaskClient, sign_in: SignIn, database: Database, clock: Clock) -> Stage:
    """Give a pair on which two experts disagree."""
    return set_stage(client, sign_in, database, clock, agree=False)


def answer(browser: FlaskClient, **fields: str) -> int:
    token = token_of(browser.get("/account"))
    return browser.post(f"{QUEUE}/1", data={"csrf_token": token, **fields}).status_code


def speak(browser: FlaskClient, step: str, **fields: str) -> int:
    token = token_of(browser.get("/account"))
    data = {"csrf_token": token, "step": step, "minutes": "5", "words": "I mean it.", **fields}
    return browser.post(f"{OWN}/1", data=data).status_code


def test_f09_a_reviewer_finds_and_accepts_a_judgment(review: Stage) -> None:
    page = review.reviewer.get(QUEUE).text
    assert "Review 1" in page
    assert "Drawn by lot" in page

    assert answer(review.reviewer, step="taken") == 303
    assert "Rita Reviewer" in review.reviewer.get(QUEUE).text
    assert answer(review.reviewer, step="accepted") == 303

    assert "No case waits for you." in review.reviewer.get(QUEUE).text
    assert review.experts[0].get(f"{OWN}/1").status_code == 404
    assert "None of your judgments was looked at again." in review.experts[0].get(OWN).text


def test_f09_a_reviewed_pair_names_no_model_and_no_expert(review: Stage) -> None:
    page = review.reviewer.get(f"{QUEUE}/1").text

    assert "What expert 1 said" in page
    assert "A is right and B leaves out half of it." in page
    assert "Ada Example" not in page
    assert not [model for model in review.models if model in page]


def test_f09_a_return_reaches_the_expert_with_its_reason(review: Stage) -> None:
    sent = answer(review.reviewer, step="returned", reason="missed_problem", words="Dose <b>?")

    expert = review.experts[0]
    page = expert.get(f"{OWN}/1")
    assert sent == 303
    assert "It passes over a problem that has a flag" in page.text
    assert "Dose &lt;b&gt;?" in page.text
    assert "Rita" not in page.text
    assert "One judgment of yours is asked about" in expert.get("/work").text
    assert "judge again or keep it" in expert.get(OWN).text


def test_words_that_turn_the_direction_end_before_the_quotation_does(review: Stage) -> None:
    answer(review.reviewer, step="returned", reason="guideline", words="\u202eRule 3")

    for path in (f"{OWN}/1", f"{OWN}/feedback"):
        page = review.experts[0].get(path).text
        assert '<q><bdi class="foreign">\u202eRule 3</bdi></q>' in page


@pytest.mark.parametrize("words", ["\u200b" * 30, "\u2800", "\u3164"])
def test_invisible_words_are_no_reason_on_any_side(review: Stage, words: str) -> None:
    returned = answer(review.reviewer, step="returned", reason="guideline", words=words)
    kept = answer(review.reviewer, step="returned", reason="guideline", words="Rule 3.")
    appealed = speak(review.experts[0], "appeal", words=words)

    assert (returned, kept, appealed) == (422, 303, 422)


def test_keeping_says_whether_its_minutes_are_paid(review: Stage) -> None:
    answer(review.reviewer, step="returned", reason="guideline", words="Rule 3.")

    page = review.experts[0].get(f"{OWN}/1").text

    assert "The minutes stand in your earnings unpaid." in page


def test_the_form_of_a_returned_judgment_opens_again(review: Stage) -> None:
    answer(review.reviewer, step="returned", reason="contradiction", words="Look.")
    page = review.experts[0].get(f"{OWN}/1").text
    link = page.split('class="btn btn-primary" href="')[1].split('"')[0]

    form = review.experts[0].get(link)

    assert form.status_code == 200
    assert "Why you are asked again" in form.text


def test_f51_an_appeal_goes_to_somebody_else(review: Stage) -> None:
    answer(review.reviewer, step="returned", reason="guideline", words="Rule 3.")
    assert speak(review.experts[0], "appeal") == 303
    assert "I mean it." in review.admin.get(f"{QUEUE}/1").text

    assert "Somebody else answers this case." in review.reviewer.get(f"{QUEUE}/1").text
    assert "No case waits for you." in review.reviewer.get(QUEUE).text
    assert answer(review.reviewer, step="upheld", words="Mine was right.") == 403
    assert answer(review.admin, step="upheld", words="It was a mistake.") == 303

    assert "It was a mistake." in review.experts[0].get(f"{OWN}/1").text
    assert "Appeal upheld" in review.experts[0].get(f"{OWN}/1").text


def test_f10_experts_read_each_other_and_keep_their_word(dispute: Stage) -> None:
    page = dispute.experts[0].get(f"{OWN}/1").text
    assert "What you said" in page
    assert "What expert 2 said" in page
    assert "The minutes are paid, up to those" in page

    assert [speak(browser, "keep") for browser in dispute.experts] == [303, 303]
    assert speak(dispute.experts[0], "keep") == 409

    assert "Disagreement 1" in dispute.reviewer.get(QUEUE).text


def test_f25_a_decision_is_read_by_both_as_they_saw_the_answers(dispute: Stage) -> None:
    for browser in dispute.experts:
        speak(browser, "keep")
    sent = answer(
        dispute.reviewer, step="decided", verdict="first", reason="error", words="A dose is wrong."
    )

    pages = [browser.get(f"{OWN}/1").text for browser in dispute.experts]
    assert sent == 303
    for page in pages:
        assert "A fact was mistaken" in page
        assert "A dose is wrong." in page
    # The sides were balanced, so the first response stands as A for one and as B for the other.
    assert ["<b>Answer A is better</b>" in page for page in pages].count(True) == 1
    assert ["<b>Answer B is better</b>" in page for page in pages].count(True) == 1


def test_f25_both_defensible_stays_split(dispute: Stage) -> None:
    for browser in dispute.experts:
        speak(browser, "keep")

    forced = answer(
        dispute.reviewer, step="decided", verdict="first", reason="both_defensible", words="Both."
    )
    split = answer(
        dispute.reviewer, step="decided", verdict="split", reason="both_defensible", words="Both."
    )

    assert (forced, split) == (422, 303)
    assert "It stays split" in dispute.experts[0].get(f"{OWN}/1").text


def test_an_appealed_decision_can_be_decided_anew(dispute: Stage) -> None:
    for browser in dispute.experts:
        speak(browser, "keep")
    answer(dispute.reviewer, step="decided", verdict="even", reason="error", words="Even.")
    speak(dispute.experts[1], "appeal")

    page = dispute.admin.get(f"{QUEUE}/1").text

    assert "Uphold the appeal" in page
    assert answer(dispute.admin, step="rejected", words="It is even.") == 303


def test_what_was_typed_comes_back_with_what_is_wrong(review: Stage) -> None:
    page = review.reviewer.get(f"{QUEUE}/1")
    token = token_of(page)

    refused = review.reviewer.post(
        f"{QUEUE}/1",
        data={"csrf_token": token, "step": "returned", "reason": "", "words": "Half <typed>"},
    )

    assert refused.status_code == 422
    assert "choose a reason" in refused.text
    assert "Half &lt;typed&gt;" in refused.text


def test_words_of_who_may_no_longer_answer_come_back(review: Stage) -> None:
    answer(review.reviewer, step="returned", reason="guideline", words="Rule 3.")
    speak(review.experts[0], "appeal")
    token = token_of(review.reviewer.get("/account"))

    refused = review.reviewer.post(
        f"{QUEUE}/1", data={"csrf_token": token, "step": "rejected", "words": "Long <thought>."}
    )

    assert refused.status_code == 403
    assert "did not decide before" in refused.text
    assert "Long &lt;thought&gt;." in refused.text


@pytest.mark.parametrize("step", ["revised", "agreed", "appealed", "nothing", ""])
def test_a_reviewer_takes_no_experts_step(review: Stage, step: str) -> None:
    assert answer(review.reviewer, step=step, words="x") == 422


def test_an_experts_empty_word_comes_back(dispute: Stage) -> None:
    assert speak(dispute.experts[0], "keep", words=" ") == 422
    assert speak(dispute.experts[0], "keep", minutes="many") == 422
    assert speak(dispute.experts[0], "something") == 422


def test_strangers_see_no_case(review: Stage) -> None:
    assert review.experts[1].get(f"{OWN}/1").status_code == 404
    assert "None of your judgments was looked at again." in review.experts[1].get(OWN).text
    assert review.reviewer.get(f"{QUEUE}/99").status_code == 404


def test_the_newest_judgments_are_looked_through_on_request(review: Stage, clock: Clock) -> None:
    clock.advance(minutes=11)
    page = review.reviewer.get(QUEUE)

    done = review.reviewer.post(f"{QUEUE}/look", data={"csrf_token": token_of(page)})

    assert done.location == QUEUE
    assert "Looked through what is new: 0 opened." in review.reviewer.get(QUEUE).text


def test_a_project_says_what_share_is_reviewed(review: Stage) -> None:
    address = f"/projects/{review.slug}/reviews"
    page = review.admin.get(address)
    assert [form.values["share"] for form in all_forms_of(page) if "share" in form.values] == [
        ["100"]
    ]

    changed = review.admin.post(address, data=fill(page, address, share="2.5"))
    refused = review.admin.post(address, data=fill(page, address, share="many"))
    too_much = review.admin.post(address, data=fill(page, address, share="101"))

    assert (changed.status_code, refused.status_code, too_much.status_code) == (303, 422, 422)
    assert 'value="2.5"' in review.admin.get(address).text


def test_what_is_late_is_said_to_be_overdue(review: Stage, clock: Clock) -> None:
    clock.advance(days=11)

    page = review.reviewer.get(QUEUE).text

    assert "Overdue" in page
    assert "Reviewers and coordination" in page


def test_f25_an_experts_week_ranks_nobody(review: Stage, clock: Clock) -> None:
    answer(review.reviewer, step="accepted")
    early = review.experts[0].get(f"{OWN}/feedback").text
    clock.advance(days=7)

    page, other = (one.get(f"{OWN}/feedback").text for one in review.experts)

    assert "Accepted in review" in page
    assert "21 to 100&nbsp;%, n 1" in page
    assert "Review 1" not in page
    assert all("None of your judgments was reviewed a week ago" in one for one in (early, other))


def test_f51_who_lost_the_role_reads_and_appeals_what_they_gave(
    review: Stage, database: Database
) -> None:
    expert = review.experts[0]
    answer(review.reviewer, step="returned", reason="guideline", words="Rule 3.")
    with database.transaction() as session:
        session.connection().execute(sa.delete(RoleGrant).where(col(RoleGrant.role) == "annotator"))

    page = expert.get(f"{OWN}/1").text

    assert "Rule 3." in page
    assert "Keep my judgment" in page
    assert 'id="again-h"' not in page
    assert speak(expert, "appeal") == 303
    assert [
        expert.get(f"/work/{one}").status_code for one in ("earnings", "earnings/disputes")
    ] == [
        200,
        200,
    ]
    assert review.experts[1].get(f"{OWN}/1").status_code == 404
