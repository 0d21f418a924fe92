"""Routes and origin-destination matrices by road: quickest first, in tenths of a second and whole metres.

``Router(graph)`` compiles a networkx graph in OSMnx conventions, or the shipped network, once. A place joins the
network at several points (``nearhome.geo.access``); time and distance travel together in one weight, time first, so
that the distance given is the distance of the quickest way and a route and a matrix cannot disagree.
"""

from __future__ import annotations

from functools import cache, cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from nearhome.data import grid
from nearhome.data.errors import NoRouteError
from nearhome.geo import network as networks
from nearhome.geo.access import FURTHEST_METRES, Access
from nearhome.geo.routes import NO_ARC, SHIFT, Matrix, Point, Route, Step, cut, local_step, route_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import networkx as nx
    from numpy.typing import NDArray

    from nearhome.geo.access import Joins
    from nearhome.geo.contraction import Metric
    from nearhome.geo.explaining import Explanation
    from nearhome.geo.national import PostcodeMatrix
    from nearhome.geo.network import RoadNetwork

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

__all__ = ["NO_ARC", "SHIFT", "Matrix", "Point", "Route", "Router", "Step", "grid_points"]


class Router:
    """A compiled road network that answers routes and matrices.

    Parameters
    ----------
    graph
        A networkx MultiDiGraph in OSMnx conventions (``x``, ``y`` in degrees or a projected ``crs``; ``length`` in
        metres; ``travel_time`` in seconds, else a speed by highway tag), or a ``RoadNetwork``.
    """

    def __init__(self, graph: nx.MultiDiGraph[Any] | RoadNetwork) -> None:
        roads = graph if isinstance(graph, networks.RoadNetwork) else networks.from_graph(graph)
        self.network = roads
        self.access = Access(roads)
        weight = (roads.deciseconds * SHIFT + roads.edges.metres[roads.edge]).astype(np.float64)
        order = np.lexsort((weight, roads.head, roads.tail))
        tail, head = roads.tail[order], roads.head[order]
        first = np.r_[True, (np.diff(tail) != 0) | (np.diff(head) != 0)]  # of parallel arcs the quickest
        self._arc = order[first]
        self._tail, self._head = tail[first], head[first]
        self._weight = weight[self._arc]
        self._size = len(roads.lat)
        self._arc_of = self._arcs_by_edge(forward=True), self._arcs_by_edge(forward=False)

    @classmethod
    @cache
    def shipped(cls) -> Router:
        """Open the shipped strategic network, once a process."""
        return cls(networks.shipped())

    def route(self, origin: Point, destination: Point) -> Route:
        """Find the quickest way between two places.

        Raises
        ------
        NoRouteError
            When a place lies too far from any road, or no road or ferry joins the two.
        """
        xy = grid_points([origin, destination])
        joins = self.access.joins(xy)
        start, end = self._side(joins, 0), self._side(joins, 1)
        self._refuse_unreached(start, "origin")
        self._refuse_unreached(end, "destination")
        node, cost, row = self._entries(start, arriving=False)
        graph = self._with_extra_node(node, cost, outward=True)
        found, before = dijkstra(graph, indices=self._size, return_predecessors=True)
        exit_node, exit_cost, exit_row = self._entries(end, arriving=True)
        total = found[exit_node] + exit_cost
        best = int(np.argmin(total)) if len(total) else 0
        alternatives = [(float(total[best]) if len(total) else np.inf, "network")]
        shared = self._along_one_edge(start, end)
        if shared is not None:
            alternatives.append((shared[0], "edge"))
        direct = self._direct(xy, joins)
        alternatives.append((float(direct[0, 0]), "direct"))
        weight, how = min(alternatives)
        if not np.isfinite(weight):
            msg = "No road or car ferry that nearhome knows joins these two places; look for a flight or a foot ferry."
            raise NoRouteError(msg)
        a, b = (origin.lat, origin.lon), (destination.lat, destination.lon)
        if how == "direct":
            return route_of([local_step(int(weight), (a, b))])
        if how == "edge" and shared is not None:
            steps = self._edge_steps(start, end, shared, a, b)
            return route_of(steps)
        path = self._nodes(before, int(exit_node[best]))
        entry = int(np.flatnonzero((node == path[0]) & (cost == found[path[0]]))[0])
        steps = self._steps(start, int(row[entry]), path, end, int(exit_row[best]), a, b)
        return route_of(steps)

    def matrix(self, origins: Sequence[Point], destinations: Sequence[Point]) -> Matrix:
        """Compute minutes and miles of the quickest ways from all origins to all destinations."""
        return self.matrix_between(grid_points(origins), grid_points(destinations))

    def matrix_between(self, origins_xy: Floats, destinations_xy: Floats) -> Matrix:
        """Compute a matrix between points in metres, EPSG:27700, both of shape (places, 2)."""
        start, end = self.access.joins(origins_xy), self.access.joins(destinations_xy)
        weight = np.full((len(origins_xy), len(destinations_xy)), np.inf)
        node, cost, row = self._entries(start, arriving=False)
        for column in range(len(destinations_xy)):
            side = self._side(end, column)
            exit_node, exit_cost, _ = self._entries(side, arriving=True)
            if len(exit_node) == 0:
                continue
            graph = self._with_extra_node(exit_node, exit_cost, outward=False)
            found = dijkstra(graph, indices=self._size)
            np.minimum.at(weight[:, column], start.place[row], found[node] + cost)
            for place in np.unique(start.place[np.isin(start.edge, side.edge)]):
                shared = self._along_one_edge(self._side(start, int(place)), side)
                if shared is not None:
                    weight[place, column] = min(weight[place, column], shared[0])
        weight = np.minimum(weight, self._direct_matrix(origins_xy, destinations_xy, start, end))
        reached = np.isfinite(weight)
        whole = np.where(reached, weight, 0).astype(np.int64)
        return Matrix(
            minutes=np.where(reached, (whole // SHIFT) / 600.0, np.nan),
            miles=np.where(reached, (whole % SHIFT) / 1609.344, np.nan),
        )

    def all_postcodes_to(self, goals: Sequence[Point]) -> PostcodeMatrix:
        """Compute minutes and miles from every postcode of Great Britain, on the shipped network.

        The rows are looked up in the postcodes table: nothing is searched or copied for a postcode.
        """
        from nearhome.geo import national  # noqa: PLC0415 -- it needs this module, and numba

        return national.all_postcodes_to(self, goals)

    def nearest(self, origins: Sequence[Point], goals: Sequence[Point], k: int = 1) -> tuple[Ints, Floats]:
        """Find the k goals that are quickest to reach from each origin.

        Returns
        -------
        Numbers of the goals and minutes, both of shape (origins, k), the quickest first; -1 and NaN where fewer than k
        can be reached.
        """
        minutes = self.matrix(origins, goals).minutes
        order = np.argsort(minutes, axis=1, kind="stable")[:, :k]  # NaN comes last
        found = np.take_along_axis(minutes, order, axis=1)
        return np.where(np.isnan(found), -1, order), found

    def reweight(self, **conditions: Any) -> Router:
        """Give a router for the same roads under other conditions; see ``nearhome.geo.reweighting.reweighted``."""
        from nearhome.geo.reweighting import reweighted  # noqa: PLC0415 -- only scenarios need it

        return Router(reweighted(self.network, **conditions))

    def explain(self, origin: Point, destination: Point) -> Explanation:
        """Say which roads the quickest way uses and on which estimates it rests; see ``nearhome.geo.explaining``."""
        from nearhome.geo import explaining  # noqa: PLC0415 -- it needs this module

        return explaining.explain(self, origin, destination)

    @cached_property
    def metric(self) -> Metric:
        """The network as a contraction hierarchy, with time and distance in one weight; needs numba."""
        from nearhome.geo.contraction import Hierarchy  # noqa: PLC0415 -- it brings numba

        roads = self.network
        hierarchy = Hierarchy.build(roads.tail, roads.head, roads.lat, roads.lon, roads.rank)
        return hierarchy.customise(roads.deciseconds * SHIFT + roads.edges.metres[roads.edge])

    def exits(self, goals: Sequence[Point]) -> list[tuple[Ints, Ints]]:
        """Give for each goal the nodes from which it is reached, and the weights of the rest of the way."""
        joins = self.access.joins(grid_points(goals))
        sides = [self._entries(self._side(joins, goal), arriving=True) for goal in range(len(goals))]
        return [(node, weight.astype(np.int64)) for node, weight, _ in sides]

    @property
    def arcs_by_edge(self) -> tuple[Ints, Ints]:
        """The arc of each edge from u to v, and from v to u; NO_ARC where there is none."""
        return self._arc_of

    # How a place enters and leaves the network

    def _arcs_by_edge(self, *, forward: bool) -> Ints:
        """Give the arc of each edge in one direction, or NO_ARC."""
        roads = self.network
        arcs = np.full(len(roads.edges.u), NO_ARC)
        chosen = np.flatnonzero(roads.forward == forward)
        arcs[roads.edge[chosen]] = chosen
        return arcs

    @staticmethod
    def _side(joins: Joins, place: int) -> Joins:
        low, high = np.searchsorted(joins.place, [place, place + 1])
        rows = slice(int(low), int(high))
        return type(joins)(
            joins.place[rows], joins.edge[rows], joins.fraction[rows], joins.metres[rows], joins.deciseconds[rows]
        )

    def _entries(self, joins: Joins, *, arriving: bool) -> tuple[Ints, Floats, Ints]:
        """Give nodes, weights and join rows by which places enter the network, or leave it when arriving.

        Row numbers of joins reached against an edge's direction are the same as forward ones: the node tells them
        apart.
        """
        edges, roads = self.network.edges, self.network
        nodes, weights, rows = [], [], []
        for direction, arcs in zip((True, False), self._arc_of, strict=True):
            arc = arcs[joins.edge]
            usable = np.flatnonzero(arc != NO_ARC)
            share = joins.fraction[usable] if direction else 1.0 - joins.fraction[usable]  # from the arc's tail
            if not arriving:
                share = 1.0 - share
            taken = np.round(share * roads.deciseconds[arc[usable]]) + joins.deciseconds[usable]
            metres = np.round(share * edges.metres[joins.edge[usable]]) + joins.metres[usable]
            nodes.append((roads.tail if arriving else roads.head)[arc[usable]])
            weights.append(taken * SHIFT + metres)
            rows.append(usable)
        return np.concatenate(nodes), np.concatenate(weights), np.concatenate(rows)

    def _with_extra_node(self, node: Ints, cost: Floats, *, outward: bool) -> csr_matrix:
        """Build the graph with one more node joined to others; reversed when it is where ways end."""
        order = np.lexsort((cost, node))
        kept = order[np.r_[True, np.diff(node[order]) != 0]] if len(order) else order
        if outward:
            starts = np.searchsorted(self._tail, np.arange(self._size + 1))
            indices, data = self._head, self._weight
        else:
            starts, indices, data = self._reversed
        return csr_matrix(
            (np.r_[data, cost[kept]], np.r_[indices, node[kept]], np.r_[starts, len(data) + len(kept)]),
            shape=(self._size + 1, self._size + 1),
        )

    @cached_property
    def _reversed(self) -> tuple[Ints, Ints, Floats]:
        """The graph turned round: where each node's arcs start, the nodes they lead to, their weights."""
        order = np.lexsort((self._tail, self._head))
        head = self._head[order]
        return np.searchsorted(head, np.arange(self._size + 1)), self._tail[order], self._weight[order]

    @staticmethod
    def _refuse_unreached(joins: Joins, where: Literal["origin", "destination"]) -> None:
        if len(joins.place) == 0:
            what = "place to start from" if where == "origin" else "prison or place to go to"
            msg = (
                f"No road within {FURTHEST_METRES / 1609.344:.0f} miles of the {what} can be reached without crossing "
                "water: look for a passenger ferry or a flight."
            )
            raise NoRouteError(msg, where)

    # Ways that never leave one road or the local streets

    def _along_one_edge(self, start: Joins, end: Joins) -> tuple[float, int, int] | None:
        """Find the best way along one edge that both places join: weight, row of start, row of end."""
        best: tuple[float, int, int] | None = None
        for row, edge in enumerate(start.edge):
            for other in np.flatnonzero(end.edge == edge):
                share = end.fraction[other] - start.fraction[row]
                arc = self._arc_of[0 if share >= 0 else 1][edge]
                if arc == NO_ARC:
                    continue
                taken = round(abs(share) * self.network.deciseconds[arc])
                metres = round(abs(share) * self.network.edges.metres[edge])
                taken += start.deciseconds[row] + end.deciseconds[other]
                metres += start.metres[row] + end.metres[other]
                weight = float(taken * SHIFT + metres)
                if best is None or weight < best[0]:
                    best = weight, row, int(other)
        return best

    def _direct(self, xy: Floats, joins: Joins) -> Floats:
        return self._direct_matrix(xy[:1], xy[1:], self._side(joins, 0), _as_place_zero(self._side(joins, 1)))

    def _direct_matrix(self, origins: Floats, destinations: Floats, start: Joins, end: Joins) -> Floats:
        """Compute the weights of ways on local streets alone, infinite where too far, across water or off the roads."""
        weight = np.full((len(origins), len(destinations)), np.inf)
        rate_from, rate_to = (
            self._local_rate(joins, count) for joins, count in ((start, len(origins)), (end, len(destinations)))
        )
        for column, point in enumerate(destinations):
            crow = np.hypot(*(origins - point).T)
            near = np.flatnonzero(crow <= self.network.reach.direct_metres)
            if len(near) == 0:
                continue
            wet = self.access.crosses_water(origins[near], np.repeat(point[None], len(near), axis=0))
            near = near[~wet]
            rate = np.maximum(rate_from[near], rate_to[column])
            taken = np.round(10.0 * crow[near] * rate)
            metres = np.round(crow[near] * self.network.model.detour)
            weight[near, column] = np.where(np.isfinite(rate), taken * SHIFT + metres, np.inf)
        return weight

    def _local_rate(self, joins: Joins, places: int) -> Floats:
        """Seconds for a metre of crow distance around each place: those of its slowest road nearby."""
        rate = np.full(places, np.nan)
        np.fmax.at(rate, joins.place, self.access.seconds_per_metre[joins.edge])
        return rate

    # Reading a route out

    def _nodes(self, before: Ints, goal: int) -> list[int]:
        path = [goal]
        while before[path[-1]] != self._size:
            path.append(int(before[path[-1]]))
        return path[::-1]

    def _steps(
        self,
        start: Joins,
        row: int,
        path: list[int],
        end: Joins,
        exit_row: int,
        a: tuple[float, float],
        b: tuple[float, float],
    ) -> list[Step]:
        roads = self.network
        first, last = int(start.edge[row]), int(end.edge[exit_row])
        leaving = self._arc_at(first, head=path[0])
        arriving = self._arc_at(last, tail=path[-1])
        share_out = start.fraction[row] if roads.forward[leaving] else 1.0 - start.fraction[row]
        share_in = end.fraction[exit_row] if roads.forward[arriving] else 1.0 - end.fraction[exit_row]
        out = self._part(leaving, float(share_out), 1.0)
        into = self._part(arriving, 0.0, float(share_in))
        middle = [self._part(self._quickest(u, v), 0.0, 1.0) for u, v in pairwise(path)]
        way_out = local_step(int(start.deciseconds[row]) * SHIFT + int(start.metres[row]), (a, out.line[0]))
        way_in = local_step(int(end.deciseconds[exit_row]) * SHIFT + int(end.metres[exit_row]), (into.line[-1], b))
        return [way_out, out, *middle, into, way_in]

    def _edge_steps(
        self,
        start: Joins,
        end: Joins,
        shared: tuple[float, int, int],
        a: tuple[float, float],
        b: tuple[float, float],
    ) -> list[Step]:
        _, row, other = shared
        low, high = float(start.fraction[row]), float(end.fraction[other])
        arc = int(self._arc_of[0 if high >= low else 1][start.edge[row]])
        ends = (low, high) if high >= low else (1.0 - low, 1.0 - high)
        part = self._part(arc, *ends, share=abs(high - low))
        way_out = local_step(int(start.deciseconds[row]) * SHIFT + int(start.metres[row]), (a, part.line[0]))
        way_in = local_step(int(end.deciseconds[other]) * SHIFT + int(end.metres[other]), (part.line[-1], b))
        return [way_out, part, way_in]

    def _arc_at(self, edge: int, *, head: int | None = None, tail: int | None = None) -> int:
        """Give the arc of an edge that ends, or begins, at a node."""
        roads = self.network
        for arcs in self._arc_of:
            arc = int(arcs[edge])
            if arc != NO_ARC and (roads.head[arc] == head if tail is None else roads.tail[arc] == tail):
                return arc
        msg = f"edge {edge} does not touch node {head if tail is None else tail}"
        raise AssertionError(msg)

    def _quickest(self, u: int, v: int) -> int:
        low, high = np.searchsorted(self._tail, [u, u + 1])
        return int(self._arc[low + np.searchsorted(self._head[low:high], v)])

    def _part(self, arc: int, low: float, high: float, *, share: float | None = None) -> Step:
        """Cut the stretch of an arc between two shares of its length.

        ``share`` is their difference as a matrix takes it; worked out again from 1 - low and 1 - high it can differ in
        the last digit, and then round to another tenth of a second.
        """
        roads = self.network
        edge = int(roads.edge[arc])
        share = high - low if share is None else share
        line = roads.line(arc)
        if share < 1.0:
            line = cut(line, low, high)
        return Step(
            arc=arc,
            share=share,
            deciseconds=round(share * int(roads.deciseconds[arc])),
            metres=round(share * int(roads.edges.metres[edge])),
            kind=roads.edges.text("kind", edge),
            line=tuple((float(lat), float(lon)) for lat, lon in line),
        )


def _as_place_zero(joins: Joins) -> Joins:
    return type(joins)(np.zeros_like(joins.place), joins.edge, joins.fraction, joins.metres, joins.deciseconds)


def grid_points(points: Sequence[Point]) -> Floats:
    """Give places as metres, EPSG:27700, shape (places, 2)."""
    lat = np.array([point.lat for point in points], dtype=float)
    lon = np.array([point.lon for point in points], dtype=float)
    return np.column_stack(grid.to_metres(lat, lon))
