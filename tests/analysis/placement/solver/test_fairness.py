"""Fair shares against every way of placing a few people."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nearhome.analysis.placement.solver import fairness, objectives, solve
from nearhome.analysis.placement.solver.instance import CohortTable, Instance, PeopleRows, PrisonTable, Wing, instance
from nearhome.data.errors import InputError
from tests.placements import three_towns

SIZE = 4
MATRICES = st.lists(st.integers(0, 30), min_size=SIZE * SIZE, max_size=SIZE * SIZE).map(
    lambda flat: np.array(flat).reshape(SIZE, SIZE)
)


def one_each(burden: np.ndarray) -> Instance:
    """Make four homes of one person and four prisons of one place."""
    names = [f"p{index}" for index in range(SIZE)]
    return instance(
        homes=[f"h{index}" for index in range(SIZE)],
        cohorts=CohortTable(["all"]),
        prisons=PrisonTable(names, [1] * SIZE, [Wing(name, frozenset({"all"})) for name in names]),
        rows=PeopleRows(range(SIZE), [0] * SIZE, [1] * SIZE),
        burden=burden,
    )


def every_way(burden: np.ndarray) -> list[np.ndarray]:
    return [burden[np.arange(SIZE), way] for way in permutations(range(SIZE))]


@settings(max_examples=60, deadline=None)
@given(MATRICES, st.sampled_from([0.25, 0.5, 1.0]))
def test_the_worst_off_are_as_well_off_as_can_be(burden: np.ndarray, share: float) -> None:
    found = fairness.tail(one_each(burden), share, enough=0)
    worst = round(share * SIZE)
    means = [float(np.sort(way)[-worst:].mean()) for way in every_way(burden)]
    # The burden itself counts a hundredth, so that the mean of all may be bought by that much of the worst.
    assert min(means) <= found.mean_of_worst <= min(means) + 0.01 * burden.max() / share + 1e-9
    assert found.mean_of_worst == fairness.mean_of_worst(found.plan, share)


@settings(max_examples=60, deadline=None)
@given(MATRICES, st.integers(0, 30))
def test_squares_and_thresholds_find_the_best_of_every_way(burden: np.ndarray, threshold: int) -> None:
    known, ways = one_each(burden), every_way(burden)
    assert solve.solve(known, objectives.squared(known)).cost == min((way**2).sum() for way in ways)
    plan = solve.solve(known, objectives.fewest_over(known, threshold))
    best = min(((way > threshold).sum(), way.sum()) for way in ways)
    assert (plan.over(threshold), round(plan.mean() * SIZE)) == best


def test_a_mean_of_the_worst_takes_part_of_the_last() -> None:
    plan = solve.solve(one_each(np.diag([1, 2, 3, 4]) + 50 * (1 - np.eye(SIZE))))
    assert fairness.mean_of_worst(plan, 0.25) == 4
    assert fairness.mean_of_worst(plan, 0.375) == pytest.approx((4 + 0.5 * 3) / 1.5)
    assert fairness.mean_of_worst(plan, 1) == plan.mean()


def test_weights_decide_who_gets_the_near_place() -> None:
    both = three_towns(
        cohorts=["men", "women"], homes=["Ash"], home=[0, 0], cohort=[0, 1], people=[1, 1], current=None,
        burden=[[0, 10, 20]], places=[1, 1, 0],
        wings=[Wing(each, frozenset({"men", "women"})) for each in ("Acorn", "Beech")],
        weight=[1, 1.5],
    )  # fmt: skip
    assert ("Ash", "women", "Acorn", 1) in list(solve.solve(both).rows())
    other = solve.solve(replace(both, weight=np.array([2.0, 1.5])))
    assert ("Ash", "men", "Acorn", 1) in list(other.rows())


def test_the_least_limit_is_the_one_just_kept() -> None:
    known = three_towns(people=[2, 2, 2], places=[1, 3, 2])
    least = fairness.least_longest(known, "men")
    assert least == 10
    for limit, without in ((10.0, 0), (9.9, 1)):
        plan = solve.solve(replace(known, longest=np.array([limit])))
        assert plan.unplaced.sum() == without


def test_shares_and_cohorts_are_checked() -> None:
    with pytest.raises(InputError, match="A share of 0"):
        fairness.tail(three_towns(), 0)
    with pytest.raises(InputError, match="Nobody is 'boys'"):
        fairness.least_longest(three_towns(), "boys")
