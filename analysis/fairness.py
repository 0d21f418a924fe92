"""Fair shares: the plan whose worst-off are the best off, and the least limit on journeys that a cohort can keep."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from nearhome.analysis import objectives
from nearhome.analysis.placement import Plan, fewest_unplaced, solve
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from nearhome.analysis.instances import Instance


@dataclass(frozen=True, slots=True, eq=False)
class Tail:
    """A plan that makes the mean of the worst journeys small; half or more of those are at ``threshold`` or beyond."""

    plan: Plan
    share: float
    threshold: int
    mean_of_worst: float


def mean_of_worst(plan: Plan, share: float) -> float:
    """Return the mean burden of such a share of those placed who bear most (conditional value at risk).

    Raises
    ------
    InputError
        The share is not above 0 and up to 1.
    """
    _check(share)
    burden, people = plan.journeys()
    order = np.argsort(-burden)
    wanted = share * people.sum()
    before = np.cumsum(people[order]) - people[order]
    counted = np.clip(wanted - before, 0, people[order])
    return float(burden[order] @ counted / wanted) if wanted else float("nan")


def tail(instance: Instance, share: float = 0.1) -> Tail:
    """Make the mean of the worst journeys small: the conditional value at risk of a share of the people.

    It is the least, over all thresholds, of the threshold and the mean excess over it divided by the share
    (Rockafellar and Uryasev, Journal of Risk 2, 2000). That is convex in the threshold, so whole numbers are narrowed
    down to the best one, each answered by a flow. The burden itself counts a hundredth of the excess.

    Raises
    ------
    InputError
        The share is not above 0 and up to 1.
    """
    _check(share)
    best: dict[int, tuple[float, Plan]] = {}
    people = float(instance.people @ instance.weight[instance.cohort])

    def measured(threshold: int) -> float:
        if threshold not in best:
            guess = next(iter(best.values()))[1] if best else None
            plan = solve(instance, objectives.beyond(instance, threshold), guess=guess)
            certain = 100 * objectives.TENTHS * threshold * share * people
            best[threshold] = certain + plan.cost, plan
        return best[threshold][0]

    low, high = 0, int(np.nanmax(instance.burden, initial=0.0)) + 1
    while low < high:
        middle = (low + high) // 2
        if measured(middle) <= measured(middle + 1):
            high = middle
        else:
            low = middle + 1
    threshold = low
    measured(threshold)
    plan = best[threshold][1]
    return Tail(plan, share, threshold, mean_of_worst(plan, share))


def least_longest(instance: Instance, cohort: str) -> float:
    """Return the least limit on a cohort's journeys under which as many people are housed as without it.

    The limits of the other cohorts stay. Whoever asks for less leaves somebody without a place.

    Raises
    ------
    InputError
        There is no such cohort, or nobody in it.
    """
    rows = instance.cohort == (instance.cohorts.index(cohort) if cohort in instance.cohorts else -1)
    if not (rows & (instance.people > 0)).any():
        msg = f"Nobody is {cohort!r} in this placement; choose one of {', '.join(instance.cohorts)}."
        raise InputError(msg)
    index = instance.cohorts.index(cohort)
    free = instance.longest.copy()
    free[index] = np.inf
    without = replace(instance, longest=free)
    possible = np.unique(instance.burden[instance.home[rows]][without.allowed()[rows]])
    least = fewest_unplaced(without)
    low, high = 0, len(possible) - 1
    while low < high:
        middle = (low + high) // 2
        limit = free.copy()
        limit[index] = possible[middle]
        if fewest_unplaced(replace(instance, longest=limit)) > least:
            low = middle + 1
        else:
            high = middle
    return float(possible[low]) if len(possible) else float("nan")


def _check(share: float) -> None:
    if not 0 < share <= 1:
        msg = f"A share of {share} is none of the people; give one above 0 and up to 1, such as 0.1."
        raise InputError(msg)
