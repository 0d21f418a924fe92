"""Journeys from the towns of an area to prisons, all at once: miles, minutes, what they cost and what may come back.

The quickest ways come from one matrix. Which of the charged bridges and ferries each of them uses comes from a second
one over the same times, in which every edge's length is a code of the crossing on it, so that no route has to be drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from nearhome.analysis import costs, help_with_visits
from nearhome.analysis.options import SESSION_MINUTES, food_lines
from nearhome.analysis.visit_day import LEAD_MINUTES
from nearhome.data.grid import crow_miles
from nearhome.geo.routing import Router

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from nearhome.analysis.costs import Cost
    from nearhome.analysis.party import Party
    from nearhome.data.prisons import Prison
    from nearhome.geo.areas import WeightedTown
    from nearhome.geo.network import RoadNetwork

    Ints = NDArray[np.int64]

METRES_PER_MILE = 1609.344
CODE_BITS = 16
"""Codes lie above the metres of local streets at both ends, which add up to less than 65 km."""
MOST_KEYS = 6
"""The router's weight holds 22 bits of metres."""


@dataclass(frozen=True, slots=True)
class Journey:
    """One town to one prison: miles and minutes one way, money for the party there and back."""

    town: WeightedTown
    prison: Prison
    miles: float
    minutes: float
    crow_miles: float
    cost: Cost
    help_pence: int | None
    """What Help with Prison Visits may pay back; None where no rate of that day has a source."""


def between(
    towns: Sequence[WeightedTown],
    prisons: Sequence[Prison],
    *,
    nation: str,
    party: Party,
    as_of: date,
    crossings: Sequence[str],
    router: Router | None = None,
) -> list[list[Journey | None]]:
    """Work out every journey by car, a row for each town; None where no road or car ferry leads there.

    The way back takes what the way there takes: the shipped network is the same both ways.

    Parameters
    ----------
    nation
        Where the towns are, for the rules of Help with Prison Visits.
    crossings
        Tariff keys of the tolls and ferries that journeys may use, at most six.
    router
        The road network; the shipped one if none is given.

    Raises
    ------
    DateError
        A price is not known so early.
    """
    roads = router or Router.shipped()
    matrix = roads.matrix(towns, prisons)
    used = crossings_used(roads.network, towns, prisons, crossings)
    return [
        [
            None
            if np.isnan(matrix.minutes[row, column])
            else _journey(
                (town, prison),
                (float(matrix.miles[row, column]), float(matrix.minutes[row, column])),
                [key for bit, key in enumerate(crossings) if int(used[row, column]) >> bit & 1],
                roads.network,
                nation=nation,
                party=party,
                as_of=as_of,
            )
            for column, prison in enumerate(prisons)
        ]
        for row, town in enumerate(towns)
    ]


def crossings_used(
    roads: RoadNetwork, towns: Sequence[WeightedTown], prisons: Sequence[Prison], keys: Sequence[str]
) -> Ints:
    """Say which tolls and ferries each quickest way uses: bit ``i`` of a cell is set where it uses ``keys[i]``."""
    if len(keys) > MOST_KEYS:
        msg = f"At most {MOST_KEYS} crossings can be told apart at once, and {len(keys)} were given."
        raise ValueError(msg)
    codes = np.zeros_like(roads.edges.metres)
    for bit, key in enumerate(keys):
        codes[_edges_of(roads, key)] = 1 << (CODE_BITS + bit)
    coded = Router(replace(roads, edges=replace(roads.edges, metres=codes)))
    sums = np.nan_to_num(coded.matrix(towns, prisons).miles * METRES_PER_MILE)
    return np.round(sums).astype(np.int64) >> CODE_BITS


def _journey(
    ends: tuple[WeightedTown, Prison],
    way: tuple[float, float],
    keys: Sequence[str],
    roads: RoadNetwork,
    *,
    nation: str,
    party: Party,
    as_of: date,
) -> Journey:
    town, prison = ends
    miles, minutes = way
    ferries = {key: _sea_miles(roads, key) for key in keys if roads.edges.is_("ferry", key).any()}
    road_miles = 2.0 * (miles - sum(ferries.values()))
    cost = costs.car_cost(
        return_miles=road_miles,
        tolls=costs.there_and_back(costs.Crossing(key, "E") for key in keys if key not in ferries),
        ferries=costs.there_and_back(costs.Crossing(key, "E", sea) for key, sea in ferries.items()),
        party=party,
        as_of=as_of,
    )
    back = help_with_visits.estimate(
        return_miles=road_miles,
        visitor_nation=nation,
        prison_nation=prison.country,
        party=party,
        away_minutes=2.0 * minutes + LEAD_MINUTES + SESSION_MINUTES,
        out_of_pocket=cost,
        as_of=as_of,
    )
    crow = crow_miles(town.lat, town.lon, prison.lat, prison.lon)
    cost = costs.Cost((*cost.lines, *food_lines(back)))
    return Journey(town, prison, miles, minutes, crow, cost, back.pence)


def _edges_of(roads: RoadNetwork, key: str) -> NDArray[np.bool_]:
    return roads.edges.is_("toll", key) | roads.edges.is_("ferry", key)


def _sea_miles(roads: RoadNetwork, key: str) -> float:
    return float(roads.edges.metres[roads.edges.is_("ferry", key)].max()) / METRES_PER_MILE
