"""Fair shares: the plan whose worst-off are the best off, and the least limit on journeys that a cohort can keep."""

from __future__ import annotations

from dataclasses import dataclass, replace
from heapq import heappop, heappush
from typing import TYPE_CHECKING

import numpy as np

from nearhome.analysis.placement.solver import objectives
from nearhome.analysis.placement.solver.solve import Plan, fewest_unplaced, solve
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from nearhome.analysis.placement.solver.instance import Instance


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
    order = np.argsort(-burden, kind="stable")
    wanted = share * people.sum()
    before = np.cumsum(people[order]) - people[order]
    counted = np.clip(wanted - before, 0, people[order])
    return float((burden[order] * counted).sum() / wanted) if wanted else float("nan")


def tail(instance: Instance, share: float = 0.1, *, enough: float = 0.001) -> Tail:
    """Make the mean of the worst journeys small: the conditional value at risk of a share of the people.

    It is the least, over all thresholds, of the threshold and the mean excess over it divided by the share
    (Rockafellar and Uryasev, Journal of Risk 2, 2000). A flow answers each threshold. That is not convex in the
    threshold, since people are placed whole; but it falls and rises no faster than the number of people lets it, which
    bounds what any threshold between two others can give, and the search goes on where that is least. The burden
    itself counts a hundredth of the excess.

    Parameters
    ----------
    instance
        Whom to place, and where.
    share
        Of the people, those with the worst journeys: above 0 and up to 1.
    enough
        The search over whole thresholds ends when the best one found is proven to be within such a share of the best
        there is; 0 for the best there is.

    Raises
    ------
    InputError
        The share is not above 0 and up to 1.
    """
    _check(share)
    search = _Thresholds(instance, share)
    low, high = 0, int(np.nanmax(instance.burden, initial=0.0)) + 1
    between = [search.between(low, high)]
    while between:
        bound, middle, low, high = heappop(between)
        if bound >= search.best * (1 - enough):
            break
        search.at(middle)
        for left, right in ((low, middle), (middle, high)):
            if right - left > 1:
                heappush(between, search.between(left, right))
    ((threshold, plan),) = search.plan.items()
    return Tail(plan, share, threshold, mean_of_worst(plan, share))


class _Thresholds:
    """What thresholds give, and at the best could give, in steps of cost."""

    def __init__(self, instance: Instance, share: float) -> None:
        self._instance = instance
        self._last = solve(instance)
        people = instance.people - self._last.unplaced
        one = 100 * objectives.TENTHS * float((people * instance.weight[instance.cohort]).sum())
        self._rise, self._fall = one * share, one * (1 - share)
        self.known: dict[int, float] = {}
        self.plan: dict[int, Plan] = {}

    @property
    def best(self) -> float:
        """The least known."""
        return min(self.known.values())

    def at(self, threshold: int) -> float:
        """Solve for a threshold."""
        if threshold not in self.known:
            self._last = solve(self._instance, objectives.beyond(self._instance, threshold), guess=self._last)
            value = self._rise * threshold + self._last.cost
            if not self.known or value < self.best:
                self.plan = {threshold: self._last}
            self.known[threshold] = value
        return self.known[threshold]

    def between(self, low: int, high: int) -> tuple[float, int, int, int]:
        """Bound the thresholds between two: the least they could give, where to look next, and the two."""
        left, right = self.at(low), self.at(high)
        # Falling from the left and rising to the right meet here; at whole thresholds it cannot be less.
        meet = (left - right + self._fall * low + self._rise * high) / (self._fall + self._rise)
        bound = left - self._fall * (meet - low)
        return bound, int(min(max(round(meet), low + 1), high - 1)), low, high


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
