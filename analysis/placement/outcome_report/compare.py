"""Two outcomes side by side: each figure's difference, and whether it is larger than the noise of the model.

Draws of the same number rest on the same variant of the baseline in both, so that what both share cancels out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nearhome.analysis.placement.outcome_report.files import RESULTS
from nearhome.analysis.placement.outcomes import indicators
from nearhome.analysis.placement.outcomes.sensitivity import NOISE, is_beyond_noise, spread
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd


@dataclass(frozen=True, slots=True, eq=False)
class OutcomeComparison:
    """Two outcomes.

    ``table`` has a row a figure: ``figure``, ``words``, ``unit``, ``decimals``, ``today``, ``one``, ``other``,
    ``difference`` (other less one), its ``low`` and ``high`` over the draws that both have, and ``said``: in words
    whether it is one.
    """

    titles: tuple[str, str]
    table: pd.DataFrame
    draws: int
    notes: tuple[str, ...]


def compare(one: Path, other: Path) -> OutcomeComparison:
    """Compare two folders that ``outcome_report.files`` wrote.

    Raises
    ------
    InputError
        A folder holds no outcome, or they are of two prison systems.
    """
    return compared(read(one), read(other))


def read(folder: Path) -> dict[str, Any]:
    """Read a folder's results.

    Raises
    ------
    InputError
        It holds none.
    """
    unread = f"The folder {str(folder)!r} holds no outcome that can be read; write one with nearhome place."
    try:
        content = json.loads((folder / RESULTS).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(unread) from error
    if not isinstance(content, dict):
        raise InputError(unread)
    found: dict[str, Any] = content
    missing = {"title", "nation", "as_of", "figures", "draws"} - set(found)
    if missing or not isinstance(found["figures"], dict) or set(found["figures"]) != set(indicators.BY_NAME):
        msg = f"The outcome in {str(folder)!r} is of another version of nearhome; write it again with nearhome place."
        raise InputError(msg)
    return found


def compared(one: dict[str, Any], other: dict[str, Any]) -> OutcomeComparison:
    """Compare two outcomes as ``read`` or ``outcome_report.files.results`` give them.

    Raises
    ------
    InputError
        They are of two prison systems.
    """
    import pandas as pd

    if one["nation"] != other["nation"]:
        msg = f"One outcome is of {one['nation']}, the other of {other['nation']}; compare two of one prison system."
        raise InputError(msg)
    shared = sorted(set(one["draws"]) & set(other["draws"]), key=int)
    rows = []
    for each in indicators.FIGURES:
        a, b = one["figures"][each.name], other["figures"][each.name]
        pairs = [(one["draws"][draw][each.name][1], other["draws"][draw][each.name][1]) for draw in shared]
        found = np.array([after - before for before, after in pairs if None not in {before, after}])
        values = [float("nan") if value is None else value for value in (a["today"], a["plan"], b["plan"])]
        change = values[2] - values[1]
        low, high = spread(found, change)
        said = _said(change, low, high)
        rows.append((each.name, each.words, each.unit, each.decimals, *values, change, low, high, said))
    columns = ["figure", "words", "unit", "decimals", "today", "one", "other", "difference", "low", "high", "said"]
    return OutcomeComparison(
        (one["title"], other["title"]),
        pd.DataFrame(rows, columns=columns),
        len(shared),
        tuple(_notes(one, other, shared)),
    )


def _said(change: float, low: float, high: float) -> str:
    if not indicators.differs(change, 0):
        return "no difference"
    if np.isnan(low):
        return "not tested"
    return "larger than the noise" if is_beyond_noise(low, high) else "smaller than the noise"


def _notes(one: dict[str, Any], other: dict[str, Any], shared: list[str]) -> list[str]:
    found = []
    if one["as_of"] != other["as_of"]:
        found.append(f"They are of two days, {one['as_of']} and {other['as_of']}: people and prices may differ too.")
    if not shared:
        found.append("They have no draws in common, so whether a difference is larger than the noise is not known.")
    else:
        found.append(
            f"Low and high are of {len(shared)} draws of the model that both have: the middle {10 * NOISE:g} tenths."
        )
    return found
