"""Banned turns are neither taken nor evaded by turning round, and everything else is as quick as before."""

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
from nearhome.geo.roads import speeds, storage
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


FROM_TWO: Members = [("w", 11, "from"), ("w", 14, "from"), ("n", 5, "via")]


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
        (turn("no_left_turn_on_red", 11, 12), set()),
        (turn("no_right_turn_on_red;no_left_turn", 11, 12), {(1, 5, 2)}),
        (turn("no_left_turn", 11, 12, hour_on="07:00", hour_off="09:00"), set()),
        (turn("no_left_turn", 11, 12, **{"restriction:motorcar": "none"}), set()),
        (turn("no_left_turn", 11, 12, **{"restriction:motor_vehicle": "no_straight_on"}), {(1, 5, 2)}),
        (({"restriction": "no_entry"}, [*FROM_TWO, ("w", 12, "to")]), {(1, 5, 2), (4, 5, 2)}),
        (({"restriction": "no_exit"}, [*turn("", 11, 12)[1], ("w", 14, "to")]), {(1, 5, 2), (1, 5, 4)}),
        (({"restriction": "only_straight_on"}, [*turn("", 11, 12)[1], ("w", 13, "to")]), {(1, 5, 1), (1, 5, 4)}),
        (({"restriction": "no_left_turn"}, [*turn("", 11, 12)[1], ("n", 2, "via")]), set()),
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
    times = nx.single_source_dijkstra_path_length(wide, 1, weight="travel_time")
    assert min(times[copy] for copy in turns.copies(wide)[3]) == pytest.approx(
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
ROADS = st.lists(st.tuples(NODES, NODES, st.integers(1, 50), st.integers(0, 2)), min_size=1, max_size=14)
"""Roads: their ends, the seconds they take, and 0 where they are one way."""


@st.composite
def graphs_with_bans(draw: st.DrawFn) -> tuple[nx.MultiDiGraph[int], list[Way]]:
    """Draw a graph, and runs of two or three of its arcs that are banned."""
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    graph.add_nodes_from((node, {"x": 0.0, "y": 0.0}) for node in range(7))
    for road, (tail, head, seconds, both) in enumerate(draw(ROADS)):
        graph.add_edge(tail, head, travel_time=seconds, osmid=road)
        if both:
            graph.add_edge(head, tail, travel_time=seconds, osmid=road)
    runs: list[Way] = []
    for first in graph.edges(keys=True):
        for second in graph.out_edges(first[1], keys=True):
            runs.append((first, second))
            runs += [(first, second, third) for third in graph.out_edges(second[1], keys=True)]
    return graph, draw(st.lists(st.sampled_from(runs), max_size=8, unique=True)) if runs else []


def by_history(graph: nx.MultiDiGraph[int], banned: list[Way], start: int, price: int) -> dict[int, float]:
    """Search with the last two arcs as the state: what a graph with bans of two or three arcs means.

    Turning round has its price wherever there is another way on.
    """
    wanted, first = set(banned), ("start",)
    states: nx.DiGraph[tuple[object, ...]] = nx.DiGraph()
    states.add_node(first)
    left: list[tuple[tuple[object, ...], tuple[Arc, ...], int]] = [(first, (), start)]
    seen = {first}
    ends: dict[tuple[object, ...], int] = {first: start}
    while left:
        state, history, node = left.pop()
        runs = [(*history, arc) for arc in graph.out_edges(node, keys=True)]
        allowed = [run for run in runs if not any(run[at:] in wanted for at in range(len(run)))]
        for run in allowed:
            seconds = graph.edges[run[-1]]["travel_time"]
            if turned(graph, run) and not all(turned(graph, other) for other in allowed):
                seconds += price
            after = run[-2:]
            states.add_edge(state, after, seconds=seconds)
            ends[after] = run[-1][1]
            if after not in seen:
                seen.add(after)
                left.append((after, after, run[-1][1]))
    found: dict[int, float] = {}
    for state, seconds in nx.single_source_dijkstra_path_length(states, first, weight="seconds").items():
        found[ends[state]] = min(found.get(ends[state], np.inf), seconds)
    return found


def turned(graph: nx.MultiDiGraph[int], run: tuple[Arc, ...]) -> bool:
    """Say whether the last arc leads back on the road of the one before."""
    if len(run) < 2 or run[-1] == run[-2]:
        return False
    (tail, head, _), (again, end, _) = run[-2:]
    return (head, tail) == (again, end) and graph.edges[run[-2]]["osmid"] == graph.edges[run[-1]]["osmid"]


@settings(max_examples=300, deadline=None)
@given(graphs_with_bans(), st.sampled_from([0, 7, 40, 600]))
def test_times_equal_a_search_that_remembers_the_way_and_pays_for_turning_round(
    drawn: tuple[nx.MultiDiGraph[int], list[Way]], price: int
) -> None:
    graph, banned = drawn
    wide = turns.expanded(graph, banned, price)
    copies = turns.copies(wide)
    for start in graph:
        times = nx.single_source_dijkstra_path_length(wide, start, weight="travel_time")
        found = {
            node: min(times[copy] for copy in same if copy in times)
            for node, same in copies.items()
            if any(copy in times for copy in same)
        }
        assert found == by_history(graph, banned, start, price)


@settings(max_examples=60, deadline=None)
@given(graphs_with_bans())
def test_turning_round_at_its_price_makes_no_junction_unreachable(
    drawn: tuple[nx.MultiDiGraph[int], list[Way]],
) -> None:
    graph, banned = drawn
    free, priced = (turns.expanded(graph, banned, seconds) for seconds in (0, 600))
    for start in graph:
        reached = []
        for wide in (free, priced):
            after = {start, *nx.descendants(wide, start)}
            reached.append({node for node, same in turns.copies(wide).items() if after & {*same}})
        assert reached[0] == reached[1]


@given(graphs_with_bans())
def test_without_restrictions_it_is_the_same_graph(drawn: tuple[nx.MultiDiGraph[int], list[Way]]) -> None:
    assert nx.utils.graphs_equal(turns.expanded(drawn[0], []), drawn[0])


# From the file to the route


def street(path: Path, ways: dict[int, tuple[list[int], str]], *restrictions: tuple[dict[str, str], Members]) -> Router:
    """Import streets between the nodes of ``TOWN`` with their restrictions, and open them."""
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for number, (east, north) in TOWN.items():
            writer.add_node(mutable.Node(id=number, location=(-3.0 + 0.0005 * east, 51.6 + 0.0003 * north)))
        for number, (nodes, name) in ways.items():
            writer.add_way(mutable.Way(id=number, nodes=nodes, tags={"highway": "residential", "name": name}))
        for number, (tags, members) in enumerate(restrictions, start=1):
            writer.add_relation(mutable.Relation(id=number, members=members, tags={"type": "restriction", **tags}))
    found = read.import_extract(path, turn_restrictions=True)
    assert found.turns_banned == len(restrictions)
    return Router(storage.open_saved(found.file))


# One step is about 35 metres: a street from 1 in the west by 2 and 3 to 4, a side street from 2 to 5, and a ring from 4
# by 6 back to 5. 9 is a dead end east of 4, and 10 and 11 are bends between 2 and 3, and 3 and 4.
TOWN = {1: (-29, 0), 2: (0, 0), 10: (10, 3), 3: (20, 0), 11: (30, 3), 4: (43, 0), 5: (0, -30), 6: (43, -30), 9: (47, 0)}
STREETS = {
    10: ([1, 2], "West Street"),
    11: ([2, 10, 3], "East Street"),
    12: ([3, 11, 4], "Far Street"),
    13: ([2, 5], "South Street"),
    14: ([4, 6], "Ring"),
    15: ([6, 5], "Ring South"),
}
NO_RIGHT: tuple[dict[str, str], Members] = (
    {"restriction": "no_right_turn"},
    [("w", 10, "from"), ("n", 2, "via"), ("w", 13, "to")],
)
CLOSED: tuple[dict[str, str], Members] = (
    {"restriction": "no_straight_on"},
    [("w", 11, "from"), ("n", 3, "via"), ("w", 12, "to")],
)


def spot(number: int) -> At:
    east, north = TOWN[number]
    return At(51.6 + 0.0003 * north, -3.0 + 0.0005 * east)


def test_nobody_turns_round_behind_a_junction_to_take_a_banned_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEARHOME_DATA", str(tmp_path))
    free, bound = (street(tmp_path / "x.osm", STREETS, *restrictions) for restrictions in ((), (NO_RIGHT,)))
    short = free.route(spot(1), spot(5)).metres
    way = bound.route(spot(1), spot(5))
    assert way.metres > 2 * short  # round by the ring
    names = {bound.network.edges.text("name", int(bound.network.edge[step.arc])) for step in way.steps if step.arc >= 0}
    assert names == {"West Street", "East Street", "Far Street", "Ring", "Ring South"}
    assert bound.matrix([spot(1)], [spot(5)]).minutes[0, 0] == way.minutes
    assert bound.route(spot(5), spot(1)).metres == short
    assert bound.route(spot(4), spot(5)).metres == free.route(spot(4), spot(5)).metres


def test_at_a_dead_end_turning_round_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEARHOME_DATA", str(tmp_path))
    ways = {number: STREETS[number] for number in (10, 11, 12, 13)} | {16: ([4, 9], "End")}
    router = street(tmp_path / "x.osm", ways, NO_RIGHT)
    way = router.route(spot(1), spot(5))
    there = router.route(spot(1), spot(9))
    assert way.deciseconds == pytest.approx(there.deciseconds + router.route(spot(9), spot(5)).deciseconds, abs=2)


def test_a_street_closed_at_one_point_is_driven_round_in_that_direction_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEARHOME_DATA", str(tmp_path))
    ways = STREETS | {12: ([3, 11, 4], "East Street")}  # a node without a junction and of one name
    open_, shut = (street(tmp_path / "x.osm", ways, *restrictions) for restrictions in ((), (CLOSED,)))
    through = open_.route(spot(2), spot(4))
    around = shut.route(spot(2), spot(4))
    assert around.metres > 1.5 * through.metres
    assert shut.route(spot(4), spot(2)).metres == through.metres
    assert shut.route(spot(2), spot(3)).metres == open_.route(spot(2), spot(3)).metres


@pytest.mark.skipif(not NEWPORT.is_file(), reason="the Newport extract lies beside the repository only in development")
def test_newport_s_restrictions_are_found_and_kept() -> None:
    restrictions = turns.read_restrictions(NEWPORT)
    graph = read.read_extract(NEWPORT, restrictions=restrictions)
    banned = turns.bans(graph, restrictions)
    assert len(restrictions) == 94
    assert len(banned) > 60
    wide = turns.expanded(graph, banned)
    firsts = {way for way in banned if len(way) == 2}
    roads = road_graph.from_graph(wide)
    begun = {way[:size] for way in banned for size in range(1, len(way))}
    assert len(graph) + len(begun) <= len(roads.lat) == len(wide) < 1.3 * len(graph)
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
