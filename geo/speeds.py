"""How fast one drives: seconds for each stretch of road, from its class, carriageway and surroundings.

The speeds are averages over a stretch at ordinary daytime traffic, not limits. They start from the legal limits and the
average speeds of the Department for Transport (road congestion statistics, England: about 58 mph on the strategic
network, 24 mph on local A roads, of which about 18 mph in towns and 35 mph outside) and ten of them are calibrated on
half of 1,000 reference drive times by the median ratio; ``benchmarks/accuracy.py`` prints both halves.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from nearhome.geo.network import Edges

MILES_PER_KM = 0.621371
"""The factor that Help with Prison Visits uses too."""


@dataclass(frozen=True, slots=True)
class SpeedModel:
    """Average speeds in km/h, the delay at a junction in seconds, and how crooked local streets are."""

    motorway_rural_kph: float = 93.0
    motorway_urban_kph: float = 76.5
    dual_rural_kph: float = 80.5
    dual_urban_kph: float = 58.5
    single_rural_kph: float = 72.0
    single_urban_kph: float = 49.0
    dense_kph: float = 32.0
    local_rural_kph: float = 46.5
    local_urban_kph: float = 26.5
    junction_seconds: float = 4.5
    detour: float = 1.3
    """Local streets' length over crow distance: 1.2 to 1.4 in the literature on circuity (not calibrated)."""


DEFAULT = SpeedModel()

OSM_SPEEDS_KPH: Mapping[str, float] = {
    "motorway": 100,
    "motorway_link": 70,
    "trunk": 75,
    "trunk_link": 50,
    "primary": 55,
    "primary_link": 40,
    "secondary": 48,
    "secondary_link": 38,
    "tertiary": 42,
    "tertiary_link": 35,
    "unclassified": 38,
    "residential": 28,
    "living_street": 15,
    "service": 18,
    "road": 30,
    "ferry": 20,
}
"""Average speeds by OpenStreetMap highway tag, for graphs that bring no travel times: about the averages of the model
above; tagged limits are capped by them because an average lies below a limit."""


def deciseconds(edges: Edges, model: SpeedModel = DEFAULT) -> NDArray[np.int64]:
    """Compute how long each edge takes, in tenths of a second, at least one.

    Parameters
    ----------
    edges
        The edges of the shipped network.
    model
        The speeds to use.

    Returns
    -------
    One whole number an edge. Ferries take their crossing and their wait.
    """
    urban = edges.urban_percent / 100.0
    dense = edges.dense_percent / 100.0
    km = edges.metres / 1000.0
    is_motorway = edges.is_("road_class", "motorway")
    is_dual = edges.is_("carriageway", "dual") & ~is_motorway
    rural = np.select([is_motorway, is_dual], [model.motorway_rural_kph, model.dual_rural_kph], model.single_rural_kph)
    town = np.select([is_motorway, is_dual], [model.motorway_urban_kph, model.dual_urban_kph], model.single_urban_kph)
    centre = np.select(
        [is_motorway, is_dual],
        [model.motorway_urban_kph, (model.dual_urban_kph + model.dense_kph) / 2.0],
        model.dense_kph,
    )
    seconds = 3600.0 * km * ((1 - urban) / rural + (urban - dense) / town + dense / centre)
    seconds += model.junction_seconds * edges.junctions
    seconds = np.where(edges.is_("kind", "ferry"), edges.ferry_seconds + edges.wait_seconds, seconds)
    return np.maximum(np.round(10.0 * seconds), 1).astype(np.int64)


def local_seconds_per_metre(urban_share: NDArray[np.float64], model: SpeedModel = DEFAULT) -> NDArray[np.float64]:
    """Compute the seconds that a metre of crow distance takes on local streets, detour included."""
    hours_per_km = (1 - urban_share) / model.local_rural_kph + urban_share / model.local_urban_kph
    return model.detour * hours_per_km * 3.6


def limit_kph(tag: str) -> float | None:
    """Read a ``maxspeed`` tag in km/h: ``30 mph``, ``50``, ``GB:nsl_single``; None where it says no speed.

    National speed limits: 60 mph on single, 70 mph on dual carriageways and motorways (Highway Code, rule 124).
    """
    national = {"GB:nsl_single": 60.0, "GB:nsl_dual": 70.0, "GB:motorway": 70.0, "GB:nsl_restricted": 30.0}
    if tag in national:
        return national[tag] / MILES_PER_KM
    found = _LIMIT.match(tag)
    number = float(found["number"]) if found else 0.0
    if number == 0:
        return None
    return number / MILES_PER_KM if found and found["mph"] else number


_LIMIT = re.compile(r"\s*(?P<number>\d+(\.\d+)?)\s*(?P<mph>mph)?")
