"""Suppression across all tables of a report: what a reader can still work out, by linear programmes of our own."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from nearhome.analysis.gap_report import area, protection
from nearhome.analysis.gap_report.protection import (
    APART,
    AT_PRISON,
    CHILDREN,
    NEAR_HOME,
    PERHAPS,
    ROUND_TO,
    UNREACHED,
    within,
)
from nearhome.analysis.methods.disclosure import THRESHOLD, Suppressed, held_back
from nearhome.analysis.services import coverage
from nearhome.data.errors import InputError
from nearhome.data.places import areas
from nearhome.data.places.area_names import KINGDOM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nearhome.analysis.gap_report.protection import Protected
    from nearhome.analysis.services.coverage import Coverage

DAY = date(2008, 6, 1)
SCILLY, CORNWALL, HALTON, SOUTH_WEST = "E06000053", "E06000052", "E06000006", "E12000009"
LIMITS = (30, 60, 90, 120)


def seen(value: float, base: float) -> tuple[float, float]:
    """Give the range that a reader can put a shown number in: zeros are exact, others as rounded and not small."""
    if value == 0 or base == 0:
        return value, value
    shown = np.floor(value / base + 0.5) * base
    return max(THRESHOLD, shown - base / 2), shown + base / 2


def ranges(
    holds: np.ndarray, shown: Sequence[tuple[float, float] | None], wanted: Sequence[int]
) -> list[tuple[float, float]]:
    """Give the least and greatest value of some sums, for a reader who knows the ranges of others."""
    known = [number for number, each in enumerate(shown) if each is not None]
    ends = np.array([shown[number] for number in known], float).reshape(-1, 2)
    rules = {"A_ub": np.vstack([holds[known], -holds[known]]), "b_ub": np.concatenate([ends[:, 1], -ends[:, 0]])}
    found = []
    for number in wanted:
        both = []
        for sign in (1, -1):
            solved = linprog(sign * holds[number], **rules, bounds=(0, None))
            both.append(sign * solved.fun if solved.status == 0 else -sign * np.inf)
        found.append((both[0], both[1]))
    return found


@settings(max_examples=12, deadline=None)
@given(st.data())
@pytest.mark.parametrize("base", [0.0, 10.0])
def test_no_sum_that_is_held_back_can_be_worked_out(base: float, data: st.DataObject) -> None:
    counts = st.one_of(st.floats(0.2, 6), st.floats(6, 300))
    table = np.array(data.draw(st.lists(st.lists(counts, min_size=3, max_size=3), min_size=2, max_size=4)))
    rows = len(table)
    at = np.arange(table.size).reshape(table.shape)
    sums = [*at.ravel()[:, None], *at, *at.T, at.ravel(), at[: rows // 2].ravel(), at[rows // 2 :, :2].ravel()]
    hidden = held_back(table.ravel(), [each.tolist() for each in sums], base=base)
    holds = np.array([np.bincount(each, minlength=table.size) for each in sums], float)
    values = holds @ table.ravel()
    assert hidden[(values < THRESHOLD) & (values > 0)].all()
    shown = [None if hide else seen(value, base) for value, hide in zip(values.tolist(), hidden.tolist(), strict=True)]
    wanted = np.flatnonzero(hidden).tolist()
    for least, most in ranges(holds, shown, wanted):
        assert most - least >= THRESHOLD - 1e-3


def test_the_same_people_twice_are_the_same_number() -> None:
    assert held_back([3.0, 50.0, 70.0], [[0, 1], [1, 0], [2], [0], [0]]).tolist() == [False, False, False, True, True]
    assert held_back([3.0, 50.0], [[0], [1], [0, 1], [1, 0]]).tolist() in (
        [True, True, False, False],
        [True, False, True, True],
    )


def test_a_table_without_small_numbers_is_shown_whole() -> None:
    assert not held_back([6.0, 50.0], [[0], [1], [0, 1]]).any()


@pytest.mark.parametrize(("parts", "more"), [([0.0, 1.0], {}), ([1.0], {"width": 0.0}), ([1.0], {"base": -1.0})])
def test_rules_that_make_no_sense_are_refused(parts: list[float], more: dict[str, float]) -> None:
    with pytest.raises(InputError, match=r"above 0"):
        held_back(parts, [[0]], **more)


@pytest.fixture(scope="module")
def found() -> Coverage:
    return coverage.assess(as_of=DAY)


@pytest.fixture(scope="module")
def safe(found: Coverage) -> Protected:
    return protection.protect(found)


def test_what_is_shown_is_the_rounded_truth(found: Coverage, safe: Protected) -> None:
    for row in found.table.to_dict("records"):
        for name, value in ((CHILDREN, row["children"]), (UNREACHED, row["children_not_covered"])):
            shown = safe.count(row["code"], name)
            if 1e-6 < value < THRESHOLD:
                assert isinstance(shown, Suppressed)
            elif not isinstance(shown, Suppressed):
                assert shown % ROUND_TO == 0
                assert abs(shown - value) <= ROUND_TO / 2 + 1e-6
    assert isinstance(safe.count(SCILLY), Suppressed)
    assert safe.is_shown(CORNWALL)
    assert safe.count(SOUTH_WEST) == pytest.approx(10_230)
    assert safe.count(KINGDOM) == pytest.approx(found.table["children"].sum(), abs=ROUND_TO / 2)


def test_shares_are_those_of_the_numbers_shown(safe: Protected) -> None:
    assert safe.percent(HALTON, UNREACHED) == pytest.approx(
        100 * float(str(safe.count(HALTON, UNREACHED))) / float(str(safe.count(HALTON)))
    )
    assert isinstance(safe.percent(SCILLY, UNREACHED), Suppressed)
    assert safe.percent(CORNWALL, within(90)) == 100


def masks() -> dict[str, np.ndarray]:
    """Give for each name the cells it sums: four bands of time and four apart, by four classes, two unreached."""
    made = {CHILDREN: np.ones((8, 4), bool)}
    for number, limit in enumerate(LIMITS):
        made[within(limit)] = np.arange(8)[:, None] * np.ones(4, int) <= number
    for number, name in enumerate(APART):
        made[name] = np.arange(8)[:, None] * np.ones(4, int) == len(LIMITS) + number
    for number, name in enumerate((NEAR_HOME, AT_PRISON, PERHAPS)):
        made[name] = np.arange(4) * np.ones((8, 1), int) == number
    made[UNREACHED] = np.arange(4) * np.ones((8, 1), int) >= 2
    return made


def test_nothing_suppressed_in_the_south_west_follows_from_any_total(safe: Protected) -> None:
    inside = sorted(areas.find("SW").authorities)
    holds, shown, hidden = [], [], []
    for each in area.every():
        if not each.authorities <= set(inside):
            continue
        rows = [inside.index(code) for code in each.authorities]
        for name, mask in masks().items():
            cells = np.zeros((len(inside), 8, 4))
            cells[rows] = mask
            value = safe.count(each.code, name)
            if isinstance(value, Suppressed):
                hidden.append(len(holds))
                shown.append(None)
            else:
                shown.append(seen(value, ROUND_TO))
            holds.append(cells.ravel())
    assert len(hidden) > 10
    for least, most in ranges(np.array(holds), shown, hidden):
        assert most - least >= THRESHOLD - 1e-3
