"""Reading a timetable feed: a GTFS archive, checked as a whole, into arrays.

After the GTFS Schedule reference (gtfs.org). Read are agencies, stops with their stations, routes, trips, calls,
calendars and their exceptions, frequencies and transfers between stops or stations. Left out: fares, shapes, pathways,
transfers between particular trips or routes, and staying seated from one trip to the next. All that is wrong is told at
once, by file, line and value.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from nearhome.data.errors import SourceError
from nearhome.geo.gtfs import calendars, checks, feeds
from nearhome.geo.gtfs.archive import FeedFile, Problems, opened
from nearhome.geo.gtfs.checks import Checker
from nearhome.geo.gtfs.feeds import ARRANGED, INTERPOLATED, NO_ALIGHTING, NO_BOARDING, Feed, Texts, TransitRoute

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from nearhome.data.base.arrays import Ints


BRITISH_TIME = {
    "Europe/London", "GB", "Europe/Belfast", "Europe/Dublin", "Europe/Jersey", "Europe/Guernsey", "Europe/Isle_of_Man"
}  # fmt: skip
"""Time zones that show the same clock."""

FILES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "agency.txt": (("agency_name", "agency_timezone"), ("agency_id",)),
    "stops.txt": (
        ("stop_id",),
        ("stop_name", "stop_lat", "stop_lon", "location_type", "parent_station", "wheelchair_boarding"),
    ),
    "routes.txt": (("route_id", "route_type"), ("agency_id", "route_short_name", "route_long_name")),
    "trips.txt": (("route_id", "service_id", "trip_id"), ("trip_headsign", "wheelchair_accessible")),
    "stop_times.txt": (
        ("trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence"),
        ("pickup_type", "drop_off_type"),
    ),
}
"""The files a feed must have, with the columns needed and those used where they are there."""

OPTIONAL: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "feed_info.txt": ((), ("feed_publisher_name", "feed_start_date", "feed_end_date")),
    "frequencies.txt": (("trip_id", "start_time", "end_time", "headway_secs"), ("exact_times",)),
    "transfers.txt": (
        ("from_stop_id", "to_stop_id", "transfer_type"),
        ("min_transfer_time", "from_route_id", "to_route_id", "from_trip_id", "to_trip_id"),
    ),
}

NOT_GIVEN = -1
FORBIDDEN, MINIMUM = 3, 2
_PLATFORM, _STATION, _KINDS = 0, 1, 4
_PHONE, _DRIVER = 2, 3


@dataclass(frozen=True, slots=True)
class ImportedFeed:
    """What an import did with one feed: what it holds, and remarks about what it leaves out.

    ``replaced`` says whether a feed of the same name was there before.
    """

    name: str
    publisher: str
    first: date
    last: date
    stops: int
    trips: int
    calls: int
    remarks: tuple[str, ...]
    folder: Path
    replaced: bool


def import_feeds(
    paths: Sequence[Path], progress: Callable[[str], None] = lambda _: None, *, replace: bool = False
) -> list[ImportedFeed]:
    """Read feeds and install them under their files' names; with ``replace`` in the place of all there were before.

    Raises
    ------
    SourceError
        When any of them is broken, or two have the same name: nothing is installed then.
    """
    read_feeds: list[Feed] = []
    for path in paths:
        progress(f"reading {path.name}")
        read_feeds.append(read(path))
        if read_feeds[-1].name in {feed.name for feed in read_feeds[:-1]}:
            msg = f"Two feeds would be called {read_feeds[-1].name!r}; give the file {str(path)!r} another name."
            raise SourceError(msg)
    before = feeds.kept()
    folders = feeds.install(read_feeds, replace=replace)
    return [
        ImportedFeed(
            feed.name,
            feed.publisher,
            feed.first,
            feed.last,
            len(feed.stop_lat),
            len(feed.trip_first),
            len(feed.call_stop),
            feed.remarks,
            where,
            feed.name in before,
        )
        for feed, where in zip(read_feeds, folders, strict=True)
    ]


def read(path: Path) -> Feed:
    """Read and check a feed.

    Raises
    ------
    SourceError
        When the file is no GTFS archive, or anything in it is wrong: files, columns, references, times, dates. The
        message tells all of it up to a limit.
    """
    with opened(path) as archive:
        problems = Problems()
        checker = Checker(problems)
        for file in FILES:
            if file not in archive:
                problems.of_file(file, "is missing")
        tables = {
            file: archive.read(file, *columns, problems) if file in archive else FeedFile(file, 0, {})
            for file, columns in {**FILES, **OPTIONAL}.items()
        }
        problems.raise_any(archive)
        known_services, services = calendars.read(archive, checker, problems)
        period = _period(services, tables["feed_info.txt"], checker)
        stops = _stops(tables["stops.txt"], checker)
        routes, route_rows = _routes(tables["routes.txt"], tables["agency.txt"], checker)
        trips = tables["trips.txt"]
        trip_rows = checker.names(trips, "trip_id")
        trip_route = checker.references(trips, "route_id", route_rows, "routes.txt")
        trip_service = checker.references(trips, "service_id", known_services, "calendar.txt or calendar_dates.txt")
        trip_access = checker.values(trips, "wheelchair_accessible", checks.whole(0, 2), 0)
        calls = _calls(tables["stop_times.txt"], trip_rows, stops, checker)
        runs = _runs(tables["frequencies.txt"], trip_rows, calls, checker)
        transfers = _transfers(tables["transfers.txt"], stops, checker)
        problems.raise_any(archive)
        if period is None or period[0] > period[1]:
            problems.of_file("calendar.txt", "has no day on which anything runs within the dates of feed_info.txt")
            problems.raise_any(archive)
    assert period is not None  # noqa: S101 -- raise_any left otherwise
    kept = runs.trip
    remarks = _remarks(stops, calls, trips.rows, tables["transfers.txt"])
    publishers = tables["feed_info.txt"].texts("feed_publisher_name")
    signs = trips.column("trip_headsign")
    return Feed(
        name=re.sub(r"[^\w.-]+", "-", path.name.removesuffix(".zip")).strip(".") or "feed",
        publisher=(publishers[0] if publishers else "") or ", ".join(sorted({route.agency for route in routes})),
        first=date.fromordinal(period[0]),
        last=date.fromordinal(period[1]),
        sha256=_sha256(path),
        remarks=remarks,
        routes=routes,
        services=services,
        stop_id=Texts.of(stops.ids),
        stop_name=Texts.of(stops.names),
        stop_lat=stops.at[:, 0].copy(),
        stop_lon=stops.at[:, 1].copy(),
        stop_station=stops.station.astype(np.int32),
        stop_access=stops.access.astype(np.uint8),
        trip_id=Texts.of(np.array(trips.texts("trip_id"), object)[kept]),
        head_sign=Texts.of(signs.words or [""]),
        trip_sign=signs.codes[kept].astype(np.int32),
        trip_route=trip_route[kept].astype(np.int32),
        trip_service=trip_service[kept].astype(np.int32),
        trip_first=calls.first[kept],
        trip_count=calls.count[kept].astype(np.int32),
        trip_shift=runs.shift.astype(np.int32),
        trip_headway=runs.headway.astype(np.int32),
        trip_access=trip_access[kept].astype(np.uint8),
        call_stop=calls.stop.astype(np.int32),
        call_arrive=calls.arrive.astype(np.int32),
        call_depart=calls.depart.astype(np.int32),
        call_flags=calls.flags,
        transfers=transfers,
    )


def mode_of(route_type: int) -> str | None:
    """Give the mode of a route type, basic or extended (TPEG, as Google lists them); None for an unknown one."""
    basic = ("tram", "metro", "rail", "bus", "ferry", "tram", "other", "rail")
    if route_type < len(basic):
        return basic[route_type]
    if route_type in {11, 12}:
        return "bus" if route_type == 11 else "metro"  # noqa: PLR2004 -- trolleybus; 12 is a monorail
    hundreds = {
        1: "rail", 2: "coach", 4: "metro", 5: "metro", 6: "metro", 7: "bus", 8: "bus", 9: "tram", 10: "ferry",
        11: "air", 12: "ferry", 13: "other", 14: "rail", 15: "taxi", 16: "other", 17: "other",
    }  # fmt: skip
    return hundreds.get(route_type // 100)


# Table by table


@dataclass(frozen=True, slots=True)
class _Stops:
    """Stops at which something may call, and what ``stops.txt`` calls them; ``rows`` holds stations' children too."""

    rows: dict[str, int]
    children: dict[str, list[int]]
    ids: list[str]
    names: list[str]
    at: NDArray[np.float64]
    station: Ints
    access: Ints


@dataclass(frozen=True, slots=True)
class _Calls:
    """Calls sorted by trip and sequence, and where those of each row of ``trips.txt`` are."""

    stop: Ints
    arrive: Ints
    depart: Ints
    flags: NDArray[np.uint8]
    first: Ints
    count: Ints


@dataclass(frozen=True, slots=True)
class _Runs:
    """Trips as they run: the row of ``trips.txt``, the seconds to add, and the headway (0 for a timetable)."""

    trip: Ints
    shift: Ints
    headway: Ints


def _period(services: calendars.Services, info: FeedFile, checker: Checker) -> tuple[int, int] | None:
    """Find the first and last day of service, within the dates the feed itself gives where it does."""
    period = services.period()
    first = checker.values(info, "feed_start_date", checks.day, 0)
    last = checker.values(info, "feed_end_date", checks.day, date.max.toordinal())
    if period is None:
        return None
    return max([period[0], *first.tolist()]), min([period[1], *last.tolist()])


def _stops(table: FeedFile, checker: Checker) -> _Stops:
    rows = checker.names(table, "stop_id")
    kind = checker.values(table, "location_type", checks.whole(0, _KINDS), 0)
    lat = checker.values(table, "stop_lat", checks.degrees(90.0), np.nan).astype(float)
    lon = checker.values(table, "stop_lon", checks.degrees(180.0), np.nan).astype(float)
    access = checker.values(table, "wheelchair_boarding", checks.whole(0, 2), 0)
    parent = checker.references(table, "parent_station", rows, "stops.txt", NOT_GIVEN)
    at = np.column_stack([lat, lon])
    at[(at == 0).all(axis=1) | np.isnan(at).any(axis=1)] = np.nan
    platform = kind == _PLATFORM
    odd = np.flatnonzero(platform & (parent >= 0) & (kind[parent] != _STATION))
    parents = table.column("parent_station")
    checker.problems.add(
        table.file, odd, lambda row: f"parent_station {parents.words[parents.codes[row]]!r} has not location_type 1"
    )
    up = np.where(parent >= 0, parent, np.arange(table.rows))
    at = np.where(np.isnan(at), at[up], at)
    access = np.where(access == 0, access[up], access)
    place = np.cumsum(platform) - 1
    ids, names = table.texts("stop_id"), table.texts("stop_name")
    children: dict[str, list[int]] = {}
    for row in np.flatnonzero(platform & (parent >= 0)).tolist():
        children.setdefault(ids[parent[row]], []).append(int(place[row]))
    chosen = np.flatnonzero(platform)
    _, station = np.unique(up[chosen], return_inverse=True)
    return _Stops(
        {ids[row]: int(place[row]) for row in chosen.tolist()},
        children,
        [ids[row] for row in chosen.tolist()],
        [names[row] or ids[row] for row in chosen.tolist()],
        at[chosen],
        station.astype(np.int64),
        access[chosen],
    )


def _routes(table: FeedFile, agency: FeedFile, checker: Checker) -> tuple[tuple[TransitRoute, ...], dict[str, int]]:
    zones = agency.column("agency_timezone")
    foreign = np.flatnonzero(
        np.isin(zones.codes, [c for c, word in enumerate(zones.words) if word not in BRITISH_TIME])
    )
    checker.problems.add(
        agency.file,
        foreign,
        lambda row: f"agency_timezone {zones.words[zones.codes[row]]!r} is not the time of the British Isles",
    )
    names = agency.texts("agency_name")
    by_id = {word: row for row, word in enumerate(agency.texts("agency_id"))}
    only = 0 if agency.rows == 1 else NOT_GIVEN
    agencies = checker.references(table, "agency_id", by_id, "agency.txt", only)
    types = checker.values(table, "route_type", checks.whole(0, 1_799))
    codes, words = table.column("route_type")
    modes = [mode_of(each) for each in types.tolist()]
    unknown = np.array([row for row, mode in enumerate(modes) if mode is None], np.int64)
    checker.problems.add(table.file, unknown, lambda row: f"route_type {words[codes[row]]!r} is no known mode")
    routes = tuple(
        TransitRoute(short or long, long, mode or "other", names[row] if row >= 0 else "")
        for short, long, mode, row in zip(
            table.texts("route_short_name"), table.texts("route_long_name"), modes, agencies.tolist(), strict=True
        )
    )
    return routes, checker.names(table, "route_id")


def _calls(table: FeedFile, trip_rows: dict[str, int], stops: _Stops, checker: Checker) -> _Calls:
    """Read the calls; if each is sound by itself, check that time never runs backwards on a trip."""
    problems, before = checker.problems, checker.problems.count
    trip = checker.references(table, "trip_id", trip_rows, "trips.txt")
    stop = checker.references(table, "stop_id", stops.rows, "stops.txt as a stop with location_type 0")
    arrive = checker.values(table, "arrival_time", checks.clock, NOT_GIVEN)
    depart = checker.values(table, "departure_time", checks.clock, NOT_GIVEN)
    sequence = checker.values(table, "stop_sequence", checks.whole(0, 999_999_999))
    on = checker.values(table, "pickup_type", checks.whole(0, _DRIVER), 0)
    off = checker.values(table, "drop_off_type", checks.whole(0, _DRIVER), 0)
    order = np.lexsort((sequence, trip))
    trip, stop, arrive, depart, sequence = (each[order] for each in (trip, stop, arrive, depart, sequence))
    arrive, depart = np.where(arrive < 0, depart, arrive), np.where(depart < 0, arrive, depart)
    flags = np.where(on == 1, NO_BOARDING, 0) | np.where(off == 1, NO_ALIGHTING, 0)
    flags |= np.where((on >= _PHONE) | (off >= _PHONE), ARRANGED, 0)
    flags = flags[order] | np.where(arrive < 0, INTERPOLATED, 0)
    count = np.bincount(trip, minlength=len(trip_rows))
    first = np.concatenate([np.zeros(1, np.int64), np.cumsum(count)[:-1]])
    same = trip[1:] == trip[:-1]
    names = table.column("trip_id")

    def told(what: str) -> Callable[[int], str]:
        return lambda row: f"of trip {names.words[names.codes[row]]!r} {what}"

    if problems.count == before:
        problems.add(table.file, order[1:][same & (sequence[1:] == sequence[:-1])], told("repeats its stop_sequence"))
        ends = np.unique(np.concatenate([first[count > 0], (first + count - 1)[count > 0]]))
        problems.add(table.file, order[ends[arrive[ends] < 0]], told("is its first or last call and has no time"))
    if problems.count == before:
        arrive, depart = _interpolated(arrive, depart)
        problems.add(table.file, order[depart < arrive], told("departs before it arrives"))
        late = np.flatnonzero(same & (arrive[1:] < depart[:-1])) + 1
        problems.add(table.file, order[late], told("arrives before it departed from the call before"))
    return _Calls(stop, arrive, depart, flags.astype(np.uint8), first, count)


def _interpolated(arrive: Ints, depart: Ints) -> tuple[Ints, Ints]:
    """Put calls without a time evenly between those before and after that have one."""
    given = np.flatnonzero(arrive >= 0)
    lacking = np.flatnonzero(arrive < 0)
    if not len(lacking):
        return arrive, depart
    after = np.searchsorted(given, lacking)
    before, after = given[after - 1], given[after]
    between = depart[before] + (arrive[after] - depart[before]) * (lacking - before) // (after - before)
    arrive, depart = arrive.copy(), depart.copy()
    arrive[lacking] = depart[lacking] = between
    return arrive, depart


def _runs(table: FeedFile, trip_rows: dict[str, int], calls: _Calls, checker: Checker) -> _Runs:
    """List the trips with at least two calls; one with a frequency runs once in every headway."""
    trip = checker.references(table, "trip_id", trip_rows, "trips.txt")
    start = checker.values(table, "start_time", checks.clock)
    end = checker.values(table, "end_time", checks.clock)
    headway = checker.values(table, "headway_secs", checks.whole(1, 86_400))
    exact = checker.values(table, "exact_times", checks.whole(0, 1), 0)
    ends = table.column("end_time")
    checker.problems.add(
        table.file,
        np.flatnonzero(end <= start),
        lambda row: f"end_time {ends.words[ends.codes[row]]!r} is not after the start_time",
    )
    if checker.problems.count:
        return _Runs(*np.zeros((3, 0), np.int64))
    fixed = calls.count > 1
    fixed[trip] = False
    useful = np.flatnonzero(calls.count[trip] > 1)
    trip, start, end, headway, exact = (each[useful] for each in (trip, start, end, headway, exact))
    times = -((start - end) // headway)
    which = np.repeat(np.arange(len(trip)), times)
    turn = np.arange(len(which)) - np.repeat(np.cumsum(times) - times, times)
    leaves = start[which] + turn * headway[which]
    plain = np.flatnonzero(fixed)
    none = np.zeros(len(plain), np.int64)
    return _Runs(
        np.concatenate([plain, trip[which]]),
        np.concatenate([none, leaves - calls.depart[calls.first[trip[which]]]]),
        np.concatenate([none, np.where(exact[which] == 1, 0, headway[which])]),
    )


def _transfers(table: FeedFile, stops: _Stops, checker: Checker) -> NDArray[np.int32]:
    """Read rows of stop, stop and least seconds (-1: forbidden); those of stations hold for each of their stops."""
    kind = checker.values(table, "transfer_type", checks.whole(0, 5), 0)
    least = checker.values(table, "min_transfer_time", checks.whole(0, 86_400), 0)
    places: dict[str, list[int]] = {**stops.children, **{name: [row] for name, row in stops.rows.items()}}
    ends = [table.texts(f"{end}_stop_id") for end in ("from", "to")]
    narrow = [table.texts(f"{end}_{what}_id") for end in ("from", "to") for what in ("route", "trip")]
    made: list[tuple[int, int, int]] = []
    for row, (one, other) in enumerate(zip(*ends, strict=True)):
        if kind[row] > FORBIDDEN or any(words[row] for words in narrow):
            continue
        seconds = NOT_GIVEN if kind[row] == FORBIDDEN else int(least[row]) if kind[row] == MINIMUM else 0
        for stop in {one, other} - places.keys():
            checker.problems.of_row(table.file, row, f"stop {stop!r} is not in stops.txt")
        made += [(a, b, seconds) for a in places.get(one, []) for b in places.get(other, [])]
    return np.array(made, np.int32).reshape(-1, 3)


def _remarks(stops: _Stops, calls: _Calls, trips: int, transfers: FeedFile) -> tuple[str, ...]:
    """Say what a sound feed holds that cannot be used, or only partly."""
    nowhere = int(np.isnan(stops.at[:, 0]).sum())
    short = trips - int((calls.count > 1).sum())
    between = int(((calls.flags & INTERPOLATED) > 0).sum())
    narrow = sum(
        any(words)
        for words in zip(
            *(transfers.texts(f"{end}_{what}_id") for end in ("from", "to") for what in ("route", "trip")), strict=True
        )
    )
    told: list[tuple[int, str]] = [
        (nowhere, "stops have no coordinates: trips call there, but nobody is walked to them"),
        (short, "trips have fewer than two calls and are left out"),
        (between, "calls have no time of their own and are put evenly between those that have"),
        (narrow, "transfers hold for particular routes or trips and are left out"),
    ]
    return tuple(f"{count:,} {text}" for count, text in told if count)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
