"""Barriers and other nodes on a road: what lets a visitor's car through.

The list is of what lets through, so that the filters of low-traffic neighbourhoods (planters, bus traps, sump busters,
chains) and whatever comes next keep cars out without being named. An access tag of the node decides before its kind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nearhome.geo.osm import sizes
from nearhome.geo.osm.access import Access, tagged

if TYPE_CHECKING:
    from collections.abc import Mapping

LETS_THROUGH = frozenset(
    {
        "no",
        "entrance",
        "gate",
        "lift_gate",
        "swing_gate",
        "sliding_gate",
        "bump_gate",
        "hampshire_gate",
        "cattle_grid",
        "toll_booth",
        "border_control",
        "checkpoint",
        "sally_port",
        "height_restrictor",
        "width_restrictor",
        "arch",
        "coupure",
    }
)
"""Barriers that a car passes. Rising bollards are not among them: in the United Kingdom they let buses, residents and
deliveries into a street, and no visitor has what makes them sink."""

FLAT_KERBS = frozenset({"lowered", "flush", "no"})

AUDIBLE = frozenset({"audible", "audio"})
"""Fences that keep livestock by sound alone."""

NODE_KEYS = frozenset({"barrier", "motorcar", "motor_vehicle", "vehicle", "access"})
"""A node without any of these lets everybody through."""


def passage(tags: Mapping[str, str]) -> Access:
    """Say whether a visitor's car passes a node of a road."""
    said = tagged(tags)
    if said is not None:
        return said
    barrier = tags.get("barrier", "")
    if barrier and not (_lets_through(barrier, tags) and tags.get("locked") != "yes" and sizes.fits(tags)[0]):
        return Access.CLOSED
    return Access.OPEN


def _lets_through(barrier: str, tags: Mapping[str, str]) -> bool:
    if barrier == "kerb":
        return tags.get("kerb") in FLAT_KERBS or tags.get("highway") == "crossing"
    return barrier in LETS_THROUGH or (barrier == "fence" and tags.get("sensory") in AUDIBLE)
