"""A customisable contraction hierarchy: topology once, weights in a moment, all nodes to all prisons in one sweep.

After Dibbelt, Strasser and Wagner, *Customizable Contraction Hierarchies* (ACM JEA 21, 2016), and Delling et al., *PHAST*
(JPDC 73, 2013), with one row of goals per node so that the inner loop runs along memory. Weights are whole numbers; an
``int64`` weight can hold time and distance at once (``deciseconds * SHIFT + metres``), so that both come out of one sweep.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nearhome.data.errors import TableError
from nearhome.data.files import replacing
from nearhome.geo import kernels, ordering

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

ARRAYS = ("rank", "up", "ux", "slot", "upward")


@dataclass(frozen=True)
class Hierarchy:
    """The part that depends on topology alone.

    ``rank`` gives each node's place in the order; ``up`` and ``ux`` are the upward arcs; ``slot`` and ``upward`` say which
    upward arc each input arc goes into, and whether along it.
    """

    rank: Ints
    up: Ints
    ux: NDArray[np.int32]
    slot: Ints
    upward: NDArray[np.bool_]

    @classmethod
    def build(cls, tail: Ints, head: Ints, lat: Floats, lon: Floats, rank: Ints | None = None) -> Hierarchy:
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
        rank = ordering.order(tail, head, lat, lon) if rank is None else np.asarray(rank, np.int64)
        up, ux = kernels.chordal(len(rank), tail, head, rank)
        return cls(rank, up, ux, kernels.slots(up, ux, rank[tail], rank[head]), rank[tail] < rank[head])

    def save(self, folder: Path) -> None:
        """Write the arrays as .npy files that can be opened without reading them."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in ARRAYS:
            with replacing(folder / f"{name}.npy") as temporary:
                np.save(temporary, getattr(self, name))

    @classmethod
    def open(cls, folder: Path) -> Hierarchy:
        """Map saved arrays into memory.

        Raises
        ------
        TableError
            When a file is missing or damaged.
        """
        try:
            return cls(*(np.load(folder / f"{name}.npy", mmap_mode="r") for name in ARRAYS))
        except (OSError, ValueError) as error:
            msg = f"The hierarchy in {folder} is missing or damaged ({error}); build it again."
            raise TableError(msg) from error

    def customise(self, weights: NDArray[Any]) -> Metric:
        """Give the input arcs weights: int32, or int64 for time and distance in one.

        Weights of a closed arc are ``kernels.INFINITE_32`` or ``INFINITE_64``.
        """
        wide = weights.dtype == np.int64
        nothing = kernels.INFINITE_64 if wide else kernels.INFINITE_32
        forward = np.full(len(self.ux), nothing, np.int64 if wide else np.int32)
        backward = forward.copy()
        via_forward = np.full(len(self.ux), -1, np.int32)
        via_backward = via_forward.copy()
        kernels.customise(
            self.up, self.ux, self.slot, self.upward, weights, forward, backward, via_forward, via_backward
        )
        np.minimum(forward, nothing, out=forward)
        np.minimum(backward, nothing, out=backward)
        return Metric(self, forward, backward, via_forward, via_backward)


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
        return int(kernels.INFINITE_64 if self.forward.dtype == np.int64 else kernels.INFINITE_32)

    def to_goals(self, goals: Sequence[tuple[Ints, Ints]]) -> NDArray[Any]:
        """Compute the least weight from every node to every goal.

        Parameters
        ----------
        goals
            For each goal the nodes from which it is entered, and what that costs.

        Returns
        -------
        Shape (nodes, goals), **in rank order**: the row of node ``n`` is ``rank[n]``. ``nothing`` where no way exists.
        """
        tree = self.hierarchy
        node = np.concatenate([tree.rank[nodes] for nodes, _ in goals]) if goals else np.empty(0, np.int64)
        cost = np.concatenate([costs for _, costs in goals]) if goals else np.empty(0, np.int64)
        column = np.repeat(np.arange(len(goals)), [len(nodes) for nodes, _ in goals])
        found = np.empty((len(tree.rank), len(goals)), self.forward.dtype)
        chosen = np.zeros(len(tree.rank), bool)
        kernels.seed(
            tree.up, tree.ux, self.backward, node, cost.astype(found.dtype), column, found, chosen, self.nothing
        )
        run = kernels.sweep_64 if found.dtype == np.int64 else kernels.sweep
        run(tree.up, tree.ux, self.forward, found, chosen)
        return np.minimum(found, self.nothing, out=found)

    def between(
        self, entry: Ints, entry_cost: Ints, leaving: Ints, leaving_cost: Ints
    ) -> tuple[int, Ints]:
        """Find the best way from any of several nodes to any of several others, each with its price.

        Returns
        -------
        The weight, and the nodes of the way; ``nothing`` and no nodes where there is none.
        """
        tree, scratch = self.hierarchy, self._scratch
        down_count = up_count = 0
        best, other, before, after, touched, reached = scratch
        try:
            up_count = kernels.climb(
                tree.up, tree.ux, self.forward, tree.rank[entry], entry_cost, best, before, touched
            )
            down_count = kernels.climb(
                tree.up, tree.ux, self.backward, tree.rank[leaving], leaving_cost, other, after, reached
            )
            where, least = kernels.meet(best, other, touched, up_count)
            if where < 0 or least >= self.nothing:
                return self.nothing, np.empty(0, np.int64)
            path = [where]
            while before[path[-1]] >= 0:
                path.append(int(before[path[-1]]))
            path.reverse()
            while after[path[-1]] >= 0:
                path.append(int(after[path[-1]]))
        finally:
            best[touched[:up_count]] = kernels.INFINITE_64
            other[reached[:down_count]] = kernels.INFINITE_64
        ranks = kernels.unpack(
            tree.up, tree.ux, self.via_forward, self.via_backward, np.asarray(path, np.int64), 4 * len(path) + 64
        )
        return int(least), self._node_at[ranks]

    @property
    def _scratch(self) -> tuple[Ints, Ints, Ints, Ints, Ints, Ints]:
        made = self.__dict__.get("_made")
        if made is None:
            count = len(self.hierarchy.rank)
            made = (
                np.full(count, kernels.INFINITE_64),
                np.full(count, kernels.INFINITE_64),
                *(np.empty(count, np.int64) for _ in range(4)),
            )
            self.__dict__["_made"] = made
        return made  # type: ignore[no-any-return] # kept in the instance's dictionary

    @property
    def _node_at(self) -> Ints:
        """The node of each rank."""
        made = self.__dict__.get("_nodes")
        if made is None:
            made = np.empty(len(self.hierarchy.rank), np.int64)
            made[self.hierarchy.rank] = np.arange(len(made))
            self.__dict__["_nodes"] = made
        return made  # type: ignore[no-any-return] # kept in the instance's dictionary
