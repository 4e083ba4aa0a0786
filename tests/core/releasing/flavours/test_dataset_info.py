import json

from evalhub.core.releasing.flavour_schemas import FLAVOUR_SCHEMAS
from evalhub.core.releasing.flavours.dataset_info import dataset_info_text
from evalhub.core.releasing.vocabulary import Part, Split
from tests.core.releasing.listed import listed


def test_every_split_is_a_ranking_whose_columns_are_those_of_the_table() -> None:
    files = listed({Part.LLAMAFACTORY: {Split.TRAIN: 3, Split.TEST: 1}})

    found = json.loads(dataset_info_text("law", files))

    assert list(found) == ["law_train", "law_test"]
    entry = found["law_test"]
    assert entry["file_name"] == "test.jsonl"
    assert (entry["formatting"], entry["ranking"]) == ("sharegpt", True)
    assert set(entry["columns"].values()) == set(FLAVOUR_SCHEMAS[Part.LLAMAFACTORY].names)


def test_every_file_of_a_large_split_is_a_data_set_of_its_own() -> None:
    files = listed({Part.LLAMAFACTORY: {Split.TRAIN: 5}}, n_shards=2)

    found = json.loads(dataset_info_text("law", files))

    assert {name: one["file_name"] for name, one in found.items()} == {
        "law_train-00000-of-00002": "train-00000-of-00002.jsonl",
        "law_train-00001-of-00002": "train-00001-of-00002.jsonl",
    }
