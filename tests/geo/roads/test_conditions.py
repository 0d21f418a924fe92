"""Scenarios: names as people write them, and the same roads as ``reweight`` gives."""

from __future__ import annotations

from types import SimpleNamespace

import networkx as nx
import numpy as np
import pytest

from nearhome.data.errors import InputError
from nearhome.geo.roads import graph as road_graph
from nearhome.geo.roads.conditions import TODAY, Conditions
from nearhome.geo.routing.router import Router

SALTASH, PLYMOUTH = SimpleNamespace(lat=50.408, lon=-4.212), SimpleNamespace(lat=50.3714, lon=-4.1422)


def two_roads() -> Router:
    """Make a road with two numbers beside one without."""
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="epsg:4326")
    for number in range(3):
        graph.add_node(number, x=-4.0 + 0.1 * number, y=50.0)
    graph.add_edge(0, 1, length=7_000.0, travel_time=400.0, highway="primary", ref="A48;A4042")
    graph.add_edge(1, 2, length=7_000.0, travel_time=400.0, highway="primary", name="High Street")
    return Router(road_graph.from_graph(graph))


def open_heads(router: Router) -> list[int]:
    return sorted(router.network.labels[node] for node in router.network.head)


@pytest.mark.parametrize(
    ("closed", "heads"),
    [((), [1, 2]), (("a4042",), [2]), (("A48;A4042",), [2]), ((" high street ",), [1]), (("A404",), [1, 2])],
)
def test_roads_are_closed_by_any_of_their_names(closed: tuple[str, ...], heads: list[int]) -> None:
    assert open_heads(two_roads().under(Conditions(closed=closed))) == heads


def test_an_ordinary_day_changes_nothing() -> None:
    router = two_roads()
    assert router.under(TODAY) is router


def test_a_scenario_is_what_reweight_makes_of_it() -> None:
    shipped = Router.shipped()
    ours = shipped.under(Conditions(closed=("TAMAR",), slower=1.2, ferries=False))
    theirs = shipped.reweight(closed=("tamar",), slower=1.2, ferries=False)
    for column in ("tail", "head", "edge", "deciseconds"):
        np.testing.assert_array_equal(getattr(ours.network, column), getattr(theirs.network, column))
    assert ours.route(SALTASH, PLYMOUTH).minutes == theirs.route(SALTASH, PLYMOUTH).minutes


def test_what_is_on_no_network_is_refused_with_the_nearest_that_is() -> None:
    small, shipped = two_roads().network, Router.shipped().network
    Conditions(closed=("High Street", "A30")).refuse_unknown([small, shipped])
    with pytest.raises(InputError, match=r"'High Stret' to close; did you mean High Street\?"):
        Conditions(closed=("High Stret",)).refuse_unknown([shipped, small])
    with pytest.raises(InputError, match="'qqqq' to close; give one such as tamar or A30"):
        Conditions(closed=("qqqq",)).refuse_unknown([small])
    with pytest.raises(InputError, match="'' to close"):
        Conditions(closed=("",)).refuse_unknown([small])
