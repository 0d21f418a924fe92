"""All shipped postcodes to all open prisons, in a process that has done nothing before.

    python benchmarks/national.py

Prints one line of JSON: seconds cold (every import and table included), seconds warm (median of five), the most memory
the process held, and how many of a sample of answers equal the router's own route.
"""

import time

STARTED = time.perf_counter()

import json  # noqa: E402 -- the clock starts before the imports, which are part of what is measured
import sys  # noqa: E402
from datetime import UTC, datetime  # noqa: E402
from statistics import median  # noqa: E402
from typing import NamedTuple  # noqa: E402

import numpy as np  # noqa: E402

from nearhome.data.base import coordinates  # noqa: E402
from nearhome.data.errors import NoRouteError  # noqa: E402
from nearhome.data.places import postcodes  # noqa: E402
from nearhome.data.prisons import register  # noqa: E402
from nearhome.geo.matrices.postcodes import all_postcodes_to  # noqa: E402
from nearhome.geo.routing.router import Router  # noqa: E402

SAMPLE = 40
WARM_RUNS = 5


class At(NamedTuple):
    """A point, EPSG:4326."""

    lat: float
    lon: float


def main() -> None:
    """Measure and print."""
    today = datetime.now(UTC).date()
    goals = [At(prison.lat, prison.lon) for prison in register.prisons() if prison.is_open(today)]
    router = Router.shipped()
    found = all_postcodes_to(router, goals)
    cold = time.perf_counter() - STARTED
    warm = []
    for _ in range(WARM_RUNS):
        del found  # so that two results are never held at once
        begun = time.perf_counter()
        found = all_postcodes_to(router, goals)
        warm.append(time.perf_counter() - begun)
    told = {
        "postcodes": found.tenths_of_minutes.shape[0],
        "prisons": len(goals),
        "cold_seconds": cold,
        "warm_seconds": median(warm),
        "most_bytes": _most_bytes(),
        "sample": SAMPLE,
        "equal": sum(_agrees(router, found.minutes(row, goal), row, goals[goal]) for row, goal in _sample(len(goals))),
    }
    print(json.dumps(told))


def _most_bytes() -> int | None:
    """Give the most memory this process has held; None on Windows."""
    if sys.platform == "win32":
        return None
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else 1024 * most


def _sample(goals: int) -> list[tuple[int, int]]:
    """Draw rows that have a point, and a goal for each."""
    east, _ = postcodes.shipped().all_points()
    random = np.random.default_rng(5)
    rows = random.choice(np.flatnonzero(east > 0), SAMPLE, replace=False)
    return list(zip(rows.tolist(), random.integers(0, goals, SAMPLE).tolist(), strict=True))


def _agrees(router: Router, minutes: float, row: int, goal: At) -> bool:
    """Say whether the router's own route takes as long, to a tenth of a minute; or finds none where none was told."""
    east, north = (axis[row] for axis in postcodes.shipped().all_points())
    lat, lon = coordinates.to_degrees(east, north)
    try:
        own = router.route(At(float(lat), float(lon)), goal).minutes
    except NoRouteError:
        return bool(np.isnan(minutes))
    return abs(own - float(minutes)) <= 0.1 + 1e-9


if __name__ == "__main__":
    main()
