"""The classes that areas fall into on the map and in its table, each with words and a colour.

Blue is better and orange worse, and the darker the worse, so that they can be told apart in grey too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nearhome.app import words

if TYPE_CHECKING:
    import pandas as pd

    from nearhome.app.missing_choices import Choices

ALL_SHARE, HALF, TENTH, SOME_SHARE = 0.95, 0.5, 0.1, 0.005
CHANGE_BIG, CHANGE_SMALL = 0.10, 0.005
"""Shares by which cover changes a lot, and at all."""

BEST, GOOD, POOR, BAD, WORSE, WORST = "#bfdaf2", "#86b8e3", "#e8954a", "#d36c17", "#a0430a", "#5a2300"
UNKNOWN = "#b1b4b6"
MUCH_BETTER, SAME = "#1d70b8", "#f3f2f1"


@dataclass(frozen=True, slots=True)
class Look:
    """One class: a word for programs, what it means, its colour."""

    key: str
    label: str
    colour: str


def looks(choices: Choices) -> tuple[Look, ...]:
    """Give the classes for a question, the best first."""
    if choices.measure == "reached":
        return (
            Look("all", "Nearly all children are reached (95% or more)", BEST),
            Look("half", "Half of them or more", GOOD),
            Look("some", "A tenth or more", POOR),
            Look("few", "Fewer than a tenth", BAD),
            Look("none", "No service is known", WORSE),
            Look("told", "A source says that there is none", WORST),
        )
    half, whole, double = (
        words.duration(minutes) for minutes in (choices.minutes / 2, choices.minutes, 2 * choices.minutes)
    )
    return (
        Look("all", f"Up to {half} on average", BEST),
        Look("half", f"Up to {whole}", GOOD),
        Look("some", f"Up to {double}", POOR),
        Look("few", f"Longer than {double}", BAD),
        Look("lost", "No way there, or no service at a known place", WORST),
        Look("unknown", "Not known", UNKNOWN),
    )


CHANGES = (
    Look("much_better", "Better by 10 points or more", MUCH_BETTER),
    Look("better", "Better by less than 10 points", GOOD),
    Look("same", "The same", SAME),
    Look("worse", "Worse by less than 10 points", POOR),
    Look("much_worse", "Worse by 10 points or more", WORSE),
)
"""Classes of change in the share of children, in percentage points."""


def classes(table: pd.DataFrame, choices: Choices) -> dict[str, str]:
    """Give the class of each area of a coverage, by its code."""
    if choices.measure == "reached":
        standing = table["standing"] if "standing" in table else [""] * len(table)
        return {
            code: _reached(share, said)
            for code, share, said in zip(table["code"], table["covered"], standing, strict=True)
        }
    columns = (table[name] for name in ("code", "minutes_1_mean", "not_known", "no_way", "no_place"))
    return {
        code: _near(mean, unknown, lost + nowhere, choices.minutes)
        for code, mean, unknown, lost, nowhere in zip(*columns, strict=True)
    }


def _reached(share: float, standing: str) -> str:
    if standing == "said to have none":
        return "told"
    if not share > SOME_SHARE:
        return "none"
    limits = (("all", ALL_SHARE), ("half", HALF), ("some", TENTH))
    return next((key for key, least in limits if share >= least), "few")


def _near(mean: float, unknown: float, lost: float, minutes: float) -> str:
    if unknown > HALF:
        return "unknown"
    if lost > HALF or math.isnan(mean):
        return "lost"
    limits = (("all", minutes / 2), ("half", minutes), ("some", 2 * minutes))
    return next((key for key, most in limits if mean <= most), "few")


def changes(before: pd.Series, after: pd.Series, codes: pd.Series) -> dict[str, str]:
    """Give the class of each area's change from one share to another."""
    return {code: _change(float(new - old)) for code, old, new in zip(codes, before, after, strict=True)}


def _change(points: float) -> str:
    if not abs(points) >= CHANGE_SMALL:
        return "same"
    size = "much_" if abs(points) >= CHANGE_BIG else ""
    return f"{size}{'better' if points > 0 else 'worse'}"
