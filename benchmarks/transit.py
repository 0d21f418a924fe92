"""Compare nearhome's timetable scans with other engines, on generated days of up to the size of Great Britain.

    python benchmarks/transit.py [--peers all|none|ferrobus,nigiri,...] [--quick]

The days are made by ``transit_days.py``; peers (``transit_peers.py``) are for comparison only and skipped where they
are not installed. Their answers are compared with nearhome's in the same run. Tables are printed as Markdown.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import transit_peers
from measure import DisagreementError, Line, Timing, machine, measure, measure_each, progress, seconds, table
from transit_days import BUS, DAY, RAIL, Kind, generate

from nearhome.geo.timetables import connection_scan, journeys
from nearhome.geo.timetables.timetable import ServiceDay, Timetable
from nearhome.geo.timetables.transfers import NEVER, Walking

if TYPE_CHECKING:
    from nearhome.geo.timetables.connection_scan import Ends

GOALS = 140
FAMILIES = 20
WALK_SECONDS = 300
ANY_CHANGES = 30
SESSION = 14 * 3600, 16 * 3600
"""A visit from two to four."""

PUT_TOGETHER, SORT = "day put together", "connections sorted, both ways"
LATEST_ONE, LATEST_ALL = "latest departures, all stops to 1 prison", f"latest departures, all stops to {GOALS} prisons"
EARLIEST = "earliest arrivals, 1 place to all stops"
PROFILE = "whole day, all stops to 1 prison"
FAMILY = "one family's day, there and back, by changes"
TASKS = (PUT_TOGETHER, SORT, LATEST_ONE, LATEST_ALL, EARLIEST, PROFILE, FAMILY)

DAYS: tuple[tuple[str, Kind, float], ...] = (
    ("rail / 10", RAIL.scaled(0.1), 6_000.0),
    ("rail", RAIL, 6_000.0),
    ("bus / 100", BUS.scaled(0.01), 1_500.0),
    ("bus / 10", BUS.scaled(0.1), 1_500.0),
    ("bus", BUS, 1_500.0),
)
"""Name, kind, and metres around a place in which it has stops."""

TARGETS = (("rail", LATEST_ALL, 0.2), ("bus", LATEST_ALL, 5.0), ("bus", FAMILY, 0.3))


@dataclass
class Result:
    """What was measured on one day."""

    name: str
    stops: int
    connections: int
    footpaths: int
    reached: float = 0.0
    ours: dict[str, Timing] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def main() -> None:
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", default="all", help=f"all, none or some of {', '.join(transit_peers.PEERS)}")
    parser.add_argument("--quick", action="store_true", help="the smallest rail day only")
    chosen = parser.parse_args()
    wanted = {"all": list(transit_peers.PEERS), "none": []}.get(chosen.peers, chosen.peers.split(","))
    unknown = sorted(set(wanted) - set(transit_peers.PEERS))
    if unknown:
        parser.error(f"no such peer: {', '.join(unknown)}")
    heading = machine()
    results = []
    with tempfile.TemporaryDirectory() as scratch:
        for name, kind, metres in DAYS[:1] if chosen.quick else DAYS:
            progress(f"{name}: {kind.stops:,} stops")
            results.append(on_day(name, kind, metres, Path(scratch), wanted))
    print(report(results, heading))


def on_day(name: str, kind: Kind, metres: float, folder: Path, wanted: list[str]) -> Result:
    """Make a day and measure nearhome and its peers on it."""
    feed = generate(kind)
    timetable = Timetable((feed,))
    walking = Walking(most_metres=400.0)
    timetable.on(DAY, walking)  # finds the footpaths, which it keeps
    put_together, day = measure(lambda: timetable.put_together(DAY, walking), 3)
    sort, _ = measure(lambda: (day.connections.sorted(), day.connections.turned()), 1)
    result = Result(name, len(feed.stop_lat), len(day.connections.leave), len(day.footpaths.other))
    result.ours = {PUT_TOGETHER: put_together, SORT: sort}
    nearhome(result, day, places(day, metres))
    if wanted:
        progress(f"{name}: peers")
        result.lines, result.left_out = transit_peers.compare(feed, folder, wanted)
    return result


def places(day: ServiceDay, metres: float) -> list[Ends]:
    """Choose places for prisons at random, each with the stops around it."""
    chosen = np.random.default_rng(3).choice(np.flatnonzero(day.served), GOALS)
    return [
        connection_scan.around(day, float(day.stops.lat[stop]), float(day.stops.lon[stop]), metres) for stop in chosen
    ]


def nearhome(result: Result, day: ServiceDay, prisons: list[Ends]) -> None:
    """Measure nearhome once its loops are compiled, and check that both directions agree."""
    latest = connection_scan.latest_departures(day, prisons[:1], SESSION[0])[0]
    connection_scan.earliest_arrivals(day, prisons[:1], SESSION[1])
    connection_scan.profiles(day, prisons[0])
    result.ours[LATEST_ONE], _ = measure(lambda: connection_scan.latest_departures(day, prisons[:1], SESSION[0]), 5)
    result.ours[LATEST_ALL], found = measure(lambda: connection_scan.latest_departures(day, prisons, SESSION[0]), 3)
    result.reached = float((found > -NEVER).mean())
    result.ours[EARLIEST], _ = measure(lambda: connection_scan.earliest_arrivals(day, prisons[:1], SESSION[1]), 5)
    result.ours[PROFILE], _ = measure(lambda: connection_scan.profiles(day, prisons[0]), 3)
    homes = np.random.default_rng(4).choice(np.flatnonzero((latest > 0) & (latest < SESSION[0] - 3600)), FAMILIES)
    doors = [connection_scan.ends(day, int(stop), WALK_SECONDS) for stop in homes]

    def visit(door: Ends) -> None:
        journeys.options(day, door, prisons[0], arrive=SESSION[0])
        journeys.options(day, prisons[0], door, depart=SESSION[1])

    visit(doors[0])
    result.ours[FAMILY], _ = measure_each(visit, doors)
    for stop, door in zip(homes.tolist(), doors, strict=True):
        best = journeys.options(day, door, prisons[0], arrive=SESSION[0], most_changes=ANY_CHANGES)[-1].depart
        if best != int(latest[stop]) - WALK_SECONDS:
            msg = f"the scan leaves stop {stop} at {latest[stop]}, the rounds leave its door at {best}"
            raise DisagreementError(msg)


def report(results: list[Result], heading: str) -> str:
    """Write all tables."""
    grown = table(
        ("", *(result.name for result in results)),
        [
            ("stops", *(f"{result.stops:,}" for result in results)),
            ("connections", *(f"{result.connections:,}" for result in results)),
            ("footpaths", *(f"{result.footpaths:,}" for result in results)),
            ("stops from which a prison is reached", *(f"{result.reached:.1%}" for result in results)),
            *((task, *(seconds(result.ours[task].wall) for result in results)) for task in TASKS),
        ],
    )
    by_name = {result.name: result for result in results}
    goals = [
        (f"{name}: {task}", seconds(most), seconds(by_name[name].ours[task].wall), _reached(by_name[name], task, most))
        for name, task, most in TARGETS
        if name in by_name
    ]
    rows = [
        (
            result.name,
            line.engine,
            line.task,
            seconds(line.timing.wall),
            seconds(line.timing.cpu),
            line.agreement or "-",
            line.note,
        )
        for result in results
        for line in result.lines
    ]
    parts = [
        f"{heading}.",
        "### nearhome, by the clock",
        grown,
        *(["### Figures to reach", table(("figure, at most", "goal", "measured", "reached"), goals)] if goals else []),
    ]
    if rows:
        heads = ("day", "engine", "task", "clock", "processor", "agreement", "note")
        parts += ["### Other engines", table(heads, rows)]
    left_out = [f"- {result.name}: {text}" for result in results for text in result.left_out]
    return "\n\n".join([*parts, "\n".join(left_out)])


def _reached(result: Result, task: str, most: float) -> str:
    return "yes" if result.ours[task].wall <= most else "no"


if __name__ == "__main__":
    main()
