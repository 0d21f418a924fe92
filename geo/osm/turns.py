"""Turn restrictions: which turns an extract bans, and a graph in which nobody can take them.

A node-based graph forgets from where one came to a junction. ``expanded`` gives memory to the junctions that need it:
where a restriction begins, the arc that leads into it ends in a copy of its junction, and from the copy leave only the
arcs that may follow; for a restriction over several roads the copies go on until it is over. So they do where turning
round would be a way around a restriction, which is then no quicker than the price of it
(``nearhome.geo.osm.turning``). The copies are nodes for arcs, as in an arc-based graph, but only as many as there are
restrictions; what comes out is an ordinary graph in OSMnx conventions that ``Router`` takes. Without restrictions it is
the same graph.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nearhome.data.errors import MissingExtraError, SourceError
from nearhome.geo.osm.turning import NO_WAY_BACK, TURN_SECONDS, Memory, Streets, expansion

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

HOURS = ("day_on", "day_off", "hour_on", "hour_off")
"""Keys that once said when a restriction holds."""

ON_RED = "_on_red"
"""How a word ends that speaks of a red light only: whoever waits for green may turn."""

EXEMPT = frozenset({"motorcar", "motor_vehicle"})


SAME_METRES = 0.5
"""Two arcs of the same ways between the same nodes are one road both ways if their lengths differ by less."""


@dataclass(frozen=True, slots=True)
class Restriction:
    """One relation of OpenStreetMap, for one way that it comes from; ``only`` bans everything else.

    Ways and nodes are OSM ids; ``via_node`` is None where the turn leads over the ways ``via_ways``. ``to_ways`` are
    several only where one may choose among them.
    """

    relation: int
    word: str
    only: bool
    from_way: int
    to_ways: frozenset[int]
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
    try:
        import osmium
    except ImportError as error:
        msg = 'Reading OpenStreetMap needs the osm extra, which is not installed: pip install "nearhome[osm]".'
        raise MissingExtraError(msg) from error
    try:
        return list(_relations(osmium, path))
    except (RuntimeError, OSError) as error:
        told = " ".join(str(error).split()) or type(error).__name__
        msg = f"{path.name} cannot be read as OpenStreetMap data ({told}); download the extract again."
        raise SourceError(msg) from error


def _relations(osmium: Any, path: Path) -> Iterator[Restriction]:
    for each in osmium.FileProcessor(path, osmium.osm.RELATION).with_filter(osmium.filter.KeyFilter("type")):
        members = [(member.role, member.type, member.ref) for member in each.members]
        yield from _restrictions(each.id, each.tags, members)


def _restrictions(relation: int, tags: Mapping[str, str], members: list[tuple[str, str, int]]) -> Iterator[Restriction]:
    """Read one relation; a no_entry may come from several ways, and a no_exit lead to several."""
    words = next((tags[key] for key in RESTRICTION_KEYS if key in tags), "")
    exempt = EXEMPT & {part.strip() for part in tags.get("except", "").split(";")}
    if tags.get("type") != "restriction" or exempt or any(key in tags for key in HOURS):
        return
    ways = {role: [ref for name, kind, ref in members if (name, kind) == (role, "w")] for role in ("from", "to", "via")}
    nodes = [ref for role, kind, ref in members if (role, kind) == ("via", "n")]
    if len(nodes) + bool(ways["via"]) != 1 or not ways["to"]:
        return
    via = nodes[0] if nodes else None
    for word in dict.fromkeys(part.strip() for part in words.split(";")):
        if not word.startswith(("no_", "only_")) or word.endswith(ON_RED):
            continue
        only = word.startswith("only_")
        ends = [frozenset(ways["to"])] if only else [frozenset([end]) for end in ways["to"]]
        for start in ways["from"]:
            for end in ends:
                yield Restriction(relation, word, only, start, end, via, frozenset(ways["via"]))


def named(restrictions: Iterable[Restriction]) -> tuple[set[int], set[int]]:
    """Give the nodes at which restrictions begin, and the ways that they lead over: nothing may be merged there."""
    each = list(restrictions)
    return {one.via_node for one in each if one.via_node is not None}, {way for one in each for way in one.via_ways}


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
                if each.to_ways.isdisjoint(_ways_of(graph.edges[other])):
                    found[*allowed[:-1], other] = None
    return list(found)


def _turns(graph: nx.MultiDiGraph[int], arcs_of: Mapping[int, list[Arc]], each: Restriction) -> Iterator[Way]:
    """Find the runs of arcs that a restriction speaks of."""
    for first in arcs_of.get(each.from_way, ()):
        if each.via_node is not None:
            if first[1] == each.via_node:
                for last in _leaving(graph, first):
                    back = _turns_round(graph, first, last)
                    meant = back == (each.word.endswith("_u_turn") and _same(each))
                    if meant and not each.to_ways.isdisjoint(_ways_of(graph.edges[last])):
                        yield first, last
            continue
        runs: list[Way] = [(first,)]
        while runs:
            run = runs.pop()
            for last in _leaving(graph, run[-1]):
                ways = _ways_of(graph.edges[last])
                over = {way for arc in run[1:] for way in _ways_of(graph.edges[arc])}
                ended = over >= each.via_ways and not each.to_ways.isdisjoint(ways)
                if ended and not _turns_round(graph, run[-1], last):
                    yield (*run, last)
                elif len(run) < MOST_VIA and each.via_ways & set(ways) and last[1] not in {arc[0] for arc in run}:
                    runs.append((*run, last))


def _same(each: Restriction) -> bool:
    return each.to_ways == {each.from_way}


def _leaving(graph: nx.MultiDiGraph[int], arc: Arc) -> list[Arc]:
    return list(graph.out_edges(arc[1], keys=True))


def _turns_round(graph: nx.MultiDiGraph[int], first: Arc, last: Arc) -> bool:
    """Say whether the second arc leads back on the road of the first."""
    if first == last or (first[0], first[1]) != (last[1], last[0]):
        return False
    there, back = graph.edges[first], graph.edges[last]
    metres = abs(float(there.get("length", 0)) - float(back.get("length", 0)))
    return metres < SAME_METRES and set(_ways_of(there)) == set(_ways_of(back))


def _ways_of(data: Mapping[str, Any]) -> list[int]:
    ways = data.get("osmid", [])
    return ways if isinstance(ways, list) else [ways]


def expanded(
    graph: nx.MultiDiGraph[int], banned: Iterable[Way], turn_seconds: int = TURN_SECONDS
) -> nx.MultiDiGraph[int]:
    """Make the graph in which no banned run of arcs can be driven.

    Parameters
    ----------
    graph
        Any graph in OSMnx conventions with ``travel_time``, with nodes called by whole numbers; it is left as it is.
    banned
        Runs of two or more arcs, from ``bans``.
    turn_seconds
        What turning round takes at a node that is no dead end, where that would be a way around a ban.

    Returns
    -------
    A graph with further nodes, called by negative numbers, whose attribute ``copy_of`` names the junction. The edges by
    which one has turned round have the price in their ``travel_time``, and ``turned`` says that they have.
    """
    nodes, arcs, streets = _streets(graph)
    number = {arc: row for row, arc in enumerate(arcs)}
    memory = Memory(streets, [tuple(number[arc] for arc in way) for way in banned])
    wide = expansion(memory, turn_seconds)
    lowest = min((0, *graph.nodes))
    labels = [*nodes, *(lowest - 1 - row for row in range(len(wide.copy_of)))]
    result = graph.copy()
    for row, junction in enumerate(wide.copy_of):
        result.add_node(labels[len(nodes) + row], **graph.nodes[nodes[junction]], copy_of=nodes[junction])
    for row, end in wide.ends.items():
        data = graph.edges[arcs[row]]
        result.remove_edge(*arcs[row])
        result.add_edge(arcs[row][0], labels[end], **data)
    for tail, head, row, extra in wide.copied:
        data = graph.edges[arcs[row]]
        more = {"travel_time": float(data["travel_time"]) + extra / 10, "turned": True} if extra else {}
        result.add_edge(labels[tail], labels[head], **data | more)
    return result


def _streets(graph: nx.MultiDiGraph[int]) -> tuple[list[int], list[Arc], Streets]:
    """Take a graph as streets: its nodes, its arcs, and those by number."""
    nodes, arcs = list(graph.nodes), list(graph.edges(keys=True))
    row, number = {node: at for at, node in enumerate(nodes)}, {arc: at for at, arc in enumerate(arcs)}
    back = [number.get(_back(graph, arc), NO_WAY_BACK) for arc in arcs]
    seconds = np.array([float(graph.edges[arc].get("travel_time", 0)) for arc in arcs], dtype=float)
    streets = Streets(
        tail=np.array([row[tail] for tail, _, _ in arcs], dtype=np.int64),
        head=np.array([row[head] for _, head, _ in arcs], dtype=np.int64),
        deciseconds=np.maximum(np.round(10.0 * seconds), 1).astype(np.int64),
        back=np.array(back, dtype=np.int64),
        nodes=len(nodes),
    )
    return nodes, arcs, streets


def _back(graph: nx.MultiDiGraph[int], arc: Arc) -> Arc | None:
    """Find the arc back on the same road."""
    return next((other for other in _leaving(graph, arc) if _turns_round(graph, arc, other)), None)


def copies(graph: nx.MultiDiGraph[int]) -> dict[int, list[int]]:
    """Give for each junction of an expanded graph all the nodes that stand for it, itself first."""
    found = {node: [node] for node, data in graph.nodes(data=True) if "copy_of" not in data}
    for node, data in graph.nodes(data=True):
        if "copy_of" in data:
            found[data["copy_of"]].append(node)
    return found
