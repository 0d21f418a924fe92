"""Minutes from every postcode sector to services: by car, by public transport on a weekday, and at the weekend.

Always from where families live to the service, never the other way round. By car the way is the router's; by public
transport it is typical and not of a timetable (``geo.sector_transit``), and in Northern Ireland not known at all.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal

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


Mode = Literal["car", "public", "public_weekend"]
MODES: dict[Mode, str] = {
    "car": "by car",
    "public": "by public transport on a weekday, typical",
    "public_weekend": "by public transport on a Sunday, typical",
}
TABLES = (
    "postcode_sectors",
    "prisons",
    "road_nodes",
    "road_edges",
    "road_barriers",
    "road_order",
    *sectors.TABLES,
)


def check_mode(mode: str) -> Mode:
    """Give the mode of that name, or raise InputError."""
    for known in MODES:
        if mode == known:
            return known
    msg = f"There is no way of travelling called {mode!r}; use one of {', '.join(MODES)}."
    raise InputError(msg)


def minutes(spots: Sequence[Spot], mode: Mode) -> Floats:
    """Give minutes from each sector (``postcodes.areas("sector")``) to each spot; NaN where no way is known.

    Ways to prisons and to the register's own points are worked out once a process and kept, others each time.
    """
    if mode != "car":
        when: sectors.When = "weekday" if mode == "public" else "weekend"
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


def known(mode: Mode) -> Bools:
    """Say of each sector whether ways of that mode are known at all there."""
    found = sectors.known_from()
    return np.ones_like(found) if mode == "car" else found


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
