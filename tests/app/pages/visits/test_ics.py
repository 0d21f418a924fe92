"""A day for the calendar: RFC 5545 to the letter, the right day and hours, and nothing that tells on anybody."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nearhome.analysis.visits import day as visit_day
from nearhome.analysis.visits.day import DAYS, Trip, VisitDay
from nearhome.app.pages.visits import ics
from nearhome.geo.transit.itineraries import TYPICAL

NOW = datetime(2026, 11, 21, 12, 30, 5, tzinfo=UTC)


def made(minutes: float, day: str = "sat-pm") -> VisitDay:
    trip = Trip(0.9 * minutes, minutes, 1.1 * minutes)
    return visit_day.plan_day(visit_day.choose("", day)[0], lambda _: trip, lambda _: trip)


def unfolded(file: bytes) -> dict[str, str]:
    """Read the properties of the event, as the standard says: lines joined, then split at the first colon."""
    text = file.decode().replace("\r\n ", "")
    event = text.split("BEGIN:VEVENT\r\n")[1].split("END:VEVENT")[0]
    return dict(line.split(":", 1) for line in event.strip().split("\r\n"))


def test_lines_end_and_fold_as_the_standard_says() -> None:
    file = ics.write(made(120), date(2026, 11, 21), basis=TYPICAL, now=NOW)
    assert file.startswith(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert file.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in file.replace(b"\r\n", b"")
    assert max(map(len, file.split(b"\r\n"))) <= 75
    event = unfolded(file)
    assert event["DTSTAMP"] == "20261121T123005Z"
    assert event["DTSTART;TZID=Europe/London"] == "20261128T111500"
    assert event["DTEND;TZID=Europe/London"] == "20261128T181500"
    assert "look up trains and buses" in event["DESCRIPTION"]
    assert "\\, not a timetable" in event["DESCRIPTION"]


def test_the_zone_in_the_file_is_that_of_london() -> None:
    # The rules in the file against the time zone database, on the days the clocks change.
    rules = re.findall(
        r"DTSTART:(\d{8})T(\d\d).*?RRULE:FREQ=YEARLY;BYMONTH=(\d+);BYDAY=-1SU",
        "\n".join(ics.TIMEZONE),
        re.DOTALL,
    )
    london = ZoneInfo("Europe/London")
    assert [(hour, month) for _, hour, month in rules] == [("01", "3"), ("02", "10")]
    for year in range(1997, 2030):
        for month, after in ((3, 1), (10, 0)):
            last = max(day for day in range(25, 32) if date(year, month, day).weekday() == 6)
            noon = datetime(year, month, last, 12, tzinfo=london)
            assert noon.utcoffset() == timedelta(hours=after)
            assert (noon - timedelta(days=1)).utcoffset() == timedelta(hours=1 - after)


@pytest.mark.parametrize(("minutes", "start", "end"), [(700, "20261127T133500", None), (60, "20261128T121500", None)])
def test_a_night_away_begins_the_day_before(minutes: float, start: str, end: str | None) -> None:
    event = unfolded(ics.write(made(minutes), date(2026, 11, 21), now=NOW))
    assert event["DTSTART;TZID=Europe/London"] == start
    assert end is None or event["DTEND;TZID=Europe/London"] == end
    assert ("Needs a night away" in event["DESCRIPTION"]) == (minutes == 700)


def test_nothing_tells_where_one_goes_and_two_files_share_no_id() -> None:
    day = made(90)
    one, two = (ics.write(day, date(2026, 11, 21), basis=TYPICAL, now=NOW) for _ in range(2))
    assert unfolded(one)["SUMMARY"] == "Day out"
    assert unfolded(one)["UID"] != unfolded(two)["UID"]
    told = one.decode().casefold()
    assert not any(word in told for word in ("prison", "visit", "hmp", "gate", "exeter", "session"))


@given(today=st.dates(date(2026, 1, 1), date(2030, 1, 1)), day=st.sampled_from(DAYS))
def test_the_day_is_the_next_of_its_name_after_today(today: date, day: str) -> None:
    on = ics.next_day(made(60, day), today)
    assert DAYS[on.weekday()] == day
    assert timedelta(days=1) <= on - today <= timedelta(days=7)


@given(text=st.text(max_size=300))
def test_folding_can_be_undone_and_breaks_no_letter(text: str) -> None:
    line = "".join(letter for letter in text if letter not in "\r\n")
    parts = list(ics._folded(line))  # noqa: SLF001 - its invariant is what a reader relies on
    assert all(len(part.encode("utf-8", "surrogatepass")) <= 75 for part in parts)
    assert parts[0] + "".join(part[1:] for part in parts[1:]) == line
    assert all(part.startswith(" ") for part in parts[1:])
