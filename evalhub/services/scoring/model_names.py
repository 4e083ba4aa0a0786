"""Name the endpoints of a project as a board shows them, before any judgment is at hand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.scoring.model_names import unique_names
from evalhub.db import tables as t


@dataclass(slots=True, eq=False)
class ModelNames:
    """Hold the names of the endpoints that a project lists or has judgments of, by their ids.

    One name rests on all of them, as it says more where two would be the same.
    """

    listed_ids: frozenset[int]
    noted: set[int] = field(default_factory=set)
    names: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, project_id: int, *, session: Session) -> "ModelNames":
        """Return the names of a project, to which endpoints of judgments are still to be noted."""
        return cls(_listed(project_id, session=session))

    def note(self, *endpoint_ids: int) -> None:
        """Note endpoints that a judgment compares."""
        self.noted.update(endpoint_ids)

    def by_id(self, *, session: Session) -> dict[int, str]:
        """Name every endpoint listed or noted."""
        e = t.endpoint
        wanted = self.listed_ids | self.noted
        rows = session.connection().execute(
            sa.select(e.c.id, e.c.slug, e.c.revision, e.c.model).where(e.c.id.in_(sorted(wanted)))
        )
        models = {row.id: ((row.slug, row.revision), row.model) for row in rows}
        names = unique_names(dict(models.values()))
        self.names = {i: names[identity] for i, (identity, _) in models.items()}
        return self.names

    def name(self, endpoint_id: int) -> str:
        """Return the name of an endpoint."""
        return self.names[endpoint_id]

    @property
    def listed(self) -> Sequence[str]:
        """Return the names of the endpoints that the project lists."""
        return sorted(self.names[i] for i in self.listed_ids)

    def is_current(self, project_id: int, *, session: Session) -> bool:
        """Tell whether the project still lists the same endpoints."""
        return _listed(project_id, session=session) == self.listed_ids

    def covers(self, endpoint_ids: Iterable[int], models: Sequence[str]) -> bool:
        """Tell whether these endpoints are named, and by names that are among ``models``."""
        known = {i for i, name in self.names.items() if name in set(models)}
        return known.issuperset(endpoint_ids)


def _listed(project_id: int, *, session: Session) -> frozenset[int]:
    joined = t.project_endpoint
    statement = sa.select(joined.c.endpoint_id).where(joined.c.project_id == project_id)
    return frozenset(session.connection().execute(statement).scalars())
