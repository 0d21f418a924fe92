"""Turning round, and a network in which it cannot be used to drive what is banned.

A network of nodes forgets from where one came to a junction. What a ban needs remembered is kept in copies of nodes, as
states of an arc-based network: one for each begun ban, and one for each arc after which turning round would be a way
around a ban: drive past the junction, turn round at the next, come back and take the turn. There turning round has its
price; at dead ends it is free, and everywhere else nobody needs it. So there are only as many copies as bans need, and
times are those of a search that remembers the whole way, in which turning round has that price at every node that is no
dead end.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nearhome.data.base.arrays import Ints

    Run = tuple[int, ...]

TURN_SECONDS = 600
"""What turning round takes at a node that is no dead end. OSRM and Valhalla turn round at dead ends alone, where
Valhalla's own price for a turn back that nobody should take is as high (``kTCUnfavorableUturn``, 600 s); GraphHopper
does so unless told a price. A price and no ban, so that a mistake in the map makes no place unreachable."""

FURTHEST_SECONDS = 1_200
"""Around a ban no longer way is looked for: whoever drives on for ten minutes and back evades no ban."""

NO_WAY_BACK = -1


@dataclass(frozen=True, eq=False)
class Streets:
    """Arcs between nodes: ``tail``, ``head``, ``deciseconds``, and ``back``, the arc back on the same road.

    ``back`` is NO_WAY_BACK where a road is driven one way.
    """

    tail: Ints
    head: Ints
    deciseconds: Ints
    back: Ints
    nodes: int

    @cached_property
    def _leaving(self) -> tuple[Ints, Ints]:
        order = np.argsort(self.tail, kind="stable")
        return order, np.searchsorted(self.tail[order], np.arange(self.nodes + 1))

    @cached_property
    def _coming(self) -> tuple[Ints, Ints]:
        order = np.argsort(self.head, kind="stable")
        return order, np.searchsorted(self.head[order], np.arange(self.nodes + 1))

    def leaving(self, node: int) -> list[int]:
        """Give the arcs that leave a node."""
        order, starts = self._leaving
        return [int(arc) for arc in order[starts[node] : starts[node + 1]]]

    def coming(self, node: int) -> list[int]:
        """Give the arcs that lead to a node."""
        order, starts = self._coming
        return [int(arc) for arc in order[starts[node] : starts[node + 1]]]


class Onward(NamedTuple):
    """An arc that one may drive next, what is then remembered, and whether one has turned round for it at a price."""

    arc: int
    state: Run
    turned: bool


class Memory:
    """What has to be remembered of a way so that no ban is driven: the longest part of it that begins one."""

    def __init__(self, streets: Streets, banned: Iterable[Run]) -> None:
        self.streets, self.banned = streets, set(banned)
        self.begun = {run[:size] for run in self.banned for size in range(1, len(run))}

    def onward(self, state: Run) -> list[Onward]:
        """Give the arcs that may be driven after a state; to turn round is free where nothing else is left."""
        back = int(self.streets.back[state[-1]])
        found = [(arc, self._after(state, arc)) for arc in self.streets.leaving(int(self.streets.head[state[-1]]))]
        open_ = [(arc, after) for arc, after in found if after is not None]
        alone = all(arc == back for arc, _ in open_)
        return [Onward(arc, after, arc == back and not alone) for arc, after in open_]

    def _after(self, state: Run, arc: int) -> Run | None:
        """Give what is remembered after one more arc; None where a ban forbids it."""
        run = (*state, arc)
        parts = [run[start:] for start in range(len(run))]
        if any(part in self.banned for part in parts):
            return None
        return next((part for part in parts if part in self.begun), (arc,))


def ways_back(memory: Memory, price_seconds: int = TURN_SECONDS) -> set[int]:
    """Find the arcs after which to turn round may be the quickest way around a ban.

    From each begun ban the quickest way to drive its last arc all the same is searched, turning round at its price. An
    arc belongs to those sought if one could drive to its end, turn round free of charge, come back and take the ban's
    arcs in no more time.
    """
    streets, price = memory.streets, 10 * price_seconds
    if price == 0:
        return set()
    rests: dict[Run, set[Run]] = {}
    for run in memory.banned:
        for size in range(1, len(run)):
            rests.setdefault(run[:size], set()).add(run[size:])
    found: set[int] = set()
    for begun, ends in rests.items():
        driven, most = _driven(memory, begun, {rest[-1] for rest in ends}, price)
        spare = {rest: most[rest[-1]] - int(streets.deciseconds[list(rest)].sum()) for rest in ends}
        longest = max(spare.values())
        home = _home(streets, int(streets.head[begun[-1]]), longest)
        for arc, until in driven.items():
            back = int(streets.back[arc])
            if back == NO_WAY_BACK or arc in found or not _leads_on(streets, arc, back):
                continue
            round_ = until + int(streets.deciseconds[back]) + home.get(int(streets.tail[arc]), longest + 1)
            if any((until if rest[0] == back else round_) <= left for rest, left in spare.items()):
                found.add(arc)
    return found


def _leads_on(streets: Streets, arc: int, back: int) -> bool:
    """Say whether there is another way on after an arc than back."""
    return any(other != back for other in streets.leaving(int(streets.head[arc])))


def _driven(memory: Memory, begun: Run, wanted: set[int], price: int) -> tuple[dict[int, int], dict[int, int]]:
    """Search from a begun ban until the wanted arcs have been driven, or the search has gone far enough.

    Returns
    -------
    When the end of each arc is reached, and of each wanted arc, in tenths of a second from the junction.
    """
    limit, taken = 10 * FURTHEST_SECONDS, memory.streets.deciseconds
    reached: dict[int, int] = {}
    least = {begun: 0}
    most = dict.fromkeys(wanted, limit)
    left = set(wanted)
    heap = [(0, begun)]
    while heap and left:
        cost, state = heappop(heap)
        if cost > least[state]:
            continue
        arc = state[-1]
        reached.setdefault(arc, cost)
        if arc in left and state != begun:
            most[arc] = cost
            left.discard(arc)
        for step in memory.onward(state):
            total = cost + int(taken[step.arc]) + price * step.turned
            if total <= limit and total < least.get(step.state, limit + 1):
                least[step.state] = total
                heappush(heap, (total, step.state))
    return reached, most


def _home(streets: Streets, node: int, limit: int) -> dict[int, int]:
    """Give the tenths of a second from nodes to one, those within a limit, bans left aside."""
    least, heap = {node: 0}, [(0, node)]
    while heap:
        cost, here = heappop(heap)
        if cost > least[here]:
            continue
        for arc in streets.coming(here):
            total, tail = cost + int(streets.deciseconds[arc]), int(streets.tail[arc])
            if total <= limit and total < least.get(tail, limit + 1):
                least[tail] = total
                heappush(heap, (total, tail))
    return least


class CopiedArc(NamedTuple):
    """An arc that leaves a copy of a node: the copy, the node or copy it leads to, which arc it is, and its price."""

    tail: int
    head: int
    arc: int
    extra: int


@dataclass(frozen=True, slots=True, eq=False)
class Expansion:
    """A network in which no ban can be driven.

    ``copy_of`` are the nodes of which there are copies; those are called by the numbers after the nodes. ``ends`` says
    of some arcs to which copy they now lead; ``copied`` are the arcs that leave copies, with tenths of a second more
    for turning round.
    """

    copy_of: list[int]
    ends: dict[int, int]
    copied: list[CopiedArc]


def expansion(memory: Memory, price_seconds: int = TURN_SECONDS) -> Expansion:
    """Make the network in which nobody drives a ban, nor turns round free of charge to get around one."""
    streets, priced = memory.streets, ways_back(memory, price_seconds)
    states = sorted(memory.begun | {(arc,) for arc in priced})
    number = {state: streets.nodes + row for row, state in enumerate(states)}

    def copied() -> Iterator[CopiedArc]:
        for state, name in number.items():
            for step in memory.onward(state):
                end = number.get(step.state, int(streets.head[step.arc]))
                extra = 10 * price_seconds if step.turned and state[-1] in priced else 0
                yield CopiedArc(name, end, step.arc, extra)

    return Expansion(
        copy_of=[int(streets.head[state[-1]]) for state in states],
        ends={state[0]: name for state, name in number.items() if len(state) == 1},
        copied=list(copied()),
    )
