"""Services at prisons before and after people move: how many families have a parent held where one is known.

Services near home stay where they are and are not looked at; ``coverage`` has them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nearhome.analysis.population import families, prison_shares
from nearhome.analysis.services import coverage, reach
from nearhome.data.places import areas as area_finder
from nearhome.data.services import kinds

if TYPE_CHECKING:
    import pandas as pd

    from nearhome.analysis.placement.scenarios.setup import Situation
    from nearhome.analysis.population.prison_shares import Holding
    from nearhome.data.base.arrays import Ints


TABLES = coverage.TABLES
NOTE = (
    "Services at prisons that are in force on the day, as the register knows them: it is a record of dated statements, "
    "and a prison for which it knows of none may well have one. Shares of children with a parent in prison, modelled."
)


def service_reach(start: Situation, after: Ints) -> pd.DataFrame:
    """Give, for each kind of service at prisons, whom it reaches before and after.

    Columns: ``kind``, ``words``, ``prisons`` with such a service, ``before`` and ``after``: per cent of children whose
    parent is held where one is known, and ``change``.
    """
    import pandas as pd

    as_of = start.scenario.as_of
    where = families.families(as_of)
    here = np.isin(np.array(where.codes)[where.authority], start.codes)
    weight = where.children * here
    now, then = (_holding(start, people) for people in (start.before, after))
    rows = []
    for kind, word in kinds.KINDS.items():
        found = [each for each in coverage.in_force(as_of, kind) if each.reach == "prison"]
        named = {one for each in found for one in each.prison_ids} & set(start.instance.prisons)
        if named:
            shares = [
                100 * float(reach.reach(found, where, held).by_rule["prison"] @ weight) / float(weight.sum())
                for held in (now, then)
            ]
            rows.append((kind, word.name, len(named), *shares, shares[1] - shares[0]))
    return pd.DataFrame(rows, columns=["kind", "words", "prisons", "before", "after", "change"])


def _holding(start: Situation, people: Ints) -> Holding:
    """Give shares of each authority's people by prison; those of other systems are nowhere."""
    codes = tuple(sorted(area_finder.authorities()))
    row_of = {code: row for row, code in enumerate(codes)}
    home = start.authority[start.instance.home]
    rows = np.array([row_of[start.codes[at]] if at >= 0 else -1 for at in home])
    found = np.zeros((len(codes), people.shape[1]))
    np.add.at(found, rows[rows >= 0], people[rows >= 0])
    whole = found.sum(axis=1, keepdims=True)
    shares = np.divide(found, whole, out=np.zeros_like(found), where=whole > 0)
    return prison_shares.Holding(codes, start.instance.prisons, ("",) * people.shape[1], shares, ())
