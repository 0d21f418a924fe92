"""Make days of public transport of the size of Great Britain, as feeds of nearhome and as GTFS archives for its peers.

The stops are real postcodes' places; the lines wander from stop to stop, and everything that runs on them is drawn from
a seeded generator. They have the size of the country's timetables and nothing else of them: no line or time is real.
"""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.spatial import cKDTree

from nearhome.data.base.coordinates import to_degrees
from nearhome.data.places import postcodes
from nearhome.geo.gtfs.calendars import WEEKDAYS, Services
from nearhome.geo.gtfs.feeds import Feed, Texts, TransitRoute

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from nearhome.data.base.arrays import Floats, Ints


DAY = date(2026, 6, 10)
"""The one day on which everything runs."""

FIRST_SECONDS, LAST_SECONDS = 5 * 3600, 23 * 3600
"""The first and last departures of trips."""

STRAIGHTNESS = 0.35
"""Radians by which a line turns from one stop to the next, as a standard deviation."""

STOP_SECONDS = 20
"""Lost at each stop."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of network: how many stops and lines, stops a line, trips a line and direction, metres and speed."""

    mode: str
    stops: int
    lines: int
    calls: int
    trips: tuple[int, int]
    step_metres: float
    metres_per_second: float

    def scaled(self, share: float) -> Kind:
        """Give a smaller network of the same kind: a share of the stops and of the lines."""
        lines, stops = max(1, round(self.lines * share)), max(2, round(self.stops * share))
        return Kind(
            self.mode, stops, lines, self.calls, self.trips, self.step_metres / share**0.5, self.metres_per_second
        )


RAIL = Kind("rail", 2_600, 1_200, 12, (8, 14), 9_000.0, 22.0)
BUS = Kind("bus", 300_000, 11_000, 36, (8, 22), 700.0, 6.5)
ROUTE_TYPES = {"rail": 2, "bus": 3}


def generate(kind: Kind, seed: int = 11, points: Floats | None = None) -> Feed:
    """Make a network and a day on it.

    Parameters
    ----------
    kind
        What to make.
    seed
        Of the generator.
    points
        Where stops may be (EPSG:27700, metres), shape (n, 2); the shipped postcodes of Great Britain if left out.
    """
    rng = np.random.default_rng(seed)
    if points is None:
        known = np.column_stack(postcodes.shipped().all_points()).astype(float)
        known = known[(known > 0).all(axis=1)]
        _, first = np.unique(known, axis=0, return_index=True)
        points = known[np.sort(first)]  # in the order of the postcodes, so that neighbours stay neighbours
    xy = points[np.sort(rng.choice(len(points), kind.stops, replace=False))]
    lines = _lines(kind, xy, rng)
    legs = np.hypot(*(xy[lines[:, 1:]] - xy[lines[:, :-1]]).transpose(2, 0, 1)) / kind.metres_per_second
    seconds = 60 * np.maximum(1, np.rint((legs + STOP_SECONDS) / 60.0)).astype(np.int64)
    routes, stops, times = [], [], []
    for turned in (False, True):
        along = lines[:, ::-1] if turned else lines
        gone = np.cumsum(seconds[:, ::-1] if turned else seconds, axis=1)
        gone = np.concatenate([np.zeros((len(lines), 1), np.int64), gone], axis=1)
        line = np.repeat(np.arange(len(lines)), rng.integers(*kind.trips, len(lines)))
        leaves = rng.integers(FIRST_SECONDS // 60, LAST_SECONDS // 60, len(line)) * 60
        routes.append(line)
        stops.append(along[line])
        times.append(leaves[:, None] + gone[line])
    route, at, when = (np.concatenate(parts) for parts in (routes, stops, times))
    lat, lon = to_degrees(xy[:, 0], xy[:, 1])
    return _feed(kind, (lat, lon), lines, route, at, when)


def _lines(kind: Kind, xy: Floats, rng: np.random.Generator) -> Ints:
    """Let lines wander from stop to stop, shape (lines, calls); no stop follows itself."""
    tree = cKDTree(xy)
    here = rng.integers(0, len(xy), kind.lines)
    heading = rng.uniform(0, 2 * np.pi, kind.lines)
    found = [here]
    for _ in range(kind.calls - 1):
        heading = heading + rng.normal(0, STRAIGHTNESS, kind.lines)
        aim = xy[here] + kind.step_metres * np.column_stack([np.cos(heading), np.sin(heading)])
        _, near = tree.query(aim, k=2)
        here = np.where(near[:, 0] == here, near[:, 1], near[:, 0])
        found.append(here)
    return np.column_stack(found)


def _feed(kind: Kind, at: tuple[Floats, Floats], lines: Ints, route: Ints, stops: Ints, times: Ints) -> Feed:
    """Put a network together as nearhome keeps one."""
    trips, calls = stops.shape
    ordinal = DAY.toordinal()
    zeros = np.zeros(trips, np.int32)
    flags = np.zeros((trips, calls), np.uint8)
    flags[:, 0], flags[:, -1] = 2, 1
    return Feed(
        name=f"generated-{kind.mode}-{kind.stops}",
        publisher="benchmarks/transit_days.py",
        first=DAY,
        last=DAY,
        sha256="0" * 64,
        remarks=("all of it is made up",),
        routes=tuple(TransitRoute(f"{kind.mode} {line}", "", kind.mode, "made up") for line in range(len(lines))),
        services=Services(
            np.array([ordinal], np.int32),
            np.array([ordinal], np.int32),
            np.array([127], np.uint8),
            np.zeros((0, 3), np.int32),
        ),
        stop_id=Texts.of(f"s{row}" for row in range(kind.stops)),
        stop_name=Texts.of(f"Stop {row}" for row in range(kind.stops)),
        stop_lat=at[0],
        stop_lon=at[1],
        stop_station=np.arange(kind.stops, dtype=np.int32),
        stop_access=np.zeros(kind.stops, np.uint8),
        trip_id=Texts.of(f"t{row}" for row in range(trips)),
        head_sign=Texts.of([""]),
        trip_sign=zeros,
        trip_route=route.astype(np.int32),
        trip_service=zeros,
        trip_first=np.arange(trips, dtype=np.int64) * calls,
        trip_count=np.full(trips, calls, np.int32),
        trip_shift=zeros,
        trip_headway=zeros,
        trip_access=np.zeros(trips, np.uint8),
        call_stop=stops.ravel().astype(np.int32),
        call_arrive=times.ravel().astype(np.int32),
        call_depart=times.ravel().astype(np.int32),
        call_flags=flags.ravel(),
        transfers=np.zeros((0, 3), np.int32),
    )


def write_gtfs(feed: Feed, path: Path) -> None:
    """Write a generated feed as a GTFS archive that other engines read."""
    trip = np.repeat(np.arange(len(feed.trip_first)), feed.trip_count)
    sequence = np.arange(len(trip)) - feed.trip_first[trip]
    modes = {route.mode for route in feed.routes}
    day = f"{feed.first:%Y%m%d}"
    files: dict[str, tuple[list[str], Iterable[Any]]] = {
        "agency.txt": (
            ["agency_id", "agency_name", "agency_url", "agency_timezone"],
            [("a", "made up", "https://example.org", "Europe/London")],
        ),
        "calendar.txt": (
            ["service_id", *WEEKDAYS, "start_date", "end_date"],
            [("0", *[1] * 7, day, day)],
        ),
        "stops.txt": (
            ["stop_id", "stop_name", "stop_lat", "stop_lon"],
            zip(feed.stop_id, feed.stop_name, feed.stop_lat.round(6), feed.stop_lon.round(6), strict=True),
        ),
        "routes.txt": (
            ["route_id", "agency_id", "route_short_name", "route_type"],
            [(row, "a", route.name, ROUTE_TYPES[route.mode]) for row, route in enumerate(feed.routes)],
        ),
        "trips.txt": (
            ["route_id", "service_id", "trip_id"],
            [(route, 0, trip_id) for route, trip_id in zip(feed.trip_route.tolist(), feed.trip_id, strict=True)],
        ),
        "stop_times.txt": (
            ["trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence", "pickup_type", "drop_off_type"],
            (
                (f"t{t}", _clock(a), _clock(d), f"s{s}", n, f & 1, f >> 1)
                for t, a, d, s, n, f in zip(
                    trip.tolist(),
                    feed.call_arrive.tolist(),
                    feed.call_depart.tolist(),
                    feed.call_stop.tolist(),
                    sequence.tolist(),
                    feed.call_flags.tolist(),
                    strict=True,
                )
            ),
        ),
    }
    if not modes <= ROUTE_TYPES.keys():
        msg = f"generated feeds have only {', '.join(ROUTE_TYPES)}, not {', '.join(sorted(modes))}"
        raise ValueError(msg)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, (header, rows) in files.items():
            with archive.open(name, "w") as raw, io.TextIOWrapper(raw, encoding="utf-8", newline="") as text:
                writer = csv.writer(text, lineterminator="\n")
                writer.writerow(header)
                writer.writerows(rows)


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
