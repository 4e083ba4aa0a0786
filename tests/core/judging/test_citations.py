"""Sources are found in the text of a response."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalhub.core.judging.citations import (
    _HINTS,
    _PATTERNS,
    LIMIT,
    MAX_LABEL,
    Citation,
    find_citations,
    host_of,
)


@pytest.mark.parametrize(
    ("text", "citations"),
    [
        ("See [the guide](https://nice.example/ng158).", [("the guide", "nice.example")]),
        (
            "From https://who.example/a?b=1, today.",
            [("https://who.example/a?b=1", "who.example")],
        ),
        ("Shown in PMID: 12345678.", [("PMID: 12345678", "")]),
        ("It was doi:10.1000/182 that", [("doi:10.1000/182", "")]),
        (
            "*Edwards v. Arthur Andersen* (2008) 44 Cal.4th 937: void.",
            [("Edwards v. Arthur Andersen", "")],
        ),
        ("Under Labor Code § 925 she may", [("Labor Code § 925", "")]),
        ("The notice of § 16600.1 was due", [("§ 16600.1", "")]),
        ("In Article 6(1) it says", [("Article 6(1)", "")]),
        ("By Directive 2011/83/EU and", [("Directive 2011/83/EU", "")]),
        ("Regulation (EU) 2016/679 says", [("Regulation (EU) 2016/679", "")]),
        ("as in C-400/22 Conny", [("C-400/22", "")]),
        ("Nothing is cited here, not even in 2024.", []),
    ],
    ids=[
        "link",
        "address",
        "pmid",
        "doi",
        "case",
        "code",
        "provision",
        "article",
        "act",
        "regulation",
        "docket",
        "none",
    ],
)
def test_what_is_cited_is_listed(text: str, citations: list[tuple[str, str]]) -> None:
    found = [(citation.label, citation.host) for citation in find_citations(text)]

    assert found == citations


def test_a_source_cited_twice_is_listed_once() -> None:
    text = "Labor Code § 925 applies. As said, Labor Code § 925."

    assert find_citations(text) == (Citation("Labor Code § 925"),)


def test_a_long_list_is_cut() -> None:
    text = " ".join(f"https://example.org/{i}" for i in range(LIMIT + 5))

    assert len(find_citations(text)) == LIMIT


def test_a_long_label_is_shortened() -> None:
    label = find_citations("https://example.org/" + "x" * 300)[0].label

    assert len(label) == MAX_LABEL
    assert label.endswith("…")


def test_an_address_that_is_none_has_no_host() -> None:
    assert host_of("https://[broken") == ""


@pytest.mark.parametrize(
    "piece", ["A ", "Ab and ", "A.b&", "[", "A v A ", "[a](", "https://"], ids=repr
)
def test_a_long_hostile_text_is_read_to_its_end(piece: str) -> None:
    assert len(find_citations(piece * 20_000)) <= LIMIT


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    assert len(find_citations(text)) <= LIMIT


@pytest.mark.parametrize("kind", _PATTERNS)
@given(st.data())
@settings(max_examples=10, deadline=None)
def test_a_hint_misses_nothing_that_its_pattern_finds(kind: str, data: st.DataObject) -> None:
    found = data.draw(st.from_regex(_PATTERNS[kind], fullmatch=True))

    assert _HINTS[kind].search(found)


def test_only_what_is_hinted_at_is_looked_for_and_still_comes_first() -> None:
    text = "[Article 6](https://a.example) and Article 7, https://b.example or PMID 12345"

    assert [one.label for one in find_citations(text)] == [
        "Article 6",
        "Article 7",
        "https://b.example",
        "PMID 12345",
    ]
