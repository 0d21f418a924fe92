"""A day out as a file for a calendar (iCalendar, RFC 5545), with nothing in it that tells where one goes or lives."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from nearhome.analysis.visits.day import DAY_MINUTES, DAYS, clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nearhome.analysis.visits.day import VisitDay

TITLE = "Day out"
LINE_OCTETS = 75
TIMEZONE = (
    "BEGIN:VTIMEZONE",
    "TZID:Europe/London",
    "BEGIN:DAYLIGHT",
    "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0100",
    "TZNAME:BST",
    "DTSTART:19810329T010000",
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
    "END:DAYLIGHT",
    "BEGIN:STANDARD",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0000",
    "TZNAME:GMT",
    "DTSTART:19961027T020000",
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
    "END:STANDARD",
    "END:VTIMEZONE",
)
"""Summer time as it is in the United Kingdom since 1996, from the last Sunday in March to the last in October."""


def next_day(day: VisitDay, today: date) -> date:
    """Return the next day after today that is the session's day of the week."""
    ahead = (DAYS.index(day.session.day) - today.weekday() - 1) % 7 + 1
    return today + timedelta(days=ahead)


def write(day: VisitDay, today: date, *, basis: str = "", now: datetime | None = None) -> bytes:
    """Return a day from leaving home to being home again, on the next such day of the week.

    Parameters
    ----------
    day
        The day. With a night away on either side the event lasts from or to the middle of the day beside it.
    today
        Today's date in the United Kingdom.
    basis
        What times by train and bus rest on, such as "typical, not a timetable"; empty by car.
    now
        When the file is made; the present if none is given.
    """
    on = next_day(day, today)
    start = day.leave - (DAY_MINUTES / 2 if day.night_before == "yes" else 0)
    end = day.home + (DAY_MINUTES / 2 if day.night_after == "yes" else 0)
    said = [f"Leave by about {clock(day.leave)}.", f"Be there by {clock(day.arrive)}."]
    said += [f"Ends {day.session.end}.", f"Back by about {clock(day.home)}."]
    if day.overnight == "yes":
        said.append("Needs a night away.")
    if basis:
        said.append(f"{basis[:1].upper()}{basis[1:]}: look up trains and buses before you go.")
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//nearhome//day out//EN",
        "CALSCALE:GREGORIAN",
        *TIMEZONE,
        "BEGIN:VEVENT",
        f"UID:{uuid.uuid4()}",
        f"DTSTAMP:{now or datetime.now(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;TZID=Europe/London:{_local(on, start)}",
        f"DTEND;TZID=Europe/London:{_local(on, end)}",
        f"SUMMARY:{TITLE}",
        f"DESCRIPTION:{_escaped(' '.join(said))}",
        "CLASS:PRIVATE",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line)).encode()


def _local(on: date, minutes: float) -> str:
    """Return minutes since midnight of a day as a local time, rounded as people are told it."""
    at = datetime(on.year, on.month, on.day) + timedelta(minutes=5 * round(minutes / 5))  # noqa: DTZ001 - TZID beside it
    return f"{at:%Y%m%dT%H%M%S}"


def _escaped(text: str) -> str:
    """Escape what has a meaning in a text value."""
    for mark in ("\\", ";", ","):
        text = text.replace(mark, f"\\{mark}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """Break a line after at most 75 octets, and never inside a letter; further lines begin with a space."""
    part, room = "", LINE_OCTETS
    for letter in line:
        if len((part + letter).encode()) > room:
            yield part
            part = " "
        part += letter
    yield part
