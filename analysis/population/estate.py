"""How many people each prison held on a day, and what it was for: the fixed side of who is held where.

England and Wales: the bulletins of 27 July 2026, 27 May 2016 and 28 January 2011, and the partial table of 21 July
2006, in which an establishment that it leaves out is given its figure of 2011. Scotland: daily averages of 2011-12, the
latest by prison that we found. Northern Ireland: early 2008, 2013 and March 2024. The nearest in time answers.

Where a bulletin gives one figure for two establishments, their sum is that figure and its division is assumed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from nearhome.data.base import phrases
from nearhome.data.catalogue import tables
from nearhome.data.errors import InputError
from nearhome.data.prisons import published_figures, register

if TYPE_CHECKING:
    from collections.abc import Iterable

NATIONS = ("England and Wales", "Scotland", "Northern Ireland")
BULLETINS = {
    date(2006, 7, 21): "population_2006_07_21",
    date(2011, 1, 28): "population_2011_01_28",
    date(2016, 5, 27): "population_2016_05_27",
    date(2026, 7, 27): "population_2026_07_27",
}
"""Days and columns of the prisons table for England and Wales."""

TABLES = ("prisons", *published_figures.TABLES)

_PARTIAL = date(2006, 7, 21)
_NEXT = "population_2011_01_28"
_WOMEN_ON_24_MARCH_2006 = 4_392
"""Women in prison, 24 March 2006 (SCIE guide, 2008)."""


@dataclass(frozen=True, slots=True)
class Held:
    """People of one sex in one prison; ``basis`` is published, or in words how the figure was come by."""

    prison_id: str
    name: str
    sex: str
    categories: frozenset[str]
    age_min: int
    age_max: int | None
    lat: float
    lon: float
    people: int
    basis: str


@dataclass(frozen=True, slots=True)
class Estate:
    """The prisons of a nation with the people they held on ``day``, and remarks that belong beside any answer."""

    nation: str
    day: date
    held: tuple[Held, ...]
    notes: tuple[str, ...]

    @property
    def people(self) -> int:
        """Everyone held."""
        return sum(each.people for each in self.held)


def estate(as_of: date, nation: str = NATIONS[0]) -> Estate:
    """Give the estate of a nation at the figures nearest in time to a day; of two as near, the later.

    Raises
    ------
    InputError
        If the nation is none of NATIONS: each is a system of its own.
    """
    if nation not in NATIONS:
        msg = f"There is no prison system called {nation!r}; use one of {', '.join(NATIONS)}."
        raise InputError(msg)
    days = list(BULLETINS) if nation == NATIONS[0] else sorted({figure.day for figure in _elsewhere(nation)})
    day = min(days, key=lambda each: (abs(each - as_of), -each.toordinal()))
    return _bulletin(day) if nation == NATIONS[0] else _system(nation, day)


def _elsewhere(nation: str) -> list[published_figures.PublishedFigure]:
    prefix = {"Scotland": "SCO-", "Northern Ireland": "NI-"}[nation]
    return [each for each in published_figures.figures() if each.series == "held" and each.item.startswith(prefix)]


@cache
def _system(nation: str, day: date) -> Estate:
    rows = [each for each in _elsewhere(nation) if each.day == day]
    held = tuple(_held(each.item, each.sex, int(each.value), f"{each.confidence}: {each.source}", day) for each in rows)
    closed = sorted({each.name for each in held if register.by_id(each.prison_id).status == "closed"})
    note = f"{nation}: people by prison are those of {phrases.month(day)}, as near to the date as we found."
    return Estate(nation, day, held, (note, f"Closed since: {', '.join(closed)}.") if closed else (note,))


@cache
def _bulletin(day: date) -> Estate:
    table = tables.read_rows("prisons", lambda row: row)
    rows = [row for row in table if row["service"].endswith("(E&W)")]
    notes = [f"England and Wales: people by prison are those of {phrases.day(day)}."]
    counts = {row["id"]: (int(row[BULLETINS[day]]), "published") for row in rows if row[BULLETINS[day]]}
    if day == _PARTIAL:
        counts |= _stand_ins(rows, counts)
        notes.append(
            f"The table of {phrases.day(day)} is partial: {sum(basis != 'published' for _, basis in counts.values())} "
            "prisons that it leaves out are given their figure of 28 January 2011."
        )
    split = _split(counts, day)
    held = tuple(_held(prison, "", people, basis, day) for prison, (people, basis) in sorted(split.items()) if people)
    if day == _PARTIAL:
        held = _with_women(held)
        notes.append(
            "Figures of women's prisons are scaled to the 4,392 women held on 24 March 2006, where not published."
        )
    return Estate(NATIONS[0], day, held, tuple(notes))


def _stand_ins(rows: Iterable[dict[str, str]], counts: dict[str, tuple[int, str]]) -> dict[str, tuple[int, str]]:
    """Give the figures of 2011 for prisons that were open in 2008 and are not in the partial table.

    One that took over from prisons which are in it is left out, so that nobody is counted twice.
    """
    rows = list(rows)
    heirs = {row["merged_into"] for row in rows if row["id"] in counts}
    return {
        row["id"]: (int(row[_NEXT]), "figure of 28 January 2011")
        for row in rows
        if row["id"] not in counts
        and row["id"] not in heirs
        and row[_NEXT]
        and not row["open_in_2008"].startswith(("no", "from"))
    }


def _split(counts: dict[str, tuple[int, str]], day: date) -> dict[str, tuple[int, str]]:
    """Divide figures that are joint between two prisons; their sum stays exact."""
    found = dict(counts)
    for item, _ in published_figures.items("joint", day):
        first, second = item.split("+")
        if first not in counts or second in counts or not _is_open(second, day):
            continue
        people, basis = counts[first]
        if (first, day) in {("GNI", _PARTIAL), ("UKI", _PARTIAL)}:
            continue  # printed for the one alone
        share = published_figures.figure("joint", item, day).value / 100
        part = round(people * share)
        words = f"{basis}, joint with {first if basis else second}: divided by assumption"
        found[first], found[second] = (people - part, words), (part, words)
    return found


def _is_open(prison_id: str, day: date) -> bool:
    return register.by_id(prison_id).is_open(day)


def _with_women(held: tuple[Held, ...]) -> tuple[Held, ...]:
    """Scale the stand-in figures of women's prisons so that women sum to their published number."""
    women = [each for each in held if each.sex == "female"]
    fixed = sum(each.people for each in women if each.basis == "published")
    loose = [each for each in women if each.basis != "published"]
    factor = (_WOMEN_ON_24_MARCH_2006 - fixed) / max(1, sum(each.people for each in loose))
    left = _WOMEN_ON_24_MARCH_2006 - fixed
    scaled: dict[str, int] = {}
    for number, each in enumerate(loose):
        scaled[each.prison_id] = left if number == len(loose) - 1 else round(each.people * factor)
        left -= scaled[each.prison_id]
    return tuple(replace(each, people=scaled.get(each.prison_id, each.people)) for each in held)


def _held(prison_id: str, sex: str, people: int, basis: str, day: date) -> Held:
    prison = register.by_id(prison_id)
    past = published_figures.role(prison_id, day)
    return Held(
        prison_id=prison_id,
        name=prison.short_name,
        sex=sex or (past.sex if past else prison.sex),
        categories=past.categories if past else prison.categories,
        age_min=prison.age_min,
        age_max=prison.age_max,
        lat=prison.lat,
        lon=prison.lon,
        people=people,
        basis=basis,
    )
