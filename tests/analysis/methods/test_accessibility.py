"""Measures of access: published worked examples, the package ``access``, and what must hold for any matrix.

The five zones are those of the tests of R's ``accessibility`` (MIT), the three zones those of the Python package
``access`` (BSD-3), the spatial availability that of Soukhov et al. (2023).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nearhome.analysis.methods import accessibility, decay
from nearhome.analysis.methods.accessibility import availability, balanced, nearest, shares_within, three_step, two_step
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from nearhome.data.base.arrays import Floats


NO_WAY = float("nan")
FIVE = np.array(
    [
        [5.8, 47, 48, 47, 64],
        [45, 5.8, 13, 41, 70],
        [44, 13, 5.8, 42, 67],
        [43, 43, 49, 5.8, 58],
        [60, 70, 68, 64, 5.8],
    ]
)
PEOPLE, JOBS = np.array([852, 394, 1969, 2189, 0]), np.array([82, 308, 100, 109, 0])


def three(inward: float, outward: float, cross: float) -> Floats:
    """Zones 1 and 2 and the town 3 that they look to."""
    return np.array([[1, cross, inward], [cross, 1, inward], [outward, outward, 1]], float)


def matrices(*, no_way: bool = True) -> st.SearchStrategy[Floats]:
    times = st.integers(0, 120).map(float)
    shapes = hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=8)
    return hnp.arrays(float, shapes, elements=times | st.sampled_from([NO_WAY, float("inf")]) if no_way else times)


def amounts_for(times: Floats, seed: int) -> tuple[Floats, Floats]:
    random = np.random.default_rng(seed)
    return random.integers(1, 90, times.shape[0]).astype(float), random.integers(1, 9, times.shape[1]).astype(float)


def test_two_steps_on_five_zones() -> None:
    found = two_step(FIVE, PEOPLE, JOBS, decay.within(45))
    assert np.round(found.access, 4).tolist() == [0.0152, 0.1491, 0.1491, 0.1068, 0]
    assert PEOPLE @ found.access == pytest.approx(599)
    assert found.unclaimed == 0


def test_balanced_on_five_zones() -> None:
    found = balanced(FIVE, PEOPLE, JOBS, decay.within(45))
    assert np.round(found.access, 4).tolist() == [0.0094, 0.1993, 0.1993, 0.1147, 0]
    assert PEOPLE @ found.access == pytest.approx(730.18, abs=0.005)  # the measure does not conserve this one


def test_the_other_direction_is_another_answer() -> None:
    there, back = (two_step(times, PEOPLE, JOBS, decay.within(45)).access for times in (FIVE, FIVE.T))
    assert not np.allclose(there, back, atol=1e-3)


@pytest.mark.parametrize(
    ("minutes", "weighted", "binary", "chosen"),
    [
        ((40, 40, 80), (0.331444, 0.579828, 7.286418), (0.761364, 0.958333, 1.094697), (0.156257, 0.406216, 9.906352)),
        ((20, 40, 80), (0.435340, 0.683724, 5.727977), (0.761364, 0.958333, 1.094697), (0.173814, 0.423772, 9.643002)),
        ((40, 20, 80), (0.331072, 0.577858, 7.299992), (0.761364, 0.958333, 1.094697), (0.156526, 0.406373, 9.902877)),
        ((20, 20, 40), (0.442568, 0.666758, 5.740525), (0.843750,) * 3, (0.174802, 0.424036, 9.631801)),
    ],
)
def test_three_zones(minutes: tuple[float, float, float], weighted: Any, binary: Any, chosen: Any) -> None:
    times, people, doctors = three(*minutes), [100, 50, 10], [15, 20, 100]
    gravity = decay.inverse_power(1, 61)
    assert two_step(times, people, doctors, gravity).access == pytest.approx(weighted, abs=6e-7)
    assert two_step(times, people, doctors, decay.within(61)).access == pytest.approx(binary, abs=6e-7)
    among_all = three_step(times, people, doctors, gravity, choice=decay.inverse_power(1))
    assert among_all.access == pytest.approx(chosen, abs=6e-7)
    assert people @ two_step(times, people, doctors, gravity).access == pytest.approx(135)


def test_three_steps_choose_inside_the_catchment_unless_told_otherwise() -> None:
    found = three_step(three(40, 40, 80), [100, 50, 10], [15, 20, 100], decay.inverse_power(1, 61))
    assert found.access == pytest.approx([0.156332, 0.406293, 9.905212], abs=6e-7)


def test_spatial_availability() -> None:
    times = np.array([[15, 30, 100], [30, 15, 100], [100, 100, 15.0]])
    found = availability(times, [50_000, 150_000, 10_000], [100_000, 100_000, 10_000], decay.exponential(0.1))
    assert np.round(found).tolist() == [66_833, 133_203, 9_963]
    assert found.sum() == pytest.approx(210_000)


# access 1.1.10, fca.two_stage_fca and three_stage_fca with weights.step_fn({10: 1, 20: .68, 30: .22}), max_cost=30.
ZONES = (0.045681449, 0.112259123, 0.116917848, 0.120497825, 0.115135618, 0.014526988)
ZONES += (0.144055843, 0.135646308, 0.058633003, 0.143945437, 0.092989425, 0.134511278)
CHOSEN = (0.034087241, 0.126475004, 0.088931805, 0.170588136, 0.084495812, 0.017290693)
CHOSEN += (0.112259163, 0.147476132, 0.066228647, 0.172750789, 0.081453454, 0.097838249)


def test_zones_agree_with_the_package_access() -> None:
    times = np.array([[(r * 17 + c * 29 + r * c * 7) % 60 + 1 for c in range(5)] for r in range(12)], float)
    people, doctors = [(r * 31) % 50 + 5 for r in range(12)], [c * 3 + 2 for c in range(5)]
    zones = decay.zones([10, 20, 30], [1, 0.68, 0.22])
    assert two_step(times, people, doctors, zones).access == pytest.approx(ZONES, abs=1e-9)
    assert three_step(times, people, doctors, zones).access == pytest.approx(CHOSEN, abs=1e-9)


@given(matrices(), st.integers(1, 10))
def test_the_nearest_are_those_of_a_plain_sort(times: Floats, k: int) -> None:
    found = nearest(times, k)
    for row, minutes, which in zip(times, found.minutes, found.which, strict=True):
        order = sorted((value, column) for column, value in enumerate(row) if np.isfinite(value))[:k]
        missing = k - len(order)
        assert which.tolist() == [column for _, column in order] + [-1] * missing
        assert minutes[: len(order)].tolist() == [value for value, _ in order]
        assert np.isnan(minutes[len(order) :]).all()
    assert found.reachable.tolist() == np.isfinite(times).sum(axis=1).tolist()
    assert found.unreachable.tolist() == [not np.isfinite(row).any() for row in times]


@given(matrices(), st.data())
def test_within_reach_is_a_plain_sum_and_unreachable_is_no_number(times: Floats, data: st.DataObject) -> None:
    supply = data.draw(st.sampled_from([np.ones(times.shape[1]), np.arange(times.shape[1]) + 0.5]))
    cutoffs = data.draw(st.lists(st.integers(0, 130), min_size=1, max_size=4))
    found = accessibility.within_reach(times, supply, cutoffs)
    for row, sums in zip(times, found, strict=True):
        if np.isfinite(row).any():
            assert sums.tolist() == [sum(s for t, s in zip(row, supply, strict=True) if t <= cut) for cut in cutoffs]
        else:
            assert np.isnan(sums).all()


@given(matrices(), st.integers(0, 99), st.sampled_from(["within", "gaussian", "linear"]))
def test_people_times_access_is_the_supply_in_reach(times: Floats, seed: int, kind: str) -> None:
    people, supply = amounts_for(times, seed)
    weight = {"within": decay.within, "gaussian": decay.gaussian, "linear": decay.linear}[kind](60)
    found = two_step(times, people, supply, weight)
    lone = ~(weight(np.where(np.isfinite(times), times, np.inf)) > 0).any(axis=0)
    assert found.unclaimed == supply[lone].sum()
    assert np.nansum(people * found.access) == pytest.approx(supply[~lone].sum())
    assert np.nansum(availability(times, people, supply, weight, exponent=0.5)) == pytest.approx(supply[~lone].sum())
    assert np.array_equal(found.unreachable, np.isfinite(times).any(axis=1) == 0)


@given(matrices(no_way=False), st.integers(0, 99))
def test_all_in_reach_of_all_is_one_ratio_everywhere(times: Floats, seed: int) -> None:
    people, supply = amounts_for(times, seed)
    expected = pytest.approx(np.full(len(people), supply.sum() / people.sum()))
    assert two_step(times, people, supply, decay.within(120)).access == expected


@given(matrices(), st.integers(0, 99))
def test_balanced_access_adds_up_to_the_ratios(times: Floats, seed: int) -> None:
    people, supply = amounts_for(times, seed)
    found = balanced(times, people, supply, decay.linear(121))
    assert np.nansum(found.access) == pytest.approx(np.nansum(found.ratio))
    assert found.load.sum() == pytest.approx(people[np.isfinite(times).any(axis=1)].sum())


@given(matrices(), st.integers(0, 99), st.floats(0.1, 50), st.randoms(use_true_random=False))
def test_names_change_nothing_and_more_people_divide(times: Floats, seed: int, factor: float, random: Any) -> None:
    people, supply = amounts_for(times, seed)
    rows, columns = ([*range(size)] for size in times.shape)
    random.shuffle(rows)
    random.shuffle(columns)
    for measure in (two_step, three_step, balanced):
        plain = measure(times, people, supply, decay.gaussian(60)).access
        renamed = measure(times[np.ix_(rows, columns)], people[rows], supply[columns], decay.gaussian(60)).access
        assert renamed == pytest.approx(plain[rows], nan_ok=True)
        many = measure(times, people * factor, supply, decay.gaussian(60)).access
        assert many * factor == pytest.approx(plain, nan_ok=True)


@given(matrices(), st.integers(0, 99))
def test_one_more_service_never_lengthens_the_way(times: Floats, seed: int) -> None:
    more = np.column_stack([times, np.random.default_rng(seed).integers(0, 120, len(times))])
    before, after = (np.nan_to_num(nearest(each).minutes, nan=np.inf) for each in (times, more))
    assert (after <= before).all()
    ones = (accessibility.within_reach(each, np.ones(each.shape[1]), [30, 60]) for each in (times, more))
    fewer, greater = (np.nan_to_num(each) for each in ones)
    assert (greater >= fewer).all()


def test_shares_keep_those_without_a_way_apart() -> None:
    found = shares_within([10, 30, 31, 200, NO_WAY, np.inf], [1, 2, 4, 8, 16, 32], [60, 30])
    assert (found.within, found.beyond, found.unreachable, found.people) == ((7, 3), 8, 48, 63)
    assert found.within_share == (7 / 63, 3 / 63)


def test_blocks_and_threads_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(4)
    times = random.integers(0, 90, (700, 9)).astype(np.float32)
    times[random.random(times.shape) < 0.2] = np.nan
    people, supply = amounts_for(times.astype(float), 1)
    whole = [measure(times, people, supply, decay.gaussian(60)).access for measure in (two_step, three_step, balanced)]
    closest = nearest(times, 2)
    monkeypatch.setattr(accessibility, "BLOCK_CELLS", 64)
    parts = [measure(times, people, supply, decay.gaussian(60)).access for measure in (two_step, three_step, balanced)]
    assert np.allclose(whole, parts, equal_nan=True)
    assert np.array_equal(nearest(times, 2).which, closest.which)


@given(st.floats(0, 500), st.floats(0, 500))
def test_decays_fall_and_stay_between_0_and_1(one: float, other: float) -> None:
    near, far = sorted([one, other])
    for each in (
        decay.within(60),
        decay.zones([10, 20], [1, 0.5]),
        decay.linear(60),
        decay.gaussian(60),
        decay.exponential(0.05),
        decay.inverse_power(1.5, 300),
        decay.logistic(45, 10),
    ):
        high, low, beyond = each(np.array([near, far, np.inf]))
        assert 1 >= high >= low >= beyond
        assert beyond == pytest.approx(0, abs=1e-12)


def test_the_gaussian_reaches_nought_at_its_cutoff() -> None:
    assert decay.gaussian(30)(np.array([0, 15, 30, 40.0])) == pytest.approx([1, 0.70136, 0, 0], abs=1e-5)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: nearest(FIVE, 0), "k is 0"),
        (lambda: nearest(-FIVE), "row 1 to column 4 is negative"),
        (lambda: nearest(FIVE[0]), "1 dimensions"),
        (lambda: two_step(FIVE, PEOPLE[:4], JOBS, decay.within(45)), "demand has 4 values where 5"),
        (lambda: two_step(FIVE, PEOPLE, -JOBS, decay.within(45)), "supply has -82 at position 0"),
        (lambda: two_step(FIVE, PEOPLE, JOBS, lambda minutes: 50 - minutes), "no weight of 0 or more for 64"),
        (lambda: shares_within([1], [1], []), "cutoffs are"),
        (lambda: shares_within([-1], [1], [5]), "negative"),
        (lambda: availability(FIVE, PEOPLE, JOBS, decay.within(45), exponent=-1), "exponent"),
        (lambda: decay.zones([10, 5], [1, 1]), "rising"),
        (lambda: decay.within(0), "cutoff of the decay is 0"),
    ],
)
def test_bad_input_is_one_sentence(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()


@given(matrices(), st.integers(0, 99))
def test_a_row_without_a_way_has_no_number_anywhere(times: Floats, seed: int) -> None:
    assume(len(times) > 1)
    times[0] = NO_WAY
    people, supply = amounts_for(times, seed)
    for measure in (two_step, three_step, balanced):
        assert np.isnan(measure(times, people, supply, decay.within(60)).access[0])
    assert np.isnan(availability(times, people, supply, decay.within(60))[0])
