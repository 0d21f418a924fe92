"""From door to door by the timetables that a person imported, where they have stops near both ends."""

from __future__ import annotations

from math import cos, hypot, radians
from typing import TYPE_CHECKING

from nearhome.geo.timetables import connection_scan, journeys
from nearhome.geo.timetables.journeys import PLACE
from nearhome.geo.timetables.transfers import Walking
from nearhome.geo.transit.itineraries import ORDINARY, Minutes, TransitLeg, TransitWay

if TYPE_CHECKING:
    from datetime import date

    from nearhome.data.base.coordinates import Point
    from nearhome.geo.timetables.journeys import Itinerary
    from nearhome.geo.timetables.timetable import ServiceDay, Timetable
    from nearhome.geo.transit.itineraries import Mode, Needs, Profile

METRES_PER_DEGREE = 111_195.0
EARLIEST_MINUTE = 5 * 60
"""A way that would have to set out before five in the morning is none for a family; it is taken the day before."""

LATEST_MINUTE = 26 * 60
MODES: dict[str, Mode] = {"rail": "train", "ferry": "ferry", "subway": "underground"}
"""What the feeds' modes are called here; every other vehicle counts as a bus, with its own mode in the leg's name."""


def covers(timetable: Timetable, when: date, places: tuple[Point, Point], needs: Needs = ORDINARY) -> bool:
    """Say whether stops served on a date lie within a walk of both places.

    Parameters
    ----------
    timetable
        The feeds.
    when
        The date of the visit.
    places
        Both ends, with ``lat`` and ``lon``, EPSG:4326.
    needs
        How the family walks, and how long at most.

    Raises
    ------
    DateError
        When a feed does not know the date; the message names its period.
    """
    day = timetable.on(when, _walking(needs))
    return all(len(day.near(place.lat, place.lon, _reach_metres(needs))[0]) for place in places)


def ways(
    timetable: Timetable,
    when: date,
    origin: Point,
    destination: Point,
    *,
    arrive: float | None = None,
    depart: float | None = None,
    names: tuple[str, str] = ("home", "the prison"),
    needs: Needs = ORDINARY,
) -> dict[Profile, TransitWay]:
    """Find the best way by timetable, and the one with the fewest changes where that is another.

    Parameters
    ----------
    timetable
        The feeds.
    when
        The date of the visit.
    origin, destination
        Places with ``lat`` and ``lon``, EPSG:4326.
    arrive, depart
        One of the two: be there by, or leave after, minutes since midnight.
    names
        What to call the two ends.
    needs
        How the family walks.

    Returns
    -------
    The ways, each with its times of day; none where nothing runs at a time of day fit for a family.

    Raises
    ------
    DateError
        When a feed does not know the date; the message names its period.
    InputError
        When not exactly one of ``arrive`` and ``depart`` is given.
    """
    day = timetable.on(when, _walking(needs))
    reach = _reach_metres(needs)
    start, goal = (connection_scan.around(day, place.lat, place.lon, reach) for place in (origin, destination))
    if not len(start.stops) or not len(goal.stops):
        return {}
    found = journeys.options(
        day,
        start,
        goal,
        depart=None if depart is None else round(60 * depart),
        arrive=None if arrive is None else round(60 * arrive),
    )
    fit = [each for each in found if each.depart >= 60 * EARLIEST_MINUTE and each.arrive <= 60 * LATEST_MINUTE]
    if not fit:
        return {}
    best, few = fit[-1], fit[0]
    made: list[tuple[Profile, Itinerary]] = [("transit", best)]
    made += [("fewest changes", few)] if few.changes < best.changes else []
    basis = f"timetable of {timetable.version} for {when.isoformat()}"
    return {
        profile: TransitWay(profile, tuple(_legs(day, each, names)), basis, (each.depart / 60, each.arrive / 60))
        for profile, each in made
    }


def _walking(needs: Needs) -> Walking:
    return Walking(metres_per_second=round(needs.walker.kph / 3.6, 3), step_free=needs.step_free)


def _reach_metres(needs: Needs) -> float:
    """Give how far as the crow flies a first or last stop may be."""
    return 1000.0 * needs.longest_walk_minutes / 60.0 * needs.walker.kph / needs.walker.detour


def _legs(day: ServiceDay, itinerary: Itinerary, names: tuple[str, str]) -> list[TransitLeg]:
    """Give the legs; a wait is that before a ride since the end of the leg before."""
    legs, at = [], itinerary.depart
    for ride in itinerary.legs:
        minutes = (ride.arrive - ride.depart) / 60
        ends = [
            name if stop == PLACE else day.stops.name[stop]
            for stop, name in zip((ride.from_stop, ride.to_stop), names, strict=True)
        ]
        mode: Mode = "walk" if ride.trip is None else MODES.get(ride.trip.mode, "bus")
        legs.append(
            TransitLeg(
                mode=mode,
                name="" if ride.trip is None else f"{ride.trip.mode} {ride.trip.route}".strip(),
                start=ends[0],
                end=ends[1],
                wait_minutes=(ride.depart - at) / 60,
                minutes=Minutes(minutes, minutes, minutes),
                km=_crow_km(day, ride.from_stop, ride.to_stop),
                departs=ride.depart / 60,
            )
        )
        at = ride.arrive
    return legs


def _crow_km(day: ServiceDay, one: int, other: int) -> float:
    """Give crow kilometres between two stops, 0 where one end is no stop."""
    if PLACE in {one, other}:
        return 0.0
    lat, lon = day.stops.lat, day.stops.lon
    north = float(lat[other] - lat[one])
    east = float(lon[other] - lon[one]) * cos(radians(float(lat[one])))
    return hypot(north, east) * METRES_PER_DEGREE / 1000.0
