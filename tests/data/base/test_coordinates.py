"""The National Grid against published points and PROJ's own database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from nearhome.data.base.coordinates import crow_miles, to_degrees, to_metres


def test_the_worked_example_of_the_ordnance_survey_is_met() -> None:
    # Caister water tower: OSGB36 easting and northing, and ETRS89 position, from OS's guide to coordinate systems.
    lat, lon = to_degrees(651_409.903, 313_177.270)
    assert crow_miles(float(lat), float(lon), 52.657_977, 1.716_038) * 1609 < 5


@given(st.floats(100_000, 650_000), st.floats(10_000, 1_200_000))
def test_there_and_back_gives_the_same_metres(easting: float, northing: float) -> None:
    again = to_metres(*to_degrees(easting, northing))
    assert float(again[0]) == pytest.approx(easting, abs=0.01)
    assert float(again[1]) == pytest.approx(northing, abs=0.01)


@given(st.floats(100_000, 650_000), st.floats(10_000, 1_200_000))
def test_it_is_the_transformation_of_the_epsg_register(easting: float, northing: float) -> None:
    # Without Ordnance Survey's correction grid PROJ picks EPSG:1314 too; with it, the two differ by metres.
    lon, lat = Transformer.from_crs(27700, 4326, always_xy=True).transform(easting, northing)
    here = to_degrees(easting, northing)
    assert crow_miles(lat, lon, float(here[0]), float(here[1])) * 1609 < 25


@given(st.floats(49, 61), st.floats(-9, 2), st.floats(49, 61), st.floats(-9, 2))
def test_crow_miles_are_within_half_a_percent_of_the_ellipsoid(a: float, b: float, c: float, d: float) -> None:
    metres = Geod(ellps="WGS84").inv(b, a, d, c)[2]
    assert crow_miles(a, b, c, d) == pytest.approx(metres / 1609.344, rel=0.005, abs=0.001)
