"""What each table must look like, and the sums and agreements that it must keep.

Schemas are pandera's; rules are functions that give a sentence for each thing that is wrong. Both are used by
``nearhome data check`` and after a build, never on the way of a journey.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandera.pandas as pa
from pandera.errors import SchemaErrors

from nearhome.data import area_codes, catalogue, service_kinds

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

UK_LAT = (49.8, 60.9)
UK_LON = (-8.7, 1.8)
ISLANDS_LAT = (49.1, 60.9)
GRID_EASTING = (-100_000, 700_000)
GRID_NORTHING = (0, 1_250_000)
NATIONS = ("England", "Northern Ireland", "Scotland", "Wales")
COUNTRIES = (*NATIONS, "Guernsey", "Isle of Man", "Jersey")
CATEGORIES = frozenset(
    {
        "A",
        "ADULT_MALE",
        "B",
        "B_LOCAL",
        "C",
        "CD_ALL",
        "D_OPEN",
        "FEMALE_CLOSED",
        "FEMALE_OPEN",
        "FNP",
        "IRC",
        "NI_HIGH_SECURITY",
        "NI_MEDIUM",
        "NI_YOC",
        "REMAND",
        "SCO_CLOSED",
        "SCO_CLOSED_LONGTERM",
        "SCO_COMMUNITY_FEMALE",
        "SCO_OPEN",
        "SCO_YOI",
        "STC",
        "YA_18_20",
        "YCS_U18",
        "YOI",
    }
)

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

_PARTIAL_DATE = r"\d{4}(-\d{2}(-\d{2})?)?"
_UNIT_POSTCODE = r"[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}"
_GSS = r"[EWSN]\d{8}"


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
            "kind": _text(_one_of(*service_kinds.KINDS, service_kinds.ANY_KIND)),
            "operator": _text(),
            "standing": _text(_one_of(*service_kinds.STANDINGS)),
            "where": _text(_one_of(*service_kinds.PLACES)),
            "prison_ids": _text(optional=True),
            "town": _text(optional=True),
            "lat": _real(*UK_LAT, optional=True),
            "lon": _real(*UK_LON, optional=True),
            "precision_m": _whole(1, 60_000, optional=True),
            "reach": _text(_one_of(*service_kinds.REACHES)),
            "area_level": _text(_one_of(*area_codes.LEVELS), optional=True),
            "area_codes": _text(_like(f"{_GSS}(;{_GSS})*"), optional=True),
            "minutes": _real(1, 600, optional=True),
            "mode": _text(_one_of(*service_kinds.MODES), optional=True),
            "miles": _real(0, 500, optional=True),
            "capacity": _whole(1, 1_000_000, optional=True),
            "capacity_unit": _text(_one_of(*service_kinds.UNITS), optional=True),
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
            "grade": _text(_one_of(*service_kinds.GRADES)),
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
}


def csv_types(name: str) -> dict[str, str]:
    """Types to read a CSV table with, by its schema; none if it has no schema."""
    schema = SCHEMAS.get(name)
    if schema is None:
        return {}
    return {column: str(kind.dtype) for column, kind in schema.columns.items()}


def problems(name: str, frame: pd.DataFrame) -> list[str]:
    """Everything wrong with a loaded table, one sentence each; empty if all is well."""
    found = []
    schema = SCHEMAS.get(name)
    if schema is not None:
        try:
            schema.validate(frame, lazy=True)
        except SchemaErrors as error:
            cases = error.failure_cases
            for (column, check), group in cases.groupby(["column", "check"], dropna=False, sort=True):
                first = group["failure_case"].iloc[0]
                found.append(f"{name}: column {column} fails {check} in {len(group)} rows, the first with {first!r}.")
    return found + [f"{name}: {sentence}" for rule in RULES.get(name, ()) for sentence in rule(frame)]


def _prison_totals(frame: pd.DataFrame) -> list[str]:
    sums = {column: int(frame[column].sum()) for column in PRISON_TOTALS if column in frame}
    return [
        f"{column} sums to {sums.get(column, 0):,}, but {total:,} was published."
        for column, total in PRISON_TOTALS.items()
        if sums.get(column) != total
    ]


def _prison_counts(frame: pd.DataFrame) -> list[str]:
    counts = frame.groupby(["service", "status"]).size().to_dict()
    return [
        f"{counts.get(key, 0)} rows of {key[0]} are {key[1]}, but there should be {count}."
        for key, count in PRISON_COUNTS.items()
        if counts.get(key, 0) != count
    ]


def _prison_words(frame: pd.DataFrame) -> list[str]:
    used = {word for cell in frame["categories"].dropna() for word in cell.split(";")}
    unknown = sorted(used - CATEGORIES)
    heirs = sorted(set(frame["merged_into"].dropna()) - set(frame["id"]))
    bad = [f"categories has the unknown word {word}." for word in unknown]
    return bad + [f"merged_into names {heir}, which is not a row." for heir in heirs]


def _known_prisons(frame: pd.DataFrame) -> list[str]:
    ids = set(catalogue.load("prisons")["id"])
    return [f"prison_id {each} is not in the prisons table." for each in sorted(set(frame["prison_id"]) - ids)]


def _figures_in_order(frame: pd.DataFrame) -> list[str]:
    wrong = frame.loc[(frame["low"] > frame["value"]) | (frame["value"] > frame["high"]), "item"]
    return [f"the low, value and high of {item} are not in order." for item in wrong]


def _people_of_authorities(frame: pd.DataFrame) -> list[str]:
    whole = catalogue.load("authorities").set_index("code")["population"]
    sums = frame.groupby("authority_code")["people"].sum().reindex(whole.index, fill_value=0.0)
    away = sums[(sums - whole).abs() > 0.002 * whole + 20]  # whole people; parts of less than one are left out
    return [f"the people of {code} sum to {people:,.0f}, not {whole[code]:,}." for code, people in away.items()]


def _service_places(frame: pd.DataFrame) -> list[str]:
    """Check that each service names known prisons and areas, and that its reach has what draws it."""
    prisons = set(catalogue.load("prisons")["id"])
    known = {code for _, code in area_codes.areas()}
    named = {each for cell in frame["prison_ids"].dropna() for each in cell.split(";")}
    drawn = {each for cell in frame["area_codes"].dropna() for each in cell.split(";")}
    bad = [f"prison_ids names {each}, which is not in the prisons table." for each in sorted(named - prisons)]
    bad += [f"area_codes names {each}, which is not in the authorities table." for each in sorted(drawn - known)]
    needs = {"prison": "prison_ids", "place": "lat", "area": "area_codes", "national": "area_codes"}
    for reach, column in needs.items():
        rows = frame.loc[(frame["reach"] == reach) & frame[column].isna(), "id"]
        bad += [f"{each} reaches by {reach} but has no {column}." for each in rows]
    return bad


def _known_services(frame: pd.DataFrame) -> list[str]:
    told, ids = set(frame["service_id"]), set(catalogue.load("services")["id"])
    bad = [f"service_id {each} is not in the services table." for each in sorted(told - ids)]
    return bad + [f"nothing is said of the service {each}." for each in sorted(ids - told)]


def _households(frame: pd.DataFrame) -> list[str]:
    parts = ["households_no_car", "households_1_car", "households_2_cars", "households_3_cars"]
    # Census counts are perturbed a little cell by cell, so the parts may miss the whole by a few.
    away = frame.loc[(frame[parts].sum(axis=1) - frame["households"]).abs() > 10, "name"]  # noqa: PLR2004 -- see above
    return [f"households by cars do not add up in {name}." for name in away]


def _authority_sums(frame: pd.DataFrame) -> list[str]:
    count, nations = len(frame), frame["nation"].value_counts().to_dict()
    expected = {"England": 296, "Northern Ireland": 11, "Scotland": 32, "Wales": 22}
    if nations == expected:
        return []
    return [f"{count} authorities, by nation {nations}, but there should be {expected}."]


def _rows_in_order(frame: pd.DataFrame) -> list[str]:
    steps = frame["first"].astype("int64").diff().iloc[1:].to_numpy()
    if frame["first"].iloc[0] == 0 and (steps == frame["count"].iloc[:-1].to_numpy()).all():
        return []
    return ["the first rows and counts of the sectors do not follow each other."]


def _authorities_known(frame: pd.DataFrame) -> list[str]:
    known = set(catalogue.load("authorities")["code"])
    column = "code" if "code" in frame else "authority_code"
    unknown = sorted(set(frame[column].dropna()) - known)
    return [f"authority {code} is not in the authorities table." for code in unknown]


def _shapes(frame: Any) -> list[str]:
    bad = []
    if frame.crs is None or frame.crs.to_epsg() != 4326:  # noqa: PLR2004 -- EPSG:4326
        bad.append(f"the CRS is {frame.crs}, not EPSG:4326.")
    if not frame["code"].is_unique:
        bad.append("codes are not unique.")
    broken = frame.loc[~frame.geometry.is_valid | frame.geometry.is_empty, "name"]
    return bad + [f"the shape of {name} is not valid." for name in broken]


def _district_shapes(frame: Any) -> list[str]:
    """Check the shapes, and that each is of a district in the table of districts."""
    strange = sorted(set(frame["district"]) - set(catalogue.load("postcode_districts")["district"]))
    bad = [f"district {each} is not in the postcode_districts table." for each in strange]
    return bad + _shapes(frame.assign(code=frame["district"], name=frame["district"]))


RULES: dict[str, tuple[Callable[[Any], list[str]], ...]] = {
    "prisons": (_prison_totals, _prison_counts, _prison_words),
    "sessions": (_known_prisons,),
    "services": (_service_places,),
    "service_evidence": (_known_services,),
    "authorities": (_households, _authority_sums),
    "published_figures": (_figures_in_order,),
    "prison_roles": (_known_prisons,),
    "sector_people": (_authorities_known, _people_of_authorities),
    "postcode_index": (_rows_in_order,),
    "postcode_authorities": (_authorities_known,),
    "postcode_sectors": (_authorities_known,),
    "postcode_districts": (_authorities_known,),
    "postcode_areas": (_authorities_known,),
    "places": (_authorities_known,),
    "district_shapes": (_district_shapes,),
    "boundaries_country": (_shapes,),
    "boundaries_region": (_shapes,),
    "boundaries_police": (_shapes,),
    "boundaries_county": (_shapes,),
    "boundaries_authority": (_shapes,),
}
