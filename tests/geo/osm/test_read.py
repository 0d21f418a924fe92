"""A tiny extract in which every rule of reading shows, and a real one where it is at hand."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import osmium
import osmnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nearhome.data.base import versions
from nearhome.data.base.coordinates import Spot
from nearhome.data.errors import MissingExtraError, SourceError
from nearhome.geo.imported import kept, networks
from nearhome.geo.osm import read
from nearhome.geo.osm import tags as osm_tags
from nearhome.geo.roads import graph as road_graph
from nearhome.geo.roads import network, speeds, straighten
from nearhome.geo.roads.conditions import SET_ASIDE
from nearhome.geo.routing.router import Router
from tests import extracts
from tests.paths import SHARED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NEWPORT = SHARED / "data" / "roads" / "newport-2023-06-13.osm.pbf"
STEP = 0.01
"""Degrees between neighbours of the tiny town's grid."""

# Nodes on a grid: 1-2-3-4 is a street, 5 to 8 a roundabout, 9 an island behind the ferry, 10 a private yard,
# 11 a hamlet whose road is not joined to the rest.
POINTS = {
    1: (0, 0),
    2: (0, 1),
    3: (0, 2),
    4: (0, 3),
    5: (1, 3),
    6: (1, 4),
    7: (2, 4),
    8: (2, 3),
    9: (0, -3),
    10: (-1, 1),
    11: (9, 9),
    12: (9, 10),
    13: (3, 3),
    14: (1, 0),
}
WAYS: list[tuple[int, list[int], dict[str, str]]] = [
    (100, [1, 2, 3], {"highway": "residential", "name": "Low Street"}),
    (101, [3, 4], {"highway": "residential", "name": "Low Street", "maxspeed": "10 mph"}),
    (102, [5, 6, 7, 8, 5], {"highway": "primary", "junction": "roundabout"}),
    (103, [4, 5], {"highway": "primary", "ref": "A1"}),
    (104, [8, 13], {"highway": "primary", "ref": "A1"}),
    (105, [1, 14], {"highway": "tertiary", "oneway": "-1"}),
    (106, [1, 13], {"highway": "trunk", "oneway": "yes"}),
    (107, [13, 14], {"highway": "tertiary", "oneway": "yes"}),
    (108, [1, 9], {"route": "ferry", "motor_vehicle": "yes", "duration": "0:30", "name": "Island Ferry"}),
    (109, [2, 10], {"highway": "service", "access": "private"}),
    (110, [11, 12], {"highway": "residential"}),
    (111, [1, 4], {"highway": "footway"}),
    (112, [2, 5], {"route": "ferry", "foot": "yes"}),
    (113, [2, 10], {"highway": "service", "service": "driveway"}),
    (114, [9, 10], {"highway": "unclassified"}),
]


def write(path: Path, ways: list[tuple[int, list[int], dict[str, str]]], points: dict[int, tuple[int, int]]) -> Path:
    with osmium.SimpleWriter(str(path)) as writer:
        for number, (north, east) in points.items():
            writer.add_node(osmium.osm.mutable.Node(id=number, location=(-4.0 + STEP * east, 50.0 + STEP * north)))
        for number, nodes, tags in ways:
            writer.add_way(osmium.osm.mutable.Way(id=number, nodes=nodes, tags=tags))
    return path


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("osm") / "tiny.osm.pbf", WAYS, POINTS)


@pytest.fixture(scope="module")
def town(tiny: Path) -> nx.MultiDiGraph[int]:
    return read.read_extract(tiny, lost=speeds.NO_DELAYS)


def country_kph(highway: str) -> float:
    """Give a class's speed where few roads are around."""
    return speeds.OSM_KPH[highway][0]


def metres(*nodes: int) -> float:
    """Sum great circles along nodes with OSMnx's own function."""
    at = [(50.0 + STEP * POINTS[node][0], -4.0 + STEP * POINTS[node][1]) for node in nodes]
    return sum(float(osmnx.distance.great_circle(*a, *b)) for a, b in pairwise(at))


def test_the_graph_is_in_osmnx_conventions(town: nx.MultiDiGraph[int]) -> None:
    assert town.graph["crs"] == "epsg:4326"
    assert town.nodes[4] == pytest.approx({"x": -3.97, "y": 50.0})
    osmnx.convert.graph_to_gdfs(town)  # raises on anything else


def test_only_the_roads_that_cars_may_use_are_there(town: nx.MultiDiGraph[int]) -> None:
    arcs = sorted((u, v, data["highway"], data["reversed"]) for u, v, data in town.edges(data=True))
    assert arcs == [
        (1, 4, "residential", False),
        (1, 9, "ferry", False),
        (1, 13, "trunk", False),
        (4, 1, "residential", True),
        (4, 5, "primary", False),
        (5, 4, "primary", True),
        (5, 8, "primary", False),
        (8, 5, "primary", False),
        (8, 13, "primary", False),
        (9, 1, "ferry", True),
        (9, 10, "unclassified", False),
        (10, 9, "unclassified", True),
        (13, 1, "tertiary", False),
        (13, 8, "primary", True),
    ]


def test_a_bend_is_no_junction_and_times_are_summed_piece_by_piece(town: nx.MultiDiGraph[int]) -> None:
    street = town.edges[1, 4, 0]
    kph = country_kph("residential")
    slow = 10 / speeds.MILES_PER_KM
    expected = 3.6 * (metres(1, 2, 3) / kph + metres(3, 4) / slow)
    assert street["length"] == pytest.approx(metres(1, 2, 3, 4), rel=1e-6)
    assert street["travel_time"] == pytest.approx(expected, rel=1e-6)
    assert street["speed_kph"] == pytest.approx(3.6 * street["length"] / expected, rel=1e-6)
    assert street["osmid"] == [100, 101]
    assert street["maxspeed"] == "10 mph"
    assert [round(x, 2) for x, _ in street["geometry"].coords] == [-4.0, -3.99, -3.98, -3.97]


def test_the_way_back_has_the_same_length_and_time_and_the_line_turned_round(town: nx.MultiDiGraph[int]) -> None:
    there, back = town.edges[1, 4, 0], town.edges[4, 1, 0]
    assert (there["length"], there["travel_time"]) == (back["length"], back["travel_time"])
    assert list(there["geometry"].coords) == list(back["geometry"].coords)[::-1]


def test_a_roundabout_is_one_way_without_a_tag(town: nx.MultiDiGraph[int]) -> None:
    assert town.edges[5, 8, 0]["oneway"] is True
    assert town.edges[5, 8, 0]["length"] == pytest.approx(metres(5, 6, 7, 8), rel=1e-6)
    assert town.edges[8, 5, 0]["length"] == pytest.approx(metres(8, 5), rel=1e-6)


def test_one_way_against_the_drawn_direction(town: nx.MultiDiGraph[int]) -> None:
    assert town.edges[13, 1, 0]["length"] == pytest.approx(metres(13, 14, 1), rel=1e-6)
    assert town.edges[13, 1, 0]["oneway"] is True
    assert sorted(data["highway"] for _, _, data in town.edges(1, data=True)) == ["ferry", "residential", "trunk"]


def test_a_ferry_takes_its_duration_and_one_wait(town: nx.MultiDiGraph[int]) -> None:
    ferry = town.edges[1, 9, 0]
    assert ferry["kind"] == "ferry"
    assert ferry["ferry"] == "island_ferry"
    assert ferry["travel_time"] == pytest.approx(30 * 60 + read.FERRY_WAIT_SECONDS)


def test_what_cannot_be_reached_is_dropped_and_counted(town: nx.MultiDiGraph[int]) -> None:
    assert not {11, 12} & set(town)
    assert town.graph["dropped_nodes"] == 2
    assert nx.is_strongly_connected(town)


@pytest.mark.parametrize(
    ("tags", "direction"),
    [
        ({"highway": "motorway"}, 1),
        ({"highway": "motorway_link"}, 0),
        ({"highway": "motorway", "oneway": "no"}, 0),
        ({"highway": "primary", "oneway": "yes"}, 1),
        ({"highway": "primary", "oneway": "reverse"}, -1),
        ({"highway": "primary", "junction": "circular"}, 1),
        ({"highway": "primary", "oneway": "alternating"}, 0),
    ],
)
def test_directions(tags: dict[str, str], direction: int) -> None:
    found = osm_tags.way_tags(tags)
    assert found is not None
    assert found.direction == direction


@pytest.mark.parametrize(
    ("tags", "open_to_cars"),
    [
        ({"highway": "residential", "access": "private"}, False),
        ({"highway": "residential", "access": "private", "motor_vehicle": "yes"}, True),
        ({"highway": "residential", "motor_vehicle": "no", "motorcar": "yes"}, True),
        ({"highway": "residential", "motorcar": "no"}, False),
        ({"highway": "service"}, True),
        ({"highway": "service", "service": "parking_aisle"}, False),
        ({"highway": "residential", "access": "destination"}, True),
        ({"highway": "pedestrian"}, False),
        ({"highway": "service", "area": "yes"}, False),
        ({"highway": "construction"}, False),
        ({"route": "ferry"}, False),
        ({"route": "ferry", "motorcar": "yes"}, True),
        ({"route": "ferry", "motor_vehicle": "no"}, False),
        ({"route": "bus"}, False),
    ],
)
def test_who_may_drive_where(tags: dict[str, str], *, open_to_cars: bool) -> None:
    assert (osm_tags.way_tags(tags) is not None) is open_to_cars


@pytest.mark.parametrize(
    ("maxspeed", "highway", "mph", "source"),
    [
        ("20 mph", "primary", 20, "tag"),
        ("70 mph", "primary", None, "imputed"),
        ("GB:nsl_single", "trunk", None, "imputed"),
        ("GB:nsl_restricted", "trunk", 30, "tag"),
        ("signals", "trunk", None, "imputed"),
        ("0", "trunk", None, "imputed"),
        ("-5", "trunk", None, "imputed"),
    ],
)
def test_a_tagged_limit_is_the_speed_up_to_that_of_the_class(
    maxspeed: str, highway: str, mph: float | None, source: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "one.osm", [(1, [1, 2], {"highway": highway, "maxspeed": maxspeed})], POINTS)
    road = read.read_extract(path).edges[1, 2, 0]
    kph = country_kph(highway) if mph is None else mph / speeds.MILES_PER_KM
    assert road["speed_kph"] == pytest.approx(kph)
    assert road["speed_source"] == source


def test_untagged_roads_are_slower_in_a_town(tmp_path: Path) -> None:
    side = 12
    close = {10 * north + east + 1: (north, east) for north in range(side) for east in range(10)}
    with osmium.SimpleWriter(str(tmp_path / "grid.osm")) as writer:
        for number, (north, east) in close.items():
            writer.add_node(osmium.osm.mutable.Node(id=number, location=(-4.0 + 0.002 * east, 50.0 + 0.0012 * north)))
        writer.add_node(osmium.osm.mutable.Node(id=900, location=(-4.3, 50.2)))
        rows = [[number for number in close if close[number][0] == north] for north in range(side)]
        columns = [[number for number in close if close[number][1] == east] for east in range(10)]
        for number, nodes in enumerate([*rows, *columns, [1, 900]], start=1):
            writer.add_way(osmium.osm.mutable.Way(id=number, nodes=nodes, tags={"highway": "residential"}))
    graph = read.read_extract(tmp_path / "grid.osm", lost=speeds.NO_DELAYS)
    country, town = speeds.OSM_KPH["residential"]
    assert graph.edges[1, 900, 0]["speed_kph"] == pytest.approx(country, rel=0.01)
    assert graph.edges[1, 900, 0]["urban_percent"] == 0
    assert min(data["speed_kph"] for *_, data in graph.edges(data=True)) == pytest.approx(town)
    assert max(data["urban_percent"] for *_, data in graph.edges(data=True)) == 100


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1:30", 5400), ("00:08", 480), ("01:00:30", 3630), ("25", 1500), ("PT1H5M", 3900), ("PT40S", 40), ("soon", 0)],
)
def test_durations(text: str, seconds: float) -> None:
    assert osm_tags.duration_seconds(text) == seconds


@given(st.text())
def test_no_duration_breaks_the_reader(text: str) -> None:
    assert osm_tags.duration_seconds(text) >= 0


def test_a_ring_without_a_junction_is_read(tmp_path: Path) -> None:
    ring = write(tmp_path / "ring.osm.pbf", [(1, [5, 6, 7, 8, 5], {"highway": "residential"})], POINTS)
    graph = read.read_extract(ring)
    assert graph.number_of_nodes() == 1
    assert {round(data["length"]) for _, _, data in graph.edges(data=True)} == {round(metres(5, 6, 7, 8, 5))}


def test_a_way_that_leaves_the_extract_is_cut_where_its_nodes_are_missing(tmp_path: Path) -> None:
    few = {number: POINTS[number] for number in (1, 2, 3)}
    cut = write(tmp_path / "cut.osm.pbf", [(1, [1, 2, 3, 4], {"highway": "primary"})], few)
    graph = read.read_extract(cut)
    assert set(graph) == {1, 3}
    assert graph.graph["dropped_nodes"] == 0


TAGS = st.fixed_dictionaries(
    {"highway": st.sampled_from(["primary", "residential"])},
    optional={"oneway": st.sampled_from(["yes", "-1", "no"]), "junction": st.just("roundabout")},
)
SOME_WAYS = st.lists(st.tuples(st.lists(st.sampled_from(sorted(POINTS)), min_size=2, max_size=6), TAGS), max_size=8)


def plain_graph(ways: list[tuple[list[int], dict[str, str]]]) -> nx.DiGraph[int]:
    """Build what the ways mean, node by node, by the rules of the OpenStreetMap wiki, and keep its largest part."""
    graph: nx.DiGraph[int] = nx.DiGraph()
    for nodes, tags in ways:
        kph = min(country_kph(tags["highway"]), speeds.RING_KPH if "junction" in tags else 100)
        word = tags.get("oneway", "yes" if "junction" in tags else "no")
        for a, b in pairwise(nodes):
            seconds = 3.6 * metres(a, b) / kph
            for tail, head, barred in ((a, b, "-1"), (b, a, "yes")):
                if a != b and word != barred:
                    known = graph.get_edge_data(tail, head, {"seconds": np.inf})["seconds"]
                    graph.add_edge(tail, head, seconds=min(known, seconds))
    parts = sorted(nx.strongly_connected_components(graph), key=len)
    return graph.subgraph(parts[-1] if parts else []).copy()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(ways=SOME_WAYS)
def test_joining_pieces_changes_no_quickest_way(
    ways: list[tuple[list[int], dict[str, str]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speeds, "TOWN_KM_PER_KM2", (1e6, 2e6))  # many ways on one line would count as a town
    path = tmp_path / "some.osm"
    path.unlink(missing_ok=True)
    write(path, [(number, nodes, tags) for number, (nodes, tags) in enumerate(ways, start=1)], POINTS)
    plain = plain_graph(ways)
    if len(plain) < 2:
        with pytest.raises(SourceError):
            read.read_extract(path)
        return
    graph = read.read_extract(path, lost=speeds.NO_DELAYS)
    if not set(graph) <= set(plain):  # another part is as large
        return
    for start in graph:
        times = nx.single_source_dijkstra_path_length(graph, start, weight="travel_time")
        expected = nx.single_source_dijkstra_path_length(plain, start, weight="seconds")
        assert times == pytest.approx({node: expected[node] for node in graph}, rel=1e-6)


def spoil_by_cutting(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def spoil_in_the_middle(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2 : len(whole) // 2 + 60] = bytes(60)
    path.write_bytes(bytes(whole))


def spoil_by_emptying(path: Path) -> None:
    path.write_bytes(b"")


def spoil_by_writing_words(path: Path) -> None:
    path.write_text("postcode,lat,lon\nTR1 2HE,50.26,-5.05\n", encoding="utf-8")


def spoil_by_removing(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize(
    "spoil",
    [spoil_by_cutting, spoil_in_the_middle, spoil_by_emptying, spoil_by_writing_words, spoil_by_removing],
)
def test_a_bad_extract_gives_one_sentence_and_writes_nothing(
    spoil: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEARHOME_DATA", str(tmp_path / "home"))
    path = write(tmp_path / "bad.osm.pbf", WAYS, POINTS)
    spoil(path)
    with pytest.raises(SourceError) as caught:
        read.import_extract(path)
    assert "bad.osm.pbf" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "home").exists()


def test_an_extract_without_roads_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "sea.osm.pbf", [(1, [1, 2], {"highway": "footway"})], POINTS)
    with pytest.raises(SourceError, match="no roads"):
        read.read_extract(path)


def test_a_lone_one_way_road_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "away.osm.pbf", [(1, [1, 2], {"highway": "primary", "oneway": "yes"})], POINTS)
    with pytest.raises(SourceError, match="there and back"):
        read.read_extract(path)


def test_without_pyosmium_the_message_names_the_extra(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "osmium", None)
    with pytest.raises(MissingExtraError, match=r"nearhome\[osm\]"):
        read.read_extract(tiny)


def test_an_import_can_be_opened_again_and_is_the_same_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEARHOME_DATA", str(tmp_path / "home"))
    path = extracts.write(tmp_path / "exeter.osm.pbf")
    told: list[str] = []
    done = read.import_extract(path, told.append)
    first = {file.name: file.read_bytes() for file in done.folder.iterdir()}
    assert (done.name, done.folder.parent, done.replaced) == ("exeter", tmp_path / "home" / "networks", False)
    assert (done.turns_read, done.turns_banned) == (0, 0)
    assert told
    again = read.import_extract(path)
    assert again.replaced
    assert {file.name: file.read_bytes() for file in again.folder.iterdir()} == first
    graph = read.read_extract(path)
    assert (done.nodes, done.edges) == (graph.number_of_nodes(), graph.number_of_edges())
    expected = arcs_of(straighten.straightened(road_graph.from_graph(graph)))
    assert unnamed(arcs_of(kept.open_roads(again.folder))) == unnamed(expected)
    assert done.tagged_edges == sum(data["speed_source"] == "tag" for *_, data in graph.edges(data=True))
    assert f"{done.tagged_edges:,} edges as tagged" in " ".join(told)


@pytest.mark.parametrize("place", ["a town in the sea", "a close beside a main road"])
def test_of_roads_that_meet_no_main_road_the_import_says_that_no_journey_can_use_them(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEARHOME_DATA", str(tmp_path / "home"))
    path = tmp_path / "island.osm.pbf"
    if place == "a town in the sea":
        write(path, WAYS, POINTS)
    else:
        with osmium.SimpleWriter(str(path)) as writer:
            for number, (north, east) in enumerate([(0, 0), (1, 0), (1, 1), (0, 1)], start=1):
                at = (-3.1 + 0.002 * east, 51.62 + 0.001 * north)
                writer.add_node(osmium.osm.mutable.Node(id=number, location=at))
            writer.add_way(osmium.osm.mutable.Way(id=1, nodes=[1, 2, 3, 4, 1], tags={"highway": "residential"}))
    done = read.import_extract(path)
    assert "no motorway, trunk or A road" in done.why_alone
    assert "\n" not in done.why_alone
    (found,) = networks.networks()
    assert (found.name, found.why) == ("island", done.why_alone)
    assert not networks.opens(found)
    assert kept.problems(done.folder) == [done.why_alone]
    own = kept.open_roads(done.folder)
    roads = networks.roads_for(Spot(float(own.lat[0]), float(own.lon[0])))
    assert roads.router is Router.shipped()
    assert roads.network == f"{SET_ASIDE}island"


def test_names_that_differ_after_a_dot_are_two_networks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEARHOME_DATA", str(tmp_path / "home"))
    names = [read.import_extract(extracts.write(tmp_path / f"st.{name}.osm.pbf")).name for name in ("ives", "austell")]
    assert names == ["st.ives", "st.austell"]
    assert sorted(versions.newest(tmp_path / "home" / "networks")) == ["st.austell", "st.ives"]


TEXTS = ("road_class", "kind", "ref", "name", "ferry", "speed_source")


def arcs_of(roads: network.RoadNetwork) -> list[tuple[Any, ...]]:
    """Give what a network says of each arc: ends, time, length, words and line."""
    return sorted(
        (
            roads.labels[roads.tail[arc]],
            roads.labels[roads.head[arc]],
            int(roads.deciseconds[arc]),
            int(roads.edges.metres[roads.edge[arc]]),
            *(roads.edges.text(name, int(roads.edge[arc])) for name in TEXTS),
            tuple(map(tuple, roads.line(arc).round(6).tolist())),
        )
        for arc in range(len(roads.tail))
    )


def unnamed(arcs: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Leave out what nodes are called: those where roads are cut are numbered in the order of the edges."""
    return sorted(arc[2:] for arc in arcs)


@dataclass(frozen=True)
class At:
    """A point of the test."""

    lat: float
    lon: float


def points_of(graph: nx.MultiDiGraph[int], nodes: list[int]) -> list[At]:
    return [At(graph.nodes[node]["y"], graph.nodes[node]["x"]) for node in nodes]


def far_apart(graph: nx.MultiDiGraph[int]) -> nx.MultiDiGraph[int]:
    """Blow a graph up so that no way on local streets can be shorter than its roads."""
    wide: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="epsg:4326")
    for node, data in graph.nodes(data=True):
        wide.add_node(node, x=-4.0 + 60 * (data["x"] + 4.0), y=50.0 + 60 * (data["y"] - 50.0))
    for u, v, data in graph.edges(data=True):
        wide.add_edge(u, v, length=60 * data["length"], travel_time=60 * data["travel_time"], highway=data["highway"])
    return wide


def test_the_router_agrees_with_networkx_on_what_was_read(town: nx.MultiDiGraph[int]) -> None:
    wide = far_apart(town)
    nodes = sorted(set(wide) - {9, 10})  # one joins no ferry from the street, and these lie behind one
    found = Router(wide).matrix(points_of(wide, nodes), points_of(wide, nodes)).minutes
    for row, start in enumerate(nodes):
        expected = nx.single_source_dijkstra_path_length(wide, start, weight="travel_time")
        assert found[row] * 60 == pytest.approx([expected[node] for node in nodes], abs=1.0)


def test_a_graph_that_osmnx_made_routes_as_networkx_says(tmp_path: Path) -> None:
    roads = [way for way in WAYS if "route" not in way[2] and osm_tags.way_tags(way[2]) is not None]
    path = write(tmp_path / "tiny.osm", roads, POINTS)
    whole = osmnx.graph_from_xml(path, retain_all=True, simplify=False)
    graph = osmnx.truncate.largest_component(whole, strongly=True)
    for _, _, data in graph.edges(data=True):
        data["travel_time"] = 3.6 * data["length"] / 30
    wide = far_apart(graph)
    nodes = sorted(wide)
    assert len(nodes) > 3
    found = Router(wide).matrix(points_of(wide, nodes), points_of(wide, nodes)).minutes
    for row, start in enumerate(nodes):
        lengths = nx.single_source_dijkstra_path_length(wide, start, weight="travel_time")
        expected = np.array([lengths.get(node, np.nan) for node in nodes])
        np.testing.assert_allclose(found[row] * 60, expected, atol=1.0)


@pytest.mark.skipif(not NEWPORT.is_file(), reason="the Newport extract lies beside the repository only in development")
def test_newport_is_read_whole_and_routes() -> None:
    graph = read.read_extract(NEWPORT)
    assert nx.is_strongly_connected(graph)
    assert 5_000 < graph.number_of_nodes() < 10_000
    nodes = np.random.default_rng(7).choice(sorted(graph), 40, replace=False).tolist()
    for *_, data in graph.edges(data=True):
        data.pop("access", None)  # networkx would pass through streets for access only
    roads = road_graph.from_graph(graph)
    found = Router(roads).matrix(points_of(graph, nodes), points_of(graph, nodes)).minutes
    from_each = [nx.single_source_dijkstra_path_length(graph, start, weight="travel_time") for start in nodes]
    expected = np.array([[times[end] for end in nodes] for times in from_each])
    assert (found * 60 <= expected + 5).all()  # local streets may cut a corner, but nothing takes longer
    assert np.median(expected / 60 - found) < 0.6


@pytest.mark.skipif(not NEWPORT.is_file(), reason="the Newport extract lies beside the repository only in development")
def test_newport_is_as_long_as_osmnx_says(tmp_path: Path) -> None:
    box = tmp_path / "box.osm"
    west, south, east, north = -3.01, 51.58, -2.97, 51.60
    inside: set[int] = set()
    with osmium.BackReferenceWriter(str(box), ref_src=NEWPORT) as writer:
        for node in osmium.FileProcessor(NEWPORT, osmium.osm.NODE):
            if west < node.location.lon < east and south < node.location.lat < north:
                inside.add(node.id)
        for way in osmium.FileProcessor(NEWPORT, osmium.osm.WAY).with_filter(osmium.filter.KeyFilter("highway")):
            tags = osm_tags.way_tags(way.tags)
            if tags is not None and all(node.ref in inside for node in way.nodes):
                writer.add(way)
    ours = read.read_extract(box)
    theirs = osmnx.truncate.largest_component(osmnx.graph_from_xml(box, retain_all=True), strongly=True)
    length = {
        key: sum(data["length"] for _, _, data in graph.edges(data=True)) for key, graph in ((0, ours), (1, theirs))
    }
    assert length[0] == pytest.approx(length[1], rel=1e-6)
    common = np.random.default_rng(3).choice(sorted(set(ours) & set(theirs)), 30, replace=False).tolist()
    for start in common[:5]:
        here, there = (nx.single_source_dijkstra_path_length(graph, start, weight="length") for graph in (ours, theirs))
        assert [here[end] for end in common] == pytest.approx([there[end] for end in common], abs=0.01)


@pytest.mark.skipif(not NEWPORT.is_file(), reason="the Newport extract lies beside the repository only in development")
def test_an_import_can_ban_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEARHOME_DATA", str(tmp_path))
    told: list[str] = []
    done = read.import_extract(NEWPORT, told.append, turn_restrictions=True)
    assert any("turns are banned" in line for line in told)
    assert done.turns_read > 90
    assert 80 < done.turns_banned < 110
    assert len(kept.open_roads(done.folder).lat) > done.nodes
    assert done.tagged_edges > 1_000
