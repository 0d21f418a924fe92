"""Compare the model of local rides with the quickest ways in the feeds of Newport and Chester; print its constants.

    python benchmarks/buses.py --feeds DIR

DIR holds ``newport-20230613_gtfs.zip`` and ``chester-20230816-small_gtfs.zip`` (datasciencecampus/
transport-network-performance 51ee214), which do not ship with nearhome. Between 150 random postcodes near stops of each
feed and 25 others, the quickest way is found for a start every ten minutes from 10:00 to 15:00, by a connection scan
with walks of up to 1.2 km to and from stops and 300 m between them. Needs numba.
"""

from __future__ import annotations

import argparse
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numba
import numpy as np
import pandas as pd
from scipy.optimize import least_squares
from scipy.spatial import cKDTree

from nearhome.data.base import coordinates
from nearhome.data.places import postcodes
from nearhome.geo.transit import buses

FEEDS = {
    "Newport": ("newport-20230613_gtfs.zip", "20230614"),
    "Chester": ("chester-20230816-small_gtfs.zip", "20230816"),
}
"""File and a Wednesday in it."""

ORIGINS, DESTINATIONS = 150, 25
STARTS = range(10 * 3600, 15 * 3600, 600)
WALK_TO_STOP_M, WALK_BETWEEN_M, NEAR_M = 1200.0, 300.0, 500.0
SECONDS_PER_METRE = 1.3 / 4.8 * 3.6
KM = (1.5, 15.0)
RIDE_KM = (1, 2, 3, 5, 8, 12, 20)
NEVER = 1e9


@dataclass(frozen=True)
class Feed:
    """One day of a feed: connections by departure, stops in metres, walks between stops, trips calling at midday."""

    stops: np.ndarray
    start: np.ndarray
    end: np.ndarray
    departs: np.ndarray
    arrives: np.ndarray
    trip: np.ndarray
    midday: dict[int, set[int]]
    calls: pd.DataFrame


def main() -> None:
    """Print rides, waits and ways of both feeds, and how the model meets them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=Path, required=True, help="the folder of the two feeds")
    folder = parser.parse_args().feeds
    ways = []
    for name, (file, day) in FEEDS.items():
        feed = read(folder / file, day)
        rides(name, feed)
        ways.append(journeys(feed).assign(feed=name))
    judge(pd.concat(ways, ignore_index=True))


def read(path: Path, day: str) -> Feed:
    """Read the trips of one Wednesday; the feeds have no exceptions in their calendars."""
    with zipfile.ZipFile(path) as archive:
        tables = {
            name: pd.read_csv(archive.open(f"{name}.txt"), dtype=str, encoding="utf-8-sig")
            for name in ("calendar", "trips", "stop_times", "stops")
        }
    calendar, trips = tables["calendar"], tables["trips"]
    running = calendar[(calendar["wednesday"] == "1") & (calendar["start_date"] <= day) & (calendar["end_date"] >= day)]
    wanted = trips.loc[trips["service_id"].isin(running["service_id"]), "trip_id"]
    calls = tables["stop_times"][tables["stop_times"]["trip_id"].isin(wanted)].copy()
    for name in ("arrival", "departure"):
        parts = calls[f"{name}_time"].str.split(":", expand=True).astype(int)
        calls[name] = parts[0] * 3600 + parts[1] * 60 + parts[2]
    stops = tables["stops"][tables["stops"]["stop_id"].isin(calls["stop_id"])].reset_index(drop=True)
    calls["stop"] = calls["stop_id"].map(dict(zip(stops["stop_id"], stops.index, strict=True)))
    calls["trip"] = calls["trip_id"].astype("category").cat.codes
    calls["sequence"] = calls["stop_sequence"].astype(int)
    calls = calls.sort_values(["trip", "sequence"])
    same = calls["trip"].to_numpy()[1:] == calls["trip"].to_numpy()[:-1]
    before, after = calls[:-1][same], calls[1:][same]
    order = np.argsort(before["departure"].to_numpy(), kind="stable")
    midday = calls[(calls["departure"] >= 11 * 3600) & (calls["departure"] < 16 * 3600)]
    return Feed(
        np.column_stack(coordinates.to_metres(stops["stop_lat"].astype(float), stops["stop_lon"].astype(float))),
        before["stop"].to_numpy()[order],
        after["stop"].to_numpy()[order],
        before["departure"].to_numpy(float)[order],
        after["arrival"].to_numpy(float)[order],
        before["trip"].to_numpy(np.int64)[order],
        midday.groupby("stop")["trip"].agg(set).to_dict(),
        calls,
    )


def rides(name: str, feed: Feed) -> None:
    """Print minutes between two stops of one bus by crow distance, and how fast buses advance between stops."""
    metres = np.hypot(*(feed.stops[feed.start] - feed.stops[feed.end]).T)
    kph = metres.sum() / (feed.arrives - feed.departs).sum() * 3.6
    rng = np.random.default_rng(1)
    found = []
    for _, trip in feed.calls.groupby("trip"):
        stop, arrival, departure = (trip[column].to_numpy() for column in ("stop", "arrival", "departure"))
        for one, other in np.sort(rng.integers(0, len(stop), (7, 2)), axis=1):
            away = np.hypot(*(feed.stops[stop[one]] - feed.stops[stop[other]])) / 1000
            found.append((away, (arrival[other] - departure[one]) / 60))
    table = pd.DataFrame(found, columns=["km", "minutes"])
    medians = table.groupby(pd.cut(table["km"], RIDE_KM), observed=True)["minutes"].median()
    print(
        f"{name}: {feed.trip.max() + 1} trips, {len(feed.stops)} stops, {kph:.0f} km/h between stops, as the crow flies"
    )
    print("  median ride by km:", ", ".join(f"{band}: {minutes:.0f} min" for band, minutes in medians.items()))


@numba.njit(cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def scan(earliest, start, end, departs, arrives, trip, walk_from, walk_to, walk_seconds, first):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201, PLR0913, PLR0917 -- compiled
    """Give the earliest arrival at every stop and the buses taken to it, from the times one can be at each on foot."""
    aboard = np.zeros(trip.max() + 1, np.int64)
    taken = np.zeros(len(earliest), np.int64)
    for c in range(first, len(start)):
        t = trip[c]
        if aboard[t] == 0 and earliest[start[c]] <= departs[c]:
            aboard[t] = taken[start[c]] + 1
        if aboard[t] and arrives[c] < earliest[end[c]]:
            earliest[end[c]] = arrives[c]
            taken[end[c]] = aboard[t]
            for k in range(walk_from[end[c]], walk_from[end[c] + 1]):
                if arrives[c] + walk_seconds[k] < earliest[walk_to[k]]:
                    earliest[walk_to[k]] = arrives[c] + walk_seconds[k]
                    taken[walk_to[k]] = aboard[t]
    return earliest, taken


def journeys(feed: Feed) -> pd.DataFrame:
    """Find ways between random postcodes: the best and the median over all starts, minutes, and the buses taken."""
    tree = cKDTree(feed.stops)
    pairs = tree.query_pairs(WALK_BETWEEN_M, output_type="ndarray")
    pairs = np.concatenate([pairs, pairs[:, ::-1]])
    pairs = pairs[np.argsort(pairs[:, 0], kind="stable")]
    walk_from = np.searchsorted(pairs[:, 0], np.arange(len(feed.stops) + 1))
    walk_to = pairs[:, 1].copy()
    walk_seconds = np.hypot(*(feed.stops[pairs[:, 0]] - feed.stops[walk_to]).T) * SECONDS_PER_METRE + 60
    points = np.column_stack(postcodes.shipped().all_points()).astype(float)
    nearest, _ = tree.query(points, distance_upper_bound=NEAR_M)
    rng = np.random.default_rng(1)
    homes = points[rng.choice(np.flatnonzero(nearest < NEAR_M), 400, replace=False)]
    hourly = np.array([_runs(feed, tree, home) for home in homes])
    homes, hourly = homes[hourly > 0], hourly[hourly > 0]
    walks = [np.array(stops) for stops in tree.query_ball_point(homes, WALK_TO_STOP_M)]
    seconds = [np.hypot(*(feed.stops[s] - h).T) * SECONDS_PER_METRE for s, h in zip(walks, homes, strict=True)]
    closest, _ = tree.query(homes)
    found = []
    for one in range(min(ORIGINS, len(homes))):
        others = rng.choice(len(homes), DESTINATIONS)
        minutes, taken = np.full((len(STARTS), DESTINATIONS), NEVER), np.zeros((len(STARTS), DESTINATIONS))
        for at, begin in enumerate(STARTS):
            earliest = np.full(len(feed.stops), NEVER)
            earliest[walks[one]] = begin + seconds[one]
            first = int(np.searchsorted(feed.departs, begin))
            arrival, count = scan(
                earliest,
                feed.start,
                feed.end,
                feed.departs,
                feed.arrives,
                feed.trip,
                walk_from,
                walk_to,
                walk_seconds,
                first,
            )
            for number, other in enumerate(others):
                there = arrival[walks[other]] + seconds[other]
                best = int(np.argmin(there))
                minutes[at, number], taken[at, number] = (there[best] - begin) / 60, count[walks[other][best]]
        km = np.hypot(*(homes[others] - homes[one]).T) / 1000
        for number, other in enumerate(others):
            middle = np.median(minutes[:, number])
            stops_m = closest[one] + closest[other]
            ends = hourly[one], hourly[other]
            found.append(
                (
                    km[number],
                    min(ends),
                    max(ends),
                    minutes[:, number].min(),
                    middle,
                    np.median(taken[:, number]),
                    stops_m,
                )
            )
    return pd.DataFrame(found, columns=["km", "runs", "most", "best", "median", "buses", "stops_m"])


def _runs(feed: Feed, tree: cKDTree, home: np.ndarray) -> float:
    """Count the runs an hour within reach at midday, each trip once."""
    trips: set[int] = set()
    for stop in tree.query_ball_point(home, NEAR_M):
        trips |= feed.midday.get(stop, set())
    return len(trips) / 5


def judge(ways: pd.DataFrame) -> None:
    """Print the constants these ways would give, and how the model's own meet them."""
    ways = ways[ways["km"].between(*KM) & (ways["median"] < 400)]  # noqa: PLR2004 -- the rest is never served
    ways = ways.assign(wait=(ways["median"] - ways["best"]) * np.sqrt(ways["runs"]))
    print(f"{len(ways)} pairs; the two walks take {_walks(ways).median():.1f} minutes in the median")
    print(f"  wait times the root of runs, tenths and median: {_tenths(ways['wait'])}")
    for label, some in (("busy end", ways["most"] >= buses.BUSY_RUNS), ("elsewhere", ways["most"] < buses.BUSY_RUNS)):
        part = ways[some]
        changes = (part["buses"] - 1).clip(0)
        timed = least_squares(
            lambda p, part=part, changes=changes: p[0] + p[1] * part["km"] + p[2] * changes - part["best"],
            (10, 3, 5),
            loss="soft_l1",
            f_scale=5,
        ).x
        grown = least_squares(
            lambda p, part=part, changes=changes: p[0] * (1 - np.exp(-part["km"] / p[1])) - changes, (1, 5)
        ).x
        print(
            f"  {label}: {len(part)} pairs, best = {timed[0]:.1f} + {timed[1]:.2f} km + {timed[2]:.1f} a change; ",
            end="",
        )
        print(f"changes = {grown[0]:.2f} (1 - exp(-km / {grown[1]:.1f}))")
    ends = [
        buses.LocalService(
            ways[name].to_numpy(), ways["stops_m"].to_numpy() / 2, np.ones(len(ways), bool), _no_wait(len(ways))
        )
        for name in ("runs", "most")
    ]
    model = buses.ride(ways["km"].to_numpy(), *ends)
    timed = model.minutes.low / buses.LOW_SHARE
    print(f"  best over model, tenths and median: {_tenths(ways['best'] / timed)}")
    print(f"  median over model: {_tenths(ways['median'] / model.minutes.typical)}")
    inside = (ways["median"] >= model.minutes.low) & (ways["median"] <= model.minutes.high)
    print(f"  {inside.mean():.0%} of the medians lie between low and high")
    for feed, part in (ways["median"] / model.minutes.typical).groupby(ways["feed"]):
        print(f"  {feed}: {_tenths(part)}")


def _walks(ways: pd.DataFrame) -> pd.Series[float]:
    return ways["stops_m"] * SECONDS_PER_METRE / 60


def _no_wait(count: int) -> buses.Span:
    return buses.Span(*(np.zeros(count) for _ in range(3)))


def _tenths(values: pd.Series[float]) -> str:
    low, middle, high = np.quantile(values, (0.1, 0.5, 0.9))
    return f"{low:.2f}, {middle:.2f}, {high:.2f}"


if __name__ == "__main__":
    main()
