"""``nearhome journey``: one family's visit to one prison, in plain words or as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from nearhome.analysis.costs.party import Party
from nearhome.analysis.visits import plan_json
from nearhome.analysis.visits.plan import plan_visit
from nearhome.app.cli import layout, options
from nearhome.app.cli.visits import ways
from nearhome.app.wording import answers, legs, names
from nearhome.data.base import phrases
from nearhome.data.prisons import register
from nearhome.geo.imported import networks
from nearhome.geo.places import find
from nearhome.geo.roads.conditions import TODAY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from nearhome.analysis.visits.options import Option
    from nearhome.analysis.visits.plan import VisitPlan
    from nearhome.app.cli.visits.ways import WaysRequest
    from nearhome.geo.roads.conditions import Conditions


@click.command(epilog='Example: nearhome journey --from "TR1 2HE" --to Exeter --children 2 --mode all --session sat-pm')
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
@ways.asked
@options.as_of
@options.imported
@options.scenario
@options.as_json
def command(  # noqa: PLR0913 - one parameter an option
    origin: str,
    prison: str,
    adults: int,
    children: int,
    travel: WaysRequest,
    as_of: date,
    *,
    imported: bool,
    scenario: Conditions,
    as_json: bool,
) -> None:
    """Say how far, how long and how much one visit is.

    You see the way there and back, what it costs your party, what you may get back and what is left to pay, each with
    how sure it is; with --mode all the ways side by side first. Without --session or another way than the car the
    day of the visit is left out. Times by train and bus are typical, not a timetable.
    """
    party = Party(adults, children or len(travel.child_ages), travel.child_ages)
    place = find.find(origin)
    goal = register.find(prison, as_of)
    roads = networks.roads_for(place, imported=imported, scenario=scenario)
    plan = plan_visit(place, goal, party=party, as_of=as_of, roads=roads, **travel.of(goal))
    if as_json:
        click.echo(json.dumps(plan_json.of_plan(plan), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(text(plan)))


def text(plan: VisitPlan) -> Iterator[str]:
    """Give the lines of a plan as plain text: what a family asks first comes first, sources last."""
    who = phrases.people(plan.party.adults, plan.party.children)
    yield from layout.paragraph(f"From {plan.origin.name} to {plan.prison.name}: {who}, on {phrases.day(plan.as_of)}.")
    if plan.origin.note:
        yield from layout.paragraph(f"Note: {plan.origin.note}")
    if plan.scenario != TODAY:
        yield from layout.paragraph(f"As if: {names.scenario(plan.scenario)}.")
    if plan.options[0].day is not None:
        yield from ways.side_by_side(plan)
    told: tuple[str, ...] = ()
    for option in plan.options:
        yield from layout.heading(option.title.upper())
        if option.day is not None:
            yield from ways.day(plan, option)
        for answer in answers.answers(plan, option):
            yield from layout.heading(answer.question)
            yield from layout.paragraph(phrases.sentence(answer.figure), indent=2)
            for note in answer.notes:
                yield from layout.paragraph(note, indent=4)
        yield from _cost(option)
        yield from _claim(option, told)
        told = option.reimbursement.conditions
        yield from _way(plan, option)
    if plan.options[0].day is not None:
        yield from ways.video(plan, plan.options[0])
    yield from _sources(plan)


def _way(plan: VisitPlan, option: Option) -> Iterator[str]:
    """Give the legs of a way; by public transport those home too."""
    if option.there is not None and option.back is not None:
        for name, way in (("there", option.there), ("home", option.back)):
            yield from layout.heading(f"The way {name}, {option.title.lower()} ({way.basis})")
            for number, said in enumerate(legs.by_public_transport(way), start=1):
                yield from layout.paragraph(said, indent=2, bullet=f"{number}. ")
        return
    yield from layout.heading(f"The way there, {option.title.lower()}")
    for number, leg in enumerate(option.legs, start=1):
        yield from layout.paragraph(legs.by_road(leg), indent=2, bullet=f"{number}. ")
    yield from layout.paragraph(f"On {names.roads(plan.network)}.", indent=2)


def _cost(option: Option) -> Iterator[str]:
    yield from layout.heading("How the cost is made up, there and back")
    cost = option.cost
    sums = [(line.label, line.pence, line.low_pence, line.high_pence) for line in cost.lines]
    sums.append(("Total", cost.pence, cost.low_pence, cost.high_pence))
    cells = [(label, phrases.estimate(pence, low, high), phrases.band(low, high)) for label, pence, low, high in sums]
    yield from layout.table(("", "Estimate", "Range"), cells, right=(1,), indent=2)
    for line in cost.lines:
        yield from layout.paragraph(f"{line.label}: {line.basis}", indent=2, bullet="- ")


def _claim(option: Option, told: tuple[str, ...]) -> Iterator[str]:
    """Give what may be claimed for a way, and the conditions if they are not those told before."""
    back = option.reimbursement
    if back.lines:
        yield from layout.heading(f"What {back.scheme} may pay")
    for line in back.lines:
        yield from layout.paragraph(
            f"{line.label}: {answers.claimed(line)}. {line.rule} Source: {line.source}.", indent=2, bullet="- "
        )
    if back.conditions == told:
        return
    yield from layout.heading(f"{phrases.capital(back.scheme)}: what to know before you claim")
    for condition in back.conditions:
        yield from layout.paragraph(phrases.sentence(condition), indent=2, bullet="- ")


def _sources(plan: VisitPlan) -> Iterator[str]:
    yield from layout.heading("Worked out from these tables")
    for name, version in plan.tables.items():
        yield from layout.paragraph(f"{answers.table_words(name)}, {version}", indent=2, bullet="- ")
    yield from layout.paragraph("nearhome data list names their sources and licences.", indent=2)
