"""What the cells of a GTFS feed may hold: clock times, dates, numbers and names of other rows.

Each parser takes the word of a cell and gives a number, or raises ValueError with a few words about what is wrong.
After the GTFS Schedule reference (gtfs.org); ``Checker`` applies a parser to a column and notes every row that fails.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from nearhome.data.base.arrays import Ints
    from nearhome.geo.gtfs.archive import FeedFile, Problems


MOST_HOURS = 120
"""A trip of more than five days is a mistake."""

_TIME = re.compile(r"([0-9]{1,3}):([0-5][0-9]):([0-5][0-9])")
_DATE = re.compile(r"[0-9]{8}")


def clock(word: str) -> int:
    """Read a time of the service day as seconds; hours go beyond 24 for what runs after midnight."""
    found = _TIME.fullmatch(word)
    if found is None or int(found[1]) >= MOST_HOURS:
        msg = f"is no time such as 25:10:00 (at most {MOST_HOURS} hours)"
        raise ValueError(msg)
    return 3600 * int(found[1]) + 60 * int(found[2]) + int(found[3])


def day(word: str) -> int:
    """Read a date such as 20230614 as its ordinal (``date.toordinal``)."""
    msg = "is no date such as 20230614"
    if _DATE.fullmatch(word) is None:
        raise ValueError(msg)
    try:
        return date(int(word[:4]), int(word[4:6]), int(word[6:])).toordinal()
    except ValueError:
        raise ValueError(msg) from None


def whole(least: int, most: int) -> Callable[[str], int]:
    """Make a parser of whole numbers between two bounds."""

    def parse(word: str) -> int:
        if re.fullmatch(r"[0-9]{1,9}", word) is None or not least <= int(word) <= most:
            msg = f"is no whole number from {least} to {most}"
            raise ValueError(msg)
        return int(word)

    return parse


def degrees(most: float) -> Callable[[str], float]:
    """Make a parser of latitudes or longitudes (EPSG:4326)."""

    def parse(word: str) -> float:
        try:
            value = float(word)
        except ValueError:
            value = np.nan
        if not abs(value) <= most:
            msg = f"is no angle from -{most:g} to {most:g} degrees"
            raise ValueError(msg)
        return value

    return parse


class Checker:
    """Applies parsers to columns and notes what is wrong with the rows."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems

    def values(
        self, table: FeedFile, name: str, parse: Callable[[str], float], blank: float | None = None
    ) -> NDArray[Any]:
        """Read a column of numbers; what cannot be read is a problem.

        Parameters
        ----------
        table
            The file.
        name
            The column.
        parse
            Makes a number of a word, or raises ValueError with what is wrong, as it goes on after the word.
        blank
            What an empty cell stands for; where that is None it is a problem.
        """
        codes, words = table.column(name)
        values, wrong = [], dict[int, str]()
        for code, word in enumerate(words):
            try:
                if word or blank is None:
                    values.append(parse(word))
                else:
                    values.append(blank)
            except ValueError as error:
                values.append(0)
                wrong[code] = f"{name} {word!r} {error}"
        if wrong:
            rows = np.flatnonzero(np.isin(codes, list(wrong)))
            self.problems.add(table.file, rows, lambda row: wrong[int(codes[row])])
        return np.array(values or [0])[codes] if len(codes) else np.zeros(0, np.int64)

    def references(
        self, table: FeedFile, name: str, known: Mapping[str, int], where: str, blank: int | None = None
    ) -> Ints:
        """Read a column of names of rows elsewhere as row numbers; an unknown name is a problem.

        Parameters
        ----------
        table
            The file.
        name
            The column.
        known
            The rows elsewhere by name.
        where
            What to call the place where the names should be, such as ``routes.txt``.
        blank
            The row number that an empty cell stands for; where that is None it is a problem.
        """
        codes, words = table.column(name)
        lost = {code for code, word in enumerate(words) if word not in known and (word or blank is None)}
        if lost:
            rows = np.flatnonzero(np.isin(codes, list(lost)))
            self.problems.add(table.file, rows, lambda row: f"{name} {words[codes[row]]!r} is not in {where}")
        rows_of = [known.get(word, 0 if word or blank is None else blank) for word in words]
        return np.array(rows_of or [0], np.int64)[codes]

    def names(self, table: FeedFile, name: str) -> dict[str, int]:
        """Give the rows by a column that names them; an empty or repeated name is a problem."""
        codes, words = table.column(name)
        first = np.full(len(words), -1)
        rows = np.arange(table.rows)
        first[codes[::-1]] = rows[::-1]
        empty = np.array([not word for word in words], bool)
        self.problems.add(
            table.file,
            rows[(first[codes] != rows) | empty[codes]],
            lambda row: f"{name} {words[codes[row]]!r} is empty or was there before",
        )
        return {word: int(first[code]) for code, word in enumerate(words) if first[code] >= 0}
