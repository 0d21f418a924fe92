"""The network as a graph: OSMnx takes it, boxes cut it, foreign graphs are read or refused in one sentence."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import osmnx
import pytest

from nearhome.data.errors import SourceError
from nearhome.geo.roads import graph as road_graph
from nearhome.geo.roads import network, speeds
from nearhome.geo.roads.weights import METRE, SHIFT
from nearhome.geo.routing.router import Router

if TYPE_CHECKING:
    from pathlib import Path

SOUTH_DEVON = (50.2, -4.0, 50.8, -3.3)
"""South, west, north, east: 500 junctions, a ferry at Dartmouth and the A38."""

MILE_KM = 1.609344


@pytest.fixture(scope="module")
def devon() -> nx.MultiDiGraph[Any]:
    """Return South Devon's roads as a graph."""
    return road_graph.load(SOUTH_DEVON)


@pytest.fixture(scope="module")
def shipped() -> network.RoadNetwork:
    """Return the shipped network."""
    return network.shipped()


def road(**attributes: Any) -> nx.MultiDiGraph[Any]:
    """Return a graph of one road of 1 km near Truro, with these attributes of the edge."""
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph(crs="epsg:4326")
    graph.add_node("a", x=-5.05, y=50.26)
    graph.add_node("b", x=-5.036, y=50.26)
    graph.add_edge("a", "b", **({"length": 1_000.0} | attributes))
    return graph


def test_a_box_holds_only_what_lies_inside(devon: nx.MultiDiGraph[Any]) -> None:
    south, west, north, east = SOUTH_DEVON
    assert all(south <= data["y"] <= north and west <= data["x"] <= east for _, data in devon.nodes(data=True))
    assert 100 < len(devon) < 5_000
    assert len(road_graph.load((55.0, 3.0, 56.0, 4.0))) == 0  # the North Sea


def test_osmnx_takes_the_graph_for_one_of_its_own(devon: nx.MultiDiGraph[Any], tmp_path: Path) -> None:
    osmnx.convert.validate_graph(devon)
    nodes, edges = osmnx.convert.graph_to_gdfs(devon)
    assert (nodes.crs.to_epsg(), edges.crs.to_epsg()) == (4326, 4326)
    assert (len(nodes), len(edges)) == (devon.number_of_nodes(), devon.number_of_edges())
    assert osmnx.stats.basic_stats(devon)["edge_length_total"] == pytest.approx(edges["length"].sum())
    projected = osmnx.projection.project_graph(devon)
    node = next(iter(projected))
    at = projected.nodes[node]
    assert osmnx.distance.nearest_nodes(projected, at["x"], at["y"]) == node
    osmnx.io.save_graphml(devon, tmp_path / "devon.graphml")
    routers = [Router(each) for each in (devon, projected, osmnx.io.load_graphml(tmp_path / "devon.graphml"))]
    places = np.array([[292_000.0, 92_500.0], [291_500.0, 64_000.0], [250_000.0, 55_500.0]])
    first, *others = (router.matrix_between(places, places) for router in routers)
    assert np.isfinite(first.minutes).all()
    for other in others:
        np.testing.assert_allclose(other.minutes, first.minutes, atol=0.01)
        np.testing.assert_allclose(other.miles, first.miles, atol=0.01)


def test_every_edge_has_what_the_docstring_says(devon: nx.MultiDiGraph[Any]) -> None:
    for u, v, data in devon.edges(data=True):
        assert data["length"] > 0
        assert data["travel_time"] > 0
        assert data["speed_kph"] == pytest.approx(3.6 * data["length"] / data["travel_time"])
        assert data["highway"] in {"motorway", "trunk", "primary", "ferry", "unclassified"}
        assert (data["highway"] == "unclassified") == (data["kind"] == "local")
        assert (data["highway"] == "ferry") == ("ferry" in data) == (data["kind"] == "ferry")
        assert data["oneway"] is False
        assert devon.has_edge(v, u)
        if "geometry" in data:
            ends = [(devon.nodes[node]["x"], devon.nodes[node]["y"]) for node in (u, v)]
            assert [data["geometry"].coords[0], data["geometry"].coords[-1]] == ends


def test_the_graph_and_its_arrays_are_the_same_roads(devon: nx.MultiDiGraph[Any]) -> None:
    roads = road_graph.from_graph(devon)
    assert 2 * len(roads.edges.u) == len(roads.tail) == devon.number_of_edges()
    again = road_graph.to_graph(roads)

    def arcs(graph: nx.MultiDiGraph[Any]) -> Counter[tuple[Any, ...]]:
        keys = ("length", "travel_time", "highway", "ref", "name", "kind", "toll", "ferry", "oneway")
        return Counter((u, v, *(data.get(key) for key in keys)) for u, v, data in graph.edges(data=True))

    assert arcs(again) == arcs(devon)
    assert dict(again.nodes(data="x")) == dict(devon.nodes(data="x"))


def test_reading_a_graph_leaves_it_as_it_was(devon: nx.MultiDiGraph[Any]) -> None:
    before = nx.MultiDiGraph(devon)
    road_graph.from_graph(devon)
    assert nx.utils.graphs_equal(before, devon)


def test_one_way_roads_stay_one_way() -> None:
    graph = road(highway="primary", travel_time=60.0)
    graph.add_edge("b", "a", length=1_000.0, highway="primary", travel_time=90.0)  # slower back: another road
    roads = road_graph.from_graph(graph)
    assert roads.forward.tolist() == [True, True]
    assert [data["oneway"] for *_, data in road_graph.to_graph(roads).edges(data=True)] == [True, True]


@pytest.mark.parametrize("differs", [{"toll": "humber"}, {"highway": "motorway"}, {"kind": "gap"}])
def test_a_road_that_differs_by_direction_is_not_one_road_both_ways(differs: dict[str, str]) -> None:
    graph = road(highway="primary", travel_time=60.0)
    graph.add_edge("b", "a", **({"length": 1_000.0, "highway": "primary", "travel_time": 60.0} | differs))
    roads = road_graph.from_graph(graph)
    there, back = (roads.edge[roads.tail == tail][0] for tail in (0, 1))
    assert there != back


@pytest.mark.parametrize(
    ("attributes", "kph"),
    [
        ({"highway": "residential"}, speeds.OSM_SPEEDS_KPH["residential"]),
        ({"highway": "motorway", "maxspeed": "30 mph"}, 30 * MILE_KM),
        ({"highway": "motorway", "maxspeed": "70 mph"}, speeds.OSM_SPEEDS_KPH["motorway"]),
        ({"highway": ["tertiary", "residential"], "maxspeed": ["20 mph", "30 mph"]}, 20 * MILE_KM),
        ({"highway": "no such tag"}, speeds.OSM_SPEEDS_KPH["road"]),
        ({}, speeds.OSM_SPEEDS_KPH["road"]),
        ({"highway": "primary", "maxspeed": float("nan")}, speeds.OSM_SPEEDS_KPH["primary"]),
        ({"highway": "residential", "travel_time": 45.0}, 80.0),
    ],
)
def test_travel_times_come_from_tags_where_a_graph_brings_none(attributes: dict[str, Any], kph: float) -> None:
    assert road_graph.from_graph(road(**attributes)).deciseconds[0] == pytest.approx(36_000 / kph, abs=1)


@pytest.mark.parametrize(
    ("graph", "words"),
    [
        (nx.MultiDiGraph(), "no edges"),
        (nx.MultiGraph(road(highway="primary")), "no directions"),
        (road(length=None), "not in OSMnx conventions"),
        (road(length="far"), "not in OSMnx conventions"),
        (road(travel_time="slow"), "not in OSMnx conventions"),
        (road(length=float("nan")), "1 length values"),
        (road(length=-5.0), "the first -5.0"),
        (road(travel_time=-1.0), "1 time values"),
        (road(travel_time=float("inf")), "1 time values"),
        (nx.MultiDiGraph(road(highway="primary"), reach="far"), "reach is 'far'"),
        (nx.MultiDiGraph(road(highway="primary"), reach=(1.0, 2.0)), "not as to_graph writes it"),
        (nx.relabel_nodes(nx.MultiDiGraph([(1, 2)]), {}), "'x' is missing"),
    ],
)
def test_a_graph_that_cannot_be_routed_is_refused_in_one_sentence(graph: nx.MultiDiGraph[Any], words: str) -> None:
    with pytest.raises(SourceError, match=words) as caught:
        Router(graph)
    assert "\n" not in str(caught.value)


def test_the_shipped_network_hangs_together_and_no_road_is_shorter_than_the_crow_flies(
    shipped: network.RoadNetwork,
) -> None:
    graph: nx.Graph[int] = nx.Graph(zip(shipped.tail.tolist(), shipped.head.tolist(), strict=True))
    assert nx.number_connected_components(graph) == 1
    assert len(graph) == len(shipped.lat)
    edges = shipped.edges
    crow = np.hypot(*(shipped.xy[edges.u] - shipped.xy[edges.v]).T)
    surveyed = ~edges.is_("kind", "crossing")  # links over water are moved to the nearest junctions
    assert np.all(edges.metres[surveyed] >= 0.99 * crow[surveyed] - 5)
    assert np.all(edges.metres >= 0.94 * crow - 5)


def test_lines_begin_and_end_at_their_junctions(shipped: network.RoadNetwork) -> None:
    for arc in range(0, len(shipped.tail), 997):
        line = shipped.line(arc)
        ends = [(shipped.lat[node], shipped.lon[node]) for node in (shipped.tail[arc], shipped.head[arc])]
        assert [tuple(line[0]), tuple(line[-1])] == ends


def test_a_junction_is_where_three_roads_meet_and_not_all_are_motorways(shipped: network.RoadNetwork) -> None:
    edges = shipped.edges
    meeting: dict[int, list[bool]] = {}
    local = edges.is_("kind", "local").tolist()
    for edge, motorway in enumerate(edges.is_("road_class", "motorway").tolist()):
        if local[edge]:  # no road that anybody drew, and no junction
            continue
        for node in (int(edges.u[edge]), int(edges.v[edge])):
            meeting.setdefault(node, []).append(motorway)
    for edge in range(0, len(edges.u), 53):
        ends = [meeting.get(int(node), []) for node in (edges.u[edge], edges.v[edge])]
        count = sum(len(roads) > 2 and not all(roads) for roads in ends)
        short = edges.metres[edge] < network.JUNCTION_METRES
        expected = 0 if short or local[edge] or edges.text("road_class", edge) == "motorway" else count
        assert edges.junctions[edge] == expected


def test_a_toll_counts_where_one_comes_onto_it_and_not_on_each_of_its_pieces() -> None:
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph(crs="epsg:4326")
    for number in range(6):
        graph.add_node(number, x=-1.0 + 0.01 * number, y=51.5)
    for number, toll in enumerate(("", "bridge", "bridge", "tunnel", "")):
        for ends in ((number, number + 1), (number + 1, number)):
            graph.add_edge(*ends, length=700.0, highway="primary", **({"toll": toll} if toll else {}))
    roads = road_graph.from_graph(graph)
    at = np.flatnonzero(roads.tolls)
    paid = {(roads.labels[u], roads.labels[v]) for u, v in zip(roads.tail[at], roads.head[at], strict=True)}
    assert paid == {(1, 2), (3, 4), (4, 3), (3, 2)}


def test_a_weight_holds_time_metres_and_tolls(shipped: network.RoadNetwork) -> None:
    weights = shipped.weights
    np.testing.assert_array_equal(weights // SHIFT, shipped.deciseconds)
    np.testing.assert_array_equal(weights % SHIFT // METRE, shipped.edges.metres[shipped.edge])
    np.testing.assert_array_equal(weights % METRE, shipped.tolls)
    toll = shipped.edges.texts["toll"]
    charged = toll.codes[shipped.edge[shipped.tolls > 0]]
    assert {toll.words[code] for code in charged.tolist()} == {*toll.words} - {""}
