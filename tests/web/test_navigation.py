import pytest
from flask.testing import FlaskClient

from evalhub.core.people import Actor, Role
from evalhub.web.navigation import ENTRIES, entries_for, is_here, start_of
from tests.web.conftest import SignIn


def actor(*roles: Role) -> Actor:
    return Actor(1, "Ada", frozenset(roles))


@pytest.mark.parametrize(
    ("role", "labels"),
    [
        (Role.ANNOTATOR, ["Work", "Qualifications", "Rubrics"]),
        (
            Role.COORDINATOR,
            ["Projects", "Operations", "Registry", "Reviews", "Disputes", "Rubrics"],
        ),
        (Role.LAB, ["Rubrics", "Releases"]),
        (Role.AUDITOR, ["Rubrics", "Releases", "Audit"]),
        (Role.ADMIN, ["Operations", "Registry", "Reviews", "Disputes", "Rubrics", "Admin"]),
    ],
)
def test_each_role_finds_its_parts(role: Role, labels: list[str]) -> None:
    assert [entry.label for entry in entries_for(actor(role))] == labels


@pytest.mark.parametrize(
    ("roles", "path"),
    [
        ({Role.ANNOTATOR, Role.ADMIN}, "/work"),
        ({Role.RESEARCHER}, "/projects"),
        ({Role.AUDITOR}, "/releases"),
        ({Role.ADMIN}, "/admin/people"),
        (set(), "/account"),
    ],
)
def test_each_role_has_its_start(roles: set[Role], path: str) -> None:
    assert start_of(actor(*roles)) == path


@pytest.mark.parametrize(
    ("label", "path", "here"),
    [
        ("Work", "/work", True),
        ("Work", "/work/abc", True),
        ("Work", "/workshop", False),
        ("Admin", "/admin/audit", True),
        ("Registry", "/applications/abc", True),
        ("Qualifications", "/apply", True),
        ("Qualifications", "/applications", False),
        ("Releases", "/release-builds/abc", True),
    ],
)
def test_a_part_is_marked_while_one_is_in_it(label: str, path: str, here: bool) -> None:
    [entry] = [entry for entry in ENTRIES if entry.label == label]

    assert is_here(entry, path) is here


def test_the_frame_shows_who_is_signed_in(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, {Role.ADMIN}, name="Ines & Co")

    page = client.get("/admin/people").text

    assert "Ines &amp; Co" in page
    assert '<a href="/admin/people" aria-current="page">Admin</a>' in page
