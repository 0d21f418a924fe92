"""The road network: arrays that open at once, and a networkx graph in OSMnx conventions for everything else."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from nearhome.data.base import coordinates
from nearhome.data.catalogue import columns
from nearhome.geo.roads import speeds
from nearhome.geo.roads.edges import STRATEGIC, Edges, LocalReach
from nearhome.geo.roads.lines import Lines
from nearhome.geo.roads.weights import METRE, SHIFT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from nearhome.data.base.arrays import Bools, Floats, Ints


JUNCTION_METRES = 150.0
"""Edges shorter than this are inside a junction: crossing one costs no further delay."""

TABLES = ("road_nodes", "road_edges", "road_shapes", "road_barriers")


@dataclass(frozen=True)
class RoadNetwork:
    """Nodes, edges and directed arcs.

    ``lat`` and ``lon`` are EPSG:4326; ``xy`` is EPSG:27700 in metres, shape (nodes, 2). Arc ``i`` runs from ``tail[i]``
    to ``head[i]`` along edge ``edge[i]``, forward where ``forward[i]``, and takes ``deciseconds[i]``.
    """

    lat: Floats
    lon: Floats
    edges: Edges
    tail: Ints
    head: Ints
    edge: Ints
    forward: NDArray[np.bool_]
    deciseconds: Ints
    labels: Sequence[Any]
    """What the graph calls each node."""
    shapes: Mapping[int, Floats] | None = None
    """Lines of edges as (lat, lon) rows from u to v; None: read from the shipped table when first needed."""
    model: speeds.SpeedModel = speeds.DEFAULT
    reach: LocalReach = STRATEGIC
    rank: NDArray[np.int32] | None = None
    """The order of the nodes' elimination; None: found when it is first needed."""

    @cached_property
    def xy(self) -> Floats:
        """Node positions in metres, EPSG:27700, shape (nodes, 2)."""
        return np.column_stack(coordinates.to_metres(self.lat, self.lon))

    @cached_property
    def tolls(self) -> Ints:
        """How many tolls each arc adds to a way: one where a road with a toll is come onto from any other road."""
        toll = self.edges.texts["toll"].codes[self.edge].astype(np.int64)
        least, most = np.full(len(self.lat), np.iinfo(np.int64).max), np.full(len(self.lat), -1)
        np.minimum.at(least, self.head, toll)
        np.maximum.at(most, self.head, toll)
        charged = ~self.edges.is_("toll", "")[self.edge]
        entered = (least[self.tail] != toll) | (most[self.tail] != toll)
        return np.asarray(charged & entered, np.int64)

    @property
    def weights(self) -> Ints:
        """Time, distance and tolls of each arc in one number; see ``nearhome.geo.roads.weights.SHIFT``."""
        return self.deciseconds * SHIFT + self.edges.metres[self.edge] * METRE + self.tolls

    @cached_property
    def lines(self) -> Mapping[int, Floats]:
        """The known shapes of edges, as (lat, lon) rows."""
        return _shipped_shapes() if self.shapes is None else self.shapes

    def line(self, arc: int) -> Floats:
        """Give the line of an arc from tail to head as (lat, lon) rows; straight where no shape is known."""
        edge = int(self.edge[arc])
        ends = np.array([[self.lat[node], self.lon[node]] for node in (self.edges.u[edge], self.edges.v[edge])])
        shape = self.lines.get(edge)
        whole = ends if shape is None else np.vstack([ends[:1], shape, ends[1:]])
        return whole if self.forward[arc] else whole[::-1]


def shipped(model: speeds.SpeedModel = speeds.DEFAULT, folder: Path | None = None) -> RoadNetwork:
    """Open the strategic network of the United Kingdom, shipped or from a folder of tables.

    Raises
    ------
    TableError
        When a table is missing or damaged.
    """
    nodes, _ = columns.read("road_nodes", folder)
    numbers, texts = columns.read("road_edges", folder)
    wide = {name: values.astype(np.int64) for name, values in numbers.items()}
    lat, lon = nodes["lat"].astype(np.float64), nodes["lon"].astype(np.float64)
    road_class = texts["road_class"]
    motorway, local = (road_class.codes == road_class.words.index(word) for word in ("motorway", "local"))
    junctions = _junction_ends(wide["u"], wide["v"], wide["metres"], (motorway, local), len(lat))
    edges = Edges(**wide, junctions=junctions, texts=texts)
    count = len(edges.u)
    taken = speeds.deciseconds(edges, model)
    return RoadNetwork(
        lat=lat,
        lon=lon,
        edges=edges,
        tail=np.r_[edges.u, edges.v],
        head=np.r_[edges.v, edges.u],
        edge=np.r_[np.arange(count), np.arange(count)],
        forward=np.r_[np.ones(count, bool), np.zeros(count, bool)],
        deciseconds=np.r_[taken, taken],
        labels=list(range(len(lat))),
        model=model,
        rank=columns.read_array("road_order")["rank"] if folder is None else None,
    )


def _junction_ends(u: Ints, v: Ints, metres: Ints, kinds: tuple[Bools, Bools], nodes: int) -> Ints:
    """Count the ends of each main road that are junctions of an ordinary one: three or more edges, not all motorway.

    ``kinds`` says which edges are motorways, and which are modelled local roads, which make no junction.
    """
    motorway, local = kinds
    degree = np.bincount(np.r_[u[~local], v[~local]], minlength=nodes)
    plain = np.bincount(np.r_[u[~(motorway | local)], v[~(motorway | local)]], minlength=nodes)
    busy = (degree > 2) & (plain > 0)  # noqa: PLR2004 -- two edges are a bend, three a junction
    ends = busy[u].astype(np.int64) + busy[v]
    return np.where((metres >= JUNCTION_METRES) & ~motorway & ~local, ends, 0)


def _shipped_shapes() -> Lines:
    numbers, _ = columns.read("road_shapes")
    edge = numbers["edge"].astype(np.int64)
    points = np.column_stack([numbers["lat"], numbers["lon"]]).astype(np.float64)
    first = np.flatnonzero(np.r_[True, edge[1:] != edge[:-1]])
    return Lines(edge[first], np.r_[first, len(edge)], points)
