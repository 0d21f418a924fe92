"""Streets for access only, against networkx on a graph that remembers how far a journey has come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import networkx as nx
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from nearhome.data.base.coordinates import Spot
from nearhome.geo.roads import graph as road_graph
from nearhome.geo.roads import network, no_through, straighten
from nearhome.geo.routing.router import Router

if TYPE_CHECKING:
    from nearhome.geo.roads.network import RoadNetwork

STREET = tuple[int, int, int, bool, bool]
"""From, to, seconds, whether both ways, and whether for access only."""

DRAWN = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 7), st.integers(1, 30), st.booleans(), st.booleans()).filter(
        lambda street: street[0] != street[1]
    ),
    min_size=2,
    max_size=16,
    unique_by=lambda street: street[:2],
)


def graph_of(streets: list[STREET]) -> nx.MultiDiGraph[int]:
    """Draw streets between places on a circle, so that each has a place of its own."""
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="epsg:4326")
    for node in sorted({end for street in streets for end in street[:2]}):
        graph.add_node(node, x=-3.0 + 0.05 * (node % 3), y=51.5 + 0.05 * (node // 3))
    for tail, head, seconds, both, only in streets:
        told: dict[str, Any] = {"length": 10.0 * seconds, "travel_time": float(seconds), "highway": "residential"}
        told |= {"access": "destination"} if only else {}
        graph.add_edge(tail, head, **told)
        if both:
            graph.add_edge(head, tail, **told)
    return graph


def remembering(graph: nx.MultiDiGraph[int]) -> nx.DiGraph[tuple[int, str]]:
    """Build the same streets with what a journey has done so far: left its start, come out, or gone in to its end."""
    plain: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    plain.add_nodes_from(graph)
    plain.add_edges_from((u, v) for u, v, data in graph.edges(data=True) if "access" not in data)
    behind: set[int] = set()
    for group in nx.weakly_connected_components(graph):
        parts = sorted((part for part in nx.strongly_connected_components(plain.subgraph(group))), key=len)
        assume(len(parts) == 1 or len(parts[-1]) > len(parts[-2]))
        main = next(iter(parts[-1]))
        behind |= nx.descendants(graph, main) - nx.descendants(plain, main) - {main}
        behind |= nx.ancestors(graph, main) - nx.ancestors(plain, main) - {main}
    only = {
        (u, v, key): "access" in data or u in behind or v in behind
        for u, v, key, data in graph.edges(keys=True, data=True)
    }
    ends = {kind: {end for (u, v, _), is_only in only.items() if is_only == kind for end in (u, v)} for kind in (0, 1)}
    border = ends[0] & ends[1]
    result: nx.DiGraph[tuple[int, str]] = nx.DiGraph()
    for (u, v, key), is_only in only.items():
        seconds = graph.edges[u, v, key]["travel_time"]
        steps = [("start", "out"), ("out", "out")]
        if is_only:
            steps = [("start", "out" if v in border else "start"), ("out", "end"), ("end", "end")]
        for before, after in steps:
            if before == "end" and u in border:
                continue
            least = result.get_edge_data((u, before), (v, after), {"weight": seconds})["weight"]
            result.add_edge((u, before), (v, after), weight=min(least, seconds))
    return result


def copies(roads: RoadNetwork, graph: nx.MultiDiGraph[int]) -> dict[int, list[int]]:
    """Give the rows of the network at the place of each node."""
    at = list(zip(roads.lat.tolist(), roads.lon.tolist(), strict=True))
    return {
        node: [row for row, place in enumerate(at) if place == (data["y"], data["x"])]
        for node, data in graph.nodes(data=True)
    }


@settings(max_examples=300, deadline=None)
@given(DRAWN)
@example([(0, 1, 5, True, False), (1, 2, 5, True, True), (2, 3, 5, True, False), (0, 3, 30, True, False)])
@example([(0, 1, 5, True, True), (1, 2, 5, True, False), (2, 3, 5, True, True), (0, 3, 30, True, False)])
def test_every_way_is_as_long_as_on_a_graph_that_remembers(streets: list[STREET]) -> None:
    graph = graph_of(streets)
    wanted = remembering(graph)
    roads = road_graph.from_graph(graph)
    found = nx.DiGraph()
    for tail, head, taken in zip(roads.tail.tolist(), roads.head.tolist(), roads.deciseconds.tolist(), strict=True):
        least = found.get_edge_data(tail, head, {"weight": taken})["weight"]
        found.add_edge(tail, head, weight=min(least, taken))
    rows = copies(roads, graph)
    for start in graph:
        expected = nx.single_source_dijkstra_path_length(wanted, (start, "start")) if (start, "start") in wanted else {}
        ours: dict[int, float] = {}
        for row in rows[start]:
            for head, taken in (nx.single_source_dijkstra_path_length(found, row) if row in found else {}).items():
                ours[head] = min(taken, ours.get(head, taken))
        for end in set(graph) - {start}:
            theirs = min((taken for (node, _), taken in expected.items() if node == end), default=None)
            mine = min((ours[row] for row in rows[end] if row in ours), default=None)
            assert mine == (None if theirs is None else 10 * theirs), (start, end)


@given(DRAWN)
def test_without_access_only_it_is_the_same_network(streets: list[STREET]) -> None:
    graph = graph_of([(*street[:4], False) for street in streets])
    roads = road_graph.from_graph(graph)
    assert len(roads.lat) == len(graph)
    assert len(roads.tail) == graph.number_of_edges()


@settings(deadline=None)
@given(DRAWN)
def test_arcs_run_along_their_edges_and_labels_are_unique(streets: list[STREET]) -> None:
    roads = road_graph.from_graph(graph_of(streets))
    ends = roads.edges.u[roads.edge], roads.edges.v[roads.edge]
    for arc, (u, v) in enumerate(zip(*ends, strict=True)):
        assert (roads.tail[arc], roads.head[arc]) == ((u, v) if roads.forward[arc] else (v, u))
    assert len(set(zip(roads.edge.tolist(), roads.forward.tolist(), strict=True))) == len(roads.edge)
    assert len(set(roads.labels)) == len(roads.labels) == len(roads.lat)


DEAD_END = [(0, 1, 5, True, False), (1, 2, 5, True, True), (2, 3, 5, True, True), (0, 4, 5, True, False)]


def test_a_dead_end_is_left_as_it_is() -> None:
    graph = graph_of(DEAD_END)
    assert len(road_graph.from_graph(graph).lat) == len(graph)


@pytest.mark.parametrize("word", ["destination", "customers", "delivery", "Permit", "forestry;residents"])
def test_words_for_access_only(word: str) -> None:
    assert no_through.is_access_only([word])
    assert no_through.is_access_only(["yes", word])


@pytest.mark.parametrize("word", ["yes", "permissive", "private", "no", ""])
def test_other_words(word: str) -> None:
    assert not no_through.is_access_only([word])


SQUARE = {1: (51.6, -3.01), 2: (51.6, -3.0), 3: (51.6, -2.99), 4: (51.61, -2.99), 5: (51.61, -3.01), 6: (51.6, -2.98)}
BEND = (51.602, -2.995)


def square(word: str | None) -> nx.MultiDiGraph[int]:
    """Draw a street 1-2-3-6 whose middle may be for access only, and bends, and a longer way round by 5 and 4."""
    from shapely import LineString

    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="epsg:4326")
    for node, (lat, lon) in SQUARE.items():
        graph.add_node(node, y=lat, x=lon)
    for u, v, seconds in ((1, 2, 60), (2, 3, 60), (3, 6, 60), (1, 5, 200), (5, 4, 200), (4, 3, 200)):
        for tail, head in ((u, v), (v, u)):
            middle = {"access": word} if word and {u, v} == {2, 3} else {}
            if {u, v} == {2, 3}:
                points = [SQUARE[tail], BEND, SQUARE[head]]
                middle["geometry"] = LineString([(lon, lat) for lat, lon in points])  # type: ignore[assignment]
            graph.add_edge(
                tail, head, length=seconds * 10.0, travel_time=float(seconds), highway="residential", **middle
            )
    return graph


PAST = (51.6, -3.009), (51.6, -2.981)


@pytest.mark.parametrize("back", [False, True])
def test_routes_and_matrices_go_round(*, back: bool) -> None:
    router = Router(square("destination"))
    start, goal = (Spot(*end) for end in (PAST[::-1] if back else PAST))
    route, free = router.route(start, goal), Router(square(None)).route(start, goal)
    assert route.minutes == router.matrix([start], [goal]).minutes[0, 0]
    assert route.minutes > 10
    assert free.minutes < 3


@pytest.mark.parametrize("back", [False, True])
@pytest.mark.parametrize("outside", [(51.6, -3.005), (51.6, -2.985), (51.61, -3.0)])
def test_what_is_in_it_is_reached_and_left_as_quickly_as_ever(outside: tuple[float, float], *, back: bool) -> None:
    router, free = Router(square("destination")), Router(square(None))
    start, goal = (Spot(*end) for end in ((BEND, outside) if back else (outside, BEND)))
    route = router.route(start, goal)
    assert route.minutes == free.route(start, goal).minutes == router.matrix([start], [goal]).minutes[0, 0]


def test_a_street_in_it_keeps_its_line_when_it_is_cut_at_its_bends() -> None:
    roads = straighten.straightened(road_graph.from_graph(square("destination")))
    bends = [row for row in range(len(roads.lat)) if (roads.lat[row], roads.lon[row]) == BEND]
    assert len(bends) == 2
    assert isinstance(roads, network.RoadNetwork)
