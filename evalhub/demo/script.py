"""Read what the demo is scripted to say: responses of its endpoints, statements of its projects."""

from dataclasses import dataclass
from importlib import resources

from pydantic import BaseModel, ConfigDict

from evalhub.core.releasing.dossier.statements import Statement, read_statement


class DemoResponse(BaseModel):
    """Hold one scripted response; ``quality`` (0 to 1) is its writers' own rating."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt_id: str
    model: str
    text: str
    finish_reason: str = "stop"
    quality: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class DemoDomain:
    """Name one domain of the demo: its prompt set, its rubric and who judges it."""

    name: str
    title: str
    purpose: str
    expert: str
    pay_minor_units: int
    expected_minutes: int


DOMAINS = (
    DemoDomain(
        name="medicine",
        title="Clinical answers (demo, simulated)",
        purpose="Shows how a reward model for clinical answers would be trained. Everything is "
        "simulated: the responses are scripted and the judgments are made up.",
        expert="doctor@demo.example",
        pay_minor_units=1400,
        expected_minutes=8,
    ),
    DemoDomain(
        name="law",
        title="Legal answers (demo, simulated)",
        purpose="Shows how a reward model for legal answers would be trained. Everything is "
        "simulated: the responses are scripted and the judgments are made up.",
        expert="lawyer@demo.example",
        pay_minor_units=1800,
        expected_minutes=12,
    ),
)


def read_responses(domain: str) -> list[DemoResponse]:
    """Return every scripted response of one domain."""
    file = resources.files("evalhub.demo") / "responses" / f"{domain}.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines()
    return [DemoResponse.model_validate_json(line) for line in lines]


def demo_statement(domain: str) -> Statement:
    """Return what the demo's researcher says of one domain's data, for its dossier."""
    file = resources.files("evalhub.demo") / "statements" / f"{domain}.yaml"
    return read_statement(file.read_bytes(), where=file.name)
