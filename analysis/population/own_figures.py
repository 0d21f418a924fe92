"""One's own figures of who is held where, or of children affected, from CSV: checked, and kept in memory only.

A row is a person, or, with the column ``people``, a count. ``home`` is an authority's code or name, or a postcode or
sector, of which only the authority is kept; ``prison`` an id or a name. Nothing is written unless ``save`` is called,
and then only counts by authority.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from nearhome.analysis.population import cohorts, homes
from nearhome.analysis.population.baseline import Baseline
from nearhome.analysis.population.cohorts import Cohort
from nearhome.data.base import coordinates
from nearhome.data.base.files import write_csv
from nearhome.data.errors import InputError, SourceError, UnknownPrisonError
from nearhome.data.places import areas, postcodes
from nearhome.data.prisons import register

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date
    from pathlib import Path

    from numpy.typing import NDArray

T = TypeVar("T")

NEEDED = ("home", "prison")
OPTIONAL = ("people", "sex", "age", "status", "category", "sentence")
CHILDREN_COLUMNS = ("area", "children")
MOST_ROWS = 500_000
MOST_PEOPLE = 1_000_000
STATEMENT = "These are your own figures; nearhome has checked their form, not their truth."

_SHOWN = 20
_MOST_PROBLEMS = 1_000
_CATEGORIES = ("A", "B", "C", "D", "youth", "closed", "open", "any", "none")
_SENTENCES = (*dict.fromkeys(band for bands in cohorts.SENTENCES.values() for band in bands), "none")
_LONGEST_NAME = 100
_OLDEST_YEARS = 120
_YOUNGEST_YEARS = 10


@dataclass(frozen=True, slots=True)
class OwnPopulation:
    """Counts by home authority (or ``homes.UNKNOWN``), prison id and cohort."""

    counts: dict[tuple[str, str, Cohort], int]

    @property
    def people(self) -> int:
        """Everyone counted."""
        return sum(self.counts.values())

    def baseline(self, as_of: date) -> Baseline:
        """Give the figures in the form of the modelled baseline, for all that is worked out from one."""
        codes = sorted({home for home, _, _ in self.counts} - {homes.UNKNOWN})
        names = sorted({prison for _, prison, _ in self.counts})
        kinds = sorted({cohort for _, _, cohort in self.counts})
        pairs = sorted({(names.index(prison), kinds.index(cohort)) for _, prison, cohort in self.counts})
        rows = {code: number for number, code in enumerate([*codes, homes.UNKNOWN])}
        columns = {pair: number for number, pair in enumerate(pairs)}
        counts = np.zeros((len(rows), len(pairs)))
        for (home, prison, cohort), people in self.counts.items():
            counts[rows[home], columns[names.index(prison), kinds.index(cohort)]] += people
        return Baseline(
            nation="own data",
            as_of=as_of,
            estate_day=as_of,
            homes=tuple(rows),
            regions=tuple(homes.region_of(code) for code in codes),
            prisons=tuple(names),
            cohorts=tuple(kinds),
            column_prison=np.array([prison for prison, _ in pairs], dtype=np.int64),
            column_cohort=np.array([cohort for _, cohort in pairs], dtype=np.int64),
            counts=counts,
            miles=_miles(codes, names),
            steepness={},
            notes=(STATEMENT,),
        )

    def save(self, path: Path) -> None:
        """Write the counts, never the rows that were read, in the layout that ``read`` takes."""
        rows = [
            (home, prison, people, each.sex, each.age, each.status, each.category, each.sentence)
            for (home, prison, each), people in sorted(self.counts.items())
        ]
        write_csv(path, (*NEEDED, *OPTIONAL), rows)


def _miles(codes: list[str], names: list[str]) -> NDArray[np.float64]:
    """Straight-line miles from the middle of each authority to each prison, missing for unknown homes."""
    found = np.full((len(codes) + 1, len(names)), np.nan)
    for row, code in enumerate(codes):
        home = areas.authority(code)
        for column, name in enumerate(names):
            prison = register.by_id(name)
            found[row, column] = coordinates.crow_miles(home.lat, home.lon, prison.lat, prison.lon)
    return np.round(found, homes.MILE_DECIMALS)


def read(content: bytes | str, as_of: date) -> OwnPopulation:
    """Read people or counts from the content of a CSV file.

    Parameters
    ----------
    content
        The file: UTF-8, a header with NEEDED and any of OPTIONAL, other columns passed over. An empty home is unknown.
        Without ``people`` each row is one person. ``age`` is a band of ``cohorts.AGES`` or a number of years.
    as_of
        The day; a prison must be open on it.

    Raises
    ------
    SourceError
        If the content cannot be read or any row cannot be used: the message lists the problems of all rows.
    """
    problems: list[str] = []
    counts: Counter[tuple[str, str, Cohort]] = Counter()
    find_home, find_prison = _remembering(_home), _remembering(lambda text: _prison(text, as_of))
    for line, row in _rows(content, NEEDED):
        try:
            home, prison = find_home(row["home"]), find_prison(row["prison"])
            people = _count(row.get("people", "1"), "people")
            counts[home, prison.id, _cohort(row, prison)] += people
        except InputError as error:
            problems.append(f"line {line}: {error}")
            if len(problems) >= _MOST_PROBLEMS:
                break
    if not problems and sum(counts.values()) > MOST_PEOPLE:
        problems.append(f"there are {sum(counts.values()):,} people; more than {MOST_PEOPLE:,} cannot be right")
    if not problems and not sum(counts.values()):
        problems.append("there is nobody in it")
    _refuse(problems)
    return OwnPopulation({key: people for key, people in counts.items() if people})


def read_children(content: bytes | str, level: str = "authority") -> dict[str, int]:
    """Read counts of children by area, which ``need.children`` takes in place of its estimate.

    Parameters
    ----------
    content
        The file: UTF-8, with CHILDREN_COLUMNS; an area is an authority's code or name, or a postcode sector.
    level
        ``authority`` or ``sector``.

    Raises
    ------
    SourceError
        As for ``read``, also where an area comes twice.
    """
    problems: list[str] = []
    found: dict[str, int] = {}
    for line, row in _rows(content, CHILDREN_COLUMNS):
        try:
            code = _authority(row["area"]) if level == "authority" else _sector(row["area"])
            if code in found:
                problems.append(f"line {line}: {row['area']!r} comes twice; give each area one row")
            found[code] = _count(row["children"], "children")
        except InputError as error:
            problems.append(f"line {line}: {error}")
        if len(problems) >= _MOST_PROBLEMS:
            break
    if not problems and not found:
        problems.append("it has no rows")
    _refuse(problems)
    return found


def _refuse(problems: list[str]) -> None:
    if not problems:
        return
    count = f"at least {len(problems):,}" if len(problems) >= _MOST_PROBLEMS else f"{len(problems):,}"
    shown = "; ".join(problem.rstrip(".") for problem in problems[:_SHOWN])
    more = "; and so on" if len(problems) > _SHOWN else ""
    msg = f"The file has {count} problems ({shown}{more}); correct them and give it again."
    raise SourceError(msg)


def _rows(content: bytes | str, needed: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Give line numbers and rows with their columns in lower case; raise SourceError where there are no columns."""
    try:
        text = content.decode("utf-8-sig") if isinstance(content, bytes) else content.removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        msg = f"The file is not UTF-8 (byte {error.start + 1:,}); save it as CSV UTF-8 and give it again."
        raise SourceError(msg) from error
    lines = csv.reader(io.StringIO(text))
    try:
        header = [name.strip().casefold() for name in next(lines, [])]
        missing = [name for name in needed if name not in header]
        if missing:
            msg = f"The file lacks the column {missing[0]!r}; its first line must name {', '.join(needed)}."
            raise SourceError(msg)
        twice = [name for name, times in Counter(header).items() if times > 1 and name in (*needed, *OPTIONAL)]
        if twice:
            msg = f"The file has the column {twice[0]!r} twice; leave one."
            raise SourceError(msg)
        rows = 0
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            rows += 1
            if rows > MOST_ROWS:
                msg = f"The file has more than {MOST_ROWS:,} rows; add them up into counts first."
                raise SourceError(msg)
            filled = [*cells, *[""] * (len(header) - len(cells))]
            yield lines.line_num, {name: cell.strip() for name, cell in zip(header, filled, strict=False)}
    except csv.Error as error:
        msg = f"The file is not CSV (line {lines.line_num}: {error}); save it as CSV UTF-8 and give it again."
        raise SourceError(msg) from error


def _remembering(find: Callable[[str], T]) -> Callable[[str], T]:
    """Look each text up once while a file is read; what is wrong with it is remembered too."""
    known: dict[str, T | InputError] = {}

    def again(text: str) -> T:
        if text not in known:
            try:
                known[text] = find(text)
            except InputError as error:
                known[text] = error
        found = known[text]
        if isinstance(found, InputError):
            raise found
        return found

    return again


def _home(text: str) -> str:
    """Give the authority of a code, a name, a postcode or a sector."""
    if not text or text.casefold() == homes.UNKNOWN:
        return homes.UNKNOWN
    return _authority(text)


def _authority(text: str) -> str:
    found = areas.fits(text, "authority")
    if found:
        return found[0].code
    if postcodes.is_unit(text) or postcodes.as_sector(text):
        code = _of_postcode(text)
        if code is None:
            msg = "the postcode of a home is not known; give the authority instead"
            raise InputError(msg)
        return code
    if any(letter.isdigit() for letter in text):  # it may be a postcode with a slip in it, which is not repeated
        msg = "a home is no authority or postcode; write an ONS code, such as E06000052, or a name"
        raise InputError(msg)
    return areas.authority_named(text[:_LONGEST_NAME]).code


def _of_postcode(text: str) -> str | None:
    """Give the authority of a full postcode, or of its sector where only that is known."""
    if postcodes.is_unit(text):
        full = postcodes.normalise(text)
        found = postcodes.shipped().find(full) or postcodes.find(full)
        if found is not None and found.authority_code:
            return found.authority_code
        text = full[:-2]
    sector = postcodes.areas("sector").get(postcodes.as_sector(text) or "")
    return sector.authority_code if sector else None


def _sector(text: str) -> str:
    sector = postcodes.as_sector(text)
    if sector is None or sector not in postcodes.areas("sector"):
        msg = f"{_short(text)} is no postcode sector; write it like TR1 2"
        raise InputError(msg)
    return sector


def _prison(text: str, as_of: date) -> register.Prison:
    if not text:
        msg = "the prison is empty; write its id or name"
        raise UnknownPrisonError(msg)
    return register.find(text[:_LONGEST_NAME], as_of)


def _count(text: str, what: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > 7:  # noqa: PLR2004 -- below ten million
        msg = f"{what} is {_short(text)}; write a whole number"
        raise InputError(msg)
    return int(text)


def _cohort(row: dict[str, str], prison: register.Prison) -> Cohort:
    sex = row.get("sex", "").casefold() or prison.sex
    sex = {"m": "male", "f": "female", "men": "male", "women": "female"}.get(sex, sex)
    if sex not in register.SEXES:
        msg = f"sex is {_short(sex)}; write male or female"
        raise InputError(msg)
    if not prison.holds(sex):
        msg = f"{prison.short_name} does not hold people of the sex {sex!r}; correct the sex or the prison"
        raise InputError(msg)
    return Cohort(
        sex=sex,
        age=_age(row.get("age", "")),
        status=_one_of(row.get("status", "") or "sentenced", cohorts.STATUSES, "status"),
        category=_one_of(row.get("category", "") or "any", _CATEGORIES, "category"),
        sentence=_one_of(row.get("sentence", "") or "any", _SENTENCES, "sentence"),
    )


def _age(text: str) -> str:
    if not text:
        return "21+"
    if text.isdecimal() and _YOUNGEST_YEARS <= int(text[:4]) <= _OLDEST_YEARS:
        years = int(text)
        return "15-17" if years < 18 else "18-20" if years < 21 else "21+"  # noqa: PLR2004 -- the bands of AGES
    return _one_of(text, cohorts.AGES, "age")


def _one_of(text: str, words: tuple[str, ...], what: str) -> str:
    found = next((word for word in words if word.casefold() == text.casefold()), None)
    if found is None:
        msg = f"{what} is {_short(text)}; use one of {', '.join(words)}"
        raise InputError(msg)
    return found


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:40]}...")  # noqa: PLR2004 -- a sentence, not a dump
