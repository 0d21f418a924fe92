"""The classes of the map of change: how much shorter or longer an authority's journeys would be.

Blue is better and orange worse, and the darker the more, with words for each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nearhome.analysis.reports.tables import Mark
from nearhome.app.pages.shared.looks import Look
from nearhome.data.places import areas as area_finder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nearhome.app.pages.placement.result import Result

LOOKS: Final = (
    Look("far_better", "Shorter by an hour or more", "#0b4f8a"),
    Look("much_better", "Shorter by half an hour to an hour", "#4f94cd"),
    Look("better", "Shorter by 10 to 30 minutes", "#b5d3ec"),
    Look("same", "Less than 10 minutes either way", "#f3f2f1"),
    Look("worse", "Longer by 10 to 30 minutes", "#f7c07e"),
    Look("much_worse", "Longer by half an hour or more", "#c4570d"),
    Look("hidden", "Too few people to say", "#ffffff"),
)
LITTLE, SOME, MUCH = 10, 30, 60
"""Minutes of the mean journey, one way. Less than the first is not told from the noise of the model."""

MARGIN_DEGREES: Final = 0.2


def classes(result: Result) -> dict[str, str]:
    """Return the class of each home authority, by its ONS code."""
    table = result.tables["by_authority"]
    return {
        str(code): "hidden" if isinstance(change, Mark) else class_of(float(change))
        for code, change in zip(table.values("authority"), table.values("minutes_change"), strict=True)
    }


def class_of(minutes: float) -> str:
    """Return the class of a change of the mean journey; fewer minutes are better."""
    size = abs(minutes)
    if size < LITTLE:
        return "same"
    if minutes > 0:
        return "worse" if size < SOME else "much_worse"
    return "better" if size < SOME else "much_better" if size < MUCH else "far_better"


def counts(found: Mapping[str, str]) -> dict[str, int]:
    """Return how many authorities each class has."""
    every = list(found.values())
    return {look.key: every.count(look.key) for look in LOOKS}


def bounds(codes: Iterable[str]) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the corners, south-west and north-east, that hold the middles of the authorities, EPSG:4326."""
    some = [area_finder.authority(code) for code in codes]
    lats, lons = [each.lat for each in some], [each.lon for each in some]
    return (
        (min(lats) - MARGIN_DEGREES, min(lons) - MARGIN_DEGREES),
        (max(lats) + MARGIN_DEGREES, max(lons) + MARGIN_DEGREES),
    )
