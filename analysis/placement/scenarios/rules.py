"""Where a scenario's rules forbid people to be: far from the court before trial, and whatever a planner rules out.

Whoever is somewhere already may stay there, whatever the rule on people before trial says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nearhome.analysis.placement.scenarios import people

if TYPE_CHECKING:
    from datetime import date

    from nearhome.analysis.placement.scenarios.people import PeopleKind
    from nearhome.analysis.placement.scenarios.schema import Forbid, Lock, Moves
    from nearhome.analysis.placement.solver.instance import Instance
    from nearhome.data.base.arrays import Bools, Floats, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Groups of people on a day: their kinds, home authorities ("" for none), minutes by car to prisons, people held.

    ``minutes`` and ``held`` have shape (groups, prisons).
    """

    as_of: date
    kinds: tuple[PeopleKind, ...]
    codes: tuple[str, ...]
    minutes: Floats
    held: Ints


def forbidden(remand_nearest: int, moves: Moves, instance: Instance, groups: Groups) -> Bools:
    """Say where groups must not go, shape (groups, prisons).

    Parameters
    ----------
    remand_nearest
        People before trial go to one of so many reception prisons nearest their home; 0: to any.
    moves
        Who may be at one prison only, and who may not be at one.
    instance
        What names the prisons and their wings.
    groups
        Who the people are, in the order of the rows.

    Raises
    ------
    InputError
        A rule names no authority of the system, or no prison.
    """
    found = np.zeros(groups.held.shape, bool)
    if remand_nearest:
        kinds_and_homes = zip(groups.kinds, groups.codes, strict=True)
        rows = np.flatnonzero([each.role == "remand" and code != "" for each, code in kinds_and_homes])
        found[rows] = _too_far(remand_nearest, instance, groups, rows)
    for lock in moves.lock:
        found[_chosen(lock, groups)] |= ~_at(lock.at, instance, groups.as_of)
    for forbid in moves.forbid:
        found[_chosen(forbid, groups)] |= _at(forbid.at, instance, groups.as_of)
    return found


def _too_far(nearest: int, instance: Instance, groups: Groups, rows: Ints) -> Bools:
    """Say which reception prisons are not among the nearest of some groups, and hold none of them now."""
    fits = instance.holds().T[[instance.cohorts.index(groups.kinds[row].name) for row in rows]]
    minutes = np.where(fits & (instance.places > 0), groups.minutes[rows], np.inf)
    limit = np.sort(minutes, axis=1)[:, min(nearest, minutes.shape[1]) - 1]
    return np.asarray(fits & (minutes > limit[:, None]) & (groups.held[rows] == 0))


def _at(prison: str, instance: Instance, as_of: date) -> Bools:
    """Mark a prison: one of the table by its id or name, or a new one by its name."""
    name = people.prison_in(prison, instance.prisons, as_of)
    return np.array([each == name for each in instance.prisons])


def _chosen(rule: Lock | Forbid, groups: Groups) -> Ints:
    matches = people.matching(rule, tuple(each.cohort for each in groups.kinds))
    if rule.home:
        homes = people.authorities_of(rule.home)
        matches &= np.array([code in homes for code in groups.codes])
    return np.flatnonzero(matches)
