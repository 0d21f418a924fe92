"""The curve of moves against journeys, drawn as SVG; a table beside it holds the same numbers."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nearhome.analysis.reports import templates
from nearhome.app.wording import fragments

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, HEIGHT = 360, 260
"""A phone's width, so that the letters are as large there as they are meant to be."""

LEFT, RIGHT, TOP, BOTTOM = 44, 16, 34, 52
TICKS: Final = 4
LINE_COLOUR, MARK_COLOUR, INK, RULE = "#1d70b8", "#d4650f", "#0b0c0c", "#b1b4b6"
STEPS: Final = (1, 2, 2.5, 5, 10)
SOFTENING: Final = 0.05
"""By this share the axis of journeys goes beyond the points."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Points of moves and mean burden in the order of moves, and the one that is the scenario's, if it is shown."""

    points: Sequence[tuple[float, float]]
    unit: str
    chosen: tuple[float, float] | None = None


def image(curve: Curve, alt: str) -> str:
    """Return the chart as an HTML image with a text for those who cannot see it."""
    source = b64encode(svg(curve).encode()).decode()
    return fragments.piece("fragments.html", "image", f"data:image/svg+xml;base64,{source}", alt)


def svg(curve: Curve) -> str:
    """Draw the curve: moves to the right, the mean journey upwards."""
    every = [*curve.points, *([curve.chosen] if curve.chosen else [])]
    across = ticks(0, max(moves for moves, _ in every))
    low, high = min(mean for _, mean in every), max(mean for _, mean in every)
    margin = SOFTENING * (high - low) or 1.0
    upwards = ticks(low - margin, high + margin)

    def x(moves: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * moves / across[-1], 1)

    def y(mean: float) -> float:
        share = (mean - upwards[0]) / (upwards[-1] - upwards[0])
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share, 1)

    return templates.render(
        "chart.svg",
        package=fragments.PACKAGE,
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=RIGHT,
        bottom=BOTTOM,
        ink=INK,
        rule=RULE,
        line=LINE_COLOUR,
        mark=MARK_COLOUR,
        curve=curve,
        upwards=[(mean, f"{mean:,.10g}") for mean in upwards],
        across=[(moves, _short(moves)) for moves in across],
        x=x,
        y=y,
    )


def ticks(low: float, high: float) -> list[float]:
    """Return about TICKS round numbers that hold both ends between the first and the last."""
    width = max(high - low, 1e-9) / TICKS
    power = 1.0
    while power > width:
        power /= 10
    while power * 10 <= width:
        power *= 10
    step = next(power * each for each in STEPS if power * each >= width)
    first = int(low // step)
    found = [first * step]
    while found[-1] < high:
        found.append((first + len(found)) * step)
    return found if len(found) > 1 else [found[0], found[0] + step]


def _short(number: float) -> str:
    """Return thousands as "20k": there is no room for more on a phone."""
    return f"{number / 1000:g}k" if number >= 10_000 else f"{number:,.10g}"  # noqa: PLR2004 - five digits are too wide
