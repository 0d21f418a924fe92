"""A road network in one file of arrays: written once by an import, opened at once afterwards."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import astuple, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.npyio import NpzFile

from nearhome.data.base import coordinates
from nearhome.data.base.files import replacing
from nearhome.data.catalogue import columns, tables
from nearhome.data.errors import SourceError, TableError
from nearhome.geo.roads.edges import Edges, LocalReach
from nearhome.geo.roads.network import RoadNetwork

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import shapely
    from numpy.typing import NDArray

FORMAT = "nearhome roads 2"
NUMBERS = ("u", "v", "metres", "urban_percent", "dense_percent", "ferry_seconds", "wait_seconds", "junctions")
THIN_METRES = 200.0
CONCAVITY = 0.3
"""How closely the outline follows: 0 as closely as it can, 1 the convex hull (``shapely.concave_hull``)."""

ARCS = ("tail", "head", "edge", "forward", "deciseconds")


def save(roads: RoadNetwork, path: Path) -> None:
    """Write a network whose nodes are called by whole numbers; the same network gives the same bytes.

    Raises
    ------
    SourceError
        When the folder cannot be written to, or a node is called by something else.
    """
    if not all(isinstance(label, int) for label in roads.labels):
        msg = "The road network cannot be kept because its nodes are not called by whole numbers; use OSM ids."
        raise SourceError(msg)
    edges = roads.edges
    shaped = sorted(roads.lines)
    lines = [roads.lines[edge] for edge in shaped]
    arrays: dict[str, NDArray[np.generic]] = {
        "format": np.array(FORMAT),
        "reach": np.array(astuple(roads.reach)),
        "outline": np.array(outline(roads.lat, roads.lon).exterior.coords),
        "lat": roads.lat,
        "lon": roads.lon,
        "labels": np.array(roads.labels, dtype=np.int64),
        "shape_edge": np.array(shaped, dtype=np.int64),
        "shape_size": np.array([len(line) for line in lines], dtype=np.int64),
        "shape_points": np.vstack([np.zeros((0, 2)), *lines]),
    }
    arrays |= {f"edge_{name}": getattr(edges, name) for name in NUMBERS}
    arrays |= {f"arc_{name}": getattr(roads, name) for name in ARCS}
    for name, text in edges.texts.items():
        arrays[f"codes_{name}"] = text.codes
        arrays[f"words_{name}"] = np.array(text.words, dtype=np.str_)
    try:
        with replacing(path) as temporary:
            np.savez_compressed(temporary, allow_pickle=False, **arrays)
    except OSError as error:
        msg = f"{path.name} cannot be written ({error.strerror}); choose another data folder with NEARHOME_DATA."
        raise SourceError(msg) from error


def open_saved(path: Path) -> RoadNetwork:
    """Open a network that ``save`` wrote.

    Raises
    ------
    TableError
        When the file is missing, damaged or of another version.
    """
    arrays = _arrays(path)
    lacking = sorted(_needed(arrays) - set(arrays))
    if lacking:
        raise TableError(_damaged(path, f"it lacks {lacking[0]}"))
    if arrays["reach"].shape != (len(fields(LocalReach)),):
        raise TableError(_damaged(path, "its reach is not four numbers"))
    try:
        return _network(arrays)
    except ValueError as error:  # texts in the place of numbers, or lines of odd lengths
        raise TableError(_damaged(path, tables.one_line(error))) from error


def border(path: Path) -> NDArray[np.float64]:
    """Read the outline of a kept network without the rest of it: a closed line, EPSG:27700 metres, shape (points, 2).

    Raises
    ------
    TableError
        As for ``open_saved``.
    """
    found = _arrays(path, "outline").get("outline")
    if found is None or found.dtype.kind != "f" or found.shape[1:] != (2,) or not _is_closed(found):
        raise TableError(_damaged(path, "its outline is no closed line"))
    return np.asarray(found, dtype=np.float64)


def outline(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> shapely.Polygon:
    """Draw a line around nodes (EPSG:4326), EPSG:27700, in metres.

    It follows the nodes more closely than a convex hull, and lies a little outside them; nodes are thinned first.
    """
    import shapely

    xy = np.column_stack(coordinates.to_metres(lat, lon))
    thin = xy[np.unique(np.floor(xy / THIN_METRES).astype(np.int64), axis=0, return_index=True)[1]]
    hull = shapely.concave_hull(shapely.MultiPoint(thin), ratio=CONCAVITY)
    return shapely.Polygon(hull.buffer(THIN_METRES, join_style="mitre").exterior)


def _arrays(path: Path, *names: str) -> dict[str, NDArray[Any]]:
    """Read some arrays of a file of this format, or all; those that it lacks are left out."""
    try:
        with path.open("rb") as stream:
            file = np.load(stream, allow_pickle=False)
            if not isinstance(file, NpzFile):
                raise TableError(_damaged(path, "it is one array, not many"))
            found = {name: file[name] for name in file.files if not names or name in {"format", *names}}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise TableError(_damaged(path, tables.one_line(error))) from error
    written = str(found.get("format", "none"))
    if written != FORMAT:
        raise TableError(_damaged(path, f"its format is {written!r}, not {FORMAT!r}"))
    return found


def _damaged(path: Path, why: str) -> str:
    return f"The road network {path.name} is missing or damaged ({why}); import the extract again."


def _is_closed(line: NDArray[Any]) -> bool:
    return len(line) > 0 and bool(np.isfinite(line).all()) and bool((line[0] == line[-1]).all())


def _needed(arrays: Iterable[str]) -> set[str]:
    """Give the names of the arrays of a network, with the words of each text that there is."""
    words = {name.replace("codes_", "words_", 1) for name in arrays if name.startswith("codes_")}
    fixed = {"reach", "outline", "lat", "lon", "labels", "shape_edge", "shape_size", "shape_points"}
    return fixed | words | {f"edge_{name}" for name in NUMBERS} | {f"arc_{name}" for name in ARCS}


def _network(arrays: dict[str, NDArray[np.generic]]) -> RoadNetwork:
    texts = {
        name.removeprefix("codes_"): columns.Text(
            codes.astype(np.int64), arrays[name.replace("codes_", "words_", 1)].tolist()
        )
        for name, codes in arrays.items()
        if name.startswith("codes_")
    }
    ends = np.cumsum(arrays["shape_size"].astype(np.int64))
    lines = np.split(arrays["shape_points"].astype(np.float64), ends[:-1])
    return RoadNetwork(
        lat=arrays["lat"].astype(np.float64),
        lon=arrays["lon"].astype(np.float64),
        edges=Edges(**{name: arrays[f"edge_{name}"].astype(np.int64) for name in NUMBERS}, texts=texts),
        tail=arrays["arc_tail"].astype(np.int64),
        head=arrays["arc_head"].astype(np.int64),
        edge=arrays["arc_edge"].astype(np.int64),
        forward=arrays["arc_forward"].astype(np.bool_),
        deciseconds=arrays["arc_deciseconds"].astype(np.int64),
        labels=arrays["labels"].tolist(),
        reach=LocalReach(*arrays["reach"].astype(float).tolist()),
        shapes=dict(zip(arrays["shape_edge"].tolist(), lines, strict=False)),
    )
