"""Turn a project's judgments in force into the table that boards are fitted to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlmodel import Session

from evalhub.core.campaigns import AnnotatorKind
from evalhub.core.canonical import Json, content_hash
from evalhub.core.deferred import Deferred
from evalhub.core.judging.answers import Choice
from evalhub.core.judging.outcomes import score_of
from evalhub.core.judging.records import JudgmentRecord
from evalhub.core.scoring.annotators.decisions import Identity, identity_of
from evalhub.db.models import Project
from evalhub.services.judging.current import current_judgments
from evalhub.services.scoring.naming import name_models, project_endpoints
from evalhub.services.scoring.texts import shown_texts

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = Deferred("pandas")

COLUMNS = ("prompt_id", "left", "right", "winner", "preference", "annotator_id")
TEXT_COLUMNS = ("response_left", "response_right")
_WINNERS = {Choice.A: "left", Choice.B: "right"}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Count the judgments that are not scored, by reason."""

    cannot_judge: int
    by_models: int
    same_endpoint: int


@dataclass(frozen=True, slots=True, eq=False)
class ScoringInputs:
    """Hold what a fit rests on.

    ``judgments`` has one row a judgment with a score, as shown: the left side is A. Its columns
    are those that ``evalhub.core.scoring.fit`` reads.
    ``models`` names every endpoint of the project, judged or not.
    """

    judgments: pd.DataFrame
    models: tuple[str, ...]
    left_out: LeftOut
    n_simulated: int
    n_annotators: int

    @property
    def sha256(self) -> str:
        """Return the hash of the scored judgments and the models, whatever their order.

        The texts of responses are left out: they belong to the prompt and the endpoints.
        """
        columns = self.judgments[list(COLUMNS)].itertuples(index=False, name=None)
        rows: list[Json] = [list(row) for row in sorted(columns)]
        return content_hash({"models": self.models, "judgments": rows})


def scoring_inputs(project: Project, *, session: Session, has_texts: bool = False) -> ScoringInputs:
    """Return the judgments of a project that are scored, and counts of those that are not.

    Judgments by people only; ties of every kind are half a win for each side; cannot-judge
    has no score; two samples of one endpoint say nothing about its strength. ``has_texts`` adds
    what the two sides answered, to control for style.
    """
    records = current_judgments(project.id, session=session)
    endpoints = project_endpoints(project, session=session)
    names = name_models(endpoints, records)
    by_people = [r for r in records if r.annotator_kind is AnnotatorKind.HUMAN]
    scored = [r for r in by_people if score_of(r.choice) is not None]
    compared = [r for r in scored if identity_of(r.x) != identity_of(r.y)]
    judgments = pd.DataFrame(_rows(compared, names), columns=list(COLUMNS))
    if has_texts:
        texts = shown_texts(project.id, compared, session=session)
        judgments[list(TEXT_COLUMNS)] = pd.DataFrame(texts, columns=list(TEXT_COLUMNS))
    return ScoringInputs(
        judgments=judgments,
        models=tuple(sorted(names[one.slug, one.revision] for one in endpoints)),
        left_out=LeftOut(
            cannot_judge=len(by_people) - len(scored),
            by_models=len(records) - len(by_people),
            same_endpoint=len(scored) - len(compared),
        ),
        n_simulated=sum(record.is_simulated for record in compared),
        n_annotators=len({record.person_public_id for record in compared}),
    )


def _rows(
    records: Sequence[JudgmentRecord], names: dict[Identity, str]
) -> list[tuple[str, str, str, str, str, str]]:
    rows = []
    for record in records:
        left, right = (record.y, record.x) if record.is_swapped else (record.x, record.y)
        # As text, so that rows with and without a grade sort and hash alike.
        grade = "" if record.preference is None else str(record.preference)
        rows.append(
            (
                record.prompt_key,
                names[identity_of(left)],
                names[identity_of(right)],
                _WINNERS.get(record.choice, "tie"),
                grade,
                record.person_public_id,
            )
        )
    return rows
