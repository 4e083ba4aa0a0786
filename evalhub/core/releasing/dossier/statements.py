"""What only a person can say of a project's data: one text a field, written by a researcher."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from evalhub.core.canonical import Json
from evalhub.core.releasing.dossier.vocabulary import FieldName
from evalhub.core.rubrics.decoding import decode, without_schema
from evalhub.core.rubrics.spots import Findings, spot_of_json
from evalhub.core.rubrics.texts import OptionalText
from evalhub.core.rubrics.yaml_text import read_text, read_yaml

STATEMENT_SCHEMA = "evalhub.statement/1"


@dataclass(frozen=True, slots=True)
class Statement:
    """Hold one text a field of the dossier that a person writes; empty where nobody has."""

    steward: OptionalText = ""
    measures: OptionalText = ""
    design_choices: OptionalText = ""
    assumptions: OptionalText = ""
    original_purpose: OptionalText = ""
    intended_uses: OptionalText = ""
    unsuitable_uses: OptionalText = ""
    bias_comment: OptionalText = ""
    mitigation: OptionalText = ""
    known_limits: OptionalText = ""
    social_impact: OptionalText = ""
    maintenance_plan: OptionalText = ""
    retention: OptionalText = ""
    security_contact: OptionalText = ""

    def text(self, name: FieldName) -> str:
        """Return what was written for the field ``name``."""
        text: str = getattr(self, name.value)
        return text


WRITTEN_FIELDS = tuple(FieldName(one.name) for one in fields(Statement))
"""The fields that a person writes, in the order of the form."""

HINTS: Mapping[FieldName, str] = {
    FieldName.STEWARD: "The person or office that answers questions about the data.",
    FieldName.MEASURES: "What it means that an expert prefers one answer, and what it does not.",
    FieldName.DESIGN_CHOICES: "Why these prompts, models, experts, rubric and overlap.",
    FieldName.ASSUMPTIONS: "What must hold for a preference to stand for what it is taken for.",
    FieldName.ORIGINAL_PURPOSE: "What prompts that came from people were first written for.",
    FieldName.INTENDED_USES: "What a model may be trained or evaluated for with it.",
    FieldName.UNSUITABLE_USES: "What it must not be used for, and why.",
    FieldName.BIAS_COMMENT: "What you make of the differences and effects that were found.",
    FieldName.MITIGATION: "What was done about them, such as more experts of a group.",
    FieldName.KNOWN_LIMITS: "What is missing, uneven or known to be wrong.",
    FieldName.SOCIAL_IMPACT: "Whom a model trained on it could help or harm.",
    FieldName.MAINTENANCE_PLAN: "Who corrects errors, how they are reported, when it is renewed.",
    FieldName.RETENTION: "How long judgments, accounts and releases are kept.",
    FieldName.SECURITY_CONTACT: "Whom to tell about a leak or a vulnerability.",
}
"""What to write, a sentence a field."""


@dataclass(frozen=True, slots=True)
class SignedStatement:
    """Hold a statement with its number in the project, its author's name and its day."""

    number: int
    author: str
    day: str
    statement: Statement

    @property
    def by(self) -> str:
        """Return who wrote it, and which version it is."""
        return f"{self.author}, {self.day} (version {self.number})"


def read_statement(data: bytes, *, where: str) -> Statement:
    """Return the statement in ``data``, which is strict YAML or JSON; raise ``BadInput``."""
    findings = Findings(where)
    spot = read_yaml(read_text(data, findings), findings)
    findings.raise_if_any()
    rest = without_schema(spot, STATEMENT_SCHEMA, findings)
    findings.raise_if_any()
    return decode(Statement, rest, findings)


def statement_to_json(statement: Statement) -> dict[str, Json]:
    """Return the statement as it is stored: every field, also the empty ones."""
    texts: dict[str, Json] = {name.value: statement.text(name) for name in WRITTEN_FIELDS}
    return {"schema": STATEMENT_SCHEMA, **texts}


def statement_from_json(value: Json, *, where: str) -> Statement:
    """Return what ``statement_to_json`` wrote, or a form sent; raise ``BadInput``."""
    findings = Findings(where)
    spot = spot_of_json(value, findings)
    findings.raise_if_any()
    rest = without_schema(spot, STATEMENT_SCHEMA, findings)
    findings.raise_if_any()
    return decode(Statement, rest, findings)
