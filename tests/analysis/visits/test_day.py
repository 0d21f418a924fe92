"""The day of a visit: clock times, nights away, school days, and which sessions are meant."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nearhome.analysis.visits import day as visit_day
from nearhome.analysis.visits.day import Boarding, Trip, VisitDay, choose, clock, plan_day
from nearhome.data.errors import InputError
from nearhome.data.prisons.sessions import Session, sessions


def session(day: str = "sat", start: str = "14:00", end: str = "16:00") -> Session:
    return Session("EXI", "", day, start, end, 120, public_booking=True, as_of=date(2026, 3, 30))


def day_of(there: Trip, back: Trip | None = None, **when: str) -> VisitDay:
    return plan_day(session(**when), lambda _: there, lambda _: back or there)


def by_car(minutes: float) -> Trip:
    return Trip(0.87 * minutes, minutes, 1.19 * minutes, driving_minutes=minutes)


def by_train(minutes: float, per_hour: float = 1.0) -> Trip:
    return Trip(0.9 * minutes, minutes, 1.1 * minutes, (Boarding(20.0, minutes - 20.0, per_hour),))


def test_a_day_by_car_by_hand() -> None:
    """Two hours there for two o'clock: at the gate 13:15, leave 11:15; out at 16:15, home 18:15."""
    day = day_of(by_car(120))
    assert [clock(at) for at in (day.leave, day.arrive, day.start, day.end, day.home)] == [
        "11:15",
        "13:15",
        "14:00",
        "16:00",
        "18:15",
    ]
    assert day.away_minutes == 7 * 60
    assert day.overnight == "no"
    assert day.nights == 0
    assert day.reasons == ()
    assert day.day == "Saturday"


def test_the_ways_are_asked_for_the_right_times() -> None:
    asked: list[float] = []

    def note(minute: float) -> Trip:
        asked.append(minute)
        return by_car(60)

    plan_day(session(), note, note, lead_minutes=30)
    assert asked == [13 * 60 + 30, 16 * 60 + 15]


@pytest.mark.parametrize(
    ("trip", "when", "before", "after"),
    [
        (by_train(200), {"start": "14:00", "end": "16:00"}, "no", "no"),
        (by_train(420), {"start": "09:30", "end": "11:30"}, "yes", "no"),
        (by_train(425), {"start": "14:00", "end": "16:00"}, "perhaps", "perhaps"),
        (by_train(520), {"start": "15:30", "end": "17:30"}, "perhaps", "yes"),
        (by_train(120, per_hour=0.2), {"start": "17:00", "end": "19:00"}, "no", "yes"),
        (by_car(600), {"start": "14:00", "end": "16:00"}, "yes", "yes"),
    ],
)
def test_nights_away(trip: Trip, when: dict[str, str], before: str, after: str) -> None:
    day = day_of(trip, **when)
    assert (day.night_before, day.night_after) == (before, after)
    assert bool(day.reasons) == (day.overnight != "no")


def test_sunday_trains_start_late() -> None:
    trip = by_train(240)
    assert day_of(trip, day="sat", start="11:00", end="12:00").night_before == "no"
    assert day_of(trip, day="sun", start="11:00", end="12:00").night_before == "yes"


def test_a_long_drive_there_and_back_needs_a_rest() -> None:
    day = day_of(by_car(280), start="13:00", end="14:00")
    assert day.night_after == "yes"
    assert "nine hours" in day.reasons[0]
    assert day.away_minutes == pytest.approx(day.home - day.leave + 24 * 60)


@given(st.floats(5, 700), st.sampled_from(["mon", "sat", "sun"]), st.integers(8, 18))
def test_longer_ways_never_need_fewer_nights(minutes: float, day: str, hour: int) -> None:
    order = ("no", "perhaps", "yes")
    when = {"day": day, "start": f"{hour:02d}:00", "end": f"{hour + 1:02d}:00"}
    short, long = day_of(by_train(minutes), **when), day_of(by_train(1.2 * minutes), **when)
    assert order.index(short.night_before) <= order.index(long.night_before)
    assert order.index(short.night_after) <= order.index(long.night_after)
    assert short.leave_earliest <= short.leave <= short.arrive < short.start < short.end < short.home
    assert short.home <= short.home_latest


@pytest.mark.parametrize(
    ("when", "minutes", "age", "missed"),
    [
        ({"day": "wed"}, 60, 9, 1),
        ({"day": "wed"}, 60, 4, 0),
        ({"day": "wed"}, 60, 17, 0),
        ({"day": "sat"}, 200, 9, 0),
        ({"day": "fri", "start": "17:00", "end": "18:00"}, 30, 9, 0),
        ({"day": "sun", "start": "16:00", "end": "18:00"}, 560, 9, 1),
        ({"day": "mon", "start": "09:00", "end": "10:00"}, 300, 9, 1),
    ],
)
def test_school_days_missed(when: dict[str, str], minutes: float, age: int, missed: int) -> None:
    assert day_of(by_train(minutes), **when).school_days_missed(age) == missed


def test_sessions_that_avoid_a_school_day() -> None:
    days = [day_of(by_car(60), day=day) for day in ("mon", "sat", "sun")]
    assert [day.session.day for day in visit_day.avoiding(days, 8)] == ["sat", "sun"]


def test_sessions_by_pattern() -> None:
    every = choose("EXI")
    assert every == sessions("EXI")
    for found in choose("EXI", "sat-pm"):
        assert found.day == "sat"
        assert found.start >= "12:00"
    assert {found.day for found in choose("EXI", "weekday")} <= {"mon", "tue", "wed", "thu", "fri"}


def test_a_prison_without_known_sessions_gets_assumed_ones() -> None:
    found = choose("nowhere", "sat")
    assert [(each.day, each.start) for each in found] == [("sat", "14:00")]
    day = plan_day(found[0], lambda _: by_car(60), lambda _: by_car(60))
    assert day.assumed
    assert [each.day for each in choose("nowhere")] == ["wed", "sat"]
    assert choose("nowhere", "tue-am")[0].start == "09:30"


def test_patterns_that_fit_nothing_are_refused() -> None:
    with pytest.raises(InputError, match="no session 'someday'"):
        choose("EXI", "someday")
    have = {(each.day, each.start < "12:00") for each in sessions("EXI")}
    missing = next(
        f"{day}-{half}" for day in visit_day.DAYS for half in ("am", "pm") if (day, half == "am") not in have
    )
    with pytest.raises(InputError, match="it has"):
        choose("EXI", missing)


def test_clocks_wrap_round_midnight() -> None:
    assert clock(-30) == "23:30"
    assert clock(24 * 60 + 62) == "01:00"
