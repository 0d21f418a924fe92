"""From what a person types to a point with a stated precision; nothing typed is stored or logged.

A postcode in any case and spacing; a sector (TR1 2), district (TR1) or area (TR); a town, village or
hamlet, also as ``Newport, Shropshire``; or a latitude and longitude. A postcode that is not known falls
back to its sector, then its district, and the note says so.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nearhome.data.base.coordinates import to_degrees, to_metres
from nearhome.data.errors import UnknownPlaceError
from nearhome.data.places import areas as area_finder
from nearhome.data.places import gazetteer, kingdom, postcodes
from nearhome.geo.places import areas

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nearhome.data.places.gazetteer import Town

UNIT_PRECISION_M = {10: 100, 20: 100, 30: 150, 50: 200}
"""Likely distance of a home from its postcode's point by Code-Point quality, metres.

Estimates, general knowledge, unverified: Ordnance Survey puts qualities 10 and 20 in a building of the
postcode, 30 within about 50 m and 50 within about 100 m; a postcode itself is seldom wider than 100 m
outside the deep country. Other qualities take the spread of the sector.
"""

COORDINATE_PRECISION_M = 10
_NATIONS = {"E": "England", "W": "Wales", "S": "Scotland", "N": "Northern Ireland"}
_NUMBER = r"[-+]?\d{1,3}(?:\.\d+)?"
_COORDINATE = re.compile(rf"\s*({_NUMBER})\s*(?:,\s*|\s+)({_NUMBER})\s*")
_LIKE_A_POSTCODE = re.compile(r"[A-Za-z]{1,2}\d")
_ISLANDS = {
    "isle of man": "IM",
    "jersey": "JE",
    "guernsey": "GY",
    "alderney": "GY",
    "sark": "GY",
    "channel islands": "JE",
}
"""The Crown dependencies by name, as their postcode areas: the gazetteer would find hamlets called the same."""
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Place:
    """A point to start from, in EPSG:4326 and in EPSG:27700 (metres).

    ``precision_m`` is how far the person may well be from the point. ``name`` is how to call the place on a
    page; the repr shows neither it nor the point, so that a traceback or log never shows where a family
    lives.
    """

    input: str = field(repr=False)
    kind: str
    name: str = field(repr=False)
    lat: float = field(repr=False)
    lon: float = field(repr=False)
    easting: float = field(repr=False)
    northing: float = field(repr=False)
    precision_m: int
    authority_code: str | None = field(repr=False)
    nation: str
    note: str = field(default="", repr=False)


def find(text: str) -> Place:
    """Give the place that a person means.

    Raises UnknownPlaceError for an empty text, a place nearhome does not know (the message suggests near
    names) and one outside the United Kingdom.

    Examples
    --------
    >>> find("TR1 2HE").kind
    'postcode'
    >>> find("tr1").kind, find("Truro").kind
    ('district', 'town')
    """
    wanted = " ".join(text.split())
    if not wanted:
        msg = "No place was given; write a postcode such as TR1 2HE, a town, or a latitude and longitude."
        raise UnknownPlaceError(msg)
    coordinate = _COORDINATE.fullmatch(wanted)
    if coordinate:
        return _at(wanted, float(coordinate[1]), float(coordinate[2]))
    if postcodes.is_unit(wanted):
        return _unit(wanted)
    island = _ISLANDS.get(wanted.casefold())
    if island:
        postcodes.refuse_crown(island)
    return _part(wanted) or _town(wanted)


def _unit(text: str) -> Place:
    postcode = postcodes.normalise(text)
    sector, district = postcode[:-2], postcode[:-4]
    found = postcodes.find(postcode)
    if found and found.easting is not None and found.northing is not None:
        lat, lon = to_degrees(found.easting, found.northing)
        precision_m = UNIT_PRECISION_M.get(found.quality) or _spread(sector, district)
        return Place(
            input=text,
            kind="postcode",
            name=postcode,
            lat=float(lat),
            lon=float(lon),
            easting=found.easting,
            northing=found.northing,
            precision_m=precision_m,
            authority_code=found.authority_code,
            nation=_NATIONS.get((found.authority_code or "")[:1], _nation_of(sector, district)),
            note=postcodes.set_aside(),
        )
    if postcode.startswith("BT"):
        why = "Postcodes of Northern Ireland are known by sector only"
    elif found:
        why = f"{postcode} has no point on the map"
    else:
        why = f"{postcode} is not a postcode we know"
    for level, name in (("sector", sector), ("district", district)):
        area = postcodes.areas(level).get(name)
        if area:
            note = f"{why}; the middle of {name} was used instead. {postcodes.set_aside()}".rstrip()
            return _from_area(text, level, area, note)
    msg = f"{postcode} is not a postcode we know, nor is its district {district}; check it, or give a town."
    raise UnknownPlaceError(msg)


def _spread(sector: str, district: str) -> int:
    area = postcodes.areas("sector").get(sector) or postcodes.areas("district").get(district)
    return max(200, area.spread_m) if area else 1_000


def _nation_of(sector: str, district: str) -> str:
    area = postcodes.areas("sector").get(sector) or postcodes.areas("district").get(district)
    return area.nation if area else "England"


def _part(text: str) -> Place | None:
    """Read a sector, district or area that exists; a sector that does not falls back."""
    sector = postcodes.as_sector(text)
    if sector:
        postcodes.refuse_crown(sector)
        area = postcodes.areas("sector").get(sector)
        if area:
            return _from_area(text, "sector", area, "")
        district = postcodes.areas("district").get(sector[:-2])
        if district:
            note = f"{sector} is not a sector we know; the middle of {district.name} was used instead."
            return _from_area(text, "district", district, note)
        return None
    name = postcodes.as_district(text)
    if name:
        postcodes.refuse_crown(name)
        area = postcodes.areas("district").get(name)
        if area is None:
            msg = f"{name} is not a postcode district we know; check it, or give a town."
            raise UnknownPlaceError(msg)
        return _from_area(text, "district", area, "")
    if text.isalpha() and len(text) <= 2 and text.isascii():  # noqa: PLR2004 -- areas have one or two letters
        postcodes.refuse_crown(text.upper())
        area = postcodes.areas("area").get(text.upper())
        return _from_area(text, "area", area, "") if area else None
    return None


def _from_area(text: str, kind: str, area: postcodes.PostcodeGroup, note: str) -> Place:
    return Place(
        input=text,
        kind=kind,
        name=area.name,
        lat=area.lat,
        lon=area.lon,
        easting=area.easting,
        northing=area.northing,
        precision_m=max(100, area.spread_m),
        authority_code=area.authority_code,
        nation=area.nation,
        note=note,
    )


def _at(text: str, lat: float, lon: float) -> Place:
    """Read a coordinate, which must be in the United Kingdom."""
    here = areas.authority_at(lat, lon)
    if here is None:
        raise UnknownPlaceError(_outside(text, lat, lon))
    easting, northing = to_metres(lat, lon)
    return Place(
        input=text,
        kind="coordinate",
        name=f"{lat:.3f}, {lon:.3f}",
        lat=lat,
        lon=lon,
        easting=float(easting),
        northing=float(northing),
        precision_m=COORDINATE_PRECISION_M,
        authority_code=here,
        nation=_NATIONS[here[0]],
    )


def _outside(text: str, lat: float, lon: float) -> str:
    """Say where a coordinate is that is not in the United Kingdom, and what to do."""
    where = kingdom.whereabouts(lat, lon)
    if kingdom.is_on_land(lon, lat):
        hint = "write the latitude first"
    elif where and "Ireland" not in where:
        hint = "give the port or airport in Great Britain or Northern Ireland where the journey by land starts"
    else:
        hint = "journeys start in England, Wales, Scotland or Northern Ireland"
    return f"{text!r} {kingdom.outside(lat, lon)}; {hint}."


def _town(text: str) -> Place:
    name, _, county = text.partition(",")
    candidates = gazetteer.named(name)
    if county.strip():
        candidates = [town for town in candidates if _lies_in(town, county)]
    if not candidates:
        raise UnknownPlaceError(_unknown(name.strip(), county.strip()))
    best, others = candidates[0], candidates[1:]
    easting, northing = to_metres(best.lat, best.lon)
    return Place(
        input=text,
        kind="town",
        name=best.name,
        lat=best.lat,
        lon=best.lon,
        easting=float(easting),
        northing=float(northing),
        precision_m=best.spread_m,
        authority_code=best.authority_code,
        nation=_NATIONS[best.authority_code[0]],
        note=_which(best, others),
    )


def _lies_in(town: Town, county: str) -> bool:
    authority = area_finder.authorities().get(town.authority_code)
    if authority is None:
        return False
    wanted = gazetteer.key_of(county)
    return any(
        wanted in gazetteer.key_of(each)
        for each in (authority.name, authority.county, authority.region, authority.nation)
    )


def _which(best: Town, others: Sequence[Town]) -> str:
    """Say which of several places of a name was taken, and how to ask for another."""
    names = {_county(town): town.name for town in reversed(others) if _county(town) != _county(best)}
    if not names:
        return ""
    elsewhere = list(dict.fromkeys(_county(town) for town in others if _county(town) in names))
    shown = ", ".join(elsewhere[:_NAMED]) + (" and elsewhere" if len(elsewhere) > _NAMED else "")
    where = _county(best) if _county(best) != best.name else _NATIONS[best.authority_code[0]]
    return (
        f"{best.name} in {where} was used, the largest of that name; there are others in {shown}: "
        f"for one of them write {names[elsewhere[0]]}, {elsewhere[0]}."
    )


def _county(town: Town) -> str:
    authority = area_finder.authorities().get(town.authority_code)
    return authority.county if authority else town.authority_code


def _unknown(name: str, county: str) -> str:
    if county and gazetteer.named(name):
        there = ", ".join(list(dict.fromkeys(_county(town) for town in gazetteer.named(name)))[:_NAMED])
        return f"No place called {name!r} is known in {county!r}; there are some in {there}."
    if _LIKE_A_POSTCODE.match(name):
        return f"{name!r} is not a postcode; check its letters and numbers: one looks like TR1 2HE."
    near = gazetteer.suggestions(name)
    hint = f"did you mean {' or '.join(near)}?" if near else "check the spelling, or give a postcode."
    return f"No place called {name!r} is known; {hint}"


def distance_m(place: Place, easting: float, northing: float) -> float:
    """Metres from a place to a point of EPSG:27700, as the crow flies."""
    return math.hypot(place.easting - easting, place.northing - northing)
