"""Local public transport: hours and days that differ, waits and rides against sums by hand, and what is not known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nearhome.data.catalogue import columns
from nearhome.data.errors import InputError
from nearhome.geo.transit import buses
from nearhome.geo.transit.buses import LocalService, Walker


@dataclass(frozen=True)
class At:
    """A point."""

    lat: float
    lon: float


TRURO = At(50.2632, -5.0510)
EXETER = At(50.7236, -3.5275)
EXETER_PRISON = At(50.7279, -3.5316)
KINLOCHBERVIE = At(58.4590, -5.0510)
MAGHABERRY = At(54.5180, -6.1850)


def service(runs: float, stop_m: float = 100.0) -> LocalService:
    """Return one place's service, made up."""
    values = np.asarray(runs, dtype=float)
    running = values > 0
    wait = buses.Span(
        *(np.where(running, number / np.sqrt(np.where(running, values, 1.0)), np.nan) for number in (12, 35, 60))
    )
    return LocalService(values, np.full(values.shape, stop_m), running, wait)


@pytest.mark.parametrize(
    ("minute", "name"),
    [
        (0, "night"),
        (419, "night"),
        (420, "morning"),
        (659, "morning"),
        (660, "midday"),
        (960, "afternoon"),
        (1140, "evening"),
        (1379, "evening"),
        (1380, "night"),
        (1440 + 500, "morning"),
    ],
)
def test_the_hours_of_a_band_are_those_of_the_source(minute: float, name: str) -> None:
    assert buses.band(minute) == name


def test_the_type_of_a_day() -> None:
    assert [buses.day_type(date(2026, 11, day)) for day in (20, 21, 22, 23)] == [
        "weekday",
        "saturday",
        "sunday",
        "weekday",
    ]


def test_sundays_and_evenings_have_less_and_the_dead_of_night_nothing() -> None:
    weekday, saturday, sunday, evening, night = (
        buses.service_at(TRURO, day, minute)
        for day, minute in (("weekday", 780), ("saturday", 780), ("sunday", 780), ("sunday", 1200), ("weekday", 180))
    )
    hourly = [float(each.runs_per_hour) for each in (weekday, saturday, sunday, evening)]
    assert hourly == sorted(hourly, reverse=True)
    assert weekday.runs
    assert not night.runs
    assert np.isnan(night.wait.typical)
    assert "not a timetable" in weekday.label


def test_runs_are_those_of_the_table() -> None:
    areas, table = columns.read_array("small_areas"), columns.read_array("bus_frequency")
    row = int(np.argmin(np.hypot(areas["easting"] - 182_600.0, areas["northing"] - 44_800.0)))
    found = buses.service_at(TRURO, "saturday", 700)
    near = [float(table["saturday_midday"][row]) / 50, float(found.runs_per_hour)]
    assert near[0] == pytest.approx(near[1], rel=0.5)


def test_far_from_any_bus_in_britain_nothing_runs_and_elsewhere_nothing_is_known() -> None:
    north = buses.service_at(KINLOCHBERVIE, "sunday", 780)
    assert north.known
    assert not north.runs
    for place in (MAGHABERRY, At(49.19, -2.11), At(float("nan"), 0.0)):
        found = buses.service_at(place, "weekday", 780)
        assert not found.known
        assert not found.runs
        assert not buses.local_ride(place, TRURO, "weekday", 780).exists


def test_many_points_have_the_answers_of_each() -> None:
    rng = np.random.default_rng(7)
    lat, lon = rng.uniform(50.2, 57.0, 200), rng.uniform(-4.0, -1.0, 200)
    many = buses.services(lat, lon, "weekday", 780)
    for number in range(0, 200, 20):
        one = buses.service_at(At(float(lat[number]), float(lon[number])), "weekday", 780)
        assert float(one.runs_per_hour) == pytest.approx(float(many.runs_per_hour[number]), nan_ok=True)
        assert bool(one.runs) == bool(many.runs[number])
    assert buses.services(lat.reshape(20, 10), lon.reshape(20, 10), "weekday", 780).stop_m.shape == (20, 10)


def test_who_starts_at_any_minute_waits_half_a_headway() -> None:
    found = buses.service_at(EXETER, "weekday", 780)
    assert float(found.headway_minutes) == pytest.approx(70 / np.sqrt(float(found.runs_per_hour)))
    assert found.wait.low < found.wait.typical < found.wait.high


def test_a_ride_is_walk_wait_and_way() -> None:
    found = buses.ride(5.0, service(4.0, 200.0), service(1.0, 100.0))

    changes = 1.5 * (1 - np.exp(-5 / 7.0))
    walk = 0.3 * 1.3 / 4.8 * 60
    timed = walk + 9 + 2.6 * 5 + 14.3 * changes
    assert float(found.walk_minutes) == pytest.approx(walk)
    assert float(found.changes) == pytest.approx(changes)
    assert float(found.minutes.typical) == pytest.approx(timed + 35)  # one run an hour at one end decides
    assert float(found.minutes.low) == pytest.approx(0.66 * timed)
    assert float(found.minutes.high) == pytest.approx(timed + 35 + np.hypot(0.46 * timed, 25))


@pytest.mark.parametrize(
    ("km", "hub", "measured"),
    [
        (3.5, True, 38.6),
        (5.0, True, 47.1),
        (9.5, True, 61.3),
        (13.0, True, 80.4),
        (5.0, False, 59.8),
        (9.5, False, 86.1),
        (13.0, False, 105.8),
    ],
)
def test_the_calibration_of_two_feeds_is_met(km: float, *, hub: bool, measured: float) -> None:
    """Median minutes of the feeds' own quickest ways by distance, with a busy end and without."""
    home = service({3.5: 4.0, 5.0: 3.8, 9.5: 4.0, 13.0: 2.5}[km] if hub else {5.0: 1.8, 9.5: 1.5, 13.0: 1.3}[km], 150.0)
    away = service(12.0 if hub else 3.0, 150.0)
    assert float(buses.ride(km, home, away).minutes.typical) == pytest.approx(measured, rel=0.2)


def test_no_local_bus_goes_further_than_it_was_measured() -> None:
    assert buses.ride(30.0, service(4.0), service(4.0)).exists
    assert not buses.ride(30.1, service(4.0), service(4.0)).exists
    assert not buses.ride(3.0, service(4.0), service(0.0)).exists


def test_rides_from_many_to_many_follow_the_rules_of_shapes() -> None:
    prisons, stations = buses.services([50.73, 51.5], [-3.53, -0.1], "saturday", 780), service(5.0)
    km = np.array([[2.0, 4.0, 6.0], [2.0, 4.0, 6.0]])
    column = LocalService(
        prisons.runs_per_hour[:, None],
        prisons.stop_m[:, None],
        prisons.runs[:, None],
        buses.Span(*(part[:, None] for part in prisons.wait)),
    )
    found = buses.ride(km, column, stations)
    assert found.minutes.typical.shape == (2, 3)
    assert (np.diff(found.minutes.typical, axis=1) > 0).all()


def test_a_buggy_and_a_way_without_steps_take_longer() -> None:
    walks = [float(who.minutes(1.0).typical) for who in (buses.WALKING, buses.WITH_BUGGY, buses.STEP_FREE)]
    assert walks[0] == pytest.approx(1.3 / 4.8 * 60)
    assert walks == sorted(walks)
    slow = buses.local_ride(EXETER, EXETER_PRISON, "weekday", 780, Walker(kph=3.0))
    assert slow.minutes.typical > buses.local_ride(EXETER, EXETER_PRISON, "weekday", 780).minutes.typical


def test_a_taxi_is_the_drive_and_a_wait_longer_in_the_country() -> None:
    found = buses.taxi([10.0, 10.0, 10.0], [20.0, 0.5, np.nan])
    assert found.typical.tolist() == [20.0, 30.0, 30.0]
    assert (found.low < found.typical).all()
    assert (found.typical < found.high).all()


def test_no_such_day_or_time() -> None:
    with pytest.raises(InputError, match="'bank holiday'"):
        buses.service_at(TRURO, "bank holiday", 780)  # type: ignore[arg-type]  # what a caller may get wrong
    for minute in (-1, float("nan")):
        with pytest.raises(InputError, match="minutes from midnight"):
            buses.service_at(TRURO, "weekday", minute)


@given(
    km=st.floats(0, 40),
    runs=st.tuples(st.floats(0, 200), st.floats(0, 200)),
    further=st.floats(0, 10),
)
def test_any_ride_is_in_order_and_grows_with_distance(km: float, runs: tuple[float, float], further: float) -> None:
    one, other = service(runs[0]), service(runs[1])
    near, far = buses.ride(km, one, other), buses.ride(km + further, one, other)
    if not near.exists:
        assert km > buses.LONGEST_RIDE_KM or min(runs) == 0
        return
    assert 0 < near.minutes.low <= near.minutes.typical <= near.minutes.high
    if far.exists:
        assert far.minutes.typical >= near.minutes.typical
