"""The text of a next version says what the version before said, and is read back as it was."""

from dataclasses import replace
from pathlib import Path

import pytest

from evalhub.core.rubrics.canonical import rubric_to_json
from evalhub.core.rubrics.drafts import draft_text, next_version, yaml_of
from evalhub.core.rubrics.loading import load_rubric
from evalhub.core.rubrics.versions import Change, check_version_change, needed_change
from evalhub.core.rubrics.vocabulary import Status
from tests.core.rubrics.small import small

RUBRICS = Path(__file__).parents[3] / "rubrics"
SHIPPED = [RUBRICS / f"{name}.yaml" for name in ("medicine", "robotics")]
"""The longest one, and one of videos."""


def test_the_next_version_is_a_minor_step() -> None:
    assert next_version("1.9.3") == "1.10.0"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_f52_a_draft_of_a_shipped_rubric_is_sound_and_changes_its_head_alone(path: Path) -> None:
    rubric = load_rubric(path.read_text(encoding="utf-8"), where=path.name)

    drafted = load_rubric(draft_text(rubric, change="Says more.", day="2026-11-26"), where="draft")

    assert needed_change(rubric, drafted) is Change.PATCH
    assert check_version_change(rubric, drafted) == []
    assert drafted.changelog[1:] == rubric.changelog
    assert (drafted.changelog[0].change, drafted.status) == ("Says more.", Status.DRAFT)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "y",
            "N",
            "no",
            "null",
            "1e3",
            "-2E5",
            "010",
            "1_000",
            "12:30",
            ".5",
            "+1",
            "~",
            "2026-11-26",
        ),
        *(
            "a: b",
            "- a",
            "# a",
            "&a",
            "*a",
            "!a",
            "<<",
            "Zeile\nzwei",
            "“quoted”",
            "it's",
            "{a}",
            "é",
        ),
    ],
)
def test_a_text_stays_a_text(text: str) -> None:
    rubric = replace(small(), summary=text)

    read = load_rubric(yaml_of(rubric_to_json(rubric)), where="draft")

    assert read == rubric
