"""A visit plan as answers in plain words, and as HTML for the page, where everything is escaped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nearhome.app.wording import fragments, legs
from nearhome.data.base import phrases
from nearhome.data.catalogue import tables
from nearhome.geo.roads.conditions import OWN_ROADS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nearhome.analysis.help_with_visits.scheme import ReimbursementLine
    from nearhome.analysis.visits.options import Option
    from nearhome.analysis.visits.plan import VisitPlan
    from nearhome.geo.routing.car_journeys import RoadLeg
    from nearhome.geo.transit.itineraries import TransitWay

TEMPLATE = "answers.html"
TYPICAL = "typical, not a timetable"
"""The basis of a way without a timetable, as ``geo.public_transport`` has it, which starts slowly."""

SHORT_MILES = 0.75
"""A piece of road shorter than this is not worth a line of its own."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One question of a family, the figure that answers it, and what the figure means."""

    question: str
    figure: str
    notes: tuple[str, ...]


def answers(plan: VisitPlan, option: Option) -> tuple[Answer, ...]:
    """Return what a family wants to know first, in the order in which they ask it."""
    return (
        _distance(plan, option),
        _time(option),
        _cost(plan, option),
        _back(option),
        _left(option),
        _sureness(plan, option),
    )


def answers_html(found: Iterable[Answer]) -> str:
    """Return the answers as a description list."""
    return fragments.piece(TEMPLATE, "answers", list(found))


def cost_html(plan: VisitPlan, option: Option) -> str:
    """Return how the cost is made up: each line's estimate, its range, and what it rests on."""
    rows = [
        (line.label, line.basis, *_estimated(line.pence, line.low_pence, line.high_pence)) for line in option.cost.lines
    ]
    cost = option.cost
    total = ("Total", "", *_estimated(cost.pence, cost.low_pence, cost.high_pence))
    caption = f"Estimated cost there and back for {phrases.people(plan.party.adults, plan.party.children)}"
    caption = f"{caption}, at prices on {phrases.day(plan.as_of)}"
    return fragments.piece(TEMPLATE, "sums", caption, ("What for", "Estimate", "Range"), [*rows, total])


def claim_html(option: Option) -> str:
    """Return what may be claimed for a way, line by line, and the conditions to know before claiming."""
    back = option.reimbursement
    rows = [(line.label, line.rule, claimed(line)) for line in back.lines]
    conditions = [phrases.sentence(condition) for condition in back.conditions]
    return fragments.piece(TEMPLATE, "claim", back.scheme, rows, conditions)


def route_html(option: Option) -> str:
    """Return the way as a numbered list; by public transport the way home too."""
    if option.there is None or option.back is None:
        return fragments.numbered(route(option))
    parts = [("There", option.there), ("Home", option.back)]
    lists = [(name, legs.by_public_transport(way)) for name, way in parts]
    return fragments.piece(TEMPLATE, "there_and_home", lists, option.there.basis)


def tables_html(plan: VisitPlan) -> str:
    """Return which version of each table the answer was worked out from."""
    return fragments.items(f"{table_words(name)}: {version}" for name, version in plan.tables.items())


def table_words(name: str) -> str:
    """Return what a table is called: its title, or of prices such as "tariffs/help_with_visits" the name in words."""
    if name == OWN_ROADS:
        return "Roads you imported"
    known = tables.tables()
    return known[name].title if name in known else f"Prices and rates: {name.rpartition('/')[2].replace('_', ' ')}"


def route(option: Option) -> tuple[str, ...]:
    """Return the way there by road, a line a leg; slip roads and the like belong to the road before them."""
    return tuple(legs.by_road(leg) for leg in _joined(option.legs))


def claimed(line: ReimbursementLine) -> str:
    """Return the cell of one thing to claim: to the pound, exact where it is known exactly."""
    if line.pence is None or line.low_pence is None or line.high_pence is None:
        return "not known"
    return phrases.estimate(line.pence, line.low_pence, line.high_pence)


def _joined(legs: Iterable[RoadLeg]) -> list[RoadLeg]:
    """Return the legs as a person would tell them: short pieces and pieces of one name put together."""
    told: list[RoadLeg] = []
    for leg in legs:
        before = told[-1] if told else None
        short = leg.kind == "road" and leg.miles < SHORT_MILES
        if before and before.kind != "ferry" and (short or (before.kind, before.name) == (leg.kind, leg.name)):
            told[-1] = replace(before, miles=before.miles + leg.miles, minutes=before.minutes + leg.minutes)
        else:
            told.append(leg)
    return told


def _estimated(pence: int, low_pence: int, high_pence: int) -> tuple[str, str]:
    """Return the two cells of a table of estimates: the sum and its range."""
    return phrases.estimate(pence, low_pence, high_pence), phrases.band(low_pence, high_pence)


def _distance(plan: VisitPlan, option: Option) -> Answer:
    there_and_back = f"{phrases.capital(phrases.miles(2 * option.miles))} there and back."
    straight = f"In a straight line it is {phrases.miles(plan.crow_miles)} each way."
    notes = (f"{there_and_back} {straight}", *_crossings(option))
    return Answer("How far is it?", f"{phrases.about(phrases.miles(option.miles))} each way", notes)


def _crossings(option: Option) -> tuple[str, ...]:
    """Say that the way needs a ferry, or costs a toll on the way there or back; a free bridge is not named."""
    ferries = [leg.name for leg in option.legs if leg.kind == "ferry"]
    tolls = [line.label for line in option.cost.lines if line.kind == "toll" and line.high_pence]
    notes: tuple[str, ...] = ()
    if ferries:
        notes += (
            f"The way includes a ferry: {phrases.listing(ferries)}.",
            "Its crossing and waiting times are estimates: look at the timetable and book before you go.",
        )
    if tolls:
        notes += (f"There is a toll to pay: {phrases.listing(tolls)}.",)
    return notes


def _time(option: Option) -> Answer:
    share = option.return_minutes / option.minutes if option.minutes else 1
    between = phrases.duration_between(option.minutes_low * share, option.minutes_high * share)
    return Answer(
        "How long does it take?",
        f"{phrases.about(phrases.duration(option.return_minutes))} there and back",
        (
            f"Estimate: {between}, on an ordinary day.",
            *(() if option.there is None else (f"{phrases.capital(option.there.basis)}: look it up before you go.",)),
            f"It is {phrases.about(phrases.duration(option.minutes))} each way.",
            "Breaks and the visit itself come on top.",
        ),
    )


def _cost(plan: VisitPlan, option: Option) -> Answer:
    cost = option.cost
    between = phrases.money_between(cost.low_pence, cost.high_pence)
    who = phrases.people(plan.party.adults, plan.party.children)
    note = f"Estimate: {between} there and back for {who}, at prices on {phrases.day(plan.as_of)}."
    return Answer("What does it cost?", phrases.about_money(cost.pence), (note,))


def _back(option: Option) -> Answer:
    back = option.reimbursement
    question = "What may you get back?"
    if back.pence is None:
        return Answer(
            question, "we cannot say how much", (f"{phrases.sentence(back.scheme)} Read below what to know to claim.",)
        )
    if not back.pence:
        return Answer(question, "nothing that we know of", (f"{phrases.sentence(back.scheme)} Read below why.",))
    notes = (
        f"Estimate, from {back.scheme}, if you can claim. It is not a promise.",
        "Read below what to know to claim.",
    )
    return Answer(question, f"you may get back {phrases.about_money(back.pence)}", notes)


def _left(option: Option) -> Answer:
    between = phrases.money_between(*left_range_pence(option))
    notes: tuple[str, ...] = (f"Estimate: {between}.",)
    if option.reimbursement.pence:
        notes = (
            f"Estimate, if you get that money back: {between}.",
            f"If you cannot claim you pay all of it, {phrases.about_money(option.cost.pence)}.",
            "You pay first and get money back later.",
        )
    return Answer("What is left for you to pay?", phrases.about_money(option.left_to_pay_pence), notes)


def left_range_pence(option: Option) -> tuple[int, int]:
    """Return the least and the most that is left to pay.

    What is paid back as it was (parking, tolls, ferries, food up to a limit) cancels out. The rest varies by itself:
    the least is left when the rest comes out low and the most is paid back, and the other way round.
    """
    back, cost = option.reimbursement, option.cost
    if back.pence is None:
        return cost.low_pence, cost.high_pence
    repaid = {line.label for line in back.lines} & {line.label for line in cost.lines}
    own = [line for line in cost.lines if line.label not in repaid]
    paid = [line for line in back.lines if line.label not in repaid]
    least = sum(line.low_pence for line in own) - sum(line.high_pence or 0 for line in paid)
    most = sum(line.high_pence for line in own) - sum(line.low_pence or 0 for line in paid)
    limits = {line.label: line.high_pence or 0 for line in back.lines}
    most += sum(max(0, line.high_pence - limits[line.label]) for line in cost.lines if line.label in repaid)
    return max(0, least), max(0, most)


def _sureness(plan: VisitPlan, option: Option) -> Answer:
    spread = (option.minutes_high - option.minutes_low) / 2
    start = f"The starting point may be off by {phrases.precision(plan.origin.precision_m)}."
    notes: tuple[str, ...] = (
        start,
        "Times come from a road map and usual speeds, not from today's traffic.",
        "Eight in ten of the drives that we compared took a time within the range shown.",
        "Costs come from average prices.",
    )
    if option.there is not None:
        notes = (start, *_public_sureness(option.there))
    return Answer("How sure are we?", f"give or take {phrases.duration(spread)} each way", notes)


def _public_sureness(way: TransitWay) -> tuple[str, ...]:
    """Return what the times and fares of a way by public transport rest on."""
    if way.basis != TYPICAL:
        notes = [f"Times come from what you imported: {way.basis}. Trains and buses may run late."]
    else:
        notes = ["Times come from how often and how fast trains and buses usually run, not from a timetable."]
        if way.km_by("bus"):
            notes.append("Buses are counted as often as they ran in late 2022.")
    if way.km_by("train"):
        notes.append("Train fares come from a model of the distance. The real one may be half, or half as much again.")
    return tuple(notes)
