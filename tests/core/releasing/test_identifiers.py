from dataclasses import replace

from evalhub.core.canonical import content_hash
from evalhub.core.releasing.identifiers import judgment_id, pair_id, pseudonym, response_id
from tests.core.releasing.material import X, Y, make_record

SECRET = "s" * 32


def test_pair_id_depends_on_content_alone() -> None:
    record = make_record()
    other_row = replace(record, public_id="other", person_public_id="other")

    assert pair_id(record) == pair_id(other_row)
    assert pair_id(record) != pair_id(replace(record, prompt_sha256="d" * 64))
    assert pair_id(record) != pair_id(replace(record, y=replace(Y, sha256="d" * 64)))


def test_response_id_differs_between_prompts() -> None:
    assert response_id("a", X) != response_id("b", X)


def test_second_judgment_of_a_person_has_its_own_id() -> None:
    assert judgment_id("pair", "ann", nth=0) != judgment_id("pair", "ann", nth=1)


def test_pseudonym_stays_within_a_project() -> None:
    name = pseudonym(SECRET, project="one", person="p")

    assert name == pseudonym(SECRET, project="one", person="p")
    assert name != pseudonym(SECRET, project="two", person="p")
    assert name != pseudonym("t" * 32, project="one", person="p")
    assert name != pseudonym(SECRET, project="one", person="q")
    assert name.startswith("annotator-")


def test_a_judgment_id_is_the_hash_of_canonical_json() -> None:
    pair, who = "ab" * 16, "annotator-0123456789abcdef"

    assert judgment_id(pair, who, nth=12) == content_hash([pair, who, 12])[:32]
