"""On a network that has all streets no way is quicker than the graph's own from where a place joins it."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nearhome.data.base import coordinates
from nearhome.data.errors import NoRouteError, SourceError
from nearhome.geo.roads import graph as road_graph
from nearhome.geo.routing.nearest import ON_METRES, ON_THE_ROAD
from nearhome.geo.routing.router import Router, grid_points
from tests.geo.osm.test_read import At

if TYPE_CHECKING:
    from collections.abc import Sequence

X, Y = 450_000.0, 200_000.0
SPEED = 10.0
"""Metres a second on every road."""


def at(x: float, y: float) -> At:
    lat, lon = coordinates.to_degrees(np.array([X + x]), np.array([Y + y]))
    return At(float(lat[0]), float(lon[0]))


def roads(*lines: tuple[Sequence[tuple[float, float]], bool], highway: str = "trunk") -> nx.MultiDiGraph[Any]:
    """Make a graph as OSMnx does of lines in metres; each is one road between its ends, both ways or not."""
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph(crs="epsg:27700")
    for points, both in lines:
        shape = shapely.LineString([(X + x, Y + y) for x, y in points])
        ends = points[0], points[-1]
        for x, y in ends:
            graph.add_node((x, y), x=X + x, y=Y + y)
        data = {"length": shape.length, "travel_time": shape.length / SPEED, "highway": highway, "oneway": not both}
        for (u, v), line in zip((ends, ends[::-1])[: 1 + both], (shape, shape.reverse()), strict=False):
            graph.add_edge(u, v, **data, **({"geometry": line} if len(points) > 2 else {}))
    return graph


def carriageways(gap: float = 20.0) -> nx.MultiDiGraph[Any]:
    """Make a dual carriageway of 3 km, eastbound in the south, that one can turn on at its two ends only."""
    east = [([(0, 0), (1_000, 0)], False), ([(1_000, 0), (3_000, 0)], False), ([(3_000, 0), (3_000, gap)], False)]
    west = [([(3_000, gap), (1_000, gap)], False), ([(1_000, gap), (0, gap)], False), ([(0, gap), (0, 0)], False)]
    return roads(*east, *west)


# Points on junctions


@st.composite
def street_maps(draw: st.DrawFn) -> nx.MultiDiGraph[Any]:
    """Draw streets a few metres to a few hundred apart, of one way and two, straight and bent, of several parts."""
    side = st.integers(0, 12)
    corner = st.tuples(side.map(lambda number: 15.0 * number), side.map(lambda number: 20.0 * number))
    bends = st.lists(st.tuples(corner, st.just((7.0, 9.0))).map(lambda pair: tuple(map(sum, zip(*pair, strict=True)))))
    line = st.tuples(corner, bends.filter(lambda found: len(found) < 3), corner, st.booleans())
    lines = [([start, *inner, end], both) for start, inner, end, both in draw(st.lists(line, max_size=12))]
    found = [(points, both) for points, both in lines if len(set(points)) == len(points)]
    highway = draw(st.sampled_from(["residential", "motorway", "trunk"]))
    return roads(*(found or [([(0.0, 0.0), (90.0, 0.0)], True)]), highway=highway)


def networkx_times(graph: nx.MultiDiGraph[Any]) -> tuple[nx.DiGraph[Any], Router]:
    """Give the graph with whole tenths of a second as the router takes them, cut at its bends like it."""
    router = Router(graph)
    plain: nx.DiGraph[Any] = nx.DiGraph()
    known = router.network
    for tail, head, taken in zip(known.tail.tolist(), known.head.tolist(), known.deciseconds.tolist(), strict=True):
        sharper(plain, tail, head, taken)
    return plain, router


def sharper(graph: nx.DiGraph[Any], u: Any, v: Any, tenths: float) -> None:
    """Add an arc, or make it as quick as this."""
    if not graph.has_edge(u, v) or graph[u][v]["tenths"] > tenths:
        graph.add_edge(u, v, tenths=tenths)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(street_maps())
def test_between_junctions_times_are_those_of_networkx(graph: nx.MultiDiGraph[Any]) -> None:
    plain, router = networkx_times(graph)
    row = {label: number for number, label in enumerate(router.network.labels)}
    nodes = sorted(graph)
    places = [at(*node) for node in nodes]
    matrix = router.matrix(places, places)
    for a, start in enumerate(nodes):
        found = nx.single_source_dijkstra_path_length(plain, row[start], weight="tenths")
        for b, end in enumerate(nodes):
            if row[end] in found:
                assert matrix.minutes[a, b] * 600 == pytest.approx(found[row[end]], abs=1e-6)
                assert router.route(places[a], places[b]).deciseconds == found[row[end]]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(street_maps(), st.data())
def test_no_way_is_below_the_graph_s_own_from_the_one_point_where_a_place_joins(
    graph: nx.MultiDiGraph[Any], data: st.DataObject
) -> None:
    plain, router = networkx_times(graph)
    access = router.access
    number = st.integers(-300, 3_000)
    places = [at(*data.draw(st.tuples(number, number))) for _ in range(3)]
    for origin in places:
        for goal in (place for place in places if place != origin):
            ends = [access.joins(grid_points([one])) for one in (origin, goal)]
            whole: nx.DiGraph[Any] = plain.copy()
            whole.add_nodes_from(["origin", "goal"])
            for joins, name in zip(ends, ("origin", "goal"), strict=True):
                points = joined(router, joins)
                assert len(points) == 0 or np.ptp(points, axis=0).max() < ON_METRES
                for end, tenths in reached(router, joins, leaving=name == "origin"):
                    sharper(whole, *((name, end) if name == "origin" else (end, name)), tenths)
            for edge, tenths in along(router, *ends):
                assert edge in ends[0].edge
                sharper(whole, "origin", "goal", tenths)
            try:
                least = nx.dijkstra_path_length(whole, "origin", "goal", weight="tenths")
            except (nx.NetworkXNoPath, nx.NodeNotFound):
                continue
            assert abs(router.route(origin, goal).deciseconds - least) <= 1  # two stretches are rounded


def joined(router: Router, joins: Any) -> Any:
    """Give the points where places join, in metres."""
    lines = [router.network.line(int(np.flatnonzero(router.network.edge == edge)[0])) for edge in joins.edge.tolist()]
    found = []
    for line, edge, fraction in zip(lines, joins.edge.tolist(), joins.fraction.tolist(), strict=True):
        forward = router.network.forward[np.flatnonzero(router.network.edge == edge)[0]]
        shape = shapely.LineString(np.column_stack(coordinates.to_metres(*line.T)))
        found.append(shape.interpolate(fraction if forward else 1 - fraction, normalized=True).coords[0])
    return np.array(found).reshape(-1, 2)


def reached(router: Router, joins: Any, *, leaving: bool) -> list[tuple[int, float]]:
    """Give the nodes to which one comes from a place, or from which one comes to it, and the tenths of a second."""
    known, found = router.network, []
    for row, (edge, fraction, node) in enumerate(
        zip(joins.edge.tolist(), joins.fraction.tolist(), joins.node.tolist(), strict=True)
    ):
        if node != ON_THE_ROAD:
            found.append((node, float(joins.deciseconds[row])))
            continue
        for arc in np.flatnonzero(known.edge == edge).tolist():
            share = fraction if known.forward[arc] else 1 - fraction
            end = known.head[arc] if leaving else known.tail[arc]
            part = (1 - share if leaving else share) * known.deciseconds[arc]
            found.append((int(end), float(part + joins.deciseconds[row])))
    return found


def along(router: Router, start: Any, goal: Any) -> list[tuple[int, float]]:
    """Give the edges on which two places join between its ends, and the tenths of a second from one to the other."""
    known, found = router.network, []
    for a, edge in enumerate(start.edge.tolist()):
        for b in np.flatnonzero((goal.edge == edge) & (goal.node == ON_THE_ROAD) & (start.node[a] == ON_THE_ROAD)):
            step = goal.fraction[b] - start.fraction[a]
            for arc in np.flatnonzero((known.edge == edge) & (known.forward == (step >= 0))).tolist():
                tenths = abs(step) * known.deciseconds[arc] + start.deciseconds[a] + goal.deciseconds[b]
                found.append((edge, float(tenths)))
    return found


# Points on roads and off them


def test_nobody_leaps_between_carriageways() -> None:
    router = Router(carriageways())
    for start, end, metres in (
        (at(1_000, 0), at(1_000, 20), 4_020),  # on a junction each
        (at(1_500, 0), at(1_500, 20), 3_020),  # on a road each
        (at(1_500, -5), at(1_500, 25), 3_020 + 2 * 1.3 * 5),  # beside it
        (at(1_500, 8), at(1_500, 12), 3_020 + 2 * 1.3 * 8),  # on the reservation, four metres apart
    ):
        there = router.route(start, end)
        assert there.metres == pytest.approx(metres, abs=3)
        assert router.matrix([start], [end]).minutes[0, 0] == there.minutes


def test_a_place_as_near_to_both_carriageways_joins_one() -> None:
    router = Router(carriageways())
    xy = np.array([[X + 1_500.0, Y + 10.0]])
    joins = router.access.joins(xy)
    assert len(joins.place) == 1
    assert joined(router, joins)[0] == pytest.approx([X + 1_500, Y], abs=0.01)


def test_a_point_on_a_bend_is_on_its_road_though_another_is_nearer_to_the_straight() -> None:
    bent = [(0.0, 0.0), (100.0, 20.0), (200.0, 0.0)]
    beside = [(200.0, 15.0), (100.0, 8.0), (0.0, 15.0)]
    router = Router(roads((bent, False), (beside, False)))
    assert router.network.edges.u.tolist() == [0, 2]  # neither is cut
    joins = router.access.joins(np.array([[X + 100.0, Y + 20.0], [X + 100.0, Y + 8.0]]))
    assert joins.edge.tolist() == [0, 1]
    assert joins.metres.tolist() == [0, 0]
    assert joins.fraction == pytest.approx([0.5, 0.5], abs=1e-4)


def test_a_road_is_found_behind_many_junctions_that_are_nearer() -> None:
    long = ([(0.0, 0.0), (90.0, 0.0)], True)
    crowd = [([(45.0 + 0.5 * number, 3.0), (45.0 + 0.5 * number, 4.0)], True) for number in range(-30, 31)]
    router = Router(roads(long, *crowd))
    joins = router.access.joins(np.array([[X + 45.25, Y + 0.2]]))
    assert joined(router, joins)[0] == pytest.approx([X + 45.25, Y], abs=0.01)


def test_coordinates_of_six_decimals_still_mean_the_junction() -> None:
    graph = carriageways()
    router = Router(graph)
    rounded = [At(round(place.lat, 6), round(place.lon, 6)) for place in (at(1_000, 0), at(1_000, 20))]
    exact = router.route(at(1_000, 0), at(1_000, 20))
    assert router.route(*rounded).deciseconds == exact.deciseconds


def test_nobody_starts_in_the_middle_of_a_motorway_but_at_its_junctions_one_is_on_it() -> None:
    graph = roads(([(0.0, 0.0), (900.0, 0.0)], True), highway="motorway")
    router = Router(graph)
    assert router.route(at(0, 0), at(900, 0)).metres == 900
    with pytest.raises(NoRouteError):
        router.route(at(450, 0), at(900, 0))


def test_from_the_end_of_a_motorway_that_leads_nowhere_the_nearest_street_is_taken() -> None:
    motorway = roads(([(0.0, 0.0), (100.0, 0.0)], False), highway="motorway")
    street = roads(([(0.0, 30.0), (900.0, 30.0)], True), highway="residential")
    router = Router(nx.compose(motorway, street))
    route = router.route(at(100, 0), at(900, 30))
    assert route.metres == pytest.approx(1.3 * 30 + 800, abs=1)
    assert router.matrix([at(100, 0)], [at(900, 30)]).minutes[0, 0] == route.minutes


# Graphs from files


def from_file(graph: nx.MultiDiGraph[Any]) -> nx.MultiDiGraph[Any]:
    """Write a graph to GraphML and read it again as networkx does: every value a text."""
    texts: nx.MultiDiGraph[Any] = nx.MultiDiGraph(**{key: str(value) for key, value in graph.graph.items()})
    for node, data in graph.nodes(data=True):
        texts.add_node(str(node), **{key: str(value) for key, value in data.items()})
    for u, v, data in graph.edges(data=True):
        texts.add_edge(str(u), str(v), **{key: str(value) for key, value in data.items()})
    file = BytesIO()
    nx.write_graphml(texts, file)
    file.seek(0)
    return nx.read_graphml(file, force_multigraph=True)


@settings(max_examples=30, deadline=None)
@given(street_maps())
def test_a_graph_read_from_graphml_is_the_same_network(graph: nx.MultiDiGraph[Any]) -> None:
    for _, _, data in graph.edges(data=True):
        data |= {"maxspeed": ["30 mph", "40 mph"], "ref": None, "name": "[no name]", "toll": "no"}
        data["urban_percent"] = 40.0
    nx.set_node_attributes(graph, "POINT (1 2)", "geometry")
    plain, read = road_graph.from_graph(graph), road_graph.from_graph(from_file(graph))
    order = [plain.labels.index(each) for each in plain.labels]
    assert [str(each) for each in plain.labels] == read.labels
    np.testing.assert_array_equal(plain.xy[order], read.xy)
    for name in ("tail", "head", "edge", "forward", "deciseconds"):
        np.testing.assert_array_equal(getattr(plain, name), getattr(read, name))
    assert plain.edges.texts.keys() == read.edges.texts.keys()
    for edge in range(len(plain.edges.u)):
        assert [plain.edges.text(name, edge) for name in plain.edges.texts] == [
            read.edges.text(name, edge) for name in read.edges.texts
        ]
    assert plain.lines.keys() == read.lines.keys()
    for edge, line in plain.lines.items():
        np.testing.assert_allclose(line, read.lines[edge], atol=1e-12)


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("geometry", "LINESTRING (1", "geometry 'LINESTRING"),
        ("geometry", "POINT (1 2)", "geometry 'POINT"),
        ("length", "long", "not in OSMnx conventions"),
        ("length", "[3.0, 4.0]", "not in OSMnx conventions"),
        ("travel_time", "inf", "no distance, time or place"),
        ("urban_percent", "town", "not in OSMnx conventions"),
    ],
)
def test_a_text_that_cannot_be_read_is_told_in_one_sentence(key: str, value: str, told: str) -> None:
    graph = carriageways()
    next(iter(graph.edges(data=True)))[2][key] = value
    with pytest.raises(SourceError, match=told) as caught:
        Router(graph)
    assert "\n" not in str(caught.value)


def test_a_crs_that_is_none_is_told_in_one_sentence() -> None:
    graph = carriageways()
    graph.graph["crs"] = "epsg:none"
    with pytest.raises(SourceError, match="crs is 'epsg:none'"):
        Router(graph)
