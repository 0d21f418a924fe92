"""Dates known to the year, the month or the day: ``2009``, ``2009-04`` or ``2009-04-30``."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

from nearhome.data.base.phrases import MONTHS

_WRITTEN = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")


def is_partial_date(text: str) -> bool:
    """Whether a text is such a date, of a day that exists and is not the last there can be."""
    if not _WRITTEN.fullmatch(text):
        return False
    try:
        day_after(text)
    except (ValueError, OverflowError):
        return False
    return True


def first_day(text: str) -> date:
    """Give the first day of a year, month or day; ValueError if there is no such day."""
    year, month, day = (*_parts(text), 1, 1)[:3]
    return date(year, month, day)


def day_after(text: str) -> date:
    """Give the day after the last of a year, month or day.

    Examples
    --------
    >>> [day_after(text).isoformat() for text in ("2009", "2009-04", "2009-04-15")]
    ['2010-01-01', '2009-05-01', '2009-04-16']
    """
    parts = _parts(text)
    year, month, day = (*parts, 12, 31)[:3]
    if len(parts) == 2:  # noqa: PLR2004 -- a year and a month
        day = calendar.monthrange(year, month)[1]
    return date(year, month, day) + timedelta(days=1)


def closing_day(text: str) -> date:
    """Give the first day on which a place that closed then is shut: that very day, if the day is known."""
    return first_day(text) if len(_parts(text)) == 3 else day_after(text)  # noqa: PLR2004 -- year, month and day


def in_words(text: str) -> str:
    """Write a date for people: ``2009-04`` is ``April 2009``."""
    parts = _parts(text)
    words = [str(parts[0])]
    if len(parts) > 1:
        words.insert(0, MONTHS[parts[1] - 1])
    if len(parts) > 2:  # noqa: PLR2004 -- a day as well
        words.insert(0, str(parts[2]))
    return " ".join(words)


def _parts(text: str) -> list[int]:
    return [int(part) for part in text.split("-")]
