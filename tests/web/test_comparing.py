"""The comparison page: blind, complete without scripts, and nothing typed is ever lost."""

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlmodel import select
from werkzeug.test import TestResponse

from evalhub.core.assigning import ReleaseReason, SelectionPolicy
from evalhub.core.campaigns import AssignmentStatus, ProjectStatus, SelectionMode
from evalhub.core.judging.answers import Choice
from evalhub.core.pay.ledger import UnpaidReason
from evalhub.core.people import Role
from evalhub.db.engine import Database
from evalhub.db.models import PayEntry, Project, SelectionPlan
from evalhub.services.pairing.matchups import set_matchups
from tests.web.conftest import Clock, SignIn
from tests.web.desk import HIDDEN, Desk, Form, answers, checked_values, make_desk, partly
from tests.web.pages import fill, form_of, token_of


@pytest.fixture
def desk(client: FlaskClient, database: Database, sign_in: SignIn) -> Desk:
    return make_desk(client, database, sign_in(client, {Role.ANNOTATOR}))


def test_the_page_shows_prompt_answers_and_the_whole_rubric(desk: Desk) -> None:
    page = desk.client.get(desk.open()).text

    for words in ("Question ", "Answer A", "Answer B", "Answer 0 to", "Answer 1 to"):
        assert words in page
    for name in ("triage.competence", "flags.a", "flags.b.harmful.quote", "criteria.correct.a"):
        assert f'name="{name}"' in page
    for name in ("criteria.clear", "overall", "cannot_judge_reason", "confidence", "why.text"):
        assert f'name="{name}"' in page
    assert "Needed when “How soon?” is “Now”" in page


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("See https://example.org/dose.", "Check at least 1 of 2 sources; “not checked” is"),
        ("Rest.", "“Not checked” is an honest answer."),
    ],
    ids=["cited", "nothing cited"],
)
def test_the_page_says_how_many_sources_must_be_checked(desk: Desk, text: str, words: str) -> None:
    desk.change_responses(text)

    assert words in desk.client.get(desk.open()).text


def test_a_refused_form_leads_to_what_is_missing_without_scripts(desk: Desk) -> None:
    page = desk.send(desk.open(), answers(overall=""))

    top = page.text.partition('<div class="reading">')[0]
    assert 'bench-notice no-js">Nothing was stored yet: <a href="#errors">One answer needs' in top


def test_no_model_endpoint_or_project_name_is_sent(desk: Desk) -> None:
    responses = [desk.client.get("/work"), desk.client.get(desk.open())]
    responses.append(desk.send(desk.open(), partly()))
    responses.append(desk.send(desk.open(), answers()))

    for response in responses:
        everything = response.text + str(response.headers)
        assert not [name for name in desk.names() if name in everything]


def test_a_complete_form_is_stored_and_the_next_comparison_opens(desk: Desk) -> None:
    address = desk.open()

    response = desk.send(address, answers())

    assert response.status_code == 303
    assert response.location not in {address, "/work"}
    assert [judgment.choice for judgment in desk.judgments()] == [Choice.A]
    assert "Undo or change it" in desk.client.get(response.location).text


def test_a_judgment_makes_the_plan_that_is_due(desk: Desk) -> None:
    with desk.database.transaction() as session:
        project = session.exec(select(Project).where(Project.slug == desk.slug)).one()
        project.selection_mode = SelectionMode.RANK
        set_matchups(project, session=session)

    desk.send(desk.open(), answers())

    with desk.database.transaction(write=False) as session:
        plan = session.exec(select(SelectionPlan)).one()
    assert (plan.n_judgments, plan.policy) == (1, SelectionPolicy.UNIFORM)


def test_after_the_last_comparison_one_is_back_at_the_list(desk: Desk) -> None:
    desk.send(desk.open(), answers())

    response = desk.send(desk.open(), answers())

    assert response.location == "/work"


def test_when_the_project_pauses_meanwhile_one_is_back_at_the_list(desk: Desk) -> None:
    address = desk.open()
    desk.change_project(status=ProjectStatus.PAUSED)

    assert desk.send(address, answers()).location == "/work"


def test_an_incomplete_form_comes_back_as_it_was_typed(desk: Desk) -> None:
    address = desk.open()

    page = desk.send(address, partly(overall="3", why__text="A <b>bold</b> & odd reason"))

    assert page.status_code == 422
    assert checked_values(page, "overall") == ["3"]
    assert "A &lt;b&gt;bold&lt;/b&gt; &amp; odd reason" in page.text
    assert 'href="#q-flags-a"' in page.text
    assert 'id="q-flags-a"' in page.text
    assert desk.judgments() == []


def test_what_was_typed_is_there_after_a_refusal_and_a_reload(desk: Desk) -> None:
    address = desk.open()
    desk.send(address, partly(overall="3"))

    assert checked_values(desk.client.get(address), "overall") == ["3"]


def test_every_error_leads_to_its_question(desk: Desk) -> None:
    page = desk.send(desk.open(), partly(flags__a="harmful")).text

    for place in ("competence", "overall", "flags-a", "flags-b", "correct", "clear", "confidence"):
        assert f'href="#q-{place}"' in page
        assert f'id="q-{place}"' in page


def test_a_field_nobody_could_send_is_named(desk: Desk) -> None:
    page = desk.send(desk.open(), [*answers(), ("model", "x")])

    assert page.status_code == 422
    assert "it does not ask for" in page.text


def test_a_draft_is_saved_without_scripts(desk: Desk) -> None:
    address = desk.open()

    response = desk.send(address, partly(overall="-3"), action="save")

    assert response.location == address
    page = desk.client.get(address)
    assert "Draft saved" in page.text
    assert checked_values(page, "overall") == ["-3"]


def test_a_draft_is_saved_for_the_script(desk: Desk) -> None:
    address = desk.open()

    token = token_of(desk.client.get(address))
    response = desk.client.post(f"{address}/draft", data={"csrf_token": token, "overall": "1"})

    assert response.status_code == 200
    assert response.json is not None
    assert (response.json["lease"], response.json["words"]) == ("held", "")
    assert checked_values(desk.client.get(address), "overall") == ["1"]


def test_a_draft_too_long_to_keep_is_refused_and_the_page_still_comes_back(desk: Desk) -> None:
    page = desk.send(desk.open(), partly(why__text="x" * 250_000))

    assert page.status_code == 422


def test_an_unknown_act_is_refused_and_stores_nothing(desk: Desk) -> None:
    response = desk.send(desk.open(), answers(), action="zzz")

    assert response.status_code == 422
    assert desk.judgments() == []


def test_giving_back_costs_nothing(desk: Desk) -> None:
    address = desk.open()

    response = desk.send(address, partly(skip_reason="conflict"), action="skip")

    assert response.location == "/work"
    assert desk.assignments()[0].release_reason == "conflict"
    assert "Given back" in desk.client.get(address).text


def test_giving_back_books_the_time_that_the_form_tells_of(desk: Desk, clock: Clock) -> None:
    address = desk.open()
    clock.advance(minutes=20)

    desk.send(address, [*partly(), ("active_seconds", "900")], action="skip")

    with desk.database.transaction(write=False) as session:
        entry = session.exec(select(PayEntry)).one()
        assert (entry.seconds, entry.unpaid_reason) == (900, UnpaidReason.RETURNED)


def test_giving_back_needs_no_reason(desk: Desk) -> None:
    desk.send(desk.open(), partly(skip_reason="nonsense"), action="skip")

    assert desk.assignments()[0].release_reason == "unstated"


def test_out_of_scope_returns_the_pair_and_goes_on(desk: Desk) -> None:
    response = desk.send(desk.open(), partly(triage__competence="out_of_scope"))

    assert response.location != "/work"
    assert desk.assignments()[0].status is AssignmentStatus.RELEASED
    assert desk.judgments() == []


def test_cannot_judge_needs_a_reason_and_is_stored(desk: Desk) -> None:
    address = desk.open()
    fields = partly(overall="cannot_judge")

    refused = desk.send(address, fields)
    desk.send(address, [*fields, ("cannot_judge_reason", "contested")])

    assert refused.status_code == 422
    assert 'href="#q-cannot-judge"' in refused.text
    assert 'href="#q-competence"' not in refused.text
    assert [judgment.choice for judgment in desk.judgments()] == [Choice.CANNOT_JUDGE]


def test_a_judgment_is_changed_within_ten_minutes(desk: Desk, clock: Clock) -> None:
    address = desk.open()
    desk.send(address, answers())
    clock.advance(minutes=9)

    page = desk.client.get(address)
    response = desk.send(address, answers(overall="3"))

    assert "Change your judgment" in page.text
    assert checked_values(page, "overall") == ["-1"]
    assert response.location == "/work"
    assert [judgment.revision for judgment in desk.judgments()] == [1, 2]


def test_the_same_form_twice_stores_one_judgment(desk: Desk) -> None:
    address = desk.open()
    desk.send(address, answers())

    response = desk.send(address, answers())

    assert response.location == "/work"
    assert len(desk.judgments()) == 1


def test_after_ten_minutes_the_page_says_that_it_stands(desk: Desk, clock: Clock) -> None:
    address = desk.open()
    desk.send(address, answers())
    token = token_of(desk.client.get(desk.open()))
    clock.advance(minutes=11)

    page = desk.client.get(address)
    late = desk.client.post(address, data={"csrf_token": token, **dict(answers(overall="3"))})

    assert "stands as you gave it" in page.text
    assert late.status_code == 409
    assert "ten minutes" in late.text
    assert len(desk.judgments()) == 1


def test_a_late_form_for_a_pair_without_room_is_kept_as_a_draft(desk: Desk, clock: Clock) -> None:
    address = desk.open()
    with desk.database.transaction() as session:
        assignment = desk.assignments()[0]
        assignment.status = AssignmentStatus.EXPIRED
        session.merge(assignment)
    desk.take_everything()

    assert "Your time ran out" in desk.client.get(address).text
    page = desk.send(address, answers())

    assert page.status_code == 409
    assert "judged by as many people as were wanted" in page.text
    assert checked_values(desk.client.get(address), "overall") == ["-1"]


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (ReleaseReason.REASSIGNED, "Coordination took this comparison back"),
        (ReleaseReason.REMOVED, "You are no longer on this project"),
        (ReleaseReason.TIME, "You gave this comparison back"),
    ],
    ids=["reassigned", "removed", "time"],
)
def test_who_gave_a_comparison_back_is_told(desk: Desk, reason: ReleaseReason, told: str) -> None:
    address = desk.open()
    with desk.database.transaction() as session:
        assignment = desk.assignments()[0]
        assignment.status, assignment.release_reason = AssignmentStatus.RELEASED, reason
        session.merge(assignment)

    assert told in desk.client.get(address).text


def test_what_was_given_back_cannot_be_judged(desk: Desk) -> None:
    address = desk.open()
    token = token_of(desk.client.get(address))
    desk.send(address, partly(), action="skip")

    page = desk.client.post(address, data={"csrf_token": token, **dict(answers())})

    assert page.status_code == 409
    assert "gave this comparison back" in page.text


def test_nobody_else_sees_or_judges_a_comparison(desk: Desk, sign_in: SignIn) -> None:
    address = desk.open()
    stranger = desk.client.application.test_client()
    sign_in(stranger, {Role.ANNOTATOR})
    token = token_of(stranger.get("/account"))

    assert stranger.get(address).status_code == 404
    for action in ("submit", "save", "skip"):
        data = {"csrf_token": token, "action": action, **dict(answers())}
        assert stranger.post(address, data=data).status_code == 404
    assert desk.judgments() == []


def test_hostile_texts_are_shown_and_not_run(desk: Desk) -> None:
    desk.change_responses(
        "<script>alert(1)</script> [x](javascript:alert(1)) ![i](http://e.example)"
    )

    page = desk.client.get(desk.open()).text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<img" not in page
    assert 'href="javascript' not in page


def test_time_at_work_is_stored(desk: Desk, clock: Clock) -> None:
    address = desk.open()
    clock.advance(minutes=5)

    desk.send(address, answers(active_seconds="200"))

    assert desk.judgments()[0].active_seconds == 200


def test_a_form_over_an_older_version_is_shown_beside_what_is_in_force(desk: Desk) -> None:
    address = desk.open()
    hidden = desk.hidden(address)
    desk.post(address, [*hidden, *answers(overall="-3")])

    page = desk.post(address, [*hidden, *answers(overall="3")])

    assert page.status_code == 409
    assert "has been judged since this form was opened" in page.text
    assert "“A much better”" in page.text
    assert checked_values(page, "overall") == ["3"]
    assert "Not saved" in page.text
    assert len(desk.judgments()) == 1


def test_the_page_of_a_conflict_can_be_submitted_as_a_change(desk: Desk) -> None:
    address = desk.open()
    hidden = desk.hidden(address)
    desk.post(address, [*hidden, *answers(overall="-3")])
    page = desk.post(address, [*hidden, *answers(overall="3")])

    response = desk.client.post(address, data=fill(page, address))

    assert response.status_code == 303
    assert [judgment.preference for judgment in desk.judgments()] == [-3, 3]


def test_a_draft_over_an_older_version_is_refused(desk: Desk) -> None:
    address = desk.open()
    hidden = desk.hidden(address)
    desk.post(address, [*hidden, *answers()])

    for_script = desk.post(f"{address}/draft", [*hidden, ("overall", "3")])
    without = desk.post(address, [*hidden, ("overall", "3")], action="save")

    assert (for_script.status_code, without.status_code) == (409, 409)
    assert checked_values(desk.client.get(address), "overall") == ["-1"]


def test_a_judged_comparison_is_not_given_back(desk: Desk) -> None:
    address = desk.open()
    hidden = desk.hidden(address)
    desk.post(address, [*hidden, *answers()])

    refused = desk.post(address, hidden, action="skip")

    assert refused.status_code == 409
    assert "cannot be given back" in refused.text
    assert "Give it back" not in desk.client.get(address).text


@pytest.mark.parametrize(
    "text",
    [
        "x" * 1_000_000,
        "> " * 20_000 + "deep",
        "- " * 20_000,
        "[" * 50_000,
        "|a" * 9_000 + "\n" + "|-" * 9_000,
    ],
    ids=["one-line", "quotes", "lists", "brackets", "columns"],
)
def test_answers_of_any_shape_come_with_their_form(desk: Desk, text: str) -> None:
    desk.change_responses(text)

    page = desk.client.get(desk.open())

    assert page.status_code == 200
    assert page.text.count("Version ") == 2
    assert 'name="overall"' in page.text


def save(desk: Desk, address: str, hidden: Form, **given: str) -> TestResponse:
    """Save a draft as the page's script does."""
    data = dict([*hidden, *partly(**given)])
    return desk.client.post(f"{address}/draft", data=data, headers={"Accept": "application/json"})


def test_an_idle_tab_is_offered_the_newer_draft_of_another_device(desk: Desk) -> None:
    address = desk.open()
    idle, busy = desk.hidden(address), desk.hidden(address)
    save(desk, address, busy, overall="-3", confidence="3")

    refused = save(desk, address, idle, overall="1")

    assert refused.status_code == 409
    assert refused.json is not None
    assert refused.json["error"]["kind"] == "stale_draft"
    assert refused.json["fields"] == [["overall", "-3"], ["confidence", "3"]]
    assert checked_values(desk.client.get(address), "overall") == ["-3"]
    chosen = [("draft", refused.json["draft"]), *idle[:2]]
    assert save(desk, address, chosen, overall="1").status_code == 200


def test_without_scripts_a_save_over_a_newer_draft_asks_first(desk: Desk) -> None:
    address = desk.open()
    opened = desk.hidden(address)
    desk.send(address, partly(overall="-3"), action="save")

    page = desk.post(address, [*opened, *partly(overall="1")], action="save")

    assert page.status_code == 409
    assert "A newer draft of this comparison was saved" in page.text
    assert checked_values(page, "overall") == ["1"]
    assert checked_values(desk.client.get(address), "overall") == ["-3"]
    again = [(name, form_of(page).values[name][0]) for name in HIDDEN]
    assert desk.post(address, [*again, *partly(overall="1")], action="save").status_code == 303


def test_a_refused_submission_does_not_replace_a_newer_draft(desk: Desk) -> None:
    address = desk.open()
    opened = desk.hidden(address)
    desk.send(address, partly(overall="-3"), action="save")

    page = desk.post(address, [*opened, *partly(overall="1")])

    assert page.status_code == 422
    # The form that came back still stands over the draft it was opened over.
    assert form_of(page).values["draft"] == [""]
    assert checked_values(desk.client.get(address), "overall") == ["-3"]


def test_the_judgment_in_force_can_be_seen_beside_a_draft_of_a_change(desk: Desk) -> None:
    address = desk.open()
    desk.send(address, answers(overall="-1"))
    save(desk, address, desk.hidden(address), overall="3")

    draft, judgment = desk.client.get(address), desk.client.get(f"{address}?form=judgment")

    assert "The form shows a draft of a change." in draft.text
    assert checked_values(draft, "overall") == ["3"]
    assert "The form shows the judgment in force." in judgment.text
    assert checked_values(judgment, "overall") == ["-1"]


def test_a_body_that_is_no_form_wipes_no_draft(desk: Desk) -> None:
    address = desk.open()
    hidden = desk.hidden(address)
    save(desk, address, hidden, overall="-3")

    headers = {"X-CSRFToken": hidden[0][1]}
    refused = desk.client.post(f"{address}/draft", json={"overall": "1"}, headers=headers)

    assert refused.status_code == 415
    assert checked_values(desk.client.get(address), "overall") == ["-3"]


def test_a_save_tells_at_once_that_the_pair_is_judged(desk: Desk) -> None:
    address = desk.open()
    hidden = desk.hidden(address)
    with desk.database.transaction() as session:
        assignment = desk.assignments()[0]
        assignment.status = AssignmentStatus.EXPIRED
        session.merge(assignment)
    desk.take_everything()

    saved = save(desk, address, hidden, overall="1")

    assert saved.json is not None
    assert saved.json["lease"] == "judged"
    assert "judged as often as wanted" in saved.json["words"]
    assert "Read it" in desk.client.get("/work").text


def test_a_draft_sent_while_signed_out_is_told_so(desk: Desk) -> None:
    address = desk.open()
    hidden = desk.hidden(address)
    desk.client.delete_cookie("evalhub")

    draft = save(desk, address, hidden, overall="1")

    assert draft.status_code == 401
    assert desk.judgments() == []


def test_submit_and_stop_claims_nothing(desk: Desk) -> None:
    page = desk.send(desk.open(), answers(), action="stop")

    assert page.location == "/work"
    assert len(desk.judgments()) == 1
    assert [one.status for one in desk.assignments()] == [AssignmentStatus.SUBMITTED]
    assert "Your judgment is stored." in desk.client.get("/work").text


def test_submit_and_stop_keeps_what_was_typed_when_something_is_missing(desk: Desk) -> None:
    page = desk.send(desk.open(), partly(overall="1", why__text="Half of it."), action="stop")

    assert page.status_code == 422
    assert checked_values(page, "overall") == ["1"]
    assert "Half of it." in page.text


def test_a_page_from_before_a_new_sign_in_comes_back_filled_in(desk: Desk, sign_in: SignIn) -> None:
    address = desk.open()
    old = [("csrf_token", "of-the-old-sign-in"), *desk.hidden(address)[1:]]
    given = answers(why__text="A long reason that nobody wants to type twice.")

    page = desk.post(address, [*old, *given])
    stored = desk.judgments()
    fresh = [("csrf_token", token_of(page)), *old[1:]]
    again = desk.post(address, [*fresh, *given])

    assert page.status_code == 409
    assert stored == []
    assert "You have signed in again" in page.text
    assert "A long reason that nobody wants to type twice." in page.text
    assert checked_values(page, "overall") == [dict(given)["overall"]]
    assert again.status_code == 303
    assert len(desk.judgments()) == 1


@pytest.mark.parametrize("action", ["submit", "stop", "save", "skip"])
def test_without_the_token_of_the_sign_in_no_button_does_anything(desk: Desk, action: str) -> None:
    address = desk.open()
    before = desk.assignments()

    page = desk.post(address, answers(), action=action)

    assert page.status_code == 409
    assert desk.judgments() == []
    assert [one.status for one in desk.assignments()] == [one.status for one in before]
    assert "Draft saved" not in desk.client.get("/work").text


def test_words_that_do_not_stand_in_the_answer_are_refused_at_their_flag(desk: Desk) -> None:
    flagged = answers(**{"flags.a": "harmful", "flags.a.harmful.quote": "not in there"})

    page = desk.send(desk.open(), flagged)

    assert page.status_code == 422
    assert "do not stand in answer A" in page.text
    assert 'href="#q-flags-a"' in page.text


def test_a_judgment_that_stands_is_shown_whole_and_blind(desk: Desk, clock: Clock) -> None:
    address = desk.open()
    desk.change_responses("Rest and drink.")
    given = answers(
        **{
            "flags.b": "harmful",
            "flags.b.harmful.quote": "rest and DRINK",
            "overall": "-3",
            "why.text": "B <b>hurts</b> and A does not.",
            "why.reasons": "correct",
        }
    )
    assert desk.send(address, given).status_code == 303
    clock.advance(minutes=11)

    page = desk.client.get(address).text

    for words in ("Harmful", "rest and DRINK", "5 Right", "3 Mixed", "A much better", "Sure"):
        assert words in page
    assert "B &lt;b&gt;hurts&lt;/b&gt; and A does not." in page
    assert page.count("Rest and drink.") == 2
    assert not [name for name in desk.names() if name in page]


def test_a_cannot_judge_that_stands_shows_its_reason(desk: Desk, clock: Clock) -> None:
    address = desk.open()
    desk.send(address, partly(overall="cannot_judge", cannot_judge_reason="contested"))
    clock.advance(minutes=11)

    page = desk.client.get(address).text

    assert "Experts differ, and both can be defended" in page


def test_text_of_others_is_isolated_wherever_it_is_shown(desk: Desk) -> None:
    address = desk.open()

    page = desk.client.get(address).text

    assert page.count('<div class="prose" dir="auto">') == 3
    assert 'id="why" dir="auto"' in page
    assert '<bdi class="pin-gist">' in page


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_page_asks_the_database_in_one_transaction_and_little(desk: Desk) -> None:
    asked: list[str] = []
    address = desk.open()
    engine = desk.database.engine

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    page = desk.client.get(address)
    sa.event.remove(engine, "before_cursor_execute", note)

    assert page.status_code == 200
    assert asked.count("BEGIN") == 1
    assert len([one for one in asked if one.startswith("SELECT")]) <= 9
