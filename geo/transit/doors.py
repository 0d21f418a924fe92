"""Doors, how the stations near them are reached, and which way joins two of them: the one model of typical transit.

Everything is an array with a row for each door or pair of doors. A single journey (``geo.transit.typical``) is a row,
and many pairs (``geo.transit.pairs``) are many of them. Across water a bus or a walk counts only where a car advances
too, as over a bridge.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import numpy as np

from nearhome.data.base import coordinates
from nearhome.data.base.units import KM_PER_MILE
from nearhome.geo.routing.car_journeys import HIGH_SHARE, LOW_SHARE
from nearhome.geo.transit import buses

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nearhome.data.base.arrays import Bools, Floats, Ints
    from nearhome.geo.routing.router import Router
    from nearhome.geo.transit.buses import DayType, LocalService, Ride, Span
    from nearhome.geo.transit.itineraries import Mode, Needs, Profile
    from nearhome.geo.transit.rail import RailLeg, Railway

Side = Literal["origin", "destination"]
SIDES: Final[tuple[Side, Side]] = ("origin", "destination")

STATIONS: Final = 12
"""So many of the nearest stations are tried at each end."""

FURTHEST_STATION_KM: Final = 60.0
LAST_RESORT_MINUTES: Final = 90.0
"""A taxi where nothing else runs counts so much longer when ways are compared, so that a station with a bus wins."""

CHANGE_PENALTY_MINUTES: Final = 40.0
"""What a family that wants few changes would travel longer to save one."""

TAXI_WALK_MINUTES: Final = 20.0
"""A taxi is for a part where nothing runs and the walk is longer than this: the rule of Help with Prison Visits."""

TAXI_MINUTES_PER_KM: Final = 1.5
LIFT_MINUTES_PER_KM: Final = 0.5
"""What a kilometre of taxi or lift counts beside its time when ways are compared: it costs money and favours."""

LEAST_CROW_KPH: Final = 20.0
"""Across an estuary or a strait a bus is taken to run only where a car advances this fast, as over a bridge."""

PARKING_MINUTES: Final = 6.0
"""From the driver's door at a station to its hall (estimate)."""

MODES: Final[tuple[Mode, ...]] = ("walk", "bus", "taxi", "car")
"""What ``Parts.mode`` counts."""


class Parts(NamedTuple):
    """Ways of one vehicle or on foot, arrays of one shape; ``cost`` is what counts, infinite where there is no way.

    ``low``, ``typical`` and ``high`` are minutes under way, ``wait`` comes before them, ``changes`` are inside a bus
    ride, and ``km`` are of the way.
    """

    cost: Floats
    mode: Ints
    low: Floats
    typical: Floats
    high: Floats
    wait: Floats
    km: Floats
    per_hour: Floats
    changes: Floats

    def at(self, index: object) -> Parts:
        """Give some of them, in the shape of a NumPy index."""
        return Parts(*(values[index] for values in self))  # type: ignore[call-overload] # NumPy takes any index


@dataclass(frozen=True, eq=False)
class Doors:
    """Doors on one side of the pairs: points of shape (doors, 2), EPSG:4326, at a time on a type of day.

    Roads are for taxis and lifts, and to see what lies across water.
    """

    points: Floats
    side: Side
    day: DayType
    minute_of_day: float
    needs: Needs
    roads: Router
    railway: Railway

    @cached_property
    def rows(self) -> Ints:
        """The stations of each door, the nearest first, shape (doors, STATIONS)."""
        return self._nearest[0]

    @cached_property
    def km(self) -> Floats:
        """Crow kilometres to them; NaN beyond FURTHEST_STATION_KM, where they do not count."""
        return self._nearest[1]

    @cached_property
    def here(self) -> LocalService:
        """What runs at the doors, shape (doors,)."""
        return buses.services(self.points[:, 0], self.points[:, 1], self.day, self.minute_of_day)

    @cached_property
    def there(self) -> LocalService:
        """What runs at their stations, shape (doors, STATIONS)."""
        used, which = np.unique(self.rows, return_inverse=True)
        found = buses.services(self.railway.lat[used], self.railway.lon[used], self.day, self.minute_of_day)
        return part(found, which.reshape(self.rows.shape))

    def access(self, profile: Profile, *, lift: bool = False) -> Parts:
        """Give the best way between each door and each of its stations that a profile allows.

        Parameters
        ----------
        profile
            For the quickest way a taxi is as good as anything, for others only where nothing else will do.
        lift
            Whether somebody at this door may give a lift.
        """
        key = "lift" if lift and profile == "lift to the station" else "quickest" if profile == "quickest" else "usual"
        if key not in self._known:
            self._known[key] = self._access(key)
        return self._known[key]

    @cached_property
    def _known(self) -> dict[str, Parts]:
        return {}

    def _access(self, key: str) -> Parts:
        walker, service = self.needs.walker, part(self.here, np.s_[:, None])
        walk = walker.minutes(self._by_land)
        on_foot = _on_foot(self.km, walk, self.needs)
        if key == "lift":
            return least(on_foot, self._by_road("car", np.isfinite(self.km), 0.0))
        ride = buses.ride(self._by_land, service, self.there, walker)
        found = least(on_foot, _by_bus(self.km, ride, (service, self.there), self.needs))
        wanted = np.isfinite(self.km) & ~(walk.typical <= TAXI_WALK_MINUTES)
        if key != "quickest":
            wanted &= ~np.isfinite(found.cost)
        if not self.needs.taxi or not wanted.any():
            return found
        return least(found, self._by_road("taxi", wanted, 0.0 if key == "quickest" else LAST_RESORT_MINUTES))

    def _by_road(self, mode: Literal["car", "taxi"], wanted: Bools, penalty: float) -> Parts:
        """Give taxis or lifts where they are wanted, in the way's direction."""
        door, at = np.nonzero(wanted)
        minutes, km = self._drives(wanted)
        if mode == "car":
            low, typical, high = (share * minutes + PARKING_MINUTES for share in (LOW_SHARE, 1.0, HIGH_SHARE))
            rate = LIFT_MINUTES_PER_KM
        else:
            runs = self.here.runs_per_hour[door] if self.side == "origin" else self.there.runs_per_hour[door, at]
            low, typical, high = buses.taxi(minutes, np.nan_to_num(runs))
            rate = TAXI_MINUTES_PER_KM
        nothing = np.zeros(len(door))
        found = _parts(mode, buses.Span(low, typical, high), nothing, penalty + rate * km, km)
        spread = Parts._make(np.zeros_like(values, shape=wanted.shape) for values in found)
        spread.cost[:] = np.inf
        for values, given in zip(spread, found, strict=True):
            values[door, at] = given
        return spread

    @cached_property
    def _by_land(self) -> Floats:
        """Crow kilometres to each station, NaN where water without a bridge lies between.

        Only where the answer matters: not where it is too far for a bus and for a walk.
        """
        far = self.needs.walker.minutes(self.km).typical > max(self.needs.longest_walk_minutes, TAXI_WALK_MINUTES)
        far &= ~(self.here.runs[:, None] & self.there.runs & (self.km <= buses.LONGEST_RIDE_KM))
        door, at = np.nonzero(np.isfinite(self.km) & ~far)
        across = self.roads.access.crosses_water(self.xy[door], self.railway.xy[self.rows[door, at]])
        wet = np.zeros(self.km.shape, bool)
        wet[door[across], at[across]] = True
        found = self.km.copy()
        if wet.any():
            slow = wet.copy()
            slow[wet] = ~_bridged(self.km[wet], self._drives(wet)[0])
            found[slow] = np.nan
        return found

    def _drives(self, wanted: Bools) -> tuple[Floats, Floats]:
        """Give minutes and kilometres by road where they are wanted, in the order of ``np.nonzero``; searched once.

        One door asks for all its stations together, because its other profiles will want them.
        """
        searched, minutes, km = self._driven
        asked = np.isfinite(self.km) if len(self.points) == 1 else wanted
        door, at = np.nonzero(asked & ~searched)
        if len(door):
            ends = self.xy[door], self.railway.xy[self.rows[door, at]]
            minutes[door, at], km[door, at] = drives(*(ends if self.side == "origin" else ends[::-1]), self.roads)
            searched[door, at] = True
        return minutes[wanted], km[wanted]

    @cached_property
    def _driven(self) -> tuple[Bools, Floats, Floats]:
        return np.zeros(self.km.shape, bool), np.full(self.km.shape, np.nan), np.full(self.km.shape, np.nan)

    @cached_property
    def xy(self) -> Floats:
        """The doors in metres, EPSG:27700."""
        return np.column_stack(coordinates.to_metres(self.points[:, 0], self.points[:, 1]))

    @cached_property
    def _nearest(self) -> tuple[Ints, Floats]:
        rows = np.zeros((len(self.points), STATIONS), dtype=np.int64)
        km = np.full(rows.shape, np.nan)
        for door, (lat, lon) in enumerate(self.points.tolist()):
            away = self.railway.distances_km(lat, lon)
            near = np.sort(np.argpartition(away, STATIONS)[:STATIONS])
            rows[door] = near[np.argsort(away[near], kind="stable")]
            km[door] = away[rows[door]]
        km[km > FURTHEST_STATION_KM] = np.nan
        return rows, km


@dataclass(frozen=True, eq=False)
class Joined:
    """The best way of each pair of doors.

    ``direct`` are the ways without a train. ``slot`` and ``last_slot`` say at which of its doors' stations a better way
    begins and ends its trains, -1 where there is none; ``trains`` holds these by the last door and the first station.
    """

    direct: Parts
    slot: Ints
    last_slot: Ints
    trains: dict[tuple[int, int], list[RailLeg]]


def joined(
    first: Doors, last: Doors, pairs: tuple[Ints, Ints], profile: Profile = "transit", home: Side | None = None
) -> Joined:
    """Find the best way of each pair of doors that a profile allows.

    Parameters
    ----------
    first, last
        Where the ways begin and end.
    pairs
        Rows of the two, one pair each.
    profile
        What the family prefers.
    home
        Which side has a car, for a lift to the station.
    """
    start, end = pairs
    penalty = CHANGE_PENALTY_MINUTES if profile == "fewest changes" else 0.0
    on_foot, by_bus = _direct(first, last, start, end)
    direct = least(on_foot, by_bus._replace(cost=by_bus.cost + penalty * (1.0 + by_bus.changes)))
    starts = first.access(profile, lift=home == "origin")
    goals = last.access(profile, lift=home == "destination")
    slot, last_slot = np.full((2, len(start)), -1)
    known: dict[tuple[int, int], list[RailLeg]] = {}
    order = np.argsort(end, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(end[order])) + 1):
        goal = int(end[rows[0]])
        costs = _finite(last.rows[goal], goals.cost[goal])
        if not costs:
            continue
        search = first.railway.search(costs, change_penalty_minutes=penalty)
        stations = first.rows[start[rows]]
        there = starts.cost[start[rows]] + search.minutes[stations]
        if penalty:
            there[np.isfinite(there)] += penalty * np.array(
                [_boardings(search.legs(station)) for station in stations[np.isfinite(there)].tolist()]
            )
        best = there.argmin(axis=1)
        for pair in np.flatnonzero(there[np.arange(len(rows)), best] < direct.cost[rows]).tolist():
            key = goal, int(stations[pair, best[pair]])
            if key not in known:
                known[key] = search.legs(key[1])
            if known[key]:
                row = rows[pair]
                slot[row] = best[pair]
                last_slot[row] = np.flatnonzero(last.rows[goal] == known[key][-1].end)[0]
    return Joined(direct, slot, last_slot, known)


def _direct(first: Doors, last: Doors, start: Ints, end: Ints) -> tuple[Parts, Parts]:
    """Give the ways without a train: on foot where it is near, and by local bus."""
    a, b = first.points[start], last.points[end]
    km = np.array([coordinates.crow_miles(*here, *there) for here, there in zip(a.tolist(), b.tolist(), strict=True)])
    km *= KM_PER_MILE
    km[km > buses.LONGEST_RIDE_KM] = np.nan
    near = np.flatnonzero(np.isfinite(km))
    wet = near[first.roads.access.crosses_water(first.xy[start[near]], last.xy[end[near]])]
    if len(wet):
        minutes, _ = drives(first.xy[start[wet]], last.xy[end[wet]], first.roads)
        km[wet[~_bridged(km[wet], minutes)]] = np.nan
    walker, services = first.needs.walker, (part(first.here, start), part(last.here, end))
    on_foot = _on_foot(km, walker.minutes(km), first.needs)
    return on_foot, _by_bus(km, buses.ride(km, *services, walker), services, first.needs)


def drives(origins_xy: Floats, destinations_xy: Floats, roads: Router) -> tuple[Floats, Floats]:
    """Give minutes and kilometres by road of many pairs of points in metres, EPSG:27700."""
    from nearhome.geo.matrices import pairs

    minutes, miles = pairs.searched(origins_xy, destinations_xy, roads)
    return minutes, miles * KM_PER_MILE


def part(service: LocalService, index: object) -> LocalService:
    """Give the services at some of the places, in the shape of a NumPy index."""
    at: Ints = index  # type: ignore[assignment] # NumPy takes slices and arrays alike
    wait = buses.Span(*(value[at] for value in service.wait))
    return buses.LocalService(service.runs_per_hour[at], service.stop_m[at], service.runs[at], wait)


def least(one: Parts, other: Parts) -> Parts:
    """Give the better of two ways, by what counts."""
    better = other.cost < one.cost
    return Parts(*(np.where(better, b, a) for a, b in zip(one, other, strict=True)))


def _on_foot(crow_km: Floats, walk: Span, needs: Needs) -> Parts:
    """Give the walks that are not too long."""
    found = _parts("walk", walk, np.zeros(crow_km.shape), 0.0, crow_km * needs.walker.detour)
    found.cost[~(walk.typical <= needs.longest_walk_minutes)] = np.inf
    return found


def _by_bus(crow_km: Floats, ride: Ride, ends: tuple[LocalService, LocalService], needs: Needs) -> Parts:
    """Give the local rides; the way is as long as a walk."""
    wait = ride.wait.typical
    span = buses.Span(*(minutes - wait for minutes in ride.minutes))
    runs = np.fmin(ends[0].runs_per_hour, ends[1].runs_per_hour)
    found = _parts("bus", span, wait, 0.0, crow_km * needs.walker.detour)
    return found._replace(per_hour=runs, changes=ride.changes)


def _parts(mode: Mode, span: Span, wait: Floats, penalty: Floats | float, km: Floats) -> Parts:
    """Give parts from their minutes; those not known cost infinitely much."""
    cost = wait + span.typical + penalty
    nothing = np.zeros(cost.shape)
    which = np.full(cost.shape, MODES.index(mode))
    return Parts(np.where(np.isnan(cost), np.inf, cost), which, *span, wait, km, nothing, nothing)


def _bridged(crow_km: Floats, minutes: Floats) -> Bools:
    """Say where a car advances well, so that the water between has a bridge."""
    return np.asarray(60.0 * crow_km / minutes >= LEAST_CROW_KPH)


def _finite(stations: Ints, cost: Floats) -> Mapping[int, float]:
    """Give what can be reached, with its cost."""
    return {int(row): float(each) for row, each in zip(stations, cost, strict=True) if np.isfinite(each)}


def _boardings(legs: list[RailLeg]) -> int:
    return sum(leg.mode == "train" for leg in legs)
