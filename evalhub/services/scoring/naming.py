"""Name the endpoints of judged responses by their models, the same on every page of scores."""

from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, select

from evalhub.core.judging.records import JudgmentRecord
from evalhub.core.scoring.annotators.decisions import Identity, identity_of
from evalhub.core.scoring.model_names import unique_names
from evalhub.db.models import Endpoint, Project, ProjectEndpoint


def project_endpoints(project: Project, *, session: Session) -> Sequence[Endpoint]:
    """Return the endpoints whose responses a project compares."""
    query = (
        select(Endpoint)
        .join(ProjectEndpoint, col(ProjectEndpoint.endpoint_id) == col(Endpoint.id))
        .where(ProjectEndpoint.project_id == project.id)
    )
    return session.exec(query).all()


def name_models(
    endpoints: Iterable[Endpoint], records: Iterable[JudgmentRecord]
) -> dict[Identity, str]:
    """Name each endpoint by its model, and by its slug and revision too where models repeat.

    Every endpoint of the project counts, judged or not: a name must not change with the first
    judgment of another endpoint.
    """
    models = {(one.slug, one.revision): one.model for one in endpoints}
    models |= {identity_of(side): side.model for record in records for side in (record.x, record.y)}
    return unique_names(models)
