"""The timetable of a day: every stop, trip and connection of the feeds that are installed, as arrays.

Times are whole seconds on the clock of the day asked about, counted as GTFS does, from twelve hours before its noon;
those of the night before it are negative or small, those after midnight beyond 86,400.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from nearhome.data.base import phrases
from nearhome.data.errors import DateError, InputError
from nearhome.geo.gtfs import feeds
from nearhome.geo.gtfs.feeds import ARRANGED, INTERPOLATED, NO_ALIGHTING, NO_BOARDING, Texts
from nearhome.geo.timetables.transfers import Footpaths, Walking, footpaths

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from nearhome.data.base.arrays import Floats, Ints32
    from nearhome.geo.gtfs.feeds import Feed


DAY_SECONDS = 86_400
EARLY_SECONDS = 4 * 3600
"""Trips of the next day that set out before four in the morning belong to this night as well."""

KEPT_DAYS = 2
"""Days that a timetable keeps: a national one takes some 700 MB and three seconds once it is sorted both ways."""

METRES_PER_DEGREE = 111_195.0
"""Of a great circle on a sphere of 6,371 km."""

_NO_WHEELCHAIR = 2
_SWAPPED = np.array(
    [
        flags & ~(NO_BOARDING | NO_ALIGHTING)
        | (NO_ALIGHTING if flags & NO_BOARDING else 0)
        | (NO_BOARDING if flags & NO_ALIGHTING else 0)
        for flags in range(256)
    ],
    np.uint8,
)
"""Flags of calls with the rights to get on and off swapped."""


class Stops(NamedTuple):
    """The stops of all feeds: ids, names, where they are (EPSG:4326, NaN where unknown) and their stations.

    ``access`` is 0 where unknown, 1 where a wheelchair can board, 2 where it cannot; ``rail`` says where trains call.
    """

    id: Texts
    name: Texts
    lat: Floats
    lon: Floats
    station: Ints32
    access: NDArray[np.uint8]
    rail: NDArray[np.bool_]


class Trips(NamedTuple):
    """The trips of a day: the number of their feed, the row in it, and the seconds added to its times."""

    feed: Ints32
    row: Ints32
    shift: Ints32


class TripFacts(NamedTuple):
    """What passengers know a trip by.

    ``headway`` is 0 for a timetable; otherwise the feed only says that one runs in every so many seconds.
    """

    feed: str
    id: str
    route: str
    mode: str
    agency: str
    head_sign: str
    headway: int


class Connections(NamedTuple):
    """Rides from one call to the next: stops, seconds, trip, and flags (``nearhome.geo.gtfs.feeds``)."""

    leave: Ints32
    reach: Ints32
    departs: Ints32
    arrives: Ints32
    trip: Ints32
    flags: NDArray[np.uint8]

    def sorted(self) -> Connections:
        """Give them by departure; of equal ones, those of a trip stay in its own order."""
        return self.taken(np.argsort(self.departs, kind="stable"))

    def turned(self) -> Connections:
        """Give them backwards in time, in the order of that: ends and rights swapped, times negated."""
        order = np.argsort(-self.arrives[::-1], kind="stable")
        order = len(order) - 1 - order
        swapped = _SWAPPED[self.flags]
        return Connections(self.reach, self.leave, -self.arrives, -self.departs, self.trip, swapped).taken(order)

    def taken(self, order: NDArray[np.int64]) -> Connections:
        """Give some of them in another order."""
        return Connections(
            self.leave[order],
            self.reach[order],
            self.departs[order],
            self.arrives[order],
            self.trip[order],
            self.flags[order],
        )


@dataclass(frozen=True, eq=False)
class ServiceDay:
    """All that runs on one day, as somebody can use it who walks and changes in one way."""

    date: date
    stops: Stops
    trips: Trips
    connections: Connections
    footpaths: Footpaths
    walking: Walking
    feeds: Sequence[Feed]

    @cached_property
    def forward(self) -> tuple[Connections, Footpaths]:
        """Connections by departure, with the transfers by the stop they lead from."""
        return self.connections.sorted(), self.footpaths

    @cached_property
    def backward(self) -> tuple[Connections, Footpaths]:
        """The same with time running backwards."""
        return self.connections.turned(), self.footpaths.turned()

    @cached_property
    def served(self) -> NDArray[np.bool_]:
        """At which stops anything calls."""
        served = np.zeros(len(self.stops.lat), bool)
        served[self.connections.leave] = served[self.connections.reach] = True
        return served

    def near(self, lat: float, lon: float, metres: float) -> tuple[NDArray[np.int64], Floats]:
        """Find the stops served on the day within some metres of a point (EPSG:4326), the nearest first.

        Returns
        -------
        Their rows, and the metres to them as the crow flies.
        """
        north = (self.stops.lat - lat) * METRES_PER_DEGREE
        east = (self.stops.lon - lon) * METRES_PER_DEGREE * np.cos(np.radians(lat))
        apart = np.hypot(north, east)
        rows = np.flatnonzero((apart <= metres) & self.served)
        rows = rows[np.argsort(apart[rows], kind="stable")]
        return rows, apart[rows]

    def trip(self, number: int) -> TripFacts:
        """Say what passengers know a trip by."""
        feed, row = self.feeds[self.trips.feed[number]], int(self.trips.row[number])
        route = feed.routes[feed.trip_route[row]]
        return TripFacts(
            feed.name,
            feed.trip_id[row],
            route.name,
            route.mode,
            route.agency,
            feed.head_sign[int(feed.trip_sign[row])],
            int(feed.trip_headway[row]),
        )


@dataclass(frozen=True, eq=False)
class Timetable:
    """One or several feeds together.

    Stops of different feeds stay apart; where they stand at the same place, one walks from one to the other.
    """

    feeds: Sequence[Feed]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the feeds."""
        return tuple(feed.name for feed in self.feeds)

    @property
    def period(self) -> tuple[date, date]:
        """The first and the last day that all feeds know; the last comes before the first where there is none."""
        return max(feed.first for feed in self.feeds), min(feed.last for feed in self.feeds)

    @property
    def version(self) -> str:
        """The names of the feeds, each with the start of its checksum."""
        return ", ".join(f"{feed.name}+{feed.sha256[:8]}" for feed in self.feeds)

    @cached_property
    def stops(self) -> Stops:
        """The stops of all feeds, one feed after the other."""
        station_base = np.cumsum([0, *(int(feed.stop_station.max(initial=-1)) + 1 for feed in self.feeds)])
        return Stops(
            Texts.joined([feed.stop_id for feed in self.feeds]),
            Texts.joined([feed.stop_name for feed in self.feeds]),
            np.concatenate([feed.stop_lat for feed in self.feeds]),
            np.concatenate([feed.stop_lon for feed in self.feeds]),
            np.concatenate(
                [feed.stop_station + base for feed, base in zip(self.feeds, station_base, strict=False)], dtype=np.int32
            ),
            np.concatenate([feed.stop_access for feed in self.feeds]),
            np.concatenate([_with_trains(feed) for feed in self.feeds]),
        )

    def check(self, when: date) -> None:
        """Raise DateError, naming the period, when a feed does not know a date."""
        for feed in self.feeds:
            if not feed.first <= when <= feed.last:
                msg = (
                    f"The timetable {feed.name!r} runs from {phrases.day(feed.first)} to {phrases.day(feed.last)}, so "
                    f"that {phrases.day(when)} is outside it; choose a date in that period, or import a newer feed."
                )
                raise DateError(msg)

    def on(self, when: date, walking: Walking | None = None) -> ServiceDay:
        """Give the day of a date, for somebody who walks and changes in one way; the last two asked for are kept.

        Raises
        ------
        DateError
            When a feed does not know the date; the message names its period.
        """
        asked = when, walking or Walking()
        day = self._days.pop(asked, None) or self.put_together(*asked)
        self._days[asked] = day
        for oldest in list(self._days)[:-KEPT_DAYS]:
            self._days.pop(oldest, None)
        return day

    def put_together(self, when: date, walking: Walking) -> ServiceDay:
        """Put together the day of a date anew.

        With the day's own trips come those of the nights around it: of the service days before whatever still runs, and
        of the next what sets out before four in the morning.

        Raises
        ------
        DateError
            When a feed does not know the date; the message names its period.
        """
        self.check(when)
        parts, trips = [], []
        base, number = self._bases, 0
        for place, feed in enumerate(self.feeds):
            chosen = [_running(feed, when, days) for days in range(-_most_days(feed), 2)]
            rows = np.concatenate([row for row, _ in chosen])
            shift = np.concatenate([np.full(len(row), seconds) for row, seconds in chosen])
            if walking.step_free:
                able = feed.trip_access[rows] != _NO_WHEELCHAIR
                rows, shift = rows[able], shift[able]
            shift = shift + feed.trip_shift[rows]
            parts.append(_rides(feed, rows, shift, base[place], number))
            trips.append((np.full(len(rows), place), rows, shift))
            number += len(rows)
        connections = Connections(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
        if walking.step_free:
            connections = _without_steps(connections, self.stops.access)
        columns = (np.concatenate(column).astype(np.int32) for column in zip(*trips, strict=True))
        return ServiceDay(when, self.stops, Trips(*columns), connections, self._footpaths(walking), walking, self.feeds)

    @cached_property
    def _days(self) -> dict[tuple[date, Walking], ServiceDay]:
        return {}

    @cached_property
    def _bases(self) -> list[int]:
        bases: list[int] = np.cumsum([0, *(len(feed.stop_lat) for feed in self.feeds)]).tolist()
        return bases

    @cached_property
    def _known_footpaths(self) -> dict[Walking, Footpaths]:
        return {}

    def _footpaths(self, walking: Walking) -> Footpaths:
        """Find the transfers; they are kept, since they are the same on every day."""
        known = self._known_footpaths
        if walking not in known:
            given = [
                feed.transfers + np.array([base, base, 0]) for feed, base in zip(self.feeds, self._bases, strict=False)
            ]
            stops = self.stops
            known[walking] = footpaths(
                stops.lat, stops.lon, stops.station, stops.rail, np.concatenate(given).astype(np.int32), walking
            )
        return known[walking]


def installed() -> Timetable | None:
    """Open the feeds that were imported; None if there are none. Until the next import it is always the same one.

    Raises
    ------
    TableError
        When a feed is damaged.
    """
    changed = feeds.changed()
    return _opened(feeds.folder(), changed) if changed else None


@lru_cache(maxsize=1)
def _opened(folder: Path, changed: tuple[tuple[str, int], ...]) -> Timetable | None:  # noqa: ARG001 -- an import changes them
    """Open the feeds of a folder."""
    found = feeds.open_all()
    return Timetable(tuple(found)) if found else None


def open_installed() -> Timetable:
    """Open the feeds that were imported.

    Raises
    ------
    InputError
        When there are none.
    TableError
        When a feed is damaged.
    """
    found = installed()
    if found is None:
        msg = "No timetable is installed; import one with: nearhome data import gtfs FILE.zip."
        raise InputError(msg)
    return found


def _with_trains(feed: Feed) -> NDArray[np.bool_]:
    """Say at which stops of a feed trains call."""
    rail = np.zeros(len(feed.stop_lat), bool)
    modes = np.array([route.mode == "rail" for route in feed.routes], bool)
    if modes.any():
        trips = np.flatnonzero(modes[feed.trip_route])
        rail[feed.call_stop[_ranges(feed.trip_first[trips], feed.trip_count[trips])]] = True
    return rail


def _most_days(feed: Feed) -> int:
    """Say how many days after its service day a trip of the feed may still run."""
    return int(max(0, feed.call_arrive.max(initial=0) + feed.trip_shift.max(initial=0)) // DAY_SECONDS)


def _running(feed: Feed, when: date, days: int) -> tuple[NDArray[np.int64], int]:
    """Find the trips of a service day some days away that run into a day, and the seconds between the two."""
    other = when + timedelta(days=days)
    if not feed.first <= other <= feed.last:
        return np.zeros(0, np.int64), 0
    rows = np.flatnonzero(feed.services.running(other)[feed.trip_service])
    shift = _seconds_between(when, other)
    first = feed.trip_first[rows]
    if days < 0:
        late = feed.call_arrive[first + feed.trip_count[rows] - 1] + feed.trip_shift[rows] + shift > 0
        return rows[late], shift
    if days > 0:
        early = feed.call_depart[first] + feed.trip_shift[rows] < EARLY_SECONDS
        return rows[early], shift
    return rows, 0


def _seconds_between(one: date, other: date) -> int:
    """Give the seconds from one service day's start to another's, an hour more or less where the clocks change."""
    return DAY_SECONDS * (other - one).days - 3600 * (_summer(other) - _summer(one))


def _summer(day: date) -> bool:
    """Say whether summer time is kept at noon: from the last Sunday of March to before that of October.

    Directive 2000/84/EC and the Summer Time Order 2002, which the British Isles still follow.
    """
    start, end = (date(day.year, month, 31) for month in (3, 10))
    return start - timedelta(start.isoweekday() % 7) <= day < end - timedelta(end.isoweekday() % 7)


def _ranges(first: NDArray[Any], count: NDArray[Any]) -> NDArray[np.int64]:
    """List the numbers of some ranges, one after the other."""
    ends = np.cumsum(count, dtype=np.int64)
    total = int(ends[-1]) if len(ends) else 0
    numbers: NDArray[np.int64] = np.arange(total) + np.repeat(first - (ends - count), count)
    return numbers


def _rides(feed: Feed, rows: NDArray[np.int64], shift: NDArray[Any], base: int, number: int) -> tuple[Any, ...]:
    """Make the columns of the connections of some trips, trip by trip."""
    count = feed.trip_count[rows].astype(np.int64) - 1
    start = _ranges(feed.trip_first[rows], count)
    added = np.repeat(shift, count).astype(np.int32)
    here, there = feed.call_flags[start], feed.call_flags[start + 1]
    arranged = (here | there) & (ARRANGED | INTERPOLATED)
    return (
        feed.call_stop[start] + np.int32(base),
        feed.call_stop[start + 1] + np.int32(base),
        feed.call_depart[start] + added,
        feed.call_arrive[start + 1] + added,
        np.repeat(np.arange(number, number + len(rows), dtype=np.int32), count),
        (here & NO_BOARDING) | (there & NO_ALIGHTING) | arranged,
    )


def _without_steps(connections: Connections, access: NDArray[np.uint8]) -> Connections:
    """Forbid getting on and off where a wheelchair cannot."""
    flags = connections.flags.copy()
    flags[access[connections.leave] == _NO_WHEELCHAIR] |= NO_BOARDING
    flags[access[connections.reach] == _NO_WHEELCHAIR] |= NO_ALIGHTING
    return Connections(
        connections.leave, connections.reach, connections.departs, connections.arrives, connections.trip, flags
    )
