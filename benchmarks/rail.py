"""Typical rail times against a table of typical times of 2013, and the fit of the model's four constants.

    python benchmarks/rail.py --pairs rail_times_2013_pairs.csv [--fit]

The pairs (thomasforth/trainTimes, 126 of them) are minutes between cities, changes included and the first wait not. The
constants of ``nearhome.geo.transit.rail.Model`` were fitted to the even rows; the odd rows judge them.
"""

from __future__ import annotations

import argparse
import csv
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize

from nearhome.geo.transit.rail import DEFAULT, Model, Railway

if TYPE_CHECKING:
    from nearhome.data.base.arrays import Floats


STATIONS = {
    "Aberdeen": "ABD",
    "Birmingham": "BHM BMO",
    "Brighton": "BTN",
    "Bristol": "BRI",
    "Canterbury": "CBW CBE",
    "Cardiff": "CDF",
    "Carlisle": "CAR",
    "Edinburgh": "EDB",
    "Glasgow": "GLC GLQ",
    "Hull": "HUL",
    "Inverness": "INV",
    "Leeds": "LDS",
    "Leicester": "LEI",
    "Liverpool": "LIV",
    "London": "PAD EUS KGX STP LST FST WAT LBG CHX VIC MYB BFR CST",
    "Manchester": "MAN MCV",
    "Middlesbrough": "MBR",
    "Newcastle": "NCL",
    "Norwich": "NRW",
    "Nottingham": "NOT",
    "Plymouth": "PLY",
    "Sheffield": "SHF",
    "Southampton": "SOU",
}


def estimates(railway: Railway, pairs: list[tuple[str, str]]) -> Floats:
    """Estimate the minutes between cities, from the departure of the first train."""
    rows = {city: [railway.row_of[code] for code in codes.split()] for city, codes in STATIONS.items()}
    searches = {city: railway.search(dict.fromkeys(rows[city], 0.0)) for city in {b for _, b in pairs}}
    found = np.empty(len(pairs))
    for at, (start, end) in enumerate(pairs):
        ways = [searches[end].legs(row) for row in rows[start]]
        found[at] = min(sum(leg.wait_minutes + leg.minutes for leg in way) - way[0].wait_minutes for way in ways)
    return found


def describe(name: str, ratio: Floats, reference: Floats) -> str:
    """Write a row of the table of results."""
    error = np.abs(ratio - 1.0) * reference
    spread = "{:.3f} to {:.3f}".format(*np.quantile(ratio, (0.1, 0.9)))
    share = (error < 0.15 * reference).mean()
    return f"| {name} | {len(ratio)} | {np.median(ratio):.3f} | {error.mean():.1f} | {spread} | {share:.0%} |"


def fitted(railway: Railway, pairs: list[tuple[str, str]], reference: Floats) -> Model:
    """Fit the model's four constants."""

    def model(values: Floats) -> Model:
        share, stop, change, wait = values
        return replace(DEFAULT, speed_share=share, stop_minutes=stop, change_minutes=change, wait_share=wait)

    def loss(values: Floats) -> float:
        if values.min() < 0.02 or values[0] > 1.0:  # noqa: PLR2004 -- no train is faster than its line
            return 99.0
        ratio = estimates(replace(railway, model=model(values)), pairs) / reference
        median = abs(float(np.log(np.median(ratio))))
        return float(100 * np.abs(np.log(ratio)).mean() + 0.3 * (np.abs(ratio - 1) * reference).mean() + 50 * median)

    start = [DEFAULT.speed_share, DEFAULT.stop_minutes, DEFAULT.change_minutes, DEFAULT.wait_share]
    return model(minimize(loss, start, method="Nelder-Mead", options={"maxfev": 250, "xatol": 0.005}).x)


def main() -> None:
    """Print the comparison, after a fit if one is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=Path, required=True, help="rail_times_2013_pairs.csv")
    parser.add_argument("--fit", action="store_true", help="fit the constants to the even rows first")
    options = parser.parse_args()
    with options.pairs.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    pairs = [(row["a"], row["b"]) for row in rows]
    reference = np.array([float(row["min"]) for row in rows])
    railway = Railway.shipped()
    if options.fit:
        railway = replace(railway, model=fitted(railway, pairs[::2], reference[::2]))
    print(railway.model)
    ratio = estimates(railway, pairs) / reference
    print("| pairs | number | median ratio | mean absolute error, minutes | 10 % to 90 % | within 15 % |")
    print("|---|---|---|---|---|---|")
    for name, part in (("all", slice(None)), ("even, fitted", slice(0, None, 2)), ("odd, held out", slice(1, None, 2))):
        print(describe(name, ratio[part], reference[part]))
    print("\nThe furthest out:")
    for at in np.argsort(-np.abs(np.log(ratio)))[:10]:
        print(f"  {pairs[at][0]} to {pairs[at][1]}: {ratio[at] * reference[at]:.0f} for {reference[at]:.0f} minutes")


if __name__ == "__main__":
    main()
