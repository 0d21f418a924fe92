"""The people of a scenario, drawn whole from a baseline, each with what decides where they may be held.

Whether a family has a car, who may move and who may be stepped down are shares: they are spread evenly over the people
of each home, in an order that the seed decides, so that no kind of people has more than its part.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from nearhome.analysis.population.homes import UNKNOWN
from nearhome.data.base.partial_dates import in_words
from nearhome.data.errors import InputError
from nearhome.data.places import areas
from nearhome.data.prisons import register as prison_register

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from nearhome.analysis.placement.scenarios.schema import Journeys, Moves, Stay, StepDown, Who
    from nearhome.analysis.population.baseline import Baseline
    from nearhome.analysis.population.cohorts import Cohort
    from nearhome.data.base.arrays import Bools, Floats, Ints


_WHOLE: Final = 10**9


@dataclass(frozen=True, slots=True, order=True)
class PeopleKind:
    """People who are placed by the same rules: a cohort, and the lower category that may hold them too, if any.

    The cohort's sentence is ``any`` unless the scenario tells lengths apart.
    """

    cohort: Cohort
    also: str = ""

    @property
    def role(self) -> str:
        """What a prison must be for to hold them."""
        return self.cohort.category if self.cohort.status == "sentenced" else self.cohort.status

    @property
    def roles(self) -> tuple[str, ...]:
        """All roles in which a prison may hold them."""
        return (self.role, self.also) if self.also else (self.role,)

    @property
    def name(self) -> str:
        """The kind in words."""
        return f"{self.cohort.words}, ready for {self.also}" if self.also else self.cohort.words


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """People, one a row.

    ``authority`` is a row of ``codes``, -1 for those without a known home; ``prison`` a row of ``prisons`` and ``kind``
    one of ``kinds``. ``fixed`` says who is not to be moved.
    """

    codes: tuple[str, ...]
    prisons: tuple[str, ...]
    kinds: tuple[PeopleKind, ...]
    authority: Ints
    without_car: Bools
    prison: Ints
    kind: Ints
    fixed: Bools


class Selections(NamedTuple):
    """What tells the people of a scenario apart, beside their homes, prisons and cohorts.

    Attributes
    ----------
    as_of, seed
        The day, and the seed of the draw.
    journeys, moves
        Which families have a car, and who may move.
    step_down
        Who may be held in a lower category too.
    by_sentence
        Whether lengths of sentence are told apart.
    """

    as_of: date
    seed: int
    journeys: Journeys
    moves: Moves
    step_down: tuple[StepDown, ...]
    by_sentence: bool


def drawn(baseline: Baseline, chosen: Selections) -> People:
    """Draw people from a baseline.

    Raises
    ------
    InputError
        A selection names no authority or prison.
    """
    found = baseline.draw(chosen.seed)
    home, prison, cohort = found.home, found.prison, found.cohort
    choose = _Choice(home, chosen.seed)
    codes = tuple(code for code in baseline.homes if code != UNKNOWN)
    row_of = {code: row for row, code in enumerate(codes)}
    authority = np.array([row_of.get(code, -1) for code in baseline.homes])[home]
    kinds, kind = _kinds(chosen, baseline.cohorts, cohort, choose)
    without = np.array(
        [_without_car(code, chosen.journeys) for code in codes] + [0.0]
    )  # the last is that of no known home
    fixed = authority < 0
    if chosen.moves.may_move_percent < 100:  # noqa: PLR2004 -- per cent
        fixed |= ~choose.evenly(np.full(len(home), chosen.moves.may_move_percent / 100))
    for stay in chosen.moves.stay:
        meant = matching(stay, baseline.cohorts)[cohort] & _there(
            stay, codes, baseline.prisons, (authority, prison), chosen.as_of
        )
        fixed |= meant & choose.evenly(np.where(meant, stay.percent / 100, 0.0))
    return People(codes, baseline.prisons, kinds, authority, choose.evenly(without[authority]), prison, kind, fixed)


def matching(who: Who, cohorts: tuple[Cohort, ...]) -> Bools:
    """Say which cohorts a selection means, wherever their homes are."""
    names = ("sex", "age", "status", "category", "sentence")
    return np.array([all(getattr(who, name) in {"", getattr(each, name)} for name in names) for each in cohorts])


def rows_of(text: str, codes: tuple[str, ...]) -> list[int]:
    """Give the rows of the authorities that a name or code means: one, or all that a county or region has here.

    Raises
    ------
    InputError
        There is none, or it lies outside the prison system.
    """
    wanted = authorities_of(text)
    found = [row for row, code in enumerate(codes) if code in wanted]
    if not found:
        msg = f"{text.strip()!r} is not in this prison system; name an authority that is."
        raise InputError(msg)
    return found


def authorities_of(text: str) -> frozenset[str]:
    """Give the ONS codes of the authorities that a name or code means.

    A name of an authority means that one, whatever else is called so; that of a county, region or nation all it has.

    Raises
    ------
    UnknownAreaError
        There is none, or a county and a police force with different borders.
    """
    return areas.find(text, "authority" if areas.fits(text, "authority") else "").authorities


def prison_in(text: str, ids: Collection[str], as_of: date) -> str:
    """Give the id of one of some prisons by its id or name; a new prison is called by its name alone.

    Raises
    ------
    UnknownPrisonError
        There is none, or several fit.
    PrisonClosedError
        It is not open on the day.
    InputError
        It is not one of them.
    """
    if text in ids:
        return text
    found = prison_register.named(text, as_of).id
    if found not in ids:
        name = prison_register.find(found, as_of).name
        msg = f"{name} holds nobody in this system on {in_words(as_of.isoformat())}; choose an open prison of it."
        raise InputError(msg)
    return found


def _kinds(
    chosen: Selections, cohorts: tuple[Cohort, ...], cohort: Ints, choose: _Choice
) -> tuple[tuple[PeopleKind, ...], Ints]:
    """Give the kinds and each person's."""
    found = [PeopleKind(each if chosen.by_sentence else replace(each, sentence="any")) for each in cohorts]
    category = np.array([each.cohort.category for each in found])[cohort]
    also = np.full(len(cohort), "", dtype="U8")
    for step in chosen.step_down:
        ready = (category == step.category) & (also == "")
        also[ready & choose.evenly(np.where(ready, step.percent / 100, 0.0))] = step.to
    pairs = sorted({(found[number], word) for number, word in set(zip(cohort.tolist(), also.tolist(), strict=True))})
    kinds = tuple(PeopleKind(base.cohort, word) for base, word in pairs)
    place = {each: row for row, each in enumerate(kinds)}
    words = sorted(set(also.tolist()))
    index = np.array([[place.get(PeopleKind(base.cohort, word), -1) for word in words] for base in found])
    return kinds, index[cohort, np.searchsorted(words, also)]


def _without_car(code: str, journeys: Journeys) -> float:
    """Give the share of an authority's families without a car; none where it is not published."""
    if journeys.travel == "car":
        return 0.0
    if journeys.without_car_percent is not None:
        return journeys.without_car_percent / 100
    known = areas.authority(code)
    return (known.households_no_car or 0) / known.households if known.households else 0.0


def _there(
    stay: Stay, codes: tuple[str, ...], prisons: tuple[str, ...], where: tuple[Ints, Ints], as_of: date
) -> Bools:
    """Say who has their home and their prison where a selection means."""
    authority, prison = where
    chosen = np.ones(len(authority), bool)
    if stay.home:
        chosen &= np.isin(authority, rows_of(stay.home, codes))
    if stay.prison:
        chosen &= prison == prisons.index(prison_in(stay.prison, prisons, as_of))
    return chosen


class _Choice:
    """Choose shares of the people of each home, each time in another order."""

    def __init__(self, home: Ints, seed: int) -> None:
        self._home, self._random = home, np.random.default_rng(seed)

    def evenly(self, share: Floats) -> Bools:
        """Choose people so that of any who follow each other their expected number is chosen, to within one.

        Shares are counted in whole billionths, so that half a person is half a person however many came before.
        """
        order = np.lexsort((self._random.random(len(self._home)), self._home))
        billionths = np.rint(share[order] * _WHOLE).astype(np.int64)
        reached = (np.cumsum(billionths) + _WHOLE // 2) // _WHOLE
        chosen = np.empty(len(share), bool)
        chosen[order] = np.diff(reached, prepend=0) > 0
        return chosen
