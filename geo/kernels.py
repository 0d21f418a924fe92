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
    up: Array,
    ux: Array,
    slot: Array,
    upward: Array,
    weight: Array,
    forward: Array,
    backward: Array,
    via_forward: Array,
    via_backward: Array,
) -> None:
    """Set the weights of the upward arcs: input arcs by minimum, then every lower triangle.

    ``via_forward`` and ``via_backward`` get the lower node of the triangle that won, or -1 for an input arc.
    """
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
                way = down + forward[j]
                if way < forward[p]:
                    forward[p] = way
                    via_forward[p] = v
                way = backward[j] + out
                if way < backward[p]:
                    backward[p] = way
                    via_backward[p] = v
                p += 1


@nb.njit(cache=True, nogil=True)
def seed(
    up: Array, ux: Array, weights: Array, node: Array, cost: Array, column: Array, found: Array, chosen: Array, nothing: int
) -> None:
    """Climb from each seed to the root, setting ``found[:, column]`` for all its ancestors.

    A row is cleared to ``nothing`` when it is first touched, and then marked in ``chosen``.
    """
    columns = found.shape[1]
    for i in range(len(node)):
        v, k = node[i], column[i]
        if not chosen[v]:
            chosen[v] = True
            for c in range(columns):
                found[v, c] = nothing
        found[v, k] = min(found[v, k], cost[i])
        while True:
            here = found[v, k]
            for arc in range(up[v], up[v + 1]):
                x = ux[arc]
                if not chosen[x]:
                    chosen[x] = True
                    for c in range(columns):
                        found[x, c] = nothing
                way = here + weights[arc]
                if way < found[x, k]:
                    found[x, k] = way
            if up[v] == up[v + 1]:
                break
            v = ux[up[v]]


@nb.njit(cache=True, nogil=True)
def sweep(up: Array, ux: Array, forward: Array, found: Array, chosen: Array) -> None:
    """Complete ``found`` (nodes, columns): the way to each column's goal, over the ancestors already set.

    ``chosen`` says which rows hold something before the sweep; the others need not be initialised.
    """
    columns = found.shape[1]
    row = np.empty(columns, found.dtype)
    nothing = INFINITE_32
    for v in range(len(up) - 2, -1, -1):
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
    for v in range(len(up) - 2, -1, -1):
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


@nb.njit(cache=True, nogil=True)
def climb(
    up: Array, ux: Array, weights: Array, node: Array, cost: Array, best: Array, before: Array, touched: Array
) -> int:
    """Climb from several seeds at once, keeping where each best value came from (-1: a seed itself).

    ``best`` holds infinity everywhere on entry; ``touched`` gets the nodes it was changed at, and their number is given.
    """
    count = 0
    for i in range(len(node)):
        v = node[i]
        if best[v] == INFINITE_64:
            touched[count] = v
            count += 1
        if cost[i] < best[v]:
            best[v] = cost[i]
            before[v] = -1
        while True:
            here = best[v]
            for arc in range(up[v], up[v + 1]):
                x = ux[arc]
                way = here + weights[arc]
                if way < best[x]:
                    if best[x] == INFINITE_64:
                        touched[count] = x
                        count += 1
                    best[x] = way
                    before[x] = v
            if up[v] == up[v + 1]:
                break
            v = ux[up[v]]
    return count


@nb.njit(cache=True, nogil=True)
def meet(best: Array, other: Array, touched: Array, count: int) -> tuple[int, int]:
    """Find the node where two climbs meet at the least sum: node (-1 if none) and sum."""
    least, where = INFINITE_64, -1
    for i in range(count):
        v = touched[i]
        if other[v] < INFINITE_64 and best[v] + other[v] < least:
            least, where = best[v] + other[v], v
    return where, least


@nb.njit(cache=True, nogil=True)
def arc_between(up: Array, ux: Array, low: int, high: int) -> int:
    """Find the upward arc from one node to a higher one."""
    left, right = up[low], up[low + 1]
    while left < right:
        middle = (left + right) >> 1
        if ux[middle] < high:
            left = middle + 1
        else:
            right = middle
    return left


@nb.njit(cache=True, nogil=True)
def unpack(
    up: Array, ux: Array, via_forward: Array, via_backward: Array, path: Array, room: int
) -> Array:
    """Replace every arc of a path of nodes by the input arcs it stands for; give the nodes."""
    out = np.empty(room, np.int64)
    out[0] = path[0]
    size = 1
    stack = np.empty((4096, 2), np.int64)
    for i in range(len(path) - 1):
        stack[0, 0], stack[0, 1] = path[i], path[i + 1]
        top = 1
        while top > 0:
            top -= 1
            x, y = stack[top, 0], stack[top, 1]
            if x < y:
                via = via_forward[arc_between(up, ux, x, y)]
            else:
                via = via_backward[arc_between(up, ux, y, x)]
            if via < 0:
                if size == len(out):
                    larger = np.empty(2 * size, np.int64)
                    larger[:size] = out
                    out = larger
                out[size] = y
                size += 1
            else:
                stack[top, 0], stack[top, 1] = via, y
                stack[top + 1, 0], stack[top + 1, 1] = x, via
                top += 2
    return out[:size]


@nb.njit(cache=True, nogil=True, parallel=True)
def gather(starts: Array, node: Array, cost: Array, found: Array, out: Array) -> None:
    """For each place the least over its entries of ``cost + found[node]``, a row of columns at a time."""
    columns = found.shape[1]
    for place in nb.prange(len(starts) - 1):
        row = out[place]
        for k in range(columns):
            row[k] = INFINITE_64
        for entry in range(starts[place], starts[place + 1]):
            below, price = found[node[entry]], cost[entry]
            for k in range(columns):
                way = below[k] + price
                row[k] = way if way < row[k] else row[k]


@nb.njit(cache=True, nogil=True, parallel=True)
def next_slots(starts: Array, head: Array, weight: Array, found: Array, out: Array) -> None:
    """For each node and column the number of the arc, among the node's own, on which the best way goes on.

    255 where the way ends or none exists. Heads and ``found`` use the same node numbers.
    """
    columns = found.shape[1]
    for v in nb.prange(len(starts) - 1):
        row, slot = found[v], out[v]
        for k in range(columns):
            slot[k] = 255
        for arc in range(starts[v], starts[v + 1]):
            below, price, number = found[head[arc]], weight[arc], np.uint8(arc - starts[v])
            for k in range(columns):
                if below[k] + price == row[k]:
                    slot[k] = number


@nb.njit(cache=True, nogil=True)
def chase(starts: Array, head: Array, slot: Array, start: int, column: int, path: Array) -> int:
    """Follow stored arcs from a node to a column's goal; fill ``path`` with nodes and give their number."""
    v, size = start, 1
    path[0] = v
    while slot[v, column] != 255 and size < len(path):
        v = head[starts[v] + slot[v, column]]
        path[size] = v
        size += 1
    return size
