"""Roads of an extract as a network of arrays: what an import keeps, without a graph of the whole in between."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from nearhome.data.catalogue import columns
from nearhome.geo.osm import turning, turns
from nearhome.geo.roads.edges import DETAILED, Edges
from nearhome.geo.roads.graph import ROAD_CLASS
from nearhome.geo.roads.network import RoadNetwork

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
    where one may only drive from start to end, -1 only back, 0 both; ``urban`` is the share of a town around, and
    ``tagged`` says whose speed is from a tag.
    """

    chains: Chains
    ids: Ints
    at: Floats
    way: Ints
    direction: Ints
    metres: Floats
    seconds: Floats
    urban: Floats
    tagged: Bools
    tags: Ints
    words: list[WayTags]


class RoadArcs(NamedTuple):
    """Roads in a direction in which they may be driven: tail, head, which road, and whether from end to start.

    ``extra`` is what turning round takes before, in tenths of a second.
    """

    tail: Ints
    head: Ints
    road: Ints
    back: Bools
    extra: Ints


def arcs_of(roads: OsmRoads) -> RoadArcs:
    """Give the roads in each direction in which they may be driven."""
    there, back = np.flatnonzero(roads.direction >= 0), np.flatnonzero(roads.direction <= 0)
    start, end = roads.chains.start, roads.chains.end
    return RoadArcs(
        tail=np.concatenate([start[there], end[back]]),
        head=np.concatenate([end[there], start[back]]),
        road=np.concatenate([there, back]),
        back=np.concatenate([np.zeros(len(there), bool), np.ones(len(back), bool)]),
        extra=np.zeros(len(there) + len(back), np.int64),
    )


def network_of(roads: OsmRoads, arcs: RoadArcs) -> RoadNetwork:
    """Put arcs into a network; a road and its way back between the same two nodes are one edge."""
    used, ends = np.unique(np.concatenate([arcs.tail, arcs.head]), return_inverse=True)
    tail, head = ends[: len(arcs.tail)], ends[len(arcs.tail) :]
    u, v = np.where(arcs.back, head, tail), np.where(arcs.back, tail, head)
    turned = (u == v) & arcs.back  # round a loop either way are two edges, or nobody could tell them apart
    order = np.lexsort((arcs.back, turned, v, u, arcs.extra, arcs.road))
    keys = np.column_stack([arcs.road, arcs.extra, u, v, turned])[order]
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
    return RoadNetwork(
        lat=roads.at[used, 0],
        lon=roads.at[used, 1],
        edges=edges,
        tail=tail,
        head=head,
        edge=edge,
        forward=~arcs.back | turned,
        deciseconds=_deciseconds(roads)[arcs.road] + arcs.extra,
        labels=roads.ids[used].tolist(),
        reach=DETAILED,
        shapes=_shapes(roads, road, turned[one]),
    )


def _deciseconds(roads: OsmRoads) -> Ints:
    return np.maximum(np.round(10.0 * roads.seconds), 1).astype(np.int64)


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
    local = _graph(roads, arcs, _around(roads, arcs, restrictions))
    number = {arc: int(local.edges[arc]["arc"]) for arc in local.edges(keys=True)}
    banned = [tuple(number[arc] for arc in way) for way in turns.bans(local, restrictions)]
    wide = turning.expansion(turning.Memory(_streets(roads, arcs), banned))
    copies = np.array(wide.copy_of, dtype=np.int64)
    lowest = min(0, int(roads.ids.min(initial=0)))
    head = arcs.head.copy()
    head[list(wide.ends)] = list(wide.ends.values())
    copied = np.array(wide.copied, dtype=np.int64).reshape(-1, 4)
    which = copied[:, 2]
    wider = replace(
        roads,
        ids=np.concatenate([roads.ids, lowest - 1 - np.arange(len(copies))]),
        at=np.concatenate([roads.at, roads.at[copies]]),
    )
    return (
        wider,
        RoadArcs(
            np.concatenate([arcs.tail, copied[:, 0]]),
            np.concatenate([head, copied[:, 1]]),
            np.concatenate([arcs.road, arcs.road[which]]),
            np.concatenate([arcs.back, arcs.back[which]]),
            np.concatenate([arcs.extra, copied[:, 3]]),
        ),
        len(banned),
    )


def _streets(roads: OsmRoads, arcs: RoadArcs) -> turning.Streets:
    """Take the arcs of all roads as streets, each with the arc back on its road."""
    there, back = (np.full(len(roads.chains), turning.NO_WAY_BACK) for _ in range(2))
    numbers = np.arange(len(arcs.tail))
    there[arcs.road[~arcs.back]], back[arcs.road[arcs.back]] = numbers[~arcs.back], numbers[arcs.back]
    return turning.Streets(
        tail=arcs.tail,
        head=arcs.head,
        deciseconds=_deciseconds(roads)[arcs.road],
        back=np.where(arcs.back, there[arcs.road], back[arcs.road]),
        nodes=len(roads.ids),
    )


def _around(roads: OsmRoads, arcs: RoadArcs, restrictions: Sequence[Restriction]) -> Ints:
    """Find the arcs that end or begin where a road of a restriction does."""
    named = {way for each in restrictions for way in (each.from_way, *each.to_ways, *each.via_ways)}
    road = roads.chains.owner[np.isin(roads.way, np.array(sorted(named), dtype=np.int64))]
    touched = np.zeros(len(roads.ids), bool)
    touched[roads.chains.start[road]] = touched[roads.chains.end[road]] = True
    return np.flatnonzero(touched[arcs.tail] | touched[arcs.head])


def _graph(roads: OsmRoads, arcs: RoadArcs, chosen: Ints) -> nx.MultiDiGraph[int]:
    """Make a graph of some arcs as ``turns`` reads it, with the number of each ``arc``."""
    import networkx as nx

    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    first = roads.chains.first
    for arc in chosen.tolist():
        ends = int(arcs.tail[arc]), int(arcs.head[arc])
        road = arcs.road[arc]
        ways = list(dict.fromkeys(roads.way[first[road] : first[road + 1]].tolist()))
        graph.add_edge(*(int(roads.ids[row]) for row in ends), osmid=ways, length=float(roads.metres[road]), arc=arc)
    return graph
