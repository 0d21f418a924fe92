"""What each table must look like, as pandera's schemas; what its figures must keep is in ``rules``.

Used by ``nearhome data check`` and after a build, never on the way of a journey.
"""

from __future__ import annotations

from typing import Any

import pandera.pandas as pa

from nearhome.data.places import areas
from nearhome.data.services import kinds

PRISON_TOTALS = {
    "op_cap_2026_07_27": 90_535,
    "population_2026_07_27": 86_267,
    "baseline_cna_2026_07_27": 85_708,
    "population_2016_05_27": 85_422,
    "population_2011_01_28": 84_145,
    "baseline_cna_2011_01_28": 80_093,
    "op_cap_2011_01_28": 90_009,
}
"""Published totals that the rows must sum to (monthly and weekly bulletins; estate/prisons_sources.md).

The total of 2011 is the useable operational capacity of 88,009 with its margin of 2,000; that of 2026
includes a margin of 1,640. The figures of 21 July 2006 are partial and have no total.
"""


PRISON_COUNTS: dict[tuple[str, str], int] = {
    ("HMPPS (E&W)", "active"): 125,
    ("HMPPS (E&W)", "closed"): 31,
    ("HMPPS (E&W)", "temporarily closed"): 1,
    ("Youth Custody Service (E&W)", "active"): 1,
    ("Youth Custody Service (E&W)", "closed"): 2,
    ("SPS (Scotland)", "active"): 17,
    ("SPS (Scotland)", "closed"): 4,
    ("NIPS (Northern Ireland)", "active"): 3,
    ("Crown dependency", "active"): 3,
}
"""Establishments by service and status, as the source of the table counts them."""


UK_LAT = (49.8, 60.9)
UK_LON = (-8.7, 1.8)
ISLANDS_LAT = (49.1, 60.9)
GRID_EASTING = (-100_000, 700_000)
GRID_NORTHING = (0, 1_250_000)
NATIONS = ("England", "Northern Ireland", "Scotland", "Wales")
COUNTRIES = (*NATIONS, "Guernsey", "Isle of Man", "Jersey")

_PARTIAL_DATE = r"\d{4}(-\d{2}(-\d{2})?)?"
_UNIT_POSTCODE = r"[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}"
_GSS = r"[EWSN]\d{8}"
_STATION = "[A-Z]{3}"


def _text(*checks: Any, optional: bool = False) -> pa.Column:
    return pa.Column("str", list(checks), nullable=optional, coerce=True)


def _whole(low: float, high: float, *, optional: bool = False) -> pa.Column:
    return pa.Column("Int64", pa.Check.in_range(low, high), nullable=optional, coerce=True)


def _real(low: float, high: float, *, optional: bool = False) -> pa.Column:
    return pa.Column("float64", pa.Check.in_range(low, high), nullable=optional, coerce=True)


def _one_of(*values: str) -> pa.Check:
    return pa.Check.isin(values)


def _like(pattern: str) -> pa.Check:
    return pa.Check.str_matches(f"^{pattern}$")


def _unique(pattern: str = ".+") -> pa.Column:
    return pa.Column("str", _like(pattern), unique=True, coerce=True)


def _area(column: str, pattern: str) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            column: _unique(pattern),
            "postcodes": _whole(1, 100_000),
            "lat": _real(*UK_LAT),
            "lon": _real(*UK_LON),
            "easting": _whole(*GRID_EASTING),
            "northing": _whole(*GRID_NORTHING),
            "spread_m": _whole(0, 100_000),
            "authority_code": _text(_like(_GSS), optional=True),
            "nation": _text(_one_of(*NATIONS)),
        },
        strict=True,
    )


_PRISON_FIGURES = (
    *PRISON_TOTALS,
    "in_use_cna_2026_07_27",
    "op_cap_2016_05_27",
    "op_cap_2006_07_21",
    "population_2006_07_21",
    "op_cap_prison_finder",
    "average_population_2011_12",
    "maximum_population_2011_12",
)
_PRISON_TEXTS = (
    "open_in_2008",
    "role_2008",
    "town",
    "county",
    "other_postcodes",
    "op_cap_prison_finder_as_of",
    "capacity_note",
    "population_note",
    "function_2022",
    "cohort_2022",
    "function_2017",
    "function_2017_note",
    "register_categories_2023",
    "visits_phone",
    "hpv_name",
    "hpv_postcode",
    "change_log",
    "categories_basis",
    "operator_source",
    "status_source",
    "opened_source",
    "closed_source",
    "coordinate_source",
    "unsourced",
)

SCHEMAS: dict[str, pa.DataFrameSchema] = {
    "prisons": pa.DataFrameSchema(
        {
            "id": _unique(r"([A-Z]{3}|STC\d|(SCO|NI|JSY|GSY|IOM)-[A-Z]{3})"),
            "name": _unique(),
            "short_name": _text(),
            "service": _text(_one_of(*{service for service, _ in PRISON_COUNTS})),
            "country": _text(_one_of(*COUNTRIES)),
            "sex": _text(_one_of("male", "female", "male+female")),
            "age_min": _whole(10, 21),
            "age_max": _whole(17, 25, optional=True),
            "categories": _text(_like("[A-Z_0-9]+(;[A-Z_0-9]+)*")),
            "remand": _text(_one_of("yes", "no")),
            "operator": _text(),
            "operator_sector": _text(),
            "status": _text(_one_of("active", "closed", "temporarily closed")),
            "opened": _text(_like(_PARTIAL_DATE), optional=True),
            "closed": _text(_like(_PARTIAL_DATE), optional=True),
            "temporarily_closed": _text(_like(_PARTIAL_DATE), optional=True),
            "merged_into": _text(_like("[A-Z]{3}"), optional=True),
            "postcode": _text(_like(_UNIT_POSTCODE), optional=True),
            "lat": _real(*ISLANDS_LAT),
            "lon": _real(*UK_LON),
            "coordinate_quality": _text(
                _one_of(
                    "postcode",
                    "retired postcode",
                    "adjoining establishment",
                    "unstated method",
                    "approximate",
                )
            ),
            "coordinate_precision_m": _whole(1, 5_000),
            **{name: _whole(0, 5_000, optional=True) for name in _PRISON_FIGURES},
            **{name: _text(optional=True) for name in _PRISON_TEXTS},
        },
        strict=True,
    ),
    "sessions": pa.DataFrameSchema(
        {
            "prison_id": _text(_like("[A-Z]{3}")),
            "unit": _text(),
            "day": _text(_one_of("mon", "tue", "wed", "thu", "fri", "sat", "sun")),
            "start": _text(_like(r"\d{2}:\d{2}")),
            "end": _text(_like(r"\d{2}:\d{2}")),
            "duration_minutes": _whole(10, 600),
            "public_booking": _text(_one_of("yes", "no")),
            "as_of": _text(_like(r"\d{4}-\d{2}-\d{2}")),
        },
        strict=True,
    ),
    "services": pa.DataFrameSchema(
        {
            "id": _unique("[a-z0-9]+(-[a-z0-9]+)*"),
            "name": _text(),
            "kind": _text(_one_of(*kinds.KINDS, kinds.ANY_KIND)),
            "operator": _text(),
            "standing": _text(_one_of(*kinds.STANDINGS)),
            "where": _text(_one_of(*kinds.PLACES)),
            "prison_ids": _text(optional=True),
            "town": _text(optional=True),
            "lat": _real(*UK_LAT, optional=True),
            "lon": _real(*UK_LON, optional=True),
            "precision_m": _whole(1, 60_000, optional=True),
            "reach": _text(_one_of(*kinds.REACHES)),
            "area_level": _text(_one_of(*areas.LEVELS), optional=True),
            "area_codes": _text(_like(f"{_GSS}(;{_GSS})*"), optional=True),
            "minutes": _real(1, 600, optional=True),
            "mode": _text(_one_of(*kinds.MODES), optional=True),
            "miles": _real(0, 500, optional=True),
            "capacity": _whole(1, 1_000_000, optional=True),
            "capacity_unit": _text(_one_of(*kinds.UNITS), optional=True),
            "capacity_date": _text(_like(_PARTIAL_DATE), optional=True),
            "valid_from": _text(_like(_PARTIAL_DATE), optional=True),
            "valid_to": _text(_like(_PARTIAL_DATE), optional=True),
            "note": _text(optional=True),
        },
        strict=True,
    ),
    "service_evidence": pa.DataFrameSchema(
        {
            "service_id": _text(),
            "statement": _text(),
            "date_from": _text(_like(_PARTIAL_DATE), optional=True),
            "date": _text(_like(_PARTIAL_DATE), optional=True),
            "date_words": _text(),
            "period_words": _text(optional=True),
            "source": _text(),
            "grade": _text(_one_of(*kinds.GRADES)),
            "remark": _text(optional=True),
        },
        strict=True,
    ),
    "authorities": pa.DataFrameSchema(
        {
            "code": _unique(_GSS),
            "name": _unique(),
            "nation": _text(_one_of(*NATIONS)),
            "region_code": _text(_like(_GSS)),
            "region": _text(),
            "police_code": _text(_like(r"[EW]\d{8}"), optional=True),
            "police": _text(optional=True),
            "county_code": _text(_like(_GSS)),
            "county": _text(),
            "lat": _real(*UK_LAT),
            "lon": _real(*UK_LON),
            "area_km2": _real(1, 30_000),
            "population": _whole(1_000, 1_500_000),
            "population_date": _text(_like(r"\d{4}-\d{2}-\d{2}")),
            **{
                name: _whole(0, 1_500_000, optional=True)
                for name in (
                    "under_18",
                    "under_20",
                    "census_2021_population",
                    "census_2021_under_15",
                    "households",
                    "households_no_car",
                    "households_1_car",
                    "households_2_cars",
                    "households_3_cars",
                )
            },
            **{
                name: _real(0, 100, optional=True)
                for name in (
                    "imd_2025_score",
                    "imd_2025_share_in_most_deprived_tenth",
                    "wimd_2019_score",
                    "simd_2020_share_in_most_deprived_tenth",
                    "simd_2020_extent",
                    "nimdm_2017_share_in_most_deprived_tenth",
                    "nimdm_2017_extent",
                )
            },
        },
        strict=True,
    ),
    "postcodes": pa.DataFrameSchema(
        {
            "unit": pa.Column("uint16", pa.Check.le(26 * 26 - 1)),
            "east": pa.Column("uint16"),
            "north": pa.Column("uint16"),
            "authority": pa.Column("uint16"),
            "quality": pa.Column("uint8", pa.Check.isin([10, 20, 30, 50, 60, 90])),
        },
        strict=True,
    ),
    "postcode_index": pa.DataFrameSchema(
        {
            "sector": pa.Column(object, unique=True),
            "first": pa.Column("uint32", unique=True),
            "count": pa.Column("uint16", pa.Check.in_range(1, 26 * 26)),
            "step_m": pa.Column("uint8", pa.Check.in_range(1, 20)),
            "easting": pa.Column("int32", pa.Check.in_range(*GRID_EASTING)),
            "northing": pa.Column("int32", pa.Check.in_range(*GRID_NORTHING)),
        },
        strict=True,
    ),
    "postcode_authorities": pa.DataFrameSchema({"code": _unique(_GSS)}, strict=True),
    "postcode_sectors": _area("sector", r"[A-Z]{1,2}[0-9][0-9A-Z]? [0-9]"),
    "postcode_districts": _area("district", r"[A-Z]{1,2}[0-9][0-9A-Z]?"),
    "postcode_areas": _area("area", "[A-Z]{1,2}"),
    "places": pa.DataFrameSchema(
        {
            "key": _text(_like("[a-z0-9 ]+")),
            "name": _text(),
            "rank": _text(_one_of("city", "town", "locality")),
            "postcodes": _whole(0, 50_000),
            "lat": _real(*UK_LAT),
            "lon": _real(*UK_LON),
            "spread_m": _whole(100, 60_000),
            "authority_code": _text(_like(_GSS)),
            "basis": _text(_one_of("index", "alias", "post town")),
        },
        strict=True,
    ),
    "published_figures": pa.DataFrameSchema(
        {
            "series": _text(_like("[a-z_]+")),
            "item": _text(),
            "sex": _text(_one_of("male", "female"), optional=True),
            "date": _text(_like(r"\d{4}-\d{2}-\d{2}")),
            **{name: _real(0, 1_000_000) for name in ("low", "value", "high")},
            "unit": _text(),
            "confidence": _text(_one_of("published", "derived", "assumption")),
            "source": _text(),
        },
        strict=True,
        unique=["series", "item", "sex", "date"],
    ),
    "prison_roles": pa.DataFrameSchema(
        {
            "prison_id": _text(_like("[A-Z]{3}")),
            "until": _text(_like(r"\d{4}-\d{2}-\d{2}")),
            "sex": _text(_one_of("male", "female")),
            "categories": _text(_like("[A-Z_0-9]+(;[A-Z_0-9]+)*")),
            "source": _text(),
        },
        strict=True,
    ),
    "sector_people": pa.DataFrameSchema(
        {
            "sector": _text(_like(r"[A-Z]{1,2}[0-9][0-9A-Z]? [0-9]")),
            "authority_code": _text(_like(_GSS)),
            "people": _real(0, 200_000),
            "children": _real(0, 100_000),
            "deprivation": _real(0, 1),
        },
        strict=True,
        unique=["sector", "authority_code"],
    ),
    "small_areas": pa.DataFrameSchema(
        {
            "code": pa.Column(object, unique=True),
            "easting": pa.Column("int32", pa.Check.in_range(*GRID_EASTING)),
            "northing": pa.Column("int32", pa.Check.in_range(*GRID_NORTHING)),
            "stop_m": pa.Column("uint16"),
        },
        strict=True,
    ),
    "bus_frequency": pa.DataFrameSchema(
        {
            f"{day}_{band}": pa.Column("uint16", pa.Check.le(50_000))
            for day in ("weekday", "saturday", "sunday")
            for band in ("morning", "midday", "afternoon", "evening", "night")
        },
        strict=True,
    ),
    "rail_stations": pa.DataFrameSchema(
        {"code": _unique(_STATION), "name": _text(), "lat": _real(*UK_LAT), "lon": _real(*UK_LON)}, strict=True
    ),
    "rail_lines": pa.DataFrameSchema(
        {
            "name": _unique(),
            "per_hour": _real(0.05, 20),
            "stations": _text(_like(f"{_STATION}( {_STATION})+")),
            "mph": _text(_like(r"\d+( \d+)*")),
            "km": _text(_like(r"[\d.]+( [\d.]+)*")),
        },
        strict=True,
    ),
    "rail_local": pa.DataFrameSchema(
        {"from": _text(_like(_STATION)), "to": _text(_like(_STATION)), "km": _real(0, 70)}, strict=True
    ),
    "rail_links": pa.DataFrameSchema(
        {
            "from": _text(_like(_STATION)),
            "to": _text(_like(_STATION)),
            "minutes": _whole(1, 120),
            "mode": _text(_one_of("walk", "ferry", "underground")),
        },
        strict=True,
    ),
}


def csv_types(name: str) -> dict[str, str]:
    """Types to read a CSV table with, by its schema; none if it has no schema."""
    schema = SCHEMAS.get(name)
    if schema is None:
        return {}
    return {column: str(kind.dtype) for column, kind in schema.columns.items()}
