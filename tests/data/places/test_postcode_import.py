"""The user's own postcodes: three layouts, three grids, what is passed over told, nothing half written."""

from __future__ import annotations

import re
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from nearhome.data.base.coordinates import crow_miles, to_degrees
from nearhome.data.errors import SourceError
from nearhome.data.places import kingdom, postcode_import, postcode_rows, postcodes
from nearhome.geo.places import find


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point the user's data at an empty folder."""
    folder = tmp_path / "own"
    monkeypatch.setenv("NEARHOME_DATA", str(folder))
    return folder


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "mine.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_nothing_is_installed_at_first() -> None:
    assert postcodes.installed() is None
    assert postcodes.installed_version() is None
    assert not postcode_import.forget_postcodes()


def test_a_postcode_of_northern_ireland_gets_its_own_point(tmp_path: Path) -> None:
    before = find.find("BT1 5GS")
    result = postcode_import.import_postcodes(
        write(tmp_path, "Postcode,Lat,Lon\nBT1 5GS,54.5973,-5.9301\nBT11AA,54.6,-5.92\n")
    )
    assert (result.postcodes, result.with_point) == (2, 2)
    after = find.find("bt15gs")
    assert (before.kind, after.kind) == ("sector", "postcode")
    assert (after.lat, after.lon) == pytest.approx((54.5973, -5.9301), abs=1e-5)
    assert after.nation == "Northern Ireland"
    assert after.note == ""
    assert (postcodes.installed_version() or "").startswith("user+")
    assert postcode_import.forget_postcodes()
    assert find.find("BT1 5GS") == before


def test_an_import_comes_before_what_ships_and_hides_nothing_else(tmp_path: Path) -> None:
    shipped = postcodes.find("TR1 1AA") or postcodes.find("TR1 2HE")
    postcode_import.import_postcodes(write(tmp_path, "postcode,easting,northing\nTR1 2HE,182000,44000\n"))
    found = postcodes.find("TR1 2HE")
    assert found is not None
    assert (found.easting, found.northing) == (182_000, 44_000)
    assert shipped is not None
    assert postcodes.find("EX4 4EX") is not None


def test_the_directory_of_the_ons_is_understood(tmp_path: Path) -> None:
    text = (
        "pcd,pcd2,pcds,dointr,oslaua,oseast1m,osnrth1m,lat,long\n"
        '"BT1 1AA","BT1  1AA","BT1 1AA","202001","N09000003","146000","529000","54.6","-5.93"\n'
        '"BT9 9ZZ","BT9  9ZZ","BT9 9ZZ","202001","N09000003","","","99.999999","0.000000"\n'
        '"IM1 1AA","IM1  1AA","IM1 1AA","202001","M99999999","238000","475000","54.15","-4.48"\n'
    )
    result = postcode_import.import_postcodes(write(tmp_path, text))
    assert (result.postcodes, result.with_point) == (2, 1)
    found = postcodes.find("BT1 1AA")
    assert found is not None
    assert found.authority_code == "N09000003"
    assert postcodes.find("BT9 9ZZ") == postcodes.Postcode(None, None, "N09000003", postcodes.NO_POINT)


def test_code_point_open_is_understood_without_a_header(tmp_path: Path) -> None:
    text = (
        '"TR1 2HE",10,182809,44741,"E92000001","E19000002","E18000010","","E06000052","E05013200"\n'
        '"TR1 2ZZ",90,0,0,"E92000001","","","","E06000052",""\n'
    )
    result = postcode_import.import_postcodes(write(tmp_path, text))
    assert (result.postcodes, result.with_point) == (2, 1)
    assert postcodes.find("TR1 2HE") == postcodes.Postcode(182_809, 44_741, "E06000052", 10)


ROWS = {
    "BT1 1AA,54.6,-5.9": "",
    "nowhere,54.6,-5.9": "1 row with what is no postcode (line 3: 'nowhere')",
    "BT1 1AB,5.4,-5.9": "1 row whose point lies elsewhere than the postcode (line 4: BT1 1AB at 5.4, -5.9)",
    "BT1 1AD,x,1": "1 row whose point is no pair of numbers (line 5: BT1 1AD at x, 1)",
    "BT1 1AE,nan,1": "",
    "BT1 1AA,54.7,-5.9": "1 row with a postcode of a row before (line 7: BT1 1AA)",
    "BT2": "",
    ",54.6,-5.9": "1 row without a postcode (line 9: an empty cell)",
    ",,": "",
    "AB10 1AAA,57.1,-2.1": "1 row with a letter after the postcode, a part of one that is split (line 11: AB10 1AAA)",
    "GIR 0AA,53.459,-2.9": "2 rows with a code of no place in the United Kingdom (line 12: GIR 0AA)",
    "ZZ99 3VZ,99.999999,0.0": "",
    "je2 3ab,49.2,-2.1": "1 row of the Crown dependencies (line 14: je2 3ab)",
    "EX4 4EX,,": "",
}
"""Rows of a file from its second line, and what is told of those that are passed over for a reason of their own."""


def test_rows_that_cannot_be_used_are_counted_and_the_others_kept(tmp_path: Path) -> None:
    result = postcode_import.import_postcodes(write(tmp_path, "\n".join(["postcode,lat,lon", *ROWS])))
    assert (result.postcodes, result.with_point) == (2, 1)
    told = {str(each) for each in result.passed_over}
    assert {each.rows for each in result.passed_over if each.why == postcode_rows.ODD} == {2}
    assert {each.rows for each in result.passed_over if each.why == postcode_rows.NO_NUMBER} == {2}
    assert {said for said in ROWS.values() if said and "is no" not in said} <= told
    assert [each.why for each in result.passed_over] == list(postcode_rows.REASONS)
    first = postcodes.find("BT1 1AA")
    assert first is not None
    assert to_degrees(first.easting, first.northing)[0] == pytest.approx(54.6, abs=1e-5)  # the first of two counts


@pytest.mark.parametrize(("row", "told"), [(row, told) for row, told in ROWS.items() if told and told[0] == "1"])
def test_strict_refuses_a_row_that_cannot_be_used(row: str, told: str, tmp_path: Path, own_folder: Path) -> None:
    lines = ["postcode,lat,lon", "BT1 1AA,54.6,-5.9", row]
    with pytest.raises(SourceError) as caught:
        postcode_import.import_postcodes(write(tmp_path, "\n".join(lines)), strict=True)
    assert re.sub("line [0-9]+", "line 3", told) in str(caught.value)
    assert not own_folder.exists()


def test_a_file_without_a_row_that_can_be_used_is_refused_with_the_reason(tmp_path: Path, own_folder: Path) -> None:
    with pytest.raises(
        SourceError, match=r"no row that can be used \(2 rows whose point lies elsewhere .* EX4 4EX at -3.5"
    ):
        postcode_import.import_postcodes(write(tmp_path, "postcode,lat,lon\nEX4 4EX,-3.5,50.7\nEX4 4EY,-3.5,50.7\n"))
    assert not own_folder.exists()


def test_a_file_of_good_rows_may_be_strict(tmp_path: Path) -> None:
    result = postcode_import.import_postcodes(write(tmp_path, "postcode,lat,lon\nBT1 1AA,54.6,-5.9\n"), strict=True)
    assert (result.postcodes, result.passed_over) == (1, ())


NORTHERN_IRELAND_BOX = st.tuples(st.floats(54.0, 55.35), st.floats(-8.2, -5.4))


@settings(max_examples=100, deadline=None)
@given(place=NORTHERN_IRELAND_BOX, code=st.sampled_from([29902, 29903, 2157, 27700]))
def test_a_grid_reference_of_northern_ireland_is_read_on_the_grid_it_is_of(
    place: tuple[float, float], code: int
) -> None:
    lat, lon = place
    easting, northing = _irish(code).transform(lon, lat)
    with tempfile.TemporaryDirectory() as folder:
        rows = postcode_rows.read(
            write(Path(folder), f"pcds,oseast1m,osnrth1m\nBT1 5GS,{easting:.0f},{northing:.0f}\n")
        )
    if rows.postcodes:
        assert crow_miles(lat, lon, float(rows.lat[0]), float(rows.lon[0])) * 1609 < 8
        assert kingdom.in_nation(rows.lat, rows.lon, "Northern Ireland").all()
    else:
        assert [each.why for each in rows.passed_over] == [postcode_rows.ABROAD]
    around = kingdom.in_nation(lat + 2e-4 * np.array([-1, 0, 1]), np.full(3, lon), "Northern Ireland")
    if around.all():  # at the very edge of the belt around the coast a metre decides
        assert rows.postcodes == ["BT1 5GS"]


@settings(max_examples=100, deadline=None)
@given(
    postcode=st.sampled_from(["BT1 5GS", "TR1 2HE"]),
    easting=st.floats(-1e6, 2e6),
    northing=st.floats(-1e6, 2e6),
)
def test_no_numbers_put_a_postcode_into_another_part_of_the_kingdom(
    postcode: str, easting: float, northing: float
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rows = postcode_rows.read(write(Path(folder), f"postcode,easting,northing\n{postcode},{easting},{northing}\n"))
    nations = ("Northern Ireland",) if postcode.startswith("BT") else ("England", "Scotland", "Wales")
    assert kingdom.in_nation(rows.lat, rows.lon, *nations).all()


def test_a_row_of_both_grids_goes_by_its_latitude_and_longitude(tmp_path: Path) -> None:
    text = "pcds,oseast1m,osnrth1m,lat,long\nBT1 5GS,333800,374100,54.7,-6.0\nBT1 5GT,333800,374100,,\n"
    rows = postcode_rows.read(write(tmp_path, text))
    np.testing.assert_allclose(np.column_stack([rows.lat, rows.lon]), [[54.7, -6.0], [54.5974, -5.9305]], atol=1e-4)


@cache
def _irish(code: int) -> Transformer:
    return Transformer.from_crs(4326, code, always_xy=True)


def test_a_second_import_replaces_the_first(tmp_path: Path, own_folder: Path) -> None:
    postcode_import.import_postcodes(write(tmp_path, "postcode,lat,lon\nBT1 1AA,54.6,-5.9\n"))
    postcode_import.import_postcodes(write(tmp_path, "postcode,lat,lon\nBT1 1AB,54.6,-5.9\n"))
    assert postcodes.find("BT1 1AA") is None
    assert postcodes.find("BT1 1AB") is not None
    assert [each.name for each in own_folder.iterdir()] == ["postcodes"]
    assert [each.name for each in (own_folder / "postcodes").iterdir()] == ["postcodes~2"]


def test_postcodes_that_an_earlier_nearhome_kept_are_read_and_replaced(tmp_path: Path, own_folder: Path) -> None:
    postcode_import.import_postcodes(write(tmp_path, "postcode,lat,lon\nBT1 1AA,54.6,-5.9\n"))
    home = own_folder / "postcodes"
    (kept,) = home.iterdir()
    for file in kept.iterdir():
        file.rename(home / file.name)
    kept.rmdir()
    assert postcodes.find("BT1 1AA") is not None
    postcode_import.import_postcodes(write(tmp_path, "postcode,lat,lon\nBT1 1AB,54.6,-5.9\n"))
    assert postcodes.find("BT1 1AA") is None
    assert [each.name for each in home.iterdir()] == ["postcodes~1"]
    assert postcode_import.forget_postcodes()
    assert not home.exists()


@pytest.mark.parametrize("file", list(postcodes.FILES.values()))
@pytest.mark.parametrize("damage", ["gone", "empty", "cut"])
def test_own_postcodes_that_cannot_be_used_are_set_aside_with_a_word(
    file: str, damage: str, tmp_path: Path, own_folder: Path
) -> None:
    shipped = find.find("TR1 2HE")
    text = "postcode,lat,lon,authority\nTR1 2HE,50.3,-5.1,E06000052\nBT1 1AA,54.6,-5.9,N09000003\n"
    postcode_import.import_postcodes(write(tmp_path, text))
    assert find.find("TR1 2HE").lat == pytest.approx(50.3, abs=1e-4)
    (folder,) = (own_folder / "postcodes").iterdir()
    whole = (folder / file).read_bytes()
    (folder / file).unlink()
    if damage != "gone":
        (folder / file).write_bytes(b"" if damage == "empty" else whole[: len(whole) // 2])
    found = find.find("TR1 2HE")
    assert (found.lat, found.lon) == (shipped.lat, shipped.lon)
    assert found.note.startswith("Your own postcodes cannot be used (")
    assert found.note.endswith("; import them again.")
    assert "import them again" in find.find("BT1 1AA").note


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has no postcodes"),
        ("postcode,lat,lon\n", "has no postcodes"),
        ("name,age\na,3\n", "it needs postcode with lat and lon"),
        ("postcode,lat\nBT1 1AA,54.6\n", "it needs postcode with lat and lon"),
    ],
)
def test_files_of_another_kind_are_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        postcode_import.import_postcodes(write(tmp_path, text))


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_bytes(np.arange(256, dtype=np.uint8).tobytes())
    with pytest.raises(SourceError, match=r"mine.csv cannot be read as CSV"):
        postcode_import.import_postcodes(file)
    with pytest.raises(SourceError, match=r"none.csv cannot be read as CSV"):
        postcode_import.import_postcodes(tmp_path / "none.csv")
