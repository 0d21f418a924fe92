"""``nearhome place-one``: the prisons for one person, ranked, with the reason for each exclusion."""

from __future__ import annotations

import functools
import json
import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from nearhome.analysis.population import cohorts
from nearhome.app.cli import layout, options
from nearhome.data.base import phrases
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from nearhome.analysis.placement.outcomes.one_person import Prospect

MOST = 15
CATEGORIES = ("A", "B", "C", "D", "youth", "closed", "open", "any")


def _person(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say who is to be placed; the command gets them as ``person``, words of ``Person``."""

    @click.option("--sex", type=click.Choice(["male", "female"]), required=True, help="Of the person in prison.")
    @click.option("--age", type=click.Choice(cohorts.AGES), default="21+", show_default=True, help="Years.")
    @click.option("--category", type=click.Choice(CATEGORIES), help="Security category; leave out before trial.")
    @click.option("--remand", is_flag=True, help="Before trial.")
    @functools.wraps(function)
    def command(*args: Any, sex: str, age: str, category: str | None, remand: bool, **more: Any) -> Any:
        if remand == (category is not None):
            msg = "Give the person's --category, or --remand for one before trial."
            raise InputError(msg)
        return function(*args, person=(sex, age, "remand" if remand else "sentenced", category or "none"), **more)

    return command


@click.command(epilog="Example: nearhome place-one --from Truro --sex female --category closed")
@click.option("--from", "origin", required=True, metavar="PLACE", help="Where the family lives: a postcode or town.")
@_person
@click.option("--no-car", is_flag=True, help="The family goes by public transport.")
@click.option("--scenario", metavar="NAME|FILE", default="nearer-home", show_default=True, help="Prisons and rules.")
@click.option("--planned", is_flag=True, help="With the scenario's plan: what others would bear for a place.")
@click.option("--all", "everything", is_flag=True, help="List every prison, not only the first ones.")
@options.as_json
def command(
    origin: str,
    person: tuple[str, str, str, str],
    scenario: str,
    *,
    no_car: bool,
    planned: bool,
    everything: bool,
    as_json: bool,
) -> None:
    """Rank the prisons for one person by what a visit takes, and say why the others are excluded.

    It helps a person to decide and decides nothing. Which kinds of people a prison may hold is modelled from its role.
    """
    from nearhome.analysis.placement.outcomes import one_person
    from nearhome.analysis.placement.scenarios import files
    from nearhome.geo.places import find

    asked = files.load(scenario)
    who = one_person.Person(*person)
    found = one_person.rank(find.find(origin), who, asked, has_car=not no_car, planned=planned)
    if as_json:
        click.echo(json.dumps([_plain(each) for each in found], indent=1, ensure_ascii=False))
        return
    click.echo("\n".join(_text(found, everything=everything, planned=planned)))


def _plain(prospect: Prospect) -> dict[str, Any]:
    """Write a number that is none as null, and an endless one as text."""
    return {
        name: ("endless" if math.isinf(value) else None)
        if isinstance(value, float) and not math.isfinite(value)
        else value
        for name, value in asdict(prospect).items()
    }


def _text(found: Sequence[Prospect], *, everything: bool, planned: bool) -> Iterator[str]:
    able = [each for each in found if not each.excluded]
    shown = able if everything else able[:MOST]
    heads = ("", "by car", "by public transport", "miles", "a visit", "night", "free places")
    rows = [
        (
            each.name,
            _minutes(each.minutes_car),
            _minutes(each.minutes_public),
            f"{each.miles:.0f}",
            f"£{each.pence / 100:.0f}",
            "yes" if each.night else "no",
            f"{each.free:,}",
            *((_others(each.others),) if planned else ()),
        )
        for each in shown
    ]
    yield f"{phrases.count(len(able), 'prison')} could hold this person."
    yield ""
    if rows:
        yield from layout.table((*heads, *(("others bear",) if planned else ())), rows, right=range(1, 8))
    yield from layout.heading("Excluded")
    out = [each for each in found if each.excluded]
    for each in out if everything else out[:MOST]:
        yield from layout.paragraph(f"{each.name}: {' '.join(each.excluded)}", indent=2, bullet="- ")
    left = max(0, len(able) - len(shown)) + (0 if everything else max(0, len(out) - MOST))
    if left:
        yield from layout.paragraph(f"{phrases.count(left, 'more prison')}: --all lists them.")


def _minutes(value: float) -> str:
    return "not known" if math.isnan(value) else f"{value:.0f} min"


def _others(value: float) -> str:
    if math.isinf(value):
        return "somebody out"
    return "" if math.isnan(value) else f"{value:.0f}"
