"""Where the people of each authority are held: shares of its families by prison, for services attached to prisons.

From the modelled baseline of homes by prison (``population``), each nation's prison system by itself. The published
figures may be of another year than the day asked about: prisons that were not open on the day are left out, and the
others stand for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from nearhome.analysis.population import baseline, estate
from nearhome.data.base import exact
from nearhome.data.errors import UnknownPlaceError
from nearhome.data.places import areas as area_finder
from nearhome.data.places import postcodes
from nearhome.data.prisons import register
from nearhome.geo.places import areas

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from nearhome.data.base.arrays import Floats
    from nearhome.data.prisons.register import Prison


TABLES = baseline.TABLES


@dataclass(frozen=True, slots=True, eq=False)
class PrisonShares:
    """Shares of each authority's people by prison.

    ``codes`` are all authorities as in ``families.Families.codes``; ``prisons`` ids of open prisons, ``authorities``
    where they stand; ``shares`` has a row an authority and a column a prison, in whole parts (``exact.SHARE``), so that
    a row sums to exactly 1 (or 0, of nobody) and all prisons hold everybody.
    """

    codes: tuple[str, ...]
    prisons: tuple[str, ...]
    authorities: tuple[str, ...]
    shares: Floats
    notes: tuple[str, ...]

    def at(self, chosen: Iterable[str]) -> Floats:
        """Give each authority's share of people held at some prisons; prisons without people count nothing."""
        wanted = frozenset(chosen)
        return np.asarray(self.shares[:, [each in wanted for each in self.prisons]].sum(axis=1))

    def inside(self, codes: Iterable[str]) -> frozenset[str]:
        """Give the prisons that stand in some authorities."""
        wanted = frozenset(codes)
        return frozenset(each for each, code in zip(self.prisons, self.authorities, strict=True) if code in wanted)


@cache
def shares(as_of: date) -> PrisonShares:
    """Give the shares of a day."""
    codes = tuple(sorted(area_finder.authorities()))
    row_of = {code: row for row, code in enumerate(codes)}
    names: list[str] = []
    blocks: list[Floats] = []
    notes: list[str] = []
    for nation in estate.NATIONS:
        base = baseline.baseline(as_of, nation)
        open_ = np.array([register.by_id(each).is_open(as_of) for each in base.prisons])
        flows = base.flows()[:-1, open_]
        block = np.zeros((len(codes), int(open_.sum())))
        block[[row_of[code] for code in base.homes[:-1]]] = flows
        names += [each for each, kept in zip(base.prisons, open_.tolist(), strict=True) if kept]
        blocks.append(block)
        notes += [note for note in base.notes if note not in notes]
    people = np.hstack(blocks)
    rows = np.repeat(np.arange(len(codes)), people.shape[1])
    settled = exact.share_out(people.ravel(), np.ones(len(codes)), rows, parts=exact.SHARE).reshape(people.shape)
    return PrisonShares(
        codes, tuple(names), tuple(authority_of(register.by_id(each)) for each in names), settled, tuple(notes)
    )


@cache
def authority_of(prison: Prison) -> str:
    """Give the ONS code of the authority in which a prison stands, by its postcode or else its point; "" if in none."""
    try:
        found = postcodes.find(postcodes.normalise(prison.postcode))
    except UnknownPlaceError:
        found = None
    code = found.authority_code if found else None
    return code or areas.authority_at(prison.lat, prison.lon) or ""
