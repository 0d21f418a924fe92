"""Who visits whom from where: the home and the visit that every way is looked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from nearhome.analysis.visits.day import LEAD_MINUTES
from nearhome.data.base.coordinates import Point

if TYPE_CHECKING:
    from datetime import date

    from nearhome.analysis.costs.party import Party
    from nearhome.data.prisons.register import Prison
    from nearhome.data.prisons.sessions import Session
    from nearhome.geo.routing.router import Router


class Home(Point, Protocol):
    """Where a family lives: a point (EPSG:4326) and its nation."""

    @property
    def nation(self) -> str:
        """England, Wales, Scotland or Northern Ireland."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Who goes where, when: what every way to travel has in common."""

    origin: Home
    prison: Prison
    party: Party
    as_of: date
    router: Router
    session: Session | None = None
    lead_minutes: float = LEAD_MINUTES
    when: date | None = None
    """The day of the visit; the first day of the session after ``as_of`` if none is given."""
