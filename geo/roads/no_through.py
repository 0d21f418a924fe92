"""Streets for access only: one may drive them to a place on them, or away from one, and never pass through.

A graph forgets whether a car that is in such a street came from outside. So the street is there twice: once for those
who leave it, who may go on anywhere, and once for those who arrive, who find no way out of it. Nothing costs more for
it, every way keeps its time and length, and routes, matrices and sweeps need not know.

Ordinary streets to which only such streets lead are for access only too. Those that can be come into and left at one
place alone stay as they are: nobody passes through a dead end.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order, connected_components

from nearhome.data.catalogue import columns
from nearhome.geo.roads.edges import Edges

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nearhome.data.base.arrays import Bools, Ints
    from nearhome.geo.roads.network import RoadNetwork


ACCESS_ONLY_WORDS = frozenset(
    {"destination", "customers", "delivery", "permit", "residents", "visitors", "discouraged", "unknown"}
)
"""Words of OpenStreetMap's access tags under which one may come and go, and not pass through."""

WORD = "destination"
"""What edges of a graph say in ``access`` that are for access only, whichever word the map had."""

LEAVING, ARRIVING = -2, -3
"""What a copy of a node is for, where it is not for one street alone, whose number then stands here."""


def is_access_only(words: Iterable[str]) -> bool:
    """Say whether one of some access tags is for access only, as on a graph's edge that was merged of several."""
    return any(part.strip() in ACCESS_ONLY_WORDS for word in words for part in word.casefold().split(";"))


class _Area(NamedTuple):
    """The arcs for access only, as rows of the network's, and the nodes where they meet other roads."""

    arcs: Ints
    border: Bools


def layered(roads: RoadNetwork, only: Bools) -> RoadNetwork:
    """Give a network in which nobody passes through streets for access only.

    Parameters
    ----------
    roads
        The network; it is not changed.
    only
        Which of its edges are for access only.

    Returns
    -------
    A network with further nodes, called by negative numbers below all others, and further edges, behind those that
    there were. Without such edges, or where nobody could pass through, the network given.
    """
    area = _area(roads, np.asarray(only[roads.edge]))
    if len(area.arcs) == 0:
        return roads
    edges, edge = roads.edges, roads.edge[area.arcs]
    nodes = _Copies(len(roads.lat))
    tail, head = _twice(roads, area, nodes)
    ahead, owner = np.tile(roads.forward[area.arcs], 2), np.tile(edge, 2)
    u, v = np.where(ahead, tail, head), np.where(ahead, head, tail)
    known, number = np.unique(np.column_stack([owner, u, v]), axis=0, return_inverse=True)
    old, further = known[:, 0], np.concatenate([[False], known[1:, 0] == known[:-1, 0]])
    new = np.where(further, len(edges.u) + np.cumsum(further) - 1, old)  # the first keeps the number of the edge
    rows = np.concatenate([np.arange(len(edges.u)), old[further]])
    ends = edges.u[rows], edges.v[rows]
    for column, wanted in zip(ends, (known[:, 1], known[:, 2]), strict=True):
        column[new] = wanted
    kept = np.ones(len(roads.tail), bool)
    kept[area.arcs] = False
    arcs = np.concatenate([np.flatnonzero(kept), area.arcs, area.arcs])
    lowest = min((0, *(label for label in roads.labels if isinstance(label, int))))
    lines = roads.lines
    drawn = {row: lines[like] for row, like in zip(new.tolist(), old.tolist(), strict=True) if like in lines}
    return replace(
        roads,
        lat=np.concatenate([roads.lat, roads.lat[nodes.originals]]),
        lon=np.concatenate([roads.lon, roads.lon[nodes.originals]]),
        edges=_taken(edges, rows, *ends),
        tail=np.concatenate([roads.tail[kept], tail]),
        head=np.concatenate([roads.head[kept], head]),
        edge=np.concatenate([roads.edge[kept], new[number.reshape(-1)]]),
        forward=roads.forward[arcs],
        deciseconds=roads.deciseconds[arcs],
        labels=[*roads.labels, *range(lowest - 1, lowest - 1 - len(nodes.originals), -1)],
        shapes={**lines, **drawn},
        rank=None,
    )


def _twice(roads: RoadNetwork, area: _Area, nodes: _Copies) -> tuple[Ints, Ints]:
    """Give the tails and heads of the arcs for those who leave, and after them for those who arrive.

    Who leaves drives on the nodes there were and comes out at the border; nobody comes in there. Who arrives comes in
    from the border and drives on copies, those of the border among them, from which no arc leads on. A street from
    border to border has copies of its own for both, so that it stays one road both ways.
    """
    edge, tail, head = roads.edge[area.arcs], roads.tail[area.arcs], roads.head[area.arcs]
    across = area.border[roads.edges.u[edge]] & area.border[roads.edges.v[edge]]
    leaving = nodes.of(tail, np.where(across, edge, LEAVING), area.border[tail])
    arriving = nodes.of(tail, np.full(len(tail), ARRIVING), ~area.border[tail])
    inner = nodes.of(head, np.where(across, edge, ARRIVING), np.ones(len(head), bool))
    return np.concatenate([leaving, arriving]), np.concatenate([head, inner])


class _Copies:
    """Copies of nodes: one for each node and purpose, numbered behind the nodes there were."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._known: dict[tuple[int, int], int] = {}

    def of(self, nodes: Ints, purpose: Ints, wanted: Bools) -> Ints:
        """Give the copies of some nodes where they are wanted, else the nodes themselves."""
        found = nodes.copy()
        for row in np.flatnonzero(wanted).tolist():
            key = int(nodes[row]), int(purpose[row])
            found[row] = self._known.setdefault(key, self._size + len(self._known))
        return found

    @property
    def originals(self) -> Ints:
        """The nodes of which there are copies, in the order of these."""
        return np.array([node for node, _ in self._known], dtype=np.int64)


def _taken(edges: Edges, rows: Ints, u: Ints, v: Ints) -> Edges:
    """Give rows of the edges with other ends."""
    columns_of = {
        each.name: getattr(edges, each.name) for each in fields(edges) if each.name not in {"u", "v", "texts"}
    }
    texts = {name: columns.Text(text.codes[rows], text.words) for name, text in edges.texts.items()}
    return Edges(
        u=u, v=v, texts=texts, **{name: column[rows] for name, column in columns_of.items() if column is not None}
    )


# What is for access only


def _area(roads: RoadNetwork, only: Bools) -> _Area:
    """Find the arcs through which nobody may pass and somebody could."""
    size = len(roads.lat)
    none = _Area(np.empty(0, np.int64), np.zeros(size, bool))
    if not only.any():
        return none
    inside = only | _behind(roads, only)
    border = _touched(roads, inside, size) & _touched(roads, ~inside, size)
    arcs = np.flatnonzero(inside)
    cell = _cells(roads, arcs, border)
    kept = _passable(roads, arcs, cell, border)
    if not kept.any():
        return none
    inside[arcs[~kept]] = False
    return _Area(arcs[kept], border & _touched(roads, inside, size))


def _touched(roads: RoadNetwork, arcs: Bools, size: int) -> Bools:
    """Say which nodes are an end of some arcs."""
    found = np.zeros(size, bool)
    found[roads.tail[arcs]] = found[roads.head[arcs]] = True
    return found


def _behind(roads: RoadNetwork, only: Bools) -> Bools:
    """Say which arcs lie behind streets for access only: these alone lead there from the main network, or back.

    The main network of roads that hang together is the largest part between which one can drive on others.
    """
    size = len(roads.lat)
    count, part = connected_components(_graph(roads.tail[~only], roads.head[~only], size), connection="strong")
    first = np.empty(count, np.int64)
    first[part[::-1]] = np.arange(size)[::-1]
    tail, head = part[roads.tail], part[roads.head]
    _, group = connected_components(_graph(tail, head, count), connection="weak")
    order = np.lexsort((first, -np.bincount(part), group))
    mains = order[np.concatenate([[True], np.diff(group[order]) != 0])]
    mains = mains[np.isin(group[mains], group[tail[only]])]
    across = tail != head
    whole, free = ((tail[rows], head[rows]) for rows in (across, across & ~only))
    behind = np.zeros(count, bool)
    for there, back in ((0, 1), (1, 0)):
        behind |= _reached(whole[there], whole[back], mains, count) & ~_reached(free[there], free[back], mains, count)
    return np.asarray(behind[tail] | behind[head])


def _graph(tail: Ints, head: Ints, size: int) -> csr_matrix:
    return csr_matrix((np.ones(len(tail), bool), (tail, head)), shape=(size, size))


def _reached(tail: Ints, head: Ints, starts: Ints, size: int) -> Bools:
    """Say which nodes arcs lead to from some."""
    graph = _graph(np.concatenate([tail, np.full(len(starts), size)]), np.concatenate([head, starts]), size + 1)
    found = np.zeros(size + 1, bool)
    found[breadth_first_order(graph, size, return_predecessors=False)] = True
    return found[:-1]


def _cells(roads: RoadNetwork, arcs: Ints, border: Bools) -> Ints:
    """Give each arc a number for the area in which one can drive without coming to its border."""
    size = len(roads.lat)
    edge = size + roads.edge[arcs]
    pairs = [(edge, ends[arcs]) for ends in (roads.tail, roads.head)]
    start = np.concatenate([arc[~border[node]] for arc, node in pairs])
    end = np.concatenate([node[~border[node]] for _, node in pairs])
    _, cell = connected_components(_graph(start, end, size + len(roads.edges.u)), connection="weak")
    found: Ints = cell[edge].astype(np.int64)
    return found


def _passable(roads: RoadNetwork, arcs: Ints, cell: Ints, border: Bools) -> Bools:
    """Say which arcs are of areas with two or more places at the border."""
    gates_at = np.flatnonzero(border)
    where = np.full(len(border), -1)
    places = np.column_stack([roads.lat, roads.lon])[gates_at]
    where[gates_at] = np.unique(places, axis=0, return_inverse=True)[1].reshape(-1)
    rows = [(cell[border[ends[arcs]]], where[ends[arcs]][border[ends[arcs]]]) for ends in (roads.tail, roads.head)]
    gates = np.unique(np.column_stack([np.concatenate(column) for column in zip(*rows, strict=True)]), axis=0)
    return np.asarray(np.bincount(gates[:, 0], minlength=int(cell.max()) + 1)[cell] > 1)
