"""A road network as a networkx graph in OSMnx conventions, and back."""

from __future__ import annotations

from ast import literal_eval
from dataclasses import astuple
from typing import TYPE_CHECKING, Any

import numpy as np

from nearhome.data.catalogue import columns
from nearhome.data.errors import SourceError
from nearhome.geo.roads import no_through, speed_limits, speeds
from nearhome.geo.roads.edges import DETAILED, Edges, LocalReach
from nearhome.geo.roads.network import RoadNetwork, shipped

if TYPE_CHECKING:
    from collections.abc import Hashable

    import networkx as nx
    from numpy.typing import NDArray

    from nearhome.data.base.arrays import Floats, Ints


def load(box: tuple[float, float, float, float] | None = None) -> nx.MultiDiGraph[Any]:
    """Build the shipped network as a networkx graph in OSMnx conventions.

    Parameters
    ----------
    box
        South, west, north, east in degrees: only edges with both ends inside. None takes the whole country,
        83,000 nodes and 335,000 arcs, in some seconds.

    Returns
    -------
    A MultiDiGraph with ``crs`` EPSG:4326; nodes have ``x``, ``y`` (degrees) and ``street_count``; edges have ``osmid``
    (the row of the edge in its table, no number of OpenStreetMap's), ``length`` (metres), ``travel_time`` (seconds),
    ``speed_kph``, ``highway``, ``ref``, ``name``, ``kind``, ``urban_percent``, ``oneway``, and where it applies
    ``toll``, ``ferry`` and ``geometry`` (a shapely LineString).
    """
    return to_graph(shipped(), box)


def to_graph(roads: RoadNetwork, box: tuple[float, float, float, float] | None = None) -> nx.MultiDiGraph[Any]:
    """Build a networkx graph of a network, or of the part of it inside a box; see ``load``."""
    import networkx as nx
    from shapely import LineString

    south, west, north, east = box or (-90.0, -180.0, 90.0, 180.0)
    inside = (roads.lat >= south) & (roads.lat <= north) & (roads.lon >= west) & (roads.lon <= east)
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph(crs="epsg:4326", reach=astuple(roads.reach))
    edges = roads.edges
    streets = np.bincount(np.r_[edges.u, edges.v], minlength=len(roads.lat))
    for node in np.flatnonzero(inside):
        x, y = float(roads.lon[node]), float(roads.lat[node])
        graph.add_node(roads.labels[int(node)], x=x, y=y, street_count=int(streets[node]))
    two_way = np.bincount(roads.edge, minlength=len(edges.u)) > 1
    for arc in np.flatnonzero(inside[roads.tail] & inside[roads.head]).tolist():
        edge = int(roads.edge[arc])
        seconds = int(roads.deciseconds[arc]) / 10.0
        attributes: dict[str, Any] = {
            "osmid": edge,
            "length": float(edges.metres[edge]),
            "travel_time": seconds,
            "speed_kph": 3.6 * float(edges.metres[edge]) / seconds,
            "highway": _HIGHWAY.get(edges.text("road_class", edge), edges.text("road_class", edge)),
            "ref": edges.text("ref", edge),
            "name": edges.text("name", edge),
            "kind": edges.text("kind", edge),
            "urban_percent": int(edges.urban_percent[edge]),
            "oneway": not two_way[edge],
        }
        attributes |= {key: edges.text(key, edge) for key in ("toll", "ferry") if edges.text(key, edge)}
        if "speed_source" in edges.texts:
            attributes["speed_source"] = edges.text("speed_source", edge)
        if edge in roads.lines:
            attributes["geometry"] = LineString(roads.line(arc)[:, ::-1])
        graph.add_edge(roads.labels[int(roads.tail[arc])], roads.labels[int(roads.head[arc])], **attributes)
    return graph


_HIGHWAY = {"motorway": "motorway", "trunk": "trunk", "a": "primary", "ferry": "ferry", "local": "unclassified"}


ROAD_CLASS = {"motorway": "motorway", "motorway_link": "motorway", "trunk": "trunk", "primary": "a", "ferry": "ferry"}


def from_graph(graph: nx.MultiDiGraph[Any]) -> RoadNetwork:
    """Take a graph in OSMnx conventions as arrays; every directed edge becomes an edge with one arc.

    Values may be texts, as ``networkx.read_graphml`` gives them: numbers, lists such as ``"['a', 'b']"``, and lines as
    well-known text.

    Parameters
    ----------
    graph
        Nodes with ``x`` and ``y`` in the graph's ``crs`` (EPSG:4326 if it names none); edges with ``length`` (metres)
        and ``travel_time`` (seconds) or else a ``highway`` tag, whose average speed is then used, capped by
        ``maxspeed``. Where ``access`` says ``destination`` or the like, nobody passes through
        (``nearhome.geo.roads.no_through``).

    Raises
    ------
    SourceError
        When the graph has no direction or no edge, nodes or edges lack what is needed, or a value cannot be read.
    """
    if not graph.is_directed():
        msg = "The graph has no directions, so one-way roads are lost; give a MultiDiGraph such as osmnx makes."
        raise SourceError(msg)
    labels = list(graph.nodes)
    row = {label: number for number, label in enumerate(labels)}
    if graph.number_of_edges() == 0:
        msg = "The graph has no edges, so nothing can be routed; give a road graph such as osmnx makes."
        raise SourceError(msg)
    try:
        x = np.array([graph.nodes[label]["x"] for label in labels], dtype=float)
        y = np.array([graph.nodes[label]["y"] for label in labels], dtype=float)
        data = [(row[u], row[v], attributes) for u, v, attributes in graph.edges(data=True)]
        metres = np.array([attributes["length"] for _, _, attributes in data], dtype=float)
        seconds = np.array([_seconds(attributes) for _, _, attributes in data], dtype=float)
        urban = np.array([_percent(attributes.get("urban_percent")) for _, _, attributes in data], dtype=np.int64)
    except (KeyError, TypeError, ValueError) as error:
        msg = (
            f"The graph is not in OSMnx conventions ({error!s} is missing or no number): nodes need x and y, edges "
            "length and, where given, travel_time."
        )
        raise SourceError(msg) from error
    for name, values, least in (("x", x, -np.inf), ("y", y, -np.inf), ("length", metres, 0), ("time", seconds, 0)):
        unfit = values[~(np.isfinite(values) & (values >= least))]
        if len(unfit):
            msg = (
                f"The graph has {len(unfit):,} {name} values that are no distance, time or place, the first {unfit[0]}."
            )
            raise SourceError(msg)
    crs = graph.graph.get("crs") or "epsg:4326"
    lat, lon = _degrees(x, y, crs)
    taken = np.maximum(np.round(10.0 * seconds), 1).astype(np.int64)
    whole = np.round(metres).astype(np.int64)
    only = np.array([no_through.is_access_only(_words(a.get("access"))) for _, _, a in data], dtype=bool)
    measured = zip(whole.tolist(), taken.tolist(), only.tolist(), data, strict=True)
    alike = [(m, t, o, *_traits(a)) for m, t, o, (_, _, a) in measured]
    edge, forward, kept = _two_way([(u, v, traits) for (u, v, _), traits in zip(data, alike, strict=True)])
    rows = [data[number] for number in kept]
    zeros = np.zeros(len(rows), np.int64)
    texts = {
        **{
            key: _coded(list(words))
            for key, words in zip(TRAITS, zip(*(_traits(a) for _, _, a in rows), strict=True), strict=True)
        },
        **{key: _coded([_first(a.get(key)) for _, _, a in rows]) for key in ("ref", "name")},
        "speed_source": _coded([_speed_source(a) for _, _, a in rows]),
        "carriageway": _coded(["unknown"] * len(rows)),
    }
    edges = Edges(
        u=np.array([u for u, _, _ in rows], dtype=np.int64),
        v=np.array([v for _, v, _ in rows], dtype=np.int64),
        metres=whole[kept],
        urban_percent=urban[kept],
        dense_percent=zeros,
        ferry_seconds=zeros,
        wait_seconds=zeros,
        junctions=zeros,
        texts=texts,
    )
    network = RoadNetwork(
        lat=lat,
        lon=lon,
        edges=edges,
        tail=np.array([u for u, _, _ in data], dtype=np.int64),
        head=np.array([v for _, v, _ in data], dtype=np.int64),
        edge=edge,
        forward=forward,
        deciseconds=taken,
        labels=labels,
        reach=_reach(graph.graph.get("reach")),
        shapes={
            number: _shape(a["geometry"], crs) for number, (_, _, a) in enumerate(rows) if _given(a.get("geometry"))
        },
    )
    return no_through.layered(network, only[kept])


NO = ("no", "False", "0")

TRAITS = ("road_class", "kind", "toll", "ferry")
"""What two arcs must share, besides length and time, to be one road both ways."""


def _traits(attributes: dict[str, Any]) -> tuple[str, str, str, str]:
    """Read an edge's road class, kind, toll and ferry."""
    highway = _first(attributes.get("highway"))
    kind = _first(attributes.get("kind")) or ("ferry" if _first(attributes.get("route")) == "ferry" else "road")
    toll, ferry = (_first(attributes.get(key)) for key in ("toll", "ferry"))
    return ROAD_CLASS.get(highway, highway), kind, "" if toll in NO else toll, "" if ferry in NO else ferry


def _two_way(arcs: list[tuple[int, int, Hashable]]) -> tuple[Ints, NDArray[np.bool_], list[int]]:
    """Pair each arc with one alike that runs the other way.

    Parameters
    ----------
    arcs
        Tail, head and what has to be the same of each: length, time and traits.

    Returns
    -------
    The edge of each arc, whether the arc runs along it, and the arc that stands for each edge.
    """
    waiting: dict[tuple[int, int, Hashable], list[int]] = {}
    edge, forward = np.zeros(len(arcs), np.int64), np.ones(len(arcs), bool)
    kept: list[int] = []
    for number, (tail, head, alike) in enumerate(arcs):
        partners = waiting.get((head, tail, alike))
        if partners and tail != head:
            edge[number], forward[number] = partners.pop(), False
            continue
        edge[number] = len(kept)
        waiting.setdefault((tail, head, alike), []).append(len(kept))
        kept.append(number)
    return edge, forward, kept


def _seconds(attributes: dict[str, Any]) -> float:
    """Read an edge's travel time, or estimate it from its highway tag and limit."""
    if _given(attributes.get("travel_time")):
        return float(attributes["travel_time"])
    kph = speeds.OSM_SPEEDS_KPH.get(_first(attributes.get("highway")), speeds.OSM_SPEEDS_KPH["road"])
    limit = speed_limits.limit_kph(_first(attributes.get("maxspeed")))
    return 3.6 * float(attributes["length"]) / (min(kph, limit) if limit else kph)


def _speed_source(attributes: dict[str, Any]) -> str:
    """Say where an edge's speed is from: tag, imputed, or given with a travel time that says no more."""
    if _given(attributes.get("speed_source")):
        return str(attributes["speed_source"])
    if _given(attributes.get("travel_time")):
        return "given"
    limit = speed_limits.limit_kph(_first(attributes.get("maxspeed")))
    kph = speeds.OSM_SPEEDS_KPH.get(_first(attributes.get("highway")), speeds.OSM_SPEEDS_KPH["road"])
    return "tag" if limit and limit < kph else "imputed"


def _reach(value: Any) -> LocalReach:
    """Read the reach that ``to_graph`` wrote; files such as GraphML keep it as text."""
    if value is None:
        return DETAILED
    try:
        return LocalReach(*(literal_eval(value) if isinstance(value, str) else value))
    except (TypeError, ValueError, SyntaxError) as error:
        msg = f"The graph's reach is {value!r}, not as to_graph writes it; leave it out or load the graph again."
        raise SourceError(msg) from error


def _percent(value: Any) -> int:
    return int(float(value)) if _given(value) else 50


NOTHING = ("", "None", "nan", "NaN")
"""How files that keep everything as text, such as GraphML, write that nothing is known."""


def _given(value: Any) -> bool:
    """Say whether a value is there: not None, not NaN, and no text for either."""
    if isinstance(value, str):
        return value.strip() not in NOTHING
    return value is not None and not (isinstance(value, float) and np.isnan(value))


def _first(value: Any) -> str:
    """Read a tag that OSMnx may have merged into a list, and a file may have kept as the text of one."""
    if isinstance(value, str) and value.startswith("[") and value.endswith("]"):
        try:
            value = literal_eval(value)
        except (ValueError, SyntaxError):  # a name in brackets
            return str(value)
    if isinstance(value, (list, tuple)):
        value = value[0] if value else None
    return str(value) if _given(value) else ""


def _words(value: Any) -> list[str]:
    """Read all values of a tag that OSMnx may have merged into a list."""
    values = value if isinstance(value, (list, tuple)) else [value]
    return [each for each in values if isinstance(each, str)]


def _coded(words: list[str]) -> columns.Text:
    known, codes = np.unique(np.array(words, dtype=object).astype(str), return_inverse=True)
    return columns.Text(codes.astype(np.int64), known.tolist())


def _degrees(x: Floats, y: Floats, crs: Any) -> tuple[Floats, Floats]:
    from pyproj import CRS, Transformer
    from pyproj.exceptions import CRSError

    try:
        known = CRS.from_user_input(crs)
    except CRSError as error:
        msg = f"The graph's crs is {crs!r}, which is no coordinate system; name one such as 'epsg:4326'."
        raise SourceError(msg) from error
    if known.is_geographic:
        return y, x
    lon, lat = Transformer.from_crs(known, 4326, always_xy=True).transform(x, y)
    return np.asarray(lat), np.asarray(lon)


def _shape(geometry: Any, crs: Any) -> Floats:
    """Read the points of a line between its ends as (lat, lon) rows, EPSG:4326."""
    import shapely

    try:
        line = shapely.from_wkt(geometry) if isinstance(geometry, str) else geometry
    except shapely.errors.ShapelyError:
        line = None
    if not isinstance(line, shapely.LineString) or len(line.coords) < 2:  # noqa: PLR2004 -- its two ends
        msg = f"The graph has an edge with the geometry {str(geometry)[:60]!r}; leave it out or give a LineString."
        raise SourceError(msg)
    xy = np.asarray(line.coords, dtype=float)[1:-1]
    lat, lon = _degrees(xy[:, 0], xy[:, 1], crs)
    return np.column_stack([lat, lon])
