"""People from counts: every count is kept, and nobody moves without need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings

from nearhome.analysis.placement.solver import solve
from nearhome.data.errors import InputError
from tests.placements import placements, three_towns

if TYPE_CHECKING:
    from nearhome.analysis.placement.solver.instance import Instance


def people_of(known: Instance, seed: int = 4) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """List the people of an instance one by one, in random order."""
    rows = [
        (home, cohort, prison)
        for home, cohort, held, people in zip(known.home, known.cohort, known.held, known.people, strict=True)
        for prison, count in [*enumerate(held), (-1, people - held.sum())]
        for _ in range(count)
    ]
    listed = np.array(rows, np.int64).reshape(-1, 3)
    home, cohort, current = np.random.default_rng(seed).permutation(listed).T
    return home, cohort, current


@settings(max_examples=80, deadline=None)
@given(placements())
def test_counts_are_those_of_the_plan_and_stays_too(known: Instance) -> None:
    plan = solve.solve(known)
    home, cohort, current = people_of(known)
    found = solve.assigned(plan, home, cohort, current)
    for group in range(len(known.people)):
        mine = found[(home == known.home[group]) & (cohort == known.cohort[group])]
        assert np.bincount(mine[mine >= 0], minlength=len(known.prisons)).tolist() == plan.placed[group].tolist()
        assert (mine < 0).sum() == plan.unplaced[group]
    assert int(((current >= 0) & (found != current)).sum()) == plan.moves
    np.testing.assert_array_equal(found, solve.assigned(plan, home, cohort, current))


def test_the_first_of_the_list_stays() -> None:
    plan = solve.solve(three_towns(places=[2, 1, 2], people=[2, 1, 0]), move_price=11)
    assert plan.placed[0].tolist() == [1, 1, 0]
    found = solve.assigned(plan, [0, 1, 0], [0, 0, 0], [1, 2, 1])
    assert found.tolist() == [1, 2, 0]


def test_other_people_are_refused() -> None:
    plan = solve.solve(three_towns())
    with pytest.raises(InputError, match="The 2 people listed are not the 5 of the plan"):
        solve.assigned(plan, [0, 1], [0, 0])
