"""Whole parts of people: they make their totals up, and sums of them are the same in any order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nearhome.data.base import exact

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Column = NDArray[np.float64]


@st.composite
def places(draw: st.DrawFn) -> tuple[Column, Column, NDArray[np.int64]]:
    """Draw weights in groups, some nought, and a total for each group."""
    random = np.random.default_rng(draw(st.integers(0, 10_000)))
    groups, count = draw(st.integers(1, 6)), draw(st.integers(1, 60))
    owner = random.integers(groups, size=count)
    weights = random.exponential(size=count) * (random.random(count) > 0.2)
    totals = draw(st.sampled_from([random.integers(0, 5_000, groups).astype(float), random.random(groups) * 900]))
    return weights, totals, owner


@given(places(), st.sampled_from([exact.PERSON, exact.SHARE]))
def test_parts_make_their_totals_up_and_differ_by_less_than_one_from_their_due(
    drawn: tuple[Column, Column, NDArray[np.int64]], parts: int
) -> None:
    weights, totals, owner = drawn
    found = exact.share_out(weights, totals, owner, parts=parts)
    sums = np.bincount(owner, weights=weights, minlength=len(totals))
    assert (found * parts == np.rint(found * parts)).all()
    assert (found[weights == 0] == 0).all()
    used = sums > 0
    whole = np.rint(totals * parts) / parts
    assert (np.bincount(owner, weights=found, minlength=len(totals))[used] == whole[used]).all()
    due = np.divide(weights, sums[owner], out=np.zeros(len(weights)), where=sums[owner] > 0) * whole[owner]
    assert (np.abs(found - due) * parts < 1.001).all()


@given(places(), st.integers(0, 1_000))
def test_sums_are_the_same_in_any_order_and_by_any_kernel(
    drawn: tuple[Column, Column, NDArray[np.int64]], seed: int
) -> None:
    weights, _, _ = drawn
    people = exact.share_out(weights, 300_000.0)
    shares = exact.share_out(weights, 1.0, parts=exact.SHARE)
    order = np.random.default_rng(seed).permutation(len(people))
    assert people.sum() == people[order].sum() == sum(people.tolist())
    assert (people * shares).sum() == people[order] @ shares[order]
    if weights.any():
        assert shares[order].sum() == 1


@given(places())
def test_noise_in_the_last_digit_changes_no_part(drawn: tuple[Column, Column, NDArray[np.int64]]) -> None:
    weights, totals, owner = drawn
    noisy = weights * (1 + 1e-15 * np.where(np.arange(len(weights)) % 2, 1, -1))
    assert (exact.share_out(weights, totals, owner) == exact.share_out(noisy, totals, owner)).all()


def test_of_equal_remainders_the_first_is_rounded_up() -> None:
    assert (exact.share_out(np.ones(3), 2.0, parts=1) == [1, 1, 0]).all()
    assert (exact.share_out(np.zeros(3), 2.0, parts=1) == 0).all()


@pytest.mark.parametrize(
    ("number", "step", "shown"),
    [(15, 10, 20), (15 - 1e-12, 10, 20), (14.99, 10, 10), (25, 10, 30), (-0.2, 1, 0), (0.5, 1, 1), (2.5 - 1e-13, 1, 3)],
)
def test_halves_are_rounded_up_and_nothing_is_minus_nought(number: float, step: float, shown: float) -> None:
    found = float(exact.half_up(number, step))
    assert found == shown
    assert np.copysign(1, found) == 1


def test_what_nearly_is_a_whole_number_is_one() -> None:
    assert exact.settled([4.9999999999, 1e-13, -1e-13, 4.9]).tolist() == [5, 0, 0, 4.9]
    assert exact.is_all(1 - 1e-15)
    assert not exact.is_all(0.999_999)
