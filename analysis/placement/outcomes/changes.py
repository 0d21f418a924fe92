"""Who goes where: a placement against today, person by person, and what that means for kinds of people and areas.

Whoever can stay where they are stays. Within a group, of people for whom everything is the same, those who leave and
the places they take are paired in the order of their journeys: the shortest today takes the shortest tomorrow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from nearhome.analysis.placement.scenarios.burden import THOUSANDTHS
from nearhome.data.places import areas as area_finder

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from nearhome.analysis.placement.scenarios.setup import ScenarioStart
    from nearhome.data.base.arrays import Floats, Ints


SAME_MINUTES: Final = 1.0
"""Journeys that differ by less count as the same."""

LONG_MINUTES: Final = 120.0
BY: Final = {
    "authority": "Home authority",
    "region": "Region of the home",
    "sex": "Sex",
    "age": "Age",
    "status": "Before or after sentence",
    "category": "Category",
    "car": "Car",
}


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """Rows of people of one group who are now at one prison and would be at another, or the same; -1 for no place."""

    group: Ints
    origin: Ints
    goal: Ints
    people: Ints

    @property
    def moves(self) -> int:
        """How many people would not be where they are."""
        return int(self.people[self.origin != self.goal].sum())


def thousandths(values: Floats | float) -> Ints:
    """Count minutes, miles or pence in whole thousandths: they add up to the same in whatever order."""
    return np.rint(np.multiply(values, THOUSANDTHS)).astype(np.int64)


def changes(start: ScenarioStart, after: Ints) -> Changes:
    """Compare a placement of everybody with today; both have a row a group and a column a prison."""
    before, home = start.before, start.instance.home
    stays = np.minimum(before, after)
    left, taken = _people(before - stays, start.today.minutes[home]), _people(after - stays, start.visit.minutes[home])
    short = before.sum(axis=1) - after.sum(axis=1)
    group = np.append(taken[0], np.repeat(np.arange(len(short)), short))
    goal = np.append(taken[1], np.full(int(short.sum()), -1))
    order = np.argsort(group, kind="stable")
    key = np.stack([left[0], left[1], goal[order]])
    rows, count = np.unique(key, axis=1, return_counts=True) if key.size else (key, np.zeros(0, np.int64))
    same = np.nonzero(stays)
    return Changes(
        group=np.append(same[0], rows[0]),
        origin=np.append(same[1], rows[1]),
        goal=np.append(same[1], rows[2]),
        people=np.append(stays[same], count).astype(np.int64),
    )


def _people(counts: Ints, minutes: NDArray[np.float64]) -> tuple[Ints, Ints]:
    """List people by group and then by journey, one a row."""
    group, prison = np.nonzero(counts)
    order = np.lexsort((prison, minutes[group, prison], group))
    many = counts[group, prison][order]
    return np.repeat(group[order], many), np.repeat(prison[order], many)


def pairs(start: ScenarioStart, found: Changes) -> pd.DataFrame:
    """Give moves by pair of prisons, the most first: ``origin``, ``goal`` (names; none for no place), ``people``."""
    import pandas as pd

    moved = found.origin != found.goal
    names = [*start.names, "no place"]
    table = pd.DataFrame(
        {
            "origin": [names[at] for at in found.origin[moved]],
            "goal": [names[at] for at in found.goal[moved]],
            "people": found.people[moved],
        }
    )
    added: pd.DataFrame = table.groupby(["origin", "goal"], as_index=False).sum()
    return added.sort_values(["people", "origin", "goal"], ascending=[False, True, True], ignore_index=True)


def effects(start: ScenarioStart, found: Changes, by: str) -> pd.DataFrame:
    """Give what changes for the people of each area or kind, the greatest loss first.

    Columns: ``by`` (its code for an authority, with ``name``), ``people`` with a known home and a place, ``moved``,
    ``nearer``, ``further`` (in minutes, by SAME_MINUTES or more), ``minutes_before``, ``minutes_after``,
    ``minutes_change`` (means one way), ``miles_before``, ``miles_after``, and ``over_2_hours_before`` and ``_after`` in
    per cent.
    """
    import pandas as pd

    home = start.instance.home[found.group]
    known = (start.authority[home] >= 0) & (found.goal >= 0)
    group, origin, goal, people = (getattr(found, name)[known] for name in ("group", "origin", "goal", "people"))
    home = home[known]
    labels = np.array(_labels(start, by))[group]
    names, key = np.unique(labels, return_inverse=True)
    minutes = thousandths(start.today.minutes[home, origin]), thousandths(start.visit.minutes[home, goal])
    miles = thousandths(start.today.miles[home, origin]), thousandths(start.visit.miles[home, goal])

    def added(values: NDArray[np.int64] | NDArray[np.bool_]) -> Ints:
        found = np.zeros(len(names), np.int64)
        np.add.at(found, key, values * people)
        return found

    count = added(np.ones(len(key), np.int64))
    same, long = thousandths(SAME_MINUTES), thousandths(LONG_MINUTES)
    table = pd.DataFrame({by: names, "people": count})
    if by == "authority":
        table.insert(1, "name", [area_finder.authority(code).name for code in names])
    table["moved"] = added(origin != goal)
    table["nearer"] = added(minutes[1] <= minutes[0] - same)
    table["further"] = added(minutes[1] >= minutes[0] + same)
    table["minutes_before"], table["minutes_after"] = (added(each) / (THOUSANDTHS * count) for each in minutes)
    table["minutes_change"] = added(minutes[1] - minutes[0]) / (THOUSANDTHS * count)
    table["miles_before"], table["miles_after"] = (added(each) / (THOUSANDTHS * count) for each in miles)
    for name, each in zip(("before", "after"), minutes, strict=True):
        table[f"over_2_hours_{name}"] = 100 * added(each > long) / count
    return table.sort_values(["minutes_change", by], ascending=[False, True], ignore_index=True)


def _labels(start: ScenarioStart, by: str) -> Sequence[str]:
    """Give the area or kind of each group."""
    if by in {"authority", "region"}:
        codes = [start.codes[at] if at >= 0 else "" for at in start.authority[start.instance.home]]
        if by == "authority":
            return codes
        known = {code: area_finder.authority(code) for code in start.codes}
        return [known[code].region or known[code].nation if code else "" for code in codes]
    if by == "car":
        return ["without a car" if each else "with a car" for each in start.without_car[start.instance.home]]
    return [str(getattr(start.kinds[at].cohort, by)) for at in start.instance.cohort]
