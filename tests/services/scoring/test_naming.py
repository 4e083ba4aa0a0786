from sqlmodel import Session

from evalhub.db.models import ProjectEndpoint
from evalhub.services.judging.current import current_judgments
from evalhub.services.scoring.naming import name_models, project_endpoints
from tests.factories import make_endpoint, make_person, make_project
from tests.release_project import A, Verdict, add_verdict
from tests.services.scoring.pairs import make_two_model_pair


def test_endpoints_of_other_projects_are_not_named(session: Session) -> None:
    make_project(session, make_endpoint(session, model="noise"))
    project, _ = make_two_model_pair(session)

    found = project_endpoints(project, session=session)

    assert sorted(one.model for one in found) == ["alder", "birch"]


def test_a_model_that_repeats_is_told_apart_before_it_is_judged(session: Session) -> None:
    project, _ = make_two_model_pair(session)
    other = make_endpoint(session, slug="cold", model="alder")
    session.add(ProjectEndpoint(project_id=project.id, endpoint_id=other.id))
    session.flush()

    names = name_models(project_endpoints(project, session=session), [])

    assert names["cold", 1] == "alder (cold, revision 1)"
    assert "birch" in names.values()
    assert "alder" not in names.values()


def test_judged_endpoints_that_left_the_project_keep_their_names(session: Session) -> None:
    project, pair = make_two_model_pair(session)
    add_verdict(session, pair, make_person(session), Verdict(0, A))

    names = name_models([], current_judgments(project.id, session=session))

    assert sorted(names.values()) == ["alder", "birch"]
