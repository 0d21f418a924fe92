"""The network of a placement: people, prisons, the ways between them, and how it is made from an instance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from nearhome.analysis.placement.solver.instance import Instance, Wing
    from nearhome.data.base.arrays import Ints


SOLVER_LIMIT: Final = 2**62
"""The solver multiplies costs by the number of nodes, and the product must fit into 64 bits."""

FAR: Final = 2**60
"""A cost that means no way; two of them can be added."""


class PrisonNetwork:
    """The prisons' side of the network: nodes for wings and prisons, and the arcs that their places are.

    A prison with one wing is one node. One with several has a node for each wing and one for all; a cohort that fits
    several wings enters by a door that leads to each of them.

    Attributes
    ----------
    door
        The node where a cohort enters a prison, shape (cohorts, prisons); NOWHERE where it does not.
    tail, head, capacity
        Of the arcs; the last node is the sink.
    owner
        For each arc, whose places it stands for: the prison, and the wing, None for the whole prison; None for an arc
        without a limit.
    """

    def __init__(self, instance: Instance) -> None:
        self.door = np.full((len(instance.cohorts), len(instance.prisons)), -1)
        self._arcs: list[tuple[int, int, int]] = []
        self.owner: list[tuple[int, Wing | None] | None] = []
        self.size = 0
        self._everybody = int(instance.people.sum()) + int(instance.places.max(initial=0)) + 1
        for prison in sorted(range(len(instance.prisons)), key=lambda each: instance.prisons[each]):
            wings = [wing for wing in instance.wings if wing.prison == instance.prisons[prison]]
            wings.sort(key=lambda wing: (sorted(wing.cohorts), -1 if wing.places is None else wing.places))
            self._add(prison, int(instance.places[prison]), wings, instance.cohorts)
        self.sink = self.size
        self.size += 1
        self.tail, head, self.capacity = np.array(self._arcs, np.int64).reshape(-1, 3).T
        self.head = np.where(head < 0, self.sink, head)

    def _add(self, prison: int, places: int, wings: list[Wing], cohorts: tuple[str, ...]) -> None:
        # Wings with places for all of the prison set no limit; a limit that is none must not bind one place later.
        rooms = [self._everybody if wing.places is None or wing.places > places else wing.places for wing in wings]
        if len(wings) == 1:
            node = self._node()
            self._arc(node, -1, min(places, rooms[0]), (prison, None))
            self.door[[name in wings[0].cohorts for name in cohorts], prison] = node
        elif wings:
            whole = self._node()
            self._arc(whole, -1, places, (prison, None))
            nodes = [self._node() for _ in wings]
            for node, wing, room in zip(nodes, wings, rooms, strict=True):
                self._arc(node, whole, room, (prison, wing) if room < self._everybody else None)
            shared: dict[tuple[int, ...], int] = {(node,): node for node in nodes}
            for name in sorted(cohorts):
                fitting = tuple(node for node, wing in zip(nodes, wings, strict=True) if name in wing.cohorts)
                if fitting and fitting not in shared:
                    shared[fitting] = self._node()
                    for node in fitting:
                        self._arc(shared[fitting], node, self._everybody, None)
                self.door[cohorts.index(name), prison] = shared.get(fitting, -1)

    def _node(self) -> int:
        self.size += 1
        return self.size - 1

    def _arc(self, tail: int, head: int, capacity: int, owner: tuple[int, Wing | None] | None) -> None:
        self._arcs.append((tail, head, capacity))
        self.owner.append(owner)


@dataclass(frozen=True, slots=True, eq=False)
class FlowProblem:
    """A placement in whole numbers, its groups pooled where they are alike (see ``pooled``).

    ``cost`` has shape (pools, prisons) and is FAR where a pool must not go; ``move`` is the price of one move for each
    pool, and ``penalty`` that of one person without a place. ``first`` is a group of each pool, whose home and doors
    are those of all.
    """

    cost: Ints
    cohort: Ints
    people: Ints
    held: Ints
    move: Ints
    penalty: int
    estate: PrisonNetwork
    order: Ints
    """Prisons in the order in which the network is written; pools are numbered in theirs."""
    pool: Ints
    first: Ints
    groups: Ints
    """The groups in the order of their names."""


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """An optimum: people by pool and prison, those without a place, and what flows through the estate's arcs.

    ``prices`` are, for each node of the estate, what one more person there would cost all others; None until somebody
    asks (``min_cost.prices_of``).
    """

    placed: Ints
    unplaced: Ints
    through: Ints
    prices: Ints | None = None


def problem(instance: Instance, costs: Ints, move: int | Ints = 0, estate: PrisonNetwork | None = None) -> FlowProblem:
    """Write a placement in whole numbers.

    Parameters
    ----------
    instance
        Whom to place, and where.
    costs
        Of one person of each group at each prison, shape (groups, prisons), not negative.
    move
        The price of one move, for all groups or for each.
    estate
        That of the instance, if it is at hand.

    Raises
    ------
    InputError
        The costs are too large for the solver.
    """
    known = PrisonNetwork(instance) if estate is None else estate
    allowed = instance.allowed()
    cost = np.where(allowed, costs, FAR)
    price = np.broadcast_to(np.asarray(move, np.int64), instance.people.shape)
    most = int(cost.max(where=allowed, initial=0)) + int(price.max(initial=0)) + 1
    penalty = (known.size + 2) * most
    if (penalty + most) * (len(instance.people) + known.size) > SOLVER_LIMIT:
        msg = (
            f"Costs of up to {most} for {len(instance.people)} groups are more than the solver can add; "
            f"count them in a larger unit, or the people by larger areas."
        )
        raise InputError(msg)
    home, cohort = (
        np.argsort(np.argsort(np.array(names), kind="stable"), kind="stable")
        for names in (instance.homes, instance.cohorts)
    )
    groups = np.lexsort((cohort[instance.cohort], home[instance.home]))
    pools = pooled(instance, known.door, GroupCosts(cost, price), groups)
    return FlowProblem(
        cost=cost[pools.first],
        cohort=instance.cohort[pools.first],
        people=gathered(pools.number, instance.people),
        held=gathered(pools.number, instance.held),
        move=price[pools.first],
        penalty=penalty,
        estate=known,
        order=np.argsort(np.array(instance.prisons), kind="stable"),
        pool=pools.number,
        first=pools.first,
        groups=groups,
    )


class GroupCosts(NamedTuple):
    """Costs of one person of each group at each prison, shape (groups, prisons), and the price of one move for each."""

    cost: Ints
    move: Ints


class Pools(NamedTuple):
    """The pool of each group, and the first group of each pool."""

    number: Ints
    first: Ints


def pooled(instance: Instance, door: Ints, costs: GroupCosts, order: Ints) -> Pools:
    """Pool groups of the same home that have the same doors, costs and price of a move.

    Parameters
    ----------
    instance
        Whose groups are pooled.
    door
        The node where each cohort enters each prison, shape (cohorts, prisons).
    costs
        A group whose costs are not those of the first of its pool stays alone.
    order
        The groups in the order in which their names sort; pools are numbered in it.
    """
    _, kind = np.unique(door, axis=0, return_inverse=True)
    _, price = np.unique(costs.move, return_inverse=True)
    keys = (instance.home * len(door) + kind.ravel()[instance.cohort]) * len(costs.move) + price
    _, first, key = np.unique(keys[order], return_index=True, return_inverse=True)
    leader = first[key]
    others = np.flatnonzero(leader != np.arange(len(order)))
    differ = (costs.cost[order[others]] != costs.cost[order[leader[others]]]).any(axis=1)
    leader[others[differ]] = others[differ]
    leaders, number = np.unique(leader, return_inverse=True)
    pool = np.empty(len(order), np.int64)
    pool[order] = number
    return Pools(pool, order[leaders])


def gathered(pool: Ints, values: Ints) -> Ints:
    """Add up rows by pool."""
    order = np.argsort(pool, kind="stable")
    starts = np.flatnonzero(np.diff(pool[order], prepend=-1))
    return np.add.reduceat(values[order], starts, axis=0) if len(order) else values


def by_group(instance: Instance, given: FlowProblem, flow: Flow) -> tuple[Ints, Ints]:
    """Tell the people of pools apart: placed, shape (groups, prisons), and without a place.

    As many as possible of those held at a prison stay there, in the order of the names; the others take what is left.
    """
    pool, placed, order = given.pool, flow.placed, given.groups
    if len(placed) == len(pool):
        found = placed[pool]
        return found, instance.people - found.sum(axis=1)
    line = order[np.argsort(pool[order], kind="stable")]
    number = pool[line]
    found, left, people = np.zeros_like(instance.held), placed, instance.people[line]
    if instance.held.any():
        held = instance.held[line]
        before = np.cumsum(held, axis=0) - held
        starts = np.searchsorted(number, number)
        stays = np.clip(placed[number] - (before - before[starts]), 0, held)
        found[line] = stays
        left, people = placed - gathered(pool, found), people - stays.sum(axis=1)
    # The people of a pool who do not stay, and the places left to it, as two lists in the same order.
    nowhere = np.bincount(number, people, len(placed)).astype(np.int64) - left.sum(axis=1)
    row, column = np.divmod(np.arange(left.size + len(left)), left.shape[1] + 1)
    prison = np.repeat(column, np.column_stack([left, nowhere])[row, column])
    group = np.repeat(line, people)
    housed = prison < left.shape[1]
    np.add.at(found, (group[housed], prison[housed]), 1)
    return found, np.asarray(instance.people - found.sum(axis=1))
