"""The router against networkx: the same joins as extra nodes, so that times and distances must agree to the digit."""

from __future__ import annotations

import random
from dataclasses import astuple, dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nearhome.data.base import coordinates
from nearhome.data.catalogue import tables
from nearhome.data.errors import NoRouteError
from nearhome.geo.roads import edges as road_edges
from nearhome.geo.roads import graph as road_graph
from nearhome.geo.roads import network
from nearhome.geo.roads.weights import NO_ARC
from nearhome.geo.routing import router as router_module
from nearhome.geo.routing.candidates import Neighbourhood
from nearhome.geo.routing.components import AGAIN_METRES
from nearhome.geo.routing.nearest import ON_THE_ROAD, SAME_POINT_METRES
from nearhome.geo.routing.router import Router

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nearhome.geo.routing.routes import Route
    from nearhome.geo.routing.snapping import Joins

FACTOR = 10**9
"""One whole number holds tenths of a second and metres, as tuples would, for networkx to add."""


@dataclass(frozen=True)
class At:
    """A point in degrees, EPSG:4326."""

    lat: float
    lon: float


# The oracle


def _weight(deciseconds: float, metres: float) -> int:
    return round(deciseconds) * FACTOR + round(metres)


def _sharper(graph: nx.DiGraph[Any], u: Any, v: Any, weight: int) -> None:
    if not graph.has_edge(u, v) or graph[u][v]["weight"] > weight:
        graph.add_edge(u, v, weight=weight)


def oracle(
    roads: nx.MultiDiGraph[Any],
    router: Router,
    origins: Sequence[At],
    ends: Sequence[At],
    joins: tuple[Joins, Joins] | None = None,
) -> nx.DiGraph[Any]:
    """Build the road graph with every place as a node of its own, joined as given or as the ``access`` says."""
    graph: nx.DiGraph[Any] = nx.DiGraph()
    graph.add_nodes_from(roads)
    for u, v, data in roads.edges(data=True):
        _sharper(graph, u, v, _weight(max(round(10 * data["travel_time"]), 1), data["length"]))
    joins_out, joins_in = joins or (router.access.joins(_metres(origins)), router.access.joins(_metres(ends)))
    known, arcs = router.network, _arcs_by_edge(router)
    leaving = _join_nodes(graph, "origin", origins, joins_out, known.labels)
    arriving = _join_nodes(graph, "end", ends, joins_in, known.labels)
    for node, (edge, fraction) in leaving.items():
        for arc in arcs[edge]:
            share = fraction if known.forward[arc] else 1.0 - fraction  # from the arc's tail, as roads are measured
            _sharper(graph, node, known.labels[known.head[arc]], _stretch(router, arc, 1.0 - share))
    for node, (edge, fraction) in arriving.items():
        for arc in arcs[edge]:
            share = fraction if known.forward[arc] else 1.0 - fraction
            _sharper(graph, known.labels[known.tail[arc]], node, _stretch(router, arc, share))
    for (start, (edge, low)), (end, (other, high)) in (
        (a, b) for a in leaving.items() for b in arriving.items() if a[1][0] == b[1][0]
    ):
        assert edge == other
        for arc in arcs[edge]:
            if known.forward[arc] == (high >= low):
                _sharper(graph, start, end, _stretch(router, arc, abs(high - low)))
    _add_direct(graph, router, origins, ends, joins_out, joins_in)
    return graph


def _stretch(router: Router, arc: int, share: float) -> int:
    known = router.network
    return _weight(share * known.deciseconds[arc], share * known.edges.metres[known.edge[arc]])


def _arcs_by_edge(router: Router) -> dict[int, list[int]]:
    arcs: dict[int, list[int]] = {}
    for arc, edge in enumerate(router.network.edge.tolist()):
        arcs.setdefault(edge, []).append(arc)
    return arcs


def _join_nodes(
    graph: nx.DiGraph[Any], what: str, places: Sequence[At], joins: Joins, labels: list[Any]
) -> dict[Any, tuple[int, float]]:
    """Add the places, and the points between nodes where they join roads; give each point's edge and fraction."""
    nodes: dict[Any, tuple[int, float]] = {}
    graph.add_nodes_from((what, number) for number in range(len(places)))
    columns = (joins.place, joins.edge, joins.fraction, joins.deciseconds, joins.metres, joins.node)
    for place, edge, fraction, taken, metres, row in zip(*(column.tolist() for column in columns), strict=True):
        node = (what, place, edge) if row == ON_THE_ROAD else labels[row]
        if row == ON_THE_ROAD:
            nodes[node] = (edge, fraction)
        ends = ((what, place), node) if what == "origin" else (node, (what, place))
        graph.add_edge(*ends, weight=_weight(taken, metres))
    return nodes


def _add_direct(
    graph: nx.DiGraph[Any], router: Router, origins: Sequence[At], ends: Sequence[At], start: Joins, end: Joins
) -> None:
    """Add the ways on local streets alone, at the speed of the slowest road that either place joins."""
    xy_out, xy_in = _metres(origins), _metres(ends)
    for a in range(len(origins)):
        for b in range(len(ends)):
            crow = float(np.hypot(*(xy_out[a] - xy_in[b])))
            edges_a, edges_b = start.edge[start.place == a], end.edge[end.place == b]
            wet = router.access.crosses_water(xy_out[a : a + 1], xy_in[b : b + 1])[0]
            if crow > router.network.reach.direct_metres or wet or len(edges_a) == 0 or len(edges_b) == 0:
                continue
            rate = router.access.seconds_per_metre[np.r_[edges_a, edges_b]].max()
            weight = _weight(10.0 * crow * rate, crow * router.network.model.detour)
            _sharper(graph, ("origin", a), ("end", b), weight)


def _metres(places: Sequence[At]) -> Any:
    return np.column_stack(coordinates.to_metres([place.lat for place in places], [place.lon for place in places]))


def expected(graph: nx.DiGraph[Any], origin: int, ends: int) -> list[tuple[int, int] | None]:
    """Give tenths of a second and metres from one origin to each end, None where there is no way."""
    found = nx.single_source_dijkstra_path_length(graph, ("origin", origin))
    return [divmod(found["end", end], FACTOR) if ("end", end) in found else None for end in range(ends)]


def joins_again(router: Router, origin: At, end: At) -> tuple[Joins, Joins] | None:
    """Join two places to other roads as ``nearhome.geo.routing.components`` does: by trying all pairs nearby."""
    known, access = router.network, router.access
    arcs, graph = _arcs_by_edge(router), nx.DiGraph(zip(known.tail.tolist(), known.head.tolist(), strict=True))
    each_road = Neighbourhood(access, np.arange(len(known.edges.u)))
    near = [each_road.near(_metres([place]), AGAIN_METRES) for place in (origin, end)]
    gaps = [dict(zip(each.edge.tolist(), each.metres.tolist(), strict=True)) for each in near]
    for place, found in zip((origin, end), gaps, strict=True):
        for edge in np.unique(access.edge).tolist():
            line = shapely.LineString(known.xy[[known.edges.u[edge], known.edges.v[edge]]])
            gap = line.distance(shapely.Point(*_metres([place])[0]))
            assert (edge in found) == (gap <= AGAIN_METRES)
            assert edge not in found or found[edge] == pytest.approx(gap, abs=1e-6)
    after = {int(known.head[arc]): set[int]() for edge in gaps[0] for arc in arcs.get(edge, ())}
    for node in after:
        after[node] = {node, *nx.descendants(graph, node)}

    def leads(edge: int, other: int) -> bool:
        heads, tails = (
            {int(ends[arc]) for arc in arcs.get(each, ())} for ends, each in ((known.head, edge), (known.tail, other))
        )
        return any(after[head] & tails for head in heads)

    sums = {(e, f): a + b for e, a in gaps[0].items() for f, b in gaps[1].items() if leads(e, f)}
    nearest = [pair for pair, total in sums.items() if total <= min(sums.values()) + SAME_POINT_METRES]
    if not nearest:
        return None
    allowed = (
        {e for e in gaps[0] if any(leads(e, f) for _, f in nearest)},
        {f for f in gaps[1] if any(leads(e, f) for e, _ in nearest)},
    )
    first, second = (
        access.joins_of(each.only(np.isin(each.edge, list(edges)))) for each, edges in zip(near, allowed, strict=True)
    )
    return first, second


def check(router: Router, roads: nx.MultiDiGraph[Any], origins: Sequence[At], ends: Sequence[At]) -> int:
    """Compare every route and the matrix with the oracle; give how many pairs have a way."""
    graph, reached = oracle(roads, router, origins, ends), 0
    matrix = router.matrix(origins, ends)
    for a, origin in enumerate(origins):
        for b, (end, plain) in enumerate(zip(ends, expected(graph, a, len(ends)), strict=True)):
            again = joins_again(router, origin, end) if plain is None else None
            answer = plain if again is None else expected(oracle(roads, router, [origin], [end], again), 0, 1)[0]
            if answer is None:
                assert np.isnan(matrix.minutes[a, b])
                assert np.isnan(matrix.miles[a, b])
                with pytest.raises(NoRouteError):
                    router.route(origin, end)
                continue
            route = router.route(origin, end)
            assert (route.deciseconds, route.metres) == answer
            assert (matrix.minutes[a, b], matrix.miles[a, b]) == (answer[0] / 600.0, answer[1] / 1609.344)
            check_steps(router, route, origin, end)
            arcs = [step.arc for step in route.steps if step.arc != NO_ARC]
            assert matrix.tolls[a, b] == router.network.tolls[arcs].sum()
            reached += 1
    return reached


def check_steps(router: Router, route: Route, origin: At, end: At) -> None:
    """Assert that the steps add up and follow each other from door to door."""
    assert sum(step.deciseconds for step in route.steps) == route.deciseconds
    assert sum(step.metres for step in route.steps) == route.metres
    assert route.line[0] == (origin.lat, origin.lon)
    assert route.line[-1] == (end.lat, end.lon)
    assert all(len(step.line) >= 2 for step in route.steps)
    for before, after in zip(route.steps, route.steps[1:], strict=False):
        assert before.line[-1] == pytest.approx(after.line[0], abs=1e-9)
    for step in route.steps:
        assert (step.arc == NO_ARC) == (step.kind == "local")
        if step.arc != NO_ARC:
            assert step.deciseconds == round(step.share * router.network.deciseconds[step.arc])


# Small graphs


@st.composite
def small_graphs(draw: st.DrawFn) -> nx.MultiDiGraph[Any]:
    """Make a graph as OSMnx does on 10 km near 51.5, -1.0: one-way and two-way, parallel, looped, of no length."""
    reach = astuple(draw(st.sampled_from([road_edges.STRATEGIC, road_edges.DETAILED])))
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph(crs="epsg:4326", reach=reach)
    count = draw(st.integers(2, 9))
    for node in range(count):
        lat = 51.45 + draw(st.integers(0, 90)) / 1000
        lon = -1.07 + draw(st.integers(0, 140)) / 1000
        graph.add_node(f"n{node}", x=lon, y=lat)
    nodes = st.sampled_from(sorted(graph))
    highways = st.sampled_from(["primary", "residential", "motorway", "motorway_link", ["trunk", "primary"]])
    road = st.tuples(nodes, nodes, st.integers(0, 15_000), st.integers(0, 9_000), st.booleans(), highways)
    for u, v, metres, tenths, both_ways, highway in draw(st.lists(road, min_size=1, max_size=16)):
        attributes = {"length": float(metres), "travel_time": tenths / 10, "highway": highway, "oneway": not both_ways}
        graph.add_edge(u, v, **attributes)
        if both_ways:
            graph.add_edge(v, u, **attributes)
    return graph


@st.composite
def raw_graphs(draw: st.DrawFn) -> nx.MultiDiGraph[Any]:
    """Make a graph of several parts within 3 km of each other, with traps and feeders, as a raw extract has them."""
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph(crs="epsg:27700")
    for part in range(draw(st.integers(2, 4))):
        count = draw(st.integers(2, 5))
        for number in range(count):
            x, y = (450_000.0 + draw(st.integers(0, 60)) * 50 for _ in range(2))
            graph.add_node((part, number), x=x, y=y - 250_000.0)
        nodes = st.integers(0, count - 1)
        for u, v, tenths, both in draw(
            st.lists(st.tuples(nodes, nodes, st.integers(1, 3_000), st.booleans()), min_size=1, max_size=6)
        ):
            tags = {"length": float(tenths), "travel_time": tenths / 10, "highway": "residential", "oneway": not both}
            graph.add_edge((part, u), (part, v), **tags)
            if both:
                graph.add_edge((part, v), (part, u), **tags)
    for u, v in draw(st.lists(st.tuples(*[st.sampled_from(sorted(graph))] * 2), max_size=3)):  # one way between parts
        graph.add_edge(u, v, length=700.0, travel_time=60.0, highway="primary", oneway=True)
    return graph


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(raw_graphs(), st.data())
def test_from_a_trap_the_nearest_roads_that_lead_there_are_taken(
    graph: nx.MultiDiGraph[Any], data: st.DataObject
) -> None:
    router = Router(graph)
    if data.draw(st.booleans()):
        assert router.metric is not None
    row = data.draw(st.lists(st.integers(0, len(router.network.lat) - 1), min_size=2, max_size=4))
    doors = [At(float(router.network.lat[node]) + 0.0004, float(router.network.lon[node])) for node in row]
    check(router, graph, doors, doors[::-1])


def _doors(graph: nx.MultiDiGraph[Any], pick: Callable[[int], int]) -> list[At]:
    """Give places exactly at nodes, and some beside them."""
    nodes = [At(graph.nodes[node]["y"], graph.nodes[node]["x"]) for node in sorted(graph)[:3]]
    return [*nodes, At(51.45 + pick(900) / 1e4, -1.07 + pick(1400) / 1e4), At(51.5 + pick(99) / 1e4, -1.0)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(small_graphs(), st.data())
def test_routes_and_matrices_on_small_graphs_are_those_of_networkx(
    graph: nx.MultiDiGraph[Any], data: st.DataObject
) -> None:
    doors = _doors(graph, lambda most: data.draw(st.integers(0, most)))
    router = Router(graph)
    if data.draw(st.booleans()):
        assert router.metric is not None  # whoever has asked for the hierarchy is answered by it
    check(router, graph, doors, doors[::-1])


@st.composite
def lattices(draw: st.DrawFn) -> nx.MultiDiGraph[Any]:
    """Make a lattice of roads 10 km apart, all quicker than local streets: joins cannot help a way along."""
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph(crs="epsg:27700")
    side = 3
    for number in range(side * side):
        graph.add_node(number, x=420_000.0 + 10_000 * (number % side), y=200_000.0 + 10_000 * (number // side))
    for number in range(side * side):
        beside = [number + 1] * (number % side < side - 1) + [number + side] * (number < side * (side - 1))
        for other in beside:
            lanes = st.lists(st.tuples(st.booleans(), st.integers(3_000, 12_000), st.integers(1, 30_000)), max_size=3)
            for ahead, tenths, metres in draw(lanes):
                ends = (number, other) if ahead else (other, number)
                graph.add_edge(*ends, length=float(metres), travel_time=tenths / 10, highway="primary")
    return graph


@settings(max_examples=60, deadline=None)
@given(lattices().filter(lambda graph: graph.number_of_edges() > 0))
def test_from_node_to_node_networkx_alone_is_the_oracle(graph: nx.MultiDiGraph[Any]) -> None:
    plain: nx.DiGraph[Any] = nx.DiGraph()
    for u, v, data in graph.edges(data=True):
        _sharper(plain, u, v, _weight(10 * data["travel_time"], data["length"]))
    nodes = sorted(plain)
    router = Router(graph)
    row = {label: number for number, label in enumerate(router.network.labels)}
    points = [At(float(router.network.lat[row[node]]), float(router.network.lon[row[node]])) for node in nodes]
    matrix = router.matrix(points, points)
    for row, node in enumerate(nodes):
        found = nx.single_source_dijkstra_path_length(plain, node)
        for column, other in enumerate(nodes):
            if other not in found:
                assert np.isnan(matrix.minutes[row, column])
                continue
            tenths, metres = divmod(found[other], FACTOR)
            assert matrix.minutes[row, column] * 600 == pytest.approx(tenths, abs=1e-6)
            assert matrix.miles[row, column] * 1609.344 == pytest.approx(metres, abs=1e-6)
    through = matrix.minutes[:, :, None] + matrix.minutes[None, :, :]
    shorter = np.nanmin(np.where(np.isnan(through), np.inf, through), axis=1)
    assert np.all(np.where(np.isnan(matrix.minutes), np.inf, matrix.minutes) <= shorter + 1e-6)


def _square(*edges: tuple[str, str, float, float]) -> Router:
    """Build one-way roads between the corners of a square of 7 km: tail, head, seconds, metres."""
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph(crs="epsg:4326", reach=astuple(road_edges.STRATEGIC))
    for name, point in CORNERS.items():
        graph.add_node(name, x=point.lon, y=point.lat)
    for u, v, seconds, metres in edges:
        graph.add_edge(u, v, travel_time=seconds, length=metres, highway="primary")
    return Router(graph)


CORNERS = {"a": At(51.5, -1.1), "b": At(51.5, -1.0), "c": At(51.56, -1.0), "d": At(51.56, -1.1)}


def test_of_two_ways_that_take_as_long_the_shorter_is_given() -> None:
    long_first = _square(("a", "b", 200, 9_000), ("b", "c", 200, 9_000), ("a", "d", 150, 8_000), ("d", "c", 250, 7_000))
    route = long_first.route(CORNERS["a"], CORNERS["c"])
    assert (route.deciseconds, route.metres) == (4_000, 15_000)


def test_of_parallel_roads_the_quickest_counts_and_then_the_shortest() -> None:
    router = _square(("a", "b", 300, 5_000), ("a", "b", 200, 9_000), ("a", "b", 200, 8_000), ("b", "c", 200, 7_000))
    route = router.route(CORNERS["a"], CORNERS["c"])
    assert (route.deciseconds, route.metres) == (4_000, 15_000)


def test_one_way_roads_are_not_driven_backwards() -> None:
    router = _square(("a", "b", 200, 7_000), ("b", "c", 200, 7_000))
    assert router.route(CORNERS["a"], CORNERS["c"]).deciseconds == 4_000
    with pytest.raises(NoRouteError, match="No road or car ferry"):
        router.route(CORNERS["c"], CORNERS["a"])


def test_where_many_one_way_roads_meet_each_of_them_is_a_way_out() -> None:
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph(crs="epsg:4326", reach=astuple(road_edges.STRATEGIC))
    graph.add_node("middle", x=-1.0, y=51.5)
    for number in range(9):
        turn = 2 * np.pi * number / 9
        graph.add_node(number, x=-1.0 + 0.3 * np.cos(turn), y=51.5 + 0.2 * np.sin(turn))
        graph.add_edge("middle", number, travel_time=900, length=21_000, highway="primary", oneway=True)
    router = Router(graph)
    for number in range(9):
        end = At(graph.nodes[number]["y"], graph.nodes[number]["x"])
        assert router.route(At(51.5, -1.0), end).deciseconds == 9_000


def test_a_stretch_of_one_road_rounds_in_a_route_as_in_a_matrix() -> None:
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph(crs="epsg:27700")
    graph.add_node(0, x=450_000.0, y=200_000.0)
    graph.add_node(1, x=450_000.0, y=249_999.0)
    for ends in ((0, 1), (1, 0)):
        graph.add_edge(*ends, travel_time=1_000.1, length=49_999.0, highway="primary")
    lat, lon = coordinates.to_degrees(np.full(100, 450_000.0), 200_000.0 + 499.99 * np.arange(1, 101))
    points = [At(*pair) for pair in zip(lat.tolist(), lon.tolist(), strict=True)]
    router = Router(graph)
    matrix = router.matrix(points, points)
    for a in range(0, 100, 7):
        for b in range(3, 100, 5):
            route = router.route(points[a], points[b])
            assert (route.minutes, route.miles) == (matrix.minutes[a, b], matrix.miles[a, b])


def test_a_door_is_no_way_from_itself_and_a_neighbour_is_reached_on_local_streets() -> None:
    router = _square(("a", "b", 200, 7_000), ("b", "a", 200, 7_000))
    here = router.route(CORNERS["a"], CORNERS["a"])
    assert (here.deciseconds, here.metres) == (0, 0)
    next_door = At(51.501, -1.1)
    route = router.route(next_door, At(51.503, -1.1))
    assert [step.kind for step in route.steps] == ["local"]
    assert route.metres == pytest.approx(1.3 * 222.4, abs=2)  # 0.002 degrees of latitude, and the detour of streets


@pytest.mark.parametrize(("where", "swap"), [("origin", False), ("destination", True)])
def test_a_place_off_the_network_is_named_in_one_sentence(where: str, swap: bool) -> None:  # noqa: FBT001 -- parametrised
    router = _square(("a", "b", 200, 7_000), ("b", "a", 200, 7_000))
    ends = [At(57.0, -12.5), CORNERS["a"]]
    with pytest.raises(NoRouteError, match="No road within 19 miles") as caught:
        router.route(*(ends[::-1] if swap else ends))
    assert caught.value.where == where
    assert "\n" not in str(caught.value)
    assert np.isnan(router.matrix(ends, ends[1:]).minutes[0, 0])


def test_a_coordinate_that_is_no_number_has_no_way() -> None:
    router = _square(("a", "b", 200, 7_000), ("b", "a", 200, 7_000))
    for bad in (At(float("nan"), -1.0), At(51.5, float("inf")), At(95.0, 0.0)):
        with pytest.raises(NoRouteError):
            router.route(bad, CORNERS["a"])
        assert np.isnan(router.matrix([bad, CORNERS["a"]], [CORNERS["b"]]).minutes).tolist() == [[True], [False]]


def test_no_places_is_an_empty_matrix() -> None:
    router = _square(("a", "b", 200, 7_000))
    assert router.matrix([], [CORNERS["a"]]).minutes.shape == (0, 1)
    assert router.matrix([CORNERS["a"]], []).miles.shape == (1, 0)


def test_a_network_that_nobody_can_join_has_no_ways() -> None:
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph(crs="epsg:4326")
    graph.add_node("a", x=-1.1, y=51.5)
    graph.add_node("b", x=-1.0, y=51.5)
    graph.add_edge("a", "b", travel_time=200, length=7_000, highway="motorway")
    router, beside = Router(graph), (At(51.501, -1.08), At(51.501, -1.02))
    with pytest.raises(NoRouteError):
        router.route(*beside)
    assert router.route(CORNERS["a"], CORNERS["b"]).deciseconds == 2_000  # but who is at its junctions is on it


def _street(*parts: Sequence[tuple[float, float, bool]], reach: Any = None) -> nx.MultiDiGraph[Any]:
    """Build chains of streets through points (east, north, both ways from here on) at one metre a tenth of a second."""
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph(crs="epsg:27700", **({"reach": reach} if reach else {}))
    for part, points in enumerate(parts):
        for number, (x, y, _) in enumerate(points):
            graph.add_node((part, number), x=450_000.0 + x, y=200_000.0 + y)
        for number, ((x1, y1, both), (x2, y2, _)) in enumerate(pairwise(points)):
            metres = float(np.hypot(x2 - x1, y2 - y1))
            tags = {"length": metres, "travel_time": metres / 10, "highway": "residential", "oneway": not both}
            graph.add_edge((part, number), (part, number + 1), **tags)
            if both:
                graph.add_edge((part, number + 1), (part, number), **tags)
    return graph


def _at(x: float, y: float) -> At:
    lat, lon = coordinates.to_degrees(np.array([450_000.0 + x]), np.array([200_000.0 + y]))
    return At(float(lat[0]), float(lon[0]))


HIGH_STREET = [(0.0, 0.0, True), (1_000.0, 0.0, True), (2_000.0, 0.0, True)]


def test_a_car_park_cut_off_from_the_streets_is_left_by_the_nearest_street() -> None:
    car_park = [(950.0, 100.0, True), (1_050.0, 100.0, True)]
    router = Router(_street(HIGH_STREET, car_park))
    inside, far = _at(1_000.0, 105.0), _at(2_000.0, 0.0)
    for ends in ((inside, far), (far, inside)):
        route = router.route(*ends)
        assert [step.kind for step in route.steps].count("local") == 2
        assert route.metres == pytest.approx(1.3 * 105 + 1_000, abs=2)
    minutes = router.matrix([inside, far], [inside, far]).minutes
    assert minutes[0, 0] == 0
    assert minutes[0, 1] == router.route(inside, far).minutes
    within = router.route(inside, _at(950.0, 105.0))  # in the car park one needs no street
    assert within.metres == pytest.approx(1.3 * 10 + 50, abs=2)


def test_a_one_way_street_that_only_leads_in_is_no_way_out() -> None:
    dead_end = [(1_000.0, 0.0, True), (1_000.0, 100.0, False), (1_000.0, 400.0, False)]
    graph = _street(HIGH_STREET, dead_end[1:])
    graph.add_edge((0, 1), (1, 0), length=100.0, travel_time=10.0, highway="residential", oneway=True)
    router = Router(graph)
    end, far = _at(1_000.0, 400.0), _at(0.0, 0.0)
    assert router.route(far, end).metres == pytest.approx(1_400, abs=1)
    assert router.route(end, far).metres == pytest.approx(1.3 * 400 + 1_000, abs=1)


def test_what_one_far_goal_needs_changes_no_other_goal_s_answer() -> None:
    island = [(1_000.0, 60_000.0, True), (1_000.0, 61_000.0, True)]
    car_park = [(950.0, 100.0, True), (1_050.0, 100.0, True)]
    router = Router(_street(HIGH_STREET, car_park, island))
    inside, beside, far, over_sea = _at(1_000.0, 105.0), _at(950.0, 105.0), _at(2_000.0, 0.0), _at(1_000.0, 60_500.0)
    goals = [beside, far, over_sea]
    whole = router.matrix([inside, far], goals)
    assert np.isnan(whole.minutes).tolist() == [[False, False, True], [False, False, True]]
    for column, goal in enumerate(goals):
        np.testing.assert_array_equal(router.matrix([inside], [goal]).minutes[0], whole.minutes[0, column])
    with pytest.raises(NoRouteError, match="No road or car ferry"):
        router.route(inside, over_sea)


def test_a_bent_street_is_joined_where_it_runs_and_not_on_its_chord() -> None:
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph(crs="epsg:27700")
    for number, x in enumerate((0.0, 2_000.0)):
        graph.add_node(number, x=450_000.0 + x, y=200_000.0)
    bow = [(450_000.0, 200_000.0), (450_000.0, 201_000.0), (452_000.0, 201_000.0), (452_000.0, 200_000.0)]
    for ends, line in (((0, 1), bow), ((1, 0), bow[::-1])):
        tags = {"length": 4_000.0, "travel_time": 400.0, "highway": "residential"}
        graph.add_edge(*ends, **tags, geometry=shapely.LineString(line))
    router = Router(graph)
    route = router.route(_at(500.0, 1_010.0), _at(1_500.0, 1_010.0))
    assert route.metres == pytest.approx(1_000 + 2 * 1.3 * 10, abs=2)
    assert route.line[1] == pytest.approx((_at(500.0, 1_000.0).lat, _at(500.0, 1_000.0).lon), abs=1e-5)
    whole = router.route(_at(0.0, 0.0), _at(2_000.0, 0.0))
    assert (whole.deciseconds, whole.metres) == (4_000, 4_000)


def test_of_ways_as_long_the_one_with_fewer_tolls_is_given_and_a_toll_of_several_pieces_counts_once() -> None:
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph(crs="epsg:4326", reach=astuple(road_edges.STRATEGIC))
    for name, point in CORNERS.items():
        graph.add_node(name, x=point.lon, y=point.lat)
    graph.add_node("bridge", x=-1.0, y=51.53)
    graph.add_node("beyond", x=-0.9, y=51.56)
    beyond = At(51.56, -0.9)
    toll, free = {"toll": "forth", "highway": "primary"}, {"highway": "primary"}
    for u, v, metres, tags in (
        ("a", "b", 7_000, free),
        ("b", "bridge", 3_000, toll),
        ("bridge", "c", 4_000, toll),
        ("a", "d", 7_000, free),
        ("d", "c", 7_000, free),
        ("c", "beyond", 7_000, free),
    ):
        graph.add_edge(u, v, travel_time=metres / 20, length=metres, **tags)
    router = Router(graph)
    assert router.matrix([CORNERS["a"]], [beyond]).tolls.tolist() == [[0]]
    graph["d"]["c"][0]["travel_time"] += 1
    router = Router(graph)
    found = router.matrix([CORNERS["a"], CORNERS["c"]], [beyond])
    assert found.tolls.tolist() == [[1], [0]]
    assert found.miles[0, 0] * 1609.344 == pytest.approx(21_000)


# The shipped network


def _districts(count: int, seed: int) -> list[At]:
    rows = tables.read_rows("postcode_districts", lambda row: At(float(row["lat"]), float(row["lon"])))
    return random.Random(seed).sample(rows, count)  # noqa: S311 -- a fixed sample, not a secret


@pytest.fixture(scope="module")
def country() -> nx.MultiDiGraph[Any]:
    """Return the shipped network as a graph."""
    return road_graph.load()


def test_two_hundred_pairs_across_the_country_are_those_of_networkx(country: nx.MultiDiGraph[Any]) -> None:
    reached = check(Router.shipped(), country, _districts(10, 1), _districts(20, 2))
    assert reached >= 190


@pytest.mark.parametrize("opened", [False, True])
def test_after_a_road_is_closed_pairs_are_still_those_of_networkx(*, opened: bool) -> None:
    shut = Router.shipped().reweight(closed=["A30"], slower=1.2)
    if opened:
        assert shut.metric is not None
    redruth, birmingham = At(50.2330, -5.2270), At(52.480, -1.900)
    reached = check(shut, road_graph.to_graph(shut.network), [*_districts(4, 11), redruth], [birmingham])
    assert reached == 5


def test_the_graph_of_the_shipped_network_routes_as_the_network_itself(country: nx.MultiDiGraph[Any]) -> None:
    shipped, again = Router.shipped(), Router(country)
    origins, ends = _districts(60, 3), _districts(40, 4)
    there, here = again.matrix(origins, ends), shipped.matrix(origins, ends)
    np.testing.assert_allclose(there.minutes, here.minutes, atol=0.004)  # two roundings to tenths of a second
    assert np.mean(there.minutes == here.minutes) > 0.99
    np.testing.assert_allclose(there.miles, here.miles, atol=0.1)  # of two ways a tenth apart in time, the other
    for origin, end in zip(origins[:12], ends[:12], strict=True):
        ours, theirs = shipped.route(origin, end), again.route(origin, end)
        assert (ours.deciseconds, ours.metres) == (theirs.deciseconds, theirs.metres)
        np.testing.assert_allclose(ours.line, theirs.line)


def test_there_and_back_take_as_long_where_every_road_runs_both_ways() -> None:
    places = _districts(40, 5)
    minutes = Router.shipped().matrix(places, places).minutes
    np.testing.assert_allclose(minutes, minutes.T, atol=0.01)


def test_the_hierarchy_and_scipy_give_the_same_routes_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(router_module, "WORTH_OPENING", 10**9)
    slow, fast = Router(network.shipped()), Router(network.shipped())
    assert len(fast.metric.forward) > 0
    origins, ends = _districts(60, 8), _districts(60, 9)
    for origin, end in zip(origins, ends, strict=True):
        try:
            expected_route = slow.route(origin, end)
        except NoRouteError:
            with pytest.raises(NoRouteError):
                fast.route(origin, end)
            continue
        assert fast.route(origin, end) == expected_route
    one, other = slow.matrix(origins, ends), fast.matrix(origins, ends)
    for name in ("minutes", "miles", "tolls"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert "metric" not in vars(slow)
    assert slow.components.count == 1 or slow.whole


def test_many_searches_open_the_hierarchy_of_a_network_that_has_its_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(router_module, "WORTH_OPENING", 5)
    router, unordered = Router(network.shipped()), Router(replace(network.shipped(), rank=None))
    places = _districts(3, 10)
    for each in (router, unordered):
        each.matrix(places, places)
        assert "metric" not in vars(each)
        each.matrix(places, places)
    assert "metric" in vars(router)
    assert "metric" not in vars(unordered)


def test_tolls_of_real_crossings_are_counted() -> None:
    hull, lincoln, torquay = At(53.744, -0.335), At(53.227, -0.540), At(50.462, -3.525)
    found = Router.shipped().matrix([hull, torquay], [lincoln, torquay])
    assert found.tolls.tolist() == [[1, 0], [0, 0]]
