"""Speed limits as OpenStreetMap writes them: in miles, kilometres or knots, or by the name of a national rule."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from nearhome.geo.roads.speeds import MILES_PER_KM

if TYPE_CHECKING:
    from collections.abc import Mapping

KM_PER_KNOT = 1.852

LEAST_KPH = 4.8
"""Anything slower is a slip of the keyboard: the lowest signs are 3 mph and 5 km/h."""

UNLIMITED_KPH = 140.0
"""For ``none``: more than any class of road is driven at, so the class decides."""

WALKING_KPH = 6.0

UNITS: Mapping[str, float] = {
    "": 1.0,
    "km/h": 1.0,
    "kmh": 1.0,
    "kph": 1.0,
    "kmph": 1.0,
    "mph": 1.0 / MILES_PER_KM,
    "mp/h": 1.0 / MILES_PER_KM,
    "miles": 1.0 / MILES_PER_KM,
    "knots": KM_PER_KNOT,
    "knot": KM_PER_KNOT,
    "kn": KM_PER_KNOT,
}

BRITISH_MPH: Mapping[str, float] = {
    "nsl_single": 60.0,
    "nsl_dual": 70.0,
    "nsl_restricted": 30.0,
    "motorway": 70.0,
    "urban": 30.0,
    "rural": 60.0,
}
"""The national speed limits of Great Britain and Northern Ireland (Highway Code, rule 124)."""

WELSH_MPH: Mapping[str, float] = {**BRITISH_MPH, "nsl_restricted": 20.0, "urban": 20.0}
"""The restricted roads of Wales since 17 September 2023 (SI 2022/800 (W. 178))."""

BRITISH = {"gb": BRITISH_MPH, "uk": BRITISH_MPH, "gb-wls": WELSH_MPH}
"""Other parts of the country, ``gb-eng`` and the like, have the same limits."""

ELSEWHERE_KPH: Mapping[str, float] = {"urban": 50.0, "rural": 90.0, "trunk": 110.0, "motorway": 130.0}
"""What such words mean in most countries of Europe."""

IRISH_KPH: Mapping[str, float] = {"urban": 50.0, "rural": 80.0, "national": 100.0, "trunk": 100.0, "motorway": 120.0}
"""Ireland, on the other side of a border that is open."""

LIMIT_KEYS = ("maxspeed:advisory", "maxspeed", "source:maxspeed", "maxspeed:type", "zone:maxspeed")
"""From the first that counts: what a sign advises, what it orders, and where it says no number, which rule holds."""

_NUMBER = re.compile(r"(?P<number>\d+(?:[.,]\d+)?)\s*(?P<unit>[a-z/]*)\.?")
_COUNTRY = re.compile(r"(?P<country>[a-z]{2}(?:-[a-z]{2,3})?)[:_](?P<rule>.+)")
_ZONE = re.compile(r"(?:zone[:_]?)?(?P<number>\d{1,3})(?:[_ ]?zone)?")


@lru_cache(maxsize=4096)
def limit_kph(tag: str) -> float | None:
    """Read a ``maxspeed`` tag in km/h: ``30 mph``, ``50``, ``GB:nsl_single``, ``walk``; None where it says no speed.

    Of several values (``20 mph;30 mph``) the lowest counts. What is no speed, such as ``signals``, says none, and so
    does a unit that is not known.
    """
    found = [kph for part in tag.casefold().split(";") if (kph := _one_kph(part.strip())) is not None]
    return min(found, default=None)


def _one_kph(word: str) -> float | None:
    if word in {"none", "walk"}:
        return UNLIMITED_KPH if word == "none" else WALKING_KPH
    number = _NUMBER.fullmatch(word)
    if number:
        unit = UNITS.get(number["unit"])
        kph = float(number["number"].replace(",", ".")) * unit if unit else 0.0
        return min(kph, UNLIMITED_KPH) if kph >= LEAST_KPH else None
    named = _COUNTRY.fullmatch(word)
    return _national_kph(named["country"], named["rule"]) if named else None


def _national_kph(country: str, rule: str) -> float | None:
    """Read a rule of a country; zones are in miles in the United Kingdom and in kilometres elsewhere."""
    british = BRITISH.get(country, BRITISH_MPH if country.startswith(("gb-", "uk-")) else None)
    zone = _ZONE.fullmatch(rule)
    if zone:
        return float(zone["number"]) / (MILES_PER_KM if british else 1.0)
    if british:
        return british[rule] / MILES_PER_KM if rule in british else None
    return (IRISH_KPH if country == "ie" else ELSEWHERE_KPH).get(rule)


def limits(tags: Mapping[str, str]) -> tuple[str, str]:
    """Find the tags that limit the speed along a way and against it, as they are written; empty where none does.

    ``maxspeed:forward`` and ``maxspeed:backward`` count before ``maxspeed``; a tag that says no speed is passed over.
    """
    along, against = (
        next(
            (
                word
                for key in LIMIT_KEYS
                for word in (tags.get(f"{key}:{direction}", ""), tags.get(key, ""))
                if word and limit_kph(word) is not None
            ),
            "",
        )
        for direction in ("forward", "backward")
    )
    return along, against
