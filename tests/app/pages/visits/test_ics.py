"""A day for the calendar: RFC 5545 as its library reads it, the right day and hours, nothing that tells on anybody."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from nearhome.analysis.visits import day as visit_day
from nearhome.analysis.visits.day import DAYS, Trip, VisitDay
from nearhome.app.pages.visits import ics
from nearhome.geo.transit.itineraries import TYPICAL

if TYPE_CHECKING:
    from icalendar import Event

LONDON = ZoneInfo("Europe/London")
TODAY = date(2026, 11, 21)


def made(minutes: float, day: str = "sat-pm") -> VisitDay:
    trip = Trip(0.9 * minutes, minutes, 1.1 * minutes)
    return visit_day.plan_day(visit_day.choose("", day)[0], lambda _: trip, lambda _: trip)


def event_of(file: bytes) -> Event:
    """Read the one event of a file."""
    (event,) = Calendar.from_ical(file).walk("VEVENT")
    return event


def test_lines_end_and_fold_as_the_standard_says() -> None:
    file = ics.write(made(120), TODAY, basis=TYPICAL)
    assert file.startswith(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert file.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in file.replace(b"\r\n", b"")
    assert max(map(len, file.split(b"\r\n"))) <= 75
    assert b"\\, not a timetable" in file.replace(b"\r\n ", b"")


def test_a_reader_finds_the_day_its_hours_and_what_they_rest_on() -> None:
    calendar = Calendar.from_ical(ics.write(made(120), TODAY, basis=TYPICAL))
    assert not calendar.errors
    assert str(calendar["PRODID"]) == "-//nearhome//day out//EN"
    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/London"]
    (event,) = calendar.walk("VEVENT")
    assert not event.errors
    assert event.decoded("DTSTART") == datetime(2026, 11, 28, 11, 15, tzinfo=LONDON)
    assert event.decoded("DTEND") == datetime(2026, 11, 28, 18, 15, tzinfo=LONDON)
    assert event["DTSTART"].params["TZID"] == "Europe/London"
    assert str(event["CLASS"]) == "PRIVATE"
    assert str(event["DESCRIPTION"]).endswith("Typical, not a timetable: look up trains and buses before you go.")


def test_the_zone_in_the_file_is_that_of_london() -> None:
    # The rules in the file against the time zone database, on and around the days the clocks change.
    zone = ics.timezone().to_tz(lookup_tzid=False)
    for year in range(1997, 2030):
        for month, after in ((3, 1), (10, 0)):
            last = max(day for day in range(25, 32) if date(year, month, day).weekday() == 6)
            noon = datetime(year, month, last, 12, tzinfo=LONDON)
            assert noon.utcoffset() == timedelta(hours=after)
            for at in (noon, noon - timedelta(days=1), noon + timedelta(days=1)):
                assert at.replace(tzinfo=zone).utcoffset() == at.utcoffset(), at


@pytest.mark.parametrize(
    ("minutes", "start"),
    [(700, datetime(2026, 11, 27, 13, 35, tzinfo=LONDON)), (60, datetime(2026, 11, 28, 12, 15, tzinfo=LONDON))],
)
def test_a_night_away_begins_the_day_before(minutes: float, start: datetime) -> None:
    event = event_of(ics.write(made(minutes), TODAY))
    assert event.decoded("DTSTART") == start
    assert ("Needs a night away" in str(event["DESCRIPTION"])) == (minutes == 700)


def test_nothing_tells_where_one_goes() -> None:
    file = ics.write(made(90), TODAY, basis=TYPICAL)
    assert str(event_of(file)["SUMMARY"]) == "Day out"
    told = file.decode().casefold()
    assert not any(word in told for word in ("prison", "visit", "hmp", "gate", "exeter", "session"))


def test_the_same_day_gives_the_same_bytes_and_another_day_another_event() -> None:
    day = made(90)
    file = ics.write(day, TODAY, basis=TYPICAL)
    assert file == ics.write(day, TODAY, basis=TYPICAL)
    event = event_of(file)
    assert event.decoded("DTSTAMP") == datetime(2026, 11, 21, tzinfo=UTC)
    assert uuid.UUID(str(event["UID"])).version == 5
    others = (
        ics.write(day, TODAY + timedelta(days=7), basis=TYPICAL),
        ics.write(replace(day, leave=day.leave - 30), TODAY, basis=TYPICAL),
        ics.write(day, TODAY),
    )
    assert len({str(event["UID"]), *(str(event_of(each)["UID"]) for each in others)}) == 4


def test_the_event_keeps_its_id_when_it_is_asked_for_again_before_the_day() -> None:
    # A calendar that takes both has the day once.
    day = made(90)
    one, two = (event_of(ics.write(day, TODAY + timedelta(days=later))) for later in (1, 3))
    assert one["UID"] == two["UID"]
    assert one.decoded("DTSTAMP") < two.decoded("DTSTAMP")


@given(today=st.dates(date(2026, 1, 1), date(2030, 1, 1)), day=st.sampled_from(DAYS))
def test_the_day_is_the_next_of_its_name_after_today(today: date, day: str) -> None:
    on = ics.next_day(made(60, day), today)
    assert DAYS[on.weekday()] == day
    assert timedelta(days=1) <= on - today <= timedelta(days=7)


@given(basis=st.text(st.characters(exclude_categories=("C",)), min_size=1, max_size=200))
def test_any_text_comes_back_as_it_was(basis: str) -> None:
    file = ics.write(made(90), TODAY, basis=basis)
    assert all(len(line) <= 75 for line in file.split(b"\r\n"))
    assert f"{basis[:1].upper()}{basis[1:]}: look up" in str(event_of(file)["DESCRIPTION"])
