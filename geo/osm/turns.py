"""Turn restrictions: which turns an extract bans, and a graph in which nobody can take them.

A node-based graph forgets from where one came to a junction. ``expanded`` gives memory to the junctions that need it:
where a restriction begins, the arc that leads into it ends in a copy of its junction, and from the copy leave only the
arcs that may follow; for a restriction over several roads the copies go on until it is over. The copies are nodes for
arcs, as in an arc-based graph, but only as many as there are restrictions; what comes out is an ordinary graph in OSMnx
conventions that ``Router`` takes. Without restrictions it is the same graph.

A junction may be turned round at wherever no restriction forbids it, as on the road.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nearhome.geo.osm import objects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    import networkx as nx

    Arc = tuple[int, int, int]
    Way = tuple[Arc, ...]

MOST_VIA = 8
"""A restriction over more arcs than this is not followed: it is a mistake of the map."""

RESTRICTION_KEYS = ("restriction:motorcar", "restriction:motor_vehicle", "restriction")
"""From the most to the least particular; those for other vehicles, and those for certain hours, are not read."""

EXEMPT = frozenset({"motorcar", "motor_vehicle"})


@dataclass(frozen=True, slots=True)
class Restriction:
    """One relation of OpenStreetMap, for one pair of ways; ``only`` bans everything else.

    Ways and nodes are OSM ids; ``via_node`` is None where the turn leads over the ways ``via_ways``.
    """

    relation: int
    word: str
    only: bool
    from_way: int
    to_way: int
    via_node: int | None
    via_ways: frozenset[int]


def read_restrictions(path: Path) -> list[Restriction]:
    """Read the restrictions that hold for cars at all hours.

    Raises
    ------
    MissingExtraError
        When pyosmium is not installed.
    SourceError
        When the file cannot be read.
    """
    return list(_relations(path))


def _relations(path: Path) -> Iterator[Restriction]:
    for each in objects.relations(path, "type"):
        members = [(member.role, member.type, objects.number(member.ref)) for member in each.members]
        yield from _restrictions(each.id, each.tags, members)


def _restrictions(relation: int, tags: Mapping[str, str], members: list[tuple[str, str, int]]) -> Iterator[Restriction]:
    """Read one relation; a no_entry may come from several ways, and a no_exit lead to several."""
    word = next((tags[key] for key in RESTRICTION_KEYS if key in tags), "")
    exempt = EXEMPT & {part.strip() for part in tags.get("except", "").split(";")}
    if tags.get("type") != "restriction" or not word.startswith(("no_", "only_")) or exempt:
        return
    ways = {role: [ref for name, kind, ref in members if (name, kind) == (role, "w")] for role in ("from", "to", "via")}
    nodes = [ref for role, kind, ref in members if (role, kind) == ("via", "n")]
    if len(nodes) + bool(ways["via"]) != 1:
        return
    for start in ways["from"]:
        for end in ways["to"]:
            via = nodes[0] if nodes else None
            yield Restriction(relation, word, word.startswith("only_"), start, end, via, frozenset(ways["via"]))


def bans(graph: nx.MultiDiGraph[int], restrictions: Iterable[Restriction]) -> list[Way]:
    """Find what the restrictions forbid on a graph: runs of two or more arcs that must not be driven one after another.

    Restrictions whose roads or junction are not in the graph forbid nothing: they are of roads closed to cars, or of
    turns that no longer exist.

    Parameters
    ----------
    graph
        As ``osm.read_extract`` gives it: nodes are OSM ids, and edges have ``osmid``, one or a list.
    restrictions
        As read from the same extract.
    """
    arcs_of: dict[int, list[Arc]] = {}
    for u, v, key, data in graph.edges(keys=True, data=True):
        for way in _ways_of(data):
            arcs_of.setdefault(way, []).append((u, v, key))
    found: dict[Way, None] = {}
    for each in restrictions:
        for allowed in _turns(graph, arcs_of, each):
            if not each.only:
                found[allowed] = None
                continue
            for other in _leaving(graph, allowed[-2]):
                if each.to_way not in _ways_of(graph.edges[other]):
                    found[*allowed[:-1], other] = None
    return list(found)


def _turns(graph: nx.MultiDiGraph[int], arcs_of: Mapping[int, list[Arc]], each: Restriction) -> Iterator[Way]:
    """Find the runs of arcs that a restriction speaks of."""
    for first in arcs_of.get(each.from_way, ()):
        if each.via_node is not None:
            if first[1] == each.via_node:
                for last in _leaving(graph, first):
                    back = _turns_round(graph, first, last)
                    if each.to_way in _ways_of(graph.edges[last]) and back == (
                        each.word == "no_u_turn" and _same(each)
                    ):
                        yield first, last
            continue
        runs: list[Way] = [(first,)]
        while runs:
            run = runs.pop()
            for last in _leaving(graph, run[-1]):
                ways = _ways_of(graph.edges[last])
                if len(run) > 1 and each.to_way in ways and not _turns_round(graph, run[-1], last):
                    yield (*run, last)
                elif len(run) < MOST_VIA and each.via_ways & set(ways) and last[1] not in {arc[0] for arc in run}:
                    runs.append((*run, last))


def _same(each: Restriction) -> bool:
    return each.from_way == each.to_way


def _leaving(graph: nx.MultiDiGraph[int], arc: Arc) -> list[Arc]:
    return list(graph.out_edges(arc[1], keys=True))


def _turns_round(graph: nx.MultiDiGraph[int], first: Arc, last: Arc) -> bool:
    """Say whether the second arc leads back on the road of the first."""
    back = first[0] == last[1] and first[1] == last[0]
    return back and set(_ways_of(graph.edges[first])) == set(_ways_of(graph.edges[last]))


def _ways_of(data: Mapping[str, Any]) -> list[int]:
    ways = data.get("osmid", [])
    return ways if isinstance(ways, list) else [ways]


def expanded(graph: nx.MultiDiGraph[int], banned: Iterable[Way]) -> nx.MultiDiGraph[int]:
    """Make the graph in which no banned run of arcs can be driven.

    Parameters
    ----------
    graph
        Any graph in OSMnx conventions, with nodes called by whole numbers; it is left as it is.
    banned
        Runs of two or more arcs, from ``bans``.

    Returns
    -------
    A graph with further nodes, called by negative numbers, whose attribute ``copy_of`` names the junction.
    """
    wanted = set(banned)
    states = sorted({way[:size] for way in wanted for size in range(1, len(way))})
    lowest = min((0, *graph.nodes))
    label = {state: lowest - 1 - number for number, state in enumerate(states)}
    result = graph.copy()
    for state, name in label.items():
        junction = state[-1][1]
        result.add_node(name, **graph.nodes[junction], copy_of=junction)

    def towards(run: Way) -> int:
        """Give the node for one who has just driven some arcs: that of the longest part that begins a restriction."""
        ends = (run[start:] for start in range(len(run)))
        return next((label[end] for end in ends if end in label), run[-1][1])

    for arc in {way[0] for way in wanted}:
        data = graph.edges[arc]
        result.remove_edge(*arc)
        result.add_edge(arc[0], towards((arc,)), **data)
    for state, name in label.items():
        for arc in _leaving(graph, state[-1]):
            run = (*state, arc)
            if not any(run[start:] in wanted for start in range(len(run))):
                result.add_edge(name, towards(run), **graph.edges[arc])
    return result


def copies(graph: nx.MultiDiGraph[int]) -> dict[int, list[int]]:
    """Give for each junction of an expanded graph all the nodes that stand for it, itself first."""
    found = {node: [node] for node, data in graph.nodes(data=True) if "copy_of" not in data}
    for node, data in graph.nodes(data=True):
        if "copy_of" in data:
            found[data["copy_of"]].append(node)
    return found
