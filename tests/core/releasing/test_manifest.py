import json

from evalhub.core.releasing.manifest import manifest_text, rows_by_table
from evalhub.core.releasing.recipe import METHODS, Recipe
from evalhub.core.releasing.splits import SplitShares
from tests.core.releasing.manifests import FILES, make_manifest


def test_manifest_is_sorted_json_with_a_line_end() -> None:
    text = manifest_text(make_manifest())

    found = json.loads(text)
    assert list(found) == sorted(found)
    assert text.endswith("}\n")
    assert found["simulated"] is False


def test_rows_are_those_of_the_parquet_files() -> None:
    assert rows_by_table(FILES) == {
        "pairs": {"train": 4},
        "trl": {"train": 4},
        "ties": {"test": 1},
        "judgments": {"train": 9},
    }


def test_recipe_names_every_filter_and_method() -> None:
    recipe = Recipe().as_json()

    assert recipe["filters"] == [name.value for name in Recipe().filters()]
    assert recipe["methods"] == METHODS


def test_another_split_is_another_recipe() -> None:
    assert Recipe().sha256 != Recipe(shares=SplitShares(validation=0.2)).sha256
