"""Prices of places, checked by solving again with one place more and one fewer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from nearhome.analysis.placement.solver import baselines, levers, objectives, shadow_prices, solve
from nearhome.analysis.placement.solver.instance import CohortTable, PeopleRows, PrisonTable, Wing, instance
from nearhome.data.errors import InputError
from tests.placements import placements, three_towns

if TYPE_CHECKING:
    from nearhome.analysis.placement.solver.instance import Instance
    from nearhome.analysis.placement.solver.shadow_prices import Price


def test_two_prices_of_the_same_place() -> None:
    # Four people live beside Acorn, which has 2 places; one more saves 30 minutes, one fewer costs 50.
    known = instance(
        homes=["Ash"],
        cohorts=CohortTable(["men"]),
        prisons=PrisonTable(
            ["Acorn", "Beech", "Cedar"],
            [2, 2, 1],
            [Wing(name, frozenset({"men"})) for name in ("Acorn", "Beech", "Cedar")],
        ),
        rows=PeopleRows([0], [0], [4]),
        burden=[[0, 30, 50]],
    )
    acorn, beech, cedar = shadow_prices.prices(solve.solve(known))
    assert (acorn.prison, acorn.gain, acorn.loss, acorn.housed, acorn.unhoused) == ("Acorn", 30, 50, 0, 0)
    assert (beech.gain, beech.loss, beech.people, beech.places) == (0, 20, 2, 2)
    assert (cedar.gain, cedar.loss) == (0, 0)
    full = shadow_prices.prices(solve.solve(levers.resized(known, "Cedar", 0)))
    assert [(each.loss, each.unhoused) for each in full] == [(0, 1), (-30, 1), (0, 0)]


def test_a_place_that_houses_somebody_says_so() -> None:
    acorn, *_ = shadow_prices.prices(solve.solve(three_towns(places=[1, 1, 2])))
    assert (acorn.housed, acorn.gain) == (1, 0)


def test_plans_of_a_rule_have_no_prices() -> None:
    with pytest.raises(InputError, match=r"solve\.solve"):
        shadow_prices.prices(baselines.stay(three_towns()))


def resized(known: Instance, price: Price, places: int) -> Instance:
    if price.wing is not None:
        return levers.resized(known, price.prison, places, price.wing)
    changed = levers.resized(known, price.prison, places)
    own = [wing for wing in known.wings if wing.prison == price.prison]
    if len(own) == 1 and own[0].places is not None:  # its places are those of its only wing
        changed = levers.resized(changed, price.prison, places, own[0])
    return changed


@settings(max_examples=80, deadline=None)
@given(placements())
def test_every_price_is_what_solving_again_gives(known: Instance) -> None:
    for move_price in (0, 3):
        plan = solve.solve(known, move_price=move_price)

        def cost(each: solve.Plan) -> int:
            return each.cost + move_price * each.objective.steps * each.moves  # noqa: B023 -- used in this turn only

        for price in shadow_prices.prices(plan):
            more = solve.solve(resized(known, price, price.places + 1), move_price=move_price)
            assert int(plan.unplaced.sum() - more.unplaced.sum()) == price.housed
            assert (cost(plan) - cost(more)) / objectives.TENTHS == pytest.approx(price.gain, abs=0.05)
            if price.places:
                fewer = solve.solve(resized(known, price, price.places - 1), move_price=move_price)
                assert int(fewer.unplaced.sum() - plan.unplaced.sum()) == price.unhoused
                assert (cost(fewer) - cost(plan)) / objectives.TENTHS == pytest.approx(price.loss, abs=0.05)
