"""The networkx backend: ``nx.dijkstra_path(graph, a, b, weight="travel_time", backend="nearhome")`` on arrays.

networkx finds this module by its entry point, converts the graph once and keeps the arrays in its cache until the graph
changes through its own methods. Answers are networkx's own: order, choice among equal paths, errors, ints and floats,
which are Python's where a graph has NumPy's. What cannot be answered so is refused, and networkx then answers itself
where the backend was a preference (``nx.config.backend_priority``) or says so where it was demanded
(``backend="nearhome"``). networkx warns each time it takes arrays from its cache, because
``graph[u][v][0]["travel_time"] = 9`` does not clear it; silence that with
``nx.config.warnings_to_ignore.add("cache")``.
"""

from __future__ import annotations

import inspect
from collections.abc import Collection
from itertools import islice
from typing import TYPE_CHECKING, Any

import networkx as nx

from nearhome.data.base import extras
from nearhome.geo.networkx_backend import graph as backend_graph
from nearhome.geo.networkx_backend.graph import NONE, CompiledGraph, ContradictionError
from nearhome.geo.networkx_backend.info import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping

    from nearhome.geo.networkx_backend.graph import Tree

    Lengths = dict[Hashable, float]
    Path = list[Hashable]
    Paths = dict[Hashable, Path]

_METHODS = ("dijkstra", "bellman-ford")
_EXACT = 2**53


def convert_from_nx(
    graph: nx.Graph[Any],
    *,
    edge_attrs: Mapping[str, Any] | None = None,
    preserve_edge_attrs: bool = False,
    **_kept: Any,
) -> CompiledGraph:
    """Convert a networkx graph; called by networkx, which names the edge attributes a function needs.

    Parameters
    ----------
    graph
        Any networkx graph.
    edge_attrs
        The attributes to keep as weights, each with the value of edges that lack it; None keeps none.
    preserve_edge_attrs
        Whether all attributes are asked for.
    **_kept
        What else networkx asks to be kept; no answer depends on it.

    Raises
    ------
    NotImplementedError
        When a weight is of a kind that the arrays cannot hold exactly, or all attributes are asked for.
    """
    if preserve_edge_attrs:
        msg = "The nearhome backend keeps one number an edge and not all attributes, so this is left to networkx."
        raise NotImplementedError(msg)
    return backend_graph.from_networkx(graph, edge_attrs or {})


def convert_to_nx(result: Any, **_about: Any) -> Any:
    """Convert a compiled graph back; anything else is networkx's already."""
    return backend_graph.to_networkx(result) if isinstance(result, CompiledGraph) else result


def can_run(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool | str:
    """Say whether a call can be answered as networkx would: True, or why not."""
    given = inspect.signature(getattr(nx, name)).bind(*args, **kwargs).arguments
    weight, cutoff, method = given.get("weight"), given.get("cutoff"), given.get("method", "dijkstra")
    pair = given.get("source") is not None and given.get("target") is not None
    if callable(weight):
        return "a weight that is a function is left to networkx"
    if method == "bellman-ford" and weight is not None:
        return "the method bellman-ford is left to networkx"
    if not isinstance(given.get("sources", ()), Collection):
        return "sources that can be read only once are left to networkx"
    if not (cutoff is None or isinstance(cutoff, float) or (isinstance(cutoff, int) and abs(cutoff) < _EXACT)):
        return f"a cutoff of type {type(cutoff).__name__} or of this size is left to networkx"
    if pair and name in {"bidirectional_dijkstra", "shortest_path"} and not extras.has_numba():
        return "a search from both ends needs numba"
    return name in FUNCTIONS


def multi_source_dijkstra(
    graph: CompiledGraph,
    sources: Collection[Hashable],
    target: Hashable = None,
    cutoff: float | None = None,
    weight: str | None = "weight",
) -> tuple[Lengths, Paths] | tuple[float, Path]:
    """Find lengths and paths from the nearest of the sources to all nodes, or to the target.

    Parameters
    ----------
    graph
        The arrays.
    sources
        Nodes of the graph, at least one.
    target
        The node to search for; all nodes if None.
    cutoff
        The greatest length allowed; no limit if None.
    weight
        The edge attribute to add up; None counts edges.
    """
    rows = _rows(graph, sources)
    if target in sources:
        return 0, [target]
    if target is None:
        tree = _searched(graph, rows, weight, cutoff)
        return _lengths(graph, tree), _paths(graph, rows, tree)
    goal = graph.number.get(target, NONE)
    tree = _searched(graph, rows, weight, cutoff, goal)
    if not tree.reaches(goal):
        msg = f"No path to {target}."
        raise nx.NetworkXNoPath(msg)
    return tree.length(goal), _named(graph, tree.path(goal))


def multi_source_dijkstra_path(
    graph: CompiledGraph,
    sources: Collection[Hashable],
    cutoff: float | None = None,
    weight: str | None = "weight",
) -> Paths:
    """Find paths from the nearest of the sources to all nodes.

    Parameters
    ----------
    graph, sources, cutoff, weight
        As for ``multi_source_dijkstra``.
    """
    rows = _rows(graph, sources)
    return _paths(graph, rows, _searched(graph, rows, weight, cutoff))


def multi_source_dijkstra_path_length(
    graph: CompiledGraph,
    sources: Collection[Hashable],
    cutoff: float | None = None,
    weight: str | None = "weight",
) -> Lengths:
    """Find lengths from the nearest of the sources to all nodes.

    Parameters
    ----------
    graph, sources, cutoff, weight
        As for ``multi_source_dijkstra``.
    """
    return _lengths(graph, _searched(graph, _rows(graph, sources), weight, cutoff))


def single_source_dijkstra(
    graph: CompiledGraph,
    source: Hashable,
    target: Hashable = None,
    cutoff: float | None = None,
    weight: str | None = "weight",
) -> tuple[Lengths, Paths] | tuple[float, Path]:
    """Find lengths and paths from a source to all nodes, or to the target.

    Parameters
    ----------
    graph, target, cutoff, weight
        As for ``multi_source_dijkstra``.
    source
        The node to start from.
    """
    return multi_source_dijkstra(graph, {source}, target, cutoff, weight)


def single_source_dijkstra_path(
    graph: CompiledGraph, source: Hashable, cutoff: float | None = None, weight: str | None = "weight"
) -> Paths:
    """Find paths from a source to all nodes.

    Parameters
    ----------
    graph, source, cutoff, weight
        As for ``single_source_dijkstra``.
    """
    return multi_source_dijkstra_path(graph, {source}, cutoff, weight)


def single_source_dijkstra_path_length(
    graph: CompiledGraph, source: Hashable, cutoff: float | None = None, weight: str | None = "weight"
) -> Lengths:
    """Find lengths from a source to all nodes.

    Parameters
    ----------
    graph, source, cutoff, weight
        As for ``single_source_dijkstra``.
    """
    return multi_source_dijkstra_path_length(graph, {source}, cutoff, weight)


def dijkstra_path(graph: CompiledGraph, source: Hashable, target: Hashable, weight: str | None = "weight") -> Any:
    """Find the path from source to target.

    Parameters
    ----------
    graph, source, weight
        As for ``single_source_dijkstra``.
    target
        The node to search for.
    """
    return single_source_dijkstra(graph, source, target, None, weight)[1]


def dijkstra_path_length(
    graph: CompiledGraph, source: Hashable, target: Hashable, weight: str | None = "weight"
) -> float:
    """Find the length of the path from source to target.

    Parameters
    ----------
    graph, source, target, weight
        As for ``dijkstra_path``.
    """
    _refuse_unknown(graph, f"Node {source} not found in graph", source)
    if source == target:
        return 0
    goal = graph.number.get(target, NONE)
    tree = _searched(graph, [graph.number[source]], weight, target=goal)
    if not tree.reaches(goal):
        msg = f"Node {target} not reachable from {source}"
        raise nx.NetworkXNoPath(msg)
    return tree.length(goal)


def bidirectional_dijkstra(
    graph: CompiledGraph, source: Hashable, target: Hashable, weight: str | None = "weight"
) -> tuple[float, Path]:
    """Find length and path from source to target, searching from both.

    Parameters
    ----------
    graph, source, target, weight
        As for ``dijkstra_path``.
    """
    _refuse_unknown(graph, f"Source {source} is not in G", source)
    _refuse_unknown(graph, f"Target {target} is not in G", target)
    if source == target:
        return 0, [source]
    try:
        found = graph.between(graph.number[source], graph.number[target], weight)
    except ContradictionError:
        msg = "Contradictory paths found: negative weights?"
        raise ValueError(msg) from None
    if found is None:
        msg = f"No path between {source} and {target}."
        raise nx.NetworkXNoPath(msg)
    return found[0], _named(graph, found[1])


def all_pairs_dijkstra(
    graph: CompiledGraph, cutoff: float | None = None, weight: str | None = "weight"
) -> Iterator[tuple[Hashable, Any]]:
    """Find lengths and paths from every node, one after another."""
    for label in graph:
        yield label, single_source_dijkstra(graph, label, None, cutoff, weight)


def all_pairs_dijkstra_path(
    graph: CompiledGraph, cutoff: float | None = None, weight: str | None = "weight"
) -> Iterator[tuple[Hashable, Paths]]:
    """Find paths from every node, one after another."""
    for label in graph:
        yield label, single_source_dijkstra_path(graph, label, cutoff, weight)


def all_pairs_dijkstra_path_length(
    graph: CompiledGraph, cutoff: float | None = None, weight: str | None = "weight"
) -> Iterator[tuple[Hashable, Lengths]]:
    """Find lengths from every node, one after another."""
    for label in graph:
        yield label, single_source_dijkstra_path_length(graph, label, cutoff, weight)


def shortest_path(
    graph: CompiledGraph,
    source: Hashable = None,
    target: Hashable = None,
    weight: str | None = None,
    method: str = "dijkstra",
) -> Any:
    """Find a path, the paths from or to one node, or all of them; without weight those with the fewest edges.

    Parameters
    ----------
    graph
        The arrays.
    source, target
        The nodes to lead from and to; every node if None.
    weight
        The edge attribute to add up; None counts edges.
    method
        ``dijkstra``; without weight also ``bellman-ford``, which then is the same.
    """
    _refuse_method(method)
    if source is not None and target is not None:
        return (
            _fewest(graph, source, target)
            if weight is None
            else bidirectional_dijkstra(graph, source, target, weight)[1]
        )
    if source is None and target is None:
        return all_pairs_dijkstra_path(graph, weight=weight)
    if source is not None:
        _refuse_unknown(graph, _missing(source, weight, "Source {} not in G"), source)
        return single_source_dijkstra_path(graph, source, weight=weight)
    _refuse_unknown(graph, _missing(target, weight, "Source {} not in G"), target)
    paths = single_source_dijkstra_path(graph.turned, target, weight=weight)
    return {label: path[::-1] for label, path in paths.items()}


def shortest_path_length(
    graph: CompiledGraph,
    source: Hashable = None,
    target: Hashable = None,
    weight: str | None = None,
    method: str = "dijkstra",
) -> Any:
    """Find the length of a path, or the lengths from or to one node, or all; without weight the number of edges.

    Parameters
    ----------
    graph, source, target, weight, method
        As for ``shortest_path``.
    """
    _refuse_method(method)
    if source is not None and target is not None:
        return _steps(graph, source, target) if weight is None else dijkstra_path_length(graph, source, target, weight)
    if source is None and target is None:
        return all_pairs_dijkstra_path_length(graph, weight=weight)
    end, way = (target, graph.turned) if source is None else (source, graph)
    _refuse_unknown(graph, _missing(end, weight, "Source {} is not in G"), end)
    return single_source_dijkstra_path_length(way, end, weight=weight)


def has_path(graph: CompiledGraph, source: Hashable, target: Hashable) -> bool:
    """Say whether any path leads from source to target."""
    try:
        shortest_path_length(graph, source, target)
    except nx.NetworkXNoPath:
        return False
    return True


def _fewest(graph: CompiledGraph, source: Hashable, target: Hashable) -> Path:
    """Find the path that networkx's bidirectional breadth-first search finds."""
    _refuse_unknown(graph, f"Source {source} is not in G", source)
    _refuse_unknown(graph, f"Target {target} is not in G", target)
    if source == target:
        return [source]
    path = graph.fewest_arcs(graph.number[source], graph.number[target])
    if path is None:
        msg = f"No path between {source} and {target}."
        raise nx.NetworkXNoPath(msg)
    return _named(graph, path)


def _steps(graph: CompiledGraph, source: Hashable, target: Hashable) -> int:
    """Count the edges of the path with the fewest."""
    _refuse_unknown(graph, f"Source {source} is not in G", source)
    _refuse_unknown(graph, f"Target {target} is not in G", target)
    goal = graph.number[target]
    tree = _searched(graph, [graph.number[source]], None, target=goal)
    if not tree.reaches(goal):
        msg = f"No path between {source} and {target}."
        raise nx.NetworkXNoPath(msg)
    return int(tree.length(goal))


def _rows(graph: CompiledGraph, sources: Collection[Hashable]) -> list[int]:
    """Give the numbers of the sources; every one has to be in the graph."""
    if not sources:
        msg = "sources must not be empty"
        raise ValueError(msg)
    rows = []
    for source in sources:
        _refuse_unknown(graph, f"Node {source} not found in graph", source)
        rows.append(graph.number[source])
    return rows


def _searched(
    graph: CompiledGraph, rows: list[int], weight: str | None, cutoff: float | None = None, target: int = NONE
) -> Tree:
    try:
        return graph.search(rows, weight, target=target, cutoff=cutoff)
    except ContradictionError:
        msg = "Contradictory paths found:"
        raise ValueError(msg, "negative weights?") from None


def _lengths(graph: CompiledGraph, tree: Tree) -> Lengths:
    labels = graph.labels
    return dict(zip([labels[row] for row in tree.order.tolist()], tree.lengths(), strict=True))


def _paths(graph: CompiledGraph, rows: list[int], tree: Tree) -> Paths:
    """Give the path to every settled node; sources come first, in their order, as networkx has them."""
    labels, before = graph.labels, tree.before.tolist()
    found: dict[int, Path] = {row: [labels[row]] for row in rows}
    try:
        for row in islice(tree.order.tolist(), len(found), None):
            found[row] = [*found[before[row]], labels[row]]
    except KeyError:
        msg = "A negative weight settles other nodes before all sources, so these paths are left to networkx."
        raise NotImplementedError(msg) from None
    return {labels[row]: path for row, path in found.items()}


def _named(graph: CompiledGraph, path: list[int]) -> Path:
    return [graph.labels[row] for row in path]


def _missing(label: Hashable, weight: str | None, unweighted: str) -> str:
    """Word what networkx says of a node it does not know, with and without weight."""
    return unweighted.format(label) if weight is None else f"Node {label} not found in graph"


def _refuse_unknown(graph: CompiledGraph, message: str, label: Hashable) -> None:
    if label not in graph:
        raise nx.NodeNotFound(message)


def _refuse_method(method: str) -> None:
    if method not in _METHODS:
        msg = f"method not supported: {method}"
        raise ValueError(msg)
