"""Winding roads cut where they bend, so that each edge is nearly the straight line between its ends.

Places join the roads at the nearest point of an edge drawn straight (``nearhome.geo.routing.snapping``). A country
lane that was joined from many pieces may run a quarter of a kilometre beside that line; cut at its bends it does not.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from nearhome.data.base import coordinates
from nearhome.data.catalogue import columns
from nearhome.geo.roads.edges import BEND_METRES, Edges

if TYPE_CHECKING:
    from nearhome.data.base.arrays import Floats, Ints
    from nearhome.geo.roads.network import RoadNetwork


TOLERANCE_METRES = BEND_METRES


def straightened(roads: RoadNetwork, tolerance_metres: float = TOLERANCE_METRES) -> RoadNetwork:
    """Cut edges at their bends (Douglas and Peucker, 1973) into parts that share length and time by their length.

    The sums over an edge stay what they were, except that a part takes at least a tenth of a second. New nodes are
    called by negative numbers below all others; junctions and edges keep their order.
    """
    cuts = _cuts(roads, tolerance_metres)
    edges, count = roads.edges, len(roads.edges.u)
    parts = np.ones(count, np.int64)
    parts[list(cuts)] = [len(cut.rows) - 1 for cut in cuts.values()]
    first = np.cumsum(parts) - parts
    owner = np.repeat(np.arange(count), parts)
    u, v, share = edges.u[owner], edges.v[owner], np.column_stack([np.zeros(len(owner)), np.ones(len(owner))])
    lat, lon = [roads.lat], [roads.lon]
    node = len(roads.lat)
    shapes = {int(first[edge]): line for edge, line in roads.lines.items() if edge not in cuts}
    for edge, cut in cuts.items():
        rows = slice(int(first[edge]), int(first[edge] + parts[edge]))
        inner = node + np.arange(parts[edge] - 1)
        u[rows], v[rows] = np.r_[edges.u[edge], inner], np.r_[inner, edges.v[edge]]
        share[rows] = np.column_stack([cut.share[cut.rows[:-1]], cut.share[cut.rows[1:]]])
        lat.append(cut.line[cut.rows[1:-1], 0])
        lon.append(cut.line[cut.rows[1:-1], 1])
        node += len(inner)
        shapes |= _pieces(cut, int(first[edge]))
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


class _Cut(NamedTuple):
    """An edge to cut: its (lat, lon) rows from u to v, the share of its length before each, and the rows to cut at."""

    line: Floats
    share: Floats
    rows: Ints


def _cuts(roads: RoadNetwork, tolerance_metres: float) -> dict[int, _Cut]:
    """Find the edges to cut and where, both ends among the rows."""
    by_road = roads.edges.is_("kind", "road")
    shaped = np.array([edge for edge in sorted(roads.lines) if by_road[edge]], dtype=np.int64)
    if len(shaped) == 0:
        return {}
    lines = [roads.lines[edge] for edge in shaped.tolist()]
    size = np.array([len(line) for line in lines]) + 2
    first = np.cumsum(size) - size
    points = np.empty((int(size.sum()), 2))
    inner = np.ones(len(points), bool)
    for rows, nodes in ((first, roads.edges.u[shaped]), (first + size - 1, roads.edges.v[shaped])):
        inner[rows] = False
        points[rows] = np.column_stack([roads.lat[nodes], roads.lon[nodes]])
    points[inner] = np.concatenate(lines)
    xy = np.column_stack(coordinates.to_metres(points[:, 0], points[:, 1]))
    drawn = shapely.linestrings(xy, indices=np.repeat(np.arange(len(shaped)), size))
    plain = np.asarray(shapely.simplify(drawn, tolerance_metres))
    found: dict[int, _Cut] = {}
    for number in np.flatnonzero(shapely.get_num_coordinates(plain) > 2).tolist():  # noqa: PLR2004 -- its two ends: straight enough
        rows = slice(int(first[number]), int(first[number] + size[number]))
        along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy[rows], axis=0).T))])
        kept = _rows_of(shapely.get_coordinates(plain[number]), xy[rows])
        found[int(shaped[number])] = _Cut(points[rows], along / along[-1], kept)
    return found


def _rows_of(kept: Floats, xy: Floats) -> Ints:
    """Find kept points, in order, among all points of a line."""
    wanted, points = kept[:-1].tolist(), xy.tolist()
    rows: list[int] = []
    for point in wanted:
        rows.append(points.index(point, rows[-1] + 1 if rows else 0))
    return np.array([*rows, len(xy) - 1], dtype=np.int64)


def _pieces(cut: _Cut, first: int) -> dict[int, Floats]:
    """Give the points between the cuts to the parts they lie on."""
    inside = [cut.line[low + 1 : high] for low, high in pairwise(cut.rows.tolist())]
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
