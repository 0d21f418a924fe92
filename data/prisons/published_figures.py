"""Published figures about people in prison, each with its date, a low and a high, and its source.

Some are assumptions that stand in for what nobody published; ``confidence`` says which.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from nearhome.data.catalogue import tables
from nearhome.data.errors import TableError

TABLES = ("published_figures", "prison_roles")


@dataclass(frozen=True, slots=True)
class PublishedFigure:
    """One figure and the day it is of; ``low`` and ``high`` equal it where nothing is known of its error."""

    series: str
    item: str
    sex: str
    day: date
    low: float
    value: float
    high: float
    unit: str
    confidence: str
    source: str


@dataclass(frozen=True, slots=True)
class Role:
    """What a prison was for until a day, where that differed from today."""

    prison_id: str
    until: date
    sex: str
    categories: frozenset[str]


@cache
def figures() -> tuple[PublishedFigure, ...]:
    """Every figure, sorted by series, item, sex and day."""
    return tuple(tables.read_rows("published_figures", _figure))


def _figure(row: dict[str, str]) -> PublishedFigure:
    return PublishedFigure(
        series=row["series"],
        item=row["item"],
        sex=row["sex"],
        day=date.fromisoformat(row["date"]),
        low=float(row["low"]),
        value=float(row["value"]),
        high=float(row["high"]),
        unit=row["unit"],
        confidence=row["confidence"],
        source=row["source"],
    )


def items(series: str, as_of: date) -> dict[tuple[str, str], PublishedFigure]:
    """Give each item and sex of a series as of a day: the latest figure by then, or the first if all are later.

    Raises
    ------
    TableError
        There is no such series.
    """
    found: dict[tuple[str, str], PublishedFigure] = {}
    for figure in figures():
        key = (figure.item, figure.sex)
        if figure.series == series and (key not in found or figure.day <= as_of):
            found[key] = figure
    if not found:
        known = ", ".join(sorted({figure.series for figure in figures()}))
        msg = f"No published series is called {series!r}; the series are {known}."
        raise TableError(msg)
    return found


def figure(series: str, item: str, as_of: date, sex: str = "") -> PublishedFigure:
    """Give one figure as of a day, as ``items`` does.

    Parameters
    ----------
    series, item
        As the columns of the table have them.
    as_of
        The day: the latest figure by then is given, or the first if all are later.
    sex
        ``male`` or ``female``; empty for a figure that is not told by sex.

    Raises
    ------
    TableError
        There is no such figure.
    """
    found = items(series, as_of).get((item, sex))
    if found is None:
        msg = f"The series {series!r} has no item {item!r}{f' for {sex}' if sex else ''}."
        raise TableError(msg)
    return found


@cache
def roles() -> tuple[Role, ...]:
    """Every past role, sorted by prison and last day."""
    return tuple(tables.read_rows("prison_roles", _role))


def _role(row: dict[str, str]) -> Role:
    return Role(row["prison_id"], date.fromisoformat(row["until"]), row["sex"], frozenset(row["categories"].split(";")))


def role(prison_id: str, as_of: date) -> Role | None:
    """Give what a prison was for on a day if that differed from today, else None."""
    return next((each for each in roles() if each.prison_id == prison_id and as_of < each.until), None)
