"""Tables as reports carry them: columns with meanings and units, cells that are clean, and why a cell has no figure.

Figures are rounded here, once, so that every format says the same.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeAlias

from nearhome.analysis.methods.disclosure import Suppressed
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

LONGEST_NAME = 31
"""Spreadsheets allow the name of a sheet so many characters."""

LONGEST_TEXT = 32_000
"""A cell of a spreadsheet takes 32,767 characters; longer texts are cut."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_CONTROLS = frozenset({"Cc", "Cs", "Cn"})
_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


class Mark(Enum):
    """What stands in a cell that has no figure, as the Government Analysis Function writes it."""

    NOT_KNOWN = "[x]"
    SUPPRESSED = "[c]"
    NOT_APPLICABLE = "[z]"
    NO_WAY = "[u]"

    @property
    def meaning(self) -> str:
        """A sentence for the notes."""
        return _MEANINGS[self.value]


_MEANINGS = {
    "[x]": "Not known: no figure is published, or none can be formed.",
    "[c]": "Suppressed: so few children or people that they might be recognised, or the figure would give such a one "
    "away.",
    "[z]": "Not applicable.",
    "[u]": "Unreachable: there is no way at all. It is counted apart and never as a number.",
}

Cell: TypeAlias = "str | int | float | Mark"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name for programs, its title and meaning for people, and the unit of its figures.

    ``decimals`` is None for texts, else the places that figures are rounded to. ``is_key`` marks columns that say what
    a row is about.
    """

    name: str
    title: str
    meaning: str
    unit: str = ""
    decimals: int | None = None
    is_key: bool = False

    @property
    def heading(self) -> str:
        """The title with its unit."""
        return f"{self.title} ({self.unit})" if self.unit else self.title

    @property
    def is_number(self) -> bool:
        """Whether its cells are figures."""
        return self.decimals is not None


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a report.

    ``name`` serves as the name of a sheet, a layer or a file; ``notes`` are sentences to read with it, such as what was
    suppressed; ``in_pages`` is False for tables too long to read, which only data formats carry; ``page_columns`` are
    the columns that pages show, all if empty.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    source: str = ""
    in_pages: bool = True
    page_columns: tuple[str, ...] = ()

    def values(self, column: str) -> tuple[Cell, ...]:
        """Give the cells of a column; KeyError if there is none of that name."""
        names = [each.name for each in self.columns]
        if column not in names:
            raise KeyError(column)
        at = names.index(column)
        return tuple(row[at] for row in self.rows)

    def marks(self) -> tuple[Mark, ...]:
        """Give the marks that it uses, in the order of ``Mark``."""
        found = {cell for row in self.rows for cell in row if isinstance(cell, Mark)}
        return tuple(mark for mark in Mark if mark in found)


def table(
    frame: pd.DataFrame,
    columns: Sequence[Column],
    *,
    name: str,
    title: str,
    notes: Iterable[str] = (),
    source: str = "",
    in_pages: bool = True,
    page_columns: Sequence[str] = (),
) -> Table:
    """Make a table of the columns of a frame, in the order of ``columns``.

    A missing figure becomes NOT_KNOWN, an infinite one NO_WAY, an empty text NOT_APPLICABLE, and what ``disclosure``
    holds back SUPPRESSED; marks stay.

    Parameters
    ----------
    frame
        Has a column for each name; others are left out.
    columns
        What is shown, in this order.
    name, title, notes, source, in_pages, page_columns
        As of ``Table``.

    Raises
    ------
    InputError
        When names or headings are unfit for a file, not unique, not in the frame, or a figure is not a number.
    """
    _check(name, columns, frame)
    cells = [[_cell(value, column) for value in frame[column.name].tolist()] for column in columns]
    return Table(
        name=name,
        title=clean(title),
        columns=tuple(columns),
        rows=tuple(zip(*cells, strict=True)),
        notes=tuple(map(clean, notes)),
        source=clean(source),
        in_pages=in_pages,
        page_columns=tuple(page_columns),
    )


def _check(name: str, columns: Sequence[Column], frame: pd.DataFrame) -> None:
    for each in (name, *(column.name for column in columns)):
        if not _NAME.fullmatch(each) or len(each) > LONGEST_NAME:
            msg = f"{each!r} is no name for a table or column; use up to {LONGEST_NAME} of a-z, 0-9 and _."
            raise InputError(msg)
    for said in ("name", "heading"):
        given = [getattr(column, said).casefold() for column in columns]
        twice = next((each for each in given if given.count(each) > 1), None)
        if twice is not None:
            msg = f"Two columns of the table {name!r} have the {said} {twice!r}; make them different."
            raise InputError(msg)
    missing = [column.name for column in columns if column.name not in frame.columns]
    if missing or not columns:
        msg = f"The table {name!r} has no column {', '.join(missing) or 'at all'}; give one for each description."
        raise InputError(msg)


def _cell(value: Any, column: Column) -> Cell:
    if isinstance(value, Mark):
        return value
    if isinstance(value, Suppressed):
        return Mark.SUPPRESSED
    if not column.is_number:
        return (Mark.NOT_KNOWN if _missing(value) else clean(str(value))) or Mark.NOT_APPLICABLE
    if _missing(value):
        return Mark.NOT_KNOWN
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        msg = f"{value!r} is no number for the column {column.name!r}; give a number, a mark or nothing."
        raise InputError(msg) from error
    return Mark.NO_WAY if math.isinf(number) else rounded(number, column.decimals or 0)


def _missing(value: Any) -> bool:
    """Say whether a value of a frame is None, NaN, NaT or NA."""
    return value is None or type(value).__name__ == "NAType" or bool(value != value)  # noqa: PLR0124 -- NaN and NaT


def rounded(number: float, decimals: int) -> int | float:
    """Round to decimals, to a whole number where there are none; never to minus nothing."""
    return round(number) if decimals == 0 else round(number, decimals) + 0.0


def clean(text: str) -> str:
    """Remove control characters, overrides of the writing direction and what XML has no place for; join white space."""
    shown = (each for each in text if each.isspace() or unicodedata.category(each) not in _CONTROLS)
    kept = " ".join("".join(each for each in shown if each not in _DIRECTIONS).split())
    return kept if len(kept) <= LONGEST_TEXT else f"{kept[:LONGEST_TEXT]}..."


def written(cell: Cell, column: Column) -> str:
    """Write a cell for people: figures with commas and all their decimals."""
    if isinstance(cell, Mark):
        return cell.value
    return cell if isinstance(cell, str) else f"{cell:,.{column.decimals or 0}f}"
