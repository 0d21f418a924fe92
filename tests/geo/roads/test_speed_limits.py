"""Speed limits as the map writes them: numbers with units, and the names of national rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nearhome.geo.roads import speed_limits

MPH = 1.0 / speed_limits.MILES_PER_KM


@pytest.mark.parametrize(
    ("tag", "kph"),
    [
        ("30 mph", 30 * MPH),
        ("30mph", 30 * MPH),
        ("30 MPH", 30 * MPH),
        ("30 mp/h", 30 * MPH),
        (" 30 mph ", 30 * MPH),
        ("7.5 mph", 7.5 * MPH),
        ("3 mph", 3 * MPH),
        ("50", 50.0),
        ("50 km/h", 50.0),
        ("50 kmh", 50.0),
        ("50 kph", 50.0),
        ("20 knots", 37.04),
        ("10 knots", 18.52),
        ("20 furlongs", None),
        ("20 m/s", None),
        ("GB:nsl_single", 60 * MPH),
        ("gb:NSL_single", 60 * MPH),
        ("UK:nsl_dual", 70 * MPH),
        ("GB:nsl_restricted", 30 * MPH),
        ("GB-ENG:nsl_restricted", 30 * MPH),
        ("GB-WLS:nsl_restricted", 20 * MPH),
        ("GB-WLS:nsl_single", 60 * MPH),
        ("GB:motorway", 70 * MPH),
        ("GB:20_zone", 20 * MPH),
        ("GB:zone20", 20 * MPH),
        ("GB:zone:20", 20 * MPH),
        ("GB:20", 20 * MPH),
        ("GB:urban", 30 * MPH),
        ("GB:variable", None),
        ("IE:urban", 50.0),
        ("IE:rural", 80.0),
        ("IE:motorway", 120.0),
        ("FR:urban", 50.0),
        ("DE:zone:30", 30.0),
        ("DE:nonsense", None),
        ("walk", 6.0),
        ("none", 140.0),
        ("500", 140.0),
        ("9" * 400, 140.0),
        ("30 mph;20 mph", 20 * MPH),
        ("signals;40", 40.0),
        ("signals", None),
        ("variable", None),
        ("sign", None),
        ("", None),
        ("0", None),
        ("1", None),
        ("-5", None),
        ("nan", None),
        ("inf", None),
        ("30 @ (Mo-Fr 08:00-09:00)", None),
    ],
)
def test_limits_are_read_as_they_are_tagged(tag: str, kph: float | None) -> None:
    assert speed_limits.limit_kph(tag) == (None if kph is None else pytest.approx(kph))


@given(st.text(max_size=12))
def test_no_tag_gives_a_limit_that_is_no_speed(tag: str) -> None:
    limit = speed_limits.limit_kph(tag)
    assert limit is None or 0 < limit < float("inf")


@given(st.integers(5, 130), st.sampled_from(["", " km/h", " mph", " knots"]))
def test_capitals_and_blanks_change_no_limit(number: int, unit: str) -> None:
    limit = speed_limits.limit_kph(f"{number}{unit}")
    assert limit is not None
    assert speed_limits.limit_kph(f" {number}{unit.upper().replace(' ', '')} ") == limit


@pytest.mark.parametrize(
    ("tags", "along", "against"),
    [
        ({}, "", ""),
        ({"maxspeed": "30 mph"}, "30 mph", "30 mph"),
        ({"maxspeed:forward": "20 mph", "maxspeed:backward": "50 mph"}, "20 mph", "50 mph"),
        ({"maxspeed": "40 mph", "maxspeed:backward": "30 mph"}, "40 mph", "30 mph"),
        ({"maxspeed": "60 mph", "maxspeed:advisory": "40 mph"}, "40 mph", "40 mph"),
        ({"maxspeed": "signals", "maxspeed:type": "GB:motorway"}, "GB:motorway", "GB:motorway"),
        ({"source:maxspeed": "sign"}, "", ""),
        ({"source:maxspeed": "GB:nsl_single"}, "GB:nsl_single", "GB:nsl_single"),
    ],
)
def test_the_limit_of_a_direction_counts_before_that_of_both(tags: dict[str, str], along: str, against: str) -> None:
    assert speed_limits.limits(tags) == (along, against)
