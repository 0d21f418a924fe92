"""What may come back of fares, a hired car and a night away under Help with Prison Visits.

The scheme pays the cheapest public transport at its standard fare, trains at the standard off-peak fare; a taxi only
where nothing runs for that part and the walk would take more than 20 minutes, or for people over 75 or with a
medical condition; a hired car up to 40 pounds a day or what public transport would have cost, whichever is less, and
the miles on top; a night only if it was agreed before. The rules are the claim form's (help-with-prison-visits-external
6686d265) and those of gov.uk/help-with-prison-visits. No rate or cap for a night is in either.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from nearhome.analysis.costs import tariffs
from nearhome.analysis.costs.cost import Cost
from nearhome.analysis.costs.fares import CHILD_SHARE
from nearhome.analysis.help_with_visits import scheme
from nearhome.analysis.help_with_visits.scheme import SCHEME, Reimbursement, ReimbursementLine
from nearhome.data.errors import InputError
from nearhome.data.places import nations
from nearhome.data.places.nations import GREAT_BRITAIN, Nation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from nearhome.analysis.costs.cost import CostLine, Kind
    from nearhome.analysis.costs.party import Party

FARES: Final[tuple[Kind, ...]] = ("rail", "bus", "coach", "ferry")
FORM: Final = "claim form's text, help-with-prison-visits-external 6686d265"
RULES: Final[dict[str, str]] = {
    "rail": "The standard off-peak fare, for the cheapest way. Keep the ticket.",
    "bus": "The standard fare, for the cheapest way. Keep the ticket.",
    "coach": "The standard fare, for the cheapest way. Keep the ticket.",
    "ferry": "The standard fare, for the cheapest way. Keep the ticket.",
}
SECOND_ADULT_CONDITION: Final = (
    "Another adult's fares and food are paid only if they can claim too, "
    "or go along as a helper with someone who is 75 or over or seriously ill."
)
NIGHT_CONDITION: Final = (
    "A night away is paid only if the scheme agreed before you booked, once for each claim. Ask how much it pays: "
    "we found no limit in its rules."
)
TAXI_CONDITION: Final = (
    "A taxi is paid only where no public transport runs for that part and the walk would take more than 20 minutes. "
    "If you are over 75 or have a medical condition it may be paid further: ask the scheme."
)
ADVANCE_CONDITION: Final = "The scheme can buy train tickets for you if you claim at least six days before the visit."


def cheapest(ways: Sequence[Cost]) -> Cost:
    """Return the cheapest of several ways by public transport, by their fares and taxis.

    Raises
    ------
    InputError
        No way was given.
    """
    if not ways:
        msg = "No way by public transport was given to choose from: give at least one."
        raise InputError(msg)
    return min(ways, key=lambda way: way.only(*FARES, "taxi").pence)


def limited(out_of_pocket: Cost, cheapest_pence: int) -> Cost:
    """Return the costs with the fares cut down to what the cheapest way would have cost the party.

    Each fare is cut in proportion, the first ones take the pennies that rounding leaves.

    Raises
    ------
    InputError
        The cheapest way costs less than nothing.
    """
    if cheapest_pence < 0:
        msg = f"The cheapest way costs 0 or more, and {cheapest_pence} pence were given."
        raise InputError(msg)
    paid = out_of_pocket.only(*FARES)
    if paid.pence <= cheapest_pence:
        return out_of_pocket
    share = cheapest_pence / paid.pence
    left = cheapest_pence - sum(math.floor(line.pence * share) for line in paid.lines)
    cut = []
    for number, line in enumerate(paid.lines):
        pence = math.floor(line.pence * share) + (number < left)
        low, high = math.floor(line.low_pence * share), math.ceil(line.high_pence * share)
        cut.append(replace(line, pence=pence, low_pence=min(low, pence), high_pence=max(high, pence)))
    return Cost((*cut, *(line for line in out_of_pocket.lines if line.kind not in FARES)))


def estimate(
    *,
    visitor_nation: Nation | str,
    prison_nation: Nation | str,
    party: Party,
    away_minutes: float | None,
    out_of_pocket: Cost,
    as_of: date,
    taxi_paid: bool = False,
    night_agreed: bool = False,
) -> Reimbursement:
    """Return what a party may get back for one visit by public transport.

    Parameters
    ----------
    visitor_nation, prison_nation
        Where the visitor lives and the prison is.
    party
        Low figures count one adult and the children, because another adult must have a claim too.
    away_minutes
        The whole time away from home, None where it is not known.
    out_of_pocket
        Lines of the kinds rail, bus, coach, ferry, taxi and room count, all others not. Where a cheaper way by public
        transport exists, cut them down to it with ``limited``.
    as_of
        The day of the visit.
    taxi_paid
        Whether the rule for taxis is met for every taxi, as from ``eligibility.taxi_may_be_paid``.
    night_agreed
        Whether the scheme agreed to a night before it was booked; otherwise only the high figure has it.

    Raises
    ------
    InputError
        A nation is unknown, or a time is negative.
    DateError
        The day lies before the first rate known.
    """
    home, prison = nations.nation(visitor_nation), nations.nation(prison_nation)
    if away_minutes is not None and not away_minutes >= 0:
        msg = f"Minutes must be 0 or more, and {away_minutes} were given: give the time away, or none."
        raise InputError(msg)
    elsewhere = scheme.other_scheme(home, prison, as_of)
    if elsewhere is not None:
        return elsewhere
    if tariffs.known("hwpv_mile_england_wales", as_of) is None:
        return scheme.without_rate(as_of)
    taxis, nights = out_of_pocket.only("taxi").lines, out_of_pocket.only("room").lines
    sure = _sure_share(party)
    lines = (
        *(_fare_line(line, sure) for line in out_of_pocket.only(*FARES).lines),
        *(_taxi_line(line, paid=taxi_paid) for line in taxis),
        *scheme.food_lines(prison, party, away_minutes, as_of),
        *(_night_line(line, agreed=night_agreed) for line in nights),
    )
    known = [line for line in lines if line.pence is not None]
    total = sum(line.pence or 0 for line in known)
    conditions = (
        *scheme.claim_conditions(prison, away_minutes, total, as_of),
        *([SECOND_ADULT_CONDITION] if party.adults > 1 else []),
        *([ADVANCE_CONDITION] if prison in GREAT_BRITAIN and out_of_pocket.only("rail").lines else []),
        *([TAXI_CONDITION] if taxis else []),
        *([NIGHT_CONDITION] if nights else []),
    )
    low, high = sum(line.low_pence or 0 for line in known), sum(line.high_pence or 0 for line in known)
    return Reimbursement(SCHEME, total, low, high, lines, conditions)


def hire_line(*, days: int, paid: CostLine, public_transport_pence: int | None, as_of: date) -> ReimbursementLine:
    """Return what may come back of a hired car; the miles are paid on top, as for one's own.

    Parameters
    ----------
    days
        Whole days of hire, one at least.
    paid
        The bill for the hire, with its low and high end.
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
    paid_back = [
        scheme.hire_pence(days=days, paid_pence=pence, public_transport_pence=public_transport_pence, as_of=as_of)
        for pence in (paid.low_pence, paid.pence, paid.high_pence)
    ]
    cap = scheme.pounds(round(tariffs.value("hwpv_hire_cap_per_day", as_of).value))
    limit = (
        "what public transport would have cost"
        if public_transport_pence is None
        else f"the {scheme.pounds(public_transport_pence)} that public transport would have cost"
    )
    rule = f"Up to {cap} a day, or {limit}, whichever is less. Keep the receipt."
    return ReimbursementLine(paid.label, paid_back[1], paid_back[0], paid_back[2], rule, FORM)


def with_lines(back: Reimbursement, *lines: ReimbursementLine) -> Reimbursement:
    """Return a reimbursement with further lines, such as a hired car's beside its miles.

    Where no figure can be given for the rest, none is given for the whole.
    """
    if back.pence is None or back.low_pence is None or back.high_pence is None:
        return back
    known = [line for line in lines if line.pence is not None]
    return replace(
        back,
        pence=back.pence + sum(line.pence or 0 for line in known),
        low_pence=back.low_pence + sum(line.low_pence or 0 for line in known),
        high_pence=back.high_pence + sum(line.high_pence or 0 for line in known),
        lines=(*back.lines, *lines),
    )


def _sure_share(party: Party) -> float:
    """Return the share of the party's fares that falls to one adult and the children."""
    children = party.children * CHILD_SHARE
    return (1 + children) / (party.adults + children)


def _fare_line(line: CostLine, sure: float) -> ReimbursementLine:
    """Return fares that are paid back as they were, the low end for one adult and the children."""
    low = math.floor(line.low_pence * sure)
    return ReimbursementLine(line.label, line.pence, low, line.high_pence, RULES[line.kind], FORM)


def _taxi_line(line: CostLine, *, paid: bool) -> ReimbursementLine:
    """Return a taxi: paid where its rule is met, else nothing but perhaps."""
    if paid:
        rule = "Paid because nothing runs there then and the walk is over 20 minutes. Keep the receipt."
        return ReimbursementLine(line.label, line.pence, line.low_pence, line.high_pence, rule, FORM)
    rule = "Not paid where public transport runs, or where the walk takes up to 20 minutes."
    return ReimbursementLine(line.label, 0, 0, 0, rule, FORM)


def _night_line(line: CostLine, *, agreed: bool) -> ReimbursementLine:
    """Return a night: what it cost if the scheme agreed before, else nothing for sure."""
    if agreed:
        rule = "What you pay, as the scheme agreed before you booked. Keep the receipt."
        return ReimbursementLine(line.label, line.pence, line.low_pence, line.high_pence, rule, FORM)
    rule = "Paid only if the scheme agrees before you book."
    return ReimbursementLine(line.label, 0, 0, line.high_pence, rule, FORM)
