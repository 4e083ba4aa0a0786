"""Projects are found by slug; only some people change them."""

import pytest
from sqlmodel import Session

from evalhub.core.people import Role
from evalhub.errors import Forbidden, NotFound
from evalhub.services.paging import PAGE_SIZE
from evalhub.services.projects.finding import (
    browse_projects,
    get_project,
    get_project_to_manage,
    list_projects,
)
from tests.factories import (
    make_person,
    make_project,
    make_prompt_set_version,
    make_rubric_version,
)
from tests.services.projects.conftest import actor_of


def test_a_project_is_found_by_its_slug(session: Session) -> None:
    make_project(session)
    project = make_project(session, slug="acute")

    assert get_project("acute", session=session).id == project.id


def test_an_unknown_slug_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound, match="'acute'"):
        get_project("acute", session=session)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.RESEARCHER, Role.COORDINATOR])
def test_managers_may_change_projects(session: Session, role: Role) -> None:
    project = make_project(session, slug="acute")
    actor = actor_of(make_person(session), role)

    assert get_project_to_manage("acute", session=session, actor=actor).id == project.id


@pytest.mark.parametrize("role", [Role.ANNOTATOR, Role.REVIEWER, Role.LAB, Role.AUDITOR])
def test_others_may_not(session: Session, role: Role) -> None:
    make_project(session, slug="acute")

    with pytest.raises(Forbidden):
        get_project_to_manage("acute", session=session, actor=actor_of(make_person(session), role))


def test_the_list_names_the_rubric_version(session: Session) -> None:
    rubric = make_rubric_version(session, rubric_id="medicine", version="1.2.0")
    make_project(session, rubric=rubric, slug="acute")

    assert [line.rubric for line in list_projects(session=session)] == ["medicine@1.2.0"]


def test_a_long_list_is_read_page_by_page_in_the_order_of_the_whole(session: Session) -> None:
    rubric, prompts = make_rubric_version(session), make_prompt_set_version(session)
    for number in range(PAGE_SIZE + 2):
        make_project(session, rubric=rubric, prompts=prompts, slug=f"p-{number:03}")

    first, second = (browse_projects(session=session, page=page) for page in (1, 2))

    assert [*first.items, *second.items] == list_projects(session=session)
    assert (len(first.items), first.n_found, first.n_pages) == (PAGE_SIZE, PAGE_SIZE + 2, 2)
