"""Tables of reports: what a cell becomes, what is cleaned away, and what is refused."""

from __future__ import annotations

import math
from xml.dom import minidom
from xml.sax.saxutils import escape

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nearhome.analysis.methods.disclosure import Suppressed
from nearhome.analysis.reports.tables import LONGEST_TEXT, Column, Mark, clean, table, written
from nearhome.data.errors import InputError

AREA = Column("area", "Area", "Name.", is_key=True)
MINUTES = Column("minutes", "Time", "By car.", "minutes", 1)
CHILDREN = Column("children", "Children", "How many.", "", 0)


def made(values: list[object], column: Column = MINUTES) -> tuple[object, ...]:
    frame = pd.DataFrame({column.name: pd.Series(values, dtype=object)})
    return table(frame, [column], name="t", title="T").values(column.name)


def test_why_there_is_no_figure_is_told_apart() -> None:
    cells = made([1.26, None, math.nan, pd.NA, pd.NaT, math.inf, Suppressed.CELL, Mark.NOT_APPLICABLE])
    assert cells == (1.3, *[Mark.NOT_KNOWN] * 4, Mark.NO_WAY, Mark.SUPPRESSED, Mark.NOT_APPLICABLE)
    assert made(["", None, "Halton"], AREA) == (Mark.NOT_APPLICABLE, Mark.NOT_KNOWN, "Halton")


def test_figures_are_rounded_once_and_nothing_is_minus_nothing() -> None:
    assert made([2.5, 3.5, -0.4], CHILDREN) == (2, 4, 0)
    assert str(made([-0.04])[0]) == "0.0"
    assert [type(cell) for cell in made([1.0, 1e7], CHILDREN)] == [int, int]
    assert [written(cell, CHILDREN) for cell in (1234567, Mark.SUPPRESSED)] == ["1,234,567", "[c]"]
    assert written(1234.5, MINUTES) == "1,234.5"


def test_units_stand_in_headings() -> None:
    assert (MINUTES.heading, AREA.heading) == ("Time (minutes)", "Area")


def test_marks_are_listed_in_order_and_explained() -> None:
    frame = pd.DataFrame({"minutes": [math.inf, math.nan, 1.0]})
    assert table(frame, [MINUTES], name="t", title="T").marks() == (Mark.NOT_KNOWN, Mark.NO_WAY)
    assert all(mark.meaning.endswith(".") for mark in Mark)


@pytest.mark.parametrize(
    ("columns", "name", "said"),
    [
        ([AREA], "A table", "no name for a table"),
        ([AREA], "t" * 32, "no name for a table"),
        ([], "t", "no column at all"),
        ([MINUTES], "t", "no column minutes"),
        ([AREA, AREA], "t", "the name 'area'"),
        ([AREA, Column("other", "AREA", "Another.")], "t", "the heading 'area'"),
    ],
)
def test_what_no_file_could_hold_is_refused(columns: list[Column], name: str, said: str) -> None:
    frame = pd.DataFrame({"area": ["x"], "other": ["y"]})
    with pytest.raises(InputError, match=said):
        table(frame, columns, name=name, title="T")


def test_a_word_is_no_figure() -> None:
    with pytest.raises(InputError, match="'many' is no number for the column 'children'"):
        made(["many"], CHILDREN)


@given(st.text())
def test_clean_text_is_whole_xml_on_one_line_and_stays_clean(text: str) -> None:
    kept = clean(text)
    element = minidom.parseString(f"<a>{escape(kept)}</a>".encode()).documentElement  # noqa: S318 -- written here
    assert "".join(part.data for part in element.childNodes) == kept
    assert clean(kept) == kept
    assert len(kept.splitlines()) <= 1
    assert kept == kept.strip()


def test_letters_of_the_kingdom_stay_and_tricks_go() -> None:
    assert clean("  Ynys Môn, Tŷ\tGwyn \n") == "Ynys Môn, Tŷ Gwyn"
    assert clean("gpj\u202eexe.\x1b[31m\x00\ufeff") == "gpjexe.[31m"
    assert len(clean("x" * 40_000)) == LONGEST_TEXT + 3
