"""From door to door by train, bus, ferry and on foot where no timetable is installed: typical, with low and high.

Three layers are joined: the railway's stopping patterns (``geo.rail``), local services by how often they run
(``geo.buses``), and the road for a lift or a taxi. Nothing here is a departure; each figure is a typical time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Literal

import numpy as np

from nearhome.data.base import coordinates
from nearhome.data.base.coordinates import Spot
from nearhome.data.base.units import KM_PER_MILE
from nearhome.data.errors import NoRouteError
from nearhome.geo.routing.car_journeys import HIGH_SHARE, LOW_SHARE
from nearhome.geo.routing.router import Router, grid_points
from nearhome.geo.transit import buses, rail
from nearhome.geo.transit.buses import Span
from nearhome.geo.transit.itineraries import ORDINARY, PROFILES, Minutes, Mode, Needs, Profile, TransitLeg, TransitWay
from nearhome.geo.transit.rail import Railway

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nearhome.data.base.arrays import Floats
    from nearhome.data.base.coordinates import Point
    from nearhome.geo.transit.buses import DayType, LocalService
    from nearhome.geo.transit.rail import RailLeg

TABLES = (*rail.TABLES, "bus_frequency", "small_areas")
STATIONS = 12
"""So many of the nearest stations are tried at each end."""

FURTHEST_STATION_KM = 60.0
LAST_RESORT_MINUTES = 90.0
"""A taxi where nothing else runs counts so much longer when ways are compared, so that a station with a bus wins."""

CHANGE_PENALTY_MINUTES = 40.0
"""What a family that wants few changes would travel longer to save one."""

TAXI_WALK_MINUTES = 20.0
"""A taxi is for a part where nothing runs and the walk is longer than this: the rule of Help with Prison Visits."""

TAXI_MINUTES_PER_KM = 1.5
LIFT_MINUTES_PER_KM = 0.5
"""What a kilometre of taxi or lift counts beside its time when ways are compared: it costs money and favours."""

LEAST_CROW_KPH = 20.0
"""Across an estuary or a strait a bus is taken to run only where a car advances this fast, as over a bridge."""

PARKING_MINUTES = 6.0
"""From the driver's door at a station to its hall (estimate)."""


@dataclass(frozen=True, slots=True)
class _End:
    """A way between a door and a station, or all the way: its leg, and what counts when ways are compared."""

    leg: TransitLeg
    cost_minutes: float


def ways(  # noqa: PLR0913 -- keyword-only, each with a usual value
    origin: Point,
    destination: Point,
    *,
    day: DayType,
    minutes_of_day: tuple[float, float],
    names: tuple[str, str] = ("home", "the prison"),
    home: Literal["origin", "destination"] = "origin",
    profiles: Iterable[Profile] = PROFILES,
    needs: Needs = ORDINARY,
    router: Router | None = None,
) -> dict[Profile, TransitWay]:
    """Find typical ways from door to door, one a profile.

    A profile is left out where it has no way, or the same as one before it.

    Parameters
    ----------
    origin, destination
        Places with ``lat`` and ``lon``, EPSG:4326.
    day
        Type of day, as from ``nearhome.geo.transit.buses.day_type``.
    minutes_of_day
        About when the way begins and when it ends, minutes since midnight: local services are those of that time.
    names
        What to call the two ends.
    home
        Which end has the car, for a lift to the station.
    needs
        How the family walks, and whether a taxi is taken where nothing else runs.
    router
        The roads for lifts and taxis; the shipped ones if none are given.

    Raises
    ------
    NoRouteError
        When no way is known at all: Northern Ireland's and the islands' services are not in the data.
    """
    roads, railway = router or Router.shipped(), Railway.shipped()
    first = _Door(origin, names[0], "origin", railway, day, minutes_of_day[0], needs, roads)
    last = _Door(destination, names[1], "destination", railway, day, minutes_of_day[1], needs, roads)
    direct = _direct(first, last, needs)
    found: dict[Profile, TransitWay] = {}
    for profile in profiles:
        penalty = CHANGE_PENALTY_MINUTES if profile == "fewest changes" else 0.0
        starts = first.ends(profile, lift=home == "origin")
        goals = last.ends(profile, lift=home == "destination")
        best, legs = math.inf, tuple[TransitLeg, ...]()
        for each in direct:
            cost = each.cost_minutes + penalty * (each.leg.mode == "bus") * (1.0 + each.leg.changes)
            best, legs = min((best, legs), (cost, (each.leg,)), key=itemgetter(0))
        if starts and goals:
            search = railway.search(
                {row: end.cost_minutes for row, end in goals.items()}, change_penalty_minutes=penalty
            )
            costs = {row: end.cost_minutes + float(search.minutes[row]) for row, end in starts.items()}
            if penalty:
                costs = {row: cost + penalty * _trains(search.legs(row)) for row, cost in costs.items()}
            row = min(costs, key=lambda each: costs[each])
            trains = search.legs(row) if costs[row] < best else []
            if trains:
                legs = (starts[row].leg, *(_leg(railway, leg) for leg in trains), goals[trains[-1].end].leg)
        if legs and legs not in [way.legs for way in found.values()]:
            found[profile] = TransitWay(profile, legs)
    if not found:
        msg = (
            f"No train or bus between {names[0]} and {names[1]} is in nearhome's data, which has none for Northern "
            "Ireland and the islands: ask Translink or Traveline, or import a timetable (nearhome data import gtfs)."
        )
        raise NoRouteError(msg)
    return found


def _trains(legs: Sequence[RailLeg]) -> int:
    return sum(leg.mode == "train" for leg in legs)


def _leg(railway: Railway, leg: RailLeg) -> TransitLeg:
    """Name the stations of a leg and give its minutes a low and a high."""
    modes: dict[str, Mode] = {"train": "train", "walk": "walk", "ferry": "ferry", "underground": "underground"}
    share = (rail.LOW_SHARE, 1.0, rail.HIGH_SHARE) if leg.mode == "train" else (0.8, 1.0, 1.3)
    whole = leg.minutes + leg.wait_minutes
    return TransitLeg(
        mode=modes[leg.mode],
        name=leg.name,
        start=railway.names[leg.start],
        end=railway.names[leg.end],
        wait_minutes=leg.wait_minutes,
        minutes=Minutes(*(whole * each - leg.wait_minutes for each in share)),
        km=leg.km,
        per_hour=leg.per_hour,
        stops=leg.stops,
    )


class _Door:
    """A door at one end of a way, and how the stations near it are reached."""

    def __init__(
        self,
        place: Point,
        name: str,
        side: Literal["origin", "destination"],
        railway: Railway,
        day: DayType,
        minute_of_day: float,
        needs: Needs,
        roads: Router,
    ) -> None:
        self.place, self.name, self.side, self.railway, self.needs, self.roads = (
            place,
            name,
            side,
            railway,
            needs,
            roads,
        )
        self.rows = railway.near(place.lat, place.lon, count=STATIONS, within_km=FURTHEST_STATION_KM)
        self.km = railway.distances_km(place.lat, place.lon)[self.rows]
        lat = np.concatenate([[place.lat], railway.lat[self.rows]])
        lon = np.concatenate([[place.lon], railway.lon[self.rows]])
        both = buses.services(lat, lon, day, minute_of_day)
        self.here, self.there = _part(both, slice(0, 1)), _part(both, slice(1, None))

    def ends(self, profile: Profile, *, lift: bool) -> dict[int, _End]:
        """Give the best way between the door and each station near it that a profile allows."""
        walk = self.needs.walker.minutes(self.km)
        ride = buses.ride(self._by_land, self.here, self.there, self.needs.walker)
        walk = Span(*(np.where(np.isnan(self._by_land), np.inf, span) for span in walk))
        found: dict[int, _End] = {}
        for at, row in enumerate(self.rows.tolist()):
            options = self._options(at, walk, ride, quickest=profile == "quickest")
            if lift and profile == "lift to the station":
                options = [end for end in options if end.leg.mode == "walk"] + [self._road(at, "car", 0.0)]
            if options:
                found[row] = min(options, key=lambda end: end.cost_minutes)
        return found

    def _options(self, at: int, walk: Span, ride: buses.Ride, *, quickest: bool) -> list[_End]:
        """Give walk, bus and taxi to a station; without ``quickest`` the taxi only where nothing else will do."""
        options = []
        on_foot, by_bus = float(walk.typical[at]), float(ride.minutes.typical[at])
        if on_foot <= self.needs.longest_walk_minutes:
            options.append(self._end(at, "walk", _at(walk, at), 0.0, 0.0))
        if not math.isnan(by_bus):
            options.append(self._bus(at, ride))
        if self.needs.taxi and on_foot > TAXI_WALK_MINUTES and (quickest or not options):
            taxi = self._road(at, "taxi", 0.0 if quickest else LAST_RESORT_MINUTES)
            options += [taxi] if math.isfinite(taxi.cost_minutes) else []
        return options

    def _bus(self, at: int, ride: buses.Ride) -> _End:
        wait = float(ride.wait.typical[at])
        minutes = Minutes(*(value - wait for value in _at(ride.minutes, at)))
        runs = float(np.fmin(self.here.runs_per_hour[0], self.there.runs_per_hour[at]))
        return self._end(at, "bus", minutes, wait, 0.0, changes=float(ride.changes[at]), per_hour=runs)

    def _road(self, at: int, mode: Literal["car", "taxi"], penalty: float) -> _End:
        minutes, km = self._drives
        runs = np.nan_to_num(self.here.runs_per_hour[0] if self.side == "origin" else self.there.runs_per_hour[at])
        drive = float(minutes[at])
        span = _at(buses.taxi(minutes[at : at + 1], runs), 0)
        if mode == "car":
            span = Minutes(*(share * drive + PARKING_MINUTES for share in (LOW_SHARE, 1.0, HIGH_SHARE)))
        rate = TAXI_MINUTES_PER_KM if mode == "taxi" else LIFT_MINUTES_PER_KM
        return self._end(at, mode, span, 0.0, penalty + rate * float(km[at]), km=float(km[at]))

    @property
    def _by_land(self) -> Floats:
        """Crow kilometres to each station, NaN where water without a bridge lies between."""
        if not hasattr(self, "_landward"):
            here = grid_points([self.place])
            there = np.column_stack(coordinates.to_metres(self.railway.lat[self.rows], self.railway.lon[self.rows]))
            wet = self.roads.access.crosses_water(np.broadcast_to(here, there.shape), there)
            self._landward = self.km.copy()
            if wet.any():
                slow = ~(60.0 * self.km / self._drives[0] >= LEAST_CROW_KPH)
                self._landward[wet & slow] = np.nan
        return self._landward

    @property
    def _drives(self) -> tuple[Floats, Floats]:
        """Minutes and kilometres by road between the door and each station, in the way's direction."""
        if not hasattr(self, "_driven"):
            stations = [Spot(float(self.railway.lat[row]), float(self.railway.lon[row])) for row in self.rows]
            home: list[Point] = [self.place]
            pair = (home, stations) if self.side == "origin" else (stations, home)
            matrix = self.roads.matrix(*pair)
            self._driven = matrix.minutes.ravel(), matrix.miles.ravel() * KM_PER_MILE
        return self._driven

    def _end(
        self,
        at: int,
        mode: Mode,
        minutes: Minutes,
        wait: float,
        penalty: float,
        *,
        km: float | None = None,
        changes: float = 0.0,
        per_hour: float = 0.0,
    ) -> _End:
        station = self.railway.names[int(self.rows[at])]
        start, end = (self.name, station) if self.side == "origin" else (station, self.name)
        crow = float(self.km[at]) * self.needs.walker.detour
        leg = TransitLeg(mode, "", start, end, wait, minutes, crow if km is None else km, per_hour, 0, changes)
        return _End(leg, leg.typical_minutes + penalty)


def _direct(first: _Door, last: _Door, needs: Needs) -> list[_End]:
    """Give the ways without a train: on foot where it is near, or by local bus."""
    km = KM_PER_MILE * coordinates.crow_miles(first.place.lat, first.place.lon, last.place.lat, last.place.lon)
    if km > buses.LONGEST_RIDE_KM:
        return []
    ends = grid_points([first.place, last.place])
    if first.roads.access.crosses_water(ends[:1], ends[1:])[0]:
        minutes_by_road = first.roads.matrix([first.place], [last.place]).minutes[0, 0]
        if not 60.0 * km / minutes_by_road >= LEAST_CROW_KPH:
            return []
    found, walk = [], needs.walker.minutes(km)
    if float(walk.typical) <= needs.longest_walk_minutes:
        leg = TransitLeg("walk", "", first.name, last.name, 0.0, Minutes(*map(float, walk)), km * needs.walker.detour)
        found.append(_End(leg, leg.typical_minutes))
    ride = buses.ride(km, first.here, last.here, needs.walker)
    if ride.exists[0]:
        wait = float(ride.wait.typical[0])
        minutes = Minutes(*(value - wait for value in _at(ride.minutes, 0)))
        runs = float(np.fmin(first.here.runs_per_hour[0], last.here.runs_per_hour[0]))
        changes = float(ride.changes[0])
        leg = TransitLeg("bus", "", first.name, last.name, wait, minutes, km * needs.walker.detour, runs, 0, changes)
        found.append(_End(leg, leg.typical_minutes))
    return found


def _at(span: Span, at: int) -> Minutes:
    return Minutes(*(float(value[at]) for value in span))


def _part(service: LocalService, part: slice) -> LocalService:
    return buses.LocalService(
        service.runs_per_hour[part],
        service.stop_m[part],
        service.runs[part],
        Span(*(value[part] for value in service.wait)),
    )
