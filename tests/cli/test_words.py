"""Lay out printed lines in columns, and count in words."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

import evalhub.cli
from evalhub.cli.words import table

FILES = sorted(Path(evalhub.cli.__file__).parent.glob("*.py"))


def test_columns_stand_under_each_other_without_spaces_at_the_end() -> None:
    assert table([("a", "first", "x"), ("long", "b", "")]) == ["a     first  x", "long  b"]


def test_an_empty_table_has_no_lines() -> None:
    assert table([]) == []


def is_number(value: ast.expr) -> bool:
    """Tell whether what is printed is a count: ``n``, ``n_rows``, ``report.n_rows``, ``len(x)``."""
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Name) and value.func.id == "len"
    name = value.attr if isinstance(value, ast.Attribute) else getattr(value, "id", "")
    return name == "n" or name.startswith("n_")


def counts_in(tree: ast.AST) -> Iterator[str]:
    """Yield each count that stands in a text before a noun, as ``3 rows``."""
    for text in ast.walk(tree):
        parts = text.values if isinstance(text, ast.JoinedStr) else []
        for before, after in pairwise(parts):
            if isinstance(before, ast.FormattedValue) and isinstance(after, ast.Constant):
                noun = re.match(r" [a-z]+s\b", str(after.value))
                if noun and is_number(before.value):
                    yield f"{ast.unparse(before.value)}{noun.group()}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_command_counts_one_in_the_plural(path: Path) -> None:
    assert list(counts_in(ast.parse(path.read_text(encoding="utf-8")))) == []


def test_a_count_before_a_noun_is_noticed() -> None:
    source = 'say(f"{n} items, {report.n_rows:,} rows of {len(x)} tables; {name} is, {n_old} bad")'

    assert list(counts_in(ast.parse(source))) == ["n items", "report.n_rows rows", "len(x) tables"]
