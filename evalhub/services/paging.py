"""Cut long lists into pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import sqlalchemy as sa
from sqlmodel import Session

Item = TypeVar("Item")
PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Listing(Generic[Item]):
    """One page of a list, and how much there is in all."""

    items: Sequence[Item]
    page: int
    n_found: int
    page_size: int = PAGE_SIZE
    is_more: bool = False
    """Whether there is more than ``n_found``, at which counting stopped."""

    @property
    def n_pages(self) -> int:
        """Return the number of pages; an empty list has one."""
        return max(1, -(-self.n_found // self.page_size))


def offset_of(page: int, page_size: int = PAGE_SIZE) -> int:
    """Return how many items lie before ``page``; the first page is 1."""
    return (page - 1) * page_size


def count_rows(query: sa.GenerativeSelect, *, session: Session) -> int:
    """Return how many rows ``query`` finds, whatever its order."""
    # Without the order: a database would sort all rows to count them.
    counted = sa.select(sa.func.count()).select_from(query.order_by(None).subquery())
    return int(session.connection().execute(counted).scalar_one())
