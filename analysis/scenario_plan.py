"""What a scenario makes small, and the plan that does so within its limit on moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nearhome.analysis import fairness, moves_limit, objectives, placement

if TYPE_CHECKING:
    from nearhome.analysis.instances import Instance
    from nearhome.analysis.objectives import Objective
    from nearhome.analysis.placement import Plan
    from nearhome.analysis.scenarios import Scenario
    from nearhome.analysis.situation import Situation


def objective(instance: Instance, scenario: Scenario) -> Objective:
    """Give what a scenario makes small; for the worst share, what lies beyond the best threshold for it."""
    asked = scenario.objective
    if asked.fairness == "squares":
        return objectives.squared(instance)
    if asked.fairness == "over":
        return objectives.fewest_over(instance, asked.over)
    if asked.fairness == "worst":
        return fairness.tail(instance, asked.worst_percent / 100).plan.objective
    return objectives.total(instance)


def solved(start: Situation) -> Plan:
    """Give a situation's plan alone."""
    aim = objective(start.instance, start.scenario)
    return planned(start.instance, aim, start.scenario)


def planned(instance: Instance, aim: Objective, scenario: Scenario, optimum: Plan | None = None) -> Plan:
    """Give the best plan within a scenario's limit on moves, or at its price of one.

    Parameters
    ----------
    optimum
        The best plan without either, if it is at hand.

    Raises
    ------
    InputError
        No plan has so few moves.
    """
    moves = scenario.moves
    if moves.limit is not None and (optimum is None or optimum.moves > moves.limit):
        return moves_limit.limited(instance, moves.limit, aim)
    if moves.price:
        return placement.solve(instance, aim, move_price=moves.price)
    return placement.solve(instance, aim) if optimum is None else optimum
