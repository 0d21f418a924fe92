"""How long national coverage takes: ``python benchmarks/national_coverage.py``.

Every kind of service in force on the guide's day and today, from every postcode, by car and by public transport; the
tables by authority; the first local clusters of a process.
"""

from __future__ import annotations

import time
from datetime import date
from typing import TYPE_CHECKING

from nearhome.analysis.services import by_postcode, coverage, lottery

if TYPE_CHECKING:
    from collections.abc import Callable

DAYS = (date(2008, 1, 1), date(2026, 11, 21))
MODES = ("car", "transit")


def timed(what: str, work: Callable[[], object]) -> None:
    """Do something once and print how long it took."""
    start = time.perf_counter()
    work()
    print(f"{what:<60} {time.perf_counter() - start:6.2f} s")


def national(day: date) -> None:
    """Give every postcode its minutes to the nearest of every kind, by both modes."""
    for mode in MODES:
        found = by_postcode.nearest(day, mode)
        for kind in found.kinds:
            found.minutes(kind)


def main() -> None:
    """Print all figures."""
    found = coverage.assess(as_of=DAYS[0])
    timed("first local clusters of the process, by authority", lambda: lottery.local_clusters(found, "covered"))
    timed("local clusters, by postcode sector", lambda: lottery.local_clusters(found, "minutes", by="sector"))
    for day in DAYS:
        timed(f"every kind, two modes, all postcodes, {day}, first", lambda day=day: national(day))
        timed(f"every kind, two modes, all postcodes, {day}, again", lambda day=day: national(day))
    for by in coverage.LEVELS:
        timed(f"table by {by}, in person", lambda by=by: coverage.assess(as_of=DAYS[0], by=by))
    timed("the lottery, 199 draws", lambda: lottery.measure(found))


if __name__ == "__main__":
    main()
