"""Speeds within physical bounds, in the order that roads and surroundings give, whatever the edge."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nearhome.data.catalogue.columns import Text
from nearhome.geo.roads import network, speeds
from nearhome.geo.roads.edges import Edges

KPH_OF_70_MPH = 112.65
"""The highest limit on British roads (Highway Code, rule 124)."""

CLASSES = ("motorway", "trunk", "a")
shares = st.integers(0, 100)


def edge(**values: Any) -> Edges:
    """Return one edge, by default 10 km of rural single A road without junctions."""
    words = {"road_class": "a", "carriageway": "single", "kind": "road"}
    numbers = dict.fromkeys(("u", "v", "urban_percent", "dense_percent", "ferry_seconds", "wait_seconds"), 0)
    numbers |= {"metres": 10_000, "junctions": 0}
    texts = {name: Text(np.zeros(1, np.int64), [values.pop(name, word)]) for name, word in words.items()}
    columns: dict[str, Any] = {name: np.array([value], np.int64) for name, value in (numbers | values).items()}
    return Edges(**columns, texts=texts)


def seconds(**values: Any) -> float:
    """Return how long an edge takes."""
    return float(speeds.deciseconds(edge(**values))[0]) / 10


def test_ten_kilometres_at_the_model_s_speed() -> None:
    model = speeds.DEFAULT
    assert seconds(road_class="motorway", carriageway="dual") == pytest.approx(
        36_000 / model.motorway_rural_kph, abs=0.1
    )
    assert seconds() == pytest.approx(36_000 / model.single_rural_kph, abs=0.1)
    assert seconds(urban_percent=100) == pytest.approx(36_000 / model.single_urban_kph, abs=0.1)
    assert seconds(urban_percent=100, dense_percent=100) == pytest.approx(36_000 / model.dense_kph, abs=0.1)
    half = (18_000 / model.single_rural_kph) + (18_000 / model.single_urban_kph)
    assert seconds(urban_percent=50) == pytest.approx(half, abs=0.1)
    assert seconds(junctions=2) - seconds() == pytest.approx(2 * model.junction_seconds, abs=0.1)


@given(shares, shares, st.sampled_from(CLASSES), st.sampled_from(["dual", "single", "unknown"]))
def test_more_built_up_is_never_quicker(one: int, other: int, road_class: str, carriageway: str) -> None:
    low, high = sorted((one, other))
    kind = {"road_class": road_class, "carriageway": carriageway}
    assert seconds(urban_percent=low, **kind) <= seconds(urban_percent=high, **kind)
    denser = [seconds(urban_percent=100, dense_percent=dense, **kind) for dense in (low, high)]
    assert denser[0] <= denser[1]


@given(shares, shares)
def test_motorways_are_quicker_than_dual_carriageways_and_those_than_single_ones(one: int, other: int) -> None:
    dense, urban = sorted((one, other))
    around = {"urban_percent": urban, "dense_percent": dense}
    motorway = seconds(road_class="motorway", carriageway="dual", **around)
    dual, single = (seconds(carriageway=carriageway, **around) for carriageway in ("dual", "single"))
    assert motorway < dual < single
    assert seconds(carriageway="unknown", **around) == single


@given(st.integers(1, 300_000), shares, shares, st.sampled_from(CLASSES), st.booleans())
def test_every_road_keeps_within_physical_bounds(
    metres: int,
    one: int,
    other: int,
    road_class: str,
    dual: bool,  # noqa: FBT001 -- drawn by hypothesis
) -> None:
    dense, urban = sorted((one, other))
    taken = speeds.deciseconds(
        edge(
            metres=metres,
            urban_percent=urban,
            dense_percent=dense,
            road_class=road_class,
            carriageway="dual" if dual else "single",
        )
    )
    assert taken.dtype == np.int64
    assert taken[0] >= 1
    kph = 36.0 * metres / taken[0]
    assert kph <= KPH_OF_70_MPH * (1 + 1 / (2 * taken[0])) + 1e-9 or taken[0] == 1
    if metres > 100:
        assert kph > 25.0  # walking pace is for jams, not averages


def test_ferries_take_their_crossing_and_their_wait_whatever_their_length() -> None:
    for metres in (10, 200_000):
        ferry = {"kind": "ferry", "road_class": "ferry", "ferry_seconds": 3_600, "wait_seconds": 2_700}
        assert seconds(metres=metres, urban_percent=80, junctions=2, **ferry) == 6_300


def test_the_model_s_speeds_are_averages_below_the_limits() -> None:
    model = dataclasses.asdict(speeds.DEFAULT)
    limits_mph = {"motorway": 70, "dual": 70, "single": 60, "dense": 40, "local": 60, "link": 60}
    for name, value in model.items():
        if name.endswith("_kph"):
            assert 16 <= value <= limits_mph[name.split("_")[0]] * 1.609344, name  # 16 km/h is 10 mph
    assert 0 <= model["junction_seconds"] <= 30
    assert 1.0 <= model["detour"] <= 1.5
    assert max(speeds.OSM_SPEEDS_KPH.values()) <= KPH_OF_70_MPH


def test_no_arc_of_the_shipped_network_is_quicker_than_the_law() -> None:
    roads = network.shipped()
    kph = 36.0 * roads.edges.metres[roads.edge] / roads.deciseconds
    sails = roads.edges.is_("kind", "ferry")[roads.edge]
    assert kph[~sails].max() <= KPH_OF_70_MPH
    assert kph[~sails].min() >= 16
    assert kph[sails].max() <= 50  # a fast ferry makes 27 knots, and people wait for it
    assert roads.deciseconds.min() >= 1
    assert np.all(roads.edges.dense_percent <= roads.edges.urban_percent)


@given(st.floats(0, 1), st.floats(0, 1))
def test_local_streets_are_slower_in_town_and_never_crawl(one: float, other: float) -> None:
    rates = speeds.local_seconds_per_metre(np.array(sorted((one, other))))
    assert rates[0] <= rates[1]
    on_the_street_kph = 3.6 * speeds.DEFAULT.detour / rates
    assert np.all((on_the_street_kph >= 16) & (on_the_street_kph <= 60))
