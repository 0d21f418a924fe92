"""Compare nearhome's distances and drive times with independent references.

    python benchmarks/accuracy.py --checks DIR

DIR holds ``uk_city_road_miles_137.csv`` and ``uk_city_coords_70.csv`` (published mileages between cities) and
``drive_times_uk_2026.csv`` (a commercial engine's drive times, June 2026). Neither ships with nearhome. Speeds, what
traffic costs, and the detour of modelled local roads were calibrated on the even rows of the drive times, by the least
absolute error of the logarithm with a pull towards the speeds of before; the odd rows are held out. Those pairs were
chosen to last 25 to 52 minutes, which makes the far ones among them quick: read ratios, and beware of more parameters.
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from nearhome.data.base import coordinates
from nearhome.data.prisons import register
from nearhome.geo.places import find
from nearhome.geo.routing.router import Router

IMPOSSIBLE_SHORT = 1.0
"""No road is shorter than the crow flies: published miles below this times the crow distance are impossible."""

FAR_OFF = 0.1
"""Rows further off than this share are listed."""

TRIPS = (
    ("Bradford-on-Avon", "EEI", 13),
    ("Hull", "FNI", 34),
    ("Skegness", "NSI", 24),
    ("Oakham, Rutland", "SKI", 11),
    ("51.0688, -1.7945", "51.0632, -1.3080", 25),
    ("Peterborough", "Ely, Cambridgeshire", 34),
)
"""Trips and miles as generally known: Salisbury to Winchester, and Erlestoke, Full Sutton, North Sea Camp, Stocken."""

IMPOSSIBLE_LONG = 1.45
"""Published miles over this times the crow distance are too long where a way below it exists: nearhome found one."""


@dataclass(frozen=True)
class At:
    """A point."""

    lat: float
    lon: float


def main() -> None:
    """Print both comparisons."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checks", type=Path, required=True, help="the folder of reference files")
    folder = parser.parse_args().checks
    print(
        f"nearhome accuracy, {datetime.now(UTC):%d %B %Y}, Python {platform.python_version()}, {os.cpu_count()} cores"
    )
    started = time.perf_counter()
    router = Router.shipped()
    print(f"network: {len(router.network.lat):,} junctions, opened in {time.perf_counter() - started:.2f} s")
    shortest = Router(replace(router.network, deciseconds=router.network.edges.metres[router.network.edge]))
    city_miles(folder, router, shortest)
    short_trips(router, shortest)
    drive_times(folder, router)


def short_trips(router: Router, shortest: Router) -> None:
    """Compare short trips to prisons and between towns with generally known miles: a direction, not a reference."""
    print("\nShort trips, miles generally known, of the quickest and of the shortest way:")
    for start, end, known in TRIPS:
        a, b = (register.by_id(name) if name.isalpha() and name.isupper() else find.find(name) for name in (start, end))
        quick, short = (each.route(a, b).miles for each in (router, shortest))
        off = min(abs(quick / known - 1), abs(short / known - 1))
        print(f"  {start:>16} - {end:<18} {known:3d}  {quick:5.1f} {short:5.1f}  off by {off:.0%}")


def city_miles(folder: Path, router: Router, shortest: Router) -> None:
    """Compare miles with published mileages between cities, a list that mixes quickest and shortest ways."""
    with (folder / "uk_city_coords_70.csv").open(encoding="utf-8") as file:
        where = {row["city"]: At(float(row["lat"]), float(row["lon"])) for row in csv.DictReader(file)}
    with (folder / "uk_city_road_miles_137.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    all_ratios, ratios, impossible, off, nearer = [], [], [], [], []
    for row in rows:
        a, b = where[row["a"]], where[row["b"]]
        published = float(row["published_miles"])
        crow = coordinates.crow_miles(a.lat, a.lon, b.lat, b.lon)
        miles = router.route(a, b).miles
        line = f"  {row['a']:>16} - {row['b']:<16} published {published:6.1f}  nearhome {miles:6.1f}  crow {crow:6.1f}"
        all_ratios.append(miles / published)
        nearer.append(min(abs(each / published - 1) for each in (miles, shortest.route(a, b).miles)))
        too_long = published > IMPOSSIBLE_LONG * crow and miles < IMPOSSIBLE_LONG * crow
        if published < IMPOSSIBLE_SHORT * crow or too_long:
            impossible.append(line)
            continue
        ratios.append(miles / published)
        if abs(miles / published - 1) > FAR_OFF:
            off.append(f"{line}  ratio {miles / published:.2f}")
    ratio = np.array(ratios)
    every = np.array(all_ratios)
    print(f"\nPublished city mileages: {len(rows)} rows, {len(impossible)} of them impossible or too long:")
    print("\n".join(impossible) or "  none")
    within, all_within = (np.mean(np.abs(values - 1) <= FAR_OFF) for values in (ratio, every))
    print(f"  median ratio {np.median(ratio):.3f}; within 10 %: {within:.0%} of {len(ratio)}")
    print(f"  all rows: median ratio {np.median(every):.3f}; within 10 %: {all_within:.0%}")
    halves = ", ".join(f"{name} {np.median(every[first::2]):.3f}" for name, first in (("even", 0), ("odd", 1)))
    print(f"  all rows by half, medians (road lengths off the trunk network calibrated on the even rows): {halves}")
    print("  rows further off than 10 %:")
    print("\n".join(off) or "  none")
    odd = slice(1, None, 2)
    shares = [np.mean(np.abs(every[odd] - 1) <= FAR_OFF), np.mean(np.array(nearer)[odd] <= FAR_OFF)]
    quick, near = (f"{share:.0%}" for share in shares)
    print(f"  odd rows within 10 %: {quick} of the quickest, {near} of the nearer of quickest and shortest")


def drive_times(folder: Path, router: Router) -> None:
    """Compare minutes with a commercial engine's, for all rows, the fitted half and the half held out."""
    with (folder / "drive_times_uk_2026.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    minutes, reference, area = [], [], []
    for row in rows:
        route = router.route(At(float(row["o_lat"]), float(row["o_lon"])), At(float(row["d_lat"]), float(row["d_lon"])))
        minutes.append(route.minutes)
        reference.append(float(row["seconds"]) / 60)
        area.append(row["area"])
    ours, theirs, areas = np.array(minutes), np.array(reference), np.array(area)
    fitted = np.arange(len(rows)) % 2 == 0
    print(f"\nDrive times: {len(rows)} pairs of 25 to 52 minutes")
    for label, chosen in (("all", fitted | True), ("fitted half", fitted), ("held out", ~fitted)):
        ratio = ours[chosen] / theirs[chosen]
        error = np.abs(ours - theirs)[chosen].mean()
        print(
            f"  {label:>11}: median ratio {np.median(ratio):.3f}, mean absolute error {error:.2f} minutes, "
            f"10th to 90th percentile {np.quantile(ratio, 0.1):.3f} to {np.quantile(ratio, 0.9):.3f}"
        )
        pairings = ", ".join(
            f"{name} {np.median(ratio[areas[chosen] == name]):.3f} ({(areas[chosen] == name).sum()})"
            for name in sorted(set(area))
        )
        print(f"               by pairing: {pairings}")


if __name__ == "__main__":
    main()
