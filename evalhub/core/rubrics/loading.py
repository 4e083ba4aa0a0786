"""Load rubrics from files and from canonical JSON, strictly.

Reading goes in three passes, and each reports everything it finds: the text (encoding, syntax,
quoting, repeated keys), the structure (unknown, missing and mistyped keys), and the rules that
bind several values. A later pass runs only on what an earlier one found sound, for a rule
checked on a broken file would report faults that are not there.
"""

from evalhub.core.canonical import Json
from evalhub.core.rubrics.decoding import decode, without_schema
from evalhub.core.rubrics.rules import breaches
from evalhub.core.rubrics.schema import SCHEMA, Rubric
from evalhub.core.rubrics.spots import Findings, Spot, spot_of_json, walk
from evalhub.core.rubrics.yaml_text import read_text, read_yaml


def load_rubric(text: str | bytes, *, where: str) -> Rubric:
    """Return the rubric in ``text``, which is YAML or JSON in UTF-8.

    ``where`` names the file in messages. Raise ``BadInput`` with every problem of the first
    pass that finds one, each with file, line, field and rule.
    """
    findings = Findings(where)
    return _rubric_at(read_yaml(read_text(text, findings), findings), findings)


def rubric_from_json(value: Json, *, where: str = "rubric") -> Rubric:
    """Return the rubric whose JSON value is ``value``; raise ``BadInput`` as ``load_rubric``."""
    findings = Findings(where)
    return _rubric_at(spot_of_json(value, findings), findings)


def _rubric_at(spot: Spot, findings: Findings) -> Rubric:
    findings.raise_if_any()
    rubric = decode(Rubric, without_schema(spot, SCHEMA, findings), findings)
    _check_rules(rubric, spot, findings)
    findings.raise_if_any()
    return rubric


def _check_rules(rubric: Rubric, spot: Spot, findings: Findings) -> None:
    lines = {inner.path: inner.line for inner in walk(spot)}
    for breach in breaches(rubric):
        findings.add(breach.rule, path=breach.path, line=lines.get(breach.path))
