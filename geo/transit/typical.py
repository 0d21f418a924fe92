"""From door to door by train, bus, ferry and on foot where no timetable is installed: typical, with low and high.

One row of the model in ``geo.transit.doors``, told leg by leg. It joins the railway's stopping patterns
(``geo.transit.rail``), local services by how often they run (``geo.transit.buses``), and the road for a lift or a taxi.
Nothing here is a departure; each figure is a typical time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nearhome.data.errors import NoRouteError
from nearhome.geo.routing.router import Router
from nearhome.geo.transit import doors, rail
from nearhome.geo.transit.doors import Doors
from nearhome.geo.transit.itineraries import ORDINARY, PROFILES, Minutes, Mode, Needs, Profile, TransitLeg, TransitWay
from nearhome.geo.transit.rail import Railway

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nearhome.data.base.coordinates import Point
    from nearhome.geo.transit.buses import DayType
    from nearhome.geo.transit.doors import Parts, Side
    from nearhome.geo.transit.rail import RailLeg

TABLES = (*rail.TABLES, "bus_frequency", "small_areas")


def ways(
    origin: Point,
    destination: Point,
    *,
    day: DayType,
    minutes_of_day: tuple[float, float],
    home: Side = "origin",
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
    home
        Which end is the family's; there is the car, for a lift to the station.
    profiles
        Which ways are asked for; of equal ones the first keeps its name.
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
    names = ("home", "the prison") if home == "origin" else ("the prison", "home")
    first, last = (
        Doors(np.array([[place.lat, place.lon]], float), side, day, minute, needs, roads, railway)
        for place, side, minute in zip((origin, destination), doors.SIDES, minutes_of_day, strict=True)
    )
    pair = np.zeros(1, np.int64), np.zeros(1, np.int64)
    found: dict[Profile, TransitWay] = {}
    for profile in profiles:
        way = doors.joined(first, last, pair, profile, home)
        at, last_at = (0, int(way.slot[0])), (0, int(way.last_slot[0]))
        legs: tuple[TransitLeg, ...] = ()
        if at[1] >= 0:
            trains = way.trains[0, int(first.rows[at])]
            access, egress = first.access(profile, lift=home == "origin"), last.access(profile, lift=home != "origin")
            legs = (
                _leg(access.at(at), names[0], railway.names[trains[0].start]),
                *(_rail_leg(railway, leg) for leg in trains),
                _leg(egress.at(last_at), railway.names[trains[-1].end], names[1]),
            )
        elif np.isfinite(way.direct.cost[0]):
            legs = (_leg(way.direct.at(0), *names),)
        if legs and legs not in [each.legs for each in found.values()]:
            found[profile] = TransitWay(profile, legs)
    if not found:
        msg = (
            f"No train or bus between {names[0]} and {names[1]} is in nearhome's data, which has none for Northern "
            "Ireland and the islands: ask Translink or Traveline, or import a timetable (nearhome data import gtfs)."
        )
        raise NoRouteError(msg)
    return found


def _leg(part: Parts, start: str, end: str) -> TransitLeg:
    """Give one way without a train as a leg."""
    return TransitLeg(
        mode=doors.MODES[int(part.mode)],
        name="",
        start=start,
        end=end,
        wait_minutes=float(part.wait),
        minutes=Minutes(float(part.low), float(part.typical), float(part.high)),
        km=float(part.km),
        per_hour=float(part.per_hour),
        changes=float(part.changes),
    )


def _rail_leg(railway: Railway, leg: RailLeg) -> TransitLeg:
    """Name the stations of a leg and give its minutes a low and a high."""
    modes: dict[str, Mode] = {"train": "train", "walk": "walk", "ferry": "ferry", "underground": "underground"}
    low, high = rail.shares(leg.mode)
    whole = leg.minutes + leg.wait_minutes
    return TransitLeg(
        mode=modes[leg.mode],
        name=leg.name,
        start=railway.names[leg.start],
        end=railway.names[leg.end],
        wait_minutes=leg.wait_minutes,
        minutes=Minutes(*(whole * each - leg.wait_minutes for each in (low, 1.0, high))),
        km=leg.km,
        per_hour=leg.per_hour,
        stops=leg.stops,
    )
