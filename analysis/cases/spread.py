"""Journeys of many people taken together, against the distances that a guide gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nearhome.analysis.cases.journeys import Journey

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
