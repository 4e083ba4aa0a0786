import json

from evalhub.core.releasing.flavours.dataset_info import dataset_info_text
from evalhub.core.releasing.flavours.schemas import FLAVOUR_SCHEMAS
from evalhub.core.releasing.vocabulary import Part, Split


def test_every_split_is_a_ranking_whose_columns_are_those_of_the_table() -> None:
    found = json.loads(dataset_info_text("law", [Split.TRAIN, Split.TEST]))

    assert list(found) == ["law_train", "law_test"]
    entry = found["law_test"]
    assert entry["file_name"] == "test.jsonl"
    assert (entry["formatting"], entry["ranking"]) == ("sharegpt", True)
    assert set(entry["columns"].values()) == set(FLAVOUR_SCHEMAS[Part.LLAMAFACTORY].names)
