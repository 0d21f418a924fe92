"""A placement in the figures that a planner asks for: journeys, their worst part, what families bear in a year.

Of people with a known home. A year's figures rest on the scenario's assumptions about visits (``schema.Visits``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from nearhome.analysis.placement.outcomes.changes import changes, thousandths
from nearhome.analysis.placement.scenarios.burden import THOUSANDTHS
from nearhome.data.base.units import MINUTES_PER_HOUR, PENCE_PER_POUND

if TYPE_CHECKING:
    from nearhome.analysis.placement.scenarios.burden import Burden
    from nearhome.analysis.placement.scenarios.schema import Visits
    from nearhome.analysis.placement.scenarios.setup import ScenarioStart
    from nearhome.data.base.arrays import Bools, Floats, Ints


SAME: Final = 1e-6
"""Figures that differ by less are the same."""


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


def today(start: ScenarioStart, visits: Visits) -> dict[str, float]:
    """Give every figure of people where they are, with visits as they are."""
    return measure(start, start.before, start.today, replace(visits, video_percent=0.0), 0)


def of(start: ScenarioStart, after: Ints, visits: Visits) -> dict[str, float]:
    """Give every figure of a placement of everybody, with the scenario's visits."""
    return measure(start, after, start.visit, visits, changes(start, after).moves)


def measure(start: ScenarioStart, people: Ints, visit: Burden, visits: Visits, moves: int) -> dict[str, float]:
    """Give every figure of a placement.

    Minutes, miles and pence are added in whole thousandths, so that no processor adds them otherwise than another.

    Parameters
    ----------
    start
        The scenario set up: its groups, their homes, and everybody held before.
    people
        At each prison, shape (groups, prisons), in the order of the start's groups.
    visit
        What a visit takes: ``ScenarioStart.today`` or ``ScenarioStart.visit``.
    visits
        How often families visit, and how many visits video calls take the place of.
    moves
        How many people move, which ``changes`` counts.
    """
    everybody = int(start.before.sum())
    group, prison = np.nonzero(people)
    home = start.instance.home[group]
    known = start.authority[home] >= 0
    group, prison, home = group[known], prison[known], home[known]
    count, cell = people[group, prison], (home, prison)
    found = {"people": float(everybody), "unplaced": float(everybody - int(people.sum())), "moves": float(moves)}
    for unit, values in (("minutes", visit.minutes[cell]), ("miles", visit.miles[cell])):
        found[f"{unit}_mean"] = _mean(values, count)
        for name, percent in (("median", 50), ("p90", 90), ("p95", 95)):
            found[f"{unit}_{name}"] = quantile(values, count, percent)
    for miles in (50, 100):
        found[f"over_{miles}_miles"] = _percent(thousandths(visit.miles[cell]) > thousandths(miles), count)
    for hours in (2, 3):
        limit = thousandths(hours * MINUTES_PER_HOUR)
        found[f"over_{hours}_hours"] = _percent(thousandths(visit.minutes[cell]) > limit, count)
    yearly = visits.per_year * (1 - visits.video_percent / 100)
    claimed = visits.claimed_percent / 100
    found["hours_a_year"] = yearly * _total(visit.minutes[cell], count) * 2 / MINUTES_PER_HOUR
    found["pounds_a_year"] = yearly * _total(visit.pence[cell], count) / PENCE_PER_POUND
    found["help_pounds_a_year"] = claimed * yearly * _total(visit.help_pence[cell], count) / PENCE_PER_POUND
    found["nights_a_year"] = yearly * int(count[visit.night[cell]].sum())
    return {each.name: found[each.name] for each in FIGURES}


def quantile(values: Floats, count: Ints, percent: int) -> float:
    """Give the least value that at least such a part of the people do not exceed; NaN for nobody."""
    whole = int(count.sum())
    if not whole:
        return float("nan")
    order = np.argsort(values, kind="stable")
    wanted = -(-percent * whole // 100)
    return float(values[order][np.searchsorted(np.cumsum(count[order]), wanted)])


def differs(one: float, other: float) -> bool:
    """Say whether two figures are not the same; what is not known is the same as nothing."""
    return not abs(one - other) < SAME


def _total(values: Floats, count: Ints) -> float:
    """Add up what people bear; NaN if that of some is not known."""
    if not np.isfinite(values).all():
        return math.nan
    return int((thousandths(values) * count).sum()) / THOUSANDTHS


def _mean(values: Floats, count: Ints) -> float:
    whole = int(count.sum())
    if not whole or not np.isfinite(values).all():
        return math.nan
    return int((thousandths(values) * count).sum()) / (THOUSANDTHS * whole)


def _percent(chosen: Bools, count: Ints) -> float:
    whole = int(count.sum())
    return 100 * int(count[chosen].sum()) / whole if whole else math.nan
