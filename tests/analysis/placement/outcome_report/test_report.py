"""The words of an outcome: none and all are said of none and all only, and nothing is minus nothing."""

from __future__ import annotations

import math

import pytest

from nearhome.analysis.placement.outcome_report import report


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.0, "0.0 %"),
        (0.004, "under 0.1 %"),
        (0.1, "0.1 %"),
        (33.34, "33.3 %"),
        (99.96, "over 99.9 %"),
        (100.0, "100.0 %"),
        (math.nan, "an unknown part"),
    ],
)
def test_shares_that_are_nearly_none_or_all_say_so(value: float, said: str) -> None:
    assert report._percent(value) == said  # noqa: SLF001 -- the words are the point


def test_a_figure_is_never_minus_nothing() -> None:
    assert report._shown(-0.3) == "0"  # noqa: SLF001 -- as above
    assert report._shown(-0.04, 1) == "0.0"  # noqa: SLF001 -- as above
    assert report._shown(1234.5678, 1) == "1,234.6"  # noqa: SLF001 -- as above
