"""``nearhome journey``: one family's visit to one prison, in plain words or as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from nearhome.analysis.plan import Party, plan_visit
from nearhome.app import answers, words
from nearhome.app.commands import layout, options
from nearhome.data import catalogue, prisons
from nearhome.geo import places

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from nearhome.analysis.help_with_visits import ReimbursementLine
    from nearhome.analysis.plan import Option, VisitPlan


@click.command(epilog='Example: nearhome journey --from "TR1 2HE" --to Exeter --adults 1 --children 2')
@click.option(
    "--from",
    "origin",
    required=True,
    metavar="PLACE",
    help='Where you start: a postcode, a town, or a latitude and longitude such as "50.26,-5.05".',
)
@click.option("--to", "prison", required=True, metavar="PRISON", help="The prison, by name or id.")
@click.option("--adults", type=int, default=1, show_default=True, help="How many adults travel.")
@click.option("--children", type=int, default=0, show_default=True, help="How many children under 18 travel.")
@options.as_of
@options.as_json
def command(origin: str, prison: str, adults: int, children: int, as_of: date, *, as_json: bool) -> None:
    """Say how far, how long and how much one visit is.

    You see the way by car there and back, what it costs your party, what you may get back and what is left to pay,
    each with how sure it is.
    """
    party = Party(adults, children)
    place = places.find(origin)
    plan = plan_visit(place, prisons.find(prison, as_of), party=party, as_of=as_of)
    if as_json:
        click.echo(json.dumps(plan.to_dict(), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(text(plan)))


def text(plan: VisitPlan) -> Iterator[str]:
    """Give the lines of a plan as plain text: what a family asks first comes first, sources last."""
    who = words.people(plan.party.adults, plan.party.children)
    yield from layout.paragraph(f"From {plan.origin.name} to {plan.prison.name}: {who}, on {words.day(plan.as_of)}.")
    if plan.origin.note:
        yield from layout.paragraph(f"Note: {plan.origin.note}")
    for option in plan.options:
        yield from layout.heading(answers.mode_words(option).upper())
        for answer in answers.answers(plan, option):
            yield from layout.heading(answer.question)
            yield from layout.paragraph(words.sentence(answer.figure), indent=2)
            for note in answer.notes:
                yield from layout.paragraph(note, indent=4)
        yield from _cost(option)
    yield from _claim(plan)
    for option in plan.options:
        yield from layout.heading(f"The way there, {answers.mode_words(option).lower()}")
        for number, leg in enumerate(option.legs, start=1):
            yield from layout.paragraph(answers.leg_words(leg), indent=2, bullet=f"{number}. ")
    yield from _sources(plan)


def _cost(option: Option) -> Iterator[str]:
    yield from layout.heading("How the cost is made up, there and back")
    cost = option.cost
    sums = [(line.label, line.pence, line.low_pence, line.high_pence) for line in cost.lines]
    sums.append(("Total", cost.pence, cost.low_pence, cost.high_pence))
    cells = [(label, words.estimate(pence, low, high), words.band(low, high)) for label, pence, low, high in sums]
    yield from layout.table(("", "Estimate", "Range"), cells, right=(1,), indent=2)
    for line in cost.lines:
        yield from layout.paragraph(f"{line.label}: {line.basis}", indent=2, bullet="- ")


def _claim(plan: VisitPlan) -> Iterator[str]:
    back = plan.reimbursement
    if back.lines:
        yield from layout.heading(f"What {back.scheme} may pay")
    for line in back.lines:
        yield from layout.paragraph(
            f"{line.label}: {_claimed(line)}. {line.rule} Source: {line.source}.", indent=2, bullet="- "
        )
    yield from layout.heading(f"{words.capital(back.scheme)}: what to know before you claim")
    for condition in back.conditions:
        yield from layout.paragraph(words.sentence(condition), indent=2, bullet="- ")


def _claimed(line: ReimbursementLine) -> str:
    """Give what may be paid for one thing: to the pound, exact where it is known exactly."""
    if line.pence is None or line.low_pence is None or line.high_pence is None:
        return "not known"
    return words.estimate(line.pence, line.low_pence, line.high_pence)


def _sources(plan: VisitPlan) -> Iterator[str]:
    yield from layout.heading("Worked out from these tables")
    known = catalogue.tables()
    for name, version in plan.tables.items():
        title = known[name].title if name in known else f"Prices and rates: {name.rpartition('/')[2].replace('_', ' ')}"
        yield from layout.paragraph(f"{title}, {version}", indent=2, bullet="- ")
    yield from layout.paragraph("nearhome data list names their sources and licences.", indent=2)
