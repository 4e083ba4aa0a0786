"""What a dossier says of pay, and what it keeps to itself because too few people share it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.money import LEAST_TIMED_SECONDS
from evalhub.core.pay.ledger import UnpaidReason
from evalhub.core.pay.tiers import Price
from evalhub.core.releasing.dossier.fields import DossierField
from evalhub.core.releasing.dossier.paying import (
    FEW_TIMED,
    NOTHING_BOOKED,
    SHORT_TIME,
    TOO_FEW,
    Offer,
    Share,
    ledger_facts,
    ledger_field,
    offer_figures,
)

RETURNED, EXPIRED, OVER = UnpaidReason.RETURNED, UnpaidReason.EXPIRED, UnpaidReason.OVER_CAP


def paid(n: int, *, untimed: int = 0) -> list[Share]:
    """Return an hour for 60.00 USD of each of ``n`` people, and a price without time of some."""
    return [
        Share(who, "USD", None, 3_600, 6_000 + 100 * (who < untimed), 6_000, int(who < untimed))
        for who in range(n)
    ]


def unpaid(reason: UnpaidReason, n: int, seconds: int = 1_800) -> list[Share]:
    """Return time of each of ``n`` people that was not paid."""
    return [Share(who, "USD", reason, seconds, 0, 0, 0) for who in range(n)]


def figures(field: DossierField) -> dict[str, object]:
    return {figure.name: figure.value for figure in field.figures}


def test_what_hours_came_to_is_stated_over_paid_and_unpaid_time() -> None:
    field = ledger_field(ledger_facts([*paid(6), *unpaid(RETURNED, 5)], n_disputes=0))

    assert figures(field) == {
        "Booked in USD": "360.00 USD",
        "Effective hour in USD": "42.35 USD",
        "Active time, USD": 30_600,
        "Paid time, USD": 21_600,
        "Unpaid time, USD: given back unjudged": 9_000,
        "Entries without a counted time, USD": 0,
        "Disputes": 0,
        "Disputes upheld": 0,
    }
    assert [figure.n for figure in field.figures][:5] == [6, 6, 6, 6, 5]
    assert "rounded down" in field.method


def test_too_little_time_tells_no_hour_and_says_so() -> None:
    seconds = (LEAST_TIMED_SECONDS - 5) // 5
    shares = [Share(who, "USD", None, seconds, 1_000, 1_000, 0) for who in range(5)]
    more = [*shares, Share(0, "USD", None, 60, 0, 0, 0)]

    (hour,) = (
        one for one in ledger_field(ledger_facts(shares)).figures if one.name.startswith("Effect")
    )

    assert (hour.value, hour.reason) == (None, SHORT_TIME)
    assert "from 10 minutes of counted time" in hour.reason
    assert figures(ledger_field(ledger_facts(more)))["Effective hour in USD"] is not None


def test_of_few_people_nothing_is_stated() -> None:
    assert ledger_field(ledger_facts(paid(4))).reason == TOO_FEW
    # Six had time, two of them were paid: the money is theirs alone.
    assert ledger_field(ledger_facts([*paid(2), *unpaid(RETURNED, 6)])).reason == TOO_FEW
    assert ledger_field(ledger_facts([])).reason == NOTHING_BOOKED


def test_rare_reasons_are_put_together_with_the_rarest_other_one() -> None:
    shares = [*paid(8), *unpaid(OVER, 1), *unpaid(EXPIRED, 6), *unpaid(RETURNED, 7)]

    stated = {
        name: value
        for name, value in figures(ledger_field(ledger_facts(shares))).items()
        if name.startswith("Unpaid")
    }

    assert stated == {
        "Unpaid time, USD: the time to judge ran out or over the expected minutes": 12_600,
        "Unpaid time, USD: given back unjudged": 12_600,
    }


def test_unpaid_time_of_few_people_is_not_told_from_the_paid() -> None:
    stated = figures(ledger_field(ledger_facts([*paid(6), *unpaid(RETURNED, 2)])))

    assert stated["Paid time, USD"] is None
    assert stated["Active time, USD"] == 25_200
    assert not [name for name in stated if name.startswith("Unpaid")]


def test_money_without_time_of_few_people_is_not_given_away_by_the_rest() -> None:
    few = figures(ledger_field(ledger_facts(paid(6, untimed=2))))
    many = figures(ledger_field(ledger_facts(paid(6, untimed=5))))

    assert (few["Booked in USD"], few["Entries without a counted time, USD"]) == (None, None)
    assert many["Booked in USD"] == "365.00 USD"
    assert few["Effective hour in USD"] == "60.00 USD"


TIME = ("Effective hour in USD", "Active time, USD", "Paid time, USD")


def untimed(n: int, *, first: int = 10) -> list[Share]:
    """Return 10.00 USD of each of ``n`` people whose time no script counted."""
    return [Share(who, "USD", None, 0, 1_000, 0, 1) for who in range(first, first + n)]


@pytest.mark.parametrize(
    ("shares", "booked", "people"),
    [
        ([*untimed(4), *paid(1)], None, [1, 1, 1]),
        ([*untimed(5), *paid(1)], "110.00 USD", [1, 1, 1]),
        ([*untimed(5), *paid(2), *unpaid(RETURNED, 6)], "170.00 USD", [6, 6, 2]),
        # Four were paid by a dispute, without time: the paid time is that of the fifth.
        (
            [*paid(1), *unpaid(RETURNED, 6)]
            + [Share(who, "USD", None, 0, 900, 900, 0) for who in range(1, 5)],
            "96.00 USD",
            [6, 6, 1],
        ),
    ],
    ids=["few without a script", "enough without", "few of the timed paid", "few paid for time"],
)
def test_time_of_few_people_is_withheld_though_enough_have_entries(
    shares: list[Share], booked: str | None, people: list[int]
) -> None:
    field = ledger_field(ledger_facts(shares))

    by_name = {figure.name: figure for figure in field.figures}
    assert by_name["Booked in USD"].value == booked
    assert [by_name[name].value for name in TIME] == [None, None, None]
    assert {by_name[name].reason for name in TIME} == {FEW_TIMED}
    assert [by_name[name].n for name in TIME] == people


def test_time_of_enough_people_is_told_of_them_alone() -> None:
    field = ledger_field(ledger_facts([*untimed(6), *paid(5), *unpaid(RETURNED, 6)]))

    told = {figure.name: (figure.value, figure.n) for figure in field.figures}
    assert [told[name] for name in TIME] == [("37.50 USD", 6), (28_800, 6), (18_000, 5)]
    assert told["Booked in USD"] == ("360.00 USD", 12)


def test_without_counted_time_there_is_no_hour() -> None:
    stated = figures(ledger_field(ledger_facts(untimed(5))))

    assert "Effective hour in USD" not in stated
    assert (stated["Booked in USD"], stated["Active time, USD"]) == ("50.00 USD", 0)


def test_time_that_moved_away_is_no_reason() -> None:
    moved = [*unpaid(EXPIRED, 6, seconds=0), *paid(6)]

    assert ledger_facts(moved).currencies[0].unpaid == ()


def test_disputes_of_few_people_are_not_counted_out() -> None:
    few = figures(ledger_field(ledger_facts(paid(6), n_disputes=9, n_upheld=1, n_disputing=4)))
    many = figures(ledger_field(ledger_facts(paid(6), n_disputes=9, n_upheld=1, n_disputing=5)))

    assert (few["Disputes"], few["Disputes upheld"]) == (None, None)
    assert (many["Disputes"], many["Disputes upheld"]) == (9, 1)


@given(
    st.lists(
        st.builds(
            Share,
            st.integers(1, 12),
            st.sampled_from(["EUR", "USD"]),
            st.sampled_from([None, *UnpaidReason]),
            st.integers(0, 900),
            st.just(0),
            st.just(0),
            st.integers(0, 1),
        ),
        max_size=60,
    )
)
def test_no_part_is_of_fewer_than_five_people(shares: list[Share]) -> None:
    for one in ledger_facts(shares).currencies:
        own = [share for share in shares if share.currency == one.currency]
        timed = {share.person for share in own if share.seconds}
        assert one.n_people >= 5
        if one.seconds:
            assert len(timed) == one.n_timed >= 5
        assert all(part.n_people >= 5 for part in one.unpaid)
        if one.paid_seconds is not None:
            told = one.paid_seconds + sum(part.seconds for part in one.unpaid)
            assert told == one.seconds == sum(share.seconds for share in own)


def test_each_version_of_the_terms_is_listed_with_what_was_claimed_under_it() -> None:
    first = Offer(0, "general", Price(400, "USD", 10), 3)
    second = Offer(2, "professional", Price(1_000, "USD", 12), 5)

    alone, both = list(offer_figures([first])), list(offer_figures([first, second]))

    assert next(figure.name for figure in alone) == "Offered for a judgment"
    assert [(figure.name, figure.value, figure.n) for figure in both[4:7]] == [
        ("Version 2: Offered for a judgment", "10.00 USD", 5),
        ("Version 2: Expected minutes", 12, 5),
        ("Version 2: Offered an hour at the expected minutes", "50.00 USD", 5),
    ]


def in_teams(*sizes: int, n_others: int = 0) -> list[Share]:
    """Return an hour for 60.00 USD of each of the people of some teams and of some in none."""
    teams = [team for team, n in enumerate(sizes) for _ in range(n)] + [None] * n_others
    return [
        Share(who, "USD", None, 3_600, 6_000, 6_000, 0, team=team) for who, team in enumerate(teams)
    ]


@pytest.mark.parametrize(
    ("sizes", "n_others", "told"),
    [
        ((5, 6), 0, {"Team 1": 5, "Team 2": 6}),
        ((5, 6), 5, {"Team 1": 5, "Team 2": 6}),
        # Four in no team would be what is left: the smaller team goes with them.
        ((5, 6), 4, {"Team 1": 6}),
        ((4, 6), 0, {}),
        ((4, 6), 1, {"Team 1": 6}),
        ((), 6, {}),
    ],
    ids=["all in teams", "enough in none", "few in none", "a small team", "small ones", "no team"],
)
def test_f32_teams_are_told_where_no_few_people_are_left(
    sizes: tuple[int, ...], n_others: int, told: dict[str, int]
) -> None:
    field = ledger_field(ledger_facts(in_teams(*sizes, n_others=n_others)))

    found = {figure.name: figure.n for figure in field.figures if ": Team" in figure.name}
    assert found == {
        f"{name}{team}": n
        for team, n in told.items()
        for name in ("Effective hour in USD: ", "Active time, USD: ")
    }


def test_f32_a_teams_hour_is_over_its_own_paid_and_unpaid_time() -> None:
    unpaid_of_first = [replace(one, team=0) for one in unpaid(RETURNED, 5)]

    field = ledger_field(ledger_facts([*in_teams(5, 5), *unpaid_of_first]))

    told = figures(field)
    assert told["Effective hour in USD: Team 1"] == "40.00 USD"
    assert told["Effective hour in USD: Team 2"] == "60.00 USD"
    assert told["Active time, USD: Team 1"] == 5 * 5_400


@pytest.mark.parametrize(
    ("sizes", "n_others", "told", "n_rest"),
    [
        ((5, 6), 0, {"Team 1": 6}, 5),
        ((5, 6), 5, {"Team 1": 5, "Team 2": 6}, 5),
        # Their money would be that of five, and the time that of four.
        ((5, 6), 4, {"Team 1": 6}, 9),
        ((5,), 0, {}, 5),
    ],
    ids=["alone in no team", "with enough in none", "with few in none", "beside one team"],
)
def test_f32_who_was_paid_by_a_dispute_alone_is_among_the_people(
    sizes: tuple[int, ...], n_others: int, told: dict[str, int], n_rest: int
) -> None:
    shares = in_teams(*sizes, n_others=n_others)
    won = Share(len(shares), "USD", None, 0, 4_200, 4_200, 0)

    (ledger,) = ledger_facts([*shares, won]).currencies

    assert {f"Team {team.number}": team.n_people for team in ledger.teams} == told
    # What subtraction leaves is the money of enough people beside that of the dispute.
    assert ledger.timed_minor_units is not None
    rest = ledger.timed_minor_units - sum(team.timed_minor_units for team in ledger.teams)
    assert rest == 6_000 * n_rest + won.minor_units


def test_f32_money_of_a_dispute_belongs_to_the_team_of_whom_it_is() -> None:
    won = Share(10, "USD", None, 0, 4_200, 4_200, 0, team=1)

    (ledger,) = ledger_facts([*in_teams(5, 5), won]).currencies

    assert [(team.n_people, team.timed_minor_units) for team in ledger.teams] == [
        (5, 30_000),
        (6, 34_200),
    ]


def test_f32_a_team_has_one_number_in_every_currency() -> None:
    in_euro = [replace(one, currency="EUR") for one in in_teams(5, 5) if one.team == 1]

    euro, dollar = ledger_facts([*in_teams(5, 6, 7), *in_euro]).currencies

    assert [(team.number, team.n_people) for team in dollar.teams] == [(1, 5), (2, 6), (3, 7)]
    assert [(team.number, team.n_people) for team in euro.teams] == [(2, 5)]


def test_f32_a_team_without_time_has_no_hour_and_is_told_by_nothing() -> None:
    won = [Share(5 + who, "USD", None, 0, 900, 900, 0, team=1) for who in range(5)]

    (ledger,) = ledger_facts([*in_teams(5), *won]).currencies

    assert [(team.number, team.n_people) for team in ledger.teams] == [(1, 5)]


def test_f32_a_team_in_which_few_were_paid_is_not_told() -> None:
    alone = [replace(one, team=0) for one in (*paid(1), *unpaid(RETURNED, 6))]
    others = [replace(one, person=one.person + 10) for one in in_teams(5, 5)]

    (ledger,) = ledger_facts([*alone, *(replace(one, team=1) for one in others)]).currencies

    # Its people are what is left, and one of them has all of the money that is left.
    assert ledger.teams == ()
