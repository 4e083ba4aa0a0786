import pytest
from sqlmodel import Session, select

from evalhub.db.models import Person
from evalhub.services.paging import Listing, count_rows, offset_of
from tests.factories import make_person


@pytest.mark.parametrize(
    ("n_found", "n_pages"), [(0, 1), (1, 1), (50, 1), (51, 2), (150, 3)], ids=str
)
def test_a_list_has_as_many_pages_as_it_fills(n_found: int, n_pages: int) -> None:
    assert Listing([], 1, n_found).n_pages == n_pages


def test_the_first_page_starts_at_the_first_item() -> None:
    assert (offset_of(1), offset_of(3)) == (0, 100)


def test_rows_are_counted_whatever_their_order(session: Session) -> None:
    for name in ("Ada", "Bo", "Cy"):
        make_person(session, name=name)

    n_rows = count_rows(
        select(Person).where(Person.name != "Bo").order_by(Person.name), session=session
    )

    assert n_rows == 2
