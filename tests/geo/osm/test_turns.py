"""Banned turns are never taken, and everything else is as quick as before."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import osmium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from osmium.osm import mutable

from nearhome.data.errors import SourceError
from nearhome.geo.osm import read, turns
from nearhome.geo.roads import graph as road_graph
from nearhome.geo.roads import speeds
from nearhome.geo.routing.router import Router
from tests.geo.osm.test_read import At
from tests.paths import SHARED

if TYPE_CHECKING:
    from pathlib import Path

    from nearhome.geo.osm.turns import Arc, Way

NEWPORT = SHARED / "data" / "roads" / "newport-2023-06-13.osm.pbf"

# A crossroads 5 with arms to 1 (north), 2 (east), 3 (south) and 4 (west), joined around the block by slower streets.
POINTS = {1: (1, 0), 2: (0, 1), 3: (-1, 0), 4: (0, -1), 5: (0, 0), 6: (2, 2), 7: (-2, -2), 8: (-2, 2)}
WAYS = {11: [1, 5], 12: [5, 2], 13: [5, 3], 14: [4, 5], 20: [1, 6, 2], 21: [4, 7, 3], 22: [3, 8, 2]}
Members = list[tuple[str, int, str]]


def write(path: Path, restrictions: list[tuple[dict[str, str], Members]]) -> Path:
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for number, (north, east) in POINTS.items():
            writer.add_node(mutable.Node(id=number, location=(-4.0 + 0.01 * east, 50.0 + 0.01 * north)))
        for number, nodes in WAYS.items():
            writer.add_way(mutable.Way(id=number, nodes=nodes, tags={"highway": "residential", "name": str(number)}))
        for number, (tags, members) in enumerate(restrictions, start=1):
            writer.add_relation(mutable.Relation(id=number, members=members, tags={"type": "restriction", **tags}))
    return path


def turn(word: str, start: int, end: int, **more: str) -> tuple[dict[str, str], Members]:
    return {"restriction": word, **more}, [("w", start, "from"), ("n", 5, "via"), ("w", end, "to")]


def crossroads(tmp_path: Path, *restrictions: tuple[dict[str, str], Members]) -> tuple[nx.MultiDiGraph[int], list[Way]]:
    path = write(tmp_path / "cross.osm", list(restrictions))
    graph = read.read_extract(path, lost=speeds.NO_DELAYS)
    return graph, turns.bans(graph, turns.read_restrictions(path))


def nodes_of(ways: list[Way]) -> set[tuple[int, ...]]:
    return {(way[0][0], *(arc[1] for arc in way)) for way in ways}


@pytest.mark.parametrize(
    ("restriction", "banned"),
    [
        (turn("no_left_turn", 11, 12), {(1, 5, 2)}),
        (turn("no_straight_on", 11, 13), {(1, 5, 3)}),
        (turn("no_u_turn", 11, 11), {(1, 5, 1)}),
        (turn("only_straight_on", 11, 13), {(1, 5, 1), (1, 5, 2), (1, 5, 4)}),
        (turn("no_left_turn", 11, 12, **{"except": "bus;motorcar"}), set()),
        (turn("no_left_turn", 11, 12, **{"except": "bicycle"}), {(1, 5, 2)}),
        (turn("no_left_turn", 11, 99), set()),
        (turn("give_way", 11, 12), set()),
        (({"restriction:hgv": "no_left_turn"}, turn("", 11, 12)[1]), set()),
        (({"restriction:conditional": "no_left_turn @ (07:00-09:00)"}, turn("", 11, 12)[1]), set()),
        (({"restriction": "no_left_turn"}, [("w", 11, "from"), ("w", 12, "to")]), set()),
    ],
)
def test_restrictions_are_read(
    restriction: tuple[dict[str, str], Members], banned: set[tuple[int, ...]], tmp_path: Path
) -> None:
    _, found = crossroads(tmp_path, restriction)
    assert nodes_of(found) == banned


def test_a_restriction_over_a_way_between_bans_that_run_alone(tmp_path: Path) -> None:
    over = {"restriction": "no_u_turn"}, [("w", 11, "from"), ("w", 14, "via"), ("w", 21, "to")]
    graph, found = crossroads(tmp_path, over)
    assert nodes_of(found) == {(1, 5, 4, 3)}
    assert nx.is_strongly_connected(graph)


def test_a_banned_turn_is_never_taken_and_the_way_round_is(tmp_path: Path) -> None:
    graph, found = crossroads(tmp_path, turn("no_left_turn", 11, 12))
    wide = turns.expanded(graph, found)
    before, path = nx.single_source_dijkstra(graph, 1, 2, weight="travel_time")
    assert path == [1, 5, 2]
    ways = {node: nx.single_source_dijkstra(wide, 1, node, weight="travel_time") for node in turns.copies(wide)[2]}
    after, path = min(ways.values())
    junctions = [wide.nodes[node].get("copy_of", node) for node in path]
    assert (1, 5, 2) not in zip(junctions, junctions[1:], junctions[2:], strict=False)
    assert after > before
    assert nx.single_source_dijkstra_path_length(wide, 1, weight="travel_time")[3] == pytest.approx(
        nx.single_source_dijkstra_path_length(graph, 1, weight="travel_time")[3]
    )


def test_the_router_takes_an_expanded_graph(tmp_path: Path) -> None:
    graph, found = crossroads(tmp_path, turn("no_left_turn", 11, 12))
    wide = turns.expanded(graph, found)
    start, end = At(50.006, -4.0), At(50.0, -3.994)  # on the northern arm, and on the eastern
    plain, turning = Router(graph).route(start, end), Router(wide).route(start, end)
    assert turning.minutes > plain.minutes
    assert Router(wide).route(end, start).deciseconds == Router(graph).route(end, start).deciseconds


def test_a_bad_file_is_told_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "bad.osm.pbf"
    path.write_bytes(b"no map")
    with pytest.raises(SourceError, match=r"bad\.osm\.pbf"):
        turns.read_restrictions(path)
    with pytest.raises(SourceError, match=r"missing\.osm\.pbf"):
        turns.read_restrictions(tmp_path / "missing.osm.pbf")


NODES = st.integers(0, 6)
ARCS = st.lists(st.tuples(NODES, NODES, st.integers(1, 50)), min_size=1, max_size=25)


@st.composite
def graphs_with_bans(draw: st.DrawFn) -> tuple[nx.MultiDiGraph[int], list[Way]]:
    """Draw a graph, and runs of two or three of its arcs that are banned."""
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    graph.add_nodes_from((node, {"x": 0.0, "y": 0.0}) for node in range(7))
    for tail, head, seconds in draw(ARCS):
        graph.add_edge(tail, head, travel_time=seconds)
    runs: list[Way] = []
    for first in graph.edges(keys=True):
        for second in graph.out_edges(first[1], keys=True):
            runs.append((first, second))
            runs += [(first, second, third) for third in graph.out_edges(second[1], keys=True)]
    return graph, draw(st.lists(st.sampled_from(runs), max_size=8, unique=True)) if runs else []


def by_history(graph: nx.MultiDiGraph[int], banned: list[Way], start: int) -> dict[int, float]:
    """Search with the last two arcs as the state: what a graph with bans of two or three arcs means."""
    wanted, first = set(banned), ("start",)
    states: nx.DiGraph[tuple[object, ...]] = nx.DiGraph()
    states.add_node(first)
    left: list[tuple[tuple[object, ...], tuple[Arc, ...], int]] = [(first, (), start)]
    seen = {first}
    ends: dict[tuple[object, ...], int] = {first: start}
    while left:
        state, history, node = left.pop()
        for arc in graph.out_edges(node, keys=True):
            run = (*history, arc)
            if any(run[at:] in wanted for at in range(len(run))):
                continue
            after = run[-2:]
            states.add_edge(state, after, seconds=graph.edges[arc]["travel_time"])
            ends[after] = arc[1]
            if after not in seen:
                seen.add(after)
                left.append((after, after, arc[1]))
    found: dict[int, float] = {}
    for state, seconds in nx.single_source_dijkstra_path_length(states, first, weight="seconds").items():
        found[ends[state]] = min(found.get(ends[state], np.inf), seconds)
    return found


@settings(max_examples=300, deadline=None)
@given(graphs_with_bans())
def test_times_equal_a_search_that_remembers_where_it_came_from(drawn: tuple[nx.MultiDiGraph[int], list[Way]]) -> None:
    graph, banned = drawn
    wide = turns.expanded(graph, banned)
    copies = turns.copies(wide)
    for start in graph:
        times = nx.single_source_dijkstra_path_length(wide, start, weight="travel_time")
        found = {
            node: min(times[copy] for copy in same if copy in times)
            for node, same in copies.items()
            if any(copy in times for copy in same)
        }
        assert found == by_history(graph, banned, start)


@given(graphs_with_bans())
def test_without_restrictions_it_is_the_same_graph(drawn: tuple[nx.MultiDiGraph[int], list[Way]]) -> None:
    assert nx.utils.graphs_equal(turns.expanded(drawn[0], []), drawn[0])


@pytest.mark.skipif(not NEWPORT.is_file(), reason="the Newport extract lies beside the repository only in development")
def test_newport_s_restrictions_are_found_and_kept() -> None:
    graph = read.read_extract(NEWPORT)
    restrictions = turns.read_restrictions(NEWPORT)
    banned = turns.bans(graph, restrictions)
    assert len(restrictions) == 94
    assert len(banned) > 60
    for *_, data in graph.edges(data=True):
        data.pop("access", None)  # streets for access only have nodes of their own
    wide = turns.expanded(graph, banned)
    firsts = {way for way in banned if len(way) == 2}
    roads = road_graph.from_graph(wide)
    assert (
        len(roads.lat) == len(wide) == len(graph) + len({way[:size] for way in banned for size in range(1, len(way))})
    )
    junction = {node: data.get("copy_of", node) for node, data in wide.nodes(data=True)}
    nodes = np.random.default_rng(11).choice(sorted(graph), 30, replace=False).tolist()
    for start in nodes:
        plain = nx.single_source_dijkstra_path_length(graph, start, weight="travel_time")
        times, paths = nx.single_source_dijkstra(wide, start, weight="travel_time")
        turned = {(a, b, c) for path in paths.values() for (a, b), (_, c) in pairwise(pairwise(path))}
        driven = {tuple(junction[node] for node in three) for three in turned}
        single = {(one[0], one[1], two[1]) for one, two in firsts if graph.number_of_edges(*one[:2]) == 1}
        several = {three for three in single if graph.number_of_edges(three[1], three[2]) > 1}
        assert not driven & (single - several)
        assert all(times[node] >= plain[junction[node]] - 1e-6 for node in times)
