"""Cutting roads at their bends changes where one joins them, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from nearhome.data.base import coordinates
from nearhome.geo.osm import read
from nearhome.geo.roads import graph as road_graph
from nearhome.geo.roads import straighten
from nearhome.geo.roads.edges import STRATEGIC
from nearhome.geo.routing.router import Router
from tests.geo.imported.test_stitching import nx_times
from tests.geo.osm.test_read import At
from tests.paths import SHARED

if TYPE_CHECKING:
    from nearhome.geo.roads.network import RoadNetwork

NEWPORT = SHARED / "data" / "roads" / "newport-2023-06-13.osm.pbf"
COORDINATE = st.floats(-0.02, 0.02).map(lambda value: round(value, 4))


def winding(points: list[tuple[float, float]], *, one_way: bool = False, seconds: float = 300.0) -> RoadNetwork:
    """Make one road between (lon, lat) points."""
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="epsg:4326")
    for node, (x, y) in ((1, points[0]), (2, points[-1])):
        graph.add_node(node, x=x, y=y)
    line = shapely.LineString(points)
    data = {"length": 4_000.0, "travel_time": seconds, "highway": "unclassified", "name": "Lane"}
    graph.add_edge(1, 2, **data, geometry=line)
    if not one_way:
        graph.add_edge(2, 1, **data, geometry=line.reverse())
    return road_graph.from_graph(graph)


def furthest(roads: RoadNetwork) -> float:
    """Measure how far any line leaves the straight between its edge's ends."""
    worst = 0.0
    for edge, line in roads.lines.items():
        if len(line) and roads.edges.text("kind", edge) == "road":
            ends = shapely.LineString(roads.xy[[roads.edges.u[edge], roads.edges.v[edge]]])
            points = shapely.points(np.column_stack(coordinates.to_metres(line[:, 0], line[:, 1])))
            worst = max(worst, float(shapely.distance(ends, points).max()))
    return worst


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(COORDINATE, COORDINATE), min_size=2, max_size=9, unique=True),
    st.booleans(),
    st.integers(1, 900),
)
def test_sums_and_lines_stay(offsets: list[tuple[float, float]], one_way: bool, seconds: int) -> None:  # noqa: FBT001 -- drawn
    roads = winding([(-4.0 + x, 50.0 + y) for x, y in offsets], one_way=one_way, seconds=float(seconds))
    cut = straighten.straightened(roads)
    assert cut.edges.metres.sum() == roads.edges.metres.sum()
    assert furthest(cut) <= straighten.TOLERANCE_METRES + 0.01
    before, after = nx_times(roads, 1), nx_times(cut, 1)
    parts = len(cut.edges.u)
    assert before[2] <= after[2] <= before[2] + parts
    line = [tuple(point) for edge in range(parts) for point in cut.line(int(np.flatnonzero(cut.edge == edge)[0]))[:-1]]
    np.testing.assert_allclose([*line, line_end(cut)], roads.line(0))


def line_end(roads: RoadNetwork) -> tuple[float, float]:
    node = roads.labels.index(2)
    return float(roads.lat[node]), float(roads.lon[node])


def test_a_door_beside_a_bend_joins_the_road_there() -> None:
    roads = replace(winding([(-4.0, 50.0), (-3.98, 50.01), (-3.96, 50.0)]), reach=STRATEGIC)
    door = At(50.0101, -3.98)  # ten metres from the bend, a kilometre from the straight line
    goal = At(50.0, -3.96)
    plain, cut = Router(roads).route(door, goal), Router(straighten.straightened(roads)).route(door, goal)
    assert plain.steps[0].metres > 1_000
    assert cut.steps[0].metres < 30
    assert cut.metres == pytest.approx(2_000, abs=40)


@pytest.mark.skipif(not NEWPORT.is_file(), reason="the Newport extract lies beside the repository only in development")
def test_newport_s_times_between_junctions_stay() -> None:
    roads = road_graph.from_graph(read.read_extract(NEWPORT))
    cut = straighten.straightened(roads)
    assert furthest(cut) <= straighten.TOLERANCE_METRES + 0.01
    assert len(cut.lat) < 2 * len(roads.lat)
    for start in roads.labels[:3]:
        before, after = nx_times(roads, start), nx_times(cut, start)
        assert after.keys() > before.keys()
        gap = np.array([after[label] - before[label] for label in before])
        assert gap.min() >= 0
        assert gap.max() <= 20  # two seconds
