"""Where to put the next services: cover most people, cover everyone, or make the longest way as short as can be.

Matrices are demand row -> candidate column, in minutes; NaN or infinity where there is no way. Rows that no candidate
can reach are left out and named, never counted as covered. ``budget`` is how much may be spent on new places: their
number, unless they have ``costs``. Existing services are candidates that are ``fixed``: open already, at no cost.

Each answer is checked against the matrix, not taken from the solver, and comes with a proven bound: ``optimal`` only
where value and bound meet, ``feasible`` where time ran out with something in hand, ``infeasible`` where nothing will
do. HiGHS solves, through SciPy. For the shortest travel of all people together see
``nearhome.analysis.methods.p_median``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from nearhome.analysis.methods.accessibility import amounts
from nearhome.analysis.methods.local_search import PROVEN_GAP, Task, greedy, improved, swapped
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from numpy.typing import ArrayLike, NDArray

    from nearhome.data.base.arrays import Bools, Floats, Ints

    Status: TypeAlias = Literal["optimal", "feasible", "infeasible"]

TIME_LIMIT_SECONDS = 60.0
SMALL_ENOUGH = 20_000
"""Up to so many rows are compared with each other, to leave out those that others imply."""


@dataclass(frozen=True, slots=True)
class Sites:
    """Places to open, and what is proven about them.

    Attributes
    ----------
    chosen, added
        The candidate columns open afterwards, and those of them that are new.
    value
        What they reach, in the unit of the problem; NaN where nothing will do.
    bound
        No choice whatever can be better than this.
    status
        ``optimal``, ``feasible`` or ``infeasible``.
    cost
        What the new places cost together: their number, if they have no costs.
    minutes
        The way from each row to the nearest open place; NaN where there is none.
    unreachable
        The rows that no candidate can serve: in no time, or not in the time allowed.
    """

    chosen: tuple[int, ...]
    added: tuple[int, ...]
    value: float
    bound: float
    status: Status
    cost: float
    minutes: Floats
    unreachable: tuple[int, ...]

    @property
    def gap(self) -> float:
        """How far the value may be from the best, as a part of it; NaN where nothing will do."""
        if self.value == self.bound:
            return 0.0
        return abs(self.value - self.bound) / abs(self.value) if self.value else float("inf")

    def sentence(self) -> str:
        """Say plainly how good the choice is."""
        if self.status == "infeasible":
            return "No choice of places within the budget reaches everyone who can be reached at all."
        if self.status == "optimal":
            return f"No other choice within the budget does better than these {len(self.added)} new places."
        return (
            f"These {len(self.added)} new places are the best found; another choice might do better, by "
            f"{100 * self.gap:.2g}% at most."
        )


@dataclass(frozen=True, slots=True)
class CoverProblem:
    """Candidates as checked: ``times`` with infinity for no way, ``costs`` with 0 for what is fixed."""

    times: Floats
    fixed: Bools
    costs: Floats
    budget: float

    @property
    def reached(self) -> Floats:
        """The way from each row to the nearest fixed place; infinite where there is none."""
        return np.asarray(self.times[:, self.fixed].min(axis=1, initial=np.inf))

    def answer(self, added: Bools, value: float, bound: float, unreachable: Bools, *, proven: bool = True) -> Sites:
        """Put an answer together; it is optimal if proven so and value and bound meet.

        Parameters
        ----------
        added
            Candidates that are newly opened, shape (candidates,).
        value
            What all that are open reach, in the unit of the problem.
        bound
            What no choice whatever can better.
        unreachable
            Rows that no candidate can serve, shape (rows,).
        proven
            Whether the bound holds; False where time ran out.
        """
        opened = self.fixed | added
        way = self.times[:, opened].min(axis=1, initial=np.inf)
        meets = abs(value - bound) <= PROVEN_GAP * max(1.0, abs(value))
        return Sites(
            chosen=tuple(np.flatnonzero(opened).tolist()),
            added=tuple(np.flatnonzero(added).tolist()),
            value=value,
            bound=value if meets else bound,
            status="optimal" if meets and proven else "feasible",
            cost=float(self.costs[added].sum()),
            minutes=np.where(np.isfinite(way), way, np.nan),
            unreachable=tuple(np.flatnonzero(unreachable).tolist()),
        )

    def hopeless(self, bound: float, unreachable: Bools) -> Sites:
        """Answer that nothing will do."""
        way = np.full(len(self.times), np.nan)
        rows = tuple(np.flatnonzero(unreachable).tolist())
        return Sites((), (), float("nan"), bound, "infeasible", 0.0, way, rows)


def problem(
    minutes: ArrayLike,
    budget: float = np.inf,
    *,
    fixed: Sequence[int] = (),
    costs: ArrayLike | None = None,
) -> CoverProblem:
    """Check the candidates.

    Parameters
    ----------
    minutes
        Demand row -> candidate column, in minutes; NaN or infinity where there is no way.
    budget
        How much may be spent on new places: their number, unless they have costs.
    fixed
        Candidate columns that are open already, at no cost.
    costs
        Of each candidate, 0 or more; if None each costs 1, so that the budget is a number of places.

    Raises
    ------
    InputError
        When a time, cost or the budget is negative, or a fixed column is not there.
    """
    times = np.array(minutes, float)
    if times.ndim != 2 or (times < 0).any():  # noqa: PLR2004 -- rows and columns
        msg = (
            f"The travel times have the shape {times.shape} or a negative time; give demand rows to candidate columns."
        )
        raise InputError(msg)
    times[np.isnan(times)] = np.inf
    columns = times.shape[1]
    wrong = [column for column in fixed if not 0 <= column < columns]
    if wrong:
        msg = f"The fixed place {wrong[0]} is no candidate; give columns from 0 to {columns - 1}."
        raise InputError(msg)
    if not budget >= 0:
        msg = f"The budget is {budget}; give 0 or more."
        raise InputError(msg)
    held = np.zeros(columns, bool)
    held[list(fixed)] = True
    price = np.ones(columns) if costs is None else amounts(costs, columns, "costs")
    return CoverProblem(times, held, np.where(held, 0.0, price), float(budget))


def weights_of(people: ArrayLike, equity: ArrayLike | None, rows: int) -> Floats:
    """Multiply people by their equity weights: 1 counts a person once, 2 twice.

    Raises
    ------
    InputError
        When lengths do not fit or a number is negative.
    """
    count = amounts(people, rows, "people")
    return count if equity is None else count * amounts(equity, rows, "equity weights")


def cover_most(
    minutes: ArrayLike,
    people: ArrayLike,
    within_minutes: float,
    budget: float,
    *,
    fixed: Sequence[int] = (),
    costs: ArrayLike | None = None,
    equity: ArrayLike | None = None,
    time_limit_seconds: float = TIME_LIMIT_SECONDS,
) -> Sites:
    """Bring as many people as possible within a time (maximal covering, Church and ReVelle 1974).

    maximise sum_i w_i y_i with y_i <= sum_(j near i) x_j, sum_j c_j x_j <= budget, x_j 0 or 1. ``value`` is in people
    (times their equity weights), those covered by fixed places among them. ``unreachable`` are rows that no candidate
    covers.

    Parameters
    ----------
    minutes
        Demand row -> candidate column, in minutes; NaN or infinity where there is no way.
    people
        At each row.
    within_minutes
        The longest time that counts as covered, inclusive.
    budget
        How much may be spent on new places: their number, unless they have costs.
    fixed
        Candidate columns that are open already, at no cost.
    costs
        Of each candidate, 0 or more; if None each costs 1, so that the budget is a number of places.
    equity
        How often a person of each row counts: 1 once, 2 twice; once if None.
    time_limit_seconds
        How long the solver may take.

    Raises
    ------
    InputError
        When shapes do not fit, or a number is negative.
    """
    given = problem(minutes, budget, fixed=fixed, costs=costs)
    weight = weights_of(people, equity, len(given.times))
    near = _near(given, within_minutes)
    held = near[:, given.fixed].any(axis=1)
    already = float(weight[held].sum())
    open_rows = ~held & near.any(axis=1) & (weight > 0)
    kinds, mass = _kinds(near[open_rows], weight[open_rows])
    size, columns = kinds.shape
    added, bound = np.zeros(columns, bool), already
    if size:
        task = Task(np.where(kinds, 0.0, mass[:, None]), mass, given.costs, given.budget)
        places, missed = swapped(task)
        added[places] = True
        bound += float(mass.sum()) - missed
        covered = float(mass.sum()) - task.total(places)
        if already + covered < bound - PROVEN_GAP * bound:
            rows = [
                (_with_slack(-1.0 * kinds), 0.0),
                (np.concatenate([given.costs, np.zeros(size)])[None], given.budget),
            ]
            solved = solve(np.concatenate([np.zeros(columns), -mass]), rows, columns, time_limit_seconds)
            bound = min(bound, already - solved.bound)
            if solved.chosen is not None and mass[kinds[:, solved.chosen].any(axis=1)].sum() > covered:
                added = solved.chosen
    added &= near[open_rows].any(axis=0) & ~given.fixed
    value = float(weight[near[:, given.fixed | added].any(axis=1)].sum())
    return given.answer(added, value, max(value, bound), np.logical_not(near.any(axis=1)))


def cover_all(
    minutes: ArrayLike,
    within_minutes: float,
    *,
    fixed: Sequence[int] = (),
    costs: ArrayLike | None = None,
    time_limit_seconds: float = TIME_LIMIT_SECONDS,
) -> Sites:
    """Find the fewest, or cheapest, new places so that every row is within a time of one (set covering).

    Toregas et al. (1971). Rows that no candidate covers are left out and are ``unreachable``. ``value`` is the cost of
    the new places, their number if they have no costs.

    Parameters
    ----------
    minutes
        Demand row -> candidate column, in minutes; NaN or infinity where there is no way.
    within_minutes
        The longest time that counts as covered, inclusive.
    fixed
        Candidate columns that are open already, at no cost.
    costs
        Of each candidate, 0 or more; if None each costs 1.
    time_limit_seconds
        How long the solver may take.

    Raises
    ------
    InputError
        When shapes do not fit, or a number is negative.
    """
    given = problem(minutes, fixed=fixed, costs=costs)
    near = _near(given, within_minutes)
    added, bound = _cheapest_cover(given, near, time_limit_seconds)
    return given.answer(added, float(given.costs[added].sum()), bound, np.logical_not(near.any(axis=1)))


def shortest_longest(
    minutes: ArrayLike,
    budget: float,
    *,
    fixed: Sequence[int] = (),
    costs: ArrayLike | None = None,
    time_limit_seconds: float = TIME_LIMIT_SECONDS,
) -> Sites:
    """Make the longest way of all as short as can be (p-centre), by bisection on set covering.

    The answer is one of the times in the matrix; for each time tried, ``cover_all`` says whether the budget covers
    every row within it (Minieka 1970). ``value`` is in minutes. Rows that no candidate reaches are left out and are
    ``unreachable``.

    Parameters
    ----------
    minutes
        Demand row -> candidate column, in minutes; NaN or infinity where there is no way.
    budget
        How much may be spent on new places: their number, unless they have costs.
    fixed
        Candidate columns that are open already, at no cost.
    costs
        Of each candidate, 0 or more; if None each costs 1, so that the budget is a number of places.
    time_limit_seconds
        How long the solver may take for each time tried; where it is met, nothing below is proven and the answer says
        ``feasible``.

    Raises
    ------
    InputError
        When shapes do not fit, or a number is negative.
    """
    given = problem(minutes, budget, fixed=fixed, costs=costs)
    unreachable = np.asarray(np.isinf(given.times).all(axis=1))
    if unreachable.all():
        return given.answer(np.zeros(len(given.costs), bool), 0.0, 0.0, unreachable)
    least = given.times.min(axis=1)[~unreachable].max()
    limits = np.unique(given.times[np.isfinite(given.times)])
    limits = limits[limits >= least]
    low, high = 0, len(limits)  # below low nothing will do; high is the first that does, or past the end
    best, undecided = np.zeros(len(given.costs), bool), len(limits)
    middle = len(limits) - 1  # whether anything will do comes first
    while low < high:
        added, decided = _affordable_cover(given, given.times <= limits[middle], time_limit_seconds)
        if added is not None:
            high, best = middle, added
        else:
            undecided = undecided if decided else min(undecided, middle)
            low = middle + 1
        middle = (low + high) // 2
    proven = undecided == len(limits)
    if high == len(limits):
        if proven:
            return given.hopeless(float("inf"), unreachable)
        msg = f"No choice was found in {time_limit_seconds:g} seconds, and none ruled out; allow more time."
        raise InputError(msg)
    value = float(given.times[:, given.fixed | best].min(axis=1)[~unreachable].max())
    return given.answer(best, value, value if proven else float(limits[undecided]), unreachable)


def _near(given: CoverProblem, within_minutes: float) -> Bools:
    if not (np.isfinite(within_minutes) and within_minutes >= 0):
        msg = f"The time within which to cover is {within_minutes} minutes; give 0 or more."
        raise InputError(msg)
    return given.times <= within_minutes


def _cheapest_cover(given: CoverProblem, near: Bools, time_limit_seconds: float) -> tuple[Bools, float]:
    """Give the cheapest new places that cover all rows that can be covered, and a bound on their cost."""
    kinds, columns = _to_cover(given, near)
    added = np.zeros(len(given.costs), bool)
    if not len(kinds):
        return added, 0.0
    costs = given.costs[columns]
    solved = solve(costs, [(-1.0 * kinds, -1.0)], len(columns), time_limit_seconds)
    added[columns[solved.chosen] if solved.chosen is not None else columns] = True  # all, for want of a better choice
    whole = bool((costs == np.round(costs)).all())
    bound = float(np.ceil(solved.bound - 1e-6)) if whole else solved.bound
    return added, min(float(given.costs[added].sum()), max(0.0, bound))


def _affordable_cover(given: CoverProblem, near: Bools, time_limit_seconds: float) -> tuple[Bools | None, bool]:
    """Give new places within the budget that cover all rows, or None, and whether that is certain: swaps come first."""
    kinds, columns = _to_cover(given, near)
    added = np.zeros(len(given.costs), bool)
    if not len(kinds):
        return added, True
    costs = given.costs[columns]
    task = Task(np.where(kinds, 0.0, 1.0), np.ones(len(kinds)), costs, given.budget)
    places = improved(task, greedy(task, by_cost=True))
    if task.total(places) > 0:
        rows = [(-1.0 * kinds, -1.0), (costs[None], given.budget)]
        solved = solve(np.zeros(len(costs)), rows, len(costs), time_limit_seconds)
        if solved.chosen is None:
            return None, solved.bound == np.inf
        places = np.flatnonzero(solved.chosen)
    added[columns[places]] = True
    return added, True


def _to_cover(given: CoverProblem, near: Bools) -> tuple[Bools, Ints]:
    """Give the kinds of rows that new places are to cover, and the columns of the places that matter."""
    rows = near.any(axis=1) & ~near[:, given.fixed].any(axis=1)
    kinds, _ = _kinds(near[rows], np.ones(int(rows.sum())))
    return _needed(kinds, given.costs)


def _needed(kinds: Bools, costs: Floats) -> tuple[Bools, Ints]:
    """Leave out rows that are covered whenever another is, and candidates that another does as well for no more."""
    columns = np.flatnonzero(kinds.any(axis=0)) if len(kinds) else np.zeros(0, np.int64)
    kinds = kinds[:, columns]
    while 0 < len(kinds) <= SMALL_ENOUGH:
        rows = ~_contains_another(kinds, np.zeros(len(kinds)))
        useful = ~_contained_in_another(kinds[rows], costs[columns])
        if rows.all() and useful.all():
            break
        kinds, columns = kinds[np.ix_(rows, useful)], columns[useful]
    return kinds, columns


def _contains_another(sets: Bools, costs: Floats) -> Bools:
    """Mark the sets that hold all of another one that costs no more; of equal ones, all but the first."""
    numbers = sets.astype(np.float32)
    size = sets.sum(axis=1)
    order = np.arange(len(sets))
    found = np.zeros(len(sets), bool)
    for begin in range(0, len(sets), 1024):
        part = slice(begin, begin + 1024)
        held = (numbers[part] @ numbers.T == size) & (costs <= costs[part, None])
        same = (size == size[part, None]) & (costs == costs[part, None])
        found[part] = (held & (~same | (order < order[part, None]))).any(axis=1)
    return found


def _contained_in_another(kinds: Bools, costs: Floats) -> Bools:
    """Mark the candidates whose rows another one covers that costs no more; of equal ones, all but the first."""
    return _contains_another(~kinds.T, costs)


def _kinds(near: Bools, weight: Floats) -> tuple[Bools, Floats]:
    """Put rows together that the same candidates cover."""
    if not len(near):
        return near, weight
    packed = np.packbits(near, axis=1)
    keys = np.ascontiguousarray(packed).view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, kind = np.unique(keys, return_index=True, return_inverse=True)
    return near[first], np.bincount(kind, weight, len(first)).astype(float)


def _with_slack(matrix: NDArray[Any]) -> Any:
    """Give each row a variable of its own, besides the candidates."""
    from scipy.sparse import csr_array, eye_array, hstack

    return hstack([csr_array(matrix), eye_array(len(matrix))], format="csr")


@dataclass(frozen=True, slots=True)
class Solved:
    """What HiGHS found: which candidates, None if it has found none, and a bound: infinite where there can be none."""

    chosen: Bools | None
    bound: float


def solve(objective: Floats, rows: list[tuple[Any, float]], candidates: int, time_limit_seconds: float) -> Solved:
    """Minimise with HiGHS.

    Parameters
    ----------
    objective
        Of all variables, which lie from 0 to 1; the first are the candidates, which are whole.
    rows
        Matrices and what each of their rows is at most.
    candidates
        How many there are.
    time_limit_seconds
        When to stop with what there is.

    Raises
    ------
    InputError
        When HiGHS gives up for another reason than time.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    solved = milp(
        objective,
        integrality=np.arange(len(objective)) < candidates,
        bounds=Bounds(0.0, 1.0),
        constraints=[LinearConstraint(csr_array(each), -np.inf, most) for each, most in rows if np.isfinite(most)],
        options={"time_limit": time_limit_seconds, "mip_rel_gap": 0.0},
    )
    if solved.status == 2:  # noqa: PLR2004 -- SciPy's number for infeasible
        return Solved(None, np.inf)
    if solved.status not in {0, 1}:  # solved, or out of time
        msg = f"HiGHS could not solve the choice of places: {solved.message}; check the numbers for extremes."
        raise InputError(msg)
    bound = -np.inf if solved.mip_dual_bound is None else float(solved.mip_dual_bound)
    if solved.x is None:
        return Solved(None, bound)
    return Solved(solved.x[:candidates] > 0.5, bound)  # noqa: PLR2004 -- 0 or 1, as the solver rounds
