"""The directives ``house`` (floors and wings drawn from the code's own imports) and ``wings`` (a table of them)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import grimp
import modules
from data_dictionary import as_table
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sphinx.application import Sphinx

WIDTH, MARGIN, HEAD = 640, 4, 26
BOX_WIDTH, BOX_HEIGHT, GAP = 120, 40, 14
ROW = BOX_HEIGHT + 30
BAND_GAP = 40

Edges = dict[tuple[str, str], int]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    app.add_directive("house", House)
    app.add_directive("wings", Wings)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


class House(SphinxDirective):
    """The drawing."""

    def run(self) -> list[nodes.Node]:
        """Draw it into the page."""
        _depend(self)
        return [nodes.raw("", f'<figure class="house">{drawing()}</figure>', format="html")]


class Wings(SphinxDirective):
    """The table of wings, one line each."""

    def run(self) -> list[nodes.Node]:
        """Write the table."""
        _depend(self)
        rows = (
            (
                nodes.literal("", wing.name.removeprefix("nearhome.")),
                nodes.Text(wing.line),
                nodes.Text(str(len(wing.modules))),
            )
            for wing in modules.wings()
        )
        return [as_table(("wing", "what it is", "modules"), (30, 60, 10), rows)]


def _depend(directive: SphinxDirective) -> None:
    directive.env.note_dependency(__file__)
    for wing in modules.wings():
        for file in modules.folder_of(wing.name).glob("*.py"):
            directive.env.note_dependency(str(file))


@dataclass(frozen=True, slots=True)
class Band:
    """One floor as it is drawn: its wings in rows, and which of them import which."""

    floor: str
    rows: tuple[tuple[str, ...], ...]
    arrows: tuple[tuple[str, str], ...]
    modules: dict[str, int]


@cache
def imports() -> Edges:
    """Count the imports between the wings, named ``floor.wing``; type-checking ones are left out."""
    graph = grimp.build_graph("nearhome", exclude_type_checking_imports=True, cache_dir=None)
    found: Counter[tuple[str, str]] = Counter()
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            ends = (_wing(importer), _wing(imported))
            if ends[0] != ends[1] and all("." in end for end in ends):
                found[ends] += 1
    return dict(found)


def _wing(module: str) -> str:
    return ".".join(module.split(".")[1:3])


def band(floor: str) -> Band:
    """Put the wings of a floor into rows, so that each lies above all that it imports."""
    counts = Counter(
        _wing(f"{wing.name}.{module}") for wing in modules.wings() if wing.floor == floor for module in wing.modules
    )
    edges = [ends for ends in imports() if all(end in counts for end in ends)]
    level = dict.fromkeys(counts, 0)
    for _ in counts:
        for upper, lower in edges:
            level[lower] = max(level[lower], level[upper] + 1)
    rows = tuple(
        tuple(sorted(name for name in counts if level[name] == step)) for step in range(max(level.values()) + 1)
    )
    return Band(floor, rows, tuple(sorted(_reduced(edges))), dict(counts))


def _reduced(edges: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Leave out what follows from other arrows."""
    below: dict[str, set[str]] = {}
    for upper, lower in edges:
        below.setdefault(upper, set()).add(lower)

    def reached(start: str) -> set[str]:
        found: set[str] = set()
        ahead = list(below.get(start, ()))
        while ahead:
            name = ahead.pop()
            if name not in found:
                found.add(name)
                ahead += below.get(name, ())
        return found

    for upper, near in below.items():
        for lower in near:
            if not any(lower in reached(other) for other in near - {lower}):
                yield upper, lower


def drawing() -> str:
    """Draw the house as SVG."""
    parts: list[str] = []
    top = MARGIN
    tops: list[tuple[str, int, int]] = []
    for floor in modules.FLOORS:
        drawn = band(floor)
        height = HEAD + ROW * len(drawn.rows) - (ROW - BOX_HEIGHT) + 2 * GAP
        parts += _band(drawn, top, height)
        tops.append((floor, top, height))
        top += height + BAND_GAP
    for (upper, start, height), (lower, end, _) in pairwise(tops):
        parts.append(_stairs(upper, lower, start + height, end))
    total = top - BAND_GAP + MARGIN
    said = "Four floors: app, analysis, geo and data. Imports go down only. The table below names the wings."
    return (
        f'<svg viewBox="0 0 {WIDTH} {total}" role="img" aria-label="{said}" xmlns="http://www.w3.org/2000/svg">'
        '<defs><marker id="house-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto">'
        f'<path d="M0 0L8 4L0 8z"/></marker></defs>{"".join(parts)}</svg>'
    )


def _band(drawn: Band, top: int, height: int) -> Iterator[str]:
    yield f'<rect class="floor" x="{MARGIN}" y="{top}" width="{WIDTH - 2 * MARGIN}" height="{height}" rx="8"/>'
    count = sum(drawn.modules.values())
    yield _text(f"{drawn.floor}/", MARGIN + 14, top + 26, "name")
    yield f'<text class="count" x="{WIDTH - MARGIN - 14}" y="{top + 26}" text-anchor="end">{count} modules</text>'
    places: dict[str, tuple[float, float]] = {}
    for step, row in enumerate(drawn.rows):
        left = (WIDTH - len(row) * BOX_WIDTH - (len(row) - 1) * GAP) / 2
        for place, name in enumerate(row):
            places[name] = (left + place * (BOX_WIDTH + GAP), top + HEAD + GAP + step * ROW)
    for upper, lower in drawn.arrows:
        x1, y1 = places[upper][0] + BOX_WIDTH / 2, places[upper][1] + BOX_HEIGHT
        x2, y2 = places[lower][0] + BOX_WIDTH / 2, places[lower][1]
        bend = (y2 - y1) / 2
        yield (
            f'<path class="arrow" d="M{x1:g} {y1:g}C{x1:g} {y1 + bend:g} {x2:g} {y2 - bend:g} {x2:g} {y2:g}" '
            'marker-end="url(#house-tip)"/>'
        )
    for name, (x, y) in places.items():
        yield f'<rect class="wing" x="{x:g}" y="{y:g}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="5"/>'
        yield _text(name.split(".")[1], x + BOX_WIDTH / 2, y + 18, "wing-name")
        yield _text(_modules(drawn.modules[name]), x + BOX_WIDTH / 2, y + 33, "wing-count")


def _stairs(upper: str, lower: str, start: int, end: int) -> str:
    """Draw the way from one floor to the next, with the number of imports that go past it downwards."""
    above = set(modules.FLOORS[: modules.FLOORS.index(upper) + 1])
    down = sum(n for (a, b), n in imports().items() if a.split(".")[0] in above and b.split(".")[0] not in above)
    up = sum(n for (a, b), n in imports().items() if a.split(".")[0] not in above and b.split(".")[0] in above)
    x = WIDTH / 2
    said = f"{down} imports down, {up} up"
    return (
        f'<path class="stairs" d="M{x:g} {start + 4}V{end - 4}" marker-end="url(#house-tip)"/>'
        f"<title>from {upper} to {lower}</title>" + _text(said, x + 12, (start + end) / 2 + 4, "stairs-count")
    )


def _modules(count: int) -> str:
    return "1 module" if count == 1 else f"{count} modules"


def _text(said: str, x: float, y: float, kind: str) -> str:
    return f'<text class="{kind}" x="{x:g}" y="{y:g}">{escape(said)}</text>'
