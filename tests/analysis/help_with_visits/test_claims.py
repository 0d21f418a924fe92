"""Deadlines, counts and totals, against the cases of the scheme's own tests and sums done by hand."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nearhome.analysis.help_with_visits import claims
from nearhome.analysis.help_with_visits.claims import Claim, Expense, PastClaim
from nearhome.data.errors import DateError

TODAY = date(2026, 11, 21)


def past(*days: date, approved: bool = True) -> list[PastClaim]:
    return [PastClaim(visit_date=day, submitted=day, approved=approved) for day in days]


@pytest.mark.parametrize(
    ("day", "limit"),
    [
        (date(2017, 8, 21), 28),
        (date(2017, 8, 22), 99),
        (date(2018, 5, 31), 99),
        (date(2018, 6, 1), 28),
        (date(2018, 7, 3), 60),
        (date(2020, 4, 22), 60),
        (date(2020, 4, 23), 28),
        (TODAY, 28),
    ],
)
def test_the_limit_is_that_of_its_day(day: date, limit: int) -> None:
    assert claims.claim_days(day) == limit


@pytest.mark.parametrize(
    ("visit", "last"),
    [
        (date(2026, 11, 1), date(2026, 11, 29)),
        (date(2017, 9, 1), date(2017, 12, 9)),  # 99 days
        (date(2019, 1, 1), date(2019, 3, 2)),  # 60 days
        (date(2018, 5, 20), date(2018, 6, 17)),  # the limit falls to 28 days on 1 June
        (date(2018, 4, 1), date(2018, 5, 31)),  # and cuts this one off: 61 days had passed
        (date(2020, 3, 1), date(2020, 4, 22)),  # as does 23 April 2020
    ],
)
def test_the_last_day_to_claim(visit: date, last: date) -> None:
    assert claims.claim_by(visit) == last
    assert claims.may_claim(visit, last)
    assert not claims.may_claim(visit, last + timedelta(days=1))


@pytest.mark.parametrize(
    ("ahead", "allowed"),
    [(29, False), (28, True), (6, True), (5, False), (1, False), (0, True), (-28, True), (-29, False)],
)
def test_an_advance_claim_is_for_six_to_28_days_ahead(ahead: int, *, allowed: bool) -> None:
    assert claims.may_claim(TODAY + timedelta(days=ahead), TODAY) is allowed


def test_a_visit_before_any_known_limit_is_refused() -> None:
    with pytest.raises(DateError, match="25 October 2016"):
        claims.claim_by(date(2010, 1, 1))


@pytest.mark.parametrize("earlier", [25, 27])
def test_26_visits_in_the_claim_year_pass_and_28_do_not(earlier: int) -> None:
    first = TODAY - timedelta(days=200)
    visits = past(*(first + timedelta(days=day) for day in range(earlier)))

    count = claims.visits_this_year(visits, TODAY, TODAY)

    assert count == earlier + 1
    assert (count <= claims.VISITS_A_YEAR) == (earlier == 25)


def test_a_visit_beyond_the_end_of_the_claim_year_does_not_count() -> None:
    first = TODAY - timedelta(days=200)
    visits = past(*(first + timedelta(days=day) for day in range(26)))

    assert claims.visits_this_year(visits, TODAY + timedelta(days=366), TODAY) == 26


def test_the_claim_year_begins_anew_on_the_anniversary_of_the_first_visit() -> None:
    visits = past(date(2024, 3, 10), date(2025, 3, 9), date(2025, 3, 11), date(2026, 3, 12))

    assert claims.visits_this_year(visits, TODAY, TODAY) == 2
    assert claims.visits_this_year([], TODAY, TODAY) == 1


@given(st.dates(date(2016, 10, 25), TODAY))
def test_the_claim_year_begins_within_three_days_of_an_anniversary(first: date) -> None:
    start = claims.claimable_year_start(first, TODAY)

    anniversaries = [
        date(year, first.month, min(first.day, monthrange(year, first.month)[1]))
        for year in range(first.year, TODAY.year + 1)
    ]
    assert min(abs((start - anniversary).days) for anniversary in anniversaries) <= 3
    assert TODAY - timedelta(days=368) <= start <= TODAY


@pytest.mark.parametrize(("earlier", "passes"), [(3, True), (4, False)])
def test_four_visits_a_month_with_this_one_pass_and_five_do_not(earlier: int, *, passes: bool) -> None:
    visits = past(*(TODAY.replace(day=day + 1) for day in range(earlier)))

    count = claims.visits_this_month(visits, TODAY, TODAY)

    assert count == earlier + 1
    assert (count <= claims.VISITS_A_MONTH) is passes


def test_a_visit_of_next_month_and_refused_claims_do_not_count() -> None:
    visits = past(*(TODAY.replace(day=day) for day in range(1, 5)))

    assert claims.visits_this_month(visits, date(2026, 12, 15), TODAY) == 4
    assert claims.visits_this_month(past(TODAY, approved=False), TODAY, TODAY) == 1
    assert claims.visits_this_month(past(date(2026, 10, 31)), TODAY, TODAY) == 1


@pytest.mark.parametrize(
    ("expenses", "deductions", "pence"),
    [
        ([500, 1000, 1500], [500, 500], 2000),
        ([500, 1000, 1500], [], 3000),
        ([349, 1000, 1050], [], 2399),
        ([1960, 4590, 6300, 591], [], 13441),
    ],
)
def test_totals_of_the_scheme(expenses: list[int], deductions: list[int], pence: int) -> None:
    assert claims.claim_total_pence([Expense("bus", each) for each in expenses], deductions) == pence


def test_what_was_approved_counts_rather_than_what_was_asked() -> None:
    spent = [Expense("bus", 900, 349), Expense("train", 1000), Expense("taxi", 1050, 0)]

    assert claims.claim_total_pence(spent) == 2399


@pytest.mark.parametrize(
    ("pence", "approved", "within"),
    [
        (2300, 2500, True),
        (2200, 2000, True),
        (11500, 10000, False),
        (9000, 10000, True),
        (11000, 10000, True),
        (11001, 10000, False),
        (8999, 10000, False),
    ],
)
def test_a_tenth_either_way_is_let_through(pence: int, approved: int, *, within: bool) -> None:
    assert claims.within_variance(pence, approved) is within
    assert claims.within_variance(pence, approved, -10) is within


def failed(claim: Claim, earlier: list[PastClaim], approved: list[Expense]) -> set[str]:
    return {check.name for check in claims.checks(claim, earlier, approved, TODAY) if not check.passed}


def test_an_ordinary_repeat_claim_passes_every_check() -> None:
    claim = Claim(date(2026, 11, 14), (Expense("car", 2000),), (4, 17), date(2027, 1, 1))

    assert failed(claim, past(date(2026, 10, 1)), [Expense("car", 2100)]) == set()


@pytest.mark.parametrize(("pence", "name"), [(25000, None), (25001, "total"), (30000, "total")])
def test_a_total_over_250_pounds_goes_to_a_person(pence: int, name: str | None) -> None:
    claim = Claim(date(2026, 11, 14), (Expense("car", 0), Expense("train", pence)), (), date(2027, 1, 1))
    approved = [Expense("car", 0), Expense("train", pence)]

    assert failed(claim, [], approved) == ({name} if name else set())


def test_each_check_fails_for_its_own_reason() -> None:
    claim = Claim(
        visit_date=date(2026, 11, 25),
        expenses=(Expense("plane", 11500), Expense("taxi", 100)),
        children_ages=(18,),
        benefit_ends=date(2026, 11, 24),
        prison_in_channel_islands=True,
    )
    earlier = past(date(2026, 11, 25), *(date(2026, 11, day) for day in range(1, 5)))

    assert failed(claim, earlier, [Expense("plane", 10000)]) == {
        "children under 18",
        "same kinds of cost",
        "similar sums",
        "visits this month",
        "visit is over",
        "another day",
        "benefit still runs",
        "not in the Channel Islands",
    }
