"""The areas that a report is about: what touches one, and what of a coverage lies inside it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from nearhome.data.places import areas

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nearhome.analysis.services.coverage import Coverage
    from nearhome.data.places.areas import Area


def every() -> tuple[Area, ...]:
    """Give every area there is by its code, the kingdom last; one that serves for several levels comes once."""
    found = {each.code: each for each in areas.areas().values()}
    return (*(found[code] for code in sorted(found)), areas.kingdom())


def touching(area: Area, codes: Iterable[str]) -> frozenset[str]:
    """Give those of some areas' codes that share a local authority with an area."""
    members = {each.code: each.authorities for each in every()}
    return frozenset(code for code in codes if members[code] & area.authorities)


def inside(found: Coverage, area: Area) -> Coverage:
    """Leave of a coverage by authority only what lies in an area."""
    parts = found.parts
    where = parts.families
    rows = np.flatnonzero([code in area.authorities for code in where.codes])
    kept = np.isin(where.authority, rows)
    cut = replace(
        where,
        authority=where.authority[kept],
        sector=where.sector[kept],
        children=where.children[kept],
        held=where.held[kept],
        deprivation=where.deprivation[kept],
        lat=where.lat[kept],
        lon=where.lon[kept],
    )
    reach = replace(
        parts.reach,
        by_rule={rule: shares[kept] for rule, shares in parts.reach.by_rule.items()},
        unnamed=parts.reach.unnamed[kept],
    )
    return replace(
        found,
        table=found.table[found.table["code"].isin(area.authorities)].reset_index(drop=True),
        parts=replace(
            parts,
            families=cut,
            minutes=parts.minutes[kept],
            known=parts.known[kept],
            reach=reach,
        ),
    )
