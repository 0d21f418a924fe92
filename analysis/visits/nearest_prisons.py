"""The prisons nearest to a place, by road time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nearhome.data.base import coordinates
from nearhome.data.errors import InputError
from nearhome.geo.routing.router import Router

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nearhome.data.base.coordinates import Point
    from nearhome.data.prisons.register import Prison

NO_ROUTE = "no road or car ferry"


@dataclass(frozen=True, slots=True)
class NearPrison:
    """One prison and the way there by car, one way; ``minutes`` and ``miles`` are None where no road leads there."""

    prison: Prison
    minutes: float | None
    miles: float | None
    crow_miles: float

    @property
    def note(self) -> str:
        """Why there is no time, or nothing."""
        return "" if self.minutes is not None else NO_ROUTE


def nearest(
    origin: Point, prisons: Iterable[Prison], router: Router | None = None, limit: int | None = None
) -> list[NearPrison]:
    """Order prisons by the time it takes to drive there.

    Parameters
    ----------
    origin
        Where people start, EPSG:4326.
    prisons
        The prisons to choose from, such as ``nearhome.data.prisons.register.suitable`` gives.
    router
        The road network; the shipped one if none is given.
    limit
        How many to give at most; all if None.

    Returns
    -------
    The quickest to reach first; those that no road or car ferry leads to at the end, by distance in a straight line.

    Raises
    ------
    InputError
        When ``limit`` is below 1.
    """
    if limit is not None and limit < 1:
        msg = f"At least one prison must be asked for, and the limit given is {limit}; give 1 or more."
        raise InputError(msg)
    choice = list(prisons)
    if not choice:
        return []
    found = (router or Router.shipped()).matrix([origin], choice)
    rows = [
        NearPrison(
            prison=prison,
            minutes=float(minutes) if minutes == minutes else None,  # noqa: PLR0124 -- NaN is not itself
            miles=float(miles) if miles == miles else None,  # noqa: PLR0124 -- as above
            crow_miles=coordinates.crow_miles(origin.lat, origin.lon, prison.lat, prison.lon),
        )
        for prison, minutes, miles in zip(choice, found.minutes[0], found.miles[0], strict=True)
    ]
    rows.sort(key=_order)
    return rows[:limit]


def _order(row: NearPrison) -> tuple[bool, float, str]:
    return row.minutes is None, row.crow_miles if row.minutes is None else row.minutes, row.prison.id
