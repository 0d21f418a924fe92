"""The ranking of *Where help is missing*: areas with most need and least help first, as words, HTML and CSV."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nearhome.analysis.methods.disclosure import Suppressed
from nearhome.analysis.services import publishable
from nearhome.app.pages.services.choices import in_part
from nearhome.app.wording import fragments
from nearhome.data.base import exact, phrases
from nearhome.data.base.escaping import safe_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nearhome.analysis.services.coverage import Coverage
    from nearhome.app.pages.services.choices import Choices

HIDDEN = "too few to show"
"""What stands for a suppressed number: below 5, or one from which such a one could be worked out."""

STANDINGS = {
    "whole nation": "All, by services for the nation",
    "near home": "Services near home",
    "said to have none": "A source says: none",
    "at prisons only": "At prisons only",
    "at prisons not named": "Perhaps at prisons, not named",
    "none known": "None known",
}
LEAST_SHOWN, ROUND_TO = 5, 10
"""Numbers of children below the one are not shown, and others to the nearest of the other, as in gap reports."""

_SOME = 0.005


@dataclass(frozen=True, slots=True)
class Row:
    """One authority; numbers of children are estimates, and None where they are suppressed.

    ``missing`` are the children without the help that the ranking goes by, NaN where that is not known; ``minutes`` is
    the average way to the nearest service, NaN where none is known, and ``lost`` says why not.
    """

    code: str
    name: str
    children: float | None
    low: float | None
    high: float | None
    missing: float | None
    reached: float | None
    standing: str
    minutes: float
    lost: str


def rows(found: Coverage, choices: Choices) -> tuple[tuple[Row, ...], str]:
    """Rank the authorities of the chosen part of the country.

    Returns
    -------
    The rows, most children without help first, those whose number is not shown last; and the sentence on suppression.
    """
    shown, note = publishable.shown(found)
    made = [_row(each, choices) for each in shown.to_dict("records") if in_part(str(each["code"]), choices.part)]
    made.sort(key=lambda row: (row.missing is None or math.isnan(row.missing), -(row.missing or 0.0), row.name))
    return tuple(made), note


def _row(cells: dict[Any, Any], choices: Choices) -> Row:
    children, reached = _number(cells["children"]), _number(cells["covered"])
    missing = _number(cells["children_not_covered"])
    unknown = float(cells["not_known"])
    if choices.measure == "near":
        share = 1.0 - float(cells[choices.within]) - unknown
        known = math.nan if unknown > 1 - _SOME else float(exact.settled(children * share)) if children else 0.0
        missing = _few(known) if children is not None else None
    minutes = float(cells["minutes_1_mean"])
    lost = "not known" if unknown > _SOME else "no service at a known place" if cells["no_place"] else "no way there"
    return Row(
        code=str(cells["code"]),
        name=str(cells["name"]),
        children=children,
        low=_number(cells["children_low"]),
        high=_number(cells["children_high"]),
        missing=missing,
        reached=reached,
        standing=STANDINGS[str(cells["standing"])],
        minutes=minutes,
        lost=lost if math.isnan(minutes) else "",
    )


def _few(number: float) -> float | None:
    """Suppress a number of children so small that they might be recognised."""
    return None if _SOME < number < LEAST_SHOWN else number


def _number(cell: Any) -> float | None:
    return None if cell is Suppressed.CELL else float(cell)


def about(number: float | None) -> str:
    """Write an estimated number of children to two figures, and to the ten below a hundred: "3,400", "340", "90"."""
    if number is None:
        return HIDDEN
    if math.isnan(number):
        return "not known"
    if number < LEAST_SHOWN:
        return "none" if number < _SOME else f"fewer than {LEAST_SHOWN}"
    size = max(ROUND_TO, 10 ** (len(str(int(exact.settled(number)))) - 2))
    return f"{exact.half_up(number, size):,.0f}"


def between(low: float | None, high: float | None) -> str:
    """Write the low and the high of an estimate: "2,400 to 4,700"."""
    return HIDDEN if low is None or high is None else f"{about(low)} to {about(high)}"


def percent(share: float | None) -> str:
    """Write a share: "63%", "under 1%", "over 99%"."""
    if share is None:
        return HIDDEN
    if math.isnan(share):
        return "not known"
    return phrases.percent(share)


def nearest(row: Row) -> str:
    """Write the way to the nearest service, one way."""
    return f"Nearest: {row.lost or phrases.about(phrases.duration(row.minutes))}"


def html(made: Sequence[Row], choices: Choices) -> str:
    """Return the ranking as a table with a caption that says what, when and in which unit."""
    shown = [
        {
            "name": row.name,
            "missing": about(row.missing),
            "children": about(row.children),
            "range": between(row.low, row.high),
            "standing": row.standing,
            "reached": percent(row.reached),
            "nearest": nearest(row),
        }
        for row in made
    ]
    return fragments.piece("services.html", "ranking", caption(choices), shown)


def caption(choices: Choices) -> str:
    """Say what the ranking counts."""
    whom = (
        f"whom no {choices.help} is known to reach"
        if choices.measure == "reached"
        else f"more than {phrases.duration(choices.minutes)} {choices.travelling} from {choices.help}"
    )
    return (
        f"Children with a parent in prison in a year, estimated (low to high), {whom}, by local authority: "
        f"{choices.part}, {phrases.day(choices.as_of)}"
    )


CSV_HEADS = (
    "code",
    "area",
    "children",
    "children_low",
    "children_high",
    "children_without_help",
    "share_reached",
    "standing",
    "minutes_to_nearest",
    "no_figure_because",
)


def csv_bytes(made: Sequence[Row], choices: Choices, notes: Sequence[str]) -> bytes:
    """Return the ranking as CSV in UTF-8: a header, the rows, and below them what they rest on.

    Numbers of children are rounded to tens, and a suppressed one is ``[c]``. A text that a spreadsheet may take for a
    formula has an apostrophe before it.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(CSV_HEADS)
    for row in made:
        counts = (row.children, row.low, row.high, row.missing)
        writer.writerow(
            [
                row.code,
                safe_text(row.name),
                *(_count(each) for each in counts),
                _cell(row.reached, 4),
                row.standing,
                _cell(row.minutes, 1),
                row.lost,
            ]
        )
    writer.writerow([])
    writer.writerows([safe_text(each)] for each in (caption(choices), *notes))
    return stream.getvalue().encode("utf-8-sig")


def _count(number: float | None) -> str:
    if number is None:
        return "[c]"
    return "" if math.isnan(number) else str(int(exact.half_up(number, ROUND_TO)))


def _cell(number: float | None, decimals: int) -> str:
    return "[c]" if number is None else "" if math.isnan(number) else f"{number:.{decimals}f}"
