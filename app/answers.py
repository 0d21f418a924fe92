"""A visit plan as answers in plain words, as HTML for the page and as a document to keep.

Everything a person or a table supplied is escaped here. The document never holds the starting point,
as it may be printed, or saved on a shared computer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING

from nearhome.app import words
from nearhome.data import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nearhome.analysis.help_with_visits import ReimbursementLine
    from nearhome.analysis.plan import Option, VisitPlan
    from nearhome.geo.journeys import Leg

MODES = {"car": "By car"}
SHORT_MILES = 0.75
"""A piece of road shorter than this is not worth a line of its own."""
DOCUMENT_STYLE = (
    "body{font:1rem/1.5 Arial,Helvetica,sans-serif;max-width:40rem;margin:1rem auto;padding:0 1rem}"
    "dt{font-weight:700;margin-top:1rem}dd{margin:0}dd p{margin:.25rem 0}.nh-figure{font-size:1.25rem}"
    "table{border-collapse:collapse;width:100%}caption{text-align:left;font-weight:700}"
    "th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0}"
    ".nh-row>*{border-top:1px solid #b1b4b6}.nh-number{text-align:right;padding-right:0}"
)


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
        _back(plan),
        _left(plan, option),
        _sureness(plan, option),
    )


def answers_html(found: Iterable[Answer]) -> str:
    """Return the answers as a description list."""
    return f'<dl class="nh-answers">{"".join(_answer_html(answer) for answer in found)}</dl>'


def _answer_html(answer: Answer) -> str:
    """Return one answer as a term with its description."""
    figure = f'<strong class="nh-figure">{escape(words.capital(answer.figure))}</strong>'
    notes = "".join(f"<p>{escape(note)}</p>" for note in answer.notes)
    return f"<div><dt>{escape(answer.question)}</dt><dd>{figure}{notes}</dd></div>"


def cost_html(plan: VisitPlan, option: Option) -> str:
    """Return how the cost is made up: each line's estimate, its range, and what it rests on."""
    rows = [
        (line.label, line.basis, *_estimated(line.pence, line.low_pence, line.high_pence)) for line in option.cost.lines
    ]
    cost = option.cost
    total = ("Total", "", *_estimated(cost.pence, cost.low_pence, cost.high_pence))
    caption = f"Estimated cost there and back for {words.people(plan.party.adults, plan.party.children)}"
    return _table(f"{caption}, at prices on {words.day(plan.as_of)}", ("What for", "Estimate", "Range"), [*rows, total])


def claim_html(plan: VisitPlan) -> str:
    """Return what may be claimed, line by line, and the conditions to know before claiming."""
    back = plan.reimbursement
    rows = [(line.label, line.rule, _claimed(line)) for line in back.lines]
    table = _table(f"What {back.scheme} may pay, estimated", ("What for", "Estimate"), rows) if rows else ""
    conditions = "".join(f"<li>{escape(words.sentence(condition))}</li>" for condition in back.conditions)
    heading = f"<p><strong>{escape(words.capital(back.scheme))}</strong>: what to know before you claim</p>"
    return f'{table}{heading}<ul class="nh-list">{conditions}</ul>' if conditions else table


def route_html(option: Option) -> str:
    """Return the way there as a numbered list; slip roads and the like belong to the road before them."""
    steps = "".join(f"<li>{escape(leg_words(leg))}</li>" for leg in _joined(option.legs))
    return f'<ol class="nh-list">{steps}</ol>'


def tables_html(plan: VisitPlan) -> str:
    """Return which version of each table the answer was worked out from."""
    known = catalogue.tables()
    items = "".join(
        f"<li>{escape(known[name].title if name in known else _spoken(name))}: {escape(version)}</li>"
        for name, version in plan.tables.items()
    )
    return f'<ul class="nh-list">{items}</ul>'


def _spoken(name: str) -> str:
    """Return the name of a table of prices and rates as words: "tariffs/help_with_visits" is "help with visits"."""
    return f"Prices and rates: {name.rpartition('/')[2].replace('_', ' ')}"


def mode_words(option: Option) -> str:
    """Return how one travels, as a heading: "By car"."""
    return MODES.get(option.mode, f"By {option.mode.replace('_', ' ')}")


def document(plan: VisitPlan) -> str:
    """Return the plan as one HTML page to keep or to print, without the starting point."""
    title = f"Visit plan: {plan.prison.name}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>Estimates, worked out on {words.day(plan.as_of)} by nearhome.</p>",
    ]
    for option in plan.options:
        parts += [
            f"<h2>{escape(mode_words(option))}</h2>",
            answers_html(answers(plan, option)),
            cost_html(plan, option),
        ]
    parts += ["<h2>Claiming money back</h2>", claim_html(plan), "<h2>Data used</h2>", tables_html(plan)]
    return (
        f'<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{DOCUMENT_STYLE}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>"
    )


def leg_words(leg: Leg) -> str:
    """Return one leg in words, a ferry named as such."""
    if leg.kind == "ferry":
        return f"Ferry, {leg.name}: {words.duration(leg.minutes)} with waiting"
    return f"{words.capital(leg.name)}: {words.miles(leg.miles)}, {words.duration(leg.minutes)}"


def _claimed(line: ReimbursementLine) -> str:
    """Return the cell of one thing to claim: to the pound, exact where it is known exactly."""
    if line.pence is None or line.low_pence is None or line.high_pence is None:
        return "not known"
    return words.estimate(line.pence, line.low_pence, line.high_pence)


def _joined(legs: Iterable[Leg]) -> list[Leg]:
    """Return the legs as a person would tell them: short pieces and pieces of one name put together."""
    told: list[Leg] = []
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
    return words.estimate(pence, low_pence, high_pence), words.band(low_pence, high_pence)


def _distance(plan: VisitPlan, option: Option) -> Answer:
    there_and_back = f"{words.capital(words.miles(2 * option.miles))} there and back."
    straight = f"In a straight line it is {words.miles(plan.crow_miles)} each way."
    notes = (f"{there_and_back} {straight}", *_crossings(option))
    return Answer("How far is it?", f"{words.about(words.miles(option.miles))} each way", notes)


def _crossings(option: Option) -> tuple[str, ...]:
    """Say that the way needs a ferry, or costs a toll on the way there or back; a free bridge is not named."""
    ferries = [leg.name for leg in option.legs if leg.kind == "ferry"]
    tolls = [line.label for line in option.cost.lines if line.kind == "toll" and line.high_pence]
    notes: tuple[str, ...] = ()
    if ferries:
        notes += (
            f"The way includes a ferry: {words.listing(ferries)}.",
            "Its crossing and waiting times are estimates: look at the timetable and book before you go.",
        )
    if tolls:
        notes += (f"There is a toll to pay: {words.listing(tolls)}.",)
    return notes


def _time(option: Option) -> Answer:
    share = option.return_minutes / option.minutes if option.minutes else 1
    between = words.duration_between(option.minutes_low * share, option.minutes_high * share)
    return Answer(
        "How long does it take?",
        f"{words.about(words.duration(option.return_minutes))} there and back",
        (
            f"Estimate: {between}, on an ordinary day.",
            f"It is {words.about(words.duration(option.minutes))} each way.",
            "Breaks and the visit itself come on top.",
        ),
    )


def _cost(plan: VisitPlan, option: Option) -> Answer:
    cost = option.cost
    between = words.money_between(cost.low_pence, cost.high_pence)
    who = words.people(plan.party.adults, plan.party.children)
    note = f"Estimate: {between} there and back for {who}, at prices on {words.day(plan.as_of)}."
    return Answer("What does it cost?", words.about_money(cost.pence), (note,))


def _back(plan: VisitPlan) -> Answer:
    back = plan.reimbursement
    question = "What may you get back?"
    if back.pence is None:
        return Answer(
            question, "we cannot say how much", (f"{words.sentence(back.scheme)} Read below what to know to claim.",)
        )
    if not back.pence:
        return Answer(question, "nothing that we know of", (f"{words.sentence(back.scheme)} Read below why.",))
    notes = (
        f"Estimate, from {back.scheme}, if you can claim. It is not a promise.",
        "Read below what to know to claim.",
    )
    return Answer(question, f"you may get back {words.about_money(back.pence)}", notes)


def _left(plan: VisitPlan, option: Option) -> Answer:
    between = words.money_between(*_left_range_pence(plan, option))
    notes: tuple[str, ...] = (f"Estimate: {between}.",)
    if plan.reimbursement.pence:
        notes = (
            f"Estimate, if you get that money back: {between}.",
            f"If you cannot claim you pay all of it, {words.about_money(option.cost.pence)}.",
            "You pay first and get money back later.",
        )
    return Answer("What is left for you to pay?", words.about_money(plan.left_to_pay_pence), notes)


def _left_range_pence(plan: VisitPlan, option: Option) -> tuple[int, int]:
    """Return the least and the most that is left to pay.

    What is paid back as it was (parking, tolls, ferries, food up to a limit) cancels out. The rest varies by itself:
    the least is left when the rest comes out low and the most is paid back, and the other way round.
    """
    back, cost = plan.reimbursement, option.cost
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
    notes = (
        f"The starting point may be off by {words.precision(plan.origin.precision_m)}.",
        "Times come from a road map and usual speeds, not from today's traffic.",
        "Eight in ten of the drives that we compared took a time within the range shown.",
        "Costs come from average prices.",
    )
    return Answer("How sure are we?", f"give or take {words.duration(spread)} each way", notes)


def _table(caption: str, heads: Sequence[str], rows: Sequence[tuple[str, ...]]) -> str:
    """Return a table with header cells; its rows are (label, small print, number, ...)."""
    first, *others = heads
    head = f'<th scope="col">{escape(first)}</th>' + "".join(
        f'<th scope="col" class="nh-number">{escape(other)}</th>' for other in others
    )
    body = ""
    for label, small, *numbers in rows:
        cells = "".join(f'<td class="nh-number">{escape(number)}</td>' for number in numbers)
        note = f'<tr><td colspan="{len(heads)}">{escape(words.sentence(small))}</td></tr>' if small else ""
        body += f'<tr class="nh-row"><th scope="row">{escape(label)}</th>{cells}</tr>{note}'
    return (
        f'<table class="nh-table"><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )
