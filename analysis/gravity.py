"""Gravity models: flows between homes and places that fall with distance and fit given totals on both sides.

The doubly constrained model of A. G. Wilson (1967), balanced by iterative proportional fitting: the flow is the kernel
times a factor for its row and a factor for its column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

ITERATIONS = 1_000
TOLERANCE = 1e-6
"""Rows may miss their totals by this share of the whole; columns are exact."""

_STEPS = 60
_FLOOR = 1e-200


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
    for _ in range(ITERATIONS):
        across = rows / np.maximum(kernel @ down, _FLOOR)
        down = columns / np.maximum(across @ kernel, _FLOOR)
        away = np.abs(across * (kernel @ down) - rows).sum() / whole
        if away < TOLERANCE:
            return across[:, None] * kernel * down
    msg = f"The totals cannot be reached ({away:.1%} of people are left over); let more homes reach more places."
    raise InputError(msg)


def solve(mean_at: Callable[[float], float], target: float, low: float, high: float) -> float:
    """Give the steepness at which a mean that falls with it reaches the target, by halving between two powers.

    Parameters
    ----------
    mean_at
        The mean distance at a steepness; it falls as the steepness rises.
    target
        The mean distance wanted, in the same unit.
    low, high
        Steepnesses between which to look, both above nought.

    Raises
    ------
    InputError
        If no steepness between the two reaches the target; the message says what they reach.
    """
    furthest, nearest = mean_at(low), mean_at(high)
    if not nearest <= target <= furthest:
        msg = f"A mean of {target:.1f} is out of reach: the model gives {nearest:.1f} to {furthest:.1f}."
        raise InputError(msg)
    for _ in range(_STEPS):
        middle = float(np.sqrt(low * high))
        mean = mean_at(middle)
        if abs(mean - target) < 1e-3:  # noqa: PLR2004 -- a thousandth of a mile
            return middle
        low, high = (middle, high) if mean > target else (low, middle)
    return float(np.sqrt(low * high))
