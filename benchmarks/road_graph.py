"""Road-like graphs of any size on the real places of Great Britain, for benchmarks that need more roads than ship.

The junctions are unit postcodes (with more beside them where the graph is larger than their number), joined by the
relative neighbourhood graph of their Delaunay triangulation, which has the degree of a road network (Toussaint, Pattern
Recognition 12, 1980). Motorways, A and B roads are the shortest ways between ever denser sets of towns; some local
streets are one-way. The same size and seed give the same graph. It is a model: it has the shape of the country, not its
roads.

    python benchmarks/road_graph.py --million-arcs 3.8 --out graph.npz
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numba as nb
import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Delaunay, cKDTree

from nearhome.data.base import coordinates
from nearhome.data.base.files import replacing
from nearhome.data.places import postcodes
from nearhome.data.prisons import register

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nearhome.data.base.arrays import Floats, Ints


SEED = 7
GOALS = 140
OPEN_ON = date(2026, 11, 21)
GREAT_BRITAIN = {"England", "Scotland", "Wales"}
ARCS_A_NODE = 2.36
"""What the method gives on the postcodes of Great Britain; used to choose the number of nodes."""

MOTORWAY, A_ROAD, B_ROAD, LOCAL, LONG = range(5)
TIERS = ((MOTORWAY, 40_000, 110, 0.45), (A_ROAD, 12_000, 1_100, 0.6), (B_ROAD, 4_500, 9_000, 0.75))
"""Class, side of the cells searched for towns (metres), most towns, cost of a road of that class against others."""

EXTRA_LINKS = 0.15
"""Share of neighbouring towns that are linked though a third lies between them."""

FURTHEST_TOWNS_METRES = 180_000.0
LONG_METRES = 4_000.0
"""A straight piece longer than this, if no motorway, stands for a ferry or a causeway."""

ONE_WAY = 0.08
"""Share of the local streets that are one-way."""

URBAN_METRES = 350.0
"""A junction whose sixteenth neighbour is nearer than this is in a town."""

KPH_URBAN = np.array([105.0, 42.0, 36.0, 27.0, 18.0])
KPH_RURAL = np.array([105.0, 72.0, 54.0, 42.0, 18.0])
"""Speeds by class, motorway to long piece: round figures from general knowledge, enough for a hierarchy of roads."""

HILBERT_SIDE = 1 << 17
HILBERT_METRES = 16


@dataclass(frozen=True, slots=True)
class RoadGraph:
    """A strongly connected directed graph whose arcs are sorted by tail, then head.

    ``starts[v]`` to ``starts[v + 1]`` are the arcs of node ``v``; ``edge`` is the same for both directions of one road.
    Positions are EPSG:4326; ``goals`` are the nodes nearest to the prisons, filled up with random ones.
    """

    starts: Ints
    tail: Ints
    head: Ints
    deciseconds: Ints
    metres: Ints
    edge: Ints
    road_class: NDArray[np.int8]
    lat: Floats
    lon: Floats
    goals: Ints

    def save(self, path: Path) -> None:
        """Write the graph to an .npz file."""
        arrays: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        with replacing(path) as temporary:
            np.savez(temporary, **arrays)

    @classmethod
    def open(cls, path: Path) -> RoadGraph:
        """Read a graph that ``save`` wrote."""
        with np.load(path) as file:
            return cls(**{field.name: file[field.name] for field in fields(cls)})


def file_of(million_arcs: float, folder: Path, seed: int = SEED) -> Path:
    """Give the file that keeps the graph of a size."""
    return folder / f"road_graph_{million_arcs:g}_{seed}.npz"


def cached(million_arcs: float, folder: Path, seed: int = SEED) -> RoadGraph:
    """Open the graph of a size from a folder, or make it and keep it there."""
    path = file_of(million_arcs, folder, seed)
    if not path.is_file():
        generate(_postcode_points(), round(million_arcs * 1e6), _prison_points(), seed).save(path)
    return RoadGraph.open(path)


def _postcode_points() -> Floats:
    """Give the different points of the shipped postcodes, EPSG:27700."""
    east, north = postcodes.shipped().all_points()
    return np.unique(np.column_stack([east, north])[(east > 0) & (north > 0)], axis=0).astype(float)


def _prison_points() -> Floats:
    """Give the places of the prisons of Great Britain that are open, EPSG:27700."""
    known = [prison for prison in register.prisons() if prison.is_open(OPEN_ON) and prison.nation in GREAT_BRITAIN]
    lat, lon = np.array([prison.lat for prison in known]), np.array([prison.lon for prison in known])
    return np.column_stack(coordinates.to_metres(lat, lon))


def generate(points: Floats, arcs: int, goal_points: Floats, seed: int = SEED) -> RoadGraph:
    """Make a graph.

    Parameters
    ----------
    points
        Different places in metres, EPSG:27700, shape (places, 2).
    arcs
        About how many arcs the graph is to have.
    goal_points
        Places whose nearest nodes are goals, ``GOALS`` of them with random others, EPSG:27700.
    seed
        Of the random numbers.
    """
    random = np.random.default_rng(seed)
    xy = _sample(points, round(arcs / ARCS_A_NODE), random)
    ends = _relative_neighbours(xy)
    straight = np.hypot(*(xy[ends[:, 0]] - xy[ends[:, 1]]).T)
    metres = np.maximum(straight, 5.0) * random.uniform(1.05, 1.3, len(ends))
    tree = cKDTree(xy)
    road_class = _classes(xy, tree, ends, metres, random)
    road_class[(straight > LONG_METRES) & (road_class > MOTORWAY)] = LONG
    crowd = tree.query(xy, k=min(17, len(xy)))[0][:, -1]
    urban = crowd[ends[:, 0]] < URBAN_METRES
    kph = np.where(urban, KPH_URBAN[road_class], KPH_RURAL[road_class])
    taken = np.maximum(1, np.rint(36.0 * metres / kph)).astype(np.int64)
    return _directed(xy, ends, taken, np.rint(metres).astype(np.int64), road_class, goal_points, random)


def _sample(points: Floats, count: int, random: np.random.Generator) -> Floats:
    """Take so many of the points, or all and more beside them; nearby ones get nearby numbers."""
    if count <= len(points):
        xy = points[random.choice(len(points), count, replace=False)]
    else:
        beside = points[random.integers(0, len(points), count - len(points))]
        xy = np.vstack([points, beside + random.normal(0, 120, beside.shape)])
    xy = xy + random.uniform(-20, 20, xy.shape)
    cells = np.clip(xy / HILBERT_METRES, 0, HILBERT_SIDE - 1).astype(np.int64)
    return xy[np.argsort(_hilbert(cells[:, 0], cells[:, 1], HILBERT_SIDE), kind="stable")]


@nb.njit(cache=True)
def _hilbert(x: Ints, y: Ints, side: int) -> Ints:
    """Count cells along the Hilbert curve of a square whose side is a power of two."""
    out = np.empty(len(x), np.int64)
    for i in range(len(x)):
        a, b, along, half = x[i], y[i], 0, side // 2
        while half > 0:
            right, up = int((a & half) > 0), int((b & half) > 0)
            along += half * half * ((3 * right) ^ up)
            a, b = a & (half - 1), b & (half - 1)
            if up == 0:
                if right == 1:
                    a, b = half - 1 - a, half - 1 - b
                a, b = b, a
            half //= 2
        out[i] = along
    return out


def _delaunay_edges(xy: Floats) -> Ints:
    corners = Delaunay(xy).simplices
    ends = np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]]).astype(np.int64)
    ends.sort(axis=1)
    keys = np.unique(ends[:, 0] * len(xy) + ends[:, 1])
    return np.column_stack([keys // len(xy), keys % len(xy)])


def _incidence(count: int, ends: Ints) -> tuple[Ints, Ints, Ints]:
    """Give for each node, from starts[v] to starts[v + 1], its neighbours and the edges that lead to them."""
    here, there = np.r_[ends[:, 0], ends[:, 1]], np.r_[ends[:, 1], ends[:, 0]]
    order = np.lexsort((there, here))
    starts = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(here, minlength=count), out=starts[1:])
    return starts, there[order], np.tile(np.arange(len(ends)), 2)[order]


def _relative_neighbours(xy: Floats, keep_share: float = 0.0, random: np.random.Generator | None = None) -> Ints:
    """Give the edges with no third point nearer to both ends than they are to each other, and a share of the others."""
    ends = _delaunay_edges(xy)
    starts, neighbours, _ = _incidence(len(xy), ends)
    kept = _without_third(ends, starts, neighbours, xy)
    if random is not None:
        kept |= random.random(len(ends)) < keep_share
    return ends[kept]


@nb.njit(cache=True)
def _without_third(ends: Ints, starts: Ints, neighbours: Ints, xy: Floats) -> NDArray[np.bool_]:
    """Say which Delaunay edges have no neighbour of an end nearer to both ends than those are to each other."""
    kept = np.ones(len(ends), np.bool_)
    for i in range(len(ends)):
        p, q = ends[i]
        apart = (xy[p, 0] - xy[q, 0]) ** 2 + (xy[p, 1] - xy[q, 1]) ** 2
        for side in (p, q):
            for k in range(starts[side], starts[side + 1]):
                r = neighbours[k]
                from_p = (xy[p, 0] - xy[r, 0]) ** 2 + (xy[p, 1] - xy[r, 1]) ** 2
                from_q = (xy[q, 0] - xy[r, 0]) ** 2 + (xy[q, 1] - xy[r, 1]) ** 2
                if r not in (p, q) and max(from_p, from_q) < apart:
                    kept[i] = False
    return kept


def _classes(xy: Floats, tree: cKDTree, ends: Ints, metres: Floats, random: np.random.Generator) -> NDArray[np.int8]:
    """Class the edges: those on the cheapest ways between the towns of a tier belong to it."""
    road_class = np.full(len(ends), LOCAL, np.int8)
    starts, neighbours, edges = _incidence(len(xy), ends)
    cost = metres.copy()
    for tier, cell, most, discount in TIERS:
        towns = _towns(xy, tree, cell, most)
        if len(towns) <= 3:  # noqa: PLR2004 -- a triangulation needs more
            continue
        links = _relative_neighbours(xy[towns], EXTRA_LINKS, random)
        apart = np.hypot(*(xy[towns[links[:, 0]]] - xy[towns[links[:, 1]]]).T)
        links = towns[links[apart < FURTHEST_TOWNS_METRES]]
        _mark_ways(starts, neighbours, edges, cost, links, road_class, tier)
        cost[road_class == tier] = discount * metres[road_class == tier]
    return road_class


def _towns(xy: Floats, tree: cKDTree, cell: int, most: int) -> Ints:
    """Give the nodes in the middle of the fullest cells of a square grid."""
    column, row = (xy // cell).astype(np.int64).T
    _, cell_of, size = np.unique(column * 100_000 + row, return_inverse=True, return_counts=True)
    fullest = np.argsort(-size, kind="stable")[:most]
    middle = np.column_stack([np.bincount(cell_of, xy[:, axis])[fullest] for axis in (0, 1)]) / size[fullest, None]
    return np.unique(tree.query(middle)[1]).astype(np.int64)


@nb.njit(cache=True)
def _mark_ways(  # noqa: C901, PLR0912 -- one textbook search with its heap, compiled
    starts: Ints, neighbours: Ints, edges: Ints, cost: Floats, links: Ints, road_class: NDArray[np.int8], tier: int
) -> None:
    """Give the edges on the cheapest way between each pair of nodes a class, where theirs is lower (Dijkstra)."""
    count = len(starts) - 1
    found = np.full(count, np.inf)
    before, by = np.empty(count, np.int64), np.empty(count, np.int64)
    touched = np.empty(count, np.int64)
    keys, nodes = np.empty(2 * len(edges) + 2), np.empty(2 * len(edges) + 2, np.int64)
    for link in range(len(links)):
        source, target = links[link]
        found[source], touched[0], seen = 0.0, source, 1
        keys[0], nodes[0], size = 0.0, source, 1
        while size > 0:
            here, u = keys[0], nodes[0]
            size -= 1
            key, node, i = keys[size], nodes[size], 0
            while 2 * i + 1 < size:
                child = 2 * i + 1
                if child + 1 < size and keys[child + 1] < keys[child]:
                    child += 1
                if keys[child] >= key:
                    break
                keys[i], nodes[i] = keys[child], nodes[child]
                i = child
            keys[i], nodes[i] = key, node
            if u == target:
                break
            if here > found[u]:
                continue
            for a in range(starts[u], starts[u + 1]):
                v, way = neighbours[a], here + cost[edges[a]]
                if way < found[v]:
                    if found[v] == np.inf:
                        touched[seen] = v
                        seen += 1
                    found[v], before[v], by[v] = way, u, edges[a]
                    i = size
                    size += 1
                    while i > 0 and keys[(i - 1) // 2] > way:
                        keys[i], nodes[i] = keys[(i - 1) // 2], nodes[(i - 1) // 2]
                        i = (i - 1) // 2
                    keys[i], nodes[i] = way, v
        v = target
        while v != source and found[target] < np.inf:
            road_class[by[v]] = min(road_class[by[v]], tier)
            v = before[v]
        for i in range(seen):
            found[touched[i]] = np.inf


def _directed(
    xy: Floats,
    ends: Ints,
    taken: Ints,
    metres: Ints,
    road_class: NDArray[np.int8],
    goal_points: Floats,
    random: np.random.Generator,
) -> RoadGraph:
    """Make arcs of edges, some of them one-way, and keep the largest strongly connected part."""
    one_way = (road_class == LOCAL) & (random.random(len(ends)) < ONE_WAY)
    backward = random.random(len(ends)) < 0.5  # noqa: PLR2004 -- heads or tails
    there, back = np.flatnonzero(~one_way | ~backward), np.flatnonzero(~one_way | backward)
    tail, head = np.r_[ends[there, 0], ends[back, 1]], np.r_[ends[there, 1], ends[back, 0]]
    edge = np.r_[there, back]
    graph = csr_matrix((np.ones(len(tail), np.int8), (tail, head)), shape=(len(xy), len(xy)))
    part = connected_components(graph, directed=True, connection="strong")[1]
    kept = part == np.bincount(part).argmax()
    number = np.cumsum(kept) - 1
    inside = kept[tail] & kept[head]
    tail, head, edge = number[tail[inside]], number[head[inside]], edge[inside]
    order = np.lexsort((head, tail))
    tail, head, edge = tail[order], head[order], edge[order]
    xy = xy[kept]
    lat, lon = coordinates.to_degrees(xy[:, 0], xy[:, 1])
    near = random.permutation(np.unique(cKDTree(xy).query(goal_points)[1]))[:GOALS].astype(np.int64)
    others = np.setdiff1d(random.choice(len(xy), min(len(xy), 2 * GOALS), replace=False), near)
    goals = random.permutation(np.r_[near, random.permutation(others)[: GOALS - len(near)]])
    starts = np.zeros(len(xy) + 1, np.int64)
    np.cumsum(np.bincount(tail, minlength=len(xy)), out=starts[1:])
    return RoadGraph(starts, tail, head, taken[edge], metres[edge], edge, road_class[edge], lat, lon, goals)


def main() -> None:
    """Make one graph and say what it is like."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--million-arcs", type=float, default=0.9)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, required=True, help="the .npz file to write")
    chosen = parser.parse_args()
    begun = time.perf_counter()
    graph = generate(_postcode_points(), round(chosen.million_arcs * 1e6), _prison_points(), chosen.seed)
    graph.save(chosen.out)
    classes = ", ".join(f"{share:.1%}" for share in np.bincount(graph.road_class, minlength=5) / len(graph.head))
    print(
        f"{len(graph.lat):,} nodes, {len(graph.head):,} arcs in {time.perf_counter() - begun:.0f} s; motorway, A, B, "
        f"local, long: {classes}; {len(graph.goals)} goals"
    )


if __name__ == "__main__":
    main()
