"""Children who live in one authority with a parent held in another: whether either end has a service.

A child whose home is in one area and whose parent is in a prison of another can fall between two budgets. For each
authority people are shared out by where they are held (modelled, ``prison_shares``), and each share has a service near
home or not, and one at the prison or not. Services for a whole nation count as near home: they are there wherever one
lives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nearhome.analysis.population import baseline, families, prison_shares
from nearhome.analysis.services import coverage, reach, travel_times
from nearhome.data.base import steady
from nearhome.data.base.coordinates import Spot
from nearhome.data.places import areas as area_finder
from nearhome.data.prisons import register

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import pandas as pd

    from nearhome.analysis.population.families import Families
    from nearhome.analysis.population.prison_shares import PrisonShares
    from nearhome.data.base.arrays import Floats
    from nearhome.data.services.records import Service


STATEMENT = baseline.STATEMENT
LEAST_PEOPLE = 0.05
"""Flows of fewer people than this are left out of the table of flows."""


def by_authority(
    as_of: date, *, kind: str | None = None, services: Sequence[Service] | None = None, place_minutes: float = 60.0
) -> pd.DataFrame:
    """Say for each home authority where its people are held and at which end there is a service.

    Parameters
    ----------
    as_of, kind, services
        As for ``coverage.assess``.
    place_minutes
        Drive within which a service around a place counts as near home.

    Returns
    -------
    A row an authority: ``code``, ``name``, ``nation``, ``held`` (people in prison), shares of them ``held_elsewhere``
    (in a prison of another authority), with a service at ``both`` ends, ``home_only``, ``prison_only`` and ``neither``
    (which make 1), ``elsewhere_neither`` (held elsewhere and neither), and ``prison_minutes``, the average drive to
    where they are held, one way.
    """
    import pandas as pd

    where, held = families.families(as_of), prison_shares.shares(as_of)
    home, at_prison = _ends(as_of, kind, services, place_minutes, where, held)
    away = held.shares * (np.array(held.codes)[:, None] != np.array(held.authorities))
    prison = steady.by_rows(held.shares, at_prison)
    known = area_finder.authorities()
    return pd.DataFrame(
        {
            "code": held.codes,
            "name": [known[code].name for code in held.codes],
            "nation": [known[code].nation for code in held.codes],
            "held": where.held_by_authority,
            "held_elsewhere": away.sum(axis=1),
            "both": home * prison,
            "home_only": home * (1 - prison),
            "prison_only": (1 - home) * prison,
            "neither": (1 - home) * (1 - prison),
            "elsewhere_neither": (1 - home) * steady.by_rows(away, 1 - at_prison),
            "prison_minutes": prison_minutes(as_of),
        }
    )


def flows(
    as_of: date, *, kind: str | None = None, services: Sequence[Service] | None = None, place_minutes: float = 60.0
) -> pd.DataFrame:
    """Give people by home authority and by the authority of the prison: a budget at each end.

    Parameters
    ----------
    as_of, kind, services
        As for ``coverage.assess``.
    place_minutes
        Drive within which a service around a place counts as near home.

    Returns
    -------
    A row a pair with at least LEAST_PEOPLE: ``home_code``, ``home``, ``prison_code``, ``prison_authority``, ``people``
    (modelled), ``elsewhere``, and the shares of them ``home_service`` and ``prison_service``; most people first.
    """
    import pandas as pd

    where, held = families.families(as_of), prison_shares.shares(as_of)
    home, at_prison = _ends(as_of, kind, services, place_minutes, where, held)
    codes, column = np.unique(held.authorities, return_inverse=True)
    people = where.held_by_authority[:, None] * held.shares
    sums = np.zeros((len(codes), len(people)))
    np.add.at(sums, column, people.T)
    served = np.zeros_like(sums)
    np.add.at(served, column, (people * at_prison).T)
    at, row = np.nonzero(sums >= LEAST_PEOPLE)
    known = area_finder.authorities()
    table = pd.DataFrame(
        {
            "home_code": [held.codes[number] for number in row],
            "home": [known[held.codes[number]].name for number in row],
            "prison_code": codes[at],
            "prison_authority": [known[code].name for code in codes[at].tolist()],
            "people": sums[at, row],
            "elsewhere": np.array(held.codes)[row] != codes[at],
            "home_service": home[row],
            "prison_service": served[at, row] / sums[at, row],
        }
    )
    return table.sort_values(["people", "home_code", "prison_code"], ascending=[False, True, True], ignore_index=True)


def prison_minutes(as_of: date) -> Floats:
    """Give for each authority the average drive from its families to the prisons where its people are held, minutes.

    Pairs without a road or car ferry are left out of the average.
    """
    where, held = families.families(as_of), prison_shares.shares(as_of)
    spots = [Spot(each.lat, each.lon) for each in map(register.by_id, held.prisons)]
    times = travel_times.minutes(spots, travel_times.BY_CAR)[where.sector]
    reached = np.isfinite(times) * where.children[:, None]
    sums = np.zeros((2, len(where.codes), len(spots)))
    np.add.at(sums[0], where.authority, np.nan_to_num(times) * where.children[:, None])
    np.add.at(sums[1], where.authority, reached)
    mean = np.divide(sums[0], sums[1], out=np.zeros_like(sums[0]), where=sums[1] > 0)
    weight = held.shares * (sums[1] > 0)
    return np.asarray((mean * weight).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-12))


def _ends(
    as_of: date,
    kind: str | None,
    services: Sequence[Service] | None,
    place_minutes: float,
    where: Families,
    held: PrisonShares,
) -> tuple[Floats, Floats]:
    """Give each authority's share of families with a service near home, and each prison's 1 or 0."""
    found = coverage.in_force(as_of, kind) if services is None else reach.chosen(services, kind)
    who = reach.reach(found, where, held, place_minutes=place_minutes)
    group = where.by("authority")
    home = np.nan_to_num(group.shares(np.maximum(who.home, who.by_rule["national"]), where.children))
    named = {one for each in found if each.reach == "prison" for one in each.prison_ids}
    return home, np.array([each in named for each in held.prisons], float)
