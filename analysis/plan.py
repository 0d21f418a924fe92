"""A visit plan: one family's journey to one prison, what it costs and what may come back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nearhome.analysis import costs, help_with_visits, tariffs
from nearhome.data import catalogue
from nearhome.data.errors import InputError
from nearhome.geo import journeys, network

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from nearhome.analysis.costs import Cost
    from nearhome.analysis.help_with_visits import Reimbursement
    from nearhome.data.prisons import Prison
    from nearhome.geo.journeys import CarJourney, Leg
    from nearhome.geo.places import Place
    from nearhome.geo.routing import Router

LEAD_MINUTES = 45
"""Families are asked to be at the gate this long before a session (HMPPS visiting guidance)."""

SESSION_MINUTES = 120
"""The commonest length of a session in the shipped table of visiting sessions."""

ORIGIN_TABLES = {
    "postcode": ("postcodes",),
    "sector": ("postcode_sectors",),
    "district": ("postcode_districts",),
    "area": ("postcode_areas",),
    "town": ("places",),
}


@dataclass(frozen=True, slots=True)
class Party:
    """Who travels: at least one adult; children are under 18."""

    adults: int = 1
    children: int = 0

    def __post_init__(self) -> None:
        """Refuse a party without an adult or with a negative number.

        Raises
        ------
        InputError
            No adult travels, or a number is below zero or not whole.
        """
        for name, number in (("adults", self.adults), ("children", self.children)):
            if isinstance(number, bool) or not isinstance(number, int):
                msg = f"The number of {name} must be a whole number, and {number!r} was given: type a number."
                raise InputError(msg)
        if self.adults < 1:
            msg = f"At least one adult travels; {self.adults} was given: type 1 or more adults."
            raise InputError(msg)
        if self.children < 0:
            msg = f"Children cannot be fewer than 0; {self.children} was given: type 0 or more children."
            raise InputError(msg)

    @property
    def people(self) -> int:
        """How many travel, adults and children."""
        return self.adults + self.children


@dataclass(frozen=True, slots=True)
class Option:
    """One way to travel. Miles and minutes are one way, there; costs are for the party, there and back."""

    mode: str
    miles: float
    minutes: float
    minutes_low: float
    minutes_high: float
    return_minutes: float
    cost: Cost
    legs: tuple[Leg, ...]
    line: tuple[tuple[float, float], ...]
    """The route there as (lat, lon) points, EPSG:4326."""


@dataclass(frozen=True, slots=True)
class VisitPlan:
    """Everything a family is told about one visit."""

    origin: Place
    prison: Prison
    party: Party
    as_of: date
    crow_miles: float
    options: tuple[Option, ...]
    reimbursement: Reimbursement
    left_to_pay_pence: int
    tables: dict[str, str]

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as plain values for JSON: whole pence, minutes and miles to one decimal.

        Miles and minutes are one way unless the key says return; costs are for the party, there and back.
        """
        back = self.reimbursement
        return {
            "origin": {
                "input": self.origin.input,
                "kind": self.origin.kind,
                "precision_m": self.origin.precision_m,
                "lat": round(self.origin.lat, 5),
                "lon": round(self.origin.lon, 5),
                "note": self.origin.note,
            },
            "prison": {
                "id": self.prison.id,
                "name": self.prison.name,
                "lat": self.prison.lat,
                "lon": self.prison.lon,
            },
            "party": {"adults": self.party.adults, "children": self.party.children},
            "as_of": self.as_of.isoformat(),
            "crow_miles": round(self.crow_miles, 1),
            "options": [_option_dict(option) for option in self.options],
            "reimbursement": {
                "scheme": back.scheme,
                "pence": back.pence,
                "low_pence": back.low_pence,
                "high_pence": back.high_pence,
                "lines": [
                    {"label": line.label, "pence": line.pence, "rule": line.rule, "source": line.source}
                    for line in back.lines
                ],
                "conditions": list(back.conditions),
            },
            "left_to_pay_pence": self.left_to_pay_pence,
            "tables": self.tables,
        }


def plan_visit(origin: Place, prison: Prison, *, party: Party, as_of: date, router: Router | None = None) -> VisitPlan:
    """Plan one visit by car: the journey, its cost, what may come back and what is left to pay.

    The time away from home, on which food money depends, is the way there and back, 45 minutes at the gate
    and a session of two hours.

    Raises
    ------
    NoRouteError
        No road or car ferry joins the two.
    DateError
        A price or rate is not known so early.
    """
    journey = journeys.by_car(origin, prison, router)
    cost = car_cost(journey, party=party, as_of=as_of)
    away_minutes = journey.return_minutes + LEAD_MINUTES + SESSION_MINUTES
    reimbursement = help_with_visits.estimate(
        return_miles=journey.return_road_miles,
        visitor_nation=origin.nation,
        prison_nation=prison.country,
        party=party,
        away_minutes=away_minutes,
        out_of_pocket=cost,
        as_of=as_of,
    )
    cost = costs.Cost((*cost.lines, *food_lines(reimbursement)))
    option = Option(
        mode="car",
        miles=journey.miles,
        minutes=journey.minutes,
        minutes_low=journey.minutes_low,
        minutes_high=journey.minutes_high,
        return_minutes=journey.return_minutes,
        cost=cost,
        legs=journey.legs,
        line=journey.line,
    )
    used = ("prisons", *ORIGIN_TABLES.get(origin.kind, ()), *network.TABLES)
    return VisitPlan(
        origin=origin,
        prison=prison,
        party=party,
        as_of=as_of,
        crow_miles=journey.crow_miles,
        options=(option,),
        reimbursement=reimbursement,
        left_to_pay_pence=help_with_visits.left_to_pay_pence(cost, reimbursement),
        tables={**catalogue.versions(*used), **tariffs.versions()},
    )


def car_cost(journey: CarJourney, *, party: Party, as_of: date) -> Cost:
    """Return what a party pays for a journey by car, there and back, with its tolls and ferries."""
    legs = (*journey.legs, *journey.legs_back)
    return costs.car_cost(
        return_miles=journey.return_road_miles,
        tolls=_crossings([leg for leg in legs if leg.toll]),
        ferries=_crossings([leg for leg in legs if leg.ferry]),
        party=party,
        as_of=as_of,
    )


def food_lines(reimbursement: Reimbursement) -> list[costs.CostLine]:
    """Count food on a long day at what the scheme pays at most, so that food money never seems to pay for petrol."""
    return [
        costs.CostLine(
            label=line.label,
            kind="food",
            pence=line.pence,
            low_pence=0,
            high_pence=2 * line.pence,
            basis="A long day away: what Help with Prison Visits pays at most, from nothing if you bring your own "
            "to twice that (estimate). You get back only what you spend.",
        )
        for line in reimbursement.lines
        if line.label == help_with_visits.FOOD and line.pence
    ]


def _crossings(legs: Sequence[Leg]) -> list[costs.Crossing]:
    return [costs.Crossing(leg.ferry or leg.toll, leg.heading, leg.miles if leg.ferry else None) for leg in legs]


def _option_dict(option: Option) -> dict[str, Any]:
    return {
        "mode": option.mode,
        "miles": round(option.miles, 1),
        "minutes": round(option.minutes, 1),
        "minutes_low": round(option.minutes_low, 1),
        "minutes_high": round(option.minutes_high, 1),
        "cost_pence": option.cost.pence,
        "cost_low_pence": option.cost.low_pence,
        "cost_high_pence": option.cost.high_pence,
        "cost_lines": [
            {
                "label": line.label,
                "pence": line.pence,
                "low_pence": line.low_pence,
                "high_pence": line.high_pence,
                "basis": line.basis,
            }
            for line in option.cost.lines
        ],
        "return_minutes": round(option.return_minutes, 1),
        "legs": [
            {
                "kind": leg.kind,
                "name": leg.name,
                "miles": round(leg.miles, 1),
                "minutes": round(leg.minutes, 1),
                "toll": leg.toll or None,
                "ferry": leg.ferry or None,
            }
            for leg in option.legs
        ],
    }
