"""What a scenario makes small, and the plan that does so within its limit on moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nearhome.analysis.placement.solver import fairness, move_limits, objectives, solve

if TYPE_CHECKING:
    from nearhome.analysis.placement.scenarios.schema import Moves, Objective
    from nearhome.analysis.placement.solver.instance import Instance
    from nearhome.analysis.placement.solver.objectives import CostObjective
    from nearhome.analysis.placement.solver.solve import Plan


def objective(instance: Instance, asked: Objective) -> CostObjective:
    """Give what a scenario makes small; for the worst share, what lies beyond the best threshold for it."""
    if asked.fairness == "squares":
        return objectives.squared(instance)
    if asked.fairness == "over":
        return objectives.fewest_over(instance, asked.over)
    if asked.fairness == "worst":
        return fairness.tail(instance, asked.worst_percent / 100).plan.objective
    return objectives.total(instance)


def planned(instance: Instance, aim: CostObjective, moves: Moves, optimum: Plan | None = None) -> Plan:
    """Give the best plan within a scenario's limit on moves, or at its price of one.

    Parameters
    ----------
    instance
        Whom to place, and where.
    aim
        What to make small.
    moves
        The scenario's limit on moves, or its price of one, in the objective's unit.
    optimum
        The best plan without either, if it is at hand.

    Raises
    ------
    InputError
        No plan has so few moves.
    """
    if moves.limit is not None and (optimum is None or optimum.moves > moves.limit):
        return move_limits.limited(instance, moves.limit, aim)
    if moves.price:
        return solve.solve(instance, aim, move_price=moves.price)
    return solve.solve(instance, aim) if optimum is None else optimum
