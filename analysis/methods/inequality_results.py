"""What the measures of inequality give: figures with the people they are about, each with one plain sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure and whom it is about.

    ``people`` are those it counts, ``left_out`` those whose value is unknown or who have no way.
    """

    value: float
    people: float
    left_out: float


@dataclass(frozen=True, slots=True)
class Gini(Measure):
    """The Gini coefficient: 0 where all have the same, towards 1 where one has everything."""

    def sentence(self, what: str) -> str:
        """Say it plainly; ``what`` names the values, such as ``travel time``."""
        said = (
            f"Two people picked at random differ in {what} by {200 * self.value:z.0f}% of the average, on average "
            f"(Gini {self.value:z.2f}; 0 would be no difference)."
        )
        return _said(self, said, what)


@dataclass(frozen=True, slots=True)
class Theil(Measure):
    """Theil's T (``value``) and its two parts: ``between`` groups and ``within`` them, which add up to it."""

    between: float
    within: float

    def sentence(self, what: str, groups: str) -> str:
        """Say it plainly; ``groups`` names what people were grouped by, such as ``regions``."""
        share = 100 * self.between / self.value if self.value > 0 else 0.0
        said = (
            f"Of the inequality in {what}, {share:.0f}% lies between {groups} and {100 - share:.0f}% within them "
            f"(Theil {self.value:z.3f})."
        )
        if self.value <= 0:
            said = f"Everyone has the same {what}."
        return _said(self, said, what)


@dataclass(frozen=True, slots=True)
class Palma(Measure):
    """The average of the top tenth (``top``) over that of the lowest four tenths (``bottom``)."""

    top: float
    bottom: float

    def sentence(self, what: str, by: str = "the least deprived") -> str:
        """Say it plainly; ``by`` names the top tenth."""
        said = (
            f"On average {what} is {_plain(self.top)} for {by} tenth and {_plain(self.bottom)} for the four tenths "
            f"at the other end: the first is {self.value:.2f} times the second."
        )
        return _said(self, said, what)


@dataclass(frozen=True, slots=True)
class Concentration(Measure):
    """A concentration index, from -1 to 1: below 0 the values gather among those ranked low, above 0 among the high."""

    kind: Literal["standard", "erreygers"]

    def sentence(self, what: str, low: str = "more deprived areas", high: str = "less deprived areas") -> str:
        """Say it plainly; ``low`` and ``high`` name the two ends of the ranking."""
        small = 0.005
        where = (
            f"is spread evenly between {low} and {high}"
            if abs(self.value) < small
            else f"is higher in {low if self.value < 0 else high} than in {high if self.value < 0 else low}"
        )
        return _said(self, f"On the whole {what} {where} (concentration index {self.value:z.3f}, {self.kind}).", what)


@dataclass(frozen=True, slots=True)
class FosterGreerThorbecke(Measure):
    """Foster, Greer and Thorbecke's figures against a line: ``value`` is the share of people on the wrong side of it.

    ``depth`` is the average of their distances from the line as a part of it, everyone else counting 0, and
    ``severity`` the average of the squares, so that the worst count for more.
    """

    line: float
    worse: Literal["above", "below"]
    depth: float
    severity: float

    def sentence(self, what: str) -> str:
        """Say it plainly."""
        said = f"{100 * self.value:.0f}% of people have a {what} {self.worse} {_plain(self.line)}"
        if self.value > 0:
            said += f", by {100 * self.depth / self.value:.0f}% of it on average"
        return _said(self, said + ".", what)


@dataclass(frozen=True, slots=True)
class Tenth:
    """One row of a decile table: ``decile`` 1 to 10, its people, their mean and median, and those with no value."""

    decile: int
    people: float
    mean: float
    median: float
    left_out: float

    def sentence(self, what: str, lowest: str = "the most deprived") -> str:
        """Say it plainly; decile 1 is ``lowest``."""
        whom = f"{lowest} tenth" if self.decile == 1 else f"tenth {self.decile} of 10, counted from {lowest}"
        if not self.people > 0:
            return f"In {whom}, nothing can be said of {what}: it has nobody with a figure."
        average, middle = _plain(self.mean), _plain(self.median)
        return f"In {whom}, {what} is {average} on average and {middle} for the person in the middle."


@dataclass(frozen=True, slots=True)
class Interval:
    """A bootstrap interval by percentiles, with what is needed to repeat it."""

    low: float
    high: float
    level: float
    draws: int
    seed: int

    def sentence(self, name: str) -> str:
        """Say it plainly; ``name`` names the figure."""
        return (
            f"Had other areas of the same kind been looked at, {name} would in {100 * self.level:.0f} of 100 cases "
            f"lie between {_plain(self.low)} and {_plain(self.high)} ({self.draws} draws, seed {self.seed})."
        )


def _said(measure: Measure, said: str, what: str) -> str:
    if not np.isfinite(measure.value):
        said = f"Nothing can be said of {what}, for lack of people or of anything to compare."
    if measure.left_out > 0:
        said += f" Not counted: {measure.left_out:,.0f} people with no way to get there or no figure."
    return said


def _plain(number: float) -> str:
    """Write a number as people do: whole and with commas where it is large."""
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:z.3g}"  # noqa: PLR2004 -- three digits say enough
