"""What OpenStreetMap's tags mean to a visitor's car: where it may go, which way round, and how fast at most."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from nearhome.geo.roads import speeds

if TYPE_CHECKING:
    from collections.abc import Mapping

ROADS = frozenset(speeds.OSM_SPEEDS_KPH) - {"ferry"}
CLOSED = frozenset(
    {"no", "private", "agricultural", "forestry", "delivery", "emergency", "military", "permit", "use_sidepath"}
)
"""Words of access tags that keep a visitor's car out."""

NOT_THROUGH = frozenset({"parking_aisle", "driveway", "drive-through", "emergency_access", "private"})
"""Kinds of service road that lead only to a door or a parking space."""

ACCESS_TAGS = ("motorcar", "motor_vehicle", "vehicle", "access")
"""From the most to the least particular: the first that is tagged decides."""

BLOCKS = frozenset({"bollard", "block", "cycle_barrier", "jersey_barrier", "stile", "kissing_gate", "log", "debris"})
"""Barriers that stop a car where no access tag says otherwise."""

FORWARD_WORDS = frozenset({"yes", "true", "1"})
BACKWARD_WORDS = frozenset({"-1", "reverse"})
BOTH_WORDS = frozenset({"no", "false", "0"})
ROUND = frozenset({"roundabout", "circular"})

_ISO_DURATION = re.compile(r"PT?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?")


class WayTags(NamedTuple):
    """What is kept of a way's tags; ``direction`` is 1 along the way, -1 against it, 0 both ways.

    ``limit_kph`` is the tagged speed limit, 0 where none is; ``seconds`` is how long a ferry takes for the whole way,
    0 for roads and for ferries without a duration; ``ring`` is a roundabout.
    """

    highway: str
    kind: str
    ref: str
    name: str
    maxspeed: str
    ferry: str
    direction: int
    limit_kph: float
    seconds: float
    ring: bool


def way_tags(tags: Mapping[str, str]) -> WayTags | None:
    """Read the tags of a way; None where cars may not use it or it leads nowhere.

    A ferry counts only where cars are tagged as allowed: most ferries without such a tag carry people on foot.
    """
    highway = tags.get("highway", "")
    ferry = highway not in ROADS and tags.get("route") == "ferry"
    if not (ferry or highway in ROADS) or tags.get("area") == "yes":
        return None
    words = [tags[key] for key in ACCESS_TAGS if key in tags]
    if ferry:
        allowed = [tags[key] for key in ACCESS_TAGS[:-1] if key in tags]
        if not allowed or allowed[0] in CLOSED:
            return None
    elif (words and words[0] in CLOSED) or (highway == "service" and tags.get("service") in NOT_THROUGH):
        return None
    maxspeed = "" if ferry else tags.get("maxspeed", "")
    name = tags.get("name", "")
    return WayTags(
        highway="ferry" if ferry else highway,
        kind="ferry" if ferry else "road",
        ref=tags.get("ref", ""),
        name=name,
        maxspeed=maxspeed,
        ferry=_key(name) if ferry else "",
        direction=_direction(tags, highway),
        limit_kph=speeds.limit_kph(maxspeed) or 0.0,
        seconds=duration_seconds(tags.get("duration", "")) if ferry else 0.0,
        ring=not ferry and tags.get("junction") in ROUND,
    )


def _direction(tags: Mapping[str, str], highway: str) -> int:
    """Give 1 for one way along, -1 for against, 0 for both; motorways and roundabouts are one way unless tagged."""
    word = tags.get("oneway", "")
    if word in BACKWARD_WORDS:
        return -1
    if word in FORWARD_WORDS:
        return 1
    implied = highway == "motorway" or tags.get("junction") in ROUND
    return 1 if implied and word not in BOTH_WORDS else 0


def keeps_cars_out(tags: Mapping[str, str]) -> bool:
    """Say whether a node is a barrier that no visitor's car passes: a bollard, or a gate tagged as closed to cars."""
    barrier = tags.get("barrier", "")
    words = [tags[key] for key in ACCESS_TAGS if key in tags]
    return barrier in BLOCKS if not words else bool(barrier) and words[0] in CLOSED


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
