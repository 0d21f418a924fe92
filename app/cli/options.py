"""Options that several commands share, and how their values are read."""

from __future__ import annotations

import functools
import math
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from nearhome.data.errors import InputError
from nearhome.geo.roads.conditions import Conditions

if TYPE_CHECKING:
    from collections.abc import Callable

    from nearhome.geo.matrices.executors import Executor


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


def time_of_day(ctx: click.Context, param: click.Parameter, value: str) -> int:
    """Read a time such as 14:30 as minutes since midnight."""
    hours, colon, minutes = value.partition(":")
    if not (colon and hours.isdecimal() and minutes.isdecimal() and int(hours) < 24 and int(minutes) < 60):  # noqa: PLR2004 - a clock
        msg = f"{value!r} is not a time of day such as 14:30"
        raise click.BadParameter(msg, ctx, param)
    return 60 * int(hours) + int(minutes)


as_of = click.option(
    "--as-of",
    metavar="DATE",
    default=today,
    show_default="today",
    callback=_day,
    help="The prisons, prices and rates of this day, such as 2026-11-21.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Write JSON, for other programs.")
imported = click.option(
    "--network",
    "imported",
    type=click.Choice(["imported", "shipped"]),
    default="imported",
    show_default=True,
    callback=lambda _ctx, _param, value: value == "imported",
    help="Use the roads you imported where they cover the start, or only those that come with nearhome.",
)


def _names(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    """Read what is closed, each once."""
    names = tuple(dict.fromkeys(name.strip() for name in value))
    if "" in names:
        msg = "an empty name closes nothing; give one such as tamar or A30"
        raise click.BadParameter(msg, ctx, param)
    return names


def _times_longer(ctx: click.Context, param: click.Parameter, value: float) -> float:
    """Read a percentage more as a factor."""
    if not (math.isfinite(value) and value >= 0):
        msg = f"{value:g} is not a number of per cent from 0 up, such as 20"
        raise click.BadParameter(msg, ctx, param)
    return 1 + value / 100


def scenario(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that change the conditions on the roads; the command gets them as ``scenario``."""

    @click.option(
        "--closed",
        multiple=True,
        metavar="ROAD",
        callback=_names,
        help="Close a road, bridge or ferry; again for more.",
    )
    @click.option(
        "--slower",
        type=float,
        default=0.0,
        metavar="PERCENT",
        callback=_times_longer,
        help="Let every road take so many per cent longer.",
    )
    @click.option("--no-tolls", is_flag=True, help="Leave out roads and crossings with a toll.")
    @click.option("--no-ferries", is_flag=True, help="Leave out ferries.")
    @functools.wraps(function)
    def command(
        *args: Any, closed: tuple[str, ...], slower: float, no_tolls: bool, no_ferries: bool, **more: Any
    ) -> Any:
        conditions = Conditions(closed=closed, slower=slower, tolls=not no_tolls, ferries=not no_ferries)
        return function(*args, scenario=conditions, **more)

    return command


FILE = click.Path(path_type=Path)
"""A file or folder; whether it can be used is for the command to say."""


def engine(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command ``--engine`` and ``--scheduler``; ``engine_of`` reads them."""
    where = click.option(
        "--engine",
        type=click.Choice(["local", "dask"]),
        default="local",
        show_default=True,
        help="What computes: this computer, or a Dask cluster (needs nearhome[cluster]).",
    )
    address = click.option(
        "--scheduler", metavar="ADDRESS", help="The cluster's scheduler, such as tcp://10.0.0.5:8786."
    )
    return where(address(command))


def engine_of(name: str, scheduler: str | None) -> Executor:
    """Return the engine that was asked for.

    Raises
    ------
    InputError
        A scheduler without the Dask engine, or the other way about.
    """
    from nearhome.geo.matrices import executors
    from nearhome.geo.matrices.executors import Cluster

    if name == "local":
        if scheduler is not None:
            msg = f"--scheduler {scheduler!r} is for a Dask cluster; add --engine dask, or leave it out."
            raise InputError(msg)
        return executors.in_order
    if not scheduler:
        msg = "--engine dask needs the address of a cluster; add --scheduler, such as tcp://10.0.0.5:8786."
        raise InputError(msg)
    return Cluster(scheduler)
