"""The table of typical public transport from every postcode sector to every prison."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nearhome.data.base.files import replacing, write_csv
from nearhome.data.catalogue import tables
from nearhome.geo.transit.sectors import _SAMPLE, DAYS, _computed, _goals, _packed, _steps

if TYPE_CHECKING:
    from pathlib import Path

    from nearhome.data.base.arrays import Bytes


def build(sources: Path, out: Path) -> None:
    """Write ``sector_transit`` and ``sector_transit_goals`` from the tables that ship.

    Both days are stored as differences between neighbouring goals and sectors, modulo 256, with like goals beside each
    other: that packs into a third of the space of an order by name.
    """
    del sources
    goals = _goals()
    points = np.array([(float(lat), float(lon)) for _, lat, lon in goals])
    weekday, weekend = (_steps(_computed(points, when)) for when in DAYS)
    order = _tour(weekday)
    write_csv(out / tables.file_of("sector_transit_goals"), ("goal", "lat", "lon"), [goals[row] for row in order])
    with replacing(out / tables.file_of("sector_transit")) as temporary, temporary.open("wb") as stream:
        np.savez_compressed(stream, weekday=_packed(weekday[order]), weekend=_packed(weekend[order]))


def _tour(steps: Bytes) -> list[int]:
    """Order goals so that each is followed by the one left whose pattern over the sectors is most like its own."""
    across = np.diff(steps[:, ::_SAMPLE], axis=1)
    order, left = [0], list(range(1, len(steps)))
    while left:
        unlike = (across[left] != across[order[-1]]).sum(axis=1)
        order.append(left.pop(int(unlike.argmin())))
    return order
