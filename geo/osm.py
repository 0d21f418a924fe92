"""Roads from an OpenStreetMap extract, as a graph in OSMnx conventions.

Ways that cars may use are read; between junctions a road is one edge, whose time is the sum over its pieces at the
speed of each and over the waits at signals, give-way lines and roundabouts. Turn restrictions are read by
``nearhome.geo.turns``. Left out: speed by time of day, and what a toll costs.
Needs pyosmium: ``pip install "nearhome[osm]"``.
"""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from nearhome.data import catalogue, grid
from nearhome.data.errors import MissingExtraError, SourceError
from nearhome.geo import bends, delays, network, osm_tags, speeds, stored, turns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import networkx as nx
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

EARTH_RADIUS_METRES = 6_371_009.0
"""As OSMnx measures great circles."""

FERRY_WAIT_SECONDS = 900
"""Waiting for a car ferry and boarding it: an estimate, general knowledge, unverified; 300 to 2,700 is plausible."""


class _Ways(NamedTuple):
    """Ways one after the other: node ids with (lat, lon) and the way of each; OSM ids and rows of tags of the ways.

    A node that the extract leaves out, or where cars are kept out, is at NaN. ``signals`` are the ids of nodes with
    traffic lights, ``minis`` of mini-roundabouts.
    """

    refs: Ints
    at: Floats
    way: Ints
    osm_ids: Ints
    rows: Ints
    tags: list[osm_tags.WayTags]
    signals: Ints
    minis: Ints


class _Pieces(NamedTuple):
    """Straight pieces between two nodes (rows) that follow each other on a way (a row of ``_Ways.osm_ids``).

    ``tagged`` says whose speed was tagged, as a limit or a ferry's duration; ``town`` is the share of a town around.
    """

    u: Ints
    v: Ints
    way: Ints
    metres: Floats
    seconds: Floats
    direction: Ints
    tagged: NDArray[np.bool_]
    town: Floats

    def only(self, kept: NDArray[np.bool_]) -> _Pieces:
        """Give some of the pieces."""
        return _Pieces._make(column[kept] for column in self)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: the file it wrote, what is in it, and how many nodes were cut off from the rest.

    ``tagged_edges`` are those with a tagged speed; the speeds of the others are imputed.
    """

    file: Path
    nodes: int
    edges: int
    dropped_nodes: int
    tagged_edges: int


def read_extract(
    path: Path, progress: Callable[[str], None] = lambda _: None, lost: speeds.Delays = speeds.OSM_DELAYS
) -> nx.MultiDiGraph[int]:
    """Read an extract (``.osm.pbf``, ``.osm``) as a graph in OSMnx conventions.

    Nodes are OSM ids with ``x`` and ``y`` (EPSG:4326); edges have ``osmid``, ``length`` (metres), ``travel_time``
    (seconds, with what is ``lost`` at junctions), ``speed_kph``, ``speed_source`` (tag: a tagged limit or duration;
    imputed: the class and the surroundings), ``urban_percent``, ``highway``, ``oneway``, ``reversed``, ``kind`` (road
    or ferry), where they are tagged ``ref``, ``name`` and ``maxspeed``, for ferries ``ferry`` (a key made of the name),
    and ``geometry`` where the road bends. Only the largest strongly connected part is kept;
    ``graph.graph["dropped_nodes"]`` counts the OSM nodes of roads outside it.

    Raises
    ------
    MissingExtraError
        When pyosmium is not installed.
    SourceError
        When the file cannot be read, or has no roads by which one can drive there and back.
    """
    import networkx as nx  # noqa: PLC0415 -- slow to import, and only graphs need it

    ways, ids, at, pieces = _read(path, progress, lost)
    inside = _largest_part(pieces, len(ids))
    pieces = pieces.only(inside[pieces.u] & inside[pieces.v])
    dropped = int((~inside & ~np.isnan(at[:, 0])).sum())
    if len(pieces.u) == 0:
        msg = f"{path.name} has no two places between which one can drive there and back; give a larger extract."
        raise SourceError(msg)
    progress(f"{len(pieces.u):,} pieces of road; {dropped:,} nodes cut off from the rest are left out")
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="epsg:4326", simplified=True, dropped_nodes=dropped)
    labels = ids.tolist()
    for nodes, chain, ahead in _chains(pieces, ways, len(ids)):
        _add_edges(graph, labels, at[nodes], nodes, _edge_tags(ways, pieces, chain), (pieces, chain, ahead))
    progress(f"{graph.number_of_nodes():,} junctions, {graph.number_of_edges():,} edges")
    return graph


def import_extract(
    path: Path, progress: Callable[[str], None] = lambda _: None, *, turn_restrictions: bool = False
) -> Imported:
    """Read an extract and keep its roads in the user's own folder, under the extract's name.

    ``nearhome.geo.stored.open_saved`` opens the file again. With ``turn_restrictions`` no banned turn can be driven in
    it. Winding roads are cut at their bends.

    Raises
    ------
    MissingExtraError, SourceError
        As for ``read_extract``; nothing is written then.
    """
    graph = read_extract(path, progress)
    file = catalogue.user_folder() / "networks" / f"{path.name.split('.')[0]}.npz"
    routed = graph
    if turn_restrictions:
        banned = turns.bans(graph, turns.read_restrictions(path))
        routed = turns.expanded(graph, banned)
        progress(f"{len(banned):,} turns are banned")
    stored.save(bends.straightened(network.from_graph(routed)), file)
    edges = graph.number_of_edges()
    tagged = sum(data["speed_source"] == "tag" for _, _, data in graph.edges(data=True))
    progress(f"speeds: {tagged:,} edges as tagged, {edges - tagged:,} imputed from class and surroundings")
    progress(f"written: {file.name}")
    return Imported(file, graph.number_of_nodes(), edges, graph.graph["dropped_nodes"], tagged)


# Reading


def _read(path: Path, progress: Callable[[str], None], lost: speeds.Delays) -> tuple[_Ways, Ints, Floats, _Pieces]:
    """Read the ways, node ids, their (lat, lon) and the pieces of road between them."""
    try:
        import osmium  # noqa: PLC0415 -- an optional extra
    except ImportError as error:
        msg = 'Reading OpenStreetMap needs the osm extra, which is not installed: pip install "nearhome[osm]".'
        raise MissingExtraError(msg) from error
    if not path.is_file():
        msg = f"There is no file {str(path)!r}; give an OpenStreetMap extract such as county.osm.pbf."
        raise SourceError(msg)
    progress(f"reading the roads of {path.name}")
    try:
        ways = _ways(osmium, path)
    except (RuntimeError, ValueError, OSError) as error:
        told = " ".join(str(error).split()) or type(error).__name__
        msg = f"{path.name} cannot be read as OpenStreetMap data ({told}); download the extract again."
        raise SourceError(msg) from error
    ids, first, row = np.unique(ways.refs, return_index=True, return_inverse=True)
    at = ways.at[first]
    pieces = _pieces(ways, row, ids, at, lost)
    if len(pieces.u) == 0:
        msg = f"{path.name} has no roads that cars may use; give an OpenStreetMap extract with highways."
        raise SourceError(msg)
    progress(f"{len(ways.osm_ids):,} ways for cars with {len(ids):,} nodes")
    return ways, ids, at, pieces


def _ways(osmium: Any, path: Path) -> _Ways:
    """Read the ways for cars; pyosmium keeps where every node of the extract is, 16 bytes for each."""
    refs, lat, lon, way = array("q"), array("d"), array("d"), array("q")
    osm_ids, row_of = array("q"), array("q")
    signals, minis, closed = array("q"), array("q"), set[int]()
    rows: dict[osm_tags.WayTags, int] = {}
    found = (
        osmium.FileProcessor(path, osmium.osm.NODE | osmium.osm.WAY)
        .with_locations()
        .with_filter(osmium.filter.KeyFilter("highway", "route", "barrier"))
    )
    for each in found:
        if each.is_node():
            if "traffic_signals" in each.tags.get("highway", ""):
                signals.append(each.id)
            elif each.tags.get("highway") == "mini_roundabout":
                minis.append(each.id)
            elif osm_tags.keeps_cars_out(each.tags):
                closed.add(each.id)
            continue
        tags = osm_tags.way_tags(each.tags)
        if tags is None:
            continue
        for node in each.nodes:
            known = node.location.valid() and node.ref not in closed
            refs.append(node.ref)
            lat.append(node.location.lat if known else math.nan)
            lon.append(node.location.lon if known else math.nan)
            way.append(len(osm_ids))
        osm_ids.append(each.id)
        row_of.append(rows.setdefault(tags, len(rows)))
    return _Ways(
        refs=np.array(refs, dtype=np.int64),
        at=np.column_stack([np.array(lat), np.array(lon)]),
        way=np.array(way, dtype=np.int64),
        osm_ids=np.array(osm_ids, dtype=np.int64),
        rows=np.array(row_of, dtype=np.int64),
        tags=list(rows),
        signals=np.array(signals, dtype=np.int64),
        minis=np.array(minis, dtype=np.int64),
    )


def _pieces(ways: _Ways, row: Ints, ids: Ints, at: Floats, lost: speeds.Delays) -> _Pieces:
    """Cut ways into pieces; those with an end that the extract leaves out are dropped."""
    known = ~np.isnan(ways.at[:, 0])
    joined = (ways.way[1:] == ways.way[:-1]) & known[1:] & known[:-1] & (row[1:] != row[:-1])
    u, v, way = row[:-1][joined], row[1:][joined], ways.way[:-1][joined]
    metres = great_circle_metres(at[u], at[v])
    tag_row = ways.rows[way]
    ferry = np.array([tags.kind == "ferry" for tags in ways.tags], dtype=bool)[tag_row]
    ring = np.array([tags.ring for tags in ways.tags], dtype=bool)[tag_row]
    rank = np.array([delays.rank(tags.highway) for tags in ways.tags], dtype=np.int64)[tag_row]
    xy = np.column_stack(grid.to_metres(at[:, 0], at[:, 1]))
    town = delays.town_share(xy[u], xy[v], np.where((rank < delays.LOWEST) & ~ferry, metres, 0.0))
    classes = np.array([speeds.OSM_KPH[tags.highway] for tags in ways.tags], dtype=float).reshape(-1, 2)[tag_row]
    limit = np.array([tags.limit_kph for tags in ways.tags])[tag_row]
    kph, tagged = speeds.osm_kph(classes[:, 0], classes[:, 1], limit, town)
    kph = np.where(ring, np.minimum(kph, speeds.RING_KPH), kph)
    whole = np.bincount(way, weights=metres, minlength=len(ways.osm_ids))[way]
    timed = np.array([tags.seconds for tags in ways.tags])[tag_row]
    seconds = np.where((timed > 0) & (whole > 0), timed * metres / np.maximum(whole, 1e-9), 3.6 * metres / kph)
    ashore, afloat = np.zeros(len(at), bool), np.zeros(len(at), bool)
    for ends in (u, v):
        ashore[ends[~ferry]] = True
        afloat[ends[ferry]] = True
    landing = ashore & afloat
    boardings = landing[u].astype(np.int64) + landing[v]
    seconds += np.where(ferry, 0.5 * FERRY_WAIT_SECONDS * boardings, 0.0)
    seconds += delays.seconds(
        delays.Junctions(u, v, rank, ring, ferry, np.isin(ids, ways.signals), np.isin(ids, ways.minis)), lost
    )
    direction = np.array([tags.direction for tags in ways.tags], dtype=np.int64)[tag_row]
    return _Pieces(u, v, way, metres, seconds, direction, np.where(ferry, timed > 0, tagged), town)


def great_circle_metres(a: Floats, b: Floats) -> Floats:
    """Compute great-circle distances between rows of (lat, lon), EPSG:4326, in metres, by the haversine formula."""
    lat_a, lon_a, lat_b, lon_b = np.radians([a[:, 0], a[:, 1], b[:, 0], b[:, 1]])
    inside = np.sin((lat_b - lat_a) / 2) ** 2 + np.cos(lat_a) * np.cos(lat_b) * np.sin((lon_b - lon_a) / 2) ** 2
    metres: Floats = 2 * EARTH_RADIUS_METRES * np.arcsin(np.sqrt(np.minimum(inside, 1.0)))
    return metres


# From pieces to edges


def _largest_part(pieces: _Pieces, nodes: int) -> NDArray[np.bool_]:
    """Say which nodes lie in the largest part in which one can drive from each to each."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415 -- slow to import, and only imports need it
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415 -- as above

    ahead, back = pieces.direction >= 0, pieces.direction <= 0
    tail = np.concatenate([pieces.u[ahead], pieces.v[back]])
    head = np.concatenate([pieces.v[ahead], pieces.u[back]])
    arcs = csr_matrix((np.ones(len(tail), bool), (tail, head)), shape=(nodes, nodes))
    _, part = connected_components(arcs, directed=True, connection="strong")
    inside: NDArray[np.bool_] = part == np.bincount(part).argmax()
    return inside


def _chains(pieces: _Pieces, ways: _Ways, nodes: int) -> Iterator[tuple[list[int], list[int], list[bool]]]:
    """Yield roads between junctions: nodes, pieces, and whether each piece is passed from its u to its v."""
    through, halves, starts = _through(pieces, ways, nodes)
    u, v = pieces.u.tolist(), pieces.v.tolist()
    used = np.zeros(len(u), bool)

    def walk(node: int, piece: int) -> tuple[list[int], list[int], list[bool]]:
        passed, chain, ahead, first = [node], [], [], node
        while True:
            used[piece] = True
            chain.append(piece)
            ahead.append(u[piece] == node)
            node = v[piece] if u[piece] == node else u[piece]
            passed.append(node)
            if not through[node] or node == first:
                return passed, chain, ahead
            one, other = halves[starts[node]], halves[starts[node] + 1]
            piece = int(other if one == piece else one)

    for node in np.flatnonzero(~through & (np.diff(starts) > 0)).tolist():
        for piece in halves[starts[node] : starts[node + 1]].tolist():
            if not used[piece]:
                yield walk(node, piece)
    for piece in np.flatnonzero(~used).tolist():  # a ring without any junction
        if not used[piece]:
            yield walk(u[piece], piece)


def _through(pieces: _Pieces, ways: _Ways, nodes: int) -> tuple[NDArray[np.bool_], Ints, Ints]:
    """Say which nodes are no junctions: two pieces of road that look the same and lead on through.

    Returns
    -------
    That, with the pieces at each node and where they start, node by node.
    """
    count = len(pieces.u)
    ends = np.concatenate([pieces.u, pieces.v])
    order = np.argsort(ends, kind="stable")
    halves = order % count
    starts = np.searchsorted(ends[order], np.arange(nodes + 1))
    through = np.diff(starts) == 2  # noqa: PLR2004 -- two pieces are a bend, three a junction
    at = np.flatnonzero(through)
    one, other = order[starts[at]], order[starts[at] + 1]
    far = np.concatenate([pieces.v, pieces.u])
    looks = _looks(ways)[ways.rows[pieces.way]]
    enters = np.concatenate([-pieces.direction, pieces.direction])  # 1: leads into the node at this end, -1: out of it
    through[at] = (
        (looks[one % count] == looks[other % count]) & (far[one] != far[other]) & (enters[one] == -enters[other])
    )
    return through, halves, starts


def _looks(ways: _Ways) -> Ints:
    """Give each row of tags a number for what has to be the same along one edge."""
    numbers: dict[tuple[str, ...], int] = {}
    return np.array(
        [
            numbers.setdefault((tags.highway, tags.kind, tags.ref, tags.name, tags.ferry, str(tags.ring)), len(numbers))
            for tags in ways.tags
        ],
        dtype=np.int64,
    )


def _edge_tags(ways: _Ways, pieces: _Pieces, chain: list[int]) -> dict[str, Any]:
    """Give the attributes of an edge that do not depend on its direction; several values make a list, as in OSMnx."""
    passed = list(dict.fromkeys(pieces.way[chain].tolist()))
    rows = [ways.tags[row] for row in ways.rows[passed].tolist()]
    first = rows[0]
    limits = list(dict.fromkeys(tags.maxspeed for tags in rows if tags.maxspeed))
    osm_ids = ways.osm_ids[passed].tolist()
    metres, seconds = float(pieces.metres[chain].sum()), float(pieces.seconds[chain].sum())
    attributes: dict[str, Any] = {
        "osmid": osm_ids if len(osm_ids) > 1 else osm_ids[0],
        "highway": first.highway,
        "kind": first.kind,
        "length": metres,
        "travel_time": seconds,
        "speed_kph": 3.6 * metres / seconds if seconds else speeds.OSM_SPEEDS_KPH[first.highway],
        "speed_source": "tag" if 2 * pieces.metres[chain][pieces.tagged[chain]].sum() > metres else "imputed",
        "urban_percent": round(100 * float(np.average(pieces.town[chain], weights=pieces.metres[chain] + 1e-9))),
    }
    attributes |= {key: getattr(first, key) for key in ("ref", "name", "ferry") if getattr(first, key)}
    if limits:
        attributes["maxspeed"] = limits if len(limits) > 1 else limits[0]
    return attributes


def _add_edges(
    graph: nx.MultiDiGraph[int],
    labels: list[int],
    line: Floats,
    nodes: list[int],
    attributes: dict[str, Any],
    passed: tuple[_Pieces, list[int], list[bool]],
) -> None:
    """Add a road to the graph, in each direction in which it may be driven; ``line`` is its (lat, lon) rows."""
    from shapely import LineString  # noqa: PLC0415 -- slow to import, and only graphs need it

    pieces, chain, ahead = passed
    way_on = int(pieces.direction[chain[0]]) * (1 if ahead[0] else -1)
    start, end = labels[nodes[0]], labels[nodes[-1]]
    for label, (lat, lon) in ((start, line[0]), (end, line[-1])):
        graph.add_node(label, x=float(lon), y=float(lat))
    for reverse in (False, True):
        if way_on == (1 if reverse else -1):
            continue
        tail, head = (end, start) if reverse else (start, end)
        shape = {"geometry": LineString(line[:: -1 if reverse else 1, ::-1])} if len(line) > 2 else {}  # noqa: PLR2004 -- bends
        graph.add_edge(tail, head, **attributes, **shape, oneway=way_on != 0, reversed=reverse and not way_on)
