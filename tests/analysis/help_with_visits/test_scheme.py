"""Help with Prison Visits: every worked figure of the scheme's own tests, its history, its plain words."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nearhome.analysis.costs.car import car_cost
from nearhome.analysis.costs.cost import Cost, CostLine, Crossing, there_and_back
from nearhome.analysis.costs.party import Party
from nearhome.analysis.help_with_visits import scheme as hwpv
from nearhome.analysis.help_with_visits.scheme import MileageRow, Reimbursement
from nearhome.data.errors import DateError, InputError
from nearhome.data.places import nations
from nearhome.data.places.nations import Nation

TODAY = date(2026, 11, 21)
EXACT_KM = 2414.0166


def ask(
    miles: float = 150,
    home: str = "England",
    prison: str = "England",
    *,
    party: Party | None = None,
    away: float | None = 200,
    paid: Cost | None = None,
    as_of: date = TODAY,
) -> Reimbursement:
    return hwpv.estimate(
        return_miles=miles,
        visitor_nation=home,
        prison_nation=prison,
        party=party or Party(),
        away_minutes=away,
        out_of_pocket=paid,
        as_of=as_of,
    )


@pytest.mark.parametrize(
    ("one_way_metres", "rate_pence", "most_miles", "miles", "pence"),
    [
        # the scheme's own unit tests: 10 km there and back at 30 and at 20 pounds a mile
        (5_000, 3000, 750, 6.21371, 18641),
        (5_000, 2000, 750, 6.21371, 12427),
        (625_000, 2000, 750, 776.71375, 0),
        # the same formula at the scheme's real rates
        (5_000, 20, 1500, 6.21371, 124),
        (5_000, 30, 1500, 6.21371, 186),
        (50_000, 20, 1500, 62.1371, 1243),
        (50_000, 30, 1500, 62.1371, 1864),
        (150_000, 20, 1500, 186.4113, 3728),
        (150_000, 30, 1500, 186.4113, 5592),
    ],
)
def test_mileage_is_the_schemes_to_the_penny(
    one_way_metres: float, rate_pence: float, most_miles: float, miles: float, pence: int
) -> None:
    found = hwpv.return_miles_of(one_way_metres)

    assert found == pytest.approx(miles, abs=1e-9)
    assert hwpv.mileage_pence(found, rate_pence, most_miles) == pence


@pytest.mark.parametrize("miles", [None, 0])
def test_no_distance_pays_nothing(miles: float | None) -> None:
    assert hwpv.mileage_pence(miles, 2000, 750) == 0


def test_1500_miles_are_paid_and_more_are_not() -> None:
    assert hwpv.return_miles_of(EXACT_KM * 1000 / 2) == pytest.approx(1500, abs=0.0002)
    assert hwpv.mileage_pence(1500, 20) == 30_000
    assert hwpv.mileage_pence(1500.0001, 20) == 0


def test_half_a_penny_is_rounded_up_as_javascript_does() -> None:
    assert hwpv.mileage_pence(0.125, 100) == 13
    assert hwpv.mileage_pence(1.005, 100) == 101  # round(1.005 * 100) would give 100


@given(st.floats(0, 1500), st.sampled_from([10, 13, 20, 30]))
def test_mileage_is_within_half_a_penny_of_the_exact_product(miles: float, rate: int) -> None:
    exact = Decimal(miles) * rate
    assert abs(hwpv.mileage_pence(miles, rate) - exact) <= Decimal("0.5000001")
    assert hwpv.mileage_pence(round(miles), rate) == int(
        (Decimal(round(miles)) * rate).quantize(Decimal(1), ROUND_HALF_UP)
    )


def test_150_miles_by_date_and_nation() -> None:
    assert hwpv.mileage_table(150) == (
        MileageRow(date(1996, 11, 7), 1500, 1500),
        MileageRow(date(1997, 1, 1), None, None),
        MileageRow(date(2016, 10, 25), 1950, 1950),
        MileageRow(date(2024, 5, 10), 3000, 1950),
        MileageRow(date(2024, 7, 5), 3000, 3000),
        MileageRow(date(2025, 5, 9), 3000, 4500),
    )


@pytest.mark.parametrize(
    ("home", "prison", "pence", "high"),
    [
        ("England", "England", 3000, 3000),
        ("Wales", "England", 3000, 3000),
        ("Scotland", "Scotland", 4500, 4500),
        ("Scotland", "England", 3000, 4500),
        ("England", "Scotland", 3000, 4500),
        ("England", "Northern Ireland", 3000, 3000),
    ],
)
def test_where_the_guide_and_the_calculator_differ_the_lower_is_shown(
    home: str, prison: str, pence: int, high: int
) -> None:
    found = ask(150, home, prison)

    assert (found.pence, found.high_pence) == (pence, high)
    told = [condition for condition in found.conditions if "two rules" in condition]
    assert bool(told) == (high > pence)
    if told:
        assert "You may get £15 more" in told[0]


def test_before_the_calculator_the_guide_alone_decides() -> None:
    day = date(2017, 1, 1)
    assert ask(150, "England", "Scotland", as_of=day).pence == 1950


def test_the_shorter_of_two_distances_counts() -> None:
    found = hwpv.estimate(
        return_miles=150,
        visitor_nation="England",
        prison_nation="England",
        party=Party(),
        away_minutes=None,
        out_of_pocket=None,
        as_of=TODAY,
        other_return_miles=140,
    )
    assert found.pence == 2800


@pytest.mark.parametrize(
    ("minutes", "prison", "day", "each"),
    [
        (300, "England", TODAY, 0),
        (301, "England", TODAY, 350),
        (600, "Wales", TODAY, 350),
        (601, "England", TODAY, 510),
        (301, "Scotland", TODAY, 450),
        (601, "Scotland", TODAY, 510),
        (301, "England", date(2024, 5, 9), 255),
        (301, "England", date(2024, 5, 10), 350),
        (301, "Scotland", date(2024, 5, 10), 255),
        (301, "Scotland", date(2024, 7, 5), 350),
        (301, "Scotland", date(2025, 5, 8), 350),
        (601, "England", date(2016, 10, 25), 510),
        (301, "England", date(1996, 11, 7), 255),
        (601, "England", date(1996, 11, 7), None),
        (301, "England", date(2008, 6, 1), None),
    ],
)
def test_food_by_time_away_nation_and_date(minutes: float, prison: str, day: date, each: int | None) -> None:
    assert hwpv.food_pence(away_minutes=minutes, prison_nation=prison, as_of=day) == each


def test_food_is_for_everyone_and_surely_for_one_adult_and_the_children() -> None:
    found = ask(150, party=Party(2, 3), away=400)

    assert found.pence == 3000 + 5 * 350
    assert found.low_pence == 3000 + 4 * 350
    assert any("Another adult" in condition for condition in found.conditions)


def test_an_unknown_time_away_is_said_and_not_guessed() -> None:
    found = ask(150, away=None)

    assert found.pence == 3000
    assert any("more than 5 hours" in condition for condition in found.conditions)


def test_parking_tolls_and_ferries_come_back_but_petrol_and_wear_do_not() -> None:
    cost = car_cost(return_miles=218, tolls=there_and_back([Crossing("tamar", "E")]), party=Party(), as_of=TODAY)
    paid = Cost((*cost.lines, CostLine("Parking", "parking", 400, 0, 1000, "three hours")))

    found = ask(218, paid=paid)

    assert found.pence == 4360 + 300 + 400
    assert [line.label for line in found.lines] == [
        "Miles in your car",
        "Tamar Bridge",
        "Parking",
        "Parking",
    ]


def test_in_1996_ten_pence_a_mile_were_paid() -> None:
    found = ask(150, party=Party(1, 1), away=400, as_of=date(1996, 11, 7))

    assert found.pence == 1500 + 2 * 255
    assert any("other rules held" in condition for condition in found.conditions)


@pytest.mark.parametrize("day", [date(1997, 1, 1), date(2008, 6, 1), date(2016, 10, 24)])
def test_no_rate_is_made_up_where_no_source_was_found(day: date) -> None:
    found = ask(as_of=day)

    assert found.pence is None
    assert found.lines == ()
    assert "no source" in found.conditions[0]
    assert "25 October 2016" in found.conditions[0]
    assert found.words == "We cannot say how much you may get back."


@pytest.mark.parametrize("prison", ["England", "Isle of Man", "Northern Ireland", "Jersey"])
def test_a_day_before_the_first_rate_is_refused_with_that_day(prison: str) -> None:
    with pytest.raises(DateError, match="7 November 1996"):
        ask(prison=prison, as_of=date(1990, 1, 1))


def test_people_in_northern_ireland_have_their_own_scheme_since_july_2022() -> None:
    for prison in ("Northern Ireland", "England"):
        found = ask(home="Northern Ireland", prison=prison, as_of=date(2022, 7, 29))
        assert found.pence is None
        assert "Northern Ireland Prison Service" in found.scheme
        assert any("assistedprisonvisits@justice-ni.gov.uk" in condition for condition in found.conditions)
        assert found.claim_by(TODAY) is None
    assert ask(home="Northern Ireland", as_of=date(2022, 7, 28)).pence == 1950


def test_the_islands_have_limited_help_or_none() -> None:
    assert ask(prison="Jersey").pence is None
    assert ask(prison="Guernsey").pence is None
    assert ask(home="Jersey").pence is None
    man = ask(prison="Isle of Man")
    assert man.pence == 0
    assert man.words == "We know of nothing you may get back."


def test_above_1500_miles_the_calculator_gives_nothing_and_it_is_said() -> None:
    found = ask(1501)

    assert found.pence == 0
    assert any("stops at 1,500 miles" in condition for condition in found.conditions)


def test_a_claim_over_250_pounds_may_take_longer() -> None:
    assert any("over £250" in condition for condition in ask(1251).conditions)
    assert not any("over £250" in condition for condition in ask(1250).conditions)


def test_the_conditions_say_who_may_claim_and_by_when() -> None:
    english, scottish = ask(), ask(prison="Scotland")

    assert any("18 or over" in condition for condition in english.conditions)
    assert any("16 or over" in condition for condition in scottish.conditions)
    for named in ("Universal Credit", "HC3", "within 28 days", "26 visits a year"):
        assert any(named in condition for condition in english.conditions)
    assert english.claim_by(date(2026, 11, 1)) == date(2026, 11, 29)


def test_the_words_promise_nothing() -> None:
    found = ask(150, party=Party(2, 1), away=700, paid=None)
    said = " ".join((found.words, *found.conditions, *(line.rule for line in found.lines)))

    assert found.words == "You may get back about £45.30."
    assert "will get" not in said
    assert "guarantee" not in said


@pytest.mark.parametrize(
    ("paid", "public_transport", "days", "pence"),
    [(9000, None, 1, 4000), (9000, 2500, 1, 2500), (3000, 5000, 1, 3000), (9000, None, 2, 8000)],
)
def test_hire_is_the_least_of_bill_cap_and_public_transport(
    paid: int, public_transport: int | None, days: int, pence: int
) -> None:
    found = hwpv.hire_pence(days=days, paid_pence=paid, public_transport_pence=public_transport, as_of=TODAY)
    assert found == pence


def test_hire_needs_a_day_and_a_known_cap() -> None:
    with pytest.raises(InputError, match="at least one day"):
        hwpv.hire_pence(days=0, paid_pence=1, public_transport_pence=None, as_of=TODAY)
    with pytest.raises(DateError, match="9 May 2025"):
        hwpv.hire_pence(days=1, paid_pence=1, public_transport_pence=None, as_of=date(2024, 1, 1))


def test_what_is_left_to_pay_is_never_below_nothing() -> None:
    def cost(pence: int) -> Cost:
        return Cost((CostLine("Petrol", "fuel", pence, pence, pence, "known"),))

    assert hwpv.left_to_pay_pence(cost(5000), ask(150)) == 2000
    assert hwpv.left_to_pay_pence(cost(2000), ask(150)) == 0
    assert hwpv.left_to_pay_pence(cost(2000), ask(prison="Jersey")) == 2000


@given(
    miles=st.floats(0, 3000),
    home=st.sampled_from(Nation),
    prison=st.sampled_from(Nation),
    party=st.builds(Party, st.integers(1, 5), st.integers(0, 5)),
    away=st.none() | st.floats(0, 3000),
    day=st.dates(date(1996, 11, 7), date(2030, 1, 1)),
)
def test_any_answer_is_in_order_and_adds_up(
    *, miles: float, home: Nation, prison: Nation, party: Party, away: float | None, day: date
) -> None:
    found = ask(miles, home, prison, party=party, away=away, as_of=day)

    assert found.conditions
    if found.pence is None:
        assert found.low_pence is None
        assert found.high_pence is None
        return
    assert found.low_pence is not None
    assert found.high_pence is not None
    assert 0 <= found.low_pence <= found.pence <= found.high_pence
    assert found.pence == sum(line.pence or 0 for line in found.lines)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("england", Nation.ENGLAND),
        ("WAL", Nation.WALES),
        (" Northern Ireland ", Nation.NORTHERN_IRELAND),
        ("IOM", Nation.ISLE_OF_MAN),
        (Nation.SCOTLAND, Nation.SCOTLAND),
    ],
)
def test_a_nation_is_known_by_name_or_code(text: str, expected: Nation) -> None:
    assert nations.nation(text) is expected


def test_an_unknown_nation_and_impossible_numbers_are_refused() -> None:
    with pytest.raises(InputError, match=r"'France'.*England"):
        ask(home="France")
    with pytest.raises(InputError, match="0 or more"):
        ask(-1)
    with pytest.raises(InputError, match="0 or more"):
        ask(away=-1)
    with pytest.raises(InputError, match="0 or more"):
        ask(float("nan"))


@pytest.mark.parametrize(("pence", "text"), [(3000, "£30"), (1950, "£19.50"), (5, "£0.05"), (123_456, "£1,234.56")])
def test_pounds(pence: int, text: str) -> None:
    assert hwpv.pounds(pence) == text
