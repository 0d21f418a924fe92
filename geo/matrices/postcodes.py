"""All postcodes of Great Britain to a set of places at once: minutes and miles, looked up by postcode.

One sweep of the hierarchy gives every junction's way to every goal; a compiled loop then adds each postcode's local
streets. What comes out is what ``Router.route`` says for the same postcode, in tenths of a minute and of a mile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nearhome.data.base.units import METRES_PER_MILE, METRES_PER_TENTH_MILE
from nearhome.data.catalogue import columns
from nearhome.data.errors import InputError, UnknownPlaceError
from nearhome.data.places import postcodes
from nearhome.geo.roads.weights import METRE, NO_ARC, SHIFT
from nearhome.geo.routing.router import grid_points

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from nearhome.data.base.arrays import Floats, Ints
    from nearhome.data.base.coordinates import Point
    from nearhome.geo.routing.router import Router
    from nearhome.geo.routing.routes import Matrix
    from nearhome.geo.routing.snapping import Joins


BLOCK = 50_000
UNREACHABLE = np.uint16(65_535)
"""What stands where no way exists; ``minutes`` and ``miles`` give NaN."""


@dataclass(frozen=True, slots=True)
class PostcodeMatrix:
    """Every postcode, in the order of the postcodes table, to every goal.

    Both arrays are uint16, shape (postcodes, goals), with UNREACHABLE where there is no way.
    """

    tenths_of_minutes: NDArray[np.uint16]
    tenths_of_miles: NDArray[np.uint16]

    def minutes(self, row: int | slice = slice(None), goal: int | slice = slice(None)) -> Floats:
        """Minutes for some rows and goals; NaN where unreachable."""
        return _read(self.tenths_of_minutes[row, goal])

    def miles(self, row: int | slice = slice(None), goal: int | slice = slice(None)) -> Floats:
        """Miles for some rows and goals; NaN where unreachable."""
        return _read(self.tenths_of_miles[row, goal])

    def of(self, postcode: str) -> tuple[Floats, Floats]:
        """Minutes and miles from one postcode to every goal.

        Raises
        ------
        UnknownPlaceError
            When the postcode is not in the table.
        """
        row = int(postcodes.shipped().row_of([postcode])[0])
        if row < 0:
            msg = f"{postcode} is not a postcode in the table; check its letters and numbers: one looks like TR1 2HE."
            raise UnknownPlaceError(msg)
        return self.minutes(row), self.miles(row)


def _read(values: NDArray[np.uint16]) -> Floats:
    return np.where(values == UNREACHABLE, np.nan, values / 10.0)


def all_postcodes_to(router: Router, goals: Sequence[Point]) -> PostcodeMatrix:
    """Compute minutes and miles from every postcode of Great Britain to goals, on the shipped network.

    The rows are looked up in the postcodes table: nothing is searched or copied for a postcode.

    Raises
    ------
    InputError
        When the router's network is not the shipped one, whose roads the postcodes are known to join.
    """
    roads, table = router.network, postcodes.shipped()
    if roads.rank is None:
        msg = "All postcodes at once need the shipped road network; for another give its places to Router.matrix."
        raise InputError(msg)
    try:
        from nearhome.geo.matrices.postcode_kernel import Edges, Goals, Postcodes, Rules, fill
    except ImportError:
        return _by_blocks(router, goals)
    east, north = table.all_points()
    choice, starts, edges = _joined_roads()
    xy = grid_points(goals)
    doors = router.goals(xy)
    sector_starts = np.r_[0, np.cumsum(table.sectors["count"].astype(np.int64))]
    found = router.metric.to_goals([doors.of(goal) for goal in range(len(goals))])
    minutes = np.empty((len(table), len(goals)), np.uint16)
    miles = np.empty_like(minutes)
    forward, backward = (
        np.where(arcs == NO_ARC, -1, roads.deciseconds[np.maximum(arcs, 0)]) for arcs in router.arcs_by_edge
    )
    reach = roads.reach.direct_metres
    nodes = np.column_stack([roads.edges.u, roads.edges.v])
    fill(
        Postcodes(east, north, choice, sector_starts),
        Edges(
            starts,
            edges,
            router.metric.hierarchy.rank[nodes],
            roads.xy[nodes],
            np.column_stack([forward, backward]),
            roads.edges.metres,
            router.access.seconds_per_metre,
        ),
        Goals(
            xy,
            *_goals_by_edge(doors.joins, len(roads.edges.u)),
            doors.rate,
            *_goals_near(east, north, sector_starts, xy, reach),
            *_barriers_near(router.access.barriers, xy, reach),
        ),
        Rules(roads.model.detour, reach, SHIFT, METRE),
        found,
        minutes,
        miles,
    )
    _join_again(router, xy, minutes, miles)
    return PostcodeMatrix(minutes, miles)


def _join_again(router: Router, goals_xy: Floats, minutes: NDArray[np.uint16], miles: NDArray[np.uint16]) -> None:
    """Let the router answer for postcodes whose roads lead nowhere now, because some are closed."""
    goals = np.unique(router.goals(goals_xy).joins.place)
    if router.whole or len(goals) == 0:
        return
    xy = np.column_stack(postcodes.shipped().all_points()).astype(float)
    rows = np.flatnonzero((xy >= 0).all(axis=1) & (minutes[:, goals] == UNREACHABLE).any(axis=1))
    for first in range(0, len(rows), BLOCK):
        some = rows[first : first + BLOCK]
        minutes[some], miles[some] = tenths(router.matrix_between(xy[some], goals_xy))


def _by_blocks(router: Router, goals: Sequence[Point]) -> PostcodeMatrix:
    """Compute the same without numba: a block of postcodes after another, some minutes for all of them."""
    xy = np.column_stack(postcodes.shipped().all_points()).astype(float)
    xy[(xy < 0).any(axis=1)] = np.nan
    minutes = np.empty((len(xy), len(goals)), np.uint16)
    miles = np.empty_like(minutes)
    for first in range(0, len(xy), BLOCK):
        rows = slice(first, first + BLOCK)
        minutes[rows], miles[rows] = tenths(router.matrix_between(xy[rows], grid_points(goals)))
    return PostcodeMatrix(minutes, miles)


def tenths(matrix: Matrix) -> NDArray[np.uint16]:
    """Round a matrix to tenths of minutes and of miles, from whole deciseconds and metres as the compiled loop does.

    Returns
    -------
    uint16, shape (2, origins, destinations), UNREACHABLE where there is no way.
    """
    found = np.full((2, *matrix.minutes.shape), UNREACHABLE)
    reached = np.isfinite(matrix.minutes)
    deciseconds, metres = np.rint(matrix.minutes[reached] * 600.0), np.rint(matrix.miles[reached] * METRES_PER_MILE)
    found[0][reached], found[1][reached] = np.rint(deciseconds / 60.0), np.rint(metres / METRES_PER_TENTH_MILE)
    return found


def _joined_roads() -> tuple[NDArray[np.uint8], Ints, Ints]:
    """Open the shipped choice of roads: choices by row, and each sector's list of edges."""
    choice, lists = columns.read_array("postcode_roads"), columns.read_array("sector_roads")
    starts = np.searchsorted(lists["sector"], np.arange(len(postcodes.shipped().sectors) + 1))
    return choice.view(np.uint8).reshape(len(choice), -1), starts, lists["edge"].astype(np.int64)


def _goals_by_edge(joins: Joins, size: int) -> tuple[Ints, Ints, Floats, Ints, Ints]:
    """Arrange the goals' joins by edge: starts, goal, fraction, deciseconds and metres."""
    order = np.argsort(joins.edge, kind="stable")
    starts = np.searchsorted(joins.edge[order], np.arange(size + 1))
    return starts, joins.place[order], joins.fraction[order], joins.deciseconds[order], joins.metres[order]


def _goals_near(
    east: NDArray[np.int32], north: NDArray[np.int32], sector_starts: Ints, xy: Floats, metres: float
) -> tuple[Ints, Ints]:
    """Choose for each sector the goals that may lie within some metres of one of its postcodes."""
    low, high = [], []
    for values in (east, north):
        known = np.where(values < 0, np.iinfo(np.int32).max, values), values
        low.append(np.minimum.reduceat(known[0], sector_starts[:-1]))
        high.append(np.maximum.reduceat(known[1], sector_starts[:-1]))
    near = np.ones((len(sector_starts) - 1, len(xy)), bool)
    for axis in (0, 1):
        near &= (xy[:, axis] + metres >= low[axis][:, None]) & (xy[:, axis] - metres <= high[axis][:, None])
    sector, goal = np.nonzero(near)
    return np.searchsorted(sector, np.arange(len(sector_starts))), goal


def _barriers_near(barriers: Floats, xy: Floats, metres: float) -> tuple[Ints, Floats]:
    """Choose for each goal the barriers that may lie between it and a place within some metres."""
    low, high = np.minimum(barriers[:, :2], barriers[:, 2:]), np.maximum(barriers[:, :2], barriers[:, 2:])
    near = [(low <= point + metres).all(axis=1) & (high >= point - metres).all(axis=1) for point in xy]
    starts = np.r_[0, np.cumsum([chosen.sum() for chosen in near])].astype(np.int64)
    return starts, np.concatenate([barriers[chosen] for chosen in near]) if near else np.empty((0, 4))
