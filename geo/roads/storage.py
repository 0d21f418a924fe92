"""A road network in a folder of arrays: written once by an import, opened afterwards by mapping them.

The folder holds ``facts.json`` and one file an array (``nearhome.data.base.mapped``). What else is in it is for those
who keep it there.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from nearhome.data.base import coordinates, mapped
from nearhome.data.catalogue import columns, tables
from nearhome.data.errors import SourceError, TableError
from nearhome.geo.roads.edges import Edges, LocalReach
from nearhome.geo.roads.lines import Lines
from nearhome.geo.roads.network import TABLES, RoadNetwork

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import shapely

    from nearhome.data.base.arrays import Array, Floats, Ints

STITCHING = 2
"""Goes up with every change of what is kept beside a network, so that what was kept before is worked out anew."""

FORMAT = "nearhome roads 3"
FACTS = "facts.json"
NUMBERS = ("u", "v", "metres", "urban_percent", "dense_percent", "ferry_seconds", "wait_seconds", "junctions")
ARCS = ("tail", "head", "edge", "forward", "deciseconds")
NODES = ("lat", "lon")
THIN_METRES = 200.0
CONCAVITY = 0.3
"""How closely the outline follows: 0 as closely as it can, 1 the convex hull (``shapely.concave_hull``)."""


def home() -> Path:
    """Give the folder of the roads that a person imported."""
    return tables.user_folder() / "networks"


def save(roads: RoadNetwork, folder: Path) -> None:
    """Write a network whose nodes are called by whole numbers into an empty folder; the same gives the same bytes.

    Raises
    ------
    SourceError
        When the folder cannot be written to, or a node is called by something else.
    """
    arrays = arrays_of(roads) | {
        "labels": labels_of(roads),
        "outline": np.array(outline(roads.lat, roads.lon).exterior.coords),
    }
    texts = {name: text.words for name, text in roads.edges.texts.items()}
    write(folder, arrays, texts, facts_about(roads))


def open_saved(folder: Path) -> RoadNetwork:
    """Open a network that ``save`` wrote.

    Raises
    ------
    TableError
        When it is missing, damaged or of another version.
    """
    facts, arrays, texts = read(folder)
    try:
        return network_of(arrays, texts, facts, arrays["labels"].tolist())
    except KeyError as error:
        raise TableError(damaged(folder, f"it lacks {error.args[0]}")) from error
    except (ValueError, TypeError) as error:
        raise TableError(damaged(folder, tables.one_line(error))) from error


def is_current(facts: Mapping[str, Any]) -> bool:
    """Say whether kept roads are stitched to the roads that ship, by the method of this version."""
    return facts.get("stitching") == STITCHING and facts.get("tables") == tables.versions(*TABLES)


def why_alone(facts: Mapping[str, Any]) -> str:
    """Say why no journey can leave kept roads, in one sentence; nothing where they meet the roads that ship."""
    return str(facts.get("alone", "")) if is_current(facts) else ""


def border(folder: Path) -> Floats:
    """Read the outline of a kept network without the rest of it: a closed line, EPSG:27700 metres, shape (points, 2).

    Raises
    ------
    TableError
        When it is missing, damaged or of another version.
    """
    known = facts_of(folder)
    try:
        found = np.load(folder / "outline.npy", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise TableError(damaged(folder, tables.one_line(error))) from error
    written = known["arrays"].get("outline", {}).get("shape")
    if found.dtype.kind != "f" or list(found.shape) != written or found.shape[1:] != (2,) or not _is_closed(found):
        raise TableError(damaged(folder, "its outline is no closed line"))
    return np.asarray(found, dtype=np.float64)


def outline(lat: Floats, lon: Floats) -> shapely.Polygon:
    """Draw a line around nodes (EPSG:4326), EPSG:27700, in metres.

    It follows the nodes more closely than a convex hull, and lies a little outside them; nodes are thinned first.
    """
    import shapely

    xy = np.column_stack(coordinates.to_metres(lat, lon))
    thin = xy[np.unique(np.floor(xy / THIN_METRES).astype(np.int64), axis=0, return_index=True)[1]]
    hull = shapely.concave_hull(shapely.MultiPoint(thin), ratio=CONCAVITY)
    return shapely.Polygon(hull.buffer(THIN_METRES, join_style="mitre").exterior)


# For those who keep more than a network


def labels_of(roads: RoadNetwork) -> Ints:
    """Give what the nodes are called as an array.

    Raises
    ------
    SourceError
        When one is not called by a whole number.
    """
    if not all(isinstance(label, int) for label in roads.labels):
        msg = "The road network cannot be kept because its nodes are not called by whole numbers; use OSM ids."
        raise SourceError(msg)
    return np.array(roads.labels, dtype=np.int64)


def facts_about(roads: RoadNetwork) -> dict[str, Any]:
    """Say of a network what its arrays do not."""
    return {"reach": list(astuple(roads.reach)), "sha256": checksum(roads)}


def checksum(roads: RoadNetwork) -> str:
    """SHA-256 of a network, in hexadecimal: of its roads, not of how they are kept."""
    digest = hashlib.sha256()
    for name, array in sorted(arrays_of(roads).items()):
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    for name, text in sorted(roads.edges.texts.items()):
        digest.update("\0".join([name, *text.words]).encode())
    return digest.hexdigest()


def arrays_of(roads: RoadNetwork) -> dict[str, Array]:
    """Give the arrays of a network but for what its nodes are called."""
    lines = Lines.of(roads.lines)
    arrays: dict[str, Array] = {name: getattr(roads, name) for name in NODES}
    arrays |= {f"edge_{name}": getattr(roads.edges, name) for name in NUMBERS}
    arrays |= {f"arc_{name}": getattr(roads, name) for name in ARCS}
    arrays |= {f"codes_{name}": _narrow(text.codes, len(text.words)) for name, text in roads.edges.texts.items()}
    return arrays | {"shape_edge": lines.edge, "shape_starts": lines.starts, "shape_points": lines.points}


def network_of(
    arrays: Mapping[str, Array], texts: Mapping[str, Sequence[str]], facts: Mapping[str, Any], labels: Sequence[Any]
) -> RoadNetwork:
    """Make a network of what is kept.

    Parameters
    ----------
    arrays, texts, facts
        As ``read`` gives them.
    labels
        What the nodes are called.
    """
    if len(facts["reach"]) != len(fields(LocalReach)):
        msg = "its reach is not as many numbers as it should be"
        raise ValueError(msg)
    wide, spread, direct, sample, *most = facts["reach"]
    words = {name: columns.Text(arrays[f"codes_{name}"], known) for name, known in texts.items()}
    parts: dict[str, Any] = {name: arrays[name] for name in NODES} | {name: arrays[f"arc_{name}"] for name in ARCS}
    return RoadNetwork(
        edges=Edges(**{name: arrays[f"edge_{name}"] for name in NUMBERS}, texts=words),
        labels=labels,
        reach=LocalReach(float(wide), float(spread), float(direct), float(sample), *map(int, most)),
        shapes=Lines(arrays["shape_edge"], arrays["shape_starts"], arrays["shape_points"]),
        **parts,
    )


def write(
    folder: Path, arrays: Mapping[str, Array], texts: Mapping[str, Sequence[str]], facts: Mapping[str, Any]
) -> None:
    """Write what is to be kept.

    Parameters
    ----------
    folder
        Where to; made if it is not there.
    arrays, texts, facts
        As ``read`` gives them back.

    Raises
    ------
    SourceError
        When the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        content = {"format": FORMAT} | dict(facts) | mapped.save(folder, arrays, texts)
        (folder / FACTS).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    except OSError as error:
        msg = (
            f"The roads cannot be written to {folder.parent} ({error.strerror}); choose another data folder with "
            "NEARHOME_DATA."
        )
        raise SourceError(msg) from error


def read(folder: Path) -> tuple[dict[str, Any], dict[str, Array], dict[str, Sequence[str]]]:
    """Give the facts, arrays and texts of a folder; the arrays are mapped.

    Raises
    ------
    TableError
        When it is missing, damaged or of another version.
    """
    facts = facts_of(folder)
    try:
        arrays, texts = mapped.opened(folder, facts)
    except TableError as error:
        raise TableError(damaged(folder, tables.one_line(error))) from error
    return facts, arrays, texts


def facts_of(folder: Path) -> dict[str, Any]:
    """Read what a folder says of itself.

    Raises
    ------
    TableError
        When it is missing, damaged or of another version.
    """
    try:
        facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TableError(damaged(folder, tables.one_line(error))) from error
    written = str(facts.get("format", "none")) if isinstance(facts, dict) else "none"
    if written != FORMAT:
        raise TableError(damaged(folder, f"its format is {written!r}, not {FORMAT!r}"))
    if not (isinstance(facts.get("arrays"), dict) and isinstance(facts.get("texts"), list)):
        raise TableError(damaged(folder, "it does not say what it holds"))
    return dict(facts)


def damaged(folder: Path, why: str) -> str:
    """Say that kept roads cannot be used."""
    name = folder.name.rpartition("~")[0] or folder.name
    return f"The imported roads {name!r} are missing or damaged ({why}); import the extract again."


def _is_closed(line: Array) -> bool:
    return len(line) > 0 and bool(np.isfinite(line).all()) and bool((line[0] == line[-1]).all())


def _narrow(codes: Array, words: int) -> Array:
    """Give codes in as few bytes as so many words need."""
    return codes.astype(np.min_scalar_type(-words - 1))
