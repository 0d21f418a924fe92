"""Walking between stops: from the distances, with what the feeds themselves say about changing.

Distances are as the crow flies times a detour factor. A transfer joins one ride to the next; the scans allow one
between two rides, so that nobody walks through a chain of stops, and need no closure under transitivity.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from nearhome.data.base import coordinates
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nearhome.data.base.arrays import Floats, Ints32


DETOUR = 1.3
"""Metres walked for a metre as the crow flies: an estimate, general knowledge, unverified; 1.2 to 1.5 is plausible."""

NEVER = 2**30
"""Seconds that stand for what cannot be reached; with a day's times added it still fits 32 bits."""

_LEAST_SECONDS = 1


@dataclass(frozen=True, slots=True)
class Walking:
    """How somebody walks and changes.

    Parameters
    ----------
    metres_per_second
        Walking speed; 1.2 is that of an adult with a child (an estimate, general knowledge; 0.9 to 1.4 is plausible).
    most_metres
        No change needs a longer walk than this, as the crow flies.
    change_seconds
        Least time to change where a feed gives none; for anything but trains.
    rail_change_seconds
        The same to or from a train: five minutes is the railway's usual figure (general knowledge, unverified).
    step_free
        Leave out stops and trips that a feed says no wheelchair can use; those of which it says nothing stay.
    """

    metres_per_second: float = 1.2
    most_metres: float = 500.0
    change_seconds: int = 60
    rail_change_seconds: int = 300
    step_free: bool = False

    def __post_init__(self) -> None:
        for name, value, least, most in (
            ("metres_per_second", self.metres_per_second, 0.1, 5.0),
            ("most_metres", self.most_metres, 0.0, 5_000.0),
            ("change_seconds", self.change_seconds, _LEAST_SECONDS, 7_200),
            ("rail_change_seconds", self.rail_change_seconds, _LEAST_SECONDS, 7_200),
        ):
            if not least <= value <= most:
                msg = f"{name} cannot be {value!r}; give a number from {least:g} to {most:g}."
                raise InputError(msg)

    def seconds(self, crow_metres: NDArray[Any]) -> Ints32:
        """Give whole seconds to walk some distances as the crow flies."""
        return np.ceil(np.asarray(crow_metres, float) * DETOUR / self.metres_per_second).astype(np.int32)


class Footpaths(NamedTuple):
    """Transfers by stop: those from ``s`` are ``starts[s]`` to ``starts[s + 1]``, with the other stop and the seconds.

    ``change`` has the seconds to change at one and the same stop. All seconds are at least one, and ``NEVER`` where a
    feed forbids the change.
    """

    starts: NDArray[np.int64]
    other: Ints32
    seconds: Ints32
    change: Ints32

    @classmethod
    def of(cls, one: Ints32, other: Ints32, seconds: Ints32, change: Ints32) -> Footpaths:
        """Arrange transfers by the stop they lead from.

        Parameters
        ----------
        one, other
            The stops that each leads from and to.
        seconds
            How long it takes.
        change
            The seconds to change at each stop.
        """
        order = np.lexsort((other, one))
        starts = np.concatenate([[0], np.cumsum(np.bincount(one, minlength=len(change)))]).astype(np.int64)
        return cls(starts, other[order].astype(np.int32), seconds[order].astype(np.int32), change.astype(np.int32))

    def turned(self) -> Footpaths:
        """Give the same transfers by the stop they lead to."""
        one = np.repeat(np.arange(len(self.change), dtype=np.int32), np.diff(self.starts))
        return Footpaths.of(self.other, one, self.seconds, self.change)


def footpaths(
    lat: Floats,
    lon: Floats,
    station: NDArray[Any],
    rail: NDArray[np.bool_],
    given: NDArray[np.int32],
    walking: Walking,
) -> Footpaths:
    """Find the transfers between stops.

    Parameters
    ----------
    lat, lon
        Where the stops are (EPSG:4326, NaN where unknown).
    station
        A number for the station each belongs to; stops of one station are joined however far apart they are.
    rail
        At which stops trains call.
    given
        What feeds say: rows of stop, stop and least seconds, -1 to forbid. A least time at one and the same stop stands
        for the usual one; between two stops the walk may take longer than it.
    walking
        How one walks, how far at most, and how long a change takes where feeds say nothing.
    """
    count = len(lat)
    change = np.where(rail, walking.rail_change_seconds, walking.change_seconds).astype(np.int64)
    one, other = _near(lat, lon, walking.most_metres)
    mates = _mates(station)
    known = ~np.isnan(lat)
    between = given[given[:, 0] != given[:, 1]]
    pairs = np.concatenate(
        [one * count + other, other * count + one, mates[:, 0] * count + mates[:, 1], _keys(between, count)]
    )
    pairs.sort()
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]
    one, other = pairs // count, pairs % count
    walk = np.zeros(len(pairs), np.int64)
    both = known[one] & known[other]
    walk[both] = walking.seconds(_metres(lat, lon, one[both], other[both]))
    seconds = walk + np.maximum(change[one], change[other])
    if len(between):
        place = np.searchsorted(pairs, _keys(between, count))
        least = np.full(len(pairs), -2)
        least[place] = between[:, 2]
        seconds = np.where(least > 0, np.maximum(walk, least), seconds)
        kept = least != -1
        one, other, seconds = one[kept], other[kept], seconds[kept]
    own = given[given[:, 0] == given[:, 1]]
    timed = own[own[:, 2] != 0]
    change[timed[:, 0]] = np.where(timed[:, 2] < 0, NEVER, timed[:, 2])
    return Footpaths.of(
        one.astype(np.int32),
        other.astype(np.int32),
        np.maximum(seconds, _LEAST_SECONDS).astype(np.int32),
        np.maximum(change, _LEAST_SECONDS).astype(np.int32),
    )


def _near(lat: Floats, lon: Floats, metres: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find pairs of stops within some metres, each pair once."""
    from scipy.spatial import cKDTree

    known = np.flatnonzero(~np.isnan(lat))
    if metres <= 0 or not len(known):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    xy = np.column_stack(coordinates.to_metres(lat[known], lon[known]))
    pairs = cKDTree(xy).query_pairs(metres, output_type="ndarray").astype(np.int64)
    return known[pairs[:, 0]], known[pairs[:, 1]]


def _metres(lat: Floats, lon: Floats, one: NDArray[Any], other: NDArray[Any]) -> Floats:
    x, y = coordinates.to_metres(lat, lon)
    apart: Floats = np.hypot(x[one] - x[other], y[one] - y[other])
    return apart


def _mates(station: NDArray[Any]) -> NDArray[np.int64]:
    """List the ordered pairs of different stops of one station."""
    _, number, sizes = np.unique(station, return_inverse=True, return_counts=True)
    shared = np.flatnonzero(sizes[number] > 1)
    shared = shared[np.argsort(number[shared], kind="stable")]
    groups = np.split(shared, np.flatnonzero(np.diff(number[shared])) + 1)
    pairs = [np.array(np.meshgrid(group, group)).reshape(2, -1).T for group in groups]
    made = np.concatenate([np.zeros((0, 2), np.int64), *pairs])
    different: NDArray[np.int64] = made[made[:, 0] != made[:, 1]]
    return different


def _keys(rows: NDArray[Any], count: int) -> NDArray[np.int64]:
    keys: NDArray[np.int64] = rows[:, 0].astype(np.int64) * count + rows[:, 1]
    return keys
