"""An import's arrays against the graph of the same extract, with and without banned turns."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import networkx as nx
import pytest

from nearhome.geo.osm import arcs as osm_arcs
from nearhome.geo.osm import read, turns
from nearhome.geo.roads import graph as road_graph
from nearhome.geo.roads import speeds
from nearhome.geo.routing.router import Router
from tests.geo.osm import test_turns
from tests.geo.osm.test_read import NEWPORT, POINTS, WAYS, At, write

if TYPE_CHECKING:
    from nearhome.geo.roads.network import RoadNetwork

TEXTS = ("road_class", "kind", "toll", "ferry", "ref", "name", "speed_source", "carriageway")
LOOP = (200, [3, 13, 6, 3], {"highway": "unclassified", "name": "Loop"})


def arrays(path: Path, *, turning: bool) -> RoadNetwork:
    restrictions = turns.read_restrictions(path) if turning else []
    roads, _ = read._roads(path, lambda _: None, speeds.OSM_DELAYS, restrictions)  # noqa: SLF001 -- as import_extract, uncut
    arcs = osm_arcs.arcs_of(roads)
    if turning:
        roads, arcs, _ = osm_arcs.without_banned(roads, arcs, restrictions)
    return osm_arcs.network_of(roads, arcs)


def through_a_graph(path: Path, *, turning: bool) -> RoadNetwork:
    restrictions = turns.read_restrictions(path) if turning else []
    graph = read.read_extract(path, restrictions=restrictions)
    if turning:
        graph = turns.expanded(graph, turns.bans(graph, restrictions))
    return road_graph.from_graph(graph)


def told_of_arcs(roads: RoadNetwork) -> Counter[tuple[Any, ...]]:
    """Count what is said of arcs between places; nodes are known by where they are and whether they are copies."""
    place = [(float(lat), float(lon)) for lat, lon in zip(roads.lat, roads.lon, strict=True)]
    return Counter(
        (
            place[roads.tail[arc]],
            place[roads.head[arc]],
            roads.labels[roads.tail[arc]] < 0,
            roads.labels[roads.head[arc]] < 0,
            int(roads.deciseconds[arc]),
            int(roads.edges.metres[roads.edge[arc]]),
            int(roads.edges.urban_percent[roads.edge[arc]]),
            *(roads.edges.text(name, int(roads.edge[arc])) for name in TEXTS),
            tuple(map(tuple, roads.line(arc).tolist())),
        )
        for arc in range(len(roads.tail))
    )


EXTRACTS = [
    pytest.param(NEWPORT, marks=pytest.mark.skipif(not NEWPORT.is_file(), reason="lies beside the repository")),
    [*WAYS, LOOP],
    [(1, [5, 6, 7, 8, 5], {"highway": "residential"})],
]


@pytest.mark.parametrize("turning", [False, True])
@pytest.mark.parametrize("source", EXTRACTS, ids=["Newport", "a town", "a ring"])
def test_arrays_say_what_the_graph_says(source: Any, turning: bool, tmp_path: Path) -> None:  # noqa: FBT001 -- a parameter
    path = source if isinstance(source, Path) else write(tmp_path / "some.osm", source, POINTS)
    ours, theirs = arrays(path, turning=turning), through_a_graph(path, turning=turning)
    assert told_of_arcs(ours) == told_of_arcs(theirs)
    assert ours.reach == theirs.reach
    for arc in range(len(ours.tail)):
        ends = ours.edges.u[ours.edge[arc]], ours.edges.v[ours.edge[arc]]
        assert (ours.tail[arc], ours.head[arc]) == (ends if ours.forward[arc] else ends[::-1])
    pairs = Counter(zip(ours.edge.tolist(), ours.forward.tolist(), strict=True))
    assert set(pairs.values()) == {1}, "an edge has one arc each way at most"


RESTRICTIONS = [
    [test_turns.turn("no_left_turn", 11, 12)],
    [test_turns.turn("only_straight_on", 11, 13), test_turns.turn("no_u_turn", 14, 14)],
    [({"restriction": "no_u_turn"}, [("w", 11, "from"), ("w", 14, "via"), ("w", 21, "to")])],
    [test_turns.turn("no_left_turn", 11, 99)],
]


@pytest.mark.parametrize("restrictions", RESTRICTIONS)
def test_banned_turns_cost_what_they_cost_in_the_graph(restrictions: Any, tmp_path: Path) -> None:
    path = test_turns.write(tmp_path / "cross.osm", restrictions)
    ours, theirs = arrays(path, turning=True), through_a_graph(path, turning=True)
    assert told_of_arcs(ours) == told_of_arcs(theirs)
    times = [dict(nx.all_pairs_dijkstra_path_length(plain(roads), weight="taken")) for roads in (ours, theirs)]
    junctions = [label for label in theirs.labels if label > 0]
    assert sorted(junctions) == sorted(label for label in ours.labels if label > 0)
    for start in junctions:
        for end in junctions:
            least = [
                min(found[start].get(label, 10**9) for label in copies_of(roads, end))
                for found, roads in zip(times, (ours, theirs), strict=True)
            ]
            assert least[0] == least[1]


def plain(roads: RoadNetwork) -> nx.MultiDiGraph[int]:
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    for tail, head, taken in zip(roads.tail.tolist(), roads.head.tolist(), roads.deciseconds.tolist(), strict=True):
        graph.add_edge(roads.labels[tail], roads.labels[head], taken=taken)
    return graph


def copies_of(roads: RoadNetwork, label: int) -> list[int]:
    row = roads.labels.index(label)
    same = (roads.lat == roads.lat[row]) & (roads.lon == roads.lon[row])
    return [each for each, here in zip(roads.labels, same.tolist(), strict=True) if here]


@pytest.mark.parametrize("restrictions", [[], *RESTRICTIONS])
def test_the_router_of_an_import_gives_networkx_s_times_between_junctions(restrictions: Any, tmp_path: Path) -> None:
    roads = arrays(test_turns.write(tmp_path / "cross.osm", restrictions), turning=True)
    router, graph = Router(roads), plain(roads)
    least: dict[tuple[int, int], int] = {}
    for start, found in nx.all_pairs_dijkstra_path_length(least_of(graph), weight="taken"):
        for end, taken in found.items():
            key = origin_of(roads, start), origin_of(roads, end)
            least[key] = min(least.get(key, 10**9), taken)
    junctions = [row for row, label in enumerate(roads.labels) if label > 0]
    places = [At(float(roads.lat[row]), float(roads.lon[row])) for row in junctions]
    matrix = router.matrix(places, places)
    for a, start in enumerate(junctions):
        for b, end in enumerate(junctions):
            taken = least[roads.labels[start], roads.labels[end]]
            assert matrix.minutes[a, b] * 600 == pytest.approx(taken, abs=1e-6)
            assert router.route(places[a], places[b]).deciseconds == taken


def least_of(graph: nx.MultiDiGraph[int]) -> nx.DiGraph[int]:
    """Keep of parallel arcs the quickest."""
    least: nx.DiGraph[int] = nx.DiGraph()
    for tail, head, taken in graph.edges(data="taken"):
        if not least.has_edge(tail, head) or least[tail][head]["taken"] > taken:
            least.add_edge(tail, head, taken=taken)
    return least


def origin_of(roads: RoadNetwork, label: int) -> int:
    """Give the junction of which a node is a copy."""
    return max(copies_of(roads, label))
