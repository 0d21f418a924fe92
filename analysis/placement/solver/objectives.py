"""What a placement makes small: whole-number costs of every journey, from the burden, the weights and a rule.

The solver adds whole numbers only, so a burden is counted in tenths, or squared. Each rule is a fair one in its own
way: on the made-up people of ``benchmarks/placement.py``, squares cost 1 % more in total and leave 40 % fewer people
over two hours from home.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nearhome.analysis.placement.solver.instance import Instance
    from nearhome.data.base.arrays import Ints


TENTHS: Final = 10
"""A burden is counted in tenths of its unit."""

LARGEST_COST: Final = 2**32
"""Costs above it would leave the solver no room for penalties."""


@dataclass(frozen=True, slots=True, eq=False)
class CostObjective:
    """Costs of one person of each group at each prison, shape (groups, prisons), and what they count."""

    costs: Ints
    steps: int
    """So many steps of cost make one of ``unit``."""
    unit: str
    name: str


def total(instance: Instance) -> CostObjective:
    """Count the burden itself, weighted by cohort, in tenths: the least sum, and so the least mean."""
    return _of(instance, _weighted(instance, TENTHS * _burden(instance)), TENTHS, instance.unit, "total")


def squared(instance: Instance) -> CostObjective:
    """Count the square of the burden, weighted by cohort: a long journey weighs more than two of half the length."""
    return _of(instance, _weighted(instance, _burden(instance) ** 2), 1, f"{instance.unit} squared", "squared")


def fewest_over(instance: Instance, threshold: float) -> CostObjective:
    """Count people whose journey is over a threshold, and among equal numbers the burden in tenths.

    One person over weighs as much as any chain of exchanges can save, a step a prison or wing, so that the order of
    the two is kept exactly as long as the weights are 1.
    """
    tenths = np.rint(TENTHS * _burden(instance))
    longest = float(np.nanmax(tenths, initial=0.0))
    one = (len(instance.prisons) + 3 * len(instance.wings) + 2) * longest + 1
    over = tenths > TENTHS * threshold
    costs = _weighted(instance, tenths + one * over)
    return _of(instance, costs, TENTHS, instance.unit, f"fewest over {threshold:g} {instance.unit}")


def beyond(instance: Instance, threshold: float, emphasis: int = 100) -> CostObjective:
    """Count what exceeds a threshold, ``emphasis`` times, and the burden in tenths once."""
    tenths = TENTHS * _burden(instance)
    costs = _weighted(instance, tenths + emphasis * np.maximum(tenths - TENTHS * threshold, 0))
    return _of(instance, costs, TENTHS, instance.unit, f"beyond {threshold:g} {instance.unit}")


def _burden(instance: Instance) -> NDArray[np.float64]:
    return instance.burden[instance.home]


def _weighted(instance: Instance, costs: NDArray[np.float64]) -> NDArray[np.float64]:
    if (instance.weight != 1).any():
        costs *= instance.weight[instance.cohort][:, None]
    return costs


def _of(instance: Instance, costs: NDArray[np.float64], steps: int, unit: str, name: str) -> CostObjective:
    """Round the costs; journeys that cannot be made cost nothing here, and are not allowed anyway."""
    most = float(np.nanmax(costs, initial=0.0))
    if most > LARGEST_COST:
        msg = (
            f"A journey of up to {np.nanmax(instance.burden):g} {instance.unit} costs {most:.3g} steps, more than the "
            f"solver can add; count it in a larger unit."
        )
        raise InputError(msg)
    return CostObjective(np.rint(np.nan_to_num(costs)).astype(np.int64), steps, unit, name)
