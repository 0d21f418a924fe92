"""Surfaces: how fast a car goes at most on what is not smooth and hard, and what it cannot drive on at all."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SURFACE_KPH: Mapping[str, Mapping[str, float]] = {
    "surface": {
        **dict.fromkeys(("compacted", "fine_gravel", "paving_stones", "metal", "bricks"), 60.0),
        **dict.fromkeys(("gravel", "unpaved", "pebblestone", "grass_paver", "wood", "sett"), 40.0),
        **dict.fromkeys(("cobblestone", "unhewn_cobblestone", "ground", "dirt", "grass", "clay"), 30.0),
        **dict.fromkeys(("earth", "stone", "rock", "sand"), 20.0),
        "mud": 10.0,
    },
    "tracktype": {"grade1": 60.0, "grade2": 40.0, "grade3": 30.0, "grade4": 25.0, "grade5": 20.0},
    "smoothness": {"bad": 40.0, "very_bad": 20.0, "horrible": 10.0, "very_horrible": 5.0, "impassable": 0.0},
}
"""Of the order of what OSRM and GraphHopper take; estimates. What is not named slows nobody down."""


def most_kph(tags: Mapping[str, str]) -> float:
    """Give how fast a car goes at most for the surface, km/h: 0 where it cannot, infinite where nothing is tagged."""
    return min((kphs.get(tags.get(key, ""), math.inf) for key, kphs in SURFACE_KPH.items()), default=math.inf)
