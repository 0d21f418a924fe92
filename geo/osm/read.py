"""Roads from an OpenStreetMap extract, as a graph in OSMnx conventions.

Ways that cars may use are read; between junctions a road is one edge, whose time is the sum over its pieces at the
speed of each and over the waits at signals, give-way lines and roundabouts. Turn restrictions are read by
``nearhome.geo.osm.turns``. Left out: speed by time of day, and what a toll costs.
Needs pyosmium: ``pip install "nearhome[osm]"``.
"""

from __future__ import annotations

from array import array
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from nearhome.data.base import coordinates, versions
from nearhome.data.errors import SourceError
from nearhome.data.places import areas as authorities
from nearhome.geo.imported import kept
from nearhome.geo.osm import arcs as osm_arcs
from nearhome.geo.osm import barriers, chains, delays, objects, osm_graph, turns
from nearhome.geo.osm import tags as osm_tags
from nearhome.geo.osm.access import Access
from nearhome.geo.places.areas import authority_at
from nearhome.geo.roads import speeds, storage, straighten

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import networkx as nx
    from numpy.typing import NDArray

    from nearhome.data.base.arrays import Floats, Ints
    from nearhome.geo.roads.network import RoadNetwork


EARTH_RADIUS_METRES = 6_371_009.0
"""As OSMnx measures great circles."""

TOLD_EVERY = 1_000_000
"""A long reading says how far it is after so many objects."""

FERRY_WAIT_SECONDS = 900
"""Waiting for a car ferry and boarding it: an estimate, general knowledge, unverified; 300 to 2,700 is plausible."""


class _Ways(NamedTuple):
    """Ways one after the other: node ids with (lat, lon) and the way of each; OSM ids and rows of tags of the ways.

    A node that the extract leaves out, or where cars are kept out, is at NaN. ``signals`` are the ids of nodes with
    traffic lights, ``minis`` of mini-roundabouts, ``only`` of those that are passed to get to a place alone.
    """

    refs: Ints
    at: Floats
    way: Ints
    osm_ids: Ints
    rows: Ints
    tags: list[osm_tags.WayTags]
    signals: Ints
    minis: Ints
    only: Ints


class _Pieces(NamedTuple):
    """Straight pieces between two nodes (rows) that follow each other on a way (a row of ``_Ways.osm_ids``).

    ``seconds`` and ``access_only`` are from u to v and from v to u, shape (pieces, 2).
    ``tagged`` says whose speed was tagged, as a limit or a ferry's duration; ``town`` is the share of a town around.
    """

    u: Ints
    v: Ints
    way: Ints
    metres: Floats
    seconds: Floats
    direction: Ints
    access_only: NDArray[np.bool_]
    tagged: NDArray[np.bool_]
    town: Floats

    def only(self, kept: NDArray[np.bool_]) -> _Pieces:
        """Give some of the pieces."""
        return _Pieces._make(column[kept] for column in self)


@dataclass(frozen=True, slots=True)
class ExtractFacts:
    """What is in an extract, and what was cut off from the rest and left out.

    ``dropped_parts`` counts the pieces of network left out, ``dropped_nodes`` the OSM nodes in them. ``tagged_edges``
    are those with a tagged speed; the speeds of the others are imputed. ``turns_read`` are the turn restrictions in the
    extract, ``turns_banned`` the turns that they ban on the roads that are kept; both 0 where they were not asked for.
    """

    nodes: int
    edges: int
    dropped_nodes: int
    dropped_parts: int
    tagged_edges: int
    turns_read: int
    turns_banned: int


@dataclass(frozen=True, slots=True)
class ImportedExtract(ExtractFacts):
    """What an import did: what is in the extract, the name and folder of the roads, and whether it replaced others."""

    name: str
    folder: Path
    replaced: bool
    why_alone: str
    """Why no journey can use the roads, in one sentence; empty where they are of use."""


def read_extract(
    path: Path,
    progress: Callable[[str], None] = lambda _: None,
    lost: speeds.Delays = speeds.OSM_DELAYS,
    restrictions: Sequence[turns.Restriction] = (),
) -> nx.MultiDiGraph[int]:
    """Read an extract (``.osm.pbf``, ``.osm``, ``.osm.gz``, ``.osm.bz2``, ``.o5m``) as a graph in OSMnx conventions.

    Nodes are OSM ids, above 0 (``nearhome.geo.osm.objects.number``), with ``x`` and ``y`` (EPSG:4326); edges have
    ``osmid``, ``length`` (metres), ``travel_time`` (seconds, with what is ``lost`` at junctions), ``speed_kph``,
    ``speed_source`` (tag: a tagged limit or duration; imputed: the class and the surroundings), ``urban_percent``,
    ``highway``, ``oneway``, ``reversed``, ``kind`` (road or ferry), where they are tagged ``ref``, ``name`` and
    ``maxspeed``, for ferries ``ferry`` (a key made of the name), ``access`` (destination) where one may come and go and
    not pass through, which ``Router`` keeps, and ``geometry`` where the road bends. The way back may differ in its time
    and its limit. Only the largest strongly connected part is kept; ``graph.graph["dropped_nodes"]`` counts the OSM
    nodes of roads outside it.

    Parameters
    ----------
    path
        The extract.
    progress
        Called with a few words on what is done.
    lost
        What is lost at junctions.
    restrictions
        Where one of them speaks of a node in the middle of a road the road is cut there, so that ``turns.bans`` finds
        it.

    Raises
    ------
    MissingExtraError
        When pyosmium is not installed.
    SourceError
        When the file cannot be read, or has no roads by which one can drive there and back.
    """
    roads, left_out = _roads(path, progress, lost, restrictions)
    graph = osm_graph.graph_of(roads)
    graph.graph["dropped_nodes"] = left_out.nodes
    progress(f"{graph.number_of_nodes():,} junctions, {graph.number_of_edges():,} edges")
    return graph


def read_network(
    path: Path, progress: Callable[[str], None] = lambda _: None, *, turn_restrictions: bool = False
) -> tuple[RoadNetwork, ExtractFacts]:
    """Read an extract as the arrays that an import keeps, without a graph in between; and say what was in it.

    With ``turn_restrictions`` no banned turn can be driven in it. Winding roads are cut at their bends.

    Raises
    ------
    MissingExtraError, SourceError
        As for ``read_extract``.
    """
    restrictions = turns.read_restrictions(path) if turn_restrictions else []
    roads, left_out = _roads(path, progress, speeds.OSM_DELAYS, restrictions)
    arcs = osm_arcs.arcs_of(roads)
    nodes, edges, tagged = len(np.union1d(arcs.tail, arcs.head)), len(arcs.tail), int(roads.tagged[arcs.road].sum())
    progress(f"{nodes:,} junctions, {edges:,} edges")
    banned = 0
    if turn_restrictions:
        roads, arcs, banned = osm_arcs.without_banned(roads, arcs, restrictions)
        progress(f"{len(restrictions):,} restrictions read, {banned:,} turns are banned")
    progress("cutting winding roads at their bends")
    network = straighten.straightened(osm_arcs.network_of(roads, arcs))
    progress(f"speeds: {tagged:,} edges as tagged, {edges - tagged:,} imputed from class and surroundings")
    counted = nodes, edges, left_out.nodes, left_out.parts, tagged, len(restrictions), banned
    return network, ExtractFacts(*counted)


def import_extract(
    path: Path, progress: Callable[[str], None] = lambda _: None, *, turn_restrictions: bool = False
) -> ImportedExtract:
    """Read an extract as by ``read_network`` and keep its roads in the user's own folder, under the extract's name.

    ``nearhome.geo.imported.networks`` finds them there, stitched to the roads that ship. Roads that meet no main road
    of those are kept too, but no journey can use them, as ``why_alone`` then says.

    Raises
    ------
    MissingExtraError, SourceError
        As for ``read_extract``, and when the folder cannot be written to; nothing is kept then.
    """
    network, found = read_network(path, progress, turn_restrictions=turn_restrictions)
    name = objects.name_of(path)
    replaced = name in versions.newest(storage.home())
    code = authority_at(float(np.median(network.lat)), float(np.median(network.lon)))
    facts = {
        "file": path.name,
        "around": authorities.authority(code).name if code else "",
        "junctions": found.nodes,
        "edges": found.edges,
        "turns": found.turns_banned if turn_restrictions else None,
    }
    try:
        folder = kept.install(name, network, facts, progress)
    except SourceError as error:
        msg = f"{path.name} was not imported. {error}"
        raise SourceError(msg) from error
    progress(f"written: {folder.name}")
    why = storage.why_alone(storage.facts_of(folder))
    return ImportedExtract(**asdict(found), name=name, folder=folder, replaced=replaced, why_alone=why)


# Reading


def _read(path: Path, progress: Callable[[str], None], lost: speeds.Delays) -> tuple[_Ways, Ints, Floats, _Pieces]:
    """Read the ways, node ids, their (lat, lon) and the pieces of road between them."""
    progress(f"reading the roads of {path.name}")
    ways = _ways(path, progress)
    ids, first, row = np.unique(ways.refs, return_index=True, return_inverse=True)
    at = ways.at[first]
    pieces = _pieces(ways, row, ids, at, lost)
    if len(pieces.u) == 0:
        raise SourceError(_without_roads(path, ways))
    progress(f"{len(ways.osm_ids):,} ways for cars with {len(ids):,} nodes")
    return ways, ids, at, pieces


def _without_roads(path: Path, ways: _Ways) -> str:
    """Say why an extract gave no piece of road."""
    if len(ways.osm_ids) == 0:
        streets = sum(1 for _ in objects.ways(path, "highway"))
        if not streets:
            return f"{path.name} has no roads at all; give an OpenStreetMap extract with highways."
        what = "is 1 way, but cars may not use it" if streets == 1 else f"are {streets:,} ways, but cars may use none"
        return f"{path.name} has no roads that cars may use (there {what}); give an extract with such roads."
    if np.isnan(ways.at[:, 0]).all():
        return (
            f"{path.name} has roads, but not the points they lead along; export it again with the nodes of its ways "
            "(in Overpass: out body; >; out skel qt;)."
        )
    return (
        f"{path.name} has roads that cars may use, but none with two points of it that may be driven from one to the "
        "other; give a larger extract."
    )


def _ways(path: Path, progress: Callable[[str], None]) -> _Ways:
    """Read the ways for cars, and then the nodes on them."""
    refs, way = array("q"), array("q")
    osm_ids, row_of = array("q"), array("q")
    rows: dict[osm_tags.WayTags, int] = {}
    known = set[int]()
    for each in objects.ways(path, "highway", "route"):
        tags = osm_tags.way_tags(each.tags)
        if tags is None or each.id in known:  # a file joined from several may have a way twice
            continue
        known.add(each.id)
        for node in each.nodes:
            refs.append(objects.number(node.ref))
            way.append(len(osm_ids))
        osm_ids.append(objects.number(each.id))
        row_of.append(rows.setdefault(tags, len(rows)))
        if len(osm_ids) % TOLD_EVERY == 0:
            progress(f"{len(osm_ids):,} ways read")
    names = np.array(refs, dtype=np.int64)
    wanted, row = np.unique(names, return_inverse=True)
    at, signals, minis, only = _nodes(path, wanted, progress)
    return _Ways(
        refs=names,
        at=at[row],
        way=np.array(way, dtype=np.int64),
        osm_ids=np.array(osm_ids, dtype=np.int64),
        rows=np.array(row_of, dtype=np.int64),
        tags=list(rows),
        signals=signals,
        minis=minis,
        only=only,
    )


def _nodes(path: Path, wanted: Ints, progress: Callable[[str], None]) -> tuple[Floats, Ints, Ints, Ints]:
    """Read where some nodes are, NaN where cars are kept out.

    Returns
    -------
    Also the ids of the signals, of the mini-roundabouts, and of those that are passed to get to a place alone.
    """
    signals, minis, only = array("q"), array("q"), array("q")
    found, lat, lon = array("q"), array("d"), array("d")
    for each in objects.nodes(path, wanted):
        node, place = objects.number(each.id), each.location
        if each.tags:
            if "traffic_signals" in each.tags.get("highway", ""):
                signals.append(node)
            elif each.tags.get("highway") == "mini_roundabout":
                minis.append(node)
            passage = barriers.passage(each.tags)
            if passage == Access.CLOSED:
                continue
            if passage == Access.ONLY:
                only.append(node)
        if place.valid():
            found.append(node)
            lat.append(place.lat)
            lon.append(place.lon)
            if len(found) % TOLD_EVERY == 0:
                progress(f"{len(found):,} points read")
    at = np.full((len(wanted), 2), np.nan)
    at[np.searchsorted(wanted, np.array(found, dtype=np.int64))] = np.column_stack([np.array(lat), np.array(lon)])
    lights, rings, gates = (np.array(each, dtype=np.int64) for each in (signals, minis, only))
    return at, lights, rings, gates


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
    xy = np.column_stack(coordinates.to_metres(at[:, 0], at[:, 1]))
    town = delays.town_share(xy[u], xy[v], np.where((rank < delays.LOWEST) & ~ferry, metres, 0.0))
    classes = np.array(
        [speeds.OSM_KPH.get(tags.highway, speeds.OSM_KPH["path"]) for tags in ways.tags], dtype=float
    ).reshape(-1, 2)[tag_row]
    whole = np.bincount(way, weights=metres, minlength=len(ways.osm_ids))[way]
    timed = np.array([tags.seconds for tags in ways.tags])[tag_row]
    surface = np.array([tags.most_kph for tags in ways.tags])[tag_row]
    most = np.minimum(surface, np.where(ring, speeds.RING_KPH, np.inf))
    direction = np.array([tags.direction for tags in ways.tags], dtype=np.int64)[tag_row]
    seconds, tagged = np.empty((len(u), 2)), np.zeros(len(u), bool)
    for column, barred, limits in (
        (0, -1, [tags.limit_kph for tags in ways.tags]),
        (1, 1, [tags.limit_back_kph for tags in ways.tags]),
    ):
        kph, by_tag = speeds.osm_kph(classes[:, 0], classes[:, 1], np.array(limits)[tag_row], town)
        tagged |= by_tag & (kph <= surface) & (direction != barred)
        own = 3.6 * metres / np.minimum(kph, most)
        seconds[:, column] = np.where((timed > 0) & (whole > 0), timed * metres / np.maximum(whole, 1e-9), own)
    ashore, afloat = np.zeros(len(at), bool), np.zeros(len(at), bool)
    for ends in (u, v):
        ashore[ends[~ferry]] = True
        afloat[ends[ferry]] = True
    landing = ashore & afloat
    boardings = landing[u].astype(np.int64) + landing[v]
    seconds += np.where(ferry, 0.5 * FERRY_WAIT_SECONDS * boardings, 0.0)[:, None]
    seconds += delays.seconds(
        delays.Junctions(u, v, rank, ring, ferry, np.isin(ids, ways.signals), np.isin(ids, ways.minis)), lost
    )[:, None]
    gated = np.isin(ids, ways.only)
    only = np.array([(tags.only, tags.only_back) for tags in ways.tags], dtype=bool).reshape(-1, 2)[tag_row]
    only |= (gated[u] | gated[v])[:, None]
    return _Pieces(u, v, way, metres, seconds, direction, only, np.where(ferry, timed > 0, tagged), town)


def great_circle_metres(a: Floats, b: Floats) -> Floats:
    """Compute great-circle distances between rows of (lat, lon), EPSG:4326, in metres, by the haversine formula."""
    lat_a, lon_a, lat_b, lon_b = np.radians([a[:, 0], a[:, 1], b[:, 0], b[:, 1]])
    inside = np.sin((lat_b - lat_a) / 2) ** 2 + np.cos(lat_a) * np.cos(lat_b) * np.sin((lon_b - lon_a) / 2) ** 2
    metres: Floats = 2 * EARTH_RADIUS_METRES * np.arcsin(np.sqrt(np.minimum(inside, 1.0)))
    return metres


# From pieces to edges


class _LeftOut(NamedTuple):
    """How much was cut off from the rest: OSM nodes, and the parts they make."""

    nodes: int
    parts: int


def _roads(
    path: Path, progress: Callable[[str], None], lost: speeds.Delays, restrictions: Sequence[turns.Restriction] = ()
) -> tuple[osm_arcs.OsmRoads, _LeftOut]:
    """Read the roads of an extract, the largest part in which one can drive from each to each."""
    ways, ids, at, pieces = _read(path, progress, lost)
    inside, left_out = _largest_part(pieces, ~np.isnan(at[:, 0]))
    pieces = pieces.only(inside[pieces.u] & inside[pieces.v])
    if len(pieces.u) == 0:
        msg = f"{path.name} has no two places between which one can drive there and back; give a larger extract."
        raise SourceError(msg)
    progress(
        f"{len(pieces.u):,} pieces of road; {left_out.nodes:,} nodes in {left_out.parts:,} parts cut off from the rest "
        "are left out"
    )
    kept = _kept(ways, ids, *turns.named(restrictions))
    found = chains.joined(pieces.u, pieces.v, pieces.direction, _looks(ways, pieces), len(ids), kept=kept)
    first, owner = found.first[:-1], found.owner
    metres = pieces.metres[found.piece]
    whole = np.bincount(owner, weights=metres).astype(np.float64)
    weight = metres + 1e-9  # so that what has no length has surroundings too
    tagged = np.bincount(owner, weights=metres * pieces.tagged[found.piece])
    onward, back = np.where(found.ahead, 0, 1), np.where(found.ahead, 1, 0)
    seconds = [np.bincount(owner, weights=pieces.seconds[found.piece, column]) for column in (onward, back)]
    onwards = pieces.direction[found.piece[first]]
    return osm_arcs.OsmRoads(
        chains=found,
        ids=ids,
        at=at,
        way=ways.osm_ids[pieces.way[found.piece]],
        direction=np.where(found.ahead[first], onwards, -onwards),
        metres=whole,
        seconds=np.column_stack(seconds),
        only=np.column_stack([pieces.access_only[found.piece[first], column[first]] for column in (onward, back)]),
        urban=np.bincount(owner, weights=pieces.town[found.piece] * weight) / np.bincount(owner, weights=weight),
        tagged=2 * tagged > whole,
        tags=ways.rows[pieces.way[found.piece]],
        words=ways.tags,
    ), left_out


def _largest_part(pieces: _Pieces, known: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], _LeftOut]:
    """Say which nodes lie in the largest part in which one can drive from each to each, and what does not."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    ahead, back = pieces.direction >= 0, pieces.direction <= 0
    tail = np.concatenate([pieces.u[ahead], pieces.v[back]])
    head = np.concatenate([pieces.v[ahead], pieces.u[back]])
    arcs = csr_matrix((np.ones(len(tail), bool), (tail, head)), shape=(len(known), len(known)))
    _, part = connected_components(arcs, directed=True, connection="strong")
    inside: NDArray[np.bool_] = part == np.bincount(part).argmax()
    others = part[~inside & known]
    return inside, _LeftOut(len(others), len(np.unique(others)))


def _kept(ways: _Ways, ids: Ints, at_nodes: set[int], over_ways: set[int]) -> Ints:
    """Give the rows of the nodes that are named, or are an end of a way that is."""
    named = np.flatnonzero(np.isin(ids, np.array(sorted(at_nodes), dtype=np.int64)))
    over = np.flatnonzero(np.isin(ways.osm_ids, np.array(sorted(over_ways), dtype=np.int64)))
    first, last = np.searchsorted(ways.way, over), np.searchsorted(ways.way, over, side="right") - 1
    some = last >= first
    ends = ways.refs[np.concatenate([first[some], last[some]])]
    return np.union1d(named, np.searchsorted(ids, ends))


def _looks(ways: _Ways, pieces: _Pieces) -> Ints:
    """Give each piece a number for what has to be the same along one edge.

    What is for access only in one direction is one edge with other pieces of its own way at most.
    """
    numbers: dict[tuple[str, ...], int] = {}
    look = np.array(
        [
            numbers.setdefault((tags.highway, tags.kind, tags.ref, tags.name, tags.ferry, str(tags.ring)), len(numbers))
            for tags in ways.tags
        ],
        dtype=np.int64,
    )[ways.rows[pieces.way]]
    there, back = pieces.access_only.T
    return np.asarray(np.where(there == back, 2 * look + there, 2 * (len(numbers) + pieces.way) + there), np.int64)
