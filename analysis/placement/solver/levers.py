"""What can be changed: close, open, resize or re-role a prison; every closure and every new site worked out exactly.

The changes give new instances, to be solved like any other. The lists of closures and sites are iterators, so that
whoever asks sees progress and can stop.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from nearhome.analysis.placement.solver import objectives
from nearhome.analysis.placement.solver.flow import min_cost, network, residual
from nearhome.analysis.placement.solver.flow.network import FAR
from nearhome.analysis.placement.solver.instance import NOWHERE, Wing
from nearhome.analysis.placement.solver.solve import cost_of
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import ArrayLike

    from nearhome.analysis.placement.solver.instance import Instance
    from nearhome.analysis.placement.solver.objectives import CostObjective
    from nearhome.data.base.arrays import Ints


@dataclass(frozen=True, slots=True)
class LeverEffect:
    """What a closure or a site changes against the optimum without it, both with everybody placed anew.

    Attributes
    ----------
    name
        Of the prison that closes, or of the site.
    people
        How many the prison held in the optimum, or the site would hold.
    unplaced
        How many more people are without a place; fewer if negative.
    burden
        How much more all together bear, in the objective's unit; less if negative.
    mean
        The mean burden of those placed, in the instance's unit.
    """

    name: str
    people: int
    unplaced: int
    burden: float
    mean: float


def closed(instance: Instance, prison: str) -> Instance:
    """Return the instance with no places at a prison."""
    return _with_places(instance, instance.prison(prison), 0)


def resized(instance: Instance, prison: str, places: int, wing: Wing | None = None) -> Instance:
    """Return the instance with so many places at a prison, or in one of its wings.

    A prison's wings keep their places, so that one with several may need both changed.

    Parameters
    ----------
    instance
        What is changed; it stays as it is.
    prison
        Its name.
    places
        How many it, or the wing, has afterwards: 0 or more.
    wing
        One of the prison's as the instance has it; the whole prison if None.

    Raises
    ------
    InputError
        There is no such prison or wing, or the number is negative.
    """
    index = instance.prison(prison)
    if places < 0:
        msg = f"{prison} cannot have {places} places; give 0 or more."
        raise InputError(msg)
    if wing is None:
        return _with_places(instance, index, places)
    if wing not in instance.wings or wing.prison != prison:
        msg = f"{prison} has no wing for {', '.join(sorted(wing.cohorts))} with {wing.places} places; give one it has."
        raise InputError(msg)
    changed = list(instance.wings)
    changed[changed.index(wing)] = replace(wing, places=places)
    return replace(instance, wings=tuple(changed))


def re_roled(instance: Instance, prison: str, wings: Iterable[tuple[Iterable[str], int | None]]) -> Instance:
    """Return the instance with other wings in a prison: for each, the cohorts it holds and its places.

    Raises
    ------
    InputError
        There is no such prison or cohort.
    """
    instance.prison(prison)
    new = tuple(Wing(prison, frozenset(cohorts), places) for cohorts, places in wings)
    unknown = {cohort for wing in new for cohort in wing.cohorts} - set(instance.cohorts)
    if unknown:
        msg = f"No cohort is called {min(unknown)!r}; use some of {', '.join(instance.cohorts)}."
        raise InputError(msg)
    return replace(instance, wings=(*(wing for wing in instance.wings if wing.prison != prison), *new))


def opened(instance: Instance, prison: str, places: int, cohorts: Iterable[str], burden: ArrayLike) -> Instance:
    """Return the instance with one prison more, the last.

    Parameters
    ----------
    instance
        What is changed; it stays as it is.
    prison
        A name that no prison has.
    places
        How many it has, 0 or more.
    cohorts
        Whom it holds, all in one wing.
    burden
        Of the journey from each home, shape (homes,); NaN where there is no way.

    Raises
    ------
    InputError
        There is a prison of that name already, or the burdens are not one for each home, or negative.
    """
    column = np.asarray(burden, float)
    if prison in instance.prisons or column.shape != (len(instance.homes),) or (column < 0).any() or places < 0:
        msg = (
            f"{prison!r} cannot be opened with {places} places and {column.size} burdens: give a new name, 0 or more "
            f"places and a burden of 0 or more for each of {len(instance.homes)} homes."
        )
        raise InputError(msg)
    rows = len(instance.people)
    wider = replace(
        instance,
        prisons=(*instance.prisons, prison),
        burden=np.column_stack([instance.burden, np.where(np.isfinite(column), column, np.nan)]),
        places=np.append(instance.places, places),
        held=np.column_stack([instance.held, np.zeros(rows, np.int64)]),
        forbidden=np.column_stack([instance.forbidden, np.zeros(rows, bool)]),
    )
    return re_roled(wider, prison, [(cohorts, None)])


def closures(
    instance: Instance,
    objective: Callable[[Instance], CostObjective] = objectives.total,
    prisons: Sequence[str] | None = None,
) -> Iterator[LeverEffect]:
    """Work out every single closure exactly: each prison in turn, or those given."""
    aim = objective(instance)
    given, base = _base(instance, aim)
    guess, before = min_cost.prices_of(given, base), _cost(given, base)
    for name in instance.prisons if prisons is None else prisons:
        index = instance.prison(name)
        cost = given.cost.copy()
        cost[:, index] = FAR
        found = min_cost.solve(replace(given, cost=cost), guess)
        people, more = int(base.placed[:, index].sum()), int(found.unplaced.sum() - base.unplaced.sum())
        yield LeverEffect(name, people, more, (_cost(given, found) - before) / aim.steps, _mean(instance, given, found))


def sites(
    instance: Instance,
    names: Sequence[str],
    burden: ArrayLike,
    *,
    places: int,
    cohorts: Iterable[str],
    objective: Callable[[Instance], CostObjective] = objectives.total,
) -> Iterator[LeverEffect]:
    """Work out a new prison at every candidate site exactly, one at a time.

    Parameters
    ----------
    instance
        As it is without a new prison.
    names
        Of the candidates, none of them a prison's.
    burden
        Of the journey from each home to each candidate, shape (homes, candidates); NaN where there is no way.
    places, cohorts
        Of the new prison.
    objective
        What to make small, as a function of the instance.

    Raises
    ------
    InputError
        A name is a prison's, or the burdens do not fit.
    """
    every = np.asarray(burden, float)
    known = sorted(set(names) & set(instance.prisons))
    if every.shape != (len(instance.homes), len(names)) or (every < 0).any() or known:
        msg = (
            f"Burdens of shape {every.shape} for {len(names)} sites cannot be used: give names of no prison and "
            f"a burden of 0 or more for each of {len(instance.homes)} homes and each site."
        )
        raise InputError(msg)
    if not names:
        return
    wider = opened(instance, names[0], places, cohorts, every[:, 0])
    estate = network.PrisonNetwork(wider)
    empty, base = _base(_with_places(wider, len(instance.prisons), 0), objective(wider))
    guess = min_cost.prices_of(empty, base)
    before, _ = network.by_group(wider, empty, base)
    for candidate, name in enumerate(names):
        column = every[:, candidate, None]
        there = replace(wider, burden=np.hstack([instance.burden, np.where(np.isfinite(column), column, np.nan)]))
        aim = objective(there)
        given = network.problem(there, aim.costs, estate=estate)
        found = min_cost.solve(given, _with_site(given, guess, places))
        people, more = int(found.placed[:, -1].sum()), int(found.unplaced.sum() - base.unplaced.sum())
        burden = (_cost(given, found) - cost_of(aim, before)) / aim.steps
        yield LeverEffect(name, people, more, burden, _mean(there, given, found))


def _base(instance: Instance, aim: CostObjective) -> tuple[network.FlowProblem, network.Flow]:
    """Solve without the change; moves are not looked at, so that no tie needs breaking."""
    given = network.problem(instance, aim.costs)
    return given, min_cost.solve(given)


def _with_site(given: network.FlowProblem, prices: Ints, places: int) -> Ints:
    """Guess the price of a place at the last prison: what it saves the last of those it saves most."""
    node = given.estate.door[:, -1].max(initial=NOWHERE)
    guess = prices.copy()
    guess[node] = FAR
    saved = residual.entering(given, guess).min(axis=1, initial=given.penalty) - given.cost[:, -1]
    order = np.argsort(-saved, kind="stable")
    last = np.searchsorted(np.cumsum(given.people[order]), places)
    guess[node] = max(0, int(saved[order[last]])) if last < len(order) else 0
    return guess


def _cost(given: network.FlowProblem, found: network.Flow) -> int:
    return int((given.cost * found.placed).sum(where=found.placed > 0))


def _mean(instance: Instance, given: network.FlowProblem, found: network.Flow) -> float:
    """Give the mean burden of those placed."""
    pool, prison = residual.pairs(found.placed > 0)
    count = found.placed[pool, prison]
    if not count.sum():
        return float("nan")
    burden = instance.burden[instance.home[given.first[pool]], prison]
    return float((burden * count).sum() / count.sum())


def _with_places(instance: Instance, prison: int, places: int) -> Instance:
    changed = instance.places.copy()
    changed[prison] = places
    return replace(instance, places=changed)
