"""Who is held where: a modelled baseline of people in prison by home authority, kind and prison.

Modelled, not counted: nobody publishes homes by prison. What is published holds: the people of each prison exactly
(``estate``), regions of origin and women's custody by police force (``homes``), and, for England and Wales, the average
straight-line distance from home by sex. Between these a gravity model decides: within each cohort (``cohorts``) people
are shared among its prisons so that nearer ones are likelier, the more so the shorter they stay (STEEPNESS, an
assumption), and how steeply on the whole is fitted so that the average distance of each sex comes out. Scotland and
Northern Ireland have no published distance: the steepness of England and Wales is used there.

Individuals can be drawn with a seed. ``variant`` gives another baseline that the published figures would allow too:
several of them show how sure a result is.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from nearhome.analysis.methods import gravity
from nearhome.analysis.population import cohorts as kinds
from nearhome.analysis.population import estate as estates
from nearhome.analysis.population import homes
from nearhome.data.base import exact, steady
from nearhome.data.catalogue import tables
from nearhome.data.errors import InputError
from nearhome.data.places import areas as area_finder
from nearhome.data.prisons import published_figures

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import pandas as pd
    from numpy.typing import NDArray

    from nearhome.analysis.population.cohorts import Cohort
    from nearhome.analysis.population.estate import Estate
    from nearhome.data.base.arrays import Floats, Ints


STATEMENT = (
    "Modelled from published totals: nobody counts where the people of each prison have their homes, "
    "and no figure here is a count."
)
STEEPNESS = {
    "remand": 3.0,
    "detained": 0.5,
    "under 1 year": 2.0,
    "1 to 4 years": 1.3,
    "4 years or more": 1.0,
    "life": 0.7,
    "recalled": 1.6,
    "any": 1.0,
}
"""How much more distance counts for some than for others (assumption): people before trial are held near the court."""

HIGH_SECURITY = 0.4
"""Factor for category A, which few prisons hold (assumption)."""

BY = ("home", "region", "police", "prison", "sex", "age", "status", "category", "sentence")
TABLES = tuple(dict.fromkeys((*estates.TABLES, *homes.TABLES)))

_START = 0.2
_SPREAD = 0.25
"""Standard deviation of the logarithm by which assumptions differ between variants (assumption)."""


@dataclass(frozen=True, slots=True, eq=False)
class Individuals:
    """People drawn from a baseline, one a row: rows of its ``homes``, ``prisons`` and ``cohorts``."""

    home: Ints
    prison: Ints
    cohort: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """Expected people by home and by each cohort of each prison.

    ``homes`` are authority codes and last ``homes.UNKNOWN``; ``counts`` has a row a home and a column for each prison
    and cohort that occur together (``column_prison``, ``column_cohort``), in whole parts of a person (``exact.SHARE``)
    that make up each prison's people exactly; ``miles`` is straight-line by home and prison, missing for unknown homes.
    ``steepness`` is the fitted decay a mile, by sex.
    """

    nation: str
    as_of: date
    estate_day: date
    homes: tuple[str, ...]
    regions: tuple[str, ...]
    prisons: tuple[str, ...]
    cohorts: tuple[Cohort, ...]
    column_prison: Ints
    column_cohort: Ints
    counts: Floats
    miles: Floats
    steepness: dict[str, float]
    notes: tuple[str, ...] = field(default=(STATEMENT,))

    @property
    def total(self) -> float:
        """Everyone held."""
        return float(self.counts.sum())

    def chosen(self, sex: str | None = None) -> NDArray[np.bool_]:
        """Which columns are of a sex; all if None."""
        return np.array([sex in {None, self.cohorts[number].sex} for number in self.column_cohort])

    def flows(self, sex: str | None = None) -> Floats:
        """People by home and prison, of one sex or both."""
        columns = np.flatnonzero(self.chosen(sex))
        found = np.zeros((len(self.prisons), len(self.homes)))
        np.add.at(found, self.column_prison[columns], self.counts[:, columns].T)
        return found.T

    def mean_miles(self, sex: str | None = None) -> float:
        """Average straight-line miles from home, over people with a known home."""
        flows = self.flows(sex)[:-1]
        return float((flows * self.miles[:-1]).sum() / flows.sum())

    def share_beyond(self, miles: float, sex: str | None = None) -> float:
        """Share of people with a known home who are held further from it than so many straight-line miles."""
        flows = self.flows(sex)[:-1]
        return float(flows[self.miles[:-1] > miles].sum() / flows.sum())

    def people(self, by: str | Sequence[str] = "home") -> pd.DataFrame:
        """Add people up by one or more of BY: a table with a column for each and ``people``, sorted.

        Raises
        ------
        InputError
            If a word is none of BY.
        """
        import pandas as pd

        words = [by] if isinstance(by, str) else list(by)
        wrong = [word for word in words if word not in BY]
        if wrong or not words:
            msg = f"People cannot be added up by {wrong[0] if wrong else 'nothing'!r}; use one of {', '.join(BY)}."
            raise InputError(msg)
        rows = [word for word in words if word in {"home", "region", "police"}]
        columns = [word for word in words if word not in rows]
        row_keys = [tuple(self._home_label(number, word) for word in rows) for number in range(len(self.homes))]
        column_keys = [
            tuple(self._column_label(number, word) for word in columns) for number in range(len(self.column_prison))
        ]
        row_names, row_place = _unique(row_keys)
        column_names, column_place = _unique(column_keys)
        half = np.zeros((len(row_names), len(column_place)))
        np.add.at(half, row_place, self.counts)
        sums = np.zeros((len(column_names), len(row_names)))
        np.add.at(sums, column_place, half.T)
        table = [
            dict(zip([*rows, *columns], [*row, *column], strict=True)) | {"people": float(sums[j, i])}
            for i, row in enumerate(row_names)
            for j, column in enumerate(column_names)
            if sums[j, i] > 0
        ]
        return pd.DataFrame(table, columns=[*words, "people"]).sort_values(words, ignore_index=True)

    def _home_label(self, number: int, word: str) -> str:
        code = self.homes[number]
        if word == "home" or code == homes.UNKNOWN:
            return code
        return self.regions[number] if word == "region" else area_finder.authority(code).police

    def _column_label(self, number: int, word: str) -> str:
        if word == "prison":
            return self.prisons[int(self.column_prison[number])]
        return str(getattr(self.cohorts[int(self.column_cohort[number])], word))

    def draw(self, seed: int) -> Individuals:
        """Draw whole people: each prison has exactly its number, each of its regions within one of what is expected.

        The same seed gives the same people. Systematic sampling: within a prison, cells are ordered by region and then
        at random, and people are taken at equal steps from a random start.
        """
        random = np.random.default_rng(seed)
        home, column = np.nonzero(self.counts > 0)
        prison = self.column_prison[column]
        _, region = np.unique(np.array([*self.regions, homes.UNKNOWN]), return_inverse=True)
        order = np.lexsort((random.random(len(home)), region[home], prison))
        home, column, prison = home[order], column[order], prison[order]
        expected = self.counts[home, column]
        ends = np.cumsum(expected)
        totals = np.bincount(prison, weights=expected, minlength=len(self.prisons))
        before = np.r_[0.0, np.cumsum(np.rint(totals))[:-1]]
        drift = np.r_[0.0, np.cumsum(totals)[:-1]]
        within = ends - drift[prison]
        last = np.r_[prison[1:] != prison[:-1], True]
        within = np.where(last, np.rint(totals)[prison], np.minimum(within, np.rint(totals)[prison]))
        reached = np.floor(within + random.random(len(self.prisons))[prison]) + before[prison]
        taken = np.diff(np.r_[0.0, reached]).astype(np.int64)
        cells = np.repeat(np.arange(len(taken)), np.maximum(taken, 0))
        return Individuals(home[cells], prison[cells], self.column_cohort[column[cells]])

    def versions(self) -> dict[str, str]:
        """Versions of the tables that this rests on."""
        return tables.versions(*TABLES)


def _unique(keys: list[tuple[str, ...]]) -> tuple[list[tuple[str, ...]], Ints]:
    names = sorted(set(keys))
    place = {name: number for number, name in enumerate(names)}
    return names, np.array([place[key] for key in keys])


@dataclass(frozen=True, slots=True, eq=False)
class Assumptions:
    """What is not published, for one run of the model: see ``variant``."""

    ratio: float
    shares: dict[str, float]
    steepness: dict[str, float]
    miles_off: dict[str, float]
    drift: Floats | None


@cache
def baseline(as_of: date, nation: str = estates.NATIONS[0]) -> Baseline:
    """Model who is held where, kept in memory for each day and nation.

    Parameters
    ----------
    as_of
        The day; the prisons' people are the nearest in time that were published, and ``notes`` says so.
    nation
        One of ``estate.NATIONS``; each is a system of its own.

    Raises
    ------
    InputError
        If there is no such nation.
    """
    return _model(as_of, nation, _assumptions(as_of, nation, None))


def variant(as_of: date, seed: int, nation: str = estates.NATIONS[0]) -> Baseline:
    """Give another baseline that fits the same published figures, with assumptions drawn from their low and high.

    Distances are drawn within their rounding, shares and the effect of deprivation between low and high; steepnesses
    and authorities differ from the model by about a quarter.
    """
    return _model(as_of, nation, _assumptions(as_of, nation, np.random.default_rng(seed)))


def interval(values: Sequence[float] | Floats, share: float = 0.8) -> tuple[Any, Any]:
    """Give the low and high between which the middle share of several variants' results lies.

    ``values`` has a variant a row; the low and high have the shape of one.
    """
    low, high = np.quantile(np.asarray(values, dtype=float), [(1 - share) / 2, (1 + share) / 2], axis=0)
    return low, high


def _assumptions(as_of: date, nation: str, random: np.random.Generator | None) -> Assumptions:
    ratio = published_figures.figure("deprivation", "ratio", as_of)
    if random is None:
        return Assumptions(ratio.value, {}, dict(STEEPNESS), {"male": 0.0, "female": 0.0}, None)
    if nation == estates.NATIONS[0]:
        known = {item: figure for (item, _), figure in published_figures.items("share", as_of).items()}
    else:
        known = {"remand": published_figures.figure("remand_elsewhere", nation, as_of)}
    return Assumptions(
        ratio=float(random.triangular(ratio.low, ratio.value, ratio.high)),
        shares={item: float(random.triangular(each.low, each.value, each.high)) for item, each in known.items()},
        steepness={key: value * float(steady.exp(random.normal(0, _SPREAD))) for key, value in STEEPNESS.items()},
        miles_off={sex: float(random.uniform(-0.5, 0.5)) for sex in ("male", "female")},
        drift=steady.exp(random.normal(0, _SPREAD, len(homes.sectors(nation).codes))),
    )


def _model(as_of: date, nation: str, given: Assumptions) -> Baseline:
    held = estates.estate(as_of, nation)
    composition = kinds.compose(held, as_of, given.shares)
    names, place = _unique([(each.prison_id,) for each in held.held])
    prisons = tuple(name for (name,) in names)
    people = np.zeros((len(prisons), len(composition.cohorts)))
    np.add.at(people, place, composition.people)
    sexes = Counter[str]()
    for each in held.held:
        sexes[each.sex] += each.people
    where = homes.homes(as_of, nation, dict(sexes), given.ratio, given.drift)
    miles = _miles(held, prisons, nation, given.ratio)
    steepness = _steepness(as_of, nation, given, (people, composition.cohorts, where, miles))
    column_prison, column_cohort = np.nonzero(people > 0)
    counts = np.zeros((len(where.codes) + 1, len(column_prison)))
    for number, cohort in enumerate(composition.cohorts):
        columns = np.flatnonzero(column_cohort == number)
        flows = _flows(cohort, people[:, number], where, miles, _weight(cohort, given), steepness[cohort.sex])
        counts[:-1, columns] = flows[:, column_prison[columns]]
        counts[-1, columns] = people[column_prison[columns], number] * _unknown(cohort, where)
    columns = np.tile(np.arange(len(column_prison)), len(counts))
    totals = people[column_prison, column_cohort]
    counts = exact.share_out(counts.ravel(), totals, columns, parts=exact.SHARE).reshape(counts.shape)
    return Baseline(
        nation=nation,
        as_of=as_of,
        estate_day=held.day,
        homes=(*where.codes, homes.UNKNOWN),
        regions=where.regions,
        prisons=prisons,
        cohorts=composition.cohorts,
        column_prison=column_prison,
        column_cohort=column_cohort,
        counts=counts,
        miles=np.vstack([miles, np.full(len(prisons), np.nan)]),
        steepness=steepness,
        notes=(STATEMENT, *held.notes),
    )


def _miles(held: Estate, prisons: tuple[str, ...], nation: str, ratio: float) -> Floats:
    at = {each.prison_id: (each.lat, each.lon) for each in held.held}
    lat, lon = np.array([at[prison] for prison in prisons]).T
    return homes.crow_miles(nation, ratio, lat, lon)


def _weight(cohort: Cohort, given: Assumptions) -> float:
    key = cohort.sentence if cohort.sentence in given.steepness else cohort.status
    return given.steepness[key] * (HIGH_SECURITY if cohort.category == "A" else 1.0)


def _unknown(cohort: Cohort, where: homes.Homes) -> float:
    """Give the share of a cohort without a known home: all of those detained, who came from abroad."""
    return 1.0 if cohort.status == "detained" else where.unknown


def _flows(cohort: Cohort, held: Floats, where: homes.Homes, miles: Floats, weight: float, decay: float) -> Floats:
    """Share the people of a cohort with known homes among authorities and prisons.

    They fall with the square root of the distance, chosen so that about as many people are held over 100 miles from
    home in September 2006 as were published (10,700): with the root it is 10,100, with the distance itself 8,600.
    """
    known = held * (1 - _unknown(cohort, where))
    found = np.zeros(miles.shape)
    used = np.flatnonzero(known > 0)
    if not len(used):
        return found
    kernel = steady.exp(-weight * np.sqrt(decay * miles[:, used]))
    found[:, used] = gravity.balance(kernel, where.shares[cohort.sex] * known.sum(), known[used])
    return found


def _steepness(
    as_of: date,
    nation: str,
    given: Assumptions,
    parts: tuple[Floats, tuple[Cohort, ...], homes.Homes, Floats],
) -> dict[str, float]:
    """Fit the decay a mile of each sex to its published average distance, or take it from England and Wales."""
    people, cohorts, where, miles = parts
    if nation != estates.NATIONS[0]:
        return dict(baseline(as_of).steepness)

    def mean_at(sex: str, scale: float) -> float:
        far = whole = 0.0
        for number, cohort in enumerate(cohorts):
            if cohort.sex == sex:
                flows = _flows(cohort, people[:, number], where, miles, _weight(cohort, given), scale)
                far += float((flows * miles).sum())
                whole += float(flows.sum())
        return far / whole

    return {
        sex: gravity.solve(
            partial(mean_at, sex),
            published_figures.figure("distance", "mean", as_of, sex).value + given.miles_off[sex],
            _START,
        )
        for sex in where.shares
    }
