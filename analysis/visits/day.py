"""The day of a visit around a real session: when to leave, when to be home, and whether a night away is needed.

Without a timetable the day is typical: sessions are those of the shipped table, whose age is stated, and trains are
taken to run at the hours below, which are general knowledge of a railway that differs from line to line.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from nearhome.data.errors import InputError
from nearhome.data.prisons.sessions import Session, sessions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nearhome.geo.transit.buses import DayType

LEAD_MINUTES: Final = 45
"""Families are asked to be at the gate this long before a session (HMPPS visiting guidance)."""

GATE_OUT_MINUTES: Final = 15
"""From the end of a session to the gate (estimate)."""

Night = Literal["no", "perhaps", "yes"]
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_NAMES: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NOON: Final = 12 * 60
DAY_MINUTES: Final = 24 * 60

USUAL: Final = "sat-pm"
ASSUMED_DAYS: Final = ("wed", "sat")
ASSUMED_HOURS: Final = {"am": ("09:30", "11:30"), "pm": ("14:00", "16:00")}
"""What stands for the sessions of a prison whose own are not in the data: the commonest hours of those that are."""

UNKNOWN: Final = date.min
"""The date of a session that is only assumed."""

FIRST_TRAIN: Final = {"weekday": 5 * 60 + 45, "saturday": 6 * 60, "sunday": 8 * 60 + 45}
LAST_TRAIN: Final = {"weekday": 22 * 60 + 15, "saturday": 21 * 60 + 45, "sunday": 21 * 60 + 30}
LAST_ARRIVAL: Final = {"weekday": 24 * 60 + 30, "saturday": 24 * 60, "sunday": 24 * 60}
"""Minutes since midnight of the first and last departures of most lines and of their last arrivals: estimates, general
knowledge; branch lines stop hours earlier."""

RARE_PER_HOUR: Final = 0.5
RARE_LAST_TRAIN: Final = 19 * 60
"""A train that runs less than every two hours is not counted on after this (estimate)."""

EARLIEST_START: Final = 4 * 60 + 30
LATEST_HOME: Final = 24 * 60 + 30
LONGEST_DRIVE_MINUTES: Final = 9 * 60
"""Nobody is asked to leave home before, be home after, or drive longer in a day than this without a night's rest: the
limit of drivers' hours for those paid to drive is nine (Regulation (EC) 561/2006); the clock times are our own."""

SCHOOL_AGES: Final = (5, 16)
SCHOOL_HOURS: Final = (8 * 60 + 45, 15 * 60 + 15)
"""Usual hours of a school day, door to door; general knowledge. Holidays are not known here."""


class Boarding(NamedTuple):
    """A train on the way: when it is boarded, in minutes after setting out, how long it runs and how often."""

    after_minutes: float
    minutes: float
    per_hour: float


@dataclass(frozen=True, slots=True)
class Trip:
    """One direction of a journey, as the day needs to know it: minutes low, typical and high, trains, and driving."""

    low: float
    typical: float
    high: float
    trains: tuple[Boarding, ...] = ()
    driving_minutes: float = 0.0
    next_day: bool = False
    """Whether a timetable has no such way on the day, so that it is one of another day."""


@dataclass(frozen=True, slots=True)
class VisitDay:
    """A visit from door to door. Times are minutes since midnight of the session's day; negative is the day before.

    ``night_before`` and ``night_after`` say whether a night away is needed on either side.
    """

    session: Session
    leave: float
    leave_earliest: float
    """When to leave if everything takes long."""
    arrive: float
    start: float
    end: float
    home: float
    home_latest: float
    night_before: Night
    night_after: Night
    reasons: tuple[str, ...]

    @property
    def assumed(self) -> bool:
        """Whether the session only stands for those of a prison whose own are not in the data."""
        return self.session.as_of == UNKNOWN

    @property
    def overnight(self) -> Night:
        """Whether a night away is needed at all."""
        both = (self.night_before, self.night_after)
        return "yes" if "yes" in both else "perhaps" if "perhaps" in both else "no"

    @property
    def nights(self) -> int:
        """Nights away that are surely needed."""
        return (self.night_before == "yes") + (self.night_after == "yes")

    @property
    def away_minutes(self) -> float:
        """From door to door; with a night away, a day each more."""
        return self.home - self.leave + DAY_MINUTES * self.nights

    @property
    def day(self) -> str:
        """Name of the session's day."""
        return DAY_NAMES[DAYS.index(self.session.day)]

    def school_days_missed(self, age: int) -> int:
        """Return how many school days a child of this age misses in term time.

        A day is missed when the child is away during any part of it. Children under 5 and over 16 miss none.
        """
        if not SCHOOL_AGES[0] <= age <= SCHOOL_AGES[1]:
            return 0
        number = DAYS.index(self.session.day)
        leave = self.leave - (DAY_MINUTES / 2 if self.night_before == "yes" else 0.0)
        home = self.home + (DAY_MINUTES / 2 if self.night_after == "yes" else 0.0)
        missed = 0
        for offset in (-1, 0, 1):
            opens, closes = (clock + offset * DAY_MINUTES for clock in SCHOOL_HOURS)
            weekday = (number + offset) % 7 < 5  # noqa: PLR2004 -- Monday to Friday
            missed += weekday and leave < closes and home > opens
        return missed


def date_of(session: Session, after: date) -> date:
    """Return the first day after a date on which a session takes place."""
    ahead = (DAYS.index(session.day) - after.weekday() - 1) % 7 + 1
    return after + timedelta(days=ahead)


def clock(minutes: float, *, step: int = 5) -> str:
    """Write minutes since midnight as a time of day, rounded to ``step`` minutes."""
    whole = round(minutes / step) * step % DAY_MINUTES
    return f"{whole // 60:02d}:{whole % 60:02d}"


def minutes_of(text: str) -> int:
    """Read a time of day (14:30) as minutes since midnight."""
    hours, minutes = text.split(":")
    return 60 * int(hours) + int(minutes)


def day_type(session: Session) -> DayType:
    """Return the type of a session's day."""
    ends: dict[str, DayType] = {"sat": "saturday", "sun": "sunday"}
    return ends.get(session.day, "weekday")


def choose(prison_id: str, wanted: str = "") -> tuple[Session, ...]:
    """Return a prison's sessions that fit a pattern such as ``sat-pm``, ``sat``, ``am`` or ``weekday``.

    Where none are known at all, a typical session on a Wednesday and a Saturday stands for them.

    Raises
    ------
    InputError
        The pattern is none, or the prison has sessions and none fits.
    """
    words = [word for word in wanted.lower().split("-") if word]
    days = {"weekday": set(DAYS[:5]), "weekend": set(DAYS[5:]), **{day: {day} for day in DAYS}}
    halves = {"am", "pm"}
    unknown = [word for word in words if word not in days and word not in halves]
    if unknown:
        msg = f"There is no session {wanted!r}: give a day and half, such as sat-pm, tue-am, weekday or weekend."
        raise InputError(msg)
    wanted_days = set(DAYS).intersection(*(days[word] for word in words if word in days))
    wanted_halves = [word for word in words if word in halves] or ["am", "pm"]
    known = sessions(prison_id)
    if not known:
        usual = [day for day in ASSUMED_DAYS if day in wanted_days] or sorted(wanted_days, key=DAYS.index)[:1]
        return tuple(_assumed(day, wanted_halves[-1]) for day in usual)
    found = tuple(session for session in known if session.day in wanted_days and pattern(session)[-2:] in wanted_halves)
    if found:
        return found
    have = ", ".join(dict.fromkeys(pattern(session) for session in known))
    msg = f"This prison has no session {wanted!r} in nearhome's data; it has {have}."
    raise InputError(msg)


def usual(prison_id: str) -> Session:
    """Return the session to begin with: a prison's Saturday afternoon, or else its first."""
    known = choose(prison_id)
    return next((session for session in known if pattern(session) == USUAL), known[0])


def pattern(session: Session) -> str:
    """Return the day and half of a session, as ``choose`` takes them: ``sat-pm``."""
    return f"{session.day}-{'am' if minutes_of(session.start) < NOON else 'pm'}"


def plan_day(
    session: Session,
    there: Callable[[float], Trip],
    back: Callable[[float], Trip],
    *,
    lead_minutes: float = LEAD_MINUTES,
) -> VisitDay:
    """Put a journey around a session.

    Parameters
    ----------
    session
        The session; its day and times are local.
    there
        Gives the way there for an arrival at so many minutes since midnight.
    back
        Gives the way home for a departure at so many minutes since midnight.
    lead_minutes
        How long before the session one is to be at the gate.
    """
    start, end = minutes_of(session.start), minutes_of(session.end)
    arrive, away = start - lead_minutes, end + GATE_OUT_MINUTES
    going, coming = there(arrive), back(away)
    kind = day_type(session)
    leave, home = arrive - going.typical, away + coming.typical
    before, why_before = _before(leave, arrive - going.high, going, kind)
    after, why_after = _after(away, home, away + coming.high, coming, kind)
    long_drive = going.driving_minutes + coming.driving_minutes > LONGEST_DRIVE_MINUTES
    if long_drive and before == after == "no":
        after, why_after = "yes", "driving there and back takes more than nine hours"
    return VisitDay(
        session=session,
        leave=leave,
        leave_earliest=arrive - going.high,
        arrive=arrive,
        start=start,
        end=end,
        home=home,
        home_latest=away + coming.high,
        night_before=before,
        night_after=after,
        reasons=tuple(why for why in (why_before, why_after) if why),
    )


def _before(leave: float, earliest: float, trip: Trip, kind: DayType) -> tuple[Night, str]:
    """Say whether one must set out the day before, and why."""
    if trip.next_day:
        return "yes", "by timetable nothing gets you there in time on the day"
    slack = leave - earliest
    spare = min([leave - EARLIEST_START, *(leave + train.after_minutes - FIRST_TRAIN[kind] for train in trip.trains)])
    why = f"leaving at {clock(leave)} is before trains start" if trip.trains else f"you would leave at {clock(leave)}"
    return _judged(spare, slack, why)


def _after(away: float, home: float, latest: float, trip: Trip, kind: DayType) -> tuple[Night, str]:
    """Say whether one cannot be home the same night, and why."""
    if trip.next_day:
        return "yes", "by timetable nothing takes you home that night"
    spare = LATEST_HOME - home
    for train in trip.trains:
        board = away + train.after_minutes
        last = RARE_LAST_TRAIN if train.per_hour < RARE_PER_HOUR else LAST_TRAIN[kind]
        spare = min(spare, last - board, LAST_ARRIVAL[kind] - board - train.minutes)
    why = "the last trains would be gone" if trip.trains else f"you would be home at {clock(home)}"
    return _judged(spare, latest - home, why)


def _judged(spare: float, slack: float, why: str) -> tuple[Night, str]:
    if spare < 0:
        return "yes", why
    return ("perhaps", f"it is tight: {why} if things run late") if spare < slack else ("no", "")


def avoiding(days: Sequence[VisitDay], age: int) -> list[VisitDay]:
    """Return the days of which a child of this age misses no school."""
    return [day for day in days if day.school_days_missed(age) == 0]


def _assumed(day: str, half: str) -> Session:
    start, end = ASSUMED_HOURS[half]
    length = minutes_of(end) - minutes_of(start)
    return Session("", "", day, start, end, length, public_booking=False, as_of=UNKNOWN)
