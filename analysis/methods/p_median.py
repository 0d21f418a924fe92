"""Where to put the next services so that all people together travel least (the p-median problem, Hakimi 1964).

Small problems are solved exactly by HiGHS. Large ones by adding the best place until the budget is spent and then
swapping places while it helps (Teitz and Bart 1968, with the bookkeeping of Resende and Werneck 2007); a Lagrangian
bound (Cornuejols et al. 1977) says how far from the best that can be. For some thousands of rows and some hundreds of
candidates: put postcodes together into small areas first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nearhome.analysis.methods import cover_location
from nearhome.analysis.methods.local_search import Task, swapped
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from nearhome.analysis.methods.cover_location import Sites
    from nearhome.data.base.arrays import Ints


EXACT_PAIRS = 20_000
"""Up to so many pairs of row and candidate HiGHS answers in seconds."""


def least_travel(
    minutes: ArrayLike,
    people: ArrayLike,
    budget: float,
    *,
    fixed: Sequence[int] = (),
    costs: ArrayLike | None = None,
    equity: ArrayLike | None = None,
    unserved_minutes: float | None = None,
    time_limit_seconds: float = cover_location.TIME_LIMIT_SECONDS,
) -> Sites:
    """Choose new places so that people times minutes to the nearest open place is least.

    Parameters
    ----------
    minutes, people, budget, fixed, costs, equity
        As for ``siting.cover_most``.
    unserved_minutes
        What a way counts as that is longer than this or not there at all, while some candidate would serve the row;
        twice the longest time in the matrix if not given. Rows that no candidate reaches are left out.
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
    given = cover_location.problem(minutes, budget, fixed=fixed, costs=costs)
    weight = cover_location.weights_of(people, equity, len(given.times))
    unreachable = np.asarray(np.isinf(given.times).all(axis=1))
    known = given.times[np.isfinite(given.times)]
    penalty = 2 * float(known.max(initial=0.0)) if unserved_minutes is None else unserved_minutes
    if not (np.isfinite(penalty) and penalty >= 0):
        msg = f"A way that is not there counts as {penalty} minutes; give a number of 0 or more."
        raise InputError(msg)
    rows = ~unreachable & (weight > 0)
    free = np.flatnonzero(~given.fixed)
    anyway = weight[rows] * np.minimum(given.reached[rows], penalty)
    ways = np.minimum(weight[rows, None] * np.minimum(given.times[np.ix_(rows, free)], penalty), anyway[:, None])
    task = Task(ways, anyway, given.costs[free], given.budget)
    places, bound = _exact(task, time_limit_seconds) if ways.size <= EXACT_PAIRS else swapped(task)
    added = np.zeros(len(given.costs), bool)
    added[free[places]] = True
    value = task.total(places)
    return given.answer(added, value, min(value, bound), unreachable)


def _exact(task: Task, time_limit_seconds: float) -> tuple[Ints, float]:
    """Solve with HiGHS: a row saves what one open place saves it, at most once."""
    from scipy.sparse import coo_array

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
    solved = cover_location.solve(
        np.concatenate([np.zeros(columns), -saves[row, column] / scale]),
        [(opened, 0.0), (once, 1.0), (price, task.budget)],
        columns,
        time_limit_seconds,
    )
    if solved.chosen is None:
        return swapped(task)
    return np.flatnonzero(solved.chosen), float(task.anyway.sum()) + solved.bound * scale
