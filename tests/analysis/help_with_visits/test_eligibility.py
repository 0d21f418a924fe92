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


@pytest.mark.parametrize("benefit", list(Benefit))
def test_whoever_has_to_prove_it_is_told_so(benefit: Benefit) -> None:
    claimant = Claimant(40, Relationship.SON, benefit, monthly_income_pounds=900)
    found = eligibility.assess(claimant, scottish_prison=False, as_of=TODAY)
    told = any(reason.startswith("Send ") for reason in found.reasons)
    assert told is (benefit in {Benefit.UNIVERSAL_CREDIT, Benefit.PENSION_CREDIT, Benefit.HC2, Benefit.HC3})


def test_numbers_below_zero_are_refused() -> None:
    with pytest.raises(InputError, match="age cannot be below 0, and -1"):
        Claimant(-1, Relationship.SON, Benefit.HC2)


def test_a_taxi_is_paid_where_nothing_runs_and_the_walk_is_over_20_minutes() -> None:
    may = eligibility.taxi_may_be_paid
    assert may(public_transport=False, walk_minutes=21, age=30, medical_condition=False)
    assert not may(public_transport=False, walk_minutes=20, age=30, medical_condition=False)
    assert not may(public_transport=True, walk_minutes=60, age=75, medical_condition=False)
    assert may(public_transport=True, walk_minutes=5, age=76, medical_condition=False)
    assert may(public_transport=True, walk_minutes=5, age=30, medical_condition=True)
