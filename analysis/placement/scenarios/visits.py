"""What a visit takes in a scenario: by car or public transport as families have it, with the buses it puts on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from nearhome.analysis.placement.scenarios import burden as burdens
from nearhome.analysis.placement.scenarios import people
from nearhome.analysis.placement.scenarios.burden import Burden, Ways
from nearhome.analysis.population import homes
from nearhome.data.errors import InputError
from nearhome.data.places import areas as area_finder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from nearhome.analysis.placement.scenarios.burden import PrisonSite
    from nearhome.analysis.placement.scenarios.estate import ScenarioEstate
    from nearhome.analysis.placement.scenarios.schema import Journeys, Lever, Objective, Visits
    from nearhome.data.base.arrays import Floats, Ints
    from nearhome.geo.transit.sectors import When


_PARTS: Final = ("minutes", "miles", "pence", "help_pence", "night")
_COSTED: Final = (burdens.by_car, burdens.by_public_transport)


class Terms(NamedTuple):
    """On what terms families visit: the day, the prison system, how they travel, and how often and with whom."""

    as_of: date
    nation: str
    journeys: Journeys
    visits: Visits


def visit(terms: Terms, codes: tuple[str, ...], estate: ScenarioEstate, buses: Sequence[Lever]) -> Burden:
    """Give what a visit takes: rows for each authority with and without a car, and one of nothing for no known home.

    Parameters
    ----------
    terms
        On what terms families visit.
    codes
        The authorities.
    estate
        The prisons, which also hears what was assumed.
    buses
        Levers that put on a bus for visitors.

    Raises
    ------
    InputError
        An authority is not in the nation, or a bus goes to or from somewhere unknown.
    """
    every = homes.sectors(terms.nation).codes
    strangers = [code for code in codes if code not in every]
    if strangers:
        name = area_finder.authority(strangers[0]).name
        msg = f"{name} is not in {terms.nation}; leave its people out, or name its nation."
        raise InputError(msg)
    rows = [every.index(code) for code in codes]
    spots = tuple(estate.spots[each] for each in estate.ids)
    public_too = terms.journeys.travel == "household"
    found = burdens.ways(terms.nation, terms.as_of, spots, day_of(terms.journeys), public=public_too)
    ways = _of(found, rows)
    car = burdens.by_car(ways, spots, terms.visits, terms.as_of, terms.nation)
    cells = [_served(each, codes, estate, terms.as_of) for each in buses]
    for lever, chosen in zip(buses, cells, strict=True):
        ways.minutes_public[chosen] = np.fmin(ways.minutes_public[chosen], lever.minutes or np.inf)
    public = burdens.by_public_transport(ways, spots, terms.visits, terms.as_of, terms.nation)
    for lever, chosen in zip(buses, cells, strict=True):
        if lever.fare_pence is not None:
            public.pence[chosen] = np.minimum(public.pence[chosen], lever.fare_pence)
            public.help_pence[chosen] = np.minimum(public.help_pence[chosen], lever.fare_pence)
    unknown = ~np.isfinite(ways.minutes_public)
    note = (
        f"No way by public transport is known for {unknown.sum():,} of {unknown.size:,} pairs of authority and prison: "
        "a lift by car stands for it."
    )
    if unknown.any() and public_too and note not in estate.notes:
        estate.notes.append(note)
    return Burden(**{name: _stacked(getattr(car, name), getattr(public, name)) for name in _PARTS})


def _served(lever: Lever, codes: tuple[str, ...], estate: ScenarioEstate, as_of: date) -> tuple[Ints, ...]:
    """Give the cells, by authority and prison, that a visitors' bus serves."""
    homes = sorted({row for each in lever.homes for row in people.rows_of(each, codes)})
    return np.ix_(homes, [_column(lever, estate, as_of)])


def _column(lever: Lever, estate: ScenarioEstate, as_of: date) -> int:
    return estate.ids.index(people.prison_in(lever.prison, estate.places, as_of))


def _stacked(car: Any, public: Any) -> Any:
    both = np.stack([car, public], axis=1).reshape(-1, car.shape[1])
    return np.vstack([both, np.zeros((1, car.shape[1]), both.dtype)])


def counted(objective: Objective, visit: Burden) -> Floats:
    """Give the burden that the objective counts, shape as that of the visit."""
    if objective.burden == "mix":
        return visit.pence + 2 * visit.minutes * objective.pence_per_hour / 60
    return {"minutes": visit.minutes, "miles": visit.miles, "pence": visit.pence}[objective.burden]


def candidate_burdens(
    terms: Terms, objective: Objective, codes: tuple[str, ...], spots: tuple[PrisonSite, ...]
) -> Floats:
    """Give the objective's burden from each authority, with and without a car, to new points, shape (homes, points).

    Public transport is that from the middle of each authority, which is quicker to work out.

    Parameters
    ----------
    terms
        On what terms families visit.
    objective
        What says whether minutes, miles, pence or a mix is counted.
    codes
        The authorities.
    spots
        The new points, EPSG:4326.
    """
    public = terms.journeys.travel == "household"
    every = homes.sectors(terms.nation).codes
    found = burdens.screened(terms.nation, terms.as_of, spots, day_of(terms.journeys), public=public)
    ways = _of(found, [every.index(code) for code in codes])
    both = [costed(ways, spots, terms.visits, terms.as_of, terms.nation) for costed in _COSTED]
    return counted(objective, Burden(**{name: _stacked(*(getattr(each, name) for each in both)) for name in _PARTS}))


def day_of(journeys: Journeys) -> When:
    """Give the day of the public transport."""
    return "weekday" if journeys.when == "weekday" else "weekend"


def _of(ways: Ways, rows: list[int]) -> Ways:
    """Give some authorities' ways, as arrays of their own."""
    names = ("minutes_car", "minutes_public", "miles", "crow_miles")
    return Ways(*(getattr(ways, name)[rows] for name in names))
