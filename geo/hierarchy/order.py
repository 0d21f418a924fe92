"""The order in which a contraction hierarchy eliminates nodes: outlying ones first, separators of the country last.

Nodes of degree one and two are peeled off, because their elimination adds nothing; the rest is ordered by nested
dissection (inertial flow, through RoutingKit's binding where it is installed, else straight cuts), and the whole is
renumbered depth first so that neighbours in the hierarchy lie close in memory. The order depends on topology alone, so
it is computed when a network is built and shipped with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numba as nb
import numpy as np

from nearhome.geo.hierarchy import elimination

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nearhome.data.base.arrays import Floats, Ints


FEW = 2
"""Nodes with at most so many neighbours are peeled off."""

LEAF = 12
"""Parts of the graph smaller than this are ordered as they come."""

DIRECTIONS = 4
BALANCE = 0.3
"""A straight cut leaves at least this share of the nodes on either side."""


def order(tail: Ints, head: Ints, lat: Floats, lon: Floats) -> Ints:
    """Order the nodes of a graph for elimination.

    Parameters
    ----------
    tail, head
        Ends of the arcs; direction does not matter.
    lat, lon
        Positions of the nodes, EPSG:4326.

    Returns
    -------
    The rank of each node, 0 for the first to be eliminated.
    """
    count = len(lat)
    starts, neighbours = _neighbours(count, tail, head)
    peeled, rest_tail, rest_head = _peel(starts, neighbours)
    left = np.flatnonzero(~_mask(count, peeled))
    renumber = np.full(count, -1)
    renumber[left] = np.arange(len(left))
    inner = _dissect(renumber[rest_tail], renumber[rest_head], lat[left], lon[left])
    first = np.r_[peeled, left[inner]]
    rank = inverse(first)
    up, ux = elimination.chordal(count, rank[tail], rank[head])
    return inverse(first[elimination.postorder(up, ux)])


def _mask(count: int, members: Ints) -> NDArray[np.bool_]:
    mask = np.zeros(count, bool)
    mask[members] = True
    return mask


def inverse(permutation: NDArray[Any]) -> Ints:
    """Give the place of each number in a permutation."""
    places = np.empty(len(permutation), np.int64)
    places[permutation] = np.arange(len(permutation))
    return places


def _neighbours(count: int, tail: Ints, head: Ints) -> tuple[Ints, Ints]:
    """Build the simple undirected graph: neighbours of node v from starts[v] to starts[v + 1], without repeats."""
    low, high = np.minimum(tail, head), np.maximum(tail, head)
    keys = np.unique((low * count + high)[low != high])
    u, v = keys // count, keys % count
    a, b = np.r_[u, v], np.r_[v, u]
    arranged = np.lexsort((b, a))
    starts = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(a, minlength=count), out=starts[1:])
    return starts, b[arranged]


@nb.njit(cache=True)
def _peel(starts: Ints, neighbours: Ints) -> tuple[Ints, Ints, Ints]:  # noqa: C901, PLR0912 -- one loop over three cases
    """Eliminate nodes of degree one and two while there are any; give them in order, and the edges left."""
    count = len(starts) - 1
    degree = starts[1:] - starts[:-1]
    gone = np.zeros(count, np.bool_)
    queue = np.empty(4 * count + 16, np.int64)
    first, last = 0, 0
    for v in range(count):
        if degree[v] <= FEW:
            queue[last] = v
            last += 1
    peeled = np.empty(count, np.int64)
    found = 0
    while first < last:
        v = queue[first]
        first += 1
        if gone[v] or degree[v] > FEW:
            continue
        gone[v] = True
        peeled[found] = v
        found += 1
        begin = starts[v]
        if degree[v] == 0:
            continue
        a = neighbours[begin]
        b = neighbours[begin + 1] if degree[v] == FEW else -1
        for side in range(2):
            x, y = (a, b) if side == 0 else (b, a)
            if x < 0:
                continue
            here = starts[x]
            place, known = -1, False
            for i in range(here, here + degree[x]):
                if neighbours[i] == v:
                    place = i
                if neighbours[i] == y:
                    known = True
            if y >= 0 and not known:
                neighbours[place] = y
            else:
                degree[x] -= 1
                neighbours[place] = neighbours[here + degree[x]]
                if degree[x] <= FEW and last < len(queue):
                    queue[last] = x
                    last += 1
    size = 0
    for v in range(count):
        if not gone[v]:
            size += degree[v]
    tail, head = np.empty(size, np.int64), np.empty(size, np.int64)
    at = 0
    for v in range(count):
        if not gone[v]:
            for i in range(starts[v], starts[v] + degree[v]):
                tail[at], head[at] = v, neighbours[i]
                at += 1
    return peeled[:found], tail, head


def _dissect(tail: Ints, head: Ints, lat: Floats, lon: Floats) -> Ints:
    """Order nodes by nested dissection; give them in the order of elimination."""
    if len(lat) == 0:
        return np.empty(0, np.int64)
    try:
        from routingkit_cch import compute_order_inertial
    except ImportError:
        return _straight_cuts(tail, head, lat, lon)
    ordered = compute_order_inertial(len(lat), tail.tolist(), head.tolist(), lat.tolist(), lon.tolist())
    return np.asarray(ordered, np.int64)


def _straight_cuts(tail: Ints, head: Ints, lat: Floats, lon: Floats) -> Ints:
    """Order nodes by cutting along the best of four directions again and again; the cut's ends go last."""
    x, y = lon * np.cos(np.radians(lat.mean())), lat
    angles = np.pi * np.arange(DIRECTIONS) / DIRECTIONS
    along = np.stack([x * np.cos(angle) + y * np.sin(angle) for angle in angles])
    parts: list[Ints] = []
    stack = [(np.arange(len(lat)), tail, head)]
    local = np.full(len(lat), -1)
    while stack:
        nodes, a, b = stack.pop()
        if len(nodes) <= LEAF or len(a) == 0:
            parts.append(nodes)
            continue
        local[nodes] = np.arange(len(nodes))
        la, lb = local[a], local[b]
        best: tuple[int, Ints, NDArray[np.bool_]] | None = None
        for direction in along:
            rank = inverse(np.argsort(direction[nodes], kind="stable"))
            crossing = np.zeros(len(nodes) + 1, np.int64)
            np.add.at(crossing, np.minimum(rank[la], rank[lb]) + 1, 1)
            np.add.at(crossing, np.maximum(rank[la], rank[lb]) + 1, -1)
            cut = np.cumsum(crossing)[1:-1]
            low = int(BALANCE * len(nodes))
            middle = cut[low : len(nodes) - low] if len(nodes) > 2 * low + 1 else cut
            offset = low if len(nodes) > 2 * low + 1 else 0
            split = offset + int(np.argmin(middle)) + 1
            left = rank < split
            over = left[la] != left[lb]
            ends_left = np.unique(np.where(left[la], la, lb)[over])
            ends_right = np.unique(np.where(left[la], lb, la)[over])
            separator = ends_left if len(ends_left) <= len(ends_right) else ends_right
            if best is None or len(separator) < best[0]:
                best = len(separator), separator, left
        assert best is not None  # noqa: S101 -- there is at least one direction
        _, separator, left = best
        apart = _mask(len(nodes), separator)
        parts.append(nodes[separator])
        for side in (left & ~apart, ~left & ~apart):
            kept = side[la] & side[lb]
            if side.any():
                stack.append((nodes[side], a[kept], b[kept]))
    return np.concatenate(parts[::-1])
