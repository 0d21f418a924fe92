"""Typical door-to-door times by train, bus and on foot for many pairs of points: as ``geo.public_transport``, at once.

The way is its profile ``public``, a taxi only where nothing else will do. Pairs are taken by destination: one search
of the railway answers all origins of a destination, and local services are looked up for all points together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from nearhome.data.base.units import KM_PER_MILE
from nearhome.geo.matrices import pairs
from nearhome.geo.routing.router import Router
from nearhome.geo.transit import buses, rail
from nearhome.geo.transit.itineraries import ORDINARY
from nearhome.geo.transit.rail import Railway
from nearhome.geo.transit.typical import (
    FURTHEST_STATION_KM,
    LAST_RESORT_MINUTES,
    STATIONS,
    TAXI_MINUTES_PER_KM,
    TAXI_WALK_MINUTES,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nearhome.data.base.arrays import Floats, Ints
    from nearhome.geo.transit.buses import DayType, LocalService, Walker
    from nearhome.geo.transit.itineraries import Needs
    from nearhome.geo.transit.rail import Search


NO_WAY = "no train or bus is known between the two"
OTHER_LOW, OTHER_HIGH = 0.8, 1.3
"""Shares for the low and high of links between stations, as in ``geo.public_transport``."""


@dataclass(frozen=True, slots=True)
class TransitTimes:
    """One row a pair, in the order given: one way from door to door, NaN where no way is known and a note says why.

    Minutes hold all waits, low and high take the parts as independent; ``changes`` are those between vehicles.
    All are typical and not of a timetable (``public_transport.TYPICAL``).
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
        first = _Doors(starts, railway, day, minute_of_day, needs, roads, "origin")
        last = _Doors(ends, railway, day, minute_of_day, needs, roads, "destination")
        figures[:, asked] = _answered(first, last, start.reshape(-1), end.reshape(-1))
        for row in asked[np.isnan(figures[0, asked])]:
            notes[row] = NO_WAY
    crow = pairs.crow_miles(origins, destinations)
    return TransitTimes(figures[0], figures[1], figures[2], figures[3], crow, tuple(notes))


class _Access(NamedTuple):
    """Ways between doors and their stations, shape (doors, STATIONS): what counts, minutes, and what they vary by."""

    cost: Floats
    minutes: Floats
    below: Floats
    above: Floats
    rides: Floats
    """Vehicles: 0 on foot, 1 and the changes inside for a bus, 1 for a taxi."""


class _Doors:
    """Many doors on one side of the pairs, and how the stations near them are reached."""

    def __init__(
        self,
        points: Floats,
        railway: Railway,
        day: DayType,
        minute_of_day: float,
        needs: Needs,
        roads: Router,
        side: Literal["origin", "destination"],
    ) -> None:
        self.points, self.railway, self.needs, self.roads, self.side = points, railway, needs, roads, side
        self.rows = np.zeros((len(points), STATIONS), dtype=np.int64)
        self.km = np.full((len(points), STATIONS), np.inf)
        for number, (lat, lon) in enumerate(points.tolist()):
            away = railway.distances_km(lat, lon)
            near = np.argpartition(away, STATIONS)[:STATIONS]
            self.rows[number], self.km[number] = near, away[near]
        self.km[self.km > FURTHEST_STATION_KM] = np.inf
        self.here = buses.services(points[:, 0], points[:, 1], day, minute_of_day)
        self._stations = buses.services(railway.lat, railway.lon, day, minute_of_day)

    @cached_property
    def access(self) -> _Access:
        """The best way between each door and each station near it; infinite where there is none."""
        walker, km = self.needs.walker, np.where(np.isfinite(self.km), self.km, np.nan)
        walk = walker.minutes(km)
        on_foot = _on_foot(walk, self.needs)
        ride = buses.ride(km, _part(self.here, np.s_[:, None]), _part(self._stations, self.rows), walker)
        by_bus = _options(ride.minutes, 1.0 + ride.changes, ride.minutes.typical)
        none = ~np.isfinite(on_foot.cost) & ~np.isfinite(by_bus.cost) & np.isfinite(self.km)
        none &= walk.typical > TAXI_WALK_MINUTES
        found = _least(on_foot, by_bus)
        return _least(found, self._taxis(none)) if self.needs.taxi and none.any() else found

    def _taxis(self, wanted: NDArray[np.bool_]) -> _Access:
        """Return the taxis where they are wanted."""
        door, at = np.nonzero(wanted)
        station = self.rows[door, at]
        ends = np.column_stack([self.railway.lat[station], self.railway.lon[station]])
        there = (self.points[door], ends) if self.side == "origin" else (ends, self.points[door])
        drive = pairs.pair_times(*there, self.roads)
        runs = self.here.runs_per_hour[door] if self.side == "origin" else self._stations.runs_per_hour[station]
        span = buses.taxi(drive.minutes, np.nan_to_num(runs))
        cost = span.typical + LAST_RESORT_MINUTES + TAXI_MINUTES_PER_KM * drive.miles * KM_PER_MILE
        found = _Access(*(np.full(wanted.shape, np.inf) for _ in _Access._fields))
        for array, values in zip(found, _options(span, np.ones(len(door)), cost), strict=True):
            array[door, at] = values
        return found


def _answered(first: _Doors, last: _Doors, start: Ints, end: Ints) -> Floats:
    """Return minutes, low, high and changes of each pair of doors, shape (4, pairs)."""
    found = _direct(first, last, start, end)
    order = np.argsort(end, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(end[order])) + 1):
        goal = int(end[rows[0]])
        costs = {
            int(station): float(cost)
            for station, cost in zip(last.rows[goal], last.access.cost[goal], strict=True)
            if math.isfinite(cost)
        }
        if not costs:
            continue
        search = first.railway.search(costs)
        there = first.access.cost[start[rows]] + search.minutes[first.rows[start[rows]]]
        best = there.argmin(axis=1)
        trains = _Trains(search, last, goal)
        for row, at, cost in zip(rows, best, there[np.arange(len(rows)), best], strict=True):
            door = start[row]
            ridden = trains.from_station(int(first.rows[door, at])) if cost < found.cost[row] else None
            if ridden is not None:
                ends = (_figures(first.access, door, at), ridden)
                for array, values in zip(found[1:], zip(*ends, strict=True), strict=True):
                    array[row] = sum(values)
    minutes, below, above, rides = (np.where(np.isfinite(values), values, np.nan) for values in found[1:])
    changes = np.maximum(0.0, np.round(rides - 1.0))
    return np.array([minutes, minutes - np.sqrt(below), minutes + np.sqrt(above), changes])


class _Trains:
    """What the railway and the last part of the way add, from each station towards one destination."""

    def __init__(self, search: Search, last: _Doors, goal: int) -> None:
        self.search, self.last, self.goal = search, last, goal
        self.known: dict[int, tuple[float, ...] | None] = {}

    def from_station(self, station: int) -> tuple[float, ...] | None:
        """Return minutes, squares of low and high, and rides to the destination; None where no train is taken."""
        if station not in self.known:
            self.known[station] = self._read(station)
        return self.known[station]

    def _read(self, station: int) -> tuple[float, ...] | None:
        legs = self.search.legs(station)
        if not legs:
            return None
        at = int(np.flatnonzero(self.last.rows[self.goal] == legs[-1].end)[0])
        total = np.array(_figures(self.last.access, self.goal, at))
        for leg in legs:
            whole = leg.minutes + leg.wait_minutes
            low, high = (rail.LOW_SHARE, rail.HIGH_SHARE) if leg.mode == "train" else (OTHER_LOW, OTHER_HIGH)
            total += (whole, ((1.0 - low) * whole) ** 2, ((high - 1.0) * whole) ** 2, leg.mode != "walk")
        return tuple(total.tolist())


def _direct(first: _Doors, last: _Doors, start: Ints, end: Ints) -> _Access:
    """Return the ways without a train: on foot where it is near, or by local bus."""
    a, b = first.points[start], last.points[end]
    km = KM_PER_MILE * pairs.crow_miles(a, b)
    walker: Walker = first.needs.walker
    walk = walker.minutes(km)
    ride = buses.ride(km, _part(first.here, start), _part(last.here, end), walker)
    return _least(_on_foot(walk, first.needs), _options(ride.minutes, 1.0 + ride.changes, ride.minutes.typical))


def _on_foot(walk: buses.Span, needs: Needs) -> _Access:
    """Return the walks that are not too long."""
    near = np.where(walk.typical <= needs.longest_walk_minutes, walk.typical, np.inf)
    return _options(walk, 0.0 * walk.typical, near)


def _options(span: buses.Span, rides: Floats, cost: Floats) -> _Access:
    """Return ways from their minutes; infinite where these are not known."""
    below, above = (span.typical - span.low) ** 2, (span.high - span.typical) ** 2
    each = (cost, span.typical, below, above, rides)
    known = np.isfinite(cost)
    return _Access(*(np.where(known, values, np.inf) for values in each))


def _least(one: _Access, other: _Access) -> _Access:
    """Return the better of two ways, by what counts."""
    better = other.cost < one.cost
    return _Access(*(np.where(better, b, a) for a, b in zip(one, other, strict=True)))


def _figures(access: _Access, door: int, at: int) -> tuple[float, ...]:
    """Return minutes, squares of low and high, and rides of one way."""
    return tuple(float(array[door, at]) for array in access[1:])


def _part(service: LocalService, part: object) -> LocalService:
    """Return the services at some of the places, in the shape that the index gives."""
    index: Ints = part  # type: ignore[assignment] # NumPy takes slices and arrays alike
    wait = buses.Span(*(value[index] for value in service.wait))
    return buses.LocalService(service.runs_per_hour[index], service.stop_m[index], service.runs[index], wait)
