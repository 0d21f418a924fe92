"""Typical door-to-door times by train, bus and on foot for many pairs of points: as ``geo.transit.typical``, at once.

The way is its first profile, a taxi only where nothing else will do. Pairs are taken by destination: one search of the
railway answers all origins of a destination, and local services are looked up for all points together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from nearhome.geo.matrices import pairs
from nearhome.geo.routing.router import Router
from nearhome.geo.transit import doors, rail
from nearhome.geo.transit.doors import Doors
from nearhome.geo.transit.itineraries import ORDINARY
from nearhome.geo.transit.rail import Railway

if TYPE_CHECKING:
    from nearhome.data.base.arrays import Floats, Ints
    from nearhome.geo.transit.buses import DayType
    from nearhome.geo.transit.doors import Parts
    from nearhome.geo.transit.itineraries import Needs, Profile
    from nearhome.geo.transit.rail import RailLeg

NO_WAY = "no train or bus is known between the two"
PROFILE: Final[Profile] = "transit"


@dataclass(frozen=True, slots=True)
class TransitTimes:
    """One row a pair, in the order given: one way from door to door, NaN where no way is known and a note says why.

    Minutes hold all waits, low and high take the parts as independent; ``changes`` are those between vehicles.
    All are typical and not of a timetable (``itineraries.TYPICAL``).
    """

    minutes: Floats
    minutes_low: Floats
    minutes_high: Floats
    changes: Floats
    crow_miles: Floats
    notes: tuple[str, ...]


def pair_times(
    origins: Floats,
    destinations: Floats,
    *,
    day: DayType = "weekday",
    minute_of_day: float = 12 * 60.0,
    needs: Needs = ORDINARY,
    router: Router | None = None,
) -> TransitTimes:
    """Work out the typical way by public transport from each origin to the destination in the same row.

    Parameters
    ----------
    origins, destinations
        Latitude and longitude, EPSG:4326, both of shape (pairs, 2). NaN is an unusable coordinate.
    day, minute_of_day
        The type of day, and about when, in minutes since midnight: local services at both ends are those of that time.
    needs
        How people walk, and whether a taxi is taken where nothing else runs.
    router
        The roads for taxis; the shipped ones if none are given.

    Raises
    ------
    InputError
        The type of day or the minute is none.
    TableError
        A table is missing or damaged.
    """
    origins, destinations = (np.asarray(points, dtype=float).reshape(-1, 2) for points in (origins, destinations))
    notes = pairs.unusable_notes(origins, destinations)
    figures = np.full((4, len(origins)), np.nan)
    asked = np.flatnonzero([not note for note in notes])
    if len(asked):
        starts, start = np.unique(origins[asked], axis=0, return_inverse=True)
        ends, end = np.unique(destinations[asked], axis=0, return_inverse=True)
        roads, railway = router or Router.shipped(), Railway.shipped()
        first = Doors(starts, "origin", day, minute_of_day, needs, roads, railway)
        last = Doors(ends, "destination", day, minute_of_day, needs, roads, railway)
        figures[:, asked] = _answered(first, last, start.reshape(-1), end.reshape(-1))
        for row in asked[np.isnan(figures[0, asked])]:
            notes[row] = NO_WAY
    crow = pairs.crow_miles(origins, destinations)
    return TransitTimes(figures[0], figures[1], figures[2], figures[3], crow, tuple(notes))


def _answered(first: Doors, last: Doors, start: Ints, end: Ints) -> Floats:
    """Return minutes, low, high and changes of each pair of doors, shape (4, pairs)."""
    found = doors.joined(first, last, (start, end))
    figures = _figures(found.direct)
    rows = np.flatnonzero(found.slot >= 0)
    if len(rows):
        here, there = (start[rows], found.slot[rows]), (end[rows], found.last_slot[rows])
        ridden = {key: _rail_figures(legs) for key, legs in found.trains.items()}
        keys = zip(end[rows].tolist(), first.rows[here].tolist(), strict=True)
        figures[:, rows] = _figures(first.access(PROFILE).at(here)) + _figures(last.access(PROFILE).at(there))
        figures[:, rows] += np.array([ridden[key] for key in keys]).T
    minutes, below, above, rides = figures
    changes = np.maximum(0.0, np.round(rides - 1.0))
    return np.array([minutes, minutes - np.sqrt(below), minutes + np.sqrt(above), changes])


def _figures(parts: Parts) -> Floats:
    """Return minutes, squares of low and high, and vehicles of ways without a train; NaN where there is none."""
    below, above = (parts.typical - parts.low) ** 2, (parts.high - parts.typical) ** 2
    rides = parts.changes + (parts.mode != doors.MODES.index("walk"))
    return np.where(np.isfinite(parts.cost), [parts.wait + parts.typical, below, above, rides], np.nan)


def _rail_figures(legs: list[RailLeg]) -> tuple[float, ...]:
    """Return the same of the trains and what joins them."""
    minutes = below = above = rides = 0.0
    for leg in legs:
        low, high = rail.shares(leg.mode)
        whole = leg.minutes + leg.wait_minutes
        minutes += whole
        below += ((1.0 - low) * whole) ** 2
        above += ((high - 1.0) * whole) ** 2
        rides += leg.mode != "walk"
    return minutes, below, above, rides
