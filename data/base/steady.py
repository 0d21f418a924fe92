"""Sums of products, exponentials and logarithms that are the same to the last digit on every processor.

``@`` and ``np.dot`` add up in an order that depends on the processor's kernel and threads, and ``np.exp`` and
``np.log`` are other programs for other processors. These are made of single additions, multiplications and divisions
alone, each of which IEEE 754 defines to the last digit, in one order.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from nearhome.data.base.arrays import Bools, Floats

_LN2_HIGH = float.fromhex("0x1.62e42feep-1")
"""The logarithm of 2, as far as products with exponents are exact; the rest is apart."""
_LN2_LOW = float.fromhex("0x1.a39ef35793c76p-33")
_LN2 = float.fromhex("0x1.62e42fefa39efp-1")
_POWERS = tuple(1.0 / math.factorial(power) for power in range(13, -1, -1))
_ODD = tuple(1.0 / power for power in range(23, 0, -2))
_LARGEST, _SMALLEST = 709.0, -745.0
"""Beyond these the exponential is infinite (in truth a little later) or nothing."""
_HALF_ROOT = math.sqrt(0.5)


def dot(one: ArrayLike, other: ArrayLike) -> float:
    """Sum the products of two columns."""
    return float((np.asarray(one, float) * np.asarray(other, float)).sum())


def by_rows(matrix: Floats | Bools, column: ArrayLike) -> Floats:
    """Sum each row of a matrix times a column: ``matrix @ column``."""
    return np.asarray((matrix * np.asarray(column, float)).sum(axis=1))


def by_columns(row: ArrayLike, matrix: Floats) -> Floats:
    """Sum each column of a matrix times a row: ``row @ matrix``."""
    return np.asarray((matrix * np.asarray(row, float)[:, None]).sum(axis=0))


def exp(values: ArrayLike) -> Floats:
    """Give the exponential, within two units of the last digit; beyond the range of floats 0 or infinity."""
    given = np.asarray(values, float)
    x = np.clip(given, _SMALLEST, _LARGEST)
    twos = np.rint(np.where(np.isnan(x), 0.0, x) / _LN2)
    rest = (x - twos * _LN2_HIGH) - twos * _LN2_LOW
    found = np.full_like(rest, _POWERS[0])
    for power in _POWERS[1:]:
        found *= rest
        found += power
    found = np.ldexp(found, twos.astype(np.int32))
    return np.where(given < _SMALLEST, 0.0, np.where(given > _LARGEST, np.inf, found))


def log(values: ArrayLike) -> Floats:
    """Give the natural logarithm of finite numbers, within some units of the last digit; of 0 minus infinity."""
    given = np.asarray(values, float)
    part, twos = np.frexp(np.where(given > 0, given, 1.0))
    small = part < _HALF_ROOT
    part = np.where(small, 2.0 * part, part)
    twos = twos - small
    ratio = (part - 1.0) / (part + 1.0)
    square = ratio * ratio
    found = np.full_like(ratio, _ODD[0])
    for odd in _ODD[1:]:
        found *= square
        found += odd
    found = twos * _LN2_HIGH + (2.0 * ratio * found + twos * _LN2_LOW)
    return np.where(given > 0, found, np.where(given == 0, -np.inf, np.nan))
