"""What an instance is made from, and what is wrong with what it is not."""

from __future__ import annotations

import numpy as np
import pytest

from nearhome.analysis.placement.solver.instance import NOWHERE, Wing
from nearhome.data.errors import InputError
from tests.placements import NO_WAY, three_towns


def test_rows_of_the_same_home_and_cohort_are_one_group() -> None:
    known = three_towns(home=[0, 2, 0, 0], cohort=[0] * 4, people=[1, 5, 2, 3], current=[1, NOWHERE, 2, 1])
    assert (known.home.tolist(), known.people.tolist()) == ([0, 2], [6, 5])
    assert known.held.tolist() == [[0, 4, 2], [0, 0, 0]]


def test_only_fitting_prisons_are_allowed() -> None:
    known = three_towns(
        cohorts=["men", "women"], home=[0, 0, 1], cohort=[0, 1, 0], people=[1, 1, 1],
        burden=[[0, 10, np.inf], [10, NO_WAY, 10], [0, 0, 0]], longest=[9, np.inf],
        wings=[
            Wing("Acorn", frozenset({"men"})), Wing("Beech", frozenset({"men", "women"})),
            Wing("Cedar", frozenset({"women"})),
        ],
    )  # fmt: skip
    assert known.allowed().tolist() == [[True, False, False], [False, True, False], [False, False, False]]
    assert known.forbidding("Beech", cohort="women").allowed().tolist()[1] == [False, False, False]


def test_splitting_takes_those_at_the_prison_first_then_those_nowhere() -> None:
    known = three_towns(home=[0, 0, 0], people=[3, 2, 1], current=[1, 2, NOWHERE])
    for people, prison, taken in (
        (2, 2, [0, 0, 2]),
        (4, 2, [0, 1, 2]),
        (1, NOWHERE, [0, 0, 0]),
        (3, NOWHERE, [0, 2, 0]),
    ):
        apart = known.split(0, people, prison)
        assert apart.held[-1].tolist() == taken
        assert apart.held.sum(axis=0).tolist() == known.held.sum(axis=0).tolist()
        assert apart.people.tolist() == [6 - people, people]
    with pytest.raises(InputError, match="7 people cannot be taken from a group of 6"):
        known.split(0, 7)


def test_names_that_are_none_are_refused() -> None:
    known = three_towns()
    with pytest.raises(InputError, match=r"No prison is called 'Oak' .* Acorn"):
        known.prison("Oak")
    with pytest.raises(InputError, match="No home is called 'Elm'"):
        known.locked("Elm", "men", "Acorn")
    with pytest.raises(InputError, match="No cohort is called 'boys'"):
        known.forbidding("Acorn", cohort="boys")


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(InputError) as told:
        three_towns(
            homes=["Ash", "Ash", "Cob"], home=[0, 1, 3], people=[1, -1, 1], places=[2, 2, -2], current=[-2, 0, 0],
            burden=[[0, -1, 20], [10, 0, 10], [20, 10, 0]], weight=[0], kinds=["a", "b"],
            wings=[Wing("Oak", frozenset({"men"})), Wing("Acorn", frozenset({"boys"}), 3)],
        )  # fmt: skip
    for part in (
        "homes are not all different", "a home of 0 to 3 is no index from 0 to 2", "-1 people in a row",
        "a current prison of -2 to 0 is no index from -1 to 2", "a burden of -1.0", "-2 places in a prison",
        "weights or worst journeys", "kinds of 2 of 1 cohorts", "a wing of 'Oak' for men",
        "a wing of 'Acorn' for boys with 3",
    ):  # fmt: skip
        assert part in str(told.value)
    with pytest.raises(InputError, match=r"burdens of shape \(2, 3\), not \(3, 3\)"):
        three_towns(burden=np.zeros((2, 3)))
    with pytest.raises(InputError, match="places for 1 of 3 prisons"):
        three_towns(places=[1])
