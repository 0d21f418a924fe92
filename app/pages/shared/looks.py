"""How areas of a map look: few colours, each with a meaning and a pattern, never red against green."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


CHANGE_BIG, CHANGE_SMALL = 0.10, 0.005
"""Shares by which cover changes a lot, and at all."""


SHARE_DECIMALS = 9
"""What differs by less than a billionth is the same."""


BEST, GOOD, POOR, BAD, WORSE, WORST = "#bfdaf2", "#86b8e3", "#e8954a", "#d36c17", "#a0430a", "#5a2300"


UNKNOWN = "#b1b4b6"


MUCH_BETTER, SAME = "#1d70b8", "#f3f2f1"


@dataclass(frozen=True, slots=True)
class Look:
    """One class: a word for programs, what it means, its colour."""

    key: str
    label: str
    colour: str


CHANGES = (
    Look("much_better", "Better by 10 points or more", MUCH_BETTER),
    Look("better", "Better by less than 10 points", GOOD),
    Look("same", "The same", SAME),
    Look("worse", "Worse by less than 10 points", POOR),
    Look("much_worse", "Worse by 10 points or more", WORSE),
)
"""Classes of change in the share of children, in percentage points."""


def changes(before: pd.Series, after: pd.Series, codes: pd.Series) -> dict[str, str]:
    """Give the class of each area's change from one share to another."""
    return {
        code: _change(round(float(new - old), SHARE_DECIMALS))
        for code, old, new in zip(codes, before, after, strict=True)
    }


def _change(points: float) -> str:
    if not abs(points) >= CHANGE_SMALL:
        return "same"
    size = "much_" if abs(points) >= CHANGE_BIG else ""
    return f"{size}{'better' if points > 0 else 'worse'}"
