"""Closures, sites and other changes: each outcome is what solving the changed placement from scratch gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nearhome.analysis.placement.solver import levers, objectives, solve
from nearhome.analysis.placement.solver.flow import min_cost
from nearhome.analysis.placement.solver.instance import Wing
from nearhome.data.errors import InputError
from tests.placements import placements, three_towns

if TYPE_CHECKING:
    from nearhome.analysis.placement.solver.instance import Instance


@settings(max_examples=60, deadline=None)
@given(placements())
def test_every_closure_is_exact_and_none_is_a_gain(known: Instance) -> None:
    before = solve.solve(known)
    outcomes = list(levers.closures(known))
    assert [each.name for each in outcomes] == list(known.prisons)
    for outcome in outcomes:
        after = solve.solve(levers.closed(known, outcome.name))
        assert after.placed[:, known.prison(outcome.name)].sum() == 0
        assert (after.unplaced.sum(), after.cost) >= (before.unplaced.sum(), before.cost)
        assert outcome.unplaced == after.unplaced.sum() - before.unplaced.sum()
        assert outcome.burden == pytest.approx((after.cost - before.cost) / objectives.TENTHS)


@settings(max_examples=40, deadline=None)
@given(placements(), st.integers(0, 5), st.data())
def test_every_site_is_exact_and_none_is_a_loss(known: Instance, places: int, data: st.DataObject) -> None:
    size = (len(known.homes), 3)
    burden = data.draw(st.lists(st.sampled_from([0.0, 4.0, np.nan]), min_size=3 * size[0], max_size=3 * size[0]))
    columns = np.array(burden).reshape(size)
    before = solve.solve(known)
    cohorts = known.cohorts[:1]
    for aim in (objectives.total, lambda each: objectives.fewest_over(each, 3)):
        names = ["north", "south", "west"]
        outcomes = list(levers.sites(known, names, columns, places=places, cohorts=cohorts, objective=aim))
        for column, outcome in enumerate(outcomes):
            there = levers.opened(known, outcome.name, places, cohorts, columns[:, column])
            after = solve.solve(there, aim(there))
            assert outcome.unplaced == after.unplaced.sum() - before.unplaced.sum() <= 0
            without = solve.solve(levers.closed(there, outcome.name), aim(there))
            assert outcome.burden == pytest.approx((after.cost - without.cost) / after.objective.steps)
            assert outcome.people <= places


def test_sites_and_closures_of_sifted_networks_are_exact_too(monkeypatch: pytest.MonkeyPatch) -> None:
    known = three_towns(people=[2, 1, 1])
    burden = [[0, 5, 20], [20, 5, 9], [7, 7, 7]]
    names = ["a", "b", "c"]
    expected = list(levers.sites(known, names, burden, places=1, cohorts=["men"])), list(levers.closures(known))
    monkeypatch.setattr(min_cost, "WHOLE_PAIRS", 0)
    monkeypatch.setattr(min_cost, "JOURNEYS_A_GROUP", 1)
    found = list(levers.sites(known, names, burden, places=1, cohorts=["men"])), list(levers.closures(known))
    assert found == expected


def test_a_prison_can_change_its_role() -> None:
    mixed = three_towns(cohorts=["men", "women"], cohort=[0, 1, 0])
    changed = levers.re_roled(mixed, "Beech", [(["women"], 1), (["men", "women"], None)])
    assert solve.solve(mixed).unplaced.tolist() == [0, 2, 0]
    plan = solve.solve(changed)
    assert plan.unplaced.sum() == 0
    assert plan.placed[:, 1].sum() == 2
    assert [wing.prison for wing in changed.wings] == ["Acorn", "Cedar", "Beech", "Beech"]


def test_what_cannot_be_changed_says_why() -> None:
    known = three_towns()
    with pytest.raises(InputError, match="No prison is called 'Oak'"):
        levers.closed(known, "Oak")
    with pytest.raises(InputError, match="-1 places"):
        levers.resized(known, "Acorn", -1)
    with pytest.raises(InputError, match="Acorn has no wing for men with 9 places"):
        levers.resized(known, "Acorn", 1, Wing("Acorn", frozenset({"men"}), 9))
    with pytest.raises(InputError, match="No cohort is called 'boys'"):
        levers.re_roled(known, "Acorn", [(["boys"], 1)])
    with pytest.raises(InputError, match="'Acorn' cannot be opened"):
        levers.opened(known, "Acorn", 1, ["men"], [1, 1, 1])
    with pytest.raises(InputError, match=r"Burdens of shape \(1, 3\) for 1 sites"):
        list(levers.sites(known, ["x"], [[1, 2, 3]], places=1, cohorts=["men"]))
    assert list(levers.sites(known, [], np.empty((3, 0)), places=1, cohorts=["men"])) == []
