import pytest

from evalhub.web.redirects import local_path


@pytest.mark.parametrize("target", ["/", "/work", "/projects/a?page=2#x", "/prompt-sets/médecine"])
def test_paths_of_this_site_are_taken(target: str) -> None:
    assert local_path(target) == target


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "work",
        "https://evil.example/",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "javascript:alert(1)",
        "/sign-in",
        "/sign-out",
        "/invitations/abc",
        " /work",
        "/\u202ework",
    ],
    ids=ascii,
)
def test_everything_else_is_not(target: str | None) -> None:
    assert local_path(target) is None
