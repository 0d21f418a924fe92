"""Who should be held where, so that families bear the least: the optimum, and what a plan says.

``solve`` finds the exact optimum of an ``Instance`` for an ``Objective``, with the fewest moves among equally good
plans. As many people as possible are housed first; those who find no place are in the plan, and
``nearhome.analysis.placement.solver.relaxations`` names what would house them. Plans of the rules it is compared with
come from ``nearhome.analysis.placement.solver.baselines``, plans with a limit on moves from
``nearhome.analysis.placement.solver.move_limits``.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from nearhome.analysis.placement.solver import objectives
from nearhome.analysis.placement.solver.flow import min_cost, network, residual
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nearhome.analysis.placement.solver.flow.network import Flow, FlowProblem, PrisonNetwork
    from nearhome.analysis.placement.solver.instance import Instance, Wing
    from nearhome.analysis.placement.solver.objectives import CostObjective
    from nearhome.data.base.arrays import Floats, Ints


@dataclass(frozen=True, slots=True)
class Summary:
    """A plan in a few figures; journeys in the instance's unit, of those who are housed and whose journey is known."""

    people: int
    unplaced: int
    moves: int
    mean: float
    median: float
    p90: float
    p95: float
    longest: float


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """People by group and prison, and how good that is.

    ``cost`` counts the objective's steps for everybody placed, without penalties and moves. ``bound`` is a proven
    least cost of any plan that places as many within the same rules; None where nothing is proven.
    """

    instance: Instance
    objective: CostObjective
    placed: Ints
    unplaced: Ints
    cost: int
    bound: float | None = None
    move_price: float = 0.0
    problem: FlowProblem | None = None
    flow: Flow | None = None
    """What was put to the solver, and its answer; None for plans of a rule."""

    @property
    def moves(self) -> int:
        """How many people who are held somewhere now would not be there any more."""
        held = self.instance.held
        return int(held.sum() - np.minimum(held, self.placed).sum())

    @property
    def gap(self) -> float:
        """By what share, at the most, the cost exceeds the least possible; NaN where nothing is proven."""
        if self.bound is None:
            return float("nan")
        return 0.0 if self.cost <= self.bound else (self.cost - self.bound) / max(self.bound, 1.0)

    def journeys(self) -> tuple[Floats, Ints]:
        """Return the burdens, in the instance's unit, and how many people bear each."""
        group, prison = residual.pairs(self.placed > 0)
        burden, people = self.instance.burden[self.instance.home[group], prison], self.placed[group, prison]
        known = np.isfinite(burden)
        return burden[known], people[known]

    def mean(self) -> float:
        """Return the mean burden of those placed; NaN for nobody."""
        burden, people = self.journeys()
        return float((burden * people).sum() / people.sum()) if people.sum() else float("nan")

    def quantile(self, share: float) -> float:
        """Return the least burden that at least such a share of those placed do not exceed; NaN for nobody."""
        burden, people = self.journeys()
        if not people.sum():
            return float("nan")
        order = np.argsort(burden, kind="stable")
        counted = np.cumsum(people[order])
        return float(burden[order][np.searchsorted(counted, share * counted[-1])])

    def over(self, threshold: float) -> int:
        """Count people whose burden is above a threshold."""
        burden, people = self.journeys()
        return int(people[burden > threshold].sum())

    def occupancy(self) -> Ints:
        """Count people at each prison."""
        return np.asarray(self.placed.sum(axis=0))

    def summary(self) -> Summary:
        """Put the plan into a few figures."""
        middle, high, higher, longest = (self.quantile(share) for share in (0.5, 0.9, 0.95, 1.0))
        everybody, without = int(self.instance.people.sum()), int(self.unplaced.sum())
        return Summary(everybody, without, self.moves, self.mean(), middle, high, higher, longest)

    def rows(self) -> Iterator[tuple[str, str, str, int]]:
        """List home, cohort, prison and people; the prison is empty for those without a place."""
        known = self.instance
        for group in range(len(known.people)):
            home, cohort = known.homes[known.home[group]], known.cohorts[known.cohort[group]]
            for prison in np.flatnonzero(self.placed[group]):
                yield home, cohort, known.prisons[prison], int(self.placed[group, prison])
            if self.unplaced[group]:
                yield home, cohort, "", int(self.unplaced[group])


def cost_of(objective: CostObjective, placed: Ints) -> int:
    """Add up an objective's costs of people by group and prison, in its steps."""
    return int((objective.costs * placed).sum())


def tie_scale(estate: PrisonNetwork, instance: Instance) -> int:
    """Give the factor that leaves room for a tie-break below the smallest difference in cost.

    An exchange that lowers the cost by one step passes each node once, so that its moves weigh less than that.
    """
    return 1 << (2 * estate.size + 4).bit_length() if instance.held.any() else 1


def solve(
    instance: Instance, objective: CostObjective | None = None, *, move_price: float = 0.0, guess: Plan | None = None
) -> Plan:
    """Find the exact optimum; of several, one with the fewest moves.

    Parameters
    ----------
    instance
        Whom to place, and where.
    objective
        What to make small; the total burden if None.
    move_price
        What one move must save to be made, in the objective's unit.
    guess
        A plan of a similar instance with the same prisons and wings: it saves time and changes no cost.

    Raises
    ------
    InputError
        The price is negative, or the costs are too large for the solver.
    MissingExtraError
        OR-Tools is not installed.
    """
    aim = objectives.total(instance) if objective is None else objective
    if not 0 <= move_price < float("inf"):
        msg = f"A move cannot have a price of {move_price}; give 0 or more {aim.unit}."
        raise InputError(msg)
    estate = network.PrisonNetwork(instance)
    scale = tie_scale(estate, instance)
    move = round(move_price * aim.steps * scale) + 1 if scale > 1 else 0
    given = network.problem(instance, aim.costs * scale, move, estate)
    prices = min_cost.prices_of(guess.problem, guess.flow) if guess and guess.problem and guess.flow else None
    found = min_cost.solve(given, prices if prices is not None and len(prices) == estate.size else None)
    placed, unplaced = network.by_group(instance, given, found)
    cost = cost_of(aim, placed)
    return Plan(instance, aim, placed, unplaced, cost, cost, move_price, given, found)


def fewest_unplaced(instance: Instance) -> int:
    """Count the people who find no place however the others are placed."""
    return int(min_cost.solve(network.problem(instance, np.zeros(instance.held.shape, np.int64))).unplaced.sum())


def violations(plan: Plan) -> list[str]:
    """List every rule that a plan breaks, a sentence each; none for a plan of ``solve``.

    Wings are checked by Hall's condition: people who fit none but some wings are not more than those have places.
    """
    known, placed = plan.instance, plan.placed
    found = []
    if (placed < 0).any() or (plan.unplaced < 0).any():
        found.append("Some numbers of people are negative.")
    counted = placed.sum(axis=1) + plan.unplaced
    for group in np.flatnonzero(counted != known.people):
        home, cohort = known.homes[known.home[group]], known.cohorts[known.cohort[group]]
        found.append(f"{home}, {cohort}: {counted[group]} people in the plan, {known.people[group]} to place.")
    for group, prison in zip(*np.nonzero((placed > 0) & ~known.allowed()), strict=True):
        home, cohort = known.homes[known.home[group]], known.cohorts[known.cohort[group]]
        found.append(f"{home}, {cohort}: {placed[group, prison]} people may not be at {known.prisons[prison]}.")
    inside = np.zeros((len(known.cohorts), len(known.prisons)), np.int64)
    np.add.at(inside, known.cohort, placed)
    for prison, name in enumerate(known.prisons):
        people, places = int(inside[:, prison].sum()), int(known.places[prison])
        if people > places:
            found.append(f"{name}: {people} people for {places} places.")
        wings = [wing for wing in known.wings if wing.prison == name]
        found += _crowded(name, wings, dict(zip(known.cohorts, inside[:, prison].tolist(), strict=True)), places)
    return found


def _crowded(name: str, wings: list[Wing], inside: dict[str, int], places: int) -> list[str]:
    found = []
    for size in range(1, len(wings) + 1):
        for some in combinations(wings, size):
            others = [wing for wing in wings if wing not in some]
            bound = {cohort for wing in some for cohort in wing.cohorts if not any(cohort in x.cohorts for x in others)}
            people = sum(inside[cohort] for cohort in bound)
            room = sum(places if wing.places is None else wing.places for wing in some)
            if people > room:
                found.append(f"{name}: {people} people for {room} places in wings for {', '.join(sorted(bound))}.")
    return found
