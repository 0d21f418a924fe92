"""Journeys from the towns of an area to prisons, all at once: miles, minutes, what they cost and what may come back.

The quickest ways come from one matrix. Which of the charged bridges and ferries each of them uses comes from a second
one over the same times, in which every edge's length is a code of the crossing on it, so that no route has to be drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from nearhome.analysis.costs import car
from nearhome.analysis.costs import cost as visit_cost
from nearhome.analysis.help_with_visits import scheme
from nearhome.analysis.visits.day import LEAD_MINUTES
from nearhome.analysis.visits.options import SESSION_MINUTES, food_lines
from nearhome.data.base.coordinates import crow_miles
from nearhome.data.base.units import METRES_PER_MILE
from nearhome.geo.routing.router import Router

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from nearhome.analysis.costs.cost import Cost
    from nearhome.analysis.costs.party import Party
    from nearhome.data.base.arrays import Ints
    from nearhome.data.prisons.register import Prison
    from nearhome.geo.places.areas import WeightedTown
    from nearhome.geo.roads.network import RoadNetwork


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
    towns, prisons
        The two ends: a row for each town, a column for each prison.
    nation
        Where the towns are, for the rules of Help with Prison Visits.
    party
        Who travels.
    as_of
        The day whose prices and rates hold.
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
    """Say which tolls and ferries each quickest way uses: bit ``i`` of a cell is set where it uses ``keys[i]``.

    Parameters
    ----------
    roads
        The road network.
    towns, prisons
        The two ends: a row for each town, a column for each prison.
    keys
        Tariff keys of tolls and ferries, at most six.
    """
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
    cost = car.car_cost(
        return_miles=road_miles,
        tolls=visit_cost.there_and_back(visit_cost.Crossing(key, "E") for key in keys if key not in ferries),
        ferries=visit_cost.there_and_back(visit_cost.Crossing(key, "E", sea) for key, sea in ferries.items()),
        party=party,
        as_of=as_of,
    )
    back = scheme.estimate(
        return_miles=road_miles,
        visitor_nation=nation,
        prison_nation=prison.nation,
        party=party,
        away_minutes=2.0 * minutes + LEAD_MINUTES + SESSION_MINUTES,
        out_of_pocket=cost,
        as_of=as_of,
    )
    crow = crow_miles(town.lat, town.lon, prison.lat, prison.lon)
    cost = visit_cost.Cost((*cost.lines, *food_lines(back)))
    return Journey(town, prison, miles, minutes, crow, cost, back.pence)


def _edges_of(roads: RoadNetwork, key: str) -> NDArray[np.bool_]:
    return roads.edges.is_("toll", key) | roads.edges.is_("ferry", key)


def _sea_miles(roads: RoadNetwork, key: str) -> float:
    return float(roads.edges.metres[roads.edges.is_("ferry", key)].max()) / METRES_PER_MILE


NEAR_MILES, FAR_MILES = 80.0, 180.0
"""From Cornwall to the prisons its people are held in, SCIE guide of 2008: one way; it does not say how measured."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Averages over people and the shares of journeys below, within and above 80 to 180 road miles.

    Miles and minutes are one way; money is for the party, there and back. ``crow_within`` is the share within 80 to 180
    miles in a straight line.
    """

    lowest_miles: float
    highest_miles: float
    miles: float
    minutes: float
    low_pence: float
    pence: float
    high_pence: float
    help_pence: float | None
    """None where no rate of the day has a source."""
    below: float
    within: float
    above: float
    crow_within: float


def is_within(miles: float) -> bool:
    """Say whether a distance lies in the guide's 80 to 180 miles."""
    return NEAR_MILES <= miles <= FAR_MILES


def spread_of(weighted: Sequence[tuple[Journey, float]]) -> Spread:
    """Sum journeys up by their weights, of which some must be above zero."""
    whole = sum(weight for _, weight in weighted)

    def average(values: Iterable[float]) -> float:
        return sum(value * weight for value, (_, weight) in zip(values, weighted, strict=True)) / whole

    known = [each.help_pence for each, _ in weighted if each.help_pence is not None]
    return Spread(
        lowest_miles=min(each.miles for each, _ in weighted),
        highest_miles=max(each.miles for each, _ in weighted),
        miles=average(each.miles for each, _ in weighted),
        minutes=average(each.minutes for each, _ in weighted),
        low_pence=average(each.cost.low_pence for each, _ in weighted),
        pence=average(each.cost.pence for each, _ in weighted),
        high_pence=average(each.cost.high_pence for each, _ in weighted),
        help_pence=average(known) if len(known) == len(weighted) else None,
        below=average(each.miles < NEAR_MILES for each, _ in weighted),
        within=average(is_within(each.miles) for each, _ in weighted),
        above=average(each.miles > FAR_MILES for each, _ in weighted),
        crow_within=average(is_within(each.crow_miles) for each, _ in weighted),
    )
