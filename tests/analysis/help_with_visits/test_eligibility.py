"""Who may claim: each rule at its edge."""

from __future__ import annotations

from datetime import date

import pytest

from nearhome.analysis.help_with_visits import eligibility
from nearhome.analysis.help_with_visits.eligibility import Benefit, Claimant, Relationship, Verdict
from nearhome.data.errors import InputError

TODAY = date(2026, 11, 21)


def verdict(claimant: Claimant, *, scottish_prison: bool = False, as_of: date = TODAY) -> Verdict:
    return eligibility.assess(claimant, scottish_prison=scottish_prison, as_of=as_of).verdict


@pytest.mark.parametrize(
    ("age", "scottish", "expected"),
    [
        (15, False, "no"),
        (15, True, "no"),
        (16, False, "ask"),
        (16, True, "may"),
        (17, False, "ask"),
        (18, False, "may"),
        (80, True, "may"),
    ],
)
def test_age_is_18_or_16_for_a_scottish_prison(age: int, expected: Verdict, *, scottish: bool) -> None:
    claimant = Claimant(age, Relationship.MOTHER, Benefit.INCOME_SUPPORT)
    assert verdict(claimant, scottish_prison=scottish) == expected


@pytest.mark.parametrize("relationship", list(Relationship))
def test_family_may_claim_grandparents_ask_and_others_not(relationship: Relationship) -> None:
    expected = {Relationship.OTHER: "no", Relationship.GRANDPARENT: "ask"}.get(relationship, "may")
    assert verdict(Claimant(40, relationship, Benefit.HC2)) == expected


@pytest.mark.parametrize(("income", "expected"), [(None, "ask"), (1249.99, "may"), (1250, "ask"), (1250.01, "no")])
def test_universal_credit_has_a_monthly_limit(income: float | None, expected: Verdict) -> None:
    claimant = Claimant(40, Relationship.WIFE, Benefit.UNIVERSAL_CREDIT, monthly_income_pounds=income)
    assert verdict(claimant) == expected


@pytest.mark.parametrize(
    ("income", "day", "expected"),
    [
        (17_473, date(2025, 5, 6), "may"),
        (17_474, date(2025, 5, 6), "no"),
        (None, date(2025, 5, 6), "ask"),
        (17_473, date(2025, 5, 7), "no"),
    ],
)
def test_tax_credits_counted_until_may_2025(income: float | None, day: date, expected: Verdict) -> None:
    claimant = Claimant(40, Relationship.SON, Benefit.TAX_CREDIT, yearly_income_pounds=income)
    assert verdict(claimant, as_of=day) == expected


def test_without_a_benefit_nobody_may_claim() -> None:
    assert verdict(Claimant(40, Relationship.SON, Benefit.NONE)) == "no"


def test_hc3_pays_a_part_and_every_answer_gives_its_reasons() -> None:
    claimant = Claimant(40, Relationship.SOLE_VISITOR, Benefit.HC3)
    found = eligibility.assess(claimant, scottish_prison=False, as_of=TODAY)

    assert found.verdict == "may"
    assert any("part of the money" in reason for reason in found.reasons)
    assert any("4 weeks" in reason for reason in found.reasons)


def test_proof_is_needed_for_universal_credit_but_not_for_income_support() -> None:
    assert Benefit.UNIVERSAL_CREDIT in eligibility.PROOF_NEEDED
    assert Benefit.INCOME_SUPPORT not in eligibility.PROOF_NEEDED


def test_numbers_below_zero_are_refused() -> None:
    with pytest.raises(InputError, match="age cannot be below 0, and -1"):
        Claimant(-1, Relationship.SON, Benefit.HC2)


@pytest.mark.parametrize(
    ("age", "of_prisoner", "of_claimant", "expected"),
    [(17, True, False, True), (18, True, False, False), (3, False, True, True), (3, False, False, False)],
)
def test_children_are_under_18_and_of_the_family(
    age: int,
    *,
    of_prisoner: bool,
    of_claimant: bool,
    expected: bool,
) -> None:
    found = eligibility.child_may_come(age=age, of_prisoner=of_prisoner, of_claimant_married_to_prisoner=of_claimant)
    assert found is expected


def test_one_adult_may_help_someone_of_75_or_seriously_ill() -> None:
    may = eligibility.escort_may_come
    assert may(visitor_age=75, serious_condition=False, escort_age=18)
    assert may(visitor_age=40, serious_condition=True, escort_age=18)
    assert not may(visitor_age=74, serious_condition=False, escort_age=18)
    assert not may(visitor_age=75, serious_condition=False, escort_age=17)


def test_a_taxi_is_paid_where_nothing_runs_and_the_walk_is_over_20_minutes() -> None:
    may = eligibility.taxi_may_be_paid
    assert may(public_transport=False, walk_minutes=21, age=30, medical_condition=False)
    assert not may(public_transport=False, walk_minutes=20, age=30, medical_condition=False)
    assert not may(public_transport=True, walk_minutes=60, age=75, medical_condition=False)
    assert may(public_transport=True, walk_minutes=5, age=76, medical_condition=False)
    assert may(public_transport=True, walk_minutes=5, age=30, medical_condition=True)
