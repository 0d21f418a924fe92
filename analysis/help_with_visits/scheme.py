"""What a family may get back under Help with Prison Visits, as the scheme works it out.

The rules are those of the scheme's public source code (help-with-prison-visits-asynchronous-worker 4c5276e4
and -external 6686d265) and of gov.uk. The guide keys the mileage rate on where the prison is, the scheme's
calculator on where the visitor lives: both are worked out, the lower is shown, and the difference is said. A
rate for which no source was found is never filled in: the answer then says so and gives no figure.

Eligibility is in ``eligibility``, deadlines and limits are in ``claims``, journeys by train, bus or hired car in
``fare_claims``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from nearhome.analysis.costs import tariffs
from nearhome.analysis.help_with_visits import claims
from nearhome.data.base import phrases
from nearhome.data.base.units import MINUTES_PER_HOUR
from nearhome.data.errors import InputError
from nearhome.data.places.nations import CHANNEL_ISLANDS, GREAT_BRITAIN, Nation, nation

if TYPE_CHECKING:
    from nearhome.analysis.costs.cost import Cost, CostLine, Kind
    from nearhome.analysis.costs.party import Party
    from nearhome.analysis.costs.tariffs import Tariff

FOOD = "Food and drink"
"""What the line for food is called."""

SCHEME = "Help with Prison Visits"
NORTHERN_SCHEME = "the Northern Ireland Prison Service's assisted visits scheme"
MILES_PER_KM = 0.621371
"""As in the scheme's calculator, not the exact 0.62137119."""
MOST_RETURN_MILES = 1500
"""Above this many miles there and back the calculator gives nothing and a person must look."""
CALCULATOR_BEGAN = date(2017, 2, 23)
NORTHERN_SCHEME_BEGAN = date(2022, 7, 29)
"""From this day the claim form sends people who live in Northern Ireland to their own scheme."""
FOOD_HOURS = 5
LONG_FOOD_HOURS = 10
CLAIMABLE: tuple[Kind, ...] = ("parking", "toll", "ferry")
NORTHERN_CONDITIONS = (
    "You live in Northern Ireland, so you claim from the Northern Ireland Prison Service.",
    "Write to assistedprisonvisits@justice-ni.gov.uk.",
    "Or ask a visitor centre: Maghaberry 028 9261 1213, Magilligan 028 7772 0415, Hydebank 028 9025 3849.",
    "We do not know what it pays today. In 2011 it paid 26p a mile and no taxis.",
)
BENEFITS_CONDITION = (
    "You must get Universal Credit (household income up to £1,250 a month), Pension Credit, Income Support, "
    "income-based Jobseeker's Allowance or income-related Employment and Support Allowance, "
    "or have an HC2 or HC3 certificate. With HC3 you get part of the money."
)
SHORTEST_CONDITION = "The scheme counts the shortest way by road, so its miles may be fewer than ours."
SECOND_ADULT_CONDITION = (
    "Only one car journey is paid for each claim. Another adult gets food money only if they can claim too, "
    "or go along as a helper with someone who is 75 or over or seriously ill."
)


@dataclass(frozen=True, slots=True)
class ReimbursementLine:
    """One thing that may be paid back, in pence for the party; None where no rate is known."""

    label: str
    pence: int | None
    low_pence: int | None
    high_pence: int | None
    rule: str
    source: str


@dataclass(frozen=True, slots=True)
class Reimbursement:
    """What a scheme may pay back for one visit; ``pence`` is None where no figure can be given."""

    scheme: str
    pence: int | None
    low_pence: int | None
    high_pence: int | None
    lines: tuple[ReimbursementLine, ...]
    conditions: tuple[str, ...]

    @property
    def words(self) -> str:
        """The sum in a sentence that promises nothing."""
        if self.pence is None:
            return "We cannot say how much you may get back."
        if self.pence == 0:
            return "We know of nothing you may get back."
        return f"You may get back about {pounds(self.pence)}."

    def claim_by(self, visit_date: date) -> date | None:
        """Return the last day to claim for a visit, or None where the scheme's limit is not known to us.

        Raises
        ------
        DateError
            The visit lies before the first limit known.
        """
        return claims.claim_by(visit_date) if self.scheme == SCHEME else None


@dataclass(frozen=True, slots=True)
class MileageRow:
    """What the scheme paid for the same miles from a day on; None where no rate has a source."""

    valid_from: date
    england_wales_pence: int | None
    scotland_pence: int | None


def estimate(
    *,
    return_miles: float,
    visitor_nation: Nation | str,
    prison_nation: Nation | str,
    party: Party,
    away_minutes: float | None,
    out_of_pocket: Cost | None,
    as_of: date,
    other_return_miles: float | None = None,
) -> Reimbursement:
    """Return what a party may get back for one visit in its own car.

    Parameters
    ----------
    return_miles
        By road, there and back.
    visitor_nation, prison_nation
        Where the family lives and where the prison is, or their names.
    party
        Who travels.
    away_minutes
        The whole time away from home; None where it is not known.
    out_of_pocket
        What the visit costs, of which only parking, tolls and ferries count; None for nothing.
    as_of
        The day whose rates hold.
    other_return_miles
        The same way measured otherwise, if at hand. The guide pays the shortest route, the calculator the first on its
        map: the lower counts.

    Raises
    ------
    InputError
        A nation is unknown, or a distance or time is negative.
    DateError
        The day lies before the first rate known, 7 November 1996.
    """
    home, prison = nation(visitor_nation), nation(prison_nation)
    miles = min(return_miles, return_miles if other_return_miles is None else other_return_miles)
    if not miles >= 0 or (away_minutes is not None and not away_minutes >= 0):
        msg = f"Miles and minutes must be 0 or more, and {miles} miles and {away_minutes} minutes were given."
        raise InputError(msg)
    elsewhere = other_scheme(home, prison, as_of)
    if elsewhere is not None:
        return elsewhere
    rates = _mile_rates(home, prison, as_of)
    if rates is None:
        return without_rate(as_of)
    lines = (
        _mileage_line(miles, rates),
        *food_lines(prison, party, away_minutes, as_of),
        *(_actual_line(line) for line in (out_of_pocket.only(*CLAIMABLE).lines if out_of_pocket else ())),
    )
    known = [line for line in lines if line.pence is not None]
    total = sum(line.pence or 0 for line in known)
    conditions = (
        *_rule_conditions(home, prison, rates, miles),
        *claim_conditions(prison, away_minutes, total, as_of),
        SHORTEST_CONDITION,
        *([SECOND_ADULT_CONDITION] if party.adults > 1 else []),
    )
    low, high = sum(line.low_pence or 0 for line in known), sum(line.high_pence or 0 for line in known)
    return Reimbursement(SCHEME, total, low, high, lines, conditions)


def left_to_pay_pence(cost: Cost, reimbursement: Reimbursement) -> int:
    """Return what a family pays itself if it gets the money back: never below nothing."""
    return max(0, cost.pence - (reimbursement.pence or 0))


def return_miles_of(one_way_metres: float) -> float:
    """Return the scheme's miles there and back for a route's length one way."""
    return one_way_metres / 1000 * 2 * MILES_PER_KM


def mileage_pence(return_miles: float | None, rate_pence: float, most_miles: float = MOST_RETURN_MILES) -> int:
    """Return what the calculator gives for these miles there and back, nothing above the most.

    The number is rounded as JavaScript rounds it when its decimal point is shifted by two: from its shortest
    decimal form, half up.
    """
    if not return_miles or return_miles > most_miles:
        return 0
    shifted = Decimal(repr(return_miles * (rate_pence / 100))).scaleb(2)
    return int(shifted.quantize(Decimal(1), ROUND_HALF_UP))


def mileage_table(return_miles: float) -> tuple[MileageRow, ...]:
    """Return what the same miles paid by date and nation: a row wherever a rate or its source changes."""
    nations = ("hwpv_mile_england_wales", "hwpv_mile_scotland")
    starts = {rate.valid_from for key in nations for rate in tariffs.series(key)}
    followed = starts | {
        date.fromordinal(rate.valid_to.toordinal() + 1)
        for key in nations
        for rate in tariffs.series(key)
        if rate.valid_to
    }
    rows = []
    for day in sorted(followed):
        rates = [tariffs.known(key, day) for key in nations]
        paid = [None if rate is None else mileage_pence(return_miles, rate.value) for rate in rates]
        rows.append(MileageRow(day, *paid))
    return tuple(rows)


def food_pence(*, away_minutes: float, prison_nation: Nation | str, as_of: date) -> int | None:
    """Return what each person gets for food and drink, or None where no rate has a source.

    More than 5 hours away pays the rate of the prison's nation, more than 10 hours the higher one.

    Raises
    ------
    InputError
        The nation is unknown.
    DateError
        The day lies before the first rate known.
    """
    tariff = _food_tariff(nation(prison_nation), away_minutes, as_of)
    if away_minutes <= FOOD_HOURS * MINUTES_PER_HOUR:
        return 0
    return None if tariff is None else round(tariff.value)


def hire_pence(*, days: int, paid_pence: int, public_transport_pence: int | None, as_of: date) -> int:
    """Return what is paid back for hire beside miles: the least of the bill, the cap and public transport.

    Parameters
    ----------
    days
        Whole days of hire, one at least.
    paid_pence
        The bill for the hire.
    public_transport_pence
        What the party's fares would have cost, there and back; None where that is not known.
    as_of
        The day whose cap holds.

    Raises
    ------
    InputError
        The days are fewer than one.
    DateError
        No cap is known for the day.
    """
    if days < 1:
        msg = f"A car is hired for at least one day, and {days} was given: type 1 or more days."
        raise InputError(msg)
    cap = round(tariffs.value("hwpv_hire_cap_per_day", as_of).value) * days
    limits = [paid_pence, cap, *([] if public_transport_pence is None else [public_transport_pence])]
    return max(0, min(limits))


def pounds(pence: int) -> str:
    """Return a sum of money: "£30", "£19.50"."""
    whole, rest = divmod(pence, 100)
    return f"£{whole:,}.{rest:02d}" if rest else f"£{whole:,}"


def other_scheme(home: Nation, prison: Nation, as_of: date) -> Reimbursement | None:
    """Return the answer where Help with Prison Visits does not apply in full, else None."""
    tariffs.known("hwpv_mile_england_wales", as_of)
    if prison is Nation.ISLE_OF_MAN:
        told = "Help with Prison Visits does not cover the Isle of Man. Ask the prison what help there is."
        return Reimbursement(SCHEME, 0, 0, 0, (), (told,))
    if home is Nation.NORTHERN_IRELAND and as_of >= NORTHERN_SCHEME_BEGAN:
        return Reimbursement(NORTHERN_SCHEME, None, None, None, (), NORTHERN_CONDITIONS)
    if prison in CHANNEL_ISLANDS:
        told = "Only limited help is given for Jersey and Guernsey. A person looks at each claim: ask first."
        return Reimbursement(SCHEME, None, None, None, (), (told,))
    if home not in GREAT_BRITAIN and home is not Nation.NORTHERN_IRELAND:
        told = f"We found no rule for people who live in {home.value}. Ask the scheme before you travel."
        return Reimbursement(SCHEME, None, None, None, (), (told,))
    return None


def without_rate(as_of: date) -> Reimbursement:
    """Return the answer for a day between two sources."""
    later = next(rate for rate in tariffs.series("hwpv_mile_england_wales") if rate.valid_from > as_of)
    told = (
        f"The scheme paid for visits on {phrases.day(as_of)}, but we found no source for its rates on that day. "
        f"The next rates with a source are those of {phrases.day(later.valid_from)}."
    )
    return Reimbursement(SCHEME, None, None, None, (), (told,))


@dataclass(frozen=True, slots=True)
class _MileRates:
    """The mileage rate by the guide's rule and by the calculator's, where each exists."""

    guide: Tariff | None
    calculator: Tariff | None

    @property
    def both(self) -> tuple[Tariff, ...]:
        """The rates that exist."""
        return tuple(rate for rate in (self.guide, self.calculator) if rate is not None)

    @property
    def lower(self) -> Tariff:
        """The rate that is shown."""
        return min(self.both, key=lambda rate: rate.value)

    @property
    def higher(self) -> Tariff:
        """The rate that may be paid."""
        return max(self.both, key=lambda rate: rate.value)


def _mile_rates(home: Nation, prison: Nation, as_of: date) -> _MileRates | None:
    """Return both rates on a day, or None where neither has a source.

    The guide has a rate for prisons in Great Britain only. The calculator pays the Scottish rate to all who
    live outside England and Wales, and exists since February 2017.
    """
    guide = None
    if prison in GREAT_BRITAIN:
        guide = tariffs.known(f"hwpv_mile_{_rate_area(prison)}", as_of)
    calculator = None
    if as_of >= CALCULATOR_BEGAN or prison not in GREAT_BRITAIN:
        calculator = tariffs.known(f"hwpv_mile_{_rate_area(home)}", as_of)
    rates = _MileRates(guide, calculator)
    return rates if rates.both else None


def _rate_area(where: Nation) -> str:
    """Return which of the two rates goes with a nation."""
    return "england_wales" if where in {Nation.ENGLAND, Nation.WALES} else "scotland"


def _mileage_line(miles: float, rates: _MileRates) -> ReimbursementLine:
    """Return the mileage: one car, whoever sits in it."""
    lower, higher = mileage_pence(miles, rates.lower.value), mileage_pence(miles, rates.higher.value)
    rule = f"{miles:.0f} miles there and back at {rates.lower.value:g}p a mile, for one car."
    return ReimbursementLine("Miles in your car", lower, lower, higher, rule, _source(rates.lower))


def _food_tariff(prison: Nation, away_minutes: float, as_of: date) -> Tariff | None:
    """Return the food rate that goes with the time away, or None where none has a source."""
    area = "hwpv_food_5h_scotland" if prison is Nation.SCOTLAND else "hwpv_food_5h_england_wales"
    shorter = tariffs.known(area, as_of)
    if away_minutes <= LONG_FOOD_HOURS * MINUTES_PER_HOUR:
        return shorter
    first_long = tariffs.series("hwpv_food_10h")[0].valid_from
    return tariffs.known("hwpv_food_10h", as_of) if as_of >= first_long else None


def food_lines(prison: Nation, party: Party, away_minutes: float | None, as_of: date) -> tuple[ReimbursementLine, ...]:
    """Return food and drink for everyone; the low end counts one adult and the children.

    Parameters
    ----------
    prison
        The nation where the prison is.
    party
        Who travels.
    away_minutes
        The whole time away from home; None where it is not known, which pays nothing.
    as_of
        The day whose rates hold.
    """
    if away_minutes is None or away_minutes <= FOOD_HOURS * MINUTES_PER_HOUR:
        return ()
    hours = LONG_FOOD_HOURS if away_minutes > LONG_FOOD_HOURS * MINUTES_PER_HOUR else FOOD_HOURS
    tariff = _food_tariff(prison, away_minutes, as_of)
    if tariff is None:
        rule = f"Paid when you are away more than {hours} hours; no source gives the rate on this day."
        return (ReimbursementLine(FOOD, None, None, None, rule, "no source found"),)
    each = round(tariff.value)
    rule = f"Up to {pounds(each)} for each person when you are away more than {hours} hours."
    sure = each * (1 + party.children)
    return (ReimbursementLine(FOOD, each * party.people, sure, each * party.people, rule, _source(tariff)),)


def _actual_line(line: CostLine) -> ReimbursementLine:
    """Return a cost that is paid back as it was."""
    receipt = "No receipt is needed." if line.kind == "toll" else "Keep the receipt or ticket."
    rule = f"What you pay. {receipt}"
    source = "claim form's source code, expense types"
    return ReimbursementLine(line.label, line.pence, line.low_pence, line.high_pence, rule, source)


def _rule_conditions(home: Nation, prison: Nation, rates: _MileRates, miles: float) -> tuple[str, ...]:
    """Say where the scheme's own rules disagree, and where the calculator gives up."""
    told = []
    lower, higher = mileage_pence(miles, rates.lower.value), mileage_pence(miles, rates.higher.value)
    if higher > lower and rates.guide and rates.calculator:
        told.append(
            "The scheme has two rules. "
            f"The guide pays {rates.guide.value:g}p a mile to a prison in {prison.value}; "
            f"the calculator pays {rates.calculator.value:g}p a mile to people who live in {home.value}. "
            f"We show the lower. You may get {pounds(higher - lower)} more: ask the scheme."
        )
    if miles > MOST_RETURN_MILES:
        told.append(
            f"The scheme's calculator stops at {MOST_RETURN_MILES:,} miles there and back. "
            "Ask the scheme how your miles are paid."
        )
    return tuple(told)


def claim_conditions(prison: Nation, away_minutes: float | None, total_pence: int, as_of: date) -> tuple[str, ...]:
    """Say who may claim, by when, and what changes the sum, however one travels.

    Parameters
    ----------
    prison
        The nation where the prison is.
    away_minutes
        The whole time away from home; None where it is not known.
    total_pence
        What may come back altogether.
    as_of
        The day whose rules hold.
    """
    age = "16 or over" if prison is Nation.SCOTLAND else "18 or over"
    first_limit = tariffs.series("hwpv_claim_days")[0].valid_from
    told = [
        f"You must be {age}, and close family, a partner, the next of kin or the prisoner's only visitor.",
        BENEFITS_CONDITION,
        "You pay first. The scheme decides what it pays back.",
    ]
    if as_of >= first_limit:
        told.append(f"Claim within {claims.claim_days(as_of)} days after the visit. Keep your receipts.")
    else:
        told.append("These are today's rules for who can claim. On that day other rules held.")
    told.append(
        f"Up to {claims.VISITS_A_YEAR} visits a year and {claims.VISITS_A_MONTH} a month "
        "go through without extra checks."
    )
    if away_minutes is None:
        told.append("If you are away for more than 5 hours you can also claim for food and drink.")
    if total_pence > claims.AUTOMATIC_LIMIT_PENCE:
        told.append("A claim over £250 is looked at by a person and may take longer.")
    told.append("If you need to stay a night, ask the scheme before you book.")
    return tuple(told)


def _source(tariff: Tariff) -> str:
    """Return where a rate comes from and since when."""
    return f"{tariff.source}, from {phrases.day(tariff.valid_from)}"
