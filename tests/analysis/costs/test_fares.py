"""Fares: against the rows that were not fitted, published prices and sums done by hand."""

from __future__ import annotations

import csv
import statistics
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nearhome.analysis.costs import fares
from nearhome.analysis.costs.fares import (
    bus_fare,
    coach_fare,
    hire_cost,
    night_cost,
    rail_fare,
    railcard_price,
    taxi_fare,
)
from nearhome.analysis.costs.party import Party
from nearhome.data.errors import DateError, InputError
from tests.paths import SHARED

TODAY = date(2026, 11, 21)
CHECK = SHARED / "data" / "checks" / "rail_fares_from_exeter_2022.csv"


@pytest.mark.skipif(not CHECK.is_file(), reason="the reference fares are not on this machine")
def test_fares_of_2022_that_were_not_fitted_are_met() -> None:
    with CHECK.open(encoding="utf-8") as file:
        rows = [row for number, row in enumerate(csv.DictReader(file)) if number % 2 and row["km"]]
    ratios = [fares.anytime_single_2022(float(row["km"]), TODAY) / (100 * float(row["fare"])) for row in rows]

    assert len(ratios) > 600
    assert 0.95 <= statistics.median(ratios) <= 1.05
    assert sum(abs(ratio - 1) <= 0.35 for ratio in ratios) >= 0.7 * len(ratios)


@pytest.mark.parametrize(
    ("km", "nation", "day", "pence", "single"),
    [
        (76, "Scotland", date(2025, 9, 1), 1680, False),  # Edinburgh to Glasgow (Edinburgh News, 31 August 2025)
        (27, "Scotland", date(2025, 9, 1), 1010, False),  # Inverurie to Aberdeen (The Scotsman, 29 August 2025)
        (19, "Wales", date(2023, 1, 1), 570, True),  # Cardiff to Newport, before the rise of March 2023
        (73, "Wales", date(2023, 1, 1), 1170, True),  # Cardiff to Swansea, as above
    ],
)
def test_published_fares_elsewhere_lie_between_low_and_high(
    km: float, nation: str, day: date, pence: int, *, single: bool
) -> None:
    found = rail_fare(km, party=Party(), as_of=day, nation=nation, single=single)
    assert found.low_pence <= pence <= found.high_pence


def test_rises_are_those_that_were_announced() -> None:
    def fare(day: date, nation: str = "England") -> int:
        return rail_fare(300, party=Party(), as_of=day, nation=nation).pence

    for before, after, rise in (
        (date(2023, 3, 4), date(2023, 3, 5), 1.059),
        (date(2024, 3, 2), date(2024, 3, 3), 1.049),
        (date(2025, 3, 1), date(2025, 3, 2), 1.046),
        (date(2026, 2, 1), date(2026, 6, 1), 1.0),
    ):
        assert fare(after) / fare(before) == pytest.approx(rise, abs=0.0005)
    assert fare(date(2024, 4, 1), "Scotland") / fare(date(2024, 3, 31), "Scotland") == pytest.approx(1.087, abs=0.0005)
    assert fare(date(2025, 4, 1), "Scotland") / fare(date(2025, 3, 31), "Scotland") == pytest.approx(1.038, abs=0.0005)


def test_children_pay_half_and_the_youngest_nothing() -> None:
    one = rail_fare(193, party=Party(), as_of=TODAY).pence

    assert rail_fare(193, party=Party(1, 2, (7, 15)), as_of=TODAY).pence == pytest.approx(2 * one, abs=1)
    assert rail_fare(193, party=Party(1, 2, (3, 4)), as_of=TODAY).pence == one
    assert rail_fare(193, party=Party(1, 1, (16,)), as_of=TODAY).pence == pytest.approx(2 * one, abs=1)
    unknown = rail_fare(193, party=Party(1, 2), as_of=TODAY)
    assert unknown.pence == pytest.approx(2 * one, abs=1)
    assert "counted as 5 to 15" in unknown.basis


@pytest.mark.parametrize(
    ("railcard", "party", "share"),
    [
        ("family", Party(1, 1, (9,)), 0.666 + 0.5 * 0.4),
        ("family", Party(5, 5, (9, 9, 9, 9, 9)), 4 * 0.666 + 1 + 4 * 0.2 + 0.5),
        ("two_together", Party(2), 2 * 0.666),
        ("16-25", Party(2), 0.666 + 1),
        ("senior", Party(1, 1, (9,)), 0.666 + 0.5),
        ("disabled", Party(2), 2 * 0.666),
    ],
)
def test_a_railcard_takes_a_third_off_adults_and_some_take_60_per_cent_off_children(
    railcard: fares.Railcard, party: Party, share: float
) -> None:
    one = rail_fare(193, party=Party(), as_of=TODAY).pence
    found = rail_fare(193, party=party, as_of=TODAY, railcard=railcard)

    assert found.pence == pytest.approx(share * one, abs=5)
    assert "Railcard" in found.basis


def test_a_network_railcard_has_a_least_fare_and_never_makes_a_ticket_dearer() -> None:
    cheap, dear = (rail_fare(km, party=Party(), as_of=TODAY).pence for km in (15, 120))

    assert rail_fare(15, party=Party(), as_of=TODAY, railcard="network").pence == min(cheap, 1300)
    assert rail_fare(120, party=Party(), as_of=TODAY, railcard="network").pence == pytest.approx(0.666 * dear, abs=2)


def test_a_child_pays_at_least_a_pound_with_a_family_card() -> None:
    with_card = rail_fare(2, party=Party(1, 1, (9,)), as_of=TODAY, railcard="family").pence
    adult = 0.666 * rail_fare(2, party=Party(), as_of=TODAY).pence
    assert with_card == pytest.approx(adult + 100, abs=2)


def test_a_card_that_does_not_fit_is_refused() -> None:
    with pytest.raises(InputError, match=r"Family & Friends Railcard needs a child .* 1 adult travel"):
        rail_fare(100, party=Party(1, 1, (3,)), as_of=TODAY, railcard="family")
    with pytest.raises(InputError, match="needs 2 adults"):
        rail_fare(100, party=Party(), as_of=TODAY, railcard="two_together")


def test_a_single_is_no_dearer_than_a_return_and_no_cheaper_than_half() -> None:
    for km in (5, 60, 193, 400, 900):
        back, one = (rail_fare(km, party=Party(), as_of=TODAY, single=single) for single in (False, True))
        assert back.pence / 2 <= one.pence <= back.pence
        assert one.high_pence <= back.high_pence


def test_what_cannot_be_a_rail_journey_is_refused() -> None:
    for km in (-1, 1501, float("nan")):
        with pytest.raises(InputError, match="0 to 1500 km"):
            rail_fare(km, party=Party(), as_of=TODAY)
    with pytest.raises(InputError, match="Jersey"):
        rail_fare(10, party=Party(), as_of=TODAY, nation="Jersey")
    with pytest.raises(DateError, match="1 January 2008"):
        rail_fare(10, party=Party(), as_of=date(2007, 1, 1))


def test_a_railcard_costs_35_pounds_since_march_2025() -> None:
    assert railcard_price("family", date(2025, 3, 1)).pence == 3000
    assert railcard_price("16-25", date(2025, 3, 2)).pence == 3500


@pytest.mark.parametrize(
    ("day", "nation", "party", "pence"),
    [
        (date(2024, 12, 31), "England", Party(), 400),
        (date(2025, 1, 1), "England", Party(), 600),
        (date(2025, 1, 1), "England", Party(1, 1, (4,)), 600),
        (date(2025, 1, 1), "England", Party(1, 1, (16,)), 1200),
        (date(2025, 12, 1), "Wales", Party(1, 2, (6, 17)), 560 + 400),
        (date(2025, 12, 1), "Scotland", Party(1, 2, (6, 17)), 540),
    ],
)
def test_two_bus_rides_by_date_nation_and_age(day: date, nation: str, party: Party, pence: int) -> None:
    assert bus_fare(2, party=party, as_of=day, nation=nation).pence == pence


def test_no_ride_costs_nothing_and_half_a_ride_is_refused() -> None:
    assert bus_fare(0, party=Party(3), as_of=TODAY).high_pence == 0
    for rides in (-1, 1.5, True):
        with pytest.raises(InputError, match="whole numbers"):
            bus_fare(rides, party=Party(), as_of=TODAY)  # type: ignore[arg-type]  # what a caller may get wrong


def test_two_miles_by_taxi_cost_what_they_did_on_average() -> None:
    average = 716  # Private Hire and Taxi Monthly, August 2023
    found = taxi_fare(2, party=Party(), as_of=date(2023, 8, 15), trips=1)

    assert found.pence == average
    assert found.low_pence < 600
    assert found.high_pence >= 1060  # Guildford, third of the list


def test_a_taxi_takes_four_and_costs_more_at_night() -> None:
    day = taxi_fare(5, party=Party(4), as_of=TODAY)

    assert day.pence == 2 * (480 + 4 * 285)
    assert taxi_fare(5, party=Party(4, 1), as_of=TODAY).pence == 2 * day.pence
    assert taxi_fare(5, party=Party(), as_of=TODAY, night=True).pence == 1.5 * day.pence
    with pytest.raises(InputError, match="0 or more"):
        taxi_fare(-1, party=Party(), as_of=TODAY)


def test_a_coach_to_birmingham_costs_about_the_average_of_2022() -> None:
    found = coach_fare(190, party=Party(), as_of=date(2022, 6, 1), single=True)

    assert found.low_pence <= 815 <= found.high_pence
    assert coach_fare(190, party=Party(), as_of=TODAY).pence == pytest.approx(
        2 * coach_fare(190, party=Party(), as_of=TODAY, single=True).pence, abs=1
    )
    assert coach_fare(190, party=Party(1, 1, (2,)), as_of=TODAY) != coach_fare(
        190, party=Party(1, 1, (3,)), as_of=TODAY
    )


def test_hire_and_a_night_are_those_of_the_costs_tables() -> None:
    assert hire_cost(2, party=Party(), as_of=TODAY).pence == 10_000
    assert night_cost(Party(3), TODAY).pence == 15_000
    with pytest.raises(InputError, match="at least one day"):
        hire_cost(0, party=Party(), as_of=TODAY)
    with pytest.raises(InputError, match="at least one night"):
        night_cost(Party(), TODAY, 0)


def test_a_fare_becomes_a_line_of_a_journeys_cost() -> None:
    line = taxi_fare(1, party=Party(), as_of=TODAY).line("Taxi from the station", "taxi")
    assert (line.label, line.kind, line.pence) == ("Taxi from the station", "taxi", 960)


@given(
    km=st.floats(0, 1500),
    further=st.floats(0, 500),
    party=st.builds(Party, st.integers(1, 6), st.integers(0, 6)),
    day=st.dates(date(2008, 1, 1), date(2030, 1, 1)),
    nation=st.sampled_from(["England", "Wales", "Scotland", "Northern Ireland"]),
)
def test_any_fare_is_in_order_and_grows_with_distance(
    km: float, further: float, party: Party, day: date, nation: str
) -> None:
    near = rail_fare(km, party=party, as_of=day, nation=nation)
    far = rail_fare(min(1500.0, km + further), party=party, as_of=day, nation=nation)

    assert 0 <= near.low_pence <= near.pence <= near.high_pence
    assert far.pence >= near.pence
    assert rail_fare(km, party=Party(party.adults + 1, party.children), as_of=day, nation=nation).pence > near.pence


def test_ages_are_one_for_each_child() -> None:
    assert Party(1, 2, (3, 17)).aged(5, 15) == 0
    assert Party(1, 2).aged(5, 15) is None
    assert Party(1).aged(5, 15) == 0
    for ages in ((3,), (3, 18), (3, -1), (3, True)):
        with pytest.raises(InputError, match=r"age"):
            Party(1, 2, ages)
