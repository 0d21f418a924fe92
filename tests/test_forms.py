"""The form's own checks: what is missing, where an error belongs, and what must not be told."""

from __future__ import annotations

import pytest

from nearhome.app import forms
from nearhome.data import errors

FULL = forms.Questions("TR1 2HE", "EXI", 1, 0)


def test_a_full_form_has_no_problem() -> None:
    assert forms.missing(FULL) == ()


@pytest.mark.parametrize("origin", ["", "   ", "\t"])
def test_an_empty_place_is_asked_for_in_plain_words(origin: str) -> None:
    problems = forms.missing(forms.Questions(origin, "EXI", 1, 0))
    assert problems == (forms.Problem(forms.ORIGIN, "Enter your postcode or town"),)


def test_everything_missing_is_told_at_once_in_the_order_of_the_form() -> None:
    assert [problem.field for problem in forms.missing(forms.Questions("", None, 1, 0))] == [
        "origin",
        "prison",
    ]


def test_an_endless_place_is_refused_without_repeating_it() -> None:
    (problem,) = forms.missing(forms.Questions("x" * 10_000, "EXI", 1, 0))
    assert "80 characters" in problem.message
    assert "xxx" not in problem.message


@pytest.mark.parametrize(
    ("error", "field"),
    [
        (errors.UnknownPlaceError("no such place"), forms.ORIGIN),
        (errors.UnknownPrisonError("no such prison"), forms.PRISON),
        (errors.PrisonClosedError("closed since 2013"), forms.PRISON),
    ],
)
def test_an_error_of_the_library_appears_at_the_field_that_can_put_it_right(
    error: errors.InputError, field: str
) -> None:
    assert forms.problem_of(error) == forms.Problem(field, str(error))


def test_what_was_typed_is_not_in_the_repr() -> None:
    assert "TR1" not in repr(FULL)
