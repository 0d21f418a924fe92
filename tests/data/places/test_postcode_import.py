"""The user's own postcodes: three layouts, every problem told, nothing half written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from nearhome.data.errors import SourceError
from nearhome.data.places import postcode_import, postcodes
from nearhome.geo.places import find

if TYPE_CHECKING:
    from pathlib import Path


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


def test_every_bad_row_is_counted_and_nothing_is_written(tmp_path: Path, own_folder: Path) -> None:
    rows = ["BT1 1AA,54.6,-5.9", "nowhere,54.6,-5.9", "BT1 1AB,5.4,-5.9", "BT1 1AD,x,1", "BT1 1AA,54.6,-5.9", "BT2"]
    text = "\n".join(["postcode,lat,lon", *rows])
    with pytest.raises(SourceError) as caught:
        postcode_import.import_postcodes(write(tmp_path, text))
    message = str(caught.value)
    assert "mine.csv has 5 rows that cannot be used" in message
    assert "line 3: 'nowhere' is not a full postcode" in message
    assert "line 4: BT1 1AB lies outside the United Kingdom (5.4, -5.9)" in message
    assert "line 6 repeats BT1 1AA" in message
    assert not own_folder.exists()


def test_a_second_import_replaces_the_first(tmp_path: Path, own_folder: Path) -> None:
    postcode_import.import_postcodes(write(tmp_path, "postcode,lat,lon\nBT1 1AA,54.6,-5.9\n"))
    postcode_import.import_postcodes(write(tmp_path, "postcode,lat,lon\nBT1 1AB,54.6,-5.9\n"))
    assert postcodes.find("BT1 1AA") is None
    assert postcodes.find("BT1 1AB") is not None
    assert [each.name for each in own_folder.iterdir()] == ["postcodes"]


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
