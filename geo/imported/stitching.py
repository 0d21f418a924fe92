"""A detailed region sewn into the strategic network, so that a family in it reaches a prison far outside.

Inside the region's outline the detailed roads replace the strategic ones. A strategic road that crosses the outline is
kept from its last junction inside: it can be joined from detailed nodes of the same road, or where the map tells no
number of the same class, beside that junction and every kilometre on to the border. One leaves by one set of nodes and
comes in by another, so that the seam is no short cut between two detailed roads. Modelled local roads end at the
outline.

Places inside the outline join roads as in a detailed network, places outside as in the strategic one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple, cast, overload

import numpy as np
import shapely
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from nearhome.data.base import coordinates
from nearhome.data.catalogue import columns
from nearhome.data.errors import SourceError
from nearhome.geo.roads import conditions as roads_conditions
from nearhome.geo.roads import storage
from nearhome.geo.roads.edges import DETAILED, STRATEGIC, Edges
from nearhome.geo.roads.lines import Lines
from nearhome.geo.roads.network import RoadNetwork
from nearhome.geo.routing.router import Router
from nearhome.geo.routing.snapping import Access, Joins

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from nearhome.data.base.arrays import Array, Floats, Ints


HUB_METRES = 1_000.0
"""A strategic road can be joined so often between its last junction inside and the border."""

NEAR_METRES, FAR_METRES = 1_200.0, 5_000.0
"""A detailed node further from a hub than the first is not on its road; where a junction has none, the second holds."""

ANCHORS = 6
"""So many detailed nodes are joined to a hub, the nearest."""

SEAM_KPH, SEAM_DETOUR = 50.0, 1.2
"""The way from a detailed node to a hub beside it: of the order of a slip road; estimates, and short."""

MAIN = ("motorway", "trunk", "a", "trunk_link", "primary_link")
"""Classes of roads that the strategic network has too."""

MOTORWAY = ("motorway",)

SEAM = "seam"
"""The kind of an edge at the border: nobody joins the roads on one."""


class _Found(NamedTuple):
    """Main roads of the detailed network at their nodes.

    One row for each end of each arc: node, way on in metres, edge, and whether the arc leaves the node; ``single`` says
    whether its edge is one way.
    """

    node: Ints
    ahead: Floats
    edge: Ints
    leaves: NDArray[np.bool_]
    single: NDArray[np.bool_]
    tree: cKDTree


@dataclass(slots=True)
class _Seam:
    """New nodes and edges while they are collected; each edge is one arc that looks like a strategic edge."""

    lat: list[float] = field(default_factory=list)
    lon: list[float] = field(default_factory=list)
    tail: list[int] = field(default_factory=list)
    head: list[int] = field(default_factory=list)
    like: list[int] = field(default_factory=list)
    metres: list[int] = field(default_factory=list)
    deciseconds: list[int] = field(default_factory=list)
    joint: list[bool] = field(default_factory=list)
    shape: list[Floats] = field(default_factory=list)

    def add(self, ends: tuple[int, int], like: int, metres: int, taken: int, shape: Floats | None = None) -> None:
        """Add an arc; without a shape it joins a hub to the detailed roads.

        Parameters
        ----------
        ends
            The nodes it leads from and to.
        like
            The strategic edge that it looks like.
        metres, taken
            How long it is, and how long it takes in tenths of a second; at least one tenth is counted.
        shape
            The points between its ends, in order, as (lat, lon) rows, EPSG:4326; None for an arc that joins a hub to
            the detailed roads.
        """
        self.tail.append(ends[0])
        self.head.append(ends[1])
        self.like.append(like)
        self.metres.append(metres)
        self.deciseconds.append(max(1, taken))
        self.joint.append(shape is None)
        self.shape.append(np.zeros((0, 2)) if shape is None else shape)


@dataclass(frozen=True, kw_only=True)
class StitchedNetwork(RoadNetwork):
    """A network of both kinds; ``region`` is the outline of its detailed part, EPSG:27700, in metres.

    The first nodes, edges and arcs are those of the detailed network, so many as ``parts`` says.
    """

    region: shapely.Polygon
    parts: tuple[int, int, int]

    @property
    def names(self) -> StitchedLabels:
        """What the nodes are called, by what they are from."""
        return cast("StitchedLabels", self.labels)


class StitchedLabels(Sequence[Any]):
    """What the nodes are called: those of the detailed network first, then strategic ones, then the hubs."""

    def __init__(self, detailed: Sequence[Any] | Ints, strategic: Sequence[Any] | Ints, hubs: int) -> None:
        self.detailed = cast("Sequence[Any]", detailed)
        self.strategic, self.hubs = strategic, hubs

    def __len__(self) -> int:
        return len(self.detailed) + len(self.strategic) + self.hubs

    @overload
    def __getitem__(self, node: int) -> Any: ...
    @overload
    def __getitem__(self, node: slice) -> list[Any]: ...
    def __getitem__(self, node: int | slice) -> Any:
        if isinstance(node, slice):
            return [self[each] for each in range(len(self))[node]]
        at = range(len(self))[node]
        if at < len(self.detailed):
            return _plain(self.detailed[at])
        at -= len(self.detailed)
        if at < len(self.strategic):
            return "strategic", _plain(self.strategic[at])
        return "border", at - len(self.strategic)


def _plain(label: Any) -> Any:
    """Give a name itself where it comes out of an array."""
    return label.item() if isinstance(label, np.generic) else label


def stitch(detailed: RoadNetwork, strategic: RoadNetwork) -> StitchedNetwork:
    """Put a detailed network in the place of the strategic one inside its outline.

    Nodes keep their names: those of the detailed network as they are, strategic ones as ``("strategic", name)``, and
    the hubs at the border ``("border", number)``. A network that covers most of the strategic one needs no road out.

    Raises
    ------
    SourceError
        When no strategic road crosses the outline, or none meets a main road of the detailed network.
    """
    region = storage.outline(detailed.lat, detailed.lon)
    inside = shapely.contains_xy(region, strategic.xy)
    first = len(detailed.lat)
    seam = _seam(detailed, strategic, inside, region)
    if not any(seam.joint) and inside.sum() <= (~inside).sum():
        msg = (
            "These roads meet no motorway, trunk or A road of those that come with nearhome, so no journey could leave "
            "them; import a larger extract, one that reaches a main road."
        )
        raise SourceError(msg)
    outside = np.flatnonzero(~inside)
    number = np.full(len(inside), -1)
    number[outside] = first + np.arange(len(outside))
    edges = strategic.edges
    kept = _outside(strategic, inside)
    new_edge = np.full(len(edges.u), -1)
    new_edge[kept] = len(detailed.edges.u) + np.arange(len(kept))
    arcs = np.flatnonzero(new_edge[strategic.edge] >= 0)
    hubs = first + len(outside)
    ends = [
        np.array(
            [hubs - 1 - node if node < 0 else node if node < first else number[node - first] for node in nodes],
            dtype=np.int64,
        )
        for nodes in (seam.tail, seam.head)
    ]
    seam_edge = len(detailed.edges.u) + len(kept) + np.arange(len(seam.like))
    whole = _edges(detailed.edges, _rows(edges, kept, number), _seam_rows(edges, seam, ends))
    drawn = {int(edge): shape for edge, shape in zip(seam_edge, seam.shape, strict=True) if len(shape)}
    return StitchedNetwork(
        lat=np.r_[detailed.lat, strategic.lat[outside], seam.lat],
        lon=np.r_[detailed.lon, strategic.lon[outside], seam.lon],
        edges=whole,
        tail=np.r_[detailed.tail, number[strategic.tail[arcs]], ends[0]],
        head=np.r_[detailed.head, number[strategic.head[arcs]], ends[1]],
        edge=np.r_[detailed.edge, new_edge[strategic.edge[arcs]], seam_edge],
        forward=np.r_[detailed.forward, strategic.forward[arcs], np.ones(len(seam.like), bool)],
        deciseconds=np.r_[detailed.deciseconds, strategic.deciseconds[arcs], np.array(seam.deciseconds, np.int64)],
        labels=StitchedLabels(detailed.labels, [strategic.labels[node] for node in outside.tolist()], len(seam.lat)),
        shapes=Lines.joined(
            [Lines.of(detailed.lines), Lines.of(strategic.lines).renumbered(new_edge), Lines.of(drawn)]
        ),
        model=strategic.model,
        reach=replace(STRATEGIC, direct_metres=DETAILED.direct_metres, sample_metres=DETAILED.sample_metres),
        region=region,
        parts=(first, len(detailed.edges.u), len(detailed.tail)),
    )


def alone(detailed: RoadNetwork) -> StitchedNetwork:
    """Put a detailed network where a stitched one is expected, with none of the strategic roads."""
    fields = {name: value for name, value in vars(detailed).items() if name in RoadNetwork.__dataclass_fields__}
    parts = len(detailed.lat), len(detailed.edges.u), len(detailed.tail)
    return StitchedNetwork(
        **fields | {"labels": StitchedLabels(detailed.labels, [], 0), "shapes": Lines.of(detailed.lines)},
        region=storage.outline(detailed.lat, detailed.lon),
        parts=parts,
    )


def _outside(strategic: RoadNetwork, inside: NDArray[np.bool_]) -> Ints:
    """Choose the strategic edges that stay: those outside, less local roads that led on to nothing but the inside."""
    edges = strategic.edges
    kept = np.flatnonzero(~inside[edges.u] & ~inside[edges.v])
    size = len(inside)
    graph = csr_matrix((np.ones(len(kept), bool), (edges.u[kept], edges.v[kept])), shape=(size, size))
    _, part = connected_components(graph, directed=False)
    local = edges.is_("kind", "local")[kept]
    reached = np.zeros(size, bool)
    reached[part[edges.u[kept][~local]]] = True
    return np.asarray(kept[reached[part[edges.u[kept]]]])


# The seam


def _seam(detailed: RoadNetwork, strategic: RoadNetwork, inside: NDArray[np.bool_], region: shapely.Polygon) -> _Seam:
    """Cut the strategic roads that cross the outline and join them to detailed nodes.

    In ``tail`` and ``head``, hubs are -1, -2 and so on, detailed nodes their row, strategic ones their row after those.
    """
    found = _main_roads(detailed)
    seam = _Seam()
    local = strategic.edges.is_("kind", "local")[strategic.edge]
    crossing = np.flatnonzero((inside[strategic.tail] != inside[strategic.head]) & ~local)
    for arc in crossing.tolist():
        leaving = bool(inside[strategic.tail[arc]])
        line = strategic.line(arc)[:: 1 if leaving else -1]
        xy = np.column_stack(coordinates.to_metres(line[:, 0], line[:, 1]))
        along = np.r_[0.0, np.cumsum(np.hypot(*np.diff(xy, axis=0).T))]
        if along[-1] == 0:
            continue
        shares = _hub_shares(shapely.LineString(xy), region)
        hubs = [_hub(seam, line, along / along[-1], share) for share in shares]
        outer = int(strategic.head[arc] if leaving else strategic.tail[arc]) + len(detailed.lat)
        _chain(seam, strategic, arc, (shares, hubs, outer), (line, along / along[-1]), leaving=leaving)
        for number, (share, hub) in enumerate(zip(shares, hubs, strict=True)):
            at = np.array([np.interp(share * along[-1], along, xy[:, axis]) for axis in (0, 1)])
            on = np.array([np.interp(share * along[-1] + 1.0, along, xy[:, axis]) for axis in (0, 1)]) - at
            _join(seam, (detailed, strategic, found), (hub, arc), (at, on), leaving=leaving, junction=number == 0)
    return seam


def _main_roads(detailed: RoadNetwork) -> _Found:
    """Find the ends of arcs of main roads, and the way each arc goes on there."""
    edges, xy = detailed.edges, detailed.xy
    main = np.flatnonzero(_any_of(edges, MAIN, detailed.edge))
    ahead = (xy[detailed.head] - xy[detailed.tail])[main]
    two_way = np.bincount(detailed.edge, minlength=len(edges.u)) > 1
    node = np.r_[detailed.tail[main], detailed.head[main]]
    edge = np.r_[detailed.edge[main], detailed.edge[main]]
    leaves = np.r_[np.ones(len(main), bool), np.zeros(len(main), bool)]
    return _Found(node, np.vstack([ahead, ahead]), edge, leaves, ~two_way[edge], cKDTree(xy[node]))


def _any_of(edges: Edges, classes: tuple[str, ...], rows: Ints) -> NDArray[np.bool_]:
    text = edges.texts["road_class"]
    return np.array([word in classes for word in text.words], dtype=bool)[text.codes[rows]]


def _hub_shares(line: shapely.LineString, region: shapely.Polygon) -> list[float]:
    """Give the shares of a line, from its inner end, at which it may be joined: there, and on to the border."""
    border = line.intersection(region.exterior)
    reached = shapely.line_locate_point(line, shapely.points(shapely.get_coordinates(border)))
    last = float(reached.max(initial=0.0))
    steps = int(last // HUB_METRES) + 1
    return [last * step / steps / line.length for step in range(steps + 1)] if last > 1.0 else [0.0]


def _hub(seam: _Seam, line: Floats, along: Floats, share: float) -> int:
    seam.lat.append(float(np.interp(share, along, line[:, 0])))
    seam.lon.append(float(np.interp(share, along, line[:, 1])))
    return -len(seam.lat)


def _chain(
    seam: _Seam,
    strategic: RoadNetwork,
    arc: int,
    hubs: tuple[list[float], list[int], int],
    drawn: tuple[Floats, Floats],
    *,
    leaving: bool,
) -> None:
    """Lead from hub to hub to the outer end of a cut road, or back; the parts sum up to the road."""
    shares, nodes, outer = hubs
    line, along = drawn
    edge = int(strategic.edge[arc])
    totals = [
        np.round(np.array([*shares, 1.0]) * whole).astype(int)
        for whole in (strategic.edges.metres[edge], strategic.deciseconds[arc])
    ]
    for part, (inner, after) in enumerate(zip(nodes, [*nodes[1:], outer], strict=True)):
        metres, taken = (int(total[part + 1] - total[part]) for total in totals)
        end = [*shares, 1.0][part + 1]
        shape = line[(along > shares[part]) & (along < end)]
        ends = (inner, after) if leaving else (after, inner)
        seam.add(ends, edge, metres, taken, shape if leaving else shape[::-1])


def _join(
    seam: _Seam,
    roads: tuple[RoadNetwork, RoadNetwork, _Found],
    cut: tuple[int, int],
    place: tuple[Floats, Floats],
    *,
    leaving: bool,
    junction: bool,
) -> None:
    """Join a hub to the detailed nodes of its road; at a junction also to the other main roads there."""
    detailed, strategic, found = roads
    hub, arc = cut
    at, on = place
    like = int(strategic.edge[arc])
    if len(found.node) == 0:
        return
    for radius in (NEAR_METRES, FAR_METRES) if junction else (NEAR_METRES,):
        near = np.array(found.tree.query_ball_point(at, radius), dtype=np.int64)
        # One may leave where an arc arrives that leads outwards, and come in where one departs that leads inwards.
        onwards = (found.ahead[near] @ on) * (1.0 if leaving else -1.0) >= 0
        fits = (found.leaves[near] != leaving) & (onwards | ~found.single[near])
        near = near[fits]
        same = _same_road(detailed.edges, strategic.edges, found.edge[near], like)
        other = ~_any_of(detailed.edges, MOTORWAY, found.edge[near])
        groups = [near[same], near[~same & other]] if junction else [near[same]]
        anchors = {int(node): None for group in groups for node in _nearest(detailed, found, group, at)}
        for node in anchors:
            metres = SEAM_DETOUR * float(np.hypot(*(detailed.xy[node] - at)))
            taken = round(36.0 * metres / SEAM_KPH)
            seam.add((node, hub) if leaving else (hub, node), like, round(metres), taken)
        if anchors:
            return


def _same_road(detailed: Edges, strategic: Edges, rows: Ints, like: int) -> NDArray[np.bool_]:
    """Say which detailed edges are the same road as a strategic one: by number, or where it has none by class."""
    ref = strategic.text("ref", like)
    if ref:
        text = detailed.texts["ref"]
        numbers = [ref in {part.strip() for part in word.split(";")} for word in text.words]
        return np.array(numbers, dtype=bool)[text.codes[rows]]
    classes = MOTORWAY if strategic.text("road_class", like) == "motorway" else MAIN[1:]
    return _any_of(detailed, classes, rows)


def _nearest(detailed: RoadNetwork, found: _Found, rows: Ints, at: Floats) -> Ints:
    nodes = np.unique(found.node[rows])
    gap = np.hypot(*(detailed.xy[nodes] - at).T)
    return nodes[np.argsort(gap, kind="stable")[:ANCHORS]]


# Edges of three sources as one table


def _rows(edges: Edges, kept: Ints, number: Ints) -> Edges:
    """Take some edges, with their ends renumbered."""
    texts = {name: columns.Text(text.codes[kept], text.words) for name, text in edges.texts.items()}
    numbers = {name: getattr(edges, name)[kept] for name in storage.NUMBERS}
    return Edges(**numbers | {"u": number[edges.u[kept]], "v": number[edges.v[kept]]}, texts=texts)


def _seam_rows(edges: Edges, seam: _Seam, ends: list[Ints]) -> Edges:
    """Make the edges of the seam: as the roads they are cut from, but nowhere to join, and a toll only once."""
    like, joint = np.array(seam.like, dtype=np.int64), np.array(seam.joint, dtype=bool)
    rows = _rows(edges, like, np.arange(max(len(edges.u), int(max(edges.u.max(), edges.v.max())) + 1)))
    outermost = np.array([max(both) >= 0 for both in zip(seam.tail, seam.head, strict=True)], dtype=bool)
    charged = ~joint & outermost  # not between two hubs
    texts = dict(rows.texts)
    for name in ("toll", "ferry"):
        texts[name] = _coded([word if paid else "" for word, paid in zip(_words(texts[name]), charged, strict=True)])
    texts["kind"] = _coded([SEAM] * len(like))
    nothing = np.zeros(len(like), np.int64)
    return replace(
        rows, u=ends[0], v=ends[1], metres=np.array(seam.metres, dtype=np.int64), junctions=nothing, texts=texts
    )


def _edges(*parts: Edges) -> Edges:
    """Put tables of edges one below the other; a word that a table does not have is empty, a speed's source imputed."""
    empty = {"speed_source": "imputed"}
    texts = {}
    for name in sorted({name for part in parts for name in part.texts}):
        missing = [columns.Text(np.zeros(len(part.u), np.int64), [empty.get(name, "")]) for part in parts]
        found = [part.texts.get(name, nothing) for part, nothing in zip(parts, missing, strict=True)]
        words = sorted({word for text in found for word in text.words})
        row = {word: number for number, word in enumerate(words)}
        codes = [np.array([row[word] for word in text.words], dtype=np.int64)[text.codes] for text in found]
        texts[name] = columns.Text(np.concatenate(codes), words)
    numbers = {name: np.concatenate([getattr(part, name) for part in parts]) for name in storage.NUMBERS}
    return Edges(**numbers, texts=texts)


def _words(text: columns.Text) -> list[str]:
    return np.array(text.words, dtype=object)[text.codes].tolist() if len(text.codes) else []


def _coded(words: list[str]) -> columns.Text:
    known, codes = np.unique(np.array(words, dtype=str), return_inverse=True)
    return columns.Text(codes.astype(np.int64), known.tolist())


# Routers


class StitchedAccess(Access):
    """Joins for a stitched network: inside the outline as in a detailed one, outside as in the strategic one."""

    def __init__(self, roads: RoadNetwork, region: shapely.Polygon, kept: Mapping[str, Array] | None = None) -> None:
        seen = roads
        if not kept:
            toll = roads.edges.texts["toll"]
            codes = np.where(roads.edges.is_("kind", SEAM), len(toll.words), toll.codes)
            texts = roads.edges.texts | {"toll": columns.Text(codes, [*toll.words, SEAM])}  # as nobody joins at a toll
            seen = _like(roads, edges=replace(roads.edges, texts=texts))
        super().__init__(seen, kept=kept)
        self.region = region
        self._within = Access(_like(seen, reach=DETAILED), self.barriers, kept)

    def arrays(self) -> dict[str, Array]:
        """Give what takes long to work out as arrays; see ``Access.arrays``."""
        return self._within.arrays() | super().arrays()

    def joins(self, xy: Floats) -> Joins:
        """Find where each place joins the network; see ``Access.joins``."""
        inside = shapely.contains_xy(self.region, xy)[:, None]
        parts = [super().joins(np.where(inside, np.nan, xy)), self._within.joins(np.where(inside, xy, np.nan))]
        names = ("place", "edge", "fraction", "metres", "deciseconds", "node")
        both = Joins(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})
        return both.only(np.argsort(both.place, kind="stable"))


def _like(roads: RoadNetwork, **changes: Any) -> RoadNetwork:
    """Give a network with the same nodes, whose places in metres are not worked out again."""
    changed = replace(roads, **changes)
    vars(changed)["xy"] = roads.xy
    return changed


class StitchedRouter(Router):
    """A router over a detailed region and the strategic network around it.

    Parameters
    ----------
    network
        Both, as ``stitch`` gives them.
    kept
        The arrays that ``arrays`` gave of a router of the same network.
    """

    network: StitchedNetwork

    def __init__(self, network: StitchedNetwork, kept: Mapping[str, Array] | None = None) -> None:
        super().__init__(network, kept)

    def _access_to_roads(self) -> Access:
        return StitchedAccess(self.network, self.network.region, self._kept)

    def reweight(self, **conditions: Any) -> Router:
        """Give a router for the same roads under other conditions; see ``Router.reweight``.

        Without ferries a ferry that was cut at the border is shut too.
        """
        if not conditions.get("ferries", True):
            ferry = self.network.edges.texts["ferry"]
            words = {ferry.words[code] for code in np.unique(ferry.codes).tolist()} - {""}
            conditions["closed"] = [*conditions.get("closed", ()), *sorted(words)]
        changed = cast("StitchedNetwork", roads_conditions.reweighted(self.network, **conditions))
        vars(changed)["xy"] = self.network.xy  # the nodes are the same
        return StitchedRouter(changed, self.access.of_the_same_roads() or None)
