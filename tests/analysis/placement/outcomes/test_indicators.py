"""Figures that rest on whole thousandths: the same in whatever order, and all or none only where it is so."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nearhome.analysis.placement.outcomes import indicators, service_changes
from nearhome.analysis.placement.outcomes.changes import thousandths
from nearhome.analysis.placement.outcomes.sensitivity import is_beyond_noise
from nearhome.analysis.placement.scenarios.estate import whole_places

ROWS = st.lists(st.tuples(st.integers(0, 10**7), st.integers(1, 500)), min_size=1, max_size=40)


@given(ROWS, st.randoms(use_true_random=False))
def test_means_and_shares_do_not_hang_on_the_order(rows: list[tuple[int, int]], random: object) -> None:
    shuffled = rows.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    found = []
    for some in (rows, shuffled):
        steps, count = np.array(some, np.int64).T
        values = steps / 1000
        assert (thousandths(values) == steps).all()
        limit = int(np.median(steps))
        found.append(
            (
                indicators._mean(values, count),  # noqa: SLF001 -- no other room adds up
                indicators._total(values, count),  # noqa: SLF001 -- as above
                indicators._percent(steps > limit, count),  # noqa: SLF001 -- as above
                [indicators.quantile(values, count, percent) for percent in (50, 90, 95, 100)],
            )
        )
        assert indicators._percent(steps >= 0, count) == 100  # noqa: SLF001 -- as above
        assert indicators.quantile(values, count, 100) == values.max()
    assert found[0] == found[1]


def test_everybody_at_a_prison_with_a_service_is_all_and_nobody_is_none() -> None:
    weight = np.array([0.1, 0.2, 0.7, 13.3])
    people = np.array([3, 7, 11, 900])
    assert service_changes._percent(weight, people, people) == 100  # noqa: SLF001 -- all from counts is the point
    assert service_changes._percent(weight, 0 * people, people) == 0  # noqa: SLF001 -- as above
    one = service_changes._percent(weight, np.array([3, 0, 0, 0]), people)  # noqa: SLF001 -- as above
    assert one == pytest.approx(100 * 0.1 / 14.3)


def test_the_last_bit_of_a_float_is_no_difference_and_no_place() -> None:
    assert not indicators.differs(0.1 + 0.2, 0.3)
    assert indicators.differs(0.3, 0.301)
    assert indicators.differs(float("nan"), 0)
    assert not is_beyond_noise(1e-14, 1.0)
    assert is_beyond_noise(0.01, 1.0)
    assert whole_places(10 * 1.1) == 11  # 11.000000000000002
    assert whole_places(11.2) == 12
