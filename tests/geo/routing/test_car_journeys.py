"""Journeys in legs: they add up, have names, headings, and a low and a high that were measured."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import pytest

from nearhome.data.base import coordinates
from nearhome.data.catalogue import tables
from nearhome.data.prisons import register
from nearhome.geo.matrices import pairs
from nearhome.geo.places import find
from nearhome.geo.routing import car_journeys
from nearhome.geo.routing.car_journeys import SHORT_METRES, CarJourney
from nearhome.geo.routing.router import Router
from tests.paths import SHARED

CHECKS = SHARED / "data" / "checks" / "drive_times_uk_2026.csv"
METRES_IN_A_MILE = 1_609.344


@dataclass(frozen=True)
class At:
    """A point in degrees, EPSG:4326."""

    lat: float
    lon: float


@pytest.fixture(scope="module")
def many() -> list[tuple[At, register.Prison, CarJourney]]:
    """Return journeys from every ninetieth postcode district to prisons all over the country."""
    starts = tables.read_rows("postcode_districts", lambda row: At(float(row["lat"]), float(row["lon"])))[::90]
    open_now = [each for each in register.prisons() if each.is_open(date(2026, 11, 21)) and each.nation == "England"]
    ends = [open_now[number * 13 % len(open_now)] for number in range(len(starts))]
    return [(start, end, car_journeys.by_car(start, end)) for start, end in zip(starts, ends, strict=True)]


def test_legs_add_up_to_the_journey(many: list[tuple[At, register.Prison, CarJourney]]) -> None:
    for _, _, journey in many:
        assert sum(leg.miles for leg in journey.legs) == pytest.approx(journey.miles)
        assert sum(leg.minutes for leg in journey.legs) == pytest.approx(journey.minutes)
        both = (*journey.legs, *journey.legs_back)
        assert sum(leg.miles for leg in both) == pytest.approx(journey.return_miles)
        assert sum(leg.minutes for leg in both) == pytest.approx(journey.return_minutes)
        by_road = sum(leg.miles for leg in both if leg.kind != "ferry")
        assert by_road == pytest.approx(journey.return_road_miles)


def test_a_journey_is_the_router_s_route_there_and_the_one_back(
    many: list[tuple[At, register.Prison, CarJourney]],
) -> None:
    router = Router.shipped()
    for start, end, journey in many:
        there, back = router.route(start, end), router.route(end, start)
        assert (journey.miles, journey.minutes) == (there.miles, there.minutes)
        assert journey.return_minutes == there.minutes + back.minutes
        assert journey.line == there.line
        assert journey.crow_miles == coordinates.crow_miles(start.lat, start.lon, end.lat, end.lon)
        assert journey.minutes_low < journey.minutes < journey.minutes_high


def test_legs_have_the_names_that_people_drive_by(many: list[tuple[At, register.Prison, CarJourney]]) -> None:
    for _, _, journey in many:
        for legs in (journey.legs, journey.legs_back):
            assert all(leg.name and leg.kind in {"local", "road", "crossing", "ferry"} for leg in legs)
            assert all((leg.kind == "ferry") == bool(leg.ferry) for leg in legs)
            assert all(leg.heading in {"N", "E", "S", "W"} for leg in legs)
            for before, after in pairwise(legs):
                assert (before.kind, before.name) != (after.kind, after.name)
            for before, leg, after in zip(legs, legs[1:], legs[2:], strict=False):
                short = leg.kind == "road" and leg.miles * METRES_IN_A_MILE < SHORT_METRES - 1
                assert not (short and before.kind == after.kind == "road" and before.name == after.name)


def test_exeter_from_truro_is_the_a30_eastwards() -> None:
    journey = car_journeys.by_car(find.find("TR1 2HE"), register.by_id("EXI"))
    longest = max(journey.legs, key=lambda leg: leg.miles)
    assert (longest.kind, longest.name, longest.heading) == ("road", "A30", "E")
    assert longest.miles > 70
    back = max(journey.legs_back, key=lambda leg: leg.miles)
    assert (back.name, back.heading) == ("A30", "W")


def test_a_prison_next_door_is_on_local_streets() -> None:
    prison = register.by_id("EXI")
    journey = car_journeys.by_car(At(prison.lat + 0.001, prison.lon), prison)
    assert [leg.kind for leg in journey.legs] == ["local"]
    assert journey.legs[0].heading == "S"
    here = car_journeys.by_car(prison, prison)
    assert (here.legs, here.miles, here.return_minutes) == ((), 0, 0)


@pytest.mark.skipif(not CHECKS.is_file(), reason="the reference drive times are not on this machine")
def test_eight_in_ten_of_the_drives_held_out_fall_between_low_and_high() -> None:
    with CHECKS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[1::2]  # the other half calibrated the speeds
    start, end = (np.array([(float(row[f"{side}_lat"]), float(row[f"{side}_lon"])) for row in rows]) for side in "od")
    ours = pairs.pair_times(start, end).minutes
    taken = np.array([float(row["seconds"]) for row in rows]) / 60
    inside = (car_journeys.LOW_SHARE * ours <= taken) & (taken <= car_journeys.HIGH_SHARE * ours)
    assert len(rows) >= 400
    assert 0.75 <= inside.mean() <= 0.85
    assert (taken < car_journeys.LOW_SHARE * ours).mean() == pytest.approx(0.1, abs=0.05)
    assert (taken > car_journeys.HIGH_SHARE * ours).mean() == pytest.approx(0.1, abs=0.05)
    assert np.median(ours / taken) == pytest.approx(1.0, abs=0.03)
    assert np.abs(ours - taken).mean() < 4.0
