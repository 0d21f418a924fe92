"""``nearhome claim``: whether a visitor may claim under Help with Prison Visits."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from nearhome.analysis.help_with_visits import eligibility
from nearhome.analysis.help_with_visits.eligibility import Benefit, Claimant, Relationship
from nearhome.app.cli import layout, options
from nearhome.app.wording import eligibility as eligibility_words
from nearhome.data.base import phrases
from nearhome.data.prisons import register

if TYPE_CHECKING:
    from datetime import date
    from enum import StrEnum


def _words(kinds: type[StrEnum]) -> dict[str, StrEnum]:
    """Give kinds by words that are easily typed, such as next-of-kin."""
    return {each.name.lower().replace("_", "-"): each for each in kinds}


RELATIONSHIPS, BENEFITS = _words(Relationship), _words(Benefit)


@click.command(epilog="Example: nearhome claim --to Exeter --relationship mother --benefit hc2")
@click.option("--to", "prison", required=True, metavar="PRISON", help="The prison, by name or id.")
@click.option(
    "--relationship",
    type=click.Choice(list(RELATIONSHIPS), case_sensitive=False),
    required=True,
    help="What you are to the person in prison.",
)
@click.option(
    "--benefit",
    type=click.Choice(list(BENEFITS), case_sensitive=False),
    required=True,
    help="What you or your partner get.",
)
@click.option(
    "--income",
    type=float,
    metavar="POUNDS",
    help="Of your household, before tax: a month with Universal Credit, a year with tax credits.",
)
@click.option("--age", type=int, default=30, show_default=True, help="Your age in years.")
@options.as_of
@options.as_json
def command(
    prison: str, relationship: str, benefit: str, income: float | None, age: int, as_of: date, *, as_json: bool
) -> None:
    """Say whether you may claim the cost of a visit from Help with Prison Visits, and why.

    The rules are those of the scheme's claim form and of gov.uk. Where they differ the answer is to ask. Nothing you
    type is stored.
    """
    goal = register.find(prison, as_of)
    kind = Benefit(BENEFITS[benefit])
    claimant = Claimant(
        age,
        Relationship(RELATIONSHIPS[relationship]),
        kind,
        monthly_income_pounds=income if kind is Benefit.UNIVERSAL_CREDIT else None,
        yearly_income_pounds=income if kind is Benefit.TAX_CREDIT else None,
    )
    found = eligibility.assess(claimant, scottish_prison=goal.nation == "Scotland", as_of=as_of)
    if as_json:
        values = {"prison": goal.id, "as_of": as_of.isoformat(), "verdict": found.verdict, "reasons": found.reasons}
        click.echo(json.dumps(values, indent=2, ensure_ascii=False))
        return
    first, *others = eligibility_words.sentences(found)
    click.echo("\n".join(layout.paragraph(f"A visit to {goal.name} on {phrases.day(as_of)}: {first}")))
    for said in others:
        click.echo("\n".join(layout.paragraph(said, indent=2, bullet="- ")))
