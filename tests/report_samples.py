"""A small report with everything that can go wrong in a file: formulas, mark-up, control characters, marks."""

from __future__ import annotations

import math
import sys
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely import MultiPolygon, Point, box

from nearhome.analysis.methods.disclosure import Suppressed
from nearhome.analysis.reports import write
from nearhome.analysis.reports.report import Category, Layer, Report, section
from nearhome.analysis.reports.tables import Column, Table, table

AREAS = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=2+2",
    "<script>alert(1)</script> & Co",
    "Bodmin",
)
SEEN = ("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "=1+1", "=2+2", "<script>alert(1)</script> & Co", "Bodmin")
"""What is left of them when control characters and white space at the ends are gone."""

CHILDREN = (1200, 7, Suppressed.CELL, 0, 55, 66, 77, 88)
MINUTES = (12.34, math.inf, math.nan, 0.0, 5.0, 6.0, 7.0, 61.25)
BANDS = ("near", "no way", "unknown", "near", "near", "near", "near", "far")


def gaps_table() -> Table:
    """Give a table of areas with hostile names and every mark."""
    frame = pd.DataFrame(
        {
            "code": [f"E{number}" for number in range(len(AREAS))],
            "area": AREAS,
            "children": pd.Series(CHILDREN, dtype=object),
            "minutes": MINUTES,
            "difference": [-0.5, 1.0, 2.0, -3.0, 0.0, 0.0, 0.0, -0.04],
            "remark": ["a\x00b\u202ec", "", None, "two\nlines", "x", "x", "x", "=HYPERLINK(1)"],
        }
    )
    columns = (
        Column("code", "Code", "ONS code of the area.", is_key=True),
        Column("area", "Area", "Name of the area.", is_key=True),
        Column("children", "Children", "Children with a parent in prison.", "children in a year", 0),
        Column("minutes", "Time to the nearest", "By car, one way.", "minutes", 1),
        Column("difference", "Difference", "Against the average.", "minutes", 1),
        Column("remark", "Remark", "Said of the area."),
    )
    notes = ("One cell is suppressed.",)
    return table(frame, columns, name="gaps", title="Gaps by area", notes=notes, source="Made up for this test.")


def sample() -> Report:
    """Give the report."""
    categories = (
        Category("near", "within 30 minutes", "#2166ac"),
        Category("far", "beyond 30 minutes", "#b3590a"),
        Category("no way", "no way at all", "#4d4d4d"),
        Category("unknown", "not known", "#ffffff"),
    )
    shapes = [MultiPolygon([box(1e5 + 1e4 * at, 5e4, 1.1e5 + 1e4 * at, 6e4)]) for at in range(len(AREAS))]
    areas = gpd.GeoDataFrame(
        {"code": [f"E{at}" for at in range(len(AREAS))], "name": SEEN, "band": BANDS}, geometry=shapes, crs=27700
    )
    points = gpd.GeoDataFrame(
        {"name": ["A centre & more"], "kind": ["visitors_centre"]}, geometry=[Point(1.2e5, 5.5e4)], crs=27700
    )
    return Report(
        name="sample",
        title="A sample <report> & more",
        subject="What the writers of reports can do.",
        as_of=date(2026, 11, 21),
        command="nearhome gaps --area SW --as-of 2026-11-21",
        sections=(section("Findings", ["=1+1 is a finding.", ""]), section("Method", ["Made up."])),
        tables=(gaps_table(),),
        layers=(
            Layer("areas", "Areas by time", areas, "band", categories, "name", "Most areas are near."),
            Layer(
                "services",
                "Services",
                points,
                "kind",
                (Category("visitors_centre", "Centres", "#0b0c0c"),),
                "name",
                "-",
            ),
        ),
        versions={"prisons": "2026-07-27+1a2b3c4d", "own_services": "user+12345678"},
        seeds={"bootstrap": 7},
    )


if __name__ == "__main__":
    write.write(sample(), Path(sys.argv[1]))
