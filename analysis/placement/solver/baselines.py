"""What a plan is compared with: everybody where they are, and the nearest free place for one after another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nearhome.analysis.placement.solver import objectives
from nearhome.analysis.placement.solver.solve import Plan, cost_of

if TYPE_CHECKING:
    from nearhome.analysis.placement.solver.instance import Instance
    from nearhome.analysis.placement.solver.objectives import CostObjective
    from nearhome.data.base.arrays import Ints


def stay(instance: Instance, objective: CostObjective | None = None) -> Plan:
    """Leave everybody where they are, whatever the rules say; who is held nowhere yet has no place."""
    aim = objectives.total(instance) if objective is None else objective
    return _plan(instance, aim, instance.held.copy())


def greedy(instance: Instance, objective: CostObjective | None = None, *, seed: int = 0) -> Plan:
    """Give one person after another, in random order, the free place that is best for them.

    A place in a wing that fewer cohorts may have is taken first. The order depends on the seed only.
    """
    aim = objectives.total(instance) if objective is None else objective
    costs = np.where(instance.allowed(), aim.costs, np.iinfo(np.int64).max)
    chosen = np.argsort(costs, axis=1, kind="stable")
    count = instance.allowed().sum(axis=1).tolist()
    rooms = _Rooms(instance)
    placed = np.zeros_like(instance.held)
    queue = np.repeat(np.arange(len(instance.people)), instance.people)
    np.random.default_rng(seed).shuffle(queue)
    next_best = [0] * len(count)  # places are only ever taken, so what was full stays full
    for group in queue.tolist():
        while next_best[group] < count[group]:
            prison = int(chosen[group, next_best[group]])
            if rooms.take(prison, int(instance.cohort[group])):
                placed[group, prison] += 1
                break
            next_best[group] += 1
    return _plan(instance, aim, placed)


class _Rooms:
    """Free places by prison and wing."""

    def __init__(self, instance: Instance) -> None:
        self._free = instance.places.tolist()
        wings = sorted(instance.wings, key=lambda wing: len(wing.cohorts))
        places = dict(zip(instance.prisons, self._free, strict=True))
        self._rooms = [places[wing.prison] if wing.places is None else wing.places for wing in wings]
        self._wings = {
            (prison, cohort): [
                index
                for index, wing in enumerate(wings)
                if wing.prison == name and instance.cohorts[cohort] in wing.cohorts
            ]
            for prison, name in enumerate(instance.prisons)
            for cohort in range(len(instance.cohorts))
        }

    def take(self, prison: int, cohort: int) -> bool:
        """Take a place, if there is one."""
        wing = next((each for each in self._wings[prison, cohort] if self._rooms[each] > 0), None)
        if wing is None or self._free[prison] == 0:
            return False
        self._rooms[wing] -= 1
        self._free[prison] -= 1
        return True


def _plan(instance: Instance, aim: CostObjective, placed: Ints) -> Plan:
    return Plan(instance, aim, placed, instance.people - placed.sum(axis=1), cost_of(aim, placed))
