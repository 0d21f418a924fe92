"""The networkx backend against networkx itself: lengths, paths, order, types and errors, compiled and with SciPy."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from contextlib import contextmanager
from decimal import Decimal
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nearhome.data.base import extras
from nearhome.data.errors import SourceError
from nearhome.geo.networkx_backend import backend
from nearhome.geo.networkx_backend import info as backend_info
from nearhome.geo.roads import graph as road_graph
from tests.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NUMBA = importlib.util.find_spec("numba") is not None
ENGINES = ["numba", "scipy"] if NUMBA else ["scipy"]
LABELS = ["a", ("b", 1), 2, 3.5, "", frozenset({6}), "g", -8]
KINDS = [nx.Graph, nx.DiGraph, nx.MultiGraph, nx.MultiDiGraph]

whole = st.integers(0, 4)
real = st.sampled_from([0.0, 0.1, 0.2, 0.3, 1.0, 2.5])
UNLIKE = st.one_of(whole, real, st.booleans(), st.sampled_from([np.float64(0.7), np.int64(2)]))


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with nx.config(warnings_to_ignore={"cache"}):
        yield


@contextmanager
def using(engine: str) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(extras, "has_numba", lambda: engine == "numba")
        yield


@st.composite
def graphs(draw: st.DrawFn, weights: st.SearchStrategy[Any]) -> nx.Graph[Any]:
    """Draw a graph with one-ways, parallel edges, loops, several components and edges without a weight."""
    graph: nx.Graph[Any] = draw(st.sampled_from(KINDS))()
    nodes = draw(st.permutations(LABELS))[: draw(st.integers(1, len(LABELS)))]
    graph.add_nodes_from(nodes)
    node = st.sampled_from(nodes)
    for u, v, weight in draw(st.lists(st.tuples(node, node, st.one_of(weights, st.none())), max_size=24)):
        graph.add_edge(u, v, **({} if weight is None else {"w": weight}))
    return graph


anything = st.one_of(graphs(whole), graphs(real), graphs(UNLIKE))
nodes_asked = st.lists(st.sampled_from([*LABELS, "no such node"]), min_size=0, max_size=3)


def outcome(ask: Callable[[], Any]) -> tuple[Any, ...]:
    """Give all there is to compare: the answer with order and types, or the error with its words."""
    try:
        return ("answer", _told(ask()))
    except (nx.NetworkXException, ValueError, KeyError) as error:
        return ("error", type(error), str(error))


def _told(value: Any) -> Any:
    if isinstance(value, dict):
        return "dict", [(key, _told(each)) for key, each in value.items()]
    if isinstance(value, tuple):
        return "tuple", [_told(each) for each in value]
    if isinstance(value, bool | int | float):
        kind = float if isinstance(value, float) else bool if isinstance(value, bool) else int
        return kind, value
    if isinstance(value, np.integer):
        return int, int(value)
    if isinstance(value, list | str) or value is None:
        return value
    return "iterator", [_told(each) for each in value]


def same(function: str, graph: nx.Graph[Any], *args: Any, **kwargs: Any) -> None:
    """Assert that a function answers, or refuses, as networkx does."""
    run = getattr(nx, function)
    ours = outcome(lambda: run(graph, *args, **kwargs, backend="nearhome"))
    assert ours == outcome(lambda: run(graph, *args, **kwargs, backend="networkx")), function


needs_numba = pytest.mark.skipif(not NUMBA, reason="numba is an optional engine and is not installed")


def same_from_sources(graph: nx.Graph[Any], asked: list[Any], cutoff: Any) -> None:
    source, target = ([*asked, "a", "a"])[:2]
    for function in ("multi_source_dijkstra", "multi_source_dijkstra_path", "multi_source_dijkstra_path_length"):
        same(function, graph, asked, cutoff=cutoff, weight="w")
    for function in ("single_source_dijkstra", "single_source_dijkstra_path", "single_source_dijkstra_path_length"):
        same(function, graph, source, cutoff=cutoff, weight="w")
        same(function, graph, source, weight=None)
    for function in ("all_pairs_dijkstra", "all_pairs_dijkstra_path", "all_pairs_dijkstra_path_length"):
        same(function, graph, cutoff=cutoff, weight="w")
    same("multi_source_dijkstra", graph, asked, target=target, weight="w")
    same("single_source_dijkstra", graph, source, target=target, cutoff=cutoff, weight="w")
    same("dijkstra_path", graph, source, target, weight="w")
    same("dijkstra_path_length", graph, source, target, weight="w")


def same_shortest(graph: nx.Graph[Any], source: Any, weight: str | None, *, from_both_ends: bool) -> None:
    for function in ("shortest_path", "shortest_path_length"):
        same(function, graph, weight=weight)
        same(function, graph, source=source, weight=weight)
        same(function, graph, target=source, weight=weight)
        same(function, graph, source=source, weight=weight, method="guesswork")
    for target in LABELS:
        same("has_path", graph, source, target)
        same("shortest_path_length", graph, source, target, weight=weight)
        if from_both_ends:
            same("shortest_path", graph, source, target, weight=weight)
            same("bidirectional_dijkstra", graph, source, target, weight=weight)


@pytest.mark.parametrize("engine", ENGINES)
@given(graph=anything, asked=nodes_asked, cutoff=st.sampled_from([None, 0, 2, 2.5, -1, float("inf"), 10**15]))
@settings(deadline=None, max_examples=100)
def test_searches_from_sources_equal_networkx(engine: str, graph: nx.Graph[Any], asked: list[Any], cutoff: Any) -> None:
    with using(engine):
        same_from_sources(graph, asked, cutoff)


@pytest.mark.parametrize("engine", ENGINES)
@given(graph=anything, source=st.sampled_from([*LABELS, "no such node"]), weight=st.sampled_from(["w", None, "other"]))
@settings(deadline=None, max_examples=100)
def test_shortest_paths_equal_networkx(engine: str, graph: nx.Graph[Any], source: Any, weight: str | None) -> None:
    with using(engine):
        same_shortest(graph, source, weight, from_both_ends=engine == "numba")


@needs_numba
@given(graph=graphs(st.sampled_from([-2, -1, -0.5, 0, 1, 3, 0.5, float("inf")])), asked=nodes_asked)
@settings(deadline=None, max_examples=100)
def test_negative_and_infinite_weights_end_as_in_networkx(graph: nx.Graph[Any], asked: list[Any]) -> None:
    source, target = ([*asked, "a", "a"])[:2]
    same("multi_source_dijkstra_path_length", graph, asked, weight="w")
    same("multi_source_dijkstra", graph, asked, target=target, weight="w")
    same("single_source_dijkstra", graph, source, weight="w")
    same("single_source_dijkstra_path_length", graph, source, weight="w")
    same("bidirectional_dijkstra", graph, source, target, weight="w")
    same("shortest_path", graph, target=target, weight="w")


@needs_numba
def test_paths_that_networkx_loses_to_a_negative_weight_are_left_to_it() -> None:
    graph: nx.DiGraph[Any] = nx.DiGraph([("a", "c", {"weight": -1})])
    graph.add_node("b")
    with pytest.raises(NotImplementedError):
        nx.multi_source_dijkstra_path(graph, ["a", "b"], backend="nearhome")


@pytest.fixture(scope="module")
def roads() -> nx.MultiDiGraph[Any]:
    return road_graph.load((50.0, -6.0, 52.0, -2.0))


@pytest.mark.parametrize("engine", ENGINES)
def test_the_shipped_network_is_answered_as_by_networkx(roads: nx.MultiDiGraph[Any], engine: str) -> None:
    roads.__networkx_cache__.clear()
    labels = list(roads)
    near, far = labels[0], labels[-1]
    with using(engine):
        same("single_source_dijkstra", roads, near, weight="travel_time")
        same("multi_source_dijkstra", roads, labels[::500], cutoff=1800.0, weight="length")
        same("shortest_path_length", roads, target=far, weight="travel_time")
        same("dijkstra_path", roads, near, far, weight="travel_time")
        same("shortest_path", roads, source=near)
        for a, b in zip(labels[::400], labels[::-400], strict=False):
            same("has_path", roads, a, b)
            if engine == "numba":
                same("bidirectional_dijkstra", roads, a, b, weight="travel_time")
                same("shortest_path", roads, a, b)


def test_a_cutoff_that_is_no_number_and_a_function_as_weight_are_refused() -> None:
    graph = nx.path_graph(3)
    for asked in ({"weight": lambda _u, _v, _d: 1}, {"cutoff": Decimal(2)}, {"cutoff": 2**60}):
        with pytest.raises(NotImplementedError, match="for the given arguments"):
            nx.single_source_dijkstra_path_length(graph, 0, backend="nearhome", **asked)
    with pytest.raises(NotImplementedError, match="for the given arguments"):
        nx.shortest_path(graph, 0, weight="w", method="bellman-ford", backend="nearhome")


@pytest.mark.parametrize(
    "weights",
    [[Decimal(1)], ["1"], [None], [np.float32(1)], [float("nan")], [-float("inf")], [2**62], [2**53, 0.5]],
    ids=str,
)
def test_weights_that_arrays_cannot_hold_are_networkx_s_to_answer(weights: list[Any]) -> None:
    graph: nx.DiGraph[Any] = nx.DiGraph()
    graph.add_weighted_edges_from([(number, number + 1, weight) for number, weight in enumerate(weights)])
    with pytest.raises(NotImplementedError):
        nx.dijkstra_path(graph, 0, 1, backend="nearhome")
    with pytest.raises(NotImplementedError, match="left to networkx"):
        backend.convert_from_nx(graph, edge_attrs={"weight": 1})
    with nx.config.backend_priority(algos=["nearhome"]):
        assert outcome(lambda: nx.has_path(graph, 0, len(weights))) == ("answer", (bool, True))
        preferred = outcome(lambda: nx.single_source_dijkstra_path(graph, 1))
    assert preferred == outcome(lambda: nx.single_source_dijkstra_path(graph, 1, backend="networkx"))


def test_sources_that_can_be_read_only_once_are_left_to_networkx() -> None:
    graph = nx.path_graph(3)
    with pytest.raises(NotImplementedError):
        nx.multi_source_dijkstra_path(graph, iter([0]), backend="nearhome")
    assert backend.can_run("multi_source_dijkstra_path", (graph, iter([0])), {}) is not True
    assert backend.can_run("multi_source_dijkstra_path", (graph, {0}), {}) is True


def test_numpy_s_weights_give_python_s_numbers_of_the_same_value() -> None:
    graph: nx.Graph[int] = nx.Graph()
    graph.add_edge(0, 1, weight=np.float64(2.5))
    found = nx.dijkstra_path_length(graph, 0, 1, backend="nearhome")
    assert type(found) is float
    assert found == nx.dijkstra_path_length(graph, 0, 1)


def test_parallel_weights_that_cannot_be_compared_are_refused() -> None:
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph([(0, 1, {"weight": 1}), (0, 1, {"weight": "1"})])
    with pytest.raises(NotImplementedError, match="cannot be compared"):
        backend.convert_from_nx(graph, edge_attrs={"weight": 1})


def test_whole_numbers_stay_exact_beyond_what_floats_hold() -> None:
    graph: nx.Graph[Any] = nx.Graph()
    graph.add_weighted_edges_from([(0, 1, 2**54 + 1), (1, 2, 2)])
    if NUMBA:
        assert nx.dijkstra_path_length(graph, 0, 2, backend="nearhome") == 2**54 + 3


def test_without_numba_what_scipy_cannot_do_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "has_numba", lambda: False)
    graph: nx.DiGraph[Any] = nx.DiGraph([(0, 1, {"w": -1}), (1, 2, {"w": 2**54})])
    for asked in ({"edge_attrs": {"w": 1}}, {"preserve_edge_attrs": True}):
        with pytest.raises(NotImplementedError, match="left to networkx"):
            backend.convert_from_nx(graph, **asked)
    assert backend.can_run("bidirectional_dijkstra", (graph, 0, 1), {}) == "a search from both ends needs numba"
    assert backend.can_run("shortest_path", (graph, 0), {}) is True


def test_the_graph_is_converted_once_until_it_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    conversions = []
    convert = backend.convert_from_nx
    monkeypatch.setattr(backend, "convert_from_nx", lambda *a, **k: conversions.append(1) or convert(*a, **k))
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph([(0, 1, {"w": 5}), (0, 1, {"w": 3}), (1, 2, {"w": 2})])
    for target, length in ((1, 3), (2, 5), (2, 5)):
        assert nx.shortest_path_length(graph, 0, target, weight="w", backend="nearhome") == length
    assert len(conversions) == 1
    assert nx.has_path(graph, 0, 2, backend="nearhome")  # the arrays with weights serve here too
    assert len(conversions) == 1
    graph.add_edge(0, 2, w=1)
    assert nx.shortest_path_length(graph, 0, 2, weight="w", backend="nearhome") == 1
    assert len(conversions) == 2


@given(graph=anything)
@settings(deadline=None, max_examples=60)
def test_a_compiled_graph_goes_back_to_networkx_with_the_least_of_parallel_edges(graph: nx.Graph[Any]) -> None:
    arrays = backend.convert_from_nx(graph, edge_attrs={"w": 1})
    back = backend.convert_to_nx(arrays)
    assert type(back) is type(graph)
    assert list(back) == list(graph) == list(arrays)
    assert len(arrays) == len(graph)
    for u in graph:
        least = nx.single_source_dijkstra_path_length(graph, u, weight="w", backend="networkx")
        assert nx.single_source_dijkstra_path_length(back, u, weight="w", backend="networkx") == least
        assert nx.single_source_dijkstra_path_length(arrays, u, weight="w") == least
    assert back.number_of_edges() == len(
        {(u, v) if graph.is_directed() else frozenset((u, v)) for u, v in graph.edges()}
    )


def test_a_compiled_graph_knows_only_the_weights_it_was_given() -> None:
    arrays = backend.convert_from_nx(nx.path_graph(3), edge_attrs={"minutes": 1})
    assert nx.dijkstra_path_length(arrays, 0, 2, weight="minutes") == 2
    assert [] not in arrays
    with pytest.raises(SourceError, match="has no weights 'miles'"):
        nx.dijkstra_path_length(arrays, 0, 2, weight="miles")


def test_networkx_is_told_of_every_function_and_no_other() -> None:
    info = backend_info.get_info()
    functions = info["functions"]
    assert isinstance(functions, dict)
    offered = {name for name in vars(backend) if not name.startswith("_") and name in vars(nx)}
    assert set(functions) == offered
    entries = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]
    for group in ("networkx.backends", "networkx.backend_info"):
        (found,) = entry_points(group=group, name="nearhome")
        assert found.value == entries[group]["nearhome"]


def test_importing_networkx_does_not_import_the_engine() -> None:
    wing = "nearhome.geo.networkx_backend"
    code = f"import sys, networkx; print('{wing}.info' in sys.modules, '{wing}.backend' in sys.modules)"
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert seen.stdout.split() == ["True", "False"]


def test_networkx_s_own_tests_pass_on_the_backend(tmp_path: Path) -> None:
    """Run networkx's tests of shortest paths with every call sent here first, and see that each function was."""
    log, settings_file = tmp_path / "calls.log", tmp_path / "pytest.ini"
    settings_file.write_text("[pytest]\n", encoding="utf-8")
    home = Path(str(nx.__file__)).parent
    folder = home / "algorithms" / "shortest_paths" / "tests"
    files = [folder / name for name in ("test_weighted.py", "test_generic.py", "test_unweighted.py")]
    apart = ["-p", "no:cacheprovider", "-c", str(settings_file), "--rootdir", str(home), "--confcutdir", str(home)]
    options = ["-q", *apart, "--log-file", str(log), "--log-file-level=DEBUG"]
    environment = os.environ | {"NETWORKX_TEST_BACKEND": "nearhome", "NETWORKX_FALLBACK_TO_NX": "1"}
    command = [sys.executable, "-m", "pytest", *options, *map(str, files)]
    seen = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=tmp_path)
    assert seen.returncode == 0, seen.stdout
    assert re.search(r"\b(failed|xfailed|error|skipped)\b", seen.stdout.splitlines()[-1]) is None, seen.stdout
    lines = log.read_text(encoding="utf-8")
    ran = set(re.findall(r"Using backend 'nearhome' for call to '(\w+)'", lines))
    assert ran == set(backend_info.FUNCTIONS) - (set() if NUMBA else {"bidirectional_dijkstra"})
    refused = {"a weight that is a function is left to networkx", "the method bellman-ford is left to networkx"}
    if NUMBA:
        assert set(re.findall(r", because: (.*)", lines)) == refused
        assert "Graph conversion failed" not in lines
