"""The lines of edges in one array, found by the number of the edge without making an object of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nearhome.data.base.arrays import Floats, Ints


class Lines(Mapping[int, "Floats"]):
    """Points between the ends of edges, (lat, lon) rows from u to v, EPSG:4326, of those edges that bend.

    ``edge`` is sorted; the points of the row ``i`` are those from ``starts[i]`` to before ``starts[i + 1]``.
    """

    def __init__(self, edge: Ints, starts: Ints, points: Floats) -> None:
        self.edge, self.starts, self.points = edge, starts, points

    @classmethod
    def of(cls, lines: Mapping[int, Floats]) -> Lines:
        """Put lines into one array."""
        if isinstance(lines, Lines):
            return lines
        edge = np.array(sorted(lines), dtype=np.int64)
        shapes = [lines[each] for each in edge.tolist()]
        starts = np.zeros(len(edge) + 1, np.int64)
        np.cumsum([len(shape) for shape in shapes], out=starts[1:])
        return cls(edge, starts, np.concatenate([np.zeros((0, 2)), *shapes]))

    @classmethod
    def joined(cls, parts: Sequence[Lines]) -> Lines:
        """Put several one after the other, the numbers of whose edges rise from one to the next."""
        sizes = np.concatenate([np.zeros(1, np.int64), *(np.diff(part.starts) for part in parts)])
        return cls(
            np.concatenate([part.edge for part in parts]),
            np.cumsum(sizes),
            np.concatenate([np.zeros((0, 2)), *(part.points for part in parts)]),
        )

    def renumbered(self, number: Ints) -> Lines:
        """Give the lines of some edges under other numbers, in the same order; a negative number leaves one out."""
        kept = np.flatnonzero(number[self.edge] >= 0)
        size = np.diff(self.starts)[kept]
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(size)])
        rows = np.repeat(self.starts[kept] - starts[:-1], size) + np.arange(int(starts[-1]))
        return Lines(number[self.edge[kept]], starts, self.points[rows])

    def __getitem__(self, edge: int) -> Floats:
        row = int(np.searchsorted(self.edge, edge))
        if row == len(self.edge) or self.edge[row] != edge:
            raise KeyError(edge)
        return self.points[self.starts[row] : self.starts[row + 1]]

    def __iter__(self) -> Iterator[int]:
        return iter(self.edge.tolist())

    def __len__(self) -> int:
        return len(self.edge)
