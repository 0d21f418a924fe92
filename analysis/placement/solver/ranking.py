"""The prisons for one person, ranked: what each would mean for the family and for others, or why it is excluded.

A person decides; what they decide is locked or forbidden in the instance, and the placement solved again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nearhome.analysis.placement.solver.flow import min_cost
from nearhome.analysis.placement.solver.shadow_prices import worth

if TYPE_CHECKING:
    from nearhome.analysis.placement.solver.instance import Instance
    from nearhome.analysis.placement.solver.solve import Plan


@dataclass(frozen=True, slots=True)
class RankedPrison:
    """One prison for one person.

    Attributes
    ----------
    burden
        Of the journey, in the instance's unit; NaN where no way is known.
    free
        Places that the plan leaves free in the prison, whichever wing.
    others
        What others would bear more for a place there, in the objective's unit; infinite if somebody would have none
        then, NaN if the prison is excluded or the plan is one of a rule.
    planned
        How many of the person's home and cohort the plan puts there.
    there_now
        How many of them are there now.
    excluded
        Why the person cannot go there, a sentence each; empty if they can.
    """

    prison: str
    burden: float
    free: int
    others: float
    planned: int
    there_now: int
    excluded: tuple[str, ...]


def rank(plan: Plan, home: str, cohort: str) -> list[RankedPrison]:
    """Rank every prison for a person of a home and a cohort: those allowed first, then by burden, then by name.

    Raises
    ------
    InputError
        There is nobody of that home and cohort in the plan.
    """
    known = plan.instance
    group = known.group(home, cohort)
    free = known.places - plan.occupancy()
    choices = []
    for prison, name in enumerate(known.prisons):
        excluded = tuple(_reasons(known, group, prison))
        choices.append(
            RankedPrison(
                name,
                float(known.burden[known.home[group], prison]),
                int(free[prison]),
                float("nan") if excluded else _others(plan, group, prison),
                int(plan.placed[group, prison]),
                int(known.held[group, prison]),
                excluded,
            )
        )
    return sorted(choices, key=lambda each: (bool(each.excluded), np.nan_to_num(each.burden, nan=np.inf), each.prison))


def _reasons(known: Instance, group: int, prison: int) -> list[str]:
    cohort, burden = int(known.cohort[group]), known.burden[known.home[group], prison]
    held = {name for wing in known.wings if wing.prison == known.prisons[prison] for name in wing.cohorts}
    longest = known.longest[cohort]
    reasons = []
    if known.cohorts[cohort] not in held:
        reasons.append(f"It does not hold {known.cohorts[cohort]}.")
    if not np.isfinite(burden):
        reasons.append("No way there is known.")
    elif burden > longest:
        reasons.append(f"The journey is {burden:.0f} {known.unit}, over the {longest:.0f} allowed for the cohort.")
    if known.forbidden[group, prison]:
        reasons.append("A planner's rule forbids it.")
    if known.places[prison] == 0:
        reasons.append("It has no places.")
    return reasons


def _others(plan: Plan, group: int, prison: int) -> float:
    if plan.flow is None or plan.problem is None:
        return float("nan")
    node = plan.problem.estate.door[plan.instance.cohort[group], prison]
    price, people = worth(plan, int(min_cost.prices_of(plan.problem, plan.flow)[node]))
    return float("inf") if people else price
