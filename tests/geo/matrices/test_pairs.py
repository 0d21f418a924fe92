"""Times for pairs: against single routes, one-way streets included, and every reason why there is none."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pytest

from nearhome.data.base import coordinates
from nearhome.data.places import kingdom
from nearhome.geo.imported import networks
from nearhome.geo.matrices import pairs
from nearhome.geo.osm import read
from nearhome.geo.places import areas
from nearhome.geo.routing.router import Router
from tests import extracts

if TYPE_CHECKING:
    from pathlib import Path

TRURO, EXETER, LEEDS, BELFAST = (50.263, -5.051), (50.728, -3.532), (53.8, -1.55), (54.597, -5.93)


def _at(point: Any) -> Any:
    return SimpleNamespace(lat=float(point[0]), lon=float(point[1]))


def _array(*points: tuple[float, float]) -> Any:
    return np.array(points, dtype=float).reshape(-1, 2)


def _ring() -> Router:
    """Build a one-way ring of four roads near Truro: the way back is three times as long."""
    corners = [(50.20, -5.10), (50.20, -4.90), (50.30, -4.90), (50.30, -5.10)]
    graph = nx.MultiDiGraph(crs="epsg:4326")
    for number, (lat, lon) in enumerate(corners):
        graph.add_node(number, x=lon, y=lat)
    for number in range(4):
        graph.add_edge(number, (number + 1) % 4, length=12_000.0, travel_time=600.0, highway="primary")
    return Router(graph)


def test_pairs_agree_with_single_routes_in_any_order_and_number() -> None:
    points = _array(TRURO, EXETER, LEEDS, BELFAST)
    rng = np.random.default_rng(7)
    start, end = rng.integers(0, 4, 40), rng.integers(0, 4, 40)
    found = pairs.pair_times(points[start], points[end])
    router = Router.shipped()
    routes = {(a, b): router.route(_at(points[a]), _at(points[b])) for a in range(4) for b in range(4)}
    for row, pair in enumerate(zip(start, end, strict=True)):
        assert found.minutes[row] == pytest.approx(routes[pair].minutes, abs=0.1)
        assert found.miles[row] == pytest.approx(routes[pair].miles, abs=0.1)
        assert found.crow_miles[row] == coordinates.crow_miles(*points[pair[0]], *points[pair[1]])
    assert set(found.notes) == {""}


def test_many_destinations_are_split_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    origins = np.column_stack([rng.uniform(51.0, 52.5, 20), rng.uniform(-2.0, 0.0, 20)])
    destinations = origins[::-1].copy()
    whole = pairs.pair_times(origins, destinations)
    monkeypatch.setattr(pairs, "CHUNK", 3)
    split = pairs.pair_times(origins, destinations)
    np.testing.assert_array_equal(whole.minutes, split.minutes)
    np.testing.assert_array_equal(whole.miles, split.miles)


@pytest.mark.parametrize("worth_turning", [-100, 100])
def test_one_way_roads_are_kept_whichever_side_is_searched_from(
    worth_turning: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairs, "WORTH_TURNING", worth_turning)
    router = _ring()
    ends = _array((50.201, -5.05), (50.25, -4.901), (50.299, -5.0), (50.24, -5.099))
    start, end = (each.ravel() for each in np.meshgrid(np.arange(4), np.arange(4)))
    found = pairs.pair_times(ends[start], ends[end], router)
    for row, (a, b) in enumerate(zip(start, end, strict=True)):
        route = router.route(_at(ends[a]), _at(ends[b]))
        assert found.minutes[row] == pytest.approx(route.minutes, abs=0.1)
    there = found.minutes[(start == 0) & (end == 1)][0]
    back = found.minutes[(start == 1) & (end == 0)][0]
    assert back > 2 * there


def test_each_reason_why_there_is_no_time() -> None:
    bad = {
        (float("nan"), -5.0): "the origin has no usable latitude and longitude",
        (50.0, float("inf")): "the origin has no usable latitude and longitude",
        (95.0, -5.0): "the origin has no usable latitude and longitude",
        (48.85, 2.35): "the origin is outside the United Kingdom",
        (53.35, -6.26): "the origin is outside the United Kingdom, in Ireland or off its coast",
        (-5.051, 50.263): "the origin is outside the United Kingdom: is the latitude first?",
        (58.5, -11.0): "the origin is outside the United Kingdom",
    }
    origins = _array(*bad, TRURO, TRURO)
    destinations = np.vstack([np.repeat(_array(EXETER), len(bad), axis=0), _array((49.2, -2.1), EXETER)])
    found = pairs.pair_times(origins, destinations)
    assert found.notes[: len(bad)] == tuple(bad.values())
    assert found.notes[len(bad) :] == ("the destination is outside the United Kingdom, in Jersey", "")
    assert np.isnan(found.minutes[:-1]).all()
    assert np.isfinite(found.minutes[-1])
    assert np.isfinite(found.crow_miles[3:]).all()


def test_points_that_no_road_joins_say_so() -> None:
    far = _array(TRURO), _array(LEEDS)
    found = pairs.pair_times(*far, _ring())
    assert found.notes == (pairs.NO_ROUTE,)
    assert np.isnan(found.minutes).all()


def test_no_pairs_is_an_empty_answer() -> None:
    found = pairs.pair_times(np.empty((0, 2)), np.empty((0, 2)))
    assert len(found.minutes) == len(found.notes) == 0


def test_the_united_kingdom_is_where_one_point_at_a_time_says_it_is() -> None:
    rng = np.random.default_rng(11)
    everywhere = np.column_stack([rng.uniform(49.0, 61.0, 40), rng.uniform(-9.0, 3.0, 40)])
    irish = np.column_stack([rng.uniform(53.9, 55.4, 40), rng.uniform(-8.3, -5.4, 40)])
    points = np.vstack([everywhere, irish])
    single = [areas.authority_at(lat, lon) is not None for lat, lon in points.tolist()]
    assert kingdom.on_land(points[:, 0], points[:, 1]).tolist() == single
    assert {True, False} == set(single)


def test_each_pair_is_answered_on_the_roads_that_cover_its_origin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEARHOME_DATA", str(tmp_path))
    read.import_extract(extracts.write(tmp_path / "exeter.osm.pbf"))
    door, abroad = extracts.TOWN, (48.85, 2.35)
    origins = _array(TRURO, door, abroad, door, (np.nan, 0.0))
    destinations = _array(door, TRURO, TRURO, LEEDS, TRURO)
    found, count = pairs.pair_times_by_network(origins, destinations, networks.networks())
    assert count == {"shipped": 3, "imported:exeter": 2}
    plain = pairs.pair_times(origins, destinations)
    ours = pairs.pair_times(origins, destinations, networks.roads_for(_at(door)).router)
    for column in ("minutes", "miles", "crow_miles"):
        expected = np.where([False, True, False, True, False], getattr(ours, column), getattr(plain, column))
        np.testing.assert_array_equal(getattr(found, column), expected)
    assert found.notes == plain.notes
    assert found.minutes[1] != plain.minutes[1]
    assert pairs.pair_times_by_network(origins, destinations)[1] == {"shipped": 5}


def test_a_network_turned_round_keeps_its_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEARHOME_DATA", str(tmp_path))
    monkeypatch.setattr(pairs, "WORTH_TURNING", 2)
    read.import_extract(extracts.write(tmp_path / "exeter.osm.pbf"))
    door = extracts.TOWN
    many = _array(TRURO, LEEDS, EXETER, (50.72, -3.53), (50.9, -3.4))
    router = networks.roads_for(_at(door)).router
    turned = pairs.pair_times(np.repeat(_array(door), len(many), axis=0), many, router)
    alone = [router.route(_at(door), _at(point)) for point in many]
    np.testing.assert_array_equal(turned.minutes, [route.minutes for route in alone])
