"""Roads of an extract as a network of arrays: what an import keeps, without a graph of the whole in between."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from nearhome.data.catalogue import columns
from nearhome.geo.osm import turns
from nearhome.geo.roads.edges import DETAILED, Edges
from nearhome.geo.roads.graph import ROAD_CLASS
from nearhome.geo.roads.network import RoadNetwork
from nearhome.geo.roads.no_through import layered

if TYPE_CHECKING:
    from collections.abc import Sequence

    import networkx as nx

    from nearhome.data.base.arrays import Bools, Floats, Ints
    from nearhome.geo.osm.chains import Chains
    from nearhome.geo.osm.tags import WayTags
    from nearhome.geo.osm.turns import Restriction


@dataclass(frozen=True, slots=True)
class OsmRoads:
    """Roads between junctions, and what is known of each.

    ``ids`` and ``at`` are the OSM ids and (lat, lon) of the nodes. ``way`` and ``tags`` are for each row of ``chains``:
    the OSM id of its way, and which of ``words`` are its tags, of which the first of a road count. ``direction`` is 1
    where one may only drive from start to end, -1 only back, 0 both; ``seconds`` and ``only``, which says what is for
    access only, are from start to end and back, shape (roads, 2). ``urban`` is the share of a town around, and
    ``tagged`` says whose speed is from a tag.
    """

    chains: Chains
    ids: Ints
    at: Floats
    way: Ints
    direction: Ints
    metres: Floats
    seconds: Floats
    only: Bools
    urban: Floats
    tagged: Bools
    tags: Ints
    words: list[WayTags]


class RoadArcs(NamedTuple):
    """Roads in a direction in which they may be driven: tail, head, which road, and whether from end to start."""

    tail: Ints
    head: Ints
    road: Ints
    back: Bools


def arcs_of(roads: OsmRoads) -> RoadArcs:
    """Give the roads in each direction in which they may be driven."""
    there, back = np.flatnonzero(roads.direction >= 0), np.flatnonzero(roads.direction <= 0)
    start, end = roads.chains.start, roads.chains.end
    return RoadArcs(
        tail=np.concatenate([start[there], end[back]]),
        head=np.concatenate([end[there], start[back]]),
        road=np.concatenate([there, back]),
        back=np.concatenate([np.zeros(len(there), bool), np.ones(len(back), bool)]),
    )


def network_of(roads: OsmRoads, arcs: RoadArcs) -> RoadNetwork:
    """Put arcs into a network; a road and its way back between the same two nodes are one edge.

    Streets for access only are no through route in it (``nearhome.geo.roads.no_through``).
    """
    used, ends = np.unique(np.concatenate([arcs.tail, arcs.head]), return_inverse=True)
    tail, head = ends[: len(arcs.tail)], ends[len(arcs.tail) :]
    u, v = np.where(arcs.back, head, tail), np.where(arcs.back, tail, head)
    turned = (u == v) & arcs.back  # round a loop either way are two edges, or nobody could tell them apart
    only = roads.only[arcs.road, arcs.back.astype(np.int64)]
    order = np.lexsort((arcs.back, only, turned, v, u, arcs.road))
    keys = np.column_stack([arcs.road, u, v, turned, only])[order]
    fresh = np.concatenate([[True], (np.diff(keys, axis=0) != 0).any(axis=1)])[: len(order)]
    edge = np.empty(len(order), np.int64)
    edge[order] = np.cumsum(fresh) - 1
    one = order[fresh]
    road = arcs.road[one]
    nothing = np.zeros(len(one), np.int64)
    edges = Edges(
        u=u[one],
        v=v[one],
        metres=np.round(roads.metres[road]).astype(np.int64),
        urban_percent=np.round(100 * roads.urban[road]).astype(np.int64),
        dense_percent=nothing,
        ferry_seconds=nothing,
        wait_seconds=nothing,
        junctions=nothing,
        texts=_texts(roads, road),
    )
    taken = np.maximum(np.round(10.0 * roads.seconds), 1).astype(np.int64)
    network = RoadNetwork(
        lat=roads.at[used, 0],
        lon=roads.at[used, 1],
        edges=edges,
        tail=tail,
        head=head,
        edge=edge,
        forward=~arcs.back | turned,
        deciseconds=taken[arcs.road, arcs.back.astype(np.int64)],
        labels=roads.ids[used].tolist(),
        reach=DETAILED,
        shapes=_shapes(roads, road, turned[one]),
    )
    return layered(network, only[one])


def _texts(roads: OsmRoads, road: Ints) -> dict[str, columns.Text]:
    """Give the text columns of the edges that are these roads."""
    columns_of = {
        "road_class": [ROAD_CLASS.get(tags.highway, tags.highway) for tags in roads.words],
        "toll": [""] * len(roads.words),
        **{name: [getattr(tags, name) for tags in roads.words] for name in ("kind", "ferry", "ref", "name")},
    }
    texts = {}
    for name, words in columns_of.items():
        known, code = np.unique(np.array(words, dtype=str), return_inverse=True)
        texts[name] = columns.Text(code.astype(np.int64)[roads.tags[roads.chains.first[road]]], known.tolist())
    texts["speed_source"] = columns.Text(roads.tagged[road].astype(np.int64), ["imputed", "tag"])
    texts["carriageway"] = columns.Text(np.zeros(len(road), np.int64), ["unknown"])
    return texts


def _shapes(roads: OsmRoads, road: Ints, turned: Bools) -> dict[int, Floats]:
    """Give the (lat, lon) rows between the ends of the edges that bend."""
    first, points = roads.chains.first, roads.at[roads.chains.node]
    bent = np.flatnonzero(np.diff(first)[road] > 1)
    low, high = first[road[bent]] + 1, first[road[bent] + 1]
    return {
        edge: points[start:stop][:: -1 if back else 1]
        for edge, start, stop, back in zip(
            bent.tolist(), low.tolist(), high.tolist(), turned[bent].tolist(), strict=True
        )
    }


# Turns


def without_banned(
    roads: OsmRoads, arcs: RoadArcs, restrictions: Sequence[Restriction]
) -> tuple[OsmRoads, RoadArcs, int]:
    """Leave no way to take a banned turn (``nearhome.geo.osm.turns``).

    Only the roads around a restriction are made a graph for it.

    Returns
    -------
    The roads with further nodes, called by negative numbers; the arcs; and how many turns are banned.
    """
    chosen = _around(roads, arcs, restrictions)
    local = _graph(roads, arcs, chosen)
    banned = turns.bans(local, restrictions)
    wide = turns.expanded(local, banned)
    copies = {name: int(wide.nodes[name]["row"]) for name in wide.nodes if name < 0}
    row_of = {name: len(roads.ids) + number for number, name in enumerate(copies)}
    ends: list[tuple[int, ...]] = []
    for tail, head, data in wide.edges(data=True):
        rows = (row_of.get(name, wide.nodes[name]["row"]) for name in (tail, head))
        ends.append((*rows, data["arc"]))
    changed = np.array(ends, dtype=np.int64).reshape(-1, 3)
    as_before = np.ones(len(arcs.tail), bool)
    as_before[chosen] = False
    kept = np.flatnonzero(as_before)
    which = np.concatenate([kept, changed[:, 2]])
    wider = replace(
        roads,
        ids=np.concatenate([roads.ids, np.array(list(copies), dtype=np.int64)]),
        at=np.concatenate([roads.at, roads.at[np.array(list(copies.values()), dtype=np.int64)]]),
    )
    return (
        wider,
        RoadArcs(
            np.concatenate([arcs.tail[kept], changed[:, 0]]),
            np.concatenate([arcs.head[kept], changed[:, 1]]),
            arcs.road[which],
            arcs.back[which],
        ),
        len(banned),
    )


def _around(roads: OsmRoads, arcs: RoadArcs, restrictions: Sequence[Restriction]) -> Ints:
    """Find the arcs that end or begin where a road of a restriction does."""
    named = {way for each in restrictions for way in (each.from_way, each.to_way, *each.via_ways)}
    road = roads.chains.owner[np.isin(roads.way, np.array(sorted(named), dtype=np.int64))]
    touched = np.zeros(len(roads.ids), bool)
    touched[roads.chains.start[road]] = touched[roads.chains.end[road]] = True
    return np.flatnonzero(touched[arcs.tail] | touched[arcs.head])


def _graph(roads: OsmRoads, arcs: RoadArcs, chosen: Ints) -> nx.MultiDiGraph[int]:
    """Make a graph of some arcs as ``turns`` reads it, with the ``row`` of each node and the number of each ``arc``."""
    import networkx as nx

    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    first = roads.chains.first
    for arc in chosen.tolist():
        ends = int(arcs.tail[arc]), int(arcs.head[arc])
        for row in ends:
            graph.add_node(int(roads.ids[row]), row=row)
        road = arcs.road[arc]
        ways = list(dict.fromkeys(roads.way[first[road] : first[road + 1]].tolist()))
        graph.add_edge(*(int(roads.ids[row]) for row in ends), osmid=ways, arc=arc)
    return graph
