"""Services at prisons before and after people move: how many families have a parent held where one is known.

Services near home stay where they are and are not looked at; ``coverage`` has them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from nearhome.analysis.population import families
from nearhome.analysis.services import coverage
from nearhome.data.services import kinds

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from nearhome.analysis.placement.scenarios.setup import ScenarioStart
    from nearhome.data.base.arrays import Floats, Ints


TABLES = coverage.TABLES
NOTE = (
    "Services at prisons that are in force on the day, as the register knows them: it is a record of dated statements, "
    "and a prison for which it knows of none may well have one. Shares of children with a parent in prison, modelled."
)


def service_reach(start: ScenarioStart, after: Ints, as_of: date) -> pd.DataFrame:
    """Give, for each kind of service at prisons, whom it reaches before and after.

    A service at a prison reaches the families of everybody held there, as in ``reach``.

    Columns: ``kind``, ``words``, ``prisons`` with such a service, ``before`` and ``after``: per cent of children whose
    parent is held where one is known, and ``change``.
    """
    import pandas as pd

    where = families.families(as_of)
    row_of = {code: row for row, code in enumerate(where.codes)}
    children = np.bincount(where.authority, weights=where.children, minlength=len(where.codes)).astype(float)
    weight = children[[row_of[code] for code in start.codes]]
    now, then = (_by_authority(start, people) for people in (start.before, after))
    rows = []
    for kind, word in kinds.KINDS.items():
        found = [each for each in coverage.in_force(as_of, kind) if each.reach == "prison"]
        named = {one for each in found for one in each.prison_ids} & set(start.instance.prisons)
        if named:
            columns = [each in named for each in start.instance.prisons]
            shares = [_percent(weight, held[:, columns].sum(axis=1), held.sum(axis=1)) for held in (now, then)]
            rows.append((kind, word.name, len(named), *shares, shares[1] - shares[0]))
    return pd.DataFrame(rows, columns=["kind", "words", "prisons", "before", "after", "change"])


def _by_authority(start: ScenarioStart, people: Ints) -> Ints:
    """Count people by home authority and prison."""
    home = start.authority[start.instance.home]
    found = np.zeros((len(start.codes), people.shape[1]), np.int64)
    np.add.at(found, home[home >= 0], people[home >= 0])
    return found


def _percent(weight: Floats, there: Ints, everybody: Ints) -> float:
    """Give the per cent of children whose parent is there; those of an authority without people held are nowhere.

    All and none come from the counts of people, not from a sum of shares.
    """
    if not there.any():
        return 0.0
    share = there / np.maximum(everybody, 1)
    return 100 * math.fsum(weight * share) / math.fsum(weight)
