"""Catchments: the land from which a place is reached within so many minutes, and the people who live there.

The lines are drawn through the travel times of ``nearhome.geo.matrices.surface``, between the middles of its squares,
by marching squares (Lorensen and Cline, *Marching cubes*, 1987, in two dimensions). A longer time has the larger area
between any four middles, so that catchments of the same place lie within one another. Land that takes longer, or that
no road or car ferry reaches, is left out: as a hole, a bay or a gap between parts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import shapely

from nearhome.data.base import coordinates
from nearhome.data.errors import InputError
from nearhome.geo.imported import networks
from nearhome.geo.matrices.surface import Patch, Surface
from nearhome.geo.places.residents import FIGURES, Residents, residents
from nearhome.geo.roads.conditions import TODAY
from nearhome.geo.routing.router import Router, grid_points

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from nearhome.data.base.arrays import Floats
    from nearhome.geo.imported.networks import Installed
    from nearhome.geo.matrices.surface import Squares
    from nearhome.geo.roads.conditions import Conditions


CRS = "EPSG:27700"
COLUMNS = ("destination", "minutes", "mode", "area_km2", *FIGURES, "note", "geometry")

SHORTEST_MINUTES = 10
"""Shorter times cover too few squares for a line between them to mean much: even at 10 minutes the people inside may be
10 % off those that postcodes' own times give, from 30 on less than 1.4 %."""

STEEP_MINUTES = 5.0
"""Two neighbouring squares whose times differ by more than this have a break between them, water or no road, rather
than a slope; the line is then drawn nearer to half way."""

NO_WAY = "no road or car ferry that nearhome knows leads there"
TOO_SMALL = "smaller than the squares of the map"

_ALL_CORNERS = 4
_DECISECONDS_A_MINUTE = 600


class Goal(Protocol):
    """A place people go to, EPSG:4326: a prison or any other service."""

    @property
    def id(self) -> str:
        """What the place is called in the tables."""

    @property
    def lat(self) -> float:
        """Degrees north."""

    @property
    def lon(self) -> float:
        """Degrees east."""


def catchments(destinations: Sequence[Goal], minutes: Sequence[int], router: Router | None = None) -> Any:
    """Draw the catchments of some places by car, one way, and count the people inside.

    Parameters
    ----------
    destinations
        Prisons or other places, each with an id of its own.
    minutes
        Whole minutes, rising, SHORTEST_MINUTES or more.
    router
        The road network; the shipped one if none is given. Its squares are kept for the next call.

    Returns
    -------
    A GeoDataFrame, EPSG:27700, with a row for each destination in the order given, and for each of its ``minutes``:
    ``destination`` (id), ``minutes``, ``mode`` (car), ``area_km2`` of the geometry, ``people``, ``children`` (under 18)
    and ``households_without_car``, which are modelled (``nearhome.geo.places.residents``), ``note`` and ``geometry`` (a
    MultiPolygon). A figure that is not known for the whole of the area, as on the Isle of Man, is missing. Where
    nothing can be drawn the geometry is empty, the figures are missing and the note says why; otherwise it is empty.
    Catchments end at the coast, which is generalised to about 500 m, and at the border with the Republic of Ireland.

    Raises
    ------
    InputError
        When no destination is given or two share an id, or the minutes cannot be used.
    """
    import geopandas as gpd

    _check(destinations, minutes)
    surface = _surface(router or Router.shipped())
    homes = _Homes.of(residents(), surface.squares)
    xy = np.column_stack(
        coordinates.to_metres([place.lat for place in destinations], [place.lon for place in destinations])
    ).reshape(-1, 2)
    rows = [
        (place.id, limit, "car", *drawn)
        for place, patch in zip(destinations, surface.deciseconds_to(xy, minutes[-1] + STEEP_MINUTES), strict=True)
        for limit, drawn in zip(minutes, _drawn(patch, minutes, surface.squares, homes), strict=True)
    ]
    return gpd.GeoDataFrame(
        {name: list(column) for name, column in zip(COLUMNS, zip(*rows, strict=True), strict=True)}, crs=CRS
    )


def catchments_by_network(
    destinations: Sequence[Goal],
    minutes: Sequence[int],
    imported: Sequence[Installed] = (),
    scenario: Conditions = TODAY,
) -> tuple[Any, dict[str, int]]:
    """Draw the same, each destination on the roads that answer for it (``nearhome.geo.imported.networks``).

    Parameters
    ----------
    destinations, minutes
        As for ``catchments``.
    imported
        The imported networks to choose from; elsewhere the shipped one answers.
    scenario
        The conditions on the roads.

    Returns
    -------
    The catchments, and how many destinations each network answered for.

    Raises
    ------
    InputError
        As for ``catchments``, or when the scenario closes what is on none of the networks.
    TableError
        As for ``nearhome.geo.imported.networks.roads_for``.
    """
    import pandas as pd

    _check(destinations, minutes)
    parts, count = [], {}
    for rows, roads in networks.split(grid_points(destinations), imported, scenario):
        part = catchments([destinations[row] for row in rows.tolist()], minutes, roads.router)
        parts.append(part.set_axis((rows[:, None] * len(minutes) + np.arange(len(minutes))).ravel()))
        count[roads.network] = len(rows)
    return pd.concat(parts).sort_index(), count


@lru_cache(maxsize=2)
def _surface(router: Router) -> Surface:
    """Keep the surfaces of the networks last used."""
    return Surface(router)


def _check(destinations: Sequence[Goal], minutes: Sequence[int]) -> None:
    """Refuse what no catchment can be drawn for."""
    if len(destinations) == 0:
        msg = "No destination was given, so there is no catchment to draw; name at least one prison."
        raise InputError(msg)
    ids = [place.id for place in destinations]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        msg = f"The destination {twice[0]!r} was given more than once; give each one its own id."
        raise InputError(msg)
    usable = len(minutes) > 0 and all(limit % 1 == 0 and limit >= SHORTEST_MINUTES for limit in minutes)
    if not usable or any(low >= high for low, high in pairwise(minutes)):
        given = ", ".join(str(limit) for limit in minutes) or "none"
        msg = f"The minutes must be whole, rising and {SHORTEST_MINUTES} or more, such as 30, 60; given: {given}."
        raise InputError(msg)


def _drawn(
    patch: Patch | None, minutes: Sequence[int], squares: Squares, homes: _Homes
) -> Iterator[tuple[float, float, float, float, str, shapely.Geometry]]:
    """Give area, figures, note and geometry for each of a destination's limits."""
    largest = None if patch is None else _land_within(patch, minutes[-1], squares)
    for limit in minutes:
        around = None if largest is None else _land_within(largest, limit, squares)
        shape = None
        if around is not None:
            field = _Field.of(around, limit, squares)
            shape = field.contour()
        if shape is None:
            note = NO_WAY if patch is None else TOO_SMALL
            yield np.nan, np.nan, np.nan, np.nan, note, shapely.MultiPolygon()
        else:
            yield float(shapely.area(shape)) / 1e6, *homes.inside(field, shape), "", shape


def _land_within(patch: Patch, limit_minutes: int, squares: Squares) -> Patch | None:
    """Cut a patch down to the land within a limit and one square around it; None if there is none."""
    sea = squares.sea[patch.top : patch.top + len(patch.times), patch.left : patch.left + patch.times.shape[1]]
    inside = (patch.times[: len(sea), : sea.shape[1]] <= _DECISECONDS_A_MINUTE * limit_minutes) & (sea < 0)
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    if len(rows) == 0:
        return None
    top, left = int(rows[0]) - 1, int(columns[0]) - 1
    return Patch(patch.top + top, patch.left + left, patch.times[top : rows[-1] + 2, left : columns[-1] + 2])


@dataclass(frozen=True, slots=True)
class _Field:
    """The part of the grid around a catchment: ``value`` is negative inside it, positive outside.

    ``top`` and ``left`` say which row and column of the whole grid the part begins with.
    """

    east: Floats
    north: Floats
    value: NDArray[np.float32]
    top: int
    left: int

    @classmethod
    def of(cls, patch: Patch, limit_minutes: int, squares: Squares) -> _Field:
        """Put time and coast in one number, whichever keeps a square out.

        Times are whole tenths of a second, so that half of one more than the limit is no square's time, and no line
        runs through a corner.
        """
        tall = slice(patch.top, patch.top + len(patch.times))
        wide = slice(patch.left, patch.left + patch.times.shape[1])
        late = (patch.times - (_DECISECONDS_A_MINUTE * limit_minutes + 0.5)) / (_DECISECONDS_A_MINUTE * STEEP_MINUTES)
        value = np.maximum(np.clip(late, -1.0, 1.0), squares.sea[tall, wide]).astype(np.float32)
        return cls(squares.east[wide], squares.north[tall], value, patch.top, patch.left)

    def contour(self) -> shapely.Geometry | None:
        """Draw the area inside as a MultiPolygon, EPSG:27700."""
        import contourpy

        lines = contourpy.contour_generator(
            self.east,
            self.north,
            self.value,
            name="serial",
            fill_type=contourpy.FillType.ChunkCombinedOffsetOffset,
        )
        points, rings, polygons = (chunks[0] for chunks in lines.filled(-2.0, 0.0))
        if points is None or rings is None or polygons is None:
            return None
        offsets = rings, polygons, np.array([0, len(polygons) - 1])
        shape = shapely.from_ragged_array(shapely.GeometryType.MULTIPOLYGON, points, offsets)[0]
        return shape if shapely.is_valid(shape) else _only_polygons(shapely.make_valid(shape))

    def corners(self) -> NDArray[np.int64]:
        """Count how many of the four middles around each gap between squares are inside."""
        inside = (self.value < 0).astype(np.int64)
        return inside[:-1, :-1] + inside[1:, :-1] + inside[:-1, 1:] + inside[1:, 1:]


def _only_polygons(shape: shapely.Geometry) -> shapely.Geometry:
    """Keep the areas of a mended shape, not the lines and points that mending may leave."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.MultiPolygon([part for part in parts if isinstance(part, shapely.Polygon)])


@dataclass(frozen=True, slots=True, eq=False)
class _Homes:
    """Residents by the cell between four middles of squares in which they live.

    ``number`` says for each cell, row by row of the grid, which of the inhabited ones it is, or -1; ``first`` where the
    residents of an inhabited cell begin. ``sums`` are its figures, all NaN where the land has no figures.
    """

    people: Residents
    number: NDArray[np.int32]
    first: NDArray[np.intp]
    sums: Floats

    @classmethod
    @lru_cache(maxsize=2)
    def of(cls, people: Residents, squares: Squares) -> _Homes:
        """Sort residents into the cells of a grid, once."""
        shape = squares.sea.shape
        column, row = (
            np.floor((people.xy[:, axis] - middles[0]) / squares.metres).astype(np.int64)
            for axis, middles in enumerate((squares.east, squares.north))
        )
        cell = row * shape[1] + column
        order = np.argsort(cell, kind="stable")
        unknown = np.flatnonzero(squares.uncounted)
        inhabited = np.union1d(cell, unknown)
        number = np.full(shape[0] * shape[1], -1, np.int32)
        number[inhabited] = np.arange(len(inhabited))
        sums: Floats = np.column_stack(
            [np.bincount(number[cell], weights=figure, minlength=len(inhabited)) for figure in people.figures.T]
        )
        sums[number[unknown]] = np.nan
        first: NDArray[np.intp] = np.searchsorted(cell[order], np.append(inhabited, len(number)))
        return cls(Residents(people.xy[order], people.figures[order]), number.reshape(shape), first, sums)

    def inside(self, field: _Field, shape: shapely.Geometry) -> tuple[float, float, float]:
        """Add up the residents inside a catchment: whole cells, and point by point where its line runs through."""
        corners = field.corners()
        part = self.number[field.top : field.top + len(corners), field.left : field.left + corners.shape[1]]
        whole = part[(corners == _ALL_CORNERS) & (part >= 0)]
        cut = part[(corners % _ALL_CORNERS > 0) & (part >= 0)]
        count = self.first[cut + 1] - self.first[cut]
        point = np.repeat(self.first[cut] - np.cumsum(count) + count, count) + np.arange(count.sum())
        shapely.prepare(shape)
        point = point[shapely.contains_xy(shape, *self.people.xy[point].T)]
        unknown = 0.0 * self.sums[cut[count == 0]].sum(axis=0)
        people, children, without_car = (
            self.sums[whole].sum(axis=0) + self.people.figures[point].sum(axis=0) + unknown
        ).tolist()
        return people, children, without_car
