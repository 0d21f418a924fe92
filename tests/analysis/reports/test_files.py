"""The files of a report, each read back by a library that did not write it, and the same bytes from two processes."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.dom import minidom

import geopandas as gpd
import odfdo
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import python_calamine

from nearhome.analysis.reports import documents, geopackage, sheets, static_maps, write
from nearhome.analysis.reports.tables import Column, table
from nearhome.data.errors import InputError
from tests.paths import ROOT
from tests.report_samples import SEEN, gaps_table, sample

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
FIRST = ("E0", "=cmd|' /C calc'!A0", 1200, 12.3, -0.5, "abc")
HEADS = (
    "Code",
    "Area",
    "Children (children in a year)",
    "Time to the nearest (minutes)",
    "Difference (minutes)",
    "Remark",
)


def written(out: Path, seed: str) -> Path:
    """Write the sample in a process of its own, whose hashes are seeded otherwise."""
    subprocess.run(
        [sys.executable, str(ROOT / "tests" / "report_samples.py"), str(out)],
        check=True,
        env={**os.environ, "PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo" if seed == "2" else "UTC"},
    )
    return out


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("reports") / "one", "1")


def test_the_same_report_gives_the_same_bytes_in_another_process(files: Path, tmp_path: Path) -> None:
    other = written(tmp_path / "two", "2")
    names = sorted(path.name for path in files.iterdir())
    assert names == sorted(path.name for path in other.iterdir())
    assert len({Path(name).suffix for name in names}) == len(write.FORMATS) + 1
    for name in names:
        assert (files / name).read_bytes() == (other / name).read_bytes(), name


def test_the_workbook_is_accessible_and_runs_nothing(files: Path) -> None:
    book = openpyxl.load_workbook(files / "sample.xlsx")
    assert book.sheetnames == ["Cover", "Contents", "Notes", "Sources", "gaps", "Columns"]
    for page in book.worksheets[1:]:
        (marked,) = page.tables.values()
        cells = page[marked.ref]
        heads = [cell.value for cell in cells[0]]
        assert len(set(heads)) == len(heads)
        assert all(cell.value is not None for row in cells for cell in row), "no empty cell in a table"
        assert not page.merged_cells.ranges
        assert page.freeze_panes == f"B{cells[1][0].row}"
        assert page["A1"].font.bold
    gaps = book["gaps"]
    rows = list(gaps[gaps.tables["table_gaps"].ref])
    assert tuple(cell.value for cell in rows[0]) == HEADS
    assert tuple(cell.value for cell in rows[1]) == FIRST
    assert [row[1].value for row in rows[1:]] == list(SEEN)
    assert {cell.data_type for row in rows for cell in row} == {"s", "n"}, "no formula"
    assert all(row[1].quotePrefix == (row[1].value[0] in "=+-@") for row in rows[1:])
    assert [row[2].value for row in rows[1:5]] == [1200, 7, "[c]", 0]
    assert [row[3].value for row in rows[1:5]] == [12.3, "[u]", "[x]", 0]
    assert book["Contents"]["A4"].hyperlink.location == "'Notes'!A1"
    with zipfile.ZipFile(files / "sample.xlsx") as archive:
        described = [archive.read(name).decode() for name in archive.namelist() if "tables/table" in name]
    assert all("altText" in one for one in described)


def test_open_document_says_the_same_and_marks_its_tables(files: Path) -> None:
    file = files / "sample.ods"
    book = python_calamine.CalamineWorkbook.from_path(file)
    same = openpyxl.load_workbook(files / "sample.xlsx")
    assert book.sheet_names == same.sheetnames
    for name in book.sheet_names[1:]:
        rows = [tuple(row) for row in book.get_sheet_by_name(name).to_python()]
        assert rows == [
            tuple(cell or "" if cell != 0 else 0 for cell in row) for row in same[name].iter_rows(values_only=True)
        ]
    with zipfile.ZipFile(file) as archive:
        assert archive.infolist()[0].filename == "mimetype"
        assert archive.infolist()[0].compress_type == zipfile.ZIP_STORED
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    for name, text in parts.items():
        if name.endswith(".xml"):
            minidom.parseString(text)  # noqa: S318 -- written here
    assert "table:formula" not in parts["content.xml"]
    assert parts["content.xml"].count("<table:database-range ") == len(book.sheet_names) - 1
    assert "'gaps'.A5:'gaps'.F13" in parts["content.xml"]
    assert '"HorizontalSplitMode" config:type="short">2<' in parts["settings.xml"]
    assert "Heading_20_1" in parts["content.xml"]


def test_a_library_for_open_document_reads_the_same_tables(files: Path) -> None:
    document = odfdo.Document(files / "sample.ods")
    same = openpyxl.load_workbook(files / "sample.xlsx")
    read = {table.name: list(table.get_values()) for table in document.body.tables}
    assert list(read) == same.sheetnames
    for name, rows in read.items():
        # A link is read as "[Notes](#'Notes'.A1)".
        texts = [[str(cell) for cell in row if cell is not None] for row in rows]
        cells = [[re.sub(r"^\[(\w+)\]\(#'\1'\.A1\)$", r"\1", text) for text in row] for row in texts]
        told = [[str(cell) for cell in row if cell is not None] for row in same[name].iter_rows(values_only=True)]
        assert cells == told, name
    assert document.meta.title == same.properties.title
    assert document.meta.language == "en-GB"
    assert document.get_style("table-cell", "Heading_20_1").display_name == "Heading 1"


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_libreoffice_opens_the_workbook(files: Path, tmp_path: Path, kind: str) -> None:
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    command = [str(OFFICE), home, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir"]
    subprocess.run(
        [*command, str(tmp_path), str(files / f"sample.{kind}")], check=True, capture_output=True, timeout=100
    )
    rows = list(openpyxl.load_workbook(tmp_path / "sample.xlsx")["gaps"].values)
    assert rows[4] == HEADS
    assert rows[5] == FIRST
    assert [row[1] for row in rows[5:]] == list(SEEN)


def test_csv_is_long_and_its_metadata_fits(files: Path) -> None:
    text = (files / "sample.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) == len(SEEN) * 4
    assert rows[0] == {
        "table": "gaps",
        "code": "E0",
        "area": "'=cmd|' /C calc'!A0",
        "measure": "children",
        "unit": "children in a year",
        "value": "1200",
        "text": "",
        "mark": "",
    }
    assert {row["mark"] for row in rows} == {"", "[c]", "[u]", "[x]", "[z]"}
    assert all(sum(bool(row[each]) for each in ("value", "text", "mark")) == 1 for row in rows)
    for line in csv.reader(text.splitlines()):
        assert not [cell for cell in line if cell[:1] in set("=+@\t\r")]
        assert not [cell for cell in line if cell.startswith("-") and not re.fullmatch(r"-\d+(\.\d+)?", cell)]
    metadata = json.loads((files / "sample.csv-metadata.json").read_text(encoding="utf-8"))
    for described in metadata["tables"]:
        with (files / described["url"]).open(encoding="utf-8", newline="") as stream:
            assert next(csv.reader(stream)) == [column["name"] for column in described["tableSchema"]["columns"]]
    words = list(csv.DictReader((files / "sample-dictionary.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["column"] for row in words] == [column.name for column in gaps_table().columns]


def test_geopackage_lists_its_layers_and_styles(files: Path) -> None:
    file = files / "sample.gpkg"
    assert dict(pyogrio.list_layers(file).tolist()) == {
        "areas": "MultiPolygon",
        "services": "Point",
        "gaps": None,
        "about": None,
        "layer_styles": None,
    }
    areas = gpd.read_file(file, layer="areas")
    assert areas.crs.to_epsg() == 27700
    assert areas["name"].tolist() == list(SEEN)
    with closing(sqlite3.connect(file)) as base:
        assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        contents = dict(base.execute("SELECT table_name, last_change FROM gpkg_contents"))
        assert set(contents.values()) == {"2026-11-21T00:00:00.000Z"}
        assert "layer_styles" in contents
        geometry = dict(base.execute("SELECT table_name, column_name FROM gpkg_geometry_columns"))
        found = base.execute(
            "SELECT f_table_name, f_geometry_column, f_table_catalog, f_table_schema, useAsDefault, styleQML, styleSLD "
            "FROM layer_styles"
        ).fetchall()
        attributes = base.execute("SELECT area, children, children_mark, minutes_mark FROM gaps").fetchall()
    assert attributes[:3] == [(SEEN[0], 1200, "", ""), (SEEN[1], 7, "", "[u]"), (SEEN[2], None, "[c]", "[x]")]
    assert {row[0]: row[1] for row in found} == geometry
    for layer, row in zip(sample().layers, found, strict=True):
        assert row[2:5] == ("", "", 1)
        drawn = minidom.parseString(row[5])  # noqa: S318 -- written here
        wanted = [(each.value, each.label) for each in layer.categories]
        assert [
            (each.getAttribute("value"), each.getAttribute("label")) for each in drawn.getElementsByTagName("category")
        ] == wanted
        assert len(drawn.getElementsByTagName("symbol")) == len(wanted)
        rules = minidom.parseString(row[6].encode()).getElementsByTagName("ogc:Literal")  # noqa: S318 -- as above
        assert [rule.firstChild.data for rule in rules] == [each.value for each in layer.categories]


def test_a_layer_with_a_value_without_a_class_is_refused(tmp_path: Path) -> None:
    report = sample()
    short = replace(report.layers[0], categories=report.layers[0].categories[:2])
    with pytest.raises(InputError, match="no class for 'no way'"):
        geopackage.write(replace(report, layers=(short,)), tmp_path / "x.gpkg")
    assert geopackage.rgba("#2166ac") == "33,102,172,255"


def test_parquet_has_types_marks_and_facts(files: Path) -> None:
    frame = pd.read_parquet(files / "sample-gaps.parquet")
    assert frame["children"].dropna().tolist() == [1200, 7, 0, 55, 66, 77, 88]
    assert frame["children_mark"].tolist()[2] == "[c]"
    facts = pq.read_schema(files / "sample-gaps.parquet").metadata
    assert facts[b"nearhome.command"] == b"nearhome gaps --area SW --as-of 2026-11-21"
    layer = gpd.read_parquet(files / "sample-areas-layer.parquet")
    assert layer.crs.to_epsg() == 27700
    assert len(layer) == len(SEEN)


def test_the_page_is_whole_escaped_and_asks_for_nothing(files: Path) -> None:
    page = (files / "sample.html").read_text(encoding="utf-8")
    tags: list[tuple[str, dict[str, str | None]]] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: tags.append((tag, dict(attributes)))
    parser.feed(page)
    names = [tag for tag, _ in tags]
    assert "script" not in names
    assert names.count("h1") == 1
    assert names.count("path") == len(SEEN)
    assert all("src" not in attributes and "href" not in attributes for _, attributes in tags)
    (drawn,) = [attributes for tag, attributes in tags if tag == "svg" and attributes.get("role") == "img"]
    assert drawn["aria-label"] == "Areas by time. Most areas are near."
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Co" in page
    assert "[u] Unreachable" in page
    for said in ("Method", "Data and licences", "Open Government Licence v3.0", "To repeat this report"):
        assert said in page


def test_a_picture_keeps_its_shape_and_leaves_far_points_out() -> None:
    areas, services = sample().layers
    drawn = static_maps.drawing(areas, services)
    assert drawn.width / drawn.height == pytest.approx((8 + 0.32) / (1 + 0.32), rel=0.01)
    assert len(drawn.points) == 1
    moved = services.frame.set_geometry(services.frame.geometry.translate(yoff=5e5))
    assert len(static_maps.drawing(areas, replace(services, frame=moved)).points) == 0


def test_pages_show_the_columns_chosen_and_leave_long_tables_out() -> None:
    whole = gaps_table()
    short = replace(whole, page_columns=("area", "minutes"))
    report = replace(sample(), tables=(short, replace(whole, name="long", title="Long one", in_pages=False)))
    grids = [block for block in documents.blocks(report) if isinstance(block, documents.Grid)]
    assert [grid.heads for grid in grids] == [("Area", "Time to the nearest (minutes)")]
    assert grids[0].rows[1] == ("+1+1", "[u]")
    assert grids[0].numbers == {1}


def test_tables_without_rows_and_sheets_of_one_name_are_refused() -> None:
    empty = table(pd.DataFrame({"a": []}), [Column("a", "A", "a")], name="empty", title="E")
    with pytest.raises(InputError, match="'empty' has no row"):
        sheets.sheets(replace(sample(), tables=(empty,)))
    twice = replace(gaps_table(), name="notes")
    with pytest.raises(InputError, match="the same name"):
        sheets.sheets(replace(sample(), tables=(twice,)))
