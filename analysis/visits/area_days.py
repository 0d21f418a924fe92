"""Visiting days from the towns of an area to prisons: leave, arrive, home, a night away or not, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nearhome.analysis.visits import day as visit_day
from nearhome.analysis.visits import options
from nearhome.analysis.visits.visit import Visit
from nearhome.data.errors import InputError, NoRouteError
from nearhome.data.places import areas as area_finder
from nearhome.data.prisons import register as prison_register
from nearhome.geo.places import areas
from nearhome.geo.routing import car_journeys

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from nearhome.analysis.costs.party import Party
    from nearhome.analysis.visits.options import Option
    from nearhome.data.prisons.register import Prison
    from nearhome.data.prisons.sessions import Session
    from nearhome.geo.places.areas import WeightedTown
    from nearhome.geo.routing.router import Router

SMALLEST_TOWN_POSTCODES: Final = 100
"""Places with fewer postcodes, about 2,600 people, are counted with the next nearest town."""

NOON: Final = "12:00"


@dataclass(frozen=True, slots=True)
class AreaDay:
    """One town, one prison, one session and one way to travel; ``option`` is None where there is no way."""

    town: str
    people: float
    prison: Prison
    session: Session
    mode: str
    option: Option | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Home:
    lat: float
    lon: float
    nation: str


def prisons_of_region(region: str, as_of: date) -> list[Prison]:
    """Return the prisons of a region that are open on a day, by their names; removal centres are none.

    Raises
    ------
    InputError
        There is no such region, or no prison in it.
    """
    wanted = area_finder.find(region, "region")
    found = [
        prison
        for prison in prison_register.prisons()
        if prison.is_open(as_of)
        and "IRC" not in prison.categories
        and areas.authority_at(prison.lat, prison.lon) in wanted.authorities
    ]
    if not found:
        msg = f"No prison of {wanted.name} is open on {as_of.isoformat()}; choose another day or region."
        raise InputError(msg)
    return sorted(found, key=lambda prison: prison.short_name)


def sessions_of(prison: Prison, patterns: Sequence[str]) -> list[Session]:
    """Return one session a pattern: the first of an afternoon, else the first; none where the prison has no such day.

    Where none of a prison's own are known, usual ones stand for them.
    """
    found = []
    for pattern in patterns:
        try:
            fitting = visit_day.choose(prison.id, pattern)
        except InputError:
            visit_day.choose("", pattern)  # a pattern that is none is refused; one that this prison lacks is left out
            continue
        found.append(next((each for each in fitting if each.start >= NOON), fitting[0]))
    return found


def visiting_days(
    towns: Sequence[WeightedTown],
    prisons: Sequence[Prison],
    *,
    patterns: Sequence[str],
    party: Party,
    as_of: date,
    router: Router,
) -> Iterator[AreaDay]:
    """Work out the days from every town to every prison, by car and by the cheapest public transport.

    Parameters
    ----------
    towns
        As from ``nearhome.geo.places.areas.towns_of`` or ``towns_within``.
    prisons
        Where to, each in turn.
    patterns
        Which sessions, such as ``sat`` and ``weekday``: one of each for each prison that has one.
    party
        Who travels.
    as_of
        The day whose prices hold; a visit is on the first day of its session after it.
    router
        The roads.

    Raises
    ------
    InputError
        A pattern is none.
    DateError
        A price is not known so early.
    """
    for prison in prisons:
        for session in sessions_of(prison, patterns):
            for town in towns:
                home = _Home(town.lat, town.lon, area_finder.authority(town.authority_code).nation)
                visit = Visit(home, prison, party, as_of, router, session)
                for mode in ("car", "transit"):
                    try:
                        option = _option(visit, mode)
                    except NoRouteError as error:
                        yield AreaDay(town.name, town.people, prison, session, mode, None, str(error))
                    else:
                        yield AreaDay(town.name, town.people, prison, session, option.mode, option)


def _option(visit: Visit, mode: str) -> Option:
    if mode == "car":
        return options.by_car(visit, car_journeys.by_car(visit.origin, visit.prison, visit.router))
    return options.by_public_transport(visit, profiles=("transit",))[0]


COLUMNS: Final = (
    "town",
    "people",
    "prison_id",
    "prison",
    "day",
    "session_start",
    "session_end",
    "session_as_of",
    "mode",
    "basis",
    "leave_home",
    "at_the_gate",
    "home",
    "overnight",
    "nights",
    "why",
    "away_minutes",
    "minutes_one_way",
    "minutes_low",
    "minutes_high",
    "cost_pence",
    "cost_low_pence",
    "cost_high_pence",
    "reimbursement_pence",
    "left_to_pay_pence",
    "note",
)


def values(day: AreaDay) -> tuple[object, ...]:
    """Return a day as the values of ``COLUMNS``; people are modelled, money is whole pence, empty where unknown."""
    known = day.session.as_of != visit_day.UNKNOWN
    first: tuple[object, ...] = (
        day.town,
        round(day.people),
        day.prison.id,
        day.prison.short_name,
        day.session.day,
        day.session.start,
        day.session.end,
        day.session.as_of.isoformat() if known else "assumed",
        day.mode,
    )
    option = day.option
    if option is None or option.day is None:
        return (*first, *([""] * (len(COLUMNS) - len(first) - 1)), day.note)
    when = option.day
    return (
        *first,
        option.there.basis if option.there else "drive time, estimate",
        visit_day.clock(when.leave),
        visit_day.clock(when.arrive),
        visit_day.clock(when.home),
        when.overnight,
        when.nights,
        "; ".join(when.reasons),
        round(when.away_minutes),
        round(option.minutes),
        round(option.minutes_low),
        round(option.minutes_high),
        option.cost.pence,
        option.cost.low_pence,
        option.cost.high_pence,
        "" if option.reimbursement.pence is None else option.reimbursement.pence,
        option.left_to_pay_pence,
        day.note,
    )
