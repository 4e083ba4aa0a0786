from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.canonical import Json, canonical_json
from evalhub.core.prompts.canonical import prompt_to_json
from evalhub.core.prompts.parsing import KNOWN, prompt_from_document, prompt_from_row
from evalhub.core.prompts.records import Message, PiiScan, PremadeResponse, Prompt, PromptCriterion
from evalhub.core.prompts.vocabulary import Audience, MessageRole, Risk, SourceKind, Split
from evalhub.errors import BadInput
from tests.core.prompts.rows import prompt, row, user
from tests.core.reading.outcomes import outcome

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-9, 9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KNOWN), inner),
    max_leaves=12,
)


def test_a_full_row_keeps_every_field() -> None:
    found = prompt(
        schema="evalhub.prompt/1",
        system="Be brief.",
        reference=["Key point one", "Key point two"],
        criteria=[{"id": "a", "text": "Says A.", "points": -2.5, "tags": ["axis:accuracy"]}],
        jurisdiction="US-CA",
        as_of="2026-11-21",
        audience="patient",
        tags=["triage"],
        difficulty="hard",
        risk="sensitive",
        source={
            "kind": "synthetic",
            "author": "A. Author",
            "url": "https://example.org/q",
            "collected_at": "2026-01-02",
            "generator": "some-model",
        },
        consent_ref="C-1",
        pii={"scanned_by": "reader", "result": "none found"},
        split="gold",
        canary="canary 1234",
        metadata={"a": [1, {"b": None}]},
        responses=[{"model": "m", "content": "Yes.", "generated_at": "2026-02-03"}],
    )

    assert found.system == "Be brief."
    assert found.turns == (Message(MessageRole.USER, "What is fever?"),)
    assert found.reference == ("Key point one", "Key point two")
    assert found.criteria == (PromptCriterion("a", "Says A.", -2.5, ("axis:accuracy",)),)
    assert (found.jurisdiction, found.as_of) == ("US-CA", date(2026, 11, 21))
    assert (found.audience, found.risk, found.split) == (
        Audience.PATIENT,
        Risk.SENSITIVE,
        Split.GOLD,
    )
    assert found.source.kind is SourceKind.SYNTHETIC
    assert found.source.collected_at == date(2026, 1, 2)
    assert found.pii == PiiScan("reader", "none found")
    assert found.metadata == {"a": [1, {"b": None}]}
    assert found.responses == (PremadeResponse("m", "Yes.", generated_at=date(2026, 2, 3)),)
    assert found.n_characters == len("Be brief.What is fever?")


def test_the_fewest_fields_make_a_training_prompt() -> None:
    found = prompt()

    assert (found.split, found.tags, found.responses, found.system) == (Split.TRAIN, (), (), None)


def test_an_absent_id_is_derived_from_the_content() -> None:
    first, again, other = prompt(id=None), prompt(id=None), prompt(id=None, domain="law")

    assert first.id == again.id
    assert first.id.startswith("p-")
    assert first.id != other.id


def test_a_whole_number_is_an_id() -> None:
    assert prompt(id=8).id == "8"


def test_a_text_stands_for_a_list_of_one() -> None:
    assert prompt(reference="Only this").reference == ("Only this",)


def test_every_line_end_reads_as_a_line_feed() -> None:
    assert prompt(prompt="a\r\nb\rc\td").messages[0].content == "a\nb\nc\td"


@pytest.mark.parametrize(
    ("changes", "place", "rule"),
    [
        ({"schema": "evalhub.prompt/2"}, "schema", "must be 'evalhub.prompt/1', not"),
        ({"langauge": "en"}, "", "unknown field 'langauge'; did you mean 'language'?"),
        ({"xyzzy": 1}, "", "unknown field 'xyzzy'"),
        ({"domain": None}, "domain", "is missing"),
        ({"license": None}, "license", "is missing"),
        ({"source": None}, "source", "is missing"),
        ({"source": "written"}, "source", "must be an object, not text"),
        ({"source": {}}, "source.kind", "is missing"),
        ({"source": {"kind": "writen"}}, "source.kind", "did you mean 'written'?"),
        ({"source": {"kind": "public", "by": "x"}}, "source", "unknown field 'by'"),
        ({"source": {"kind": "public", "url": "ftp://x"}}, "source.url", "must be an address"),
        ({"id": True}, "id", "must be text, not true or false"),
        ({"id": " q1"}, "id", "must not start or end with a space"),
        ({"id": "x" * 201}, "id", "has 201 characters; the limit is 200"),
        ({"domain": "Medicine"}, "domain", "must be lower-case letters"),
        ({"language": "English"}, "language", "must be a BCP 47 tag"),
        ({"language": "en_US"}, "language", "must be a BCP 47 tag"),
        ({"license": "free to use"}, "license", "must be an SPDX identifier"),
        ({"license": "mine"}, "license", "or 'unknown', not 'mine'"),
        ({"license": "  "}, "license", "is empty"),
        ({"jurisdiction": "in Germany"}, "jurisdiction", "must be a code such as"),
        ({"as_of": "21.11.2026"}, "as_of", "must be a date such as 2026-11-21, not '21.11.2026'"),
        ({"as_of": "2026-02-30"}, "as_of", "must be a date"),
        ({"as_of": 20261121}, "as_of", "must be a date"),
        ({"audience": "doctor"}, "audience", "must be one of patient, clinician"),
        ({"risk": ["none"]}, "risk", "not a list"),
        ({"split": "test"}, "split", "must be one of train, eval, gold, holdout"),
        ({"tags": "a;b"}, "tags[0]", "must not hold ';'"),
        ({"tags": ["a", "a"]}, "tags", "names 'a' twice"),
        ({"tags": ["a", 1]}, "tags[1]", "must be text, not a number"),
        ({"tags": {"a": 1}}, "tags", "must be a list, not an object"),
        ({"tags": [str(i) for i in range(101)]}, "tags", "has 101 entries; the limit is 100"),
        ({"difficulty": "hard\nvery"}, "difficulty", "must be one line"),
        ({"canary": "a\x07b"}, "canary", "control character U+0007 at character 2"),
        ({"metadata": [1]}, "metadata", "must be an object, not a list"),
        ({"metadata": {"a": "x" * 100_001}}, "metadata", "has more than 100,000 bytes"),
        ({"pii": {"result": "none"}}, "pii.scanned_by", "is missing"),
        ({"criteria": [{"text": "A"}]}, "criteria[0].points", "is missing"),
        ({"criteria": [{"text": "A", "points": "3"}]}, "criteria[0].points", "must be a number"),
        ({"criteria": [{"text": "A", "points": True}]}, "criteria[0].points", "must be a number"),
        ({"criteria": [{"text": "A", "points": 1e9}]}, "criteria[0].points", "up to 1,000,000"),
        ({"criteria": ["A"]}, "criteria[0]", "must be an object, not text"),
        (
            {"criteria": [{"id": "a", "text": "A", "points": 1}] * 2},
            "criteria",
            "has the id 'a' twice",
        ),
        ({"responses": [{"content": "A"}]}, "responses[0].model", "is missing"),
        ({"responses": [{"model": "m"}]}, "responses[0].content", "is missing"),
        ({"responses": [{"model": "m", "content": 1}]}, "responses[0].content", "not a number"),
        (
            {"responses": [{"model": "m", "content": "é" * 100_001}]},
            "responses[0].content",
            "has more than 200,000 bytes",
        ),
        (
            {"responses": [{"model": "m", "content": "A"}] * 2},
            "responses",
            "holds two responses of the model 'm'",
        ),
        (
            {"responses": [{"model": "m", "content": "A", "score": 1}]},
            "responses[0]",
            "unknown field 'score'",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and value else None,
)
def test_a_broken_rule_is_named_with_its_field(
    changes: dict[str, Json], place: str, rule: str
) -> None:
    with pytest.raises(BadInput) as caught:
        prompt_from_row(row(**changes), where="f.jsonl line 7")

    (problem,) = caught.value.problems
    assert problem.where == "f.jsonl line 7" + (f", field {place!r}" if place else "")
    assert rule in problem.rule


def test_every_broken_rule_of_a_row_is_reported() -> None:
    with pytest.raises(BadInput) as caught:
        prompt_from_row(row(language="e", license=None, prompt=""), where="x")

    places = [problem.where for problem in caught.value.problems]
    assert places == ["x, field 'license'", "x, field 'prompt'", "x, field 'language'"]


def test_a_row_that_is_no_object_is_refused() -> None:
    with pytest.raises(BadInput, match="x: must be an object, not a list"):
        prompt_from_row([row()], where="x")


def test_an_empty_answer_of_a_model_is_kept_as_such() -> None:
    found = prompt(responses=[{"model": "m", "content": "", "parameters": {"seed": 1}}])

    assert found.responses == (PremadeResponse("m", "", parameters={"seed": 1}),)


def test_an_answer_of_a_model_is_kept_exactly() -> None:
    odd = "a\x1b[0m\r\nb"

    assert prompt(responses=[{"model": "m", "content": odd}]).responses[0].content == odd


def test_a_criterion_without_an_id_is_named_by_its_place() -> None:
    found = prompt(criteria=[{"text": "A", "points": 2.0}, {"text": "B", "points": 1}])

    assert found.criteria == (PromptCriterion("c1", "A", 2), PromptCriterion("c2", "B", 1))
    assert isinstance(found.criteria[0].points, int)


@pytest.mark.parametrize("language", ["en", "sw", "pt-BR", "zh-Hans", "sr-Latn-RS", "es-419"])
def test_languages_of_the_world_are_accepted(language: str) -> None:
    assert prompt(language=language).language == language


@pytest.mark.parametrize(
    "name",
    [
        "MIT",
        "CC-BY-4.0",
        "GPL-2.0-or-later WITH Classpath-exception-2.0",
        "(MIT OR Apache-2.0)",
        "LicenseRef-Internal",
        "unknown",
    ],
)
def test_licence_expressions_are_accepted(name: str) -> None:
    assert prompt(license=name).license == name


@given(st.dictionaries(st.sampled_from(KNOWN), JSON))
def test_any_row_is_a_prompt_or_bad_input(changes: dict[str, Json]) -> None:
    result = outcome(lambda: prompt_from_row(changes, where="x"))

    assert isinstance(result, Prompt) or result.problems


@given(st.sampled_from(KNOWN), JSON)
def test_one_wrong_field_gives_a_prompt_or_bad_input(name: str, value: Json) -> None:
    result = outcome(lambda: prompt_from_row(row(**{name: value}), where="x"))

    assert isinstance(result, Prompt) or all(p.where.startswith("x") for p in result.problems)


def test_a_stored_prompt_is_read_back() -> None:
    found = prompt(messages=[user("a")], prompt=None, tags=["b"], as_of="2026-01-01")

    assert prompt_from_document(canonical_json(prompt_to_json(found))) == found


def test_a_stored_row_is_read_whatever_became_of_its_licence() -> None:
    document = canonical_json(row(license="mine"))

    assert prompt_from_document(document).license == "mine"
