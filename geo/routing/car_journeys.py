"""Journeys as people make them: from a door to a prison and back, in legs with names, with a low and a high."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Literal

from nearhome.data.base import coordinates
from nearhome.data.base.units import METRES_PER_MILE as MILES
from nearhome.geo.routing.router import Router
from nearhome.geo.routing.routes import Route

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nearhome.data.base.coordinates import Point
    from nearhome.geo.routing.routes import RouteStep

LOW_SHARE = 0.885
HIGH_SHARE = 1.15
"""Eight in ten reference journeys took between these shares of the estimate (``benchmarks/accuracy.py``, 27 November
2026: the tenth and ninetieth percentile of estimate over reference, 1.13 and 0.87, turned round)."""

SHORT_METRES = 800.0
"""A stretch shorter than this between two of the same road is a junction of it, not a road that anybody names."""

Heading = Literal["N", "E", "S", "W"]
_Name = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class RoadLeg:
    """A part of a journey under one name: ``kind`` is local, road, crossing or ferry.

    ``toll`` and ``ferry`` are tariff keys, empty where nothing is charged; ``heading`` is the way it is passed.
    """

    kind: str
    name: str
    miles: float
    minutes: float
    toll: str
    ferry: str
    heading: Heading


@dataclass(frozen=True, slots=True)
class CarJourney:
    """There and back by car.

    Miles and minutes are one way, there; ``return_minutes`` and ``return_miles`` are there and back together.
    ``road_miles`` leaves out the sea.
    """

    crow_miles: float
    miles: float
    minutes: float
    minutes_low: float
    minutes_high: float
    return_minutes: float
    return_miles: float
    return_road_miles: float
    legs: tuple[RoadLeg, ...]
    legs_back: tuple[RoadLeg, ...]
    line: tuple[tuple[float, float], ...]
    local_lines: tuple[tuple[tuple[float, float], ...], ...]
    """The stretches of ``line`` on local roads that are modelled: no road is known to run just there."""


def by_car(origin: Point, destination: Point, router: Router | None = None) -> CarJourney:
    """Work out the quickest journey by car, there and back.

    Parameters
    ----------
    origin, destination
        Places with ``lat`` and ``lon``, EPSG:4326.
    router
        The road network; the shipped one if none is given.

    Raises
    ------
    NoRouteError
        When no road or car ferry joins the two.
    """
    roads = router or Router.shipped()
    there, back = roads.route(origin, destination), roads.route(destination, origin)
    legs, legs_back = tuple(_legs(roads, there)), tuple(_legs(roads, back))
    sea = sum(leg.miles for leg in (*legs, *legs_back) if leg.kind == "ferry")
    return_miles = there.miles + back.miles
    return CarJourney(
        crow_miles=coordinates.crow_miles(origin.lat, origin.lon, destination.lat, destination.lon),
        miles=there.miles,
        minutes=there.minutes,
        minutes_low=LOW_SHARE * there.minutes,
        minutes_high=HIGH_SHARE * there.minutes,
        return_minutes=there.minutes + back.minutes,
        return_miles=return_miles,
        return_road_miles=return_miles - sea,
        legs=legs,
        legs_back=legs_back,
        line=there.line,
        local_lines=tuple(_local_lines(there)),
    )


def _local_lines(route: Route) -> Iterator[tuple[tuple[float, float], ...]]:
    """Give the stretches of a route on modelled local roads, each as one line."""
    for kind, steps in groupby(route.steps, key=attrgetter("kind")):
        if kind == "local":
            yield Route(0, 0, tuple(steps)).line


def _legs(router: Router, route: Route) -> Iterator[RoadLeg]:
    """Join steps of the same name; short pieces of road between two of the same road belong to it."""
    named = _smoothed([(step, _name(router, step)) for step in route.steps if step.metres or step.deciseconds])
    at = 0
    while at < len(named):
        kind, name, toll, ferry = named[at][1]
        end = at + 1
        while end < len(named) and named[end][1] == named[at][1] and kind != "ferry":
            end += 1
        steps = [step for step, _ in named[at:end]]
        yield RoadLeg(
            kind=kind,
            name=name,
            miles=sum(step.metres for step in steps) / MILES,
            minutes=sum(step.deciseconds for step in steps) / 600.0,
            toll=toll,
            ferry=ferry,
            heading=_heading(steps[0].line[0], steps[-1].line[-1]),
        )
        at = end


def _smoothed(named: list[tuple[RouteStep, _Name]]) -> list[tuple[RouteStep, _Name]]:
    """Give short pieces of road between two of the same road its name."""
    runs = [list(run) for _, run in groupby(named, key=itemgetter(1))]
    for before, run, after in zip(runs, runs[1:], runs[2:], strict=False):
        names = before[-1][1], run[0][1], after[0][1]
        short = sum(step.metres for step, _ in run) < SHORT_METRES
        if short and names[0] == names[2] and names[0][0] == names[1][0] == "road":
            run[:] = [(step, names[0]) for step, _ in run]
    return [pair for run in runs for pair in run]


def _name(router: Router, step: RouteStep) -> _Name:
    """Give kind, name, toll key and ferry key of a step."""
    if step.kind == "local":
        return "local", "local roads", "", ""
    edges, edge = router.network.edges, int(router.network.edge[step.arc])
    toll, ferry = edges.text("toll", edge), edges.text("ferry", edge)
    if ferry:
        return "ferry", edges.text("name", edge) or ferry, toll, ferry
    if toll:
        return "crossing", edges.text("name", edge) or toll, toll, ""
    return "road", edges.text("ref", edge) or edges.text("name", edge) or "A roads", "", ""


def _heading(start: tuple[float, float], end: tuple[float, float]) -> Heading:
    """Give the compass point a leg is mostly headed for."""
    north = end[0] - start[0]
    east = (end[1] - start[1]) * math.cos(math.radians(start[0]))
    if abs(north) > abs(east):
        return "N" if north > 0 else "S"
    return "E" if east > 0 else "W"
