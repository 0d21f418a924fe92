"""From counts back to people: which of those of one home and cohort goes to which prison of the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nearhome.analysis.instances import NOWHERE
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from nearhome.analysis.placement import Plan

    Ints = NDArray[np.int64]


def assigned(plan: Plan, home: ArrayLike, cohort: ArrayLike, current: ArrayLike | None = None) -> Ints:
    """Give each person a prison of the plan, an index, or NOWHERE.

    Whoever can stay where they are stays, the first in the list first; the others take what is left in the order of
    the list and of the prisons. The journeys of all together are those of the plan, whoever of a group makes them.

    Parameters
    ----------
    home, cohort, current
        Of each person, as for ``instances.instance``; the same people.

    Raises
    ------
    InputError
        The people are not those of the plan.
    """
    known = plan.instance
    key = np.asarray(home, np.int64) * len(known.cohorts) + np.asarray(cohort, np.int64)
    now = np.full(len(key), NOWHERE) if current is None else np.asarray(current, np.int64)
    kinds, group = np.unique(known.home * len(known.cohorts) + known.cohort, return_inverse=True)
    placed = np.zeros((len(kinds), len(known.prisons)), np.int64)
    np.add.at(placed, group, plan.placed)
    row = np.minimum(np.searchsorted(kinds, key), len(kinds) - 1)
    expected = np.bincount(group, known.people, len(kinds)).astype(np.int64)
    if not np.array_equal(kinds[row], key) or not np.array_equal(np.bincount(row, minlength=len(kinds)), expected):
        msg = f"The {len(key)} people listed are not the {known.people.sum()} of the plan; give the same ones."
        raise InputError(msg)
    found = np.full(len(key), NOWHERE)
    there = np.flatnonzero(now >= 0)
    order = there[np.lexsort((there, now[there], row[there]))]
    same = row[order] * placed.shape[1] + now[order]
    place_in_line = np.arange(len(same)) - np.searchsorted(same, same)
    stays = order[place_in_line < placed[row[order], now[order]]]
    found[stays] = now[stays]
    np.subtract.at(placed, (row[stays], now[stays]), 1)
    left = np.setdiff1d(np.arange(len(key)), stays)
    left = left[np.argsort(row[left], kind="stable")]
    nowhere = np.bincount(row[left], minlength=len(kinds)) - placed.sum(axis=1)
    columns = np.append(np.arange(placed.shape[1]), NOWHERE)
    found[left] = np.repeat(np.tile(columns, len(kinds)), np.column_stack([placed, nowhere]).ravel())
    return found
