"""Places on the way to the roads: both directions, the same rounding everywhere, and nothing where a road is closed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from nearhome.data.base import coordinates
from nearhome.geo.roads.weights import METRE, NO_ARC, SHIFT
from nearhome.geo.routing.endpoints import direct
from nearhome.geo.routing.router import Router, grid_points

PLACES = [SimpleNamespace(lat=lat, lon=lon) for lat, lon in ((50.263, -5.051), (50.7292, -3.5305), (50.258, -5.04))]
"""Truro, Exeter, and Truro again, a mile off."""


@pytest.fixture(scope="module")
def router() -> Router:
    return Router.shipped()


def test_each_place_enters_at_both_ends_of_each_road_it_joins(router: Router) -> None:
    xy, roads = grid_points(PLACES), router.network
    for doors, arriving in ((router.origins(xy), False), (router.goals(xy), True)):
        entries, joins = doors.entries, doors.joins
        assert np.all(np.diff(entries.place) >= 0)
        assert len(entries.place) == 2 * len(joins.place)
        for row in range(len(entries.place)):
            join, arc = entries.join[row], entries.arc[row]
            edge = joins.edge[join]
            assert roads.edge[arc] == edge
            assert entries.node[row] == (roads.tail if arriving else roads.head)[arc]
            from_tail = joins.fraction[join] if roads.forward[arc] else 1.0 - joins.fraction[join]
            share = from_tail if arriving else 1.0 - from_tail
            assert entries.share[row] == pytest.approx(share)
            assert entries.deciseconds[row] - joins.deciseconds[join] == round(share * roads.deciseconds[arc])
            assert entries.metres[row] - joins.metres[join] == round(share * roads.edges.metres[edge])
        node, weight = doors.of(1)
        mine = entries.place == 1
        np.testing.assert_array_equal(node, entries.node[mine])
        np.testing.assert_array_equal(weight, entries.deciseconds[mine] * SHIFT + entries.metres[mine] * METRE)


def test_a_place_s_rate_is_that_of_its_slowest_road(router: Router) -> None:
    nowhere = np.array([[0.0, 0.0]])
    doors = router.origins(np.vstack([grid_points(PLACES), nowhere]))
    for place in range(3):
        mine = doors.joins.edge[doors.joins.place == place]
        assert doors.rate[place] == router.access.seconds_per_metre[mine].max()
    assert np.isnan(doors.rate[3])


def test_ways_along_one_edge_are_those_of_every_pair_of_joins_on_it(router: Router) -> None:
    xy, roads = grid_points(PLACES), router.network
    start, goal = router.origins(xy).joins, router.goals(xy).joins
    row, other, weight = router.entrance.along_one_edge(start, goal)
    expected: dict[tuple[int, int], int] = {}
    for a, edge in enumerate(start.edge.tolist()):
        for b in np.flatnonzero(goal.edge == edge).tolist():
            share = abs(goal.fraction[b] - start.fraction[a])
            taken = round(share * roads.deciseconds[edge]) + start.deciseconds[a] + goal.deciseconds[b]
            metres = round(share * roads.edges.metres[edge]) + start.metres[a] + goal.metres[b]
            expected[a, b] = int(taken) * SHIFT + int(metres) * METRE
    assert dict(zip(zip(row.tolist(), other.tolist(), strict=True), weight.tolist(), strict=True)) == expected
    assert len(expected) > len(start.edge)


def test_a_closed_road_is_no_way_in(router: Router) -> None:
    shut = router.reweight(closed=["A30"])
    edge = int(np.flatnonzero(router.network.edges.is_("ref", "A30"))[0])
    arc, taken, _ = shut.entrance.stretch(np.array([edge]), np.array([0.2]), np.array([0.7]))
    assert (arc.tolist(), taken.tolist()) == ([NO_ARC], [0])


def test_direct_ways_are_short_dry_and_between_places_on_the_roads(router: Router) -> None:
    torpoint: Any = SimpleNamespace(lat=50.3760, lon=-4.1960)
    devonport = np.column_stack(coordinates.to_metres([50.3720], [-4.1720]))
    origins = router.origins(grid_points([*PLACES, torpoint]))
    near, taken, metres = direct(router.access, origins, origins.xy[0], float(origins.rate[0]))
    assert near.tolist() == [0, 2]
    crow = np.hypot(*(origins.xy[2] - origins.xy[0]))
    assert (taken[0], metres[0]) == (0, 0)
    assert metres[1] == round(crow * router.network.model.detour)
    assert taken[1] == round(10 * crow * max(origins.rate[0], origins.rate[2]))
    assert len(direct(router.access, origins, devonport[0], 1.0)[0]) == 0  # across the Tamar
    assert len(direct(router.access, origins, origins.xy[0], float("nan"))[0]) == 0
