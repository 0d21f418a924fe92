"""Nobody drives over water without a bridge, tunnel or ferry: places on opposite shores of every barrier."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from nearhome.data.base import coordinates
from nearhome.data.base.coordinates import Spot
from nearhome.data.catalogue import columns
from nearhome.data.errors import NoRouteError
from nearhome.data.places import postcodes
from nearhome.geo.routing.router import Router

if TYPE_CHECKING:
    from nearhome.data.base.arrays import Floats
    from nearhome.geo.routing.routes import Route

NEAR_METRES, FAR_METRES = 25_000.0, 30_000.0
PAIRS_EACH = 8
"""Of each water so many pairs of districts are tried, the nearest to it and to each other."""


def _metres(line: tuple[tuple[float, float], ...]) -> Floats:
    lat, lon = np.array(line).T
    return np.column_stack(coordinates.to_metres(lat, lon))


def _shores() -> list[tuple[str, Spot, Spot]]:
    """Choose pairs of districts between which the straight line crosses a water, by its name."""
    numbers, texts = columns.read("road_barriers")
    xy = np.column_stack(coordinates.to_metres(numbers["lat"], numbers["lon"]))
    code = texts["barrier"].codes
    districts = [each for each in postcodes.areas("district").values() if np.isfinite(each.lat)]
    at = np.column_stack(coordinates.to_metres(*np.array([(each.lat, each.lon) for each in districts]).T))
    access = Router.shipped().access
    found = []
    for number, name in enumerate(texts["barrier"].words):
        line = xy[code == number]
        segments = np.hstack([line[:-1], line[1:]])
        gap = np.min([np.hypot(*(at - point).T) for point in line], axis=0)
        near = np.flatnonzero(gap < NEAR_METRES)
        one, other = (side.ravel() for side in np.meshgrid(near, near))
        kept = (one < other) & (np.hypot(*(at[one] - at[other]).T) < FAR_METRES)
        one, other = one[kept], other[kept]
        whole, access.barriers = access.barriers, segments
        across = access.crosses_water(at[one], at[other])
        access.barriers = whole
        rank = np.argsort(np.where(across, np.hypot(*(at[one] - at[other]).T), np.inf), kind="stable")
        for row in rank[: min(PAIRS_EACH, int(across.sum()))]:
            a, b = districts[one[row]], districts[other[row]]
            found.append((name, Spot(a.lat, a.lon), Spot(b.lat, b.lon)))
    return found


def _wet_steps(router: Router, route: Route) -> list[str]:
    """Give the steps on local roads, at the doors or between, that cross water."""
    wet = []
    for step in route.steps:
        if step.kind == "local":
            line = _metres(step.line)
            if router.access.crosses_water(line[:-1], line[1:]).any():
                wet.append(f"{step.line[0]} to {step.line[-1]}, {step.metres} m")
    return wet


def test_no_local_road_crosses_the_water_between_districts_on_opposite_shores() -> None:
    router, wet, tried = Router.shipped(), [], 0
    for name, one, other in _shores():
        try:
            route = router.route(one, other)
        except NoRouteError:
            continue
        tried += 1
        wet += [f"{name}: {step}" for step in _wet_steps(router, route)]
        crow = coordinates.crow_miles(one.lat, one.lon, other.lat, other.lon)
        assert route.miles >= 0.99 * crow, name
    assert tried >= 600
    assert wet == []


@pytest.mark.parametrize(
    ("one", "other", "least"),
    [
        ((51.444, 0.370), (51.464, 0.362), 15.0),  # Gravesend to Tilbury, by Dartford
        ((53.744, -0.335), (53.690, -0.440), 8.5),  # Hull to Barton, by the Humber Bridge
        ((51.605, -2.650), (51.608, -2.530), 6.0),  # Beachley to Aust, by the Severn Bridge
        ((50.152, -5.065), (50.158, -5.014), 14.0),  # Falmouth to St Mawes, round by Truro or King Harry
        ((54.372, -2.905), (54.355, -2.950), 4.0),  # Bowness to Far Sawrey, by the ferry or round the lake
        ((53.585, -0.690), (53.600, -0.770), 4.0),  # Scunthorpe over the Trent, by Keadby
        ((51.215, -2.995), (51.205, -3.045), 8.0),  # Burnham-on-Sea to Steart, by Bridgwater
        ((56.458, -2.972), (56.438, -2.940), 2.0),  # Dundee to Newport-on-Tay, by the bridge
        ((52.572, 1.560), (52.545, 1.560), 4.0),  # over the Yare, where only Reedham has a ferry
    ],
)
def test_over_the_water_it_is_as_far_as_the_road(
    one: tuple[float, float], other: tuple[float, float], least: float
) -> None:
    router = Router.shipped()
    route = router.route(Spot(*one), Spot(*other))
    assert route.miles >= least
    assert _wet_steps(router, route) == []
