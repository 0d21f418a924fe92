"""A visit plan as a document to keep: the ways side by side, the day of each, what it costs and how to claim.

It never holds the starting point, nor the station near it, as it may be printed or saved on a shared computer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nearhome.analysis.reports.documents import Grid, Heading, Items, Paragraph
from nearhome.analysis.visits.day import clock
from nearhome.app.wording import answers, comparison, extras, legs
from nearhome.data.base import phrases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nearhome.analysis.reports.documents import Block
    from nearhome.analysis.visits.options import Option
    from nearhome.analysis.visits.plan import VisitPlan

WAYS = ("Way", "Each way", "Leave by about", "Home by about", "Cost", "May get back", "Left to pay")
COST = ("What for", "How it was worked out", "Estimate", "Range")
CLAIM = ("What for", "Rule", "Estimate")
MONEY = frozenset({4, 5, 6})


def title(plan: VisitPlan) -> str:
    """Return the title of the document."""
    return f"Visit plan: {plan.prison.name}"


def blocks(plan: VisitPlan) -> Iterator[Block]:
    """Give the parts of the document in order."""
    who = phrases.people(plan.party.adults, plan.party.children)
    yield Paragraph(f"For {who}. Estimates, worked out on {phrases.day(plan.as_of)} by nearhome.")
    first = plan.options[0]
    if first.day is not None:
        for sentence in comparison.session_sentences(first.day):
            yield Paragraph(sentence)
    if len(plan.options) > 1:
        yield Heading("The ways side by side")
        rows = tuple((option.title, *row[1:]) for option, row in zip(plan.options, comparison.rows(plan), strict=True))
        yield Grid("All for your party, there and back, but times each way", WAYS, rows, MONEY)
        yield Items(comparison.best_sentences(plan))
    for option in plan.options:
        yield from _way(plan, option)
    yield Heading("What to know before you claim")
    for scheme in dict.fromkeys(option.reimbursement.scheme for option in plan.options):
        told = (option.reimbursement.conditions for option in plan.options if option.reimbursement.scheme == scheme)
        yield Paragraph(phrases.sentence(scheme))
        yield Items(tuple(dict.fromkeys(phrases.sentence(condition) for each in told for condition in each)))
    said = extras.school(plan, first)
    if said:
        yield Heading(f"{extras.SCHOOL_HEADING} ({first.title.lower()})")
        yield Items(said)
    said = extras.video(plan, first)
    if said:
        yield Heading(extras.VIDEO_HEADING)
        yield Items(said)
    yield Heading("Data used")
    yield Items(tuple(f"{answers.table_words(name)}: {version}" for name, version in plan.tables.items()))


def _way(plan: VisitPlan, option: Option) -> Iterator[Block]:
    """Give one way: its day, its legs, its answers, its cost and what may be claimed."""
    hidden = frozenset[str]()
    yield Heading(option.title)
    if option.there is not None and option.back is not None:
        hidden = legs.near_home(option.there, option.back)
    day = option.day
    if day is not None:
        hours = (
            ("Leave home", f"by about {clock(day.leave)}{_night(day.night_before, 'the day before')}"),
            ("At the gate", f"by {clock(day.arrive)}"),
            ("Visit", f"{day.session.start} to {day.session.end}"),
            ("Home again", f"by about {clock(day.home)}{_night(day.night_after, 'the day after')}"),
        )
        yield Grid(f"The day ({day.day})", ("When", "Time"), hours)
        yield Paragraph(" ".join(comparison.day_sentences(day)))
    for name, way in (("The way there", option.there), ("The way home", option.back)):
        if way is not None:
            yield Heading(f"{name}: {way.basis}", 3)
            yield Items(tuple(legs.by_public_transport(way, hidden=hidden)), numbered=True)
    for answer in answers.answers(plan, option):
        yield Heading(answer.question, 3)
        yield Paragraph(" ".join((phrases.sentence(answer.figure), *answer.notes)))
    cost = option.cost
    parts = [(line.label, line.basis, line.pence, line.low_pence, line.high_pence) for line in cost.lines]
    parts.append(("Total", "", cost.pence, cost.low_pence, cost.high_pence))
    lines = tuple(
        (_without(label, hidden), basis, phrases.estimate(pence, low, high), phrases.band(low, high))
        for label, basis, pence, low, high in parts
    )
    yield Grid(f"Estimated cost at prices on {phrases.day(plan.as_of)}", COST, lines, frozenset({2, 3}))
    back = option.reimbursement
    if back.lines:
        rows = tuple((_without(line.label, hidden), line.rule, answers.claimed(line)) for line in back.lines)
        yield Grid(f"What {back.scheme} may pay, estimated", CLAIM, rows, frozenset({2}))


def _without(text: str, hidden: frozenset[str]) -> str:
    """Return a label without the names that tell where somebody lives."""
    for name in hidden:
        text = text.replace(name, legs.YOUR_STATION)
    return text


def _night(needed: str, when: str) -> str:
    """Say that it is on another day, where a night away is needed."""
    return f", better {when}" if needed == "yes" else ""
