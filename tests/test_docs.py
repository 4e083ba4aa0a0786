"""Decisions can be found: each has its own number and a line in the index."""

import re
from pathlib import Path

DECISIONS = Path(__file__).parents[1] / "docs" / "adr"


def test_every_decision_stands_in_the_index() -> None:
    index = (DECISIONS / "index.md").read_text(encoding="utf-8")

    listed = re.findall(r"\]\((\d{4}-[a-z0-9-]+\.md)\)", index)

    assert listed == sorted(path.name for path in DECISIONS.glob("[0-9]*.md"))


def test_no_two_decisions_share_a_number() -> None:
    numbers = [path.name[:4] for path in DECISIONS.glob("[0-9]*.md")]

    assert len(numbers) == len(set(numbers))


def test_every_decision_says_its_number_and_why() -> None:
    for path in DECISIONS.glob("[0-9]*.md"):
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {path.name[:4]} "), path.name
        for part in ("Context", "Decision", "Consequences"):
            assert f"**{part}.**" in text or f"## {part}" in text, (path.name, part)
