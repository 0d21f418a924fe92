"""The postcode tables: unit postcodes of Great Britain, sectors, districts and areas of the UK.

From ``postcodes/uk_postcodes.parquet``: OS Code-Point Open 2025.2 for Great Britain; for Northern Ireland
points of the Census's Super Data Zones, of which only means by sector, district and area are written here,
because the postcode list of Northern Ireland carries licence limits of Land & Property Services.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nearhome.data.base.coordinates import to_degrees
from nearhome.data.base.files import write_csv
from nearhome.data.errors import SourceError
from nearhome.data.places import postcodes

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

COLUMNS = ("postcodes", "lat", "lon", "easting", "northing", "spread_m", "authority_code", "nation")
_NEEDED = ["postcode", "easting", "northing", "quality", "country", "lad_code"]
_NATIONS = {"E": "England", "W": "Wales", "S": "Scotland", "N": "Northern Ireland"}


def build(sources: Path, out: Path) -> None:
    """Write the three files of unit postcodes and one CSV each of sectors, districts and areas."""
    table = _read(sources / "postcodes" / "uk_postcodes.parquet")
    britain = table[table["country"] != "Northern Ireland"]
    postcodes.write_table(
        out,
        postcodes=britain["postcode"].to_numpy(dtype=str),
        easting=britain["easting"].fillna(0).to_numpy(dtype=np.int64),
        northing=britain["northing"].fillna(0).to_numpy(dtype=np.int64),
        authority=britain["lad_code"].fillna("").to_numpy(dtype=str),
        quality=britain["quality"].to_numpy(dtype=np.int64),
    )
    sector = table["postcode"].str[:-2]
    _write_areas(table, sector, out / "postcode_sectors.csv", "sector")
    _write_areas(table, sector.str[:-2], out / "postcode_districts.csv", "district")
    _write_areas(table, sector.str.extract(r"^([A-Z]+)", expand=False), out / "postcode_areas.csv", "area")


def _read(path: Path) -> pd.DataFrame:
    import pandas as pd

    try:
        table = pd.read_parquet(path, columns=_NEEDED)
    except (OSError, ValueError) as error:
        msg = f"{path.name} cannot be read ({error}); give the folder that holds the source files."
        raise SourceError(msg) from error
    table = table.astype({"lad_code": "object", "country": "object"})
    without_point = table["easting"].isna()
    if not (without_point == (table["quality"] == postcodes.NO_POINT)).all():
        msg = f"{path.name} has rows whose quality and coordinates disagree; quality 90 means no point."
        raise SourceError(msg)
    return table


def _write_areas(table: pd.DataFrame, names: pd.Series[str], path: Path, level: str) -> None:
    """Write the mean point of each group's postcodes, and the median distance of the postcodes from it."""
    pointed = table.assign(name=names)[table["easting"].notna()].astype({"easting": float, "northing": float})
    groups = pointed.groupby("name", sort=True)
    means = groups[["easting", "northing"]].mean()
    centre = means.loc[pointed["name"]]
    distance = np.hypot(
        pointed["easting"].to_numpy() - centre["easting"].to_numpy(),
        pointed["northing"].to_numpy() - centre["northing"].to_numpy(),
    )
    spread = pointed.assign(distance=distance).groupby("name", sort=True)["distance"].median()
    counts = groups.size()
    # The commonest authority; of two equally common ones, the first by code.
    pairs = pointed.groupby(["name", "lad_code"], sort=True).size().reset_index(name="n")
    modal = pairs.sort_values(["name", "n", "lad_code"], ascending=[True, False, True]).groupby("name").first()
    authority = modal["lad_code"].reindex(means.index).fillna("")
    commonest = pointed.groupby(["name", "country"], sort=True).size().reset_index(name="n")
    commonest = commonest.sort_values(["name", "n", "country"], ascending=[True, False, True])
    nation = commonest.groupby("name").first()["country"].reindex(means.index)
    lat, lon = to_degrees(means["easting"].to_numpy(), means["northing"].to_numpy())
    rows = zip(
        means.index,
        counts.to_numpy().tolist(),
        [f"{value:.5f}" for value in lat],
        [f"{value:.5f}" for value in lon],
        means["easting"].round().astype(int).tolist(),
        means["northing"].round().astype(int).tolist(),
        spread.round().astype(int).tolist(),
        authority.tolist(),
        [_NATIONS.get(code[:1], country) for code, country in zip(authority, nation, strict=True)],
        strict=True,
    )
    write_csv(path, [level, *COLUMNS], rows)
