"""What a journey costs: each line against a sum done by hand, and rules that hold for any journey."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nearhome.analysis.costs import car, tariffs
from nearhome.analysis.costs import cost as visit_cost
from nearhome.analysis.costs.car import car_cost
from nearhome.analysis.costs.cost import Crossing, there_and_back
from nearhome.analysis.costs.party import Party
from nearhome.data.errors import DateError, InputError, TableError

TODAY = date(2026, 11, 21)
parties = st.builds(Party, adults=st.integers(1, 8), children=st.integers(0, 8))
crossings = st.lists(
    st.builds(Crossing, st.sampled_from(sorted(tariffs.crossings())), st.sampled_from("NESW")), max_size=4
)
journeys = st.fixed_dictionaries(
    {
        "return_miles": st.floats(0, 2000),
        "tolls": crossings,
        "party": parties,
        "as_of": st.dates(date(2008, 1, 1), date(2030, 1, 1)),
        "parking": st.booleans(),
        "town_centre": st.booleans(),
    }
)


def only(cost: visit_cost.Cost, kind: visit_cost.Kind) -> visit_cost.CostLine:
    (line,) = cost.only(kind).lines
    return line


def test_petrol_is_price_over_miles_per_gallon() -> None:
    cost = car_cost(return_miles=150, party=Party(), as_of=date(2012, 6, 1))

    # 150 miles / 39.6 mpg = 3.7879 gallons = 17.2201 litres at 136.40p
    assert only(cost, "fuel").pence == 2349
    assert "136p a litre" in only(cost, "fuel").basis


def test_petrol_is_low_in_a_thrifty_car_and_high_in_a_thirsty_one() -> None:
    line = only(car_cost(return_miles=150, party=Party(), as_of=date(2012, 6, 1)), "fuel")

    assert line.low_pence == int(150 / 53 * 4.54609 * 131)
    assert line.high_pence == int(150 / 30 * 4.54609 * 143) + 1


@pytest.mark.parametrize(
    ("out", "pence"),
    [
        ("E", 300),  # from Cornwall to Devon: paid on the way there
        ("W", 300),  # from Devon to Cornwall: paid on the way home
    ],
)
def test_the_tamar_bridge_is_paid_eastbound_only(out: visit_cost.Heading, pence: int) -> None:
    cost = car_cost(return_miles=200, tolls=there_and_back([Crossing("tamar", out)]), party=Party(), as_of=TODAY)

    assert only(cost, "toll").pence == pence
    assert "one direction only" in only(cost, "toll").basis


def test_one_way_over_the_free_side_of_a_toll_costs_nothing() -> None:
    cost = car_cost(return_miles=200, tolls=[Crossing("tamar", "W")], party=Party(), as_of=TODAY)

    assert not cost.only("toll").lines


def test_the_humber_bridge_is_paid_both_ways() -> None:
    cost = car_cost(return_miles=60, tolls=there_and_back([Crossing("humber", "N")]), party=Party(), as_of=TODAY)

    assert only(cost, "toll").pence == 2 * 150


@pytest.mark.parametrize(("day", "pence"), [(date(2018, 12, 16), 560), (date(2018, 12, 17), None)])
def test_the_severn_was_paid_westbound_until_december_2018(day: date, pence: int | None) -> None:
    cost = car_cost(return_miles=60, tolls=there_and_back([Crossing("severn", "E")]), party=Party(), as_of=day)

    assert [line.pence for line in cost.only("toll").lines] == ([] if pence is None else [pence])


def test_a_ferry_charges_the_car_with_its_driver_then_everyone_else() -> None:
    cost = car_cost(
        return_miles=300,
        ferries=there_and_back([Crossing("oban_craignure", "W")]),
        party=Party(adults=4),
        as_of=date(2018, 6, 1),
        parking=False,
    )

    # Mull and Iona Ferry Committee: 55.60 pounds return for a car and four people
    assert only(cost, "ferry").pence == pytest.approx(5560, abs=10)


def test_a_ferry_without_cars_charges_everyone_on_foot() -> None:
    cost = car_cost(return_miles=20, ferries=[Crossing("penzance_st_marys", "W")], party=Party(2, 1), as_of=TODAY)

    adult, child = (tariffs.value(f"penzance_st_marys.{part}", TODAY).value for part in ("adult", "child"))
    assert only(cost, "ferry").pence == 2 * adult + child
    assert "carries no cars" in only(cost, "ferry").basis


def test_an_unknown_ferry_is_a_wide_guess_and_says_so() -> None:
    def line(key: str, sea_miles: float | None) -> visit_cost.CostLine:
        ferry = [Crossing(key, "E", sea_miles=sea_miles)]
        return only(car_cost(return_miles=20, ferries=ferry, party=Party(), as_of=TODAY), "ferry")

    known, guess = line("berneray_leverburgh", None), line("anywhere", 10)
    assert guess.pence == known.pence
    assert guess.low_pence < known.low_pence
    assert guess.high_pence > known.high_pence
    assert "no fare was found" in guess.basis


def test_an_unknown_ferry_of_unknown_length_is_refused() -> None:
    with pytest.raises(TableError, match=r"'anywhere'.*miles at sea"):
        car_cost(return_miles=20, ferries=[Crossing("anywhere", "E")], party=Party(), as_of=TODAY)


def test_a_sixth_person_needs_a_second_car() -> None:
    five = car_cost(return_miles=100, party=Party(2, 3), as_of=TODAY)
    six = car_cost(return_miles=100, party=Party(2, 4), as_of=TODAY)

    assert only(six, "fuel").pence == pytest.approx(2 * only(five, "fuel").pence, abs=1)
    assert "in 2 cars" in only(six, "fuel").basis


def test_parking_in_a_town_costs_more_than_at_the_prison() -> None:
    site = car_cost(return_miles=0, party=Party(), as_of=TODAY)
    town = car_cost(return_miles=0, party=Party(), as_of=TODAY, town_centre=True)

    assert only(site, "parking").pence < only(town, "parking").pence
    assert not car_cost(return_miles=0, party=Party(), as_of=TODAY, parking=False).only("parking").lines


def test_a_hired_car_costs_its_days_and_its_petrol_but_no_wear() -> None:
    own = car_cost(return_miles=100, party=Party(), as_of=TODAY)
    hired = car.hire_cost(days=2, return_miles=100, party=Party(), as_of=TODAY)

    assert only(hired, "hire").pence == 2 * tariffs.value("hire_per_day", TODAY).value
    assert only(hired, "fuel") == only(own, "fuel")
    assert not hired.only("wear").lines
    with pytest.raises(InputError, match="at least one day, and 0"):
        car.hire_cost(days=0, return_miles=100, party=Party(), as_of=TODAY)


def test_a_lift_may_cost_nothing_but_the_crossings() -> None:
    lift = car.lift_cost(return_miles=100, tolls=there_and_back([Crossing("humber", "N")]), party=Party(), as_of=TODAY)

    assert lift.low_pence == 2 * 135
    assert lift.pence == only(lift, "fuel").pence + 300


def test_the_whole_cost_of_a_mile_is_the_approved_rate() -> None:
    assert car.whole_cost_line(return_miles=100, as_of=TODAY).pence == 4500
    assert car.whole_cost_line(return_miles=100, as_of=date(2008, 6, 1)).pence == 4000


@pytest.mark.parametrize(("party", "rooms"), [(Party(1, 0), 1), (Party(2, 2), 1), (Party(2, 3), 2), (Party(3, 0), 2)])
def test_a_night_needs_a_room_for_two_adults_or_four_people(party: Party, rooms: int) -> None:
    room = tariffs.value("room_per_night", TODAY).value
    assert car.overnight_line(nights=2, party=party, as_of=TODAY).pence == rooms * 2 * room
    with pytest.raises(InputError, match="at least one night"):
        car.overnight_line(nights=0, party=party, as_of=TODAY)


@given(journeys)
def test_low_is_never_above_central_nor_central_above_high(journey: dict[str, object]) -> None:
    cost = car_cost(**journey)  # type: ignore[arg-type]  # hypothesis gives the right types
    for each in (cost, *cost.lines):
        assert isinstance(each.pence, int)
        assert 0 <= each.low_pence <= each.pence <= each.high_pence
    assert cost.pence == sum(line.pence for line in cost.lines)


@given(journeys, st.floats(0, 500))
def test_more_miles_never_cost_less(journey: dict[str, object], further: float) -> None:
    shorter = car_cost(**journey)  # type: ignore[arg-type]  # hypothesis gives the right types
    miles = float(str(journey["return_miles"])) + further
    longer = car_cost(**(journey | {"return_miles": miles}))  # type: ignore[arg-type]  # as above
    assert longer.pence >= shorter.pence


@given(crossings)
def test_the_way_home_mirrors_the_way_there(out: list[Crossing]) -> None:
    trip = there_and_back(out)
    assert trip[: len(out)] == tuple(out)
    assert there_and_back(trip[len(out) :])[len(out) :] == tuple(out)


@pytest.mark.parametrize("miles", [-1, float("nan"), float("inf")])
def test_impossible_miles_are_refused(miles: float) -> None:
    with pytest.raises(InputError, match="0 miles or more"):
        car_cost(return_miles=miles, party=Party(), as_of=TODAY)


def test_a_day_before_any_price_is_refused_with_the_first_day_known() -> None:
    with pytest.raises(DateError, match="1 January 2008"):
        car_cost(return_miles=10, party=Party(), as_of=date(2001, 1, 1))


def test_a_heading_is_one_of_four() -> None:
    with pytest.raises(InputError, match="use N, E, S or W"):
        Crossing("tamar", "NE")  # type: ignore[arg-type]  # the mistake under test


@pytest.mark.parametrize(
    ("adults", "children", "said"),
    [
        (0, 1, "At least one adult travels; 0 was given"),
        (-2, 0, "At least one adult travels; -2 was given"),
        (1, -1, "Children cannot be fewer than 0; -1 was given"),
        (1.5, 0, "adults must be a whole number, and 1.5"),
        (True, 0, "adults must be a whole number, and True"),
    ],
)
def test_a_party_without_an_adult_or_below_zero_is_refused(adults: int, children: int, said: str) -> None:
    with pytest.raises(InputError, match=said):
        Party(adults, children)
