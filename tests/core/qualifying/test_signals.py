"""Every automated signal about a person is registered, so that the page can say all of them."""

from dataclasses import fields
from importlib import import_module
from pathlib import Path

import pytest

import evalhub.core
from evalhub.core.qualifying.ladder import CriterionKind
from evalhub.core.qualifying.requirements import LackKind
from evalhub.core.qualifying.signals import ANNOTATORS, QUALIFYING, SIGNALS, Signal, SignalUse
from evalhub.core.reviewing.alerts import CheckKind
from evalhub.core.reviewing.vocabulary import Trigger
from evalhub.core.scoring.annotators.figures import AnnotatorFigures

CORE = Path(evalhub.core.__file__).parent
REVIEWING = "evalhub.core.reviewing"
NO_SIGNAL = {
    f"{QUALIFYING}.applications": "a person decides, by nothing that is computed",
    f"{QUALIFYING}.item_statistics": "of items, not of people",
    f"{QUALIFYING}.portfolios": "shows what its owner chooses to show, and computes nothing",
    f"{QUALIFYING}.signals": "the list itself",
    f"{QUALIFYING}.training_pages": "of texts",
}
"""Modules of the packages about people that compute nothing about anybody."""
PACKAGES = frozenset(
    {"judging", "pay", "prompts", "pulling", "qualifying", "reading", "releasing", "rubrics"}
    | {"operating", "reviewing", "scoring"}
)
"""Packages of the core that were looked at for signals. Look at another one before adding it: what
it computes about people belongs into ``SIGNALS``, with its modules as sources."""


def modules_of(package: str) -> set[str]:
    folder = CORE.joinpath(*package.removeprefix("evalhub.core.").split("."))
    return {f"{package}.{path.stem}" for path in folder.glob("*.py") if path.stem != "__init__"}


def sources() -> list[str]:
    return [source for signal in SIGNALS for source in signal.sources]


@pytest.mark.parametrize("package", [ANNOTATORS, QUALIFYING, REVIEWING])
def test_what_computes_something_about_people_is_registered(package: str) -> None:
    unregistered = modules_of(package) - set(sources()) - set(NO_SIGNAL)

    assert unregistered == set(), "add a signal to SIGNALS, or say in NO_SIGNAL why it is none"


def test_packages_are_looked_at_before_they_are_added() -> None:
    present = {path.parent.name for path in CORE.glob("*/__init__.py")}

    assert present == PACKAGES


def test_every_source_is_there_and_named_once() -> None:
    for source in [*sources(), *NO_SIGNAL]:
        import_module(source)
    assert len(sources()) == len(set(sources()))
    assert not set(sources()) & set(NO_SIGNAL)


@pytest.mark.parametrize(
    ("key", "parts"),
    [
        ("requirement", set(LackKind)),
        ("ladder", set(CriterionKind)),
        ("review", set(Trigger)),
        ("checks", set(CheckKind)),
        ("figures", {field.name for field in fields(AnnotatorFigures)}),
    ],
)
def test_a_signal_names_each_of_its_figures(key: str, parts: set[str]) -> None:
    (signal,) = [one for one in SIGNALS if one.key == key]

    assert set(signal.parts) == parts


@pytest.mark.parametrize("signal", SIGNALS, ids=[one.key for one in SIGNALS])
def test_a_signal_says_what_it_is_and_who_sees_it(signal: Signal) -> None:
    for text in (signal.name, signal.what, signal.seen_by):
        assert text.strip()
    assert signal.what.endswith(".")
    assert signal.parts


def test_no_signal_about_how_well_somebody_judges_decides() -> None:
    about_quality = {
        "assessment",
        "regrade",
        "ladder",
        "figures",
        "checks",
        "reliability",
        "dossier",
    }
    uses = {one.key: one.use for one in SIGNALS}

    for key in about_quality:
        assert uses[key] in {SignalUse.PERSON, SignalUse.REPORT}
