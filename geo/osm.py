"""Roads from an OpenStreetMap extract, as a graph in OSMnx conventions.

An extract is read twice: the ways that cars may use, then the nodes they need. Between junctions a road is one edge, whose
time is the sum over its pieces at the speed of each. Left out: turn restrictions, gates and bollards on a road, speed by
time of day, and what a toll costs. Needs pyosmium: ``pip install "nearhome[osm]"``.
"""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from nearhome.data import catalogue
from nearhome.data.errors import MissingExtraError, SourceError
from nearhome.geo import network, speeds, stored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    import networkx as nx
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

EARTH_RADIUS_METRES = 6_371_009.0
"""As OSMnx measures great circles."""

FERRY_WAIT_SECONDS = 900
"""Waiting for a car ferry and boarding it: an estimate, general knowledge, unverified; 300 to 2,700 is plausible."""

ROADS = frozenset(speeds.OSM_SPEEDS_KPH) - {"ferry"}
CLOSED = frozenset(
    {"no", "private", "agricultural", "forestry", "delivery", "emergency", "military", "permit", "use_sidepath"}
)
"""Words of access tags that keep a visitor's car out."""

NOT_THROUGH = frozenset({"parking_aisle", "driveway", "drive-through", "emergency_access", "private"})
"""Kinds of service road that lead only to a door or a parking space."""

ACCESS_TAGS = ("motorcar", "motor_vehicle", "vehicle", "access")
"""From the most to the least particular: the first that is tagged decides."""

FORWARD_WORDS = frozenset({"yes", "true", "1"})
BACKWARD_WORDS = frozenset({"-1", "reverse"})
BOTH_WORDS = frozenset({"no", "false", "0"})
ROUND = frozenset({"roundabout", "circular"})

_ISO_DURATION = re.compile(r"PT?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?")


class WayTags(NamedTuple):
    """What is kept of a way; ``direction`` is 1 along it, -1 against it, 0 both ways."""

    highway: str
    kind: str
    ref: str
    name: str
    maxspeed: str
    ferry: str
    direction: int
    kph: float
    seconds: float
    """How long a ferry's way takes; 0 for roads, and for ferries without a duration."""

    @property
    def looks(self) -> tuple[str, ...]:
        """What has to be the same for two ways to become one edge."""
        return self.highway, self.kind, self.ref, self.name, self.ferry


class _Pieces(NamedTuple):
    """Straight pieces of road between two nodes next to each other on a way; ``way`` is a row of the tags."""

    u: Ints
    v: Ints
    way: Ints
    metres: Floats
    seconds: Floats
    direction: Ints


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: the file it wrote, what is in it, and how many nodes were cut off from the rest."""

    file: Path
    nodes: int
    edges: int
    dropped_nodes: int


def read_extract(path: Path, progress: Callable[[str], None] = lambda _: None) -> nx.MultiDiGraph:
    """Read an extract (``.osm.pbf``, ``.osm``) as a graph in OSMnx conventions.

    Nodes are OSM ids with ``x`` and ``y``; edges have ``length`` (metres), ``travel_time`` (seconds), ``speed_kph``,
    ``highway``, ``oneway``, ``reversed``, ``ref``, ``name``, ``maxspeed``, ``kind`` (road or ferry), for ferries ``ferry``
    (a key made of the name), and ``geometry`` where the road bends. ``crs`` is EPSG:4326. Only the largest strongly connected
    part is kept; ``graph.graph["dropped_nodes"]`` counts the OSM nodes of roads outside it.

    Raises
    ------
    MissingExtraError
        When pyosmium is not installed.
    SourceError
        When the file cannot be read, or has no roads.
    """
    import networkx as nx  # noqa: PLC0415 -- slow to import; the commands that do not import OSM need not pay

    ids, at, pieces, tags = _read(path, progress)
    inside = _largest_part(pieces, len(ids))
    kept = inside[pieces.u] & inside[pieces.v]
    pieces = _Pieces(*(column[kept] for column in pieces))
    progress(f"{len(pieces.u):,} pieces of road, {int((~inside).sum()):,} nodes cut off from the rest left out")
    graph = nx.MultiDiGraph(crs="epsg:4326", simplified=True, dropped_nodes=int((~inside).sum()))
    for chain, ahead in _chains(pieces, _looks(tags)[pieces.way], len(ids)):
        _add(graph, ids, at, pieces, tags, chain, ahead=ahead)
    progress(f"{graph.number_of_nodes():,} junctions, {graph.number_of_edges():,} edges")
    return graph


def import_extract(path: Path, progress: Callable[[str], None] = lambda _: None) -> Imported:
    """Read an extract and keep its roads in the user's own folder, under the extract's name.

    Raises
    ------
    MissingExtraError, SourceError
        As for ``read_extract``; nothing is written then.
    """
    graph = read_extract(path, progress)
    file = catalogue.user_folder() / "networks" / f"{path.name.split('.')[0]}.npz"
    roads = network.from_graph(graph)
    stored.save(roads, file)
    progress(f"written to {file.name}")
    return Imported(file, graph.number_of_nodes(), graph.number_of_edges(), graph.graph["dropped_nodes"])


# Reading


def _read(path: Path, progress: Callable[[str], None]) -> tuple[Ints, Floats, _Pieces, list[WayTags]]:
    """Read node ids, their (lat, lon), the pieces of road between them, and the tags of the ways."""
    try:
        import osmium  # noqa: PLC0415 -- an optional extra
    except ImportError as error:
        msg = 'Reading OpenStreetMap needs the osm extra, which is not installed: pip install "nearhome[osm]".'
        raise MissingExtraError(msg) from error
    if not path.is_file():
        msg = f"There is no file {str(path)!r}; give an OpenStreetMap extract such as county.osm.pbf."
        raise SourceError(msg)
    try:
        progress(f"reading the roads of {path.name}")
        refs, way, tags = _ways(osmium, path)
        progress(f"{len(tags):,} kinds of road, {len(refs):,} points; reading where they are")
        ids, at = _nodes(osmium, path, np.unique(refs))
    except (RuntimeError, ValueError, OSError) as error:
        told = " ".join(str(error).split()) or type(error).__name__
        msg = f"{path.name} cannot be read as OpenStreetMap data ({told}); download the extract again."
        raise SourceError(msg) from error
    pieces = _pieces(refs, way, tags, ids, at)
    if len(pieces.u) == 0:
        msg = f"{path.name} has no roads that cars may use; give an OpenStreetMap extract with highways."
        raise SourceError(msg)
    return ids, at, pieces, tags


def _ways(osmium: Any, path: Path) -> tuple[Ints, Ints, list[WayTags]]:
    """Read the points of every way for cars, one after the other, the row of each way's tags, and the tags."""
    refs, way = array("q"), array("q")
    rows: dict[WayTags, int] = {}
    found = osmium.FileProcessor(path, osmium.osm.WAY).with_filter(osmium.filter.KeyFilter("highway", "route"))
    for number, each in enumerate(found):
        tags = way_tags(each.tags)
        if tags is None:
            continue
        if tags.kind == "ferry":  # a ferry's time is that of its whole way, so no two ways may share a row
            tags = tags._replace(seconds=tags.seconds + 1e-9 * number)
        nodes = [node.ref for node in each.nodes]
        refs.extend(nodes)
        way.extend([rows.setdefault(tags, len(rows))] * (len(nodes) - 1) + [-1] * bool(nodes))
    return np.array(refs, dtype=np.int64), np.array(way, dtype=np.int64), list(rows)
