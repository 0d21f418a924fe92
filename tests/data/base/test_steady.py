"""Exponentials, logarithms and sums of products without a processor's help, against those with it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nearhome.data.base import steady

EXPONENTIALS = ["0x1.5bf0a8b14576ap+1", "0x1.9511fc6871044p-6", "0x1.1aec7b35a00d4p+0"]
LOGARITHMS = ["0x1.193ea7aad030bp+0", "-0x1.6d3c324e13f4fp-2", "0x1.7069e2aa2aa5bp+4"]


@given(st.floats(-700, 700))
def test_exponentials_are_right_to_the_last_digits(number: float) -> None:
    assert float(steady.exp(number)) == pytest.approx(math.exp(number), rel=1e-15)


@given(st.floats(1e-300, 1e300))
def test_logarithms_are_right_to_the_last_digits(number: float) -> None:
    assert float(steady.log(number)) == pytest.approx(math.log(number), rel=2e-15, abs=1e-16)


def test_their_ends() -> None:
    assert steady.exp([0.0, -math.inf, -800.0, math.inf, 710.0]).tolist() == [1.0, 0.0, 0.0, math.inf, math.inf]
    assert steady.log([1.0, 0.0]).tolist() == [0.0, -math.inf]
    assert np.isnan(steady.log(-1.0))
    assert np.isnan(steady.exp(math.nan))


def test_sums_of_products() -> None:
    matrix = np.arange(6.0).reshape(2, 3)
    assert steady.dot([1, 2, 3], [4, 5, 6]) == 32
    assert steady.by_rows(matrix, [1, 0, 2]).tolist() == (matrix @ [1, 0, 2]).tolist()
    assert steady.by_columns([1, 2], matrix).tolist() == ([1, 2] @ matrix).tolist()


def test_they_are_to_the_digit_what_they_were() -> None:
    """The digits themselves: a machine that gives others does not add and multiply by IEEE 754."""
    assert [each.hex() for each in steady.exp([1.0, -3.7, 0.1]).tolist()] == EXPONENTIALS
    assert [each.hex() for each in steady.log([3.0, 0.7, 1e10]).tolist()] == LOGARITHMS
