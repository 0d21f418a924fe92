"""``nearhome case``: a worked case of a real area."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import click

from nearhome.analysis.cases import CASES
from nearhome.app.cli import options
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path


@click.command(epilog="Example: nearhome case cornwall --out cornwall")
@click.argument("name", required=False)
@click.option("--out", "folder", type=options.FILE, help="Also write the tables and the map into this folder.")
@options.as_of
def command(name: str | None, folder: Path | None, as_of: date) -> None:
    """Show a worked case: the journeys of one area's families, and what they mean.

    Without a NAME the cases are listed.
    """
    if name is None:
        click.echo("\n".join(CASES))
        return
    if name.casefold() not in CASES:
        msg = f"There is no case {name!r}; the cases are {', '.join(CASES)}."
        raise InputError(msg)
    report = _module(name.casefold()).report(as_of)
    written = report.write(folder) if folder is not None else []
    click.echo(report.text)
    for path in written:
        click.echo(f"Written: {path}")


def _module(name: str) -> Any:
    return importlib.import_module(CASES[name])
