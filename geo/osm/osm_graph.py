"""Roads of an extract as a networkx graph in OSMnx conventions, for who wants to see or change them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nearhome.geo.roads import no_through, speeds

if TYPE_CHECKING:
    import networkx as nx

    from nearhome.data.base.arrays import Floats
    from nearhome.geo.osm.arcs import OsmRoads


def graph_of(roads: OsmRoads) -> nx.MultiDiGraph[int]:
    """Make a graph of roads, nodes called by OSM ids; ``nearhome.geo.osm.read.read_extract`` says what is in it."""
    import networkx as nx

    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="epsg:4326", simplified=True)
    first = roads.chains.first.tolist()
    for road in range(len(roads.chains)):
        nodes = [*roads.chains.node[first[road] : first[road + 1]].tolist(), int(roads.chains.end[road])]
        ends, direction = roads.ids[[nodes[0], nodes[-1]]].tolist(), int(roads.direction[road])
        attributes = [_edge_attributes(roads, road, back=back) for back in (False, True)]
        _add_edges(graph, ends, roads.at[nodes], attributes, direction)
    return graph


def _edge_attributes(roads: OsmRoads, road: int, *, back: bool) -> dict[str, Any]:
    """Give the attributes of an edge from the start of a road or back; several values make a list, as in OSMnx."""
    rows = slice(int(roads.chains.first[road]), int(roads.chains.first[road + 1]))
    tags = [roads.words[row] for row in dict.fromkeys(roads.tags[rows].tolist())]
    along = dict.fromkeys(zip(roads.tags[rows].tolist(), (roads.chains.ahead[rows] != back).tolist(), strict=True))
    written = [roads.words[row].maxspeed if ahead else roads.words[row].maxspeed_back for row, ahead in along]
    limits = list(dict.fromkeys(limit for limit in written if limit))
    osm_ids = list(dict.fromkeys(roads.way[rows].tolist()))
    metres, seconds = float(roads.metres[road]), float(roads.seconds[road, int(back)])
    attributes: dict[str, Any] = {
        "osmid": osm_ids if len(osm_ids) > 1 else osm_ids[0],
        "highway": tags[0].highway,
        "kind": tags[0].kind,
        "length": metres,
        "travel_time": seconds,
        "speed_kph": 3.6 * metres / seconds if seconds else speeds.OSM_SPEEDS_KPH["road"],
        "speed_source": "tag" if roads.tagged[road] else "imputed",
        "urban_percent": round(100 * float(roads.urban[road])),
    }
    attributes |= {key: getattr(tags[0], key) for key in ("ref", "name", "ferry") if getattr(tags[0], key)}
    if roads.only[road, int(back)]:
        attributes["access"] = no_through.WORD
    if limits:
        attributes["maxspeed"] = limits if len(limits) > 1 else limits[0]
    return attributes


def _add_edges(
    graph: nx.MultiDiGraph[int], ends: list[int], line: Floats, attributes: list[dict[str, Any]], direction: int
) -> None:
    """Add a road to the graph, in each direction in which it may be driven; ``line`` is its (lat, lon) rows.

    ``attributes`` are those of the edge from its start, and of that back.
    """
    from shapely import LineString

    for label, (lat, lon) in zip(ends, line[[0, -1]], strict=True):
        graph.add_node(label, x=float(lon), y=float(lat))
    for reverse in (False, True):
        if direction == (1 if reverse else -1):
            continue
        tail, head = ends[::-1] if reverse else ends
        shape = {"geometry": LineString(line[:: -1 if reverse else 1, ::-1])} if len(line) > 2 else {}  # noqa: PLR2004 -- bends
        own = attributes[int(reverse)] | shape
        graph.add_edge(tail, head, **own, oneway=direction != 0, reversed=reverse and not direction)
