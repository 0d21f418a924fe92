"""The same roads with something shut or slowed, against networkx on the same changed graph."""

from types import SimpleNamespace
from typing import Any

import networkx as nx
import numpy as np
import pytest

from nearhome.data.errors import InputError, NoRouteError
from nearhome.geo.roads import graph as road_graph
from nearhome.geo.roads.conditions import reweighted
from nearhome.geo.routing.router import Router

SALTASH, PLYMOUTH = SimpleNamespace(lat=50.408, lon=-4.212), SimpleNamespace(lat=50.3714, lon=-4.1422)
TRURO, EXETER = SimpleNamespace(lat=50.263, lon=-5.051), SimpleNamespace(lat=50.7292, lon=-3.5305)
RYDE = SimpleNamespace(lat=50.728, lon=-1.163)


@pytest.fixture(scope="module")
def router() -> Router:
    return Router.shipped()


def tolls_of(router: Router, origin: Any, destination: Any) -> set[str]:
    edges, numbers = router.network.edges, router.network.edge
    arcs = [step.arc for step in router.route(origin, destination).steps if step.arc >= 0]
    return {edges.text("toll", int(numbers[arc])) for arc in arcs} - {""}


def test_a_closed_bridge_is_gone_round(router: Router) -> None:
    assert tolls_of(router, SALTASH, PLYMOUTH) == {"tamar"}
    shut = router.reweight(closed=["tamar"])
    assert tolls_of(shut, SALTASH, PLYMOUTH) == set()
    assert shut.route(SALTASH, PLYMOUTH).minutes > router.route(SALTASH, PLYMOUTH).minutes + 5
    assert shut.route(TRURO, EXETER).minutes == router.route(TRURO, EXETER).minutes
    assert tolls_of(router, SALTASH, PLYMOUTH) == {"tamar"}, "the router given must not change"


def test_without_ferries_an_island_cannot_be_left(router: Router) -> None:
    assert router.route(RYDE, EXETER).minutes > 60
    with pytest.raises(NoRouteError, match="No road or car ferry"):
        router.reweight(ferries=False).route(RYDE, EXETER)


def test_without_tolls_no_route_pays_one(router: Router) -> None:
    free = router.reweight(tolls=False)
    for origin, destination in ((SALTASH, PLYMOUTH), (TRURO, EXETER), (EXETER, RYDE)):
        assert tolls_of(free, origin, destination) == set()


def test_slower_roads_make_every_way_longer_but_not_the_sea(router: Router) -> None:
    slow = router.reweight(slower=1.5)
    before, after = router.route(TRURO, EXETER), slow.route(TRURO, EXETER)
    assert 1.3 * before.minutes < after.minutes <= 1.5 * before.minutes + 1
    edges = router.network.edges
    afloat = edges.is_("kind", "ferry")[router.network.edge]
    np.testing.assert_array_equal(slow.network.deciseconds[afloat], router.network.deciseconds[afloat])


@pytest.mark.parametrize("closed", [["tamar"], ["A30"], ["M5", "severn"]])
def test_node_to_node_networkx_agrees_after_closing(router: Router, closed: list[str]) -> None:
    roads = reweighted(router.network, closed=closed, slower=1.25)
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    graph.add_nodes_from(range(len(roads.lat)))
    rows = zip(roads.tail.tolist(), roads.head.tolist(), roads.weights.tolist(), strict=True)
    graph.add_weighted_edges_from(rows)
    metric = Router(roads).metric
    goals = np.random.default_rng(3).choice(len(roads.lat), 3, replace=False)
    found = metric.to_goals([(np.array([goal]), np.array([0])) for goal in goals])[metric.hierarchy.rank]
    for column, goal in enumerate(goals.tolist()):
        expected = nx.single_source_dijkstra_path_length(graph.reverse(copy=False), goal)
        reached = found[:, column] < metric.nothing
        assert set(np.flatnonzero(reached).tolist()) == set(expected)
        assert all(int(found[node, column]) == length for node, length in expected.items())


def test_bad_conditions_are_one_sentence(router: Router) -> None:
    for conditions, words in (
        ({"closed": ["golden gate"]}, "no road, crossing or ferry 'golden gate'"),
        ({"closed": [""]}, "no road, crossing or ferry ''"),
        ({"slower": 0.0}, "positive number of times longer, and 0.0 was given"),
        ({"slower": float("nan")}, "nan was given"),
    ):
        with pytest.raises(InputError, match=words):
            router.reweight(**conditions)


def test_nearest_is_the_head_of_the_matrix(router: Router) -> None:
    goals = [TRURO, EXETER, PLYMOUTH, SimpleNamespace(lat=49.19, lon=-2.11)]  # Jersey has no car ferry
    numbers, minutes = router.nearest([SALTASH, TRURO], goals, k=4)
    matrix = router.matrix([SALTASH, TRURO], goals).minutes
    assert numbers.tolist() == [[2, 1, 0, -1], [0, 2, 1, -1]]
    for row, (order, times) in enumerate(zip(numbers, minutes, strict=True)):
        reached = order >= 0
        np.testing.assert_array_equal(times[reached], np.sort(matrix[row][~np.isnan(matrix[row])]))
        assert np.isnan(times[~reached]).all()


def test_an_explanation_adds_up_and_names_its_estimates(router: Router) -> None:
    told, route = router.explain(TRURO, EXETER), router.route(TRURO, EXETER)
    assert sum(part.miles for part in told.parts) == pytest.approx(route.miles, abs=0.05)
    assert sum(part.minutes for part in told.parts) == pytest.approx(route.minutes, abs=0.05)
    assert told.parts[0].road == "A30"
    assert "surveyed" in told.parts[0].source
    assert 0 < told.estimated_share < 0.1
    assert any(line.startswith("A30: ") and "mph" in line for line in told.lines())


def test_a_foreign_graph_is_explained_too() -> None:
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="epsg:4326")
    graph.add_node(1, x=-1.0, y=51.5)
    graph.add_node(2, x=-0.98, y=51.5)
    graph.add_edge(1, 2, length=1_400.0, highway="primary", name="High Street")
    router = Router(road_graph.from_graph(graph))
    told = router.explain(SimpleNamespace(lat=51.5, lon=-1.0), SimpleNamespace(lat=51.5, lon=-0.98))
    assert told.parts[0].road == "High Street"
