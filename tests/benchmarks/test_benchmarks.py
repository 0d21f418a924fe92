"""The benchmarks' own parts, on tiny graphs: what they generate and what they compare."""

from __future__ import annotations

import json
from functools import cache
from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from nearhome.geo.osm import read
from tests.paths import BENCHMARKS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the scripts import one another as they do when run."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))


@cache
def small_graph() -> Any:
    """Make a graph of some 3,000 arcs in a square of 60 km, with four goals near its corners and random others."""
    road_graph = import_module("road_graph")
    points = np.unique(np.random.default_rng(11).integers(300_000, 360_000, (1_100, 2)), axis=0).astype(float)
    goals = np.array([[301e3, 301e3], [359e3, 301e3], [301e3, 359e3], [359e3, 359e3]])
    return road_graph.generate(points, 2_400, goals, seed=3)


def weights(graph: Any) -> csr_matrix:
    size = len(graph.lat)
    return csr_matrix((graph.deciseconds, graph.head, graph.starts), shape=(size, size))


def test_a_generated_graph_is_sorted_and_strongly_connected() -> None:
    graph = small_graph()
    np.testing.assert_array_equal(np.lexsort((graph.head, graph.tail)), np.arange(len(graph.head)))
    np.testing.assert_array_equal(np.repeat(np.arange(len(graph.lat)), np.diff(graph.starts)), graph.tail)
    assert connected_components(weights(graph), directed=True, connection="strong")[0] == 1
    assert 2_000 < len(graph.head) < 2_800
    assert (graph.tail != graph.head).all()
    assert len(np.unique(graph.tail * len(graph.lat) + graph.head)) == len(graph.head)


def test_an_extract_of_a_graph_is_read_as_its_roads(tmp_path: Path) -> None:
    national_import, graph = import_module("national_import"), small_graph()
    nodes, ways = national_import.write_extract(graph, tmp_path / "x.osm.pbf")
    found = read.read_extract(tmp_path / "x.osm.pbf")
    bent = (graph.metres[np.unique(graph.edge, return_index=True)[1]] > national_import.BEND_METRES).sum()
    assert (nodes, ways) == (len(graph.lat) + bent, len(np.unique(graph.edge)))
    assert found.number_of_nodes() + found.graph["dropped_nodes"] <= nodes
    assert 0.85 * len(graph.head) < found.number_of_edges() + 2 * bent
    lengths = [data["length"] for _, _, data in found.edges(data=True)]
    assert 0 < min(lengths) < np.median(lengths) < max(lengths)


def test_both_directions_of_an_edge_are_alike_and_few_are_one_way() -> None:
    graph = small_graph()
    count = np.bincount(graph.edge, minlength=graph.edge.max() + 1)
    assert count.max() == 2
    assert 0 < (count == 1).sum() < 0.2 * (count > 0).sum()
    order = np.argsort(graph.edge, kind="stable")
    pairs = order[np.isin(graph.edge[order], np.flatnonzero(count == 2))].reshape(-1, 2)
    for column in ("deciseconds", "metres", "road_class"):
        values = getattr(graph, column)[pairs]
        np.testing.assert_array_equal(values[:, 0], values[:, 1])
    np.testing.assert_array_equal(graph.tail[pairs[:, 0]], graph.head[pairs[:, 1]])


def test_times_and_classes_are_those_of_roads() -> None:
    graph = small_graph()
    kph = 36.0 * graph.metres / graph.deciseconds
    assert graph.deciseconds.min() >= 1
    assert np.quantile(kph, 0.01) > 15
    assert np.quantile(kph, 0.99) < 110
    assert {0, 3} <= set(graph.road_class.tolist())
    assert graph.lat.min() > 49
    assert graph.lat.max() < 61


def test_goals_are_different_and_those_asked_for_are_among_them() -> None:
    graph = small_graph()
    assert len(np.unique(graph.goals)) == 140
    corner = np.argmin(graph.lat + graph.lon / 1.6)
    assert np.hypot(graph.lat[corner] - graph.lat[graph.goals], graph.lon[corner] - graph.lon[graph.goals]).min() < 0.05


def test_the_same_seed_gives_the_same_graph_and_it_survives_a_file(tmp_path: Path) -> None:
    road_graph = import_module("road_graph")
    graph = small_graph()
    small_graph.cache_clear()
    again = small_graph()
    graph.save(tmp_path / "graph.npz")
    opened = road_graph.RoadGraph.open(tmp_path / "graph.npz")
    for name in road_graph.RoadGraph.__slots__:
        np.testing.assert_array_equal(getattr(again, name), getattr(graph, name))
        np.testing.assert_array_equal(getattr(opened, name), getattr(graph, name))


def test_neighbours_on_the_hilbert_curve_touch() -> None:
    hilbert = import_module("road_graph")._hilbert  # noqa: SLF001 -- a curve is easier to test than what uses it
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(16), np.arange(16)))
    along = hilbert(x, y, 16)
    assert sorted(along.tolist()) == list(range(256))
    order = np.argsort(along)
    assert (np.abs(np.diff(x[order])) + np.abs(np.diff(y[order])) == 1).all()


def test_only_edges_without_a_nearer_third_are_kept() -> None:
    relative_neighbours = import_module("road_graph")._relative_neighbours  # noqa: SLF001 -- as above
    xy = np.random.default_rng(5).random((60, 2))
    apart = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    expected = {
        (p, q)
        for p in range(60)
        for q in range(p + 1, 60)
        if not (np.maximum(apart[p], apart[q])[[r for r in range(60) if r not in (p, q)]] < apart[p, q]).any()
    }
    assert {tuple(pair) for pair in relative_neighbours(xy).tolist()} == expected


def test_equal_numbers_agree_and_others_stop_the_comparison() -> None:
    measure = import_module("measure")
    ours = np.array([[1, 2], [3, 4]])
    assert measure.same("one", [[1.0, 2.0], [3.0, 4.0]], ours) == "4 equal"
    for theirs in ([[1, 2], [3, 5]], [[1, 2], [3, 4.2]], [[1, 2], [3, np.inf]], [[1, 2], [3, np.nan]], [1, 2, 3, 4]):
        with pytest.raises(measure.DisagreementError):
            measure.same("another", theirs, ours)


def test_rounded_answers_are_described() -> None:
    assert import_module("measure").close([10.0, 20.1, 33.0], [10.0, 20.0, 30.0], 0.15) == (
        "66.7% of 3 within 0.15 s, median ratio 1.005"
    )


def test_times_are_written_with_three_figures() -> None:
    seconds = import_module("measure").seconds
    assert [seconds(value) for value in (1234.5, 12.345, 0.0123, 0.000_045_6)] == [
        "1,234 s",
        "12.3 s",
        "12.3 ms",
        "45.6 µs",
    ]


def test_nearhome_and_scipy_are_compared_on_a_small_graph(tmp_path: Path) -> None:
    routing, peers = import_module("routing"), import_module("peers")
    graph = small_graph()
    result = routing.Result(0.0024, graph)
    answers = routing.nearhome(result, tmp_path, runs=1)
    expected = dijkstra(weights(graph))
    np.testing.assert_array_equal(answers.found[answers.rank], expected[:, graph.goals])
    np.testing.assert_array_equal(answers.pair_weights, [expected[pair] for pair in answers.pairs])
    result.lines += peers.PEERS["scipy"][1](graph, answers, 2) + peers.PEERS["networkx"][1](graph, answers, 1)
    told = routing.report(result)
    assert f"{2 * len(graph.lat):,} equal" in told
    assert "time extrapolated" in told
    assert "SciPy over nearhome" in routing.shows([result])
    answers.found[0, 0] += 1
    with pytest.raises(import_module("measure").DisagreementError, match="SciPy and nearhome disagree on 1 of"):
        peers.PEERS["scipy"][1](graph, answers, 1)


def test_a_path_over_no_arc_is_refused() -> None:
    routing = import_module("routing")
    graph = small_graph()
    apart = next(node for node in range(1, 99) if node not in graph.head[: graph.starts[1]])
    with pytest.raises(import_module("measure").DisagreementError, match="no arc"):
        routing.walk(graph, np.array([0, apart]))


def test_a_peer_that_is_missing_is_listed_and_an_unknown_one_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    routing, peers = import_module("routing"), import_module("peers")
    monkeypatch.setattr(routing, "cached", lambda *_: small_graph())
    monkeypatch.setattr(peers, "installed", lambda _: False)
    monkeypatch.setattr(routing, "national", lambda: "### The shipped network")
    arguments = ["routing.py", "--quick", "--cache", str(tmp_path), "--peers", "igraph"]
    monkeypatch.setattr("sys.argv", arguments)
    routing.main()
    assert "- igraph: not installed" in capsys.readouterr().out
    monkeypatch.setattr("sys.argv", [*arguments[:-1], "horse"])
    with pytest.raises(SystemExit):
        routing.main()


def test_the_shipped_network_is_reported_or_why_not(monkeypatch: pytest.MonkeyPatch) -> None:
    routing = import_module("routing")
    told = {"postcodes": 1743449, "prisons": 120, "cold_seconds": 2.5, "warm_seconds": 0.4, "most_bytes": 1_500_000_000}
    answer = SimpleNamespace(returncode=0, stdout=json.dumps(told | {"sample": 40, "equal": 39}), stderr="")
    monkeypatch.setattr(routing.subprocess, "run", lambda *_, **__: answer)
    text = routing.national()
    assert "1,743,449 postcodes to 120 open prisons" in text
    assert "39 of 40" in text
    assert "| cold process, imports and tables included | 3 s | 2.5 s |" in text
    answer.returncode, answer.stderr = 1, "a long story\nTableError: the roads are missing"
    assert routing.national().endswith("Not measured: TableError: the roads are missing")
