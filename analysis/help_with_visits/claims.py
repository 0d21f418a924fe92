"""When and how often a family may claim, and what lets a claim through without a person looking at it.

The rules are those of the scheme's public source code (help-with-prison-visits-asynchronous-worker and
-external). Money is integer pence. These checks tell a family what to expect; the scheme decides.
"""

from __future__ import annotations

import calendar
import math
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from nearhome.analysis.costs import tariffs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

VISITS_A_YEAR = 26
VISITS_A_MONTH = 4
AUTOMATIC_LIMIT_PENCE = 25_000
VARIANCE_PERCENT = 10
ADVANCE_DAYS = 5
"""An advance claim cannot be made for a visit this many days away or fewer."""
EVIDENCE_DAYS = 7
CHILD_AGE = 18
DAYS_IN_400_YEARS = 146_097
MONTHS_IN_400_YEARS = 4800
MONTHS_IN_YEAR = 12


@dataclass(frozen=True, slots=True)
class PastClaim:
    """One earlier claim."""

    visit_date: date
    submitted: date
    approved: bool = True


@dataclass(frozen=True, slots=True)
class Expense:
    """One thing claimed; ``approved_pence`` is what the scheme allowed, if it changed the sum."""

    kind: str
    pence: int
    approved_pence: int | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim about to be made."""

    visit_date: date
    expenses: tuple[Expense, ...]
    children_ages: tuple[int, ...] = ()
    benefit_ends: date | None = None
    prison_in_channel_islands: bool = False


@dataclass(frozen=True, slots=True)
class RuleCheck:
    """One rule, whether the claim keeps it, and a sentence for the family if not."""

    name: str
    passed: bool
    sentence: str


def claim_days(as_of: date) -> int:
    """Return how many days before or after today a visit may lie to be claimed for.

    Raises
    ------
    DateError
        The day lies before the first limit known.
    """
    return int(tariffs.value("hwpv_claim_days", as_of).value)


def may_claim(visit_date: date, today: date) -> bool:
    """Tell whether a claim for this visit is in time today, made after it or ahead of it.

    An advance claim needs a visit at least six days away.

    Raises
    ------
    DateError
        Today lies before the first limit known.
    """
    days_ahead = (visit_date - today).days
    in_reach = abs(days_ahead) <= claim_days(today)
    return in_reach and (days_ahead <= 0 or days_ahead > ADVANCE_DAYS)


def claim_by(visit_date: date) -> date:
    """Return the last day of the unbroken run after the visit on which a claim is in time.

    Raises
    ------
    DateError
        The visit lies before the first limit known.
    """
    last = visit_date
    while may_claim(visit_date, last + timedelta(days=1)):
        last += timedelta(days=1)
    return last


def claimable_year_start(first_visit: date, today: date) -> date:
    """Return the first day of the claimable year: today less the months and days since the last full year.

    The scheme turns the days since the first visit into mean months, as moment.js does, so that the day may
    differ by up to three from the anniversary.
    """
    days = (today - first_visit).days
    months = days * MONTHS_IN_400_YEARS // DAYS_IN_400_YEARS
    days -= math.ceil(months * DAYS_IN_400_YEARS / MONTHS_IN_400_YEARS)
    return _months_before(today, months % MONTHS_IN_YEAR) - timedelta(days=days)


def visits_this_year(past: Sequence[PastClaim], visit_date: date, today: date) -> int:
    """Return how many visits count in the claimable year, the new one among them if it falls into it."""
    if not past:
        return 1
    start = claimable_year_start(min(claim.visit_date for claim in past), today)
    end = _months_before(start, -MONTHS_IN_YEAR)
    return sum(claim.visit_date >= start for claim in past) + (start <= visit_date <= end)


def visits_this_month(past: Sequence[PastClaim], visit_date: date, today: date) -> int:
    """Return how many approved claims were sent this month, plus the new one if its visit is this month.

    As in the scheme's code, a visit on the first of next month still counts.
    """
    start = today.replace(day=1)
    end = _months_before(start, -1)
    sent = sum(claim.approved and claim.submitted >= start for claim in past)
    return sent + (start <= visit_date <= end)


def claim_total_pence(expenses: Iterable[Expense], deductions_pence: Iterable[int] = ()) -> int:
    """Return a claim's total: what was approved where a sum was, else what was asked, less deductions."""
    return sum(expense.approved_pence or expense.pence for expense in expenses) - sum(deductions_pence)


def within_variance(pence: int, approved_pence: int, percent: int = VARIANCE_PERCENT) -> bool:
    """Tell whether a sum lies within so many per cent of the approved one; the sign is ignored."""
    return abs(pence - approved_pence) * 100 <= approved_pence * abs(percent)


def checks(
    claim: Claim, past: Sequence[PastClaim], approved_before: Sequence[Expense], today: date
) -> tuple[RuleCheck, ...]:
    """Return the rules for approval without a person that a family can know of, each passed or not.

    The scheme has more rules, about its own records, and every first claim goes to a person.

    Parameters
    ----------
    claim
        The claim about to be made.
    past
        Earlier claims, approved or not.
    approved_before
        The expenses of the latest claim that a person approved.
    today
        The day of the claim.
    """
    now, before = _by_kind(claim.expenses), _by_kind(approved_before, approved=True)
    count_now = Counter(expense.kind for expense in claim.expenses)
    count_before = Counter(expense.kind for expense in approved_before)
    return (
        RuleCheck(
            "children under 18",
            all(0 <= age < CHILD_AGE for age in claim.children_ages),
            "A child on the claim is 18 or over.",
        ),
        RuleCheck(
            "total",
            claim_total_pence(claim.expenses) <= AUTOMATIC_LIMIT_PENCE,
            "The claim is over £250, so a person looks at it.",
        ),
        RuleCheck(
            "same kinds of cost",
            count_now <= count_before,
            "The claim has costs that your last approved claim did not have.",
        ),
        RuleCheck(
            "similar sums",
            all(within_variance(now[kind], before.get(kind, 0)) for kind in now),
            "A cost is more than a tenth above or below your last approved claim.",
        ),
        RuleCheck(
            "visits this month",
            visits_this_month(past, claim.visit_date, today) <= VISITS_A_MONTH,
            "This is more than 4 visits this month.",
        ),
        RuleCheck(
            "visits this year",
            visits_this_year(past, claim.visit_date, today) <= VISITS_A_YEAR,
            "This is more than 26 visits in your claim year.",
        ),
        RuleCheck("visit is over", claim.visit_date <= today, "The visit is still to come."),
        RuleCheck(
            "another day",
            all(claim.visit_date != other.visit_date for other in past),
            "You have claimed for a visit on this day before.",
        ),
        RuleCheck(
            "benefit still runs",
            claim.benefit_ends is not None and claim.benefit_ends >= claim.visit_date,
            "Your proof of benefit had run out by the day of the visit.",
        ),
        RuleCheck(
            "not in the Channel Islands",
            not claim.prison_in_channel_islands,
            "Claims for Jersey and Guernsey always go to a person.",
        ),
    )


def _by_kind(expenses: Iterable[Expense], *, approved: bool = False) -> Mapping[str, int]:
    """Return the sum of each kind of expense, as asked for or as approved."""
    sums: Counter[str] = Counter()
    for expense in expenses:
        sums[expense.kind] += (expense.approved_pence or expense.pence) if approved else expense.pence
    return sums


def _months_before(when: date, months: int) -> date:
    """Return the same day so many months earlier, or that month's last day where it is shorter."""
    index = when.year * MONTHS_IN_YEAR + when.month - 1 - months
    year, month = divmod(index, MONTHS_IN_YEAR)
    return date(year, month + 1, min(when.day, calendar.monthrange(year, month + 1)[1]))
