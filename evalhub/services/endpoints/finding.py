"""Find endpoints by name."""

from collections.abc import Sequence

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from evalhub.core.pulling.specs import PREMADE
from evalhub.db.models import Endpoint
from evalhub.errors import NotFound
from evalhub.services.endpoints.views import EndpointView, view_of
from evalhub.services.paging import PAGE_SIZE, Listing, count_rows, offset_of


def list_endpoints(*, session: Session, with_retired: bool = False) -> Sequence[EndpointView]:
    """Return the endpoints that can be asked, by name; the newest revision first."""
    return [view_of(row) for row in session.exec(_by_name(with_retired=with_retired))]


def browse_endpoints(
    *, session: Session, page: int = 1, with_retired: bool = False
) -> Listing[EndpointView]:
    """Return one page of the endpoints that can be asked, in the same order."""
    query = _by_name(with_retired=with_retired)
    rows = session.exec(query.limit(PAGE_SIZE).offset(offset_of(page)))
    return Listing([view_of(row) for row in rows], page, count_rows(query, session=session))


def _by_name(*, with_retired: bool) -> SelectOfScalar[Endpoint]:
    query = (
        select(Endpoint)
        .where(Endpoint.dialect != PREMADE)
        .order_by(col(Endpoint.slug), col(Endpoint.revision).desc())
    )
    return query if with_retired else query.where(col(Endpoint.retired_at).is_(None))


def find_endpoint(slug: str, *, session: Session) -> EndpointView | None:
    """Return the revision of ``slug`` that is in use, or None."""
    row = find_row(slug, session=session)
    return view_of(row) if row else None


def get_endpoint(slug: str, *, session: Session) -> EndpointView:
    """Return the revision of ``slug`` that is in use; raise ``NotFound`` without one."""
    return view_of(get_row(slug, session=session))


def find_row(slug: str, *, session: Session) -> Endpoint | None:
    """Return the row of the revision in use, or None; responses that came with prompts are none.

    There is nobody to ask behind those: a pull of them could only fail, and a revision of
    them would claim an address for responses that nobody was asked for.
    """
    query = select(Endpoint).where(
        Endpoint.slug == slug, Endpoint.dialect != PREMADE, col(Endpoint.retired_at).is_(None)
    )
    return session.exec(query.order_by(col(Endpoint.revision).desc())).first()


def get_row(slug: str, *, session: Session) -> Endpoint:
    """Return the row of the revision in use; raise ``NotFound`` without one."""
    row = find_row(slug, session=session)
    if row is None:
        raise NotFound(f"There is no endpoint {slug[:80]!r} in use.")
    return row
