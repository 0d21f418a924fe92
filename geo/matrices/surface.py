"""Travel times over the land: from the middle of every square of a grid to any destination.

The times are those of ``Router.matrix_between``, to the tenth of a second, except that a square none of whose roads
lead to the destination does not look for others; the squares' ways to the roads are found once for a network, so that
a further destination costs one search from it and one pass over the squares.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.ndimage import binary_dilation
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from nearhome.data.base import coordinates
from nearhome.data.catalogue import frames
from nearhome.geo.roads.weights import NO_ARC
from nearhome.geo.routing.endpoints import direct
from nearhome.geo.routing.nearest import FURTHEST_METRES, ON_THE_ROAD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from nearhome.data.base.arrays import Bools, Floats, Ints, Ints32
    from nearhome.geo.routing.endpoints import Doors
    from nearhome.geo.routing.router import Router
    from nearhome.geo.routing.snapping import Joins


SQUARE_METRES = 500.0
"""With squares this large the people of every open prison's catchments of 30 to 120 minutes come within 1.4 % of the
sum over postcodes; with squares of 750 m within 3.6 %, of a kilometre within 2.7 % (21 November 2026)."""

TILE_SQUARES = 128
"""Squares are joined to the roads in tiles with so many on a side, those near a destination first."""

COAST_METRES = 300.0
"""The shipped boundaries are generalised: land is drawn so much further out, with which all but a hundred or so of 1.74
million postcodes lie on it."""

UNREACHED = np.int32(2**29)
"""Stands for a time where no way exists: never to be shown, and two of them still fit the type."""

_ISLAND_METRES = (3_000.0, 2_000.0)
"""Roads outside the boundaries are joined to islands: drawn so wide, and back again by so much, which is also how
finely they are looked at."""

_MARGIN_SQUARES = 2


@dataclass(frozen=True, slots=True, eq=False)
class Squares:
    """A grid over the land, rows from south to north.

    ``east`` and ``north`` are the middles of its columns and rows (EPSG:27700, metres). The others have a row and a
    column for each: ``sea`` is the distance from the land in sides of a square, negative on land, at most 1 either way;
    ``timed`` marks the squares that have times, those on land or within two of it; ``uncounted`` land that no figures
    of people are known for, such as the Isle of Man.
    """

    metres: float
    east: Floats
    north: Floats
    sea: NDArray[np.float32]
    timed: NDArray[np.bool_]
    uncounted: NDArray[np.bool_]


@cache
def united_kingdom() -> shapely.Geometry:
    """Give the shipped outline of the United Kingdom, EPSG:27700."""
    shapes = np.array(frames.load("boundaries_country").geometry.values)
    lon, lat = shapely.get_coordinates(shapes).T
    moved = shapely.set_coordinates(shapes.copy(), np.column_stack(coordinates.to_metres(lat, lon)))
    return shapely.union_all(shapely.make_valid(moved))


def islands(kingdom: shapely.Geometry, roads_xy: Floats) -> shapely.Geometry:
    """Outline roughly the islands that have roads and are not of the United Kingdom: in what ships, the Isle of Man.

    Roads of the Republic of Ireland, which touch the kingdom, give none.

    Parameters
    ----------
    kingdom
        The outline of the United Kingdom, EPSG:27700.
    roads_xy
        Points along the roads, EPSG:27700 metres, not much further apart than a square is wide.
    """
    shapely.prepare(kingdom)
    outside = roads_xy[~shapely.contains_xy(kingdom, roads_xy[:, 0], roads_xy[:, 1])]
    out, back = _ISLAND_METRES
    sparse = shapely.points(np.unique(np.round(outside / back), axis=0) * back)
    parts = shapely.get_parts(shapely.buffer(shapely.union_all(shapely.buffer(sparse, out)), -back))
    return shapely.union_all(parts[~shapely.intersects(kingdom, parts)])


def squares(roads_xy: Floats, metres: float = SQUARE_METRES) -> Squares:
    """Lay a grid over the United Kingdom and the islands that have roads; see ``islands``."""
    return _squares(shapely.to_wkb(islands(united_kingdom(), roads_xy)), metres)


@lru_cache(maxsize=2)
def _squares(islands_wkb: bytes, metres: float) -> Squares:
    """Lay the grid; networks with the same islands share it."""
    abroad = shapely.from_wkb(islands_wkb)
    land = shapely.union_all([united_kingdom(), abroad])
    west, south, east, north = shapely.bounds(land) // metres + np.array([-1, -1, 1, 1]) * _MARGIN_SQUARES
    columns, rows = np.arange(west, east + 1) * metres, np.arange(south, north + 1) * metres
    x, y = np.meshgrid(columns, rows)
    shapely.prepare(land)
    shapely.prepare(abroad)
    furthest = _MARGIN_SQUARES * metres + COAST_METRES
    gap = _from_coast(land, columns, rows, furthest)
    gap[shapely.contains_xy(land, x, y)] *= -1.0
    sea = np.clip((gap - COAST_METRES) / metres, -1.0, 1.0).astype(np.float32)
    return Squares(metres, columns, rows, sea, gap < furthest, shapely.contains_xy(abroad, x, y))


def _from_coast(land: shapely.Geometry, east: Floats, north: Floats, furthest: float) -> Floats:
    """Measure how far the middles of squares lie from a coast, on either side of it, at most ``furthest`` metres."""
    metres = float(east[1] - east[0])
    rings = [shapely.get_coordinates(ring) for ring in shapely.get_rings(shapely.get_parts(land))]
    ends = np.concatenate([np.stack([ring[:-1], ring[1:]], axis=1) for ring in rings])
    shores = np.asarray(shapely.linestrings(ends))
    x, y = shapely.get_coordinates(shapely.segmentize(shores, metres)).T
    near = np.zeros((len(north), len(east)), bool)
    near[np.rint((y - north[0]) / metres).astype(np.int64), np.rint((x - east[0]) / metres).astype(np.int64)] = True
    row, column = np.nonzero(binary_dilation(near, np.ones((3, 3)), iterations=int(furthest // metres) + 2))
    (number, _), distance = shapely.STRtree(shores).query_nearest(
        shapely.points(east[column], north[row]), max_distance=furthest, return_distance=True, all_matches=False
    )
    gap = np.full(near.shape, furthest)
    gap[row[number], column[number]] = distance
    return gap


@dataclass(frozen=True, slots=True)
class Patch:
    """Times in a part of the grid: tenths of a second, UNREACHED where no way was found.

    ``top`` and ``left`` are the row and column of the whole grid that it begins with; it may run past the grid's end.
    """

    top: int
    left: int
    times: Ints32


class Surface:
    """The squares of a network's land, and how they join its roads.

    Parameters
    ----------
    router
        The network.
    metres
        The side of a square.
    """

    def __init__(self, router: Router, metres: float = SQUARE_METRES) -> None:
        self.router = router
        self.squares = squares(router.access.main_xy, metres)
        self._tiles: dict[tuple[int, int], _Tile] = {}

    def deciseconds_to(self, destinations_xy: Floats, limit_minutes: float) -> Iterator[Patch | None]:
        """Give the times to each destination in turn.

        Parameters
        ----------
        destinations_xy
            Points, EPSG:27700 metres, shape (destinations, 2).
        limit_minutes
            Ways that take longer need not be found.

        Yields
        ------
        The part of the grid that has all squares within the limit; None for a destination that no way leads to.
        """
        goals = self.router.goals(destinations_xy)
        found = self._to_nodes(goals, 600.0 * limit_minutes)
        for number, point in enumerate(destinations_xy):
            low, high = (int(end) for end in np.searchsorted(goals.joins.place, [number, number + 1]))
            near = np.flatnonzero(found[number] < UNREACHED)
            if low == high:
                yield None
                continue
            # A square may join another road where the nearest leads nowhere, and that road may come from anywhere.
            reached = self.router.network.xy[near] if self.router.whole else self.router.network.xy
            box = np.vstack([reached, point])
            rows, columns = self._tiles_of(box.min(axis=0) - FURTHEST_METRES, box.max(axis=0) + FURTHEST_METRES)
            side = TILE_SQUARES
            times = np.full((len(rows) * side, len(columns) * side), UNREACHED)
            for row in rows:
                for column in columns:
                    tile = self._tile(row, column)
                    part = times[(row - rows[0]) * side :, (column - columns[0]) * side :]
                    taken = tile.times(found[number], goals, number)
                    if not self.router.whole:
                        self._join_again(tile, taken, point, 600.0 * limit_minutes)
                    part[tile.row, tile.column] = taken
            yield Patch(rows[0] * side, columns[0] * side, times)

    def _join_again(self, tile: _Tile, taken: Ints32, point: Floats, limit: float) -> None:
        """Let squares whose roads do not lead to a destination join others, as ``Router.matrix_between`` does."""
        goal = self.router.goals(point[None])
        lost = (taken == UNREACHED) & ~tile.lead_to(goal)
        if not lost.any():
            return
        for _, again, there in self.router.joined_again(tile.doors, goal, lost[:, None]):
            found = _Tile(self.router, tile.row, tile.column, again).times(self._to_nodes(there, limit)[0], there, 0)
            taken[lost] = np.minimum(taken, found)[lost]

    def _tiles_of(self, low: Floats, high: Floats) -> tuple[range, range]:
        """Give the rows and columns of the tiles that a box (EPSG:27700 metres) touches."""
        ranges = []
        for axis, middles in ((1, self.squares.north), (0, self.squares.east)):
            tiles = -(-len(middles) // TILE_SQUARES)
            first, last = (np.array([low[axis], high[axis]]) - middles[0]) / self.squares.metres // TILE_SQUARES
            ranges.append(range(max(0, min(int(first), tiles - 1)), max(0, min(int(last), tiles - 1)) + 1))
        return ranges[0], ranges[1]

    def _tile(self, row: int, column: int) -> _Tile:
        if (row, column) not in self._tiles:
            top, left = row * TILE_SQUARES, column * TILE_SQUARES
            timed = self.squares.timed[top : top + TILE_SQUARES, left : left + TILE_SQUARES]
            down, across = np.nonzero(timed)
            xy = np.column_stack([self.squares.east[left + across], self.squares.north[top + down]])
            self._tiles[row, column] = _Tile(self.router, down, across, self.router.origins(xy))
        return self._tiles[row, column]

    def _to_nodes(self, goals: Doors, limit: float) -> Ints32:
        """Search backwards from every destination at once: shape (destinations, nodes)."""
        roads = self.router.network
        size, count = len(roads.lat), len(goals.xy)
        ways = goals.entries
        tail = np.r_[roads.head, size + ways.place]
        head = np.r_[roads.tail, ways.node]
        weight = np.r_[roads.deciseconds, ways.deciseconds]
        order = np.lexsort((weight, head, tail))
        first = np.r_[True, (np.diff(tail[order]) != 0) | (np.diff(head[order]) != 0)]  # csr_matrix would add parallels
        kept = order[first]
        graph = csr_matrix((weight[kept].astype(float), (tail[kept], head[kept])), shape=(size + count, size + count))
        found = dijkstra(graph, indices=np.arange(size, size + count), limit=limit)[:, :size]
        return np.where(np.isfinite(found), found, UNREACHED).astype(np.int32)


class _Tile:
    """The timed squares of one tile, and their ways to the roads; ``row`` and ``column`` are theirs in the tile."""

    def __init__(self, router: Router, row: Ints, column: Ints, doors: Doors) -> None:
        self.row, self.column, self.doors = row, column, doors
        self._router = router
        ways, joins, xy = doors.entries, doors.joins, doors.xy
        self._node, self._cost = ways.node.astype(np.int32), ways.deciseconds.astype(np.int32)
        self._first = np.flatnonzero(np.diff(ways.place, prepend=-1))
        self._joined = ways.place[self._first]
        self._box = (xy.min(axis=0), xy.max(axis=0)) if len(xy) else (np.full(2, np.inf), np.full(2, -np.inf))
        between = joins.only(joins.node == ON_THE_ROAD)
        self._by_edge = between.only(np.argsort(between.edge, kind="stable"))

    def times(self, found: Ints32, goals: Doors, goal: int) -> Ints32:
        """Compute the squares' times to one destination.

        Parameters
        ----------
        found
            Tenths of a second from every node to it.
        goals, goal
            The destinations, and which of them it is.
        """
        taken = np.full(len(self.doors.xy), UNREACHED)
        if len(self._first):
            ways = np.minimum.reduceat(found[self._node] + self._cost, self._first)
            taken[self._joined] = np.minimum(ways, UNREACHED)
        ends = goals.joins
        for row in range(*np.searchsorted(ends.place, [goal, goal + 1]).tolist()):
            self._along_edge(taken, ends, row)
        self._direct(taken, goals.xy[goal], float(goals.rate[goal]))
        return taken

    def lead_to(self, goal: Doors) -> Bools:
        """Say of each square whether a road that it joins leads to the one goal, however long it takes."""
        parts = self._router.components
        leads = np.zeros(parts.count + 1, bool)
        for component in np.unique(parts.of_node[goal.entries.node]).tolist():
            leads |= parts.leads_to(component)
        ways = self.doors.entries
        found = np.zeros(len(self.doors.xy), bool)
        found[ways.place[leads[parts.of_node[ways.node]]]] = True
        return found

    def _along_edge(self, taken: Ints32, ends: Joins, end: int) -> None:
        """Shorten times by ways along one edge that a square and the destination both join between its ends."""
        if ends.node[end] != ON_THE_ROAD:
            return
        rows = slice(*np.searchsorted(self._by_edge.edge, [ends.edge[end], ends.edge[end] + 1]).tolist())
        low = self._by_edge.fraction[rows]
        high = np.full(len(low), ends.fraction[end])
        arc, way, _ = self._router.entrance.stretch(self._by_edge.edge[rows], low, high)
        way += self._by_edge.deciseconds[rows] + ends.deciseconds[end]
        open_ = arc != NO_ARC
        place = self._by_edge.place[rows][open_]
        taken[place] = np.minimum(taken[place], way[open_].astype(np.int32))

    def _direct(self, taken: Ints32, point: Floats, rate: float) -> None:
        """Shorten times by ways on local streets alone."""
        furthest = self._router.network.reach.direct_metres
        low, high = self._box
        if (point < low - furthest).any() or (point > high + furthest).any():
            return
        near, way, _ = direct(self._router.access, self.doors, point, rate)
        taken[near] = np.minimum(taken[near], way.astype(np.int32))
