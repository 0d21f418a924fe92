"""``nearhome matrix``: minutes and miles from many places to many prisons, in one file."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

import click

from nearhome.app.cli import layout, options
from nearhome.data.base import phrases
from nearhome.data.errors import InputError
from nearhome.data.prisons import register
from nearhome.geo.imported import networks
from nearhome.geo.matrices import checkpoints, matrix, origins

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from nearhome.data.prisons.register import Prison
    from nearhome.geo.roads.conditions import Conditions

EVERY_ORIGIN = {"postcodes": origins.every_postcode, "districts": origins.every_district}
CLEAR_LINE = "\r\N{ESCAPE}[K"


@click.command(epilog="Example: nearhome matrix --origins districts --to all --out districts.parquet")
@click.option(
    "--origins",
    "source",
    required=True,
    metavar="FILE.csv|postcodes|districts",
    help="Where the ways start: a CSV file with the columns lat and lon, or postcode, and if you like id; every "
    "postcode of Great Britain (1.7 million); or every postcode district of the United Kingdom.",
)
@click.option(
    "--to",
    "to",
    required=True,
    metavar="PRISONS",
    help="Where they end: ids or names with commas between, or all for every prison open on the day.",
)
@click.option("--out", type=options.FILE, required=True, metavar="OUT.parquet", help="The file to write; CSV if .csv.")
@options.as_of
@options.engine
@options.imported
@options.scenario
def command(
    source: str,
    to: str,
    out: Path,
    as_of: date,
    engine: str,
    scheduler: str | None,
    *,
    imported: bool,
    scenario: Conditions,
) -> None:
    """Work out the time and distance by car, one way, from many places to many prisons.

    The file has a row for each pair, with the columns origin, destination, minutes and miles. The last two are to a
    tenth, and empty where no road or car ferry joins the two. Which tables and licences it comes from is inside a
    Parquet file, and in a .json file beside a CSV file.

    If it is stopped, run the same command again: what was finished is kept in the folder OUT.parts until the file is
    written, and is not worked out twice.
    """
    runs = options.engine_of(engine, scheduler)
    to_prisons = _destinations(to, as_of)
    starts = _origins(source, out)
    asked = ["nearhome", "matrix", "--origins", _base(source), "--to", to.strip(), "--as-of", as_of.isoformat()]
    asked += [*_asked(scenario), *([] if imported else ["--network", "shipped"])]
    choice = networks.networks() if imported else ()
    try:
        done = matrix.write(
            out,
            starts,
            to_prisons,
            command=shlex.join(asked),
            scenario=scenario,
            imported=choice,
            engine=runs,
            progress=_progress,
            say=_say,
        )
    except KeyboardInterrupt:
        _say(f"Stopped; what is finished is kept in {checkpoints.folder_of(out).name}: run the same command to go on.")
        raise
    except OSError as error:
        msg = f"{str(out)!r} cannot be written ({error.strerror}); check its folder and the disk."
        raise InputError(msg) from error
    _progress("")
    click.echo(_summary(starts, to_prisons, done, out))
    click.echo("\n".join(layout.roads(done.networks, "origin", scenario)))


def _asked(scenario: Conditions) -> list[str]:
    """Give the options that ask for a scenario."""
    given = [word for name in scenario.closed for word in ("--closed", name)]
    if scenario.slower != 1:
        given += ["--slower", f"{100 * (scenario.slower - 1):.10g}"]
    return given + ["--no-tolls"] * (not scenario.tolls) + ["--no-ferries"] * (not scenario.ferries)


def _summary(starts: origins.Origins, to_prisons: list[Prison], done: matrix.Written, out: Path) -> str:
    """Say what was written, in one line."""
    count = f"{phrases.count(len(starts.names), 'origin')}, {phrases.count(len(to_prisons), 'prison')}"
    notes = [f"{done.unreachable:,} without a way"] if done.unreachable else []
    if starts.stand_ins:
        notes.append(f"{phrases.count(starts.stand_ins, 'postcode')} placed by sector or district")
    rest = f" ({', '.join(notes)})" if notes else ""
    return f"{count}: {phrases.count(done.rows, 'row')}{rest}. Written: {out}"


def _destinations(to: str, as_of: date) -> list[Prison]:
    """Read which prisons are asked for; one that is named twice counts once."""
    if to.strip().casefold() == "all":
        return [prison for prison in register.prisons() if prison.is_open(as_of)]
    return list({prison.id: prison for prison in (register.find(name, as_of) for name in to.split(","))}.values())


def _origins(source: str, out: Path) -> origins.Origins:
    every = EVERY_ORIGIN.get(source.strip().casefold())
    if every is not None:
        return every()
    file = options.FILE.convert(source, None, None)
    if out.exists() and file.exists() and out.samefile(file):
        msg = f"--out names the file of the origins, {out.name!r}, which would be lost; give another name."
        raise InputError(msg)
    return origins.read(file)


def _base(source: str) -> str:
    """Give the name of a file without its folders, which differ from machine to machine."""
    return source.strip().replace("\\", "/").rsplit("/", 1)[-1]


def _progress(line: str) -> None:
    """Show how far the work is on one line of the terminal; a script sees the result alone."""
    if sys.stderr.isatty():
        click.echo(f"{CLEAR_LINE}{line}", err=True, nl=False)


def _say(sentence: str) -> None:
    click.echo(f"{CLEAR_LINE if sys.stderr.isatty() else ''}{sentence}", err=True)
