"""People in whole parts: shared out once so that the parts add up, rounded and compared alike on every machine.

A number of people that a model gives is no whole number, and sums of such numbers depend on their order in the last
digit. So they are cut once into whole parts of a person (or of a share), by largest remainder, so that the parts of a
total make it up. The parts are powers of two: a ``float`` holds such a number exactly, and sums of them are exact in
any order, as are their products with shares, as long as they stay below ``MOST_PEOPLE``. Then "all" is 1, "none" is 0
and a threshold is met or not, whatever the processor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from nearhome.data.base.arrays import Bools, Floats, Ints

PERSON = 1 << 12
"""Parts of a person: people and children of an area are whole numbers of these."""

SHARE = 1 << 20
"""Parts of a share, and of a person where many cells have a millionth of one each."""

MOST_PEOPLE = float(1 << 21)
"""Sums of people times shares are exact below so many people: both have 53 binary digits together."""

LEEWAY = 1e-6
"""What misses a whole number by less than this is that number: far more than sums of floats miss, far less than a part
of a person that anybody sees."""

_STEPS = 1000
"""Remainders are compared in thousandths: those that differ by less are alike."""


def share_out(weights: ArrayLike, totals: ArrayLike, group: Ints | None = None, *, parts: int = PERSON) -> Floats:
    """Share totals out by weight, in whole parts that make the totals up exactly (largest remainder).

    Parameters
    ----------
    weights
        One for each place, 0 or more. A place without weight gets nothing, and so do all of a group without any.
    totals
        One for each group; they are taken to the nearest part.
    group
        The group of each place, from 0; one for all if None.
    parts
        How many parts there are in 1, a power of two.

    Returns
    -------
    One for each place, a whole number of parts. Of equal remainders the first place is rounded up.

    Examples
    --------
    >>> share_out([2, 1, 1], 10, parts=1).tolist()
    [5.0, 3.0, 2.0]
    >>> share_out([1, 2, 0, 5], [10, 3], np.array([0, 0, 0, 1]), parts=1).tolist()
    [3.0, 7.0, 0.0, 3.0]
    """
    weight = np.asarray(weights, float)
    owner = np.zeros(len(weight), np.int64) if group is None else group
    whole = np.rint(np.atleast_1d(np.asarray(totals, float)) * parts)
    sums = np.bincount(owner, weights=weight, minlength=len(whole))
    used = (weight > 0) & (sums[owner] > 0)
    each = np.zeros(len(weight))
    np.divide(weight, sums[owner], out=each, where=used)
    each *= whole[owner]
    low = np.floor(each)
    remainder = np.rint((each - low) * _STEPS).astype(np.int64)
    low += remainder == _STEPS
    remainder[remainder == _STEPS] = 0
    missing = np.where(sums > 0, whole, 0.0) - np.bincount(owner, weights=low, minlength=len(whole))
    up = _first(owner, -remainder, used, np.maximum(missing, 0.0))
    down = _first(owner, remainder, low > 0, np.maximum(-missing, 0.0))
    return np.asarray((low + up - down) / parts)


def _first(owner: Ints, order_by: Ints, eligible: Bools, count: Floats) -> Floats:
    """Mark with 1 the first few of each group by some order (between -_STEPS and _STEPS), then by position."""
    found = np.zeros(len(owner))
    if count.any():
        at = np.flatnonzero(eligible)
        at = at[np.argsort(owner[at] * (2 * _STEPS) + order_by[at], kind="stable")]
        begin = np.searchsorted(owner[at], np.arange(len(count)))
        rank = np.arange(len(at)) - begin[owner[at]]
        found[at[rank < count[owner[at]]]] = 1.0
    return found


def nearest(values: ArrayLike, parts: int = PERSON) -> Floats:
    """Take values to the nearest whole number of parts."""
    return np.asarray(np.rint(np.asarray(values, float) * parts) / parts + 0.0)


def settled(values: ArrayLike) -> Floats:
    """Make whole what misses a whole number by less than ``LEEWAY``, and leave the rest."""
    given = np.asarray(values, float)
    near = np.rint(given)
    return np.where(np.abs(given - near) < LEEWAY, near, given) + 0.0


def half_up(values: ArrayLike, step: float = 1.0) -> Floats:
    """Round to the nearest multiple of a step, halves up; what nearly is a half is one, and nothing is minus zero."""
    halves = settled(np.asarray(values, float) / step * 2)
    return np.asarray(np.floor(halves / 2 + 0.5) * step + 0.0)


def is_all(share: float) -> bool:
    """Say whether a share is everybody."""
    return share > 1 - LEEWAY**2
