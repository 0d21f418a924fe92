"""Modelled local roads: who is joined with whom, what a link never does, and how main roads are cut for them."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from nearhome.data.build.roads import local
from nearhome.data.build.roads.sources import EDGE_DEFAULTS
from nearhome.data.build.roads.surroundings import REGION_KM, Surroundings
from nearhome.geo.roads import network

CORNER = np.array([450_000.0, 200_000.0])
LAND = shapely.box(*(CORNER - 60_000), *(CORNER + 60_000))
DRY = np.zeros((0, 4))
COLUMN = [EDGE_DEFAULTS | {"u": 0, "v": 1, "metres": 20_600.0}]

points = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=6, max_size=25, unique=True)


def main_road(**values: object) -> local.MainRoads:
    """Return one straight A road of 20 km, 3 % longer by survey."""
    xy = CORNER + np.array([[0.0, 0.0], [20_000.0, 0.0]])
    return local.MainRoads(xy, pd.DataFrame([{**COLUMN[0], **values}]), {})


def around(*places: tuple[float, float]) -> Surroundings:
    """Return surroundings in which somebody lives every 500 m between places, or everywhere."""
    if not places:
        steps = np.arange(-30_000, 30_001, 800)
        grid = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
        return Surroundings(CORNER + grid)
    return Surroundings(CORNER + np.array(places, dtype=float))


def built(
    places: list[tuple[float, float]],
    roads: local.MainRoads | None = None,
    water: np.ndarray = DRY,
    lived: Surroundings | None = None,
) -> tuple[local.MainRoads, pd.DataFrame]:
    """Return the roads with local ones added, and the links alone."""
    xy, sizes = CORNER + np.array(places, dtype=float), np.arange(len(places), 0, -1)
    roads = main_road() if roads is None else roads
    whole = local.with_local(roads, xy, sizes, LAND, water, lived or around())
    return whole, whole.edges[whole.edges["kind"].eq("local")]


@settings(max_examples=40, deadline=None)
@given(points)
def test_neighbours_are_those_between_whom_no_third_lies(drawn: list[tuple[int, int]]) -> None:
    xy = np.array(drawn, dtype=float) + np.random.default_rng(1).uniform(0, 0.2, (len(drawn), 2))
    one, other = local.neighbours(xy)
    found = set(zip(one.tolist(), other.tolist(), strict=True))
    for a, b in combinations(range(len(xy)), 2):
        middle, radius = (xy[a] + xy[b]) / 2, np.hypot(*(xy[a] - xy[b])) / 2
        third = np.delete(np.hypot(*(xy - middle).T), [a, b])
        assert ((a, b) in found) == bool((third >= radius * (1 - 1e-9)).all())


@settings(max_examples=40, deadline=None)
@given(points, st.integers(1, 12))
def test_places_that_stand_for_others_are_apart_and_near_all(drawn: list[tuple[int, int]], metres: int) -> None:
    xy = np.array(drawn, dtype=float)
    size = np.arange(len(xy)) % 5
    kept = local.apart(xy, size, metres)
    between = np.hypot(*(xy[:, None] - xy[None, kept]).transpose(2, 0, 1))
    assert (between[kept][~np.eye(len(kept), dtype=bool)] > metres).all()
    assert (between.min(axis=1) <= metres).all()
    for gone in np.setdiff1d(np.arange(len(xy)), kept):
        assert size[kept[between[gone] <= metres]].max() >= size[gone]


def test_a_main_road_is_cut_where_a_link_joins_it_and_keeps_its_length() -> None:
    whole, links = built([(4_000, 2_000), (12_000, 2_500)])
    road = whole.edges[whole.edges["kind"].eq("road")]
    assert len(road) > 1
    assert road["metres"].sum() == pytest.approx(20_600.0)
    graph = {(int(u), int(v)) for u, v in whole.edges[["u", "v"]].to_numpy()}
    assert len(graph) == len(whole.edges)
    assert len(links) >= 3
    crow = np.hypot(*(whole.xy[links["u"]] - whole.xy[links["v"]]).T)
    np.testing.assert_allclose(links["metres"], local.DETOUR * crow)
    assert links["source"].eq("modelled").all()
    assert links["ref"].eq("").all()


def test_a_bent_road_is_cut_along_its_line() -> None:
    line = CORNER + np.array([[0.0, 0.0], [10_000.0, 10_000.0], [20_000.0, 0.0]])
    roads = local.MainRoads(main_road().xy, main_road(metres=29_000.0).edges, {0: line})
    whole, _ = built([(9_000, 11_500), (1_000, 3_000)], roads)
    drawn = whole.drawn()[whole.edges["kind"].eq("road")]
    assert len(drawn) > 1
    assert shapely.length(drawn).sum() == pytest.approx(shapely.LineString(line).length)
    assert (
        shapely.hausdorff_distance(shapely.line_merge(shapely.MultiLineString(list(drawn))), shapely.LineString(line))
        < 1
    )
    joints = whole.xy[len(roads.xy) :]
    assert (shapely.distance(shapely.LineString(line), shapely.points(joints[[0]])) < 1).all()


@pytest.mark.parametrize(
    "values", [{"road_class": "motorway"}, {"kind": "ferry"}, {"kind": "crossing"}, {"toll": "severn"}]
)
def test_nothing_joins_a_motorway_a_ferry_a_crossing_or_a_toll(values: dict[str, object]) -> None:
    places = [(4_000, 2_000), (12_000, 2_500), (4_500, -2_000), (9_000, 3_500)]
    assert len(built(places)[1])
    _, links = built(places, main_road(**values))
    assert len(links) == 0  # and what reaches no main road is left out


def test_no_link_crosses_water_or_the_sea() -> None:
    places = [(4_000, 2_000), (4_000, 6_000)]
    _, free = built(places)
    river = (np.tile(CORNER, 2) + np.array([-9_000, 4_000, 30_000, 4_000]))[None]
    whole, links = built(places, water=river)
    assert len(links) < len(free)
    north = whole.xy[:, 1] > CORNER[1] + 4_000
    assert (north[links["u"]] == north[links["v"]]).all()
    island = shapely.union(
        shapely.box(*(CORNER - 9_000), *(CORNER + np.array([30_000, 3_000]))),
        shapely.Point(*(CORNER + np.array([4_000, 6_000]))).buffer(900),
    )
    roads = local.with_local(main_road(), CORNER + np.array(places, float), np.array([2, 1]), island, DRY, around())
    assert not (roads.xy[:, 1] > CORNER[1] + 4_000).any()


def test_where_nobody_lives_there_is_no_road() -> None:
    places = [(4_000, 2_000), (4_000, 9_000)]
    villages = [(x, y) for x in (3_800, 4_200) for y in (1_900, 9_000)]
    lane = [(4_000, float(y)) for y in range(0, 9_001, 700)]
    _, wild = built(places, lived=around(*villages, (4_000, 0), (4_000, 900)))
    _, lived = built(places, lived=around(*villages, *lane))
    assert wild["metres"].max() < 3_000 * local.DETOUR
    assert lived["metres"].max() == pytest.approx(7_000 * local.DETOUR)


def test_no_link_is_longer_than_the_longest() -> None:
    _, links = built([(4_000, 2_000), (4_000, 15_000)], lived=around())
    assert links["metres"].max() <= local.DETOUR * local.LONGEST_METRES


def test_the_region_s_density_is_that_of_evenly_spread_postcodes() -> None:
    found = around()
    assert found.per_km2(CORNER[None])[0] == pytest.approx(1 / 0.64, rel=0.3)
    assert 0.3 < found.around(CORNER[None], REGION_KM)[0] < 1 / 0.64 + 0.01


def test_shipped_local_roads_keep_these_rules() -> None:
    roads = network.shipped()
    edges, links = roads.edges, np.flatnonzero(roads.edges.is_("kind", "local"))
    assert len(links) > 50_000
    crow = np.hypot(*(roads.xy[edges.u[links]] - roads.xy[edges.v[links]]).T)
    assert crow.max() <= local.LONGEST_METRES + 2
    np.testing.assert_allclose(edges.metres[links], local.DETOUR * crow, atol=12)
    for column in ("ref", "name", "toll", "ferry"):
        assert edges.is_(column, "")[links].all()
    assert edges.is_("source", "modelled")[links].all()
