"""An outcome as tables fit to be published: with titles, units and meanings, and small counts suppressed.

Counts of people above 0 and below ``disclosure.THRESHOLD`` are not shown, though all are modelled, nor others from
which they could be worked out. In tables by pair, those that are not listed are small, hidden or empty: which, is not
told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nearhome.analysis.methods import disclosure
from nearhome.analysis.placement.outcomes import changes, indicators
from nearhome.analysis.placement.outcomes.service_changes import NOTE as SERVICES_NOTE
from nearhome.analysis.reports.tables import Column, Mark, Table, table
from nearhome.data.places import areas as area_finder

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from numpy.typing import NDArray

    from nearhome.analysis.placement.outcomes.run import Outcome
    from nearhome.analysis.placement.scenarios.setup import ScenarioStart
    from nearhome.data.base.arrays import Ints


SHOWN = 10
"""Rows of long tables that a page shows."""

UNLISTED = (
    f"Pairs of fewer than {disclosure.THRESHOLD} people, and others that would give such a one away, are left out."
)
GREEDY = (
    "The nearest free place in turn forgets where people are and leaves some without: its journeys are of the rest."
)
_COUNTS = ("nearer", "further", "same")
_IN_PAGES = ("people", "moved", "nearer", "further", "minutes_before", "minutes_after", "minutes_change")


def tables(outcome: Outcome) -> tuple[Table, ...]:
    """Give every table, in the order in which they are read."""
    unit, codes = outcome.plan.objective.unit, outcome.start.codes
    found = [
        *_figures(outcome.figures, outcome.noise),
        *(_effects(outcome.effects[by], by) for by in changes.BY if by != "authority"),
        *_authorities(outcome.effects["authority"]),
        *_prisons(outcome.prisons, unit),
        _wings(outcome.wings, unit),
        *_moves(outcome.moves),
        _placed(outcome.start, outcome.after),
        _trade_off(outcome.trade_off, unit),
        _services(outcome.services),
        _sensitivity(outcome.sensitivity),
        _draws(outcome.draws),
        _unplaced(outcome.unplaced, codes),
        _sites(outcome.sites, unit),
    ]
    return tuple(each for each in found if each.rows)


def hidden_pairs(counts: Ints) -> NDArray[np.bool_]:
    """Say which cells of a matrix of pairs are not shown: small ones, and as many more as it takes.

    A reader may know the sum of each row and column. So wherever hidden people of a line sum to less than the
    threshold, or sit in one cell, the least cell shown is hidden too.
    """
    hidden = (counts > 0) & (counts < disclosure.THRESHOLD)
    while True:
        before = hidden.copy()
        for across, covered in ((counts, hidden), (counts.T, hidden.T)):
            for row in np.flatnonzero(covered.any(axis=1)):
                shown = np.flatnonzero((across[row] > 0) & ~covered[row])
                alone = covered[row].sum() == 1 or across[row][covered[row]].sum() < disclosure.THRESHOLD
                if alone and len(shown):
                    covered[row, shown[np.argmin(across[row, shown])]] = True
        if np.array_equal(before, hidden):
            return hidden


def _figures(figures: pd.DataFrame, noise: pd.DataFrame) -> Iterator[Table]:
    """Give every figure, and for pages journeys apart from what is counted in whole numbers."""
    frame = figures.merge(noise, on="figure", how="left")
    frame["sure"] = _sureness(frame)
    decimals = frame["figure"].map(lambda name: indicators.BY_NAME[name].decimals)
    for name, title, rows, places in (
        ("figures", "Today, the nearest free place, and the plan", frame, 1),
        ("journeys", "Journeys today, by the nearest free place, and in the plan", frame[decimals == 1], 1),
        ("totals", "People and a year's visits, likewise", frame[decimals == 0], 0),
    ):
        columns = (
            _text("words", "Figure", "What is measured", key=True),
            _text("unit", "Unit", "Unit of the figures in this row"),
            _number("today", "Today", "As the modelled baseline has it", decimals=places),
            _number("greedy", "Nearest free place", "Everybody placed anew in turn, in random order", decimals=places),
            _number("plan", "This scenario", "The scenario's plan", decimals=places),
            _number("optimum", "Without limit on moves", "The best plan, same rules and levers", decimals=places),
            _number("change", "Change", "This scenario less today", decimals=places),
            _number("low", "Change, low", "A tenth of the draws are below", decimals=places),
            _number("high", "Change, high", "A tenth of the draws are above", decimals=places),
            _text("sure", "How sure", "Whether the change is larger than the noise of the model"),
        )
        notes = (GREEDY,) if places else ()
        yield table(rows, columns, name=name, title=title, notes=notes, in_pages=name != "figures")


def _sureness(frame: pd.DataFrame) -> list[str]:
    words = []
    for change, low, sure in zip(frame["change"], frame["low"], frame["is_sure"], strict=True):
        if not indicators.differs(change, 0):
            words.append("no change")
        elif np.isnan(low):
            words.append("not tested")
        else:
            words.append("larger than the noise" if sure else "smaller than the noise")
    return words


def _effects(frame: pd.DataFrame, by: str) -> Table:
    shown, note = _suppressed(frame)
    keys = (_text(by, changes.BY[by], "Whose journeys these are", key=True),)
    title = f"Who gains and who loses: {_low(by)}"
    return table(
        shown,
        (*keys, *_EFFECTS),
        name=f"by_{by}",
        title=title,
        notes=_said(note),
        page_columns=(by, *_IN_PAGES),
    )


def _said(note: str) -> tuple[str, ...]:
    return (note,) if note else ()


def _low(by: str) -> str:
    return changes.BY[by][0].lower() + changes.BY[by][1:]


def _authorities(frame: pd.DataFrame) -> tuple[Table, Table]:
    region = [area_finder.authority(code).region or area_finder.authority(code).nation for code in frame["authority"]]
    shown, note = _suppressed(frame, region)
    shown["region"] = region
    keys = (
        _text("authority", "Code", "ONS code of the home authority", key=True),
        _text("name", "Home authority", "Its name"),
        _text("region", "Region", "Its region"),
    )
    whole = table(
        shown,
        (*keys, *_EFFECTS),
        name="by_authority",
        title="Every home authority",
        notes=_said(note),
        in_pages=False,
    )
    ends = shown if len(shown) <= 2 * SHOWN else shown.iloc[[*range(SHOWN), *range(-SHOWN, 0)]]
    most = table(
        ends,
        (keys[1], *_EFFECTS),
        name="authorities_most",
        title=f"The {SHOWN} authorities that gain least or lose, and the {SHOWN} that gain most",
        notes=_said(note),
        page_columns=("name", *_IN_PAGES),
    )
    return whole, most


def _suppressed(frame: pd.DataFrame, region: list[str] | None = None) -> tuple[pd.DataFrame, str]:
    """Hide small counts of those who are nearer, further off or as before; and all of an area with few people."""
    shown = frame.copy()
    shown["same"] = shown["people"] - shown["nearer"] - shown["further"]
    if not len(shown):
        return shown, ""
    levels = [region] if region else []
    found = disclosure.suppressed(shown[list(_COUNTS)].to_numpy(), levels=levels)
    few = np.array([total is disclosure.Suppressed.CELL for total in found.row_totals])
    cells: dict[str, list[Any]] = {name: [row[at] for row in found.cells] for at, name in enumerate(_COUNTS)}
    cells["people"] = list(found.row_totals)
    hides = np.array([[cell is disclosure.Suppressed.CELL for cell in row] for row in found.cells]).any(axis=1)
    moved = shown["moved"].to_numpy()
    small = hides | few | ((moved > 0) & (moved < disclosure.THRESHOLD))
    cells["moved"] = [Mark.SUPPRESSED if hide else int(count) for count, hide in zip(moved, small, strict=True)]
    for column in _EFFECTS:
        if column.name not in cells:
            cells[column.name] = [
                Mark.SUPPRESSED if hide else value for value, hide in zip(shown[column.name], few, strict=True)
            ]
    for name, values in cells.items():
        shown[name] = np.array(values, dtype=object)
    return shown, found.note if found.suppressed else ""


def _prisons(frame: pd.DataFrame, objective_unit: str) -> tuple[Table, Table]:
    unit = f"{objective_unit} a visit"
    columns = (
        _text("prison", "Id", "The prison's id", key=True),
        _text("name", "Prison", "Its name"),
        _number("places", "Places", "Operational capacity less headroom", "places"),
        _number("before", "Today", "People held today", "people"),
        _number("after", "After", "People held after the moves", "people"),
        _number("gain", "Gain of one more place", "What all families together save", unit, decimals=1),
        _number("loss", "Loss of one fewer", "What all families together bear more", unit, decimals=1),
    )
    notes = ("Both prices are exact for one place, at the plan's price of a move.",)
    whole = table(
        frame,
        columns,
        name="prisons",
        title="Occupancy, and what a place is worth",
        notes=notes,
        in_pages=False,
    )
    dear = frame.sort_values(["gain", "name"], ascending=[False, True]).head(SHOWN)
    most = table(
        dear,
        columns[1:],
        name="prisons_most",
        title=f"The {SHOWN} prisons where one more place helps most",
        notes=notes,
    )
    return whole, most


def _wings(frame: pd.DataFrame, objective_unit: str) -> Table:
    unit = f"{objective_unit} a visit"
    hidden = hidden_pairs(frame["people"].to_numpy()[:, None])[:, 0]
    columns = (
        _text("prison", "Id", "The prison's id", key=True),
        _text("name", "Prison", "Its name"),
        _text("kinds", "For", "Kinds of people", key=True),
        _number("places", "Places", "Places for them, of those who may be moved", "places"),
        _number("gain", "Gain of one more place", "What all families together save", unit, decimals=1),
        _number("loss", "Loss of one fewer", "What all families together bear more", unit, decimals=1),
    )
    return table(frame[~hidden], columns, name="roles", title="What a place of each role is worth", in_pages=False)


def _moves(moves: pd.DataFrame) -> tuple[Table, Table]:
    columns = (
        _text("origin", "From", "The prison today", key=True),
        _text("goal", "To", "The prison of the plan", key=True),
        _number("people", "People", "How many", "people"),
    )
    frame = _listed(moves, "origin", "goal")
    total = int(moves["people"].sum())
    note = f"{total:,} people move in all. {UNLISTED}"
    whole = table(frame, columns, name="moves", title="Moves by pair of prisons", notes=(note,), in_pages=False)
    most = table(
        frame.head(SHOWN),
        columns,
        name="moves_most",
        title=f"The {SHOWN} commonest moves",
        notes=_said(note),
    )
    return whole, most


def _listed(frame: pd.DataFrame, one: str, other: str) -> pd.DataFrame:
    """Leave out pairs that are not to be shown."""
    if not len(frame):
        return frame
    matrix = frame.pivot_table(index=one, columns=other, values="people", aggfunc="sum", fill_value=0)
    hidden = hidden_pairs(matrix.to_numpy(np.int64))
    rows = {name: at for at, name in enumerate(matrix.index)}
    columns = {name: at for at, name in enumerate(matrix.columns)}
    kept = [not hidden[rows[a], columns[b]] for a, b in zip(frame[one], frame[other], strict=True)]
    return frame[kept]


def _placed(start: ScenarioStart, people: Ints) -> Table:
    """Give people of each authority at each prison after the moves."""
    import pandas as pd

    home = start.authority[start.instance.home]
    counts = np.zeros((len(start.codes), people.shape[1]), np.int64)
    np.add.at(counts, home[home >= 0], people[home >= 0])
    row, column = np.nonzero(counts * ~hidden_pairs(counts))
    frame = pd.DataFrame(
        {
            "authority": [start.codes[at] for at in row],
            "name": [area_finder.authority(start.codes[at]).name for at in row],
            "prison": [start.names[at] for at in column],
            "people": counts[row, column],
        }
    )
    columns = (
        _text("authority", "Code", "ONS code of the home authority", key=True),
        _text("name", "Home authority", "Its name"),
        _text("prison", "Prison", "The prison of the plan", key=True),
        _number("people", "People", "How many", "people"),
    )
    title = "Who would be held where, by home authority"
    return table(frame, columns, name="placed", title=title, notes=(UNLISTED,), in_pages=False)


def _trade_off(curve: pd.DataFrame, unit: str) -> Table:
    frame = curve.copy()
    first = frame["moves"] == frame["moves"].min()
    prices = zip(first, frame["move_price"], strict=True)
    frame["move_price"] = np.array([Mark.NOT_APPLICABLE if none else price for none, price in prices], dtype=object)
    columns = (
        _number("moves", "Moves", "People who are moved, at most", "people", key=True),
        _number("mean", "Mean burden", "Of those who may be moved", unit, decimals=1),
        _number("move_price", "The last move saves", "What the last of these moves saves", unit, decimals=1),
    )
    notes = ("Each point is the best plan with so many moves; between two points the curve lies under their line.",)
    return table(frame, columns, name="trade_off", title="Moves against journeys", notes=notes)


def _services(frame: pd.DataFrame) -> Table:
    columns = (
        _text("words", "Service", "Kind of service at prisons", key=True),
        _number("prisons", "Prisons", "Prisons of this system for which the register knows one", "prisons"),
        _number("before", "Today", "Children whose parent is held where one is known", "per cent", decimals=1),
        _number("after", "After", "The same after the moves", "per cent", decimals=1),
        _number("change", "Change", "After less today", "percentage points", decimals=1),
    )
    title = "Services at prisons, before and after"
    return table(frame, columns, name="services", title=title, notes=(SERVICES_NOTE,))


def _sensitivity(frame: pd.DataFrame) -> Table:
    columns = (
        _text("what", "What is varied", "The difference from the scenario", key=True),
        _number("minutes_mean", "Mean journey", "One way", "minutes", decimals=1),
        _number("minutes_change", "Change", "Against today with as many people", "minutes", decimals=1),
        _number("moves", "Moves", "People who move", "people"),
        _number("unplaced", "Without a place", "People for whom there is none", "people"),
        _text("note", "Remark", "Why there is no plan, if there is none"),
    )
    shown = [each.name for each in columns if each.name != "note" or frame["note"].any()]
    title = "If people or places were more or fewer"
    return table(frame, columns, name="sensitivity", title=title, page_columns=shown)


def _draws(frame: pd.DataFrame) -> Table:
    columns = (
        _number("draw", "Draw", "Number of the draw, and its seed", key=True),
        _text("figure", "Figure", "Name of the figure, as in results.json", key=True),
        _number("today", "Today", "Of this draw's baseline", decimals=4),
        _number("plan", "This scenario", "Of this draw's plan", decimals=4),
    )
    title = "Other baselines that the published figures would allow"
    return table(frame, columns, name="draws", title=title, in_pages=False)


def _unplaced(unplaced: pd.DataFrame, codes: tuple[str, ...]) -> Table:
    frame = unplaced.copy()
    names = {code: area_finder.authority(code).name for code in codes}
    frame["home"] = [names.get(home[:9], home) + home[9:] if home[:9] in names else home for home in frame["home"]]
    few = hidden_pairs(frame["people"].to_numpy(np.int64)[:, None])[:, 0] if len(frame) else np.zeros(0, bool)
    frame["people"] = np.array(
        [Mark.SUPPRESSED if hide else count for count, hide in zip(frame["people"], few, strict=True)], dtype=object
    )
    columns = (
        _text("home", "Home", "Home authority", key=True),
        _text("kind", "Kind", "Kind of people", key=True),
        _number("people", "People", "Without a place", "people"),
        _text("would_help", "What would house them", "The smallest change of each rule that would"),
    )
    return table(frame, columns, name="unplaced", title="People for whom there is no place")


def _sites(frame: pd.DataFrame, unit: str) -> Table:
    columns = (
        _text("site", "Site", "The middle of this authority", key=True),
        _text("code", "Code", "Its ONS code"),
        _number("people", "People", "Whom the new prison would hold", "people"),
        _number("unplaced", "Without a place", "Change in people without a place", "people"),
        _number("burden", "Change", "What all bear more for one visit each; less if negative", unit, decimals=0),
    )
    return table(frame, columns, name="sites", title="Every site, the best first", in_pages=False)


def _text(name: str, title: str, meaning: str, *, key: bool = False) -> Column:
    return Column(name, title, meaning, is_key=key)


def _number(name: str, title: str, meaning: str, unit: str = "", *, decimals: int = 0, key: bool = False) -> Column:
    return Column(name, title, meaning, unit, decimals, is_key=key)


_EFFECTS = (
    _number("people", "People", "With a known home and a place", "people"),
    _number("moved", "Moved", "In another prison than today", "people"),
    _number("nearer", "Nearer", "Journey shorter by a minute or more", "people"),
    _number("further", "Further", "Journey longer by a minute or more", "people"),
    _number("same", "As before", "Neither", "people"),
    _number("minutes_before", "Journey today", "Mean, one way", "minutes", decimals=1),
    _number("minutes_after", "Journey after", "Mean, one way", "minutes", decimals=1),
    _number("minutes_change", "Change", "After less today", "minutes", decimals=1),
    _number("miles_before", "Distance today", "Mean by road, one way", "miles", decimals=1),
    _number("miles_after", "Distance after", "Mean by road, one way", "miles", decimals=1),
    _number("over_2_hours_before", "Over 2 hours today", "Of the people", "per cent", decimals=1),
    _number("over_2_hours_after", "Over 2 hours after", "Of the people", "per cent", decimals=1),
)
