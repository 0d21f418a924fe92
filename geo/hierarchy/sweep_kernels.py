"""The compiled loops of the contraction hierarchy, on plain arrays in rank order.

Node ``v`` is the ``v``-th in the elimination order; ``up[v]`` to ``up[v + 1]`` are its upward arcs, whose heads are in
``ux``, sorted. ``forward`` holds the weights from ``v`` up to the head, ``backward`` from the head down to ``v``.
INFINITE marks what does not exist; it is small enough that two of them still fit the type.

Every loop lets other threads run, and none starts threads of its own inside numba, whose pools may not be entered from
two threads at once; ``gather`` and ``next_slots`` share their rows among Python threads.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING

import numba as nb
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from nearhome.data.base.arrays import Array


INFINITE_32 = np.int32(2**30 - 1)
INFINITE_64 = np.int64(2**61)
END = 255
"""The slot of a node where a way ends."""

FEW_ROWS = 20_000
"""Fewer rows than this are not worth a second thread."""


@nb.njit(cache=True, nogil=True)
def customise(  # noqa: C901 -- two loops over the same arrays
    up: Array,
    ux: Array,
    arcs: tuple[Array, Array, Array],
    weights: tuple[Array, Array],
    vias: tuple[Array, Array],
    nothing: int,
) -> None:
    """Set the weights of the upward arcs: input arcs by minimum, then every lower triangle.

    Parameters
    ----------
    up, ux
        The upward arcs.
    arcs
        The upward arc of each input arc (-1: none), whether it runs along it, and its weight.
    weights
        ``forward`` and ``backward``, which hold ``nothing`` on entry.
    vias
        For each of the two the lower node of the triangle that won; -1 on entry, and where an input arc did.
    nothing
        What marks an arc that does not exist.
    """
    slot, upward, weight = arcs
    forward, backward = weights
    via_forward, via_backward = vias
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
            if down >= nothing and out >= nothing:
                continue
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
    up: Array,
    ux: Array,
    weights: Array,
    seeds: tuple[Array, Array, Array],
    found: Array,
    chosen: Array,
    nothing: int,
) -> None:
    """Climb from each seed to the root, setting its column for all its ancestors.

    Parameters
    ----------
    up, ux, weights
        The upward arcs, with the weights from the head down: ``backward``.
    seeds
        Node, cost and column of each.
    found
        What is set, shape (nodes, columns); a row is cleared to ``nothing`` when it is first touched.
    chosen
        Marks the rows that were touched; false on entry.
    nothing
        What marks a way that does not exist.
    """
    node, cost, column = seeds
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
                found[x, k] = min(found[x, k], here + weights[arc])
            if up[v] == up[v + 1]:
                break
            v = ux[up[v]]


@cache
def sweep(columns: int = 0) -> Callable[[Array, Array, Array, Array, Array, int], None]:
    """Give the sweep for any number of columns, or that made for one number.

    The latter takes half a second to compile, once, and is three times as fast: the row then stays in registers.

    Returns
    -------
    A loop over ``up``, ``ux``, ``forward``, ``found``, ``chosen`` and ``nothing``. It completes ``found`` (nodes,
    columns), the way to each column's goal, over the ancestors already set; ``chosen`` says which rows hold something
    before the sweep, and the others need not be initialised.
    """

    @nb.njit(cache=True, nogil=True)
    def run(up: Array, ux: Array, forward: Array, found: Array, chosen: Array, nothing: int) -> None:
        """Complete ``found`` from the highest node down.

        Parameters
        ----------
        up, ux, forward, found, chosen, nothing
            As ``sweep`` tells.
        """
        width = columns if columns > 0 else found.shape[1]
        row = np.empty(width, found.dtype)
        for v in range(len(up) - 2, -1, -1):
            if chosen[v]:
                for k in range(width):
                    row[k] = found[v, k]
            else:
                for k in range(width):
                    row[k] = nothing
            for arc in range(up[v], up[v + 1]):
                weight, above = forward[arc], found[ux[arc]]
                for k in range(width):
                    way = found.dtype.type(above[k] + weight)  # else numba widens, and the loop takes twice as long
                    row[k] = min(row[k], way)
            for k in range(width):
                found[v, k] = row[k]

    return run


@nb.njit(cache=True, nogil=True)
def _gather(starts: Array, node: Array, cost: Array, found: Array, out: Array, nothing: int) -> None:
    columns = found.shape[1]
    for place in range(len(starts) - 1):
        row = out[place]
        for k in range(columns):
            row[k] = INFINITE_64
        for entry in range(starts[place], starts[place + 1]):
            below, price = found[node[entry]], cost[entry]
            for k in range(columns):
                way = below[k] + price if below[k] < nothing else INFINITE_64
                row[k] = min(row[k], way)


def gather(starts: Array, node: Array, cost: Array, found: Array, out: Array) -> None:
    """For each place the least over its entries of ``cost + found[node]``, a row of columns at a time.

    Parameters
    ----------
    starts
        Where each place's entries start, and where the last ones end.
    node, cost
        The entries: nodes, and what it takes to come to them.
    found
        The weights from every node to every column's goal, as from the sweep.
    out
        What is filled: int64, shape (places, columns), INFINITE_64 where no entry has a way.
    """
    nothing = infinite(found)
    _share(len(starts) - 1, lambda a, b: _gather(starts[a : b + 1], node, cost, found, out[a:b], nothing))


@nb.njit(cache=True, nogil=True)
def _next_slots(
    starts: Array, head: Array, weight: Array, found: Array, out: Array, first: int, last: int, nothing: int
) -> None:
    columns = found.shape[1]
    for v in range(first, last):
        row, slot = found[v], out[v]
        for k in range(columns):
            slot[k] = END
        for arc in range(starts[v], starts[v + 1]):
            below, price, number = found[head[arc]], weight[arc], np.uint8(arc - starts[v])
            for k in range(columns):
                way = found.dtype.type(below[k] + price)
                slot[k] = number if (way == row[k]) & (way < nothing) else slot[k]


def next_slots(starts: Array, head: Array, weight: Array, found: Array, out: Array) -> None:
    """For each node and column the number of the arc, among the node's own, on which the best way goes on.

    Parameters
    ----------
    starts, head, weight
        Where each node's arcs start, their heads, by the node numbers of ``found``, and their weights.
    found
        The weights from every node to every column's goal, as from the sweep.
    out
        What is filled: uint8, the shape of ``found``, END where the way ends or none exists.

    Raises
    ------
    ValueError
        When a weight is not positive, because two nodes could then point at each other, or a node has more arcs than a
        byte can number.
    """
    if len(weight) and (weight.min() <= 0 or np.diff(starts).max() > END):
        msg = "Slots need weights above 0 and at most 255 arcs at a node; search for the route instead."
        raise ValueError(msg)
    nothing = infinite(found)
    _share(len(starts) - 1, lambda a, b: _next_slots(starts, head, weight, found, out, a, b, nothing))


@nb.njit(cache=True, nogil=True)
def chase(starts: Array, head: Array, slot: Array, start: int, column: int, path: Array) -> int:
    """Follow stored arcs from a node to a column's goal, and give the number of nodes.

    Parameters
    ----------
    starts, head, slot
        Where each node's arcs start, their heads, and what ``next_slots`` stored.
    start, column
        The node to start from, and the column of the goal.
    path
        What is filled with the nodes, the first one included, as far as it has room.
    """
    v, size = start, 1
    path[0] = v
    while size < len(path):
        first, number = starts[v], slot[v, column]
        if number == END:
            break
        # The branches let the processor guess the next node, and fetch it, before the slot has come from memory.
        if number == 0:
            v = head[first]
        elif number == 1:
            v = head[first + 1]
        else:
            v = head[first + number]
        path[size] = v
        size += 1
    return size


def infinite(weights: Array) -> int:
    """Give what marks a way that does not exist among weights of this type."""
    return int(INFINITE_64 if weights.dtype == np.int64 else INFINITE_32)


def _share(rows: int, work: Callable[[int, int], None]) -> None:
    """Do the work on stretches of rows, one for each core."""
    parts = min(os.cpu_count() or 1, rows // FEW_ROWS)
    if parts <= 1:
        work(0, rows)
        return
    edges = [rows * part // parts for part in range(parts + 1)]
    with ThreadPoolExecutor(parts) as threads:
        list(threads.map(work, edges[:-1], edges[1:]))
