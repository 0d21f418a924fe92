"""A detailed region sewn into a strategic network: near its times far away, its own inside, networkx as the oracle."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pytest
import shapely

from nearhome.data.catalogue import columns
from nearhome.data.errors import NoRouteError, SourceError
from nearhome.data.prisons import register
from nearhome.geo.imported import networks, stitching
from nearhome.geo.osm import read
from nearhome.geo.roads import graph as road_graph
from nearhome.geo.roads import storage
from nearhome.geo.roads.weights import SHIFT
from nearhome.geo.routing.router import Router
from tests.geo.osm.test_read import At
from tests.paths import SHARED

if TYPE_CHECKING:
    from nearhome.geo.roads.network import RoadNetwork

NEWPORT = SHARED / "data" / "roads" / "newport-2023-06-13.osm.pbf"
needs_newport = pytest.mark.skipif(
    not NEWPORT.is_file(), reason="the extract lies beside the repository in development"
)

WEST, EAST = -4.0, -3.96
"""A town of 5 by 5 junctions, 0.01 degrees apart; the A1 runs through its middle row and on to the east."""


def town(*, ref: str = "A1", one_way: bool = False) -> RoadNetwork:
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="epsg:4326")
    for row in range(5):
        for column in range(5):
            graph.add_node(10 * row + column + 1, x=WEST + 0.01 * column, y=50.0 + 0.006 * row)
    for row in range(5):
        for column in range(5):
            here = 10 * row + column + 1
            main = {"highway": "primary", "ref": ref} if row == 2 else {"highway": "residential"}
            if column < 4:
                seconds = 40.0 if row == 2 else 90.0
                graph.add_edge(here, here + 1, length=715.0, travel_time=seconds, **main)
                if not (one_way and row == 2):
                    graph.add_edge(here + 1, here, length=715.0, travel_time=seconds, **main)
            if row < 4:
                graph.add_edge(here, here + 10, length=667.0, travel_time=80.0, highway="residential")
                graph.add_edge(here + 10, here, length=667.0, travel_time=80.0, highway="residential")
    return road_graph.from_graph(graph)


def country(*, ref: str = "A1", toll: str = "", east: float = 0.0) -> RoadNetwork:
    """Make the strategic network: the A1 from the middle of the town to 20 km east, and a road on from there."""
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="epsg:4326", reach=(2_500.0, 3.0, 6_000.0, 500.0))
    for label, (x, y) in {1: (-3.98, 50.012), 2: (-3.70, 50.012), 3: (-3.70, 50.2), 4: (-3.99, 50.012)}.items():
        graph.add_node(label, x=x + east, y=y)
    for u, v, metres, seconds in ((1, 2, 20_000.0, 1_000.0), (2, 3, 21_000.0, 1_200.0), (4, 1, 715.0, 40.0)):
        more = {"toll": toll} if (u, v) == (1, 2) and toll else {}
        for tail, head in ((u, v), (v, u)):
            graph.add_edge(tail, head, length=metres, travel_time=seconds, highway="primary", ref=ref, **more)
    return road_graph.from_graph(graph)


def nx_times(roads: RoadNetwork, start: Any) -> dict[Any, int]:
    graph: nx.DiGraph[Any] = nx.DiGraph()
    for tail, head, taken in zip(roads.tail, roads.head, roads.deciseconds, strict=True):
        u, v = roads.labels[tail], roads.labels[head]
        known = graph.get_edge_data(u, v, {"taken": taken})["taken"]
        graph.add_edge(u, v, taken=int(min(known, taken)))
    return dict(nx.single_source_dijkstra_path_length(graph, start, weight="taken"))


def test_the_detailed_roads_replace_the_strategic_ones_inside() -> None:
    detailed, strategic = town(), country()
    whole = stitching.stitch(detailed, strategic)
    assert {label for label in whole.labels if isinstance(label, int)} == set(detailed.labels)
    kept = {label[1] for label in whole.labels if isinstance(label, tuple) and label[0] == "strategic"}
    assert kept == {2, 3}
    count = len(detailed.edges.u)
    for name in storage.NUMBERS:
        np.testing.assert_array_equal(getattr(whole.edges, name)[:count], getattr(detailed.edges, name))


@pytest.mark.parametrize("ref", ["A1", ""])
def test_ways_lead_out_and_in_and_take_about_as_long(ref: str) -> None:
    detailed, strategic = town(ref=ref), country(ref=ref)
    whole = stitching.stitch(detailed, strategic)
    middle = 23  # the detailed junction where the strategic road has its own
    out, back = nx_times(whole, middle)[("strategic", 3)], nx_times(whole, ("strategic", 3))[middle]
    assert out == pytest.approx(22_000, rel=0.02)
    assert back == pytest.approx(out, rel=0.01)


def test_no_way_between_two_detailed_places_gets_quicker_by_the_seam() -> None:
    detailed = town()
    whole = stitching.stitch(detailed, country())
    for start in detailed.labels:
        before, after = nx_times(detailed, start), nx_times(whole, start)
        assert {label: after[label] for label in detailed.labels} == before


def test_a_one_way_road_lets_out_only() -> None:
    whole = stitching.stitch(town(one_way=True), country())
    entered = whole.head[whole.edges.is_("kind", stitching.SEAM)[whole.edge] & (whole.head < 25)]
    left = whole.tail[whole.edges.is_("kind", stitching.SEAM)[whole.edge] & (whole.tail < 25)]
    assert len(left)
    assert len(entered) == 0


def test_a_toll_is_charged_once_on_a_cut_road() -> None:
    whole = stitching.stitch(town(), country(toll="severn"))
    seam = np.flatnonzero(whole.edges.is_("kind", stitching.SEAM))
    tolled = [edge for edge in seam if whole.edges.text("toll", edge)]
    assert len(tolled) == 2  # out, and in
    ends = {whole.labels[node] for edge in tolled for node in (whole.edges.u[edge], whole.edges.v[edge])}
    assert ("strategic", 2) in ends


def test_the_router_says_what_networkx_says() -> None:
    router = stitching.StitchedRouter(stitching.stitch(town(), country()))
    roads = router.network
    origin, far = At(50.0, WEST), At(50.2, -3.70)
    times = nx_times(roads, 1)
    assert router.route(origin, far).deciseconds == pytest.approx(times[("strategic", 3)], abs=12)
    assert router.matrix([origin], [far]).minutes[0, 0] == router.route(origin, far).minutes


def test_nobody_joins_the_roads_on_the_seam() -> None:
    router = stitching.StitchedRouter(stitching.stitch(town(), country()))
    edges = router.network.edges
    at = np.column_stack([router.network.xy[:, 0], router.network.xy[:, 1] + 30.0])
    assert not edges.is_("kind", stitching.SEAM)[router.access.joins(at).edge].any()


def test_other_conditions_keep_both_kinds_of_roads() -> None:
    router = stitching.StitchedRouter(stitching.stitch(town(), country()))
    origin, far = At(50.0, WEST), At(50.2, -3.70)
    slow = router.reweight(slower=1.5)
    assert isinstance(slow, stitching.StitchedRouter)
    assert slow.route(origin, far).minutes == pytest.approx(1.5 * router.route(origin, far).minutes, rel=0.02)
    with pytest.raises(NoRouteError):
        router.reweight(closed=["A1"]).route(origin, far)


def test_without_ferries_one_that_leaves_the_region_is_shut() -> None:
    ferry: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="epsg:4326", reach=(2_500.0, 3.0, 6_000.0, 500.0))
    for label, (x, y) in {1: (-3.98, 50.012), 2: (-3.70, 50.012), 3: (-3.69, 50.03)}.items():
        ferry.add_node(label, x=x, y=y)
    for u, v in ((1, 2), (2, 1)):
        ferry.add_edge(u, v, length=20_000.0, travel_time=4_000.0, highway="ferry", kind="ferry", ferry="sound")
    for u, v in ((2, 3), (3, 2)):
        ferry.add_edge(u, v, length=2_000.0, travel_time=100.0, highway="primary", ref="A2")
    router = stitching.StitchedRouter(stitching.stitch(town(), road_graph.from_graph(ferry)))
    origin, far = At(50.0, WEST), At(50.03, -3.69)
    assert router.route(origin, far).minutes > 60
    with pytest.raises(NoRouteError):
        router.reweight(ferries=False).route(origin, far)


def test_regions_that_meet_nothing_are_refused() -> None:
    with pytest.raises(SourceError, match="larger extract"):
        stitching.stitch(town(), country(east=1.0))
    detailed = town()
    streets = {**detailed.edges.texts, "road_class": columns.Text(0 * detailed.edges.u, ["residential"])}
    with pytest.raises(SourceError, match="larger extract"):
        stitching.stitch(replace(detailed, edges=replace(detailed.edges, texts=streets)), country())


def test_roads_that_cover_the_country_need_no_road_out() -> None:
    small = road_graph.from_graph(road_graph.to_graph(country(), (49.9, -4.1, 50.1, -3.9)))
    alone = stitching.stitch(town(), small)
    assert alone.names.hubs == 0
    assert len(alone.lat) == len(town().lat)
    router = stitching.StitchedRouter(alone)
    assert router.route(At(50.0, WEST), At(50.012, EAST)).minutes > 0


def test_names_come_back_as_they_were() -> None:
    whole = stitching.stitch(town(), country())
    names = list(whole.labels)
    assert names[:25] == list(town().labels)
    assert names[25:27] == [("strategic", 2), ("strategic", 3)]
    assert names[27:] == [("border", hub) for hub in range(whole.names.hubs)]
    assert whole.labels[-1] == names[-1]
    assert whole.labels[24:27] == names[24:27]


def test_the_outline_holds_all_nodes() -> None:
    roads = town()
    region = storage.outline(roads.lat, roads.lon)
    assert shapely.contains_xy(region, roads.xy).all()
    assert region.area < 1.6 * shapely.MultiPoint(roads.xy).convex_hull.area


@pytest.fixture(scope="module", params=[False, True], ids=["turns free", "turns kept"])
def newport(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Router:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NEARHOME_DATA", str(tmp_path_factory.mktemp("home")))
        read.import_extract(NEWPORT, turn_restrictions=request.param)
        return networks.roads_for(At(51.5842, -2.9977)).router


@needs_newport
@pytest.mark.parametrize("prison", ["Exeter", "Durham", "Bristol", "Swansea", "Liverpool"])
def test_a_family_in_newport_reaches_a_prison_far_outside(newport: Router, prison: str) -> None:
    goal = register.find(prison, date(2026, 11, 21))
    shipped = Router.shipped()
    for origin in (At(51.5842, -2.9977), At(51.5650, -3.0300), At(51.5900, -2.9400)):
        for a, b in ((origin, goal), (goal, origin)):
            ours, theirs = newport.route(a, b), shipped.route(a, b)
            assert ours.minutes == pytest.approx(theirs.minutes, rel=0.05)
            assert ours.miles == pytest.approx(theirs.miles, rel=0.05)
            assert newport.matrix([a], [b]).minutes[0, 0] == ours.minutes


@needs_newport
def test_the_stitched_network_s_times_are_networkx_s(newport: Router) -> None:
    roads = newport.network
    detailed = [label for label in roads.labels if isinstance(label, int)]
    start = np.random.default_rng(3).choice(detailed)
    assert len(nx_times(roads, int(start))) > 0.99 * len(roads.labels)
    back = newport.metric.to_goals([(np.array([roads.labels.index(int(start))]), np.array([0]))])
    found = back[newport.metric.hierarchy.rank, 0]
    turned = nx_times(replace(roads, tail=roads.head, head=roads.tail), int(start))
    assert {
        label: taken // SHIFT for label, taken in zip(roads.labels, found.tolist(), strict=True) if label in turned
    } == turned
