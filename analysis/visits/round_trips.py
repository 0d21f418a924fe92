"""The ways to a session and home by public transport: by an imported timetable that covers both ends, else typical."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nearhome.analysis.visits import day
from nearhome.analysis.visits.day import GATE_OUT_MINUTES
from nearhome.data.errors import DateError, TableError
from nearhome.geo.timetables import door_to_door, timetable
from nearhome.geo.transit import typical

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from nearhome.analysis.visits.visit import Home
    from nearhome.data.prisons.register import Prison
    from nearhome.data.prisons.sessions import Session
    from nearhome.geo.routing.router import Router
    from nearhome.geo.timetables.timetable import Timetable
    from nearhome.geo.transit.itineraries import Needs, Profile, TransitWay

FIRST_GUESS_MINUTES = 180.0
"""How long a way is taken to last before it is known, to choose the hour of its first bus."""

MORNING = 5.0 * 60
"""From when on a way of another hour is looked for where a timetable has none in time."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A way there and one home. ``other_day`` says of each that a timetable has none at the hours of the visit."""

    there: TransitWay
    back: TransitWay
    other_day: tuple[bool, bool] = (False, False)


@dataclass(frozen=True, slots=True)
class Hours:
    """When one is to be at the gate and when one leaves it, minutes since midnight, on which date."""

    arrive: float
    leave: float
    when: date


def hours_of(session: Session, lead_minutes: float, when: date) -> Hours:
    """Return the hours of a session."""
    start, end = day.minutes_of(session.start), day.minutes_of(session.end)
    return Hours(start - lead_minutes, end + GATE_OUT_MINUTES, when)


def find(
    home: Home,
    gate: Prison,
    session: Session,
    hours: Hours,
    *,
    needs: Needs,
    profiles: Sequence[Profile],
    router: Router,
) -> tuple[list[Pair], str]:
    """Find the ways there and home, the cheapest first, and say why they are not by timetable where one is imported.

    Parameters
    ----------
    home, gate
        The two ends.
    session
        The visit, whose kind of day typical ways are of.
    hours
        When to be at the gate and when to leave it, on the date that a timetable answers for.
    needs
        How the family walks, how far, and whether it takes a taxi.
    profiles
        Which kinds of typical ways to look for.
    router
        The roads.

    Raises
    ------
    NoRouteError
        When nothing is known between the two.
    """
    feeds, note = None, ""
    try:
        feeds = timetable.installed()
    except TableError as error:  # set aside with a word: typical times are known all the same
        note = f"{error} The times here are typical."
    if feeds is not None:
        try:
            timed = _timed(feeds, home, gate, hours, needs)
        except DateError as error:
            timed, note = [], f"{error} The times here are typical."
        if timed:
            return timed, ""
        note = note or "The timetables you imported do not reach both your place and the prison; the times are typical."
    return _typical(home, gate, session, hours, needs, profiles, router), note


def _timed(feeds: Timetable, home: Home, gate: Prison, hours: Hours, needs: Needs) -> list[Pair]:
    """Pair the ways of a timetable; where it has none in time, one of the morning stands for that of another day."""
    if not door_to_door.covers(feeds, hours.when, (home, gate), needs):
        return []
    out = door_to_door.ways(feeds, hours.when, home, gate, arrive=hours.arrive, needs=needs)
    names = ("the prison", "home")
    back = door_to_door.ways(feeds, hours.when, gate, home, depart=hours.leave, names=names, needs=needs)
    late = not out, not back
    out = out or door_to_door.ways(feeds, hours.when, home, gate, depart=MORNING, needs=needs)
    back = back or door_to_door.ways(feeds, hours.when, gate, home, depart=MORNING, names=names, needs=needs)
    if not out or not back:
        return []
    return [Pair(way, back.get(profile, back["transit"]), late) for profile, way in out.items()]


def _typical(
    home: Home,
    gate: Prison,
    session: Session,
    hours: Hours,
    needs: Needs,
    profiles: Sequence[Profile],
    router: Router,
) -> list[Pair]:
    kind = day.day_type(session)

    def there(minutes: float, wanted: Sequence[Profile]) -> dict[Profile, TransitWay]:
        clock = ((hours.arrive - minutes) % day.DAY_MINUTES, hours.arrive)
        return typical.ways(home, gate, day=kind, minutes_of_day=clock, profiles=wanted, needs=needs, router=router)

    first = there(FIRST_GUESS_MINUTES, ("transit",))
    minutes = first["transit"].minutes.typical
    homeward = typical.ways(
        gate,
        home,
        day=kind,
        minutes_of_day=(hours.leave, hours.leave + minutes),
        home="destination",
        profiles=profiles,
        needs=needs,
        router=router,
    )
    outward = there(minutes, profiles)
    found = []
    for profile, way in outward.items():
        coming = homeward.get(profile) or homeward.get("transit")
        if coming is not None:
            found.append(Pair(way, coming))
    return found
