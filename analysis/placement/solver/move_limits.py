"""Plans with a limit on moves, and the trade-off between moves and burden.

A price on each move, the same for everybody, gives plans that are the best for the number of moves they make. The
price that just keeps a limit is found where the lines of a plan above and one below the limit meet (the Lagrangian
dual of the limit; Fisher, Management Science 27, 1981). Between the two plans at that price, moves are spent group by
group until the limit is reached. Every price also proves a bound, and the gap is measured against the best of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from nearhome.analysis.placement.solver import objectives
from nearhome.analysis.placement.solver.flow import min_cost, network
from nearhome.analysis.placement.solver.solve import Plan, tie_scale
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from nearhome.analysis.placement.solver.instance import Instance
    from nearhome.analysis.placement.solver.objectives import CostObjective
    from nearhome.data.base.arrays import Ints


CLOSE_ENOUGH: Final = 1e-4
"""The search ends where the best plan's cost is within this share of the bound."""


@dataclass(frozen=True, slots=True)
class TradeOffPoint:
    """The least cost, in the objective's steps, with so many moves; a price of a move in its unit that leads there."""

    moves: int
    cost: int
    move_price: float


@dataclass(frozen=True, slots=True, eq=False)
class _Try:
    """A plan and the price, in scaled steps, that made it."""

    price: int
    cost: int
    moves: int
    given: network.FlowProblem
    found: network.Flow


class _Search:
    """Solve an instance at any price of a move, each time from the prices of the last."""

    def __init__(self, instance: Instance, objective: CostObjective | None) -> None:
        self.instance = instance
        self.aim = objectives.total(instance) if objective is None else objective
        self.estate = network.PrisonNetwork(instance)
        self.scale = tie_scale(self.estate, instance)
        self.costs = self.aim.costs * self.scale
        self.order = network.problem(instance, self.costs, 1, self.estate).groups
        self._guess: Ints | None = None
        most = int(self.aim.costs.max(where=instance.allowed(), initial=0)) + 1
        self.longest = most * self.scale
        self.steepest = (self.estate.size + 2) * self.longest
        """A price that no chain of exchanges is worth."""

    def at(self, price: int, dear: Ints | None = None, others: int = 0) -> _Try:
        """Solve at a price in scaled steps; the groups ``dear`` pay another."""
        move = np.full(len(self.instance.people), max(price, 1))
        if dear is not None:
            move[dear] = others
        given = network.problem(self.instance, self.costs, move, self.estate)
        found = min_cost.solve(given, self._guess)
        self._guess = min_cost.prices_of(given, found)
        moves = int(given.held.sum() - np.minimum(given.held, found.placed).sum())
        cost = int((given.cost * found.placed).sum(where=found.placed > 0)) // self.scale
        return _Try(price, cost, moves, given, found)

    def meeting(self, few: _Try, many: _Try) -> int:
        """Give the price, rounded down, at which two plans are equally good."""
        return self.scale * (few.cost - many.cost) // (many.moves - few.moves)

    def bound(self, tried: _Try, moves: int) -> float:
        """Give a least cost of any plan with so many moves, which the price of another proves."""
        return tried.cost + tried.price / self.scale * (tried.moves - moves)

    def plan(self, best: _Try, bound: float) -> Plan:
        """Write a plan."""
        price = best.price / self.scale / self.aim.steps
        placed, unplaced = network.by_group(self.instance, best.given, best.found)
        return Plan(self.instance, self.aim, placed, unplaced, best.cost, bound, price, best.given, best.found)


def limited(instance: Instance, moves: int, objective: CostObjective | None = None) -> Plan:
    """Find the best plan with so many moves at the most, and a proven bound on how good any such plan can be.

    The plan's ``move_price`` is what the last moves save each. As many people are housed as without a limit.

    Raises
    ------
    InputError
        Fewer moves are asked for than the rules, or housing everybody who can be housed, need; the message says how
        many those are.
    """
    search = _Search(instance, objective)
    many = search.at(1)
    if many.moves <= moves:
        return search.plan(many, many.cost)
    few = search.at(search.longest)
    if few.moves > moves:
        few = search.at(search.steepest)
    if few.moves > moves:
        msg = (
            f"No plan has {moves} moves or fewer: {few.moves} people are where the rules do not let them be, or must "
            f"make room for others; allow that many."
        )
        raise InputError(msg)
    bound = -np.inf
    while True:
        bound = max(bound, *(search.bound(each, moves) for each in (few, many)))
        if few.price - many.price <= 1 or few.moves == moves or few.cost - bound <= CLOSE_ENOUGH * few.cost:
            break
        tried = search.at(min(max(search.meeting(few, many), many.price + 1), few.price - 1))
        few, many = (tried, many) if tried.moves <= moves else (few, tried)
    return search.plan(_filled(search, few, many, moves, bound), bound)


def _filled(search: _Search, few: _Try, many: _Try, moves: int, bound: float) -> _Try:
    """Spend what is left of a limit: so many groups move at the lower price that it is just kept."""
    best = few
    low, high = 0, len(search.instance.people)
    while high - low > 1 and best.moves < moves and best.cost - bound > CLOSE_ENOUGH * best.cost:
        middle = (low + high) // 2
        tried = search.at(many.price, search.order[middle:], few.price)
        if tried.moves <= moves:
            low = middle
            best = min(best, tried, key=lambda each: each.cost)
        else:
            high = middle
    return best


def frontier(instance: Instance, objective: CostObjective | None = None, *, points: int = 12) -> list[TradeOffPoint]:
    """Give points of the trade-off curve, from the fewest moves possible to the optimum without a limit.

    Each point is the exact optimum for its number of moves. Between points next to each other the true curve lies
    under the line that joins them; the widest gaps are filled first, and all corners are found if there are no more
    than ``points``.
    """
    search = _Search(instance, objective)
    found = [search.at(search.steepest), search.at(1)]
    if found[0].moves == found[1].moves:
        found.pop(0)
    straight: set[int] = set()
    while len(found) < points:
        chords = [
            (few.moves - many.moves, index)
            for index, (few, many) in enumerate(pairwise(found))
            if few.moves not in straight
        ]
        if not chords:
            break
        index = min(chords)[1]
        few, many = found[index], found[index + 1]
        tried = search.at(max(search.meeting(few, many), 1))
        if tried.moves in (few.moves, many.moves):
            straight.add(few.moves)
        else:
            found.insert(index + 1, tried)
    return [TradeOffPoint(each.moves, each.cost, each.price / search.scale / search.aim.steps) for each in found]
