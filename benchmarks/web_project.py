"""Fill a database with an open medical project of real size, for timing pages."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Session

from benchmarks.lease_project import make_project
from evalhub.core.canonical import Json, canonical_json
from evalhub.core.people import Origin, Role
from evalhub.core.rubrics.canonical import rubric_to_json
from evalhub.core.rubrics.loading import load_rubric
from evalhub.db import tables as t
from evalhub.db.models import Person, RoleGrant
from evalhub.services.accounts.sessions import start_session

N_MODELS = 5
N_PROMPTS = 600
RUBRICS = Path(__file__).parent.parent / "rubrics"
ANSWER = """\
## What it could be

A headache with **fever of 38.5 °C** for two days is most often a viral infection. Answer {number}
comes with these points:

1. Rest and drink enough; paracetamol up to 1,000 mg four times a day for an adult of normal weight.
2. Look for *stiffness of the neck*, a rash that does not fade under glass, confusion, or a first
   severe headache after the age of 50.

| sign | how soon |
|---|---|
| stiff neck | now |
| fever over 5 days | tomorrow |
| vision disturbed | today |

The dose by weight is $15\\,\\mathrm{{mg/kg}}$, so for 62 kg it is

$$ 62 \\cdot 15 = 930\\ \\mathrm{{mg}} $$

- Source: [national guideline](https://example.org/fever), updated this year.
- Do not combine with other products that hold paracetamol; liver disease lowers the limit.

> If anything here gets worse, see somebody today and not on Monday.

```python
def dose(weight_kg: float) -> float:
    return min(1000.0, 15.0 * weight_kg)
```
"""
QUESTION = (
    "I am 43 and have had a headache and a fever of 38.5 °C for two days. My neck feels tired from "
    "working at a screen. I take a tablet for blood pressure. Is paracetamol enough, how much may "
    "I take, and what would make you send me to hospital? Question {number}."
)


@dataclass(frozen=True)
class Desk:
    """Hold the project and the sign-ins of its annotators, a token each."""

    project_id: int
    tokens: list[str]


def fill(session: Session, n_people: int, *, now: datetime) -> Desk:
    """Add the project with its annotators, all of them signed in."""
    project_id, people = make_project(session, N_MODELS, N_PROMPTS, n_people, now=now)
    # People with an account, whose judgments are paid: made-up ones have no ledger.
    connection = session.connection()
    connection.execute(sa.update(t.person).values(origin=Origin.ACCOUNT))
    connection.execute(sa.update(t.project).values(pay_minor_units=250))
    _write_rubric(session)
    _write_texts(session)
    tokens = []
    for person_id in people:
        person = session.get_one(Person, person_id)
        session.add(RoleGrant(person_id=person_id, role=Role.ANNOTATOR, granted_at=now))
        tokens.append(start_session(person, session=session, user_agent="b", days=14, now=now))
    session.flush()
    return Desk(project_id, tokens)


def _write_rubric(session: Session) -> None:
    rubric = load_rubric((RUBRICS / "medicine.yaml").read_bytes(), where="medicine.yaml")
    session.connection().execute(
        sa.update(t.rubric_version).values(document=canonical_json(rubric_to_json(rubric)))
    )


def _write_texts(session: Session) -> None:
    """Give every prompt and every response a text of its own, so that no cache has it."""
    connection = session.connection()
    for row in connection.execute(sa.select(t.prompt.c.id)).all():
        document: dict[str, Json] = {
            "schema": "evalhub.prompt/1",
            "id": f"p{row.id}",
            "messages": [{"role": "user", "content": QUESTION.format(number=row.id)}],
            "domain": "medicine",
            "language": "en",
            "license": "CC-BY-4.0",
            "source": {"kind": "written"},
            "split": "train",
        }
        connection.execute(
            sa.update(t.prompt)
            .where(t.prompt.c.id == row.id)
            .values(document=canonical_json(document))
        )
    for row in connection.execute(sa.select(t.response.c.id)).all():
        connection.execute(
            sa.update(t.response)
            .where(t.response.c.id == row.id)
            .values(text=ANSWER.format(number=row.id))
        )
