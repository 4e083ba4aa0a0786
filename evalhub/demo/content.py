"""Load the rubrics and prompt sets that ship with EvalHub."""

from datetime import datetime

from sqlmodel import Session

from evalhub.config import Settings
from evalhub.core.people import Actor
from evalhub.services.prompt_sets.folders import freeze_folder
from evalhub.services.rubrics import store_rubric


def load_shipped(settings: Settings, *, session: Session, actor: Actor, now: datetime) -> None:
    """Store every shipped rubric and freeze every shipped prompt set; twice changes nothing."""
    for path in sorted(settings.rubrics_dir.glob("*.yaml")):
        store_rubric(path.read_bytes(), where=path.name, session=session, actor=actor, now=now)
    for folder in sorted(path.parent for path in settings.prompts_dir.glob("*/set.yaml")):
        freeze_folder(folder, session=session, actor=actor, now=now)
