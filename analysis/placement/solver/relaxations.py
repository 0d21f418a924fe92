"""Who finds no place, by home and cohort, and the smallest change of each rule that would house them.

Every change is worked out for one line at a time, with everybody else placed anew around them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from nearhome.analysis.placement.solver.solve import fewest_unplaced

if TYPE_CHECKING:
    from nearhome.analysis.placement.solver.instance import Instance
    from nearhome.analysis.placement.solver.solve import Plan


@dataclass(frozen=True, slots=True)
class Relaxation:
    """One change that would house all people of a line.

    Attributes
    ----------
    rule
        ``places``: more places for the cohort at the prison. ``journey``: a longer worst journey for the cohort.
        ``forbidden``: the prison no longer forbidden to the group. ``cohort``: free places of the prison for the
        cohort, which it does not hold, though it holds others of their kind.
    amount
        Places, or how much longer in the instance's unit; 0 where a rule is only lifted.
    burden
        Of the journey to the prison, in the instance's unit.
    """

    rule: Literal["places", "journey", "forbidden", "cohort"]
    prison: str
    amount: float
    burden: float


@dataclass(frozen=True, slots=True)
class Shortfall:
    """People of one home and cohort without a place; ``relaxations`` hold one for each rule that could house them."""

    home: str
    cohort: str
    people: int
    relaxations: tuple[Relaxation, ...]


def shortfalls(plan: Plan, *, most: int = 20) -> list[Shortfall]:
    """Name everybody without a place, the most people first; changes are worked out for the first ``most`` lines."""
    known = plan.instance
    order = np.lexsort((np.arange(len(known.people)), -plan.unplaced))
    listed = []
    for line, group in enumerate(order[: np.count_nonzero(plan.unplaced)].tolist()):
        found = _relaxations(plan, group) if line < most else ()
        home, cohort = known.homes[known.home[group]], known.cohorts[known.cohort[group]]
        listed.append(Shortfall(home, cohort, int(plan.unplaced[group]), found))
    return listed


def _relaxations(plan: Plan, group: int) -> tuple[Relaxation, ...]:
    known = plan.instance
    burden = known.burden[known.home[group]]
    near = [int(each) for each in np.argsort(burden, kind="stable") if np.isfinite(burden[each])]
    found = (_places(plan, group, near), _journey(plan, group), _lifted(plan, group, near), _role(plan, group, near))
    return tuple(each for each in found if each is not None)


def _places(plan: Plan, group: int, near: list[int]) -> Relaxation | None:
    """Build at the nearest prison they may go to; every person needs a place, since no exchange frees one."""
    known = plan.instance
    allowed = known.allowed()[group]
    for prison in near:
        if allowed[prison]:
            return _relaxation(known, group, "places", prison, float(plan.unplaced[group]))
    return None


def _journey(plan: Plan, group: int) -> Relaxation | None:
    """Narrow down the least limit on the cohort's journeys that houses as many more."""
    known = plan.instance
    cohort, home = known.cohort[group], known.home[group]
    limit = known.longest[cohort]
    fits = known.holds()[:, cohort] & ~known.forbidden[group]
    beyond = np.where(fits & np.isfinite(known.burden[home]), known.burden[home], -np.inf)
    steps = np.unique(beyond[beyond > limit])
    wanted = int(plan.unplaced.sum() - plan.unplaced[group])

    def houses(burden: float) -> bool:
        # Only this line's journeys get longer: others of the cohort are not housed in their stead.
        longest = np.where(np.arange(len(known.cohorts)) == cohort, burden, known.longest)
        theirs = (known.cohort == cohort) & (np.arange(len(known.people)) != group)
        far = np.where(np.isfinite(known.burden), known.burden, np.inf)[known.home] > limit
        eased = replace(known, longest=longest, forbidden=known.forbidden | (far & theirs[:, None]))
        return fewest_unplaced(eased) <= wanted

    if not len(steps) or not houses(steps[-1]):
        return None
    low, high = 0, len(steps) - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if houses(steps[middle]) else (middle + 1, high)
    prison = int(np.flatnonzero(beyond == steps[low])[0])
    return _relaxation(known, group, "journey", prison, float(steps[low] - limit))


def _lifted(plan: Plan, group: int, near: list[int]) -> Relaxation | None:
    """Find the nearest prison forbidden to them that would do."""
    known = plan.instance
    wanted = int(plan.unplaced.sum() - plan.unplaced[group])
    for prison in near:
        if known.forbidden[group, prison]:
            forbidden = known.forbidden.copy()
            forbidden[group, prison] = False
            eased = replace(known, forbidden=forbidden)
            if eased.allowed()[group, prison] and fewest_unplaced(eased) <= wanted:
                return _relaxation(known, group, "forbidden", prison, 0.0)
    return None


def _role(plan: Plan, group: int, near: list[int]) -> Relaxation | None:
    """Find the nearest prison with enough free places that holds their kind of people, but not the cohort."""
    known = plan.instance
    ruled_out = known.holds()[:, known.cohort[group]] | known.forbidden[group]
    kind = [each == known.kinds[known.cohort[group]] for each in known.kinds]
    ruled_out |= ~known.holds()[:, kind].any(axis=1)
    ruled_out |= ~(known.burden[known.home[group]] <= known.longest[known.cohort[group]])
    free = known.places - plan.occupancy()
    for prison in near:
        if not ruled_out[prison] and free[prison] >= plan.unplaced[group]:
            return _relaxation(known, group, "cohort", prison, 0.0)
    return None


def _relaxation(
    known: Instance,
    group: int,
    rule: Literal["places", "journey", "forbidden", "cohort"],
    prison: int,
    amount: float,
) -> Relaxation:
    return Relaxation(rule, known.prisons[prison], amount, float(known.burden[known.home[group], prison]))
