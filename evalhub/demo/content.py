"""Load the rubrics and prompt sets that ship with EvalHub."""

from datetime import datetime

from sqlmodel import Session

from evalhub.config import Settings
from evalhub.core.people import Actor
from evalhub.core.rubrics.translations import is_translation
from evalhub.services.prompt_sets.folders import freeze_folder
from evalhub.services.rubric_translations import store_translation
from evalhub.services.rubrics import store_rubric


def load_shipped(settings: Settings, *, session: Session, actor: Actor, now: datetime) -> None:
    """Store every shipped rubric with its translations and freeze every shipped prompt set.

    Twice changes nothing.
    """
    files = [(path, path.read_bytes()) for path in sorted(settings.rubrics_dir.glob("*.yaml"))]
    # Translations last: each is held against the rubric that it translates.
    for path, text in sorted(files, key=lambda file: is_translation(file[1])):
        store = store_translation if is_translation(text) else store_rubric
        store(text, where=path.name, session=session, actor=actor, now=now)
    for folder in sorted(path.parent for path in settings.prompts_dir.glob("*/set.yaml")):
        freeze_folder(folder, session=session, actor=actor, now=now)
