"""Large networks are sifted: the same optimum as HiGHS finds for the whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from nearhome.analysis.placement.solver import objectives
from nearhome.analysis.placement.solver.flow import min_cost, network, residual
from nearhome.analysis.placement.solver.instance import CohortTable, Instance, PeopleRows, PrisonTable, Wing, instance
from nearhome.data.errors import NearhomeError


def wide(seed: int, *, crowded: bool) -> Instance:
    """Make 120 homes, 6 cohorts and 30 prisons, some with two wings and a few places too few if crowded."""
    rng = np.random.default_rng(seed)
    homes, cohorts, prisons = 120, 6, 30
    names = [f"c{index}" for index in range(cohorts)]
    people = rng.integers(0, 9, (homes, cohorts))
    where, at = rng.random((homes, 2)), rng.random((prisons, 2))
    places = rng.integers(40, 160, prisons)
    places = (places * people.sum() * (0.9 if crowded else 1.3) / places.sum()).astype(int)
    wings = []
    for prison in range(prisons):
        # Every third prison holds all cohorts, so that only places can run short.
        held = names if prison % 3 == 0 else list(rng.choice(names, 3, replace=False))
        wings.append(Wing(f"p{prison:02}", frozenset(held), None if prison % 2 else int(places[prison] * 0.7)))
        if prison % 2 == 0:
            wings.append(Wing(f"p{prison:02}", frozenset(held[:2]), int(places[prison] * 0.6)))
    home, cohort = np.nonzero(people)
    return instance(
        homes=[f"h{index:03}" for index in range(homes)],
        cohorts=CohortTable(names),
        prisons=PrisonTable([f"p{index:02}" for index in range(prisons)], places, wings),
        rows=PeopleRows(home, cohort, people[home, cohort], rng.integers(-1, prisons, len(home))),
        burden=np.rint(300 * np.linalg.norm(where[:, None] - at[None], axis=2)),
    )


def highs(known: Instance, costs: np.ndarray, penalty: int) -> float:
    """Solve the placement as a linear programme: variables for group, prison and wing, and for nobody's place."""
    group, prison = np.nonzero(known.allowed())
    triples = [
        (g, p, w)
        for g, p in zip(group.tolist(), prison.tolist(), strict=True)
        for w, wing in enumerate(known.wings)
        if wing.prison == known.prisons[p] and known.cohorts[known.cohort[g]] in wing.cohorts
    ]
    g, p, w = np.array(triples).T
    size, count = len(known.people), len(triples)
    every = np.arange(count)
    balance = csr_matrix(
        (np.ones(count + size), (np.append(g, np.arange(size)), np.arange(count + size))), shape=(size, count + size)
    )
    prisons, wings = len(known.prisons), len(known.wings)
    room = csr_matrix(
        (np.ones(2 * count), (np.append(p, prisons + w), np.append(every, every))),
        shape=(prisons + wings, count + size),
    )
    limits = np.append(
        known.places, [known.places.max() if each.places is None else each.places for each in known.wings]
    )
    found = linprog(
        np.append(costs[g, p], np.full(size, penalty)), A_ub=room, b_ub=limits, A_eq=balance, b_eq=known.people,
        method="highs",
    )  # fmt: skip
    assert found.status == 0
    return float(found.fun)


@pytest.mark.parametrize("crowded", [False, True])
@pytest.mark.parametrize("journeys", [1, 6])
def test_sifting_finds_the_optimum_of_the_whole(
    monkeypatch: pytest.MonkeyPatch, journeys: int, *, crowded: bool
) -> None:
    known = wide(7, crowded=crowded)
    costs = objectives.total(known).costs
    given = network.problem(known, costs)
    whole = min_cost.solve(given)
    monkeypatch.setattr(min_cost, "WHOLE_PAIRS", 0)
    monkeypatch.setattr(min_cost, "SAMPLED_PEOPLE", 300)
    monkeypatch.setattr(min_cost, "JOURNEYS_A_GROUP", journeys)
    sifted, again = min_cost.solve(given), min_cost.solve(given, np.zeros(given.estate.size, np.int64))
    for found in (whole, sifted, again):
        placed, unplaced = network.by_group(known, given, found)
        assert (placed.sum(axis=1) + unplaced == known.people).all()
        total = int((costs * placed).sum()) + 10**6 * int(unplaced.sum())
        assert total == pytest.approx(highs(known, costs, 10**6), rel=1e-12)
    assert (whole.unplaced.sum() > 0) == crowded


def test_moves_have_prices_in_sifted_networks_too(monkeypatch: pytest.MonkeyPatch) -> None:
    known = wide(3, crowded=False)
    given = network.problem(known, objectives.total(known).costs, 400)
    expected = min_cost.solve(given)
    monkeypatch.setattr(min_cost, "WHOLE_PAIRS", 0)
    found = min_cost.solve(given)

    def total(each: network.Flow) -> int:
        stays = np.minimum(each.placed, given.held).sum()
        return int((given.cost * each.placed).sum(where=given.cost < network.FAR)) - 400 * int(stays)

    assert total(found) == total(expected)
    assert 0 < np.minimum(found.placed, given.held).sum() < given.held.sum()


def test_cohorts_that_the_same_wings_hold_are_pooled_and_told_apart() -> None:
    known = wide(4, crowded=False)
    wings = tuple(
        replace(wing, cohorts=wing.cohorts | ({"c1"} if "c0" in wing.cohorts else set())) for wing in known.wings
    )
    wings = tuple(replace(wing, cohorts=wing.cohorts - (set() if "c0" in wing.cohorts else {"c1"})) for wing in wings)
    alike = replace(known, wings=wings)
    given = network.problem(alike, objectives.total(alike).costs * 4096, 1)
    assert len(given.people) == len({(h, max(c, 1)) for h, c in zip(known.home, known.cohort, strict=True)})
    found = min_cost.solve(given)
    placed, unplaced = network.by_group(alike, given, found)
    assert (placed >= 0).all()
    assert (placed.sum(axis=1) + unplaced == alike.people).all()
    assert np.minimum(placed, alike.held).sum() == np.minimum(found.placed, given.held).sum()
    heavier = replace(alike, weight=np.array([1.0, 2, 1, 1, 1, 1]))
    assert len(network.problem(heavier, objectives.total(heavier).costs).people) > len(given.people)


def test_prices_prove_an_optimum_and_refuse_what_is_none() -> None:
    known = wide(5, crowded=False)
    given = network.problem(known, objectives.total(known).costs)
    best = min_cost.solve(given)
    shifts = residual.exchanges(given, best)
    price = min_cost.prices_of(given, best)
    np.testing.assert_array_equal(residual.prices(shifts), price)
    assert not residual.improving(given, best, price).any()
    far = residual.all_pairs(shifts)
    np.testing.assert_array_equal(far[:, -1], price)
    worst = min_cost.solve(network.problem(known, 10_000 - objectives.total(known).costs))
    assert residual.prices(residual.exchanges(given, worst)) is None
    with pytest.raises(NearhomeError, match="can be improved"):
        min_cost.prices_of(given, replace(worst, prices=None))
