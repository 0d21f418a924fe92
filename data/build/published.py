"""Published figures about who is in prison and about their children, and what prisons were for in the past.

From ``published.toml`` beside this module, which is kept by hand with a source for each figure, and, for women, from
``demography/womens_imprisonment_rate_per_100k_by_pfa_2014_2022.csv`` (Prison-Reform-Trust/womens-imprisonment-PFA
ac080de: women sentenced to immediate custody in a year per 100,000 women, by the police force of the court).
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nearhome.data.base.files import read_csv, write_csv
from nearhome.data.catalogue import tables
from nearhome.data.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FIGURES = Path(__file__).with_name("published.toml")
COLUMNS = ("series", "item", "sex", "date", "low", "value", "high", "unit", "confidence", "source")
ROLE_COLUMNS = ("prison_id", "until", "sex", "categories", "source")
SEXES = ("male", "female")

_RATES = "womens_imprisonment_rate_per_100k_by_pfa_2014_2022.csv"
_RATES_SOURCE = "Prison Reform Trust, from Ministry of Justice court data"
_RATES_UNIT = "a year per 100,000 women"
_FORCES = {"Devon and Cornwall": "Devon & Cornwall"}


def build(sources: Path, out: Path) -> None:
    """Write ``published_figures.csv``, sorted, and ``prison_roles.csv``."""
    with FIGURES.open("rb") as file:
        kept = tomllib.load(file)
    rows = [*_distances(kept["distance"]), *_origins(kept["origin"]), *_held(kept["held"]["rows"])]
    rows += [*_shares(kept), *_rates(sources / "demography" / _RATES)]
    write_csv(out / tables.file_of("published_figures"), COLUMNS, sorted(rows))
    roles = kept["roles"]
    write_csv(
        out / tables.file_of("prison_roles"),
        ROLE_COLUMNS,
        sorted(
            (row["id"], row["until"].isoformat(), row["sex"], row["categories"], roles["source"])
            for row in roles["rows"]
        ),
    )


def _distances(kept: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for row in kept["rows"]:
        for sex in SEXES:
            # Printed to the whole mile.
            low, value, high = row[sex] - 0.5, row[sex], row[sex] + 0.5
            yield _row("distance", "mean", sex, row, (low, value, high), kept["unit"], "published")


def _origins(kept: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for region, people in kept["people"].items():
        yield _row("origin", region, "", kept, (people, people, people), kept["unit"], "published")


def _held(rows: Iterable[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        for sex in SEXES:
            for prison, people in row[sex].items():
                yield _row("held", prison, sex, row, (people, people, people), "people", row["confidence"])


def _shares(kept: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for row in kept["children"]:
        yield _row("children", row["nation"], "", row, row["value"], "children a year", row["confidence"])
    for row in kept["parents"]:
        yield _row("parents", "share", row["sex"], row, row["value"], "per cent", row["confidence"])
    for row in kept["mothers"]:
        yield _row("mothers", "share", "", row, row["value"], "per cent", row["confidence"])
    for row in kept["deprivation"]:
        yield _row("deprivation", "ratio", "", row, row["value"], "times", row["confidence"])
    for row in kept["share"]:
        yield _row("share", row["item"], "", row, row["value"], "per cent", row["confidence"])
    for row in kept["share_elsewhere"]:
        yield _row("remand_elsewhere", row["nation"], "", row, row["value"], "per cent", row["confidence"])
    for row in kept["joint"]:
        item = f"{row['first']}+{row['second']}"
        yield _row("joint", item, "", row, row["value"], "per cent of the second", row["confidence"])


def _rates(path: Path) -> Iterator[tuple[str, ...]]:
    for row in read_csv(path):
        if "Police Force Area" not in row:
            msg = f"{path.name} has no column 'Police Force Area'; give the file of the Prison Reform Trust."
            raise SourceError(msg)
        force = row.pop("Police Force Area")
        for year, rate in row.items():
            when = {"date": f"{year}-12-31", "source": _RATES_SOURCE}
            values = (float(rate),) * 3
            yield _row("female_rate", _FORCES.get(force, force), "female", when, values, _RATES_UNIT, "published")


def _row(
    series: str, item: str, sex: str, kept: dict[str, Any], values: Iterable[float], unit: str, confidence: str
) -> tuple[str, ...]:
    """Give one row as text; a series that was not dated counts from the beginning."""
    low, value, high = (f"{number:g}" if number < 1000 else f"{number:.0f}" for number in values)  # noqa: PLR2004 -- :g rounds large numbers
    return (series, item, sex, str(kept.get("date", "1900-01-01")), low, value, high, unit, confidence, kept["source"])
