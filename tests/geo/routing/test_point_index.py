"""The index of points finds what a tree of all of them finds, and reads few of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from nearhome.geo.routing.point_index import FEW, PointIndex

if TYPE_CHECKING:
    from nearhome.data.base.arrays import Floats


def scattered(count: int, metres: float, seed: int) -> Floats:
    random = np.random.default_rng(seed)
    return random.uniform(0, metres, (count, 2)) + 300_000.0


@settings(max_examples=60, deadline=None)
@given(
    count=st.integers(0, 400),
    metres=st.sampled_from([1.0, 900.0, 20_000.0, 300_000.0]),
    seed=st.integers(0, 99),
    k=st.integers(1, 40),
    most=st.sampled_from([100.0, 5_000.0, 30_000.0, np.inf]),
    places=st.sampled_from([1, 5, FEW + 1]),
)
def test_it_finds_what_a_tree_finds(count: int, metres: float, seed: int, k: int, most: float, places: int) -> None:
    points = scattered(count, metres, seed)
    asked = scattered(places, 1.2 * metres, seed + 1)
    index, order = PointIndex.of(points)
    np.testing.assert_array_equal(index.xy, points[order])
    if count == 0:
        return
    wanted = min(k, count)
    gap, row = index.query(asked, wanted, most)
    number = np.append(order, count)[row]
    expected, _ = cKDTree(points).query(asked, k=wanted, distance_upper_bound=most)
    np.testing.assert_allclose(gap, expected.reshape(places, -1), rtol=1e-12)
    found = number < count
    np.testing.assert_array_equal(found, np.isfinite(gap))
    place = np.nonzero(found)[0]
    np.testing.assert_allclose(np.hypot(*(points[number[found]] - asked[place]).T), gap[found], rtol=1e-12)
    assert all(len(set(row[row < count].tolist())) == (row < count).sum() for row in number)


def test_a_few_places_are_found_without_a_tree() -> None:
    index, _ = PointIndex.of(scattered(50_000, 50_000.0, 1))
    index.query(scattered(FEW, 50_000.0, 2), 16, 30_000.0)
    assert "tree" not in vars(index)
    index.query(scattered(FEW + 1, 50_000.0, 2), 16, 30_000.0)
    assert "tree" in vars(index)


@pytest.mark.parametrize("places", [2, FEW + 2])
def test_kept_arrays_give_the_same_index(places: int) -> None:
    index, _ = PointIndex.of(scattered(2_000, 9_000.0, 3))
    again = PointIndex.opened(index.arrays("road"), "road")
    asked = scattered(places, 9_000.0, 4)
    for one, other in zip(index.query(asked, 9), again.query(asked, 9), strict=True):
        np.testing.assert_array_equal(one, other)


def test_of_points_at_one_place_the_first_ones_are_found_by_few_and_many() -> None:
    points = np.repeat(scattered(40, 900.0, 5), 3, axis=0)
    index, _ = PointIndex.of(points)
    asked = scattered(FEW + 1, 900.0, 6)
    gap, rows = index.query(asked, 10)
    for place in range(len(asked)):
        (one,), (alone,) = index.query(asked[place : place + 1], 10)
        np.testing.assert_array_equal(rows[place], alone)
        np.testing.assert_allclose(gap[place], one)
