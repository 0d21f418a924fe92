"""Where places enter the network and leave it: the nodes at the ends of the roads they join, and what it takes to them.

``Router.origins`` and ``Router.goals`` prepare places so; routes, matrices, the national sweep and the surfaces of
catchments all start from what they give, so that they round alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nearhome.geo.roads.weights import METRE, NO_ARC, SHIFT
from nearhome.geo.routing.nearest import ON_THE_ROAD

if TYPE_CHECKING:
    from nearhome.data.base.arrays import Floats, Ints
    from nearhome.geo.roads.network import RoadNetwork
    from nearhome.geo.routing.snapping import Access, Joins


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """One row for each place, road and direction, sorted by place.

    ``node`` is where the place comes to the network, or leaves it for a goal; ``deciseconds`` and ``metres`` are the
    way between the two, local streets and ``share`` of the arc ``arc``; ``join`` is the row of the joins. Where a place
    joins the node itself ``arc`` is NO_ARC.
    """

    place: Ints
    node: Ints
    deciseconds: Ints
    metres: Ints
    join: Ints
    arc: Ints
    share: Floats

    @property
    def weight(self) -> Ints:
        """Time and distance in one number; nobody joins a road at a toll."""
        return self.deciseconds * SHIFT + self.metres * METRE


@dataclass(frozen=True, slots=True, eq=False)
class Doors:
    """Places prepared as origins or as goals.

    ``xy`` is in metres, EPSG:27700, shape (places, 2); ``rate`` is seconds for a metre of crow distance on the local
    streets around each place, those of its slowest road; NaN where it joins none.
    """

    xy: Floats
    joins: Joins
    entries: Entries
    rate: Floats

    def of(self, place: int) -> tuple[Ints, Ints]:
        """Give the nodes of one place and the weights of the ways to or from them."""
        entries = self.entries
        rows = slice(*np.searchsorted(entries.place, [place, place + 1]).tolist())
        return entries.node[rows], entries.weight[rows]


class Entrance:
    """A network's roads by edge, and how places come onto them."""

    def __init__(self, roads: RoadNetwork, seconds_per_metre: Floats) -> None:
        self.network = roads
        self.seconds_per_metre = seconds_per_metre
        self.arcs_by_edge = self._by_edge(forward=True), self._by_edge(forward=False)

    def _by_edge(self, *, forward: bool) -> Ints:
        """Give the arc of each edge in one direction, or NO_ARC."""
        roads = self.network
        arcs = np.full(len(roads.edges.u), NO_ARC)
        chosen = np.flatnonzero(roads.forward == forward)
        arcs[roads.edge[chosen]] = chosen
        return arcs

    def doors(self, xy: Floats, joins: Joins, *, arriving: bool) -> Doors:
        """Prepare places that join the roads as given: as goals when arriving, else as origins."""
        rate = np.full(len(xy), np.nan)
        np.fmax.at(rate, joins.place, self.seconds_per_metre[joins.edge])
        return Doors(xy, joins, self._entries(joins, arriving=arriving), rate)

    def _entries(self, joins: Joins, *, arriving: bool) -> Entries:
        roads = self.network
        rows: list[Ints] = []
        arcs: list[Ints] = []
        shares: list[Floats] = []
        for along, by_edge in zip((True, False), self.arcs_by_edge, strict=True):
            arc = by_edge[joins.edge]
            usable = np.flatnonzero((arc != NO_ARC) & (joins.node == ON_THE_ROAD))
            share = joins.fraction[usable] if along else 1.0 - joins.fraction[usable]  # from the arc's tail
            rows.append(usable)
            arcs.append(arc[usable])
            shares.append(share if arriving else 1.0 - share)
        at_node = np.flatnonzero(joins.node != ON_THE_ROAD)
        rows.append(at_node)
        arcs.append(np.full(len(at_node), NO_ARC))
        shares.append(np.zeros(len(at_node)))
        order = np.argsort(np.concatenate(rows), kind="stable")
        row, arc, share = np.concatenate(rows)[order], np.concatenate(arcs)[order], np.concatenate(shares)[order]
        node = joins.node[row]
        part = np.flatnonzero(arc != NO_ARC)
        passed = arc[part]
        node[part] = (roads.tail if arriving else roads.head)[passed]
        deciseconds, metres = joins.deciseconds[row], joins.metres[row]
        deciseconds[part] += np.round(share[part] * roads.deciseconds[passed]).astype(np.int64)
        metres[part] += np.round(share[part] * roads.edges.metres[roads.edge[passed]]).astype(np.int64)
        return Entries(
            place=joins.place[row],
            node=node,
            deciseconds=deciseconds,
            metres=metres,
            join=row,
            arc=arc,
            share=share,
        )

    def stretch(self, edge: Ints, low: Floats, high: Floats) -> tuple[Ints, Ints, Ints]:
        """Give the arcs from one share of each edge to another, NO_ARC where closed, with deciseconds and metres."""
        share = high - low
        arc = np.where(share >= 0, *(arcs[edge] for arcs in self.arcs_by_edge))
        open_ = arc != NO_ARC
        taken = np.zeros(len(arc), np.int64)
        taken[open_] = np.round(np.abs(share[open_]) * self.network.deciseconds[arc[open_]])
        return arc, taken, np.round(np.abs(share) * self.network.edges.metres[edge]).astype(np.int64)

    def along_one_edge(self, start: Joins, end: Joins) -> tuple[Ints, Ints, Ints]:
        """Find the ways along one edge that an origin and a goal both join: rows of both joins, and weights."""
        rows, others = (np.flatnonzero(joins.node == ON_THE_ROAD) for joins in (start, end))
        start, end = start.only(rows), end.only(others)
        order = np.argsort(end.edge, kind="stable")
        first, last = (np.searchsorted(end.edge[order], start.edge, side=side) for side in ("left", "right"))
        row = np.repeat(np.arange(len(start.edge)), last - first)
        step = np.arange(len(row)) - np.repeat(np.cumsum(last - first) - (last - first), last - first)
        other = order[first[row] + step]
        arc, taken, metres = self.stretch(start.edge[row], start.fraction[row], end.fraction[other])
        taken += start.deciseconds[row] + end.deciseconds[other]
        metres += start.metres[row] + end.metres[other]
        usable = arc != NO_ARC
        return rows[row[usable]], others[other[usable]], (taken * SHIFT + metres * METRE)[usable]


def direct(access: Access, origins: Doors, point: Floats, rate: float) -> tuple[Ints, Ints, Ints]:
    """Find the ways on local streets alone to a point.

    Parameters
    ----------
    access
        The network's roads, and the water that no such way crosses.
    origins
        Places to start from.
    point
        Where to, in metres, EPSG:27700, shape (2,).
    rate
        Seconds for a metre of crow distance around the point; NaN if it joins no road. Of both ends the slower counts.

    Returns
    -------
    The origins near enough, neither across water nor off the roads, with deciseconds and metres.
    """
    crow = np.hypot(*(origins.xy - point).T)
    near = np.flatnonzero((crow <= access.network.reach.direct_metres) & np.isfinite(origins.rate) & np.isfinite(rate))
    near = near[~access.crosses_water(origins.xy[near], np.repeat(point[None], len(near), axis=0))]
    taken = np.round(10.0 * crow[near] * np.maximum(origins.rate[near], rate)).astype(np.int64)
    return near, taken, np.round(crow[near] * access.network.model.detour).astype(np.int64)
