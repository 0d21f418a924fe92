"""``nearhome gaps``: a report on where help for families is missing, written in several formats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from nearhome.analysis.gap_report import report as gap_report
from nearhome.analysis.reports import write
from nearhome.app.cli import layout, options
from nearhome.app.cli.services.coverage import KIND_HELP, kind_of, minutes_list, travel_options
from nearhome.data.base import phrases

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from nearhome.analysis.services.travel_times import Travel


def _formats(ctx: click.Context, param: click.Parameter, value: str) -> tuple[str, ...]:
    """Read formats such as csv,xlsx."""
    found = [each.strip().casefold() for each in value.split(",") if each.strip()]
    unknown = next((each for each in found if each not in write.FORMATS), "")
    if unknown or not found:
        msg = f"{value!r} is not a list of some of {','.join(write.FORMATS)}"
        raise click.BadParameter(msg, ctx, param)
    return write.check_formats(found)


@click.command(epilog="Example: nearhome gaps --area SW --as-of 2008-06-01 --out gaps --formats xlsx,gpkg,html")
@click.option(
    "--area",
    required=True,
    metavar="AREA",
    help="A local authority, county, police force, region or nation by name or code, SW and the like, or all.",
)
@click.option("--kind", default="in-person", show_default=True, metavar="KIND", help=KIND_HELP)
@travel_options
@click.option("--minutes", default="30,60,90,120", show_default=True, callback=minutes_list, help="Thresholds.")
@click.option(
    "--formats",
    default=",".join(write.FORMATS),
    show_default=True,
    metavar="LIST",
    callback=_formats,
    help="What to write, with commas between.",
)
@click.option("--out", required=True, type=options.FILE, metavar="DIR", help="The folder to write into.")
@click.option("--force", is_flag=True, help="Replace a report that is there.")
@options.as_of
def command(
    area: str,
    kind: str,
    travel: Travel,
    minutes: tuple[float, ...],
    formats: tuple[str, ...],
    out: Path,
    as_of: date,
    *,
    force: bool,
) -> None:
    """Write a report on where help for families is missing: ranked gaps, coverage, inequality, maps and method.

    Small numbers of children are suppressed. The manifest has the versions of all data, the checksum of each file and
    the command that repeats the report; the same inputs give the same bytes.
    """
    write.check_folder(out, force=force)
    report = gap_report.report(gap_report.ReportRequest(area, as_of, kind_of(kind), travel, minutes), formats=formats)
    written = write.write(report, out, formats, force=force)
    first, *_ = report.sections
    click.echo("\n".join([*layout.paragraph(report.title), ""]))
    for said in first.paragraphs:
        click.echo("\n".join(layout.paragraph(said)))
    click.echo("")
    click.echo(f"Written: {phrases.count(len(written), 'file')} in {out}; {write.MANIFEST} lists them.")
