"""What OpenStreetMap's tags mean to a visitor's car: where it may go, which way round, and how fast at most.

Each noun has a module of its own: ``access``, ``one_way``, ``sizes``, ``surfaces`` and ``nearhome.geo.roads``'s
``speed_limits``; here they become what is kept of a way. docs/explanation/openstreetmap.md tells the rules.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from nearhome.geo.osm import access, one_way, sizes, surfaces
from nearhome.geo.osm.access import Access
from nearhome.geo.roads import speed_limits, speeds

if TYPE_CHECKING:
    from collections.abc import Mapping

PATHS = frozenset({"pedestrian", "footway", "path", "cycleway", "bridleway"})
"""Not for cars unless a tag of vehicles lets them in: ``access=yes`` alone is said to people on foot. The same holds
for kinds of road that are not known here."""

TRACK = "track"
"""Open only where any access tag says so: most are a farm's own."""

ROADS = frozenset(speeds.OSM_KPH) - PATHS - {TRACK, "ferry"}
"""Open to cars unless a tag keeps them out."""

NO_ROADS = frozenset(
    {
        "construction",
        "proposed",
        "planned",
        "disused",
        "abandoned",
        "razed",
        "demolished",
        "removed",
        "dismantled",
        "steps",
        "elevator",
        "corridor",
        "platform",
        "raceway",
        "rest_area",
        "services",
        "via_ferrata",
        "ladder",
    }
)
"""Closed whatever else is tagged: not there, or not a way from one place to another."""

NOT_THROUGH = frozenset(
    {"parking_aisle", "driveway", "drive-through", "drive-thru", "emergency_access", "private", "bus"}
)
"""Kinds of service road that are left out: they lead only to a door or a parking space, or are not for cars."""

CAR_CARRIERS = frozenset({"ferry", "shuttle_train"})
"""Values of ``route`` that may carry cars."""

DONE = frozenset({"no", "widening", "minor"})
"""Values of ``construction`` under which a road stays open."""

OUT_OF_USE = ("area", "impassable", "disused", "abandoned")
"""Keys that close a way by ``yes``."""

_DIRECTED = (
    *access.ACCESS_KEYS,
    *speed_limits.LIMIT_KEYS,
    *sorted(sizes.SIZE_KEYS),
)
RULE_KEYS = frozenset(
    {
        "highway",
        "route",
        "service",
        "junction",
        "construction",
        "status",
        "hgv",
        "oneway:conditional",
        *OUT_OF_USE,
        *surfaces.SURFACE_KPH,
        *one_way.ONE_WAY_KEYS,
        *_DIRECTED,
        *(f"{key}:{suffix}" for key in _DIRECTED for suffix in access.SUFFIXES),
    }
)
"""The keys that say whether, which way and how fast a way is driven; few sets of their values occur."""

USUAL_KEYS = (
    "highway",
    "name",
    "service",
    "oneway",
    "surface",
    "maxspeed",
    "lit",
    "lanes",
    "access",
    "ref",
    "foot",
    "bicycle",
    "sidewalk",
    "source",
    "motor_vehicle",
    "postal_code",
    "layer",
    "bridge",
    "name:cy",
    "covered",
    "incline",
    "horse",
)
"""The keys that most ways have none besides, the most frequent first."""

_LETS_IN = (*access.MOTOR_KEYS, *(f"{key}:{suffix}" for key in access.MOTOR_KEYS for suffix in access.SUFFIXES))

_ISO_DURATION = re.compile(r"PT?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?")


class WayTags(NamedTuple):
    """What is kept of a way's tags; ``direction`` is 1 along the way, -1 against it, 0 both ways.

    ``limit_kph`` is the tagged speed limit along it, ``limit_back_kph`` against it, 0 where none is; ``maxspeed`` and
    ``maxspeed_back`` are how they are written. ``most_kph`` is what the surface allows, infinite where it is good.
    ``only`` and ``only_back`` say that one may drive it to get to a place on it and not through. ``seconds`` is how
    long a ferry takes for the whole way, 0 for roads and for ferries without a duration; ``ring`` is a roundabout.
    """

    highway: str
    kind: str
    ref: str
    name: str
    maxspeed: str
    maxspeed_back: str
    ferry: str
    direction: int
    limit_kph: float
    limit_back_kph: float
    most_kph: float
    only: bool
    only_back: bool
    seconds: float
    ring: bool


def way_tags(tags: Mapping[str, str]) -> WayTags | None:
    """Read the tags of a way; None where cars may not use it or it leads nowhere.

    A ferry counts only where cars are tagged as allowed: most ferries without such a tag carry people on foot.
    """
    if _is_left_out(tags):
        return None
    read = _looked_up(tags)
    found = _rules(tuple((key, value) for key, value in read.items() if key in RULE_KEYS))
    if found is None:
        return None
    ferry = found.kind == "ferry"
    name = read.get("name", "")
    return found._replace(
        ref=read.get("ref", ""),
        name=name,
        ferry=_key(name) if ferry else "",
        seconds=duration_seconds(read.get("duration", "")) if ferry else 0.0,
    )


def _is_left_out(tags: Mapping[str, str]) -> bool:
    """Say of most ways that are not for cars that they are none, from a few of their tags."""
    highway = tags.get("highway")
    if highway == "service":
        return tags.get("service") in NOT_THROUGH
    return highway in NO_ROADS or (highway in PATHS and not any(key in tags for key in _LETS_IN))


def _looked_up(tags: Mapping[str, str]) -> Mapping[str, str]:
    """Take the tags as a dictionary: pyosmium finds a key in a fifteenth of the time in which it lists a tag."""
    get, size = tags.get, len(tags)
    usual: dict[str, str] = {}
    for key in USUAL_KEYS:
        value = get(key)
        if value is not None:
            usual[key] = value
            if len(usual) == size:
                return usual
    return dict(tags)


@lru_cache(maxsize=65_536)
def _rules(items: tuple[tuple[str, str], ...]) -> WayTags | None:
    """Read all that does not depend on a way's name: the same for very many ways."""
    tags = dict(items)
    most_kph = surfaces.most_kph(tags)
    closed = (
        any(tags.get(key) == "yes" for key in OUT_OF_USE)
        or tags.get("construction", "no") not in DONE
        or tags.get("status") == "impassable"
        or most_kph == 0
    )
    highway = tags.get("highway", "")
    kind = "ferry" if highway not in speeds.OSM_KPH and tags.get("route") in CAR_CARRIERS else "road"
    let_in = None if closed else _ferry(tags) if kind == "ferry" else _road(tags, highway)
    if let_in is None:
        return None
    open_ = [
        said if free and fits else Access.CLOSED
        for said, free, fits in zip(let_in, one_way.directions(tags), sizes.fits(tags), strict=True)
    ]
    if open_ == [Access.CLOSED, Access.CLOSED]:
        return None
    limits = speed_limits.limits(tags) if kind == "road" else ("", "")
    limit_kph, limit_back_kph = (speed_limits.limit_kph(limit) or 0.0 for limit in limits)
    return WayTags(
        highway="ferry" if kind == "ferry" else highway,
        kind=kind,
        ref="",
        name="",
        maxspeed=limits[0],
        maxspeed_back=limits[1],
        ferry="",
        direction=0 if all(open_) else 1 if open_[0] else -1,
        limit_kph=limit_kph,
        limit_back_kph=limit_back_kph,
        most_kph=most_kph if kind == "road" else math.inf,
        only=kind == "road" and open_[0] == Access.ONLY,
        only_back=kind == "road" and open_[1] == Access.ONLY,
        seconds=0.0,
        ring=kind == "road" and tags.get("junction") in one_way.ROUND,
    )


def _road(tags: Mapping[str, str], highway: str) -> tuple[Access, Access] | None:
    """Say who is let onto a road along it and against it; None where it is none for cars whatever is tagged."""
    if not highway:
        return None
    untagged = Access.OPEN if highway in ROADS else Access.CLOSED
    for_all = highway in ROADS or highway == TRACK
    along, against = access.by_direction(tags, access.ACCESS_KEYS if for_all else access.MOTOR_KEYS)
    return untagged if along is None else along, untagged if against is None else against


def _ferry(tags: Mapping[str, str]) -> tuple[Access, Access]:
    """Say who is let onto a ferry: cars where they or lorries are tagged as allowed, and on a shuttle train."""
    lorries = access.tagged(tags, ("hgv",))
    untagged = lorries or Access.CLOSED
    if tags["route"] == "shuttle_train":
        said = access.tagged(tags, ("access",))
        untagged = Access.OPEN if said is None else said
    along, against = access.by_direction(tags, access.MOTOR_KEYS)
    return untagged if along is None else along, untagged if against is None else against


def _key(name: str) -> str:
    """Make a key of a ferry's name, such as a tariff table could have."""
    return re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_") or "unnamed_ferry"


def duration_seconds(text: str) -> float:
    """Read a ``duration`` tag: ``1:30``, ``01:30:00``, minutes alone, or ISO 8601 such as ``PT1H30M``; 0 for none."""
    iso = _ISO_DURATION.fullmatch(text) if text else None
    parts = [part or "0" for part in iso.groups()] if iso else text.split(":")
    if not all(part.isdecimal() for part in parts):
        return 0.0
    values = [int(part) for part in parts]
    if len(values) == 1:
        return 60.0 * values[0]
    return float(sum(value * unit for value, unit in zip(values, (3600, 60, 1), strict=False)))
