"""Read the card that comes with a set: ``set.yaml``, or the front matter of a ``README.md``."""

import re
from dataclasses import dataclass

from evalhub.core.canonical import Json
from evalhub.core.prompts.options import RowDefaults
from evalhub.core.rubrics.canonical import fields_to_json
from evalhub.core.rubrics.decoding import decode, without_schema
from evalhub.core.rubrics.spots import Findings, Spot
from evalhub.core.rubrics.texts import Count, Line, OptionalText, Slug
from evalhub.core.rubrics.yaml_text import read_text, read_yaml

SCHEMA = "evalhub.promptset/1"
MAX_README_BYTES = 2**22
_FRONT_MATTER = re.compile(r"---\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|$)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class SetCard:
    """Describe a set; domain, language and licence also fill the gaps of its rows."""

    id: Slug
    title: Line
    domain: Slug | None = None
    language: Line | None = None
    license: Line | None = None
    summary: OptionalText = ""
    authors: tuple[Line, ...] = ()
    source: OptionalText = ""
    n_prompts: Count | None = None
    notes: OptionalText = ""

    @property
    def defaults(self) -> RowDefaults:
        """Return what fills the gaps of rows."""
        return RowDefaults(self.domain, self.language, self.license)


def read_set_card(data: bytes, *, where: str) -> SetCard:
    """Return the card in ``data``, which is strict YAML or JSON; raise ``BadInput``."""
    findings = Findings(where)
    spot = read_yaml(read_text(data, findings), findings)
    findings.raise_if_any()
    rest = without_schema(spot, SCHEMA, findings)
    findings.raise_if_any()
    return decode(SetCard, rest, findings)


def read_front_matter(data: bytes, *, where: str, folder: str) -> SetCard:
    """Return the card that the front matter of a Hub README gives; others of its keys are left.

    ``folder`` names the set where the README has no ``pretty_name``. A README without
    front matter says nothing.
    """
    findings = Findings(where)
    # The prose may be long; the limit of what the YAML parser gets holds for the front matter.
    found = _FRONT_MATTER.match(read_text(data, findings, max_bytes=MAX_README_BYTES))
    front = read_text(found.group(1), findings) if found else ""
    # The line before it stands for the opening "---", so that lines are those of the README.
    said = _plain(read_yaml(f"\n{front}", findings)) if found else {}
    findings.raise_if_any()
    # Keys beyond these belong to the Hub and change often, so none of them is refused.
    title = said.get("pretty_name") or folder
    return SetCard(
        id=folder, title=title, language=said.get("language"), license=said.get("license")
    )


def _plain(spot: Spot) -> dict[str, str]:
    """Return the texts among the keys; of a list of one, as the Hub writes it, the one."""
    if not isinstance(spot.content, dict):
        return {}
    found: dict[str, str] = {}
    for key, inner in spot.content.items():
        content = inner.content
        if isinstance(content, tuple) and len(content) == 1:
            content = content[0].content
        if isinstance(content, str):
            found[key] = content
    return found


def card_to_json(card: SetCard) -> Json:
    """Return the card as JSON, without what it does not say."""
    return {
        "schema": SCHEMA,
        **{k: v for k, v in fields_to_json(card).items() if v not in ("", [])},
    }
