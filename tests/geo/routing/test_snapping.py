"""From a door to the network: near enough, never over water, never onto a motorway, a ferry or a tolled bridge."""

from __future__ import annotations

from dataclasses import astuple
from types import SimpleNamespace
from typing import Any

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from nearhome.data.base import coordinates
from nearhome.data.catalogue import tables
from nearhome.geo.roads import edges as road_edges
from nearhome.geo.roads import graph as road_graph
from nearhome.geo.roads import network, speeds
from nearhome.geo.routing.nearest import FURTHEST_METRES
from nearhome.geo.routing.router import Router
from nearhome.geo.routing.snapping import Access


@pytest.fixture(scope="module")
def access() -> Access:
    """Return the joins of the shipped network."""
    return Router.shipped().access


@pytest.fixture(scope="module")
def doors() -> Any:
    """Return a place in every fortieth postcode sector, EPSG:27700."""
    rows = tables.read_rows("postcode_sectors", lambda row: (float(row["lat"] or "nan"), float(row["lon"] or "nan")))
    places = np.array(rows[::40])
    return metres(*places[np.isfinite(places).all(axis=1)])


def metres(*points: Any) -> Any:
    """Return (lat, lon) points as EPSG:27700, shape (points, 2)."""
    lat, lon = np.array(points, dtype=float).T
    return np.column_stack(coordinates.to_metres(lat, lon))


def joined(access: Access, lat: float, lon: float) -> Any:
    """Return the points where a place joins roads, as (lat, lon) rows."""
    joins = access.joins(metres((lat, lon)))
    edges, xy = access.network.edges, access.network.xy
    start, end = xy[edges.u[joins.edge]], xy[edges.v[joins.edge]]
    points = start + joins.fraction[:, None] * (end - start)
    return np.column_stack(coordinates.to_degrees(points[:, 0], points[:, 1]))


# Well-known places, degrees, and the box across the water from them: south, west, north, east.
@pytest.mark.parametrize(
    ("name", "lat", "lon", "across"),
    [
        ("Torpoint town centre, and Plymouth", 50.3760, -4.1960, (50.30, -4.185, 50.60, -3.90)),
        ("Devonport, and Torpoint", 50.3720, -4.1720, (50.30, -4.40, 50.40, -4.185)),
        ("Gosport, and Portsmouth", 50.7950, -1.1290, (50.70, -1.115, 50.82, -0.90)),
        ("Old Portsmouth, and Gosport", 50.7900, -1.1040, (50.70, -1.40, 50.82, -1.117)),
        ("Birkenhead, and Liverpool", 53.3930, -3.0200, (53.38, -2.995, 53.48, -2.80)),
        ("Tilbury, and Gravesend", 51.4640, 0.3600, (51.30, 0.30, 51.45, 0.50)),
        ("Hull, and Lincolnshire", 53.7400, -0.3400, (53.50, -0.60, 53.69, 0.0)),
        ("Ryde, and Portsmouth", 50.7300, -1.1620, (50.765, -1.40, 50.90, -0.90)),
        ("Cromarty, and Nigg", 57.6800, -4.0350, (57.69, -4.10, 57.90, -3.80)),
    ],
)
def test_local_streets_do_not_cross_water(
    access: Access, name: str, lat: float, lon: float, across: tuple[float, float, float, float]
) -> None:
    points = joined(access, lat, lon)
    assert len(points), name
    south, west, north, east = across
    assert not [1 for y, x in points if south <= y <= north and west <= x <= east], name


def test_a_place_whose_nearest_roads_are_all_across_water_is_asked_again(access: Access) -> None:
    kingswear = metres((50.3480, -3.5700))  # across the Dart from Dartmouth
    gap, _ = access.tree.query(kingswear, k=1)
    joins = access.joins(kingswear)
    assert len(joins.place) > 0
    assert joins.metres.min() >= gap[0]


def test_no_place_joins_a_motorway_a_ferry_or_a_tolled_bridge(access: Access, doors: Any) -> None:
    edges = access.network.edges
    edge = access.joins(doors).edge
    assert not edges.is_("road_class", "motorway")[edge].any()
    assert edges.is_("toll", "")[edge].all()
    kinds = {edges.text("kind", number) for number in edge.tolist()}
    assert kinds <= {"road", "gap"}


def test_slip_roads_of_a_foreign_graph_are_not_joined_either() -> None:
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph(crs="epsg:27700", reach=astuple(road_edges.STRATEGIC))
    tags = ["motorway", "motorway_link", "primary", "residential", "ferry"]
    for number, highway in enumerate(tags):
        graph.add_node((number, 0), x=450_000.0, y=200_000.0 + 100 * number)
        graph.add_node((number, 1), x=451_000.0, y=200_000.0 + 100 * number)
        kind = {"kind": "ferry"} if highway == "ferry" else {}
        graph.add_edge((number, 0), (number, 1), length=1_000.0, highway=highway, **kind)
    roads = road_graph.from_graph(graph)
    joins = Access(roads).joins(np.array([[450_500.0, 200_150.0]]))
    assert {roads.edges.text("road_class", edge) for edge in joins.edge.tolist()} == {"a", "residential"}


def test_out_at_sea_nothing_is_joined(access: Access) -> None:
    atlantic, north_sea = (57.0, -12.5), (56.0, 3.2)
    assert len(access.joins(metres(atlantic, north_sea)).place) == 0


def test_each_place_joins_a_road_once_at_its_crow_distance_times_the_detour(access: Access, doors: Any) -> None:
    joins = access.joins(doors)
    assert np.all(np.diff(joins.place) >= 0)
    assert len(set(zip(joins.place.tolist(), joins.edge.tolist(), strict=True))) == len(joins.place)
    edges, xy, model = access.network.edges, access.network.xy, access.network.model
    start, end = xy[edges.u[joins.edge]], xy[edges.v[joins.edge]]
    crow = np.hypot(*(start + joins.fraction[:, None] * (end - start) - doors[joins.place]).T)
    np.testing.assert_allclose(joins.metres, model.detour * crow, atol=0.51)
    kph = 3.6 * model.detour * crow / (joins.deciseconds / 10)
    far = crow > 200
    assert np.all((kph[far] > model.local_urban_kph - 0.5) & (kph[far] < model.local_rural_kph + 0.5))
    assert set(joins.place.tolist()) == set(range(len(doors)))
    assert crow.max() <= FURTHEST_METRES


def test_the_nearest_road_is_joined_or_lies_across_water(access: Access, doors: Any) -> None:
    edges, xy = access.network.edges, access.network.xy
    rows = np.unique(access.edge)
    lines = shapely.linestrings(np.stack([xy[edges.u[rows]], xy[edges.v[rows]]], axis=1))
    tree = shapely.STRtree(lines)
    joins = access.joins(doors)
    for place in range(0, len(doors), 5):
        here = shapely.points(doors[place])
        nearest = lines[tree.nearest(here)]
        ours = joins.metres[joins.place == place].min() / access.network.model.detour
        way = shapely.shortest_line(here, nearest)
        wet = access.crosses_water(*(np.array([point]) for point in shapely.get_coordinates(way)))[0]
        assert ours >= shapely.length(way) - 1
        assert wet or ours <= np.hypot(shapely.length(way), road_edges.STRATEGIC.sample_metres / 2) + 1


@given(st.lists(st.tuples(*[st.integers(-1_000, 1_000)] * 4), min_size=1, max_size=8), st.data())
def test_crossing_water_is_what_shapely_calls_crossing(
    barriers: list[tuple[int, int, int, int]], data: st.DataObject
) -> None:
    walls = np.array(barriers, dtype=float)
    numbers = st.floats(-999.5, 999.5).map(lambda number: round(number, 3) + 0.000317)  # in general position
    way = np.array(data.draw(st.tuples(numbers, numbers, numbers, numbers)))
    a, b = way[None, :2], way[None, 2:]
    expected = any(
        shapely.crosses(shapely.linestrings(wall.reshape(2, 2)), shapely.linestrings(way.reshape(2, 2)))
        for wall in walls
        if not (wall[:2] == wall[2:]).all()
    )
    island = SimpleNamespace(barriers=walls)
    assert bool(Access.crosses_water(island, a, b)[0]) == expected  # type: ignore[arg-type] # only barriers are used


def test_places_that_are_none_join_nothing(access: Access) -> None:
    assert len(access.joins(np.empty((0, 2))).place) == 0
    nowhere = np.array([[np.nan, 1.0], [np.inf, np.inf], [530_000.0, 180_000.0]])
    assert set(access.joins(nowhere).place.tolist()) == {2}


def test_a_slower_model_makes_the_way_to_the_road_longer_in_time_only(doors: Any) -> None:
    slow = speeds.SpeedModel(local_rural_kph=20.0, local_urban_kph=15.0)
    some = doors[:40]
    usual, slower = (Access(network.shipped(model)).joins(some) for model in (speeds.DEFAULT, slow))
    np.testing.assert_array_equal(usual.metres, slower.metres)
    assert np.all(usual.deciseconds <= slower.deciseconds)
