"""Limits of height, width, length and weight: whether an ordinary car fits."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

CAR_HEIGHT_METRES = 2.0
CAR_WIDTH_METRES = 1.9
CAR_LENGTH_METRES = 4.8
CAR_TONNES = 2.0
"""A large family car, mirrors folded: a figure of the field (OSRM's car). A way of just this width is too narrow."""

METRES: Mapping[str, float] = {
    "": 1.0,
    "m": 1.0,
    "metres": 1.0,
    "meters": 1.0,
    "cm": 0.01,
    "mm": 0.001,
    "ft": 0.3048,
    "feet": 0.3048,
    "'": 0.3048,
    "in": 0.0254,
}
TONNES: Mapping[str, float] = {
    "": 1.0,
    "t": 1.0,
    "tonnes": 1.0,
    "kg": 0.001,
    "st": 0.90718474,
    "lt": 1.0160469088,
    "lb": 0.00045359237,
    "lbs": 0.00045359237,
    "cwt": 0.05080234544,
}

LEAST_METRES = {
    ("maxheight:physical", "maxheight"): CAR_HEIGHT_METRES,
    ("maxlength",): CAR_LENGTH_METRES,
}
MORE_THAN_METRES = {("maxwidth:physical", "maxwidth", "width", "est_width"): CAR_WIDTH_METRES}
LEAST_TONNES = {("maxweightrating", "maxweight"): CAR_TONNES}
"""What each kind of limit must allow; of its tags the first counts."""

SIZE_KEYS = frozenset(key for each in (LEAST_METRES, MORE_THAN_METRES, LEAST_TONNES) for keys in each for key in keys)

_FEET_INCHES = re.compile(r"(\d+(?:\.\d+)?)\s*(?:'|ft|feet)\s*(\d+(?:\.\d+)?)\s*(?:\"|''|in)?")
_MEASURE = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z']*)")


def fits(tags: Mapping[str, str]) -> tuple[bool, bool]:
    """Say whether a car fits along a way and against it; a limit that is no number (``default``) limits nothing."""
    along, against = (_fits(tags, suffix) for suffix in (":forward", ":backward"))
    return along, against


def _fits(tags: Mapping[str, str], suffix: str) -> bool:
    for kinds, read in ((LEAST_METRES, metres), (LEAST_TONNES, tonnes)):
        for keys, least in kinds.items():
            limit = read(_first(tags, keys, suffix))
            if limit is not None and limit < least:
                return False
    for keys, width in MORE_THAN_METRES.items():
        limit = metres(_first(tags, keys, suffix))
        if limit is not None and limit <= width:
            return False
    return True


def _first(tags: Mapping[str, str], keys: tuple[str, ...], suffix: str) -> str:
    return next((tags[each] for key in keys for each in (key + suffix, key) if each in tags), "")


@lru_cache(maxsize=4096)
def metres(tag: str) -> float | None:
    """Read a length in metres: ``2.1``, ``2,1 m``, ``6'6"``, ``7 ft``; None where it says none."""
    word = tag.strip().casefold().replace(",", ".")
    both = _FEET_INCHES.fullmatch(word)
    if both:
        return float(both[1]) * METRES["ft"] + float(both[2]) * METRES["in"]
    return _measured(word, METRES)


@lru_cache(maxsize=4096)
def tonnes(tag: str) -> float | None:
    """Read a weight in tonnes: ``7.5``, ``3500 kg``, ``2 st`` (short tons); None where it says none."""
    return _measured(tag.strip().casefold().replace(",", "."), TONNES)


def _measured(word: str, units: Mapping[str, float]) -> float | None:
    found = _MEASURE.fullmatch(word)
    unit = units.get(found[2]) if found else None
    return float(found[1]) * unit if found and unit else None
