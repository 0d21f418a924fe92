"""Arriving early and leaving late: the connection scan over a day, for all stops at once.

Forwards from a place it finds when vehicles bring one to every stop; backwards from a place, the latest that one can
leave every stop to be there in time. Many places share the machine's cores. With numba the loops are compiled; without
it the same loops run in Python, with the same figures.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from nearhome.data.errors import InputError
from nearhome.geo.timetables import kernels
from nearhome.geo.timetables.transfers import NEVER

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

    from nearhome.data.base.arrays import Ints32
    from nearhome.geo.timetables.timetable import Connections, ServiceDay
    from nearhome.geo.timetables.transfers import Footpaths


MANY_CONNECTIONS, SHARING = 1_000_000, 8
"""On a day of so many connections, so many places share a first scan: measured on the generated days of benchmarks."""

STRIP_DEGREES = 1.0


class Ends(NamedTuple):
    """A place by the stops around it: their rows, and the seconds to walk between it and each."""

    stops: NDArray[Any]
    seconds: NDArray[Any]


class Profile(NamedTuple):
    """Departures worth taking and their arrivals, both growing: nothing leaves later and arrives as soon."""

    departs: Ints32
    arrives: Ints32


def ends(day: ServiceDay, stops: ArrayLike, seconds: ArrayLike = 0) -> Ends:
    """Make a place of some stops.

    Raises
    ------
    InputError
        When a stop is not in the timetable or a walk takes less than no time.
    """
    rows = np.atleast_1d(np.asarray(stops, np.int64))
    walk = np.broadcast_to(np.asarray(seconds, np.int64), rows.shape)
    count = len(day.stops.lat)
    if len(rows) and (int(rows.min()) < 0 or int(rows.max()) >= count):
        msg = f"There is no stop {int(rows[(rows < 0) | (rows >= count)][0])}; give rows below {count:,}."
        raise InputError(msg)
    if len(walk) and int(walk.min()) < 0:
        msg = f"A walk cannot take {int(walk.min())} seconds; give 0 or more."
        raise InputError(msg)
    return Ends(rows, walk.astype(np.int32))


def around(day: ServiceDay, lat: float, lon: float, metres: float = 1_000.0) -> Ends:
    """Make a place of a point: the stops around it that are served, walked to at the day's speed.

    Parameters
    ----------
    day
        The day and how one walks.
    lat, lon
        The point, EPSG:4326.
    metres
        How far a stop may be, as the crow flies.
    """
    rows, apart = day.near(lat, lon, metres)
    return Ends(rows, day.walking.seconds(apart))


def earliest_arrivals(day: ServiceDay, origins: Sequence[Ends], depart: int) -> Ints32:
    """Find when one can be at every stop, leaving each origin at ``depart`` (seconds of the day).

    One is at a stop when a vehicle brings one there or one walks there from the origin; a walk from another stop is a
    transfer or the end of the journey, and is left to the caller.

    Returns
    -------
    Seconds, shape (origins, stops), ``NEVER`` where no way exists on the day.
    """
    return _all_stops(day, day.forward, origins, depart)


def latest_departures(day: ServiceDay, goals: Sequence[Ends], deadline: int) -> Ints32:
    """Find the latest that one can be at every stop and still reach each goal by ``deadline`` (seconds of the day).

    It is when the vehicle leaves, or when one must walk to the goal; the mirror of ``earliest_arrivals``.

    Returns
    -------
    Seconds, shape (goals, stops), ``-NEVER`` where no way exists on the day.
    """
    found = _all_stops(day, day.backward, goals, -deadline)
    return np.negative(found, out=found)


def profiles(day: ServiceDay, goal: Ends) -> AllProfiles:
    """Find every departure of the day worth taking from every stop to a goal, in one scan."""
    forward, paths = day.forward
    count = len(day.stops.lat)
    room = np.concatenate([[0], np.cumsum(np.bincount(forward.leave, minlength=count))]).astype(np.int64)
    length = np.zeros(count, np.int64)
    depart_at, arrive_at = np.empty((2, len(forward.leave)), np.int32)
    soonest = np.full(len(day.trips.row), NEVER, np.int32)
    found = AllProfiles(room, length, depart_at, arrive_at)
    kernel(kernels.profiles)(forward, paths, dense(goal, count), soonest, found)
    return found


def profile(day: ServiceDay, origin: Ends, goal: Ends) -> Profile:
    """Find every departure of the day worth taking from one place to another, by one or more rides."""
    return profiles(day, goal).of(origin)


class AllProfiles(NamedTuple):
    """The profiles of all stops to one goal: where each stop's list begins, its length, departures and arrivals."""

    room: NDArray[np.int64]
    length: NDArray[np.int64]
    departs: Ints32
    arrives: Ints32

    def at(self, stop: int) -> Profile:
        """Give the profile of one stop."""
        rows = slice(int(self.room[stop]), int(self.room[stop] + self.length[stop]))
        return Profile(self.departs[rows][::-1], self.arrives[rows][::-1])

    def of(self, origin: Ends) -> Profile:
        """Give the profile of a place, departures being from its door."""
        lists = [self.at(stop) for stop in origin.stops.tolist()]
        none = np.zeros(0, np.int32)
        departs = np.concatenate([none, *(one.departs - walk for one, walk in zip(lists, origin.seconds, strict=True))])
        arrives = np.concatenate([none, *(one.arrives for one in lists)])
        return worthwhile(departs, arrives)


def worthwhile(departs: Ints32, arrives: Ints32) -> Profile:
    """Keep the pairs of which no other leaves as late and arrives as soon; of equal ones, one."""
    order = np.lexsort((arrives, -departs))
    departs, arrives = departs[order], arrives[order]
    before = np.minimum.accumulate(np.concatenate([[NEVER], arrives]))[:-1]
    kept = arrives < before
    return Profile(departs[kept][::-1].astype(np.int32), arrives[kept][::-1].astype(np.int32))


# What the searches share


@cache
def has_numba() -> bool:
    """Say whether numba is installed."""
    return find_spec("numba") is not None


@cache
def kernel(function: Callable[..., None]) -> Callable[..., None]:
    """Compile a loop; without numba, let it run on views of the arrays, which Python reads faster than arrays."""
    if has_numba():
        import numba

        compiled: Callable[..., None] = numba.njit(cache=True, nogil=True)(function)
        return compiled

    def plain(*arguments: Any) -> None:
        function(*(_views(each) for each in arguments))

    return plain


def _views(argument: Any) -> Any:
    """Give arrays as views, those of a tuple too."""
    if isinstance(argument, tuple):
        return tuple(map(_views, argument))
    return argument.data if isinstance(argument, np.ndarray) else argument


def dense(place: Ends, count: int) -> Ints32:
    """Give the seconds to walk between a place and every stop, ``NEVER`` for those not around it."""
    seconds = np.full(count, NEVER, np.int32)
    np.minimum.at(seconds, place.stops, place.seconds.astype(np.int32))
    return seconds


def first_after(connections: Connections, seconds: int) -> int:
    """Give the number of the first connection that departs at some time or later."""
    return int(np.searchsorted(connections.departs, seconds))


def _all_stops(day: ServiceDay, run: tuple[Connections, Footpaths], places: Sequence[Ends], start: int) -> Ints32:
    """Scan from each place at one time, as many at once as there are cores.

    On a large day neighbours share the work: a first scan from all of them at once finds the connections that any of
    them can use, and those of each look at no others.
    """
    connections, paths = run
    found = np.empty((len(places), len(day.stops.lat)), np.int32)

    def work(group: NDArray[np.int64]) -> None:
        chosen = connections
        if len(group) > 1:
            ready = np.minimum.reduce([_ready(day, places[number], start) for number in group])
            used = np.zeros(len(connections.leave), np.uint8)
            _scan(day, (connections, paths), start, ready, np.full_like(ready, NEVER), used)
            chosen = connections.taken(np.flatnonzero(used))
        for number in group.tolist():
            ready = _ready(day, places[number], start)
            row = found[number]
            row[:] = NEVER
            _scan(day, (chosen, paths), start, ready.copy(), row, np.zeros(0, np.uint8))
            np.minimum(row, ready, out=row)

    together = SHARING if len(connections.leave) >= MANY_CONNECTIONS else 1
    order = _neighbours(day, places)
    groups = [order[first : first + together] for first in range(0, len(order), together)]
    workers = min(os.cpu_count() or 1, len(groups)) if has_numba() else 1
    if workers > 1:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(work, groups))
    else:
        for group in groups:
            work(group)
    return found


def _ready(day: ServiceDay, place: Ends, start: int) -> Ints32:
    """Give when one can be at every stop on foot alone."""
    walk = dense(place, len(day.stops.lat))
    return np.where(walk < NEVER, walk + np.int32(start), np.int32(NEVER))


def _scan(
    day: ServiceDay,
    run: tuple[Connections, Footpaths],
    start: int,
    ready: Ints32,
    ride: Ints32,
    used: NDArray[np.uint8],
) -> None:
    """Run the loop once; what it finds is left in ``ready``, ``ride`` and ``used``."""
    connections, paths = run
    aboard = np.zeros(len(day.trips.row), np.uint8)
    kernel(kernels.arrivals)(connections, paths, first_after(connections, start), ready, ride, aboard, used)


def _neighbours(day: ServiceDay, places: Sequence[Ends]) -> NDArray[np.int64]:
    """Put places in an order in which neighbours follow one another: in strips from south to north."""
    first = np.array([place.stops[0] if len(place.stops) else 0 for place in places], np.int64)
    lat, lon = np.nan_to_num(day.stops.lat[first]), np.nan_to_num(day.stops.lon[first])
    return np.lexsort((lat, np.floor(lon / STRIP_DEGREES)))
