"""A placement in the figures that a planner asks for: journeys, their worst part, what families bear in a year.

Of people with a known home. A year's figures rest on the scenario's assumptions about visits (``scenarios.Visits``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from nearhome.analysis.placement.outcomes.changes import changes
from nearhome.data.base.units import MINUTES_PER_HOUR, PENCE_PER_POUND

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nearhome.analysis.placement.scenarios.burden import Burden
    from nearhome.analysis.placement.scenarios.schema import Visits
    from nearhome.analysis.placement.scenarios.setup import Situation
    from nearhome.data.base.arrays import Floats, Ints


@dataclass(frozen=True, slots=True)
class Indicator:
    """One figure: its name in tables, what it means, its unit, and how many decimals are shown."""

    name: str
    words: str
    unit: str
    decimals: int = 0


FIGURES: Final = (
    Indicator("people", "People held", "people"),
    Indicator("unplaced", "People for whom there is no place", "people"),
    Indicator("moves", "People who would be in another prison", "people"),
    Indicator("minutes_mean", "Mean journey, one way", "minutes", 1),
    Indicator("minutes_median", "Median journey", "minutes", 1),
    Indicator("minutes_p90", "One in ten has a longer journey than", "minutes", 1),
    Indicator("minutes_p95", "One in twenty has a longer journey than", "minutes", 1),
    Indicator("miles_mean", "Mean distance by road, one way", "miles", 1),
    Indicator("miles_median", "Median distance", "miles", 1),
    Indicator("miles_p90", "One in ten is further away than", "miles", 1),
    Indicator("miles_p95", "One in twenty is further away than", "miles", 1),
    Indicator("over_50_miles", "Further than 50 miles", "per cent", 1),
    Indicator("over_100_miles", "Further than 100 miles", "per cent", 1),
    Indicator("over_2_hours", "Longer than 2 hours, one way", "per cent", 1),
    Indicator("over_3_hours", "Longer than 3 hours, one way", "per cent", 1),
    Indicator("hours_a_year", "Families' hours under way", "hours a year"),
    Indicator("pounds_a_year", "Families' cost of visits, before help", "pounds a year"),
    Indicator("help_pounds_a_year", "Paid back by Help with Prison Visits", "pounds a year"),
    Indicator("nights_a_year", "Families' nights away from home", "nights a year"),
)
BY_NAME: Final = {each.name: each for each in FIGURES}


def today(start: Situation) -> dict[str, float]:
    """Give every figure of people where they are, with visits as they are."""
    return measure(start, start.before, start.today, replace(start.scenario.visits, video_percent=0.0), 0)


def of(start: Situation, after: Ints) -> dict[str, float]:
    """Give every figure of a placement of everybody, with the scenario's visits."""
    return measure(start, after, start.visit, start.scenario.visits, changes(start, after).moves)


def measure(start: Situation, people: Ints, visit: Burden, visits: Visits, moves: int) -> dict[str, float]:
    """Give every figure of a placement.

    Parameters
    ----------
    people
        At each prison, shape (groups, prisons), in the order of the situation's groups.
    visit
        What a visit takes: ``Situation.today`` or ``Situation.visit``.
    visits
        How often families visit, and how many visits video calls take the place of.
    moves
        How many people move, which ``changes`` counts.
    """
    everybody = float(start.before.sum())
    group, prison = np.nonzero(people)
    home = start.instance.home[group]
    known = start.authority[home] >= 0
    group, prison, home = group[known], prison[known], home[known]
    count = people[group, prison].astype(float)
    cell = home, prison
    found = {"people": everybody, "unplaced": everybody - float(people.sum()), "moves": float(moves)}
    for unit, values in (("minutes", visit.minutes[cell]), ("miles", visit.miles[cell])):
        found[f"{unit}_mean"] = _mean(values, count)
        for name, share in (("median", 0.5), ("p90", 0.9), ("p95", 0.95)):
            found[f"{unit}_{name}"] = quantile(values, count, share)
    for miles in (50, 100):
        found[f"over_{miles}_miles"] = 100 * _mean(visit.miles[cell] > miles, count)
    for hours in (2, 3):
        found[f"over_{hours}_hours"] = 100 * _mean(visit.minutes[cell] > hours * MINUTES_PER_HOUR, count)
    yearly = count * visits.per_year * (1 - visits.video_percent / 100)
    found["hours_a_year"] = float(yearly @ visit.minutes[cell]) * 2 / MINUTES_PER_HOUR
    found["pounds_a_year"] = float(yearly @ visit.pence[cell]) / PENCE_PER_POUND
    claimed = visits.claimed_percent / 100
    found["help_pounds_a_year"] = claimed * float(yearly @ visit.help_pence[cell]) / PENCE_PER_POUND
    found["nights_a_year"] = float(yearly @ visit.night[cell])
    return {each.name: found[each.name] for each in FIGURES}


def quantile(values: Floats, count: Floats, share: float) -> float:
    """Give the least value that at least such a share of the people do not exceed; NaN for nobody."""
    if not count.sum():
        return float("nan")
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(count[order])
    at = np.searchsorted(reached, share * reached[-1] * (1 - 1e-12))
    return float(values[order][at])


def _mean(values: NDArray[np.generic], count: Floats) -> float:
    whole = float(count.sum())
    return float(values.astype(float) @ count) / whole if whole else float("nan")
