"""Read the known answers that prompts state."""

from sqlmodel import Session, select

from evalhub.core.prompts.controls import control_answers
from evalhub.core.prompts.parsing import prompt_from_document
from evalhub.core.prompts.vocabulary import Split
from evalhub.core.scoring.annotators.controls import Controls
from evalhub.db.models import Project, Prompt


def project_controls(project: Project, *, session: Session) -> Controls:
    """Return the known answers of the project's control prompts, by their keys."""
    query = select(Prompt).where(
        Prompt.prompt_set_version_id == project.prompt_set_version_id,
        Prompt.split == Split.GOLD.value,
    )
    known = {
        row.key: control_answers(prompt_from_document(row.document)) for row in session.exec(query)
    }
    return {key: answers for key, answers in known.items() if answers}
