"""Where people live: the population, children and car-less households of the United Kingdom at the points of postcodes.

Modelled: a postcode's people are its local authority's, shared equally among the authority's postcodes. In Northern
Ireland, whose postcodes are not shipped, its sectors take their place, by the number of their postcodes. A figure that
is not published for an authority is missing for each of its postcodes, and so for every sum that one of them is in.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import shapely

from nearhome.data.places import areas as area_finder
from nearhome.data.places import postcodes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nearhome.data.base.arrays import Floats


FIGURES = ("people", "children", "households_without_car")
"""Children are those under 18; households are those of the census of 2021. The tables have no households for Scotland
and Northern Ireland, and no children for Northern Ireland."""


@dataclass(frozen=True, slots=True, eq=False)
class Residents:
    """Points with the people who live there.

    ``xy`` is EPSG:27700 in metres, shape (points, 2); ``figures`` has a column for each of FIGURES, NaN where missing.
    """

    xy: Floats
    figures: Floats

    def total(self, chosen: NDArray[np.bool_]) -> Floats:
        """Add up the points marked True: one sum for each of FIGURES, NaN where part of it is missing."""
        return np.asarray(self.figures[chosen].sum(axis=0))

    def inside(self, area: shapely.Geometry) -> Floats:
        """Add up the points inside a polygon (EPSG:27700), as ``total`` does."""
        west, south, east, north = shapely.bounds(area)
        x, y = self.xy.T
        near = np.flatnonzero((x >= west) & (x <= east) & (y >= south) & (y <= north))
        shapely.prepare(area)
        return np.asarray(self.figures[near[shapely.contains_xy(area, x[near], y[near])]].sum(axis=0))


@cache
def residents() -> Residents:
    """Share the people of every local authority among its postcodes, in the order of the postcodes table.

    Postcodes without a point or an authority are left out, and Northern Ireland's sectors come last.
    """
    table = postcodes.shipped()
    east, north = table.all_points()
    number = table.records["authority"].astype(np.int64)
    known = (east >= 0) & (number != postcodes.NO_AUTHORITY)
    number = number[known]
    whole = np.array([_figures(area_finder.authority(code)) for code in table.authority_codes])
    share = whole / np.maximum(np.bincount(number, minlength=len(whole)), 1)[:, None]
    sectors = [
        sector
        for name, sector in postcodes.areas("sector").items()
        if name.startswith("BT") and sector.authority_code is not None
    ]
    codes = [sector.authority_code or "" for sector in sectors]
    weight = np.array([sector.postcodes for sector in sectors], dtype=float)
    names, place = np.unique(codes, return_inverse=True)
    northern = np.array([_figures(area_finder.authority(str(name))) for name in names]).reshape(-1, len(FIGURES))
    part = weight / np.bincount(place, weights=weight)[place]
    points = np.array([(sector.easting, sector.northing) for sector in sectors], dtype=float).reshape(-1, 2)
    return Residents(
        np.vstack([np.column_stack([east[known], north[known]]).astype(float), points]),
        np.vstack([share[number], northern[place] * part[:, None]]),
    )


def _figures(authority: area_finder.Authority) -> tuple[float, float, float]:
    """Give an authority's people, children and households without a car, NaN where not published."""
    children, without_car = (
        np.nan if figure is None else float(figure) for figure in (authority.under_18, authority.households_no_car)
    )
    return float(authority.population), children, without_car
