import pytest

from evalhub.core.scoring import Cluster, FitOptions, PositionTerm, Ties
from evalhub.errors import BadInput
from evalhub.web.score_options import (
    CLUSTER_LABELS,
    POSITION_LABELS,
    TIE_LABELS,
    option_groups,
    options_from,
    query_of,
)

EVERYTHING = FitOptions(
    ties=Ties.DAVIDSON,
    cluster=Cluster.BOTH,
    position=PositionTerm.ADJUST,
    is_style_controlled=True,
)


def test_an_address_without_options_is_the_headline() -> None:
    assert options_from({}) == FitOptions()
    assert query_of(FitOptions()) == ""


def test_options_and_their_query_are_inverse() -> None:
    query = query_of(EVERYTHING)

    assert query == "?ties=davidson&cluster=both&position=adjust&style=held-equal"
    assert options_from(dict(pair.split("=") for pair in query[1:].split("&"))) == EVERYTHING


@pytest.mark.parametrize("name", ["ties", "cluster", "position", "style"])
def test_an_unknown_word_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match=f"^{name}: 'x' is not one of "):
        options_from({name: "x"})


def test_every_link_changes_one_option_and_keeps_the_others() -> None:
    groups = option_groups(EVERYTHING, "/here")

    assert [group.label for group in groups] == ["Ties", "Intervals over", "Side", "Style"]
    for group in groups:
        (current,) = [link for link in group.links if link.is_current]
        assert current.href == "/here" + query_of(EVERYTHING)
    assert groups[0].links[0].href == "/here?cluster=both&position=adjust&style=held-equal"
    assert groups[3].links[0].href == "/here?ties=davidson&cluster=both&position=adjust"


def test_every_choice_has_words() -> None:
    assert set(TIE_LABELS) == set(Ties)
    assert set(CLUSTER_LABELS) == set(Cluster)
    assert set(POSITION_LABELS) == set(PositionTerm)
