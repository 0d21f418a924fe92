"""Minutes from every postcode sector to services: by car, and by public transport on a weekday or a Sunday.

Always from where families live to the service, never the other way round. By car the way is the router's; by public
transport it is typical and not of a timetable (``geo.transit.sectors``), and in Northern Ireland not known at all.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import numpy as np

from nearhome.data.base.coordinates import Spot
from nearhome.data.errors import InputError
from nearhome.data.places import postcodes
from nearhome.data.prisons import register as prison_register
from nearhome.data.services import register as service_register
from nearhome.geo.routing.router import Router
from nearhome.geo.transit import sectors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nearhome.data.base.arrays import Bools, Floats


Mode = Literal["car", "transit"]
Day = Literal["weekday", "sunday"]
"""A day type for which transit is worked out beforehand."""

MODES: tuple[Mode, ...] = get_args(Mode)
DAYS: tuple[Day, ...] = get_args(Day)
WORDS: dict[Day, str] = {
    "weekday": "by public transport on a weekday, typical",
    "sunday": "by public transport on a Sunday, typical",
}


class Travel(NamedTuple):
    """How people travel: by car, or by public transport on a type of day."""

    mode: Mode = "car"
    day: Day = "weekday"

    @property
    def words(self) -> str:
        """How one travels, at the end of a sentence."""
        return "by car" if self.mode == "car" else WORDS[self.day]


BY_CAR = Travel()


TABLES = (
    "postcode_sectors",
    "prisons",
    "road_nodes",
    "road_edges",
    "road_barriers",
    "road_order",
    *sectors.TABLES,
)


def check_travel(mode: Travel | str) -> Travel:
    """Give how one travels, by transit on a weekday unless a day is given with it, or raise InputError."""
    asked = mode if isinstance(mode, Travel) else Travel(mode)  # type: ignore[arg-type] # checked below
    if asked.mode in MODES and asked.day in DAYS:
        return asked
    word, words = (asked.day, DAYS) if asked.mode in MODES else (asked.mode, MODES)
    msg = f"There is no way of travelling called {word!r}; use one of {', '.join(words)}."
    raise InputError(msg)


def minutes(spots: Sequence[Spot], travel: Travel) -> Floats:
    """Give minutes from each sector (``postcodes.areas("sector")``) to each spot; NaN where no way is known.

    Ways to prisons and to the register's own points are worked out once a process and kept, others each time.
    """
    if travel.mode != "car":
        when: sectors.When = "weekday" if travel.day == "weekday" else "weekend"
        return sectors.minutes_to(spots, when)
    known = {spot: column for column, spot in enumerate(_usual_spots())}
    found = np.empty((len(postcodes.areas("sector")), len(spots)))
    new = [column for column, spot in enumerate(spots) if spot not in known]
    if len(new) < len(spots):
        old = [column for column, spot in enumerate(spots) if spot in known]
        found[:, old] = _usual_minutes()[:, [known[spots[column]] for column in old]]
    if new:
        found[:, new] = _driven(tuple(spots[column] for column in new))
    return found


def known(travel: Travel) -> Bools:
    """Say of each sector whether such ways are known at all there."""
    found = sectors.known_from()
    return np.ones_like(found) if travel.mode == "car" else found


@lru_cache(maxsize=1)
def _usual_spots() -> tuple[Spot, ...]:
    found = [Spot(each.lat, each.lon) for each in prison_register.prisons()]
    found += [
        Spot(each.lat, each.lon)
        for each in service_register.register()
        if each.lat is not None and each.lon is not None
    ]
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=1)
def _usual_minutes() -> Floats:
    return _driven(_usual_spots())


@lru_cache(maxsize=4)
def _driven(spots: tuple[Spot, ...]) -> Floats:
    return Router.shipped().matrix(list(postcodes.areas("sector").values()), list(spots)).minutes
