"""An OpenStreetMap extract for tests, made of the shipped main roads around a prison and a few streets of a town."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import osmium

from nearhome.geo.roads import graph

if TYPE_CHECKING:
    from pathlib import Path

    import networkx as nx

EXETER_BOX = (50.62, -3.66, 50.82, -3.36)
"""South, west, north, east."""

TOWN = (50.7165, -3.5316)
"""The middle of the streets, a mile south of the prison."""

SIDE, STEP_LAT, STEP_LON = 7, 0.0012, 0.0018
STREETS = 1_000_000
"""Nodes from this number on are the streets'."""

INNER = 10_000_000
"""Nodes from this number on are where main roads bend."""


def write(path: Path, box: tuple[float, float, float, float] = EXETER_BOX) -> Path:
    """Write the extract of a box: main roads named and numbered as they ship, streets in a grid called Mill Lane."""
    roads = graph.load(box)
    points = {int(label): (data["y"], data["x"]) for label, data in roads.nodes(data=True)}
    ways = list(main_roads(roads, points))
    south, west = TOWN[0] - STEP_LAT * SIDE / 2, TOWN[1] - STEP_LON * SIDE / 2
    grid = [[STREETS + SIDE * row + column for column in range(SIDE)] for row in range(SIDE)]
    for row, nodes in enumerate(grid):
        points |= {node: (south + STEP_LAT * row, west + STEP_LON * column) for column, node in enumerate(nodes)}
    nearest = min(roads, key=lambda label: (points[label][0] - south) ** 2 + (points[label][1] - west) ** 2)
    street = {"highway": "residential", "name": "Mill Lane"}
    ways += [(nodes, street) for nodes in (*grid, *(list(column) for column in zip(*grid, strict=True)))]
    ways.append(([nearest, STREETS], street))
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for number, (lat, lon) in sorted(points.items()):
            writer.add_node(osmium.osm.mutable.Node(id=number + 1, location=(lon, lat)))
        for number, (nodes, tags) in enumerate(ways, start=1):
            way = osmium.osm.mutable.Way(id=number, nodes=[node + 1 for node in nodes], tags=tags)
            writer.add_way(way)
    return path


def main_roads(
    roads: nx.MultiDiGraph[Any], points: dict[int, tuple[float, float]]
) -> list[tuple[list[int], dict[str, str]]]:
    """Give the ways of a graph, and put the points where they bend among the others."""
    ways = []
    one_each = {data["osmid"]: (u, v, data) for u, v, data in roads.edges(data=True)}
    for u, v, data in one_each.values():
        inner = list(data["geometry"].coords)[1:-1] if "geometry" in data else []
        nodes = range(INNER + len(points), INNER + len(points) + len(inner))
        points.update(zip(nodes, ((lat, lon) for lon, lat in inner), strict=True))
        tags = {"highway": data["highway"], "ref": data["ref"], "oneway": "no"}
        ways.append(([u, *nodes, v], {key: word for key, word in tags.items() if word}))
    return ways
