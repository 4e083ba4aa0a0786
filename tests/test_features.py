"""Every promised feature has tests that carry its id, and the page that lists them is true."""

import re

import pytest

from scripts.features import FEATURES, PAGE, files_by_feature, page_of

_ROW = re.compile(r"^\| (F\d\d) \| .* \| (.*) \|$", re.MULTILINE)


def listed() -> dict[str, set[str]]:
    """Return the files that the page lists of each feature."""
    rows = _ROW.findall(PAGE.read_text(encoding="utf-8"))
    return {name: set(re.findall(r"`([^`]+)`", files)) for name, files in rows}


@pytest.mark.parametrize("feature", FEATURES)
def test_every_feature_has_tests_and_the_page_names_no_other(feature: str) -> None:
    named = listed().get(feature, set())

    assert named, f"No row of {feature}; run: python -m scripts.features"
    assert named <= set(files_by_feature().get(feature, ()))


def test_a_page_lists_what_has_tests_and_nothing_else() -> None:
    page = page_of({"F53": ["tests/test_a.py", "tests/test_b.py"], "F99": ["tests/test_c.py"]})

    assert "| `tests/test_a.py`, `tests/test_b.py` |" in page
    assert "F54" not in page
    assert "F99" not in page
