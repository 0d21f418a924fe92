"""The catalogue: descriptions, versions, checks of damaged tables, and reproducible builds."""

from __future__ import annotations

import csv
import json
import shutil
from typing import TYPE_CHECKING

import pytest

from nearhome.data import build as steps
from nearhome.data.build import run
from nearhome.data.catalogue import frames, tables
from nearhome.data.checks import check
from nearhome.data.errors import InputError, NearhomeError, SourceError, TableError
from tests.paths import SHARED

if TYPE_CHECKING:
    from pathlib import Path

SOURCES = SHARED / "data"
needs_sources = pytest.mark.skipif(not SOURCES.is_dir(), reason="the source files are not on this machine")
MINE = [name for step, each in steps.STEPS.items() if step != "roads" for name in each.tables]


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the shipped tables that the catalogue takes for the shipped ones."""
    folder = tmp_path / "tables"
    shutil.copytree(tables.shipped_folder(), folder)
    monkeypatch.setattr(tables, "shipped_folder", lambda: folder)
    monkeypatch.setenv("NEARHOME_DATA", str(tmp_path / "none"))
    return folder


def test_every_step_writes_tables_that_are_described_and_built() -> None:
    assert set(MINE) <= set(tables.tables())


@pytest.mark.parametrize("name", MINE)
def test_each_table_says_what_it_is_and_where_it_is_from(name: str) -> None:
    entry = tables.table(name)
    assert entry.format in tables.FORMATS
    assert all((entry.title, entry.source, entry.licence, entry.attribution))
    assert entry.source_date[:2] == "20"
    assert entry.version == f"{entry.source_date}+{entry.sha256[:8]}"
    assert entry.rows > 0
    assert tables.path(name).stat().st_size == entry.bytes
    assert [column.name for column in entry.columns] == list(frames.load(name).columns)


@pytest.mark.parametrize("name", MINE)
def test_each_shipped_table_passes_its_check(name: str) -> None:
    assert check.check(name) == []


def test_the_tables_stay_small() -> None:
    sizes = {name: entry.bytes for name, entry in tables.tables().items()}
    assert sum(sizes.values()) < 38e6
    assert sizes["postcodes"] + sizes["postcode_index"] < 20e6


def test_licences_file_is_the_one_the_catalogue_writes() -> None:
    file = tables.shipped_folder().parent / "LICENCES.md"
    assert file.read_text(encoding="utf-8") == run.licences()


def test_northern_ireland_limits_are_stated_where_they_apply() -> None:
    text = run.licences()
    assert "Land & Property Services" in text
    for name in ("postcode_sectors", "postcode_districts", "postcode_areas", "places"):
        assert "Northern Ireland limits" in tables.table(name).licence
    assert "limits" not in tables.table("postcodes").licence


def test_versions_are_of_the_named_tables() -> None:
    assert set(tables.versions("prisons", "postcodes")) == {"prisons", "postcodes"}


def test_an_unknown_table_is_bad_input() -> None:
    with pytest.raises(InputError, match="There is no table 'moon'; the tables are prisons"):
        tables.table("moon")


@pytest.mark.parametrize("name", ["prisons", "postcodes", "boundaries_country", "places"])
def test_one_changed_byte_is_found(copy: Path, name: str) -> None:
    file = copy / tables.table(name).file
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    (problem,) = check.check(name)
    assert problem.startswith(f"{name}: {file.name} is not the file that was built (checksum ")


@pytest.mark.parametrize("name", ["prisons", "postcodes", "boundaries_country"])
def test_a_file_of_garbage_raises_one_sentence(copy: Path, name: str) -> None:
    (copy / tables.table(name).file).write_bytes(b"\x00\xff garbage \x93")
    with pytest.raises(TableError, match=f"The table '{name}' cannot be read .*; install nearhome again"):
        frames.load(name)


def test_a_missing_file_is_named(copy: Path) -> None:
    (copy / "prisons.csv").unlink()
    with pytest.raises(TableError, match=r"'prisons' is missing \(prisons.csv\)"):
        tables.path("prisons")
    assert any("'prisons' is missing" in problem for problem in check.check())


def test_rows_cut_off_are_noticed_without_the_checksum(copy: Path) -> None:
    file = copy / "prisons.csv"
    file.write_text("\n".join(file.read_text(encoding="utf-8").split("\n")[:50]) + "\n", encoding="utf-8")
    with pytest.raises(TableError, match="49 rows instead of 187"):
        tables.read_rows("prisons", lambda row: row)


def test_a_damaged_record_raises_one_sentence(copy: Path) -> None:
    (copy / "catalogue.json").write_text("{", encoding="utf-8")
    with pytest.raises(TableError, match=r"catalogue\.json, is missing or damaged"):
        tables.tables()


def test_a_changed_figure_breaks_a_control_total(copy: Path) -> None:
    file = copy / "prisons.csv"
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    exeter = next(row for row in rows if row["id"] == "EXI")
    exeter["population_2026_07_27"] = str(int(exeter["population_2026_07_27"]) + 1)
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(exeter))
        writer.writeheader()
        writer.writerows(rows)
    facts = json.loads((copy / "catalogue.json").read_text(encoding="utf-8"))
    facts["prisons"]["sha256"] = tables.checksum(file)
    (copy / "catalogue.json").write_text(json.dumps(facts), encoding="utf-8")
    assert check.check("prisons") == ["prisons: population_2026_07_27 sums to 86,268, but 86,267 was published."]


def test_the_users_own_table_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEARHOME_DATA", str(tmp_path))
    (tmp_path / "tables").mkdir()
    own = tmp_path / "tables" / "sessions.csv"
    shipped = tables.shipped_folder() / "sessions.csv"
    own.write_text("".join(shipped.read_text(encoding="utf-8").splitlines(keepends=True)[:9]), encoding="utf-8")
    assert tables.path("sessions") == own
    assert tables.versions("sessions")["sessions"].startswith("user+")
    assert check.check("sessions") == []
    assert len(tables.read_rows("sessions", dict)) == 8


def test_building_from_nowhere_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="There is no folder"):
        run.build(tmp_path / "none", tmp_path, steps=steps.STEPS)
    with pytest.raises(SourceError, match=r"prisons.csv cannot be read"):
        run.build(tmp_path, tmp_path, steps=steps.STEPS, only=["prisons"])
    with pytest.raises(InputError, match="There is no build step 'moon'"):
        run.build(tmp_path, tmp_path, steps=steps.STEPS, only=["moon"])


@needs_sources
def test_the_same_sources_give_the_same_bytes(tmp_path: Path) -> None:
    lines: list[str] = []
    chosen = ["boundaries", "authorities", "sessions", "prisons"]
    built = run.build(SOURCES, tmp_path, steps=steps.STEPS, only=chosen, progress=lines.append)
    assert lines[0] == "1/4 prisons: prisons"
    assert lines[-1].startswith(f"{len(built)} tables, ")
    for name, entry in built.items():
        assert entry.sha256 == tables.table(name).sha256, name
    assert not [file for file in tmp_path.iterdir() if file.name.startswith(".")]


def test_a_mistake_of_ours_over_a_row_is_not_told_as_damage() -> None:
    with pytest.raises(TypeError):
        tables.read_rows("prisons", lambda row: 1 + row["age_min"])  # type: ignore[operator] # the mistake
    with pytest.raises(KeyError):
        tables.read_rows("prisons", lambda row: row["no_such_column"])
    with pytest.raises(InputError, match="ours"):
        tables.read_rows("prisons", _refuse)


def _refuse(row: dict[str, str]) -> None:
    msg = f"ours, for {row['id']}"
    raise InputError(msg)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("id,name,", "id,nome,", "lacks the column 'name'"),
        ("EXI,Exeter (HMP & YOI),Exeter,", "EXI,Exeter (HMP & YOI),", "has 59 cells, not 60"),
        ("EXI,Exeter (HMP & YOI),Exeter,", "EXI,Exeter (HMP & YOI),Exeter,more,", "has 61 cells, not 60"),
        ("-3.53", "west", "could not convert string to float"),
    ],
)
def test_what_is_wrong_with_a_row_is_told_as_damage(copy: Path, old: str, new: str, said: str) -> None:
    file = copy / "prisons.csv"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(TableError, match=said):
        tables.read_rows("prisons", lambda row: float(row["lon"]))


@pytest.mark.parametrize("facts", ["[]", '{"prisons": 1}', '{"prisons": {"rows": "many", "bytes": 1, "sha256": ""}}'])
def test_a_record_of_another_shape_is_damaged(copy: Path, facts: str) -> None:
    (copy / "catalogue.json").write_text(facts, encoding="utf-8")
    with pytest.raises(TableError, match=r"catalogue\.json, is damaged"):
        tables.tables()


@pytest.mark.parametrize("name", [name for name, each in tables.tables().items() if each.format == "csv"])
def test_every_csv_table_is_read_without_pandas(name: str) -> None:
    entry = tables.table(name)
    assert len(tables.read_rows(name, dict)) == entry.rows


def test_errors_of_ours_are_no_value_errors() -> None:
    for kind in (InputError, TableError, SourceError):
        assert not issubclass(kind, ValueError)
        assert issubclass(kind, NearhomeError)
