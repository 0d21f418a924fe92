"""The railway of Great Britain without a timetable: typical times from line speeds and stopping patterns.

A model, not a timetable: through trains follow plausible patterns, every neighbouring pair of stations has a stopping
train, and a change costs time that grows with the gap between trains. Its constants were fitted to half of 126 typical
times of 2013 and judged on the other half (``benchmarks/rail.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from nearhome.data.base import coordinates
from nearhome.data.base.units import KM_PER_MILE
from nearhome.data.catalogue import tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from nearhome.data.base.arrays import Floats


TABLES = ("rail_stations", "rail_lines", "rail_local", "rail_links")
EARTH_KM = 6371.0

LOW_SHARE = 0.90
HIGH_SHARE = 1.11
"""Eight in ten typical times of 2013 were between these shares of the estimate (``benchmarks/rail.py``)."""

OTHER_LOW_SHARE, OTHER_HIGH_SHARE = 0.8, 1.3
"""The same for walks, ferries and the Underground between stations (estimates)."""

STOPPING_TRAIN = "stopping train"


@dataclass(frozen=True, slots=True)
class Model:
    """What turns lengths and patterns into minutes."""

    speed_share: float = 0.744
    """Average speed between stops, as a share of the speed the line is laid out for."""
    stop_minutes: float = 3.1
    """What each stop of a through train costs on a line for 100 miles an hour: braking, standing, pulling away, and the
    timetable's slack. It grows with the speed."""
    change_minutes: float = 14.5
    """Least time from one train to another, or from the station's door to a train."""
    wait_share: float = 0.223
    """Share of the gap between trains that is spent waiting: less than half, as connections are planned."""
    longest_wait_minutes: float = 35.0
    winding: float = 1.05
    """Track over the sum of short crow distances."""
    local_mph: float = 53.0
    local_stop_minutes: float = 1.6
    local_per_hour: float = 1.6
    junction_minutes: float = 2.0
    """What a stopping train loses on average where lines part: some end there."""

    def wait_minutes(self, per_hour: float) -> float:
        """Give the time that boarding a train costs, for trains an hour."""
        return self.change_minutes + min(self.wait_share * 60.0 / per_hour, self.longest_wait_minutes)

    def ride_minutes(self, km: float, mph: float) -> float:
        """Give the time of a through train from one stop to the next."""
        return self._running_minutes(km, mph) + self.stop_minutes * mph / 100.0

    def local_minutes(self, km: float) -> float:
        """Give the time of a stopping train from one station to the next."""
        return self._running_minutes(km, self.local_mph) + self.local_stop_minutes

    def _running_minutes(self, km: float, mph: float) -> float:
        return km * self.winding / (mph * KM_PER_MILE * self.speed_share) * 60.0


DEFAULT = Model()


def shares(mode: str) -> tuple[float, float]:
    """Give what the low and the high of a leg's minutes are of its typical ones."""
    return (LOW_SHARE, HIGH_SHARE) if mode == "train" else (OTHER_LOW_SHARE, OTHER_HIGH_SHARE)


@dataclass(frozen=True, slots=True)
class RailLeg:
    """One train, or one way between two stations: ``mode`` is train, walk, ferry or underground.

    ``start`` and ``end`` are rows of the stations; ``wait_minutes`` come before ``minutes``; ``km`` is of track.
    ``per_hour`` is how often it runs, about.
    """

    mode: str
    name: str
    start: int
    end: int
    wait_minutes: float
    minutes: float
    km: float
    stops: int
    per_hour: float


class _Line(NamedTuple):
    name: str
    per_hour: float
    stations: list[str]
    mph: list[float]
    km: list[float]


class _Link(NamedTuple):
    start: str
    end: str
    length: float
    mode: str


@dataclass(frozen=True)
class Search:
    """Minutes from every station to one goal, with the waits but the way to the first platform left out."""

    minutes: Floats
    """To the goal, from each station; infinite where no train leads there."""
    ahead: NDArray[np.int64]
    """The next node of the graph on the way; -1 at the goal."""
    railway: Railway

    def legs(self, station: int) -> list[RailLeg]:
        """Read the trains from a station to the goal; empty where the goal is reached from that station itself."""
        nodes = [station]
        while (following := int(self.ahead[nodes[-1]])) >= 0:
            nodes.append(following)
        return list(self.railway.read(nodes))

    def end(self, station: int) -> int:
        """Give the station at which the last train from a station is left."""
        legs = self.legs(station)
        return legs[-1].end if legs else station


@dataclass(frozen=True)
class Railway:
    """Stations and what runs between them.

    The graph has a node for each station's hall, then one for each stop of each through train, then one for each
    station's stopping trains: boarding leads from the hall to a train, and alighting back.
    """

    codes: list[str]
    names: list[str]
    lat: Floats
    lon: Floats
    lines: list[_Line]
    local: list[_Link]
    links: list[_Link]
    model: Model = DEFAULT

    @classmethod
    def shipped(cls) -> Railway:
        """Open the shipped tables; read once.

        Raises
        ------
        TableError
            When a table is missing or damaged.
        """
        return _shipped()

    @cached_property
    def row_of(self) -> dict[str, int]:
        """Row of each station by its code."""
        return {code: row for row, code in enumerate(self.codes)}

    @cached_property
    def xy(self) -> Floats:
        """The stations in metres, EPSG:27700, shape (stations, 2)."""
        return np.column_stack(coordinates.to_metres(self.lat, self.lon))

    def distances_km(self, lat: float, lon: float) -> Floats:
        """Give the crow distance from a point (EPSG:4326) to every station."""
        north = np.radians(self.lat - lat)
        east = np.radians(self.lon - lon) * np.cos(np.radians((self.lat + lat) / 2.0))
        return np.asarray(EARTH_KM * np.hypot(north, east))

    def near(self, lat: float, lon: float, *, count: int, within_km: float) -> NDArray[np.int64]:
        """Give the rows of the nearest stations to a point, the nearest first.

        Parameters
        ----------
        lat, lon
            The point, EPSG:4326.
        count
            How many at most.
        within_km
            How far away the furthest may be, kilometres as the crow flies.
        """
        km = self.distances_km(lat, lon)
        rows = np.argsort(km, kind="stable")[:count]
        return rows[km[rows] <= within_km]

    def search(self, goal_minutes: Mapping[int, float], *, change_penalty_minutes: float = 0.0) -> Search:
        """Find the quickest way from every station to one goal.

        Parameters
        ----------
        goal_minutes
            Rows of stations from which the goal is reached, with the minutes from the platform to the goal.
        change_penalty_minutes
            Counted for every boarding when ways are compared, so that fewer changes win; not in the minutes.
        """
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import dijkstra

        tail, head, minutes = self._arcs
        boards = (tail < len(self.codes)) & (head >= len(self.codes))
        weights = minutes + change_penalty_minutes * boards
        size = self._first_local + len(self.codes) + 1
        goal = size - 1
        last = list(goal_minutes)
        matrix = csr_array(
            (
                np.concatenate([weights, [goal_minutes[row] + 1e-6 for row in last]]),
                (np.concatenate([head, np.full(len(last), goal)]), np.concatenate([tail, last])),
            ),
            shape=(size, size),
        )
        found, ahead = dijkstra(matrix, indices=goal, return_predecessors=True)
        ahead = np.where(ahead == goal, -1, ahead).astype(np.int64)
        ahead[ahead < -1] = -1
        if change_penalty_minutes:
            count = self._boardings(found[:goal], ahead[:goal])
            found[:goal] -= change_penalty_minutes * count
        return Search(found[: len(self.codes)], ahead[:goal], self)

    def _boardings(self, found: Floats, ahead: NDArray[np.int64]) -> Floats:
        """Count the boardings from each node to the goal along the way ahead."""
        count = np.zeros(len(ahead))
        halls = len(self.codes)
        for node in np.argsort(found, kind="stable").tolist():
            following = int(ahead[node])
            if following >= 0:
                count[node] = count[following] + (node < halls <= following)
        return count

    def read(self, nodes: list[int]) -> Iterator[RailLeg]:
        """Turn a way through the graph into legs."""
        halls = len(self.codes)
        at = 0
        while at + 1 < len(nodes):
            here, following = nodes[at], nodes[at + 1]
            if following < halls:
                minutes = self.weights[here, following]
                yield RailLeg(self._mode[here, following], "", here, following, 0.0, minutes, 0.0, 0, 0.0)
                at += 1
                continue
            end = at + 1
            while end < len(nodes) and nodes[end] >= halls:
                end += 1
            ride = nodes[at + 1 : end]
            line = self._line_of(following)
            yield RailLeg(
                mode="train",
                name=line.name if line else STOPPING_TRAIN,
                start=here,
                end=self._hall(ride[-1]),
                wait_minutes=self.weights[here, following],
                minutes=sum(self.weights[pair] for pair in pairwise(ride)),
                km=sum(self._km[pair] for pair in pairwise(ride)),
                stops=len(ride) - 2,
                per_hour=line.per_hour if line else self.model.local_per_hour,
            )
            at = end

    @cached_property
    def _first_local(self) -> int:
        return len(self.codes) + sum(len(line.stations) for line in self.lines)

    @cached_property
    def _stops(self) -> tuple[list[int], list[int]]:
        """Give, for each stop of a through train, its line and its hall."""
        lines = [number for number, line in enumerate(self.lines) for _ in line.stations]
        halls = [self.row_of[code] for line in self.lines for code in line.stations]
        return lines, halls

    def _line_of(self, node: int) -> _Line | None:
        return None if node >= self._first_local else self.lines[self._stops[0][node - len(self.codes)]]

    def _hall(self, node: int) -> int:
        return node - self._first_local if node >= self._first_local else self._stops[1][node - len(self.codes)]

    @cached_property
    def weights(self) -> dict[tuple[int, int], float]:
        """Minutes of each arc of the graph, by its ends."""
        model, halls, found = self.model, len(self.codes), dict[tuple[int, int], float]()
        node = halls
        for line in self.lines:
            wait = model.wait_minutes(line.per_hour)
            for stop, code in enumerate(line.stations):
                hall = self.row_of[code]
                found[hall, node + stop], found[node + stop, hall] = wait, 0.0
            for stop, (km, mph) in enumerate(zip(line.km, line.mph, strict=True)):
                a, b = node + stop, node + stop + 1
                found[a, b] = found[b, a] = model.ride_minutes(km, mph)
            node += len(line.stations)
        wait = model.wait_minutes(model.local_per_hour)
        for hall in range(halls):
            found[hall, node + hall], found[node + hall, hall] = wait, 0.0
        degree = np.bincount([self.row_of[code] for hop in self.local for code in hop[:2]], minlength=halls)
        for hop in self.local:
            a, b = self.row_of[hop.start], self.row_of[hop.end]
            minutes = model.local_minutes(hop.length)
            for start, end in ((a, b), (b, a)):
                parting = model.junction_minutes if degree[end] > 2 else 0.0  # noqa: PLR2004 -- more than two ways on
                found[node + start, node + end] = minutes + parting
        for link in self.links:
            a, b = self.row_of[link.start], self.row_of[link.end]
            found[a, b] = found[b, a] = link.length
        return found

    @cached_property
    def _arcs(self) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
        ends = np.array(list(self.weights), dtype=np.int64)
        minutes = np.fromiter(self.weights.values(), dtype=float, count=len(ends))
        return ends[:, 0], ends[:, 1], minutes + 1e-6  # SciPy takes an arc of weight 0 for none

    @cached_property
    def _km(self) -> dict[tuple[int, int], float]:
        """Kilometres of track of each ride, by its ends."""
        found, node = dict[tuple[int, int], float](), len(self.codes)
        for line in self.lines:
            for stop, km in enumerate(line.km):
                a, b = node + stop, node + stop + 1
                found[a, b] = found[b, a] = km * self.model.winding
            node += len(line.stations)
        for hop in self.local:
            a, b = node + self.row_of[hop.start], node + self.row_of[hop.end]
            found[a, b] = found[b, a] = hop.length * self.model.winding
        return found

    @cached_property
    def _mode(self) -> dict[tuple[int, int], str]:
        rows = [(self.row_of[link.start], self.row_of[link.end], link.mode) for link in self.links]
        return {pair: mode for a, b, mode in rows for pair in ((a, b), (b, a))}


@cache
def _shipped() -> Railway:
    stations = tables.read_rows("rail_stations", lambda row: (row["code"], row["name"], row["lat"], row["lon"]))
    lines = tables.read_rows(
        "rail_lines",
        lambda row: _Line(
            row["name"],
            float(row["per_hour"]),
            row["stations"].split(),
            [float(mph) for mph in row["mph"].split()],
            [float(km) for km in row["km"].split()],
        ),
    )
    local = tables.read_rows("rail_local", lambda row: _Link(row["from"], row["to"], float(row["km"]), "train"))
    links = tables.read_rows(
        "rail_links", lambda row: _Link(row["from"], row["to"], float(row["minutes"]), row["mode"])
    )
    return Railway(
        codes=[row[0] for row in stations],
        names=[row[1] for row in stations],
        lat=np.array([row[2] for row in stations], dtype=float),
        lon=np.array([row[3] for row in stations], dtype=float),
        lines=lines,
        local=local,
        links=links,
    )
