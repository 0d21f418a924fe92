"""Who may claim under Help with Prison Visits, in words a family can act on.

The rules are those of the claim form's public source code and of the gov.uk guide of 21 February 2024. Where
they differ the answer is "ask", never "no": only the scheme decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from nearhome.data.errors import InputError

ADULT_AGE = 18
SCOTTISH_AGE = 16
FORM_AGE = 16
"""The claim form turns away anyone younger, wherever the prison is."""
ESCORT_AGE = 18
ESCORTED_FROM_AGE = 75
UNIVERSAL_CREDIT_LIMIT_POUNDS = 1250
"""Of the household, before tax. The form says less than this, gov.uk no more than this without housing."""
TAX_CREDIT_LIMIT_POUNDS = 17_474
TAX_CREDITS_END = date(2025, 5, 7)
"""From this day the form no longer offers tax credits (source code change 86cfa3ed)."""
TAXI_WALK_MINUTES = 20

Verdict = Literal["may", "ask", "no"]


class Relationship(StrEnum):
    """What the visitor is to the person in prison."""

    HUSBAND = "husband"
    WIFE = "wife"
    CIVIL_PARTNER = "civil partner"
    PARTNER = "partner"
    MOTHER = "mother"
    FATHER = "father"
    GRANDCHILD = "grandchild"
    BROTHER = "brother"
    SISTER = "sister"
    SON = "son"
    DAUGHTER = "daughter"
    NEXT_OF_KIN = "next of kin"
    SOLE_VISITOR = "sole visitor"
    ESCORT_OF_CHILD = "escort of an eligible child"
    GRANDPARENT = "grandparent"
    OTHER = "other"


class Benefit(StrEnum):
    """The benefit or certificate a claim rests on, the visitor's own or a partner's."""

    INCOME_SUPPORT = "Income Support"
    JOBSEEKERS = "Jobseeker's Allowance (income-based)"
    EMPLOYMENT_SUPPORT = "Employment and Support Allowance (income-related)"
    UNIVERSAL_CREDIT = "Universal Credit"
    PENSION_CREDIT = "Pension Credit"
    HC2 = "HC2 certificate"
    HC3 = "HC3 certificate"
    TAX_CREDIT = "Working Tax Credit or Child Tax Credit"
    NONE = "none"


PROOF_NEEDED = frozenset({Benefit.PENSION_CREDIT, Benefit.HC2})
"""Beside Universal Credit, an HC3 certificate and tax credits, which have rules of their own."""


@dataclass(frozen=True, slots=True)
class Claimant:
    """What decides whether a visitor may claim."""

    age: int
    relationship: Relationship
    benefit: Benefit
    monthly_income_pounds: float | None = None
    """Of the household, before tax; asked for with Universal Credit only."""
    yearly_income_pounds: float | None = None
    """Of the household; asked for with tax credits only."""

    def __post_init__(self) -> None:
        """Refuse an age or an income that cannot be.

        Raises
        ------
        InputError
            The age or an income is below zero.
        """
        for name, number in (
            ("age", self.age),
            ("monthly income", self.monthly_income_pounds),
            ("yearly income", self.yearly_income_pounds),
        ):
            if number is not None and number < 0:
                msg = f"The {name} cannot be below 0, and {number} was given: type 0 or more."
                raise InputError(msg)


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Whether a visitor may claim, and why."""

    verdict: Verdict
    reasons: tuple[str, ...]


def assess(claimant: Claimant, *, scottish_prison: bool, as_of: date) -> Eligibility:
    """Return whether a visitor may claim: "no" if one rule says so, "ask" if one is unclear, else "may".

    Examples
    --------
    >>> mother = Claimant(age=34, relationship=Relationship.MOTHER, benefit=Benefit.UNIVERSAL_CREDIT)
    >>> found = assess(mother, scottish_prison=False, as_of=date(2026, 11, 21))
    >>> found.verdict, found.reasons
    ('ask', ('With Universal Credit your household must get less than £1,250 a month.',))
    """
    found = (
        _age(claimant.age, scottish_prison=scottish_prison),
        _relationship(claimant.relationship),
        _benefit(claimant, as_of),
    )
    verdicts = [verdict for verdict, _ in found]
    verdict: Verdict = "no" if "no" in verdicts else "ask" if "ask" in verdicts else "may"
    return Eligibility(verdict, tuple(reason for _, reason in found if reason))


WHO_ELSE = (
    (
        f"You may also claim for children under {ADULT_AGE} who are the prisoner's, or yours if you are the prisoner's "
        "husband, wife or civil partner."
    ),
    f"If you are {ESCORTED_FROM_AGE} or over or seriously ill, you may claim for one adult who comes with you.",
)
"""For whom a visitor who may claim may claim besides (claim form, about-child and about-escort pages)."""


def taxi_may_be_paid(*, public_transport: bool, walk_minutes: float, age: int, medical_condition: bool) -> bool:
    """Tell whether a taxi may be paid for one part of the way.

    Only where no public transport runs and the walk takes over 20 minutes, or for people over 75 or with a
    medical condition (claim form, taxi-details page).

    Parameters
    ----------
    public_transport
        Whether any runs on that part.
    walk_minutes
        How long the walk takes instead, one way.
    age
        Of the visitor, in years.
    medical_condition
        Whether the visitor has one.
    """
    return age > ESCORTED_FROM_AGE or medical_condition or (not public_transport and walk_minutes > TAXI_WALK_MINUTES)


def _age(age: int, *, scottish_prison: bool) -> tuple[Verdict, str]:
    """Judge the visitor's age."""
    least = SCOTTISH_AGE if scottish_prison else ADULT_AGE
    if age >= least:
        return "may", ""
    if age >= FORM_AGE:
        return "ask", "Under 18 you can usually claim only for a prison in Scotland: ask the scheme."
    return "no", f"You must be {least} or over to claim. An adult may claim for you."


def _relationship(relationship: Relationship) -> tuple[Verdict, str]:
    """Judge what the visitor is to the person in prison."""
    if relationship is Relationship.OTHER:
        reason = (
            "Only close family, a partner, the next of kin or the only visitor can claim. "
            "Ask if the prison has you as next of kin."
        )
        return "no", reason
    if relationship is Relationship.GRANDPARENT:
        reason = "The official guide lists grandparents, and the claim form does not: ask the scheme."
        return "ask", reason
    if relationship is Relationship.PARTNER:
        return "may", "You must have lived together as a couple before prison."
    if relationship is Relationship.SOLE_VISITOR:
        return "may", "You must have been the only adult visitor in the 4 weeks before the visit."
    return "may", ""


def _benefit(claimant: Claimant, as_of: date) -> tuple[Verdict, str]:
    """Judge the benefit and the income that goes with it."""
    match claimant.benefit:
        case Benefit.NONE:
            return "no", "You need a listed benefit, or an HC2 or HC3 certificate. Ask the NHS for one."
        case Benefit.UNIVERSAL_CREDIT:
            return _universal_credit(claimant.monthly_income_pounds)
        case Benefit.TAX_CREDIT:
            return _tax_credit(claimant.yearly_income_pounds, as_of)
        case Benefit.HC3:
            return "may", "Send a copy of it. You get part of the money; the scheme works out how much."
        case _:
            proof = claimant.benefit in PROOF_NEEDED
            return "may", f"Send a copy of your {claimant.benefit.value}." if proof else ""


def _universal_credit(income_pounds: float | None) -> tuple[Verdict, str]:
    """Judge the household's monthly income."""
    limit = f"£{UNIVERSAL_CREDIT_LIMIT_POUNDS:,} a month"
    if income_pounds is None:
        return "ask", f"With Universal Credit your household must get less than {limit}."
    if income_pounds < UNIVERSAL_CREDIT_LIMIT_POUNDS:
        return "may", "Send proof of your Universal Credit."
    if income_pounds == UNIVERSAL_CREDIT_LIMIT_POUNDS:
        return "ask", f"The form says less than {limit}, gov.uk says up to it: ask the scheme."
    reason = f"Your household must get less than {limit}. Money for housing may not count: ask the scheme."
    return "no", reason


def _tax_credit(income_pounds: float | None, as_of: date) -> tuple[Verdict, str]:
    """Judge tax credits, which the form offered until May 2025."""
    if as_of >= TAX_CREDITS_END:
        return "no", "Tax credits have not counted since May 2025. Ask about Universal Credit."
    limit = f"£{TAX_CREDIT_LIMIT_POUNDS:,} a year"
    if income_pounds is None:
        return "ask", f"With tax credits your household must get less than {limit}."
    if income_pounds < TAX_CREDIT_LIMIT_POUNDS:
        return "may", "Send proof of your tax credits."
    return "no", f"With tax credits your household must get less than {limit}."
