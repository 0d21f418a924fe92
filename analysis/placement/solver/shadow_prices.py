"""What a place is worth: the gain from one more and the loss of one fewer, which are two different prices.

Both are exact for one place. They come from the exchanges that are still possible in the plan
(``nearhome.analysis.placement.solver.flow.residual``): one more place is worth the best chain of exchanges that ends
in it, one fewer costs the cheapest chain that empties it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nearhome.analysis.placement.solver.flow import residual
from nearhome.analysis.placement.solver.solve import tie_scale
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from nearhome.analysis.placement.solver.instance import Wing
    from nearhome.analysis.placement.solver.solve import Plan


@dataclass(frozen=True, slots=True)
class Price:
    """What one place more or fewer changes, in the objective's unit, at the plan's price of a move.

    Attributes
    ----------
    wing
        Whose places are meant; None for those of the whole prison.
    gain, housed
        What everybody together saves with one more place, and whether somebody without a place gets one. The gain can
        be negative when somebody more is housed.
    loss, unhoused
        What everybody together bears with one place fewer, and whether somebody then has none. 0 if there is no place.
    """

    prison: str
    wing: Wing | None
    places: int
    people: int
    gain: float
    housed: int
    loss: float
    unhoused: int


def prices(plan: Plan) -> list[Price]:
    """Price the places of every prison, and of wings with a limit of their own, in the order of the names.

    Of a plan with a limit on moves the prices hold at its price of a move, which lets the number of moves change.

    Raises
    ------
    InputError
        The plan is one of a rule, whose places have no price.
    """
    given, found = plan.problem, plan.flow
    if given is None or found is None:
        msg = "A plan that was not solved has no prices of places; give one of solve.solve."
        raise InputError(msg)
    way = residual.all_pairs(residual.exchanges(given, found))
    listed = []
    for arc, owner in enumerate(given.estate.owner):
        if owner is None:
            continue
        tail, head = given.estate.tail[arc], given.estate.head[arc]
        places, people = int(given.estate.capacity[arc]), int(found.through[arc])
        gain, housed = worth(plan, max(0, -int(way[head, tail])))
        # A free place is no loss; else somebody leaves by the cheapest chain that does not need this place.
        loss, unhoused = worth(plan, int(way[tail, head]) if 0 < people == places else 0)
        name = plan.instance.prisons[owner[0]]
        listed.append(Price(name, owner[1], places, people, gain, housed, loss, unhoused))
    return listed


def worth(plan: Plan, cost: int) -> tuple[float, int]:
    """Split a cost of the plan's flow into that of journeys, in the objective's unit, and people without a place.

    The tie-break weighs less than half a step, and is rounded away unless moves have prices of any size.
    """
    if plan.problem is None:
        return float("nan"), 0
    scale = tie_scale(plan.problem.estate, plan.instance)
    people = (cost + plan.problem.penalty // 2) // plan.problem.penalty
    steps = (cost - people * plan.problem.penalty) / scale
    return (steps if plan.move_price else round(steps)) / plan.objective.steps, people
