"""One journey by timetable: for every number of changes worth having, the best way, leg by leg.

The choice is the Pareto set of arrival and changes (or of departure and changes, for a deadline). After Delling, Pajor
and Werneck, *Round-Based Public Transit Routing* (Transportation Science 49, 2015), whose rounds are here columns of
one connection scan: a label for each stop and number of rides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nearhome.data.errors import InputError
from nearhome.geo.gtfs.feeds import ARRANGED, INTERPOLATED
from nearhome.geo.timetables import kernels
from nearhome.geo.timetables.connection_scan import dense, first_after, kernel
from nearhome.geo.timetables.transfers import NEVER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nearhome.geo.timetables.connection_scan import Ends
    from nearhome.geo.timetables.timetable import Connections, ServiceDay, TripFacts
    from nearhome.geo.timetables.transfers import Footpaths

MOST_CHANGES = 5
PATIENCE_SECONDS = 4 * 3600
"""A way with fewer changes may take so much longer than the quickest and is still worth showing."""

PLACE = -1
"""Stands for the origin or the goal, which are no stops."""


@dataclass(frozen=True, slots=True)
class TimedLeg:
    """A ride from stop to stop, or a walk, in seconds of the day.

    ``trip`` is None for a walk, whose time includes what a change takes; ``from_stop`` and ``to_stop`` are rows of the
    day's stops, or ``PLACE``. ``number`` is the trip's row among the day's. ``exact`` is false where the feed gives
    only a headway or no time for one of its calls; ``arranged`` says that somebody must ring up or ask the driver.
    """

    mode: str
    from_stop: int
    to_stop: int
    depart: int
    arrive: int
    trip: TripFacts | None = None
    number: int = -1
    exact: bool = True
    arranged: bool = False


@dataclass(frozen=True, slots=True)
class Itinerary:
    """A whole way from door to door, in seconds of the day."""

    legs: tuple[TimedLeg, ...]

    @property
    def depart(self) -> int:
        """When one leaves."""
        return self.legs[0].depart

    @property
    def arrive(self) -> int:
        """When one is there."""
        return self.legs[-1].arrive

    @property
    def rides(self) -> tuple[TimedLeg, ...]:
        """The legs that are no walks."""
        return tuple(leg for leg in self.legs if leg.trip is not None)

    @property
    def changes(self) -> int:
        """How often one changes."""
        return len(self.rides) - 1


def options(
    day: ServiceDay,
    origin: Ends,
    goal: Ends,
    *,
    depart: int | None = None,
    arrive: int | None = None,
    most_changes: int = MOST_CHANGES,
) -> tuple[Itinerary, ...]:
    """Find the ways with at least one ride that are worth having, the one with the fewest changes first.

    Either after a departure (each with its arrival as early and then its departure as late as can be) or by an arrival
    (the other way about). Each further one has more changes and is there sooner (or leaves later), or does so equally
    and takes less time; none is more than four hours worse than a further one.

    Parameters
    ----------
    day
        What runs on the day.
    origin, goal
        The two places, with the stops around them.
    depart, arrive
        One of the two: leave at or after, or be there by, seconds of the day.
    most_changes
        How often one changes at most.

    Raises
    ------
    InputError
        When not exactly one of ``depart`` and ``arrive`` is given, or the changes are less than none.
    """
    if (depart is None) == (arrive is None):
        msg = f"Give either depart or arrive, in seconds of the day; got depart={depart} and arrive={arrive}."
        raise InputError(msg)
    if most_changes < 0:
        msg = f"The changes allowed cannot be {most_changes}; give 0 or more."
        raise InputError(msg)
    forwards = depart is not None
    start = depart if depart is not None else -(arrive or 0)
    there, back = (day.forward, day.backward) if forwards else (day.backward, day.forward)
    begin, finish = (origin, goal) if forwards else (goal, origin)
    best = _search(day, there, (begin, finish), start, most_changes + 1, PATIENCE_SECONDS).best
    made, last = [], int(best.argmin())
    for rides in _worthwhile(best):
        most = most_changes + 1 if rides == last else rides
        found = _search(day, back, (finish, begin), -int(best[rides]), most, PATIENCE_SECONDS)
        for level in _worthwhile(found.best):
            if level >= rides:
                chain = _chain(found, back[0], level)
                made.append(_itinerary(day, (origin, goal), _turned(chain) if forwards else chain[::-1]))
    return tuple(made)


def journey(
    day: ServiceDay, origin: Ends, goal: Ends, *, depart: int | None = None, arrive: int | None = None
) -> Itinerary | None:
    """Find the quickest way alone: the earliest arrival, leaving as late as can be; for a deadline the other way about.

    Of equal ones it is that with the fewest changes; None where no ride leads there on the day.

    Parameters
    ----------
    day, origin, goal, depart, arrive
        As for ``options``.
    """
    found = options(day, origin, goal, depart=depart, arrive=arrive)
    return found[-1] if found else None


@dataclass(frozen=True, eq=False, slots=True)
class _Found:
    """Labels of a search by stop and number of rides (``nearhome.geo.timetables.kernels.levels``)."""

    came_from: NDArray[np.int32]
    boarded: NDArray[np.int32]
    left: NDArray[np.int32]
    best: NDArray[np.int32]
    best_stop: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class _Ride:
    """A ride, in the time of the search that found it, with the flags of its first and last connection."""

    board: int
    alight: int
    depart: int
    arrive: int
    trip: int
    flags: int


def _search(
    day: ServiceDay, run: tuple[Connections, Footpaths], places: tuple[Ends, Ends], start: int, rides: int, until: int
) -> _Found:
    """Search from one place to another with at most so many rides."""
    connections, paths = run
    stops, trips = len(day.stops.lat), len(day.trips.row)
    begin, finish = places
    ready, ride = (np.full((stops, rides + 1), NEVER, np.int32) for _ in range(2))
    came_from, boarded, left = (np.full((stops, rides + 1), PLACE, np.int32) for _ in range(3))
    walk = dense(begin, stops)
    ready[:, 0] = np.where(walk < NEVER, walk + np.int32(start), np.int32(NEVER))
    best = np.full(rides + 1, NEVER, np.int32)
    best_stop = np.full(rides + 1, PLACE, np.int32)
    labels = kernels.Labels(
        ready,
        came_from,
        ready[:, 0].copy(),
        ride,
        boarded,
        left,
        np.full(trips, rides + 1, np.int32),
        np.zeros(trips, np.int32),
    )
    first = first_after(connections, start)
    kernel(kernels.levels)(connections, paths, first, until, labels, dense(finish, stops), best, best_stop)
    return _Found(came_from, boarded, left, best, best_stop)


def _worthwhile(best: NDArray[np.int32]) -> list[int]:
    """List the numbers of rides with which one is there sooner than with any fewer."""
    before = np.minimum.accumulate(np.concatenate([[NEVER], best[:-1]]))
    soon = best <= min(NEVER - 1, int(best.min()) + PATIENCE_SECONDS)
    found: list[int] = np.flatnonzero((best < before) & soon).tolist()
    return found


def _chain(found: _Found, connections: Connections, rides: int) -> list[_Ride]:
    """Follow the labels from the end of the best way with some number of rides to its beginning."""
    stop = int(found.best_stop[rides])
    chain = []
    while stop != PLACE:
        first, last = int(found.boarded[stop, rides]), int(found.left[stop, rides])
        board = int(connections.leave[first])
        flags = int(connections.flags[first] | connections.flags[last])
        chain.append(
            _Ride(
                board,
                stop,
                int(connections.departs[first]),
                int(connections.arrives[last]),
                int(connections.trip[first]),
                flags,
            )
        )
        rides -= 1
        stop = int(found.came_from[board, rides])
    return chain


def _turned(chain: list[_Ride]) -> list[_Ride]:
    """Turn rides of a search backwards in time round; the chain then begins with the first."""
    return [_Ride(ride.alight, ride.board, -ride.arrive, -ride.depart, ride.trip, ride.flags) for ride in chain]


def _itinerary(day: ServiceDay, places: tuple[Ends, Ends], rides: list[_Ride]) -> Itinerary:
    """Write out rides with the walks before, between and after them."""
    origin, goal = places
    legs: list[TimedLeg] = []
    walk = _walk(origin, rides[0].board)
    if walk:
        legs.append(TimedLeg("walk", PLACE, rides[0].board, rides[0].depart - walk, rides[0].depart))
    for number, ride in enumerate(rides):
        if number and rides[number - 1].alight != ride.board:
            before = rides[number - 1]
            seconds = _transfer(day.footpaths, before.alight, ride.board)
            legs.append(TimedLeg("walk", before.alight, ride.board, before.arrive, before.arrive + seconds))
        facts = day.trip(ride.trip)
        exact = not facts.headway and not ride.flags & INTERPOLATED
        legs.append(
            TimedLeg(
                facts.mode,
                ride.board,
                ride.alight,
                ride.depart,
                ride.arrive,
                facts,
                ride.trip,
                exact,
                bool(ride.flags & ARRANGED),
            )
        )
    walk = _walk(goal, rides[-1].alight)
    if walk:
        legs.append(TimedLeg("walk", rides[-1].alight, PLACE, rides[-1].arrive, rides[-1].arrive + walk))
    return Itinerary(tuple(legs))


def _walk(place: Ends, stop: int) -> int:
    """Give the seconds between a place and a stop around it."""
    return int(place.seconds[place.stops == stop].min())


def _transfer(paths: Footpaths, one: int, other: int) -> int:
    """Give the seconds of a transfer between two stops."""
    rows: Any = slice(int(paths.starts[one]), int(paths.starts[one + 1]))
    return int(paths.seconds[rows][paths.other[rows] == other].min())
