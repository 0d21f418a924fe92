"""The form's own checks: what is missing, where an error belongs, and what must not be told."""

from __future__ import annotations

from datetime import date

import pytest

from nearhome.analysis.costs import fares
from nearhome.analysis.costs.party import Party
from nearhome.analysis.visits import day as visit_day
from nearhome.app.cli.visits import ways
from nearhome.app.pages.shared import problems as form_problems
from nearhome.app.pages.visits import form
from nearhome.app.wording import inputs
from nearhome.data import errors

FULL = form.Questions("TR1 2HE", "EXI", 1, 0)


def test_a_full_form_has_no_problem() -> None:
    assert form.missing(FULL) == ()


@pytest.mark.parametrize("origin", ["", "   ", "\t"])
def test_an_empty_place_is_asked_for_in_plain_words(origin: str) -> None:
    problems = form.missing(form.Questions(origin, "EXI", 1, 0))
    assert problems == (form_problems.FieldProblem(form_problems.ORIGIN, "Enter your postcode or town"),)


def test_everything_missing_is_told_at_once_in_the_order_of_the_form() -> None:
    assert [problem.field for problem in form.missing(form.Questions("", None, 1, 0))] == [
        "prison",
        "origin",
    ]


def test_an_endless_place_is_refused_without_repeating_it() -> None:
    (problem,) = form.missing(form.Questions("x" * 10_000, "EXI", 1, 0))
    assert "80 characters" in problem.message
    assert "xxx" not in problem.message


@pytest.mark.parametrize(
    ("error", "field"),
    [
        (errors.UnknownPlaceError("no such place"), form_problems.ORIGIN),
        (errors.UnknownPrisonError("no such prison"), form_problems.PRISON),
        (errors.PrisonClosedError("closed since 2013"), form_problems.PRISON),
    ],
)
def test_an_error_of_the_library_appears_at_the_field_that_can_put_it_right(
    error: errors.InputError, field: str
) -> None:
    assert form.problem_of(error) == form_problems.FieldProblem(field, str(error))


def test_what_was_typed_is_not_in_the_repr() -> None:
    assert "TR1" not in repr(FULL)


@pytest.mark.parametrize("text", ["4,9", " 4 9 ", "4 and 9", "4, 9,"])
def test_ages_are_read_as_people_write_them(text: str) -> None:
    who = form.party_of(1, 2, text)
    assert isinstance(who, Party)
    assert who.child_ages == (4, 9)


def test_ages_alone_say_how_many_children_there_are() -> None:
    assert form.party_of(2, 0, "3, 7, 12") == Party(2, 3, (3, 7, 12))


@pytest.mark.parametrize(
    ("children", "ages", "said"), [(2, "4", "1 ages"), (1, "nine", "'nine'"), (1, "18", "18"), (1, "-3", "'-3'")]
)
def test_ages_that_cannot_be_are_told_at_their_field(children: int, ages: str, said: str) -> None:
    problem = form.party_of(1, children, ages)
    assert isinstance(problem, form_problems.FieldProblem)
    assert problem.field == form_problems.AGES
    assert said in problem.message


def test_a_railcard_that_does_not_fit_is_told_at_its_field() -> None:
    day = date(2026, 11, 21)
    problem = form.railcard_problem("family", Party(1), day)
    assert problem is not None
    assert problem.field == form_problems.RAILCARD
    assert "needs a child" in problem.message
    assert form.railcard_problem("family", Party(1, 1), day) is None
    assert form.railcard_problem(None, Party(1), day) is None


def test_every_railcard_and_way_of_walking_is_offered_in_the_shell_too() -> None:
    assert set(form.CARDS) == set(fares.CARDS) == set(ways.RAILCARDS)
    assert set(form.WALKING_WORDS) == set(inputs.WALKERS) == set(ways.WALKING)
    assert ways.MODES["all"] == inputs.ALL
    assert ways.LEAD_MINUTES == visit_day.LEAD_MINUTES
