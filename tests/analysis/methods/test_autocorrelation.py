"""Clusters: figures of esda, chance worked out in full for a few places, and maps that are plain to see."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, box

from nearhome.analysis.methods import autocorrelation, spatial_weights
from nearhome.data.errors import InputError

I = np.arange(1, 41)  # noqa: E741 -- the running number of the places
X, Y = (I * 0.754877666) % 1 * 1e4, (I * 0.569840291) % 1 * 1e4
VALUES = (I * 0.618034) % 1 * 10 + X / 1000

# esda 2.9.0 with libpysal's KNN(k=5), row-standardised: Moran(...).I, Moran_Local(...).Is and p_sim (one tail, 9,999
# permutations, seed 1), G_Local(star=True, transform="B").Zs
MORAN = 0.23916343363354217
LOCAL = [0.854520003, 0.225448164, -0.15355278, 0.717582613, -0.217924241, -0.237986612, 0.437665731, -0.026826512]
ONE_TAIL = [0.026, 0.1782, 0.1912, 0.0686, 0.0338, 0.2372, 0.1279, 0.0309]
GI = [2.251971033, -1.107757081, -0.692400656, -1.819498774, 1.620238532, -0.434977355, -1.443104315, -1.642084666]
NEAR = spatial_weights.nearest_few(X, Y, 5)
GRID = gpd.GeoDataFrame(
    geometry=[box(c, r, c + 1, r + 1) for r in range(3) for c in range(4)] + [box(9, 9, 10, 10)], crs=27700
)


def test_global_and_local_figures_are_those_of_esda() -> None:
    assert autocorrelation.moran(VALUES, NEAR).value == pytest.approx(MORAN, rel=1e-9)
    found = autocorrelation.lisa(VALUES, NEAR, permutations=9999)
    assert found.value[:8] == pytest.approx(LOCAL, abs=1e-9)
    assert found.p[:8] == pytest.approx(2 * np.array(ONE_TAIL), abs=0.03)  # both are draws: 0.03 is four deviations
    assert autocorrelation.hot_spots(VALUES, NEAR).value[:8] == pytest.approx(GI, abs=1e-8)


def test_areas_that_touch_and_an_island_are_as_in_esda() -> None:
    near = spatial_weights.touching(GRID)
    assert near.counts.tolist() == [3, 5, 5, 3, 5, 8, 8, 5, 3, 5, 5, 3, 0]
    values = np.array([(k * k * 7) % 13 for k in range(13)], float)
    assert autocorrelation.moran(values, near, permutations=9).value == pytest.approx(-0.2375)
    found = autocorrelation.lisa(values, near)
    assert found.value[:4] == pytest.approx([-0.553846154, -0.166153846, -0.295384615, -0.923076923])
    assert found.label[12] == autocorrelation.ISLAND
    assert np.isnan([found.value[12], found.p[12], found.q[12]]).all()
    assert np.isnan(autocorrelation.hot_spots(values, near).p).tolist() == [False] * 12 + [True]


def test_p_is_what_all_possible_draws_give() -> None:
    size, k = 11, 3
    values, near = VALUES[:size], spatial_weights.nearest_few(X[:size], Y[:size], k)
    z = values - values.mean()
    found = {
        side: autocorrelation.lisa(values, near, permutations=20_000, alternative=side)  # type: ignore[arg-type] -- three sides
        for side in ("greater", "less", "two-sided")
    }
    for place in range(size):
        others = [other for other in range(size) if other != place]
        draws = z[place] * np.array([z[list(few)].mean() for few in combinations(others, k)])
        seen = z[place] * z[near.other[near.first[place] : near.first[place + 1]]].mean()
        above, below = (draws >= seen - 1e-9).mean(), (draws <= seen + 1e-9).mean()
        assert found["greater"].p[place] == pytest.approx(above, abs=0.02)
        assert found["less"].p[place] == pytest.approx(below, abs=0.02)
        assert found["two-sided"].p[place] == pytest.approx(min(1, 2 * min(above, below)), abs=0.04)


def test_two_halves_of_a_map_are_two_clusters() -> None:
    x, y = (axis.ravel().astype(float) for axis in np.meshgrid(np.arange(20), np.arange(20)))
    near = spatial_weights.nearest_few(x, y, 8)
    values = np.where(x < 10, 1.0, 0.0)
    values[np.flatnonzero((x == 15) & (y == 10))] = 1.0
    found = autocorrelation.lisa(values, near)
    inside = found.label.reshape(20, 20)
    assert set(inside[2:18, 2:7].ravel()) == {"HH"}
    assert inside[10, 15] == "HL"
    assert set(inside[2:18, 17:19].ravel()) == {"LL"}
    hot = autocorrelation.hot_spots(values, near).label.reshape(20, 20)
    assert (hot[5, 3], hot[5, 18]) == ("high", "low")
    assert autocorrelation.moran(values, near).p == pytest.approx(0.002)
    said = found.sentence("travel time")
    assert "Of 400 places" in said
    assert "999 permutations, seed 0, two-sided" in said


def test_a_map_of_chance_has_hardly_any_cluster() -> None:
    random = np.random.default_rng(6)
    xy, values = random.random((2, 1500)), random.random(1500)
    found = autocorrelation.lisa(values, spatial_weights.nearest_few(*xy, 8))
    assert (found.p <= 0.05).mean() == pytest.approx(0.05, abs=0.02)
    assert (found.label != autocorrelation.NOT_SIGNIFICANT).mean() < 0.005
    assert "what chance would give" in autocorrelation.moran(values, spatial_weights.nearest_few(*xy, 8)).sentence("it")


def test_the_seed_decides() -> None:
    one, same, other = (autocorrelation.lisa(VALUES, NEAR, seed=seed).p for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


@given(st.lists(st.floats(0, 1) | st.just(float("nan")), max_size=30), st.floats(0.01, 0.5))
def test_discoveries_are_those_of_the_step_up_rule(p: list[float], rate: float) -> None:
    known = sorted(value for value in p if value == value)  # noqa: PLR0124 -- NaN is not itself
    passed = [value for rank, value in enumerate(known, 1) if value <= rate * rank / len(known) * (1 + 1e-12)]
    limit = max(passed, default=-1.0)
    found = autocorrelation.adjusted(p) <= rate * (1 + 1e-12)
    assert found.tolist() == [value <= limit for value in p]


@given(st.integers(2, 25), st.integers(1, 30), st.integers(0, 99))
def test_the_nearest_few_are_those_of_a_plain_sort(size: int, k: int, seed: int) -> None:
    x, y = np.random.default_rng(seed).integers(0, 6, (2, size)).astype(float)  # many at one spot
    near = spatial_weights.nearest_few(x, y, k)
    assert near.counts.tolist() == [min(k, size - 1)] * size
    for place in range(size):
        found = near.other[near.first[place] : near.first[place + 1]]
        away = np.hypot(x - x[place], y - y[place])
        assert place not in found
        assert np.sort(away[found]) == pytest.approx(np.sort(np.delete(away, place))[:k])
    assert near.matrix().sum(axis=1) == pytest.approx(np.ones(size))


def test_places_left_out_leave_their_neighbours_whole() -> None:
    near = spatial_weights.touching(GRID)
    kept = np.ones(13, bool)
    kept[[0, 5]] = False
    less = near.among(kept)
    expected = spatial_weights.touching(GRID[kept])
    assert np.array_equal(less.first, expected.first)
    assert np.array_equal(less.other, expected.other)
    assert less.padded().sum(axis=1).tolist() == pytest.approx([1.0] * 10 + [0.0])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: autocorrelation.lisa([*VALUES[:39], np.nan], NEAR), "1 of 40 values are missing"),
        (lambda: autocorrelation.lisa(VALUES[:39], NEAR), "39 values and 40 places"),
        (lambda: autocorrelation.lisa(np.ones(40), NEAR), "all equal"),
        (lambda: autocorrelation.lisa(VALUES, NEAR, permutations=0), "0 permutations"),
        (
            lambda: autocorrelation.moran(VALUES[:3], spatial_weights.touching(GRID.iloc[[0, 3, 12]])),
            "None of the 3 places",
        ),
        (lambda: autocorrelation.adjusted([2.0]), "from 2 to 2"),
        (lambda: spatial_weights.nearest_few([0, np.nan], [0, 1]), "1 points lack"),
        (lambda: spatial_weights.touching(gpd.GeoDataFrame(geometry=[Point(0, 0), None], crs=27700)), "1 of 2 areas"),
        (lambda: NEAR.among(np.ones(3, bool)), "40 places and 3 marks"),
    ],
)
def test_bad_input_is_one_sentence(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()
