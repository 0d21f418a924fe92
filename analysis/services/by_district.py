"""Coverage by postcode district: the detail of a map, in shares and minutes and never in numbers of children."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nearhome.analysis.population.families import Group
from nearhome.data.places import postcodes

if TYPE_CHECKING:
    import pandas as pd

    from nearhome.analysis.population.families import Families
    from nearhome.analysis.services.coverage import Coverage


def by_district(found: Coverage) -> pd.DataFrame:
    """Sum a coverage of any level up by postcode district.

    Returns
    -------
    A row a district in order of ``code``, with the columns of ``coverage.assess`` that a map draws:
    ``minutes_1_mean``, the shares ``within_30`` (and the other thresholds), ``no_way``, ``not_known``, ``no_place`` and
    ``covered``. Where no children are known of, the sectors of a district count alike.
    """
    import pandas as pd

    parts = found.parts
    group = districts(parts.families)
    children = parts.families.children
    weight = np.where(group.sums(children)[group.row] > 0, children, 1.0)
    first = parts.minutes[:, 0]
    has_way = np.isfinite(first)
    nowhere = np.full(len(first), found.places == 0)
    columns: dict[str, object] = {"code": group.codes}
    columns["minutes_1_mean"] = group.shares(np.nan_to_num(first), weight * has_way)
    for limit in found.thresholds_minutes:
        columns[f"within_{limit:g}"] = group.shares(first <= limit, weight)
    columns["no_way"] = group.shares(~has_way & parts.known & ~nowhere, weight)
    columns["not_known"] = group.shares(~has_way & ~parts.known & ~nowhere, weight)
    columns["no_place"] = group.shares(nowhere, weight)
    columns["covered"] = group.shares(parts.reach.covered, weight)
    return pd.DataFrame(columns)


def districts(where: Families) -> Group:
    """Group the parts of sectors by postcode district: "TR1 2" lies in "TR1"."""
    outward = np.array([name.partition(" ")[0] for name in postcodes.areas("sector")])
    codes, row = np.unique(outward[where.sector], return_inverse=True)
    names = tuple(codes.tolist())
    return Group(names, names, row.astype(np.int64))
