"""What networkx reads about the backend each time it is imported, so nothing heavy is imported here."""

from __future__ import annotations

FUNCTIONS = {
    "all_pairs_dijkstra": "",
    "all_pairs_dijkstra_path": "",
    "all_pairs_dijkstra_path_length": "",
    "bidirectional_dijkstra": "Needs numba.",
    "dijkstra_path": "",
    "dijkstra_path_length": "",
    "has_path": "",
    "multi_source_dijkstra": "",
    "multi_source_dijkstra_path": "",
    "multi_source_dijkstra_path_length": "",
    "shortest_path": "Between two nodes it needs numba. ``method='bellman-ford'`` is left to networkx.",
    "shortest_path_length": "``method='bellman-ford'`` is left to networkx.",
    "single_source_dijkstra": "",
    "single_source_dijkstra_path": "",
    "single_source_dijkstra_path_length": "",
}
"""The networkx functions that run on compiled arrays, each with what it leaves to networkx besides ``_COMMON``."""

_COMMON = "A weight that is a function, or no int or float, is left to networkx."


def get_info() -> dict[str, object]:
    """Describe the backend to networkx."""
    return {
        "backend_name": "nearhome",
        "project": "nearhome",
        "package": "nearhome.geo.networkx_backend.backend",
        "short_summary": "Shortest paths on compiled arrays, with networkx's own answers.",
        "functions": {name: {"additional_docs": f"{_COMMON} {docs}".strip()} for name, docs in FUNCTIONS.items()},
    }
