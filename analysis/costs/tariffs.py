"""Dated prices: fuel, wear, parking, tolls, ferries, hire, trains, buses, taxis, and Help with Prison Visits' rates.

The figures live in ``tariff_tables/*.toml``, each with the day from which it holds, its unit, its source and
how far it can be trusted. A figure that nobody published is marked an estimate and carries a wide low and
high. Nothing is looked up elsewhere, so that the same date always gives the same price.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from itertools import pairwise, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from nearhome.data.base import phrases
from nearhome.data.errors import DateError, TableError

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parent / "tariff_tables"
TABLES = (
    "bus",
    "coach",
    "ferries",
    "fuel",
    "help_with_visits",
    "hire",
    "parking",
    "rail",
    "running",
    "taxi",
    "tolls",
)
PARTS = ("car", "adult", "child")
"""A ferry fare comes in parts; the key of each is the ferry's key, a full stop, and the part."""
HEADINGS = frozenset("NESW")

Confidence = Literal["published", "derived", "estimate"]


@dataclass(frozen=True, slots=True)
class Tariff:
    """One price and the days on which it holds; ``valid_to`` is its last day, None while it still holds."""

    key: str
    title: str
    valid_from: date
    valid_to: date | None
    value: float
    low: float
    high: float
    unit: str
    source: str
    confidence: Confidence
    charged: frozenset[str]
    """The headings on which a toll is taken; empty where it is no toll."""


def value(key: str, as_of: date) -> Tariff:
    """Return the price of a thing on a day.

    Raises
    ------
    TableError
        No table knows the key.
    DateError
        The day lies before the first price known, or in a span for which no source was found.
    """
    tariff = known(key, as_of)
    if tariff is None:
        title = series(key)[0].title
        msg = f"No source gives a price for {title} on {phrases.day(as_of)}: choose another date."
        raise DateError(msg)
    return tariff


def known(key: str, as_of: date) -> Tariff | None:
    """Return the price on a day, or None in a span between two sources.

    Raises
    ------
    TableError
        No table knows the key.
    DateError
        The day lies before the first price known; the message names that day.
    """
    rates = series(key)
    first = rates[0]
    if as_of < first.valid_from:
        msg = (
            f"No price for {first.title} is known before {phrases.day(first.valid_from)}, "
            f"and {phrases.day(as_of)} was asked for: choose a later date."
        )
        raise DateError(msg)
    return next((rate for rate in reversed(rates) if _holds(rate, as_of)), None)


def series(key: str) -> tuple[Tariff, ...]:
    """Return every price of a thing, the earliest first.

    Raises
    ------
    TableError
        No table knows the key.
    """
    found = _catalogue().get(key)
    if found is None:
        msg = f"No tariff is called {key!r}: the keys are {', '.join(sorted(_catalogue()))}."
        raise TableError(msg)
    return found


def has(key: str) -> bool:
    """Tell whether any table knows the key."""
    return key in _catalogue()


def crossings() -> frozenset[str]:
    """Return every toll and ferry a road network may name, ferries without their parts."""
    ferries = {key.split(".")[0] for key in keys("ferries") if not key.startswith("ret_")}
    return frozenset(ferries.union(keys("tolls")))


def keys(table: str) -> tuple[str, ...]:
    """Return the keys of one table, such as "tolls", sorted.

    Raises
    ------
    TableError
        There is no such table, or it is damaged.
    """
    return tuple(sorted({rate.key for rate in _read(table)}))


def versions() -> dict[str, str]:
    """Return the version of each table, to be shown beside any answer worked out from them."""
    return {f"tariffs/{table}": str(_document(table)["version"]) for table in TABLES}


def _holds(rate: Tariff, as_of: date) -> bool:
    """Tell whether a price holds on a day."""
    return rate.valid_from <= as_of and (rate.valid_to is None or as_of <= rate.valid_to)


@cache
def _catalogue() -> dict[str, tuple[Tariff, ...]]:
    """Return every key with its prices, the earliest first and without overlap."""
    found: dict[str, list[Tariff]] = {}
    for table in TABLES:
        of_this: dict[str, list[Tariff]] = {}
        for rate in _read(table):
            of_this.setdefault(rate.key, []).append(rate)
        for key, rates in of_this.items():
            if key in found:
                msg = f"Tariff table {table!r} repeats the key {key!r} of another table: rename it."
                raise TableError(msg)
            found[key] = rates
    return {key: tuple(rates) for key, rates in found.items()}


def _read(table: str) -> Iterator[Tariff]:
    """Yield the prices of one table, checked, each ending the day before the next of its key begins."""
    document = _document(table)
    rates = list(_written(table, document))
    yield from rates
    for key, route in document.get("ret_routes", {}).items():
        yield from _ret_rates(key, route["title"], route["miles"], rates)


def _ret_rates(key: str, title: str, sea_miles: float, rates: list[Tariff]) -> Iterator[Tariff]:
    """Yield a ferry's fares under the Scottish Road Equivalent Tariff: a base and a rate for each mile.

    The formula is that of Transport Scotland, Ferries Plan 2013-2022, chapter 4. A car's driver pays as a
    passenger, and is part of the fare of the car here.
    """
    of_base = {(rate.key.removeprefix("ret_base."), rate.valid_from): rate for rate in rates}
    per_mile = [rate for rate in rates if rate.key.startswith("ret_per_mile.")]
    for rate in per_mile:
        part = rate.key.removeprefix("ret_per_mile.")
        paid = [part, "adult"] if part == "car" else [part]
        bases = [of_base[each, rate.valid_from] for each in paid]
        miles = [each for each in per_mile if each.valid_from == rate.valid_from and each.key.split(".")[1] in paid]
        yield replace(
            bases[0],
            key=f"{key}.{part}",
            title=title,
            value=sum(each.value for each in bases) + sea_miles * sum(each.value for each in miles),
            low=sum(each.low for each in bases) + sea_miles * sum(each.low for each in miles),
            high=sum(each.high for each in bases) + sea_miles * sum(each.high for each in miles),
            source=f"Road Equivalent Tariff over {sea_miles:g} miles: {bases[0].source}",
        )


def _written(table: str, document: dict[str, Any]) -> Iterator[Tariff]:
    """Yield the prices written out in one table."""
    for entry in document["series"]:
        wrong = _wrong_with(entry)
        if wrong:
            where = entry.get("key", "an entry without key") if isinstance(entry, dict) else entry
            msg = f"Tariff table {table!r} is damaged at {where!r} ({wrong}): reinstall nearhome."
            raise TableError(msg)
        yield from _series_rates(entry)


def _document(table: str) -> dict[str, Any]:
    """Return one table as written."""
    if table not in TABLES:
        msg = f"No tariff table is called {table!r}: the tables are {', '.join(TABLES)}."
        raise TableError(msg)
    return _parsed(FOLDER / f"{table}.toml")


@cache
def _parsed(path: Path) -> dict[str, Any]:
    """Return a table's file as written."""
    try:
        with path.open("rb") as file:
            document = tomllib.load(file)
    except (OSError, tomllib.TOMLDecodeError) as error:
        msg = f"Tariff table {path.stem!r} cannot be read ({error}): reinstall nearhome."
        raise TableError(msg) from error
    if not isinstance(document.get("series"), list) or "version" not in document:
        msg = f"Tariff table {path.stem!r} lacks its version or its series: reinstall nearhome."
        raise TableError(msg)
    return document


def _wrong_with(entry: Any) -> str:
    """Say what is wrong with a series as written in a table; nothing if it can be read."""
    if not isinstance(entry, dict) or not all(isinstance(entry.get(name), str) for name in ("key", "title", "unit")):
        return "it lacks its key, title or unit"
    rates = entry.get("rates")
    if not isinstance(rates, list) or not rates or not all(isinstance(rate, dict) for rate in rates):
        return "it has no rates"
    charged = entry.get("charged", [])
    if not isinstance(charged, list) or not set(map(str, charged)) <= HEADINGS:
        return f"charged has {charged}, and headings are N, E, S and W"
    wrong = next((said for said in map(_wrong_rate, rates, repeat(_parts(rates[0]))) if said), "")
    if wrong:
        return wrong
    return next(
        (
            f"{after['valid_from']} does not follow {before['valid_from']}"
            for before, after in pairwise(rates)
            if before["valid_from"] >= after["valid_from"]
        ),
        "",
    )


def _wrong_rate(rate: dict[str, Any], parts: list[str]) -> str:
    """Say what is wrong with one rate of a series that has some parts."""
    if type(rate.get("valid_from")) is not date or type(rate.get("valid_to", date.max)) is not date:
        return f"{rate.get('valid_from')} is no day"
    for part in parts:
        span = rate.get(part)
        figures: list[Any] = span if isinstance(span, list) else [span] * 3
        if len(figures) != 3 or not all(type(each) in {int, float} for each in figures):  # noqa: PLR2004 -- a span
            return f"{part} is {span}, not a number or three"
        if not 0 <= figures[0] <= figures[1] <= figures[2]:
            return f"{span} is not in the order low, central, high"
    word, source = rate.get("confidence"), str(rate.get("source", ""))
    if word not in get_args(Confidence) or not source.strip():
        return f"confidence {word!r} or source {source!r} will not do"
    if word == "estimate" and "general knowledge, unverified" not in source:
        return f"an estimate must name itself general knowledge, and this says {source!r}"
    return ""


def _parts(rate: dict[str, Any]) -> list[str]:
    """Give the parts that a rate has, which all of a series have."""
    return ["value"] if "value" in rate else [part for part in PARTS if part in rate]


def _series_rates(entry: dict[str, Any]) -> Iterator[Tariff]:
    """Yield the prices of one series that is right, part by part."""
    rates: list[dict[str, Any]] = entry["rates"]
    for part in _parts(rates[0]):
        ends: list[date | None] = [after["valid_from"] - timedelta(days=1) for after in rates[1:]]
        for rate, end in zip(rates, [*ends, None], strict=True):
            figure = rate[part]
            low, central, high = figure if isinstance(figure, list) else (figure, figure, figure)
            yield Tariff(
                key=entry["key"] if part == "value" else f"{entry['key']}.{part}",
                title=entry["title"],
                valid_from=rate["valid_from"],
                valid_to=rate.get("valid_to", end),
                value=central,
                low=low,
                high=high,
                unit=entry["unit"],
                source=rate["source"],
                confidence=rate["confidence"],
                charged=frozenset(entry.get("charged", ())),
            )
