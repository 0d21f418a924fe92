"""From what a person types to a point: every kind of place, every way it can fail, and nothing given away."""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nearhome.data.base.coordinates import crow_miles
from nearhome.data.catalogue import tables
from nearhome.data.errors import TableError, UnknownPlaceError
from nearhome.data.places import gazetteer, postcodes
from nearhome.geo.places import find

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("text", ["TR1 2HE", "tr12he", " tr1  2he ", "TR1-2HE", "tr1.2he", "T R 1 2 H E"])
def test_a_postcode_in_any_writing(text: str) -> None:
    place = find.find(text)
    assert (place.kind, place.name, place.nation) == ("postcode", "TR1 2HE", "England")
    assert place.authority_code == "E06000052"
    assert place.precision_m == 100
    assert place.note == ""
    # Truro Cathedral stands at 50.2640, -5.0509.
    assert crow_miles(place.lat, place.lon, 50.2640, -5.0509) < 0.3


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("TR1 2", "sector", "TR1 2"),
        ("tr1  2", "sector", "TR1 2"),
        ("TR1", "district", "TR1"),
        ("TR12", "district", "TR12"),
        ("EC1A", "district", "EC1A"),
        ("TR", "area", "TR"),
        ("BT48 7", "sector", "BT48 7"),
        ("Truro", "town", "Truro"),
        ("50.26,-5.05", "coordinate", "50.260, -5.050"),
        ("50.26 -5.05", "coordinate", "50.260, -5.050"),
    ],
)
def test_every_kind_of_place(text: str, kind: str, name: str) -> None:
    place = find.find(text)
    assert (place.kind, place.name) == (kind, name)
    assert place.precision_m > 0


@pytest.mark.parametrize(
    ("text", "lat", "lon"),
    [
        # Well-known points of the town centres, degrees, to two decimals.
        ("Truro", 50.26, -5.05),
        ("St Austell", 50.34, -4.79),
        ("St. Austell", 50.34, -4.79),
        ("saint austell", 50.34, -4.79),
        ("Newport", 51.59, -3.00),
        ("Newport, Isle of Wight", 50.70, -1.29),
        ("Newcastle", 54.97, -1.61),
        ("Hull", 53.74, -0.33),
        ("London", 51.51, -0.13),
        ("Brixton", 51.46, -0.11),
        ("Bath", 51.38, -2.36),
        ("Kings Lynn", 52.75, 0.40),
        ("Stornoway", 58.21, -6.39),
        ("Lerwick", 60.15, -1.14),
        ("Belfast", 54.60, -5.93),
        ("Derry", 55.00, -7.31),
        ("Caerdydd", 51.48, -3.18),
        ("York", 53.96, -1.08),
    ],
)
def test_towns_are_where_they_are(text: str, lat: float, lon: float) -> None:
    place = find.find(text)
    assert crow_miles(place.lat, place.lon, lat, lon) < 2


def test_a_name_of_several_places_says_which_was_used_and_how_to_ask_for_another() -> None:
    place = find.find("Newport")
    assert "Newport in Wales was used, the largest of that name" in place.note
    assert place.note.endswith("for one of them write Newport, Isle of Wight.")
    assert find.find("Newport, Isle of Wight").authority_code == "E06000046"


def test_a_name_of_one_place_needs_no_note() -> None:
    assert find.find("Truro").note == ""


def test_an_unknown_unit_falls_back_to_its_sector_and_says_so() -> None:
    place = find.find("TR1 2ZZ")
    assert place.kind == "sector"
    assert place.note == "TR1 2ZZ is not a postcode we know; the middle of TR1 2 was used instead."
    assert place.precision_m == postcodes.areas("sector")["TR1 2"].spread_m


def test_an_unknown_sector_falls_back_to_its_district_and_says_so() -> None:
    place = find.find("TR12 9ZX")
    assert (place.kind, place.name) == ("district", "TR12")
    assert "the middle of TR12 was used instead" in place.note
    assert "TR12 9 is not a sector we know" in find.find("TR12 9").note


def test_a_postcode_without_a_point_falls_back_and_says_so() -> None:
    place = find.find("N1P 3AA")
    assert place.note == "N1P 3AA has no point on the map; the middle of N1P was used instead."


def test_northern_ireland_is_known_by_sector() -> None:
    place = find.find("BT1 5GS")
    assert (place.kind, place.nation) == ("sector", "Northern Ireland")
    assert place.note == (
        "Postcodes of Northern Ireland are known by sector only; the middle of BT1 5 was used instead."
    )


@pytest.mark.parametrize("text", ["IM1 1AA", "IM1", "im", "JE2 3AB", "GY1", "gy"])
def test_the_islands_are_refused_by_name(text: str) -> None:
    with pytest.raises(UnknownPlaceError, match=r"Journeys that start in (the Isle of Man|Jersey|Guernsey) are"):
        find.find(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "No place was given"),
        ("   ", "No place was given"),
        ("TR99 1AA", "nor is its district TR99"),
        ("ZZ9", "'ZZ9' is not a postcode; check"),
        ("TR1 2VV", "'TR1 2VV' is not a postcode; check"),
        ("Isle of Man", "Journeys that start in the Isle of Man are not covered"),
        ("jersey", "Journeys that start in Jersey are not covered"),
        ("TR1 2HQ9", "'TR1 2HQ9' is not a postcode; check"),
        ("TR99", "TR99 is not a postcode district we know"),
        ("Trruo", "did you mean Truro"),
        ("Plimouth", "did you mean Plymouth"),
        ("Nowherexyz", "check the spelling, or give a postcode"),
        ("Newport, Durham", "No place called 'Newport' is known in 'Durham'"),
        ("48.85,2.35", "outside the United Kingdom"),
        ("53.35,-6.26", "outside the United Kingdom"),
        ("54.15,-4.48", "outside the United Kingdom"),
        ("49.21,-2.13", "outside the United Kingdom"),
        ("50.95,1.86", "outside the United Kingdom"),
        ("0,0", "outside the United Kingdom"),
        ("-5.05,50.26", "write the latitude first"),
        ("95,200", "is no latitude and longitude"),
    ],
)
def test_what_is_no_place_of_the_united_kingdom_is_refused(text: str, words: str) -> None:
    with pytest.raises(UnknownPlaceError, match=words) as caught:
        find.find(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "nation"),
    [
        ("54.60,-5.93", "Northern Ireland"),
        ("54.35,-7.63", "Northern Ireland"),
        ("54.99,-7.32", "Northern Ireland"),
        ("58.62,-4.99", "Scotland"),
        ("60.80,-0.80", "Scotland"),
        ("49.92,-6.31", "England"),
        ("51.48,-3.18", "Wales"),
        ("55.77,-2.00", "England"),
    ],
)
def test_coordinates_know_their_nation(text: str, nation: str) -> None:
    assert find.find(text).nation == nation


def test_dundalk_and_letterkenny_lie_across_the_border() -> None:
    for text in ("54.003,-6.41", "54.95,-7.73"):
        with pytest.raises(UnknownPlaceError):
            find.find(text)


@given(st.text(max_size=20))
def test_any_text_gives_a_place_in_the_united_kingdom_or_one_sentence(text: str) -> None:
    try:
        place = find.find(text)
    except UnknownPlaceError:
        return
    assert 49.8 < place.lat < 61
    assert -8.7 < place.lon < 1.8


@given(st.floats(50.0, 58.0), st.floats(-5.0, 1.7))
def test_a_coordinate_keeps_its_digits(lat: float, lon: float) -> None:
    try:
        place = find.find(f"{lat:.6f}, {lon:.6f}")
    except UnknownPlaceError:
        return
    assert math.isclose(place.lat, lat, abs_tol=1e-6)
    assert math.isclose(place.lon, lon, abs_tol=1e-6)


def test_nothing_of_where_a_family_lives_is_in_the_repr_or_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        place = find.find("TR1 2ZZ")
    shown = repr(place)
    assert shown == "Place(kind='sector', precision_m=419, nation='England')"
    assert not [record for record in caplog.records if "TR1" in record.getMessage()]


def test_the_grid_and_the_degrees_of_a_place_agree() -> None:
    for text in ("TR1 2HE", "TR1", "Truro", "50.26,-5.05", "BT48 7"):
        place = find.find(text)
        again = find.find(f"{place.lat:.6f},{place.lon:.6f}")
        assert find.distance_m(place, again.easting, again.northing) < 2


def test_towns_of_an_authority_leave_aliases_and_hamlets_out() -> None:
    found = gazetteer.towns(["E06000052"])
    names = [town.name for town in found]
    assert {"Truro", "Bodmin", "Penzance", "Bude"} <= set(names)
    assert all(gazetteer.RANKS[town.rank] != "locality" for town in found)
    assert [town.name for town in gazetteer.towns(["E06000010"])].count("Hull") == 0


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("St. Austell", "st austell"),
        ("Saint Austell", "st austell"),
        ("King's Lynn", "kings lynn"),
        ("Stratford-upon-Avon", "stratford upon avon"),
        ("Ynys Môn", "ynys mon"),
        ("Bath & Wells", "bath and wells"),
    ],
)
def test_keys_forgive_how_a_name_is_written(name: str, key: str) -> None:
    assert gazetteer.key_of(name) == key


@given(st.text(max_size=20))
def test_keys_are_plain_and_stay_the_same(name: str) -> None:
    key = gazetteer.key_of(name)
    assert gazetteer.key_of(key) == key
    assert set(key) <= set("abcdefghijklmnopqrstuvwxyz0123456789 ")


@pytest.mark.parametrize("content", ["", "key,name\n", "garbage", "key,name,rank,cut off"])
def test_a_damaged_table_of_places_raises_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    file = tmp_path / "places.csv"
    file.write_text(content, encoding="utf-8")
    monkeypatch.setattr(tables, "path", lambda _: file)
    gazetteer.forget()
    with pytest.raises(TableError, match="install nearhome again"):
        find.find("Truro")
    monkeypatch.undo()
    gazetteer.forget()
    assert find.find("Truro").name == "Truro"
