"""A visit plan: one family's journey to one prison, what it costs and what may come back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nearhome.analysis.costs import tariffs
from nearhome.analysis.visits import day, options
from nearhome.analysis.visits.visit import Visit
from nearhome.data.base import coordinates
from nearhome.data.catalogue import tables as catalogue
from nearhome.data.errors import DateError, InputError, NearhomeError, NoRouteError
from nearhome.geo.imported import networks
from nearhome.geo.roads.conditions import SHIPPED, TODAY
from nearhome.geo.routing import car_journeys

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from nearhome.analysis.costs.fares import Railcard
    from nearhome.analysis.costs.party import Party
    from nearhome.analysis.help_with_visits.scheme import Reimbursement
    from nearhome.analysis.visits.options import Option
    from nearhome.data.prisons.register import Prison
    from nearhome.data.prisons.sessions import Session
    from nearhome.geo.imported.networks import AnsweringRoads
    from nearhome.geo.places.find import Place
    from nearhome.geo.roads.conditions import Conditions
    from nearhome.geo.transit.itineraries import Needs

MODES = ("car", "transit", "hire")
ORIGIN_TABLES = {
    "postcode": ("postcodes",),
    "sector": ("postcode_sectors",),
    "district": ("postcode_districts",),
    "area": ("postcode_areas",),
    "town": ("places",),
}


@dataclass(frozen=True, slots=True)
class VisitPlan:
    """Everything a family is told about one visit."""

    origin: Place
    prison: Prison
    party: Party
    as_of: date
    crow_miles: float
    options: tuple[Option, ...]
    tables: dict[str, str]
    network: str = SHIPPED
    """The roads that were used: ``shipped``, or ``imported:`` and the name of an import."""
    scenario: Conditions = TODAY
    """The conditions on the roads."""
    without: tuple[str, ...] = ()
    """Why other ways that were asked for are not there."""

    @property
    def reimbursement(self) -> Reimbursement:
        """What may come back for the first way to travel."""
        return self.options[0].reimbursement

    @property
    def left_to_pay_pence(self) -> int:
        """What is left to pay for the first way to travel."""
        return self.options[0].left_to_pay_pence


def plan_visit(  # noqa: PLR0913 -- keyword-only, each with a usual value
    origin: Place,
    prison: Prison,
    *,
    party: Party,
    as_of: date,
    roads: AnsweringRoads | None = None,
    modes: Sequence[str] = ("car",),
    session: Session | None = None,
    needs: Needs | None = None,
    railcard: Railcard | None = None,
    lead_minutes: float = day.LEAD_MINUTES,
) -> VisitPlan:
    """Plan one visit: the ways to travel, the day of each, its cost, what may come back and what is left to pay.

    Parameters
    ----------
    origin, prison, party, as_of
        Who travels from where to where, at the prices of which day.
    roads
        The roads to use, those that ship if none are given; ``nearhome.geo.imported.networks.roads_for`` chooses
        imported ones.
    modes
        Of ``car``, ``transit`` (by train and bus) and ``hire``; the answers keep this order.
    session
        The visit. Without one a day by car is the way there and back, 45 minutes at the gate and two hours, and
        transit takes the usual Saturday afternoon.
    needs, railcard, lead_minutes
        How the family walks, ordinarily if nothing is given, what card it has, and how early it is to be at the gate.

    Raises
    ------
    NoRouteError
        None of the ways is known.
    DateError
        A price or rate is not known so early.
    InputError
        A mode is none, or the railcard does not fit the party.

    Examples
    --------
    >>> from datetime import date
    >>> import nearhome as nh
    >>> day = date(2026, 11, 21)
    >>> home, prison = nh.find_place("TR1 2HE"), nh.find_prison("Exeter", day)
    >>> plan = plan_visit(home, prison, party=nh.Party(adults=1, children=2), as_of=day)
    >>> round(plan.options[0].miles), round(plan.crow_miles)
    (86, 74)
    """
    unknown = [mode for mode in modes if mode not in MODES]
    if unknown:
        msg = f"There is no way to travel called {unknown[0]!r}: use {', '.join(MODES)} or all."
        raise InputError(msg)
    roads = roads or networks.roads_for(origin, imported=False)
    visit = Visit(origin, prison, party, as_of, roads.router, session, lead_minutes)
    found, refused = _found(visit, modes, needs, railcard)
    if not found:
        raise refused[0]
    used = ["prisons", *ORIGIN_TABLES.get(origin.kind, ())]
    used += _transit_tables() if any(option.there for option in found) else ()
    used += ["sessions"] if session else []
    return VisitPlan(
        origin=origin,
        prison=prison,
        party=party,
        as_of=as_of,
        crow_miles=coordinates.crow_miles(origin.lat, origin.lon, prison.lat, prison.lon),
        options=tuple(found),
        tables={**catalogue.versions(*used), **roads.tables, **tariffs.versions()},
        network=roads.network,
        scenario=roads.scenario,
        without=tuple(str(error) for error in refused),
    )


def _found(
    visit: Visit, modes: Sequence[str], needs: Needs | None, railcard: Railcard | None
) -> tuple[list[Option], list[NearhomeError]]:
    """Work out the ways to travel, and why there are no others."""
    by_mode: dict[str, list[Option]] = {}
    refused: list[NearhomeError] = []
    if "transit" in modes:
        try:
            by_mode["transit"] = options.by_public_transport(visit, needs=needs, railcard=railcard)
        except NoRouteError as error:
            refused.append(error)
    if "car" in modes or "hire" in modes:
        try:
            journey = car_journeys.by_car(visit.origin, visit.prison, visit.router)
        except NoRouteError as error:
            refused.insert(0, error)
        else:
            by_mode["car"] = [options.by_car(visit, journey)]
            if "hire" in modes:
                public = next(iter(by_mode.get("transit", ())), None)
                try:
                    by_mode["hire"] = [options.by_hired_car(visit, journey, public)]
                except DateError as error:
                    refused.append(error)
    return [option for mode in modes for option in by_mode.get(mode, ())], refused


def _transit_tables() -> tuple[str, ...]:
    from nearhome.geo.transit import typical

    return typical.TABLES
