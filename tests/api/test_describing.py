"""The API is described when somebody asks, and checks what comes in before that."""

from threading import Barrier, Thread
from typing import Any

import pytest
from flask_openapi3 import Info, OpenAPI, Tag
from pydantic import ConfigDict, Field

from evalhub.api.describing import ApiPart, Body, description_of


class Place(Body):
    """Says where something is."""

    number: int = Field(ge=1)


class Found(Body):
    """Says what is there."""

    model_config = ConfigDict(extra="forbid")

    place: Place
    name: str


def show(path: Place) -> dict[str, object]:
    """Return what is at a place."""
    return Found(place=path, name="a").model_dump()


@pytest.fixture
def part() -> ApiPart:
    part = ApiPart("places", __name__, url_prefix="/places", abp_tags=[Tag(name="places")])
    part.get("/<int:number>", responses={"200": Found}, summary="Show a place")(show)
    part.post("/<int:number>", responses={"200": Found}, summary="Keep a place")(show)
    return part


def application(*parts: ApiPart) -> OpenAPI:
    app = OpenAPI(__name__, info=Info(title="Places", version="1"), doc_ui=False)
    for one in parts:
        app.register_api(one)
    return app


def test_a_part_says_nothing_of_itself_before_it_is_asked(part: ApiPart) -> None:
    app = application(part)

    assert not part.paths
    assert not part.components_schemas
    assert list(description_of(app)["paths"]) == ["/places/{number}"]


def test_a_description_has_what_comes_in_and_what_goes_out(part: ApiPart) -> None:
    told: dict[str, Any] = description_of(application(part))

    operations = told["paths"]["/places/{number}"]
    assert set(operations) == {"get", "post"}
    assert operations["get"]["summary"] == "Show a place"
    assert operations["get"]["parameters"][0]["schema"]["minimum"] == 1
    assert told["components"]["schemas"]["Found"]["required"] == ["place", "name"]


def test_each_application_of_a_process_tells_the_same(part: ApiPart) -> None:
    first, second = application(part), application(part)

    assert description_of(first) == description_of(second) == description_of(first)
    assert [tag["name"] for tag in description_of(second)["tags"]] == ["places"]


def test_who_asks_again_leaves_nothing_behind(part: ApiPart) -> None:
    app = application(part)
    description_of(app)
    before = list(app.tag_names)

    description_of(app)

    assert app.tag_names == before


def test_a_tag_that_two_parts_share_is_told_once(part: ApiPart) -> None:
    other = ApiPart("more", __name__, url_prefix="/more", abp_tags=[Tag(name="places")])
    other.get("/<int:number>", summary="Show more")(show)

    told = description_of(application(part, other))

    assert [tag["name"] for tag in told["tags"]] == ["places"]
    assert set(told["paths"]) == {"/places/{number}", "/more/{number}"}


def test_those_who_ask_at_once_get_the_whole(part: ApiPart) -> None:
    app, told, start = application(part), [], Barrier(4)

    def ask() -> None:
        start.wait()
        told.append(description_of(app))

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert told == [told[0]] * 4
    assert set(told[0]["paths"]["/places/{number}"]) == {"get", "post"}


def test_a_request_is_checked_whether_or_not_the_part_is_described(part: ApiPart) -> None:
    client = application(part).test_client()

    assert client.get("/places/3").get_json() == {"place": {"number": 3}, "name": "a"}
    assert client.get("/places/0").status_code == 422


def test_the_checks_of_a_body_are_built_when_it_is_first_used() -> None:
    class Late(Body):
        """Is used in this test alone."""

        number: int

    before = Late.__pydantic_complete__

    assert Late(number="3").number == 3  # type: ignore[arg-type]  # as JSON may give it
    assert (before, Late.__pydantic_complete__) == (False, True)
