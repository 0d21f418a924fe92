"""What the router answers: routes made of steps, and origin-destination matrices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nearhome.data.base.units import METRES_PER_MILE
from nearhome.geo.roads.weights import METRE, NO_ARC, NOWHERE, SHIFT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nearhome.data.base.arrays import Floats


@dataclass(frozen=True, slots=True)
class RouteStep:
    """A stretch of a route: one edge, or local streets at either end (``arc`` is -1)."""

    arc: int
    share: float
    deciseconds: int
    metres: int
    kind: str
    line: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Route:
    """The quickest way from one place to another."""

    deciseconds: int
    metres: int
    steps: tuple[RouteStep, ...]

    @property
    def minutes(self) -> float:
        """How long it takes."""
        return self.deciseconds / 600.0

    @property
    def miles(self) -> float:
        """How far it is."""
        return self.metres / METRES_PER_MILE

    @property
    def line(self) -> tuple[tuple[float, float], ...]:
        """The way as (lat, lon) points, EPSG:4326."""
        points: list[tuple[float, float]] = []
        for step in self.steps:
            points += [point for point in step.line if not points or point != points[-1]]
        return tuple(points)


@dataclass(frozen=True, slots=True)
class Matrix:
    """An origin-destination matrix; all arrays have shape (origins, destinations), NaN where no way exists.

    ``tolls`` says how many crossings and roads with a toll the quickest way passes; some of them are free today, which
    the tariffs know.
    """

    minutes: Floats
    miles: Floats
    tolls: Floats


def matrix_of(weight: NDArray[np.int64]) -> Matrix:
    """Read minutes, miles and tolls from weights; those of NOWHERE and more are no way."""
    reached = weight < NOWHERE
    parts = weight // SHIFT / 600.0, weight % SHIFT // METRE / METRES_PER_MILE, (weight % METRE).astype(np.float64)
    return Matrix(*(np.where(reached, part, np.nan) for part in parts))


def route_of(steps: list[RouteStep]) -> Route:
    """Join steps to a route."""
    return Route(sum(step.deciseconds for step in steps), sum(step.metres for step in steps), tuple(steps))


def local_step(weight: int, line: tuple[tuple[float, float], ...]) -> RouteStep:
    """Make a step on local streets of a weight that holds time and distance."""
    return RouteStep(NO_ARC, 1.0, weight // SHIFT, weight % SHIFT // METRE, "local", line)


def cut(line: Floats, low: float, high: float) -> Floats:
    """Cut a line of (lat, lon) rows between two shares of its length."""
    steps = np.hypot(np.diff(line[:, 0]), np.diff(line[:, 1]) * np.cos(np.radians(line[0, 0])))
    along = np.r_[0.0, np.cumsum(steps)]
    along = along / along[-1] if along[-1] > 0 else np.linspace(0.0, 1.0, len(line))
    ends = np.column_stack([np.interp([low, high], along, line[:, axis]) for axis in (0, 1)])
    inside = line[(along > low) & (along < high)]
    return np.vstack([ends[:1], inside, ends[1:]])
