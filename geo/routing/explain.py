"""Why a route is as long as it is: which roads, how fast, and what of it was surveyed and what estimated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nearhome.data.base.units import METRES_PER_MILE

if TYPE_CHECKING:
    from nearhome.geo.roads.network import RoadNetwork
    from nearhome.geo.routing.routes import Route

SOURCES = {
    "hapms": "surveyed length (Highways England)",
    "openroads": "surveyed length (OS Open Roads)",
    "scgraph": "OpenStreetMap, simplified line",
    "estimate": "estimated length",
    "modelled": "length and speed modelled",
}


@dataclass(frozen=True, slots=True)
class Part:
    """All stretches of a route that share a kind of road, a number and a source."""

    road: str
    source: str
    miles: float
    minutes: float

    @property
    def mph(self) -> float:
        """The average speed; NaN for a part without length or time."""
        return 60.0 * self.miles / self.minutes if self.minutes else float("nan")


@dataclass(frozen=True, slots=True)
class Explanation:
    """A route's parts, the longest first; they add up to the route."""

    miles: float
    minutes: float
    parts: tuple[Part, ...]

    @property
    def estimated_share(self) -> float:
        """The share of the miles whose length is estimated or modelled."""
        loose = {SOURCES["estimate"], SOURCES["modelled"]}
        total = sum(part.miles for part in self.parts)
        return sum(part.miles for part in self.parts if part.source in loose) / total if total else 0.0

    def lines(self) -> list[str]:
        """One plain sentence a part."""
        return [
            f"{part.road}: {part.miles:.1f} miles in {part.minutes:.0f} minutes"
            + (f", {part.mph:.0f} mph" if np.isfinite(part.mph) else "")
            + f"; {part.source}."
            for part in self.parts
        ]


def explain(route: Route, roads: RoadNetwork) -> Explanation:
    """Say which roads of a network a route uses and on which estimates it rests."""
    edges, numbers = roads.edges, roads.edge
    sums: dict[tuple[str, str], list[float]] = {}
    for step in route.steps:
        if step.kind == "local":
            key = "Local roads", SOURCES["modelled"]
        else:
            edge = int(numbers[step.arc])
            source = edges.text("source", edge) if "source" in edges.texts else ""
            kind = {"ferry": "Ferry", "crossing": "Crossing"}.get(edges.text("kind", edge), "")
            name = edges.text("ref", edge) or edges.text("name", edge) or "A roads without a number here"
            key = f"{kind} {name}".strip(), SOURCES.get(source, source or "as the graph says")
        entry = sums.setdefault(key, [0.0, 0.0])
        entry[0] += step.metres / METRES_PER_MILE
        entry[1] += step.deciseconds / 600.0
    parts = [Part(road, source, miles, minutes) for (road, source), (miles, minutes) in sums.items() if minutes]
    parts.sort(key=lambda part: (-part.miles, part.road))
    return Explanation(route.miles, route.minutes, tuple(parts))
