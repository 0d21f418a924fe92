"""A report before it is a file: what it says, its tables, its layers for maps, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nearhome.analysis.reports.tables import clean
from nearhome.data.catalogue import tables as catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from nearhome.analysis.reports.tables import Table

DICTIONARY_COLUMNS = ("Table", "Column", "Heading", "Unit", "Meaning")
SOURCE_COLUMNS = ("Data", "What it is", "Version", "Source", "Licence", "Attribution")


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report in words: a heading and its paragraphs, none of them empty; ``section`` makes one."""

    heading: str
    paragraphs: tuple[str, ...]


def section(heading: str, paragraphs: Iterable[str]) -> Section:
    """Make a section of clean texts; empty ones are left out."""
    return Section(clean(heading), tuple(said for said in map(clean, paragraphs) if said))


@dataclass(frozen=True, slots=True)
class Category:
    """One class of a map: the value that features have, what it means in words, and its colour as ``#rrggbb``."""

    value: str
    label: str
    colour: str


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """Shapes or points for maps: a GeoDataFrame in EPSG:27700 whose text column ``by`` holds values of ``categories``.

    ``name_column`` holds the names of the features. ``alt`` says what the map shows to those who cannot see it.
    """

    name: str
    title: str
    frame: Any
    by: str
    categories: tuple[Category, ...]
    name_column: str
    alt: str


@dataclass(frozen=True, slots=True)
class Source:
    """One table of data that a report rests on."""

    name: str
    title: str
    version: str
    source: str
    licence: str
    attribution: str


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a report says, in the order in which it is read.

    ``name`` begins the name of each of its files. ``command`` repeats it; ``seeds`` are the starts of the random
    numbers in it, by what they are for. ``subject`` says in one sentence what it is about.
    """

    name: str
    title: str
    subject: str
    as_of: date
    command: str
    sections: tuple[Section, ...]
    tables: tuple[Table, ...]
    layers: tuple[Layer, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    seeds: Mapping[str, int] = field(default_factory=dict)

    def sources(self) -> tuple[Source, ...]:
        """Describe the data it rests on, in the order of ``versions``; a user's own tables have no description."""
        known = catalogue.tables()
        found = []
        for name, version in self.versions.items():
            entry = known.get(name)
            if entry is None:
                found.append(Source(name, "Data of the user's own", version, "your own", "your own", "none"))
            else:
                found.append(Source(name, entry.title, version, entry.source, entry.licence, entry.attribution))
        return tuple(found)

    def attributions(self) -> tuple[str, ...]:
        """Give the attributions that must travel with it, each once."""
        return tuple(dict.fromkeys(each.attribution for each in self.sources() if each.attribution != "none"))

    def dictionary(self) -> tuple[tuple[str, ...], ...]:
        """Describe each column of each table: rows in the order of DICTIONARY_COLUMNS."""
        return tuple(
            (table.name, column.name, column.heading, column.unit or "none", column.meaning)
            for table in self.tables
            for column in table.columns
        )
