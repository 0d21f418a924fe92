"""Limits on moves: the three towns by hand, and networkx's optimum for every number of moves there is."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings

from nearhome.analysis.placement.solver import move_limits, objectives, solve
from nearhome.data.errors import InputError
from tests.placements import oracle, placements, three_towns

if TYPE_CHECKING:
    from nearhome.analysis.placement.solver.instance import Instance


@pytest.mark.parametrize(("limit", "miles"), [(0, 60), (1, 40), (2, 20), (3, 10), (4, 0), (99, 0)])
def test_moves_in_the_three_towns(limit: int, miles: int) -> None:
    plan = move_limits.limited(three_towns(), limit)
    assert (plan.cost, plan.moves, plan.gap) == (10 * miles, min(limit, 4), 0.0)
    assert solve.violations(plan) == []


def test_too_few_moves_for_the_rules_are_refused() -> None:
    with pytest.raises(InputError, match="No plan has 1 moves or fewer: 2 people"):
        move_limits.limited(three_towns().forbidding("Beech", home="Ash"), 1)


def test_the_curve_of_the_three_towns_has_its_corners() -> None:
    points = move_limits.frontier(three_towns())
    assert {(0, 600), (2, 200), (4, 0)} <= {(point.moves, point.cost) for point in points}
    assert [point.move_price for point in points] == sorted((point.move_price for point in points), reverse=True)
    assert len(move_limits.frontier(three_towns(), points=2)) == 2


@settings(max_examples=40, deadline=None)
@given(placements(most_people=4))
def test_limits_are_kept_bounds_hold_and_the_curve_is_convex(known: Instance) -> None:
    points = move_limits.frontier(known, points=1_000)
    aim = objectives.total(known)
    without = int(solve.solve(known).unplaced.sum())
    slopes = [(before.cost - after.cost) / (after.moves - before.moves) for before, after in pairwise(points)]
    assert slopes == sorted(slopes, reverse=True)
    assert all(slope > 0 for slope in slopes)
    for point in points:
        price = round(point.move_price * aim.steps)
        assert oracle(known, aim, price) <= (without, point.cost + price * point.moves)
    fewest, most = points[0].moves, points[-1].moves
    for limit in range(fewest, most + 1):
        plan = move_limits.limited(known, limit)
        assert plan.moves <= limit
        assert int(plan.unplaced.sum()) == without
        assert solve.violations(plan) == []
        # The convex curve is a bound on whatever has so many moves, and so is the plan's own.
        curve = np.interp(limit, [point.moves for point in points], [point.cost for point in points])
        assert plan.bound is not None
        assert plan.bound <= curve + 1e-6 <= plan.cost + 2e-6
        assert plan.bound == pytest.approx(curve, abs=0.5)
    exact = move_limits.limited(known, points[len(points) // 2].moves)
    assert exact.cost == points[len(points) // 2].cost
