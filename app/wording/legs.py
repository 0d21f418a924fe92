"""The parts of a way in words: by road, and by train, bus and on foot, typical or by a timetable that was imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nearhome.analysis.visits.day import clock
from nearhome.data.base import phrases

if TYPE_CHECKING:
    from nearhome.geo.routing import car_journeys
    from nearhome.geo.transit.itineraries import TransitLeg, TransitWay

FIVE = 5
"""Minutes to which waits are rounded."""

YOUR_STATION = "your station"
"""What a plan to keep says for the place nearest home where one boards, because that tells where somebody lives."""

USUAL_GAPS = ((75, "about every hour"), (105, "about one every hour and a half"), (150, "about one every two hours"))
MODES = {
    "walk": "Walk",
    "bus": "Bus",
    "train": "Train",
    "ferry": "Ferry",
    "underground": "Underground",
    "taxi": "Taxi",
    "car": "A lift by car",
}


def by_road(leg: car_journeys.RoadLeg) -> str:
    """Return one leg by road in words, a ferry named as such."""
    if leg.kind == "ferry":
        return f"Ferry, {leg.name}: {phrases.duration(leg.minutes)} with waiting"
    miles = phrases.miles(leg.miles)
    if leg.kind == "local":
        miles = phrases.about(miles)
    return f"{phrases.capital(leg.name)}: {miles}, {phrases.duration(leg.minutes)}"


def by_public_transport(way: TransitWay, *, hidden: frozenset[str] = frozenset()) -> list[str]:
    """Return the legs of a way in words.

    Parameters
    ----------
    way
        The way.
    hidden
        Names to leave out, as from ``near_home``.
    """
    return [_leg(leg, hidden) for leg in way.legs]


def near_home(there: TransitWay, back: TransitWay) -> frozenset[str]:
    """Return the places nearest home where one boards and alights: names that a plan to keep leaves out."""
    ends = [way.legs[at].end if at == 0 else way.legs[at].start for way, at in ((there, 0), (back, -1)) if way.legs[1:]]
    return frozenset(ends)


def every(gap_minutes: float) -> str:
    """Return how often something runs, from the minutes between two: "about every 20 minutes"."""
    if gap_minutes < 50:  # noqa: PLR2004 - nearer to an hour than to 45 minutes
        return f"about every {max(5, 5 * round(gap_minutes / 5))} minutes"
    return next((text for limit, text in USUAL_GAPS if gap_minutes < limit), "only a few times a day")


def _leg(leg: TransitLeg, hidden: frozenset[str]) -> str:
    start, end = (YOUR_STATION if name in hidden else name for name in (leg.start, leg.end))
    if leg.departs is not None:
        return f"{MODES[leg.mode]}, {start} to {end}: at {clock(leg.departs, step=1)}, {_exact(leg.minutes.typical)}"
    time = phrases.about(phrases.duration(leg.minutes.typical))
    said = f"{MODES[leg.mode]}, {start} to {end}: {time}"
    gap = 2.0 * leg.wait_minutes if leg.mode == "bus" else 60.0 / leg.per_hour if leg.per_hour else 0.0
    said += f", {every(gap)}" if gap else ""
    if leg.mode == "bus" and round(leg.changes):
        said += f", with {phrases.count(round(leg.changes), 'change')}"
    wait = FIVE * round(leg.wait_minutes / FIVE)
    if wait:
        said += f"; allow about {phrases.duration(wait)} for the wait before it"
    return said


def _exact(minutes: float) -> str:
    """Return the minutes of a timetable, which are not rounded."""
    hours, rest = divmod(round(minutes), 60)
    return f"{hours} h {rest:02d} min" if hours else phrases.count(rest, "minute")
