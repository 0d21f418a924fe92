"""``nearhome catchments``: the land within some minutes of a prison, and the people there, as files for maps."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import click

from nearhome.app.cli import layout, options
from nearhome.data.base import phrases
from nearhome.data.base.files import replacing
from nearhome.data.errors import InputError
from nearhome.data.prisons import register
from nearhome.geo.imported import networks
from nearhome.geo.matrices.isochrones import catchments_by_network
from nearhome.geo.places.residents import FIGURES

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from nearhome.data.prisons.register import Prison
    from nearhome.geo.roads.conditions import Conditions

SUFFIXES = (".gpkg", ".parquet", ".csv")
ROWS_SHOWN = 20
NOT_KNOWN = "not known"
HEADS = ("Prison", "Within", "Square miles", "People", "Children", "Households without a car")
_KM2_PER_SQUARE_MILE = 2.589988


@click.command(epilog="Example: nearhome catchments --to Exeter --minutes 30,60 --out exeter.gpkg --out exeter.csv")
@click.option(
    "--to",
    "names",
    required=True,
    multiple=True,
    metavar="PRISON",
    help="A prison, by name or id; again for more; or all.",
)
@click.option("--minutes", default="30,60,90,120", show_default=True, help="Whole minutes by car, one way, rising.")
@click.option(
    "--out",
    "files",
    type=options.FILE,
    multiple=True,
    metavar="FILE",
    help="A file to write: .gpkg (GeoPackage) or .parquet (GeoParquet) with the shapes, .csv without; again for more.",
)
@options.as_of
@options.imported
@options.scenario
def command(
    names: tuple[str, ...],
    minutes: str,
    files: tuple[Path, ...],
    as_of: date,
    *,
    imported: bool,
    scenario: Conditions,
) -> None:
    """Draw the catchments of prisons by car, and count the people inside.

    People, children and households without a car are modelled: each local authority's are shared equally among its
    postcodes. A figure that is not published for part of a catchment is left empty.
    """
    limits = _limits(minutes)
    for file in files:
        if file.suffix.lower() not in SUFFIXES:
            msg = f"{file.name!r} does not end in .gpkg, .parquet or .csv; give --out a name that does."
            raise InputError(msg)
    chosen = _chosen(names, as_of)
    choice = networks.networks() if imported else ()
    frame, count = catchments_by_network(chosen, limits, choice, scenario)
    frame.insert(1, "name", frame["destination"].map({prison.id: prison.short_name for prison in chosen}))
    for file in files:
        _write(frame, file)
    if len(frame) <= ROWS_SHOWN:
        click.echo(
            "\n".join(layout.table(HEADS, [_cells(row) for row in frame.to_dict("records")], right=(2, 3, 4, 5)))
        )
    else:
        click.echo(f"{phrases.count(len(frame), 'catchment')} of {phrases.count(len(chosen), 'prison')}.")
    without = frame.loc[frame["note"] != "", "name"].drop_duplicates().tolist()
    if without:
        click.echo(f"Not all could be drawn (the column note says why): {phrases.listing(without)}.")
    click.echo("\n".join(layout.roads(count, "prison", scenario)))
    for file in files:
        click.echo(f"Written: {file}")


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    """Give the texts of one row, people to the hundred."""
    area = row["area_km2"] / _KM2_PER_SQUARE_MILE
    figures = (NOT_KNOWN if math.isnan(row[name]) else f"{round(row[name], -2):,.0f}" for name in FIGURES)
    return row["name"], phrases.duration(row["minutes"]), row["note"] or f"{area:,.0f}", *figures


def _limits(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")]
    except ValueError as error:
        msg = f"The minutes {text!r} are not whole numbers with commas between them; write them like 30,60,90."
        raise InputError(msg) from error


def _chosen(names: tuple[str, ...], as_of: date) -> list[Prison]:
    """Find the prisons asked for, each once."""
    if any(name.strip().casefold() == "all" for name in names):
        return [prison for prison in register.prisons() if prison.is_open(as_of)]
    found = [register.find(name, as_of) for name in names]
    return list({prison.id: prison for prison in found}.values())


def _write(frame: Any, file: Path) -> None:
    """Write the rows in the format that the name asks for.

    Raises
    ------
    InputError
        When the file cannot be written.
    """
    try:
        with replacing(file) as temporary:
            if file.suffix.lower() == ".gpkg":
                frame.to_file(temporary, driver="GPKG", layer="catchments")
            elif file.suffix.lower() == ".parquet":
                frame.to_parquet(temporary, index=False)
            else:
                table = frame.drop(columns="geometry").round({"area_km2": 1, **dict.fromkeys(FIGURES, 0)})
                table.to_csv(temporary, index=False, lineterminator="\n")
    except (OSError, RuntimeError) as error:  # pyogrio's errors are RuntimeErrors
        said = error.strerror if isinstance(error, OSError) and error.strerror else " ".join(str(error).split())
        msg = f"{str(file)!r} cannot be written ({said}); give another file with --out."
        raise InputError(msg) from error
