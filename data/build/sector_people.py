"""People, children and deprivation by postcode sector, from small areas shared among their postcodes.

England and Wales: people and children under 15 of the census of 2021 and the rank of the Index of Multiple Deprivation
2025 by small area of 2021 (``demography/lsoa21_ew_profile.parquet``); Wales's ranks are of WIMD 2019, whose areas are
those of 2011. Scotland: people and ranks of SIMD 2020 by data zone of 2011; Northern Ireland: ranks of NIMDM 2017 by
super output area; there children, and in Northern Ireland people, are the authority's in equal shares.

Deprivation is the position of a small area in its own nation's index, from 0 (least) to 1 (most deprived); indices of
different nations cannot be compared. A sector's is the mean over its people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nearhome.data.base.files import read_csv, write_csv
from nearhome.data.catalogue import tables
from nearhome.data.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

COLUMNS = ("sector", "authority_code", "people", "children", "deprivation")
CHILD_YEARS = 18
"""Children are under 18. The census table counts those under 15; each authority's ratio of the two raises them."""


def build(sources: Path, out: Path) -> None:
    """Write ``sector_people.csv``, a row for each part of a sector that lies in one authority.

    Raises
    ------
    SourceError
        If a source cannot be read, or most postcodes of a nation find no small area.
    """
    import pandas as pd

    try:
        postcodes = pd.read_parquet(
            sources / "postcodes" / "uk_postcodes.parquet", columns=["postcode", "lad_code", "lsoa11"]
        )
        profile = pd.read_parquet(sources / "demography" / "lsoa21_ew_profile.parquet")
    except (OSError, ValueError) as error:
        msg = f"A source of sector_people cannot be read ({error}); give the folder that holds the source files."
        raise SourceError(msg) from error
    known = postcodes.dropna(subset=["lad_code", "lsoa11"]).astype(str)
    homes = known.assign(sector=known["postcode"].str[:-2])
    parts = homes.groupby(["sector", "lad_code", "lsoa11"], sort=True).size().rename("postcodes").reset_index()
    areas = _small_areas(sources, profile)
    share = parts["postcodes"] / parts.groupby("lsoa11")["postcodes"].transform("sum")
    joined = parts.merge(areas, left_on="lsoa11", right_index=True, how="left")
    missing = joined["deprivation"].isna().groupby(joined["lad_code"].str[0]).mean()
    if (missing > 0.05).any():  # noqa: PLR2004 -- a twentieth: a few areas were redrawn
        msg = f"Small areas without deprivation by nation: {missing.round(3).to_dict()}; the sources do not fit."
        raise SourceError(msg)
    joined["people"] = (joined["people"] * share).fillna(0.0)
    joined["under_15"] *= share  # missing where the source counts no children
    joined["deprivation"] = joined["deprivation"].fillna(joined["deprivation"].median())
    sized = _to_authorities(joined, sources)
    sized["weighted"] = sized["people"] * sized["deprivation"]
    rows = sized.groupby(["sector", "lad_code"], sort=True)[["people", "children", "weighted"]].sum().reset_index()
    rows = rows[rows["people"] >= 1]
    write_csv(
        out / tables.file_of("sector_people"),
        COLUMNS,
        zip(
            rows["sector"],
            rows["lad_code"],
            rows["people"].round().astype(int),
            rows["children"].round().astype(int),
            [f"{value:.3f}" for value in rows["weighted"] / rows["people"]],
            strict=True,
        ),
    )


def _small_areas(sources: Path, profile: pd.DataFrame) -> pd.DataFrame:
    """Give people, children under 15 and deprivation by small area of 2011; what is not known is missing."""
    import pandas as pd

    lookup = pd.read_csv(sources / "boundaries" / "lookup_lsoa11_lsoa21_ltla22.csv")[["lsoa11_code", "lsoa21_code"]]
    lookup = lookup.drop_duplicates()
    # An area of 2021 that joined several of 2011 is shared among them; one that split is added up.
    table = lookup.merge(profile, left_on="lsoa21_code", right_on="lsoa21_cd")
    into = table.groupby("lsoa21_code")["lsoa11_code"].transform("size")
    table = table.assign(
        people=table["pop"] / into, under_15=table["under15"] / into, rank=_position(table["IMD_rank"])
    )
    grouped = table.groupby("lsoa11_code")
    england = grouped[["people", "under_15"]].sum().assign(deprivation=grouped["rank"].mean())
    demography = sources / "demography"
    wales = pd.read_csv(demography / "wales_lsoa11_wimd2019.csv").set_index("lsoa11_code")
    england.loc[england.index.str.startswith("W"), "deprivation"] = _position(wales["IMD_rank"])
    scotland = pd.read_csv(demography / "scotland_dz11_simd2020_access.csv").set_index("dz11_code")
    north = pd.read_csv(demography / "ni_soa_nimdm2017.csv").set_index("soa01_code")
    return pd.concat(
        [
            england,
            pd.DataFrame(
                {
                    "people": scotland["Total_population"],
                    "under_15": np.nan,
                    "deprivation": _position(scotland["IMD_rank"]),
                }
            ),
            pd.DataFrame({"people": np.nan, "under_15": np.nan, "deprivation": _position(north["IMD_rank"])}),
        ]
    )


def _position(rank: pd.Series[float]) -> pd.Series[float]:
    """Turn ranks, 1 the most deprived, into positions from 0 to 1, 1 the most deprived."""
    return 1.0 - (rank - 0.5) / rank.max()


def _to_authorities(parts: pd.DataFrame, sources: Path) -> pd.DataFrame:
    """Scale people and children to each authority's totals; where parts are unknown, share by postcodes."""
    import pandas as pd

    profile = {row["lad24_cd"]: row for row in read_csv(sources / "demography" / "lad24_profile.csv")}
    groups = []
    for code, group in parts.groupby("lad_code", sort=True):
        row = profile[str(code)]
        people = float(row["total_population"])
        # Northern Ireland publishes those under 20 here: nine tenths of them are under 18.
        children = float(row["under18"]) if row["under18"] else 0.9 * float(row["under20"])
        weight = group["people"] if group["people"].sum() > 0 else group["postcodes"].astype(float)
        young = _young(group, weight)
        groups.append(group.assign(people=weight / weight.sum() * people, children=young / young.sum() * children))
    return pd.concat(groups)


def _young(group: pd.DataFrame, weight: pd.Series[float]) -> pd.Series[float]:
    """Give each part's weight for children: those counted, or by people where most are not counted.

    A part across the border of two nations may be counted in an authority whose others are not, or the other way about.
    """
    counted = group["under_15"].notna()
    if weight[counted].sum() < weight.sum() / 2:
        return weight
    share = group.loc[counted, "under_15"].sum() / weight[counted].sum()
    return group["under_15"].fillna(weight * share)
