"""Minutes from every postcode of Great Britain to the nearest service of each kind: the national picture at once.

By car each postcode has its own figure; by public transport that of its sector, which is as fine as typical times are.
Northern Ireland's postcodes are not shipped: there sectors take their place, in ``by_sector``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nearhome.analysis.services import coverage, reach, travel_times
from nearhome.data.errors import UnknownPlaceError
from nearhome.data.places import postcodes
from nearhome.data.services import kinds as service_kinds
from nearhome.geo.matrices.postcodes import UNREACHABLE, all_postcodes_to
from nearhome.geo.routing.router import Router

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from nearhome.analysis.services.travel_times import Travel
    from nearhome.data.base.arrays import Floats

    Tenths = NDArray[np.uint16]

_BLOCK = 1 << 16


@dataclass(frozen=True, slots=True, eq=False)
class PostcodeCoverage:
    """The way to the nearest service of each kind.

    ``kinds`` are those that have a place on the day. ``by_sector`` has minutes by kind and sector
    (``postcodes.areas("sector")``), NaN where there is no way or none is known. ``by_postcode`` has tenths of minutes
    by kind and postcode in the order of the postcodes table, ``national.UNREACHABLE`` where there is no way; None
    where the mode is no finer than a sector.
    """

    as_of: date
    travel: Travel
    kinds: tuple[str, ...]
    by_sector: Floats
    by_postcode: Tenths | None

    def minutes(self, kind: str) -> Floats:
        """Give minutes from every postcode, in the order of the postcodes table; NaN where no way is known."""
        row = self.kinds.index(kind)
        if self.by_postcode is not None:
            found = self.by_postcode[row]
            return np.where(found == UNREACHABLE, np.nan, found / 10.0)
        table = postcodes.shipped()
        place = {name: number for number, name in enumerate(postcodes.areas("sector"))}
        middles = np.append(self.by_sector[row], np.nan)  # the last is for sectors without a point
        rows = np.array([place.get(each.decode(), -1) for each in table.sector_keys.tolist()])
        return np.repeat(middles[rows], table.sectors["count"].astype(np.int64))

    def of(self, postcode: str) -> dict[str, float]:
        """Give minutes from one postcode to the nearest service of each kind; in Northern Ireland from its sector.

        Raises
        ------
        UnknownPlaceError
            When neither the postcode nor, where postcodes are not known, its sector is in the tables.
        """
        wanted = postcodes.normalise(postcode)
        row = int(postcodes.shipped().row_of([wanted])[0])
        if row >= 0 and self.by_postcode is not None:
            found = self.by_postcode[:, row]
            return dict(zip(self.kinds, np.where(found == UNREACHABLE, np.nan, found / 10.0).tolist(), strict=True))
        sectors = list(postcodes.areas("sector"))
        if wanted[:-2] not in sectors:
            msg = f"{wanted} is not a postcode in the table; check its letters and numbers: one looks like TR1 2HE."
            raise UnknownPlaceError(msg)
        return dict(zip(self.kinds, self.by_sector[:, sectors.index(wanted[:-2])].tolist(), strict=True))


def nearest(as_of: date, mode: Travel | str = "car") -> PostcodeCoverage:
    """Work out the way from every postcode to the nearest service of each kind in force on a day.

    Raises
    ------
    InputError
        When the mode is none of ``travel_times.MODES``.
    """
    travel = travel_times.check_travel(mode)
    found = coverage.in_force(as_of, reach.ALL_KINDS)
    spots = list(dict.fromkeys(spot for each in found for spot in reach.spots_of(each, as_of)))
    column = {spot: number for number, spot in enumerate(spots)}
    columns = {
        kind: sorted({column[spot] for each in found if each.kind == kind for spot in reach.spots_of(each, as_of)})
        for kind in service_kinds.KINDS
    }
    kinds = tuple(kind for kind, at in columns.items() if at)
    times = travel_times.minutes(spots, travel)
    by_sector = np.empty((len(kinds), len(times)))
    for number, kind in enumerate(kinds):
        by_sector[number] = np.where(np.isnan(times), np.inf, times)[:, columns[kind]].min(axis=1)
    by_sector[np.isinf(by_sector)] = np.nan
    by_postcode = None
    if travel.mode == "car":
        tenths = all_postcodes_to(Router.shipped(), spots).tenths_of_minutes
        by_postcode = np.empty((len(kinds), len(tenths)), np.uint16)
        for first in range(0, len(tenths), _BLOCK):  # a block stays in the processor's cache for all kinds
            block = tenths[first : first + _BLOCK]
            for number, kind in enumerate(kinds):
                by_postcode[number, first : first + len(block)] = block[:, columns[kind]].min(axis=1)
    return PostcodeCoverage(as_of, travel, kinds, by_sector, by_postcode)
