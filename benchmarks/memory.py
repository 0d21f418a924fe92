"""What a process that only routes holds in memory; run by ``routing.py``, prints bytes.

    python benchmarks/memory.py FOLDER WEIGHTS

The folder has a saved hierarchy and the goals; the weights of the arcs are another file. The result of the sweep is not
counted; the interpreter and every library are.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from nearhome.geo.hierarchy.cch import Hierarchy


def main() -> None:
    """Open, customise, sweep, and print what is held beside the result; "unknown" where the system does not say."""
    folder, weights = map(Path, sys.argv[1:3])
    metric = Hierarchy.open(folder).customise(np.load(weights))
    goals = [(np.array([goal]), np.zeros(1, np.int64)) for goal in np.load(folder / "goals.npy")]
    found = metric.to_goals(goals)
    status = Path("/proc/self/status")
    if not status.is_file():
        print("unknown")
        return
    held = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    print(1024 * int(held.split()[1]) - found.nbytes)


if __name__ == "__main__":
    main()
