"""The compiled loops of the contraction hierarchy, on plain arrays in rank order.

Node ``v`` is the ``v``-th in the elimination order; ``up[v]`` to ``up[v + 1]`` are its upward arcs, whose heads are in ``ux``,
sorted. ``forward`` holds the weights from ``v`` up to the head, ``backward`` from the head down to ``v``. INFINITE marks
what does not exist; it is small enough that two of them still fit the type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numba as nb
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

INFINITE_32 = np.int32(2**30 - 1)
INFINITE_64 = np.int64(2**61)


@nb.njit(cache=True)
def chordal(count: int, tail: Array, head: Array, rank: Array) -> tuple[Array, Array]:
    """Build the upward arcs of the chordal supergraph: a node's upward neighbours become its parent's too."""
    starts = np.zeros(count + 1, np.int64)
    for arc in range(len(tail)):
        x, y = rank[tail[arc]], rank[head[arc]]
        if x != y:
            starts[min(x, y) + 1] += 1
    for v in range(count):
        starts[v + 1] += starts[v]
    own = np.empty(starts[count], np.int32)
    fill = starts.copy()
    for arc in range(len(tail)):
        x, y = rank[tail[arc]], rank[head[arc]]
        if x != y:
            low = min(x, y)
            own[fill[low]] = max(x, y)
            fill[low] += 1
    room = 4 * len(tail) + 16
    out = np.empty(room, np.int32)
    up = np.zeros(count + 1, np.int64)
    child = np.full(count, -1, np.int32)
    sibling = np.full(count, -1, np.int32)
    merged = np.empty(count + 1, np.int32)
    spare = np.empty(count + 1, np.int32)
    for v in range(count):
        mine = np.sort(own[starts[v] : starts[v + 1]])
        size = 0
        for i in range(len(mine)):
            if size == 0 or merged[size - 1] != mine[i]:
                merged[size] = mine[i]
                size += 1
        c = child[v]
        while c >= 0:
            a, b, last, q = 0, up[c] + 1, up[c + 1], 0  # the first of a child's arcs is to v itself
            while a < size or b < last:
                if b >= last or (a < size and merged[a] < out[b]):
                    spare[q] = merged[a]
                    a += 1
                elif a >= size or out[b] < merged[a]:
                    spare[q] = out[b]
                    b += 1
                else:
                    spare[q] = merged[a]
                    a += 1
                    b += 1
                q += 1
            merged, spare, size = spare, merged, q
            c = sibling[c]
        if up[v] + size > room:
            room = 2 * room + size
            larger = np.empty(room, np.int32)
            larger[: up[v]] = out[: up[v]]
            out = larger
        out[up[v] : up[v] + size] = merged[:size]
        up[v + 1] = up[v] + size
        if size > 0:
            parent = merged[0]
            sibling[v] = child[parent]
            child[parent] = v
    return up, out[: up[count]].copy()


@nb.njit(cache=True)
def postorder(up: Array, ux: Array) -> Array:
    """Order the elimination tree depth first, children before parents: the same hierarchy, closer in memory."""
    count = len(up) - 1
    child = np.full(count + 1, -1, np.int32)
    sibling = np.full(count, -1, np.int32)
    for v in range(count - 1, -1, -1):
        parent = ux[up[v]] if up[v + 1] > up[v] else count
        sibling[v] = child[parent]
        child[parent] = v
    before = np.empty(count, np.int32)
    stack = np.empty(count, np.int32)
    size = found = 0
    c = child[count]
    while c >= 0:
        stack[size] = c
        size += 1
        c = sibling[c]
    while size > 0:
        size -= 1
        v = stack[size]
        before[found] = v
        found += 1
        c = child[v]
        while c >= 0:
            stack[size] = c
            size += 1
            c = sibling[c]
    return before[::-1].copy()


@nb.njit(cache=True)
def slots(up: Array, ux: Array, tail: Array, head: Array) -> Array:
    """Find the upward arc of each input arc (ends in rank order): its number, or -1 for a loop."""
    out = np.empty(len(tail), np.int64)
    for arc in range(len(tail)):
        x, y = tail[arc], head[arc]
        if x == y:
            out[arc] = -1
            continue
        low, high = min(x, y), max(x, y)
        left, right = up[low], up[low + 1]
        while left < right:
            middle = (left + right) >> 1
            if ux[middle] < high:
                left = middle + 1
            else:
                right = middle
        out[arc] = left
    return out


@nb.njit(cache=True, nogil=True)
def customise(
    up: Array, ux: Array, slot: Array, upward: Array, weight: Array, forward: Array, backward: Array
) -> None:
    """Set the weights of the upward arcs: input arcs by minimum, then every lower triangle."""
    for arc in range(len(slot)):
        s = slot[arc]
        if s >= 0:
            if upward[arc]:
                forward[s] = min(forward[s], weight[arc])
            else:
                backward[s] = min(backward[s], weight[arc])
    for v in range(len(up) - 1):
        first, last = up[v], up[v + 1]
        for i in range(first, last - 1):
            x, down, out = ux[i], backward[i], forward[i]
            p = up[x]
            for j in range(i + 1, last):
                y = ux[j]
                while ux[p] != y:
                    p += 1
                forward[p] = min(forward[p], down + forward[j])
                backward[p] = min(backward[p], backward[j] + out)
                p += 1


@nb.njit(cache=True, nogil=True)
def sweep(up: Array, ux: Array, forward: Array, found: Array, chosen: Array) -> None:
    """Complete ``found`` (nodes, columns): the way to each column's goal, over the ancestors already set.

    ``chosen`` says which rows hold something before the sweep; the others need not be initialised.
    """
    columns = found.shape[1]
    row = np.empty(columns, found.dtype)
    nothing = INFINITE_32
    for v in range(len(up) - 1, -1, -1):
        if chosen[v]:
            for k in range(columns):
                row[k] = found[v, k]
        else:
            for k in range(columns):
                row[k] = nothing
        for arc in range(up[v], up[v + 1]):
            weight, above = forward[arc], found[ux[arc]]
            for k in range(columns):
                way = np.int32(above[k] + weight)
                row[k] = way if way < row[k] else row[k]
        for k in range(columns):
            found[v, k] = row[k]


@nb.njit(cache=True, nogil=True)
def sweep_64(up: Array, ux: Array, forward: Array, found: Array, chosen: Array) -> None:
    """Do what ``sweep`` does with int64 weights, time and distance in one."""
    columns = found.shape[1]
    row = np.empty(columns, np.int64)
    for v in range(len(up) - 1, -1, -1):
        if chosen[v]:
            for k in range(columns):
                row[k] = found[v, k]
        else:
            for k in range(columns):
                row[k] = INFINITE_64
        for arc in range(up[v], up[v + 1]):
            weight, above = forward[arc], found[ux[arc]]
            for k in range(columns):
                way = above[k] + weight
                row[k] = way if way < row[k] else row[k]
        for k in range(columns):
            found[v, k] = row[k]
