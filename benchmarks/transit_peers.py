"""Other timetable engines on the same generated days: ferrobus, nigiri and a RAPTOR in plain Python.

None gives latest departures for all stops. So all are compared with nearhome at what each can do, from one stop:
ferrobus and the plain RAPTOR all arrivals, nigiri those at a few stops, one after the other. Walks between stops are
left out for this, and changes take what the peer takes, so that the answers can be the same.
"""

from __future__ import annotations

import os
import zipfile
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
from measure import Line, Timing, close, measure, measure_each, same
from transit_days import DAY, write_gtfs

from nearhome.geo.timetables import connection_scan, journeys
from nearhome.geo.timetables.timetable import ServiceDay, Timetable
from nearhome.geo.timetables.transfers import NEVER, Walking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from nearhome.geo.gtfs.feeds import Feed

DEPART = 8 * 3600
ARRIVALS = "arrivals at all stops from one"
PAIR = "arrival at one stop from another"
PREPARE = "prepare"
MOST_CHANGES = 12

RAPTOR_STOPS, FERROBUS_STOPS, NIGIRI_PAIRS = 3, 20, 200
"""So much is asked of each."""

MOST_CONNECTIONS = {"RAPTOR in Python": 300_000, "ferrobus": 2_000_000, "nigiri": 12_000_000}
"""On larger days an engine would take many minutes, or more memory than there is."""

_NIGIRI_CHANGE, _FERROBUS_CHANGE, _LEAST_CHANGE = 120, 0, 1


def compare(feed: Feed, folder: Path, wanted: list[str]) -> tuple[list[Line], list[str]]:
    """Run the peers that are wanted and installed; their lines, and what was left out and why."""
    lines: list[Line] = []
    left_out = []
    for name in wanted:
        module, work = PEERS[name]
        connections = int((feed.trip_count - 1).sum())
        if module and find_spec(module) is None:
            left_out.append(f"{name}: not installed")
        elif connections > MOST_CONNECTIONS[name]:
            left_out.append(f"{name}: not run on more than {MOST_CONNECTIONS[name]:,} connections")
        else:
            lines += work(feed, folder)
    return lines, left_out


def nearhome(feed: Feed, change_seconds: int, origins: list[int]) -> tuple[ServiceDay, NDArray[np.int32]]:
    """Ask nearhome for the arrivals at all stops, without walks, with one time to change everywhere.

    Nearhome's least time to change is a second. For engines that change in none, everything arrives a second early.
    """
    early = int(change_seconds == 0)
    change_seconds += early
    walking = Walking(most_metres=0.0, change_seconds=change_seconds, rail_change_seconds=change_seconds)
    day = Timetable((feed,)).on(DAY, walking)
    day.connections.arrives[:] -= early
    places = [connection_scan.ends(day, stop) for stop in origins]
    found = connection_scan.earliest_arrivals(day, places, DEPART)
    return day, np.where((found > DEPART) & (found < NEVER), found + early, found)


def busy_stops(feed: Feed, count: int) -> list[int]:
    """Choose stops by how much calls there, the busiest first."""
    busiest = np.argsort(-np.bincount(feed.call_stop, minlength=len(feed.stop_lat)), kind="stable")
    return [int(stop) for stop in busiest[:count]]


def raptor(feed: Feed, folder: Path) -> list[Line]:  # noqa: ARG001 -- every peer is called alike
    """Run the textbook algorithm in plain Python, without any package."""
    origins = busy_stops(feed, RAPTOR_STOPS)
    day, ours = nearhome(feed, _LEAST_CHANGE, origins)
    prepared, network = measure(lambda: _patterns(feed), 1)
    timing, theirs = measure_each(lambda stop: _raptor(network, stop, len(feed.stop_lat)), origins)
    mine, _ = measure(
        lambda: connection_scan.earliest_arrivals(day, [connection_scan.ends(day, origins[0])], DEPART), 5
    )
    agreement = same("The plain RAPTOR", theirs, ours.astype(np.int64))
    return [
        Line("RAPTOR in Python", PREPARE, prepared),
        Line("RAPTOR in Python", ARRIVALS, timing, agreement, ratio(timing, mine)),
    ]


def ferrobus(feed: Feed, folder: Path) -> list[Line]:
    """Run ferrobus, on streets that join the stops in a line too long to walk between most of them."""
    import ferrobus as engine

    origins = busy_stops(feed, FERROBUS_STOPS)
    streets, unpacked = folder / f"{feed.name}.osm.pbf", unpack(feed, folder)
    _streets(feed, streets)
    with quiet():
        prepared, model = measure(lambda: engine.create_transit_model(str(streets), [str(unpacked)], DAY, 1), 1)
        points = [_point(engine, model, lat, lon) for lat, lon in zip(feed.stop_lat, feed.stop_lon, strict=True)]
    known = [row for row, point in enumerate(points) if point is not None]
    goals = [points[row] for row in known]
    origins = [stop for stop in origins if points[stop] is not None]
    day, ours = nearhome(feed, _FERROBUS_CHANGE, origins)
    timing, told = measure_each(
        lambda stop: engine.find_routes_one_to_many(model, points[stop], goals, DEPART, MOST_CHANGES), origins
    )
    mine, _ = measure(
        lambda: connection_scan.earliest_arrivals(day, [connection_scan.ends(day, origins[0])], DEPART), 5
    )
    theirs, expected = [], []
    for row, answers in zip(ours, told, strict=True):
        for stop, answer in zip(known, answers, strict=True):
            if answer is not None and answer["used_transit"] and row[stop] < NEVER:
                theirs.append(answer["travel_time_seconds"])
                expected.append(int(row[stop]) - DEPART)
    return [
        Line("ferrobus", PREPARE, prepared),
        Line("ferrobus", ARRIVALS, timing, close(theirs, expected, 60.0), ratio(timing, mine)),
    ]


def nigiri(feed: Feed, folder: Path) -> list[Line]:
    """Run nigiri through pynigiri, pair by pair; it keeps whole minutes and takes two to change."""
    import pynigiri as engine

    unpacked = unpack(feed, folder)
    first, last = DAY - timedelta(days=1), DAY + timedelta(days=2)
    apart = engine.FinalizeOptions()
    apart.merge_dupes_intra_src = False
    source = engine.TimetableSource("gtfs", str(unpacked))
    with quiet():
        prepared, table = measure(lambda: engine.load_timetable([source], f"{first}", f"{last}", apart), 1)
    origins = busy_stops(feed, 20)
    day, ours = nearhome(feed, _NIGIRI_CHANGE, origins)
    rng = np.random.default_rng(5)
    pairs = []
    for row in rng.permutation(np.repeat(np.arange(len(origins)), NIGIRI_PAIRS // len(origins))).tolist():
        reached = np.flatnonzero((ours[row] < NEVER) & (ours[row] > DEPART))
        pairs.append((row, int(rng.choice(reached))))
    start = int(datetime(DAY.year, DAY.month, DAY.day, 7, tzinfo=UTC).timestamp()) // 60

    def ask(pair: tuple[int, int]) -> int:
        query = engine.Query()
        query.start = [engine.Offset(table.find_location(f"s{origins[pair[0]]}"), 0, 0)]
        query.destination = [engine.Offset(table.find_location(f"s{pair[1]}"), 0, 0)]
        query.start_match_mode = query.dest_match_mode = engine.LocationMatchMode.EXACT
        query.use_start_footpaths = False
        query.max_transfers = MOST_CHANGES
        query.start_time = start
        found = engine.route(table, query)
        arrivals = [_called(way.arrival_time) for way in found]
        return (min(arrivals) - start) * 60 if arrivals else NEVER

    timing, theirs = measure_each(ask, pairs)
    mine, _ = measure_each(
        lambda pair: connection_scan.earliest_arrivals(day, [connection_scan.ends(day, origins[pair[0]])], DEPART),
        pairs[:20],
    )
    expected = [_with_few_changes(day, origins[row], stop) for row, stop in pairs]
    note = f"{ratio(timing, mine)}, which answers for all stops in that time"
    return [Line("nigiri", PREPARE, prepared), Line("nigiri", PAIR, timing, close(theirs, expected, 30.0), note)]


PEERS: dict[str, tuple[str, Callable[[Feed, Path], list[Line]]]] = {
    "RAPTOR in Python": ("", raptor),
    "ferrobus": ("ferrobus", ferrobus),
    "nigiri": ("pynigiri", nigiri),
}


def ratio(theirs: Timing, ours: Timing) -> str:
    """Say how many times as long a peer takes, by the processor's clock."""
    return f"{theirs.cpu / ours.cpu:,.1f} times nearhome"


def unpack(feed: Feed, folder: Path) -> Path:
    """Write a feed as a folder of GTFS files, once."""
    unpacked = folder / feed.name
    if not unpacked.is_dir():
        archive = folder / f"{feed.name}.zip"
        write_gtfs(feed, archive)
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(unpacked)
    return unpacked


@contextmanager
def quiet() -> Iterator[None]:
    """Keep what engines print below Python's own streams off the screen."""
    kept = os.dup(2)
    nothing = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)


def _called(value: Any) -> int:
    """Give a value that some versions of the binding hold as a method."""
    return int(value() if callable(value) else value)


def _with_few_changes(day: ServiceDay, origin: int, goal: int) -> int:
    """Give the seconds to a stop with no more changes than the peers may make; NEVER where there is no way."""
    ends = connection_scan.ends(day, origin), connection_scan.ends(day, goal)
    found = journeys.options(day, *ends, depart=DEPART, most_changes=MOST_CHANGES)
    return found[-1].arrive - DEPART if found else NEVER


def _point(engine: Any, model: Any, lat: float, lon: float) -> Any:
    """Make a ferrobus point; None where it finds no stop."""
    try:
        return engine.create_transit_point(float(lat), float(lon), model, 30, 1)
    except ValueError:
        return None


def _streets(feed: Feed, file: Path) -> None:
    """Write a footway through all stops, in their order."""
    import osmium

    stops = len(feed.stop_lat)
    writer = osmium.SimpleWriter(str(file), overwrite=True)
    for row in range(stops):
        where = float(feed.stop_lon[row]), float(feed.stop_lat[row])
        writer.add_node(osmium.osm.mutable.Node(id=row + 1, location=where))
    for row in range(stops - 1):
        writer.add_way(osmium.osm.mutable.Way(id=row + 1, nodes=[row + 1, row + 2], tags={"highway": "footway"}))
    writer.close()


Pattern = tuple[list[int], list[list[int]]]
Patterns = tuple[list[Pattern], dict[int, list[tuple[int, int]]]]


def _patterns(feed: Feed) -> Patterns:
    """Group trips by their stops, each group by departure; and say which groups call where."""
    grouped: dict[tuple[int, ...], list[list[int]]] = {}
    stops, times = feed.call_stop.tolist(), feed.call_depart.tolist()
    for first, count in zip(feed.trip_first.tolist(), feed.trip_count.tolist(), strict=True):
        grouped.setdefault(tuple(stops[first : first + count]), []).append(times[first : first + count])
    patterns = [(list(calls), sorted(trips)) for calls, trips in grouped.items()]
    calling: dict[int, list[tuple[int, int]]] = {}
    for number, (calls, _) in enumerate(patterns):
        for place, stop in enumerate(calls):
            calling.setdefault(stop, []).append((number, place))
    return patterns, calling


def _raptor(network: Patterns, origin: int, stops: int) -> list[int]:
    """Find arrivals round by round, after Delling, Pajor and Werneck; a change takes a second, as nearhome's least."""
    patterns, calling = network
    arrive = [NEVER] * stops
    arrive[origin] = DEPART
    ready = {origin: DEPART}
    while ready:
        queue: dict[int, int] = {}
        for stop in ready:
            for number, place in calling.get(stop, ()):
                queue[number] = min(queue.get(number, place), place)
        later: dict[int, int] = {}
        for number, start in queue.items():
            calls, trips = patterns[number]
            on: list[int] | None = None
            for place in range(start, len(calls)):
                stop = calls[place]
                if on is not None and place > 0 and on[place] < arrive[stop]:
                    arrive[stop] = on[place]
                    later[stop] = on[place] + _LEAST_CHANGE
                if place < len(calls) - 1 and stop in ready and (on is None or ready[stop] <= on[place]):
                    on = next((trip for trip in trips if trip[place] >= ready[stop]), on)
        ready = later
    return arrive
