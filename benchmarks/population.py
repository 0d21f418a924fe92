"""Compare the modelled baseline of who is held where with what was published, fitted and not fitted.

    python benchmarks/population.py [--variants 20]

It needs nothing but the tables that ship.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from datetime import UTC, date, datetime

import numpy as np

from nearhome.analysis.population import baseline, estate
from nearhome.analysis.population import children as population_children
from nearhome.data.prisons import published_figures

TODAY = date(2026, 7, 27)
GUIDE = date(2006, 9, 30)
"""The day of the published number held over 100 miles away; near those of the SCIE guide of 2008."""

BEYOND_100_MILES = 10_700
CORNWALL, CORNWALL_HELD = "E06000052", 1_200
TELFORD, TELFORD_HELD = "E06000020", 226


def main() -> None:
    """Print every comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--variants", type=int, default=20, help="how many variants the intervals rest on")
    variants = parser.parse_args().variants
    print(
        f"nearhome population, {datetime.now(UTC):%d %B %Y}, Python {platform.python_version()}, {os.cpu_count()} cores"
    )
    print(baseline.STATEMENT)
    speed()
    distances()
    margins()
    besides()
    uncertainty(variants)
    children()


def speed() -> None:
    """Time one baseline and one draw of everybody."""
    started = time.perf_counter()
    today = baseline.baseline(TODAY)
    fitted = time.perf_counter()
    drawn = today.draw(1)
    print(
        f"\nbaseline of {today.total:,.0f} people, {today.counts.shape[0]} homes by {len(today.prisons)} prisons, "
        f"{len(today.cohorts)} cohorts: {fitted - started:.2f} s; "
        f"drawing {len(drawn.home):,} people: {time.perf_counter() - fitted:.2f} s"
    )


def distances() -> None:
    """Print each published average distance and the fitted one."""
    print(
        "\naverage straight-line miles from home, fitted\n  day         men: published  model   women: published  model"
    )
    days = sorted({figure.day for figure in published_figures.figures() if figure.series == "distance"})
    for day in days:
        base = baseline.baseline(day)
        cells = [
            (published_figures.figure("distance", "mean", day, sex).value, base.mean_miles(sex))
            for sex in ("male", "female")
        ]
        print(f"  {day}       {cells[0][0]:8.0f}  {cells[0][1]:7.2f}          {cells[1][0]:8.0f}  {cells[1][1]:7.2f}")


def margins() -> None:
    """Print the worst error of prisons' people and of regions' shares."""
    print("\nlargest errors")
    for day in estate.BULLETINS:
        base = baseline.baseline(day)
        held = dict.fromkeys(base.prisons, 0)
        for each in estate.estate(day).held:
            held[each.prison_id] += each.people
        error = np.abs(base.flows().sum(axis=0) - np.array([held[prison] for prison in base.prisons])).max()
        regions = base.people("region").set_index("region")["people"]
        origins = {item: figure.value for (item, _), figure in published_figures.items("origin", day).items()}
        names = [name for name in origins if name != "Unknown"]
        here, there = regions[names].to_numpy(), np.array([origins[name] for name in names])
        away = np.abs(here / here.sum() / (there / there.sum()) - 1).max()
        print(f"  {day}: prisons {error:.1e} people, regions of origin {away:.1e} of each")


def besides() -> None:
    """Print what was published besides the margins that are fitted."""
    base = baseline.baseline(GUIDE)
    known = base.counts[:-1].sum()
    far = base.share_beyond(100) * known
    print(f"\nover 100 miles, {GUIDE}, by which the shape of the decay was chosen (one number, a half)")
    print(f"  published about {BEYOND_100_MILES:,}, model {far:,.0f}")
    print("\nnot fitted")
    flows, place = base.flows(), base.homes.index
    cornwall, telford = flows[place(CORNWALL)], flows[place(TELFORD)]
    print(f"  people from Telford, 2006-08: published {TELFORD_HELD}, model {telford.sum():,.0f}")
    print(
        f"  people from Cornwall, 2006-08: published about {CORNWALL_HELD:,}, model {cornwall.sum():,.0f} "
        "(the published figure would be a fifth of the South West's)"
    )
    miles = base.miles[place(CORNWALL)]
    order = np.argsort(miles)
    low, high = np.interp([0.1, 0.9], np.cumsum(cornwall[order]) / cornwall.sum(), miles[order])
    print(f"  from Cornwall, eight in ten held {low:.0f} to {high:.0f} straight-line miles away; published: 80 to 180")


def uncertainty(variants: int) -> None:
    """Print how far results differ between baselines that fit the same figures."""
    started = time.perf_counter()
    drawn = [baseline.variant(TODAY, seed) for seed in range(variants)]
    seconds = (time.perf_counter() - started) / variants
    print(f"\n{variants} variants, {seconds:.2f} s each; eight in ten lie between")
    cornwall = drawn[0].homes.index(CORNWALL)
    for name, values in (
        ("people from Cornwall", [base.counts[cornwall].sum() for base in drawn]),
        ("share over 100 miles, per cent", [100 * base.share_beyond(100) for base in drawn]),
        ("men's average miles", [base.mean_miles("male") for base in drawn]),
    ):
        low, high = baseline.interval(values)
        print(f"  {name}: {low:,.1f} and {high:,.1f}")


def children() -> None:
    """Print the estimates of children that areas are scaled to."""
    print(f"\n{population_children.STATEMENT}")
    for day in (date(2008, 1, 1), TODAY):
        for nation in estate.NATIONS:
            whole, table = population_children.total(day, nation), population_children.children(day, nation=nation)
            print(
                f"  {day} {nation}: published {whole.value:,.0f} ({whole.low:,.0f} to {whole.high:,.0f}), "
                f"sum of {len(table)} authorities {table['children'].sum():,.0f}"
            )


if __name__ == "__main__":
    main()
