"""Winding roads cut where they bend, so that each edge is nearly the straight line between its ends.

Places join the roads at the nearest point of an edge drawn straight (``nearhome.geo.access``). A country lane that was
joined from many pieces may run a quarter of a kilometre beside that line; cut at its bends it does not.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely

from nearhome.data import columns, grid
from nearhome.geo.network import Edges, RoadNetwork

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

TOLERANCE_METRES = 25.0
"""No edge leaves its straight line by more: half of what a place looks around it for roads."""


def straightened(roads: RoadNetwork, tolerance_metres: float = TOLERANCE_METRES) -> RoadNetwork:
    """Cut edges at their bends (Douglas and Peucker, 1973) into parts that share length and time by their length.

    The sums over an edge stay what they were, except that a part takes at least a tenth of a second. New nodes are
    called by negative numbers below all others; junctions and edges keep their order.
    """
    cuts = _cuts(roads, tolerance_metres)
    edges, count = roads.edges, len(roads.edges.u)
    parts = np.ones(count, np.int64)
    parts[list(cuts)] = [len(line) - 1 for line, _ in cuts.values()]
    first = np.cumsum(parts) - parts
    owner = np.repeat(np.arange(count), parts)
    u, v, share = edges.u[owner], edges.v[owner], np.column_stack([np.zeros(len(owner)), np.ones(len(owner))])
    lat, lon = [roads.lat], [roads.lon]
    node = len(roads.lat)
    shapes = {int(first[edge]): line for edge, line in roads.lines.items() if edge not in cuts}
    for edge, (line, along) in cuts.items():
        rows = slice(int(first[edge]), int(first[edge] + parts[edge]))
        inner = node + np.arange(parts[edge] - 1)
        u[rows], v[rows] = np.r_[edges.u[edge], inner], np.r_[inner, edges.v[edge]]
        share[rows] = np.column_stack([along[:-1], along[1:]])
        lat.append(line[1:-1, 0])
        lon.append(line[1:-1, 1])
        node += len(inner)
        shapes |= _pieces(roads, edge, along, int(first[edge]))
    arcs = np.repeat(np.arange(len(roads.tail)), parts[roads.edge])
    step = np.arange(len(arcs)) - np.repeat(np.cumsum(parts[roads.edge]) - parts[roads.edge], parts[roads.edge])
    passed = first[roads.edge[arcs]] + step
    ahead = roads.forward[arcs]
    lowest = min((0, *(label for label in roads.labels if isinstance(label, int))))
    return replace(
        roads,
        lat=np.concatenate(lat),
        lon=np.concatenate(lon),
        edges=_repeated(edges, owner, u, v, _shared(edges.metres[owner], share)),
        tail=np.where(ahead, u[passed], v[passed]),
        head=np.where(ahead, v[passed], u[passed]),
        edge=passed,
        forward=ahead,
        deciseconds=np.maximum(1, _shared(roads.deciseconds[arcs], share[passed])),
        labels=[*roads.labels, *range(lowest - 1, lowest - 1 - (node - len(roads.lat)), -1)],
        shapes=shapes,
        rank=None,
    )


def _cuts(roads: RoadNetwork, tolerance_metres: float) -> dict[int, tuple[Floats, Floats]]:
    """Find the edges to cut: the (lat, lon) rows where, ends included, and the shares of the length there."""
    found: dict[int, tuple[Floats, Floats]] = {}
    for edge, shape in roads.lines.items():
        if roads.edges.text("kind", edge) != "road":
            continue
        line = _whole(roads, edge, shape)
        xy = np.column_stack(grid.to_metres(line[:, 0], line[:, 1]))
        kept = shapely.get_coordinates(shapely.simplify(shapely.LineString(xy), tolerance_metres))
        if len(kept) == 2:  # noqa: PLR2004 -- its two ends: it is straight enough
            continue
        rows = _rows_of(kept, xy)
        along = np.r_[0.0, np.cumsum(np.hypot(*np.diff(xy, axis=0).T))]
        found[edge] = line[rows], along[rows] / along[-1]
    return found


def _whole(roads: RoadNetwork, edge: int, shape: Floats) -> Floats:
    """Give an edge's (lat, lon) rows from u to v, ends included."""
    ends = [np.array([[roads.lat[node], roads.lon[node]]]) for node in (roads.edges.u[edge], roads.edges.v[edge])]
    return np.vstack([ends[0], shape, ends[1]])


def _rows_of(kept: Floats, xy: Floats) -> Ints:
    """Find kept points, in order, among all points of a line."""
    rows, at = [], 0
    for point in kept[:-1]:
        while (xy[at] != point).any():
            at += 1
        rows.append(at)
        at += 1
    return np.array([*rows, len(xy) - 1], dtype=np.int64)


def _pieces(roads: RoadNetwork, edge: int, along: Floats, first: int) -> dict[int, Floats]:
    """Give the points between the cuts to the parts they lie on."""
    line = _whole(roads, edge, roads.lines[edge])
    xy = np.column_stack(grid.to_metres(line[:, 0], line[:, 1]))
    share = np.r_[0.0, np.cumsum(np.hypot(*np.diff(xy, axis=0).T))]
    share /= share[-1]
    inside = [line[(share > low) & (share < high)] for low, high in pairwise(along)]
    return {first + part: points for part, points in enumerate(inside) if len(points)}


def _shared(whole: Ints, share: Floats) -> Ints:
    """Give parts of whole numbers, rounded so that they sum up to them."""
    return (np.round(share[:, 1] * whole) - np.round(share[:, 0] * whole)).astype(np.int64)


def _repeated(edges: Edges, owner: Ints, u: Ints, v: Ints, metres: Ints) -> Edges:
    texts = {name: columns.Text(text.codes[owner], text.words) for name, text in edges.texts.items()}
    return Edges(
        u=u,
        v=v,
        metres=metres,
        urban_percent=edges.urban_percent[owner],
        dense_percent=edges.dense_percent[owner],
        ferry_seconds=edges.ferry_seconds[owner],
        wait_seconds=edges.wait_seconds[owner],
        junctions=edges.junctions[owner],
        texts=texts,
    )
