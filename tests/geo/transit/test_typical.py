"""Typical ways from door to door: how the parts are joined, and what needs and hours change."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nearhome.data.base.coordinates import Spot
from nearhome.data.errors import NoRouteError
from nearhome.data.prisons import register
from nearhome.geo.places import find
from nearhome.geo.transit.buses import STEP_FREE
from nearhome.geo.transit.itineraries import Needs, TransitWay
from nearhome.geo.transit.typical import ways

TODAY = date(2026, 11, 21)
NOON = (660.0, 720.0)


def between(origin: str, prison: str, **options: object) -> dict[str, TransitWay]:
    place, goal = find.find(origin), register.find(prison, as_of=TODAY)
    arguments = {"day": "saturday", "minutes_of_day": NOON, **options}
    return ways(place, goal, **arguments)  # type: ignore[arg-type] -- options of one test


def modes(way: TransitWay) -> list[str]:
    return [leg.mode for leg in way.legs]


def test_truro_to_exeter_is_a_walk_a_train_and_a_walk() -> None:
    way = between("TR1 2HE", "Exeter")["transit"]
    assert modes(way) == ["walk", "train", "walk"]
    assert [way.legs[1].start, way.legs[1].end] == ["Truro", "Exeter St Davids"]
    assert way.changes == 0
    assert 150 < way.minutes.typical < 240
    assert way.km_by("train") == pytest.approx(164, abs=12)


@pytest.mark.parametrize("origin", ["TR1 2HE", "PL31 2QT", "NE1 4ST", "YO8 9XX", "CF10 1AA"])
@pytest.mark.parametrize("prison", ["Channings Wood", "Wakefield", "Bronzefield", "Isle of Wight"])
def test_legs_join_and_add_up(origin: str, prison: str) -> None:
    for way in between(origin, prison).values():
        for leg, following in pairwise(way.legs):
            assert leg.end == following.start
        assert (way.legs[0].start, way.legs[-1].end) == ("home", "the prison")
        low, typical, high = way.minutes
        assert low < typical < high
        assert typical == pytest.approx(sum(leg.wait_minutes + leg.minutes.typical for leg in way.legs))
        assert all(leg.minutes.low <= leg.minutes.typical <= leg.minutes.high for leg in way.legs)


def test_the_back_way_is_like_the_way_there() -> None:
    place, goal = find.find("PL31 1AA"), register.find("Exeter", as_of=TODAY)
    there = ways(place, goal, day="saturday", minutes_of_day=NOON)["transit"]
    back = ways(goal, place, day="saturday", minutes_of_day=NOON, home="destination")
    assert back["transit"].minutes.typical == pytest.approx(there.minutes.typical, rel=0.15)
    assert back["transit"].legs[-1].end == "home"
    assert modes(back["lift to the station"])[-1] == "car"
    assert "car" not in modes(back["lift to the station"])[:-1]


def test_a_taxi_is_for_where_nothing_runs() -> None:
    """At three in the night no bus leaves St Just; the walk to Penzance is three hours."""
    night = between("TR19 7AA", "Exeter", minutes_of_day=(180.0, 400.0))["transit"]
    assert modes(night)[0] == "taxi"
    day = between("TR19 7AA", "Exeter", day="weekday")["transit"]
    assert modes(day)[0] == "bus"
    without = Needs(taxi=False)
    place, goal = find.find("TR19 7AA"), register.find("Exeter", as_of=TODAY)
    with pytest.raises(NoRouteError):
        ways(place, goal, day="saturday", minutes_of_day=(180.0, 200.0), profiles=["transit"], needs=without)


def test_quickest_is_never_slower_than_usual_by_more_than_it_saves_in_taxis() -> None:
    found = between("TR19 7AA", "Channings Wood", day="weekday")
    assert found["quickest"].minutes.typical < found["transit"].minutes.typical
    assert "taxi" in modes(found["quickest"])


def test_fewest_changes_has_no_more_changes() -> None:
    for origin in ("TR1 2HE", "LE1 1AA", "NR1 1AA", "SA1 1AA"):
        found = between(origin, "Wakefield")
        few = found.get("fewest changes", found["transit"])
        assert few.changes <= found["transit"].changes


def test_slower_walkers_take_longer_or_another_way() -> None:
    usual = between("TR1 2HE", "Exeter")["transit"]
    slow = between("TR1 2HE", "Exeter", needs=Needs(walker=STEP_FREE))["transit"]
    assert slow.minutes.typical > usual.minutes.typical


def test_near_by_one_walks() -> None:
    way = between("EX1 1AA", "Exeter")["transit"]
    assert modes(way) == ["walk"]
    assert way.minutes.typical < 30
    assert way.changes == 0


def test_a_bus_where_the_railway_is_a_detour() -> None:
    way = between("EX5 1AA", "Exeter", day="weekday")["transit"]
    assert "bus" in modes(way)


def test_nothing_is_invented_for_northern_ireland() -> None:
    with pytest.raises(NoRouteError, match="Translink"):
        between("BT7 1NT", "Maghaberry")


def test_equal_ways_are_given_once() -> None:
    found = list(between("EX1 1AA", "Exeter").values())
    assert len({way.legs for way in found}) == len(found)


@settings(max_examples=15, deadline=None)
@given(lat=st.floats(50.3, 56.0), lon=st.floats(-4.0, 0.5))
def test_anywhere_in_great_britain_the_ways_are_sane(lat: float, lon: float) -> None:
    goal = register.find("Leeds", as_of=TODAY)
    spot = Spot(lat, lon)
    try:
        found = ways(spot, goal, day="weekday", minutes_of_day=NOON)
    except NoRouteError:
        return
    for way in found.values():
        assert 0 < way.minutes.typical < 24 * 60
        assert way.changes <= 12
