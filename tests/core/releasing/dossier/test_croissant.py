import json
from collections.abc import Mapping
from typing import Any

import pytest

from evalhub.core.releasing.dossier.croissant import RAI, croissant_text, plain_columns
from evalhub.core.releasing.vocabulary import Part
from tests.core.releasing.dossier.documents import make_documents

WEEKS = ("2026-W46", "2026-W47")


@pytest.fixture(scope="module")
def found() -> Mapping[str, Any]:
    """Give the description of a small release, as JSON."""
    document: dict[str, Any] = json.loads(croissant_text(*make_documents(), weeks=WEEKS, overlap=2))
    return document


def test_every_file_of_a_table_is_described_with_its_hash(found: Mapping[str, Any]) -> None:
    files = {one["contentUrl"]: one for one in found["distribution"]}

    assert "recipe.json" not in files
    assert files["pairs/train.parquet"]["sha256"] == "1" * 64
    assert files["pairs/train.parquet"]["encodingFormat"] == "application/x-parquet"
    assert files["pairs/train.jsonl"]["encodingFormat"] == "application/jsonlines"


def test_record_sets_are_the_splits_of_tables_with_a_key(found: Mapping[str, Any]) -> None:
    sets = {one["@id"]: one for one in found["recordSet"]}

    assert list(sets) == ["pairs/train", "ties/test", "judgments/train"]
    assert sets["judgments/train"]["key"] == {"@id": "judgments/train/judgment_id"}
    field = sets["pairs/train"]["field"][0]
    assert field["source"] == {
        "fileObject": {"@id": "pairs/train.parquet"},
        "extract": {"column": "pair_id"},
    }


def test_only_columns_with_a_plain_value_are_fields() -> None:
    kinds = dict(plain_columns(Part.PAIRS))

    assert kinds["pair_id"] == "sc:Text"
    assert kinds["n_judgments"] == "sc:Integer"
    assert kinds["soft_label"] == "sc:Float"
    assert kinds["is_simulated"] == "sc:Boolean"
    assert not {"prompt", "chosen", "rejected", "criterion_votes"} & set(kinds)


@pytest.mark.parametrize(
    "term",
    [
        *RAI,
        "dataCollectionType",
        "dataCollectionTimeframe",
        "dataCollectionRawData",
        "dataImputationProtocol",
        "dataManipulationProtocol",
        "dataAnnotationPlatform",
        "dataLimitations",
        "annotationsPerItem",
        "machineAnnotationTools",
    ],
)
def test_every_rai_term_says_something(found: Mapping[str, Any], term: str) -> None:
    assert found[f"rai:{term}"]


def test_times_are_the_weeks_of_the_judgments_and_never_finer(found: Mapping[str, Any]) -> None:
    assert found["rai:dataCollectionTimeframe"] == ["2026-11-09", "2026-11-16"]
    assert found["datePublished"] == "2026-11-16"


def test_without_judgments_there_are_no_times() -> None:
    document = json.loads(croissant_text(*make_documents(), weeks=None, overlap=1))

    assert "datePublished" not in document


def test_what_people_wrote_and_did_not_write_is_in_the_terms(found: Mapping[str, Any]) -> None:
    assert "Few\nmodels." in found["rai:dataLimitations"]
    assert found["rai:dataSocialImpact"].startswith("Not known: Nobody has written it.")
