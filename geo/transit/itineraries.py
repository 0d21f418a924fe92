"""Ways by public transport: their legs, modes and what each rests on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

from nearhome.data.base.units import KM_PER_MILE
from nearhome.geo.transit.buses import STEP_FREE, WALKING, Walker

TYPICAL = "typical, not a timetable"
"""What a way rests on where no timetable is installed."""


Profile = Literal["transit", "quickest", "fewest changes", "lift to the station"]


PROFILES: tuple[Profile, ...] = ("transit", "quickest", "fewest changes", "lift to the station")


Mode = Literal["walk", "bus", "train", "ferry", "underground", "taxi", "car"]


@dataclass(frozen=True, slots=True)
class Needs:
    """How a family travels: how they walk, how far, and whether a taxi is taken where nothing else runs."""

    walker: Walker = WALKING
    longest_walk_minutes: float = 30.0
    taxi: bool = True

    @property
    def step_free(self) -> bool:
        """Whether steps are in the way."""
        return self.walker == STEP_FREE


ORDINARY = Needs()


class Minutes(NamedTuple):
    """Low, typical and high."""

    low: float
    typical: float
    high: float


@dataclass(frozen=True, slots=True)
class TransitLeg:
    """One part of a way. ``minutes`` are those under way, ``wait_minutes`` come before them and are typical.

    ``per_hour`` is how often it runs, about, 0 where that means nothing; ``changes`` are those inside the leg, which
    only local buses have.
    """

    mode: Mode
    name: str
    start: str
    end: str
    wait_minutes: float
    minutes: Minutes
    km: float
    per_hour: float = 0.0
    stops: int = 0
    changes: float = 0.0
    departs: float | None = None
    """Minutes since midnight where a timetable says so."""

    @property
    def typical_minutes(self) -> float:
        """Waiting and moving together."""
        return self.wait_minutes + self.minutes.typical


@dataclass(frozen=True, slots=True)
class TransitWay:
    """A way from door to door."""

    profile: Profile
    legs: tuple[TransitLeg, ...]
    basis: str = TYPICAL
    clock: tuple[float, float] | None = None
    """Minutes since midnight of setting out and of being there, where a timetable says so."""

    @property
    def minutes(self) -> Minutes:
        """Door to door with all waits; low and high take the parts as independent."""
        typical = sum(leg.typical_minutes for leg in self.legs)
        low = math.hypot(*(leg.minutes.typical - leg.minutes.low for leg in self.legs))
        high = math.hypot(*(leg.minutes.high - leg.minutes.typical for leg in self.legs))
        return Minutes(typical - low, typical, typical + high)

    @property
    def changes(self) -> int:
        """How often one changes from one vehicle to another."""
        rides = [leg for leg in self.legs if leg.mode != "walk"]
        return max(0, round(len(rides) - 1 + sum(leg.changes for leg in rides)))

    @property
    def miles(self) -> float:
        """All parts together."""
        return sum(leg.km for leg in self.legs) / KM_PER_MILE

    def km_by(self, mode: Mode) -> float:
        """Kilometres by one mode."""
        return sum(leg.km for leg in self.legs if leg.mode == mode)
