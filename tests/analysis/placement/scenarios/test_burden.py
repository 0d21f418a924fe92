"""What one visit takes: means over an authority, day trips, money, against independent sums."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from nearhome.analysis.costs import car as car_costs
from nearhome.analysis.costs.party import Party
from nearhome.analysis.placement.scenarios import burden
from nearhome.analysis.placement.scenarios.burden import PrisonSite, Ways
from nearhome.analysis.placement.scenarios.schema import Visits
from nearhome.analysis.population import estate, homes
from nearhome.data.prisons import published_figures, register
from nearhome.geo.routing.router import Router

DAY = date(2026, 7, 27)
ENGLAND = estate.NATIONS[0]
EXETER = PrisonSite("EXI", register.by_id("EXI").lat, register.by_id("EXI").lon)


def _ways(minutes: float, miles: float) -> Ways:
    each = [np.array([[value]]) for value in (minutes, 1.5 * minutes, miles, miles / 1.3)]
    return Ways(*each)


def test_an_authoritys_way_is_the_mean_of_its_likely_homes() -> None:
    found = burden.ways(ENGLAND, DAY, (EXETER,), "weekday")
    where = homes.sectors(ENGLAND)
    row = where.codes.index("E06000052")
    inside = np.flatnonzero(where.authority == row)
    weight = where.weights(published_figures.figure("deprivation", "ratio", DAY).value)[inside]
    starts = [PrisonSite("", where.lat[at], where.lon[at]) for at in inside]
    minutes = Router.shipped().matrix(starts, [EXETER]).minutes[:, 0]
    known = np.isfinite(minutes)
    expected = (minutes[known] * weight[known]).sum() / weight[known].sum()
    assert found.minutes_car[row, 0] == pytest.approx(expected, abs=0.001)
    assert found.miles[row, 0] > found.crow_miles[row, 0]
    assert found.minutes_public[row, 0] > found.minutes_car[row, 0]


def test_a_new_point_screened_is_near_what_it_is_in_full() -> None:
    spots = (PrisonSite("", 50.47, -4.72),)
    rough = burden.screened("Scotland", DAY, spots, "weekday", public=True)
    exact = burden.ways("Scotland", DAY, spots, "weekday", public=False)
    assert np.allclose(rough.minutes_car, exact.minutes_car, equal_nan=True)
    assert np.isfinite(rough.minutes_public).any()


@pytest.mark.parametrize("miles", [0.0, 40.0, 333.0])
def test_a_car_costs_what_costs_says(miles: float) -> None:
    visits = Visits(adults=2, children=1)
    found = burden.by_car(_ways(60.0, miles), (EXETER,), visits, DAY, ENGLAND)
    expected = car_costs.car_cost(return_miles=2 * miles, party=Party(2, 1), as_of=DAY).pence
    assert found.pence[0, 0] == pytest.approx(expected, abs=2)
    assert found.help_pence[0, 0] == pytest.approx(2 * miles * 20)


def test_a_long_day_has_food_and_a_longer_one_a_room() -> None:
    visits = Visits(adults=1, children=0)
    short, long, longest = (
        burden.by_car(_ways(minutes, 50.0), (EXETER,), visits, DAY, ENGLAND) for minutes in (59.0, 61.0, 600.0)
    )
    assert long.pence[0, 0] > short.pence[0, 0]
    assert long.pence[0, 0] - short.pence[0, 0] == long.help_pence[0, 0] - short.help_pence[0, 0]
    assert longest.night[0, 0]
    assert not long.night[0, 0]
    assert longest.pence[0, 0] - longest.help_pence[0, 0] > long.pence[0, 0] - long.help_pence[0, 0]


def test_flexible_sessions_never_shorten_a_day_trip() -> None:
    for each in ("EXI", "DMI", "BZI", ""):
        assert burden.longest_day_trip(each, flexible=True) >= burden.longest_day_trip(each) > 0
    # 13 hours from 7 to 20 o'clock, less 45 minutes before, 120 inside and 15 to the gate, halved.
    assert burden.longest_day_trip("", flexible=True) >= 300


def test_where_no_bus_or_train_is_known_somebody_drives() -> None:
    ways = _ways(60.0, 30.0)
    ways.minutes_public[:] = np.nan
    visits = Visits()
    found = burden.by_public_transport(ways, (EXETER,), visits, DAY, ENGLAND)
    car = burden.by_car(ways, (EXETER,), visits, DAY, ENGLAND)
    assert found.minutes[0, 0] == car.minutes[0, 0]
    assert found.pence[0, 0] == car.pence[0, 0]


def test_scotlands_rate_is_its_own_and_northern_irelands_is_not_known() -> None:
    rates = [
        burden.by_car(_ways(60.0, 50.0), (EXETER,), Visits(), DAY, nation).help_pence[0, 0] for nation in estate.NATIONS
    ]
    assert rates[1] > rates[0]
    assert np.isnan(rates[2])
