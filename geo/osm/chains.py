"""Straight pieces of road joined into roads between junctions, all at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from nearhome.data.base.arrays import Bools, Ints


@dataclass(frozen=True, slots=True)
class Chains:
    """Roads one after the other, as the pieces they are made of in the order in which they are passed.

    Road ``i`` has the rows from ``first[i]`` to before ``first[i + 1]``; ``ahead`` says which pieces are passed from
    their u to their v. Row by row ``node`` is where a piece begins, and ``end`` where a road ends.
    """

    piece: Ints
    ahead: Bools
    first: Ints
    node: Ints
    end: Ints

    def __len__(self) -> int:
        return len(self.end)

    @property
    def start(self) -> Ints:
        """The node at which each road begins."""
        return self.node[self.first[:-1]]

    @property
    def owner(self) -> Ints:
        """The road of each row."""
        return np.repeat(np.arange(len(self)), np.diff(self.first))


def joined(u: Ints, v: Ints, direction: Ints, look: Ints, nodes: int, *, kept: Ints | None = None) -> Chains:
    """Join pieces at nodes that are no junctions: two pieces that look the same, where one leads on through.

    Parameters
    ----------
    u, v
        The ends of the pieces, rows of nodes.
    direction
        1: one may only drive from u to v, -1: only from v to u, 0: both.
    look
        A number for what has to be the same of two pieces of one road.
    nodes
        How many nodes there are.
    kept
        Nodes that are junctions whatever meets there.

    Returns
    -------
    Each piece in one road, by the node at which the roads begin. A ring without a junction begins at one of its nodes.
    """
    start, far = np.concatenate([u, v]), np.concatenate([v, u])  # each piece both ways: a half that leaves a node
    order = np.argsort(start, kind="stable")
    begin = np.searchsorted(start[order], np.arange(nodes + 1))
    enters = np.concatenate([-direction, direction])  # 1: leads into the node that the half leaves, -1: out of it
    alike = np.concatenate([look, look])
    through = np.diff(begin) == 2  # noqa: PLR2004 -- two pieces are a bend, three a junction
    through[np.empty(0, np.int64) if kept is None else kept] = False
    at = np.flatnonzero(through)
    one, other = order[begin[at]], order[begin[at] + 1]
    through[at] = (alike[one] == alike[other]) & (far[one] != far[other]) & (enters[one] == -enters[other])
    while True:
        at = np.flatnonzero(through)
        one, other = order[begin[at]], order[begin[at] + 1]
        onward = np.full(len(start), -1)
        onward[_turned(one, len(u))], onward[_turned(other, len(u))] = other, one
        chains = _walked(order[~through[start[order]]], onward, start, far)
        lost = np.setdiff1d(np.arange(len(u)), chains.piece)
        if len(lost) == 0:
            return chains
        through[u[lost[0]]] = False  # a ring


def _turned(half: Ints, pieces: int) -> Ints:
    """Give the halves that pass the same pieces the other way."""
    return (half + pieces) % (2 * pieces)


def _walked(heads: Ints, onward: Ints, start: Ints, far: Ints) -> Chains:
    """Follow all roads at once, a piece at a time; each is found from both of its ends, and the first one counts."""
    pieces = len(start) // 2
    road, half = np.arange(len(heads)), heads
    last = np.empty(len(heads), np.int64)
    steps = []
    while len(half):
        steps.append((road, half))
        last[road] = half
        more = onward[half] >= 0
        road, half = road[more], onward[half[more]]
    place = np.full(len(start), -1)
    place[heads] = np.arange(len(heads))
    kept = place[_turned(last, pieces)] > np.arange(len(heads))
    number = np.cumsum(kept) - 1
    owners, halves = (np.concatenate(column) for column in zip(*steps, strict=True)) if steps else (heads, heads)
    wanted = kept[owners]
    order = np.argsort(number[owners[wanted]], kind="stable")
    owner, half = number[owners[wanted]][order], halves[wanted][order]
    first = np.searchsorted(owner, np.arange(int(kept.sum()) + 1))
    return Chains(half % pieces, half < pieces, first, start[half], far[last[kept]])
