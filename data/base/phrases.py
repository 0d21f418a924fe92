"""Plain-English phrases for times, money, distances and dates, as the GOV.UK style guide asks for them.

Numbers, plurals, lists and dates can also be had in another language, by the rules of the Unicode CLDR (Babel). English
is written here, and tested to be what Babel would write: Babel takes longer to load than a short command may.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from nearhome.data.base.units import METRES_PER_KM, MINUTES_PER_HOUR, PENCE_PER_POUND

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

ENGLISH: Final = "en_GB"
MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
"""By name here and not by ``strftime``, whose language is that of the process."""

ROUND_LONG_TIMES_TO_MINUTES = 5

_NOISE = 1e-12
"""What a quotient of floats may miss 0, 1 or a half by."""

SMALL_PRECISION_M = 50
"""Closer than this a starting point is as good as the front door for a drive."""


def duration(minutes: float) -> str:
    """Return a time span such as "55 minutes" or "2 hours 10 minutes".

    Below an hour the minute counts; from an hour on it is rounded to five minutes.

    Examples
    --------
    >>> duration(55), duration(123)
    ('55 minutes', '2 hours 5 minutes')
    """
    rounded = _rounded_minutes(minutes)
    if rounded == 0:
        return "less than a minute"
    hours, rest = divmod(rounded, MINUTES_PER_HOUR)
    parts = [count(hours, "hour")] if hours else []
    if rest:
        parts.append(count(rest, "minute"))
    return " ".join(parts)


def duration_between(low_minutes: float, high_minutes: float) -> str:
    """Return "between 2 hours and 2 hours 30 minutes", or "about 2 hours" where both ends sound the same."""
    low, high = duration(low_minutes), duration(high_minutes)
    return about(low) if low == high else f"between {low} and {high}"


def percent(share: float) -> str:
    """Return a share such as "63%"; more than nothing and less than all is never rounded to either."""
    rounded = math.floor(100 * share + 0.5 + _NOISE)
    if rounded == 0 and share > _NOISE:
        return "under 1%"
    if rounded == 100 and share < 1 - _NOISE:  # noqa: PLR2004 -- per cent
        return "over 99%"
    return f"{rounded}%"


def money(pence: int) -> str:
    """Return an exact sum: "£23", "£23.40" or "95p".

    Examples
    --------
    >>> money(2300), money(2340), money(95)
    ('£23', '£23.40', '95p')
    """
    if 0 < pence < PENCE_PER_POUND:
        return f"{pence}p"
    pounds, rest = divmod(pence, PENCE_PER_POUND)
    return f"£{pounds:,}.{rest:02d}" if rest else f"£{pounds:,}"


def about_money(pence: int) -> str:
    """Return an estimated sum to the pound: "about £23", "less than £1", or "nothing" for zero."""
    if pence == 0:
        return "nothing"
    pounds = _half_up(pence / PENCE_PER_POUND)
    return f"about £{pounds:,}" if pounds else "less than £1"


def money_between(low_pence: int, high_pence: int) -> str:
    """Return "between £18 and £25", or "about £18" where both ends round to the same pound."""
    low, high = _half_up(low_pence / PENCE_PER_POUND), _half_up(high_pence / PENCE_PER_POUND)
    return about_money(high_pence) if low == high else f"between £{low:,} and £{high:,}"


def estimate(pence: int, low_pence: int, high_pence: int) -> str:
    """Return a sum for a table of estimates: to the pound, or exact where it is known exactly."""
    if low_pence == pence == high_pence:
        return money(pence)
    return f"£{_half_up(pence / PENCE_PER_POUND):,}"


def band(low_pence: int, high_pence: int) -> str:
    """Return a range for a table: "£18 to £25", or the exact sum where it is known exactly."""
    if low_pence == high_pence:
        return money(low_pence)
    return f"£{_half_up(low_pence / PENCE_PER_POUND):,} to £{_half_up(high_pence / PENCE_PER_POUND):,}"


def miles(distance_miles: float) -> str:
    """Return a distance to the mile: "109 miles", "1 mile" or "less than 1 mile"."""
    rounded = _half_up(distance_miles)
    return count(rounded, "mile") if rounded else "less than 1 mile"


def precision(precision_m: float) -> str:
    """Return how far off a starting point may be: "about 600 metres" or "about 3 km"."""
    if precision_m < SMALL_PRECISION_M:
        return "less than 50 metres"
    if precision_m < METRES_PER_KM - SMALL_PRECISION_M:
        return f"about {_half_up(precision_m / 50) * 50} metres"
    return f"about {_half_up(precision_m / METRES_PER_KM)} km"


def day(when: date, locale: str = ENGLISH) -> str:
    """Return a date as people write it: "21 November 2026", or in Welsh (cy) "21 Tachwedd 2026"."""
    if locale == ENGLISH:
        return f"{when.day} {month(when)}"
    from babel.dates import format_date

    return format_date(when, "long", locale=locale)


def month(when: date) -> str:
    """Return a month and its year: "November 2026"."""
    return f"{MONTHS[when.month - 1]} {when.year}"


def people(adults: int, children: int) -> str:
    """Return who travels: "1 adult" or "2 adults and 1 child"."""
    words = [count(adults, "adult")]
    if children:
        words.append(count(children, "child", "children"))
    return listing(words)


def grouped(number: int, locale: str = ENGLISH) -> str:
    """Return a whole number with its thousands apart: "1,234"."""
    if locale == ENGLISH:
        return f"{number:,}"
    from babel.numbers import format_decimal

    return format_decimal(number, locale=locale)


def count(
    number: int, one: str, many: str | None = None, *, locale: str = ENGLISH, forms: Mapping[str, str] | None = None
) -> str:
    """Return a number with its noun: "1 mile", "2 miles", "2 children".

    Parameters
    ----------
    number
        How many.
    one, many
        The noun for one, and for all other numbers; with an s if ``many`` is not given.
    locale
        The language, such as cy for Welsh.
    forms
        The noun by what the language calls the number (zero, two, few, many in CLDR), where it is neither of the two.
    """
    if locale == ENGLISH:
        noun = one if number == 1 else many or f"{one}s"
    else:
        from babel import Locale

        named = Locale.parse(locale).plural_form(number)
        noun = (forms or {}).get(named, one if named == "one" else many or one)
    return f"{grouped(number, locale)} {noun}"


def listing(words: Iterable[str], locale: str = ENGLISH) -> str:
    """Return words as a list in a sentence: "a, b and c"."""
    words = list(words)
    if locale != ENGLISH:
        from babel.lists import format_list

        return format_list(words, locale=locale)
    if len(words) < 2:  # noqa: PLR2004 - one word needs no "and"
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def sentence(text: str) -> str:
    """Return the text with a capital first letter and a full stop."""
    text = capital(text.strip())
    return text if text.endswith((".", "?", "!")) or not text else f"{text}."


def about(phrase: str) -> str:
    """Return "about 84 miles", but "less than 1 mile" as it is."""
    return phrase if phrase.startswith("less than") else f"about {phrase}"


def capital(text: str) -> str:
    """Return the text with a capital first letter and the rest as it is."""
    return text[:1].upper() + text[1:]


def _rounded_minutes(minutes: float) -> int:
    """Round to the minute below an hour and to five minutes from there on."""
    rounded = _half_up(minutes)
    if rounded < MINUTES_PER_HOUR:
        return rounded
    return _half_up(minutes / ROUND_LONG_TIMES_TO_MINUTES) * ROUND_LONG_TIMES_TO_MINUTES


def _half_up(number: float) -> int:
    """Round half up; Python's own round goes to the even number, which looks wrong beside a till receipt."""
    return math.floor(number + 0.5)
