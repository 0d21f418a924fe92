"""How fast one drives: seconds for each stretch of road, from its class, carriageway and surroundings.

The speeds are averages over a stretch at ordinary daytime traffic, not limits. They start from the legal limits and
the average speeds of the Department for Transport (road congestion statistics, England: about 58 mph on the strategic
network, 24 mph on local A roads, of which about 18 mph in towns and 35 mph outside) and are calibrated, with what
traffic costs, on half of 1,000 reference drive times, by the least absolute error of the logarithm and a pull towards
those of before; ``benchmarks/accuracy.py`` prints both halves. The drives were chosen to last 25 to 52 minutes, which
makes the far ones among them quick and the near ones slow: rural motorways and dual carriageways are rounded up for
it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nearhome.data.base import steady

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from nearhome.geo.roads.edges import Edges

MILES_PER_KM = 0.621371
"""The factor that Help with Prison Visits uses too."""


@dataclass(frozen=True, slots=True)
class SpeedModel:
    """Average speeds in km/h, the delay at a junction in seconds, how crooked streets are, and what traffic costs.

    ``link`` speeds are those of the modelled local roads, ``local`` those of the way from a door to the roads.
    """

    motorway_rural_kph: float = 97.0
    motorway_urban_kph: float = 88.5
    dual_rural_kph: float = 80.0
    dual_urban_kph: float = 64.5
    single_rural_kph: float = 66.0
    single_urban_kph: float = 48.5
    dense_kph: float = 39.0
    link_rural_kph: float = 52.0
    link_urban_kph: float = 29.5
    link_dense_kph: float = 24.0
    local_rural_kph: float = 43.0
    local_urban_kph: float = 26.5
    junction_seconds: float = 4.5
    detour: float = 1.3
    """Local streets' length over crow distance: 1.2 to 1.4 in the literature on circuity (not calibrated)."""
    busy_region: float = 0.21
    busy_centre: float = 0.4
    """How much longer a stretch takes for each e-fold of postcodes around it over ``QUIET_REGION`` on motorways, and
    over ``QUIET_CENTRE`` on all other roads: traffic, which is densest around London and in the middle of cities."""


QUIET_REGION, QUIET_CENTRE = 10.0, 150.0
"""Postcodes for each square kilometre, within some 20 km and some 3 km, up to which traffic is as anywhere."""

DEFAULT = SpeedModel()

OSM_KPH: Mapping[str, tuple[float, float]] = {
    "motorway": (105, 100),
    "motorway_link": (75, 60),
    "trunk": (90, 55),
    "trunk_link": (62, 48),
    "primary": (90, 46),
    "primary_link": (62, 48),
    "secondary": (75, 50),
    "secondary_link": (62, 48),
    "tertiary": (56, 42),
    "tertiary_link": (50, 38),
    "unclassified": (55, 31),
    "residential": (40, 29),
    "living_street": (15, 12),
    "service": (20, 15),
    "road": (40, 29),
    "winter_road": (20, 20),
    "ice_road": (15, 15),
    "track": (25, 20),
    "pedestrian": (10, 10),
    "footway": (10, 10),
    "path": (10, 10),
    "cycleway": (10, 10),
    "bridleway": (10, 10),
    "ferry": (20, 20),
}
"""Average speeds between junctions by OpenStreetMap highway tag, in the country and in towns, km/h.

Where a limit is tagged it is the speed, up to the speed of the class in the country: cars in free flow keep close to it
on all but the narrow roads (general knowledge of the Department for Transport's vehicle speed statistics, unverified).
The rest, with the delays below, was fitted to OSRM and Valhalla in Newport and rounded by hand; their times lie a
quarter apart, and these come out between them (``benchmarks/newport.py``). No drive was measured. Tracks and paths,
where cars are let in at all, are estimates."""

OSM_SPEEDS_KPH: Mapping[str, float] = {
    highway: 2.0 / (1.0 / country + 1.0 / town) for highway, (country, town) in OSM_KPH.items()
}
"""The same for graphs whose surroundings are not known: half country, half town."""

TOWN_KM_PER_KM2 = 5.0, 9.0
"""Kilometres of public road per square kilometre around: the country's figure and the town's, in between a share."""

RING_KPH = 40.0
"""Nobody drives faster round a roundabout."""


@dataclass(frozen=True, slots=True)
class Delays:
    """Seconds lost at junctions drawn in OpenStreetMap, besides the driving.

    ``signal`` at each node of traffic lights, of which one junction often has several; ``ring`` on entering and on
    leaving a roundabout; ``give_way`` on leaving or joining a larger road; ``crossing`` on passing where three or more
    roads of a class meet, or on the largest of them; ``mini`` at a mini-roundabout; ``yard`` at the mouth of a service
    road.
    """

    signal_seconds: float = 1.5
    ring_seconds: float = 1.0
    give_way_seconds: float = 1.0
    crossing_seconds: float = 0.5
    mini_seconds: float = 3.0
    yard_seconds: float = 0.5


OSM_DELAYS = Delays()
NO_DELAYS = Delays(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def osm_kph(
    country: NDArray[np.float64], town: NDArray[np.float64], limit: NDArray[np.float64], town_share: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Give average speeds by class, surroundings and tagged limit, and whether the limit decides each.

    Parameters
    ----------
    country, town
        The class's speeds in open country and in towns, km/h (``OSM_KPH``).
    limit
        Tagged limits, km/h; 0 for none.
    town_share
        How much of each road is in towns, 0 to 1; counts only where no limit is tagged.
    """
    tagged = (limit > 0) & (limit <= country)
    imputed = np.where(limit > 0, country, 1.0 / ((1.0 - town_share) / country + town_share / town))
    return np.where(tagged, limit, imputed), tagged


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
    dense = np.minimum(edges.dense_percent / 100.0, urban)
    km = edges.metres / 1000.0
    motorway, local = edges.is_("road_class", "motorway"), edges.is_("kind", "local")
    kinds = [motorway, local, edges.is_("carriageway", "dual")]
    rural = np.select(
        kinds, [model.motorway_rural_kph, model.link_rural_kph, model.dual_rural_kph], model.single_rural_kph
    )
    town = np.select(
        kinds, [model.motorway_urban_kph, model.link_urban_kph, model.dual_urban_kph], model.single_urban_kph
    )
    dual_dense = 2.0 / (1.0 / model.dual_urban_kph + 1.0 / model.dense_kph)
    centre = np.select(kinds, [model.motorway_urban_kph, model.link_dense_kph, dual_dense], model.dense_kph)
    seconds = 3600.0 * km * ((1 - urban) / rural + (urban - dense) / town + dense / centre)
    seconds *= 1.0 + np.where(
        motorway,
        model.busy_region * _busy(edges.region_per_km2, QUIET_REGION),
        model.busy_centre * _busy(edges.centre_per_km2, QUIET_CENTRE),
    )
    seconds += model.junction_seconds * edges.junctions
    seconds = np.where(edges.is_("kind", "ferry"), edges.ferry_seconds + edges.wait_seconds, seconds)
    return np.maximum(np.round(10.0 * seconds), 1).astype(np.int64)


def _busy(per_km2: NDArray[np.int64] | None, quiet: float) -> NDArray[np.float64]:
    """Say how many e-folds of postcodes lie around over those of a quiet place; 0 where fewer do, or nobody counted."""
    if per_km2 is None:
        return np.zeros(1)
    of_count = steady.log(np.maximum(np.arange(per_km2.max(initial=0) + 1) / quiet, 1.0))
    return np.asarray(of_count[per_km2])


def local_seconds_per_metre(urban_share: NDArray[np.float64], model: SpeedModel = DEFAULT) -> NDArray[np.float64]:
    """Compute the seconds that a metre of crow distance takes on local streets, detour included."""
    hours_per_km = (1 - urban_share) / model.local_rural_kph + urban_share / model.local_urban_kph
    return model.detour * hours_per_km * 3.6
