"""What could still be exchanged in a flow: the residual network, shrunk to the nodes of the estate.

An arc from one node to another is the cheapest way to take a person out of the one and put them into the other, over
all groups with somebody there; being without a place counts as the sink. From it follow the prices of places, and
whether a flow is the best one (Ahuja, Magnanti and Orlin, Network Flows, 1993, sections 9.3 to 9.5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from nearhome.analysis.placement.solver.flow.network import FAR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nearhome.analysis.placement.solver.flow.network import Flow, FlowProblem
    from nearhome.data.base.arrays import Bools, Ints


_ROWS_AT_ONCE: Final = 16_384


def exchanges(given: FlowProblem, flow: Flow, kept: Bools | None = None) -> Ints:
    """Give the cost of shifting one person from node to node of the estate, shape (nodes, nodes); FAR: no way.

    Parameters
    ----------
    given
        The placement in whole numbers.
    flow
        Where people are in it.
    kept
        The journeys to look at; None for all that are allowed.
    """
    estate, placed = given.estate, flow.placed
    found = np.full((estate.size, estate.size), FAR)
    group, prison = pairs(placed > 0)
    least = _leaving(given, placed, group, prison)
    node = estate.door[given.cohort[group], prison]
    np.minimum.at(found[:, estate.sink], node, given.penalty + given.move[group] - least)
    without = np.flatnonzero(flow.unplaced)
    group = np.append(group, without)
    least = np.append(least, given.penalty + given.move[without])
    node = np.append(node, np.full(len(without), estate.sink))
    # Each person who could leave meets each journey of their group: pairs of the two lists, group by group.
    to, prison = pairs(given.cost < FAR if kept is None else kept)
    moves = np.where(placed[to, prison] >= given.held[to, prison], given.move[to], 0)
    cost, door = given.cost[to, prison] + moves, estate.door[given.cohort[to], prison]
    starts = np.searchsorted(to, np.arange(len(placed) + 1))
    for rows in _blocks(len(group)):
        some = group[rows]
        count = starts[some + 1] - starts[some]
        leaver = np.repeat(np.arange(len(some)), count)
        journey = np.arange(len(leaver)) + np.repeat(starts[some] - np.cumsum(count) + count, count)
        np.minimum.at(found, (node[rows][leaver], door[journey]), cost[journey] - least[rows][leaver])
    room = flow.through < estate.capacity
    np.minimum.at(found, (estate.tail[room], estate.head[room]), 0)
    np.minimum.at(found, (estate.head[flow.through > 0], estate.tail[flow.through > 0]), 0)
    np.fill_diagonal(found, 0)
    return found


def prices(shifts: Ints) -> Ints | None:
    """Give what one more person at each node would cost all others, FAR where nobody can be: the way to the sink.

    None if some chain of exchanges lowers the cost, so that the flow is no optimum.
    """
    least = shifts[:, -1].copy()
    for _ in range(len(shifts) + 1):
        shorter = np.minimum((shifts + least).min(axis=1), FAR)
        if shorter[-1] < 0:
            return None
        if np.array_equal(shorter, least):
            return least
        least = shorter
    return None


def all_pairs(shifts: Ints) -> Ints:
    """Give the least cost of any chain of exchanges between all nodes, shape (nodes, nodes) (Floyd, Warshall)."""
    found = shifts.copy()
    for middle in range(len(found)):
        np.minimum(found, found[:, middle, None] + found[middle], out=found)
    return np.where(found > FAR // 2, FAR, found)


def entering(given: FlowProblem, price: Ints) -> Ints:
    """Give what the first person of each group to enter each prison would cost in all, shape (groups, prisons)."""
    there = np.append(price, FAR)[given.estate.door[given.cohort]]
    free = (given.held > 0) & (given.move > 0)[:, None]
    return np.asarray(np.minimum(given.cost + np.where(free, 0, given.move[:, None]) + there, FAR))


def improving(given: FlowProblem, flow: Flow, price: Ints) -> Bools:
    """Say which journeys, at such prices, would be better than one that the group makes, shape (groups, prisons)."""
    placed = flow.placed
    worst = np.where(flow.unplaced > 0, given.penalty + given.move, -FAR)
    group, prison = pairs(placed > 0)
    cost = _leaving(given, placed, group, prison) + price[given.estate.door[given.cohort[group], prison]]
    np.maximum.at(worst, group, cost)
    found = np.zeros(placed.shape, bool)
    priced = np.append(price, FAR)
    for rows in _blocks(len(placed)):
        there = priced[given.estate.door[given.cohort[rows]]]
        moves = np.where(placed[rows] >= given.held[rows], given.move[rows][:, None], 0)
        found[rows] = np.minimum(given.cost[rows] + moves, FAR) + there < worst[rows][:, None]
    return found


def pairs(chosen: Bools) -> tuple[Ints, Ints]:
    """Give the rows and columns chosen, row by row; faster than NumPy's own for many columns."""
    row, column = np.divmod(np.flatnonzero(chosen), max(1, chosen.shape[1]))
    return row, column


def _leaving(given: FlowProblem, placed: Ints, group: Ints, prison: Ints) -> Ints:
    """Give the cost that goes when one person leaves."""
    moved = placed[group, prison] > given.held[group, prison]
    return np.asarray(given.cost[group, prison] + np.where(moved, given.move[group], 0))


def _blocks(size: int) -> Iterator[slice]:
    for start in range(0, size, _ROWS_AT_ONCE):
        yield slice(start, min(start + _ROWS_AT_ONCE, size))
