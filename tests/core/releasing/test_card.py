from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
import yaml

from evalhub.core.releasing.card import DOCUMENTS, LIMITS, card_text
from evalhub.core.releasing.card_front import front_matter
from evalhub.core.releasing.dossier.vocabulary import CROISSANT, DATASHEET, DOSSIER
from evalhub.core.releasing.features import features_of
from evalhub.core.releasing.files import FileFacts
from evalhub.core.releasing.schemas import SCHEMAS
from evalhub.core.releasing.vocabulary import Part
from tests.core.releasing.manifests import AGREEMENT, LABELS, make_manifest


def head_of(text: str) -> dict[str, Any]:
    _, head, _ = text.split("---\n", 2)
    found: dict[str, Any] = yaml.safe_load(head)
    return found


def test_card_names_every_table_that_is_there_and_no_other() -> None:
    head = head_of(card_text(make_manifest()))

    assert [config["config_name"] for config in head["configs"]] == [
        "pairs",
        "trl",
        "ties",
        "judgments",
    ]
    assert head["configs"][0] == {
        "config_name": "pairs",
        "data_files": [{"split": "train", "path": "pairs/train.parquet"}],
        "default": True,
    }
    assert [info["config_name"] for info in head["dataset_info"]] == [
        config["config_name"] for config in head["configs"]
    ]


@pytest.mark.parametrize("part", list(Part))
def test_features_say_the_schema_again(part: Part) -> None:
    features = features_of(SCHEMAS[part])

    assert [feature["name"] for feature in features] == SCHEMAS[part].names


def test_features_of_every_kind() -> None:
    schema = pa.schema(
        [
            ("number", pa.float64()),
            ("names", pa.list_(pa.string())),
            ("turns", pa.list_(pa.struct([("role", pa.string())]))),
        ]
    )

    assert features_of(schema) == [
        {"name": "number", "dtype": "float64"},
        {"name": "names", "list": "string"},
        {"name": "turns", "list": [{"name": "role", "dtype": "string"}]},
    ]


@pytest.mark.parametrize(
    ("licenses", "terms", "expected"),
    [
        pytest.param(("CC-BY-4.0",), "allowed", "cc-by-4.0", id="one and allowed"),
        pytest.param(("CC-BY-4.0",), "unknown", "other", id="terms unknown"),
        pytest.param(("CC-BY-4.0", "MIT"), "allowed", "other", id="two licences"),
    ],
)
def test_licence_is_named_only_when_it_covers_all(
    licenses: tuple[str, ...], terms: str, expected: str
) -> None:
    head = head_of(front_matter(make_manifest(licenses=licenses, output_terms=terms)))

    assert head["license"] == expected


@pytest.mark.parametrize(
    ("n_rows", "expected"),
    [(999, "n<1K"), (1_000, "1K<n<10K"), (999_999, "100K<n<1M"), (10**6, "1M<n<10M")],
)
def test_size_is_that_of_the_pairs(n_rows: int, expected: str) -> None:
    files = (FileFacts("pairs/train.parquet", "1" * 64, 1, n_rows),)

    assert head_of(front_matter(make_manifest(files=files)))["size_categories"] == [expected]


def test_head_tells_languages_and_people() -> None:
    head = head_of(front_matter(make_manifest()))

    assert head["language"] == ["de", "en"]
    assert head["annotations_creators"] == ["expert-generated"]
    assert "simulated" not in head["tags"]


def test_simulated_data_say_so() -> None:
    text = card_text(make_manifest(simulated=True))

    assert "simulated" in head_of(text)["tags"]
    assert "> **Simulated.**" in text
    assert "terms of use: unknown; simulated" in text


def test_card_states_what_was_left_out_and_the_limits() -> None:
    text = card_text(make_manifest())

    assert "| `evenly_split` | `pairs` | 5 | 4 |" in text
    assert all(f"- {limit}" in text for limit in LIMITS)


def test_agreement_has_value_interval_and_n() -> None:
    text = card_text(make_manifest(agreement=(AGREEMENT,)))

    assert "| Same answer | 75.0% | 70.0% to 80.0% | 30 comparisons on 20 pairs |" in text


def test_no_agreement_is_said_in_words() -> None:
    assert "there is no agreement to state" in card_text(make_manifest())


def test_text_from_people_cannot_act_as_markup() -> None:
    text = card_text(make_manifest(title="A\n---\n<script>*x*|"))

    assert "# A --- \\<script\\>\\*x\\*\\|, 1.2.0" in text
    assert head_of(text)["pretty_name"] == "A --- <script>*x*| 1.2.0"


def test_both_kinds_of_labels_are_named_with_what_they_rest_on() -> None:
    text = card_text(make_manifest())

    assert "- `soft_label` and `margin`: item-only. 9 judgments by 2 annotators on 4 pairs" in text
    assert "Cuts of the graded scale 0.50, 1.50, 3.00; pull of the left side 0.10." in text
    assert "- `pooled_soft_label`: pooled. In this release: tau 0.75." in text


def test_why_there_is_no_pooled_label_is_said() -> None:
    labels = replace(LABELS, pooled=replace(LABELS.pooled, tau=None, reason="Too many."))

    assert "In this release: none: Too many." in card_text(make_manifest(labels=labels))


def test_a_release_from_before_labels_were_fitted_says_nothing_of_them() -> None:
    assert "How labels were made" not in card_text(make_manifest(labels=None))


def test_card_names_the_documents_beside_it() -> None:
    text = card_text(make_manifest())

    assert set(DOCUMENTS) == {DATASHEET, DOSSIER, CROISSANT}
    for path in DOCUMENTS:
        assert f"- `{path}`: " in text
