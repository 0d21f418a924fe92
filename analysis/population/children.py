"""How many children have a parent in prison in the course of a year, by authority or postcode sector: an estimate.

There is no official count. The total of each nation is a published estimate (``data.published``, series children); it
is shared among authorities by where people in prison have their homes (``homes``), mothers and fathers apart, and
within an authority among sectors by children and deprivation. Low and high hold the middle eight tenths of draws in
which the total lies between its own low and high, the effect of deprivation likewise, and areas differ from the model
by about a quarter. A count of one's own takes the place of the estimate where it is given.

People and children are in whole parts (``exact.PERSON``): areas make up the published total of their nation exactly,
and sectors their authority.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from nearhome.analysis.population import estate as estates
from nearhome.analysis.population import homes
from nearhome.data.base import exact, steady
from nearhome.data.catalogue import tables
from nearhome.data.errors import InputError
from nearhome.data.places import areas as area_finder
from nearhome.data.prisons import published_figures

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import pandas as pd

    from nearhome.data.base.arrays import Floats


STATEMENT = (
    "Estimated: no official count of children with a parent in prison exists. Published national estimates are shared "
    "among areas by a model."
)
LEVELS = ("authority", "sector")
SEXES = ("male", "female")
COLUMNS = (
    "code",
    "name",
    "nation",
    "people",
    "parents_low",
    "parents",
    "parents_high",
    "children_low",
    "children",
    "children_high",
    "basis",
)
TABLES = tuple(dict.fromkeys((*estates.TABLES, *homes.TABLES)))

_DRAWS = 60
_SPREAD = 0.25
"""Standard deviation of the logarithm by which an area differs from the model (assumption), as in ``population``."""

_SEED = 2008
_MIDDLE = (0.1, 0.9)


def children(
    as_of: date,
    level: str = "authority",
    *,
    nation: str | None = None,
    own: Mapping[str, int] | None = None,
) -> pd.DataFrame:
    """Estimate the children affected in a year, and the people in prison whose homes are there, by area.

    Parameters
    ----------
    as_of
        The day; published estimates and the people of prisons are those nearest to it.
    level
        ``authority`` or ``sector`` (postcode sectors).
    nation
        One of ``estate.NATIONS``; the whole United Kingdom if None.
    own
        Counts of children by area, such as ``own_population.read_children`` reads, that replace the estimate where they
        are given. ``basis`` says which is which.

    Returns
    -------
    DataFrame
        A row an area with COLUMNS: ``people`` held on a day, ``parents`` among them, ``children`` in a year, and
        ``basis``. ``attrs["statement"]`` must be shown beside it.

    Raises
    ------
    InputError
        If a word is not known, or a count is of an area that is not at this level.
    """
    import pandas as pd

    if level not in LEVELS:
        msg = f"Need is known by {' or '.join(LEVELS)}, not by {level!r}; use one of these."
        raise InputError(msg)
    chosen = estates.NATIONS if nation is None else (nation,)
    table = pd.concat([_estimate(as_of, level, each) for each in chosen], ignore_index=True)
    if level == "sector":
        table = _joined(table)
    if own:
        unknown = sorted(set(own) - set(table["code"]))
        if unknown:
            count = f"{len(unknown)} areas of your count are"
            msg = f"{count} no {level} here, the first {unknown[0]!r}; correct their codes."
            raise InputError(msg)
        given = table["code"].map(own)
        told = given.notna()
        for column in ("children_low", "children", "children_high"):
            table.loc[told, column] = given[told].astype(float)
        table.loc[told, "basis"] = "own count"
    table = table[list(COLUMNS)].sort_values("code", ignore_index=True)
    table.attrs["statement"] = STATEMENT
    return table


def total(as_of: date, nation: str = estates.NATIONS[0]) -> published_figures.PublishedFigure:
    """Give the published national estimate that areas are scaled to, with its low, high and source."""
    return published_figures.figure("children", nation, as_of)


def versions() -> dict[str, str]:
    """Versions of the tables that this rests on."""
    return tables.versions(*TABLES)


def _joined(table: pd.DataFrame) -> pd.DataFrame:
    """Add up the parts of sectors that lie in more than one authority; the part with most people names it."""
    figures = [column for column in COLUMNS if column not in {"code", "name", "nation", "basis"}]
    groups = table.sort_values("people", ascending=False, kind="stable").groupby("code", sort=True)
    return groups[figures].sum().join(groups[["name", "nation", "basis"]].first()).reset_index()


@cache
def _estimate(as_of: date, level: str, nation: str) -> pd.DataFrame:
    import pandas as pd

    held = estates.estate(as_of, nation)
    where = homes.sectors(nation)
    people = {sex: float(sum(each.people for each in held.held if each.sex == sex)) for sex in SEXES}
    ratio = published_figures.figure("deprivation", "ratio", as_of)
    size_of, mothers = total(as_of, nation), published_figures.figure("mothers", "share", as_of)
    random = np.random.default_rng(_SEED)
    central = _shares(as_of, nation, level, people, ratio.value, None)
    drawn = np.empty((_DRAWS, len(central["male"])))
    for row in range(_DRAWS):
        shares = _shares(
            as_of, nation, level, people, float(random.triangular(ratio.low, ratio.value, ratio.high)), random
        )
        part = float(random.triangular(mothers.low, mothers.value, mothers.high)) / 100
        size = float(random.triangular(size_of.low, size_of.value, size_of.high))
        drawn[row] = size * (part * shares["female"] + (1 - part) * shares["male"])
    mothers_share = mothers.value / 100
    low, high = exact.nearest(np.quantile(drawn, _MIDDLE, axis=0))
    share = {sex: people[sex] * central[sex] for sex in SEXES}
    middle = _shared_out(
        mothers_share * central["female"] + (1 - mothers_share) * central["male"], size_of.value, where, level
    )
    parents = {sex: published_figures.figure("parents", "share", as_of, sex) for sex in SEXES}
    known = area_finder.authorities()
    codes = where.codes if level == "authority" else where.names
    owner = where.codes if level == "authority" else [where.codes[number] for number in where.authority]
    return pd.DataFrame(
        {
            "code": codes,
            "name": [known[code].name for code in owner],
            "nation": [known[code].nation for code in owner],
            "people": _shared_out(share["male"] + share["female"], sum(people.values()), where, level),
            **{
                name: exact.nearest(share["male"] * part["male"] / 100 + share["female"] * part["female"] / 100)
                for name, part in (
                    ("parents_low", {sex: parents[sex].low for sex in SEXES}),
                    ("parents", {sex: parents[sex].value for sex in SEXES}),
                    ("parents_high", {sex: parents[sex].high for sex in SEXES}),
                )
            },
            "children_low": np.minimum(low, middle),
            "children": middle,
            "children_high": np.maximum(high, middle),
            "basis": "estimate",
        }
    )


def _shared_out(weights: Floats, size: float, where: homes.Sectors, level: str) -> Floats:
    """Share a nation's total out, among authorities first and then among the sectors of each."""
    if level == "authority":
        return exact.share_out(weights, size)
    return where.share_out(weights, exact.share_out(where.sums(weights), size))


def _shares(
    as_of: date,
    nation: str,
    level: str,
    people: dict[str, float],
    ratio: float,
    random: np.random.Generator | None,
) -> dict[str, Floats]:
    """Give each area's share of the people in prison of each sex, which sum to one; unknown homes are spread evenly.

    Without ``random`` these are the model's own; with it, a draw of what areas might be.
    """
    where = homes.sectors(nation)
    drift = None if random is None else steady.exp(random.normal(0, _SPREAD, len(where.codes)))
    shares = homes.homes(as_of, nation, people, ratio, drift).shares
    if level == "authority":
        return shares
    weight = where.families(ratio)
    if random is not None:
        weight = weight * steady.exp(random.normal(0, _SPREAD, len(weight)))
    within = weight / where.sums(weight)[where.authority]
    return {sex: share[where.authority] * within for sex, share in shares.items()}
