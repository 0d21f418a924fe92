"""Places chosen by adding and swapping them, with a proven bound on how much better any other choice could be.

Each row of demand is served by the candidate that costs it least, or by what it has anyway. Places are added while the
budget lasts, then swapped while that helps (Teitz and Bart 1968, with the bookkeeping of Resende and Werneck 2007). The
bound is Lagrangian (Cornuejols, Fisher and Nemhauser 1977).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from nearhome.data.base.arrays import Bools, Floats, Ints


PROVEN_GAP = 1e-9
"""The relative difference between value and bound that rounding leaves."""
NOISE = 1e-12
"""Totals that differ by so small a part are the same."""
ROUNDS = 500
"""Steps of the bound at most."""
PATIENCE, SMALLEST_STEP = 15, 1e-3
"""Steps without gain before they become half as long, and when they are too short to go on: by trial."""


@dataclass(frozen=True, slots=True)
class Task:
    """What each row costs (such as people-minutes) with each candidate, and with what it has anyway.

    ``ways`` are never more than ``anyway``; the candidates cost ``costs``, and there is a ``budget`` for them.
    """

    ways: Floats
    anyway: Floats
    costs: Floats
    budget: float

    def total(self, places: Ints) -> float:
        """Sum up what all rows cost if these are opened."""
        return float(np.minimum(self.anyway, self.ways[:, places].min(axis=1, initial=np.inf)).sum())

    def affords(self, cost: Floats | float) -> Bools:
        """Say which costs the budget bears."""
        return np.asarray(cost) <= self.budget * (1 + PROVEN_GAP)


def greedy(task: Task, *, by_cost: bool) -> Ints:
    """Add the place that helps most (or most for its cost) until none helps or the budget is spent."""
    now, spent = task.anyway.copy(), 0.0
    places: list[int] = []
    left = np.ones(len(task.costs), bool)
    while True:
        can = np.flatnonzero(left & task.affords(spent + task.costs))
        if len(can) == 0:
            break
        help_given = np.maximum(0.0, now[:, None] - task.ways[:, can]).sum(axis=0)
        worth = help_given / np.maximum(task.costs[can], 1e-12) if by_cost else help_given
        best = int(can[_first_of(-worth)])
        if help_given.max() <= 0:
            break
        places.append(best)
        left[best] = False
        spent += float(task.costs[best])
        now = np.minimum(now, task.ways[:, best])
    return np.array(places, np.int64)


def _first_of(costs: Floats) -> int:
    """Give the first of the least; what differs from it by no more than sums of floats do is as little."""
    least = float(costs.min())
    return int((costs <= least + NOISE * abs(least)).argmax())


def improved(task: Task, places: Ints) -> Ints:
    """Swap one place for another, or add one, for as long as that helps."""
    places = places.copy()
    least = -NOISE * max(1.0, float(task.anyway.sum()))
    while len(places):
        change = _changes(task, places)
        if change.min(initial=0.0) >= least:
            break
        out, new = np.unravel_index(_first_of(change.ravel()), change.shape)
        if out == len(places):
            places = np.append(places, new)
        else:
            places[out] = new
    return np.sort(places)


def _changes(task: Task, places: Ints) -> Floats:
    """Give what each swap would add to the total; infinite where the budget does not bear it.

    There is a row for each place to give up, the last for none, and a column for each new place.
    """
    held = np.column_stack([task.anyway, task.ways[:, places]])
    serving = held.argmin(axis=1)
    two = np.partition(held, 1, axis=1)
    first, second = two[:, :1], two[:, 1:2]
    gain = np.maximum(0.0, first - task.ways).sum(axis=0)
    kept = np.maximum(0.0, second - np.maximum(task.ways, first))  # what the new place saves of the loss of the old
    order = serving.argsort(kind="stable")
    present, begin = np.unique(serving[order], return_index=True)
    saved, lost = np.zeros((len(places) + 1, len(task.costs))), np.zeros((len(places) + 1, 1))
    saved[present] = np.add.reduceat(kept[order], begin, axis=0)
    lost[present] = np.add.reduceat((second - first)[order], begin, axis=0)
    spent = float(task.costs[places].sum())
    swap = lost[1:] - saved[1:] - gain
    swap[~task.affords(spent - task.costs[places][:, None] + task.costs)] = np.inf
    change = np.vstack([swap, np.where(task.affords(spent + task.costs), -gain, np.inf)])
    change[:, places] = np.inf
    return change


def swapped(task: Task) -> tuple[Ints, float]:
    """Give places found by swapping, and the Lagrangian bound."""
    starts = [greedy(task, by_cost=False)]
    if np.ptp(task.costs) > 0:
        starts.append(greedy(task, by_cost=True))
    best = min((improved(task, start) for start in starts), key=task.total)
    bound, hint = bound_of(task, best)
    if task.total(hint) < task.total(best) * (1 + 1e-3):
        best = min(best, improved(task, hint), key=task.total)
    return best, bound


def bound_of(task: Task, places: Ints) -> tuple[float, Ints]:
    """Relax that each row is served once, and move the prices of that by subgradients; give the bound and good places.

    With prices u the rest falls apart: L(u) = sum_i (u_i + min(0, anyway_i - u_i)) + the cheapest affordable places,
    each worth sum_i min(0, way_ij - u_i). Any u gives a bound.
    """
    held = np.column_stack([task.anyway, task.ways[:, places]])
    two = np.partition(np.column_stack([held, task.anyway]), 1, axis=1)
    price = two[:, :2].mean(axis=1)
    best_bound, hint, best = -np.inf, places, task.total(places)
    step, idle = 2.0, 0
    for _ in range(ROUNDS):
        below = np.minimum(0.0, task.ways - price[:, None])
        worth = below.sum(axis=0)
        taken, value = _affordable(task, worth)
        bound = float((price + np.minimum(0.0, task.anyway - price)).sum()) + value
        if bound > best_bound:
            best_bound, idle = bound, 0
            total = task.total(taken)
            if total < best:
                hint, best = taken, total
        else:
            idle += 1
        slope = 1.0 - (below[:, taken] < 0).sum(axis=1) - (task.anyway < price)
        norm = float((slope * slope).sum())
        if idle >= PATIENCE:
            step, idle = step / 2, 0
        if norm == 0 or step < SMALLEST_STEP or best - best_bound <= PROVEN_GAP * best:
            break
        price = np.maximum(0.0, price + step * (best - bound) / norm * slope)
    return best_bound, hint


def _affordable(task: Task, worth: Floats) -> tuple[Ints, float]:
    """Take what is worth most for its cost (below zero is worth something), the last in part for the bound only."""
    good = np.flatnonzero(worth < 0)
    rate = worth[good] / np.maximum(task.costs[good], 1e-12)
    order = good[rate.argsort(kind="stable")]
    spent = task.costs[order].cumsum()
    fits = task.affords(spent)
    count = int(fits.sum())
    value = float(worth[order[:count]].sum())
    if count < len(order):
        before = float(spent[count - 1]) if count else 0.0
        cost = float(task.costs[order[count]])
        value += float(worth[order[count]]) * max(0.0, task.budget - before) / cost
    return order[:count], value
