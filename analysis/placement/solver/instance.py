"""A placement to be decided: groups of people, prisons with places, and the burden of every journey between them.

A group is everybody of one home and one cohort: for a placement they are the same, and which of them goes where is
settled afterwards (``nearhome.analysis.placement.solver.solve``). A prison has so many places in all, and wings, each
with places of its own for some cohorts. Nothing here knows minutes from pence: the burden is a number per person,
with its unit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import ArrayLike

    from nearhome.data.base.arrays import Bools, Floats, Ints


NOWHERE: Final = -1
"""Stands for no prison: somebody who is held nowhere yet, or who finds no place."""

_NAMED: Final = ("homes", "cohorts", "prisons")


@dataclass(frozen=True, slots=True)
class Wing:
    """Places of a prison for some cohorts; None places are as many as the prison has."""

    prison: str
    cohorts: frozenset[str]
    places: int | None = None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Instance:
    """What is to be decided; ``instance`` makes one and checks it.

    A home may be listed twice, such as with and without a car, where the journeys differ.
    """

    homes: tuple[str, ...]
    cohorts: tuple[str, ...]
    prisons: tuple[str, ...]

    home: Ints
    """Of each group, an index into ``homes``."""
    cohort: Ints
    """Of each group, an index into ``cohorts``."""
    people: Ints
    """In each group."""
    held: Ints
    """People of each group now at each prison, shape (groups, prisons)."""
    forbidden: Bools
    """Whether a group must not go to a prison, shape (groups, prisons)."""

    burden: Floats
    """Of one person's journey, shape (homes, prisons), in ``unit``; NaN where there is no way."""
    unit: str
    weight: Floats
    """What a unit of burden counts for each cohort; women or children may count more than 1."""
    longest: Floats
    """The worst journey allowed for each cohort, in ``unit``; infinite where there is no such rule."""
    kinds: tuple[str, ...]
    """Of each cohort, such as a sex: what no prison mixes. No change of role across kinds is ever proposed."""

    places: Ints
    """Of each prison: operational capacity less headroom."""
    wings: tuple[Wing, ...]

    def prison(self, name: str) -> int:
        """Return the index of a prison.

        Raises
        ------
        InputError
            There is none of that name.
        """
        return _index(self.prisons, name, "prison")

    def group(self, home: str, cohort: str) -> int:
        """Return the index of the first group of a home and a cohort.

        Raises
        ------
        InputError
            There is no such home, cohort or group.
        """
        wanted = _index(self.homes, home, "home"), _index(self.cohorts, cohort, "cohort")
        found = np.flatnonzero((self.home == wanted[0]) & (self.cohort == wanted[1]))
        if not len(found):
            msg = f"Nobody of {home} is {cohort}; choose a home and a cohort that have people."
            raise InputError(msg)
        return int(found[0])

    def holds(self) -> Bools:
        """Say which cohorts each prison has a wing for, shape (prisons, cohorts)."""
        found = np.zeros((len(self.prisons), len(self.cohorts)), bool)
        for wing in self.wings:
            found[self.prisons.index(wing.prison), [name in wing.cohorts for name in self.cohorts]] = True
        return found

    def allowed(self) -> Bools:
        """Say where each group may be held, shape (groups, prisons): cohort, way, worst journey, forbidden pairs."""
        fits = self.holds().T[self.cohort]
        fits &= ~self.forbidden
        longest = self.longest[self.cohort]
        every = np.isfinite(self.burden)
        if np.isinf(longest).all():
            fits &= every[self.home]
        else:
            fits &= (
                np.where(every, self.burden, np.inf)[self.home] <= np.where(np.isinf(longest), 1e300, longest)[:, None]
            )
        return fits

    def split(self, group: int, people: int, prison: int = NOWHERE) -> Instance:
        """Return an instance in which some people of a group are a group of their own, the last.

        Those held at ``prison`` go first, then those held nowhere, then the others in the order of the prisons.

        Raises
        ------
        InputError
            The group has fewer people.
        """
        if not 0 < people <= self.people[group]:
            msg = f"{people} people cannot be taken from a group of {self.people[group]}; take 1 to all of them."
            raise InputError(msg)
        taken, left = np.zeros(len(self.prisons), np.int64), people
        if prison != NOWHERE:
            taken[prison] = min(left, self.held[group, prison])
            left -= int(taken[prison])
        left -= min(left, int(self.people[group] - self.held[group].sum()))
        for each in range(len(self.prisons)):
            more = min(left, int(self.held[group, each] - taken[each]))
            taken[each] += more
            left -= more
        held = np.vstack([self.held, taken])
        held[group] -= taken
        count = np.append(self.people, people)
        count[group] -= people
        return replace(
            self,
            home=np.append(self.home, self.home[group]),
            cohort=np.append(self.cohort, self.cohort[group]),
            people=count,
            held=held,
            forbidden=np.vstack([self.forbidden, self.forbidden[group]]),
        )

    def locked(self, home: str, cohort: str, prison: str, people: int | None = None) -> Instance:
        """Return an instance in which people of a home and a cohort may be at one prison only.

        Parameters
        ----------
        home, cohort
            Whose people, by name; the first group of both.
        prison
            Where they may be, by name.
        people
            How many, those there already first; None for the whole group.

        Raises
        ------
        InputError
            There are no such people, or no such prison.
        """
        group, column = self.group(home, cohort), self.prison(prison)
        if people is not None and people != self.people[group]:
            apart, group = self.split(group, people, column), len(self.people)
        else:
            apart = self
        forbidden = apart.forbidden.copy()
        forbidden[group] |= np.arange(len(self.prisons)) != column
        return replace(apart, forbidden=forbidden)

    def forbidding(self, prison: str, *, home: str | None = None, cohort: str | None = None) -> Instance:
        """Return an instance in which a prison is closed to a home, a cohort or those of both; to all if neither.

        Raises
        ------
        InputError
            There is no such prison, home or cohort.
        """
        rows = np.ones(len(self.people), bool)
        if home is not None:
            rows &= self.home == _index(self.homes, home, "home")
        if cohort is not None:
            rows &= self.cohort == _index(self.cohorts, cohort, "cohort")
        forbidden = self.forbidden.copy()
        forbidden[rows, self.prison(prison)] = True
        return replace(self, forbidden=forbidden)


class CohortTable(NamedTuple):
    """Cohorts, and what holds for each.

    Attributes
    ----------
    names
        All different.
    weight, longest
        What a unit of burden counts (1 if None), and the worst journey allowed (no limit if None).
    kinds
        What no prison mixes, such as the sex; all of one kind if None.
    """

    names: Sequence[str]
    weight: ArrayLike | None = None
    longest: ArrayLike | None = None
    kinds: Sequence[str] | None = None


class PrisonTable(NamedTuple):
    """Prisons: names, all different, places (operational capacity less headroom), and the wings of all.

    A prison without a wing holds nobody.
    """

    names: Sequence[str]
    places: ArrayLike
    wings: Sequence[Wing]


class PeopleRows(NamedTuple):
    """Rows of people: indices of their home, cohort and prison, and how many they are; ones for individuals.

    ``current`` is NOWHERE for people who are held nowhere yet, and None if nobody is.
    """

    home: ArrayLike
    cohort: ArrayLike
    people: ArrayLike
    current: ArrayLike | None = None


def instance(
    *,
    homes: Sequence[str],
    cohorts: CohortTable,
    prisons: PrisonTable,
    rows: PeopleRows,
    burden: ArrayLike,
    unit: str = "minutes",
) -> Instance:
    """Make an instance from rows of people; rows of the same home and cohort become one group.

    Parameters
    ----------
    homes
        Names, all different.
    cohorts
        Their names, and what holds for each.
    prisons
        Places and wings.
    rows
        The people: indices into homes, cohorts and prisons.
    burden
        Of one person's journey from each home to each prison, shape (homes, prisons); NaN where there is no way.
    unit
        Of the burden.

    Raises
    ------
    InputError
        Names are not unique, shapes do not fit, or a value is out of range; the message names all that is wrong.
    """
    home, cohort, people = (np.asarray(each, np.int64).ravel() for each in rows[:3])
    now = np.full(len(home), NOWHERE) if rows.current is None else np.asarray(rows.current, np.int64).ravel()
    matrix, places = np.asarray(burden, float), np.asarray(prisons.places, np.int64).ravel()
    count = len(cohorts.names)
    weight = np.ones(count) if cohorts.weight is None else np.asarray(cohorts.weight, float)
    longest = np.full(count, np.inf) if cohorts.longest is None else np.asarray(cohorts.longest, float)
    wrong = [
        *(f"{what} are not all different" for what, each in zip(_NAMED, (homes, cohorts.names, prisons.names),
                                                                strict=True)
          if len(set(each)) < len(each)),
        *_wrong_rows((home, cohort, people, now), (len(homes), count, len(prisons.names))),
        *_wrong_prisons(prisons, places, set(cohorts.names)),
        *_wrong_burdens(matrix, (len(homes), len(prisons.names))),
        *(["weights or worst journeys not one a cohort, or not positive"]
          if not all(each.shape == (count,) and (each > 0).all() for each in (weight, longest)) else []),
        *([f"kinds of {len(cohorts.kinds)} of {count} cohorts"]
          if cohorts.kinds and len(cohorts.kinds) != count else []),
    ]  # fmt: skip
    if wrong:
        msg = f"The placement cannot be set up: {'; '.join(wrong)}. Correct the tables it is made from."
        raise InputError(msg)
    key, row = np.unique(home * count + cohort, return_inverse=True)
    held = np.zeros((len(key), len(prisons.names)), np.int64)
    np.add.at(held, (row[now >= 0], now[now >= 0]), people[now >= 0])
    counted = np.zeros(len(key), np.int64)
    np.add.at(counted, row, people)
    return Instance(
        homes=tuple(homes),
        cohorts=tuple(cohorts.names),
        prisons=tuple(prisons.names),
        home=key // max(1, count),
        cohort=key % max(1, count),
        people=counted,
        held=held,
        forbidden=np.zeros(held.shape, bool),
        burden=np.where(np.isfinite(matrix), matrix, np.nan),
        unit=unit,
        weight=weight,
        longest=longest,
        kinds=tuple(cohorts.kinds or [""] * count),
        places=places,
        wings=tuple(prisons.wings),
    )


def _wrong_rows(rows: tuple[Ints, Ints, Ints, Ints], sizes: tuple[int, int, int]) -> Iterator[str]:
    """Say what is wrong with rows of people: homes, cohorts, people and current prisons."""
    home, cohort, people, now = rows
    if len({len(each) for each in rows}) > 1:
        yield "the rows have columns of different lengths"
    for what, each, least, size in (
        ("home", home, 0, sizes[0]),
        ("cohort", cohort, 0, sizes[1]),
        ("current prison", now, NOWHERE, sizes[2]),
    ):
        if len(each) and not (least <= each.min() and each.max() < size):
            yield f"a {what} of {each.min()} to {each.max()} is no index from {least} to {size - 1}"
    if len(people) and people.min() < 0:
        yield f"{people.min()} people in a row"


def _wrong_prisons(prisons: PrisonTable, places: Ints, cohorts: set[str]) -> Iterator[str]:
    if len(places) != len(prisons.names):
        yield f"places for {len(places)} of {len(prisons.names)} prisons"
    if (places < 0).any():
        yield f"{places.min()} places in a prison"
    for wing in prisons.wings:
        if (
            wing.prison not in prisons.names
            or not wing.cohorts <= cohorts
            or (wing.places is not None and wing.places < 0)
        ):
            names = ", ".join(sorted(wing.cohorts)) or "nobody"
            yield f"a wing of {wing.prison!r} for {names} with {wing.places} places"


def _wrong_burdens(burden: Floats, shape: tuple[int, int]) -> Iterator[str]:
    if burden.shape != shape:
        yield f"burdens of shape {burden.shape}, not {shape} for homes and prisons"
    if (burden < 0).any():
        yield f"a burden of {np.nanmin(burden)}"


def _index(names: tuple[str, ...], name: str, what: str) -> int:
    try:
        return names.index(name)
    except ValueError:
        msg = f"No {what} is called {name!r} in this placement; it has {', '.join(names[:5])} and so on."
        raise InputError(msg) from None
