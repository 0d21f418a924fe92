"""People who must not be in the same prison: repaired plans with a proven gap, or the exact answer of a MIP.

Keep-aparts are about cells, landings or wings as a rule; only those that a whole prison cannot keep belong here. A
flow cannot express them. First the flow without them is repaired: of two who meet, the one with the cheaper way out is
kept away, and the flow solved again; its first cost is the bound. If the gap is too wide, HiGHS (through SciPy) decides
where these people go, with everybody else as continuous flows around them, and the flow is solved a last time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.sparse import csr_matrix

from nearhome.analysis.placement.solver import objectives
from nearhome.analysis.placement.solver.flow import min_cost, network, residual
from nearhome.analysis.placement.solver.flow.network import FAR
from nearhome.analysis.placement.solver.solve import Plan, solve
from nearhome.data.errors import InputError, NearhomeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nearhome.analysis.placement.solver.instance import Instance
    from nearhome.analysis.placement.solver.objectives import CostObjective
    from nearhome.data.base.arrays import Ints

    Pairs = Sequence[tuple[int, int]]

REPAIRS: Final = 40
LARGEST_PENALTY: Final = 10**7
"""More would drown the other costs in the tolerances of the linear solver."""

_OPTIMAL, _STOPPED = 0, 1


@dataclass(frozen=True, slots=True)
class Clash:
    """Two groups of one person who are in the same prison and must not be."""

    first: int
    second: int
    prison: str


def clashes(plan: Plan, pairs: Pairs) -> list[Clash]:
    """List the pairs that a plan does not keep apart."""
    found = []
    for first, second in pairs:
        both = np.flatnonzero((plan.placed[first] > 0) & (plan.placed[second] > 0))
        found += [Clash(first, second, plan.instance.prisons[prison]) for prison in both]
    return found


def solve_apart(
    instance: Instance,
    pairs: Pairs,
    objective: CostObjective | None = None,
    *,
    enough: float = 0.0005,
    seconds: float = 60.0,
) -> Plan:
    """Find a plan that keeps pairs of people in different prisons, with a proven gap (``Plan.gap``).

    Parameters
    ----------
    pairs
        Groups of one person each, such as ``Instance.split`` makes.
    enough
        The gap at which a repaired plan is good enough; 0 for the exact optimum if there is time.
    seconds
        After so many the MIP stops, with the best plan found and its gap.

    Raises
    ------
    InputError
        A group has more people than one, or is paired with itself.
    NearhomeError
        No plan was found in time.
    """
    for pair in pairs:
        if pair[0] == pair[1] or (instance.people[list(pair)] != 1).any():
            msg = f"Groups {pair[0]} and {pair[1]} cannot be kept apart: give two groups of one person, as split makes."
            raise InputError(msg)
    aim = objectives.total(instance) if objective is None else objective
    relaxed = solve(instance, aim)
    tried = _repaired(relaxed, pairs)
    repaired = None if clashes(tried, pairs) else replace(tried, bound=None)
    if repaired is not None and repaired.unplaced.sum() == relaxed.unplaced.sum():
        repaired = replace(repaired, bound=float(relaxed.cost))
        if repaired.gap <= enough:
            return repaired
    return _exact(relaxed, repaired, pairs, enough, seconds)


def _repaired(plan: Plan, pairs: Pairs) -> Plan:
    """Keep one of each pair that meets away from where they meet, until nobody meets or it takes too long."""
    instance = plan.instance
    for _ in range(REPAIRS):
        found = clashes(plan, pairs)
        if not found:
            break
        forbidden = plan.instance.forbidden.copy()
        for clash in found:
            prison = instance.prison(clash.prison)
            if not (forbidden[clash.first, prison] or forbidden[clash.second, prison]):
                forbidden[min((clash.first, clash.second), key=lambda each: _regret(plan, each, prison)), prison] = True
        changed = replace(plan.instance, forbidden=forbidden)
        plan = solve(changed, plan.objective, guess=plan)
    return replace(plan, instance=instance)


def _regret(plan: Plan, group: int, prison: int) -> int:
    """Give what a person's second best place costs more than this one, at the plan's prices."""
    given, found = plan.problem, plan.flow
    if given is None or found is None:
        return 0
    pool = given.pool[group]
    here = np.append(min_cost.prices_of(given, found), FAR)[given.estate.door[given.cohort[pool]]] + given.cost[pool]
    return int(min(np.delete(here, prison).min(initial=FAR), given.penalty) - here[prison])


def _exact(relaxed: Plan, repaired: Plan | None, pairs: Pairs, enough: float, seconds: float) -> Plan:
    """Let HiGHS decide where the people of the pairs go, then solve the flow of everybody with them locked there."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    instance, aim = relaxed.instance, relaxed.objective
    given = network.problem(instance, aim.costs, pooling=False)
    group, prison = residual.pairs(given.cost < FAR)
    cost = given.cost[group, prison]
    penalty = min(given.penalty, max(LARGEST_PENALTY, 10 * int(cost.max(initial=0))))
    people = sorted({each for pair in pairs for each in pair})
    apart = np.isin(group, people)
    rows, limits = _constraints(given, group, prison, pairs)
    found = milp(
        np.concatenate([cost, np.full(len(given.people), penalty), np.zeros(len(given.estate.tail))]).astype(float),
        integrality=np.append(apart, np.zeros(rows.shape[1] - len(group), bool)),
        bounds=Bounds(0, np.concatenate([given.people[group], given.people, given.estate.capacity]).astype(float)),
        constraints=LinearConstraint(rows, *limits),
        options={"time_limit": seconds, "mip_rel_gap": min(enough, 1e-4)},
    )
    if found.status not in {_OPTIMAL, _STOPPED} or found.x is None:
        if repaired is not None and repaired.bound is not None:
            return repaired
        msg = f"No plan keeps all {len(pairs)} pairs apart after {seconds:g} s ({found.message}); allow more time."
        raise NearhomeError(msg)
    forbidden = instance.forbidden.copy()
    forbidden[people] = True
    chosen = apart & (found.x[: len(group)] > 0.5)  # noqa: PLR2004 -- whole numbers but for a tolerance
    forbidden[group[chosen], prison[chosen]] = instance.forbidden[group[chosen], prison[chosen]]
    plan = replace(solve(replace(instance, forbidden=forbidden), aim), instance=instance)
    known = -np.inf if found.mip_dual_bound is None else found.mip_dual_bound  # stopped before it had a bound
    least = known - penalty * int(plan.unplaced.sum())
    better = [plan] if repaired is None else [plan, repaired]
    best = min(better, key=lambda each: (int(each.unplaced.sum()), each.cost))
    proven = max(float(np.ceil(least - 0.01)), float(relaxed.cost))
    return replace(best, bound=min(float(best.cost), proven))


def _constraints(
    given: network.FlowProblem, group: Ints, prison: Ints, pairs: Pairs
) -> tuple[csr_matrix, tuple[Ints, Ints]]:
    """Write balances of groups and nodes, and that no two of a pair meet, as rows and their lower and upper limits."""
    estate, journeys, groups = given.estate, len(group), len(given.people)
    nodes = estate.size - 1
    every, arcs = np.arange(groups), np.arange(len(estate.tail)) + journeys + groups
    inner = estate.head < nodes
    number = {(g, p): index for index, (g, p) in enumerate(zip(group.tolist(), prison.tolist(), strict=True))}
    met = [
        (number[first, each], number[second, each])
        for first, second in pairs
        for each in range(given.cost.shape[1])
        if (first, each) in number and (second, each) in number
    ]
    last = np.repeat(np.arange(len(met)), 2) + groups + nodes
    row = [group, every, groups + estate.door[given.cohort[group], prison], groups + estate.tail]
    column = [np.arange(journeys), journeys + every, np.arange(journeys), arcs]
    value = [np.ones(journeys), np.ones(groups), np.ones(journeys), -np.ones(len(arcs))]
    row += [groups + estate.head[inner], last]
    column += [arcs[inner], np.array(met, np.int64).ravel()]
    value += [np.ones(int(inner.sum())), np.ones(len(last))]
    shape = (groups + nodes + len(met), journeys + groups + len(arcs))
    entries = np.concatenate(value), (np.concatenate(row), np.concatenate(column))
    least = np.concatenate([given.people, np.zeros(nodes + len(met), np.int64)])
    most = np.concatenate([given.people, np.zeros(nodes, np.int64), np.ones(len(met), np.int64)])
    return csr_matrix(entries, shape=shape), (least, most)
