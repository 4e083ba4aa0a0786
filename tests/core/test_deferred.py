"""A large library is loaded when something of it is used, and not before."""

import subprocess
import sys

import pytest

from evalhub.core.deferred import Deferred

UNUSED = (
    *("alembic", "pandas", "pyarrow.dataset", "duckdb", "dbos", "reportlab", "httpx", "dask"),
    *("scipy.linalg", "scipy.optimize", "scipy.sparse", "scipy.special", "scipy.stats"),
)
"""What no page needs before somebody asks for it; together they were half of a start."""


def loaded_by(code: str) -> set[str]:
    told = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"],
        check=True,
        capture_output=True,
        text=True,
    )
    return set(told.stdout.split())


def test_the_served_application_loads_nothing_large_before_it_is_asked() -> None:
    loaded = loaded_by("import evalhub.app")

    assert "evalhub.web.comparing" in loaded
    assert loaded.isdisjoint(UNUSED)


def test_naming_a_class_loads_nothing_and_calling_it_does() -> None:
    named = (
        "from evalhub.core.deferred import Deferred\n"
        "there = Deferred('colorsys')\n"
        "def paint(shade: there.Shade | None, other: there.Shade) -> None: ...\n"
    )

    assert "colorsys" not in loaded_by(named)
    assert "colorsys" in loaded_by(named + "there.rgb_to_hsv(0, 0, 0)")


def test_what_is_called_is_what_the_module_has() -> None:
    text = Deferred("textwrap")

    assert text.shorten("one two three", width=9, placeholder="…") == "one two…"
    with pytest.raises(AttributeError, match="nothing_like_it"):
        text.nothing_like_it()


def test_a_command_that_fits_nothing_loads_no_arrays() -> None:
    loaded = loaded_by("import evalhub.cli.serve, evalhub.cli.people")

    assert "evalhub.db.models" in loaded
    assert loaded.isdisjoint({*UNUSED, "numpy", "pyarrow", "flask"})
