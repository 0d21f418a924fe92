"""Where to put the next services so that all people together travel least (the p-median problem, Hakimi 1964).

Small problems are solved exactly by HiGHS. Large ones by adding the best place until the budget is spent and then swapping
places while it helps (Teitz and Bart 1968, with the bookkeeping of Resende and Werneck 2007); a Lagrangian bound (Cornuejols
et al. 1977) says how far from the best that can be. For some thousands of rows and some hundreds of candidates: put
postcodes together into small areas first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nearhome.analysis import siting
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from nearhome.analysis.siting import Problem, Sites

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

EXACT_PAIRS = 20_000
"""Up to so many pairs of row and candidate HiGHS answers in seconds."""
ROUNDS = 500
"""Steps of the Lagrangian bound at most."""


@dataclass(frozen=True, slots=True)
class _Task:
    """The problem in people-minutes: each row at each new candidate, and at the best place that it has anyway.

    ``ways`` are never longer than ``anyway``, the way to the nearest fixed place or what being unserved counts as.
    """

    ways: Floats
    anyway: Floats
    costs: Floats
    budget: float

    def total(self, places: Ints) -> float:
        """Sum up the way of all people if these are opened."""
        return float(np.minimum(self.anyway, self.ways[:, places].min(axis=1, initial=np.inf)).sum())

    def affords(self, cost: Floats | float) -> Bools:
        """Say which costs the budget bears."""
        return np.asarray(cost) <= self.budget * (1 + siting.PROVEN_GAP)


def least_travel(
    minutes: ArrayLike,
    people: ArrayLike,
    budget: float,
    *,
    fixed: Sequence[int] = (),
    costs: ArrayLike | None = None,
    equity: ArrayLike | None = None,
    unserved_minutes: float | None = None,
    exact: bool | None = None,
    time_limit_seconds: float = siting.TIME_LIMIT_SECONDS,
) -> Sites:
    """Choose new places so that people times minutes to the nearest open place is least.

    Parameters
    ----------
    minutes, people, budget, fixed, costs, equity
        As for ``siting.cover_most``.
    unserved_minutes
        What a way counts as that is longer than this or not there at all, while some candidate would serve the row; twice the
        longest time in the matrix if not given. Rows that no candidate reaches are left out.
    exact
        Whether to solve with HiGHS; if None, where there are few enough pairs.
    time_limit_seconds
        The limit for HiGHS.

    Returns
    -------
    Places with ``value`` in people-minutes (times equity weights), unserved rows at ``unserved_minutes``.

    Raises
    ------
    InputError
        When shapes do not fit, or a number is negative.
    """
    given = siting.problem(minutes, budget, fixed=fixed, costs=costs)
    weight = siting.weights_of(people, equity, len(given.times))
    unreachable = ~np.isfinite(given.times).any(axis=1)
    known = given.times[np.isfinite(given.times)]
    penalty = 2 * float(known.max(initial=0.0)) if unserved_minutes is None else unserved_minutes
    if not (np.isfinite(penalty) and penalty >= 0):
        msg = f"A way that is not there counts as {penalty} minutes; give a number of 0 or more."
        raise InputError(msg)
    rows = ~unreachable & (weight > 0)
    free = np.flatnonzero(~given.fixed)
    anyway = weight[rows] * np.minimum(given.reached[rows], penalty)
    ways = np.minimum(weight[rows, None] * np.minimum(given.times[np.ix_(rows, free)], penalty), anyway[:, None])
    task = _Task(ways, anyway, given.costs[free], given.budget)
    if exact is None:
        exact = ways.size <= EXACT_PAIRS
    places, bound = _exact(task, time_limit_seconds) if exact else _swapped(task)
    added = np.zeros(len(given.costs), bool)
    added[free[places]] = True
    value = task.total(places)
    return given.answer(added, value, min(value, bound), unreachable)


def _greedy(task: _Task, *, by_cost: bool) -> Ints:
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
        best = int(can[worth.argmax()])
        if help_given.max() <= 0:
            break
        places.append(best)
        left[best] = False
        spent += float(task.costs[best])
        now = np.minimum(now, task.ways[:, best])
    return np.array(places, np.int64)


def _improved(task: _Task, places: Ints) -> Ints:
    """Swap one place for another, or add one, for as long as that helps."""
    places = places.copy()
    while len(places):
        held = np.column_stack([task.anyway, task.ways[:, places]])
        serving = held.argmin(axis=1)
        two = np.partition(held, 1, axis=1)
        first, second = two[:, :1], two[:, 1:2]
        help_given = np.maximum(0.0, first - task.ways).sum(axis=0)
        instead = np.maximum(0.0, second - np.maximum(task.ways, first))  # what a new place saves of the loss of the old
        order = serving.argsort(kind="stable")
        present, begin = np.unique(serving[order], return_index=True)
        saved, lost = np.zeros((len(places) + 1, len(task.costs))), np.zeros((len(places) + 1, 1))
        saved[present] = np.add.reduceat(instead[order], begin, axis=0)
        lost[present] = np.add.reduceat((second - first)[order], begin, axis=0)
        change = lost[1:] - saved[1:] - help_given
        spent = float(task.costs[places].sum())
        change[~task.affords(spent - task.costs[places][:, None] + task.costs)] = np.inf
        added = np.where(task.affords(spent + task.costs), -help_given, np.inf)
        change = np.vstack([change, added])
        change[:, places] = np.inf
        least = -1e-12 * max(1.0, float(task.anyway.sum()))
        if change.min(initial=0.0) >= least:
            break
        out, new = np.unravel_index(int(change.argmin()), change.shape)
        if out == len(places):
            places = np.append(places, new)
        else:
            places[out] = new
    return np.sort(places)


def _swapped(task: _Task) -> tuple[Ints, float]:
    """Give places found by swapping, and the Lagrangian bound."""
    starts = [_greedy(task, by_cost=False)]
    if np.ptp(task.costs) > 0:
        starts.append(_greedy(task, by_cost=True))
    best = min((_improved(task, start) for start in starts), key=task.total)
    bound, hint = _bound(task, best)
    if task.total(hint) < task.total(best) * (1 + 1e-3):
        best = min(best, _improved(task, hint), key=task.total)
    return best, bound


def _bound(task: _Task, places: Ints) -> tuple[float, Ints]:
    """Relax that each row is served once, and move the prices of that by subgradients; the best bound, and a good choice.

    With prices u the rest falls apart: L(u) = sum_i (u_i + min(0, anyway_i - u_i)) + the cheapest affordable places, each
    worth sum_i min(0, way_ij - u_i). Any u gives a bound.
    """
    held = np.column_stack([task.anyway, task.ways[:, places]])
    two = np.partition(np.column_stack([held, task.anyway]), 1, axis=1)
    price = two[:, :2].mean(axis=1)
    target, best_bound, hint = task.total(places), -np.inf, places
    hint_total, step, idle = target, 2.0, 0
    for _ in range(ROUNDS):
        below = np.minimum(0.0, task.ways - price[:, None])
        worth = below.sum(axis=0)
        taken, value = _affordable(task, worth)
        bound = float((price + np.minimum(0.0, task.anyway - price)).sum()) + value
        if bound > best_bound:
            best_bound, idle = bound, 0
            total = task.total(taken)
            if total < hint_total:
                hint, hint_total = taken, total
        else:
            idle += 1
        slope = 1.0 - (below[:, taken] < 0).sum(axis=1) - (task.anyway < price)
        norm = float(slope @ slope)
        if idle >= 15:  # noqa: PLR2004 -- rounds without gain before smaller steps, by trial
            step, idle = step / 2, 0
        if norm == 0 or step < 1e-3 or hint_total - best_bound <= siting.PROVEN_GAP * hint_total:  # noqa: PLR2004 -- by trial
            break
        price = np.maximum(0.0, price + step * (min(hint_total, target) - bound) / norm * slope)
    return best_bound, hint


def _affordable(task: _Task, worth: Floats) -> tuple[Ints, float]:
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


def _exact(task: _Task, time_limit_seconds: float) -> tuple[Ints, float]:
    """Solve with HiGHS: a row saves what one open place saves it, at most once."""
    from scipy.sparse import coo_array  # noqa: PLC0415 -- only those who look for sites need it

    rows, columns = task.ways.shape
    saves = task.anyway[:, None] - task.ways
    row, column = np.nonzero(saves > 0)
    pairs = len(row)
    scale = max(1.0, float(saves.max(initial=0.0)))
    if pairs == 0:
        return np.zeros(0, np.int64), float(task.anyway.sum())
    each = np.arange(pairs)
    opened = coo_array(
        (np.repeat([1.0, -1.0], pairs), (np.tile(each, 2), np.concatenate([columns + each, column]))),
        shape=(pairs, columns + pairs),
    )
    once = coo_array((np.ones(pairs), (row, columns + each)), shape=(rows, columns + pairs))
    price = np.concatenate([task.costs, np.zeros(pairs)])[None]
    given = siting.Problem(np.zeros((0, columns)), np.zeros(columns, bool), task.costs, task.budget)
    solved = siting.solve(
        np.concatenate([np.zeros(columns), -saves[row, column] / scale]),
        [(opened, 0.0), (once, 1.0), (price, task.budget)],
        columns,
        given,
        time_limit_seconds,
    )
    bound = 0.0 if solved.mip_dual_bound is None else float(task.anyway.sum() + solved.mip_dual_bound * scale)
    if solved.x is None:
        return _swapped(task)
    return np.flatnonzero(solved.x[:columns] > 0.5), bound  # noqa: PLR2004 -- 0 or 1, as the solver rounds
