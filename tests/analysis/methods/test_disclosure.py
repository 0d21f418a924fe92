"""Suppression: who has the table and its totals cannot work out what is not shown. An attack tries, cell by cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from nearhome.analysis.methods import disclosure
from nearhome.analysis.methods.disclosure import ProtectedTable, Suppressed, rounded, suppressed
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

HIDDEN = Suppressed.CELL


@st.composite
def tables(draw: st.DrawFn) -> tuple[np.ndarray[Any, Any], list[list[str]]]:
    """Draw tables of many small counts, with no, one or two levels of groups."""
    random = np.random.default_rng(draw(st.integers(0, 100_000)))
    rows, columns = draw(st.integers(1, 7)), draw(st.integers(1, 4))
    counts = random.poisson(draw(st.sampled_from([0.5, 3, 12])), (rows, columns))
    levels = [[f"R{row // 2}" for row in range(rows)], [f"N{row // 4}" for row in range(rows)]]
    return counts, levels[: draw(st.integers(0, 2))]


def shown_sums(table: ProtectedTable, levels: list[list[str]]) -> Iterator[tuple[np.ndarray[Any, Any], Any]]:
    """Give each number of a table and which of its cells, as a mask, it is the sum of."""
    rows, columns = len(table.cells), len(table.cells[0])
    for row in range(rows):
        for column in range(columns):
            mask = np.zeros((rows, columns), bool)
            mask[row, column] = True
            yield mask.ravel(), table.cells[row][column]
    for row in range(rows):
        yield (np.arange(rows)[:, None] == row).repeat(columns, 1).ravel(), table.row_totals[row]
    for column in range(columns):
        yield np.tile(np.arange(columns) == column, rows), table.column_totals[column]
    yield np.ones(rows * columns, bool), table.total
    for names, found in zip(levels, table.levels, strict=True):
        for name, cells, total in zip(found.names, found.cells, found.totals, strict=True):
            inside = (np.array(names) == name)[:, None].repeat(columns, 1)
            yield inside.ravel(), total
            for column in range(columns):
                yield (inside & (np.arange(columns) == column)).ravel(), cells[column]


def attack(table: ProtectedTable, levels: list[list[str]], least: float) -> Iterator[tuple[float, float]]:
    """Narrow each number that is not shown, by linear programming, to the range that all shown ones leave."""
    known, unknown = [], []
    for mask, value in shown_sums(table, levels):
        (unknown if value is HIDDEN else known).append((mask, value))
    size = len(table.cells) * len(table.cells[0])
    lower = np.array([least if value is HIDDEN else 0.0 for row in table.cells for value in row])
    equal = np.array([mask for mask, _ in known], float).reshape(-1, size)
    sums = [value for _, value in known]
    for mask, _ in unknown:
        ends = []
        for sign in (1, -1):
            found = linprog(
                sign * mask.astype(float),
                A_eq=equal if sums else None,
                b_eq=sums or None,
                bounds=np.column_stack([lower, np.full(size, np.inf)]),
            )
            assert found.status in {0, 3}  # solved or without bound
            ends.append(sign * (found.fun if found.status == 0 else -np.inf))
        yield ends[0], ends[1]


@settings(max_examples=60, deadline=None)
@given(tables(), st.sampled_from([True, False]), st.sampled_from([3, 5, 10]), st.sampled_from([None, 2, 8]))
def test_no_suppressed_number_can_be_told_or_narrowed(
    drawn: Any, show_zeros: Any, threshold: int, width: int | None
) -> None:
    counts, levels = drawn
    table = suppressed(counts, levels=levels, threshold=threshold, show_zeros=show_zeros, width=width)
    ranges = list(attack(table, levels, 1.0 if show_zeros else 0.0))
    assert all(high - low >= (width or threshold) - 1e-5 for low, high in ranges)


def test_the_attack_tells_a_small_number_that_nothing_else_protects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disclosure, "_protect", lambda *_: None)
    table = suppressed([[20, 50, 10], [8, 19, 22], [17, 3, 12]])
    assert list(attack(table, [], 1.0)) == [(pytest.approx(3), pytest.approx(3))]


@settings(max_examples=60, deadline=None)
@given(tables(), st.sampled_from([True, False]))
def test_what_is_shown_is_true_and_never_small(drawn: Any, show_zeros: Any) -> None:
    counts, levels = drawn
    table = suppressed(counts, levels=levels, show_zeros=show_zeros)
    for mask, value in shown_sums(table, levels):
        true = counts.ravel()[mask].sum()
        if value is not HIDDEN:
            assert value == true >= 0
            assert value >= 5 or (value == 0 and show_zeros)
        else:
            assert true > 0 or not show_zeros
    again = suppressed(counts.tolist(), levels=levels, show_zeros=show_zeros)
    assert again == table


def test_a_table_without_small_numbers_is_shown_whole() -> None:
    table = suppressed([[20, 0], [8, 9]])
    assert table.cells == ((20, 0), (8, 9))
    assert (table.row_totals, table.column_totals, table.total) == ((20, 17), (28, 9), 37)
    assert table.suppressed == 0


def test_one_small_cell_hides_three_others_and_no_total() -> None:
    table = suppressed([[20, 50, 10], [8, 19, 22], [17, 3, 12]])
    assert table.suppressed == 4
    assert table.cells[2][1] is HIDDEN
    assert HIDDEN not in (*table.row_totals, *table.column_totals, table.total)
    assert str(table.cells[2][1]) == "[c]"
    assert "below 5" in table.note


def test_two_ones_that_add_up_to_two_are_not_left_to_each_other() -> None:
    table = suppressed([1, 1, 40, 50])
    assert table.cells[0][0] is table.cells[1][0] is HIDDEN
    assert table.suppressed == 3  # 1 + 1 could only be 2; with a third nobody knows


def test_a_lone_authority_of_a_region_hides_another_region_or_the_total() -> None:
    table = suppressed([3, 30, 40, 50], levels=[["A", "B", "B", "C"]])
    (regions,) = table.levels
    assert regions.names == ("A", "B", "C")
    assert table.cells[0][0] is regions.totals[0] is HIDDEN
    assert (table.total is HIDDEN) != (sum(value is HIDDEN for value in regions.totals) > 1)


def test_a_table_of_next_to_nobody_shows_nothing() -> None:
    table = suppressed([[1, 0], [0, 2]], show_zeros=False)
    assert {value for row in table.cells for value in row} == {HIDDEN}
    assert table.total is HIDDEN


def test_the_true_number_is_nowhere_in_the_result() -> None:
    table = suppressed([[3.25, 50.5], [61.75, 44.5]])
    assert "3.25" not in repr(table)
    assert table.suppressed == 4


def test_authorities_by_kind_in_regions_take_no_time_and_lose_little() -> None:
    random = np.random.default_rng(0)
    counts = random.poisson(random.gamma(1, 12, (60, 1)) * np.ones((1, 4)))
    table = suppressed(counts, levels=[[f"R{row % 6}" for row in range(60)]])
    small = int(((counts > 0) & (counts < 5)).sum())
    assert small <= table.suppressed <= 2 * small
    assert HIDDEN not in table.column_totals


@given(tables(), st.sampled_from([3, 5, 10]))
def test_rounding_is_to_the_nearest_and_never_negative(drawn: Any, base: int) -> None:
    counts, levels = drawn
    table = rounded(counts, levels=levels, base=base)
    for mask, value in shown_sums(table, levels):
        true = counts.ravel()[mask].sum()
        assert value % base == 0
        assert value >= 0
        assert abs(value - true) <= base / 2


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: suppressed([[1, -1]]), "value -1"),
        (lambda: suppressed([[1, np.nan]]), "value nan"),
        (lambda: suppressed(np.zeros((2, 0))), r"shape \(2, 0\)"),
        (lambda: suppressed([1, 2], levels=[["A"]]), "1 rows have a group and the table has 2"),
        (lambda: suppressed([1, 2], levels=[["A", "A"], ["X", "Y"]]), "lies in several of the next"),
        (lambda: suppressed([1, 2], threshold=0), "threshold is 0"),
        (lambda: rounded([1, 2], base=0), "multiples of 0"),
    ],
)
def test_bad_input_is_one_sentence(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()


def test_the_default_threshold_is_five() -> None:
    assert disclosure.THRESHOLD == 5
