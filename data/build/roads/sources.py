"""The road sources as arrays: a national skeleton of junctions, and centrelines that know class and carriageway."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer
from scipy.spatial import cKDTree

from nearhome.data.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

    from nearhome.data.base.arrays import Floats, Ints


VERTEX_SPACING_METRES = 120.0
"""Centrelines are cut into pieces no longer than this, so that a point on them is always near a vertex."""

JOIN_METRES = 35.0
"""Ends of two centrelines closer than this are the same junction (sections were simplified by 3 m and drawn apart)."""

LONGEST_STRETCH = 1.1
"""The lines are simplified, so they are shorter than the surveyed lengths beside them; a larger difference than this is
an error in the source and is not followed."""

TRUNK_COLUMNS = ["class_name", "roa_number", "sec_length", "funct_name", "dual_name", "geometry"]
MOTORWAY_COLUMNS = ["road_classification_number", "length", "geometry"]

SOUTH_IRELAND_LAT = 53.8
"""South of this the island of Ireland is left out: nobody drives through it from Northern Ireland to a prison."""


@dataclass(slots=True)
class Skeleton:
    """Nodes and two-way edges of the national network, growing as the build adds links.

    ``nodes`` has lon, lat (EPSG:4326) and x, y (EPSG:27700, metres); ``edges`` has u, v (row numbers of nodes),
    metres, and the attributes that later stages fill in.
    """

    nodes: pd.DataFrame
    edges: pd.DataFrame

    def add_edges(self, rows: list[dict[str, object]]) -> None:
        """Append edges; missing attributes take the defaults of a plain road."""
        if rows:
            added = pd.DataFrame([{**EDGE_DEFAULTS, **row} for row in rows])
            self.edges = pd.concat([self.edges, added.astype(self.edges.dtypes.to_dict())], ignore_index=True)

    def add_node(self, lat: float, lon: float) -> int:
        """Append a node and return its row number."""
        x, y = TO_GRID.transform(lon, lat)
        self.nodes.loc[len(self.nodes)] = {"lon": lon, "lat": lat, "x": x, "y": y}
        return len(self.nodes) - 1

    @property
    def xy(self) -> Floats:
        """Node positions in metres, EPSG:27700, shape (n, 2)."""
        return self.nodes[["x", "y"]].to_numpy(float)


EDGE_DEFAULTS: dict[str, object] = {
    "u": 0,
    "v": 0,
    "metres": 0.0,
    "road_class": "a",
    "carriageway": "unknown",
    "ref": "",
    "name": "",
    "kind": "road",
    "source": "scgraph",
    "toll": "",
    "ferry": "",
    "ferry_seconds": 0,
    "wait_seconds": 0,
}

TO_GRID = Transformer.from_crs(4326, 27700, always_xy=True)


def read_skeleton(sources: Path) -> Skeleton:
    """Read the undirected highway graph of Great Britain and Northern Ireland.

    Raises
    ------
    SourceError
        When a file is missing or has not the expected columns.
    """
    folder = sources / "roads"
    try:
        nodes = pd.read_csv(folder / "scgraph_highways_gb_ie_nodes.csv.gz", usecols=["node", "lon", "lat", "component"])
        edges = pd.read_csv(folder / "scgraph_highways_gb_ie_edges.csv.gz", usecols=["u", "v", "km"])
    except (OSError, ValueError, EOFError, zlib.error) as error:
        reason = " ".join(str(error).split())
        msg = f"The road skeleton cannot be read from {folder}: {reason}; give --sources the folder that holds roads/."
        raise SourceError(msg) from error
    irish = nodes.loc[nodes["lon"].lt(-5.5) & nodes["lat"].between(51, 55.5), "component"]
    france = nodes["lon"].gt(1.0) & nodes["lat"].lt(50.5)
    dropped = (nodes["component"].isin(irish.mode()[:1]) | nodes["lon"].lt(-8.2)) & nodes["lat"].lt(SOUTH_IRELAND_LAT)
    nodes = nodes[~(dropped | france)].reset_index(drop=True)
    row = pd.Series(nodes.index, index=nodes["node"])
    edges = edges[edges["u"].isin(row.index) & edges["v"].isin(row.index)]
    nodes["x"], nodes["y"] = TO_GRID.transform(nodes["lon"].to_numpy(), nodes["lat"].to_numpy())
    kept = pd.DataFrame(
        {
            **{name: value for name, value in EDGE_DEFAULTS.items() if name not in {"u", "v", "metres"}},
            "u": row[edges["u"]].to_numpy(),
            "v": row[edges["v"]].to_numpy(),
            "metres": edges["km"].to_numpy() * 1000.0,
        }
    )
    return Skeleton(nodes[["lon", "lat", "x", "y"]].copy(), kept[list(EDGE_DEFAULTS)])


@dataclass(frozen=True, slots=True)
class Centrelines:
    """Road centrelines as a fine graph: vertices, pieces between them, and joins where lines meet."""

    xy: Floats
    """Vertex positions, EPSG:27700, metres."""
    line: Ints
    """The centreline each vertex belongs to."""
    arcs: tuple[Ints, Ints, Floats]
    """Pieces and joins as (from, to, metres); every one may be walked both ways."""
    attributes: pd.DataFrame
    """A row a centreline: road_class, carriageway, ref, mainline."""
    source: str


def read_centrelines(sources: Path) -> list[Centrelines]:
    """Read the trunk roads of England (HAPMS 2020) and the motorways of Great Britain (OS Open Roads 2024).

    Raises
    ------
    SourceError
        When a file is missing, cannot be opened or has not the expected columns.
    """
    folder = sources / "roads"
    try:
        trunk = gpd.read_file(folder / "hapms_srn_england_2020-03.gpkg")[TRUNK_COLUMNS]
        motorways = gpd.read_file(folder / "os_openroads_motorways_gb.gpkg")[MOTORWAY_COLUMNS].to_crs(27700)
    except Exception as error:  # pyogrio raises its own classes for each kind of damage
        reason = " ".join(str(error).split())
        msg = (
            f"The road centrelines cannot be read from {folder}: {reason}; give --sources the folder that holds roads/."
        )
        raise SourceError(msg) from error
    trunk = trunk[trunk["funct_name"] != "Ox Bow Lay-by"]
    dual = trunk["dual_name"].str.startswith("Dual")
    single = trunk["dual_name"].str.startswith("Two Way")
    trunk_attributes = pd.DataFrame(
        {
            "road_class": np.where(trunk["class_name"] == "A", "trunk", "motorway"),
            "carriageway": np.select([dual, single], ["dual", "single"], "unknown"),
            "ref": trunk["roa_number"].fillna(""),
            "mainline": trunk["funct_name"] == "Main Carriageway",
        }
    )
    motorway_attributes = pd.DataFrame(
        {
            "road_class": "motorway",
            "carriageway": "dual",
            "ref": motorways["road_classification_number"].fillna(""),
            "mainline": True,
        },
        index=motorways.index,
    )
    return [
        _fine_graph(trunk.geometry, trunk["sec_length"], trunk_attributes, "hapms"),
        _fine_graph(motorways.geometry, motorways["length"], motorway_attributes, "openroads"),
    ]


def _fine_graph(geometry: gpd.GeoSeries, length: pd.Series, attributes: pd.DataFrame, source: str) -> Centrelines:
    """Cut lines into short pieces with their share of the surveyed length, and join the ends of lines that meet."""
    surveyed = (length / geometry.length).clip(1 / LONGEST_STRETCH, LONGEST_STRETCH).fillna(1.0)
    parts = geometry.explode(index_parts=False)
    pieces = shapely.segmentize(parts.to_numpy(), VERTEX_SPACING_METRES)
    xy, line = shapely.get_coordinates(pieces, return_index=True)
    same = line[1:] == line[:-1]
    start = np.flatnonzero(same)
    ends = np.flatnonzero(np.r_[True, ~same] | np.r_[~same, True])
    near = cKDTree(xy).query_ball_point(xy[ends], JOIN_METRES)
    join_from = np.repeat(ends, [len(group) for group in near])
    join_to = np.concatenate([np.asarray(group, dtype=np.int64) for group in near])
    other = line[join_from] != line[join_to]
    tail = np.r_[start, join_from[other]]
    head = np.r_[start + 1, join_to[other]]
    stretch = surveyed.loc[parts.index].to_numpy()[line[tail]]
    stretch[len(start) :] = 1.0
    metres = np.maximum(np.hypot(*(xy[tail] - xy[head]).T) * stretch, 0.5)
    return Centrelines(xy, line, (tail, head, metres), attributes.loc[parts.index].reset_index(drop=True), source)
