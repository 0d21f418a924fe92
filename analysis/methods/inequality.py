"""How unequally something is spread over people: the postcode lottery in figures, each with a plain sentence.

Values (minutes, services in reach, supply for each head) belong to places, and each place counts by its people. A
value of NaN or infinity is that of people with no way at all: they are left out of the figure and counted beside it,
and each sentence says so. A figure that cannot be formed (nobody, or nothing to share) is NaN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from nearhome.analysis.methods.accessibility import amounts
from nearhome.analysis.methods.inequality_results import (
    Concentration,
    FosterGreerThorbecke,
    Gini,
    Interval,
    Palma,
    Tenth,
    Theil,
)
from nearhome.data.base import steady
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

    from nearhome.data.base.arrays import Bools, Floats, Ints


FIGURE_DIGITS = 12
"""Measures are told to so many decimals: what is below is what sums of floats leave of 0."""

TENTHS = 10
POOREST_TENTHS = 4
"""The Palma ratio sets the top tenth against the lowest four tenths (Palma 2011, Cobham and Sumner 2013)."""


def weighted_quantiles(values: ArrayLike, people: ArrayLike, at: Sequence[float]) -> Floats:
    """Find the values that shares ``at`` of the people do not exceed; people without a value are left out.

    It is the smallest value at which the people up to it make up the share, so it is always a value that somebody has.

    Raises
    ------
    InputError
        When a share lies outside 0 to 1, or the columns do not fit.
    """
    shares = np.array(list(at), float)
    if not ((shares >= 0) & (shares <= 1)).all():
        msg = f"The shares asked for are {shares.tolist()}; give numbers from 0 to 1."
        raise InputError(msg)
    held, weight, _ = _known(values, people)
    held, weight = held[weight > 0], weight[weight > 0]
    if len(held) == 0:
        return np.full(len(shares), np.nan)
    order = held.argsort(kind="stable")
    upto = weight[order].cumsum()
    at_least = np.searchsorted(upto, shares * upto[-1] * (1 - 1e-12), side="left")
    return np.asarray(held[order][np.minimum(at_least, len(held) - 1)])


def gini(values: ArrayLike, people: ArrayLike) -> Gini:
    """Work out the population-weighted Gini coefficient.

    G = 1 - sum_i p_i (C_(i-1) + C_i), with p the shares of people in order of value and C the running shares of the
    whole.

    Raises
    ------
    InputError
        When a value is negative or the columns do not fit.

    Examples
    --------
    >>> gini([10, 30, float("nan")], [100, 100, 20])
    Gini(value=0.25, people=200.0, left_out=20.0)
    """
    held, weight, left_out = _shared_out(values, people)
    order = held.argsort(kind="stable")
    whole, total = weight.sum(), steady.dot(held, weight)
    if not total > 0:
        return Gini(float("nan"), float(whole), left_out)
    weight = weight[order]
    upto = np.concatenate([[0.0], (held[order] * weight).cumsum()]) / total
    return Gini(_cut(1 - steady.dot(weight, upto[:-1] + upto[1:]) / float(whole)), float(whole), left_out)


def theil(values: ArrayLike, people: ArrayLike, groups: ArrayLike) -> Theil:
    """Work out Theil's T, its part between the groups and its part within them; nothing counts 0 ln 0 = 0.

    Raises
    ------
    InputError
        When a value is negative or the columns do not fit.
    """
    label = np.asarray(groups)
    held, weight, left_out = _shared_out(values, people, label)
    _, group = np.unique(label[_countable(values)], return_inverse=True)
    whole, total = float(weight.sum()), steady.dot(held, weight)
    if not total > 0:
        return Theil(float("nan"), whole, left_out, float("nan"), float("nan"))
    share, part = weight / whole, held * weight / total
    every = _cut(float(_entropy(part, share).sum()))
    between = min(every, _cut(float(_entropy(_sums(group, part), _sums(group, share)).sum())))
    return Theil(every, whole, left_out, between, _cut(every - between))


def deciles(rank_by: ArrayLike, people: ArrayLike) -> Ints:
    """Divide places into tenths of the people in order of ``rank_by``, 1 the lowest; 0 where the rank is unknown.

    A place falls whole into the tenth in which its middle person lies, and places of equal rank into the same one.

    Raises
    ------
    InputError
        When the columns do not fit.
    """
    middle = _fractional_rank(np.asarray(rank_by, float), amounts(people, np.size(rank_by), "people"))
    tenth = np.ceil(np.nan_to_num(middle) * TENTHS - 1e-9).astype(np.int64)
    return np.where(np.isnan(middle), 0, np.clip(tenth, 1, TENTHS))


def palma(values: ArrayLike, people: ArrayLike, decile: ArrayLike) -> Palma:
    """Set the average of the top tenth of people against that of the lowest four tenths.

    ``decile`` says to which tenth each place belongs, 1 to 10 in order of income or deprivation, for instance from
    ``deciles``; 0 for unknown, which is left out. It may have been formed over more places than are given.

    Raises
    ------
    InputError
        When a value is negative, a decile is not one, or the columns do not fit.
    """
    tenth = _tenths(decile)
    held, weight, left_out = _shared_out(values, people, tenth)
    tenth = tenth[_countable(values)]
    top = _mean(held, weight, tenth == TENTHS)
    bottom = _mean(held, weight, (tenth >= 1) & (tenth <= POOREST_TENTHS))
    ranked = float(weight[tenth > 0].sum())
    ratio = top / bottom if bottom > 0 else float("nan")
    return Palma(ratio, ranked, left_out + float(weight.sum()) - ranked, top, bottom)


def decile_table(values: ArrayLike, people: ArrayLike, decile: ArrayLike) -> tuple[Tenth, ...]:
    """Sum up each tenth of the people, 1 to 10; people of unknown decile (0) are in no row.

    Raises
    ------
    InputError
        When a decile is not one or the columns do not fit.
    """
    tenth = _tenths(decile)
    held, weight, _ = _known(values, people, tenth)
    known = _countable(values)
    missing = amounts(people, len(tenth), "people")[~known]
    rows = []
    for number in range(1, TENTHS + 1):
        here = tenth[known] == number
        rows.append(
            Tenth(
                decile=number,
                people=float(weight[here].sum()),
                mean=_mean(held, weight, here),
                median=float(weighted_quantiles(held[here], weight[here], [0.5])[0]),
                left_out=float(missing[tenth[~known] == number].sum()),
            )
        )
    return tuple(rows)


def concentration(
    values: ArrayLike,
    people: ArrayLike,
    rank_by: ArrayLike,
    *,
    kind: Literal["standard", "erreygers"] = "standard",
    bounds: tuple[float, float] | None = None,
) -> Concentration:
    """Say whether values gather among people ranked low (below 0) or high (above 0).

    Standard: C = 2 cov(y, R) / mean(y), with R the fractional rank of people in order of ``rank_by``, equal ones
    sharing the middle. Erreygers (2009): 4 mean(y) C / (b - a), which does not change when good and bad are swapped.

    Nations whose deprivation is measured differently must not be ranked together: call once for each.

    Parameters
    ----------
    values
        Of each place, 0 or more; NaN or infinity where there is no way.
    people
        At each place.
    rank_by
        What places are ordered by, such as deprivation; those of unknown rank (NaN) are left out.
    kind
        ``standard`` or ``erreygers``.
    bounds
        For Erreygers, the least and greatest possible values a and b; the observed ones if None.

    Raises
    ------
    InputError
        When a value is negative, the bounds do not hold the values, or the columns do not fit.
    """
    rank_values = np.asarray(rank_by, float).ravel()
    held, weight, left_out = _shared_out(values, people, rank_values)
    rank_values = rank_values[_countable(values)]
    ranked = np.isfinite(rank_values)
    left_out += float(weight[~ranked].sum())
    held, weight = held[ranked], weight[ranked]
    whole, total = float(weight.sum()), steady.dot(held, weight)
    if not total > 0:
        return Concentration(float("nan"), whole, left_out, kind)
    rank = _fractional_rank(rank_values[ranked], weight)
    value = _cut(2 * steady.dot(held * weight, np.nan_to_num(rank)) / total - 1)
    if kind == "erreygers":
        some = held[weight > 0]
        low, high = bounds or (float(some.min()), float(some.max()))
        if not (low <= some.min() and some.max() <= high):
            msg = (
                f"The bounds {low:g} to {high:g} do not hold all values ({some.min():g} to {some.max():g}); widen them."
            )
            raise InputError(msg)
        value = value * 4 * (total / whole) / (high - low) if high > low else float("nan")
    return Concentration(value, whole, left_out, kind)


def shortfall(
    values: ArrayLike, people: ArrayLike, line: float, *, worse: Literal["above", "below"] = "above"
) -> FosterGreerThorbecke:
    """Measure who is on the wrong side of a line and how far: Foster, Greer and Thorbecke's FGT 0, 1 and 2.

    The gap of a person is ``|value - line| / line`` on the wrong side and 0 elsewhere, on the line itself too. For
    travel times the wrong side is ``above`` and a gap may exceed 1; for services in reach it is ``below``. People with
    no way are beyond any line: they are in none of the three figures, and counted as ``left_out``.

    Parameters
    ----------
    values
        Of each place, 0 or more; NaN or infinity where there is no way.
    people
        At each place.
    line
        What is measured against, above 0, in the unit of the values.
    worse
        On which side of the line is the wrong one.

    Raises
    ------
    InputError
        When the line is not above 0, a value is negative or the columns do not fit.
    """
    if not (np.isfinite(line) and line > 0):
        msg = f"The line to measure against is {line}; give a number above 0."
        raise InputError(msg)
    held, weight, left_out = _shared_out(values, people)
    whole = float(weight.sum())
    if not whole > 0:
        return FosterGreerThorbecke(float("nan"), whole, left_out, line, worse, float("nan"), float("nan"))
    gap = np.maximum(0.0, (held - line if worse == "above" else line - held) / line)
    share, depth, severity = (steady.dot(weight, part) / whole for part in (gap > 0, gap, gap * gap))
    return FosterGreerThorbecke(share, whole, left_out, line, worse, depth, severity)


def bootstrap(
    figure: Callable[[Floats], float],
    people: ArrayLike,
    *,
    draws: int = 999,
    level: float = 0.95,
    seed: int = 0,
    strata: ArrayLike | None = None,
) -> Interval:
    """Draw places again and again, with replacement, and give the range in which a figure then mostly lies.

    Parameters
    ----------
    figure
        Takes the people of each place and gives the figure: ``lambda people: gini(minutes, people).value``. A place
        drawn twice comes with twice its people.
    people
        People of each place.
    draws, level, seed
        How often to draw, the share of draws inside, and where the random numbers start; all are in the result.
    strata
        Where given, as many places are drawn from each stratum, such as a region, as it has.

    Raises
    ------
    InputError
        When there are no places, ``draws`` is below 2 or ``level`` lies outside 0 to 1.
    """
    weight = amounts(people, np.size(people), "people")
    if draws < 2 or not 0 < level < 1 or len(weight) == 0:  # noqa: PLR2004 -- a range has two ends
        msg = f"{draws} draws of {len(weight)} places at level {level:g} give no range; give 2 or more, and 0 to 1."
        raise InputError(msg)
    label = np.zeros(len(weight)) if strata is None else np.asarray(strata)
    _fits(label, len(weight), "strata")
    places = [np.flatnonzero(label == each) for each in np.unique(label)]
    random = np.random.default_rng(seed)
    found = np.empty(draws)
    times = np.empty(len(weight))
    for draw in range(draws):
        for members in places:
            times[members] = np.bincount(random.integers(len(members), size=len(members)), minlength=len(members))
        found[draw] = figure(weight * times)
    known = found[np.isfinite(found)]
    if len(known) == 0:
        return Interval(float("nan"), float("nan"), level, draws, seed)
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high), level, draws, seed)


def _cut(figure: float) -> float:
    """Cut off the digits that sums of floats do not know, so that all alike is 0 and never a little above or below."""
    return round(figure, FIGURE_DIGITS) + 0.0


def _countable(values: ArrayLike) -> Bools:
    return np.asarray(np.isfinite(np.asarray(values, float).ravel()))


def _known(values: ArrayLike, people: ArrayLike, groups: NDArray[Any] | None = None) -> tuple[Floats, Floats, float]:
    """Give the values that there are, their people, and the number of the other people."""
    held = np.asarray(values, float).ravel()
    weight = amounts(people, len(held), "people")
    if groups is not None:
        _fits(groups, len(held), "groups")
    known = _countable(held)
    return held[known], weight[known], float(weight[~known].sum())


def _shared_out(
    values: ArrayLike, people: ArrayLike, groups: NDArray[Any] | None = None
) -> tuple[Floats, Floats, float]:
    held, weight, left_out = _known(values, people, groups)
    if len(held) and held.min() < 0:
        msg = f"A value is negative ({held.min():g}); measures of inequality need values of 0 or more."
        raise InputError(msg)
    return held, weight, left_out


def _fits(column: NDArray[Any], length: int, what: str) -> None:
    if column.shape != (length,):
        msg = (
            f"The column of {what} has the shape {column.shape} where {length} values belong; give one for each place."
        )
        raise InputError(msg)


def _tenths(decile: ArrayLike) -> Ints:
    given = np.asarray(decile).ravel()
    bad = ~np.isin(given, np.arange(TENTHS + 1))
    if bad.any():
        msg = f"{given[bad][0]} is no decile; give whole numbers from 1 to 10, or 0 for unknown."
        raise InputError(msg)
    return given.astype(np.int64)


def _mean(held: Floats, weight: Floats, here: Bools) -> float:
    whole = float(weight[here].sum())
    return steady.dot(held[here], weight[here]) / whole if whole > 0 else float("nan")


def _sums(group: Ints, values: Floats) -> Floats:
    return np.bincount(group, values).astype(float)


def _entropy(part: Floats, share: Floats) -> Floats:
    ratio = np.divide(part, share, out=np.ones_like(part), where=(part > 0) & (share > 0))
    return part * steady.log(ratio)


def _fractional_rank(values: Floats, weight: Floats) -> Floats:
    """Give the share of people below each place and half of those at its own value; NaN where there is none."""
    known = np.isfinite(values)
    rank = np.full(len(values), np.nan)
    whole = weight[known].sum()
    if whole > 0:
        _, same = np.unique(values[known], return_inverse=True)
        at = np.bincount(same, weight[known])
        rank[known] = ((at.cumsum() - at / 2) / whole)[same]
    return rank
