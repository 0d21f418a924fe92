"""Choosing among 16 stores for 205 census tracts: the best of all subsets, as published with spopt."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nearhome.analysis.methods.cover_location import cover_all, cover_most, shortest_longest
from nearhome.analysis.methods.p_median import least_travel

TABLE = np.loadtxt(Path(__file__).with_name("san_francisco.csv"), delimiter=",", skiprows=3)
PEOPLE, METRES = TABLE[:, 0], TABLE[:, 1:]
WITHIN_METRES = 5_000.0


def test_the_table_is_the_published_one() -> None:
    assert METRES.shape == (205, 16)
    assert PEOPLE.sum() == 955_113


@pytest.mark.parametrize(
    ("stores", "person_metres", "furthest_metres", "covered"),
    [
        (1, 5_731_159_103.675, 11_577.279, 448_255),
        (2, 4_009_098_972.135, 9_130.759, 671_938),
        (3, 3_385_565_397.532, 7_529.986, 791_499),
        (4, 2_848_268_129.715, 7_403.064, 875_247),
        (5, 2_554_123_350.188, 5_985.500, 927_402),
    ],
)
def test_the_best_of_all_subsets(stores: int, person_metres: float, furthest_metres: float, covered: int) -> None:
    least = least_travel(METRES, PEOPLE, stores)
    assert least.value == pytest.approx(person_metres, rel=1e-7)
    assert shortest_longest(METRES, stores).value == pytest.approx(furthest_metres, abs=1e-3)
    assert cover_most(METRES, PEOPLE, WITHIN_METRES, stores).value == covered


def test_eight_stores_cover_every_tract() -> None:
    found = cover_all(METRES, WITHIN_METRES)
    assert len(found.chosen) == 8
    assert found.status == "optimal"
