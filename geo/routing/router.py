"""Routes and origin-destination matrices by road: quickest first, in tenths of a second and whole metres.

``Router(graph)`` compiles a networkx graph in OSMnx conventions, or the shipped network, once. A place joins the
network at several points (``nearhome.geo.routing.snapping``), and where none of those lead to the goal at others
(``nearhome.geo.routing.components``). Time, distance and tolls travel together in one weight, time first, so that the
distance given is the distance of the quickest way and a route and a matrix cannot disagree.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from nearhome.data.base import coordinates, extras
from nearhome.data.base.units import METRES_PER_MILE
from nearhome.data.errors import NoRouteError
from nearhome.geo.roads import edges
from nearhome.geo.roads import network as networks
from nearhome.geo.roads.graph import from_graph
from nearhome.geo.roads.weights import METRE, NOWHERE, SHIFT
from nearhome.geo.routing.candidates import Neighbourhood
from nearhome.geo.routing.endpoints import Entrance, direct
from nearhome.geo.routing.engines import BestArcs, Plain, Swept
from nearhome.geo.routing.nearest import FURTHEST_METRES
from nearhome.geo.routing.routes import Matrix, Route, RouteStep, local_step, matrix_of, route_of
from nearhome.geo.routing.snapping import Access
from nearhome.geo.routing.unpacking import StepReader

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import networkx as nx
    from numpy.typing import NDArray

    from nearhome.data.base.arrays import Array, Floats, Ints
    from nearhome.data.base.coordinates import Point
    from nearhome.geo.hierarchy.cch import Metric
    from nearhome.geo.roads.conditions import Conditions
    from nearhome.geo.roads.network import RoadNetwork
    from nearhome.geo.routing.components import Components
    from nearhome.geo.routing.endpoints import Doors
    from nearhome.geo.routing.engines import SearchEngine
    from nearhome.geo.routing.explain import Explanation
    from nearhome.geo.routing.snapping import Joins
    from nearhome.geo.routing.unpacking import Ends


WORTH_OPENING = 400
"""To load numba and open the shipped hierarchy takes about as long as so many searches with SciPy: 1.15 s, and 3 ms
each (21 November 2026, two cores). So one journey, or one family's way to every prison, never waits for it."""


WORTH_MAPPING = 1_000_000
"""Where the hierarchy was kept with its weights, it is opened once so many nodes would be visited: numba takes half a
second then, and SciPy as long for a million nodes or two."""

WORTH_CUSTOMISING = 50_000_000
"""Where only the order was kept, as under other conditions, the hierarchy is built once so many would be visited."""


class Router:
    """A compiled road network that answers routes and matrices.

    Parameters
    ----------
    graph
        A networkx MultiDiGraph in OSMnx conventions (``x``, ``y`` in degrees or a projected ``crs``; ``length`` in
        metres; ``travel_time`` in seconds, else a speed by highway tag), or a ``RoadNetwork``. Bent edges of a graph
        are cut at their bends, unless it is one of main roads alone, as shipped, which are joined as if straight.
    kept
        The arrays that ``arrays`` gave of a router of the same network, so that nothing is worked out again.
    """

    def __init__(self, graph: nx.MultiDiGraph[Any] | RoadNetwork, kept: Mapping[str, Array] | None = None) -> None:
        self.network = graph if isinstance(graph, networks.RoadNetwork) else _straightened(graph)
        self._kept = kept
        self.access = self._access_to_roads()
        self.entrance = Entrance(self.network, self.access.seconds_per_metre, kept)
        self._best = BestArcs(self.network, kept)
        self._plain = Plain(self._best)
        self._reader = StepReader(self.entrance)
        self._searches = 0

    def _access_to_roads(self) -> Access:
        return Access(self.network)

    def arrays(self) -> dict[str, Array]:
        """Give what takes long to work out as arrays, to be kept and given to another router of this network."""
        parts = self._best.arrays() | self.entrance.arrays() | self.access.arrays()
        return parts | (self.metric.arrays() if extras.has_numba() else {})

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

        Examples
        --------
        >>> from nearhome.data.base.coordinates import Spot
        >>> route = Router.shipped().route(Spot(50.263, -5.051), Spot(50.723, -3.527))
        >>> round(route.miles)
        88
        """
        xy = grid_points([origin, destination])
        start, goal = self.origins(xy[:1]), self.goals(xy[1:])
        _refuse_unreached(start.joins, "origin")
        _refuse_unreached(goal.joins, "destination")
        ends = (origin.lat, origin.lon), (destination.lat, destination.lon)
        steps = self._best_steps(start, goal, ends)
        if steps is None:
            for _, again, there in self.joined_again(start, goal, np.ones((1, 1), bool)):
                steps = self._best_steps(again, there, ends)
        if steps is None:
            msg = "No road or car ferry that nearhome knows joins these two places; look for a flight or a foot ferry."
            raise NoRouteError(msg)
        return route_of(steps)

    def matrix(self, origins: Sequence[Point], destinations: Sequence[Point]) -> Matrix:
        """Compute minutes, miles and tolls of the quickest ways from all origins to all destinations."""
        return self.matrix_between(grid_points(origins), grid_points(destinations))

    def matrix_between(self, origins_xy: Floats, destinations_xy: Floats) -> Matrix:
        """Compute a matrix between points in metres, EPSG:27700, both of shape (places, 2).

        Each pair has the answer that it would have alone: where it has to join other roads, no other pair does.
        """
        start, goals = self.origins(origins_xy), self.goals(destinations_xy)
        weight = self._least(start, goals)
        lost = np.asarray(weight >= NOWHERE)
        if lost.any():
            for goal, again, there in self.joined_again(start, goals, lost):
                found = self._least(again, there)[:, 0]
                weight[lost[:, goal], goal] = np.minimum(weight[:, goal], found)[lost[:, goal]]
        return matrix_of(weight)

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
        """Give a router for the same roads under other conditions; see ``nearhome.geo.roads.conditions.reweighted``."""
        from nearhome.geo.roads.conditions import reweighted

        return Router(reweighted(self.network, **conditions))

    def under(self, conditions: Conditions) -> Router:
        """Give a router for the same roads under conditions, this one for today's."""
        from nearhome.geo.roads.conditions import TODAY

        if conditions == TODAY:
            return self
        closed = conditions.closed_on(self.network)
        return self.reweight(
            closed=closed, slower=conditions.slower, tolls=conditions.tolls, ferries=conditions.ferries
        )

    def explain(self, origin: Point, destination: Point) -> Explanation:
        """Say which roads the quickest way uses and on which estimates it rests."""
        from nearhome.geo.routing import explain as routing_explain

        return routing_explain.explain(self.route(origin, destination), self.network)

    @cached_property
    def metric(self) -> Metric:
        """The network as a contraction hierarchy, with time, distance and tolls in one weight; needs numba."""
        from nearhome.geo.hierarchy.cch import Hierarchy, Metric

        if self._has_metric:
            return Metric.opened(self._kept or {})
        roads = self.network
        hierarchy = Hierarchy.build(roads.tail, roads.head, roads.lat, roads.lon, roads.rank)
        return hierarchy.customise(roads.weights)

    @property
    def _has_metric(self) -> bool:
        """Whether the hierarchy was kept, so that to open it is to load numba."""
        return bool(self._kept) and "metric_forward" in (self._kept or {})

    # Places

    def origins(self, xy: Floats) -> Doors:
        """Prepare places to start from, in metres, EPSG:27700, shape (places, 2)."""
        return self.entrance.doors(xy, self.access.joins(xy), arriving=False)

    def goals(self, xy: Floats) -> Doors:
        """Prepare places to go to, in metres, EPSG:27700, shape (places, 2)."""
        return self.entrance.doors(xy, self.access.joins(xy), arriving=True)

    def exits(self, goals: Sequence[Point]) -> list[tuple[Ints, Ints]]:
        """Give for each goal the nodes from which it is reached, and the weights of the rest of the way."""
        doors = self.goals(grid_points(goals))
        return [doors.of(goal) for goal in range(len(goals))]

    @property
    def arcs_by_edge(self) -> tuple[Ints, Ints]:
        """The arc of each edge from u to v, and from v to u; NO_ARC where there is none."""
        return self.entrance.arcs_by_edge

    @cached_property
    def components(self) -> Components:
        """Which parts of the network lead to which."""
        from nearhome.geo.routing.components import Components

        return Components(self.network)

    @cached_property
    def whole(self) -> bool:
        """Whether every road that a place may join leads to every other: joining others then never helps.

        Where all streets are on the network a place may join any junction, those of motorways too.
        """
        roads = self.network
        joined = np.unique(roads.edge if roads.reach.has_all_streets else self.access.edge)
        parts = self.components
        found = np.r_[parts.left_for[joined], parts.come_from[joined]]
        return bool((found == found[:1]).all() and (found >= 0).all())

    @cached_property
    def _leaving(self) -> Neighbourhood:
        return Neighbourhood(self.access, self.components.left_for)

    @cached_property
    def _coming(self) -> Neighbourhood:
        return Neighbourhood(self.access, self.components.come_from)

    def joined_again(self, start: Doors, goals: Doors, lost: NDArray[np.bool_]) -> Iterator[tuple[int, Doors, Doors]]:
        """Join other roads where no way leads from an origin to a goal; see ``Components.joined_again``.

        Yields
        ------
        A goal, all origins, of which only some have joins, and that goal alone.
        """
        from nearhome.geo.routing.components import AGAIN_METRES

        if self.whole:
            return
        ends = self._coming.near(np.where(np.asarray(lost.any(axis=0))[:, None], goals.xy, np.nan), AGAIN_METRES)
        asked = np.asarray(lost[:, np.unique(ends.place)].any(axis=1))
        starts = self._leaving.near(np.where(asked[:, None], start.xy, np.nan), AGAIN_METRES)
        for goal, from_, to in self.components.joined_again(starts, ends, lost):
            joins, joined = self.access.joins_of(from_), self.access.joins_of(to)
            there = replace(joined, place=np.zeros_like(joined.place))
            yield (
                goal,
                self.entrance.doors(start.xy, joins, arriving=False),
                self.entrance.doors(goals.xy[goal : goal + 1], there, arriving=True),
            )

    # Searching

    def _engine(self, searches: int) -> SearchEngine:
        """Choose what searches: the hierarchy once it is open, or once opening it is worth it, else SciPy.

        A network without an order of its nodes has the hierarchy only if someone asked for ``metric``: finding an order
        takes much longer than many searches.
        """
        self._searches += searches
        if "metric" not in vars(self):
            visited = self._searches * len(self.network.lat)
            worth = self._searches >= WORTH_OPENING or visited >= WORTH_CUSTOMISING
            if self._has_metric:
                worth = visited >= WORTH_MAPPING
            if not worth or (self.network.rank is None and not self._has_metric):
                return self._plain
        return Swept(self._best, self.metric) if extras.has_numba() else self._plain

    def _least(self, start: Doors, goals: Doors) -> Ints:
        """Compute the weights of the best ways, shape (origins, goals); NOWHERE or more where there is none."""
        places, count = len(start.xy), len(goals.xy)
        weight = self._engine(count).matrix(start.entries, places, [goals.of(goal) for goal in range(count)])
        row, other, along = self.entrance.along_one_edge(start.joins, goals.joins)
        np.minimum.at(weight, (start.joins.place[row], goals.joins.place[other]), along)
        for goal in range(count):
            near, taken, metres = direct(self.access, start, goals.xy[goal], float(goals.rate[goal]))
            weight[near, goal] = np.minimum(weight[near, goal], taken * SHIFT + metres * METRE)
        return weight

    def _best_steps(self, start: Doors, goal: Doors, ends: Ends) -> list[RouteStep] | None:
        """Find the quickest way from one origin to one goal as steps; None where there is none."""
        near, taken, metres = direct(self.access, start, goal.xy[0], float(goal.rate[0]))
        best = int(taken[0] * SHIFT + metres[0] * METRE) if len(near) else NOWHERE
        steps = [local_step(best, ends)] if len(near) else None
        row, other, along = self.entrance.along_one_edge(start.joins, goal.joins)
        if len(row) and along.min() < best:
            least = int(np.argmin(along))
            best = int(along[least])
            steps = self._reader.along((start.joins, int(row[least])), (goal.joins, int(other[least])), ends)
        way = self._engine(1).between(start.of(0), goal.of(0))
        return steps if way is None or way.weight >= best else self._reader.through(start, way, goal, ends)


def _straightened(graph: nx.MultiDiGraph[Any]) -> RoadNetwork:
    """Take a graph as arrays, cut at its bends where it has the local streets, to which a few metres matter."""
    roads = from_graph(graph)
    if roads.reach == edges.STRATEGIC or not roads.lines:
        return roads
    from nearhome.geo.roads import straighten

    return straighten.straightened(roads)


def _refuse_unreached(joins: Joins, where: Literal["origin", "destination"]) -> None:
    if len(joins.place) == 0:
        what = "place to start from" if where == "origin" else "prison or place to go to"
        msg = (
            f"No road within {FURTHEST_METRES / METRES_PER_MILE:.0f} miles of the {what} can be reached without "
            "crossing water: look for a passenger ferry or a flight."
        )
        raise NoRouteError(msg, where)


def grid_points(points: Sequence[Point]) -> Floats:
    """Give places as metres, EPSG:27700, shape (places, 2)."""
    lat = np.array([point.lat for point in points], dtype=float)
    lon = np.array([point.lon for point in points], dtype=float)
    return np.column_stack(coordinates.to_metres(lat, lon))
