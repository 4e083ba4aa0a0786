"""What consent, licence and privacy do not settle stays out of a release."""

import json
import re
from datetime import datetime

import pytest
from sqlmodel import Session, col, select

from evalhub.config import Settings
from evalhub.core.canonical import canonical_json
from evalhub.core.consent import ConsentPurpose
from evalhub.core.people import command_actor
from evalhub.core.releasing.clearance import Clearance, Gate, GateAction, GateRule
from evalhub.core.releasing.recipe import PairRules, Recipe
from evalhub.core.releasing.vocabulary import Aggregation, FilterName, TieRule
from evalhub.db.models import (
    Endpoint,
    Judgment,
    Person,
    Project,
    Prompt,
    PromptSetVersion,
    ReleaseAnnotator,
    Response,
)
from evalhub.errors import Conflict, NotCleared
from evalhub.services.releasing.keeping import BuiltRelease
from evalhub.services.releasing.verifying import verify_release
from tests.factories import (
    make_consent,
    make_endpoint,
    make_pair,
    make_person,
    make_project,
    make_prompt_set_version,
    make_response,
    withdraw_consent,
)
from tests.release_project import A, Verdict, add_verdict, make_tiny_project
from tests.releases import build_release
from tests.services.releasing.rows import rows_of

REASON = "Settled in writing with the clinic."


class Bench:
    """Build the tiny project again and again."""

    def __init__(
        self, session: Session, settings: Settings, now: datetime, *, is_consented: bool = True
    ) -> None:
        self.session, self.settings, self.now = session, settings, now
        make_tiny_project(session, is_consented=is_consented)

    def build(self, recipe: Recipe | None = None) -> BuiltRelease:
        """Build by a recipe, the standing one by default."""
        return build_release(
            "tiny",
            session=self.session,
            settings=self.settings,
            actor=command_actor(),
            now=self.now,
            recipe=recipe,
        )

    def person(self, number: int) -> Person:
        """Return an annotator of the project."""
        name = f"person-{number}"
        return self.session.exec(select(Person).where(Person.public_id == name)).one()


@pytest.fixture
def bench(session: Session, settings: Settings, now: datetime) -> Bench:
    return Bench(session, settings, now)


def cleared(built: BuiltRelease) -> Clearance:
    assert built.manifest.clearance is not None
    return built.manifest.clearance


def out(built: BuiltRelease, name: FilterName) -> int:
    (one,) = (one for one in built.manifest.filters if one.name is name)
    return one.rows_in - one.rows_out


def rule(gate: Gate, action: GateAction) -> Recipe:
    return Recipe(gates=(GateRule(gate, action, REASON),))


def test_full_consent_is_full_coverage(bench: Bench) -> None:
    consent = cleared(bench.build()).consent

    assert consent.n_granted == consent.n_judgments == 19
    assert (consent.n_annotators_granted, consent.text_versions) == (3, (1,))
    assert {one.purpose for one in consent.coverage if one.n_granted} == {
        ConsentPurpose.REWARD_MODEL_TRAINING
    }


def test_f24_a_purpose_that_nobody_granted_is_refused_by_all(bench: Bench) -> None:
    make_consent(bench.session, bench.person(0), ConsentPurpose.RESEARCH)

    built = bench.build(Recipe(purpose=ConsentPurpose.RESEARCH))

    assert out(built, FilterName.CONSENT_REFUSED) == 10
    assert built.manifest.counts.n_annotators == 1


def test_a_release_without_judgments_names_the_filters_that_took_them(bench: Bench) -> None:
    with pytest.raises(Conflict) as caught:
        bench.build(Recipe(purpose=ConsentPurpose.COMMERCIAL_LICENCE))

    told = str(caught.value)
    assert told.startswith("Project 'tiny' has no judgments to release: ")
    assert "consent_refused left out 19 of 22, " in told


def test_f24_a_withdrawn_consent_leaves_the_next_version(bench: Bench) -> None:
    first = bench.build()
    withdraw_consent(bench.session, bench.person(1))

    second = bench.build()

    assert second.version == "1.1.0"
    assert out(second, FilterName.CONSENT_WITHDRAWN) > 0
    (name,) = cleared(second).consent.withdrawn
    assert name in {row["annotator"] for row in rows_of(first, "judgments")}
    assert name not in {row["annotator"] for row in rows_of(second, "judgments")}
    assert verify_release(second.folder).is_good


def test_a_release_after_a_withdrawal_builds_the_same_twice(bench: Bench) -> None:
    withdraw_consent(bench.session, bench.person(1))

    assert bench.build().is_new
    assert not bench.build().is_new


@pytest.fixture
def silent(session: Session, settings: Settings, now: datetime) -> Bench:
    """Give a project whose people were never asked."""
    return Bench(session, settings, now, is_consented=False)


def test_f24_unanswered_consent_blocks_with_its_count_and_leaves_nothing(silent: Bench) -> None:
    with pytest.raises(NotCleared, match="19 of 19 judgments whose annotator never answered"):
        silent.build()

    assert list(silent.settings.releases_dir.iterdir()) == []


def test_unanswered_consent_is_accepted_with_a_reason(silent: Bench) -> None:
    built = silent.build(rule(Gate.NO_CONSENT, GateAction.ACCEPT))

    decision = cleared(built).decisions[0]
    assert (decision.n_held, decision.reason) == (19, REASON)
    assert cleared(built).consent.n_annotators_unanswered == 3
    assert REASON in (built.folder / "README.md").read_text("utf-8")
    assert REASON in (built.folder / "recipe.json").read_text("utf-8")


def test_unanswered_consent_is_excluded(silent: Bench) -> None:
    make_consent(silent.session, silent.person(0))

    built = silent.build(rule(Gate.NO_CONSENT, GateAction.EXCLUDE))

    assert out(built, FilterName.NO_CONSENT) == 10
    assert built.manifest.counts.n_annotators == 1
    assert verify_release(built.folder).is_good


def test_unknown_terms_of_a_model_block_until_excluded(bench: Bench) -> None:
    endpoint = bench.session.exec(select(Endpoint).where(Endpoint.slug == "cedar")).one()
    endpoint.output_terms = "unknown"

    with pytest.raises(NotCleared, match="gate unknown_licence"):
        bench.build()
    built = bench.build(rule(Gate.UNKNOWN_LICENCE, GateAction.EXCLUDE))

    assert {row["model_b"] for row in rows_of(built, "judgments")} == {"birch-1"}
    assert all(share.is_known for share in cleared(built).licences)


def test_personal_data_in_a_response_blocks_until_excluded(bench: Bench) -> None:
    response = bench.session.exec(select(Response)).first()
    assert response is not None
    response.text = "Write to jane@clinic.org."

    with pytest.raises(NotCleared, match="gate personal_data"):
        bench.build()
    built = bench.build(rule(Gate.PERSONAL_DATA, GateAction.EXCLUDE))

    assert "jane@clinic.org" not in str(rows_of(built, "judgments") + rows_of(built, "pairs"))
    assert out(built, FilterName.PERSONAL_DATA) == cleared(built).decisions[2].n_held > 0
    assert cleared(built).scan.n_hits == 1
    assert verify_release(built.folder).is_good


def test_words_of_a_mark_are_searched_as_a_reason_is(bench: Bench) -> None:
    judgment = bench.session.exec(select(Judgment)).first()
    assert judgment is not None
    answer = json.loads(judgment.answer)
    answer["marks"] = [
        {"side": "a", "start": 0, "end": 4, "quote": "Rest", "flag": "", "reason": "a@clinic.org"}
    ]
    revised = {"id": None, "public_id": "revised", "revision": 2, "answer": canonical_json(answer)}
    bench.session.add(Judgment(**(judgment.model_dump() | revised)))

    built = bench.build(rule(Gate.PERSONAL_DATA, GateAction.ACCEPT))

    assert [(one.place, one.n_hits) for one in cleared(built).scan.counts] == [("reason", 1)]


def test_personal_data_is_accepted_with_a_reason(bench: Bench) -> None:
    prompt = bench.session.exec(select(Prompt).where(Prompt.key == "p0")).one()
    prompt.document = prompt.document.replace("an adult", "jane@clinic.org")

    built = bench.build(rule(Gate.PERSONAL_DATA, GateAction.ACCEPT))

    assert [(one.kind, one.place, one.n_hits) for one in cleared(built).scan.counts] == [
        ("email", "prompt", 1)
    ]
    assert built.manifest.counts.n_judgments == 19


def test_splits_share_no_annotator_where_that_is_asked(bench: Bench) -> None:
    built = bench.build(Recipe(is_disjoint_by_annotator=True))

    split_of: dict[str, set[str]] = {}
    for row in rows_of(built, "judgments"):
        split_of.setdefault(row["annotator"], set()).add(row["split"])
    assert all(len(splits) == 1 for splits in split_of.values())
    assert out(built, FilterName.ANNOTATOR_OF_OTHER_SPLIT) == 19 - built.manifest.counts.n_judgments


def test_imported_judgments_can_be_left_out(bench: Bench) -> None:
    built = bench.build(Recipe(leave_out=(FilterName.IMPORTED_JUDGMENT,)))

    assert {row["origin"] for row in rows_of(built, "judgments")} == {"form"}
    assert out(built, FilterName.IMPORTED_JUDGMENT) == 3


def test_a_release_by_majority_has_hard_labels_and_is_sound(bench: Bench) -> None:
    built = bench.build(Recipe(aggregation=Aggregation.MAJORITY))

    assert {(r["soft_label"], r["margin"]) for r in rows_of(built, "pairs_margin")} == {(1.0, 0.0)}
    assert {row["soft_label_b"] for row in rows_of(built, "ties")} == {0.5}
    assert verify_release(built.folder).is_good


def test_ties_that_count_against_both_make_more_ties(bench: Bench) -> None:
    usual = bench.build()

    strict = bench.build(Recipe(pairs=PairRules(tie_rule=TieRule.AGAINST)))

    assert len(rows_of(strict, "ties")) > len(rows_of(usual, "ties"))
    assert verify_release(strict.folder).is_good


def test_the_people_of_a_release_are_kept_with_their_pseudonyms(bench: Bench) -> None:
    built = bench.build()

    kept = bench.session.exec(select(ReleaseAnnotator)).all()

    rows = rows_of(built, "judgments")
    assert {one.annotator for one in kept} == {row["annotator"] for row in rows}
    assert sum(one.n_judgments for one in kept) == len(rows)


def test_planted_near_duplicates_never_leak_between_splits(
    session: Session, settings: Settings, now: datetime
) -> None:
    base = "Which of the {} herbs may somebody with a weak heart drink safely as a tea every day"
    texts = [base.format(f"{word}{n}") for n in range(12) for word in ("red", "blue", "old")]
    texts += [f"{text}, please" for text in texts]
    version = make_prompt_set_version(session, *texts)
    project = make_project(session, *[make_endpoint(session) for _ in range(2)], prompts=version)
    judge_all(session, project, version)

    built = build_release(
        project.slug, session=session, settings=settings, actor=command_actor(), now=now
    )

    rows = rows_of(built, "prompts")
    split_of = {row["prompt"][0]["content"]: row["split"] for row in rows}
    assert len(rows) == len(texts)
    leaks = [text for text in texts[:36] if split_of[text] != split_of[f"{text}, please"]]
    assert leaks == []


def test_no_file_has_a_time_finer_than_a_week(bench: Bench) -> None:
    built = bench.build()

    texts = [
        path.read_text("utf-8")
        for path in built.folder.rglob("*")
        if path.suffix in {".json", ".jsonl", ".md"} and path.is_file()
    ]
    fine = re.compile(r"20\d\d-\d\d-\d\dT|20\d\d-\d\d-\d\d[ T]\d\d:\d\d")
    assert [found for text in texts for found in fine.findall(text)] == []


def judge_all(session: Session, project: Project, version: PromptSetVersion) -> None:
    """Let one person judge a pair on every prompt."""
    person = make_person(session)
    make_consent(session, person)
    endpoints = session.exec(select(Endpoint).order_by(col(Endpoint.id).desc()).limit(2)).all()
    for prompt in session.exec(select(Prompt).where(Prompt.prompt_set_version_id == version.id)):
        ends = [
            make_response(session, prompt, one, text=f"{one.slug} {prompt.key}")
            for one in endpoints
        ]
        add_verdict(session, make_pair(session, project, *ends), person, CHOSEN)


CHOSEN = Verdict(0, A)
