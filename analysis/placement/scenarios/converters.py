"""Converters of a scenario file: each reads one value, says what it must be if it is not, and how it is written.

A key of a record is declared with ``key`` and the converter that reads it; ``read_record`` reads a whole table.
"""

from __future__ import annotations

import difflib
import sys
from dataclasses import MISSING, dataclass, field, fields
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_LONGEST_QUOTE: Final = 40
"""So much of a wrong value is quoted: a sentence, not a dump."""


class Converter(Protocol[T_co]):
    """Reads one value of a file."""

    @property
    def may_be(self) -> str:
        """What a value may be, for the reference."""

    def read(self, value: Any, where: str, problems: list[str]) -> T_co | None:
        """Give the value as a record has it; if it is wrong, add to ``problems`` a sentence that begins with where."""


@dataclass(frozen=True, slots=True)
class Text:
    """Text, one of the choices if there are some."""

    choices: tuple[str, ...] = ()

    @property
    def may_be(self) -> str:
        """What a value may be, for the reference."""
        return ", ".join(self.choices) or "text"

    def read(self, value: Any, where: str, problems: list[str]) -> str | None:
        """Read it."""
        if not isinstance(value, str):
            problems.append(_refusal(value, where, "text in quotes"))
            return None
        if self.choices and value not in self.choices:
            problems.append(_refusal(value, where, f"one of {self.may_be}"))
            return None
        return value


@dataclass(frozen=True, slots=True)
class YesNo:
    """True or false."""

    @property
    def may_be(self) -> str:
        """What a value may be, for the reference."""
        return "true or false"

    def read(self, value: Any, where: str, problems: list[str]) -> bool | None:
        """Read it."""
        if isinstance(value, bool):
            return value
        problems.append(_refusal(value, where, self.may_be))
        return None


@dataclass(frozen=True, slots=True)
class Day:
    """A day without a time."""

    @property
    def may_be(self) -> str:
        """What a value may be, for the reference."""
        return "a date"

    def read(self, value: Any, where: str, problems: list[str]) -> date | None:
        """Read it."""
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        problems.append(_refusal(value, where, "a date such as 2026-07-27"))
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A whole number within limits."""

    low: int
    high: int | None = None

    @property
    def may_be(self) -> str:
        """What a value may be, for the reference."""
        return f"a whole number{_limits(self.low, self.high)}"

    def read(self, value: Any, where: str, problems: list[str]) -> int | None:
        """Read it."""
        if isinstance(value, int) and not isinstance(value, bool) and _is_within(value, self.low, self.high):
            return value
        problems.append(_refusal(value, where, self.may_be))
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number within limits, whole or not."""

    low: float
    high: float | None = None

    @property
    def may_be(self) -> str:
        """What a value may be, for the reference."""
        return f"a number{_limits(self.low, self.high)}"

    def read(self, value: Any, where: str, problems: list[str]) -> float | None:
        """Read it; a whole number becomes one with decimals."""
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if number and value <= sys.float_info.max and _is_within(value, self.low, self.high):
            return float(value)
        problems.append(_refusal(value, where, self.may_be))
        return None


@dataclass(frozen=True, slots=True)
class Table(Generic[T]):
    """A table of the file, which is a record."""

    record: type[T]

    @property
    def may_be(self) -> str:
        """What a value may be, for the reference."""
        return "a table"

    def read(self, value: Any, where: str, problems: list[str]) -> T | None:
        """Read it."""
        return read_record(self.record, value, f"{where}.", problems)


@dataclass(frozen=True, slots=True)
class ListOf(Generic[T]):
    """A list, or tables of one name; each is read by one converter."""

    each: Converter[T]

    @property
    def may_be(self) -> str:
        """What a value may be, for the reference."""
        return f"{self.each.may_be} (a list)"

    def read(self, value: Any, where: str, problems: list[str]) -> tuple[T, ...] | None:
        """Read it."""
        if not isinstance(value, list):
            problems.append(f"{where} is {value!r}, and must be a list")
            return None
        found = [self.each.read(each, f"{where}[{at}]", problems) for at, each in enumerate(value, 1)]
        return tuple(each for each in found if each is not None)


@overload
def key(meaning: str, reads: Converter[T]) -> T: ...
@overload
def key(meaning: str, reads: Converter[T], default: None) -> T | None: ...
@overload
def key(meaning: str, reads: Converter[T], default: T) -> T: ...
def key(meaning: str, reads: Converter[T], default: Any = MISSING) -> Any:
    """Declare a key of a record: what it means, what reads it, and its default; without one it must be given."""
    return field(default=default, metadata={"meaning": meaning, "reads": reads})


def part(record: type[T]) -> T:
    """Declare a table of its own, which has a default for every key."""
    found: Any = field(default=record(), metadata={"meaning": "", "reads": Table(record)})
    declared: T = found
    return declared


def meaning_of(each: Any) -> str:
    """Give what a key (a field of a record) means."""
    return str(each.metadata["meaning"])


def converter_of(each: Any) -> Converter[Any]:
    """Give what reads a key (a field of a record)."""
    found: Converter[Any] = each.metadata["reads"]
    return found


def record_of(each: Any) -> type | None:
    """Give the record whose tables a key has, one or many; None for plain values."""
    reads = converter_of(each)
    inner = reads.each if isinstance(reads, ListOf) else reads
    return inner.record if isinstance(inner, Table) else None


def read_record(record: type[T], table: Any, where: str, problems: list[str]) -> T | None:
    """Make a record of a table, or give None and say why not.

    Parameters
    ----------
    record
        A dataclass whose fields are the keys that the table may have.
    table
        What was read in its place, of whatever type.
    where
        What goes before the names of its keys in messages, such as ``objective.``; empty at the top.
    problems
        Sentences on what is wrong; those found are added.
    """
    if not isinstance(table, dict):
        problems.append(f"{where} must be a table")
        return None
    known: Mapping[str, Any] = {each.name: each for each in fields(record)}  # type: ignore[arg-type]
    before, values = len(problems), {}
    problems += [f"{where}{name} is no key here ({_hint(name, known)})" for name in table if name not in known]
    for name, each in known.items():
        if name in table:
            values[name] = converter_of(each).read(table[name], f"{where}{name}", problems)
        elif each.default is MISSING:
            problems.append(f"{where}{name} is missing")
    return record(**values) if len(problems) == before else None


def _hint(name: str, known: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {near[0]}?" if near else f"the keys are {', '.join(known)}"


def _refusal(value: Any, where: str, wanted: str) -> str:
    text = repr(value)
    quoted = text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}..."
    return f"{where} is {quoted}, and must be {wanted}"


def _is_within(value: float, low: float, high: float | None) -> bool:
    return value >= low and (high is None or value <= high)


def _limits(low: float, high: float | None) -> str:
    return f" of {low:g} or more" if high is None else f" from {low:g} to {high:g}"
