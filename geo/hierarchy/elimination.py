"""The compiled loops that turn an order of elimination into the upward arcs of a hierarchy and its tree.

Eliminating a node joins its remaining neighbours to one another; the arcs that were there or arose so make the chordal
supergraph. Each node's parent in the elimination tree is the lowest of its upward neighbours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba as nb
import numpy as np

if TYPE_CHECKING:
    from nearhome.data.base.arrays import Array


@nb.njit(cache=True, nogil=True)
def chordal(  # noqa: C901, PLR0912, PLR0915 -- one merge of sorted lists, compiled
    count: int, tail: Array, head: Array
) -> tuple[Array, Array]:
    """Build the upward arcs of the chordal supergraph: a node's upward neighbours become its parent's too.

    Ends of arcs are ranks. Gives where each node's arcs start, and their heads.
    """
    starts = np.zeros(count + 1, np.int64)
    for arc in range(len(tail)):
        x, y = tail[arc], head[arc]
        if x != y:
            starts[min(x, y) + 1] += 1
    for v in range(count):
        starts[v + 1] += starts[v]
    own = np.empty(starts[count], np.int32)
    fill = starts.copy()
    for arc in range(len(tail)):
        x, y = tail[arc], head[arc]
        if x != y:
            low = min(x, y)
            own[fill[low]] = max(x, y)
            fill[low] += 1
    room = 4 * len(tail) + 16
    out = np.empty(room, np.int32)
    up = np.zeros(count + 1, np.int32)
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


@nb.njit(cache=True, nogil=True)
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


@nb.njit(cache=True, nogil=True)
def slots(up: Array, ux: Array, tail: Array, head: Array) -> Array:
    """Find the upward arc of each input arc: its number, or -1 for a loop.

    Parameters
    ----------
    up, ux
        The upward arcs, as ``chordal`` gives them.
    tail, head
        Ends of the input arcs, in rank order.
    """
    out = np.empty(len(tail), np.int32)
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
