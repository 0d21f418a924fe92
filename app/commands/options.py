"""Options that several commands share, and how their values are read."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click


def today() -> str:
    """Give the date in the United Kingdom, as people type it."""
    return datetime.now(ZoneInfo("Europe/London")).date().isoformat()


def _day(ctx: click.Context, param: click.Parameter, value: str) -> date:
    """Read a date."""
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        msg = f"{value!r} is not a date such as 2026-11-21"
        raise click.BadParameter(msg, ctx, param) from error


as_of = click.option(
    "--as-of",
    metavar="DATE",
    default=today,
    show_default="today",
    callback=_day,
    help="The prisons, prices and rates of this day, such as 2026-11-21.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Write JSON, for other programs.")
FILE = click.Path(path_type=Path)
"""A file or folder; whether it can be used is for the command to say."""
