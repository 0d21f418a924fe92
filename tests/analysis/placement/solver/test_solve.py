"""Placement against hand-worked cases and networkx, and what no plan may ever break."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nearhome.analysis.placement.solver import baselines, objectives, solve
from nearhome.analysis.placement.solver.flow import network
from nearhome.analysis.placement.solver.instance import CohortTable, Instance, PeopleRows, PrisonTable, Wing, instance
from nearhome.data.errors import InputError, MissingExtraError
from tests.placements import NO_WAY, oracle, placements, three_towns


def test_everybody_comes_home_in_the_three_towns() -> None:
    plan = solve.solve(three_towns())
    assert sorted(plan.rows()) == [
        ("Ash", "men", "Acorn", 2),
        ("Birch", "men", "Beech", 2),
        ("Cob", "men", "Cedar", 1),
    ]
    assert (plan.cost, plan.moves, plan.gap, plan.unplaced.sum()) == (0, 4, 0.0, 0)
    assert plan.occupancy().tolist() == [2, 2, 1]


@pytest.mark.parametrize(("price", "miles", "moves"), [(0, 0, 4), (9.9, 0, 4), (11, 20, 2), (19, 20, 2), (21, 60, 0)])
def test_a_price_of_moves_keeps_people_where_they_are(price: float, miles: float, moves: int) -> None:
    plan = solve.solve(three_towns(), move_price=price)
    assert (plan.cost, plan.moves) == (10 * miles, moves)


def test_staying_leaves_out_whoever_is_nowhere() -> None:
    plan = baselines.stay(three_towns())
    assert plan.cost == 400
    assert plan.unplaced.tolist() == [0, 0, 1]
    assert plan.moves == 0
    assert np.isnan(plan.gap)


def test_of_equal_plans_the_one_with_fewest_moves_is_found() -> None:
    alike = three_towns(burden=np.full((3, 3), 7.0))
    plan = solve.solve(alike)
    assert (plan.cost, plan.moves) == (350, 0)


def test_greedy_is_worse_where_the_first_takes_the_only_place_of_the_next() -> None:
    made = instance(
        homes=["Ash", "Birch"],
        cohorts=CohortTable(["men", "women"]),
        prisons=PrisonTable(
            ["Acorn", "Beech"], [1, 1], [Wing("Acorn", frozenset({"men", "women"})), Wing("Beech", frozenset({"men"}))]
        ),
        rows=PeopleRows([0, 1], [0, 1], [1, 1]),
        burden=[[1, 2], [1, NO_WAY]],
    )
    best = solve.solve(made)
    assert (best.cost, int(best.unplaced.sum())) == (30, 0)
    some = [baselines.greedy(made, seed=seed) for seed in range(8)]
    assert {int(plan.unplaced.sum()) for plan in some} == {0, 1}
    assert baselines.greedy(made, seed=3).placed.tolist() == some[3].placed.tolist()


def test_figures_of_a_plan() -> None:
    plan = baselines.stay(three_towns(burden=[[0, 30, 20], [10, 0, 10], [20, 10, 0]]))
    assert plan.mean() == 20
    assert [plan.quantile(share) for share in (0.5, 0.51, 1.0)] == [10, 30, 30]
    assert (plan.over(10), plan.over(9.9)) == (2, 4)
    told = plan.summary()
    assert (told.people, told.unplaced, told.moves, told.longest) == (5, 1, 0, 30)
    nobody = baselines.stay(three_towns(current=None))
    assert np.isnan([nobody.mean(), nobody.quantile(0.5)]).all()


def test_locks_and_forbidden_pairs_are_kept() -> None:
    locked = three_towns().locked("Ash", "men", "Cedar", 1)
    plan = solve.solve(locked)
    assert ("Ash", "men", "Cedar", 1) in list(plan.rows())
    assert plan.cost == 200
    assert solve.solve(three_towns().locked("Ash", "men", "Beech")).placed[0].tolist() == [0, 2, 0]
    away = solve.solve(three_towns().forbidding("Acorn", home="Ash"))
    assert away.placed[:, 0].tolist()[0] == 0
    assert away.cost == 400
    assert solve.solve(three_towns().forbidding("Acorn")).occupancy().tolist() == [0, 2, 2]


def test_wings_have_places_of_their_own() -> None:
    made = instance(
        homes=["Ash"],
        cohorts=CohortTable(["men", "boys"]),
        prisons=PrisonTable(
            ["Acorn", "Beech"],
            [6, 6],
            [
                Wing("Acorn", frozenset({"men"}), 2),
                Wing("Acorn", frozenset({"men", "boys"}), 3),
                Wing("Acorn", frozenset({"boys"}), 1),
                Wing("Beech", frozenset({"men", "boys"})),
            ],
        ),
        rows=PeopleRows([0, 0], [0, 1], [4, 4]),
        burden=[[1, 5]],
    )
    plan = solve.solve(made)
    assert plan.occupancy().tolist() == [6, 2]
    assert solve.violations(plan) == []


def test_violations_name_every_rule_that_is_broken() -> None:
    made = three_towns(
        wings=[Wing("Acorn", frozenset({"men"}), 1), Wing("Beech", frozenset({"men"})), Wing("Cedar", frozenset())],
        longest=[15],
    )
    plan = solve.solve(made)
    crowd = np.array([[2, 1, 1], [1, 0, 0], [1, 0, -1]])
    broken = solve.Plan(made, plan.objective, crowd, np.zeros(3, np.int64), 0)
    told = " ".join(solve.violations(broken))
    for part in (
        "Some numbers of people are negative.",
        "Ash, men: 4 people in the plan, 2 to place.",
        "Cob, men: 1 people may not be at Acorn.",
        "Ash, men: 1 people may not be at Cedar.",
        "Acorn: 4 people for 2 places.",
        "Acorn: 4 people for 1 places in wings for men.",
    ):
        assert part in told


def changed_order(known: Instance, seed: int) -> Instance:
    """Write the same people, homes, cohorts, prisons and wings in another order."""
    rng = np.random.default_rng(seed)
    home, cohort, prison = (rng.permutation(len(each)) for each in (known.homes, known.cohorts, known.prisons))
    rows = [
        (np.flatnonzero(home == h)[0], np.flatnonzero(cohort == c)[0], p, n)
        for h, c, held, people in zip(known.home, known.cohort, known.held, known.people, strict=True)
        for p, n in [
            *((int(np.flatnonzero(prison == at)[0]), int(held[at])) for at in np.flatnonzero(held)),
            (-1, int(people - held.sum())),
        ]
    ]
    rng.shuffle(rows)
    table = np.array(rows, np.int64).reshape(-1, 4).T
    made = instance(
        homes=[known.homes[each] for each in home],
        cohorts=CohortTable([known.cohorts[each] for each in cohort], longest=known.longest[cohort]),
        prisons=PrisonTable(
            [known.prisons[each] for each in prison],
            known.places[prison],
            [known.wings[each] for each in rng.permutation(len(known.wings))],
        ),
        rows=PeopleRows(table[0], table[1], table[3], table[2]),
        burden=known.burden[home][:, prison],
    )
    return made.forbidding("prison 0", cohort="cohort 0") if known.forbidden.any() else made


@settings(max_examples=150, deadline=None)
@given(placements(), st.sampled_from([0, 1, 4]))
def test_plans_cost_what_networkx_finds_and_break_no_rule(known: Instance, price: int) -> None:
    for aim in (objectives.total(known), objectives.squared(known)):
        plan = solve.solve(known, aim, move_price=price)
        assert solve.violations(plan) == []
        assert (plan.placed.sum(axis=1) + plan.unplaced == known.people).all()
        without, cost = oracle(known, aim, price * aim.steps)
        assert (int(plan.unplaced.sum()), plan.cost + price * aim.steps * plan.moves) == (without, cost)


@settings(max_examples=100, deadline=None)
@given(placements(), st.integers(0, 3))
def test_greedy_breaks_no_rule_and_is_never_better(known: Instance, seed: int) -> None:
    plan, rule = solve.solve(known), baselines.greedy(known, seed=seed)
    assert solve.violations(rule) == []
    assert (plan.unplaced.sum(), plan.cost) <= (rule.unplaced.sum(), rule.cost)


@settings(max_examples=60, deadline=None)
@given(placements(), st.integers(0, 99))
def test_the_order_of_rows_homes_and_prisons_changes_nothing(known: Instance, seed: int) -> None:
    first, second = (solve.solve(each) for each in (known, changed_order(known, seed)))
    assert sorted(first.rows()) == sorted(second.rows())


def test_without_or_tools_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ortools.graph.python", None)
    with pytest.raises(MissingExtraError, match=r"nearhome\[placement\]"):
        solve.solve(three_towns())


def test_what_cannot_be_solved_says_why() -> None:
    with pytest.raises(InputError, match="price of -1"):
        solve.solve(three_towns(), move_price=-1)
    with pytest.raises(InputError, match="larger unit"):
        objectives.total(three_towns(burden=np.full((3, 3), 1e12)))
    huge = np.full((3, 3), 2**60 - 1)
    with pytest.raises(InputError, match="more than the solver can add"):
        network.problem(three_towns(), huge)


def test_nobody_to_place_is_a_plan() -> None:
    plan = solve.solve(three_towns(people=[0, 0, 0]))
    assert (plan.cost, plan.unplaced.sum(), plan.gap) == (0, 0, 0.0)
    none: dict[str, Any] = {"home": [], "cohort": [], "people": [], "current": None}
    assert solve.solve(three_towns(**none)).placed.shape == (0, 3)
