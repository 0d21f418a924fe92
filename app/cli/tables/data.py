"""``nearhome data``: the tables that ship, how to check and rebuild them, and the user's own."""

from __future__ import annotations

import resource
import sys
import time
from typing import TYPE_CHECKING

import click

from nearhome.app.cli import layout, options
from nearhome.app.cli.tables import imports
from nearhome.data import build as tables_of_data
from nearhome.data.base import phrases
from nearhome.data.catalogue import tables
from nearhome.geo import build as tables_of_geo

if TYPE_CHECKING:
    from pathlib import Path

STEPS = tables_of_data.STEPS | tables_of_geo.STEPS
"""How the tables are built, floor by floor."""

TITLE_WIDTH = 60


@click.group(name="data", epilog="Example: nearhome data list")
def command() -> None:
    """List, check, build and import the tables behind every answer."""


command.add_command(imports.command)


@command.command(name="list", epilog="Example: nearhome data list")
def list_tables() -> None:
    """List every table with its date, rows, size and licence.

    A table that your own data folder replaces is marked as yours.
    """
    rows = []
    for table in tables.tables().values():
        own = tables.path(table.name).parent != tables.shipped_folder()
        title = table.title if len(table.title) <= TITLE_WIDTH else f"{table.title[: TITLE_WIDTH - 3]}..."
        size = imports.size(tables.path(table.name).stat().st_size)
        facts = ("yours", "", size, "") if own else (table.source_date, f"{table.rows:,}", size, table.licence)
        rows.append((table.name, title, *facts))
    click.echo("\n".join(layout.table(("Table", "Title", "Date", "Rows", "Size", "Licence"), rows, right=(3, 4))))
    click.echo(f"\nYour own data: {tables.user_folder()}")


@command.command(epilog="Example: nearhome data check prisons")
@click.argument("names", nargs=-1, metavar="[TABLE]...")
@click.pass_context
def check(ctx: click.Context, names: tuple[str, ...]) -> None:
    """Check that the tables are whole.

    Their checksums, columns and the totals they must reproduce; of all tables, or of those named. The exit code is
    1 if anything is wrong.
    """
    from nearhome.data.checks import check as table_check

    problems: list[str] = []
    chosen = [tables.table(name).name for name in names or tables.tables()]
    for name in chosen:
        found = table_check.check(name)
        click.echo(f"{name}: ok" if not found else "\n".join(found))
        problems += found
    if not names:
        built = {name for step in STEPS.values() for name in step.tables}
        never = [f"{name}: never built; run nearhome data build." for name in sorted(built - set(tables.tables()))]
        click.echo("\n".join(never), nl=bool(never))
        problems += never
    if problems:
        click.echo(f"{phrases.count(len(problems), 'problem')} found.")
        ctx.exit(1)


@command.command(epilog="Example: nearhome data build --sources sources --only prisons")
@click.option("--sources", type=options.FILE, required=True, metavar="DIR", help="The folder of source files.")
@click.option("--out", type=options.FILE, metavar="DIR", help="Where to write; nearhome's own tables if left out.")
@click.option("--only", multiple=True, metavar="STEP", help=f"One step, may be repeated: {', '.join(STEPS)}.")
def build(sources: Path, out: Path | None, only: tuple[str, ...]) -> None:
    """Build the tables anew from their source files. Nearhome itself never needs those."""
    from nearhome.data.build import run

    built = run.build(sources, out, steps=STEPS, only=only, progress=_progress)
    click.echo(f"{phrases.count(len(built), 'table')} written to {out or tables.shipped_folder()}")


@command.group(name="import", epilog="Example: nearhome data import postcodes codepoint.csv")
def import_() -> None:
    """Add your own postcodes, roads or timetables. They stay on this computer and come before those that ship."""


@import_.command(name="postcodes", epilog="Example: nearhome data import postcodes codepoint.csv")
@click.argument("file", type=options.FILE)
@click.option("--strict", is_flag=True, help="Import nothing if there is a row that cannot be used.")
def postcodes(file: Path, *, strict: bool) -> None:
    """Import postcodes from a CSV file with postcode, lat and lon, an ONS Postcode Directory or Code-Point Open.

    They take the place of those imported before. Rows that cannot be used are passed over and counted.
    """
    from nearhome.data.places import postcode_import

    done = postcode_import.import_postcodes(file, strict=strict)
    click.echo(f"{phrases.count(done.postcodes, 'postcode')}, {done.with_point:,} with a point. Written: {done.folder}")
    if done.passed_over:
        click.echo("Passed over:")
    for each in done.passed_over:
        click.echo("\n".join(layout.paragraph(f"{each}.", indent=2, bullet="- ")))


@import_.command(name="osm", epilog="Example: nearhome data import osm newport.osm.pbf --turns")
@click.argument("file", type=options.FILE)
@click.option("--turns", is_flag=True, help="Keep turn restrictions: no way takes a turn that is banned to cars.")
def osm(file: Path, *, turns: bool) -> None:
    """Import roads from an OpenStreetMap extract (.osm.pbf, .osm, .osm.gz, .osm.bz2, .o5m), by the name of its file.

    Needs the extra nearhome[osm]. Roads of the same name are replaced. Of roads from which no main road is reached
    it is said that no journey can use them.

    Journeys that start where it covers the land use all its roads, and the main roads that come with nearhome beyond.
    """
    from nearhome.geo.osm.read import import_extract

    start = time.monotonic()
    done = import_extract(file, _progress, turn_restrictions=turns)
    imputed = done.edges - done.tagged_edges
    click.echo(f"{phrases.count(done.nodes, 'junction')}, {phrases.count(done.edges, 'stretch', 'stretches')} of road.")
    click.echo(f"Speeds: {done.tagged_edges:,} from a tag, {imputed:,} from the class of road and its surroundings.")
    if turns:
        banned = phrases.count(done.turns_banned, "banned turn")
        click.echo(f"Turns: {phrases.count(done.turns_read, 'restriction')} read, {banned}.")
    if done.dropped_parts:
        click.echo(
            f"Left out: {phrases.count(done.dropped_parts, 'part')} "
            f"({phrases.count(done.dropped_nodes, 'point')} of road) from which one cannot drive to the rest and back."
        )
    click.echo(
        f"Took {time.monotonic() - start:.1f} s and {imports.size(_peak_bytes())} of memory. Written: {done.folder}"
    )
    if done.replaced:
        click.echo(f"They take the place of the roads {done.name!r} imported before.")
    if done.why_alone:
        click.echo(
            f"No journey can use them. {done.why_alone} Until then the roads that come with nearhome answer; "
            f"nearhome data imports forget {done.name} deletes these."
        )


def _peak_bytes() -> int:
    """Give the most memory that this process has had; Linux counts it in kilobytes of 1,024 bytes, macOS in bytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else 1024 * most


@import_.command(name="gtfs", epilog="Example: nearhome data import gtfs buses.zip trains.zip")
@click.argument("feeds", type=options.FILE, nargs=-1, required=True, metavar="FILE...")
@click.option("--replace", is_flag=True, help="Forget the timetables imported before.")
def gtfs(feeds: tuple[Path, ...], *, replace: bool) -> None:
    """Import timetables from GTFS feeds (.zip), by their files' names; one of the same name takes its place.

    All of them are checked first. If anything is wrong with one, it is told and nothing is imported.
    """
    from nearhome.data.base import phrases
    from nearhome.geo.gtfs.read import import_feeds

    done = import_feeds(feeds, _progress, replace=replace)
    for feed in done:
        click.echo(
            f"{feed.name} ({feed.publisher}): {phrases.count(feed.trips, 'trip')} at "
            f"{phrases.count(feed.stops, 'stop')}, from {phrases.day(feed.first)} to {phrases.day(feed.last)}."
        )
        click.echo("".join(f"  {remark}.\n" for remark in feed.remarks), nl=False)
        if feed.replaced:
            click.echo(f"  It takes the place of the timetable {feed.name!r} imported before.")
    click.echo(f"Written: {done[0].folder.parent}")


def _progress(line: str) -> None:
    """Show how far a long step is to a person who waits; a script sees the result alone."""
    if sys.stderr.isatty():
        click.echo(line, err=True)
