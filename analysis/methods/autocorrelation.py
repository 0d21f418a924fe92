"""Where high or low values gather on the map: Moran's I, its local form (LISA) and Getis and Ord's Gi*.

Whether a pattern could be chance is judged by conditional permutations: the value of a place stays, those of its
neighbours are drawn at random from all other places. How many, from which seed and for which alternative is in every
result. With thousands of places some look unusual by chance alone, so labels count only after Benjamini and Hochberg's
control of the share of false discoveries.

Places without a value (unreachable) are left out first: ``Neighbours.among`` says who is still next to whom.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from nearhome.data.base import steady
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import ArrayLike, NDArray

    from nearhome.analysis.methods.spatial_weights import Neighbours
    from nearhome.data.base.arrays import Bools, Floats, Ints

    Alternative: TypeAlias = Literal["two-sided", "greater", "less"]

PERMUTATIONS = 999
FALSE_DISCOVERIES = 0.05
BLOCK_CELLS = 1 << 17
"""Permuted values held at a time: 1 MB of them stays in the processor's cache."""
NOISE = 1e-12
"""Differences of so small a part of the largest value are what sums of floats leave of 0."""
ISLAND, NOT_SIGNIFICANT = "no neighbours", "not significant"
QUADRANTS = ("HH", "LH", "LL", "HL")
"""The place itself and then its neighbours, above (H) or below (L) the average; those numbered 1 to 4 by Anselin."""


@dataclass(frozen=True, slots=True)
class Moran:
    """Global Moran's I, what chance alone would give, and the share of random maps as extreme."""

    value: float
    expected: float
    p: float
    permutations: int
    seed: int
    alternative: Alternative

    def sentence(self, what: str) -> str:
        """Say it plainly; ``what`` names the values."""
        like = "much like" if self.value > self.expected else "unlike"
        if self.p > FALSE_DISCOVERIES:
            return (
                f"No pattern on the map: {what} of neighbours is what chance would give (Moran's I {self.value:z.2f})."
            )
        return (
            f"Places have {what} {like} that of their neighbours (Moran's I {self.value:z.2f}; of "
            f"{self.permutations:,} maps shuffled at random, at most {100 * self.p:.1f}% are as extreme)."
        )


@dataclass(frozen=True, slots=True)
class Local:
    """A local statistic of each place.

    Attributes
    ----------
    value
        The local Moran's I, or the z score of Gi*; NaN for a place without neighbours (Gi* has one for it too).
    p
        The share of permutations as extreme, by the alternative stated; NaN without neighbours.
    q
        The same after control of false discoveries: significant at rate r where q <= r.
    label
        ``HH``, ``LL`` (alike), ``HL``, ``LH`` (unlike their neighbours) for LISA, ``high`` and ``low`` for Gi*;
        ``not significant`` or ``no neighbours``.
    """

    value: Floats
    p: Floats
    q: Floats
    label: NDArray[np.str_]
    permutations: int
    seed: int
    alternative: Alternative
    false_discoveries: float

    def sentence(self, what: str) -> str:
        """Say it plainly; ``what`` names the values."""
        found = {name: int((self.label == name).sum()) for name in np.unique(self.label).tolist()}
        high = found.get("HH", 0) + found.get("high", 0)
        low = found.get("LL", 0) + found.get("low", 0)
        lone = found.get("HL", 0) + found.get("LH", 0)
        others = f", {lone:,} stand out from their neighbours" if lone else ""
        return (
            f"Of {len(self.label):,} places, {high:,} lie in clusters of high {what}, {low:,} of low{others}; "
            f"about {100 * self.false_discoveries:.0f}% of these may be chance ({self.permutations:,} permutations, "
            f"seed {self.seed}, {self.alternative})."
        )


def moran(
    values: ArrayLike,
    neighbours: Neighbours,
    *,
    permutations: int = PERMUTATIONS,
    seed: int = 0,
    alternative: Alternative = "two-sided",
) -> Moran:
    """Work out how alike neighbours are over the whole map: I = n / S0 * z'Wz / z'z.

    Two-sided p is twice the smaller tail, at most 1. The map is shuffled as a whole.

    Parameters
    ----------
    values
        One for each place, none missing.
    neighbours
        Who is next to whom, in the order of the values.
    permutations
        How many, 1 or more.
    seed
        Of the random draws; the same one gives the same answer.
    alternative
        What counts as extreme: ``two-sided``, or only neighbours more alike (``greater``) or less alike (``less``) than
        by chance.

    Raises
    ------
    InputError
        When a value is missing, all are equal, nobody has neighbours, or an option is not understood.
    """
    z = _deviations(values, neighbours, permutations, alternative)
    weight = neighbours.matrix()
    total = float(weight.sum())
    if total == 0:
        msg = f"None of the {len(z)} places has a neighbour; widen what counts as one."
        raise InputError(msg)
    scale = len(z) / total / steady.dot(z, z)
    value = scale * steady.dot(z, weight @ z)
    random = np.random.default_rng(seed)
    found = np.empty(permutations)
    for begin in range(0, permutations, 64):
        many = np.column_stack([random.permutation(z) for _ in range(begin, min(begin + 64, permutations))])
        found[begin : begin + many.shape[1]] = scale * (many * (weight @ many)).sum(axis=0)
    tolerance = NOISE * max(1.0, abs(value))
    above, below = int((found >= value - tolerance).sum()), int((found <= value + tolerance).sum())
    p = _p(np.array([above]), np.array([below]), permutations, alternative)
    return Moran(value, -1 / (len(z) - 1), float(p[0]), permutations, seed, alternative)


def lisa(
    values: ArrayLike,
    neighbours: Neighbours,
    *,
    permutations: int = PERMUTATIONS,
    seed: int = 0,
    alternative: Alternative = "two-sided",
    false_discoveries: float = FALSE_DISCOVERIES,
) -> Local:
    """Work out the local Moran's I of each place, I_i = (n - 1) z_i sum_j w_ij z_j / z'z (Anselin 1995).

    All places share the same random draws: each p is right by itself, and they hang together.

    Parameters
    ----------
    values
        One for each place, none missing.
    neighbours
        Who is next to whom, in the order of the values.
    permutations
        How many, 1 or more.
    seed
        Of the random draws; the same one gives the same answer.
    alternative
        ``two-sided``; ``greater`` looks for places like their neighbours only, ``less`` for those unlike them only.
    false_discoveries
        The share of labels that may be chance, at most.

    Raises
    ------
    InputError
        When a value is missing, all are equal, or an option is not understood.
    """
    z = _deviations(values, neighbours, permutations, alternative)
    lag = neighbours.matrix() @ z
    above, below = _conditional(z, lag, neighbours, permutations, seed)
    up = np.where(z >= -_noise(z), above, below)  # the product is large where the lag is on the same side
    p = _p(up, above + below - up, permutations, alternative)
    p[neighbours.islands] = np.nan
    q = adjusted(p)
    value = np.where(neighbours.islands, np.nan, (len(z) - 1) * z * lag / steady.dot(z, z))
    high, high_around = z > _noise(z), lag > _noise(z)
    quadrant = np.array(QUADRANTS)[np.where(high_around, np.where(high, 0, 1), np.where(high, 3, 2))]
    label = _labels(quadrant, q, neighbours.islands, false_discoveries)
    return Local(value, p, q, label, permutations, seed, alternative, false_discoveries)


def hot_spots(
    values: ArrayLike,
    neighbours: Neighbours,
    *,
    permutations: int = PERMUTATIONS,
    seed: int = 0,
    alternative: Alternative = "two-sided",
    false_discoveries: float = FALSE_DISCOVERIES,
) -> Local:
    """Work out Getis and Ord's Gi* of each place as a z score, the place itself among its neighbours (Ord, Getis 1995).

    The place weighs as much as each of its neighbours would on average. z is Gi* less its mean, over its standard
    deviation, under chance; p comes from conditional permutations, as for ``lisa``, and not from z.

    Parameters
    ----------
    values
        One for each place, none missing.
    neighbours
        Who is next to whom, in the order of the values.
    permutations
        How many, 1 or more.
    seed
        Of the random draws; the same one gives the same answer.
    alternative
        ``two-sided``; ``greater`` looks for high only, ``less`` for low only.
    false_discoveries
        The share of labels that may be chance, at most.

    Raises
    ------
    InputError
        When a value is missing, all are equal, or an option is not understood.
    """
    z = _deviations(values, neighbours, permutations, alternative)
    count = neighbours.counts
    lag = neighbours.matrix() @ z
    above, below = _conditional(z, lag, neighbours, permutations, seed)
    p = _p(above, below, permutations, alternative)
    p[neighbours.islands] = np.nan
    q = adjusted(p)
    own = 1 / (count + 1)
    mean = own * z + (1 - own) * lag
    squares = own**2 + (1 - own) ** 2 * (neighbours.matrix().power(2) @ np.ones(len(z)))
    deviation = np.sqrt(steady.dot(z, z) / len(z))
    value = mean / (deviation * np.sqrt((len(z) * squares - 1) / (len(z) - 1)))
    label = _labels(np.where(mean > _noise(z), "high", "low"), q, neighbours.islands, false_discoveries)
    return Local(value, p, q, label, permutations, seed, alternative, false_discoveries)


def adjusted(p: ArrayLike) -> Floats:
    """Adjust p values for how many there are, by Benjamini and Hochberg (1995); NaN stays NaN and does not count.

    Calling significant what comes out at most r keeps the expected share of false discoveries at r or below.

    Raises
    ------
    InputError
        When a p lies outside 0 to 1.
    """
    given = np.asarray(p, float)
    known = np.flatnonzero(~np.isnan(given))
    if len(known) and not (given[known].min() >= 0 and given[known].max() <= 1):
        msg = f"The p values go from {given[known].min():g} to {given[known].max():g}; give values from 0 to 1."
        raise InputError(msg)
    order = known[given[known].argsort(kind="stable")]
    ratio = given[order] * len(order) / np.arange(1, len(order) + 1)
    found = np.full(given.shape, np.nan)
    found[order] = np.minimum(1.0, np.minimum.accumulate(ratio[::-1])[::-1])
    return found


def _deviations(values: ArrayLike, neighbours: Neighbours, permutations: int, alternative: str) -> Floats:
    found = np.asarray(values, float).ravel()
    if len(found) != len(neighbours):
        msg = f"There are {len(found)} values and {len(neighbours)} places; give one for each."
        raise InputError(msg)
    missing = int((~np.isfinite(found)).sum())
    if missing:
        msg = f"{missing} of {len(found)} values are missing; leave these places out with Neighbours.among first."
        raise InputError(msg)
    if permutations < 1 or alternative not in {"two-sided", "greater", "less"}:
        msg = (
            f"{permutations} permutations and the alternative {alternative} are not understood; "
            "give 1 or more, and two-sided, greater or less."
        )
        raise InputError(msg)
    if len(found) < 3 or np.ptp(found) <= NOISE * np.abs(found).max():  # noqa: PLR2004 -- with two, chance has no choice
        msg = (
            f"The {len(found)} values are too few or all equal, so there is no pattern to find; give three that differ."
        )
        raise InputError(msg)
    return np.asarray(found - found.mean())


def _noise(z: Floats) -> float:
    return NOISE * float(np.abs(z).max())


def _conditional(z: Floats, lag: Floats, neighbours: Neighbours, permutations: int, seed: int) -> tuple[Ints, Ints]:
    """Count for each place the permutations whose lag is at least, and at most, the one seen."""
    count = neighbours.counts
    most = int(count.max(initial=0))
    random = np.random.default_rng(seed)
    others = len(z) - 1
    drawn = np.stack([random.choice(others, most, replace=False) for _ in range(permutations)], axis=1)
    below_own, above_own = z[drawn], z[drawn + 1]  # the place itself is left out: beyond it, all move up by one
    above, below = np.zeros(len(z), np.int64), np.zeros(len(z), np.int64)
    weight = neighbours.padded()
    tolerance = _noise(z)
    step = max(1, BLOCK_CELLS // permutations)
    order = count.argsort(kind="stable")
    for begin in range(0, len(z), step):
        rows = order[begin : begin + step]
        sums = np.zeros((len(rows), permutations))
        for slot in range(int(count[rows].max())):
            values = np.where(drawn[slot] < rows[:, None], below_own[slot], above_own[slot])
            values *= weight[rows, slot, None]
            sums += values
        seen = lag[rows, None]
        above[rows] = (sums >= seen - tolerance).sum(axis=1)
        below[rows] = (sums <= seen + tolerance).sum(axis=1)
    return above, below


def _p(above: Ints, below: Ints, permutations: int, alternative: Alternative) -> Floats:
    tail = {"greater": above, "less": below, "two-sided": np.minimum(above, below)}[alternative]
    p = (tail + 1) / (permutations + 1)
    return np.minimum(1.0, 2 * p) if alternative == "two-sided" else p


def _labels(kind: NDArray[np.str_], q: Floats, islands: Bools, rate: float) -> NDArray[np.str_]:
    significant = np.nan_to_num(q, nan=2.0) <= rate
    return np.where(islands, ISLAND, np.where(significant, kind, NOT_SIGNIFICANT))
