"""Choosing places: against all subsets, against spopt, and what must hold for any choice."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nearhome.analysis.methods import cover_location, local_search, p_median
from nearhome.analysis.methods.cover_location import cover_all, cover_most, shortest_longest
from nearhome.analysis.methods.p_median import least_travel
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nearhome.data.base.arrays import Floats


I, J = np.arange(1, 41), np.arange(1, 10)  # noqa: E741 -- the running numbers of people's places and of candidates
MINUTES = (
    np.hypot(
        ((I * 0.754877666) % 1)[:, None] - (J * 0.3819660113) % 1,
        ((I * 0.569840291) % 1)[:, None] - (J * 0.7071067812) % 1,
    )
    * 100
)
PEOPLE = (I * 7) % 5 + 1


@st.composite
def problems(draw: st.DrawFn) -> tuple[Floats, Floats, Floats, list[int], float]:
    """Draw times with some ways missing, people, costs, fixed places and a budget."""
    random = np.random.default_rng(draw(st.integers(0, 10_000)))
    rows, columns = draw(st.integers(1, 14)), draw(st.integers(1, 7))
    minutes = random.integers(1, 100, (rows, columns)).astype(float)
    minutes[random.random(minutes.shape) < draw(st.sampled_from([0, 0.1, 0.5]))] = np.nan
    costs = random.integers(1, 5, columns).astype(float) if draw(st.booleans()) else np.ones(columns)
    fixed = sorted(random.choice(columns, draw(st.integers(0, min(2, columns))), replace=False).tolist())
    return minutes, random.integers(0, 20, rows).astype(float), costs, fixed, float(draw(st.integers(0, 8)))


def choices(costs: Floats, fixed: list[int], budget: float) -> Iterator[list[int]]:
    """Give every set of open places that the budget bears."""
    free = [column for column in range(len(costs)) if column not in fixed]
    for size in range(len(free) + 1):
        for few in combinations(free, size):
            if costs[list(few)].sum() <= budget:
                yield [*fixed, *few]


def ways(minutes: Floats, opened: list[int]) -> Floats:
    return np.nan_to_num(minutes, nan=np.inf)[:, opened].min(axis=1, initial=np.inf)


def test_the_answers_are_those_of_spopt() -> None:
    # spopt 0.7.0 with PuLP's CBC: LSCP, MCLP, PMedian and PCenter.from_cost_matrix(...).solve(...) on the same matrix
    assert cover_all(MINUTES, 40).value == 4
    assert cover_most(MINUTES, PEOPLE, 25, 3).value == 71
    assert least_travel(MINUTES, PEOPLE, 3).value == pytest.approx(2833.6398837130455, rel=1e-9)
    assert shortest_longest(MINUTES, 3).value == pytest.approx(45.191489, abs=1e-6)


@given(problems(), st.integers(1, 100))
def test_covering_most_is_the_best_of_all_choices(given_problem: Any, within: int) -> None:
    minutes, people, costs, fixed, budget = given_problem
    found = cover_most(minutes, people, within, budget, fixed=fixed, costs=costs)
    best = max(people[ways(minutes, opened) <= within].sum() for opened in choices(costs, fixed, budget))
    assert (found.value, found.bound, found.status, found.gap) == (best, best, "optimal", 0)
    assert people[ways(minutes, list(found.chosen)) <= within].sum() == best
    assert found.cost == costs[list(found.added)].sum() <= budget
    assert set(found.chosen) == set(fixed) | set(found.added)
    assert found.unreachable == tuple(np.flatnonzero(~(minutes <= within).any(axis=1)))


@given(problems(), st.integers(1, 100))
def test_covering_all_is_the_cheapest_of_all_choices(given_problem: Any, within: int) -> None:
    minutes, _, costs, fixed, _ = given_problem
    found = cover_all(minutes, within, fixed=fixed, costs=costs)
    can = (minutes <= within).any(axis=1)
    best = min(
        costs[[place for place in opened if place not in fixed]].sum()
        for opened in choices(costs, fixed, np.inf)
        if (ways(minutes, opened)[can] <= within).all()
    )
    assert (found.value, found.status) == (best, "optimal")
    assert (ways(minutes, list(found.chosen))[can] <= within).all()


@given(problems())
def test_the_longest_way_is_the_shortest_of_all_choices(given_problem: Any) -> None:
    minutes, _, costs, fixed, budget = given_problem
    found = shortest_longest(minutes, budget, fixed=fixed, costs=costs)
    can = np.isfinite(minutes).any(axis=1)
    best = min(ways(minutes, opened)[can].max(initial=0) for opened in choices(costs, fixed, budget))
    assert found.unreachable == tuple(np.flatnonzero(~can))
    if np.isinf(best):
        assert (found.status, found.chosen) == ("infeasible", ())
        assert np.isnan(found.value)
    else:
        assert (found.value, found.bound, found.status) == (best, best, "optimal")
        assert np.nanmax(found.minutes[can], initial=0) == best


@pytest.mark.parametrize("exact_pairs", [20_000, 0])
@given(given_problem=problems())
@settings(max_examples=60)
def test_least_travel_is_the_best_of_all_choices_or_says_by_how_much_not(given_problem: Any, exact_pairs: int) -> None:
    minutes, people, costs, fixed, budget = given_problem
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(p_median, "EXACT_PAIRS", exact_pairs)
        found = least_travel(minutes, people, budget, fixed=fixed, costs=costs, unserved_minutes=250)
    can = np.isfinite(minutes).any(axis=1)

    def total(opened: list[int]) -> float:
        return float(np.minimum(250, ways(minutes, opened))[can] @ people[can])

    best = min(total(opened) for opened in choices(costs, fixed, budget))
    assert found.value == pytest.approx(total(list(found.chosen)))
    assert found.cost <= budget
    assert found.bound <= best + 1e-6 <= found.value + 2e-6
    if exact_pairs or found.status == "optimal":
        assert (found.status, found.value) == ("optimal", pytest.approx(best))
    assert found.gap == pytest.approx((found.value - found.bound) / found.value if found.value else 0, abs=1e-9)


def test_swaps_come_close_to_their_bound_on_many_places(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(3)
    towns = random.normal(0, 100, (12, 2))
    homes = towns[random.integers(0, 12, 600)] + random.normal(0, 12, (600, 2))
    minutes = np.hypot(*(homes[:, None] - homes[random.choice(600, 60, replace=False)]).transpose(2, 0, 1))
    people = random.integers(1, 40, 600)
    monkeypatch.setattr(p_median, "EXACT_PAIRS", 0)
    swapped = least_travel(minutes, people, 8)
    assert swapped.gap < 0.005
    monkeypatch.undo()
    exact = least_travel(minutes[:300], people[:300], 8)
    assert exact.status == "optimal"
    free = local_search.Task(people[:300, None] * minutes[:300], people[:300] * 1e3, np.ones(60), 8.0)
    places, bound = local_search.swapped(free)
    assert bound <= exact.value * (1 + 1e-9)
    assert free.total(places) <= exact.value * 1.01


def test_the_grid_makes_sums_exact_and_the_first_of_equals_is_taken() -> None:
    random = np.random.default_rng(5)
    rows = random.lognormal(3, 1, 400)
    task = local_search.Task(rows[:, None] * random.random((400, 9)), rows, np.ones(9), 3.0)
    grid = task.on_grid()
    order = random.permutation(400)
    assert grid.anyway.sum() == grid.anyway[order].sum() == grid.anyway[::-1].cumsum()[-1]
    assert (grid.ways.sum(axis=0) == grid.ways[order].sum(axis=0)).all()
    assert grid.total(np.array([1, 4])) == pytest.approx(task.total(np.array([1, 4])), rel=local_search.PROVEN_GAP)
    assert (grid.ways <= grid.anyway[:, None]).all()
    twins = np.repeat(task.ways[:, :1], 9, axis=1) * (1 + 1e-15 * random.random((400, 9)))
    alike = local_search.Task(np.minimum(twins, rows[:, None]), rows, np.ones(9), 1.0)
    assert local_search.greedy(alike, by_cost=False).tolist() == [0]


@given(problems(), st.integers(1, 100))
def test_more_money_or_another_fixed_place_is_never_worse(given_problem: Any, within: int) -> None:
    minutes, people, costs, fixed, budget = given_problem
    more: dict[str, Any] = {"fixed": sorted({*fixed, minutes.shape[1] - 1}), "costs": costs}
    less: dict[str, Any] = {"fixed": fixed, "costs": costs}
    for rise, options in ((1, less), (0, more)):
        plain = cover_most(minutes, people, within, budget, **less)
        assert cover_most(minutes, people, within, budget + rise, **options).value >= plain.value
        plain = least_travel(minutes, people, budget, unserved_minutes=250, **less)
        other = least_travel(minutes, people, budget + rise, unserved_minutes=250, **options)
        assert other.value <= plain.value + 1e-9
    before, after = (ways(minutes, options["fixed"]) for options in (less, more))
    assert (after <= before).all()


def test_equity_weights_move_the_choice() -> None:
    minutes = np.array([[10, 90], [90, 10.0]])
    assert cover_most(minutes, [10, 9], 30, 1).chosen == (0,)
    found = cover_most(minutes, [10, 9], 30, 1, equity=[1, 2])
    assert (found.chosen, found.value) == ((1,), 18)
    assert least_travel(minutes, [10, 9], 1, equity=[1, 2]).chosen == (1,)


def test_out_of_time_is_feasible_with_an_honest_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(8)
    minutes = np.hypot(*(random.random((300, 1, 2)) - random.random((40, 2))).transpose(2, 0, 1)) * 100

    def tired(*_: Any, **__: Any) -> cover_location.Solved:
        return cover_location.Solved(None, -np.inf)

    exact = cover_most(minutes, np.ones(300), 12, 8)
    monkeypatch.setattr(cover_location, "solve", tired)
    most = cover_most(minutes, np.ones(300), 12, 8)
    assert most.value <= exact.value <= most.bound
    everyone = cover_all(minutes, 30)
    assert (everyone.status, everyone.bound) == ("feasible", 0)
    assert len(everyone.unreachable) + (everyone.minutes <= 30).sum() == 300
    longest = shortest_longest(minutes, 4)
    assert longest.status == "feasible"
    assert longest.bound <= longest.value
    assert "might do better" in longest.sentence()


def test_sentences_say_how_good_a_choice_is() -> None:
    assert cover_most(MINUTES, PEOPLE, 25, 3).sentence() == (
        "No other choice within the budget does better than these 3 new places."
    )
    apart = np.array([[1, np.nan], [np.nan, 1]])
    assert "No choice of places" in shortest_longest(apart, 1).sentence()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: cover_most(-MINUTES, PEOPLE, 25, 3), "negative time"),
        (lambda: cover_most(MINUTES, PEOPLE[:3], 25, 3), "people has 3 values where 40"),
        (lambda: cover_most(MINUTES, PEOPLE, np.nan, 3), "within which to cover is nan"),
        (lambda: cover_all(MINUTES, 25, fixed=[9]), "fixed place 9 is no candidate"),
        (lambda: shortest_longest(MINUTES, -1), "budget is -1"),
        (lambda: cover_most(MINUTES, PEOPLE, 25, 3, costs=[1]), "costs has 1 values"),
        (lambda: least_travel(MINUTES, PEOPLE, 3, unserved_minutes=-5), "counts as -5"),
    ],
)
def test_bad_input_is_one_sentence(call: Callable[[], object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()
