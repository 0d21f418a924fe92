"""What comes back of fares: the scheme's rules for tickets, taxis, hired cars and nights, and sums done by hand."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nearhome.analysis.costs.cost import Cost, CostLine, Kind
from nearhome.analysis.costs.party import Party
from nearhome.analysis.help_with_visits import fares as fare_claims
from nearhome.analysis.help_with_visits import scheme
from nearhome.analysis.help_with_visits.claims import Expense, claim_total_pence, within_variance
from nearhome.analysis.help_with_visits.eligibility import taxi_may_be_paid
from nearhome.data.errors import DateError, InputError
from nearhome.data.places.nations import Nation

if TYPE_CHECKING:
    from nearhome.analysis.help_with_visits.scheme import Reimbursement

TODAY = date(2026, 11, 21)
KINDS: list[Kind] = ["rail", "bus", "coach", "ferry", "taxi", "room", "fuel", "parking", "food"]


def line(kind: Kind, pence: int) -> CostLine:
    return CostLine(kind.title(), kind, pence, pence, pence, "known")


def ask(
    *paid: CostLine,
    party: Party | None = None,
    away: float | None = 200,
    home: str = "England",
    prison: str = "England",
    as_of: date = TODAY,
    taxi_paid: bool = False,
    night_agreed: bool = False,
) -> Reimbursement:
    return fare_claims.estimate(
        visitor_nation=home,
        prison_nation=prison,
        party=party or Party(),
        away_minutes=away,
        out_of_pocket=Cost(paid),
        as_of=as_of,
        taxi_paid=taxi_paid,
        night_agreed=night_agreed,
    )


def test_fares_come_back_as_they_were_and_petrol_does_not() -> None:
    found = ask(line("rail", 4000), line("bus", 600), line("ferry", 900), line("fuel", 700), line("parking", 300))

    assert found.pence == 4000 + 600 + 900
    assert [each.label for each in found.lines] == ["Rail", "Bus", "Ferry"]
    assert "standard off-peak" in found.lines[0].rule
    assert any("at least six days before" in condition for condition in found.conditions)


@pytest.mark.parametrize(
    ("minutes", "prison", "each"),
    [(300, "England", 0), (301, "Wales", 350), (301, "Scotland", 450), (601, "England", 510), (601, "Scotland", 510)],
)
def test_food_is_paid_by_time_away_as_for_a_car(minutes: float, prison: str, each: int) -> None:
    assert ask(line("rail", 4000), away=minutes, prison=prison, party=Party(1, 2)).pence == 4000 + 3 * each


def test_the_low_end_counts_one_adult_and_the_children() -> None:
    found = ask(line("rail", 5000), party=Party(2, 1))

    assert (found.low_pence, found.pence, found.high_pence) == (3000, 5000, 5000)  # 1.5 of 2.5 fares
    assert any("Another adult's fares" in condition for condition in found.conditions)
    assert not any("car journey" in condition for condition in found.conditions)


@pytest.mark.parametrize(
    ("runs", "walk", "age", "ill", "paid"),
    [
        (True, 60, 40, False, False),
        (False, 20, 40, False, False),
        (False, 21, 40, False, True),
        (True, 5, 76, False, True),
        (True, 5, 40, True, True),
    ],
)
def test_a_taxi_comes_back_only_by_its_rule(*, runs: bool, walk: float, age: int, ill: bool, paid: bool) -> None:
    rule = taxi_may_be_paid(public_transport=runs, walk_minutes=walk, age=age, medical_condition=ill)
    found = ask(line("rail", 4000), line("taxi", 1200), taxi_paid=rule)

    assert rule is paid
    assert found.pence == 4000 + (1200 if paid else 0)
    assert any("more than 20 minutes" in condition for condition in found.conditions)


def test_a_night_comes_back_only_if_it_was_agreed() -> None:
    asked, agreed = (ask(line("rail", 4000), line("room", 7500), night_agreed=yes) for yes in (False, True))

    assert (asked.pence, asked.high_pence) == (4000, 11_500)
    assert (agreed.pence, agreed.low_pence) == (11_500, 11_500)
    assert any("agreed before you booked" in condition for condition in asked.conditions)


def test_the_cheapest_way_is_chosen_by_fares_alone() -> None:
    coach, train = Cost((line("coach", 2500), line("food", 900))), Cost((line("rail", 3000),))
    assert fare_claims.cheapest([train, coach]) is coach
    with pytest.raises(InputError, match="at least one"):
        fare_claims.cheapest([])


def test_fares_above_the_cheapest_way_are_cut_down_to_it() -> None:
    paid = Cost((line("rail", 4001), line("bus", 600), line("parking", 300)))

    cut = fare_claims.limited(paid, 2300)

    assert cut.only("rail", "bus").pence == 2300
    assert cut.only("parking").pence == 300
    assert fare_claims.limited(paid, 5000) == paid
    with pytest.raises(InputError, match="0 or more"):
        fare_claims.limited(paid, -1)


@pytest.mark.parametrize(
    ("bill", "public", "days", "pence"),
    [(9000, None, 1, 4000), (9000, 2500, 1, 2500), (3000, 5000, 1, 3000), (9000, 9900, 2, 8000)],
)
def test_a_hired_car_comes_back_up_to_40_pounds_a_day_or_public_transport(
    bill: int, public: int | None, days: int, pence: int
) -> None:
    found = fare_claims.hire_line(days=days, paid=line("hire", bill), public_transport_pence=public, as_of=TODAY)
    assert found.pence == pence
    assert "£40 a day" in found.rule


def test_a_hired_cars_miles_and_food_are_paid_on_top() -> None:
    hire = fare_claims.hire_line(days=1, paid=line("hire", 5000), public_transport_pence=3500, as_of=TODAY)
    miles = scheme.estimate(
        return_miles=150,
        visitor_nation="England",
        prison_nation="England",
        party=Party(1, 1),
        away_minutes=400,
        out_of_pocket=None,
        as_of=TODAY,
    )
    found = fare_claims.with_lines(miles, hire)

    assert found.pence == 3000 + 2 * 350 + 3500
    assert found.lines[-1] is hire
    northern = ask(home="Northern Ireland")
    assert fare_claims.with_lines(northern, hire) is northern


def test_other_schemes_and_gaps_are_those_of_the_car() -> None:
    fares = (line("rail", 4000),)
    northern = ask(*fares, home="Northern Ireland")
    assert northern.pence is None
    assert "Northern Ireland Prison Service" in northern.scheme
    assert ask(*fares, prison="Jersey").pence is None
    assert ask(*fares, prison="Isle of Man").pence == 0
    assert ask(*fares, as_of=date(2008, 6, 1)).pence is None
    with pytest.raises(DateError, match="7 November 1996"):
        ask(*fares, as_of=date(1990, 1, 1))
    with pytest.raises(InputError, match="0 or more"):
        ask(*fares, away=-1)


def test_a_claim_over_250_pounds_may_take_longer() -> None:
    assert not any("over £250" in condition for condition in ask(line("rail", 25_000)).conditions)
    assert any("over £250" in condition for condition in ask(line("rail", 25_001)).conditions)


@pytest.mark.parametrize(
    ("kind", "now", "before", "near"),
    [("bus", 2300, 2500, True), ("train", 2200, 2000, True), ("plane", 11_500, 10_000, False)],
)
def test_the_variance_figures_of_the_schemes_own_tests(kind: str, now: int, before: int, *, near: bool) -> None:
    assert Expense(kind, now).pence == now
    assert within_variance(now, before) is near
    assert within_variance(now, before, -10) is near


@pytest.mark.parametrize(
    ("expenses", "deductions", "total"),
    [([500, 1000, 1500], [500, 500], 2000), ([3000], [], 3000), ([349, 1000, 1050], [], 2399)],
)
def test_the_totals_of_the_schemes_own_tests(expenses: list[int], deductions: list[int], total: int) -> None:
    paid = [Expense("train", pence) for pence in expenses]
    assert claim_total_pence(paid, deductions) == total
    assert ask(*(line("rail", pence) for pence in expenses)).pence == sum(expenses)


@given(
    paid=st.lists(st.builds(line, st.sampled_from(KINDS), st.integers(0, 50_000)), max_size=8),
    cheapest=st.integers(0, 60_000),
    party=st.builds(Party, st.integers(1, 5), st.integers(0, 5)),
    home=st.sampled_from(Nation),
    prison=st.sampled_from(Nation),
    away=st.none() | st.floats(0, 3000),
    flags=st.tuples(st.booleans(), st.booleans()),
)
def test_any_answer_is_in_order_and_adds_up(
    *,
    paid: list[CostLine],
    cheapest: int,
    party: Party,
    home: Nation,
    prison: Nation,
    away: float | None,
    flags: tuple[bool, bool],
) -> None:
    lines = fare_claims.limited(Cost(tuple(paid)), cheapest).lines
    found = ask(*lines, party=party, home=home, prison=prison, away=away, taxi_paid=flags[0], night_agreed=flags[1])

    assert sum(each.pence for each in lines if each.kind in fare_claims.FARES) <= cheapest
    assert found.conditions
    if found.pence is None:
        return
    assert found.low_pence is not None
    assert found.high_pence is not None
    assert 0 <= found.low_pence <= found.pence <= found.high_pence
    assert found.pence == sum(each.pence or 0 for each in found.lines)
