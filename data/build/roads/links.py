"""Close what is broken and add what is missing: short breaks, estuary crossings, ferries, tolls, corridors.

The hand-kept part is ``links.toml`` beside this file; each entry is snapped to the network and checked.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from nearhome.data.base import coordinates
from nearhome.data.build.roads.matching import smallest
from nearhome.data.errors import SourceError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nearhome.data.build.roads.matching import Shapes
    from nearhome.data.build.roads.sources import Skeleton


LONGEST_BREAK_METRES = 3_000.0
"""A dead end closer than this to another node of the same road, by air, is joined to it."""

DETOUR = 3.0
DETOUR_METRES = 1_000.0
"""... when the way round over the network is more than three times as far, and a kilometre more."""

SINUOSITY = 1.2
"""Road length over crow distance of a closed break; breaks are short, so an error here is some hundred metres."""

PORT_SINUOSITY = 1.3
"""Road length over crow distance of a road to a port; winding coasts."""

SETTLED_METRES = 2_000.0
"""A ferry end this close to a node needs no road of its own."""


def read_links() -> dict[str, Any]:
    """Read the hand-kept table of links."""
    return tomllib.loads((files("nearhome.data.build.roads") / "links.toml").read_text(encoding="utf-8"))


def network_of(skeleton: Skeleton) -> Any:
    """Build the sparse two-way graph of a skeleton, metres."""
    edges = skeleton.edges
    return smallest(edges["u"].to_numpy(), edges["v"].to_numpy(), edges["metres"].to_numpy(), len(skeleton.nodes))


class Linker:
    """Adds the hand-kept and the derived links to a skeleton."""

    def __init__(self, skeleton: Skeleton, shapes: Shapes) -> None:
        self.skeleton = skeleton
        self.shapes = shapes
        self.table = read_links()
        self.snap_metres = float(self.table["snap_km"]) * 1000.0

    def close_short_breaks(self) -> int:
        """Join dead ends to the other side of a short break; return how many links were added."""
        xy, edges = self.skeleton.xy, self.skeleton.edges
        degree = np.bincount(np.r_[edges["u"], edges["v"]], minlength=len(xy))
        network, tree = network_of(self.skeleton), cKDTree(xy)
        water = [entry["box"] for entry in self.table["water"]]
        joined: dict[tuple[int, int], float] = {}
        for dead in np.flatnonzero(degree == 1):
            near = np.asarray(tree.query_ball_point(xy[dead], LONGEST_BREAK_METRES))
            near = near[near != dead]
            if not len(near):
                continue
            crow = np.hypot(*(xy[near] - xy[dead]).T)
            round_trip = dijkstra(network, indices=dead, limit=DETOUR * LONGEST_BREAK_METRES + DETOUR_METRES)[near]
            broken = round_trip > DETOUR * crow + DETOUR_METRES
            if not broken.any():
                continue
            preferred = np.where(degree[near] == 1, crow, 2 * crow)
            other = int(near[broken][np.argmin(preferred[broken])])
            middle = self.skeleton.nodes.loc[[dead, other], ["lat", "lon"]].mean()
            if any(s <= middle["lat"] <= n and w <= middle["lon"] <= e for s, w, n, e in water):
                continue
            joined[min(int(dead), other), max(int(dead), other)] = float(np.hypot(*(xy[other] - xy[dead])))
        self.skeleton.add_edges(
            [
                {"u": u, "v": v, "metres": max(SINUOSITY * metres, 50.0), "kind": "gap", "source": "estimate"}
                for (u, v), metres in joined.items()
            ]
        )
        return len(joined)

    def drop_false_roads(self) -> None:
        """Drop what the skeleton takes for roads and is none: foot ferries.

        Raises
        ------
        SourceError
            When nothing cuts a gate: the skeleton has changed.
        """
        for entry in self.table["false_road"]:
            cutting = self.cutting(entry["gate"])
            if not cutting.any():
                msg = f"No road cuts the gate of {entry['name']!r}: take it out of links.toml."
                raise SourceError(msg)
            self.skeleton.edges = self.skeleton.edges[~cutting].reset_index(drop=True)

    def add_crossings_and_gaps(self) -> list[str]:
        """Add each crossing whose gate nothing cuts, and each long gap; return the names of those added."""
        added = []
        for entry in self.table["crossing"]:
            if self.cutting(entry["gate"]).any():
                continue
            self._link(entry, kind="crossing", carriageway=entry["carriageway"])
            added.append(entry["name"])
        for entry in self.table["gap"]:
            self._link(entry, kind="gap", carriageway=entry.get("carriageway", "single"))
            added.append(entry["name"])
        return added

    def add_tolls(self) -> None:
        """Give the toll key to every edge that cuts the gate of a tolled crossing.

        Raises
        ------
        SourceError
            When nothing cuts a gate: the crossing is missing from the network.
        """
        for entry in self.table["crossing"]:
            cutting = self.cutting(entry["gate"])
            if not cutting.any():
                msg = f"No road cuts the gate of {entry['name']!r}: correct its link in links.toml."
                raise SourceError(msg)
            self.skeleton.edges.loc[cutting, ["toll", "name"]] = entry.get("toll", ""), entry["name"]

    def add_ferries(self) -> None:
        """Add the roads to ports and on islands, then each ferry as an edge with crossing and waiting seconds."""
        for entry in self.table["port_road"]:
            rows = [self._node(point, create=True) for point in entry["points"]]
            xy = self.skeleton.xy
            self.skeleton.add_edges(
                [
                    {
                        "u": u,
                        "v": v,
                        "metres": PORT_SINUOSITY * float(np.hypot(*(xy[v] - xy[u]))),
                        "carriageway": "single",
                        "kind": "gap",
                        "source": "estimate",
                        "name": entry["name"],
                    }
                    for u, v in pairwise(rows)
                ]
            )
        for entry in self.table["ferry"]:
            u, v = (self._node(point, create=True) for point in entry["ends"])
            xy = self.skeleton.xy
            self.skeleton.add_edges(
                [
                    {
                        "u": u,
                        "v": v,
                        "metres": float(np.hypot(*(xy[v] - xy[u]))),
                        "road_class": "ferry",
                        "kind": "ferry",
                        "source": "estimate",
                        "ferry": entry["key"],
                        "name": entry["name"],
                        "ferry_seconds": 60 * entry["crossing_minutes"],
                        "wait_seconds": 60 * entry["wait_minutes"],
                    }
                ]
            )

    def mark_corridors(self) -> None:
        """Give the edges along each corridor its class and carriageway, where no centreline has spoken."""
        network = network_of(self.skeleton)
        edges = self.skeleton.edges
        row_of = {}
        for row, u, v in zip(edges.index, edges["u"], edges["v"], strict=True):
            row_of[min(u, v), max(u, v)] = row
        for entry in self.table["corridor"]:
            stops = [self._node(point, create=False) for point in entry["points"]]
            for start, goal in pairwise(stops):
                _, before = dijkstra(network, indices=start, return_predecessors=True)
                at = goal
                while at != start:
                    if before[at] < 0:
                        ends = self.skeleton.nodes.loc[[start, goal], ["lat", "lon"]].to_numpy().tolist()
                        msg = f"No road joins {ends} on the corridor {entry['ref']!r}: correct links.toml."
                        raise SourceError(msg)
                    row = row_of[min(at, before[at]), max(at, before[at])]
                    if edges.at[row, "source"] in {"scgraph", "estimate"} and edges.at[row, "kind"] != "ferry":
                        road_class = "motorway" if entry["road_class"] == "motorway" else "trunk"
                        edges.loc[row, ["road_class", "carriageway", "ref"]] = road_class, "dual", entry["ref"]
                    at = before[at]

    def cutting(self, gate: list[list[float]]) -> NDArray[np.bool_]:
        """Say which edges cut a line given by two points as lat, lon."""
        edges, xy = self.skeleton.edges, self.skeleton.xy
        line = shapely.linestrings(np.column_stack(coordinates.to_metres(*np.transpose(gate))))
        straight = np.asarray(shapely.linestrings(np.stack([xy[edges["u"]], xy[edges["v"]]], axis=1)))
        for row, shape in self.shapes.lines.items():
            if len(shape) > 1:
                straight[row] = shapely.linestrings(shape)
        return np.asarray(shapely.intersects(straight, line) & edges["kind"].ne("ferry").to_numpy())

    def _link(self, entry: dict[str, Any], *, kind: str, carriageway: str) -> None:
        u, v = (self._node(point, create=False) for point in entry["link"])
        self.skeleton.add_edges(
            [
                {
                    "u": u,
                    "v": v,
                    "metres": 1000.0 * entry["km"],
                    "carriageway": carriageway,
                    "kind": kind,
                    "source": "estimate",
                    "name": entry["name"],
                }
            ]
        )

    def _node(self, point: list[float], *, create: bool) -> int:
        """Find the node nearest to a point, or create one where none is near and that is allowed."""
        x, y = coordinates.to_metres(*point)
        metres = np.hypot(*(self.skeleton.xy - [x, y]).T)
        nearest = int(np.argmin(metres))
        if create and metres[nearest] > SETTLED_METRES:
            return self.skeleton.add_node(*point)
        if metres[nearest] > self.snap_metres:
            msg = (
                f"The nearest road to {point} is {metres[nearest] / 1000:.1f} km away, more than "
                f"{self.snap_metres / 1000:g} km: correct the point in links.toml."
            )
            raise SourceError(msg)
        return nearest
