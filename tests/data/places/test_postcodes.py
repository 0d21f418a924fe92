"""Postcodes: grammar, round trip, look-up, all rows at once, and every point against the source."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nearhome.data.errors import TableError, UnknownPlaceError
from nearhome.data.places import postcodes
from tests.paths import SHARED

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = SHARED / "data" / "postcodes" / "uk_postcodes.parquet"
# The published grammar of postcodes, written another way than in the module.
FORMATS = ("A9", "A99", "AA9", "AA99", "A9A", "AA9A")
INWARD = "ABDEFGHJLNPQRSTUWXYZ"


@st.composite
def written(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a postcode of the table, and the same postcode as people write it."""
    table = postcodes.shipped()
    name = str(NAMES[draw(st.integers(0, len(table) - 1))])
    noise = draw(st.lists(st.sampled_from(["", " ", "  ", "-", "."]), min_size=len(name), max_size=len(name)))
    letters = [letter.lower() if draw(st.booleans()) else letter for letter in name.replace(" ", "")]
    return name, "".join(mark + letter for mark, letter in zip(noise, letters, strict=False))


NAMES = postcodes.shipped().all_names()


@given(written())
def test_normalise_gives_the_postcode_back_however_it_is_written(pair: tuple[str, str]) -> None:
    name, text = pair
    assert postcodes.normalise(text) == name
    assert postcodes.normalise(name) == name


@given(st.text(max_size=12))
def test_normalise_gives_a_postcode_or_refuses(text: str) -> None:
    try:
        name = postcodes.normalise(text)
    except UnknownPlaceError:
        return
    outward, inward = name.split(" ")
    shape = re.sub("[A-Z]", "A", re.sub("[0-9]", "9", outward))
    assert shape in FORMATS
    assert inward[0].isdigit()
    assert set(inward[1:]) <= set(INWARD)


@pytest.mark.parametrize("text", ["", "TR1", "TR1 2H", "TR1 2HEE", "1TR 2HE", "TR1 2CE", "QR1 2HE", "Truro", "GIR 0AA"])
def test_what_is_not_a_postcode_is_refused(text: str) -> None:
    with pytest.raises(UnknownPlaceError, match="is not a full postcode"):
        postcodes.normalise(text)


@pytest.mark.parametrize(
    ("text", "island"), [("IM1 1AA", "Isle of Man"), ("JE2 3AB", "Jersey"), ("gy11aa", "Guernsey")]
)
def test_crown_dependencies_are_named(text: str, island: str) -> None:
    with pytest.raises(UnknownPlaceError, match=f"start in .*{island} are not covered"):
        postcodes.normalise(text)


def test_sectors_and_districts_are_told_apart_by_the_space() -> None:
    assert postcodes.as_sector("tr1 2") == "TR1 2"
    assert postcodes.as_sector("TR12") is None
    assert postcodes.as_district(" tr12 ") == "TR12"
    assert postcodes.as_district("Truro") is None


def test_a_known_postcode_has_its_point_and_authority() -> None:
    found = postcodes.find("TR1 2HE")
    assert found is not None
    assert (found.easting, found.northing) == (182_823, 44_745)
    assert found.authority_code == "E06000052"


def test_unknown_postcodes_are_not_found() -> None:
    assert postcodes.find("TR1 2ZZ") is None
    assert postcodes.find("ZE9 9ZZ") is None
    assert postcodes.find("AA1 1AA") is None
    assert postcodes.find("BT1 5GS") is None


def test_a_postcode_without_a_point_is_known() -> None:
    table = postcodes.shipped()
    row = int(np.flatnonzero(table.records["quality"] == postcodes.NO_POINT)[0])
    found = table.find(str(NAMES[row]))
    assert found is not None
    assert found.easting is None


def test_all_names_are_sorted_by_sector_and_all_different() -> None:
    assert len(NAMES) == 1_743_449
    keys = [(name[:-2], name[-2:]) for name in NAMES[::997].tolist()]
    assert keys == sorted(keys)
    assert len(np.unique(NAMES)) == len(NAMES)


def test_rows_of_many_are_their_places_in_the_table() -> None:
    table = postcodes.shipped()
    assert (table.row_of(NAMES) == np.arange(len(NAMES))).all()


def test_rows_of_many_take_any_writing_and_mark_what_is_unknown() -> None:
    table = postcodes.shipped()
    rows = table.row_of(["tr12he", " TR1  2HE ", "TR1 2ZZ", "nonsense", "", "BT1 5GS", "TR1-2HE", "TR12HEE", "É1 1AA"])
    known = int(np.flatnonzero(NAMES == "TR1 2HE")[0])
    assert rows.tolist() == [known, known, -1, -1, -1, -1, known, -1, -1]
    assert table.row_of([]).tolist() == []


@given(st.lists(st.integers(0, 1_743_448), min_size=1, max_size=20))
def test_one_and_all_agree(rows: list[int]) -> None:
    table = postcodes.shipped()
    for row in rows:
        found = table.find(str(NAMES[row]))
        assert found is not None
        point = (EASTINGS[row], NORTHINGS[row])
        assert point == ((-1, -1) if found.easting is None else (found.easting, found.northing))


EASTINGS, NORTHINGS = postcodes.shipped().all_points()


@pytest.mark.skipif(not SOURCE.is_file(), reason="the source of the postcodes is not on this machine")
def test_every_point_is_within_a_metre_of_the_source() -> None:
    import pandas as pd

    source = pd.read_parquet(SOURCE)
    source = source[source["country"] != "Northern Ireland"]
    table = postcodes.shipped()
    rows = table.row_of(source["postcode"].to_numpy(dtype=str))
    assert (np.sort(rows) == np.arange(len(source))).all()
    pointed = source["easting"].notna().to_numpy()
    assert (EASTINGS[rows[~pointed]] == -1).all()
    for found, column in ((EASTINGS, "easting"), (NORTHINGS, "northing")):
        away = np.abs(found[rows[pointed]] - source.loc[pointed, column].to_numpy(dtype=float))
        assert away.max() <= 1
    assert (table.records["quality"][rows] == source["quality"].to_numpy()).all()
    codes = np.array([*table.authority_codes, ""])
    numbers = table.records["authority"][rows].astype(int)
    numbers[numbers == postcodes.NO_AUTHORITY] = len(codes) - 1
    assert (codes[numbers] == source["lad_code"].astype(object).fillna("").to_numpy(dtype=str)).all()


@pytest.mark.skipif(not SOURCE.is_file(), reason="the source of the postcodes is not on this machine")
def test_sectors_are_the_means_of_their_postcodes() -> None:
    import pandas as pd

    source = pd.read_parquet(SOURCE, columns=["postcode", "easting", "northing"])
    rows = source[source["postcode"].str.startswith("BT78 1")].dropna()
    area = postcodes.areas("sector")["BT78 1"]
    assert area.postcodes == len(rows)
    assert area.easting == round(rows["easting"].mean())
    away = np.hypot(rows["easting"] - rows["easting"].mean(), rows["northing"] - rows["northing"].mean())
    assert area.spread_m == round(float(away.median()))


def test_northern_ireland_is_there_by_sector_only() -> None:
    assert not any(name.startswith(b"BT") for name in postcodes.shipped().sector_keys.tolist())
    sectors = [area for name, area in postcodes.areas("sector").items() if name.startswith("BT")]
    assert len(sectors) > 200
    assert {area.nation for area in sectors} == {"Northern Ireland"}
    assert all((area.authority_code or "").startswith("N09") for area in sectors)


def tiny(folder: Path, easting: list[int]) -> postcodes.PostcodeTable:
    count = len(easting)
    postcodes.write_table(
        folder,
        postcodes=np.array([f"ZE1 0{letter}A" for letter in "ABDEFGHJ"[:count]]),
        easting=np.array(easting),
        northing=np.full(count, 1_140_000),
        authority=np.array(["S12000027"] * (count - 1) + [""]),
        quality=np.array([10] * (count - 1) + [postcodes.NO_POINT]),
    )
    return postcodes.PostcodeTable(*(folder / file for file in postcodes.FILES.values()))


def test_a_sector_wider_than_65_km_is_kept_within_half_a_step(tmp_path: Path) -> None:
    wide = [400_000, 465_535, 531_071, 596_607, 0]
    table = tiny(tmp_path, wide)
    assert table.sectors["step_m"].tolist() == [4]
    eastings, _ = table.all_points()
    assert np.abs(eastings[:4] - wide[:4]).max() <= 2
    assert eastings[4] == -1
    assert table.find("ZE1 0FA") == postcodes.Postcode(None, None, None, postcodes.NO_POINT)


def test_files_that_do_not_belong_together_are_noticed(tmp_path: Path) -> None:
    tiny(tmp_path / "a", [400_000, 400_100, 0])
    tiny(tmp_path / "b", [400_000, 400_100, 400_200, 0])
    mixed = postcodes.PostcodeTable(
        tmp_path / "a" / "postcodes.npy",
        tmp_path / "b" / "postcode_index.npy",
        tmp_path / "a" / "postcode_authorities.csv",
    )
    with pytest.raises(TableError, match="do not belong together"):
        mixed.find("ZE1 0AA")


@pytest.mark.parametrize("content", [b"", b"garbage", b"\x93NUMPY\x01\x00"])
def test_a_damaged_file_raises_one_sentence(tmp_path: Path, content: bytes) -> None:
    table = tiny(tmp_path, [400_000, 0])
    (tmp_path / "postcodes.npy").write_bytes(content)
    with pytest.raises(TableError, match=r"postcodes\.npy is missing or damaged"):
        table.find("ZE1 0AA")


def test_a_file_cut_short_raises_one_sentence(tmp_path: Path) -> None:
    table = tiny(tmp_path, [400_000, 400_100, 0])
    file = tmp_path / "postcodes.npy"
    file.write_bytes(file.read_bytes()[:-5])
    with pytest.raises(TableError, match=r"postcodes\.npy is missing or damaged"):
        table.find("ZE1 0AA")


def test_a_table_of_another_form_is_refused(tmp_path: Path) -> None:
    table = tiny(tmp_path, [400_000, 0])
    np.save(tmp_path / "postcodes.npy", np.zeros(3))
    with pytest.raises(TableError, match="not a table of this version"):
        table.find("ZE1 0AA")
