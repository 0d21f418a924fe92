"""Video calls beside a journey: what is offered, and what one saves.

The rules are those of one page of guidance for England and Wales. For Scotland and Northern Ireland no source was at
hand, so nothing is said there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from nearhome.analysis.visits import day as visit_day
from nearhome.analysis.visits import options

if TYPE_CHECKING:
    from nearhome.analysis.visits.options import Option
    from nearhome.data.prisons.register import Prison
    from nearhome.data.prisons.sessions import Session

SOURCE: Final = "gov.uk/guidance/visit-a-prisoner-using-a-video-call"
SEEN: Final = date(2026, 11, 21)
"""When a copy of the page was read; the copy itself bears no date."""

NATIONS: Final = frozenset({"England", "Wales"})
DISAGREES: Final = (
    "Another page (gov.uk/staying-in-touch-with-someone-in-prison) still says one call of up to 30 minutes a month."
)


@dataclass(frozen=True, slots=True)
class VideoCalls:
    """What a prisoner is offered each month, and what a caller needs."""

    calls_a_month: int
    minutes_each: int
    or_minutes_once: int
    """Instead of these, one call of this length."""
    people: int
    """So many callers at most on one call."""
    conditions: tuple[str, ...]
    source: str
    seen: date


ENGLAND_AND_WALES: Final = VideoCalls(
    calls_a_month=2,
    minutes_each=30,
    or_minutes_once=60,
    people=4,
    conditions=(
        "You need a phone or a tablet; a computer will not do.",
        "The apps are free. Which one the prison uses is on its own page of GOV.UK.",
        "Everyone on the call must be on the prisoner's visitor list. The main caller must be over 18.",
        "You need photo ID. The prisoner or you ask for the call, and the prison sets its time.",
        "Calls are recorded, and staff may listen.",
    ),
    source=SOURCE,
    seen=SEEN,
)


@dataclass(frozen=True, slots=True)
class Saving:
    """What a video call saves beside one visit; a call has its own minutes, taken off here."""

    away_minutes: float
    cost_pence: int
    left_to_pay_pence: int
    school_days: int
    """Most school days that one of the children would miss for the visit."""


def offered(prison: Prison) -> VideoCalls | None:
    """Return what a prison's nation offers; None where no source is known."""
    return ENGLAND_AND_WALES if prison.nation in NATIONS else None


def saving(calls: VideoCalls, option: Option, child_ages: tuple[int, ...] = ()) -> Saving:
    """Return what one call of the longest kind saves beside one way to visit.

    Without a day the time is that under way, there and back.
    """
    day = option.day
    away = option.return_minutes if day is None else day.away_minutes - calls.or_minutes_once
    return Saving(
        away_minutes=max(0.0, away),
        cost_pence=option.cost.pence,
        left_to_pay_pence=option.left_to_pay_pence,
        school_days=0 if day is None else max((day.school_days_missed(age) for age in child_ages), default=0),
    )


@dataclass(frozen=True, slots=True)
class Child:
    """What a visit means for a child of one age: school days missed in term time, and sessions that cost none."""

    age: int
    missed: int
    avoiding: tuple[Session, ...]


def children(option: Option, prison_id: str, ages: tuple[int, ...]) -> tuple[Child, ...]:
    """Return what one way to travel means for children of these ages, each age once, the youngest first.

    The way is taken to last as long on the prison's other sessions as on the chosen one. Nothing is returned where
    the option has no day. Where the prison's own sessions are not known, none is said to avoid anything.
    """
    day = option.day
    if day is None:
        return ()
    known = () if day.assumed else visit_day.choose(prison_id)
    going, coming = options.trips(option)
    days = [
        visit_day.plan_day(session, lambda _: going, lambda _: coming, lead_minutes=day.start - day.arrive)
        for session in known
    ]
    return tuple(
        Child(age, day.school_days_missed(age), tuple(each.session for each in visit_day.avoiding(days, age)))
        for age in sorted(set(ages))
    )
