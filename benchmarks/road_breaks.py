"""List where the main roads may be broken: modelled local roads are much shorter than the network's own way.

    python benchmarks/road_breaks.py

Looked at are the ends at which a main road stops, and the points of other main roads up to 7 km from each. Most are
roads that do end there, in a town or a valley. What looked like a break was compared with what is generally known of
the road and closed in data/build/roads/links.toml; what is left was looked through on 27 November 2026.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from nearhome.data.base.units import METRES_PER_MILE
from nearhome.geo.roads import network

NEAR_METRES, FAR_METRES = 7_000.0, 60_000.0
LONG_WAY_METRES = 6_000.0
CROOKED = 1.45
SHOWN = 60


def main() -> None:
    """Print the ends, the most suspicious first."""
    roads = network.shipped()
    edges, size = roads.edges, len(roads.lat)
    local = edges.is_("kind", "local")
    ends = np.concatenate([edges.u[~local], edges.v[~local]])
    degree = np.bincount(ends, minlength=size)
    dead, others = np.flatnonzero(degree == 1), np.flatnonzero(degree > 0)
    near = cKDTree(roads.xy[others]).query_ball_point(roads.xy[dead], NEAR_METRES)
    by_main = dijkstra(_graph(roads, ~local), indices=dead, limit=FAR_METRES)
    by_all = dijkstra(_graph(roads, np.ones(len(local), bool)), indices=dead, limit=2 * NEAR_METRES)
    found = []
    for row, node in enumerate(dead.tolist()):
        other = others[near[row]]
        crow = np.hypot(*(roads.xy[other] - roads.xy[node]).T)
        own, modelled = np.minimum(by_main[row, other], FAR_METRES), by_all[row, other]
        straight = (modelled > 0) & (modelled < CROOKED * crow) & (own > LONG_WAY_METRES)
        if straight.any():
            ratio = np.where(straight, own / np.maximum(modelled, 500.0), 0.0)
            best = int(np.argmax(ratio))
            found.append((float(ratio[best]), node, int(other[best]), float(modelled[best]), float(own[best])))
    print(f"{len(dead)} ends of main roads; to another main road near by, the {SHOWN} longest ways round:")
    for ratio, node, other, modelled, own in sorted(found, reverse=True)[:SHOWN]:
        places = " to ".join(f"{roads.lat[at]:.3f}, {roads.lon[at]:.3f} {_ref(roads, at)}" for at in (node, other))
        miles = f"{modelled / METRES_PER_MILE:.1f} miles by local roads, {own / METRES_PER_MILE:.1f} by main roads"
        print(f"  {ratio:4.1f}  {places}: {miles}")


def _graph(roads: network.RoadNetwork, kept: np.ndarray) -> csr_matrix:
    edges, size = roads.edges, len(roads.lat)
    order = np.argsort(-edges.metres[kept], kind="stable")
    u, v, metres = edges.u[kept][order], edges.v[kept][order], edges.metres[kept][order].astype(float)
    graph = csr_matrix((metres, (u, v)), shape=(size, size))
    return graph.maximum(graph.T)


def _ref(roads: network.RoadNetwork, node: int) -> str:
    edges = roads.edges
    at = np.flatnonzero((edges.u == node) | (edges.v == node))
    return " ".join(sorted({edges.text("ref", int(edge)) for edge in at} - {""}))


if __name__ == "__main__":
    main()
