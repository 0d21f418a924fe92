"""The compiled searches of the contraction hierarchy for one pair of places, and how their ways are read out.

Arrays are those of ``nearhome.geo.hierarchy.sweep_kernels``, in rank order unless said otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numba as nb
import numpy as np

from nearhome.geo.hierarchy.sweep_kernels import INFINITE_64

if TYPE_CHECKING:
    from nearhome.data.base.arrays import Array


@nb.njit(cache=True, nogil=True)
def ancestors(up: Array, ux: Array, node: Array, chain: Array) -> int:
    """Note some nodes and all above them, rising, and give how many those are.

    Parameters
    ----------
    up, ux
        The upward arcs.
    node
        The nodes.
    chain
        What is filled, of room for all nodes.
    """
    heads = node.copy()
    left, count = len(heads), 0
    while left > 0:
        v = heads[0]
        for i in range(1, left):
            v = min(v, heads[i])
        chain[count] = v
        count += 1
        above = ux[up[v]] if up[v + 1] > up[v] else -1
        i = 0
        while i < left:
            if heads[i] != v:
                i += 1
            elif above >= 0:
                heads[i], above = above, -1
                i += 1
            else:
                left -= 1
                heads[i] = heads[left]
    return count


@nb.njit(cache=True, nogil=True)
def climb(
    up: Array, ux: Array, weights: Array, chain: Array, best: Array, before: Array, other: Array
) -> tuple[Any, Any]:
    """Relax the upward arcs of the nodes of a rising chain.

    Parameters
    ----------
    up, ux, weights
        The upward arcs, with the weights of one direction.
    chain
        The nodes, as from ``ancestors``.
    best, before
        By node the least weight so far, infinite if none, and the node that it came from; both are brought up to date.
    other
        The least weights of the search from the other end.

    Returns
    -------
    The node where ``best`` and ``other`` meet at the least sum (-1 if nowhere), and that sum.
    """
    least, where = INFINITE_64, np.int64(-1)
    for v in chain:
        here = best[v]
        if here >= least:
            continue
        if here + other[v] < least:
            least, where = here + other[v], np.int64(v)
        for arc in range(up[v], up[v + 1]):
            x, way = ux[arc], here + weights[arc]
            if way < best[x]:
                best[x] = way
                before[x] = v
    return where, least


@nb.njit(cache=True, nogil=True)
def between(  # noqa: C901 -- a search, and reading it out
    up: Array,
    ux: Array,
    forward: Array,
    backward: Array,
    entry: tuple[Array, Array],
    leaving: tuple[Array, Array],
    scratch: tuple[Array, Array, Array],
) -> tuple[Any, Array]:
    """Find the least weight from any of several nodes to any of others, and the nodes of the hierarchy on that way.

    Parameters
    ----------
    up, ux, forward, backward
        The upward arcs and their weights.
    entry, leaving
        Nodes to start from and to end at, with their costs.
    scratch
        Best values (infinite on entry and on return), where they came from, and chains of ancestors, each of shape
        (2, nodes).
    """
    bests, befores, chains = scratch
    sizes = np.zeros(2, np.int64)
    where, least = np.int64(-1), INFINITE_64
    for side in range(2):
        node, cost = leaving if side else entry
        sizes[side] = ancestors(up, ux, node, chains[side])
        for i in range(len(node)):
            if cost[i] < bests[side, node[i]]:
                bests[side, node[i]] = cost[i]
                befores[side, node[i]] = -1
        weights = backward if side else forward
        where, least = climb(up, ux, weights, chains[side, : sizes[side]], bests[side], befores[side], bests[1 - side])
    path = np.empty(0, np.int64)
    if where >= 0:
        length = 1
        for side in range(2):
            v = befores[side, where]
            while v >= 0:
                length += 1
                v = befores[side, v]
        path = np.empty(length, np.int64)
        size, v = 0, where
        while v >= 0:
            path[size] = v
            size += 1
            v = befores[0, v]
        path[:size] = path[:size][::-1].copy()
        v = befores[1, where]
        while v >= 0:
            path[size] = v
            size += 1
            v = befores[1, v]
    for side in range(2):
        for v in chains[side, : sizes[side]]:
            bests[side, v] = INFINITE_64
    return least, path


@nb.njit(cache=True, nogil=True)
def _longer(array: Array, size: int) -> Array:
    """Give the array, or a copy twice as long if fewer than two places are left."""
    if size + 2 <= len(array):
        return array
    larger = np.empty(2 * len(array) + 2, array.dtype)
    larger[:size] = array[:size]
    return larger


@nb.njit(cache=True, nogil=True)
def _settle(
    up: Array, ux: Array, forward: Array, seeded: Array, node: int, value: Array, done: Array, size: int
) -> int:
    """Work out the least weight to the goal from a node and from all above it that are not known yet.

    ``seeded`` holds it for ways that only descend. Nodes worked out are noted in ``done`` from ``size`` on, and their
    number is given back; those without a way get more than INFINITE_64, which marks what is not known.
    """
    first, v = size, node
    while value[v] == INFINITE_64:
        done[size] = v
        size += 1
        if up[v] == up[v + 1]:
            break
        v = ux[up[v]]
    for i in range(size - 1, first - 1, -1):
        v = done[i]
        least = seeded[v]
        for arc in range(up[v], up[v + 1]):
            least = min(least, value[ux[arc]] + forward[arc])
        value[v] = least if least < INFINITE_64 else INFINITE_64 + 1
    return size


@nb.njit(cache=True, nogil=True)
def walk(  # noqa: C901 -- a search, and reading it out
    up: Array,
    ux: Array,
    weights: tuple[Array, Array],
    rank: Array,
    arcs: tuple[Array, Array, Array],
    entry: tuple[Array, Array],
    leaving: tuple[Array, Array],
    scratch: tuple[Array, Array, Array],
) -> tuple[Any, Any, Array, Any]:
    """Find the best way between several nodes and several others as input arcs: of equal ways always the same one.

    From the first of the best entries it goes on along the first arc, in their order, on which the way stays best, and
    leaves as soon as that is as good. The least weights to the goal are only worked out for nodes on the way and beside
    it, after Strasser and Zeitz, "A Fast and Tight Heuristic for A* in Road Networks" (SEA 2021).

    Parameters
    ----------
    up, ux, weights
        The upward arcs, with ``forward`` and ``backward``.
    rank
        The rank of each node.
    arcs
        Where each node's input arcs start, their heads and weights, above 0; by node, not by rank.
    entry, leaving
        Nodes to start from and to end at, not ranks, with their costs.
    scratch
        As for ``between``.

    Returns
    -------
    The weight (INFINITE_64 where there is no way), the number of the entry, the arcs, and the number of the leaving.

    Raises
    ------
    ValueError
        When the arcs are not those of the hierarchy.
    """
    bests, befores, chains = scratch
    forward, backward = weights
    starts, head, weight = arcs
    value, seeded, done, chain = bests[0], bests[1], chains[0], chains[1]
    count = ancestors(up, ux, rank[leaving[0]], chain)
    for i in range(len(leaving[0])):
        v = rank[leaving[0][i]]
        seeded[v] = min(seeded[v], leaving[1][i])
    climb(up, ux, backward, chain[:count], seeded, befores[1], value)
    size, first, least = 0, np.int64(-1), INFINITE_64
    for i in range(len(entry[0])):
        v = rank[entry[0][i]]
        size = _settle(up, ux, forward, seeded, v, value, done, size)
        if entry[1][i] + value[v] < least:
            first, least = np.int64(i), entry[1][i] + value[v]
    path, length, last = np.empty(64, np.int64), 0, np.int64(-1)
    if first >= 0:
        v = np.int64(entry[0][first])
        while last < 0:
            here = value[rank[v]]
            for i in range(len(leaving[0])):
                if last < 0 and leaving[0][i] == v and leaving[1][i] == here:
                    last = np.int64(i)
            if last >= 0:
                break
            arc, found = starts[v], False
            while not found:
                if arc == starts[v + 1]:
                    msg = "These arcs are not those that the hierarchy was customised for; give it the same."
                    raise ValueError(msg)
                x = rank[head[arc]]
                size = _settle(up, ux, forward, seeded, x, value, done, size)
                found = weight[arc] + value[x] == here
                arc += 1
            path = _longer(path, length)
            path[length] = arc - 1
            length += 1
            v = np.int64(head[arc - 1])
    for i in range(size):
        value[done[i]] = INFINITE_64
    for i in range(count):
        seeded[chain[i]] = INFINITE_64
    return least, first, path[:length], last


@nb.njit(cache=True, nogil=True)
def arc_between(up: Array, ux: Array, low: int, high: int) -> Any:
    """Find the upward arc from one node to a higher one.

    Parameters
    ----------
    up, ux
        The upward arcs.
    low, high
        The two nodes, which an arc joins.
    """
    left, right = up[low], up[low + 1]
    while left < right:
        middle = (left + right) >> 1
        if ux[middle] < high:
            left = middle + 1
        else:
            right = middle
    return left


@nb.njit(cache=True, nogil=True)
def unpack(up: Array, ux: Array, via_forward: Array, via_backward: Array, path: Array) -> Array:
    """Replace every arc of a path of nodes by the input arcs it stands for; give the nodes.

    Parameters
    ----------
    up, ux
        The upward arcs.
    via_forward, via_backward
        The lower node of the triangle that each stands for in either direction; -1 for an input arc.
    path
        Nodes, at least one, each joined to the next by an arc of the hierarchy.
    """
    out = np.empty(4 * len(path) + 64, np.int64)
    out[0], size = path[0], 1
    ends = np.empty(256, np.int64)  # the heads of the arcs still to do, the next one last
    for i in range(len(path) - 1):
        x, ends[0], top = path[i], path[i + 1], 1
        while top > 0:
            y = ends[top - 1]
            via = via_forward[arc_between(up, ux, x, y)] if x < y else via_backward[arc_between(up, ux, y, x)]
            if via >= 0:
                ends = _longer(ends, top)
                ends[top] = via
                top += 1
            else:
                out = _longer(out, size)
                out[size] = x = y
                size += 1
                top -= 1
    return out[:size]
