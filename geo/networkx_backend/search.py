"""The compiled searches of the networkx backend: Dijkstra's with networkx's own order among equals.

networkx keeps its fringe in a heap of (distance, count of pushes, node) and looks at neighbours in the order they were
added. Doing exactly that gives not only its lengths but its order of results and its choice among equal paths. The
loops follow ``_dijkstra_multisource``, ``bidirectional_dijkstra`` and ``_bidirectional_pred_succ`` of networkx 3.6.

The arcs of node ``v`` are ``starts[v]`` to ``starts[v + 1]``, with the other end in ``head``. ``real`` marks arcs whose
weight is a float, so that a sum of whole numbers can be given back as one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba as nb
import numpy as np

if TYPE_CHECKING:
    from nearhome.data.base.arrays import Array


FOUND, NO_PATH, CONTRADICTION = 0, 1, 2
"""How a search ended; a contradiction is a shorter way to a node already settled: a negative weight."""

_SEEN, _SETTLED = 1, 2


@nb.njit(cache=True, nogil=True)
def _push(key: Array, count: Array, size: int, value: float, number: int) -> int:
    """Put a value into the heap; ``number`` is higher than any in it. Give the new size."""
    at = size
    while at > 0:
        parent = (at - 1) >> 1
        if not value < key[parent]:
            break
        key[at], count[at] = key[parent], count[parent]
        at = parent
    key[at], count[at] = value, number
    return size + 1


@nb.njit(cache=True, nogil=True)
def _pop(key: Array, count: Array, size: int) -> int:
    """Remove the top of the heap: the least value, and of equals the earliest pushed. Give the new size."""
    size -= 1
    value, number = key[size], count[size]
    at = 0
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        other = child + 1
        if other < size and (key[other] < key[child] or (key[other] == key[child] and count[other] < count[child])):
            child = other
        if value < key[child] or (value == key[child] and number < count[child]):
            break
        key[at], count[at] = key[child], count[child]
        at = child
    key[at], count[at] = value, number
    return size


@nb.njit(cache=True, nogil=True)
def settle(
    starts: Array, head: Array, weight: Array, real: Array, sources: Array, target: int, limit: Array
) -> tuple[int, Array, Array, Array, Array]:
    """Settle all nodes within reach of the sources, nearest first, up to the target.

    Parameters
    ----------
    starts, head, weight, real
        The arcs that leave each node.
    sources
        Nodes to start from.
    target
        The node to stop at, -1 for none.
    limit
        The greatest distance allowed, or nothing: an array of one or of none.

    Returns
    -------
    How it ended, the settled nodes in order, and for every node its distance (where settled), the node before it (-1
    for sources) and whether its distance is a float.
    """
    nodes = len(starts) - 1
    distance = np.zeros(nodes, weight.dtype)
    state = np.zeros(nodes, np.uint8)
    before = np.full(nodes, -1, np.int64)
    inexact = np.zeros(nodes, np.bool_)
    order = np.empty(nodes, np.int64)
    limited = len(limit) > 0
    room = len(sources) + len(head)
    key, count, owner = np.empty(room, weight.dtype), np.empty(room, np.int64), np.empty(room, np.int64)
    size = pushed = settled = 0
    for source in sources:
        state[source] = _SEEN
        owner[pushed] = source
        size = _push(key, count, size, distance[source], pushed)
        pushed += 1
    while size > 0:
        v = owner[count[0]]
        size = _pop(key, count, size)
        if state[v] == _SETTLED:
            continue
        state[v] = _SETTLED
        order[settled] = v
        settled += 1
        if v == target:
            break
        here = distance[v]
        for arc in range(starts[v], starts[v + 1]):
            u, way = head[arc], here + weight[arc]
            if limited and way > limit[0]:
                continue
            if state[u] == _SETTLED:
                if way < distance[u]:
                    return CONTRADICTION, order[:settled], distance, before, inexact
            elif state[u] != _SEEN or way < distance[u]:
                state[u] = _SEEN
                distance[u] = way
                before[u] = v
                inexact[u] = inexact[v] or real[arc]
                owner[pushed] = u
                size = _push(key, count, size, way, pushed)
                pushed += 1
    return FOUND, order[:settled], distance, before, inexact


@nb.njit(cache=True, nogil=True)
def meet(
    out: tuple[Array, Array, Array, Array], into: tuple[Array, Array, Array, Array], source: int, target: int
) -> tuple[int, float, bool, int, Array]:
    """Search from two nodes in turn until a node is settled from both.

    Parameters
    ----------
    out, into
        Starts, other ends, weights and ``real`` of the arcs that leave each node, and of those that come to it.
    source, target
        Two different nodes.

    Returns
    -------
    How it ended, the length, whether that is a float, the node where the ways meet, and for both directions the node
    before each (-1 for the two ends).
    """
    nodes = len(out[0]) - 1
    room = len(out[1]) + 1
    distance = np.zeros((2, nodes), out[2].dtype)
    state = np.zeros((2, nodes), np.uint8)
    before = np.full((2, nodes), -1, np.int64)
    inexact = np.zeros((2, nodes), np.bool_)
    key, count, owner = np.empty((2, room), out[2].dtype), np.empty((2, room), np.int64), np.empty((2, room), np.int64)
    sizes, pushed = np.ones(2, np.int64), np.ones(2, np.int64)
    state[0, source] = state[1, target] = _SEEN
    owner[0, 0], owner[1, 0] = source, target
    key[:, 0], count[:, 0] = 0, 0
    least, least_inexact, middle, side = distance[0, source], False, -1, 1
    while sizes[0] > 0 and sizes[1] > 0:
        side = 1 - side
        v = owner[side, count[side, 0]]
        sizes[side] = _pop(key[side], count[side], sizes[side])
        if state[side, v] == _SETTLED:
            continue
        state[side, v] = _SETTLED
        if state[1 - side, v] == _SETTLED:
            return FOUND, least, least_inexact, middle, before
        starts, other, weight, real = out if side == 0 else into
        here = distance[side, v]
        for arc in range(starts[v], starts[v + 1]):
            u, way = other[arc], here + weight[arc]
            if state[side, u] == _SETTLED:
                if way < distance[side, u]:
                    return CONTRADICTION, least, least_inexact, middle, before
            elif state[side, u] != _SEEN or way < distance[side, u]:
                state[side, u] = _SEEN
                distance[side, u] = way
                before[side, u] = v
                inexact[side, u] = inexact[side, v] or real[arc]
                owner[side, pushed[side]] = u
                sizes[side] = _push(key[side], count[side], sizes[side], way, pushed[side])
                pushed[side] += 1
                if state[1 - side, u] != 0:
                    whole = way + distance[1 - side, u]
                    if middle < 0 or whole < least:
                        least, middle = whole, u
                        least_inexact = inexact[side, u] or inexact[1 - side, u]
    return NO_PATH, least, least_inexact, middle, before


@nb.njit(cache=True, nogil=True)
def meet_by_steps(
    starts: Array, head: Array, back_starts: Array, tail: Array, source: int, target: int
) -> tuple[int, Array]:
    """Find a way with the fewest arcs between two different nodes, widening the smaller of two fronts.

    Parameters
    ----------
    starts, head
        The arcs that leave each node.
    back_starts, tail
        The arcs that come to each node.
    source, target
        The two nodes.

    Returns
    -------
    The node where the fronts meet (-1: no way), and for both directions the node before each (-1 for the two ends).
    """
    nodes = len(starts) - 1
    before = np.full((2, nodes), -1, np.int64)
    seen = np.zeros((2, nodes), np.bool_)
    front = np.empty((2, nodes), np.int64)
    first, last = np.zeros(2, np.int64), np.ones(2, np.int64)
    front[0, 0], front[1, 0] = source, target
    seen[0, source] = seen[1, target] = True
    while last[0] > first[0] and last[1] > first[1]:
        side = 0 if last[0] - first[0] <= last[1] - first[1] else 1
        begin, end = first[side], last[side]
        first[side] = end
        for i in range(begin, end):
            v = front[side, i]
            rows, others = (starts, head) if side == 0 else (back_starts, tail)
            for arc in range(rows[v], rows[v + 1]):
                u = others[arc]
                if not seen[side, u]:
                    seen[side, u] = True
                    before[side, u] = v
                    front[side, last[side]] = u
                    last[side] += 1
                if seen[1 - side, u]:
                    return u, before
    return -1, before
