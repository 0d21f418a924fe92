"""The user's own register: everything wrong is told at once, nothing unsafe gets through, nothing is half installed."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from nearhome.app.cli.shell import main
from nearhome.data.base.coordinates import to_degrees
from nearhome.data.base.escaping import safe_text
from nearhome.data.errors import SourceError, TableError
from nearhome.data.places import postcodes
from nearhome.data.places.kingdom import on_land
from nearhome.data.services import own, register
from nearhome.data.services.own_rows import MOST_PROBLEMS, OWN_COLUMNS, RowProblem
from nearhome.data.services.status import status

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2026, 11, 21)
AT_TRURO = {"lat": "50.2632", "lon": "-5.0510", "reach": "place"}


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point the user's data at an empty folder."""
    folder = tmp_path / "own"
    monkeypatch.setenv("NEARHOME_DATA", str(folder))
    return folder


def write(tmp_path: Path, *rows: dict[str, str]) -> Path:
    """Write a register; rows are full but for what they change."""
    file = tmp_path / "mine.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, OWN_COLUMNS, restval="")
        writer.writeheader()
        for number, row in enumerate(rows):
            base = {"id": f"s{number}", "name": "A service", "kind": "play", "prison_id": "EXI", "reach": "prison"}
            if row.get("reach", "prison") != "prison":
                del base["prison_id"]
            writer.writerow(base | row)
    return file


def problems(tmp_path: Path, **row: str) -> list[RowProblem]:
    return list(own.check(write(tmp_path, row)).problems)


def shell(*typed: str) -> Result:
    return CliRunner().invoke(main, ["services", *typed])


def test_a_register_may_say_public_for_transit(tmp_path: Path) -> None:
    file = write(tmp_path, AT_TRURO | {"reach": "minutes", "minutes": "45", "mode": "public"})
    assert own.install(file) == 1
    assert [each.mode for each in register.own()] == ["transit"]


def test_the_template_is_a_good_register(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(shell("template").stdout, encoding="utf-8")
    assert own.check(file).is_good
    assert own.install(file) == 3
    prison, near, area = register.own()
    assert (prison.id, prison.prison_ids) == ("own:example-1", ("EXI",))
    assert prison.lat == pytest.approx(50.728, abs=0.01)
    assert (near.minutes, near.mode, near.capacity, near.capacity_unit) == (45, "car", 30, "families")
    assert (near.lat, near.lon) == (50.2632, -5.051)
    assert len(area.authority_codes) == 12
    assert area.area_level == "county"
    assert register.register()[-3:] == (prison, near, area)
    assert register.versions()["own_services"].startswith("user+")
    assert [status(each, DAY).in_force for each in (prison, near, area)] == [True, True, True]
    assert [status(area, date(day, 8, 31)).state for day in (2023, 2027, 2028)] == ["not yet", "in force", "ended"]
    listed = " ".join(shell("--as-of", DAY.isoformat()).stdout.split())
    assert "by Example charity (yours): within 45 minutes of Truro by car; 30 families. In force" in listed
    assert shell("forget").exit_code == 0
    assert register.own() == ()
    assert shell("forget").exit_code == 2


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ({"id": ""}, "id", "is empty"),
        ({"id": "a b"}, "id", "is no id"),
        ({"name": ""}, "name", "is empty"),
        ({"name": "x" * 301}, "name", "has 301 letters; the most are 300"),
        ({"name": "two\nlines"}, "name", "characters that are not shown"),
        ({"name": "evil\u202etxt"}, "name", "characters that are not shown"),
        ({"operator": "\x1b[31mred"}, "operator", "characters that are not shown"),
        ({"kind": "Visitors centre"}, "kind", "did you mean visitors_centre?"),
        ({"kind": "shop"}, "kind", "use one of visitors_centre, play"),
        ({"prison_id": "Exetter"}, "prison_id", "did you mean Exeter?"),
        ({"prison_id": ""}, "prison_id", "a reach of prison needs"),
        ({"reach": "far"}, "reach", "is not in the list"),
        (
            {"reach": "minutes", **AT_TRURO, "mode": "car"} | {"reach": "minutes"},
            "minutes",
            "is empty; a reach of minutes",
        ),
        (AT_TRURO | {"reach": "minutes", "minutes": "45"}, "mode", "car or transit"),
        (AT_TRURO | {"reach": "minutes", "minutes": "601", "mode": "car"}, "minutes", "up to 600"),
        (AT_TRURO | {"reach": "minutes", "minutes": "NaN", "mode": "car"}, "minutes", "up to 600"),
        (AT_TRURO | {"reach": "radius", "miles": "0"}, "miles", "above 0"),
        ({"reach": "place"}, "lat", "needs lat and lon, a prison or a town"),
        ({"reach": "place", "town": "Truroo"}, "town", "did you mean Truro?"),
        ({"reach": "place", "town": "Newport"}, "town", "towns; give lat and lon"),
        ({"reach": "place", "lat": "50.26"}, "lon", "is empty but lat is not"),
        (AT_TRURO | {"easting": "182809", "northing": "44741"}, "easting", "comes beside lat and lon"),
        (AT_TRURO | {"lat": "fifty"}, "lat", "is not a number"),
        (AT_TRURO | {"lat": "50,2632"}, "lat", "with a decimal point"),
        ({"reach": "area"}, "areas", "a reach of area needs"),
        ({"reach": "area", "areas": "Narnia"}, "areas", "is no area"),
        ({"reach": "area", "areas": "West Midlands"}, "areas", "names a police force and a region"),
        ({"reach": "area", "areas": "Norfolk; Wales", "area_level": ""}, "areas", "has areas of different levels"),
        ({"reach": "national", "areas": "Cornwall"}, "areas", "is a county and a local authority, not a nation"),
        ({"reach": "area", "areas": "Cornwall", "area_level": "shire"}, "area_level", "is not in the list"),
        ({"capacity": "12"}, "capacity_unit", "say what the capacity counts"),
        ({"capacity": "1.5", "capacity_unit": "children"}, "capacity", "is not a whole number"),
        ({"capacity": "-3", "capacity_unit": "children"}, "capacity", "above 0"),
        ({"valid_from": "01/02/2024"}, "valid_from", "write 2024, 2024-04 or 2024-04-01"),
        ({"valid_to": "2024-02-30"}, "valid_to", "is no date"),
        ({"valid_from": "2024-05", "valid_to": "2024-04"}, "valid_to", "is before the start, 2024-05"),
    ],
)
def test_each_mistake_is_told_with_its_column_and_what_to_do(
    tmp_path: Path, row: dict[str, str], column: str, words: str
) -> None:
    (found,) = problems(tmp_path, **row)
    assert (found.line, found.column) == (2, column)
    assert words in found.what
    assert str(found).isprintable()


@pytest.mark.parametrize(
    ("areas", "level", "codes"),
    [
        ("Norfolk;Suffolk", "police", 2),
        ("Norfolk; Bedford", "county", 2),
        ("E06000052", "county", 1),
        ("cornwall; Cornwall", "county", 1),
        ("E07000143", "authority", 1),
    ],
)
def test_areas_take_the_widest_level_that_all_have(tmp_path: Path, areas: str, level: str, codes: int) -> None:
    own.install(write(tmp_path, {"reach": "area", "areas": areas}))
    (found,) = register.own()
    assert (found.area_level, len(found.area_codes)) == (level, codes)
    assert found.authority_codes


def test_a_year_that_starts_and_ends_a_service_is_no_mistake(tmp_path: Path) -> None:
    assert problems(tmp_path, valid_from="2024", valid_to="2024") == []


# Truro, by PROJ itself: an independent reckoning of the metres that are mixed up with degrees.
EASTING, NORTHING = Transformer.from_crs(4326, 27700, always_xy=True).transform(-5.0510, 50.2632)
X, Y = Transformer.from_crs(4326, 3857, always_xy=True).transform(-5.0510, 50.2632)


@pytest.mark.parametrize(
    ("columns", "first", "second", "words"),
    [
        (("lat", "lon"), -5.0510, 50.2632, "has latitude and longitude exchanged"),
        (("lat", "lon"), 50.2632, 5.0510, "lacks the minus of a western longitude"),
        (("lat", "lon"), EASTING, NORTHING, "is National Grid metres (EPSG:27700)"),
        (("lat", "lon"), NORTHING, EASTING, "is National Grid metres (EPSG:27700)"),
        (("lat", "lon"), X, Y, "is Web Mercator metres (EPSG:3857)"),
        (("lat", "lon"), Y, X, "is Web Mercator metres (EPSG:3857)"),
        (("easting", "northing"), 50.2632, -5.0510, "is degrees, not metres"),
        (("easting", "northing"), -5.0510, 50.2632, "is degrees, longitude first"),
        (("easting", "northing"), NORTHING, EASTING, "has easting and northing exchanged"),
        (("easting", "northing"), X, Y, "is Web Mercator metres (EPSG:3857)"),
        (("lat", "lon"), 50.0, -3.0, "in the sea or abroad, 3"),
        (("lat", "lon"), 48.85, 2.35, "in the sea or abroad, 15"),
        (("lat", "lon"), 53.35, -6.26, "is outside the United Kingdom, in Ireland"),
        (("lat", "lon"), 0, 0, "is outside the United Kingdom, in the sea or abroad"),
        (("lat", "lon"), 1e11, -1e11, "is no point in degrees"),
        (("easting", "northing"), 1e11, 5, "is no point in degrees"),
    ],
)
def test_a_point_in_another_crs_or_in_the_sea_is_recognised(
    tmp_path: Path, columns: tuple[str, str], first: float, second: float, words: str
) -> None:
    (found,) = problems(tmp_path, reach="place", **{columns[0]: str(first), columns[1]: str(second)})
    assert found.column == columns[0]
    assert words in found.what


def test_metres_become_degrees_as_proj_has_it(tmp_path: Path) -> None:
    own.install(write(tmp_path, {"reach": "place", "easting": str(EASTING), "northing": str(NORTHING)}))
    (found,) = register.own()
    assert found.lat == pytest.approx(50.2632, abs=1e-4)
    assert found.lon == pytest.approx(-5.0510, abs=1e-4)


def test_islands_and_the_coast_are_land_and_the_channel_is_not() -> None:
    places = {
        "Lerwick": (60.155, -1.145, True),
        "St Mary's, Scilly": (49.914, -6.315, True),
        "Stornoway": (58.209, -6.387, True),
        "Belfast": (54.597, -5.930, True),
        "Derry": (54.996, -7.309, True),
        "Brighton pier": (50.815, -0.137, True),
        "Dublin": (53.350, -6.260, False),
        "Calais": (50.951, 1.858, False),
        "Dogger Bank": (54.7, 2.3, False),
        "St Peter Port": (49.455, -2.540, False),
    }
    rows = list(places.values())
    assert on_land([row[0] for row in rows], [row[1] for row in rows]).tolist() == [row[2] for row in rows]


def test_no_postcode_of_great_britain_is_in_the_sea() -> None:
    easting, northing = postcodes.shipped().all_points()
    lat, lon = to_degrees(easting[easting >= 0][::20], northing[easting >= 0][::20])
    assert len(lat) > 80_000
    assert on_land(lat, lon).all()


def test_all_problems_are_told_at_once_in_the_order_of_the_lines(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        {"id": "a", "kind": "shop"},
        {"id": "A"},
        {"id": "c", "reach": "place", "lat": "50.0", "lon": "-3.0", "valid_to": "soon"},
        {"id": "d"},
    )
    found = own.check(file)
    assert [(each.line, each.column) for each in found.problems] == [
        (2, "kind"),
        (3, "id"),
        (4, "lat"),
        (4, "valid_to"),
    ]
    assert "is also in line 2" in found.problems[1].what
    result = shell("check", str(file))
    assert result.exit_code == 1
    assert result.stdout.endswith("4 problems found in 4 rows. Nothing was installed.\n")
    assert result.stdout.count("\n") == 5


def test_lines_are_those_of_the_file_where_cells_hold_line_ends(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text('id,name,kind,reach,prison_id\na,"x\ny",play,prison,EXI\n\nb,z,shop,prison,EXI\n', encoding="utf-8")
    assert [(each.line, each.column) for each in own.check(file).problems] == [(2, "name"), (5, "kind")]


def test_nothing_is_installed_where_anything_is_wrong(tmp_path: Path, own_folder: Path) -> None:
    own.install(write(tmp_path, {"name": "First"}))
    before = register.own_file().read_bytes()
    bad = write(tmp_path, {"name": "Second"}, {"kind": "shop"})
    with pytest.raises(SourceError, match=r"mine.csv has 1 problem \(line 3, kind: 'shop' is not in the list"):
        own.install(bad)
    result = shell("import", str(bad))
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert register.own_file().read_bytes() == before
    assert [file.name for file in (own_folder / "services").iterdir()] == ["services.csv"]
    own.install(write(tmp_path, {"name": "Third"}))
    assert [each.name for each in register.own()] == ["Third"]


def test_a_service_of_ones_own_at_a_closed_prison_does_not_count(tmp_path: Path) -> None:
    own.install(write(tmp_path, {"prison_id": "Canterbury"}))
    (found,) = register.own()
    assert status(found, date(2008, 1, 1)).in_force
    assert status(found, DAY).words == "Its prison was closed on 21 November 2026."


@pytest.mark.parametrize("name", ["kinds", "template", "check", "import", "forget"])
def test_every_command_has_help_with_an_example(name: str) -> None:
    result = shell(name, "--help")
    assert result.exit_code == 0
    assert f"Example: nearhome services {name}" in result.stdout


def test_html_and_formulas_are_kept_as_the_text_they_are(tmp_path: Path) -> None:
    names = [
        "<script>alert(1)</script>",
        '=HYPERLINK("http://x","y")',
        "@SUM(A1)",
        "O'Neill & Söhne",
        "'; DROP TABLE x",
    ]
    file = write(tmp_path, *({"name": name, "operator": name, "note": name} for name in names))
    assert shell("import", str(file)).exit_code == 0
    assert [each.name for each in register.own()] == names
    rows = [each for each in json.loads(shell("--json").stdout)["services"] if each["id"].startswith("own:")]
    assert [each["name"] for each in rows] == names


@given(st.text(max_size=20))
def test_no_exported_text_can_be_a_formula(text: str) -> None:
    safe = safe_text(text)
    assert safe.removeprefix("'") == text.removeprefix("'") or safe == f"'{text}"
    assert safe.lstrip(" \t\r\n\u00a0")[:1] not in set("=+-@＝＋－＠")  # noqa: RUF001 -- the wide ones are meant
    stream = io.StringIO()
    csv.writer(stream).writerow([safe])
    assert next(csv.reader(io.StringIO(stream.getvalue(), newline="")), [""]) in ([safe], [])


@pytest.mark.parametrize("text", ["=1+1", "+44", "-2", "@x", " =1", "\t=1", "\u00a0=1", "\uff1d1", "\tplain"])
def test_what_a_spreadsheet_would_run_is_put_behind_an_apostrophe(text: str) -> None:
    assert safe_text(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Pact", "O'Neill", "a=b", "1-2", "<b>"])
def test_harmless_text_stays_as_it_is(text: str) -> None:
    assert safe_text(text) == text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"id,name,kind,reach\n", "has no services"),
        (b"id,name,kind,reach\n,,,\n", "has no services"),
        (b"id;name;kind;reach\na;b;play;prison\n", "separated by semicolons"),
        (b"id\tname\tkind\n", "separated by tabs"),
        (b"just words\n", "its only column is 'just words'"),
        (b"PK\x03\x04rest", "is a spreadsheet or an archive"),
        ("id,name\n".encode("utf-16"), "is text in UTF-16"),
        (
            "id,name,kind,reach\na,Caf\u00e9,play,prison\n".encode("latin-1"),
            r"byte 0xe9 in line 2.; save it as 'CSV UTF-8'",
        ),
        (b"id,name\n\0\n", "has a zero byte in line 2"),
        (b'id,name,kind,reach\na,"' + b"x" * 200_000, "field larger than field limit"),
    ],
)
def test_files_of_another_kind_are_one_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "mine.csv"
    file.write_bytes(content)
    with pytest.raises(SourceError, match=words) as caught:
        own.check(file)
    assert "\n" not in str(caught.value)
    result = shell("check", str(file))
    assert (result.exit_code, result.stdout) == (2, "")


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        own.check(tmp_path / "none.csv")


def test_wrong_columns_are_told_together_and_rows_are_not_judged(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("id,name,latitude,kind,kind,colour\na,b,c,d,e,f\n", encoding="utf-8")
    said = [(each.line, each.column, each.value) for each in own.check(file).problems]
    assert said == [
        (1, "header", "latitude"),
        (1, "header", "colour"),
        (1, "header", ""),
        (1, "kind", "kind"),
    ]


def test_columns_may_come_in_any_order_with_a_mark_and_capitals(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("\ufeffReach, KIND ,Name,ID,prison_id\nprison,play,x,1,Exeter\n", encoding="utf-8")
    assert own.install(file) == 1
    assert register.own()[0].prison_ids == ("EXI",)


def test_a_row_with_cells_too_few_or_too_many_is_told(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("id,name,kind,reach\na,b\nc,d,play,area,e\n", encoding="utf-8")
    assert [str(each) for each in own.check(file).problems] == [
        "line 2, id: 'a' begins a row of 2 cells; the header has 4",
        "line 3, id: 'c' begins a row of 5 cells; the header has 4",
    ]


def test_problems_beyond_the_limit_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    rows = "".join(f"s{number},x,shop{number},prison,P{number}\n" for number in range(5_000))
    file.write_text(f"id,name,kind,reach,prison_id\n{rows}", encoding="utf-8")
    found = own.check(file)
    assert len(found.problems) == MOST_PROBLEMS
    assert len(found.problems) + found.further == 10_000
    assert shell("check", str(file)).stdout.splitlines()[-2] == "... and 9,000 more problems."


def test_half_a_million_rows_are_refused_in_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("id,name,kind,reach,prison_id\n" + "a,x,play,prison,EXI\n" * 500_000, encoding="utf-8")
    with pytest.raises(SourceError, match=r"mine\.csv has more than 100,000 rows, the most a register may have"):
        own.check(file)


def test_a_damaged_register_is_one_sentence(tmp_path: Path) -> None:
    own.install(write(tmp_path, {}))
    file = register.own_file()
    file.write_text(file.read_text(encoding="utf-8").replace("name", "nom"), encoding="utf-8")
    with pytest.raises(TableError, match="import it again"):
        register.own()
