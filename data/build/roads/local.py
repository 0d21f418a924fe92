"""Local roads between the A roads, modelled: no finer road data is at hand that nearhome may ship.

Places and points along the main roads are joined to their neighbours: the Gabriel graph, in which two points are joined
where no third lies in the circle between them. A link follows no road that anybody drew. It stands for the lanes and
streets by which one gets from one place to the next, longer than the crow flies (``DETOUR``), and is left out where it
would cross water, or a stretch where for the most part nobody lives: there, as a rule, is no road. A main road is cut
where a link joins it. How near that comes to real drives is measured (``benchmarks/accuracy.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Delaunay, cKDTree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nearhome.data.base.arrays import Bools, Floats, Ints
    from nearhome.data.build.roads.surroundings import Surroundings


PLACES_APART_METRES = 700.0
"""Of places nearer to each other than this the larger stands for all: they share their streets."""

JUNCTIONS_APART_METRES = 300.0
JOINED_EVERY_METRES = 1_500.0
"""Main roads can be joined at their junctions, and on longer stretches about so often."""

LONGEST_METRES = 12_000.0
"""A link is no longer than this: beyond lies open country."""

DETOUR = 1.2
"""Length by road over the crow's, of a link; found on the even rows of the reference drives, where 1.2 to 1.3 do as
well as each other. From a door to the roads it is more, ``SpeedModel.detour``: a link leads straight on."""

MOST_EMPTY = 0.5
"""A link with a larger share of its length where no postcode lies within a kilometre is left out."""

MOST_SEA_METRES = 300.0
"""So much of a link may lie off the outline of the land, which is generalised to some 500 m."""

TOO_NEAR_METRES = 1.0


@dataclass(frozen=True, slots=True)
class MainRoads:
    """The main roads as built so far: nodes and edges as tables, and the lines of the edges that bend.

    ``xy`` is in metres, EPSG:27700, shape (nodes, 2); ``edges`` has u, v (rows of ``xy``), metres and attributes;
    ``lines`` are points of an edge from u to v.
    """

    xy: Floats
    edges: pd.DataFrame
    lines: dict[int, Floats]

    def drawn(self) -> NDArray[np.object_]:
        """Draw every edge as a line, straight where it does not bend."""
        ends = np.stack([self.xy[self.edges["u"]], self.xy[self.edges["v"]]], axis=1)
        drawn: NDArray[np.object_] = np.asarray(shapely.linestrings(ends), dtype=object)
        for row, line in self.lines.items():
            drawn[row] = shapely.linestrings(line)
        return drawn


@dataclass(frozen=True, slots=True)
class _Sites:
    """Points that may be joined: nodes of the main roads, points along these, places; in this order, each sorted.

    ``node`` is the row of the node, ``edge`` and ``share`` say which road and where from u; -1 for what is none.
    """

    xy: Floats
    node: Ints
    edge: Ints
    share: Floats

    @property
    def main(self) -> Bools:
        """Which lie on a main road."""
        return np.asarray((self.node >= 0) | (self.edge >= 0))

    def only(self, rows: Ints) -> _Sites:
        """Give some of the sites."""
        return _Sites(self.xy[rows], self.node[rows], self.edge[rows], self.share[rows])


def with_local(
    roads: MainRoads, places: Floats, sizes: Ints, land: shapely.Geometry, water: Floats, around: Surroundings
) -> MainRoads:
    """Add links between places, cutting the main roads where these join.

    Parameters
    ----------
    roads
        The main roads; only those that a door may join are joined: no motorway, ferry, bridge or tunnel.
    places
        Points of places, EPSG:27700, shape (places, 2).
    sizes
        How large each place is, in postcodes.
    land
        The outline of the country, EPSG:27700.
    water
        What no link crosses: segments x1, y1, x2, y2 in metres, EPSG:27700.
    around
        Where people live.
    """
    if len(places) == 0:
        return roads
    drawn = roads.drawn()
    sites = _sites(roads, drawn, places, sizes)
    one, other = neighbours(sites.xy)
    kept = ~(sites.main[one] & sites.main[other])
    one, other = one[kept], other[kept]
    lines = np.asarray(shapely.linestrings(np.stack([sites.xy[one], sites.xy[other]], axis=1)), dtype=object)
    kept = (shapely.length(lines) <= LONGEST_METRES) & ~_wet(lines, land, water)
    one, other, lines = one[kept], other[kept], lines[kept]
    kept = around.along(lines)[2] <= MOST_EMPTY
    one, other, lines = one[kept], other[kept], lines[kept]
    kept = _reached(one, other, sites.main)
    used, ends = np.unique(np.concatenate([one[kept], other[kept]]), return_inverse=True)
    links = ends.reshape(2, -1)
    return _joined(roads, drawn, sites.only(used), links, shapely.length(lines[kept]))


def _sites(roads: MainRoads, drawn: NDArray[np.object_], places: Floats, sizes: Ints) -> _Sites:
    """Gather the points that may be joined, thinned."""
    edges = roads.edges
    joinable = np.flatnonzero(
        ~edges["road_class"].isin(["motorway", "ferry"])
        & ~edges["kind"].isin(["ferry", "crossing"])
        & edges["toll"].eq("")
    )
    ends = edges[["u", "v"]].to_numpy()
    degree = np.bincount(ends.ravel(), minlength=len(roads.xy))
    nodes = np.unique(ends[joinable])
    nodes = nodes[apart(roads.xy[nodes], degree[nodes], JUNCTIONS_APART_METRES)]
    length = shapely.length(drawn[joinable])
    count = np.where(length > 1.5 * JOINED_EVERY_METRES, length // JOINED_EVERY_METRES, 0).astype(np.int64)
    edge = np.repeat(joinable, count)
    step = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count) + 1
    share = step / np.repeat(count + 1, count)
    along = shapely.get_coordinates(shapely.line_interpolate_point(drawn[edge], share, normalized=True))
    towns = places[apart(places, sizes, PLACES_APART_METRES)]
    xy = np.vstack([roads.xy[nodes], along, towns])
    none = np.full(len(xy), -1)
    node, on = none.copy(), none.copy()
    node[: len(nodes)] = nodes
    on[len(nodes) : len(nodes) + len(along)] = edge
    at = np.zeros(len(xy))
    at[len(nodes) : len(nodes) + len(along)] = share
    first = np.unique(np.round(xy / TOO_NEAR_METRES), axis=0, return_index=True)[1]
    return _Sites(xy, node, on, at).only(np.sort(first))


def apart(xy: Floats, size: Ints, metres: float) -> Ints:
    """Choose points so that none lies nearer than some metres to a larger one that is chosen; of equals the first."""
    near = cKDTree(xy).query_ball_point(xy, metres)
    gone = np.zeros(len(xy), bool)
    chosen = np.zeros(len(xy), bool)
    for row in np.argsort(-size, kind="stable").tolist():
        if not gone[row]:
            chosen[row] = True
            gone[near[row]] = True
    return np.flatnonzero(chosen)


def neighbours(xy: Floats) -> tuple[Ints, Ints]:
    """Find the edges of the Gabriel graph, rows of points, each once and sorted."""
    triangles = Delaunay(xy).simplices
    pairs = np.vstack([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [0, 2]]])
    one, other = np.unique(np.sort(pairs, axis=1), axis=0).astype(np.int64).T
    radius = np.hypot(*(xy[one] - xy[other]).T) / 2
    nearest, _ = cKDTree(xy).query((xy[one] + xy[other]) / 2)
    empty = nearest >= radius * (1 - 1e-9)
    return one[empty], other[empty]


def _reached(one: Ints, other: Ints, main: Bools) -> Bools:
    """Say which links hang together with a main road; on an island without one they lead nowhere."""
    size = len(main)
    graph = csr_matrix((np.ones(len(one), bool), (one, other)), shape=(size, size))
    _, part = connected_components(graph, directed=False)
    reached = np.zeros(size, bool)
    reached[part[main]] = True
    return np.asarray(reached[part[one]])


def _wet(lines: NDArray[np.object_], land: shapely.Geometry, water: Floats) -> Bools:
    """Say which lines cross a barrier, or run over more sea than the outline is unsure of."""
    shapely.prepare(land)
    wet = np.zeros(len(lines), bool)
    off = np.flatnonzero(~shapely.covers(land, lines))
    wet[off] = shapely.length(shapely.difference(lines[off], land)) > MOST_SEA_METRES
    tree = shapely.STRtree([shapely.LineString(ends) for ends in water.reshape(-1, 2, 2)])
    wet[tree.query(lines, predicate="intersects")[0]] = True
    return wet


def _joined(roads: MainRoads, drawn: NDArray[np.object_], sites: _Sites, links: Ints, crow_metres: Floats) -> MainRoads:
    """Cut main roads at the sites along them, and append the links, whose ends are rows of the sites."""
    fresh = np.flatnonzero(sites.node < 0)
    row = sites.node.copy()
    row[fresh] = len(roads.xy) + np.arange(len(fresh))
    edges, lines = _cut(roads, drawn, sites, row)
    added = pd.DataFrame({"u": row[links[0]], "v": row[links[1]], "metres": DETOUR * crow_metres})
    added = added.assign(road_class="local", carriageway="single", kind="local", source="modelled")
    for name in edges.columns.difference(added.columns):
        added[name] = 0 if edges[name].dtype.kind in "if" else ""
    whole = pd.concat([edges, added[list(edges)].astype(edges.dtypes.to_dict())], ignore_index=True)
    return MainRoads(np.vstack([roads.xy, sites.xy[fresh]]), whole, lines)


def _cut(
    roads: MainRoads, drawn: NDArray[np.object_], sites: _Sites, row: Ints
) -> tuple[pd.DataFrame, dict[int, Floats]]:
    """Cut edges at the sites on them, in the order of the edges.

    A stretch has its share of the length, and is no shorter than the crow flies.
    """
    on = np.flatnonzero(sites.edge >= 0)
    on = on[np.lexsort((sites.share[on], sites.edge[on]))]
    size = len(roads.edges)
    cuts = np.bincount(sites.edge[on], minlength=size)
    owner = np.repeat(np.arange(size), cuts + 1)
    first = np.cumsum(cuts + 1) - (cuts + 1)
    last = first + cuts
    place = first[sites.edge[on]] + np.arange(len(on)) - (np.cumsum(cuts) - cuts)[sites.edge[on]]
    u, v = roads.edges["u"].to_numpy()[owner], roads.edges["v"].to_numpy()[owner]
    low, high = np.zeros(len(owner)), np.ones(len(owner))
    v[place], high[place] = row[on], sites.share[on]
    u[place + 1], low[place + 1] = row[on], sites.share[on]
    edges = roads.edges.iloc[owner].reset_index(drop=True)
    edges["u"], edges["v"] = u, v
    share = edges["metres"] * (high - low)
    at = np.vstack([roads.xy, np.zeros((len(sites.xy), 2))])
    at[row[on]] = sites.xy[on]
    crow = np.hypot(*(at[u] - at[v]).T)
    edges["metres"] = np.where(cuts[owner] > 0, np.maximum(share, crow), share)
    lines: dict[int, Floats] = {}
    for edge, line in roads.lines.items():
        for stretch in range(int(first[edge]), int(last[edge]) + 1):
            whole = cuts[edge] == 0
            lines[stretch] = line if whole else _stretch(drawn[edge], float(low[stretch]), float(high[stretch]))
    return edges, lines


def _stretch(line: shapely.LineString, low: float, high: float) -> Floats:
    """Cut the part of a line between two shares of its length."""
    from shapely.ops import substring

    return np.asarray(shapely.get_coordinates(substring(line, low, high, normalized=True)))
