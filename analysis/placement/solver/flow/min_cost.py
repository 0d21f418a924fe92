"""Minimum-cost flow: groups flow to wings, wings to prisons, prisons to one sink; who finds no place pays a penalty.

For every group and prison there are two arcs: staying, for as many as are held there, and moving, which costs a price
more. Costs are whole numbers, and OR-Tools' cost-scaling algorithm finds the exact optimum. Of equally good plans one
with the fewest moves is found, and the network is always written in the order of the names, so that the same people
and prisons, in whatever order, give the same plan.

Large networks are sifted: prices of places are guessed from a sample, only journeys that such prices make attractive
are put to the solver, and its own prices then tell whether any journey left out could still improve the plan; if so
it is put in and the flow is solved again. The answer is as exact as that of the whole network.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from nearhome.analysis.placement.solver.flow import residual
from nearhome.analysis.placement.solver.flow.network import FAR, Flow, FlowProblem
from nearhome.data.errors import MissingExtraError, NearhomeError

if TYPE_CHECKING:
    from nearhome.data.base.arrays import Bools, Ints


WHOLE_PAIRS: Final = 300_000
"""Networks with so many journeys or fewer are solved whole."""

SAMPLED_PEOPLE: Final = 4_000
JOURNEYS_A_GROUP: Final = 16
"""Sifting begins with so many, on average; with half of them when the guess is a similar flow's."""

_NO_OPTIMUM: Final = "The solver's flow can be improved, which should never be; please report the placement."


def solve(given: FlowProblem, prices: Ints | None = None) -> Flow:
    """Find an optimum.

    Parameters
    ----------
    given
        The placement in whole numbers.
    prices
        A guess, such as those of a similar flow: it saves time and changes no cost.

    Raises
    ------
    MissingExtraError
        OR-Tools is not installed.
    """
    allowed = given.cost < FAR
    if prices is None:
        if np.count_nonzero(allowed) <= WHOLE_PAIRS:
            return _run(given, allowed, priced=False)
        kept = _attractive(given, _guessed(given, allowed), JOURNEYS_A_GROUP)
    else:
        kept = _attractive(given, prices, JOURNEYS_A_GROUP // 2)
    while True:
        flow = _run(given, kept)
        better = residual.improving(given, flow, prices_of(given, flow)) & ~kept
        if not better.any():
            return flow
        kept |= better


def prices_of(given: FlowProblem, flow: Flow) -> Ints:
    """Give what one more person at each node would cost all others.

    Raises
    ------
    NearhomeError
        The flow is no optimum of the problem.
    """
    if flow.prices is not None:
        return flow.prices
    found = residual.prices(residual.exchanges(given, flow))
    if found is None:
        raise NearhomeError(_NO_OPTIMUM)
    return found


def _guessed(given: FlowProblem, allowed: Bools) -> Ints:
    """Solve for every so-manieth person, each standing for as many, and give the prices."""
    groups = np.flatnonzero(allowed.any(axis=1))
    groups = groups[np.argsort(given.cohort[groups], kind="stable")]
    before = np.cumsum(given.people[groups])
    stride = max(1, int(before[-1] if len(before) else 0) // SAMPLED_PEOPLE)
    found = np.diff((before + stride // 2) // stride, prepend=0)
    groups, people = groups[found > 0], found[found > 0] * stride
    share = people / np.maximum(given.people[groups], 1)
    sample = replace(
        given,
        cost=given.cost[groups],
        cohort=given.cohort[groups],
        people=people,
        held=(given.held[groups] * share[:, None]).astype(np.int64),
        move=given.move[groups],
        penalty=max(1, 8 * given.penalty // (given.estate.size + 2)),
    )
    return prices_of(sample, _put(sample, allowed[groups], sample.penalty))


def _attractive(given: FlowProblem, prices: Ints, journeys: int) -> Bools:
    """Choose the journeys that are the best at such prices, or nearly so."""
    excess = residual.entering(given, prices)
    excess -= excess.min(axis=1, initial=FAR // 2)[:, None]
    some = excess[:: max(1, len(excess) // 5_000)]
    wanted = min(journeys * len(some), some.size - 1)
    margin = int(np.partition(some, wanted, axis=None)[wanted]) if some.size else 0
    return np.asarray(excess <= min(margin, FAR // 4)) & (given.cost < FAR)


def _run(given: FlowProblem, kept: Bools, *, priced: bool = True) -> Flow:
    """Find the best flow over the journeys kept."""
    # A large penalty slows the solver. A small one that leaves nobody without a place gives the same flow, and else
    # the prices tell.
    for penalty in (2 * given.penalty // (given.estate.size + 2), given.penalty):
        flow = _put(given, kept, penalty)
        if not priced and not flow.unplaced.any():
            return flow
        prices = residual.prices(residual.exchanges(given, flow, kept))
        if prices is not None:
            return replace(flow, prices=prices)
    raise NearhomeError(_NO_OPTIMUM)


def _put(given: FlowProblem, kept: Bools, penalty: int) -> Flow:
    """Solve once, over the journeys kept and at such a penalty."""
    estate, size = given.estate, len(given.people)
    group, column = residual.pairs(kept[:, given.order])
    prison = given.order[column]
    door, cost, price = estate.door[given.cohort[group], prison], given.cost[group, prison], given.move[group]
    stays = np.flatnonzero((given.held[group, prison] > 0) & (price > 0))
    everyone = np.arange(size)
    solver = _solver()
    blocks = [
        (group, size + door, given.people[group], cost + price),
        (group[stays], size + door[stays], given.held[group[stays], prison[stays]], cost[stays]),
        (everyone, np.full(size, size + estate.sink), given.people, penalty + given.move),
        (size + estate.tail, size + estate.head, estate.capacity, np.zeros_like(estate.capacity)),
    ]
    arcs = [
        solver.add_arcs_with_capacity_and_unit_cost(
            tail.astype(np.int32), head.astype(np.int32), capacity.astype(np.int64), unit.astype(np.int64)
        )
        for tail, head, capacity, unit in blocks
    ]
    supply = np.append(given.people, -given.people.sum())
    solver.set_nodes_supplies(np.append(everyone, size + estate.sink).astype(np.int32), supply)
    status = solver.solve()
    if status != solver.OPTIMAL:
        msg = (
            f"The flow of {len(group)} journeys was not solved (OR-Tools: {status.name}); please report the placement."
        )
        raise NearhomeError(msg)
    moved, stayed, left, through = (np.asarray(solver.flows(each), np.int64) for each in arcs)
    placed = np.zeros(given.cost.shape, np.int64)
    placed[group, prison] = moved
    placed[group[stays], prison[stays]] += stayed
    return Flow(placed, left, through)


def _solver() -> Any:
    try:
        from ortools.graph.python import min_cost_flow
    except ImportError as error:
        msg = "Placement needs OR-Tools, which is not installed; add it with pip install 'nearhome[placement]'."
        raise MissingExtraError(msg) from error
    return min_cost_flow.SimpleMinCostFlow()
