"""How much a service counts by the time it takes to get there: 1 at the door, less further off, 0 out of reach.

Each function makes a decay: something that takes minutes (an array, infinite where there is no way) and gives weights
of the same shape.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from nearhome.data.base import steady
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    from nearhome.data.base.arrays import Floats

    Decay: TypeAlias = Callable[[Floats], Floats]


def within(cutoff_minutes: float) -> Decay:
    """Count whole up to and including the cutoff and not at all beyond it."""
    limit = _above_zero(cutoff_minutes, "cutoff")
    return lambda minutes: (minutes <= limit).astype(float)


def zones(edges_minutes: Sequence[float], weights: Sequence[float]) -> Decay:
    """Count by zones of time, as the E2SFCA does: up to and including the first edge the first weight, and so on.

    Luo and Qi (2009) use 10, 20 and 30 minutes with 1, 0.68 and 0.22, or with 1, 0.42 and 0.09. Beyond the last edge
    nothing counts.

    Raises
    ------
    InputError
        When edges do not rise, weights are negative, or there is not one weight for each edge.
    """
    edges, levels = np.array(edges_minutes, float), np.array(weights, float)
    rising = all(low < high for low, high in pairwise(edges))
    if len(edges) == 0 or len(edges) != len(levels) or not rising or not (levels >= 0).all() or edges[0] < 0:
        msg = (
            f"The zones end at {edges.tolist()} minutes and weigh {levels.tolist()}; "
            "give rising minutes and for each a weight of 0 or more."
        )
        raise InputError(msg)
    steps = np.append(levels, 0.0)
    return lambda minutes: steps[np.searchsorted(edges, minutes, side="left")]


def linear(cutoff_minutes: float) -> Decay:
    """Count 1 at the door and evenly less down to 0 at the cutoff."""
    limit = _above_zero(cutoff_minutes, "cutoff")
    return lambda minutes: np.maximum(0.0, 1.0 - minutes / limit)


def gaussian(cutoff_minutes: float) -> Decay:
    """Count by a bell: slowly less at first, 0 from the cutoff on (Dai 2010).

    f(t) = (exp(-(t/c)^2 / 2) - exp(-1/2)) / (1 - exp(-1/2)) up to the cutoff c.
    """
    limit = _above_zero(cutoff_minutes, "cutoff")
    end = float(steady.exp(-0.5))
    return lambda minutes: np.maximum(0.0, (steady.exp(-0.5 * np.square(minutes / limit)) - end) / (1 - end))


def exponential(rate_per_minute: float, cutoff_minutes: float = np.inf) -> Decay:
    """Count exp(-rate t) up to and including the cutoff."""
    rate = _above_zero(rate_per_minute, "rate")
    return lambda minutes: np.where(minutes <= cutoff_minutes, steady.exp(-rate * minutes), 0.0)


def inverse_power(power: float = 1.0, cutoff_minutes: float = np.inf, shortest_minutes: float = 1.0) -> Decay:
    """Count t to the power of -power up to and including the cutoff (gravity).

    A time below ``shortest_minutes`` counts as that, since the weight would have no bound.
    """
    exponent, least = _above_zero(power, "power"), _above_zero(shortest_minutes, "shortest time")
    return lambda minutes: np.where(minutes <= cutoff_minutes, np.maximum(minutes, least) ** -exponent, 0.0)


def logistic(half_minutes: float, spread_minutes: float) -> Decay:
    """Count 1/2 at ``half_minutes``, more before and less after: 1 / (1 + exp((t - half) / spread))."""
    half, spread = _above_zero(half_minutes, "half time"), _above_zero(spread_minutes, "spread")
    return lambda minutes: 1.0 / (1.0 + steady.exp(np.clip((minutes - half) / spread, -700.0, 700.0)))


def _above_zero(value: float, what: str) -> float:
    if not (np.isfinite(value) and value > 0):
        msg = f"The {what} of the decay is {value}; give a number above 0."
        raise InputError(msg)
    return float(value)
