"""Gap reports of real areas: what they say, that they agree with coverage, and the command that writes them."""

from __future__ import annotations

import csv
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from nearhome.analysis.gap_report import area, tables
from nearhome.analysis.gap_report import report as gap_report
from nearhome.analysis.reports import write
from nearhome.analysis.reports.tables import Mark
from nearhome.analysis.services import coverage, lottery
from nearhome.app.cli.shell import main
from nearhome.data.errors import InputError
from nearhome.data.places import areas
from nearhome.data.places.area_names import KINGDOM
from nearhome.data.services import register

if TYPE_CHECKING:
    from pathlib import Path

    from nearhome.analysis.reports.report import Report

DAY = date(2008, 6, 1)
HALTON = "E06000006"


@pytest.fixture(scope="module")
def north_west() -> Report:
    return gap_report.report(gap_report.ReportRequest("NW", DAY))


def row_of(report: Report, table: str, code: str) -> dict[str, object]:
    found = next(each for each in report.tables if each.name == table)
    at = found.values("area_code").index(code)
    return {column.name: found.rows[at][number] for number, column in enumerate(found.columns)}


@pytest.mark.parametrize(
    ("text", "code", "level"),
    [
        ("SW", "E12000009", "region"),
        (" south west ", "E12000009", "region"),
        ("Halton", HALTON, "county"),
        ("Scotland", "S92000003", "nation"),
        ("ALL", KINGDOM, "kingdom"),
    ],
)
def test_areas_are_found_by_short_name_name_and_code(text: str, code: str, level: str) -> None:
    found = areas.find(text)
    assert (found.code, found.level) == (code, level)
    assert areas.find(code if level != "kingdom" else "all") == found


def test_an_area_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="'Neverland'"):
        areas.find("Neverland")


def test_a_coverage_cut_to_an_area_keeps_its_people_and_its_lottery() -> None:
    whole = coverage.assess(as_of=DAY)
    chosen = areas.find("Scotland")
    inside = area.inside(whole, chosen)
    assert set(inside.table["code"]) == chosen.authorities
    assert inside.parts.families.children.sum() == pytest.approx(inside.table["children"].sum())
    (nation,) = lottery.measure(inside, draws=9).nations
    expected = next(each for each in lottery.measure(whole, draws=9).nations if each.name == "Scotland")
    assert nation.mean == pytest.approx(expected.mean)
    assert nation.worst == expected.worst


def test_halton_is_a_gap_and_said_so(north_west: Report) -> None:
    halton = row_of(north_west, "gaps", HALTON)
    assert halton["standing"] == "said to have none"
    assert halton["near_home_percent"] == 0
    assert isinstance(halton["unreached"], int)
    assert halton["unreached"] > 400
    assert any("no service in Halton" in said for said in north_west.sections[0].paragraphs)


def test_ranks_go_down_by_children_not_reached(north_west: Report) -> None:
    table = next(each for each in north_west.tables if each.name == "gaps")
    missed, ranks = table.values("unreached"), table.values("rank")
    known = [each for each in missed if isinstance(each, int)]
    assert known == sorted(known, reverse=True)
    assert ranks[: len(known)] == tuple(range(1, len(known) + 1))
    assert set(ranks[len(known) :]) <= {Mark.SUPPRESSED}
    assert len(table.rows) == len(areas.find("NW").authorities)


def test_every_level_has_its_areas_and_every_threshold_its_column(north_west: Report) -> None:
    names = [table.name for table in north_west.tables]
    assert names[:5] == ["gaps", *(f"coverage_{level}" for level in gap_report.LEVELS)]
    assert {"inequality", "deprivation", "clusters", "services"} <= set(names)
    whole = coverage.assess(as_of=DAY, by="region").table.set_index("code").loc["E12000002"]
    shown = row_of(north_west, "coverage_region", "E12000002")
    assert shown["within_30_percent"] is Mark.SUPPRESSED, "less than one child"
    for limit in (60, 90, 120):
        assert shown[f"within_{limit}_percent"] == pytest.approx(100 * whole[f"within_{limit}"], abs=1)
    assert shown["median_minutes_1"] == pytest.approx(whole["minutes_1_median"], abs=0.5)


def test_no_table_of_files_shows_what_is_suppressed_elsewhere(north_west: Report) -> None:
    ranked = {row["area_code"] for row in _rows(north_west, "gaps") if row["children"] is Mark.SUPPRESSED}
    levels = {row["area_code"] for row in _rows(north_west, "coverage_authority") if row["children"] is Mark.SUPPRESSED}
    assert ranked == levels
    for row in _rows(north_west, "coverage_authority"):
        if row["children"] is Mark.SUPPRESSED:
            assert {row[name] for name in ("children_low", "children_high", "mean_minutes_1")} == {Mark.SUPPRESSED}


def _rows(report: Report, table: str) -> list[dict[str, object]]:
    found = next(each for each in report.tables if each.name == table)
    return [{column.name: cell for column, cell in zip(found.columns, row, strict=True)} for row in found.rows]


def test_a_kind_without_places_has_no_map_by_time_and_says_why() -> None:
    report = gap_report.report(gap_report.ReportRequest("Cornwall", DAY, kind="helpline", mode="transit"))
    assert [layer.name for layer in report.layers] == ["areas_by_cover"]
    assert any("at a place" in said for said in report.sections[0].paragraphs)
    assert "--kind helpline" in report.command


def test_services_with_hostile_names_are_cleaned_in_every_part() -> None:
    one = next(each for each in register.register() if each.lat is not None and each.town)
    bad = replace(one, name="=cmd()\x00<script>\u202e", operator="+1", valid_from="2008")
    report = gap_report.report(gap_report.ReportRequest("Cornwall", DAY), services=(bad,))
    listed = _rows(report, "services")
    assert [row["name"] for row in listed] == ["=cmd()<script>"]
    for layer in report.layers:
        for text in layer.frame[layer.name_column]:
            assert "\x00" not in text


@pytest.mark.parametrize(
    ("number", "shown"), [(0.0, 0), (4.9, 0), (5.0, 10), (94.0, 90), (344.0, 340), (7344.0, 7300), (96_500.0, 97_000)]
)
def test_ranges_have_two_figures(number: float, shown: float) -> None:
    assert tables.two_figures(number) == shown


def test_the_command_writes_a_report_that_its_manifest_repeats(tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ["gaps", "--area", "Halton", "--as-of", "2008-06-01", "--mode", "transit", "--formats", "csv,gpkg,html"]
    first = CliRunner().invoke(main, [*words, "--out", str(out)])
    assert first.exit_code == 0, first.output
    assert "no service in Halton" in " ".join(first.output.split())
    manifest = json.loads((out / write.MANIFEST).read_text(encoding="utf-8"))
    again = tmp_path / "again"
    repeated = manifest["command"].split()
    assert repeated[:2] == ["nearhome", "gaps"]
    second = CliRunner().invoke(main, [each.replace("DIR", str(again)) for each in repeated[1:]])
    assert second.exit_code == 0, second.output
    for name in [*manifest["files"], write.MANIFEST]:
        assert (out / name).read_bytes() == (again / name).read_bytes(), name
    with (out / "gaps-halton-2008-06-01.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["table"] for row in rows} >= {"gaps", "coverage_nation", "inequality"}
    with closing(sqlite3.connect(out / "gaps-halton-2008-06-01.gpkg")) as base:
        styled = {row[0] for row in base.execute("SELECT f_table_name FROM layer_styles WHERE useAsDefault")}
    assert styled >= {"areas_by_time", "areas_by_cover"}
    refused = CliRunner().invoke(main, [*words, "--out", str(out)])
    assert refused.exit_code == 2
    assert "--force" in refused.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--area", "Neverland"), "'Neverland'"),
        (("--area", "SW", "--formats", "doc"), "not a list of some of csv"),
        (("--area", "SW", "--kind", "visitor_centre"), "did you mean visitors_centre"),
        (("--area", "SW", "--minutes", "0"), "not a list of minutes"),
    ],
)
def test_what_cannot_be_used_is_one_sentence_and_writes_nothing(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    ran = CliRunner().invoke(main, ["gaps", *words, "--as-of", "2008-06-01", "--out", str(tmp_path / "out")])
    assert ran.exit_code == 2
    assert said in ran.output
    assert ran.output.count("\n") == 1
    assert not (tmp_path / "out").exists()
