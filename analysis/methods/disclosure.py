"""Small counts kept out of tables, and kept from being worked out again from the totals.

A count above 0 and below the threshold is suppressed (primary). Since rows, columns, subtotals and the grand total are
shown too, others are suppressed with it (secondary), until nobody can tell any suppressed number, not even within a
range narrower than the protection width. Both look the same afterwards: a reader must not know which was small.

The rule guards against a reader who has the table, all its totals and this text. It does not guard against one who
compares several tables of the same people (other dates, other groups), or who is one of the few counted: show one
table of each.

A sum that misses a whole number by less than ``exact.LEEWAY`` is that number, so that whether it is 0, at the threshold
or halfway between two multiples does not hang on the order in which its parts were added.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from nearhome.data.base import exact, steady
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from numpy.typing import ArrayLike, NDArray

    from nearhome.data.base.arrays import Bools, Floats, Ints


THRESHOLD = 5
ROUND_TO = 5


class Suppressed(enum.Enum):
    """What stands for a number that is not shown: ``[c]`` for confidential, as in official statistics."""

    CELL = "[c]"

    def __str__(self) -> str:
        return self.value


Shown: TypeAlias = "float | Suppressed"


@dataclass(frozen=True, slots=True)
class Subtotals:
    """Totals of the rows of each group, in order of the groups' names."""

    names: tuple[str, ...]
    cells: tuple[tuple[Shown, ...], ...]
    totals: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class ProtectedTable:
    """A table fit to be shown; what is suppressed is in it nowhere.

    Attributes
    ----------
    cells
        Rows of cells.
    row_totals, column_totals, total
        Their sums.
    levels
        Subtotals for each level of groups, as they were given.
    note
        One sentence on the rule, to go with the table.
    """

    cells: tuple[tuple[Shown, ...], ...]
    row_totals: tuple[Shown, ...]
    column_totals: tuple[Shown, ...]
    total: Shown
    levels: tuple[Subtotals, ...]
    note: str

    @property
    def suppressed(self) -> int:
        """How many cells, without totals, are not shown."""
        return sum(value is Suppressed.CELL for row in self.cells for value in row)


@dataclass(frozen=True, slots=True)
class _Layout:
    """All numbers of a table, cells and totals, as sums of its cells (leaves).

    ``holds`` has a row for each different number and a column for each leaf; ``place`` says which number stands at
    each position: first the cells row by row, then row totals, column totals, the grand total, and level by level the
    groups' cells and totals. Positions that always agree, such as the total of a single column, are the same number.
    """

    holds: Any
    place: Ints
    sizes: Ints


def suppressed(
    counts: ArrayLike,
    *,
    levels: Sequence[Sequence[str]] = (),
    threshold: float = THRESHOLD,
    show_zeros: bool = True,
    width: float | None = None,
) -> ProtectedTable:
    """Suppress small counts in a table, and as many others as it takes to keep them so.

    Parameters
    ----------
    counts
        One row or a matrix of counts or estimates, 0 or more.
    levels
        For each level of the hierarchy a name of the group of each row, such as its region; subtotals are shown for
        them.
    threshold
        Numbers below it are not shown, totals neither.
    show_zeros
        Whether 0 is shown. If so, a reader knows that what is suppressed is above 0: 1 or more, for whole counts.
    width
        How wide the range must be within which a reader can place each suppressed number; the threshold if not given.

    Returns
    -------
    The table. The same counts give the same one.

    Raises
    ------
    InputError
        When a count is negative or missing, the groups do not fit, or a rule makes no sense.

    Examples
    --------
    The 3 is small; the others go with it so that no total gives it away:

    >>> [[str(cell) for cell in row] for row in suppressed([[12, 3, 20], [30, 8, 40]]).cells]
    [['[c]', '[c]', '20.0'], ['[c]', '[c]', '40.0']]
    """
    table, names = _checked(counts, levels)
    if not (threshold > 0 and (width is None or width > 0)):
        msg = f"The threshold is {threshold} and the width {width}; give numbers above 0."
        raise InputError(msg)
    layout, groups = _layout(table, names)
    leaves = table.ravel()
    least = 0.0 if not show_zeros else min(1.0, float(leaves[leaves > 0].min(initial=1.0)))
    values = exact.settled(layout.holds @ leaves)
    hidden = (values < threshold) & ((values > 0) | (not show_zeros))
    _protect(layout, leaves, hidden, least, float(threshold if width is None else width))
    shown: list[Shown] = [Suppressed.CELL if hidden[at] else float(values[at]) for at in layout.place]
    zero = "and zeros are shown" if show_zeros else "zeros among them"
    note = (
        f"[c]: not shown, to protect people. Numbers below {threshold:g} are suppressed, {zero}, and so are others "
        "from which they could be worked out."
    )
    return _table(shown, table.shape, groups, note)


def held_back(
    parts: ArrayLike,
    sums: Sequence[Sequence[int]],
    *,
    threshold: float = THRESHOLD,
    width: float | None = None,
    base: float = 0.0,
) -> Bools:
    """Say which sums must not be shown where several tables of the same people are, with totals of many kinds.

    As for ``suppressed``, with zeros shown. The parts themselves are not shown, unless they are a sum by themselves.

    Parameters
    ----------
    parts
        Counts that do not overlap, each above 0, such as the children of one area, one class and one band.
    sums
        For each number that might be shown, the rows of the parts it adds up; the same rows are the same number.
    threshold
        Sums above 0 and below it are not shown.
    width
        How wide the range must be within which a reader can place each sum held back; the threshold if None.
    base
        What is shown is rounded to the nearest multiple of it, halves up, which leaves a reader unsure by so much;
        0 if nothing is rounded.

    Returns
    -------
    A mark for each of ``sums``.

    Raises
    ------
    InputError
        When a part is not above 0 or a rule makes no sense.
    """
    leaves = np.asarray(parts, float)
    if not (np.isfinite(leaves) & (leaves > 0)).all():
        msg = "A part of the tables is not above 0; leave such parts out, so that what sums them up is 0 too."
        raise InputError(msg)
    needed = threshold if width is None else width
    if not (threshold > 0 and needed > 0 and base >= 0):
        msg = f"Threshold {threshold}, width {needed} and base {base} make no rule; give numbers above 0."
        raise InputError(msg)
    numbers: dict[tuple[int, ...], int] = {}
    place = np.array([numbers.setdefault(tuple(sorted(each)), len(numbers)) for each in sums], np.int64)
    published = _Published(leaves, list(numbers), base)
    hidden = (published.values < threshold) & (published.values > 0)
    done = np.zeros(len(hidden), bool)
    while (waiting := np.flatnonzero(hidden & ~done)).size:
        target = waiting[np.lexsort([waiting, published.values[waiting], published.sizes[waiting]])[0]]
        change, beyond = published.other(hidden, target, needed)
        hidden |= beyond > 1e-6  # noqa: PLR2004 -- what the solver leaves of 0
        done |= np.abs(change) >= needed * (1 - 1e-6)
        done[target] = True
    return np.asarray(hidden[place])


class _Published:
    """Sums of the same counts as a reader sees them, each within what its rounding leaves open."""

    def __init__(self, leaves: Floats, numbers: list[tuple[int, ...]], base: float) -> None:
        from scipy.sparse import csr_array, eye_array, hstack

        self.sizes = np.array([len(each) for each in numbers])
        rows = np.array([leaf for each in numbers for leaf in each], np.int64)
        first = np.concatenate([[0], self.sizes.cumsum()])
        self._holds = csr_array((np.ones(len(rows)), rows, first), shape=(len(numbers), len(leaves)))
        self.values = exact.settled(self._holds @ leaves)
        least = min(1.0, float(leaves.min(initial=1.0)))
        self._most_less = np.maximum(0.0, leaves - least)
        middle = exact.half_up(self.values, base) if base else self.values
        self._open = np.maximum(0.0, np.vstack([middle + base / 2 - self.values, self.values - middle + base / 2]))
        none = eye_array(len(numbers))
        self._equal = hstack([self._holds, -self._holds, -none, none, -none, none], format="csr")

    def other(self, hidden: Bools, target: int, width: float) -> tuple[Floats, Floats]:
        """Find the cheapest other counts that make one sum greater by the width.

        What a sum changes by is free as far as its rounding leaves it open, or if it is hidden; beyond that it costs
        more the larger it is. Give the change of each sum, and the part of it that costs.
        """
        from scipy.optimize import linprog
        from scipy.sparse import hstack, vstack

        count, parts = self._holds.shape
        price = np.where(hidden, 0.0, self.sizes * (1.0 + steady.log(1.0 + self.values) / 10))
        row = self._holds[[target]]
        asked = hstack([row, -row], format="csr")
        asked.resize((1, self._equal.shape[1]))
        most = np.concatenate([np.full(parts, np.inf), self._most_less, *self._open, np.full(2 * count, np.inf)])
        solved = linprog(
            np.concatenate([np.zeros(2 * parts + 2 * count), price, price]),
            A_eq=vstack([self._equal, asked], format="csr"),
            b_eq=np.append(np.zeros(count), width),
            bounds=np.column_stack([np.zeros(len(most)), most]),
            method="highs-ds",
        )
        if solved.status != 0:
            msg = f"The tables could not be protected: {solved.message}; leave out totals or put groups together."
            raise InputError(msg)
        change = self._holds @ (solved.x[:parts] - solved.x[parts : 2 * parts])
        beyond = solved.x[2 * parts + 2 * count : -count] + solved.x[-count:]
        return np.asarray(change), np.where(hidden, 0.0, beyond)


def rounded(counts: ArrayLike, *, levels: Sequence[Sequence[str]] = (), base: int = ROUND_TO) -> ProtectedTable:
    """Round each number, totals too, to the nearest multiple of ``base``, halves up; rows need not add up any more.

    It shows a little of everything where suppression shows all of some. Each total is rounded from the true one.

    Raises
    ------
    InputError
        When a count is negative or missing, the groups do not fit, or ``base`` is below 1.
    """
    table, names = _checked(counts, levels)
    if base < 1:
        msg = f"Numbers cannot be rounded to multiples of {base}; give a whole number of 1 or more."
        raise InputError(msg)
    layout, groups = _layout(table, names)
    values = exact.half_up(layout.holds @ table.ravel(), base)
    note = (
        f"Each number is rounded to the nearest multiple of {base}, so totals may differ from the sum of their parts."
    )
    return _table([float(values[at]) for at in layout.place], table.shape, groups, note)


def _checked(counts: ArrayLike, levels: Sequence[Sequence[str]]) -> tuple[Floats, list[NDArray[Any]]]:
    table = np.array(counts, float)
    if table.ndim == 1:
        table = table[:, None]
    if table.ndim != 2 or table.size == 0:  # noqa: PLR2004 -- rows and columns
        msg = f"The table has the shape {table.shape}; give one or two dimensions that are not empty."
        raise InputError(msg)
    bad = ~(np.isfinite(table) & (table >= 0))
    if bad.any():
        msg = f"The table has the value {table[bad][0]:g}; give counts of 0 or more."
        raise InputError(msg)
    names = [np.array([str(name) for name in level]) for level in levels]
    for level in names:
        if len(level) != len(table):
            msg = f"{len(level)} rows have a group and the table has {len(table)}; give one for each row."
            raise InputError(msg)
    for fine, coarse in pairwise(names):
        if len(set(zip(fine.tolist(), coarse.tolist(), strict=True))) != len(set(fine.tolist())):
            msg = "A group of one level lies in several of the next; give levels of whole groups, the finest first."
            raise InputError(msg)
    return table, names


def _layout(table: Floats, levels: list[NDArray[Any]]) -> tuple[_Layout, list[tuple[str, ...]]]:
    from scipy.sparse import csr_array

    rows, columns = table.shape
    leaf = np.arange(table.size).reshape(rows, columns)
    sums = [*leaf.reshape(-1, 1), *leaf, *leaf.T, leaf.ravel()]
    groups = []
    for level in levels:
        names, group = np.unique(level, return_inverse=True)
        groups.append(tuple(str(name) for name in names))
        members = [leaf[group == number] for number in range(len(names))]
        sums += [column for part in members for column in part.T]
        sums += [part.ravel() for part in members]
    numbers: dict[bytes, int] = {}
    place = np.array([numbers.setdefault(np.sort(each).tobytes(), len(numbers)) for each in sums])
    _, first = np.unique(place, return_index=True)
    distinct = [sums[at] for at in first]
    sizes = np.array([len(each) for each in distinct])
    holds = csr_array(
        (np.ones(int(sizes.sum())), np.concatenate(distinct), np.concatenate([[0], sizes.cumsum()])),
        shape=(len(distinct), table.size),
    )
    return _Layout(holds, place, sizes), groups


def _table(shown: list[Shown], shape: tuple[int, ...], groups: list[tuple[str, ...]], note: str) -> ProtectedTable:
    rows, columns = shape
    source = iter(shown)

    def take(count: int) -> tuple[Shown, ...]:
        return tuple(next(source) for _ in range(count))

    return ProtectedTable(
        cells=tuple(take(columns) for _ in range(rows)),
        row_totals=take(rows),
        column_totals=take(columns),
        total=next(source),
        levels=tuple(Subtotals(names, tuple(take(columns) for _ in names), take(len(names))) for names in groups),
        note=note,
    )


def _protect(layout: _Layout, leaves: Floats, hidden: Bools, least: float, width: float) -> None:
    """Hide more numbers, in place, until each hidden one could as well be greater or less by the width.

    For each, the other table that costs least to make possible is looked for (Fischetti and Salazar 1999, as a linear
    programme): all its shown numbers are those of the true one, its hidden ones at least what a reader knows. What has
    to differ for it gets hidden too. A number that differs by the width in one such table is done.
    """
    done = np.zeros(len(hidden), bool)
    values = exact.settled(layout.holds @ leaves)
    while True:
        waiting = np.flatnonzero(hidden & ~done)
        if len(waiting) == 0:
            return
        target = waiting[np.lexsort([waiting, values[waiting], layout.sizes[waiting]])[0]]
        change = layout.holds @ _other_table(layout, leaves, hidden, target, least, width)
        hidden |= np.abs(change) > 1e-6  # noqa: PLR2004 -- what the solver leaves of 0
        done |= np.abs(change) >= width * (1 - 1e-6)
        done[target] = True


def _other_table(layout: _Layout, leaves: Floats, hidden: Bools, target: int, least: float, width: float) -> Floats:
    """Give the cheapest change of the leaves that makes one number greater by the width.

    The change is split into more and less, for leaves and for totals; a number costs its kind: hidden already nothing,
    a cell 1 and a little for its size, a total so much more that cells are hidden first.
    """
    from scipy.optimize import linprog
    from scipy.sparse import eye_array, hstack, vstack

    values = exact.settled(layout.holds @ leaves)
    totals = np.flatnonzero(layout.sizes > 1)
    single = np.flatnonzero(layout.sizes == 1)
    order = single[np.argsort(layout.holds[single].indices)]  # the number that each leaf is
    price = np.where(hidden, 0.0, 1.0 + steady.log(1.0 + values) / 10)
    price[totals] *= 10.0 * layout.sizes[totals]
    lower = np.where(leaves > 0, least, 0.0)
    fixed = (leaves == 0) & (least > 0)  # a zero that is shown stays one
    sums = layout.holds[totals]
    none = eye_array(len(totals))
    equal = hstack([sums, -sums, -none, none], format="csr")  # what totals change by is what their cells do
    asked = hstack([layout.holds[[target]], -layout.holds[[target]]], format="csr")
    asked.resize((1, equal.shape[1]))
    most = np.concatenate(
        [
            np.where(fixed, 0.0, np.inf),
            np.where(fixed, 0.0, np.maximum(0.0, leaves - lower)),
            np.full(2 * len(totals), np.inf),
        ]
    )
    solved = linprog(
        np.concatenate([price[order], price[order], price[totals], price[totals]]),
        A_eq=vstack([equal, asked], format="csr"),
        b_eq=np.append(np.zeros(len(totals)), width),
        bounds=np.column_stack([np.zeros(len(most)), most]),
        method="highs-ds",
    )
    if solved.status != 0:
        msg = f"The table could not be protected: {solved.message}; leave out totals or put groups together."
        raise InputError(msg)
    more, less = solved.x[: len(leaves)], solved.x[len(leaves) : 2 * len(leaves)]
    return np.asarray(more - less)
