"""Who may drive where: the access tags of ways, of their directions, and of nodes, read for a visitor's car.

Both lists are of what opens. A word that is on neither closes, whether it names another vehicle (``psv``, ``forestry``)
or nothing known: a road wrongly left out costs a detour, a road wrongly taken a locked gate.
"""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from nearhome.geo.roads.no_through import ACCESS_ONLY_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping

ACCESS_KEYS = ("motorcar", "motor_vehicle", "vehicle", "access")
"""From the most to the least particular: the first that is tagged decides."""

MOTOR_KEYS = ACCESS_KEYS[:-1]
"""Those that speak of vehicles."""

OPEN_WORDS = frozenset(
    {"yes", "permissive", "designated", "public", "true", "1", "hov", "motorcar", "motor_vehicle", "vehicle"}
)
"""Words that let every car through. A family of two or more may use a lane for ``hov``."""

SUFFIXES = ("forward", "backward")


class Access(IntEnum):
    """What a car may do: the more the greater. ``ONLY`` is to get to a place on the road, and not through it."""

    CLOSED = 0
    ONLY = 1
    OPEN = 2


@lru_cache(maxsize=4096)
def meaning(value: str) -> Access:
    """Read the value of an access tag: of several words (``yes;forestry``) the one that lets most counts.

    Capitals count as small letters.
    """
    words = {word.strip() for word in value.casefold().split(";")}
    if words & OPEN_WORDS:
        return Access.OPEN
    return Access.ONLY if words & ACCESS_ONLY_WORDS else Access.CLOSED


def tagged(tags: Mapping[str, str], keys: tuple[str, ...] = ACCESS_KEYS) -> Access | None:
    """Give what the most particular of some access tags says; None where none of them is there."""
    return next((meaning(tags[key]) for key in keys if key in tags), None)


def by_direction(tags: Mapping[str, str], keys: tuple[str, ...] = ACCESS_KEYS) -> tuple[Access | None, Access | None]:
    """Give what the access tags of a way say along it and against it; None where they say nothing.

    ``motorcar`` counts before ``motor_vehicle``, and so on; of one key that of the direction (``vehicle:backward``)
    before the other.
    """
    along, against = (
        next((meaning(tags[each]) for key in keys for each in (f"{key}:{suffix}", key) if each in tags), None)
        for suffix in SUFFIXES
    )
    return along, against
