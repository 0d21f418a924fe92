"""The best place for a new prison: every authority tried in turn, and the one that helps most chosen.

Each candidate is the middle of an authority, worked out exactly with everybody placed anew and no limit on moves; fewer
people without a place come first, then what all bear together.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from nearhome.analysis.placement.scenarios.burden import PrisonSite
from nearhome.analysis.placement.scenarios.visits import candidate_burdens
from nearhome.analysis.placement.solver import levers as site_levers
from nearhome.analysis.placement.solver import objectives
from nearhome.data.errors import InputError
from nearhome.data.places import areas as area_finder

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from nearhome.analysis.placement.scenarios.schema import Lever, Objective
    from nearhome.analysis.placement.scenarios.setup import ScenarioStart
    from nearhome.analysis.placement.scenarios.visits import Terms
    from nearhome.analysis.placement.solver.instance import Instance
    from nearhome.analysis.placement.solver.objectives import CostObjective

BEST = "best"
_COLUMNS = ["site", "code", "people", "unplaced", "burden", "mean"]


class Search(NamedTuple):
    """How candidates are judged.

    Attributes
    ----------
    set_up
        Gives the start of the scenario with some levers.
    terms, objective
        On what terms families visit, and what is made small.
    """

    set_up: Callable[[tuple[Lever, ...]], ScenarioStart]
    terms: Terms
    objective: Objective


def chosen(
    levers: tuple[Lever, ...], search: Search, progress: Callable[[float], None]
) -> tuple[tuple[Lever, ...], pd.DataFrame]:
    """Put an authority in the place of ``best`` in each lever, in turn; give all candidates of the last, best first.

    Raises
    ------
    InputError
        A lever names a region without authorities.
    """
    import pandas as pd

    table = pd.DataFrame([], columns=_COLUMNS)
    found: list[Lever] = []
    for lever in levers:
        if lever.kind == "site" and lever.at.strip().casefold() == BEST:
            table = _candidates(search.set_up(tuple(found)), search, lever, progress)
            found.append(replace(lever, at=str(table.loc[0, "code"])))
        else:
            found.append(lever)
    return tuple(found), table


def _candidates(start: ScenarioStart, search: Search, lever: Lever, progress: Callable[[float], None]) -> pd.DataFrame:
    import pandas as pd

    known = [area_finder.authority(code) for code in start.codes]
    inside = {code for name in lever.among for code in _region(name)}
    tried = [each for each in known if not lever.among or each.code in inside]
    if not tried:
        regions = ", ".join(sorted({each.region or each.nation for each in known}))
        msg = f"No authority lies in {', '.join(lever.among)}; the regions are {regions}."
        raise InputError(msg)
    fits = [
        each.name
        for each in start.kinds
        if set(each.roles) & set(lever.roles) and each.cohort.sex == lever.sex and each.cohort.age in lever.ages
    ]
    points = tuple(PrisonSite("", each.lat, each.lon) for each in tried)
    burden = candidate_burdens(search.terms, search.objective, start.codes, points)
    rows = []
    found = site_levers.sites(
        start.instance,
        [each.code for each in tried],
        burden,
        places=lever.places or 0,
        cohorts=fits,
        objective=_aim(search.objective),
    )
    for done, (each, site) in enumerate(zip(found, tried, strict=True), 1):
        rows.append((site.name, site.code, each.people, each.unplaced, each.burden, each.mean))
        progress(done / len(tried))
    table = pd.DataFrame(rows, columns=_COLUMNS)
    return table.sort_values(["unplaced", "burden", "code"], ignore_index=True)


def _region(name: str) -> frozenset[str]:
    """Give the authorities of a region, or of any other area where no region is called so."""
    return area_finder.find(name, "region" if area_finder.fits(name, "region") else "").authorities


def _aim(asked: Objective) -> Callable[[Instance], CostObjective]:
    """Give the objective for any instance; the mean of the worst is taken as squares, which are much quicker."""
    if asked.fairness == "over":
        return lambda instance: objectives.fewest_over(instance, asked.over)
    return objectives.total if asked.fairness == "sum" else objectives.squared
