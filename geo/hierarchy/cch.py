"""A customisable contraction hierarchy: topology once, weights in a moment, all nodes to all prisons in one sweep.

After Dibbelt, Strasser and Wagner, *Customizable Contraction Hierarchies* (ACM JEA 21, 2016), and Delling et al.,
*PHAST* (JPDC 73, 2013), with one row of goals per node so that the inner loop runs along memory. Weights are whole
numbers; an ``int64`` weight can hold time, distance and tolls at once (``nearhome.geo.roads.weights.SHIFT``), so that
all come out of one sweep.
"""

from __future__ import annotations

import zlib
from collections import deque
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from nearhome.data.base.files import replacing
from nearhome.data.errors import TableError
from nearhome.geo.hierarchy import elimination, order, pair_kernels, sweep_kernels

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from nearhome.data.base.arrays import Floats, Ints


ARRAYS = ("rank", "up", "ux", "slot", "upward")
METRIC = ("forward", "backward", "via_forward", "via_backward")
CHECKSUMS = "checksums"

SPECIAL_CELLS = 30_000_000
"""A sweep over more cells than this (nodes times goals) is worth compiling for its number of goals."""


@dataclass(frozen=True)
class Hierarchy:
    """The part that depends on topology alone.

    ``rank`` gives each node's place in the order; ``up`` and ``ux`` are the upward arcs; ``slot`` and ``upward`` say
    which upward arc each input arc goes into, and whether along it.
    """

    rank: NDArray[np.int32]
    up: NDArray[np.int32]
    ux: NDArray[np.int32]
    slot: NDArray[np.int32]
    upward: NDArray[np.bool_]

    @classmethod
    def build(
        cls,
        tail: NDArray[Any],
        head: NDArray[Any],
        lat: Floats,
        lon: Floats,
        rank: NDArray[Any] | None = None,
    ) -> Hierarchy:
        """Build the hierarchy of a graph, in the given order of nodes or one of its own.

        Parameters
        ----------
        tail, head
            Ends of the directed arcs, by node number.
        lat, lon
            Positions of the nodes, EPSG:4326; used only to find an order.
        rank
            The rank of each node, from an earlier build.
        """
        place = np.asarray(order.order(tail, head, lat, lon) if rank is None else rank, np.int32)
        tail, head = place[tail], place[head]
        up, ux = elimination.chordal(len(place), tail, head)
        return cls(place, up, ux, elimination.slots(up, ux, tail, head), tail < head)

    def save(self, folder: Path) -> None:
        """Write the arrays as .npy files that can be opened without reading them, and their checksums."""
        folder.mkdir(parents=True, exist_ok=True)
        arrays = {name: getattr(self, name) for name in ARRAYS}
        arrays[CHECKSUMS] = np.array([_checksum(array) for array in arrays.values()], np.uint32)
        for name, array in arrays.items():
            with replacing(folder / f"{name}.npy") as temporary:
                np.save(temporary, array)

    @classmethod
    def open(cls, folder: Path) -> Hierarchy:
        """Map saved arrays into memory, having compared their checksums.

        Raises
        ------
        TableError
            When a file is missing or damaged.
        """
        try:
            # Mapped copy-on-write: a read-only array would be another type, and compile every loop again.
            arrays = [np.load(folder / f"{name}.npy", mmap_mode="c").view(np.ndarray) for name in ARRAYS]
            known = np.load(folder / f"{CHECKSUMS}.npy").tolist()
        except (OSError, ValueError, EOFError) as error:
            msg = f"The hierarchy in {folder} is missing or damaged ({error}); build it again."
            raise TableError(msg) from error
        wrong = [
            name
            for name, array, checksum in zip(ARRAYS, arrays, [*known, *(None for _ in ARRAYS)], strict=False)
            if _checksum(array) != checksum
        ]
        if wrong:
            msg = f"The hierarchy in {folder} is damaged (in {', '.join(wrong)}); build it again."
            raise TableError(msg)
        return cls(*arrays)

    def customise(self, weights: NDArray[Any]) -> Metric:
        """Give the input arcs weights: int32, or int64 for time and distance in one.

        Weights are 0 or more. Those of a closed arc are ``sweep_kernels.INFINITE_32`` or ``INFINITE_64``.
        """
        nothing = sweep_kernels.infinite(weights)
        forward = np.full(len(self.ux), nothing, weights.dtype)
        backward = forward.copy()
        via_forward = np.full(len(self.ux), -1, np.int32)
        via_backward = via_forward.copy()
        arcs = self.slot, self.upward, weights
        sweep_kernels.customise(self.up, self.ux, arcs, (forward, backward), (via_forward, via_backward), nothing)
        return Metric(self, forward, backward, via_forward, via_backward)

    @cached_property
    def node_at(self) -> NDArray[np.int32]:
        """The node of each rank."""
        return order.inverse(self.rank).astype(np.int32)

    @cached_property
    def scratch(self) -> deque[tuple[Ints, NDArray[np.int32], NDArray[np.int32]]]:
        """What searches note their finds in: each takes a set, or makes one where all are in use, and puts it back."""
        return deque()

    def taken_scratch(self) -> tuple[Ints, NDArray[np.int32], NDArray[np.int32]]:
        """Take a set of ``scratch``, or make one."""
        try:
            return self.scratch.pop()
        except IndexError:
            shape = 2, len(self.rank)
            return np.full(shape, sweep_kernels.INFINITE_64), np.empty(shape, np.int32), np.empty(shape, np.int32)


@dataclass(frozen=True)
class Metric:
    """A hierarchy with weights."""

    hierarchy: Hierarchy
    forward: NDArray[Any]
    backward: NDArray[Any]
    via_forward: NDArray[np.int32]
    via_backward: NDArray[np.int32]

    @property
    def nothing(self) -> int:
        """The weight of what does not exist."""
        return sweep_kernels.infinite(self.forward)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Give the arrays to keep; ``opened`` takes them back."""
        own = {f"hierarchy_{name}": getattr(self.hierarchy, name) for name in ARRAYS}
        return own | {f"metric_{name}": getattr(self, name) for name in METRIC}

    @classmethod
    def opened(cls, arrays: Mapping[str, NDArray[Any]]) -> Metric:
        """Make a hierarchy with weights of kept arrays."""
        hierarchy = Hierarchy(*(arrays[f"hierarchy_{name}"] for name in ARRAYS))
        return cls(hierarchy, *(arrays[f"metric_{name}"] for name in METRIC))

    def to_goals(self, goals: Sequence[tuple[Ints, Ints]], out: NDArray[Any] | None = None) -> NDArray[Any]:
        """Compute the least weight from every node to every goal.

        Parameters
        ----------
        goals
            For each goal the nodes from which it is entered, and what that costs.
        out
            An array to write to, of the shape and type of the result; a new one if none is given.

        Returns
        -------
        Shape (nodes, goals), **in rank order**: the row of node ``n`` is ``rank[n]``. ``nothing`` where no way exists.
        """
        tree = self.hierarchy
        node = np.concatenate([tree.rank[nodes] for nodes, _ in goals]) if goals else np.empty(0, np.int32)
        cost = np.concatenate([costs for _, costs in goals]) if goals else np.empty(0, np.int64)
        column = np.repeat(np.arange(len(goals)), [len(nodes) for nodes, _ in goals])
        found = np.empty((len(tree.rank), len(goals)), self.forward.dtype) if out is None else out
        chosen = np.zeros(len(tree.rank), bool)
        nothing = self.nothing
        sweep_kernels.seed(
            tree.up, tree.ux, self.backward, (node, cost.astype(found.dtype), column), found, chosen, nothing
        )
        run = sweep_kernels.sweep(len(goals) if found.size > SPECIAL_CELLS else 0)
        run(tree.up, tree.ux, self.forward, found, chosen, nothing)
        return found

    def between(self, entry: Ints, entry_cost: Ints, leaving: Ints, leaving_cost: Ints) -> tuple[int, Ints]:
        """Find the best way from any of several nodes to any of several others, each with its price.

        Any number of threads may ask at once.

        Parameters
        ----------
        entry, leaving
            Nodes to start from, and nodes to end at.
        entry_cost, leaving_cost
            The price of each, in the units of the weights.

        Returns
        -------
        The weight, and the nodes of the way; ``nothing`` and no nodes where there is none.
        """
        tree, nothing = self.hierarchy, self.nothing
        scratch = tree.taken_scratch()
        start = tree.rank[entry], np.asarray(entry_cost, np.int64)
        end = tree.rank[leaving], np.asarray(leaving_cost, np.int64)
        least, path = pair_kernels.between(tree.up, tree.ux, self.forward, self.backward, start, end, scratch)
        tree.scratch.append(scratch)
        if len(path) == 0 or least >= nothing:
            return nothing, np.empty(0, np.int64)
        ranks = pair_kernels.unpack(tree.up, tree.ux, self.via_forward, self.via_backward, path)
        return int(least), tree.node_at[ranks].astype(np.int64)

    def walk(
        self, arcs: tuple[Ints, Ints, Ints], start: tuple[Ints, Ints], end: tuple[Ints, Ints]
    ) -> tuple[int, int, Ints, int]:
        """Find the best way from any of several nodes to any of several others, of equal ways always the same one.

        Parameters
        ----------
        arcs
            Where each node's input arcs start, their heads and weights, which are above 0; no two of them parallel.
        start, end
            Nodes and costs.

        Returns
        -------
        The weight, which of the start's nodes, the arcs, and which of the end's; ``nothing``, -1, no arcs and -1 where
        there is no way. See ``pair_kernels.walk`` for which way is taken.
        """
        tree = self.hierarchy
        scratch = tree.taken_scratch()
        weights = self.forward, self.backward
        least, first, path, last = pair_kernels.walk(tree.up, tree.ux, weights, tree.rank, arcs, start, end, scratch)
        tree.scratch.append(scratch)
        return int(least), int(first), path, int(last)


def _checksum(array: NDArray[Any]) -> int:
    return zlib.crc32(np.ascontiguousarray(array).data)
