"""Measures of access from a matrix of travel times: the nearest, how many within reach, and enough for all who share.

Every matrix here is **demand row -> supply column**: the minutes *from* where people live *to* a service. Matrices are
not symmetric, so the other way round is another question. NaN or infinity says that there is no way at all; that stays
a class of its own, and a row from which nothing can be reached has NaN in every measure, never a number.

A matrix is read in blocks of rows, so that it may be a memory map larger than the memory, of any float type.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np

from nearhome.data.base import steady
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import ArrayLike, NDArray

    from nearhome.analysis.methods.decay import Decay
    from nearhome.data.base.arrays import Bools, Floats, Ints

    Matrix = NDArray[np.floating[Any]]

BLOCK_CELLS = 1 << 17
"""Cells of a matrix worked on at a time by one thread: 1 MB of them stays in the processor's cache."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class NearestServices:
    """The services nearest to each place of demand, the quickest first.

    ``minutes`` and ``which`` have a row for each place and a column for the first, second, ... k-th nearest: NaN
    minutes and column -1 where so many cannot be reached. ``reachable`` counts the services that can be reached in any
    time.
    """

    minutes: Floats
    which: Ints
    reachable: Ints

    @property
    def unreachable(self) -> Bools:
        """The places from which no service can be reached."""
        return np.equal(self.reachable, 0)


@dataclass(frozen=True, slots=True)
class Shares:
    """People by the time that they take: within each cutoff, beyond the last one, and without any way.

    ``within`` (one for each cutoff, in the order given) counts those with at most that many minutes; ``beyond`` those
    who can get there but take longer than the longest cutoff; ``unreachable`` those with no way. The three make up
    ``people``.
    """

    cutoffs_minutes: tuple[float, ...]
    within: tuple[float, ...]
    beyond: float
    unreachable: float
    people: float

    @property
    def within_share(self) -> tuple[float, ...]:
        """The share of all people within each cutoff, those with no way among the others; NaN if there is nobody."""
        return tuple(each / self.people if self.people else float("nan") for each in self.within)


@dataclass(frozen=True, slots=True)
class Catchments:
    """What a floating catchment measure gives.

    Attributes
    ----------
    access
        Supply for each head, one for each place of demand; NaN where nothing can be reached.
    load
        The demand that weighs on each service.
    ratio
        The supply of each service for each head of that demand; NaN where nobody weighs on it.
    unclaimed
        The supply of the services on which nobody weighs; no place has a part in it.
    """

    access: Floats
    load: Floats
    ratio: Floats
    unclaimed: float

    @property
    def unreachable(self) -> Bools:
        """The places from which no service can be reached."""
        return np.isnan(self.access)


def nearest(minutes: Matrix, k: int = 1) -> NearestServices:
    """Find the k nearest services of each place.

    Parameters
    ----------
    minutes
        Demand row -> supply column; NaN or infinity where there is no way.
    k
        How many to find; there may be fewer services than that.

    Returns
    -------
    Times, columns and counts; of equal times the lower column comes first.

    Raises
    ------
    InputError
        When ``k`` is below 1, or ``minutes`` is no matrix or has a negative time.
    """
    if k < 1:
        msg = f"At least the nearest one must be asked for, and k is {k}; give 1 or more."
        raise InputError(msg)
    times = _matrix(minutes)
    rows, columns = times.shape
    wide = min(k, columns)
    found, which = np.full((rows, k), np.nan), np.full((rows, k), -1, np.int64)
    reachable = np.zeros(rows, np.int64)

    def work(part: slice) -> None:
        block = _finite(times, part)
        reachable[part] = np.isfinite(block).sum(axis=1)
        if wide == 1:
            order = block.argmin(axis=1)[:, None]
        elif 4 * wide < columns:
            order = _first_of(block, wide)
        else:
            order = block.argsort(axis=1, kind="stable")[:, :wide]
        best = np.take_along_axis(block, order, axis=1)
        known = np.isfinite(best)
        found[part, :wide] = np.where(known, best, np.nan)
        which[part, :wide] = np.where(known, order, -1)

    if columns:
        _each(work, times)
    return NearestServices(found, which, reachable)


def shares_within(minutes: ArrayLike, people: ArrayLike, cutoffs_minutes: Sequence[float]) -> Shares:
    """Count people by time, for several cutoffs at once; people with no way (NaN or infinity) are counted apart.

    Raises
    ------
    InputError
        When a time or a number of people is negative, lengths differ or there is no cutoff.
    """
    times = np.asarray(minutes, float).ravel()
    count = amounts(people, len(times), "people")
    limits = _cutoffs(cutoffs_minutes)
    if (times < 0).any():
        msg = f"A travel time is negative ({float(np.nanmin(times)):g} minutes); give minutes of 0 or more."
        raise InputError(msg)
    known = np.isfinite(times)
    return Shares(
        cutoffs_minutes=tuple(limits.tolist()),
        within=tuple(float(count[known & (times <= limit)].sum()) for limit in limits),
        beyond=float(count[known & (times > limits.max())].sum()),
        unreachable=float(count[~known].sum()),
        people=float(count.sum()),
    )


def within_reach(minutes: Matrix, supply: ArrayLike, cutoffs_minutes: Sequence[float]) -> Floats:
    """Sum the supply within reach of each place (cumulative opportunities), for all cutoffs at once.

    Parameters
    ----------
    minutes
        Demand row -> supply column; NaN or infinity where there is no way.
    supply
        What each column offers: 1 to count services, or its capacity.
    cutoffs_minutes
        The longest times that count, each inclusive, in any order.

    Returns
    -------
    A row for each place and a column for each cutoff as given; a row of NaN where nothing can be reached at all.

    Raises
    ------
    InputError
        When shapes do not fit, a time or a supply is negative, or there is no cutoff.
    """
    times = _matrix(minutes)
    offer = amounts(supply, times.shape[1], "supply")
    limits = _cutoffs(cutoffs_minutes)
    total = np.full((len(times), len(limits)), np.nan)
    equal = bool((offer == 1).all())

    def work(part: slice) -> None:
        block = _finite(times, part)
        some = np.isfinite(block).any(axis=1)
        for column, limit in enumerate(limits):
            near = block <= limit
            sums = np.count_nonzero(near, axis=1).astype(float) if equal else steady.by_rows(near, offer)
            total[part, column] = np.where(some, sums, np.nan)

    _each(work, times)
    return total


def two_step(minutes: Matrix, demand: ArrayLike, supply: ArrayLike, decay: Decay) -> Catchments:
    """Share each service among all who can reach it: the two-step floating catchment area (2SFCA and E2SFCA).

    First the ratio of each service, R_j = S_j / sum_i P_i f(t_ij), then the access of each place, A_i = sum_j R_j
    f(t_ij). With ``decay.within(t)`` this is the 2SFCA of Luo and Wang (2003), with ``decay.zones`` the E2SFCA of Luo
    and Qi (2009), with any other decay its generalisation. People times access add up to the supply that somebody can
    reach.

    Parameters
    ----------
    minutes
        Demand row -> supply column; NaN or infinity where there is no way. Both steps use the same direction.
    demand
        People at each row.
    supply
        Capacity of each column.
    decay
        The weight of a time, such as ``nearhome.analysis.methods.decay`` makes.

    Raises
    ------
    InputError
        When shapes do not fit, or a time, a number or a weight is negative.

    Examples
    --------
    Two services with room for 8 and 6, within 30 minutes of 100 and 300 people:

    >>> from nearhome.analysis.methods import decay
    >>> two_step([[10, 50], [20, 15]], [100, 300], [8, 6], decay.within(30)).access.tolist()
    [0.02, 0.04]
    """
    return _shared(_matrix(minutes), demand, supply, decay, selection="none")


def three_step(
    minutes: Matrix,
    demand: ArrayLike,
    supply: ArrayLike,
    decay: Decay,
    *,
    choice: Decay | None = None,
) -> Catchments:
    """Share services among people who choose between them: the three-step floating catchment area (Wan et al. 2012).

    A selection weight G_ij = g(t_ij) / sum_k g(t_ik) says how a place divides itself between services; then
    R_j = S_j / sum_i G_ij P_i f(t_ij) and A_i = sum_j G_ij R_j f(t_ij).

    Definitions differ in g. Here it is ``decay`` itself unless ``choice`` is given, so that people choose only among
    services *inside* the catchment. Give a ``choice`` without a cutoff to have them choose among all services that they
    can reach at all, before the cutoff applies, as the Python package ``access`` does.

    Parameters
    ----------
    minutes, demand, supply, decay
        As for ``two_step``.
    choice
        The weight g of a time in people's choice; ``decay`` if None.

    Raises
    ------
    InputError
        When shapes do not fit, or a time, a number or a weight is negative.
    """
    return _shared(_matrix(minutes), demand, supply, decay, selection="choice", choice=choice or decay)


def balanced(minutes: Matrix, demand: ArrayLike, supply: ArrayLike, decay: Decay) -> Catchments:
    """Share services with balanced weights, so that nobody counts twice as demand (BFCA, Paez et al. 2019).

    Demand is divided over services by f(t_ij) / sum_k f(t_ik), so that the loads add up to the people, and the ratio
    of a service over places by f(t_ij) / sum_h f(t_hj), so that the access of all places adds up to the ratios. People
    times access need not add up to the supply: for that see ``availability``.

    Parameters
    ----------
    minutes, demand, supply, decay
        As for ``two_step``.

    Raises
    ------
    InputError
        When shapes do not fit, or a time, a number or a weight is negative.
    """
    return _shared(_matrix(minutes), demand, supply, decay, selection="balanced")


def availability(
    minutes: Matrix, demand: ArrayLike, supply: ArrayLike, decay: Decay, *, exponent: float = 1.0
) -> Floats:
    """Divide the supply between places, each unit once: spatial availability (Soukhov et al. 2023).

    V_i = sum_j S_j P_i^a f(t_ij) / sum_h P_h^a f(t_hj), in units of supply; the places add up to all supply on which
    somebody weighs. Divide by the people for a figure for each head. doi 10.1371/journal.pone.0278468.

    Parameters
    ----------
    minutes, demand, supply, decay
        As for ``two_step``.
    exponent
        The power a of the population; 1 makes every person count the same.

    Returns
    -------
    One for each place; NaN where nothing can be reached.

    Raises
    ------
    InputError
        When shapes do not fit, or a time, a number, a weight or the exponent is negative.
    """
    if not exponent >= 0:
        msg = f"The exponent of the population is {exponent}; give 0 or more."
        raise InputError(msg)
    times = _matrix(minutes)
    mass = amounts(demand, len(times), "demand")
    mass = np.where(mass > 0, mass**exponent, 0.0)
    return mass * _shared(times, mass, supply, decay, selection="none").access


def _shared(
    times: Matrix,
    demand: ArrayLike,
    supply: ArrayLike,
    decay: Decay,
    *,
    selection: Literal["none", "choice", "balanced"],
    choice: Decay | None = None,
) -> Catchments:
    """Do the steps common to all floating catchments: what weighs on each column, then what each row has of it."""
    people = amounts(demand, len(times), "demand")
    offer = amounts(supply, times.shape[1], "supply")

    def weights(block: Floats) -> tuple[Floats, Floats]:
        """Give by how much a place weighs on a service, and by how much it may take from it."""
        f = _weighted(block, decay)
        if selection == "none":
            return f, f
        g = f if choice is None or choice is decay else _weighted(block, choice)
        divided = _divided(g, g.sum(axis=1, keepdims=True))
        return (divided, f) if selection == "balanced" else (f * divided, f * divided)

    def first(part: slice) -> tuple[Floats, Floats]:
        weighs, takes = weights(_finite(times, part))
        return steady.by_columns(people[part], weighs), takes.sum(axis=0) if selection == "balanced" else np.zeros(0)

    sums = _each(first, times)
    load = sum((one for one, _ in sums), np.zeros(len(offer)))
    ratio = np.divide(offer, load, out=np.full(len(offer), np.nan), where=load > 0)
    part_of_each = np.nan_to_num(ratio)
    if selection == "balanced":
        part_of_each = _divided(part_of_each, sum((one for _, one in sums), np.zeros(len(offer))))
    access = np.full(len(times), np.nan)

    def second(part: slice) -> None:
        block = _finite(times, part)
        access[part] = np.where(np.isfinite(block).any(axis=1), steady.by_rows(weights(block)[1], part_of_each), np.nan)

    _each(second, times)
    return Catchments(access, load, ratio, float(offer[~(load > 0)].sum()))


def amounts(values: ArrayLike, length: int, what: str) -> Floats:
    """Check a column of amounts: as many as asked for, none negative or missing.

    Raises
    ------
    InputError
        When they are not.
    """
    found = np.asarray(values, float).ravel()
    if len(found) != length:
        msg = f"The column {what} has {len(found)} values where {length} are needed; give one for each."
        raise InputError(msg)
    bad = ~(np.isfinite(found) & (found >= 0))
    if bad.any():
        at = int(bad.argmax())
        msg = f"The column {what} has {found[at]:g} at position {at}; give numbers of 0 or more."
        raise InputError(msg)
    return found


def _matrix(minutes: Matrix) -> Matrix:
    times = np.asarray(minutes)
    if times.dtype.kind != "f":
        times = times.astype(float)
    if times.ndim != 2:  # noqa: PLR2004 -- rows and columns
        msg = f"The travel times have {times.ndim} dimensions; give a matrix, demand row to supply column."
        raise InputError(msg)
    return times


def _cutoffs(minutes: Iterable[float]) -> Floats:
    limits = np.array(list(minutes), float)
    if len(limits) == 0 or not np.isfinite(limits).all() or (limits < 0).any():
        msg = f"The cutoffs are {limits.tolist()}; give at least one, each a number of minutes of 0 or more."
        raise InputError(msg)
    return limits


def _finite(times: Matrix, part: slice) -> Floats:
    """Read a block with infinity wherever there is no way."""
    block = np.array(times[part], np.float64)
    np.copyto(block, np.inf, where=np.isnan(block))
    if block.size and block.min() < 0:
        row, column = np.unravel_index(int(block.argmin()), block.shape)
        msg = (
            f"The travel time from row {part.start + int(row)} to column {int(column)} is negative "
            f"({block.min():g} minutes); give minutes of 0 or more."
        )
        raise InputError(msg)
    return block


def _weighted(block: Floats, decay: Decay) -> Floats:
    weight = np.asarray(decay(block), float)
    np.copyto(weight, 0.0, where=np.isinf(block))
    if weight.size and not (weight.min() >= 0 and weight.max() < np.inf):
        bad = float(block[~(np.isfinite(weight) & (weight >= 0))][0])
        msg = f"The decay gives no weight of 0 or more for {bad:g} minutes; choose a decay that does."
        raise InputError(msg)
    return weight


def _divided(part: Floats, whole: Floats) -> Floats:
    """Divide, where nothing of nothing is nothing."""
    return np.divide(part, whole, out=np.zeros(np.broadcast_shapes(part.shape, whole.shape)), where=whole > 0)


def _first_of(block: Floats, k: int) -> Ints:
    """Give the columns of the k smallest of each row in order, of equal ones the lower column."""
    threshold = np.partition(block, k - 1, axis=1)[:, k - 1 : k]
    below = block < threshold
    room = k - below.sum(axis=1, keepdims=True)
    equal = block == threshold
    taken = below | (equal & (equal.cumsum(axis=1) <= room))
    columns = np.nonzero(taken)[1].reshape(len(block), k)
    order = np.take_along_axis(block, columns, axis=1).argsort(axis=1, kind="stable")
    return np.take_along_axis(columns, order, axis=1).astype(np.int64)


def _each(work: Callable[[slice], _T], times: Matrix) -> list[_T]:
    """Work on all blocks of rows and give what comes of them in order; several at a time if there are many."""
    rows = max(1, BLOCK_CELLS // max(1, times.shape[1]))
    edges = [*range(0, len(times), rows), len(times)]
    parts = [slice(begin, end) for begin, end in pairwise(edges)]
    if len(parts) <= 2:  # noqa: PLR2004 -- threads cost more than they save
        return [work(part) for part in parts]
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        return list(pool.map(work, parts))
