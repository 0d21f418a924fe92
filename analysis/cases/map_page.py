"""The Cornwall case as one HTML page with a map drawn into it: it asks for nothing from anywhere, and prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nearhome.analysis.cases import text
from nearhome.analysis.cases.journeys import FAR_MILES, NEAR_MILES
from nearhome.analysis.reports import templates
from nearhome.data.base.coordinates import to_metres
from nearhome.data.catalogue import tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nearhome.analysis.cases.findings import CaseFindings
    from nearhome.analysis.cases.journeys import Spread
    from nearhome.data.base.arrays import Floats
    from nearhome.data.prisons.register import Prison


WIDTH = 960.0
MARGIN_METRES = 15_000.0
DETAIL_METRES = 400.0
"""Borders are drawn no finer than this."""
LABEL_HEIGHT = 13.0
LETTER_WIDTH = 6.4
MAP_WORDS = (
    "Grey discs are towns, larger where more people live. Prisons are marked by how far they are from Cornwall by road "
    "on average: those of the South West, and beyond it the nearest for each kind of prisoner. The tables on this page "
    "give the same facts."
)
BANDS = (
    ("near", "circle", f"under {NEAR_MILES:.0f} miles"),
    ("within", "square", f"{NEAR_MILES:.0f} to {FAR_MILES:.0f} miles"),
    ("far", "triangle", f"over {FAR_MILES:.0f} miles"),
)
"""Each distance band has a shape as well as a colour, for those who cannot tell the colours apart."""


@dataclass(frozen=True, slots=True)
class Land:
    """An area of the map: its class in the style sheet, and its border as the path of an SVG."""

    name: str
    look: str
    path: str


@dataclass(frozen=True, slots=True)
class TownMark:
    """A town, and what its tooltip says, in drawing units."""

    x: float
    y: float
    radius: float
    told: str


@dataclass(frozen=True, slots=True)
class PrisonMark:
    """A prison with its name at ``left`` and ``top``, and the line under the name that begins at the prison."""

    x: float
    y: float
    left: float
    top: float
    end: float
    look: str
    shape: str
    label: str
    told: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """The map as its template takes it."""

    height: float
    land: list[Land]
    towns: list[TownMark]
    prisons: list[PrisonMark]
    width: float = WIDTH
    words: str = MAP_WORDS
    bands: tuple[tuple[str, str, str], ...] = BANDS


Table = tuple[str, tuple[str, ...], list[tuple[str, ...]], frozenset[int]]
"""Caption, headings, rows, and which columns are numbers, counted from 0."""


def html(title: str, found: CaseFindings) -> str:
    """Write the page: sentences, map, and tables with the same facts as the map."""
    return templates.render(
        "cornwall.html",
        package="nearhome.analysis.cases",
        title=title,
        sections=list(text.sections(found)),
        prisons_heading=text.PRISONS_HEADING,
        nearest_heading=text.NEAREST_HEADING,
        drawing=_map(found),
        prisons=_prison_table(found),
        nearest=_nearest_table(found),
        towns=_town_table(found),
        sources=_sources(),
    )


def band(miles: float) -> tuple[str, str, str]:
    """Give class, shape and words of a distance."""
    return BANDS[0] if miles < NEAR_MILES else BANDS[1] if miles <= FAR_MILES else BANDS[2]


def _sources() -> str:
    used = ("prisons", "road_edges", "boundaries_region", "boundaries_county", "postcodes")
    return " ".join(dict.fromkeys(tables.table(name).attribution for name in used))


# The map


class _Frame:
    """Puts metres of the National Grid (EPSG:27700) on the drawing, north up."""

    def __init__(self, xy: Floats) -> None:
        self.west, self.south = xy.min(axis=0) - MARGIN_METRES
        self.east, self.north = xy.max(axis=0) + MARGIN_METRES
        self.scale = WIDTH / (self.east - self.west)
        self.height = (self.north - self.south) * self.scale

    def place(self, xy: Floats) -> Floats:
        """Give drawing units, to a tenth."""
        moved = np.column_stack([xy[:, 0] - self.west, self.north - xy[:, 1]]) * self.scale
        rounded: Floats = np.round(moved, 1)
        return rounded


def _map(found: CaseFindings) -> Drawing:
    on_it = {prison.id for prison in found.regional} | {way.prison.id for each in found.nearest for way in each.row}
    shown = [pair for pair in found.by_prison.values() if pair[0].id in on_it]
    prisons = np.column_stack(to_metres([each.lat for each, _ in shown], [each.lon for each, _ in shown]))
    towns = np.array([[town.easting, town.northing] for town in found.towns])
    frame = _Frame(np.vstack([prisons, towns]))
    largest = max(town.share for town in found.towns)
    return Drawing(
        height=frame.height,
        land=list(_land(frame)),
        towns=[
            TownMark(
                x=x,
                y=y,
                radius=9.0 * (town.share / largest) ** 0.5,
                told=f"{town.name}: about {town.people:,.0f} people (modelled)",
            )
            for town, (x, y) in zip(found.towns, frame.place(towns), strict=True)
        ],
        prisons=list(_prison_marks(shown, frame.place(prisons), frame.height)),
    )


def _land(frame: _Frame) -> Iterator[Land]:
    """Draw the regions, then Cornwall over them."""
    for name, shape in _shapes("boundaries_region"):
        yield from _area(frame, name, shape)
    for name, shape in _shapes("boundaries_county"):
        if name == "Cornwall":
            yield from _area(frame, name, shape, look="land home")


def _area(frame: _Frame, name: str, shape: Any, look: str = "land") -> Iterator[Land]:
    """Draw one area where it reaches into the frame."""
    rings = []
    for ring in _rings(shape):
        xy = np.column_stack(to_metres(ring[:, 1], ring[:, 0]))
        low, high = xy.min(axis=0), xy.max(axis=0)
        if (high < (frame.west, frame.south)).any() or (low > (frame.east, frame.north)).any():
            continue
        points = frame.place(_simpler(xy))
        rings.append("M" + "L".join(f"{x:g} {y:g}" for x, y in points) + "Z")
    if rings:
        yield Land(name, look, "".join(rings))


def _rings(shape: Any) -> Iterator[Floats]:
    """Yield the outer rings of a shape as (lon, lat) rows."""
    for part in getattr(shape, "geoms", [shape]):
        yield np.asarray(part.exterior.coords, dtype=float)[:, :2]


def _simpler(xy: Floats) -> Floats:
    from shapely import LineString

    return np.asarray(LineString(xy).simplify(DETAIL_METRES).coords, dtype=float)


def _shapes(table: str) -> list[tuple[str, Any]]:
    """Read names and shapes (EPSG:4326) without geopandas, which takes a second to import."""
    import pyarrow.parquet as pq
    from shapely import from_wkb

    columns = pq.ParquetFile(tables.path(table)).read(columns=["name", "geometry"]).to_pydict()
    return list(zip(columns["name"], from_wkb(columns["geometry"]), strict=True))


def _prison_marks(shown: Sequence[tuple[Prison, Spread]], at: Floats, height: float) -> Iterator[PrisonMark]:
    """Place each prison and its name, moved aside by a line where names would cover each other."""
    taken: list[tuple[float, float, float, float]] = []
    for row in np.lexsort((at[:, 0], at[:, 1])):
        (prison, spread), (x, y) = shown[row], at[row]
        look, shape, words = band(spread.miles)
        label = f"{prison.short_name} {spread.miles:.0f}"
        width = LETTER_WIDTH * len(label)
        left, top = _free(x, y, width, taken, height)
        yield PrisonMark(
            x=x,
            y=y,
            left=left,
            top=top,
            end=left if left >= x else left + width,
            look=look,
            shape=shape,
            label=label,
            told=f"{prison.name}: {spread.miles:.0f} miles by road on average ({words}), {text.hours(spread.minutes)}",
        )


def _free(
    x: float, y: float, width: float, taken: list[tuple[float, float, float, float]], height: float
) -> tuple[float, float]:
    """Find the place nearest to a mark where its name covers no other, and take it."""
    steps = [(dx, dy) for dy in range(12) for dx in range(5)]
    places = [
        (x + across * (8 + 14 * dx) - (width if across < 0 else 0), y - 6 + down * LABEL_HEIGHT * dy)
        for dx, dy in sorted(steps, key=lambda step: step[0] + step[1])
        for across in (1, -1)
        for down in (1, -1)
    ]
    for left, top in places:
        box = (left, top, left + width, top + LABEL_HEIGHT)
        inside = box[0] >= 0 and box[1] >= 0 and box[2] <= WIDTH and box[3] <= height
        if inside and not any(_overlap(box, other) for other in taken):
            taken += [box, (x - 5, y - 5, x + 5, y + 5)]
            return left, top
    return places[0]


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


# The tables


def _prison_table(found: CaseFindings) -> Table:
    regional = {prison.id for prison in found.regional}
    rows = [
        (
            prison.name,
            text.holds(prison),
            "yes" if prison.id in regional else "no",
            f"{spread.miles:.0f} ({spread.lowest_miles:.0f} to {spread.highest_miles:.0f})",
            band(spread.miles)[2],
            *_cells(spread),
        )
        for prison, spread in found.by_prison.values()
    ]
    heads = ("Prison", "Holds", "South West", "Miles", "Mark", *_HEADS)
    return "Prisons, the quickest to reach first", heads, rows, frozenset({3, 5, 6, 7, 8})


def _nearest_table(found: CaseFindings) -> Table:
    rows = [
        (
            each.kind.title,
            text.names_of(each.prisons),
            f"{each.spread.miles:.0f} ({each.spread.lowest_miles:.0f} to {each.spread.highest_miles:.0f})",
            *_cells(each.spread),
        )
        for each in found.nearest
    ]
    heads = ("Person", "Nearest prison", "Miles", *_HEADS)
    return "Nearest prison by drive time", heads, rows, frozenset({2, 3, 4, 5, 6})


_HEADS = ("Time one way", "Cost there and back", "May get back", "Share 80 to 180 miles")


def _cells(spread: Spread) -> tuple[str, ...]:
    return (
        text.hours(spread.minutes),
        f"{text.pounds(spread.pence)} ({text.pounds(spread.low_pence)} to {text.pounds(spread.high_pence)})",
        text.back(spread),
        text.percent(spread.within),
    )


def _town_table(found: CaseFindings) -> Table:
    first = found.nearest[0]
    rows: list[tuple[str, ...]] = [
        (
            way.town.name,
            f"{way.town.people:,.0f}",
            way.prison.short_name,
            f"{way.miles:.0f}",
            text.hours(way.minutes),
            f"{text.pounds(way.cost.pence)}",
        )
        for way in first.row
    ]
    caption = f"Cornwall's towns and the nearest prison for {first.kind.title[:1].lower()}{first.kind.title[1:]}"
    heads = ("Town", "People (modelled)", "Prison", "Miles", "Time one way", "Cost there and back")
    return caption, heads, rows, frozenset({1, 3, 4, 5})
