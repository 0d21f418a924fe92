"""A visit plan: one family's journey to one prison, what it costs and what may come back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from nearhome.analysis.costs import Cost
    from nearhome.analysis.help_with_visits import Reimbursement
    from nearhome.data.prisons import Prison
    from nearhome.geo.journeys import Leg
    from nearhome.geo.places import Place


@dataclass(frozen=True, slots=True)
class Party:
    """Who travels: at least one adult; children are under 18."""

    adults: int = 1
    children: int = 0


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
