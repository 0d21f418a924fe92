"""Tables that follow from others: the order of the network's nodes, and the roads that each postcode joins.

They are part of ``nearhome data build``, after the tables that they read; they lie here because routing knows how.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nearhome.data.base.files import replacing
from nearhome.data.catalogue import tables
from nearhome.data.errors import SourceError
from nearhome.data.places import postcodes
from nearhome.geo.roads import network
from nearhome.geo.roads.edges import STRATEGIC
from nearhome.geo.routing.snapping import Access, read_barriers

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

CHUNK = 50_000
NO_ROAD = 255
MOST_ROADS = 255
"""A sector's postcodes may join so many different roads, so that one byte chooses among them."""

ROADS = STRATEGIC.most_roads + STRATEGIC.most_local
CHOICE = np.dtype([(f"road_{number}", "u1") for number in range(1, ROADS + 1)])
ROAD_OF_SECTOR = np.dtype([("sector", "<u2"), ("edge", "<u4")])


def build(sources: Path, out: Path) -> None:
    """Write ``road_order``, ``postcode_roads`` and ``sector_roads`` from the tables in ``out``.

    Raises
    ------
    SourceError
        When the postcodes of one sector join more roads than one byte can tell apart.
    """
    del sources
    roads = network.shipped(folder=out)
    _write_order(roads, out)
    table = postcodes.PostcodeTable(*(out / file for file in postcodes.FILES.values()))
    chosen = _roads_of_postcodes(roads, table, out)
    sector = np.repeat(np.arange(len(table.sectors)), table.sectors["count"].astype(np.int64))
    row, slot = np.nonzero(chosen >= 0)
    size = len(roads.edges.u)
    pair = np.unique(sector[row] * size + chosen[row, slot])
    starts = np.searchsorted(pair // size, np.arange(len(table.sectors) + 1))
    if np.diff(starts).max() > MOST_ROADS:
        msg = f"Postcodes of one sector join {np.diff(starts).max()} roads, more than {MOST_ROADS}: store more bytes."
        raise SourceError(msg)
    number = np.searchsorted(pair, sector[row] * size + chosen[row, slot]) - starts[sector[row]]
    choice = np.full(chosen.shape, NO_ROAD, np.uint8)
    choice[row, slot] = number
    _write(out / tables.file_of("postcode_roads"), choice.view(CHOICE).ravel())
    lists = np.empty(len(pair), ROAD_OF_SECTOR)
    lists["sector"], lists["edge"] = pair // size, pair % size
    _write(out / tables.file_of("sector_roads"), lists)


def _write_order(roads: network.RoadNetwork, out: Path) -> None:
    from nearhome.geo.hierarchy import order as hierarchy_order

    rank = hierarchy_order.order(roads.tail, roads.head, roads.lat, roads.lon).astype("<i4")
    _write(out / tables.file_of("road_order"), rank.view(np.dtype([("rank", "<i4")])))


def _roads_of_postcodes(roads: network.RoadNetwork, table: postcodes.PostcodeTable, out: Path) -> NDArray[np.int64]:
    """Find the edges that each postcode joins, the nearest first; -1 where there are fewer."""
    access = Access(roads, read_barriers(out))
    xy = np.column_stack(table.all_points()).astype(float)
    xy[(xy < 0).any(axis=1)] = np.nan
    chosen = np.full((len(xy), ROADS), -1, np.int64)
    for first in range(0, len(xy), CHUNK):
        joins = access.joins(xy[first : first + CHUNK])
        order = np.lexsort((joins.edge, joins.metres, joins.place))
        place, edge = joins.place[order], joins.edge[order]
        chosen[first + place, np.arange(len(place)) - np.searchsorted(place, place)] = edge
    return chosen


def _write(path: Path, array: NDArray[np.void]) -> None:
    with replacing(path) as temporary:
        np.save(temporary, array)
