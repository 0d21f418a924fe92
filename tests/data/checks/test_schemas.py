"""Schemas and rules find what is wrong, and say it in a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from nearhome.data.catalogue import frames
from nearhome.data.checks import check
from nearhome.data.checks import schemas as table_schemas


def broken(name: str, column: str, value: Any) -> list[str]:
    frame = frames.load(name)
    frame[column] = frame[column].astype(object)
    frame.loc[0, column] = value
    return check.problems(name, frame)


@pytest.mark.parametrize(
    ("name", "column", "value", "words"),
    [
        ("prisons", "lat", 12.0, "column lat fails"),
        ("prisons", "sex", "unknown", "column sex fails"),
        ("prisons", "categories", "A;Q", "categories has the unknown word Q"),
        ("prisons", "merged_into", "ZZZ", "merged_into names ZZZ"),
        ("prisons", "opened", "spring 1990", "column opened fails"),
        ("prisons", "status", "closed", "rows of HMPPS"),
        ("sessions", "day", "someday", "column day fails"),
        ("sessions", "prison_id", "ZZZ", "prison_id ZZZ is not in the prisons table"),
        ("authorities", "households_no_car", 0, "households by cars do not add up in Hartlepool"),
        ("authorities", "nation", "Wales", "361 authorities, by nation"),
        ("postcode_sectors", "authority_code", "E99999999", "authority E99999999 is not in"),
        ("places", "rank", "hamlet", "column rank fails"),
        ("places", "lat", 0.0, "column lat fails"),
    ],
)
def test_a_wrong_value_is_found(name: str, column: str, value: Any, words: str) -> None:
    assert any(words in problem for problem in broken(name, column, value))


@pytest.mark.parametrize("column", sorted(table_schemas.PRISON_TOTALS))
def test_each_control_total_is_checked(column: str) -> None:
    frame = frames.load("prisons")
    frame.loc[frame[column].notna().idxmax(), column] += 1
    assert any(problem.startswith(f"prisons: {column} sums to") for problem in check.problems("prisons", frame))


def test_an_extra_or_missing_column_is_found() -> None:
    frame = frames.load("sessions")
    assert check.problems("sessions", frame.assign(extra=1))
    assert check.problems("sessions", frame.drop(columns="unit"))


def test_sectors_out_of_step_are_found() -> None:
    frame = frames.load("postcode_index")
    frame.loc[5, "first"] += 1
    assert any("do not follow each other" in problem for problem in check.problems("postcode_index", frame))


def test_a_shape_without_crs_is_found() -> None:
    frame = frames.load("boundaries_country")
    assert check.problems("boundaries_country", frame) == []
    bare = frame.set_crs(None, allow_override=True)
    assert any("not EPSG:4326" in problem for problem in check.problems("boundaries_country", bare))


def test_a_line_needs_known_stations_and_a_speed_between_each_two() -> None:
    frame = frames.load("rail_lines")
    assert check.problems("rail_lines", frame) == []
    bad = frame.assign(stations=frame["stations"].str.replace("KGX", "ZZZ"), mph=frame["mph"] + " 90")
    found = check.problems("rail_lines", bad)
    assert any("ZZZ is not in the rail_stations table" in problem for problem in found)
    assert any("has not one mph" in problem for problem in found)
