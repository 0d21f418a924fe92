"""Gravity models: flows between homes and places that fall with distance and fit given totals on both sides.

The doubly constrained model of A. G. Wilson (1967), balanced by iterative proportional fitting: the flow is the kernel
times a factor for its row and a factor for its column. Sums are ordered, and no processor's own kernel has a part in
them, so that the same totals give the same flows everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nearhome.data.base import steady
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from nearhome.data.base.arrays import Floats


ITERATIONS = 5_000
TOLERANCE = 1e-6
"""Rows may miss their totals by this share of the whole; columns are exact."""

_STEPS = 60
_DOUBLINGS = 10
_CLOSE = 1e-3
_FLOOR = 1e-200
_DOUBLED = float(steady.log(2.0))


def balance(kernel: Floats, rows: Floats, columns: Floats) -> Floats:
    """Scale the rows and columns of a kernel until they sum to the given totals.

    Columns are scaled last, so they are exact to rounding. A row or column whose total is nought is nought.

    Parameters
    ----------
    kernel
        Positive, shape (rows, columns).
    rows, columns
        Totals, not negative, with the same sum.

    Raises
    ------
    InputError
        If the sums differ, or the kernel has noughts that leave a total out of reach.
    """
    if not np.isclose(rows.sum(), columns.sum(), rtol=1e-9, atol=1e-9):
        msg = f"Rows sum to {rows.sum():,.3f} and columns to {columns.sum():,.3f}; make them the same."
        raise InputError(msg)
    down = np.ones(len(columns))
    whole = max(float(rows.sum()), _FLOOR)
    flows = kernel * down
    found = flows.sum(axis=1)
    for _ in range(ITERATIONS):
        across = rows / np.maximum(found, _FLOOR)
        np.multiply(kernel, across[:, None], out=flows)
        down = columns / np.maximum(flows.sum(axis=0), _FLOOR)
        np.multiply(kernel, down, out=flows)
        found = flows.sum(axis=1)
        away = np.abs(across * found - rows).sum() / whole
        if away < TOLERANCE:
            return np.asarray(across[:, None] * kernel * down)
    msg = f"The totals cannot be reached ({away:.1%} of people are left over); let more homes reach more places."
    raise InputError(msg)


def solve(mean_at: Callable[[float], float], target: float, start: float) -> float:
    """Give the steepness at which a mean that falls with it reaches the target, within a thousandth.

    The search doubles or halves from ``start`` until the target lies between two steepnesses, and then halves the
    interval or follows the straight line between its ends, in the logarithm of the steepness.

    Parameters
    ----------
    mean_at
        The mean distance at a steepness; it falls as the steepness rises.
    target
        The mean distance wanted, in the same unit.
    start
        A likely steepness, above nought.

    Raises
    ------
    InputError
        If no steepness within a factor of a thousand of ``start`` reaches the target; the message says what was.
    """
    here = there = float(steady.log(start))
    off = other = mean_at(start) - target
    if abs(off) < _CLOSE:
        return start
    for _ in range(_DOUBLINGS):
        if off * other < 0:
            break
        here, off = there, other
        there += _DOUBLED if other > 0 else -_DOUBLED
        other = mean_at(float(steady.exp(there))) - target
    if off * other > 0 and abs(other) >= _CLOSE:
        msg = f"A mean of {target:.1f} is out of reach: the model gets no nearer to it than {target + other:.1f}."
        raise InputError(msg)
    for step in range(_STEPS):
        between = (here * other - there * off) / (other - off) if step % 3 and other != off else (here + there) / 2
        mean = mean_at(float(steady.exp(between))) - target
        if abs(mean) < _CLOSE:
            return float(steady.exp(between))
        if mean * off > 0:
            here, off = between, mean
        else:
            there, other = between, mean
    return float(steady.exp((here + there) / 2))
