"""Uploads and rows for the tests of prompt sets."""

import json

from sqlmodel import Session

from evalhub.core.canonical import Json
from evalhub.core.people import Actor, Role
from evalhub.core.prompts.files import PromptFile, read_prompt_file
from evalhub.core.prompts.options import ReadingOptions
from evalhub.services.prompt_sets import SetNames, UploadView, stage_upload
from tests.core.prompts.rows import row
from tests.factories import MOMENT, make_person

NAMES = SetNames("fevers", "Questions about fever")


def actor_of(session: Session) -> Actor:
    """Return a researcher who is in the database."""
    person = make_person(session, Role.RESEARCHER, name="Rosa Researcher")
    return Actor(person.id, person.name, frozenset({Role.RESEARCHER}))


def file_of(*rows: Json, name: str = "prompts.jsonl") -> PromptFile:
    """Read ``rows`` as a file of JSON lines; without rows, three good ones."""
    rows = rows or tuple(row(id=f"q{i}", prompt=f"What is fever number {i}?") for i in range(3))
    data = "".join(json.dumps(item) + "\n" for item in rows).encode()
    return read_prompt_file(data, filename=name, options=ReadingOptions())


def staged(session: Session, *rows: Json, names: SetNames = NAMES) -> UploadView:
    """Stage an upload of ``rows``."""
    return stage_upload(file_of(*rows), names, session=session, actor=actor_of(session), now=MOMENT)
