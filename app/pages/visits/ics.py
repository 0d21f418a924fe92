"""A day out as a file for a calendar (iCalendar, RFC 5545), with nothing in it that tells where one goes or lives.

No clock goes into it: the same day, asked about on the same day, gives the same bytes and the same event, so that a
calendar that takes the file twice has the day once.
"""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from nearhome.analysis.visits.day import DAY_MINUTES, DAYS, clock

if TYPE_CHECKING:
    from icalendar import Timezone

    from nearhome.analysis.visits.day import VisitDay

TITLE: Final = "Day out"
ZONE: Final = "Europe/London"
EVENTS: Final = uuid.uuid5(uuid.NAMESPACE_URL, "nearhome:day out")
"""The space of names for events; the name is what the file says of the day anyway."""


def next_day(day: VisitDay, today: date) -> date:
    """Return the next day after today that is the session's day of the week."""
    ahead = (DAYS.index(day.session.day) - today.weekday() - 1) % 7 + 1
    return today + timedelta(days=ahead)


def write(day: VisitDay, today: date, *, basis: str = "") -> bytes:
    """Return a day from leaving home to being home again, on the next such day of the week.

    Parameters
    ----------
    day
        The day. With a night away on either side the event lasts from or to the middle of the day beside it.
    today
        Today's date in the United Kingdom; the file says that it was made at its beginning.
    basis
        What times by train and bus rest on, such as "typical, not a timetable"; empty by car.
    """
    from icalendar import Calendar, Event

    on = next_day(day, today)
    start = _local(on, day.leave - (DAY_MINUTES / 2 if day.night_before == "yes" else 0))
    end = _local(on, day.home + (DAY_MINUTES / 2 if day.night_after == "yes" else 0))
    said = _description(day, basis)
    event = Event()
    event.add("uid", str(uuid.uuid5(EVENTS, f"{start.isoformat()} {end.isoformat()} {said}")))
    event.add("dtstamp", datetime.combine(today, time(), UTC))
    event.add("dtstart", start)
    event.add("dtend", end)
    event.add("summary", TITLE)
    event.add("description", said)
    event.add("class", "PRIVATE")
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//nearhome//day out//EN")
    calendar.add("calscale", "GREGORIAN")
    calendar.add_component(timezone())
    calendar.add_component(event)
    written: bytes = calendar.to_ical(sorted=False)
    return written


def _description(day: VisitDay, basis: str) -> str:
    said = [f"Leave by about {clock(day.leave)}.", f"Be there by {clock(day.arrive)}."]
    said += [f"Ends {day.session.end}.", f"Back by about {clock(day.home)}."]
    if day.overnight == "yes":
        said.append("Needs a night away.")
    if basis:
        said.append(f"{basis[:1].upper()}{basis[1:]}: look up trains and buses before you go.")
    return " ".join(said)


def timezone() -> Timezone:
    """Return summer time as it is in the United Kingdom since 1996, from the last Sunday in March to October's.

    By its rule, not by the list of days that the machine's time zone database holds.
    """
    from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

    zone = Timezone()
    zone.add("tzid", ZONE)
    winter, summer = timedelta(0), timedelta(hours=1)
    for kind, name, before, after, first, month in (
        (TimezoneDaylight, "BST", winter, summer, datetime(1981, 3, 29, 1), 3),  # noqa: DTZ001 - local by definition
        (TimezoneStandard, "GMT", summer, winter, datetime(1996, 10, 27, 2), 10),  # noqa: DTZ001 - as above
    ):
        change = kind()
        change.add("tzoffsetfrom", before)
        change.add("tzoffsetto", after)
        change.add("tzname", name)
        change.add("dtstart", first)
        change.add("rrule", {"freq": "yearly", "bymonth": month, "byday": "-1su"})
        zone.add_component(change)
    return zone


def _local(on: date, minutes: float) -> datetime:
    """Return minutes since midnight of a day as a local time, rounded as people are told it."""
    return datetime.combine(on, time(), ZoneInfo(ZONE)) + timedelta(minutes=5 * round(minutes / 5))
