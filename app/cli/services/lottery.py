"""``nearhome lottery``: how much what a family finds depends on where it lives."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from nearhome.analysis.gap_report import area as report_area
from nearhome.analysis.services import coverage, lottery
from nearhome.app.cli import layout, options
from nearhome.app.cli.services.coverage import kind_of, kind_option, plain, travel_options
from nearhome.data.base import phrases
from nearhome.data.places import areas
from nearhome.data.services import kinds

if TYPE_CHECKING:
    from datetime import date

    from nearhome.analysis.services.travel_times import Travel


_COUNTS = ("children", "people", "left_out")


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
@click.option("--area", metavar="AREA", help="Only this authority, county, police force, region or nation.")
@click.option("--clusters", is_flag=True, help="Also find where high and low values gather on the map.")
@options.as_of
@options.as_json
def command(
    kind: str, travel: Travel, measure: str, area: str | None, as_of: date, *, clusters: bool, as_json: bool
) -> None:
    """Measure the postcode lottery: who is covered, and how unequally, each figure with a plain sentence.

    Nations are told apart, because each measures deprivation its own way. With --area only what lies in it is measured,
    without numbers of children, which may be small; clusters are those of the whole kingdom.
    """
    inside = None if area is None else areas.find(area)
    found = coverage.assess(kind=kind_of(kind), mode=travel, as_of=as_of)
    measured = lottery.measure(found if inside is None else report_area.inside(found, inside), measure)
    gathered = lottery.local_clusters(found, measure) if clusters else None
    sentences = [*measured.sentences(), *(gathered.sentences() if gathered else ())]
    if as_json:
        content = {
            "as_of": as_of.isoformat(),
            "kind": kind,
            "mode": travel.mode,
            "day_type": travel.day,
            "area": None if inside is None else {"code": inside.code, "name": inside.name, "level": inside.level},
            "measures": asdict(measured) if inside is None else _uncounted(asdict(measured)),
            "clusters": None
            if gathered is None
            else {
                code: {"name": name, "label": str(label), "q": q}
                for code, name, label, q in zip(
                    gathered.codes, gathered.names, gathered.local.label, gathered.local.q.tolist(), strict=True
                )
                if inside is None or code in inside.authorities
            },
            "sentences": sentences,
            "notes": found.notes,
            "tables": found.versions,
        }
        click.echo(json.dumps(plain(content), indent=2, ensure_ascii=False))
        return
    what = kinds.KINDS[kind].name if kind in kinds.KINDS else "Services"
    where = "" if inside is None else f" in {inside.name}"
    lines = [*layout.paragraph(f"{what} on {phrases.day(as_of)}{where}."), ""]
    for each in sentences:
        lines += layout.paragraph(each, indent=2, bullet="- ")
    if gathered is not None:
        for label, name in (("HH", "High, among high"), ("LL", "Low, among low")):
            there = [
                each
                for code, each, mark in zip(gathered.codes, gathered.names, gathered.local.label, strict=True)
                if mark == label and (inside is None or code in inside.authorities)
            ]
            lines += ["", *layout.paragraph(f"{name}: {phrases.listing(sorted(there))}.")] if there else []
    lines += ["", *(line for note in found.notes for line in layout.paragraph(note))]
    click.echo("\n".join(lines))


def _uncounted(value: Any) -> Any:
    """Leave out how many children there are, with all that is in it."""
    if isinstance(value, dict):
        return {name: None if name in _COUNTS else _uncounted(each) for name, each in value.items()}
    return [_uncounted(each) for each in value] if isinstance(value, (list, tuple)) else value
