"""The sums and agreements that tables must keep: functions that give a sentence for each thing that is wrong.

Used by ``nearhome data check`` and after a build, never on the way of a journey.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nearhome.data.catalogue import frames
from nearhome.data.checks.schemas import PRISON_COUNTS, PRISON_TOTALS
from nearhome.data.places import areas

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

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
    ids = set(frames.load("prisons")["id"])
    return [f"prison_id {each} is not in the prisons table." for each in sorted(set(frame["prison_id"]) - ids)]


def _rail_joins(frame: pd.DataFrame) -> list[str]:
    """Check that every code is a station's, and that a line has a speed and a length between each two of its stops."""
    known = set(frames.load("rail_stations")["code"])
    if "stations" not in frame:
        return [f"{each} is not in the rail_stations table." for each in sorted({*frame["from"], *frame["to"]} - known)]
    stops = [cell.split() for cell in frame["stations"]]
    unknown = sorted({code for row in stops for code in row} - known)
    bad = [f"{each} is not in the rail_stations table." for each in unknown]
    for column in ("mph", "km"):
        for name, cell, codes in zip(frame["name"], frame[column], stops, strict=True):
            if len(cell.split()) + 1 != len(codes):
                bad.append(f"{name} has not one {column} between each two stops.")
    return bad


def _figures_in_order(frame: pd.DataFrame) -> list[str]:
    wrong = frame.loc[(frame["low"] > frame["value"]) | (frame["value"] > frame["high"]), "item"]
    return [f"the low, value and high of {item} are not in order." for item in wrong]


def _people_of_authorities(frame: pd.DataFrame) -> list[str]:
    whole = frames.load("authorities").set_index("code")["population"]
    sums = frame.groupby("authority_code")["people"].sum().reindex(whole.index, fill_value=0.0)
    away = sums[(sums - whole).abs() > 0.002 * whole + 20]  # whole people; parts of less than one are left out
    return [f"the people of {code} sum to {people:,.0f}, not {whole[code]:,}." for code, people in away.items()]


def _service_places(frame: pd.DataFrame) -> list[str]:
    """Check that each service names known prisons and areas, and that its reach has what draws it."""
    prisons = set(frames.load("prisons")["id"])
    known = {code for _, code in areas.areas()}
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
    told, ids = set(frame["service_id"]), set(frames.load("services")["id"])
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
    known = set(frames.load("authorities")["code"])
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
    strange = sorted(set(frame["district"]) - set(frames.load("postcode_districts")["district"]))
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
    "rail_lines": (_rail_joins,),
    "rail_local": (_rail_joins,),
    "rail_links": (_rail_joins,),
    "district_shapes": (_district_shapes,),
    "boundaries_country": (_shapes,),
    "boundaries_region": (_shapes,),
    "boundaries_police": (_shapes,),
    "boundaries_county": (_shapes,),
    "boundaries_authority": (_shapes,),
}
