"""The builds: rules that turn sources into tables, and sources that do not fit."""

from __future__ import annotations

import csv
import shutil
from typing import TYPE_CHECKING

import pytest

from nearhome.data.build import STEPS, authorities, boundaries, places, postcodes, prisons, sessions
from nearhome.data.catalogue import tables
from nearhome.data.errors import SourceError
from tests.paths import SHARED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SOURCES = SHARED / "data"
needs_sources = pytest.mark.skipif(not SOURCES.is_dir(), reason="the source files are not on this machine")
BUILDS = [authorities.build, boundaries.build, places.build, postcodes.build, prisons.build, sessions.build]


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.__module__.rsplit(".", 1)[-1])
def test_a_folder_without_the_sources_is_told_in_one_sentence(
    build: Callable[[Path, Path], None], tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match="cannot be read") as caught:
        build(tmp_path, tmp_path / "out")
    assert "\n" not in str(caught.value)


def test_no_two_steps_write_the_same_table() -> None:
    names = [name for step in STEPS.values() for name in step.tables]
    assert len(names) == len(set(names))


def changed(tmp_path: Path, file: str, column: str, value: str) -> Path:
    """Return a copy of the sources' estate folder with one cell of one file changed."""
    shutil.copytree(SOURCES / "estate", tmp_path / "estate")
    path = tmp_path / "estate" / file
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    rows[0][column] = value
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return tmp_path


@needs_sources
@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("coord_method", "a guess", "unknown coordinate method: 'a guess'"),
        ("status_2026", "temporarily closed", "is temporarily closed, but not since when"),
    ],
)
def test_a_prison_that_does_not_fit_stops_the_build(tmp_path: Path, column: str, value: str, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        prisons.build(changed(tmp_path, "prisons.csv", column, value), tmp_path / "out")
    assert not (tmp_path / "out" / "prisons.csv").exists()


@needs_sources
def test_a_session_on_no_day_stops_the_build(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="with day 'someday'"):
        sessions.build(changed(tmp_path, "visit_sessions.csv", "day", "someday"), tmp_path / "out")


@needs_sources
def test_no_figure_of_a_prison_is_changed() -> None:
    with (SOURCES / "estate" / "prisons.csv").open(encoding="utf-8", newline="") as stream:
        source = {row["id"]: row for row in csv.DictReader(stream)}
    table = tables.read_rows("prisons", dict)
    assert {row["id"] for row in table} == set(source)
    for row in table:
        for here, there in prisons.COLUMNS.items():
            if there and here != "remand":
                before = source[row["id"]][there].strip()
                assert row[here] in {before, before.removesuffix(".0")}, (row["id"], here)


def test_dartmoor_is_closed_for_now_and_merged_prisons_name_an_id() -> None:
    rows = {row["id"]: row for row in tables.read_rows("prisons", dict)}
    assert rows["DAI"]["temporarily_closed"] == "2024-09"
    assert rows["CHI"]["merged_into"] == "IWI"
    assert rows["NI-MAG"]["opened"] == "1986"
    assert rows["NI-MAG"]["coordinate_quality"] == "approximate"
    assert [row["id"] for row in rows.values() if row["temporarily_closed"]] == ["DAI"]


def test_names_are_written_as_they_are_said() -> None:
    names = {row["name"] for row in tables.read_rows("places", dict)}
    assert "Kingston upon Hull" in names
    assert not [name for name in names if "," in name or "(" in name]


def test_each_authority_of_england_and_wales_has_a_police_force_and_each_of_england_a_county() -> None:
    for row in tables.read_rows("authorities", dict):
        assert bool(row["police"]) == (row["nation"] in {"England", "Wales"})
        assert row["county_code"] == row["code"] or row["nation"] == "England"
