"""Times, tables and comparisons that the benchmarks share."""

from __future__ import annotations

import os
import platform
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray


class DisagreementError(ValueError):
    """Two engines give different answers, so that their times are no comparison."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Medians of several runs, in seconds; the processor's can exceed the clock's where a task has threads."""

    wall: float
    cpu: float
    runs: int

    def times(self, factor: float) -> Timing:
        """Give the timing of so many times the work."""
        return Timing(self.wall * factor, self.cpu * factor, self.runs)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the comparison: what an engine did, how long it took, and what to know about it.

    ``agreement`` says how the answers were compared; empty for preparations, which have none.
    """

    engine: str
    task: str
    timing: Timing
    agreement: str = ""
    note: str = ""


def measure(work: Callable[[], Any], runs: int) -> tuple[Timing, Any]:
    """Do some work several times; give the medians and the last result."""
    walls, cpus, result = [], [], None
    for _ in range(runs):
        result = None  # so that two results never need to be held at once
        wall, cpu = time.perf_counter(), time.process_time()
        result = work()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return Timing(median(walls), median(cpus), runs), result


def measure_each(work: Callable[[Any], Any], items: Sequence[Any]) -> tuple[Timing, list[Any]]:
    """Do some work once for each item; give the median of one and all results."""
    walls, cpus, results = [], [], []
    for item in items:
        wall, cpu = time.perf_counter(), time.process_time()
        results.append(work(item))
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return Timing(median(walls), median(cpus), len(items)), results


def same(engine: str, theirs: Any, ours: NDArray[np.int64]) -> str:
    """Compare whole numbers; give the sentence for the table.

    Raises
    ------
    DisagreementError
        When the shapes or any value differ, or a value is no whole number.
    """
    other = np.asarray(theirs, float)
    if other.shape != ours.shape:
        msg = f"{engine} gives an answer of shape {other.shape}, nearhome one of {ours.shape}."
        raise DisagreementError(msg)
    wrong = np.flatnonzero((other != ours.astype(float)).ravel())
    if len(wrong):
        first = int(wrong[0])
        msg = (
            f"{engine} and nearhome disagree on {len(wrong):,} of {ours.size:,} values, the first "
            f"{other.ravel()[first]} against {ours.ravel()[first]}."
        )
        raise DisagreementError(msg)
    return f"{ours.size:,} equal"


def close(theirs: Iterable[float], ours: Iterable[float], within: float) -> str:
    """Say what share of values of an engine that rounds is as near as that, and the median ratio."""
    a, b = np.array(list(theirs), float), np.array(list(ours), float)
    near = float(np.mean(np.abs(a - b) <= within))
    return f"{near:.1%} of {len(a):,} within {within:g} s, median ratio {np.median(a / b):.3f}"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a Markdown table."""
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def seconds(value: float) -> str:
    """Write a time with three figures and the unit that suits it."""
    for least, factor, unit in ((1.0, 1.0, "s"), (1e-3, 1e3, "ms"), (0.0, 1e6, "µs")):
        if value >= least:
            scaled = value * factor
            return f"{scaled:,.0f} {unit}" if scaled >= 100 else f"{scaled:.3g} {unit}"  # noqa: PLR2004 -- three figures
    msg = f"a time cannot be {value} s"
    raise ValueError(msg)


def machine() -> str:
    """Name the machine's size, without its name or place."""
    model = platform.processor() or platform.machine()
    memory = ""
    known = Path("/proc/cpuinfo")
    if known.is_file():
        names = [line.split(":", 1)[1].strip() for line in known.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
        pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        memory = f", {pages / 2**30:.0f} GiB of memory"
    return (
        f"{datetime.now(UTC):%d %B %Y}, {os.cpu_count()} cores ({model}){memory}, Python {platform.python_version()}, "
        f"load {os.getloadavg()[0]:.1f} at the start"
    )


def progress(text: str) -> None:
    """Say on the error stream what is being done."""
    print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)
