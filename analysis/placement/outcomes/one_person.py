"""The prisons for one person: what each would mean for the family, and why the others are excluded. A person decides.

The journey is from the place given, not the mean of its authority. Free places, and which kinds of people a prison may
hold, are as at a scenario's start (``setup``), and so as modelled as that is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from nearhome.analysis.placement.scenarios import burden, rules, setup, visits
from nearhome.analysis.placement.scenarios import plan as scenario_plan
from nearhome.analysis.placement.solver import baselines, ranking, solve
from nearhome.data.base import coordinates
from nearhome.data.errors import InputError
from nearhome.data.places import postcodes
from nearhome.geo.routing.router import Router
from nearhome.geo.transit import sectors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nearhome.analysis.placement.scenarios.burden import PrisonSite, Ways
    from nearhome.analysis.placement.scenarios.people import PeopleKind
    from nearhome.analysis.placement.scenarios.schema import Journeys, Scenario
    from nearhome.analysis.placement.scenarios.setup import ScenarioStart
    from nearhome.geo.places.find import Place

HOME = "this family's home"


@dataclass(frozen=True, slots=True)
class Person:
    """Who is to be placed: words of ``cohorts.Cohort``; ``category`` is none before sentence."""

    sex: str
    age: str
    status: str
    category: str


@dataclass(frozen=True, slots=True)
class Prospect:
    """One prison for one person.

    Attributes
    ----------
    minutes_car, minutes_public, miles
        One way, NaN where no way is known; ``miles`` by road.
    pence
        A visit, there and back for the party, as the family travels; ``night`` says whether one is needed.
    free
        Places that nobody has: today, or in the scenario's plan.
    others
        What others would bear more for a place there, in the objective's unit; NaN without a plan.
    excluded
        Why not, a sentence each; empty if possible.
    """

    prison: str
    name: str
    minutes_car: float
    minutes_public: float
    miles: float
    pence: float
    night: bool
    free: int
    others: float
    excluded: tuple[str, ...]


def rank(
    place: Place, person: Person, scenario: Scenario, *, has_car: bool = True, planned: bool = False
) -> list[Prospect]:
    """Rank every prison of a scenario for a person: those possible first, then by the scenario's burden.

    Parameters
    ----------
    place
        Where the family lives.
    person
        Who is to be placed.
    scenario
        What gives the day, the prison system, the burden and the rules.
    has_car
        Whether the family goes by car; else by public transport.
    planned
        Whether the scenario's plan is worked out first, so that ``free`` and ``others`` are of the plan.

    Raises
    ------
    InputError
        Nobody like that is held in this system.
    """
    start = setup.set_up(scenario)
    kind = _kind(start, person)
    ways = _ways(place, start.spots, scenario.journeys)
    costed = burden.by_car if has_car else burden.by_public_transport
    visit = costed(ways, start.spots, scenario.visits, scenario.as_of, scenario.nation)
    counted = visits.counted(scenario.objective, visit)
    known = start.instance
    alone = rules.Groups(
        scenario.as_of,
        (start.kinds[kind],),
        (place.authority_code or "",),
        ways.minutes_car,
        np.zeros((1, len(known.prisons)), np.int64),
    )
    forbidden = rules.forbidden(scenario.rules.remand_nearest, scenario.moves, known, alone)
    wider = replace(
        known,
        homes=(*known.homes, HOME),
        burden=np.vstack([known.burden, counted]),
        home=np.append(known.home, len(known.homes)),
        cohort=np.append(known.cohort, kind),
        people=np.append(known.people, 0),
        held=np.vstack([known.held, alone.held]),
        forbidden=np.vstack([known.forbidden, forbidden]),
    )
    if planned:
        aim = scenario_plan.objective(wider, scenario.objective)
        plan: solve.Plan = scenario_plan.planned(wider, aim, scenario.moves)
    else:
        plan = baselines.stay(wider)
    column = {prison: at for at, prison in enumerate(known.prisons)}
    return [
        _prospect(each, column[each.prison], start, ways, visit)
        for each in ranking.rank(plan, HOME, known.cohorts[kind])
    ]


def _prospect(
    choice: ranking.RankedPrison, at: int, start: ScenarioStart, ways: Ways, visit: burden.Burden
) -> Prospect:
    return Prospect(
        prison=choice.prison,
        name=start.names[at],
        minutes_car=float(ways.minutes_car[0, at]),
        minutes_public=float(ways.minutes_public[0, at]),
        miles=float(ways.miles[0, at]),
        pence=float(visit.pence[0, at]),
        night=bool(visit.night[0, at]),
        free=choice.free,
        others=choice.others,
        excluded=choice.excluded,
    )


def _kind(start: ScenarioStart, person: Person) -> int:
    for at, each in enumerate(start.kinds):
        if not each.also and _fits(each, person):
            return at
    kinds = "; ".join(each.name for each in start.kinds if not each.also)
    words = ", ".join(word for word in (person.sex, person.age, person.status, person.category) if word != "none")
    msg = f"Nobody who is {words} is held in this system; its kinds of people are {kinds}."
    raise InputError(msg)


def _fits(kind: PeopleKind, person: Person) -> bool:
    known = kind.cohort
    return (known.sex, known.age, known.status, known.category) == (
        person.sex,
        person.age,
        person.status,
        person.category,
    )


def _ways(place: Place, spots: Sequence[PrisonSite], journeys: Journeys) -> Ways:
    """Work out the ways from one place; public transport is that of the middle of the nearest sector."""
    road = Router.shipped().matrix([place], list(spots))
    middles = list(postcodes.areas("sector").values())
    at = np.array([(each.lat, each.lon) for each in middles])
    scale = np.cos(np.radians(place.lat))
    nearest = int(np.argmin((at[:, 0] - place.lat) ** 2 + (scale * (at[:, 1] - place.lon)) ** 2))
    public = sectors.minutes_to(spots, visits.day_of(journeys))[[nearest]]
    crow = np.array([[coordinates.crow_miles(place.lat, place.lon, spot.lat, spot.lon) for spot in spots]])
    return burden.Ways(road.minutes, public, road.miles, crow)
