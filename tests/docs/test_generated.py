"""What the build writes into the pages: the wings with their one line, the drawing, the data dictionary."""

from __future__ import annotations

import importlib
import re
import sys
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

import pytest
from docutils import nodes

from nearhome.data.catalogue import tables
from tests.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

EXTENSIONS = ("data_dictionary", "house", "modules", "names", "python_reference")


@pytest.fixture
def extension(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Import the extensions of the pages by name, as Sphinx does."""
    monkeypatch.syspath_prepend(str(ROOT / "docs" / "_ext"))
    yield importlib.import_module
    for name in EXTENSIONS:
        sys.modules.pop(name, None)


def test_every_wing_has_one_line_of_its_own(extension: Any) -> None:
    wings = extension("modules").wings()
    lines = [wing.line for wing in wings]
    assert all(re.fullmatch(r"[^\n]{10,130}\.", line) for line in lines), lines
    assert len(set(lines)) == len(lines)
    assert {wing.floor for wing in wings} == {"app", "analysis", "geo", "data"}


def test_the_drawing_has_every_wing_and_only_arrows_downwards(extension: Any) -> None:
    house, modules = extension("house"), extension("modules")
    drawing = ET.fromstring(house.drawing())  # noqa: S314 -- our own
    drawn = {text.text for text in drawing.iter("{http://www.w3.org/2000/svg}text")}
    for wing in modules.wings():
        if wing.name.count(".") > 1:
            assert wing.name.split(".")[2] in drawn
    for floor in modules.FLOORS:
        band = house.band(floor)
        row_of = {name: step for step, row in enumerate(band.rows) for name in row}
        assert all(row_of[upper] < row_of[lower] for upper, lower in band.arrows)
    order = {floor: step for step, floor in enumerate(modules.FLOORS)}
    assert all(order[a.split(".")[0]] <= order[b.split(".")[0]] for a, b in house.imports())


def test_the_data_dictionary_names_every_table_with_its_columns_source_date_and_licence(extension: Any) -> None:
    sections = {table.name: extension("data_dictionary").section(table).astext() for table in tables.tables().values()}
    assert set(sections) == set(tables.descriptions())
    for name, said in sections.items():
        table = tables.table(name)
        for part in (table.title, table.source, table.source_date, table.licence, table.attribution, table.version):
            assert part in said
        assert all(column.name in said and column.meaning in said for column in table.columns)


def test_a_table_of_the_pages_has_a_row_for_each_row(extension: Any) -> None:
    made = extension("data_dictionary").as_table(("a", "b"), (1, 2), [(nodes.Text("1"), nodes.Text("2"))] * 3)
    assert len(list(made.findall(nodes.row))) == 4


def test_short_names_in_annotations_are_found_in_the_imports_of_their_module(extension: Any) -> None:
    names = extension("names").names_in("nearhome.analysis.visits.plan")
    assert names["Prison"] == "nearhome.data.prisons.register.Prison"
    assert names["VisitPlan"] == "nearhome.analysis.visits.plan.VisitPlan"
    assert extension("names").names_in("nearhome.nothing") == {}
