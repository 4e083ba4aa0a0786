"""Audit the judges of a project that are models; nothing is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.campaigns import AnnotatorKind
from evalhub.core.canonical import Json
from evalhub.core.judging.records import JudgmentRecord, SortKey
from evalhub.core.prompts.parsing import prompt_from_document
from evalhub.core.scoring.agreement.subjects import PairKey, pair_of
from evalhub.core.scoring.judges import JudgeAudit, PairFacts, audit_judges
from evalhub.db import tables as t
from evalhub.db.models import Person, Project, Prompt
from evalhub.services.judging.current import current_judgments
from evalhub.services.projects.finding import get_project

JUDGES_SCHEMA = "evalhub.judges/1"


@dataclass(frozen=True, slots=True)
class ProjectJudges:
    """Hold the audit of each judge of a project; ``names`` holds what each is called."""

    slug: str
    title: str
    is_simulated: bool
    n_by_people: int
    audits: tuple[JudgeAudit, ...]
    names: Mapping[str, str]


def project_judges(slug: str, *, session: Session) -> ProjectJudges:
    """Return the audit of every model that judged a project.

    Raise ``NotFound`` for an unknown project.
    """
    project = get_project(slug, session=session)
    records = current_judgments(project.id, session=session)
    by_models = [record for record in records if record.annotator_kind is AnnotatorKind.MODEL]
    audits = audit_judges(records, facts=_facts(project, by_models, session=session))
    return ProjectJudges(
        slug=project.slug,
        title=project.title,
        is_simulated=project.is_simulated or any(audit.is_simulated for audit in audits),
        n_by_people=len(records) - len(by_models),
        audits=audits,
        names=_names(audits, session=session),
    )


def judges_document(found: ProjectJudges) -> dict[str, Json]:
    """Return the audits as the API gives them; a judge is a model, so its name is no secret."""
    return {
        "schema": JUDGES_SCHEMA,
        "project": found.slug,
        "simulated": found.is_simulated,
        "n_by_people": found.n_by_people,
        "judges": [{"name": found.names[one.judge], **asdict(one)} for one in found.audits],
    }


def _names(audits: Sequence[JudgeAudit], *, session: Session) -> dict[str, str]:
    query = select(Person).where(col(Person.public_id).in_([audit.judge for audit in audits]))
    return {row.public_id: row.name for row in session.exec(query)}


def _facts(
    project: Project, records: Sequence[JudgmentRecord], *, session: Session
) -> dict[PairKey, PairFacts]:
    """Return the lengths and slices of every pair that a model judged."""
    # Most projects have no judge; they need not read a prompt or measure a response.
    if not records:
        return {}
    lengths = _lengths(project, session=session)
    slices = _slices(project, {record.prompt_key for record in records}, session=session)
    return {
        pair_of(record): PairFacts(
            x_length=lengths[record.prompt_key, record.x.sort_key],
            y_length=lengths[record.prompt_key, record.y.sort_key],
            slices=slices[record.prompt_key],
        )
        for record in records
    }


def _lengths(project: Project, *, session: Session) -> dict[tuple[str, SortKey], int]:
    """Return the characters of each response in a pair of the project; the database counts them."""
    sides = (t.pair.c.response_x_id, t.pair.c.response_y_id)
    in_pairs = sa.union_all(
        *(sa.select(side).where(t.pair.c.project_id == project.id) for side in sides)
    )
    rows = session.connection().execute(
        sa.select(
            t.prompt.c.key,
            t.endpoint.c.slug,
            t.endpoint.c.revision,
            t.response.c.sample_index,
            t.response.c.sha256,
            sa.func.length(t.response.c.text),
        )
        .join(t.prompt, t.prompt.c.id == t.response.c.prompt_id)
        .join(t.endpoint, t.endpoint.c.id == t.response.c.endpoint_id)
        .where(t.response.c.id.in_(in_pairs))
    )
    return {(key, (slug, revision, n, sha)): length for key, slug, revision, n, sha, length in rows}


def _slices(project: Project, keys: set[str], *, session: Session) -> dict[str, tuple[str, ...]]:
    """Return the domain, language and tags of the prompts with these keys."""
    query = select(Prompt).where(Prompt.prompt_set_version_id == project.prompt_set_version_id)
    found = {}
    for row in session.exec(query):
        if row.key not in keys:
            continue
        prompt = prompt_from_document(row.document)
        tags = (f"tag {tag}" for tag in prompt.tags)
        found[row.key] = (f"domain {prompt.domain}", f"language {prompt.language}", *tags)
    return found
