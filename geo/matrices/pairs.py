"""Times by car for a long list of pairs of points, each pair answered or its reason given."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from nearhome.data.base import coordinates
from nearhome.data.base.coordinates import _metres
from nearhome.data.places import kingdom
from nearhome.geo.imported import networks
from nearhome.geo.roads.conditions import SET_ASIDE, TODAY
from nearhome.geo.routing.router import Router

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nearhome.data.base.arrays import Bools, Floats, Ints
    from nearhome.geo.imported.networks import Installed
    from nearhome.geo.roads.conditions import Conditions
    from nearhome.geo.routing.routes import Matrix


NO_ROUTE = "no road or car ferry joins the two"
CHUNK = 32
"""So many destinations are searched for together, with the origins that are paired with any of them."""

WORTH_TURNING = 200
"""Turning the network round costs about as much as this many searches."""


_LAT_LIMIT, _LON_LIMIT = 90.0, 180.0


@dataclass(frozen=True, slots=True)
class PairTimes:
    """One row a pair, in the order given: one way by car, NaN where there is none and then a note that says why.

    A note beside a time says which roads it is not on. ``crow_miles`` is NaN only where a coordinate is unusable.
    """

    minutes: Floats
    miles: Floats
    crow_miles: Floats
    notes: tuple[str, ...]


def pair_times(origins: Floats, destinations: Floats, router: Router | None = None) -> PairTimes:
    """Work out the quickest way by car from each origin to the destination in the same row.

    Points that occur often are searched for once: the cost grows with the number of different destinations, or of
    different origins where those are far fewer.

    Parameters
    ----------
    origins, destinations
        Latitude and longitude, EPSG:4326, both of shape (pairs, 2). NaN is an unusable coordinate.
    router
        The road network; the shipped one if none is given.

    Raises
    ------
    TableError
        When a shipped table is missing or damaged.
    """
    origins, destinations = (np.asarray(points, dtype=float).reshape(-1, 2) for points in (origins, destinations))
    notes = unusable_notes(origins, destinations)
    minutes, miles = np.full(len(origins), np.nan), np.full(len(origins), np.nan)
    asked = np.array([not note for note in notes], dtype=bool)
    if asked.any():
        roads = router or Router.shipped()
        minutes[asked], miles[asked] = searched(_metres(origins[asked]), _metres(destinations[asked]), roads)
        for row in np.flatnonzero(asked & np.isnan(minutes)):
            notes[row] = NO_ROUTE
    return PairTimes(minutes=minutes, miles=miles, crow_miles=crow_miles(origins, destinations), notes=tuple(notes))


def pair_times_by_network(
    origins: Floats, destinations: Floats, imported: Sequence[Installed] = (), scenario: Conditions = TODAY
) -> tuple[PairTimes, dict[str, int]]:
    """Work out the same, each pair on the roads that answer for its origin (``nearhome.geo.imported.networks``).

    Parameters
    ----------
    origins, destinations
        As for ``pair_times``.
    imported
        The imported networks to choose from; elsewhere the shipped one answers.
    scenario
        The conditions on the roads.

    Returns
    -------
    The times, and how many pairs each network answered for.

    Raises
    ------
    InputError
        When the scenario closes what is on none of the networks.
    TableError
        As for ``nearhome.geo.imported.networks.roads_for``.
    """
    origins, destinations = (np.asarray(points, dtype=float).reshape(-1, 2) for points in (origins, destinations))
    xy = np.full(origins.shape, np.nan)
    known = _are_degrees(origins)
    xy[known] = _metres(origins[known])
    minutes, miles, crow = np.full((3, len(origins)), np.nan)
    notes = np.full(len(origins), "", dtype=object)
    count: dict[str, int] = {}
    for rows, roads in networks.split(xy, imported, scenario):
        found = pair_times(origins[rows], destinations[rows], roads.router)
        minutes[rows], miles[rows], crow[rows] = found.minutes, found.miles, found.crow_miles
        notes[rows] = [note or _set_aside(roads.network) for note in found.notes]
        count[roads.network] = len(rows)
    return PairTimes(minutes, miles, crow, tuple(notes.tolist())), count


def _set_aside(network: str) -> str:
    """Note that the roads that ship answered in the place of imported ones that cannot be used."""
    name = network.removeprefix(SET_ASIDE)
    return "" if name == network else f"on the roads that ship as your roads {name} cannot be used"


def unusable_notes(origins: Floats, destinations: Floats) -> list[str]:
    """Give a note for each pair with a point that is no place in the United Kingdom, empty for the others.

    Parameters
    ----------
    origins, destinations
        Latitude and longitude, EPSG:4326, both of shape (pairs, 2). NaN is an unusable coordinate.
    """
    notes_from, notes_to = _unusable(origins, "origin"), _unusable(destinations, "destination")
    return [first or second for first, second in zip(notes_from, notes_to, strict=True)]


def crow_miles(origins: Floats, destinations: Floats) -> Floats:
    """Give the miles in a straight line between points of shape (pairs, 2), EPSG:4326; NaN where one is unusable."""
    numbers = _are_degrees(origins) & _are_degrees(destinations)
    found = [
        coordinates.crow_miles(*start, *end) if usable else np.nan
        for start, end, usable in zip(origins.tolist(), destinations.tolist(), numbers, strict=True)
    ]
    return np.array(found, dtype=float)


def _are_degrees(points: Floats) -> Bools:
    with np.errstate(invalid="ignore"):
        return np.asarray((np.abs(points[:, 0]) <= _LAT_LIMIT) & (np.abs(points[:, 1]) <= _LON_LIMIT))


def _unusable(points: Floats, what: str) -> list[str]:
    """Give a note for each point that cannot be routed from or to, empty for the others."""
    notes = [f"the {what} has no usable latitude and longitude"] * len(points)
    numbers = np.flatnonzero(_are_degrees(points))
    different, which = np.unique(points[numbers], axis=0, return_inverse=True)
    inside = kingdom.on_land(different[:, 0], different[:, 1])
    swapped = ~inside & kingdom.on_land(different[:, 1], different[:, 0])
    said = ["" if inside[point] else _outside(what, *different[point], swapped=swapped[point]) for point in which.flat]
    for row, note in zip(numbers, said, strict=True):
        notes[row] = note
    return notes


def _outside(what: str, lat: float, lon: float, *, swapped: bool) -> str:
    where = kingdom.whereabouts(lat, lon)
    hint = ": is the latitude first?" if swapped else f", {where}" if where else ""
    return f"the {what} is outside the United Kingdom{hint}"


def searched(origins: Floats, destinations: Floats, router: Router) -> tuple[Floats, Floats]:
    """Give minutes and miles by road of pairs of points in metres, EPSG:27700; NaN where there is no way.

    Searched from the side with fewer different points.
    """
    starts, start = np.unique(origins, axis=0, return_inverse=True)
    ends, end = np.unique(destinations, axis=0, return_inverse=True)
    if len(ends) - len(starts) > WORTH_TURNING:
        return _by_chunks(ends, end.reshape(-1), starts, start.reshape(-1), _turned(router))
    return _by_chunks(starts, start.reshape(-1), ends, end.reshape(-1), router)


def _by_chunks(starts: Floats, start: Ints, ends: Floats, end: Ints, router: Router) -> tuple[Floats, Floats]:
    minutes, miles = np.empty(len(start)), np.empty(len(start))
    order = np.argsort(end, kind="stable")
    cuts = np.searchsorted(end[order], np.arange(CHUNK, len(ends), CHUNK))
    for number, rows in enumerate(np.split(order, cuts)):
        used, column = np.unique(start[rows], return_inverse=True)
        found: Matrix = router.matrix_between(starts[used], ends[number * CHUNK : (number + 1) * CHUNK])
        at = column.reshape(-1), end[rows] - number * CHUNK
        minutes[rows], miles[rows] = found.minutes[at], found.miles[at]
    return minutes, miles


@cache
def _turned(router: Router) -> Router:
    """Give the same roads with every arc the other way round: ways to a place become ways from it."""
    roads = router.network
    return type(router)(dataclasses.replace(roads, tail=roads.head, head=roads.tail, forward=~roads.forward))
