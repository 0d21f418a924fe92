"""``nearhome data imports``: what a person imported, whether it can be used, and how to be rid of it."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from nearhome.app.cli import layout, options
from nearhome.data.base import phrases, versions
from nearhome.data.errors import InputError, NearhomeError, TableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date
    from pathlib import Path

    from nearhome.geo.imported.networks import Installed

ROADS, TIMETABLE, POSTCODES, SERVICES = "roads", "timetable", "postcodes", "services"
MEGABYTE, KILOBYTE = 1_000_000, 1_000
SQUARE_METRES_PER_SQUARE_MILE = 2_589_988


@dataclass(frozen=True, slots=True)
class OwnImport:
    """One thing that was imported.

    ``covers`` says what is in it, ``imported`` when it was; ``why`` says why it cannot be used, as far as can be told
    without reading all of it. ``problems`` reads all of it, and ``remove`` deletes it.
    """

    kind: str
    name: str
    covers: str
    imported: date
    size_bytes: int
    why: str
    where: Path
    problems: Callable[[], list[str]]
    remove: Callable[[], object]

    @property
    def words(self) -> str:
        """Name it in a sentence."""
        return {
            ROADS: f"the roads {self.name!r}",
            TIMETABLE: f"the timetable {self.name!r}",
            POSTCODES: "your own postcodes",
            SERVICES: "your own register of services",
        }[self.kind]

    def facts(self) -> dict[str, Any]:
        """Give what is known of it, as JSON can."""
        return {
            "kind": self.kind,
            "name": self.name,
            "covers": self.covers,
            "imported": self.imported.isoformat(),
            "size_bytes": self.size_bytes,
            "usable": not self.why,
            "why_not": self.why or None,
            "folder": str(self.where),
        }


@click.group(name="imports", epilog="Example: nearhome data imports list")
def command() -> None:
    """List, check and forget what you imported: roads, timetables, postcodes, services."""


@command.command(name="list", epilog="Example: nearhome data imports list")
@options.as_json
def list_imports(*, as_json: bool) -> None:
    """List what you imported, with what each covers, when it was imported and its size on the disk."""
    found = list(every())
    if as_json:
        _echo({"imports": [each.facts() for each in found]})
        return
    if not found:
        click.echo("Nothing is imported.")
        return
    rows = [(each.kind, each.name, each.covers, each.imported.isoformat(), size(each.size_bytes)) for each in found]
    click.echo("\n".join(layout.table(("Kind", "Name", "Covers", "Imported", "Size"), rows, right=(4,))))
    for each in found:
        if each.why:
            click.echo("\n".join(["", *layout.paragraph(f"{each.name} cannot be used. {each.why}")]))


@command.command(epilog="Example: nearhome data imports check newport")
@click.argument("name")
@options.as_json
@click.pass_context
def check(ctx: click.Context, name: str, *, as_json: bool) -> None:
    """Open one import, read all of it, and say whether it can be used, and why not. The exit code is 1 then."""
    chosen = named(name)
    problems = chosen.problems()
    if as_json:
        _echo(chosen.facts() | {"usable": not problems, "problems": problems})
    elif problems:
        click.echo("\n".join(problems))
    else:
        click.echo(f"{chosen.kind} {chosen.name}: ok. It covers {chosen.covers}.")
    if problems:
        ctx.exit(1)


@command.command(epilog="Example: nearhome data imports forget newport")
@click.argument("name")
@options.as_json
def forget(name: str, *, as_json: bool) -> None:
    """Delete one import from this computer."""
    chosen = named(name)
    chosen.remove()
    if as_json:
        _echo({"removed": chosen.facts()})
        return
    click.echo(f"Removed {chosen.words}: {chosen.covers}, {size(chosen.size_bytes)}.")


def size(size_bytes: int) -> str:
    """Write a size for people: "950 kB", "7.3 MB"."""
    if size_bytes < MEGABYTE:
        return f"{max(1, round(size_bytes / KILOBYTE))} kB"
    return f"{size_bytes / MEGABYTE:,.1f} MB"


def named(text: str) -> OwnImport:
    """Find an import by its name, or by its kind and name, such as ``roads/newport``.

    Raises
    ------
    InputError
        When there is none of the name, or several.
    """
    found = list(every())
    wanted = text.strip()
    fitting = [each for each in found if wanted in {each.name, f"{each.kind}/{each.name}"}]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        both = phrases.listing([f"{each.kind}/{each.name}" for each in fitting])
        msg = f"{len(fitting)} imports are called {wanted!r}; say which, one of {both}."
        raise InputError(msg)
    names = {each.name.casefold(): each.name for each in found}
    near = difflib.get_close_matches(wanted.casefold(), names, n=1, cutoff=0.4)
    if near:
        hint = f"did you mean {names[near[0]]}?"
    else:
        hint = f"there are {phrases.listing(list(names.values()))}." if names else "nothing is imported."
    msg = f"There is no import called {wanted!r}; {hint}"
    raise InputError(msg)


def every() -> Iterator[OwnImport]:
    """Give all imports, kind by kind, by name."""
    yield from _roads()
    yield from _timetables()
    yield from _postcodes()
    yield from _services()


# Kinds


def _roads() -> Iterator[OwnImport]:
    from nearhome.geo.imported import networks

    for each in sorted(networks.networks(), key=lambda network: network.name):
        yield OwnImport(
            kind=ROADS,
            name=each.name,
            covers=_region(each),
            imported=_day(each.folder),
            size_bytes=_size(each.folder),
            why=each.why,
            where=each.folder,
            problems=partial(_problems_of_roads, each),
            remove=partial(networks.forget, each.name),
        )


def _problems_of_roads(network: Installed) -> list[str]:
    from nearhome.geo.imported import kept

    return kept.problems(network.folder) if network.folder.is_dir() else [network.why]


def _region(network: Installed) -> str:
    """Say how much land roads cover, around which place, and how many junctions they have."""
    from nearhome.geo.imported import networks
    from nearhome.geo.roads import storage

    if network.border is None:
        return "what is not known"
    land = networks.area(network.border) / SQUARE_METRES_PER_SQUARE_MILE
    facts = storage.facts_of(network.folder)
    around = f" around {facts['around']}" if facts.get("around") else ""
    turns = "" if facts.get("turns") is None else ", with banned turns"
    junctions = phrases.count(int(facts.get("junctions", 0)), "junction")
    return f"{phrases.count(max(1, round(land)), 'square mile')}{around}: {junctions}{turns}"


def _timetables() -> Iterator[OwnImport]:
    from nearhome.geo.gtfs import feeds

    for name, folder in feeds.kept().items():
        covers, why = "what is not known", ""
        try:
            feed = feeds.open_one(name)
            trips, stops = phrases.count(len(feed.trip_first), "trip"), phrases.count(len(feed.stop_lat), "stop")
            covers = f"{phrases.day(feed.first)} to {phrases.day(feed.last)}: {trips} at {stops}, {feed.publisher}"
        except TableError as error:
            why = str(error)
        yield OwnImport(
            kind=TIMETABLE,
            name=name,
            covers=covers,
            imported=_day(folder),
            size_bytes=_size(folder),
            why=why,
            where=folder,
            problems=partial(_of_opening, partial(feeds.open_one, name)),
            remove=partial(feeds.forget, name),
        )


def _postcodes() -> Iterator[OwnImport]:
    from nearhome.data.places import postcode_import, postcodes

    folder = postcodes.own_folder()
    if folder is None:
        return
    table, why = postcodes.installed(), postcodes.set_aside()
    covers = "what is not known"
    if table is not None:
        with_point = int((table.records["quality"] != postcodes.NO_POINT).sum())
        covers = f"{phrases.count(len(table), 'postcode')}, {with_point:,} with a point"
    yield OwnImport(
        kind=POSTCODES,
        name=POSTCODES,
        covers=covers,
        imported=_day(folder),
        size_bytes=_size(folder),
        why=why,
        where=folder,
        problems=lambda: [why] if why else [],
        remove=postcode_import.forget_postcodes,
    )


def _services() -> Iterator[OwnImport]:
    from nearhome.data.services import own, register

    file = register.own_file()
    if not file.is_file():
        return
    covers, problems = "what is not known", _of_opening(register.own)
    if not problems:
        covers = phrases.count(len(register.own()), "service")
    yield OwnImport(
        kind=SERVICES,
        name=SERVICES,
        covers=covers,
        imported=_day(file),
        size_bytes=file.stat().st_size,
        why=problems[0] if problems else "",
        where=file.parent,
        problems=lambda: problems,
        remove=own.forget,
    )


def _of_opening(opening: Callable[[], object]) -> list[str]:
    """Open something; give what is wrong with it."""
    try:
        opening()
    except NearhomeError as error:
        return [str(error)]
    return []


def _day(where: Path) -> date:
    """Give the day on which a file or folder was last written, in the United Kingdom."""
    return datetime.fromtimestamp(where.stat().st_mtime, ZoneInfo("Europe/London")).date()


def _size(where: Path) -> int:
    return versions.size_bytes(where) if where.is_dir() else where.stat().st_size


def _echo(content: dict[str, Any]) -> None:
    click.echo(json.dumps(content, indent=2, ensure_ascii=False))
