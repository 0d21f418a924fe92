"""Catchments on roads whose reach is known by arithmetic, and of real prisons against the router's own times."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nearhome.data.base import coordinates
from nearhome.data.errors import InputError
from nearhome.data.places import postcodes
from nearhome.data.prisons import register
from nearhome.geo.matrices.isochrones import CRS, NO_WAY, TOO_SMALL, catchments
from nearhome.geo.matrices.postcodes import all_postcodes_to
from nearhome.geo.places.residents import FIGURES, residents
from nearhome.geo.routing.components import AGAIN_METRES
from nearhome.geo.routing.router import Router

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nearhome.data.prisons.register import Prison

EAST, NORTH = 400_000.0, 300_000.0
"""In the English Midlands, far from any coast or barrier."""


@dataclass(frozen=True)
class At:
    """A destination at a point of the National Grid."""

    id: str
    lat: float
    lon: float

    @classmethod
    def metres(cls, x: float, y: float, name: str = "goal") -> At:
        """Place it so many metres east and north of the middle."""
        lat, lon = coordinates.to_degrees(EAST + x, NORTH + y)
        return cls(name, float(lat), float(lon))


def roads(ways: Iterable[tuple[tuple[float, float], tuple[float, float], str, float]]) -> Router:
    """Build a router of straight two-way roads: metres from the middle, highway tag, metres a second."""
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph(crs="epsg:27700")
    for a, b, highway, speed in ways:
        for x, y in (a, b):
            graph.add_node((x, y), x=EAST + x, y=NORTH + y)
        length = math.dist(a, b)
        for tail, head in ((a, b), (b, a)):
            graph.add_edge(tail, head, length=length, travel_time=length / speed, highway=highway)
    return Router(graph)


def ring(half: float, speed: float) -> Router:
    """Build a square road with the destination's node in the middle of its southern side."""
    corners = [(0.0, -half), (half, -half), (half, half), (-half, half), (-half, -half), (0.0, -half)]
    return roads([(a, b, "primary", speed) for a, b in pairwise(corners)])


def shape_of(frame: Any, minutes: int, destination: str = "goal") -> shapely.Geometry:
    chosen = frame[(frame["destination"] == destination) & (frame["minutes"] == minutes)]
    assert len(chosen) == 1
    geometry: shapely.Geometry = chosen.geometry.iloc[0]
    return geometry


# Roads whose reach is known


def test_along_a_straight_road_the_catchment_is_a_rhombus() -> None:
    speed, minutes = 20.0, 20
    router = roads([((0, 0), (50_000, 0), "primary", speed), ((0, 0), (-50_000, 0), "primary", speed)])
    found = catchments([At.metres(0, 0)], [10, minutes], router)
    local = float(router.access.seconds_per_metre[0])
    along, across = 60 * minutes * speed, 60 * minutes / local
    shape = shape_of(found, minutes)
    west, south, east, north = shapely.bounds(shape)
    assert (west, east) == pytest.approx((EAST - along, EAST + along), abs=500)
    assert (south, north) == pytest.approx((NORTH - across, NORTH + across), abs=500)
    areas_km2 = found["area_km2"].tolist()
    assert areas_km2[1] == pytest.approx(2 * along * across / 1e6, rel=0.02)
    assert areas_km2[0] == pytest.approx(areas_km2[1] / 4, rel=0.03)


def test_a_one_way_road_is_followed_towards_the_destination_only() -> None:
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph(crs="epsg:27700")
    for x in (-30_000, 0, 30_000):
        graph.add_node(x, x=EAST + x, y=NORTH)
    graph.add_edge(-30_000, 0, length=30_000, travel_time=1_000, highway="primary")
    graph.add_edge(0, 30_000, length=30_000, travel_time=1_000, highway="primary")
    west, _, east, _ = shapely.bounds(shape_of(catchments([At.metres(0, 0)], [15], Router(graph)), 15))
    assert west < EAST - 20_000
    # East of it a square's own road leads away; it joins the western one if that is near, as the router has it.
    assert east < EAST + AGAIN_METRES + 500


def test_land_inside_a_ring_that_takes_too_long_is_a_hole() -> None:
    router = ring(20_000, 100.0)
    found = catchments([At.metres(0, -20_000)], [20, 60], router)
    inner, outer = (shape_of(found, minutes) for minutes in (20, 60))
    assert shapely.get_num_geometries(inner) == 1
    assert shapely.get_num_interior_rings(shapely.get_geometry(inner, 0)) == 1
    assert not shapely.contains_xy(inner, EAST, NORTH)
    assert shapely.contains_xy(inner, [EAST, EAST, EAST + 20_000], [NORTH - 20_000, NORTH + 20_000, NORTH]).all()
    assert shapely.contains_xy(outer, EAST, NORTH)
    assert shapely.contains_properly(outer, inner)


def test_places_at_either_end_of_a_motorway_are_parts_of_their_own() -> None:
    router = roads(
        [
            ((-3_000, 0), (3_000, 0), "primary", 20.0),
            ((3_000, 0), (60_000, 0), "motorway", 100.0),
            ((60_000, 0), (66_000, 0), "primary", 20.0),
        ]
    )
    shape = shape_of(catchments([At.metres(0, 0)], [25], router), 25)
    assert shapely.get_num_geometries(shape) == 2
    assert shapely.contains_xy(shape, [EAST, EAST + 63_000], [NORTH, NORTH]).all()
    assert not shapely.contains_xy(shape, EAST + 31_500, NORTH)


def test_a_scenario_with_slower_roads_has_the_smaller_catchment() -> None:
    fast, slow = (catchments([At.metres(0, -20_000)], [20], ring(20_000, speed)) for speed in (100.0, 30.0))
    assert shapely.contains(shape_of(fast, 20), shape_of(slow, 20).buffer(-1))
    assert slow["area_km2"].iloc[0] < 0.7 * fast["area_km2"].iloc[0]


@st.composite
def networks(draw: st.DrawFn) -> Router:
    """Draw roads between points of a coarse lattice, 60 km wide."""
    place = st.tuples(*[st.integers(-3, 3).map(lambda step: 10_000.0 * step)] * 2)
    ways = draw(
        st.lists(st.tuples(place, place), min_size=1, max_size=8).map(lambda ways: [w for w in ways if w[0] != w[1]])
    )
    kinds = st.sampled_from([("primary", 10.0), ("trunk", 25.0), ("motorway", 30.0), ("ferry", 5.0)])
    drawn = [(a, b, *draw(kinds)) for a, b in ways]
    return roads([*drawn, ((0.0, 0.0), (10_000.0, 0.0), "primary", 15.0)])


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(
    networks(),
    st.tuples(*[st.floats(-30_000, 30_000)] * 2),
    st.lists(st.integers(10, 90), min_size=2, max_size=4, unique=True),
)
def test_catchments_of_any_network_are_valid_and_nested_and_hold_what_the_router_reaches(
    router: Router, goal: tuple[float, float], minutes: list[int]
) -> None:
    at = At.metres(*goal)
    frame = catchments([at], sorted(minutes), router)
    shapes = frame.geometry[frame["note"] == ""].tolist()
    assert shapely.is_valid(shapes).all()
    for inner, outer in pairwise(shapes):
        assert shapely.area(shapely.difference(inner, outer)) < 1e-3
    rng = np.random.default_rng(0)
    middles = 500.0 * rng.integers(-70, 70, (80, 2)) + [EAST, NORTH]
    times = router.matrix_between(middles, np.array([coordinates.to_metres(at.lat, at.lon)])).minutes[:, 0]
    for limit, shape in zip(frame["minutes"], frame.geometry, strict=True):
        assert (shapely.contains_xy(shape, *middles.T) == (times <= limit)).all()


# The shipped network


def prison(prison_id: str) -> Prison:
    return register.by_id(prison_id)


SAMPLE = ("PVI", "BNI", "HVI", "VEI", "IWI", "EHI", "DTI", "SCO-PER", "SCO-INV", "PRI")
"""Town, country, coast and islands, in England, Wales and Scotland; some of them those whose counts differ most."""


@pytest.fixture(scope="module")
def drawn() -> Any:
    return catchments([prison(name) for name in (*SAMPLE, "NI-MAG", "IOM-JUR", "JSY-LMO")], [30, 60, 90, 120])


def test_there_is_a_row_for_each_prison_and_time_with_its_crs(drawn: Any) -> None:
    assert drawn.crs == CRS
    assert list(drawn.columns) == ["destination", "minutes", "mode", "area_km2", *FIGURES, "note", "geometry"]
    assert drawn["destination"].iloc[:5].tolist() == ["PVI"] * 4 + ["BNI"]
    assert drawn["minutes"].iloc[:4].tolist() == [30, 60, 90, 120]
    assert set(drawn["mode"]) == {"car"}
    assert set(drawn.geom_type) == {"MultiPolygon"}
    known = drawn[drawn["note"] == ""]
    assert known["area_km2"].tolist() == pytest.approx((known.area / 1e6).tolist())


def test_shapes_are_valid_and_lie_within_one_another(drawn: Any) -> None:
    assert drawn.is_valid.all()
    for _, rows in drawn[drawn["note"] == ""].groupby("destination"):
        for inner, outer in pairwise(rows.geometry):
            assert shapely.area(shapely.difference(inner, outer)) < 1e-3
            assert shapely.area(outer) >= shapely.area(inner)
        assert rows["people"].dropna().is_monotonic_increasing


def test_people_inside_are_those_whose_postcodes_the_router_reaches_in_time(drawn: Any) -> None:
    times = all_postcodes_to(Router.shipped(), [prison(name) for name in SAMPLE])
    table = postcodes.shipped()
    east, _ = table.all_points()
    rows = np.flatnonzero((east >= 0) & (table.records["authority"] != postcodes.NO_AUTHORITY))
    people = residents().figures[: len(rows), 0]
    far = []
    for number, name in enumerate(SAMPLE):
        minutes = times.minutes(goal=number)[rows]
        for _, row in drawn[drawn["destination"] == name].iterrows():
            # Times come in tenths of a minute: of those that say exactly the limit about half are longer.
            reached = float(people[minutes <= row["minutes"]].sum() + people[minutes < row["minutes"]].sum()) / 2
            if abs(row["people"] / reached - 1) > 0.03:
                far.append((name, row["minutes"], row["people"], reached))
    assert far == []


def test_people_are_counted_as_the_shape_itself_holds_them(drawn: Any) -> None:
    for _, row in drawn[drawn["destination"].isin(["PVI", "IWI", "SCO-PER", "NI-MAG"])].iterrows():
        inside = residents().inside(row.geometry)
        assert [row[name] for name in FIGURES] == pytest.approx(inside.tolist(), rel=1e-9, nan_ok=True)


def test_figures_that_nobody_publishes_for_part_of_the_area_are_missing(drawn: Any) -> None:
    missing = drawn.set_index(["destination", "minutes"])[list(FIGURES)].isna()
    assert missing.loc[("PVI", 120)].tolist() == [False, False, False]
    assert missing.loc[("SCO-PER", 30)].tolist() == [False, False, True]
    assert missing.loc[("DTI", 120)].tolist() == [False, False, True]
    assert missing.loc[("NI-MAG", 30)].tolist() == [False, True, True]
    assert missing.loc[("IOM-JUR", 30)].tolist() == [True, True, True]


def test_the_isle_of_man_is_drawn_though_nobody_there_is_counted(drawn: Any) -> None:
    rows = drawn[drawn["destination"] == "IOM-JUR"]
    assert (rows["note"] == "").all()
    assert rows["area_km2"].iloc[-1] == pytest.approx(572, rel=0.1)


def test_catchments_end_at_the_coast_and_cross_it_where_there_is_a_ferry(drawn: Any) -> None:
    island, portsmouth, channel = (
        coordinates.to_metres(*at) for at in ((50.69, -1.30), (50.80, -1.09), (50.45, -1.20))
    )
    two_hours = shape_of(drawn, 120, "IWI")
    assert shapely.contains_xy(two_hours, *island)
    assert shapely.contains_xy(two_hours, *portsmouth)
    assert not shapely.contains_xy(two_hours, *channel)
    assert not shapely.contains_xy(shape_of(drawn, 90, "IWI"), *portsmouth)


def test_a_prison_no_road_leads_to_has_empty_rows_that_say_so(drawn: Any) -> None:
    rows = drawn[drawn["destination"] == "JSY-LMO"]
    assert rows["note"].tolist() == [NO_WAY] * 4
    assert rows.geometry.is_empty.all()
    assert rows[["area_km2", *FIGURES]].isna().to_numpy().all()


def test_a_place_whose_nearest_road_takes_longer_is_too_small_to_draw() -> None:
    router = roads([((0, 0), (1_000, 0), "primary", 20.0)])
    far = catchments([At.metres(250, 25_250)], [10, 240], router)
    assert far["note"].tolist() == [TOO_SMALL, ""]
    assert far.geometry.is_empty.tolist() == [True, False]
    assert math.isnan(far["people"].iloc[0])


# What cannot be drawn


@pytest.mark.parametrize(
    "minutes", [[], [0, 30], [-30], [5], [60, 30], [30, 30], [30.5], [math.nan], [math.inf]], ids=str
)
def test_unusable_minutes_are_refused_in_one_sentence(minutes: list[int]) -> None:
    with pytest.raises(InputError, match=r"^The minutes must be whole, rising and 10 or more, such as 30, 60; given: "):
        catchments([prison("EXI")], minutes)


def test_no_destination_and_one_given_twice_are_refused() -> None:
    with pytest.raises(InputError, match="No destination was given"):
        catchments([], [30])
    with pytest.raises(InputError, match="'EXI' was given more than once"):
        catchments([prison("EXI"), prison("EXI")], [30])
