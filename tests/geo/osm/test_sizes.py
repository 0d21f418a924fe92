"""Lengths and weights as the map writes them, and whether a car fits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nearhome.geo.osm import sizes


@pytest.mark.parametrize(
    ("tag", "metres"),
    [
        ("2", 2.0),
        ("2.1 m", 2.1),
        ("2,1", 2.1),
        ("210 cm", 2.1),
        ("7'", 2.1336),
        ("7 ft", 2.1336),
        ("6'6\"", 1.9812),
        ("6' 6\"", 1.9812),
        ("6'6", 1.9812),
        ("6 ft 6 in", 1.9812),
        ("default", None),
        ("none", None),
        ("2 furlongs", None),
        ("-2", None),
        ("", None),
    ],
)
def test_lengths(tag: str, metres: float | None) -> None:
    assert sizes.metres(tag) == (None if metres is None else pytest.approx(metres))


@pytest.mark.parametrize(
    ("tag", "tonnes"),
    [
        ("7.5", 7.5),
        ("7,5 t", 7.5),
        ("3500 kg", 3.5),
        ("2 st", 1.814),
        ("2000 lbs", 0.907),
        ("20 cwt", 1.016),
        ("x", None),
    ],
)
def test_weights(tag: str, tonnes: float | None) -> None:
    assert sizes.tonnes(tag) == (None if tonnes is None else pytest.approx(tonnes, abs=0.001))


@given(st.text(max_size=10))
def test_no_text_is_a_size_below_nothing(tag: str) -> None:
    for found in (sizes.metres(tag), sizes.tonnes(tag)):
        assert found is None or found >= 0


@given(st.floats(0.5, 6.0), st.sampled_from(sorted(sizes.SIZE_KEYS)))
def test_what_fits_one_way_fits_back_and_more_room_never_keeps_out(size: float, key: str) -> None:
    fits = sizes.fits({key: f"{size:.3f}"})
    assert fits[0] == fits[1]
    if fits[0]:
        assert sizes.fits({key: f"{size + 1:.3f}"}) == (True, True)
