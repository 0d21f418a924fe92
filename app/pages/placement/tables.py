"""The tables of *What if people were held nearer home?*: a run's figures as HTML, each with its unit and its day."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Final

from nearhome.analysis.placement.outcome_report import compare, files
from nearhome.analysis.placement.outcomes import indicators as measured
from nearhome.analysis.reports.tables import Mark, written
from nearhome.app.wording import fragments
from nearhome.data.base import phrases

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nearhome.analysis.reports.tables import Column, Table
    from nearhome.app.pages.placement.result import Result

MILLION, LARGE = 1_000_000, 100_000
MINUS: Final = "\N{MINUS SIGN}"
NOTHING: Final = frozenset({Mark.NOT_KNOWN, Mark.NOT_APPLICABLE})
UNKNOWN, NOISE = "not tested", " than the noise"
PLANS: Final = {"today": "Today", "greedy": "Nearest free place", "plan": "This plan", "optimum": "No limit on moves"}
EFFECTS: Final = {
    "minutes_before": "Minutes today",
    "minutes_after": "In the plan",
    "minutes_change": "Change",
    "nearer": "People nearer",
    "further": "People further",
}
PRISONS: Final = {
    "name": "Prison",
    "places": "Places",
    "before": "Held today",
    "after": "In the plan",
    "gain": "One more gains",
    "loss": "One fewer loses",
}


def shown(result: Result, name: str, headings: Mapping[str, str], *, texts: int = 1, title: str = "") -> str:
    """Return columns of a run's table with the headings given, but none that says nothing, and its notes.

    Parameters
    ----------
    result
        The run.
    name
        Of one of its tables.
    headings
        What to call each column, by its name, in the order to show them.
    texts
        How many columns, from the first, are words and not numbers.
    title
        The caption's beginning; the table's own title if empty.
    """
    table = result.tables[name]
    told = {each.name for each in table.columns if set(table.values(each.name)) - NOTHING}
    chosen = [each for name in headings for each in table.columns if each.name == name and name in told]
    cells = zip(*(table.values(each.name) for each in chosen), strict=True)
    rows = [[_written(cell, each) for cell, each in zip(row, chosen, strict=True)] for row in cells]
    caption = f"{title or table.title}. {where_and_when(result)}"
    return fragments.table(caption, [headings[each.name] for each in chosen], rows, texts=texts) + notes(table)


def notes(table: Table) -> str:
    """Return what is to be read with a table; what is suppressed or unreachable in it is explained once."""
    marks = (f"{mark.value}: {mark.meaning}" for mark in table.marks() if mark in {Mark.SUPPRESSED, Mark.NO_WAY})
    said = [*table.notes, *(each for each in marks if not any(note.startswith(each[:3]) for note in table.notes))]
    return fragments.small(each for each in said if each)


def number(value: float, decimals: int = 0, *, signed: bool = False) -> str:
    """Return a figure for a table; large ones in millions."""
    if math.isnan(value):
        return UNKNOWN
    is_large = abs(value) >= LARGE
    rounded = round(value / MILLION, 2) if is_large else round(value, decimals)
    sign = MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""
    return f"{sign}{abs(rounded):,.{2 if is_large else decimals}f}{'m' if is_large else ''}"


def where_and_when(result: Result) -> str:
    """Return what every table of a run is about: the system, the day, and that it is modelled."""
    return f"{result.scenario.nation}, {phrases.day(result.scenario.as_of)}. Modelled, not a count."


def is_limited(result: Result) -> bool:
    """Say whether the best plan without a limit on moves is another than the scenario's."""
    table = result.figures.set_index("figure")
    rows = table.loc[["moves", "minutes_mean", "miles_mean", "unplaced"], ["plan", "optimum"]].to_numpy(float)
    return any(measured.differs(plan, optimum) for plan, optimum in rows.tolist())


def figures(result: Result) -> str:
    """Return every figure of the placements side by side."""
    names = [name for name in PLANS if name != "optimum" or is_limited(result)]
    rows = [
        [_named(row), *(number(float(row[name]), _decimals(row)) for name in names)]
        for row in result.figures.to_dict("records")
    ]
    caption = f"Today, and three ways to place people anew. {where_and_when(result)} m: million."
    return fragments.table(
        caption, ["One way, if nothing else is said", *(PLANS[name] for name in names)], rows
    ) + notes(result.tables["figures"])


def sureness(result: Result) -> str:
    """Return each figure's change against today, where it lies over other baselines, and what that means."""
    sure = dict(zip(result.tables["figures"].values("words"), result.tables["figures"].values("sure"), strict=True))
    known = {row["figure"]: row for row in result.figures.to_dict("records")}
    rows = []
    for row in result.noise.to_dict("records"):
        figure = known[row["figure"]]
        if row["figure"] not in {"people", "moves"}:
            changes = [number(float(row[name]), _decimals(figure), signed=True) for name in ("change", "low", "high")]
            rows.append([_named(figure), *changes, str(sure[figure["words"]]).removesuffix(NOISE)])
    caption = (
        f"Changes against today; eight in ten draws lie between low and high. {where_and_when(result)} m: million."
    )
    return fragments.table(caption, ["Figure", "Change", "Low", "High", "Against the noise"], rows)


def side_by_side(first: Result, second: Result) -> str:
    """Return the figures of two scenarios' plans, and whether they differ by more than the noise of the model.

    Raises
    ------
    InputError
        They are of two prison systems.
    """
    found = compare.compared(*(json.loads(each.files[files.RESULTS]) for each in (first, second)))
    rows = []
    for row in found.table.to_dict("records"):
        figures_shown = [number(float(row[name]), row["decimals"]) for name in ("one", "other")]
        changes = [number(float(row["difference"]), row["decimals"], signed=True), row["said"].removesuffix(NOISE)]
        rows.append([_named(row), *figures_shown, *changes])
    caption = f"First: {first.scenario.title}. Second: {second.scenario.title}. {where_and_when(first)} m: million."
    tested = f"Tested on {found.draws} other baselines that both runs tried." if found.draws else found.notes[-1]
    said = fragments.small((*found.notes[:-1], tested))
    return fragments.table(caption, ["Figure", "First", "Second", "Difference", "Against the noise"], rows) + said


def curve_words(result: Result) -> str:
    """Return the curve of moves against journeys in words."""
    table = result.tables["trade_off"]
    moves, means = ([float(str(cell)) for cell in table.values(name)] for name in ("moves", "mean"))
    if means[-1] >= means[0]:
        return "More moves would not make journeys shorter."
    middle = (means[0] + means[-1]) / 2
    half = next(moved for moved, mean in zip(moves, means, strict=True) if mean <= middle)
    return (
        "The more people move, the shorter the mean journey, and each further move helps less. Half of all that can be "
        f"gained takes {half:,.0f} moves at the most, everything {moves[-1]:,.0f}."
    )


def _written(cell: Any, column: Column) -> str:
    """Write a cell; changes have a sign, and what there is none of says so."""
    if cell in NOTHING:
        return "none"
    if column.name.endswith("change") and not isinstance(cell, Mark):
        return number(float(cell), column.decimals or 0, signed=True)
    return written(cell, column)


def _named(row: Mapping[Any, Any]) -> str:
    """Return a figure's words with its unit, but not what the words say already."""
    return str(row["words"]) if row["unit"] == "people" else f"{row['words']} ({row['unit']})"


def _decimals(row: Mapping[Any, Any]) -> int:
    return measured.BY_NAME[str(row["figure"])].decimals
