"""Prisons for one person: the order, and every reason."""

from __future__ import annotations

from math import inf, isnan

import pytest

from nearhome.analysis.placement.solver import baselines, ranking, solve
from nearhome.analysis.placement.solver.instance import Wing
from nearhome.data.errors import InputError
from tests.placements import NO_WAY, three_towns


def test_prisons_are_ranked_with_every_factor() -> None:
    plan = solve.solve(three_towns(people=[2, 2, 1], places=[1, 2, 3]))
    first, second, third = ranking.rank(plan, "Ash", "men")
    assert [(each.prison, each.burden, each.free, each.planned) for each in (first, second, third)] == [
        ("Acorn", 0, 0, 1),
        ("Beech", 10, 0, 1),
        ("Cedar", 20, 1, 0),
    ]
    # One more at Acorn or Beech sends one of Birch to Cedar, or one of Ash there.
    assert [each.others for each in (first, second, third)] == [20, 10, 0]
    assert [each.there_now for each in (first, second, third)] == [0, 2, 0]
    assert first.excluded == ()


def test_every_reason_is_given() -> None:
    known = three_towns(
        cohorts=["men", "women"], cohort=[0, 0, 1], longest=[15, inf], places=[0, 2, 2],
        burden=[[0, 10, 20], [NO_WAY, 0, 10], [20, 10, 0]],
        wings=[
            Wing("Acorn", frozenset({"women"})), Wing("Beech", frozenset({"men"})), Wing("Cedar", frozenset({"men"})),
        ],
    ).forbidding("Beech", home="Birch")  # fmt: skip
    told = {choice.prison: choice for choice in ranking.rank(solve.solve(known), "Birch", "men")}
    assert told["Acorn"].excluded == ("It does not hold men.", "No way there is known.", "It has no places.")
    assert told["Beech"].excluded == ("A planner's rule forbids it.",)
    assert told["Cedar"].excluded == ()
    ash = ranking.rank(solve.solve(known), "Ash", "men")
    assert [choice.prison for choice in ash] == ["Beech", "Acorn", "Cedar"]
    assert ash[2].excluded == ("The journey is 20 miles, over the 15 allowed for the cohort.",)
    assert isnan(ash[2].others)


def test_a_place_that_would_cost_another_theirs_is_infinite() -> None:
    plan = solve.solve(three_towns(people=[2, 2, 2]))
    assert [choice.others for choice in ranking.rank(plan, "Ash", "men")] == [inf, inf, inf]
    assert isnan(ranking.rank(baselines.stay(three_towns()), "Ash", "men")[0].others)


def test_nobody_cannot_be_ranked() -> None:
    with pytest.raises(InputError, match="Nobody of Ash is women"):
        ranking.rank(solve.solve(three_towns(cohorts=["men", "women"])), "Ash", "women")
