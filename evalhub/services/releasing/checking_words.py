"""Check that what a release says in words and figures is what its manifest and its dossier say."""

from collections.abc import Iterator

import yaml

from evalhub.core.releasing.card import card_text
from evalhub.core.releasing.dossier.assembling import summary_of
from evalhub.core.releasing.dossier.datasheet import datasheet_text
from evalhub.core.releasing.dossier.fields import Dossier, Figure, dossier_text
from evalhub.core.releasing.dossier.stating import figures_of
from evalhub.core.releasing.dossier.vocabulary import DOSSIER
from evalhub.core.releasing.manifest import MANIFEST, Manifest, manifest_text
from evalhub.core.releasing.retelling import differences

CARD = "README.md"
SIMULATED_MARK = "> **Simulated.**"
_WORDS_ALONE = ("Limits", "Documents", "Use")
"""Sections of a card that state nothing of the release."""
_HEAD = ("license", "language", "annotations_creators", "size_categories", "configs")
"""What the head of a card says of the release, and loaders go by."""
_RULE = "---\n"


def broken_card(text: str, manifest: Manifest) -> Iterator[str]:
    """Yield what a card says that the manifest does not."""
    wanted = card_text(manifest)
    if text == wanted:
        return
    head, body = _parted(text)
    own_head, own_body = _parted(wanted)
    yield from _broken_head(head, own_head)
    if manifest.simulated and SIMULATED_MARK not in body:
        yield "does not say that the release is simulated"
    # Numbered as in the file: whoever is told opens that.
    above = "\n" * head.count("\n")
    found = differences(
        above + body, own_body, stated=manifest_text(manifest), passed_over=_WORDS_ALONE
    )
    yield from (one.rule_of_line(MANIFEST) for one in found)


def broken_datasheet(text: str, manifest: Manifest, dossier: Dossier) -> Iterator[str]:
    """Yield what a datasheet says that the dossier, whose words it repeats, does not."""
    if manifest.simulated and SIMULATED_MARK not in text:
        yield "does not say that the release is simulated"
    stated = dossier_text(dossier) + manifest_text(manifest)
    found = differences(text, datasheet_text(manifest, dossier), stated=stated)
    yield from (one.rule_of_line(DOSSIER) for one in found)


def broken_figures(dossier: Dossier, manifest: Manifest) -> Iterator[str]:
    """Yield the figures and the rows of the summary that the manifest contradicts.

    A figure is looked for by its name, and one of a name that is new since is not missed.
    """
    for name, figures in figures_of(manifest).items():
        wanted = {one.name: one for one in figures}
        for one in dossier.field(name).figures:
            other = wanted.get(one.name, one)
            if _said(one) != _said(other):
                yield f"field {name}, {one.name}: says {_said(one)}, not {_said(other)}"
    texts = summary_of(manifest)
    for row in dossier.training_summary:
        wanted_text = texts.get(row.name, row.text)
        for found in differences(row.text, wanted_text, stated=manifest_text(manifest)):
            yield f"training summary, {row.name}: {found.rule(MANIFEST)}"


def _said(figure: Figure) -> str:
    return f"{figure.value}" if figure.n is None else f"{figure.value} of {figure.n}"


def _parted(card: str) -> tuple[str, str]:
    """Return the head of a card, with its two rules, and what stands below."""
    if not card.startswith(_RULE):
        return "", card
    head, end, body = card.partition(f"\n{_RULE}")
    return head + end, body


def _without_rules(head: str) -> str:
    return head.removeprefix(_RULE).removesuffix(_RULE)


def _broken_head(head: str, wanted: str) -> Iterator[str]:
    try:
        found = yaml.safe_load(_without_rules(head))
    except yaml.YAMLError as error:
        yield f"has a head that cannot be read: {str(error)[:200]}"
        return
    own = yaml.safe_load(_without_rules(wanted))
    if not isinstance(found, dict):
        yield "has no head that loaders could read"
        return
    for name in _HEAD:
        if name in found and found[name] != own[name]:
            yield f"head, {name!r}: is not that of {MANIFEST}"
