"""Routes read out: from the arcs that a search gave to the stretches of road that one drives, with their lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nearhome.geo.roads.weights import METRE, NO_ARC, SHIFT
from nearhome.geo.routing.routes import RouteStep, cut, local_step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nearhome.data.base.arrays import Ints
    from nearhome.geo.routing.endpoints import Doors, Entrance
    from nearhome.geo.routing.engines import FoundPath
    from nearhome.geo.routing.snapping import Joins

    At = tuple[float, float]
    Ends = tuple[At, At]


class StepReader:
    """What turns ways on a network into steps; ``ends`` are the doors, (lat, lon) in EPSG:4326."""

    def __init__(self, entrance: Entrance) -> None:
        self._entrance = entrance

    def through(self, start: Doors, way: FoundPath, goal: Doors, ends: Ends) -> list[RouteStep]:
        """Read the way from one origin to one goal that a search found.

        Parameters
        ----------
        start, goal
            The places, one in each.
        way
            What the search found.
        ends
            Their doors, (lat, lon) in EPSG:4326.
        """
        share_out, share_in = float(start.entries.share[way.start]), float(goal.entries.share[way.goal])
        first, last = int(start.entries.arc[way.start]), int(goal.entries.arc[way.goal])
        out = [self._part(first, 1.0 - share_out, 1.0, share=share_out)] if first != NO_ARC else []
        into = [self._part(last, 0.0, share_in)] if last != NO_ARC else []
        left = out[0].line[0] if out else self._at(start.entries.node[way.start])
        reached = into[0].line[-1] if into else self._at(goal.entries.node[way.goal])
        way_out = _local(start.joins, int(start.entries.join[way.start]), (ends[0], left))
        way_in = _local(goal.joins, int(goal.entries.join[way.goal]), (reached, ends[1]))
        return [way_out, *out, *self._whole(way.arcs), *into, way_in]

    def _at(self, node: int) -> At:
        return float(self._entrance.network.lat[node]), float(self._entrance.network.lon[node])

    def _whole(self, arcs: Ints) -> Iterator[RouteStep]:
        """Give whole arcs as steps."""
        roads = self._entrance.network
        edges, kind = roads.edges, roads.edges.texts["kind"]
        edge, tail, head = roads.edge[arcs], roads.tail[arcs], roads.head[arcs]
        columns = (edge, roads.forward[arcs], roads.deciseconds[arcs], edges.metres[edge], kind.codes[edge])
        ends = (roads.lat[tail], roads.lon[tail], roads.lat[head], roads.lon[head])
        rows = zip(arcs.tolist(), *(column.tolist() for column in (*columns, *ends)), strict=True)
        for arc, number, forward, taken, metres, code, *(y1, x1, y2, x2) in rows:
            shape = roads.lines.get(number)
            points = [] if shape is None else shape[:: 1 if forward else -1].tolist()
            line = ((y1, x1), *map(tuple, points), (y2, x2))
            yield RouteStep(arc, 1.0, taken, metres, kind.words[code], line)

    def along(self, start: tuple[Joins, int], goal: tuple[Joins, int], ends: Ends) -> list[RouteStep]:
        """Read the way along the one edge that a row of joins and another share."""
        (joins, row), (others, other) = start, goal
        low, high = float(joins.fraction[row]), float(others.fraction[other])
        arc = int(self._entrance.arcs_by_edge[0 if high >= low else 1][joins.edge[row]])
        shares = (low, high) if high >= low else (1.0 - low, 1.0 - high)
        part = self._part(arc, *shares, share=abs(high - low))
        return [_local(joins, row, (ends[0], part.line[0])), part, _local(others, other, (part.line[-1], ends[1]))]

    def _part(self, arc: int, low: float, high: float, *, share: float | None = None) -> RouteStep:
        """Cut the stretch of an arc between two shares of its length.

        ``share`` is their difference as a matrix takes it; worked out again from 1 - low and 1 - high it can differ in
        the last digit, and then round to another tenth of a second.
        """
        roads = self._entrance.network
        edge = int(roads.edge[arc])
        share = high - low if share is None else share
        line = roads.line(arc)
        if share < 1.0:
            line = cut(line, low, high)
        return RouteStep(
            arc=arc,
            share=share,
            deciseconds=round(share * int(roads.deciseconds[arc])),
            metres=round(share * int(roads.edges.metres[edge])),
            kind=roads.edges.text("kind", edge),
            line=tuple(map(tuple, line.tolist())),
        )


def _local(joins: Joins, row: int, line: Ends) -> RouteStep:
    return local_step(int(joins.deciseconds[row]) * SHIFT + int(joins.metres[row]) * METRE, line)
