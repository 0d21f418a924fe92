"""People kept apart: against every way of placing a few people, and with proven gaps."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nearhome.analysis.placement.solver import separation, solve
from nearhome.analysis.placement.solver.instance import CohortTable, Instance, PeopleRows, PrisonTable, Wing, instance
from nearhome.data.errors import InputError, NearhomeError
from tests.placements import three_towns

PEOPLE, PRISONS = 4, 3
PAIRS = [(first, second) for first in range(PEOPLE) for second in range(first)]


def few(burden: list[int], places: list[int]) -> Instance:
    names = [f"p{index}" for index in range(PRISONS)]
    return instance(
        homes=[f"h{index}" for index in range(PEOPLE)],
        cohorts=CohortTable(["all"]),
        prisons=PrisonTable(names, places, [Wing(name, frozenset({"all"})) for name in names]),
        rows=PeopleRows(range(PEOPLE), [0] * PEOPLE, [1] * PEOPLE),
        burden=np.array(burden).reshape(PEOPLE, PRISONS),
    )


def best_of_all(known: Instance, pairs: list[tuple[int, int]]) -> tuple[int, float]:
    """Try every way, nowhere included; give the people without a place and the burden."""
    ways = []
    for way in product(range(-1, PRISONS), repeat=PEOPLE):
        placed = np.bincount([each for each in way if each >= 0], minlength=PRISONS)
        if (placed <= known.places).all() and not any(way[a] == way[b] >= 0 for a, b in pairs):
            ways.append((way.count(-1), sum(known.burden[i, each] for i, each in enumerate(way) if each >= 0)))
    return min(ways)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 9), min_size=PEOPLE * PRISONS, max_size=PEOPLE * PRISONS),
    st.lists(st.integers(0, 4), min_size=PRISONS, max_size=PRISONS),
    st.lists(st.sampled_from(PAIRS), unique=True, max_size=4),
)
def test_the_exact_plan_is_the_best_of_every_way(
    burden: list[int], places: list[int], pairs: list[tuple[int, int]]
) -> None:
    known = few(burden, places)
    plan = separation.solve_apart(known, pairs, enough=0)
    assert separation.clashes(plan, pairs) == []
    assert solve.violations(plan) == []
    assert (int(plan.unplaced.sum()), plan.cost / 10) == best_of_all(known, pairs)
    assert plan.gap == pytest.approx(0, abs=1e-6)
    rough = separation.solve_apart(known, pairs, enough=0.5)
    assert separation.clashes(rough, pairs) == []
    assert rough.bound is not None
    assert rough.bound <= plan.cost


def test_two_of_a_group_are_split_off_and_kept_apart() -> None:
    known = three_towns().split(0, 1).split(0, 1)
    plan = separation.solve_apart(known, [(3, 4)])
    assert plan.cost == 200
    assert not (plan.placed[3] & plan.placed[4]).any()
    assert separation.clashes(solve.solve(known), [(3, 4)])[0].prison == "Acorn"
    assert int(plan.unplaced.sum()) == 0


def test_only_single_people_can_be_kept_apart() -> None:
    with pytest.raises(InputError, match="Groups 0 and 1 cannot be kept apart"):
        separation.solve_apart(three_towns(), [(0, 1)])
    with pytest.raises(InputError, match="Groups 2 and 2"):
        separation.solve_apart(three_towns(), [(2, 2)])


def test_without_time_there_is_an_error_or_the_repaired_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    known = few([0, 9, 9] * PEOPLE, [4, 4, 4])
    pairs = [(0, 1), (1, 2)]
    monkeypatch.setattr("scipy.optimize.milp", lambda *_, **__: _Stopped())
    plan = separation.solve_apart(known, pairs, enough=0)
    assert separation.clashes(plan, pairs) == []
    monkeypatch.setattr(separation, "REPAIRS", 0)
    with pytest.raises(NearhomeError, match="No plan keeps all 2 pairs apart after 60 s"):
        separation.solve_apart(known, pairs)


class _Stopped:
    status, x, message = 1, None, "Time limit reached."
