from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from evalhub.web.redirects import is_local, local_path

SITE = "https://hub.example"
SLIPPERY = st.text(st.sampled_from("//\\\\::@.?#%eE \t\n\r\0\x7f\u2028/s"), max_size=12)


@pytest.mark.parametrize("target", ["/sign-in?next=/work", "/invitations/abc", "/work"])
def test_a_page_that_needs_no_sign_in_is_of_this_site_too(target: str) -> None:
    assert is_local(target)


@pytest.mark.parametrize("target", ["", "//evil.example", "/\\evil.example", "work", "/\n/x"])
def test_what_leads_elsewhere_is_not_of_this_site(target: str) -> None:
    assert not is_local(target)


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
        "/.//evil.example",
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


def as_a_browser_reads(target: str) -> str:
    """Return where a browser goes by the URL standard: it drops and turns characters first."""
    kept = "".join(letter for letter in target if letter not in "\t\n\r")
    plain = kept.strip("".join(map(chr, range(0x21)))).replace("\\", "/")
    return urljoin(f"{SITE}/sign-in", plain)


@hypothesis_settings(max_examples=500)
@given(st.one_of(SLIPPERY, SLIPPERY.map(lambda text: "/" + text), st.text()))
def test_whatever_is_taken_stays_on_this_site(target: str) -> None:
    taken = local_path(target)

    if taken is not None:
        parts = urlsplit(as_a_browser_reads(taken))
        assert f"{parts.scheme}://{parts.netloc}" == SITE
        assert not parts.path.startswith("//")
