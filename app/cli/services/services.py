"""``nearhome services``: what helps families of prisoners, where and since when, and the user's own register."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from nearhome.app.cli import layout, options
from nearhome.data.base import phrases
from nearhome.data.base.partial_dates import in_words
from nearhome.data.errors import InputError
from nearhome.data.places.areas import areas
from nearhome.data.prisons import register as prison_register
from nearhome.data.services import kinds as service_kinds
from nearhome.data.services import register as service_register
from nearhome.data.services.status import YEARS, status

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from nearhome.data.services.records import Service
    from nearhome.data.services.status import Status

WHY_NOT = {
    "lapsed": "stated earlier and not known on that day",
    "undated": "on pages without a date",
    "unsourced": "general knowledge without a source",
    "ended": "ended",
    "not yet": "known from a later day only",
    "prison closed": "at a closed prison",
    "planned": "being set up when stated",
    "excluded": "no service for families",
}


@click.group(
    name="services",
    invoke_without_command=True,
    epilog="Example: nearhome services --as-of 2008-01-01 --kind visitors_centre",
)
@click.option("--kind", metavar="KIND", help="Only this kind; nearhome services kinds lists them.")
@click.option("--all", "everything", is_flag=True, help="Those not in force on the day too, each with the reason.")
@options.as_of
@options.as_json
@click.pass_context
def command(ctx: click.Context, kind: str | None, as_of: date, *, everything: bool, as_json: bool) -> None:
    """List the services for families of prisoners that are known to be in force on a day.

    This is a record of dated statements, not a directory: a service that is not listed may well exist.
    """
    if ctx.invoked_subcommand is not None:
        return
    if kind is not None:
        service_register.check_kind(kind)
    chosen = [
        each for each in service_register.register() if kind in {None, each.kind} or each.kind == service_kinds.ANY_KIND
    ]
    found = [(each, status(each, as_of)) for each in chosen]
    if as_json:
        shown = [_facts(each, where) for each, where in found if everything or where.state in {"in force", "gap"}]
        content = {"as_of": as_of.isoformat(), "services": shown, "tables": service_register.versions()}
        click.echo(json.dumps(content, indent=2, ensure_ascii=False))
        return
    click.echo("\n".join(_text(found, as_of, everything=everything)))


def _text(found: Sequence[tuple[Service, Status]], as_of: date, *, everything: bool) -> Iterator[str]:
    in_force = sum(where.in_force for _, where in found)
    yield from layout.paragraph(f"{phrases.count(in_force, 'service')} known to be in force on {phrases.day(as_of)}.")
    for kind, word in service_kinds.KINDS.items():
        rows = [(each, where) for each, where in found if each.kind == kind and (everything or where.in_force)]
        if rows:
            yield from layout.heading(word.name)
            for each, where in rows:
                yield from layout.paragraph(f"{_title(each)}. {where.words}", indent=2, bullet="- ")
    gaps = [(each, where) for each, where in found if where.state == "gap"]
    if gaps:
        yield from layout.heading("No service, says a source")
        for each, where in gaps:
            yield from layout.paragraph(f"{_reach(each)}. {where.words}", indent=2, bullet="- ")
    yield ""
    others = Counter(where.state for _, where in found if where.state in WHY_NOT)
    if others and not everything:
        why = phrases.listing(f"{count:,} {WHY_NOT[state]}" for state, count in others.most_common())
        yield from layout.paragraph(f"Not counted: {why}. --all lists them with the reason.")
    yield from layout.paragraph(
        f"A record of dated statements, not a directory: a service that is not here may well exist. A statement counts "
        f"from its day to the end it gives, or else for {YEARS} years, at prisons of England and Wales no longer than "
        "to the next tender of family services."
    )


def _title(service: Service) -> str:
    """Name a service, its operator and whom it is for, in a few words."""
    operator = f", by {service.operator}" if service.operator and not service.operator.startswith("(") else ""
    own = " (yours)" if service.is_own else ""
    stated = f" in {in_words(service.capacity_date)}" if service.capacity_date else ""
    many = f"; {service.capacity:,} {service.capacity_unit}{stated}" if service.capacity else ""
    return f"{service.name}{operator}{own}: {_reach(service)}{many}"


def _reach(service: Service) -> str:
    """Say whom a service is for."""
    names = [areas()[service.area_level, code].name for code in service.area_codes]
    where = phrases.listing(names) or "prisons not named"
    if service.reach == "prison":
        return f"families of people held at {prison_register.by_id(service.prison_ids[0]).short_name.split(' (')[0]}"
    if service.reach == "prisons_unnamed":
        return f"families of people held at prisons of {where}, not named" if names else where
    if service.reach in {"area", "national"}:
        return where
    place = service.town or ("its prison" if service.prison_ids else "its place")
    if service.reach == "minutes":
        how = "by car" if service.mode == "car" else "by public transport"
        return f"within {service.minutes:g} minutes of {place} {how}"
    return f"within {service.miles:g} miles of {place}" if service.reach == "radius" else f"around {place}"


def _facts(service: Service, where: Status) -> dict[str, Any]:
    return {
        "id": service.id,
        "name": service.name,
        "kind": service.kind,
        "operator": service.operator,
        "state": where.state,
        "status": where.words,
        "where": service.where,
        "prison_ids": list(service.prison_ids),
        "town": service.town,
        "lat": service.lat,
        "lon": service.lon,
        "precision_m": service.precision_m,
        "reach": service.reach,
        "area_level": service.area_level,
        "area_codes": list(service.area_codes),
        "minutes": service.minutes,
        "mode": service.mode,
        "miles": service.miles,
        "capacity": service.capacity,
        "capacity_unit": service.capacity_unit,
        "capacity_date": service.capacity_date,
        "valid_from": service.valid_from,
        "valid_to": service.valid_to,
        "note": service.note,
        "evidence": [
            {
                "statement": each.statement,
                "date": each.date,
                "date_words": each.date_words,
                "source": each.source,
                "grade": each.grade,
                "remark": each.remark,
            }
            for each in service.evidence
        ],
    }


@command.command(epilog="Example: nearhome services kinds")
def kinds() -> None:
    """List the kinds of service and the ways to draw a reach, each with what it means."""
    for title, listed in (("Kinds", service_kinds.KINDS), ("Reaches", service_kinds.REACHES)):
        click.echo(f"{title}\n")
        for key, word in listed.items():
            click.echo("\n".join(layout.paragraph(word.sentence, bullet=f"{key}: ", indent=2)))
        click.echo()


@command.command(epilog="Example: nearhome services template > mine.csv")
def template() -> None:
    """Write a CSV with the columns of an own register and three made-up rows."""
    from nearhome.data.services import own as own_services

    click.echo(own_services.template(), nl=False)


@command.command(epilog="Example: nearhome services check mine.csv")
@click.argument("file", type=options.FILE, metavar="FILE.csv")
@click.pass_context
def check(ctx: click.Context, file: Path) -> None:
    """Check your own register of services, and list everything that is wrong with it. The exit code is 1 then."""
    from nearhome.data.services import own as own_services

    found = own_services.check(file)
    if found.is_good:
        click.echo(
            f"{phrases.count(found.rows, 'service')}, nothing wrong. nearhome services import {file} installs them."
        )
        return
    click.echo("\n".join(own_services.lines_of(found)))
    count = len(found.problems) + found.further
    click.echo(f"{phrases.count(count, 'problem')} found in {phrases.count(found.rows, 'row')}. Nothing was installed.")
    ctx.exit(1)


@command.command(name="import", epilog="Example: nearhome services import mine.csv")
@click.argument("file", type=options.FILE, metavar="FILE.csv")
def import_(file: Path) -> None:
    """Make a CSV your own register of services, beside the one that ships. It takes the place of your last."""
    from nearhome.data.services import own as own_services

    count = own_services.install(file)
    click.echo(f"{phrases.count(count, 'service')} of your own. Written: {service_register.own_file()}")


@command.command(epilog="Example: nearhome services forget")
def forget() -> None:
    """Remove your own register of services."""
    from nearhome.data.services import own as own_services

    if not own_services.forget():
        msg = "There is no register of your own to remove; nearhome services import FILE.csv installs one."
        raise InputError(msg)
    click.echo("Your own register of services is removed.")
