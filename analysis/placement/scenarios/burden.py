"""What one visit takes from each authority to each prison: minutes, miles and pence, by car and by public transport.

An authority's figures are the mean over the likely homes of people in prison in it (``homes.Sectors``), by the quickest
road or the typical way by train and bus. Money is for the whole party there and back, as ``costs``, ``fares`` and
``help_with_visits`` work it out, from distance alone: tolls and ferries are left out, and fares by train are modelled.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from nearhome.analysis.costs import car as car_costs
from nearhome.analysis.costs import fares, tariffs
from nearhome.analysis.costs.party import Party
from nearhome.analysis.help_with_visits import scheme
from nearhome.analysis.population import estate, homes
from nearhome.analysis.visits import day
from nearhome.data.base.units import KM_PER_MILE, MINUTES_PER_HOUR
from nearhome.data.errors import DateError
from nearhome.data.places import postcodes
from nearhome.data.places.nations import Nation
from nearhome.data.prisons import published_figures
from nearhome.geo.routing.router import Router
from nearhome.geo.transit import sectors

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from nearhome.analysis.placement.scenarios.schema import Visits
    from nearhome.data.base.arrays import Floats
    from nearhome.geo.transit.sectors import When


SESSION_MINUTES: Final = 120.0
EARLIEST_LEAVE, LATEST_HOME = 7 * 60.0, 20 * 60.0
"""A family with children leaves home after the one and is home by the other, or stays a night (assumption)."""

BUS_ONLY_MILES: Final = 10.0
"""Up to so many miles as the crow flies there is no train in the fare, and two buses each way (assumption)."""

RIDES_NEAR, RIDES_FAR = 4, 2
"""Bus rides there and back for each person: without a train, and to and from the stations (assumption)."""

THOUSANDTHS: Final = 1000
"""Ways are known to a thousandth of a minute or mile: what floats say beyond that differs by processor, and decides
nothing."""

_FARE_KM: Final = (2.0, 10.0, 20.0, 40.0, 60.0, 100.0, 150.0, 200.0, 300.0, 400.0, 600.0, 800.0, 1000.0, 1400.0)
_FAR_MILES: Final = 1_000.0
_NATIONS: Final = dict(zip(estate.NATIONS, (Nation.ENGLAND, Nation.SCOTLAND, Nation.NORTHERN_IRELAND), strict=True))
TABLES = (*homes.TABLES, "road_nodes", "road_edges", "road_barriers", "road_order", *sectors.TABLES, "sessions")


class PrisonSite(NamedTuple):
    """Where a prison is or would be, EPSG:4326; ``prison_id`` is empty for a new one."""

    prison_id: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """One way from home to prison, shape (homes, prisons), in whole thousandths; NaN where there is no way.

    ``miles`` and ``minutes_car`` are by road, ``minutes_public`` typical by train and bus, and ``crow_miles`` straight.
    """

    minutes_car: Floats
    minutes_public: Floats
    miles: Floats
    crow_miles: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Burden:
    """One visit, shape (homes, prisons), for those who go one way: by car, or by public transport.

    Attributes
    ----------
    minutes
        One way, typical.
    miles
        By road one way, whatever the way to travel.
    pence
        What the party pays there and back, a night's room included where one is needed.
    help_pence
        What Help with Prison Visits pays back to those who may claim, without nights, which are agreed one by one; NaN
        where no rate has a source, as for Northern Ireland's own scheme.
    night
        Whether the visit takes a night away.
    """

    minutes: Floats
    miles: Floats
    pence: Floats
    help_pence: Floats
    night: NDArray[np.bool_]


@lru_cache(maxsize=8)
def ways(nation: str, as_of: date, spots: tuple[PrisonSite, ...], when: When, *, public: bool = True) -> Ways:
    """Work out the ways from each authority of a nation, in the order of ``homes.sectors(nation).codes``.

    Where no way by public transport is known from some of an authority's sectors, the others stand for them.

    Parameters
    ----------
    nation
        A prison system, one of ``estate.NATIONS``.
    as_of
        The day whose figure says by how much more often the deprived are in prison, which weights homes.
    spots
        The prisons, in the order of the columns.
    when
        ``weekday`` or ``weekend``, for public transport.
    public
        Whether ways by public transport are asked for at all, which take a second for each new point; else they are
        those by car.
    """
    where = homes.sectors(nation)
    ratio = published_figures.figure("deprivation", "ratio", as_of).value
    weight = where.weights(ratio)
    minutes, miles = _by_road(where, weight, spots)
    crow = _crow(nation, ratio, spots)
    if not public:
        return Ways(minutes, minutes, miles, crow)
    row_of = {name: row for row, name in enumerate(postcodes.areas("sector"))}
    rows = np.array([row_of[name] for name in where.names])
    found = sectors.minutes_to(spots, when)[rows]
    return Ways(minutes, _rounded(_mean(found, weight, where.authority)), miles, crow)


def screened(nation: str, as_of: date, spots: tuple[PrisonSite, ...], when: When, *, public: bool) -> Ways:
    """Work the ways out as ``ways`` does, but those by public transport from the middle of each authority only.

    Parameters
    ----------
    nation, as_of, spots, when, public
        As for ``ways``.
    """
    from nearhome.geo.transit import pairs

    where = homes.sectors(nation)
    ratio = published_figures.figure("deprivation", "ratio", as_of).value
    weight = where.weights(ratio)
    minutes, miles = _by_road(where, weight, spots)
    crow = _crow(nation, ratio, spots)
    if not public:
        return Ways(minutes, minutes, miles, crow)
    middles = np.column_stack(
        [np.round(_mean(values[:, None], weight, where.authority)[:, 0], 5) for values in (where.lat, where.lon)]
    )
    goals = np.array([(spot.lat, spot.lon) for spot in spots])
    found = pairs.pair_times(
        np.tile(middles, (len(goals), 1)), np.repeat(goals, len(middles), axis=0), day=sectors.DAYS[when]
    )
    return Ways(minutes, _rounded(found.minutes.reshape(len(goals), len(middles)).T), miles, crow)


def _by_road(where: homes.Sectors, weight: Floats, spots: Sequence[PrisonSite]) -> tuple[Floats, Floats]:
    """Give minutes and miles by road, by authority."""
    origins = [PrisonSite("", lat, lon) for lat, lon in zip(where.lat.tolist(), where.lon.tolist(), strict=True)]
    road = Router.shipped().matrix(origins, spots)
    minutes, miles = (_mean(values, weight, where.authority) for values in (road.minutes, road.miles))
    return _rounded(minutes), _rounded(miles)


def _crow(nation: str, ratio: float, spots: Sequence[PrisonSite]) -> Floats:
    lat, lon = (np.array([getattr(spot, name) for spot in spots]) for name in ("lat", "lon"))
    return _rounded(homes.crow_miles(nation, ratio, lat, lon))


def _mean(values: Floats, weight: Floats, authority: NDArray[np.int64]) -> Floats:
    """Average what is known of an authority's sectors; NaN where nothing is."""
    known = np.isfinite(values)
    sums = _sums(np.where(known, values, 0.0) * weight[:, None], authority)
    whole = _sums(known * weight[:, None], authority)
    return np.asarray(np.divide(sums, whole, out=np.full(sums.shape, np.nan), where=whole > 0))


def _rounded(values: Floats) -> Floats:
    return np.asarray(np.rint(values * THOUSANDTHS) / THOUSANDTHS)


def _sums(values: Floats, authority: NDArray[np.int64]) -> Floats:
    starts = np.flatnonzero(np.r_[True, np.diff(authority) > 0])
    return np.asarray(np.add.reduceat(values, starts, axis=0))


def longest_day_trip(prison_id: str, *, flexible: bool = False) -> float:
    """Give the longest way there, in minutes, after which a family is home the same day from one of the sessions.

    Sessions that are not known are taken to be those of a usual afternoon. With flexible sessions there is also one of
    two hours in the middle of the family's day.
    """
    around = day.LEAD_MINUTES + SESSION_MINUTES + day.GATE_OUT_MINUTES
    found = (LATEST_HOME - EARLIEST_LEAVE - around) / 2 if flexible else 0.0
    for session in day.choose(prison_id):
        there = day.minutes_of(session.start) - day.LEAD_MINUTES - EARLIEST_LEAVE
        back = LATEST_HOME - day.minutes_of(session.end) - day.GATE_OUT_MINUTES
        found = max(found, min(there, back))
    return found


def by_car(given: Ways, spots: Sequence[PrisonSite], visits: Visits, as_of: date, nation: str) -> Burden:
    """Work out a visit in the family's own car.

    Parameters
    ----------
    given
        One way from each home to each prison.
    spots
        The prisons, in the order of the columns.
    visits
        Who goes, and whether sessions are at whatever time saves a night.
    as_of
        The day whose prices and rates hold.
    nation
        A prison system, one of ``estate.NATIONS``.
    """
    party = Party(visits.adults, visits.children)
    fixed, far = (car_costs.car_cost(return_miles=miles, party=party, as_of=as_of).pence for miles in (0.0, _FAR_MILES))
    return_miles = 2 * given.miles
    pence = fixed + (far - fixed) / _FAR_MILES * return_miles
    help_pence = np.where(return_miles <= scheme.MOST_RETURN_MILES, _rate(nation, as_of) * return_miles, 0.0)
    return _burden(given.minutes_car, given, spots, visits, as_of, pence=pence, back=help_pence, nation=nation)


def by_public_transport(given: Ways, spots: Sequence[PrisonSite], visits: Visits, as_of: date, nation: str) -> Burden:
    """Work out a visit by train and bus; where no such way is known, by car at the cost of one (a lift).

    Parameters
    ----------
    given, spots, visits, as_of, nation
        As for ``by_car``.
    """
    party = Party(visits.adults, visits.children)
    where = _NATIONS[nation]
    rail = [fares.rail_fare(km, party=party, as_of=as_of, nation=where).pence for km in _FARE_KM]
    near, far = (
        fares.bus_fare(rides, party=party, as_of=as_of, nation=where).pence for rides in (RIDES_NEAR, RIDES_FAR)
    )
    km = given.crow_miles * KM_PER_MILE * fares.RAIL_PER_CROW
    fare = np.where(given.crow_miles <= BUS_ONLY_MILES, near, np.interp(km, _FARE_KM, rail) + far)
    car = by_car(given, spots, visits, as_of, nation=nation)
    public = _burden(given.minutes_public, given, spots, visits, as_of, pence=fare, back=fare, nation=nation)
    known = np.isfinite(given.minutes_public)
    return Burden(
        minutes=np.where(known, public.minutes, car.minutes),
        miles=car.miles,
        pence=np.where(known, public.pence, car.pence),
        help_pence=np.where(known, public.help_pence, car.help_pence),
        night=np.where(known, public.night, car.night),
    )


def _burden(
    minutes: Floats,
    given: Ways,
    spots: Sequence[PrisonSite],
    visits: Visits,
    as_of: date,
    *,
    pence: Floats,
    back: Floats,
    nation: str,
) -> Burden:
    """Add food on a long day, which is paid back, and a room where the way is too long for a day."""
    party = Party(visits.adults, visits.children)
    away = 2 * minutes + day.LEAD_MINUTES + SESSION_MINUTES + day.GATE_OUT_MINUTES
    food = np.zeros(minutes.shape)
    for hours in (scheme.FOOD_HOURS, scheme.LONG_FOOD_HOURS):
        beyond = hours * MINUTES_PER_HOUR
        each = scheme.food_pence(away_minutes=beyond + 1, prison_nation=_NATIONS[nation], as_of=as_of)
        food = np.where(away > beyond, party.people * (each or 0.0), food)
    limit = np.array([longest_day_trip(spot.prison_id, flexible=visits.flexible_sessions) for spot in spots])
    night = minutes > limit
    room = car_costs.overnight_line(nights=1, party=party, as_of=as_of).pence
    unpaid = np.nan if nation == estate.NATIONS[2] else 0.0
    return Burden(minutes, given.miles, pence + food + room * night, back + food + unpaid, night)


def _rate(nation: str, as_of: date) -> float:
    """Give the scheme's pence a mile; NaN where it has no source."""
    key = "hwpv_mile_scotland" if nation == estate.NATIONS[1] else "hwpv_mile_england_wales"
    try:
        found = tariffs.known(key, as_of)
    except DateError:
        found = None
    return float("nan") if found is None else found.value
