"""The authorities table: the 361 local authorities of the UK, their people and what they belong to.

From ``demography/lad24_profile.csv`` (populations, households by cars, deprivation; each nation's own
index, which cannot be compared across nations) and the lookups in ``boundaries/`` (region, police-force
area, county).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nearhome.data.base.files import read_csv, write_csv
from nearhome.data.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = (
    "code",
    "name",
    "nation",
    "region_code",
    "region",
    "police_code",
    "police",
    "county_code",
    "county",
    "lat",
    "lon",
    "area_km2",
    "population",
    "population_date",
    "under_18",
    "under_20",
    "census_2021_population",
    "census_2021_under_15",
    "households",
    "households_no_car",
    "households_1_car",
    "households_2_cars",
    "households_3_cars",
    "imd_2025_score",
    "imd_2025_share_in_most_deprived_tenth",
    "wimd_2019_score",
    "simd_2020_share_in_most_deprived_tenth",
    "simd_2020_extent",
    "nimdm_2017_share_in_most_deprived_tenth",
    "nimdm_2017_extent",
)
_POPULATION_DATES = {
    "ONS mid-2020": "2020-06-30",
    "NRS/Census 2022": "2022-03-20",
    "NISRA Census 2021": "2021-03-21",
}
# Region codes of the three nations without regions are their country codes (ONS Code History Database).
_NATION_CODES = {"Wales": "W92000004", "Scotland": "S92000003", "Northern Ireland": "N92000002"}
_DIRECT = {
    "under_18": "under18",
    "under_20": "under20",
    "census_2021_population": "census21_pop",
    "census_2021_under_15": "c21_under15",
    "households": "hh",
    "households_no_car": "no_car",
    "households_1_car": "car1",
    "households_2_cars": "car2",
    "households_3_cars": "car3p",
    "imd_2025_score": "imd25_avg_score",
    "imd_2025_share_in_most_deprived_tenth": "imd25_prop_most_deprived10",
    "wimd_2019_score": "wimd19_score",
    "simd_2020_share_in_most_deprived_tenth": "simd20_Proportion",
    "simd_2020_extent": "simd20_Extent",
    "nimdm_2017_share_in_most_deprived_tenth": "nimdm17_Proportion",
    "nimdm_2017_extent": "nimdm17_Extent",
}


def build(sources: Path, out: Path) -> None:
    """Write ``authorities.csv``, one row an authority, sorted by code.

    Scotland and Northern Ireland have one police force each and no counties in the sources: their police
    columns are empty and the county is the authority itself.
    """
    folder = sources / "boundaries"
    regions = {row["ltla24_code"]: row for row in read_csv(folder / "lookup_ltla24_region24.csv")}
    police = {row["ltla24_code"]: row for row in read_csv(folder / "lookup_ltla24_csp24_pfa24.csv")}
    counties = {row["ltla23_code"]: row for row in read_csv(folder / "lookup_ltla23_utla23.csv")}
    points = {row["lad24_cd"]: row for row in read_csv(folder / "lad24_points.csv")}
    rows = []
    for profile in read_csv(sources / "demography" / "lad24_profile.csv"):
        code, name, nation = profile["lad24_cd"], profile["lad24_nm"], profile["country"]
        if code not in points or (nation == "England" and code not in regions):
            msg = f"The authority {code} {name!r} has no point or no region in the lookups of boundaries/."
            raise SourceError(msg)
        region = regions.get(code, {"region24_code": _NATION_CODES.get(nation, ""), "region24_name": nation})
        force = police.get(code, {"pfa24_code": "", "pfa24_name": ""})
        county = counties.get(code, {"utla23_code": code, "utla23_name": name})
        row = {
            "code": code,
            "name": name,
            "nation": nation,
            "region_code": region["region24_code"],
            "region": region["region24_name"],
            "police_code": force["pfa24_code"],
            "police": force["pfa24_name"],
            "county_code": county["utla23_code"],
            "county": county["utla23_name"],
            "lat": points[code]["lat"],
            "lon": points[code]["lon"],
            "area_km2": profile["area_km2"],
            "population": profile["total_population"],
            "population_date": _population_date(profile["source"], code),
        }
        row |= {here: _tidy(profile[there]) for here, there in _DIRECT.items()}
        rows.append([row[column] for column in COLUMNS])
    write_csv(out / "authorities.csv", COLUMNS, sorted(rows))


def _population_date(source: str, code: str) -> str:
    for start, day in _POPULATION_DATES.items():
        if source.startswith(start):
            return day
    msg = f"demography/lad24_profile.csv gives {code} a population source this build does not know: {source!r}."
    raise SourceError(msg)


def _tidy(text: str) -> str:
    """Whole numbers without .0, shares and scores to four decimals."""
    if not text:
        return ""
    value = float(text)
    return str(int(value)) if value.is_integer() else f"{value:.4f}".rstrip("0")
