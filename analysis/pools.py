"""Groups that are alike for the solver, pooled, and their people told apart again afterwards.

Cohorts that the same wings hold, such as men with shorter and with longer sentences, differ in no cost. Pooled, a
network is several times smaller, and its optimum is the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nearhome.analysis.instances import Instance

    Ints = NDArray[np.int64]


def pooled(instance: Instance, door: Ints, cost: Ints, move: Ints, order: Ints) -> tuple[Ints, Ints]:
    """Pool groups of the same home that have the same doors, costs and price of a move.

    Parameters
    ----------
    door
        The node where each cohort enters each prison, shape (cohorts, prisons).
    cost, move
        Of each group; a group whose costs are not those of the first of its pool stays alone.
    order
        The groups in the order in which their names sort.

    Returns
    -------
    The pool of each group, and the first group of each pool; pools are numbered in the order given.
    """
    _, kind = np.unique(door, axis=0, return_inverse=True)
    _, price = np.unique(move, return_inverse=True)
    keys = (instance.home * len(door) + kind.ravel()[instance.cohort]) * len(move) + price
    _, first, key = np.unique(keys[order], return_index=True, return_inverse=True)
    leader = first[key]
    others = np.flatnonzero(leader != np.arange(len(order)))
    differ = (cost[order[others]] != cost[order[leader[others]]]).any(axis=1)
    leader[others[differ]] = others[differ]
    leaders, number = np.unique(leader, return_inverse=True)
    pool = np.empty(len(order), np.int64)
    pool[order] = number
    return pool, order[leaders]


def gathered(pool: Ints, values: Ints) -> Ints:
    """Add up rows by pool."""
    order = np.argsort(pool, kind="stable")
    starts = np.flatnonzero(np.diff(pool[order], prepend=-1))
    return np.add.reduceat(values[order], starts, axis=0) if len(order) else values


def apart(instance: Instance, pool: Ints, placed: Ints, order: Ints) -> tuple[Ints, Ints]:
    """Tell the people of pools apart: placed, shape (groups, prisons), and without a place.

    As many as possible of those held at a prison stay there, in the order given; the others take what is left.
    """
    if len(placed) == len(pool):
        found = placed[pool]
        return found, instance.people - found.sum(axis=1)
    line = order[np.argsort(pool[order], kind="stable")]
    number = pool[line]
    found, left, people = np.zeros_like(instance.held), placed, instance.people[line]
    if instance.held.any():
        held = instance.held[line]
        before = np.cumsum(held, axis=0) - held
        starts = np.searchsorted(number, number)
        stays = np.clip(placed[number] - (before - before[starts]), 0, held)
        found[line] = stays
        left, people = placed - gathered(pool, found), people - stays.sum(axis=1)
    # The people of a pool who do not stay, and the places left to it, as two lists in the same order.
    nowhere = np.bincount(number, people, len(placed)).astype(np.int64) - left.sum(axis=1)
    row, column = np.divmod(np.arange(left.size + len(left)), left.shape[1] + 1)
    prison = np.repeat(column, np.column_stack([left, nowhere])[row, column])
    group = np.repeat(line, people)
    housed = prison < left.shape[1]
    np.add.at(found, (group[housed], prison[housed]), 1)
    return found, np.asarray(instance.people - found.sum(axis=1))
