"""The classes that areas fall into on the map and in its table, each with words and a colour.

Blue is better and orange worse, and the darker the worse, so that they can be told apart in grey too.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from nearhome.app.pages.shared.looks import BAD, BEST, GOOD, POOR, UNKNOWN, WORSE, WORST, Look
from nearhome.data.base import phrases

if TYPE_CHECKING:
    import pandas as pd

    from nearhome.app.pages.services.choices import Choices

ALL_SHARE, HALF, TENTH, SOME_SHARE = 0.95, 0.5, 0.1, 0.005


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
        phrases.duration(minutes) for minutes in (choices.minutes / 2, choices.minutes, 2 * choices.minutes)
    )
    return (
        Look("all", f"Up to {half} on average", BEST),
        Look("half", f"Up to {whole}", GOOD),
        Look("some", f"Up to {double}", POOR),
        Look("few", f"Longer than {double}", BAD),
        Look("lost", "No way there, or no service at a known place", WORST),
        Look("unknown", "Not known", UNKNOWN),
    )


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
