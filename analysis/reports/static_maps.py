"""Static maps for pages: areas in colours, points over them, and a key in words, as SVG or as drawn by reportlab.

Colour never stands alone: every class is named in the key and in the tables beside the map, and each area of the SVG
has its name and class as a tooltip.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nearhome.analysis.reports.report import Category, Layer
    from nearhome.data.base.arrays import Floats


WIDTH = 640.0
TALLEST = 900.0
MARGIN = 0.02
DETAIL = 0.8
"""Borders are drawn no finer than this, in units of the drawing."""

LEAST_AREA = 1.5
"""Islands smaller than this many square units are left out, unless they are all there is of an area."""

POINT_RADIUS = 3.0
OUTLINE = "#6f777b"
POINT_COLOUR = "#0b0c0c"


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """One area: what its tooltip says, its colour, and its rings in drawing units, y downwards."""

    told: str
    colour: str
    rings: tuple[Floats, ...]

    @property
    def path(self) -> str:
        """The rings as the path of an SVG."""
        return "".join(map(_path, self.rings))


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """A map ready to be drawn. ``points`` are rows of x and y with what each one says in ``told``."""

    title: str
    alt: str
    width: float
    height: float
    shapes: tuple[Shape, ...]
    points: Floats
    told: tuple[str, ...]
    key: tuple[Category, ...]
    points_title: str
    outline: str = OUTLINE
    point_colour: str = POINT_COLOUR
    point_radius: float = POINT_RADIUS

    @property
    def dots(self) -> list[tuple[float, float, str]]:
        """The points with what each one says."""
        return [(x, y, said) for (x, y), said in zip(self.points.tolist(), self.told, strict=True)]


def drawing(areas: Layer, points: Layer | None = None) -> Drawing:
    """Lay out a map of areas (polygons, EPSG:27700), north up, with the classes that occur in its key."""
    import shapely

    shapes = areas.frame.geometry.to_numpy()
    west, south, east, north = shapely.total_bounds(shapes)
    margin = MARGIN * max(east - west, north - south)
    scale = min(WIDTH / (east - west + 2 * margin), TALLEST / (north - south + 2 * margin))

    def placed(xy: Floats) -> Floats:
        moved = np.column_stack([xy[:, 0] - west + margin, north + margin - xy[:, 1]]) * scale
        return np.asarray(np.round(moved, 1))

    drawn = shapely.transform(shapely.coverage_simplify(shapes, DETAIL / scale), placed)
    categories = {each.value: each for each in areas.categories}
    classes = areas.frame[areas.by].tolist()
    names = areas.frame[areas.name_column].tolist()
    found = tuple(
        Shape(f"{name}: {categories[value].label}", categories[value].colour, _rings(shape))
        for name, value, shape in zip(names, classes, drawn, strict=True)
    )
    at, told = np.zeros((0, 2)), tuple[str, ...]()
    if points is not None and len(points.frame):
        at = placed(shapely.get_coordinates(points.frame.geometry.to_numpy()))
        told = tuple(points.frame[points.name_column].tolist())
    width, height = (round(scale * (side + 2 * margin), 1) for side in (east - west, north - south))
    inside = np.flatnonzero(np.all((at >= 0) & (at <= [width, height]), axis=1))
    at, told = at[inside], tuple(told[number] for number in inside.tolist())
    return Drawing(
        title=areas.title,
        alt=areas.alt,
        width=width,
        height=height,
        shapes=found,
        points=at,
        told=told,
        key=tuple(each for each in areas.categories if each.value in set(classes)),
        points_title=points.title if points is not None and len(at) else "",
    )


def _rings(shape: Any) -> tuple[Floats, ...]:
    """Give the rings of an area that are large enough to be seen, the largest first."""
    import shapely

    parts = sorted(shapely.get_parts(shape), key=lambda part: -part.area)
    seen = [part for number, part in enumerate(parts) if number == 0 or part.area >= LEAST_AREA]
    rings = [ring for part in seen for ring in (part.exterior, *part.interiors)]
    return tuple(np.asarray(shapely.get_coordinates(ring)) for ring in rings if not ring.is_empty)


def _path(ring: Floats) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in ring[:-1].tolist()) + "Z"


def flowables(picture: Drawing, width: float, tallest: float) -> Iterator[Any]:
    """Draw it for reportlab, at most so wide and tall in points: the map, and the key below it."""
    from reportlab.graphics import shapes as drawn
    from reportlab.lib.colors import HexColor

    lines = len(picture.key) + bool(picture.points_title)
    scale = min(width / picture.width, (tallest - 16 * lines) / picture.height)
    below = 16.0 * lines
    whole = drawn.Drawing(picture.width * scale, picture.height * scale + below)
    for shape in picture.shapes:
        path = drawn.Path(
            fillColor=HexColor(shape.colour),
            strokeColor=HexColor(OUTLINE),
            strokeWidth=0.2,
            fillMode=drawn.FILL_EVEN_ODD,
        )
        for ring in shape.rings:
            for number, (x, y) in enumerate(ring[:-1].tolist()):
                step = path.moveTo if number == 0 else path.lineTo
                step(x * scale, below + (picture.height - y) * scale)
            path.closePath()
        whole.add(path)
    for x, y in picture.points.tolist():
        dot = HexColor(POINT_COLOUR)
        whole.add(
            drawn.Circle(
                x * scale,
                below + (picture.height - y) * scale,
                1.4,
                fillColor=dot,
                strokeColor=HexColor("#ffffff"),
                strokeWidth=0.3,
            )
        )
    for number, each in enumerate(picture.key):
        y = below - 16.0 * (number + 1)
        whole.add(drawn.Rect(0, y + 2, 10, 10, fillColor=HexColor(each.colour), strokeColor=HexColor(OUTLINE)))
        whole.add(drawn.String(16, y + 4, each.label, fontSize=9))
    if picture.points_title:
        whole.add(drawn.Circle(5, 7, 3, fillColor=HexColor(POINT_COLOUR)))
        whole.add(drawn.String(16, 4, picture.points_title, fontSize=9))
    yield whole
