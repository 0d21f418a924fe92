"""The road network: motorways, trunk and A roads of the United Kingdom, crossings, ferries, and modelled local roads.

The skeleton (OpenStreetMap through scgraph, ODbL) says which junctions follow each other; centrelines (HAPMS, OS Open
Roads) say class, carriageway, number, true length and shape; ``links.toml`` closes what is broken, and ``local`` models
the roads between. Each edge stands for the road both ways; on a dual carriageway that is one carriageway a direction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse.csgraph import connected_components

from nearhome.data.base import coordinates
from nearhome.data.base.files import replacing
from nearhome.data.build.roads.links import Linker, network_of, read_links
from nearhome.data.build.roads.local import MainRoads, with_local
from nearhome.data.build.roads.matching import Matcher, Shapes
from nearhome.data.build.roads.sources import EDGE_DEFAULTS, Skeleton, read_centrelines, read_skeleton
from nearhome.data.build.roads.surroundings import CENTRE_KM, REGION_KM, Surroundings
from nearhome.data.catalogue import tables
from nearhome.data.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from nearhome.data.base.arrays import Floats


SIMPLIFIED_SHORT_BY = {"dual": 1.018, "single": 1.06}
"""How much longer roads are than the skeleton's simplified lines, for edges that no centreline measures.

Surveyed HAPMS lengths are 1.018 times the skeleton's on 2,950 km of dual and 1.035 times on 1,220 km of single trunk
road. Other A roads are more crooked than trunk roads: 1.06 is calibrated on every other row of the published city
mileages and judged on the rest (``benchmarks/accuracy.py``)."""

SHAPE_METRES = 25.0
"""Shapes are simplified by no more than this; lengths are taken before."""

TEXT_COLUMNS = ("road_class", "carriageway", "ref", "name", "kind", "source", "toll", "ferry")


def build(sources: Path, out: Path) -> None:
    """Write ``road_nodes``, ``road_edges``, ``road_shapes`` and ``road_barriers``; reads places, sectors, boundaries.

    Raises
    ------
    SourceError
        When a source is missing, or a hand-kept link does not fit the network.
    """
    skeleton, shapes = merge(sources)
    nodes, edges, lines = _keep_connected(skeleton, shapes)
    edges["metres"] *= _lengthening(edges)
    around = Surroundings(_postcode_points(sources))
    main = MainRoads(nodes[["x", "y"]].to_numpy(float), edges, lines)
    roads = with_local(main, *_places(out), _land(out), _segments(), around)
    _write(_node_table(nodes, roads, around), out / "road_nodes.parquet")
    _write(_edge_table(roads, around), out / "road_edges.parquet")
    _write(_shape_table(roads.lines), out / "road_shapes.parquet")
    _write(_barrier_table(), out / "road_barriers.parquet")


def _node_table(nodes: pd.DataFrame, roads: MainRoads, around: Surroundings) -> pd.DataFrame:
    """Put nodes in degrees; those of the sources keep what they were read with."""
    lat, lon = coordinates.to_degrees(*roads.xy[len(nodes) :].T)
    return pd.DataFrame(
        {
            "lat": np.r_[nodes["lat"], lat].round(5),
            "lon": np.r_[nodes["lon"], lon].round(5),
            "postcodes_per_km2": np.minimum(np.round(around.per_km2(roads.xy)), 60_000).astype("uint16"),
        }
    )


def _edge_table(roads: MainRoads, around: Surroundings) -> pd.DataFrame:
    """Put edges with what lies around them."""
    drawn, edges = roads.drawn(), roads.edges
    middle = shapely.get_coordinates(shapely.line_interpolate_point(drawn, 0.5, normalized=True))
    urban, dense, _ = around.along(drawn)
    found = {
        "urban_percent": np.round(100 * urban).astype("uint8"),
        "dense_percent": np.round(100 * dense).astype("uint8"),
        "centre_per_km2": np.round(around.around(middle, CENTRE_KM)).astype("uint16"),
        "region_per_km2": np.round(around.around(middle, REGION_KM)).astype("uint16"),
    }
    metres = np.maximum(edges["metres"].round(), 10)
    types = {"u": "int32", "v": "int32", "metres": "int32", "ferry_seconds": "int32", "wait_seconds": "int32"}
    return edges.assign(metres=metres, **found)[[*EDGE_DEFAULTS, *found]].astype(
        {**types, **dict.fromkeys(TEXT_COLUMNS, "category")}
    )


def _places(out: Path) -> tuple[Floats, NDArray[np.int64]]:
    """Give points and sizes of places; in Northern Ireland, whose list of places is short, the middles of sectors."""
    places = pd.read_csv(out / tables.file_of("places"), usecols=["lat", "lon", "postcodes"])
    sectors = pd.read_csv(out / tables.file_of("postcode_sectors"), usecols=["sector", "lat", "lon", "postcodes"])
    both = pd.concat([places, sectors[sectors["sector"].str.startswith("BT")]]).dropna(subset=["lat", "lon"])
    xy = np.column_stack(coordinates.to_metres(both["lat"], both["lon"]))
    return xy, both["postcodes"].to_numpy(np.int64)


def _land(out: Path) -> shapely.Geometry:
    """Give the outline of the country in metres, EPSG:27700."""
    countries = gpd.read_parquet(out / tables.file_of("boundaries_country"))
    return shapely.union_all(countries.to_crs(27700).geometry.to_numpy())


def merge(sources: Path) -> tuple[Skeleton, Shapes]:
    """Merge skeleton, centrelines and hand-kept links into one network."""
    skeleton, shapes = read_skeleton(sources), Shapes()
    Linker(skeleton, shapes).drop_false_roads()
    for lines in read_centrelines(sources):
        matcher = Matcher(skeleton, lines)
        matcher.close_breaks(matcher.match(shapes), shapes)
    linker = Linker(skeleton, shapes)
    linker.add_crossings_and_gaps()
    linker.close_short_breaks()
    linker.mark_corridors()
    linker.add_ferries()
    linker.add_tolls()
    return skeleton, shapes


def _lengthening(edges: pd.DataFrame) -> NDArray[np.float64]:
    """Say by how much each edge's length is to be multiplied."""
    dual = edges["carriageway"].eq("dual")
    factors = np.where(dual, SIMPLIFIED_SHORT_BY["dual"], SIMPLIFIED_SHORT_BY["single"])
    return np.where(edges["source"].eq("scgraph"), factors, 1.0)


def _keep_connected(skeleton: Skeleton, shapes: Shapes) -> tuple[pd.DataFrame, pd.DataFrame, dict[int, Floats]]:
    """Keep what hangs together by road or ferry, and number nodes and edges anew, shapes with their edges."""
    _, label = connected_components(network_of(skeleton), directed=False)
    kept = label == np.argmax(np.bincount(label))
    renumber = np.cumsum(kept) - 1
    edges = skeleton.edges[kept[skeleton.edges["u"]] & (skeleton.edges["u"] != skeleton.edges["v"])].copy()
    row = pd.Series(np.arange(len(edges)), index=edges.index)
    edges["u"], edges["v"] = renumber[edges["u"]], renumber[edges["v"]]
    lines = {int(row[old]): line for old, line in shapes.lines.items() if old in row.index and len(line) > 1}
    return skeleton.nodes[kept].reset_index(drop=True), edges.reset_index(drop=True), lines


def _postcode_points(sources: Path) -> Floats:
    """Read the positions of Great Britain's postcodes, EPSG:27700; Northern Ireland's as sectors, by their count.

    Raises
    ------
    SourceError
        When a file is missing or has not the expected columns.
    """
    folder = sources / "postcodes"
    try:
        frame = pd.read_parquet(
            folder / "uk_postcodes.parquet", columns=["postcode", "easting", "northing", "country"]
        ).dropna()
        sectors = pd.read_csv(folder / "uk_postcode_sectors.csv", usecols=["sector", "lat", "lon", "postcodes"])
    except (OSError, ValueError, KeyError) as error:
        reason = " ".join(str(error).split())
        msg = f"The postcodes cannot be read from {folder}: {reason}; give --sources the folder that holds postcodes/."
        raise SourceError(msg) from error
    britain = frame[frame["country"] != "Northern Ireland"]
    sectors = sectors[sectors["sector"].str.startswith("BT")].dropna()
    easting, northing = coordinates.to_metres(sectors["lat"], sectors["lon"])
    repeated = np.repeat(np.column_stack([easting, northing]), sectors["postcodes"], axis=0)
    return np.vstack([britain[["easting", "northing"]].to_numpy(float), repeated])


def _shape_table(lines: dict[int, Floats]) -> pd.DataFrame:
    """Write shapes as points in order, an edge after another."""
    rows = sorted(lines)
    drawn = np.array([shapely.linestrings(lines[row]) for row in rows], dtype=object)
    simple = shapely.simplify(drawn, SHAPE_METRES)
    xy, owner = shapely.get_coordinates(simple, return_index=True)
    lat, lon = coordinates.to_degrees(xy[:, 0], xy[:, 1])
    return pd.DataFrame(
        {
            "edge": np.asarray(rows, dtype="int32")[owner],
            "lat": lat.round(5).astype("float32"),
            "lon": lon.round(5).astype("float32"),
        }
    )


def _barrier_table() -> pd.DataFrame:
    """Write barriers as points in order, a barrier after another."""
    rows = [
        {"barrier": entry["name"], "lat": lat, "lon": lon}
        for entry in read_links()["barrier"]
        for lat, lon in entry["line"]
    ]
    return pd.DataFrame(rows)


def _segments() -> Floats:
    """Give the barriers as segments x1, y1, x2, y2 in metres, EPSG:27700."""
    found = []
    for entry in read_links()["barrier"]:
        lat, lon = np.array(entry["line"], dtype=float).T
        xy = np.column_stack(coordinates.to_metres(lat, lon))
        found.append(np.hstack([xy[:-1], xy[1:]]))
    return np.vstack(found)


def _write(table: pd.DataFrame, path: Path) -> None:
    with replacing(path) as temporary:
        table.to_parquet(temporary, index=False, compression="zstd", compression_level=15)
