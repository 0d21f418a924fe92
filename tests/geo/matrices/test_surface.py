"""Travel times of a grid against the router's own matrix, and where the land is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely

from nearhome.data.base import coordinates
from nearhome.data.prisons import register
from nearhome.geo.matrices.surface import UNREACHED, Patch, Surface, islands, united_kingdom
from nearhome.geo.routing.router import Router

LIMIT = 60
AT = ("IWI", "HVI")
"""On an island with ferries, and beside an estuary."""


@pytest.fixture(scope="module")
def coarse() -> Surface:
    return Surface(Router.shipped(), 4_000.0)


def times(surface: Surface, *ids: str) -> list[Patch | None]:
    found = [register.by_id(name) for name in ids]
    xy = np.column_stack(coordinates.to_metres([at.lat for at in found], [at.lon for at in found]))
    return list(surface.deciseconds_to(xy, LIMIT))


def whole(surface: Surface, patch: Patch) -> Any:
    """Put a patch into the whole grid."""
    grid_times = np.full(surface.squares.timed.shape, UNREACHED)
    part = grid_times[patch.top : patch.top + len(patch.times), patch.left : patch.left + patch.times.shape[1]]
    part[:] = patch.times[: len(part), : part.shape[1]]
    return grid_times


def test_times_are_the_routers_to_the_tenth_of_a_second(coarse: Surface) -> None:
    squares = coarse.squares
    row, column = np.nonzero(squares.timed)
    middles = np.column_stack([squares.east[column], squares.north[row]])
    for name, patch in zip(AT, times(coarse, *AT), strict=True):
        assert patch is not None
        found = whole(coarse, patch)
        assert (found[~squares.timed] == UNREACHED).all()
        at = register.by_id(name)
        goal = np.array([coordinates.to_metres(at.lat, at.lon)])
        near = np.hypot(*(middles - goal).T) < 90_000
        minutes = coarse.router.matrix_between(middles[near], goal).minutes[:, 0]
        taken = found[row, column][near] / 600.0
        within = minutes <= LIMIT
        assert within.sum() > 20
        assert taken[within].tolist() == minutes[within].tolist()
        assert (taken[~within] > LIMIT).all()


def test_a_place_off_the_network_has_no_times(coarse: Surface) -> None:
    assert times(coarse, "JSY-LMO") == [None]


def test_land_is_the_kingdom_and_the_isle_of_man(coarse: Surface) -> None:
    squares = coarse.squares

    def at(lat: float, lon: float) -> tuple[int, int]:
        easting, northing = coordinates.to_metres(lat, lon)
        return int(np.argmin(np.abs(squares.north - northing))), int(np.argmin(np.abs(squares.east - easting)))

    birmingham, douglas, tyrone, dublin, sea = (
        at(*place) for place in ((52.48, -1.9), (54.2, -4.55), (54.6, -7.0), (53.35, -6.3), (54.0, -5.2))
    )
    assert squares.sea[birmingham] == squares.sea[tyrone] == -1.0
    assert squares.sea[douglas] < 0 < squares.sea[sea]
    assert squares.sea[dublin] > 0
    assert squares.uncounted[douglas]
    assert not squares.uncounted[birmingham]
    assert not squares.timed[dublin]


def test_only_roads_apart_from_the_kingdom_make_islands() -> None:
    south, north = (np.array(coordinates.to_metres(lat, -4.6)) for lat in (54.1, 54.3))
    man = np.linspace(south, north, 40)
    republic = np.linspace(coordinates.to_metres(54.0, -7.3), coordinates.to_metres(54.25, -7.3), 60)
    island = islands(united_kingdom(), np.vstack([man, republic]))
    assert shapely.contains_xy(island, *man[20])
    assert not shapely.contains_xy(island, *republic.T).any()
    assert islands(united_kingdom(), np.empty((0, 2))).is_empty
