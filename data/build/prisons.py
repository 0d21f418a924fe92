"""The prisons table: 187 establishments of the United Kingdom and the Crown dependencies.

From ``estate/prisons.csv``, whose own sources (registers, monthly bulletins, change log, Hansard) are keyed
in ``estate/prisons_sources.md``. Columns are renamed, dates made uniform, coordinates given a class of
quality and a precision; no figure is changed, so that every published control total still comes out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nearhome.data.base.files import read_csv, write_csv
from nearhome.data.base.phrases import MONTHS
from nearhome.data.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS: dict[str, str] = {
    "id": "id",
    "name": "name",
    "short_name": "short_name",
    "service": "service",
    "country": "country",
    "sex": "sex",
    "age_min": "age_min",
    "age_max": "age_max",
    "categories": "categories",
    "remand": "remand_flag",
    "operator": "operator",
    "operator_sector": "operator_sector",
    "status": "status_2026",
    "opened": "",
    "closed": "closed",
    "temporarily_closed": "",
    "merged_into": "",
    "open_in_2008": "open_in_2008",
    "role_2008": "role_2008_unsourced",
    "town": "town",
    "county": "county",
    "postcode": "postcode",
    "other_postcodes": "other_postcodes",
    "lat": "latitude",
    "lon": "longitude",
    "coordinate_quality": "",
    "coordinate_precision_m": "",
    "op_cap_2026_07_27": "op_cap_2026_07_27",
    "in_use_cna_2026_07_27": "in_use_cna_2026_07_27",
    "baseline_cna_2026_07_27": "baseline_cna_2026_07_27",
    "population_2026_07_27": "population_2026_07_27",
    "op_cap_2016_05_27": "op_cap_2016_05_27",
    "population_2016_05_27": "population_2016_05_27",
    "op_cap_2011_01_28": "op_cap_2011_01_28",
    "baseline_cna_2011_01_28": "baseline_cna_2011_01_28",
    "population_2011_01_28": "population_2011_01_28",
    "op_cap_2006_07_21": "op_cap_2006_07_21",
    "population_2006_07_21": "population_2006_07_21",
    "op_cap_prison_finder": "op_cap_prison_finder",
    "op_cap_prison_finder_as_of": "op_cap_prison_finder_asof",
    "average_population_2011_12": "sco_adp_2011_12",
    "maximum_population_2011_12": "sco_max_2011_12",
    "capacity_note": "capacity_note",
    "population_note": "other_population_note",
    "function_2022": "hmpps_map_function",
    "cohort_2022": "hmpps_map_cohort",
    "function_2017": "noms_2017_function",
    "function_2017_note": "noms_2017_notes",
    "register_categories_2023": "register_categories_2023",
    "visits_phone": "visits_phone",
    "hpv_name": "hpv_enum_value",
    "hpv_postcode": "hpv_enum_postcode",
    "change_log": "change_log",
    "categories_basis": "categories_basis",
    "operator_source": "operator_source",
    "status_source": "status_source",
    "opened_source": "opened_source",
    "closed_source": "closed_source",
    "coordinate_source": "coord_source",
    "unsourced": "unsourced_fields",
}
"""Column here -> column of the source; an empty string marks a column made below."""

_QUALITY: tuple[tuple[str, str, int], ...] = (
    # Nine in ten of these lie within 250 m of an independent set of points (alt_distance_km in the source).
    ("postcode centroid (OS Code-Point Open", "postcode", 250),
    ("postcode centroid (retired", "retired postcode", 250),
    # Placed by a neighbour; the source expects less than 1.5 km.
    ("postcode not in either Code-Point edition", "adjoining establishment", 1500),
    # No method is stated: twice the 250 m that this set of points differs from postcodes elsewhere.
    ("scraped/manual point", "unstated method", 500),
    # Estimates from general knowledge, unverified.
    ("unsourced approximate", "approximate", 1500),
)
_TEMPORARY = re.compile(rf"({'|'.join(MONTHS)}) (\d{{4}}): Temporarily closed")


def build(sources: Path, out: Path) -> None:
    """Write ``prisons.csv``, one row an establishment, sorted by id."""
    rows = read_csv(sources / "estate" / "prisons.csv")
    missing = sorted({column for column in COLUMNS.values() if column} - set(rows[0] if rows else ()))
    if missing:
        msg = f"estate/prisons.csv lacks {', '.join(missing)}; use the file this build was written for."
        raise SourceError(msg)
    table = sorted((_row(row) for row in rows), key=lambda row: row["id"])
    write_csv(out / "prisons.csv", list(COLUMNS), [[row[column] for column in COLUMNS] for row in table])


def _row(source: dict[str, str]) -> dict[str, str]:
    row = {here: _tidy(source[there]) for here, there in COLUMNS.items() if there}
    row["opened"] = source["opened"].strip().split("/")[0]
    row["merged_into"] = source["merged_into"].strip().split(" ")[0]
    row["temporarily_closed"] = _temporarily_closed(source)
    row["coordinate_quality"], row["coordinate_precision_m"] = _quality(source["coord_method"], source["id"])
    row["remand"] = "yes" if source["remand_flag"] == "1" else "no"
    return row


def _tidy(text: str) -> str:
    """Write whole numbers without the source's trailing .0, and trim."""
    text = text.strip()
    return text[:-2] if re.fullmatch(r"\d+\.0", text) else text


def _quality(method: str, prison_id: str) -> tuple[str, str]:
    for start, quality, precision_m in _QUALITY:
        if method.startswith(start):
            return quality, str(precision_m)
    msg = f"estate/prisons.csv gives {prison_id} an unknown coordinate method: {method!r}."
    raise SourceError(msg)


def _temporarily_closed(source: dict[str, str]) -> str:
    """Month (YYYY-MM) since which a prison is closed for the time being, from the change log."""
    if source["status_2026"] != "temporarily closed":
        return ""
    found = _TEMPORARY.findall(source["change_log"])
    if not found:
        msg = f"estate/prisons.csv says {source['id']} is temporarily closed, but not since when."
        raise SourceError(msg)
    month, year = found[-1]
    return f"{year}-{MONTHS.index(month) + 1:02d}"
