"""Every open prison from every part of the United Kingdom, by the ferries and tolls that are really on the way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest

from nearhome.data.catalogue import tables
from nearhome.data.errors import NoRouteError
from nearhome.data.prisons import register
from nearhome.geo.places import find
from nearhome.geo.routing import car_journeys
from nearhome.geo.routing.router import Router

if TYPE_CHECKING:
    from nearhome.data.base.coordinates import Point
    from nearhome.geo.routing.car_journeys import CarJourney, RoadLeg
    from nearhome.geo.routing.routes import Matrix

TODAY = date(2026, 11, 21)
NO_CAR_FERRY = {"PH42", "PH43", "PH44"}
"""Eigg, Rum and Canna: the Small Isles, whose ferry carries no visitors' cars."""

CHANNEL_ISLANDS = {"Jersey", "Guernsey"}


@dataclass(frozen=True)
class District:
    """A postcode district and its middle, EPSG:4326."""

    name: str
    lat: float
    lon: float


@pytest.fixture(scope="module")
def districts() -> list[District]:
    """Return every postcode district."""
    return tables.read_rows(
        "postcode_districts", lambda row: District(row["district"], float(row["lat"]), float(row["lon"]))
    )


@pytest.fixture(scope="module")
def estate() -> list[register.Prison]:
    """Return every prison open today except those of the Channel Islands."""
    return [each for each in register.prisons() if each.is_open(TODAY) and each.nation not in CHANNEL_ISLANDS]


@pytest.fixture(scope="module")
def matrix(districts: list[District], estate: list[register.Prison]) -> Matrix:
    """Return the times from every district to every prison."""
    return Router.shipped().matrix(districts, estate)


def test_the_estate_is_whole(districts: list[District], estate: list[register.Prison]) -> None:
    everywhere = [each for each in register.prisons() if each.is_open(TODAY)]
    assert len(everywhere) == 149
    assert len(estate) == 147
    assert {each.nation for each in estate} == {"England", "Wales", "Scotland", "Northern Ireland", "Isle of Man"}
    assert len(districts) > 2_900


def test_every_prison_is_reached_from_every_district_but_the_small_isles(
    matrix: Matrix, districts: list[District]
) -> None:
    cut_off = {each.name for each, row in zip(districts, matrix.minutes, strict=True) if np.isnan(row).any()}
    assert cut_off == NO_CAR_FERRY
    for each, row in zip(districts, matrix.minutes, strict=True):
        assert np.isnan(row).all() == (each.name in NO_CAR_FERRY)
    np.testing.assert_array_equal(np.isnan(matrix.minutes), np.isnan(matrix.miles))


def test_no_journey_is_quicker_than_a_motorway_or_shorter_than_the_crow_flies(
    matrix: Matrix, districts: list[District], estate: list[register.Prison]
) -> None:
    mph = 60 * matrix.miles / np.maximum(matrix.minutes, 1e-9)
    assert np.nanmax(mph) < 65
    lat, lon = (np.radians([getattr(each, axis) for each in districts])[:, None] for axis in ("lat", "lon"))
    to_lat, to_lon = (np.radians([getattr(each, axis) for each in estate]) for axis in ("lat", "lon"))
    cosine = np.sin(lat) * np.sin(to_lat) + np.cos(lat) * np.cos(to_lat) * np.cos(lon - to_lon)
    crow = 3_958.76 * np.arccos(np.clip(cosine, -1, 1))
    known = np.isfinite(matrix.miles)
    assert np.all(matrix.miles[known] >= 0.99 * crow[known] - 0.1)


@pytest.mark.parametrize("name", sorted(NO_CAR_FERRY))
def test_from_the_small_isles_one_sentence_says_why_not(name: str, estate: list[register.Prison]) -> None:
    with pytest.raises(NoRouteError, match="look for a") as caught:
        car_journeys.by_car(find.find(name), estate[0])
    assert caught.value.where == "origin"
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("nation", sorted(CHANNEL_ISLANDS))
def test_to_the_channel_islands_one_sentence_says_why_not(nation: str) -> None:
    island = next(each for each in register.prisons() if each.is_open(TODAY) and each.nation == nation)
    with pytest.raises(NoRouteError, match="look for a") as caught:
        car_journeys.by_car(find.find("TR1 2HE"), island)
    assert caught.value.where == "destination"


def test_each_district_has_a_route_from_door_to_gate(
    matrix: Matrix, districts: list[District], estate: list[register.Prison]
) -> None:
    router = Router.shipped()
    for row, district in enumerate(districts):
        if district.name in NO_CAR_FERRY:
            continue
        column = row * 31 % len(estate)
        route = router.route(district, estate[column])
        assert (route.minutes, route.miles) == (matrix.minutes[row, column], matrix.miles[row, column])
        line = route.line
        assert line[0] == (district.lat, district.lon)
        assert line[-1] == (estate[column].lat, estate[column].lon)
        assert len(line) > 2 or route.miles < 5


def journey(start: str, end: str) -> CarJourney:
    """Return the journey between two places, or to the open prison of that name."""
    found: Point
    try:
        found = next(each for each in register.prisons() if each.is_open(TODAY) and each.short_name == end)
    except StopIteration:
        found = find.find(end)
    return car_journeys.by_car(find.find(start), found)


def passed(legs: tuple[RoadLeg, ...], what: str) -> list[tuple[str, str]]:
    """Return the tolls or ferries of legs, with the heading on which each is passed."""
    return [(getattr(leg, what), leg.heading) for leg in legs if getattr(leg, what)]


# Which ferry joins which places is common knowledge of the map; each appears once there and once back.
@pytest.mark.parametrize(
    ("start", "end", "ferries", "heading"),
    [
        ("PO30", "Winchester", {"wight_southampton_east_cowes", "wight_lymington_yarmouth"}, "N"),
        ("PO38", "Winchester", {"wight_portsmouth_fishbourne"}, "E"),
        ("ZE1", "Grampian", {"aberdeen_lerwick"}, "S"),
        ("HS1", "Inverness", {"ullapool_stornoway"}, "E"),
        ("BT1", "Liverpool", {"cairnryan_belfast", "cairnryan_larne", "liverpool_belfast"}, "E"),
        ("L1", "Isle of Man Prison (Jurby)", {"heysham_douglas"}, "W"),
        ("PL11 2", "Plymouth", {"torpoint"}, "E"),
    ],
)
def test_ferries_are_legs_of_their_own(start: str, end: str, ferries: set[str], heading: str) -> None:
    there = journey(start, end)
    out, back = passed(there.legs, "ferry"), passed(there.legs_back, "ferry")
    assert len(out) == len(back) == 1
    assert out[0][0] in ferries
    assert (out[0][1], back[0][1]) == (heading, {"N": "S", "S": "N", "E": "W", "W": "E"}[heading])
    assert there.return_road_miles < there.return_miles
    ferry = next(leg for leg in there.legs if leg.ferry)
    assert ferry.kind == "ferry"
    assert ferry.minutes >= 14  # Torpoint: 8 across and 6 of waiting


@pytest.mark.parametrize(
    ("start", "end", "toll", "heading"),
    [
        ("HU1", "Lincoln", "humber", "S"),
        ("DA1", "Chelmsford", "dartford", "N"),
        ("CM1", "Rochester", "dartford", "S"),
        ("L1", "CH41", "mersey_tunnel", "W"),
        ("WA7", "WA8", "mersey_gateway", "N"),
        ("NE29", "NE33", "tyne_tunnel", "S"),
        ("PL12", "Exeter", "tamar", "E"),
        ("PL1", "PL12", "tamar", "W"),
        ("BS1", "Cardiff", "severn", "W"),
        ("NP16", "BS1", "severn", "E"),
    ],
)
def test_a_crossing_appears_once_a_passage_with_its_heading(start: str, end: str, toll: str, heading: str) -> None:
    there = journey(start, end)
    assert passed(there.legs, "toll") == [(toll, heading)]
    assert passed(there.legs_back, "toll") == [(toll, {"N": "S", "S": "N", "E": "W", "W": "E"}[heading])]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("PL12", "TR1"),  # Saltash, beside the Tamar Bridge, away from it
        ("HU13", "HU1"),  # Hessle, beside the Humber Bridge
        ("DA1", "Rochester"),
        ("L1", "Preston"),
        ("PL11 2", "TR1"),  # Torpoint, away from its ferry
        ("PO1", "PO12"),  # round Portsmouth Harbour, not over it
        ("SE18", "E16"),
        ("EH1", "Glasgow"),
    ],
)
def test_who_does_not_cross_pays_nothing(start: str, end: str) -> None:
    there = journey(start, end)
    for legs in (there.legs, there.legs_back):
        assert passed(legs, "toll") == passed(legs, "ferry") == []


def test_gosport_is_a_long_way_round_from_portsmouth() -> None:
    # 1.3 miles over the water, about 13 by road.
    assert 10 < journey("PO1", "PO12").miles < 17


def test_the_scheme_s_two_postcodes_are_within_its_range_there_and_back() -> None:
    # Help with Prison Visits' own integration test expects 230 to 240 km for BT7 1NT to BT48 7NR.
    queens, strand_road = District("BT7 1NT", 54.5866, -5.9348), District("BT48 7NR", 55.0064, -7.3173)
    assert 230 <= 1.609344 * car_journeys.by_car(queens, strand_road).return_miles <= 240
