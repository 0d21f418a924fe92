"""``nearhome lottery``: how much what a family finds depends on where it lives."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from nearhome.analysis.services import coverage, lottery
from nearhome.app.cli import layout, options
from nearhome.app.cli.services.coverage import kind_of, kind_option, plain, travel_options
from nearhome.data.base import phrases
from nearhome.data.services import kinds

if TYPE_CHECKING:
    from datetime import date

    from nearhome.analysis.services.travel_times import Travel


@click.command(epilog="Example: nearhome lottery --as-of 2008-01-01 --clusters")
@kind_option
@travel_options
@click.option(
    "--measure",
    type=click.Choice(list(lottery.WORDS)),
    default="covered",
    show_default=True,
    help="Whom a service reaches by its rule, or minutes to the nearest.",
)
@click.option("--clusters", is_flag=True, help="Also find where high and low values gather on the map.")
@options.as_of
@options.as_json
def command(kind: str, travel: Travel, measure: str, as_of: date, *, clusters: bool, as_json: bool) -> None:
    """Measure the postcode lottery: who is covered, and how unequally, each figure with a plain sentence.

    Nations are told apart, because each measures deprivation its own way.
    """
    found = coverage.assess(kind=kind_of(kind), mode=travel, as_of=as_of)
    measured = lottery.measure(found, measure)
    gathered = lottery.local_clusters(found, measure) if clusters else None
    sentences = [*measured.sentences(), *(gathered.sentences() if gathered else ())]
    if as_json:
        content = {
            "as_of": as_of.isoformat(),
            "kind": kind,
            "mode": travel.mode,
            "day_type": travel.day,
            "measures": asdict(measured),
            "clusters": None
            if gathered is None
            else {
                code: {"name": name, "label": str(label), "q": q}
                for code, name, label, q in zip(
                    gathered.codes, gathered.names, gathered.local.label, gathered.local.q.tolist(), strict=True
                )
            },
            "sentences": sentences,
            "notes": found.notes,
            "tables": found.versions,
        }
        click.echo(json.dumps(plain(content), indent=2, ensure_ascii=False))
        return
    what = kinds.KINDS[kind].name if kind in kinds.KINDS else "Services"
    lines = [*layout.paragraph(f"{what} on {phrases.day(as_of)}."), ""]
    for each in sentences:
        lines += layout.paragraph(each, indent=2, bullet="- ")
    if gathered is not None:
        for label, name in (("HH", "High, among high"), ("LL", "Low, among low")):
            there = [each for each, mark in zip(gathered.names, gathered.local.label, strict=True) if mark == label]
            lines += ["", *layout.paragraph(f"{name}: {phrases.listing(sorted(there))}.")] if there else []
    lines += ["", *(line for note in found.notes for line in layout.paragraph(note))]
    click.echo("\n".join(lines))
