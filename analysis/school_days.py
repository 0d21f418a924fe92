"""School days that children miss for a visit, and the prison's sessions that avoid it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nearhome.analysis import options, visit_day

if TYPE_CHECKING:
    from nearhome.analysis.options import Option
    from nearhome.data.sessions import Session


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
