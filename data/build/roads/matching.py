"""Give the skeleton's edges the class, carriageway, number, true length and shape of the centrelines they follow.

An edge follows a centreline when the way along it between the edge's two nodes is about as long as the edge. Where a
centreline joins two nodes that the skeleton joins only by a long way round, the skeleton has a break: it is closed with
the centreline's own length.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from nearhome.data.base.arrays import Floats, Ints
    from nearhome.data.build.roads.sources import Centrelines, Skeleton


NEAR_METRES = 130.0
"""The skeleton's nodes are rounded to 0.001 degrees and stand for whole junctions: so near a line they are on it."""
NEAREST_VERTICES = 14
RATIO_SLACK = 0.15
SLACK_METRES = 400.0
"""A match may differ from the edge by this share and this length: the skeleton's own lengths are simplified."""
BREAK_RATIO = 1.3
UNCOVERED_METRES = 300.0
"""A centreline this far from every matched way is one that the skeleton does not have."""


@dataclass(slots=True)
class Shapes:
    """The line of each matched edge, from its u to its v, as EPSG:27700 points, keyed by the edge's row number."""

    lines: dict[int, Floats] = field(default_factory=dict)


def smallest(tail: Ints, head: Ints, metres: Floats, size: int) -> csr_matrix:
    """Build a sparse two-way graph keeping the shortest of parallel arcs (SciPy alone would sum them).

    Parameters
    ----------
    tail, head
        Ends of the arcs, by node number; each arc leads both ways.
    metres
        Their lengths.
    size
        How many nodes there are.
    """
    rows, columns, weights = np.r_[tail, head], np.r_[head, tail], np.r_[metres, metres]
    order = np.lexsort((weights, columns, rows))
    rows, columns, weights = rows[order], columns[order], weights[order]
    first = np.r_[True, (rows[1:] != rows[:-1]) | (columns[1:] != columns[:-1])]
    return csr_matrix((weights[first], (rows[first], columns[first])), shape=(size, size))


class Matcher:
    """The skeleton's nodes attached to one set of centrelines."""

    def __init__(self, skeleton: Skeleton, lines: Centrelines) -> None:
        self.skeleton = skeleton
        self.lines = lines
        self.offset = len(lines.xy)
        near = cKDTree(lines.xy).query_ball_point(skeleton.xy, NEAR_METRES)
        node: list[int] = []
        vertex: list[int] = []
        for row in np.flatnonzero([len(group) > 0 for group in near]):
            group = np.asarray(near[row])
            if len(group) > NEAREST_VERTICES:
                gap = np.hypot(*(lines.xy[group] - skeleton.xy[row]).T)
                group = group[np.argsort(gap, kind="stable")[:NEAREST_VERTICES]]
            node += [int(row)] * len(group)
            vertex += group.tolist()
        self.node, self.vertex = np.asarray(node), np.asarray(vertex)
        self.reach = np.hypot(*(lines.xy[self.vertex] - skeleton.xy[self.node]).T)
        self.aside = np.full(len(skeleton.nodes), np.inf)
        np.minimum.at(self.aside, self.node, self.reach)
        tail, head, metres = lines.arcs
        self.graph = smallest(
            np.r_[tail, self.node + self.offset],
            np.r_[head, self.vertex],
            np.r_[metres, self.reach],
            self.offset + len(skeleton.nodes),
        )

    def match(self, shapes: Shapes) -> Ints:
        """Annotate the edges that follow these centrelines; return the vertices that are now covered."""
        edges = self.skeleton.edges
        attached = np.zeros(len(self.skeleton.nodes), bool)
        attached[self.node] = True
        candidates = edges[attached[edges["u"]] & attached[edges["v"]] & edges["kind"].eq("road")]
        covered: list[Ints] = []
        found: dict[str, list[Any]] = {"row": [], "metres": [], "road_class": [], "carriageway": [], "ref": []}
        for start, group in ((int(str(node)), part) for node, part in candidates.groupby("u")):
            limit = group["metres"].max() * (1 + RATIO_SLACK) + SLACK_METRES
            metres, before = dijkstra(self.graph, indices=self.offset + start, limit=limit, return_predecessors=True)
            for row, goal, length in zip(group.index, group["v"], group["metres"], strict=True):
                way = metres[self.offset + goal]
                if abs(way - length) > length * RATIO_SLACK + SLACK_METRES:
                    continue
                path = self._path(before, start, int(goal))
                if len(path) == 0:
                    continue
                covered.append(path)
                way -= self.aside[start] + self.aside[goal]  # how far nodes lie off the line is their rounding
                road_class, carriageway, ref = self._describe(path)
                for name, value in zip(found, (row, max(length, way), road_class, carriageway, ref), strict=True):
                    found[name].append(value)
                shapes.lines[row] = self.lines.xy[path]
        rows = np.asarray(found.pop("row"), dtype=np.int64)
        better = edges["carriageway"].to_numpy()[rows] == "unknown"
        taken = rows[better]
        for name, values in found.items():
            edges.loc[taken, name] = np.asarray(values)[better]
        edges.loc[taken, "source"] = self.lines.source
        return np.unique(np.concatenate(covered)) if covered else np.empty(0, np.int64)

    def close_breaks(self, covered: Ints, shapes: Shapes) -> int:
        """Join nodes that follow each other along a stretch the skeleton lacks; return how many links were added."""
        size = self.offset + len(self.skeleton.nodes)
        sources = np.unique(self.node) + self.offset
        metres, before, nearest = dijkstra(
            self.graph, indices=sources, min_only=True, return_predecessors=True, limit=30_000
        )
        uncovered = np.zeros(size, bool)
        gap, _ = cKDTree(self.lines.xy[covered]).query(self.lines.xy)
        mainline = self.lines.attributes["mainline"].to_numpy()[self.lines.line]
        uncovered[: self.offset] = (gap > UNCOVERED_METRES) & mainline
        tail, head, length = self.lines.arcs
        between = (nearest[tail] != nearest[head]) & np.isfinite(metres[tail]) & np.isfinite(metres[head])
        joins = pd.DataFrame(
            {
                "tail": tail[between],
                "head": head[between],
                "a": nearest[tail[between]] - self.offset,
                "b": nearest[head[between]] - self.offset,
                "metres": metres[tail[between]] + length[between] + metres[head[between]],
            }
        )
        joins["low"], joins["high"] = joins[["a", "b"]].min(axis=1), joins[["a", "b"]].max(axis=1)
        joins = joins.sort_values(["metres", "low", "high"]).drop_duplicates(["low", "high"])
        edges = self.skeleton.edges
        network = smallest(
            edges["u"].to_numpy(), edges["v"].to_numpy(), edges["metres"].to_numpy(), len(self.skeleton.nodes)
        )
        added: list[dict[str, object]] = []
        first = len(edges)
        columns = (joins[name].tolist() for name in ("a", "b", "tail", "head", "metres"))
        for a, b, from_vertex, to_vertex, way in zip(*columns, strict=True):
            path = np.r_[
                self._path(before, a, from_vertex, end_is_vertex=True),
                self._path(before, b, to_vertex, end_is_vertex=True)[::-1],
            ]
            if not uncovered[path].any():
                continue
            limit = BREAK_RATIO * way + SLACK_METRES
            if dijkstra(network, indices=a, limit=limit)[b] < limit:
                continue
            road_class, carriageway, ref = self._describe(path)
            shapes.lines[first + len(added)] = self.lines.xy[path]
            added.append(
                {
                    "u": a,
                    "v": b,
                    "metres": way,
                    "road_class": road_class,
                    "carriageway": carriageway,
                    "ref": ref,
                    "source": self.lines.source,
                }
            )
        self.skeleton.add_edges(added)
        return len(added)

    def _path(self, before: Ints, start: int, goal: int, *, end_is_vertex: bool = False) -> Ints:
        """Read the centreline vertices from node ``start`` to ``goal`` out of a predecessor array."""
        path: list[int] = []
        at = goal if end_is_vertex else goal + self.offset
        while at not in (start + self.offset, -9999):
            path.append(at)
            at = before[at]
        vertices = np.asarray(path[::-1], dtype=np.int64)
        return vertices[vertices < self.offset]

    def _describe(self, path: Ints) -> tuple[str, str, str]:
        """Say what most of a path is: class, carriageway and road number."""
        attributes = self.lines.attributes
        lines = self.lines.line[path]
        values = [attributes[name].to_numpy()[lines] for name in ("road_class", "carriageway", "ref")]
        known = values[1] != "unknown"
        if known.any():
            values[1] = values[1][known]
        road_class, carriageway, ref = (str(pd.Series(value).mode().iloc[0]) for value in values)
        return road_class, carriageway, ref
