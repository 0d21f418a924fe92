"""Authorities of points, boundaries with people, and the towns that stand for a population."""

from __future__ import annotations

import pytest

from nearhome.data.catalogue import frames
from nearhome.data.errors import InputError
from nearhome.data.places import areas as area_finder
from nearhome.geo.places import areas


@pytest.mark.parametrize(
    ("lat", "lon", "name"),
    [
        (50.264, -5.051, "Cornwall"),
        (50.722, -3.533, "Exeter"),
        (51.501, -0.142, "Westminster"),
        (55.953, -3.189, "City of Edinburgh"),
        (54.597, -5.930, "Belfast"),
        (54.344, -7.634, "Fermanagh and Omagh"),
        (51.483, -3.181, "Cardiff"),
        (49.914, -6.315, "Isles of Scilly"),
    ],
)
def test_points_know_their_authority(lat: float, lon: float, name: str) -> None:
    code = areas.authority_at(lat, lon)
    assert code is not None
    assert area_finder.authority(code).name == name


@pytest.mark.parametrize(("lat", "lon"), [(48.85, 2.35), (53.35, -6.26), (54.15, -4.48), (56.0, 3.0), (89.9, 0.0)])
def test_points_abroad_and_at_sea_have_none(lat: float, lon: float) -> None:
    assert areas.authority_at(lat, lon) is None


def test_authorities_are_all_361() -> None:
    found = area_finder.authorities()
    assert len(found) == 361
    cornwall = found["E06000052"]
    assert (cornwall.county, cornwall.region, cornwall.police) == ("Cornwall", "South West", "Devon & Cornwall")
    # Mid-2020 estimate of the ONS.
    assert cornwall.population == 573_299
    with pytest.raises(InputError, match="no local authority 'E99'"):
        area_finder.authority("E99")


@pytest.mark.parametrize(
    ("level", "count"), [("authority", 361), ("county", 217), ("police", 43), ("region", 12), ("nation", 4)]
)
def test_boundaries_have_shapes_and_people(level: str, count: int) -> None:
    shapes = areas.boundaries(level)
    assert len(shapes) == count
    assert shapes.crs.to_epsg() == 4326
    assert list(shapes.columns) == ["code", "name", *areas.FIGURES, "geometry"]
    assert shapes.geometry.is_valid.all()


def test_people_add_up_from_level_to_level() -> None:
    whole = sum(each.population for each in area_finder.authorities().values())
    for level in ("authority", "region", "nation"):
        assert areas.boundaries(level)["population"].sum() == whole
    wales = areas.boundaries("nation").set_index("name").loc["Wales"]
    assert wales["population"] == sum(
        each.population for each in area_finder.authorities().values() if each.nation == "Wales"
    )


def test_sums_are_missing_where_a_part_is() -> None:
    nations = areas.boundaries("nation").set_index("name")
    assert nations["households_no_car"].isna().to_dict() == {
        "England": False,
        "Northern Ireland": True,
        "Scotland": True,
        "Wales": False,
    }


def test_boundaries_agree_with_the_postcodes_well_inside_them() -> None:
    shapes = areas.boundaries("authority").set_index("code").geometry
    inner = shapes.to_crs(27700).representative_point().to_crs(4326)
    agree = sum(areas.authority_at(point.y, point.x) == code for code, point in inner.items())
    assert agree >= 0.97 * len(inner)


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(InputError, match="no boundaries of 'moon'"):
        areas.boundaries("moon")


def test_the_towns_of_cornwall_stand_for_its_people() -> None:
    towns = areas.towns_of("E06000052", minimum_postcodes=150)
    names = [town.name for town in towns]
    assert {"Truro", "Penzance", "Bodmin", "Newquay", "Falmouth", "Launceston"} <= set(names)
    assert sum(town.share for town in towns) == pytest.approx(1)
    assert sum(town.people for town in towns) == pytest.approx(573_299)
    assert [town.people for town in towns] == sorted((town.people for town in towns), reverse=True)
    assert min(town.postcodes for town in towns) >= 150


def test_every_postcode_of_an_authority_is_counted_once() -> None:
    frame = frames.load("postcodes")
    codes = frames.load("postcode_authorities")["code"].tolist()
    wanted = ((frame["authority"] == codes.index("E06000052")) & (frame["quality"] != 90)).sum()
    assert sum(town.postcodes for town in areas.towns_of("E06000052")) == wanted


def test_northern_ireland_has_towns_from_its_sectors() -> None:
    towns = areas.towns_of("N09000003")
    assert towns[0].name == "Belfast"
    assert sum(town.share for town in towns) == pytest.approx(1)


@pytest.mark.parametrize("code", [*area_finder.authorities()])
def test_every_authority_has_a_town_or_says_so(code: str) -> None:
    try:
        towns = areas.towns_of(code)
    except InputError as error:
        assert "No town of" in str(error)  # noqa: PT017 -- either outcome is right
        return
    assert sum(town.share for town in towns) == pytest.approx(1)
