"""Who finds no place, and what would house them: each change is made, and does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings

from nearhome.analysis.placement.solver import levers, relaxations, solve
from nearhome.analysis.placement.solver.instance import Wing
from nearhome.analysis.placement.solver.relaxations import Relaxation, Shortfall
from tests.placements import placements, three_towns

if TYPE_CHECKING:
    from nearhome.analysis.placement.solver.instance import Instance


def test_nobody_is_short_where_everybody_has_a_place() -> None:
    assert relaxations.shortfalls(solve.solve(three_towns())) == []


def test_a_longest_journey_says_how_much_longer() -> None:
    plan = solve.solve(three_towns(places=[2, 1, 1], people=[1, 2, 1], longest=[5]))
    assert relaxations.shortfalls(plan) == [
        Shortfall(
            "Birch",
            "men",
            1,
            (Relaxation("places", "Beech", 1.0, 0.0), Relaxation("journey", "Acorn", 5.0, 10.0)),
        )
    ]


def test_a_longer_journey_counts_the_room_others_can_make() -> None:
    # Two more minutes take Cob to Beech, because Birch then goes to the free place at Acorn.
    burden = [[0, 10, 20], [10, 0, 10], [20, 12, 0]]
    plan = solve.solve(three_towns(burden=burden, places=[3, 1, 0], people=[1, 1, 1], current=None, longest=[10]))
    assert relaxations.shortfalls(plan)[0].relaxations == (
        Relaxation("places", "Cedar", 1.0, 0.0),
        Relaxation("journey", "Beech", 2.0, 12.0),
    )


def test_roles_and_rules_are_named_within_a_kind_only() -> None:
    known = three_towns(
        cohorts=["men C", "men D", "women"], kinds=["men", "men", "women"], cohort=[0, 1, 2], people=[1, 1, 1],
        wings=[
            Wing("Acorn", frozenset({"men C"})), Wing("Beech", frozenset({"women"})),
            Wing("Cedar", frozenset({"men D"})),
        ],
    ).forbidding("Cedar", home="Birch").forbidding("Beech", home="Cob")  # fmt: skip
    found = {line.home: line.relaxations for line in relaxations.shortfalls(solve.solve(known))}
    assert found == {
        "Birch": (Relaxation("forbidden", "Cedar", 0.0, 10.0), Relaxation("cohort", "Acorn", 0.0, 10.0)),
        "Cob": (Relaxation("forbidden", "Beech", 0.0, 10.0),),
    }


def test_only_the_first_lines_are_worked_out() -> None:
    plan = solve.solve(three_towns(places=[0, 0, 0]))
    told = relaxations.shortfalls(plan, most=1)
    assert [(line.home, line.people, len(line.relaxations)) for line in told] == [
        ("Ash", 2, 1),
        ("Birch", 2, 0),
        ("Cob", 1, 0),
    ]


def relaxed(known: Instance, line: Shortfall, change: Relaxation) -> Instance:
    group, prison = known.group(line.home, line.cohort), known.prison(change.prison)
    if change.rule == "places":
        more = levers.resized(known, change.prison, int(known.places[prison] + change.amount))
        wings = [
            replace(wing, places=wing.places + int(change.amount))
            if wing.prison == change.prison and line.cohort in wing.cohorts and wing.places is not None
            else wing
            for wing in known.wings
        ]
        return replace(more, wings=tuple(wings))
    if change.rule == "journey":
        longest = known.longest.copy()
        longest[known.cohort[group]] += change.amount
        return replace(known, longest=longest)
    if change.rule == "forbidden":
        forbidden = known.forbidden.copy()
        forbidden[group, prison] = False
        return replace(known, forbidden=forbidden)
    own = [(wing.cohorts, wing.places) for wing in known.wings if wing.prison == change.prison]
    return levers.re_roled(known, change.prison, [*own, ({line.cohort}, line.people)])


@settings(max_examples=60, deadline=None)
@given(placements())
def test_every_change_houses_its_line(known: Instance) -> None:
    plan = solve.solve(known)
    lines = relaxations.shortfalls(plan)
    assert sum(line.people for line in lines) == plan.unplaced.sum()
    for line in lines:
        for change in line.relaxations:
            assert solve.fewest_unplaced(relaxed(known, line, change)) <= plan.unplaced.sum() - line.people
            assert np.isfinite(change.burden)
            if change.rule == "journey":
                limit = known.longest[known.cohorts.index(line.cohort)]
                assert change.burden == pytest.approx(limit + change.amount)
