"""Compare the rail fare model with fares from Exeter St Davids, and print the fit behind its table.

    python benchmarks/fares.py --checks DIR

DIR holds ``rail_fares_from_exeter_2022.csv`` (FedericoBotta/railfares 0308042, MIT), which does not ship with nearhome.
The script that made it (``od_calculation.py`` there) takes tickets of standard class, type single, called anytime, and
of those the cheapest to each station: the fares are anytime singles. Even rows are fitted, odd rows judge. What an
off-peak return costs beside an anytime single is not in the file and stays an estimate.
"""

from __future__ import annotations

import argparse
import csv
from datetime import date
from pathlib import Path

import numpy as np
from scipy.optimize import least_squares

from nearhome.analysis.costs import fares, tariffs
from nearhome.analysis.costs.party import Party
from nearhome.data.base import coordinates

EXETER = (50.7296, -3.5436)
KM_PER_MILE = 1.609344
MISPLACED_DEGREES = 0.5
"""The file's ``dd`` is how far the station's point was from the network's: rows further off are the wrong station."""

NEAR = 0.35
AS_OF = date(2022, 6, 1)
ELSEWHERE = (
    ("Cardiff to Newport, single, January 2023", 19, 570, "Wales", True),
    ("Cardiff to Swansea, single, January 2023", 73, 1170, "Wales", True),
    ("Carmarthen to Swansea, single, January 2023", 50, 1070, "Wales", True),
    ("Merthyr to Cardiff, single, January 2023", 38, 500, "Wales", True),
    ("Edinburgh to Glasgow, return, September 2025", 76, 1680, "Scotland", False),
    ("Edinburgh to Inverkeithing, return, September 2025", 21, 740, "Scotland", False),
    ("Inverurie to Aberdeen, return, September 2025", 27, 1010, "Scotland", False),
)
"""Published fares elsewhere (news of the rises), rail km from general knowledge; never fitted."""


def main() -> None:
    """Print the comparison on both halves, and a few fares elsewhere."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checks", type=Path, required=True, help="the folder of reference files")
    rail, crow, pence, fitted = read(parser.parse_args().checks / "rail_fares_from_exeter_2022.csv")
    model = np.array([fares.anytime_single_2022(km, AS_OF) for km in rail])
    by_crow = np.array([fares.anytime_single_2022(km * fares.RAIL_PER_CROW, AS_OF) for km in crow])
    print(f"Anytime singles from Exeter St Davids in 2022: {len(rail)} stations")
    for label, chosen in (("fitted half", fitted), ("held out", ~fitted)):
        print(f"  {label:>11}, by rail km: {judged(model[chosen] / pence[chosen])}")
        print(f"  {label:>11}, by crow km: {judged(by_crow[chosen] / pence[chosen])}")
    for low, high in ((0, 100), (100, 200), (200, 300), (300, 400), (400, 1200)):
        chosen = ~fitted & (rail >= low) & (rail < high)
        print(f"  held out, {low} to {high} km: {judged(model[chosen] / pence[chosen])}")
    low, high = np.quantile((pence / model)[fitted], (0.1, 0.9))
    print(f"  fare over model, fitted half, tenth and ninetieth percentile: {low:.2f}, {high:.2f}")
    refitted = fit(rail[fitted], pence[fitted])
    in_table = [tariffs.value(f"rail_single.{km}", AS_OF).value for km in fares.SINGLE_KM]
    print(
        "  fitted again:",
        ", ".join(f"{km} km {value:.0f}p" for km, value in zip(fares.SINGLE_KM, refitted, strict=True)),
    )
    print(
        "  in the table:",
        ", ".join(f"{km} km {value:.0f}p" for km, value in zip(fares.SINGLE_KM, in_table, strict=True)),
    )
    elsewhere()


def read(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Read the usable rows: rail km, crow km, pence, and whether the row is of the fitted half."""
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    usable = [(number, row) for number, row in enumerate(rows) if row["km"] and float(row["dd"]) < MISPLACED_DEGREES]
    crow = [coordinates.crow_miles(*EXETER, float(row["lat"]), float(row["lon"])) * KM_PER_MILE for _, row in usable]
    return (
        np.array([float(row["km"]) for _, row in usable]),
        np.array(crow),
        np.array([100 * float(row["fare"]) for _, row in usable]),
        np.array([number % 2 == 0 for number, _ in usable]),
    )


def fit(km: np.ndarray, pence: np.ndarray) -> np.ndarray:
    """Fit the fares at the model's distances: robust least squares of log fares, straight lines between."""
    knots = np.array(fares.SINGLE_KM, dtype=float)

    def off(logs: np.ndarray) -> np.ndarray:
        return np.log(np.interp(km, knots, np.exp(logs))) - np.log(pence)

    start = np.log(np.interp(knots, (0, 80, 300, 1000), (200, 2000, 9500, 27_000)))
    return np.exp(least_squares(off, start, loss="soft_l1", f_scale=0.1).x)


def judged(ratio: np.ndarray) -> str:
    """Say how model over fare lies."""
    near = np.mean(np.abs(ratio - 1) <= NEAR)
    return f"median ratio {np.median(ratio):.3f}, {near:.0%} of {len(ratio)} within 35 %"


def elsewhere() -> None:
    """Print published fares of other places beside the model's."""
    print("\nPublished fares elsewhere, never fitted (pence):")
    for name, km, pence, nation, single in ELSEWHERE:
        day = date(2023, 1, 1) if nation == "Wales" else date(2025, 9, 1)
        found = fares.rail_fare(km, party=Party(), as_of=day, single=single, nation=nation)
        inside = "inside" if found.low_pence <= pence <= found.high_pence else "outside"
        print(f"  {name:<52} {pence:5}  model {found.low_pence:5} {found.pence:5} {found.high_pence:5}  {inside}")


if __name__ == "__main__":
    main()
