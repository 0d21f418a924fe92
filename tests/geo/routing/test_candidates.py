"""The roads around a place by part, against shapely's distances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely

from nearhome.data.base import coordinates
from nearhome.data.catalogue import tables
from nearhome.geo.routing.candidates import Neighbourhood
from nearhome.geo.routing.router import Router

if TYPE_CHECKING:
    from nearhome.geo.routing.snapping import Access

METRES = 2_500.0


@pytest.fixture(scope="module")
def access() -> Access:
    return Router.shipped().access


@pytest.fixture(scope="module")
def doors() -> Any:
    """Return a place in every four hundredth postcode sector, EPSG:27700."""
    rows = tables.read_rows("postcode_sectors", lambda row: (float(row["lat"] or "nan"), float(row["lon"] or "nan")))
    lat, lon = np.array(rows[::400]).T
    return np.column_stack(coordinates.to_metres(lat, lon))


def dry_gaps(access: Access, door: Any) -> tuple[Any, Any]:
    """Return the joinable edges whose nearest points are not across water, and how far these are."""
    edges, xy = access.network.edges, access.network.xy
    rows = np.unique(access.edge)
    lines = shapely.linestrings(np.stack([xy[edges.u[rows]], xy[edges.v[rows]]], axis=1))
    way = shapely.shortest_line(shapely.points(door), lines)
    gap = shapely.length(way)
    ends = shapely.get_coordinates(way[gap <= METRES]).reshape(-1, 2, 2)
    dry = ~access.crosses_water(ends[:, 0], ends[:, 1])
    return rows[gap <= METRES][dry], gap[gap <= METRES][dry]


def test_where_each_road_is_a_part_all_that_are_near_and_dry_are_found(access: Access, doors: Any) -> None:
    found = Neighbourhood(access, np.arange(len(access.network.edges.u))).near(doors, METRES)
    assert np.all(np.diff(found.place) >= 0)
    for place, door in enumerate(doors):
        rows, gap = dry_gaps(access, door)
        mine = found.place == place
        order = np.argsort(found.edge[mine])
        assert found.edge[mine][order].tolist() == rows.tolist()
        np.testing.assert_allclose(found.metres[mine][order], gap, atol=1e-6)


def test_of_each_part_the_nearest_roads_are_found_however_large_it_is(access: Access, doors: Any) -> None:
    part = np.arange(len(access.network.edges.u)) % 50
    part[part > 3] = 0  # one large part, three small ones
    part[part == 3] = -1  # and one that is left out
    found = Neighbourhood(access, part).near(doors, METRES)
    for place, door in enumerate(doors):
        rows, gap = dry_gaps(access, door)
        mine = found.place == place
        reach, local = access.network.reach, access.network.edges.is_("kind", "local")[rows]
        for each in range(3):
            here = found.metres[mine & (part[found.edge] == each)]
            kinds = ((~local, reach.most_roads), (local, reach.most_local))
            nearest = [np.sort(gap[(part[rows] == each) & kind])[:most] for kind, most in kinds]
            np.testing.assert_allclose(np.sort(here), np.sort(np.concatenate(nearest)), atol=1e-6)
        assert (part[found.edge[mine]] >= 0).all()


def test_nothing_is_near_a_place_that_is_none(access: Access) -> None:
    streets = Neighbourhood(access, np.zeros(len(access.network.edges.u), np.int64))
    for nowhere in (np.array([[np.nan, 1.0], [0.0, 0.0]]), np.empty((0, 2))):
        assert len(streets.near(nowhere, METRES).place) == 0
