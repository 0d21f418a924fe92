"""The road build on a made-up country of ten junctions, where each rule shows, and on the real sources if at hand."""

from __future__ import annotations

import copy
import gzip
import shutil
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from nearhome.data.base import coordinates
from nearhome.data.build.roads import build
from nearhome.data.build.roads import links as road_links
from nearhome.data.catalogue import frames, tables
from nearhome.data.errors import SourceError
from tests.paths import SHARED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SOURCES = SHARED / "data"

# Metres east and north of a corner near Oxford, EPSG:27700. A-B-C is a road, broken before D; D-E goes on to a break
# before F that a centreline knows; G lies beyond; I and J are an island; X and Y are far from everything.
CORNER = (450_000.0, 200_000.0)
AT = {
    "A": (0, 0),
    "B": (5_000, 0),
    "C": (10_000, 0),
    "D": (11_500, 0),
    "E": (16_500, 0),
    "F": (21_500, 0),
    "G": (26_500, 0),
    "H": (5_000, 4_000),
    "I": (30_000, 8_000),
    "J": (30_000, 11_000),
    "X": (0, 60_000),
    "Y": (3_000, 60_000),
}
IN_SKELETON = "ABCDEFGHXY"
SKELETON = [("A", "B"), ("B", "C"), ("D", "E"), ("F", "G"), ("B", "H"), ("X", "Y")]
SURVEYED = {("A", "B"): 5_200.0, ("E", "F"): 5_100.0, ("B", "C"): 5_050.0}


def metres(name: str) -> Any:
    """Return a junction's easting and northing."""
    return np.add(CORNER, AT[name])


def degrees(name: str, east: float = 0, north: float = 0) -> list[float]:
    """Return a junction's latitude and longitude, moved by some metres."""
    x, y = metres(name)
    lat, lon = coordinates.to_degrees(x + east, y + north)
    return [round(float(lat), 6), round(float(lon), 6)]


def km(u: str, v: str) -> float:
    """Return the length of the straight way between two junctions."""
    return float(np.hypot(*(metres(u) - metres(v)))) / 1_000


LINKS: dict[str, Any] = {
    "false_road": [],
    "snap_km": 3.0,
    "crossing": [
        {
            "name": "Toll Bridge",
            "gate": [degrees("B", 2_500, -800), degrees("B", 2_500, 800)],
            "link": [degrees("B"), degrees("C")],
            "km": 9.9,
            "carriageway": "single",
            "toll": "bridge",
        },
        {
            "name": "New Bridge",
            "gate": [degrees("H", 2_500, -2_500), degrees("H", 2_500, 2_500)],
            "link": [degrees("H"), degrees("C")],
            "km": 7.5,
            "carriageway": "dual",
        },
    ],
    "gap": [],
    "water": [],
    "corridor": [{"ref": "A77", "road_class": "dual", "points": [degrees("D"), degrees("E")]}],
    "ferry": [
        {
            "key": "island",
            "name": "Island Ferry",
            "ends": [degrees("G"), degrees("I")],
            "crossing_minutes": 40,
            "wait_minutes": 20,
        }
    ],
    "port_road": [{"name": "Island Road", "points": [degrees("I"), degrees("J")]}],
    "barrier": [{"name": "Sound", "line": [degrees("I", -4_000), degrees("J", -4_000)]}],
}


def centreline(u: str, v: str) -> Any:
    """Return a line between two junctions, drawn 20 m beside them."""
    return shapely.LineString(np.add(np.linspace(metres(u), metres(v), 6), (0, 20)))


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """Write the made-up country's files."""
    folder = tmp_path / "sources"
    (folder / "roads").mkdir(parents=True)
    (folder / "postcodes").mkdir()
    points = {name: degrees(name) for name in IN_SKELETON}
    pd.DataFrame(
        {
            "node": [ord(name) for name in points],
            "lat": [lat for lat, _ in points.values()],
            "lon": [lon for _, lon in points.values()],
            "component": 0,
        }
    ).to_csv(folder / "roads" / "scgraph_highways_gb_ie_nodes.csv.gz", index=False)
    pd.DataFrame({"u": [ord(u) for u, _ in SKELETON], "v": [ord(v) for _, v in SKELETON]}).assign(
        km=[km(u, v) for u, v in SKELETON]
    ).to_csv(folder / "roads" / "scgraph_highways_gb_ie_edges.csv.gz", index=False)
    trunk = [("A", "B"), ("E", "F")]
    gpd.GeoDataFrame(
        {
            "class_name": "A",
            "roa_number": "A99",
            "sec_length": [SURVEYED[pair] for pair in trunk],
            "funct_name": "Main Carriageway",
            "dual_name": ["Dual Carriageway (Nominated)", "Two Way Single"],
        },
        geometry=[centreline(*pair) for pair in trunk],
        crs=27700,
    ).to_file(folder / "roads" / "hapms_srn_england_2020-03.gpkg")
    gpd.GeoDataFrame(
        {"road_classification_number": ["M99"], "length": [SURVEYED["B", "C"]]},
        geometry=[centreline("B", "C")],
        crs=27700,
    ).to_crs(4326).to_file(folder / "roads" / "os_openroads_motorways_gb.gpkg")
    town = metres("D") + np.stack(np.meshgrid(np.arange(0, 5_001, 50), np.arange(-500, 501, 50)), -1).reshape(-1, 2)
    pd.DataFrame(
        {"postcode": "OX1 1AA", "easting": town[:, 0], "northing": town[:, 1], "country": "England"}
    ).to_parquet(folder / "postcodes" / "uk_postcodes.parquet")
    pd.DataFrame({"sector": ["BT1 1", "OX1 1"], "lat": 54.6, "lon": -5.93, "postcodes": [7, 9]}).to_csv(
        folder / "postcodes" / "uk_postcode_sectors.csv", index=False
    )
    return folder


def built_from(sources: Path, out: Path) -> None:
    """Build the roads beside the tables of earlier steps: without places, so that no local roads are added."""
    with gzip.open(out / tables.file_of("places"), "wt", encoding="utf-8") as file:
        file.write("lat,lon,postcodes\n")
    (out / tables.file_of("postcode_sectors")).write_text("sector,lat,lon,postcodes\n", encoding="utf-8")
    everywhere = gpd.GeoDataFrame(geometry=[shapely.box(-9, 49, 3, 61)], crs=4326)
    everywhere.to_parquet(out / tables.file_of("boundaries_country"))
    build.build(sources, out)


@pytest.fixture
def links(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Put the made-up country's links in place of the hand-kept ones; a test may change them."""
    table: dict[str, Any] = copy.deepcopy(LINKS)
    for module in (road_links, build):
        monkeypatch.setattr(module, "read_links", lambda: table)
    return table


class Built:
    """The tables of a build, with junctions under their letters."""

    def __init__(self, out: Path) -> None:
        self.nodes, self.edges, self.shapes, self.barriers = (
            pd.read_parquet(out / f"road_{name}.parquet") for name in ("nodes", "edges", "shapes", "barriers")
        )
        xy = np.column_stack(coordinates.to_metres(self.nodes["lat"], self.nodes["lon"]))
        near = np.array([[np.hypot(*(metres(name) - at)) for name in AT] for at in xy])
        assert near.min(axis=1).max() < 5
        self.names = np.array(list(AT))[near.argmin(axis=1)]

    def rows(self, u: str, v: str) -> list[Any]:
        """Return the edges between two junctions."""
        ends = [frozenset(pair) for pair in zip(self.names[self.edges["u"]], self.names[self.edges["v"]], strict=True)]
        return [row for row, pair in zip(self.edges.itertuples(), ends, strict=True) if pair == frozenset((u, v))]

    def row(self, u: str, v: str) -> Any:
        """Return the one edge between two junctions."""
        (row,) = self.rows(u, v)
        return row


@pytest.fixture
def built(sources: Path, links: dict[str, Any], tmp_path: Path) -> Built:
    """Build the made-up country."""
    assert links
    out = tmp_path / "out"
    out.mkdir()
    built_from(sources, out)
    return Built(out)


def test_only_what_hangs_together_is_kept(built: Built) -> None:
    assert sorted(built.names) == list("ABCDEFGHIJ")
    assert len(built.edges) == 10  # five of the skeleton, two breaks closed, a bridge, a ferry and an island road


def test_an_edge_takes_class_carriageway_number_and_length_from_its_centreline(built: Built) -> None:
    trunk, motorway = built.row("A", "B"), built.row("B", "C")
    assert (trunk.road_class, trunk.carriageway, trunk.ref, trunk.source) == ("trunk", "dual", "A99", "hapms")
    # Between the line as drawn and as surveyed: the way from the rounded junction to the line is left out.
    assert 1_000 * km("A", "B") <= trunk.metres <= SURVEYED["A", "B"] + 1
    assert (motorway.road_class, motorway.carriageway, motorway.ref) == ("motorway", "dual", "M99")
    assert 1_000 * km("B", "C") <= motorway.metres <= SURVEYED["B", "C"] + 1


def test_an_edge_without_a_centreline_is_an_a_road_made_longer_as_simplified_lines_are(built: Built) -> None:
    plain = built.row("B", "H")
    assert (plain.road_class, plain.carriageway, plain.source, plain.kind) == ("a", "unknown", "scgraph", "road")
    assert plain.metres == pytest.approx(1_000 * km("B", "H") * build.SIMPLIFIED_SHORT_BY["single"], abs=1)


def test_a_short_break_is_closed_by_a_link_longer_than_the_crow_flies(built: Built) -> None:
    gap = built.row("C", "D")
    assert (gap.kind, gap.source) == ("gap", "estimate")
    assert gap.metres == pytest.approx(1_000 * km("C", "D") * road_links.SINUOSITY, abs=3)


def test_a_break_that_a_centreline_knows_is_closed_with_its_length(built: Built) -> None:
    link = built.row("E", "F")
    assert (link.kind, link.source, link.road_class, link.carriageway) == ("road", "hapms", "trunk", "single")
    assert link.metres == pytest.approx(SURVEYED["E", "F"], abs=60)


def test_a_crossing_is_added_only_where_none_cuts_its_gate(built: Built) -> None:
    bridge, tolled = built.row("H", "C"), built.row("B", "C")
    assert (bridge.kind, bridge.metres, bridge.name, bridge.toll) == ("crossing", 7_500, "New Bridge", "")
    assert (tolled.kind, tolled.name, tolled.toll) == ("road", "Toll Bridge", "bridge")
    assert set(built.edges["toll"]) == {"", "bridge"}


def test_corridors_ferries_and_island_roads_are_as_the_table_says(built: Built) -> None:
    corridor, ferry, island = built.row("D", "E"), built.row("G", "I"), built.row("I", "J")
    assert (corridor.carriageway, corridor.ref) == ("dual", "A77")
    assert corridor.metres == pytest.approx(1_000 * km("D", "E") * build.SIMPLIFIED_SHORT_BY["dual"], abs=1)
    assert (ferry.road_class, ferry.kind, ferry.ferry) == ("ferry", "ferry", "island")
    assert (ferry.ferry_seconds, ferry.wait_seconds) == (2_400, 1_200)
    assert ferry.metres == pytest.approx(1_000 * km("G", "I"), abs=2)
    assert island.metres == pytest.approx(1_000 * km("I", "J") * road_links.PORT_SINUOSITY, abs=2)


def test_surroundings_are_counted_where_the_postcodes_are(built: Built) -> None:
    town, country = built.row("D", "E"), built.row("A", "B")
    assert (town.urban_percent, town.dense_percent) == (100, 100)
    assert (country.urban_percent, country.dense_percent) == (0, 0)
    by_name = dict(zip(built.names, built.nodes["postcodes_per_km2"], strict=True))
    assert by_name["A"] == 0
    # Half of the circle of 1 km lies beyond the town's edge; the town is 1 km wide and has 21 postcodes every 50 m.
    assert 100 < by_name["D"] < 21 * 20 / np.pi


def test_shapes_follow_the_centrelines_and_barriers_the_table(built: Built) -> None:
    known = {frozenset(pair) for pair in SURVEYED}
    for edge, points in built.shapes.groupby("edge"):
        row = built.edges.loc[edge]
        pair = frozenset(str(built.names[node]) for node in (row["u"], row["v"]))
        assert pair in known
        xy = np.column_stack(coordinates.to_metres(points["lat"], points["lon"]))
        assert shapely.distance(shapely.points(xy), centreline(*sorted(pair))).max() < 5
        start, end = (metres(str(built.names[node])) for node in (row["u"], row["v"]))
        assert np.hypot(*(xy[0] - start)) < np.hypot(*(xy[0] - end))  # from u to v
    assert built.barriers["barrier"].tolist() == ["Sound", "Sound"]
    assert built.barriers[["lat", "lon"]].to_numpy().tolist() == LINKS["barrier"][0]["line"]


def test_a_break_over_water_stays_open(sources: Path, links: dict[str, Any], tmp_path: Path) -> None:
    (south, west), (north, east) = degrees("C", 0, -1_000), degrees("D", 0, 1_000)
    links["water"] = [{"name": "Lake", "box": [south, west, north, east]}]
    links["corridor"] = []
    built_from(sources, tmp_path)
    names = Built(tmp_path).names
    assert len({"C", "D"} & set(names)) == 1


def test_the_same_sources_give_the_same_bytes(sources: Path, links: dict[str, Any], tmp_path: Path) -> None:
    assert links
    first, second = tmp_path / "first", tmp_path / "second"
    for out in (first, second):
        out.mkdir()
        built_from(sources, out)
    files = sorted(file.name for file in first.glob("road_*"))
    assert files == [f"road_{name}.parquet" for name in ("barriers", "edges", "nodes", "shapes")]
    assert all((first / name).read_bytes() == (second / name).read_bytes() for name in files)


def _uncut_gate(links: dict[str, Any]) -> None:
    links["crossing"][1]["gate"] = [degrees("X", 0, 5_000), degrees("X", 0, 6_000)]


def _link_to_nowhere(links: dict[str, Any]) -> None:
    links["gap"] = [{"name": "Nowhere", "link": [degrees("A"), degrees("A", -20_000)], "km": 20.0}]


def _broken_corridor(links: dict[str, Any]) -> None:
    links["corridor"][0]["points"] = [degrees("A"), degrees("X")]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_uncut_gate, "No road cuts the gate of 'New Bridge'"),
        (_link_to_nowhere, "20.0 km away, more than 3 km"),
        (_broken_corridor, "on the corridor 'A77'"),
    ],
)
def test_a_link_that_does_not_fit_stops_the_build(
    sources: Path, links: dict[str, Any], tmp_path: Path, change: Callable[[dict[str, Any]], None], words: str
) -> None:
    change(links)
    with pytest.raises(SourceError, match=words) as caught:
        built_from(sources, tmp_path)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.glob("road_*"))


FILES = [
    "roads/scgraph_highways_gb_ie_nodes.csv.gz",
    "roads/scgraph_highways_gb_ie_edges.csv.gz",
    "roads/hapms_srn_england_2020-03.gpkg",
    "roads/os_openroads_motorways_gb.gpkg",
    "postcodes/uk_postcodes.parquet",
    "postcodes/uk_postcode_sectors.csv",
]


def _missing(file: Path) -> None:
    file.unlink()


def _damaged(file: Path) -> None:
    file.write_bytes(b"\xff\xfe" + file.read_bytes()[2:40])


def _other_columns(file: Path) -> None:
    file.unlink()
    if file.suffix == ".gpkg":
        gpd.GeoDataFrame({"what": [1]}, geometry=[shapely.Point(0, 0)], crs=27700).to_file(file)
    elif file.suffix == ".parquet":
        pd.DataFrame({"what": [1]}).to_parquet(file)
    else:
        pd.DataFrame({"what": [1]}).to_csv(file, index=False)


@pytest.mark.parametrize("damage", [_missing, _damaged, _other_columns])
@pytest.mark.parametrize("name", FILES)
def test_a_source_that_cannot_be_read_is_told_in_one_sentence(
    sources: Path, links: dict[str, Any], tmp_path: Path, name: str, damage: Callable[[Path], None]
) -> None:
    assert links
    damage(sources / name)
    with pytest.raises(SourceError, match=f"cannot be read from .*{name.split('/', maxsplit=1)[0]}") as caught:
        built_from(sources, tmp_path)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.glob("road_*"))


def test_every_entry_of_the_hand_kept_links_is_in_the_shipped_network() -> None:
    table = road_links.read_links()
    edges = frames.load("road_edges")
    assert set(edges["ferry"]) - {""} == {entry["key"] for entry in table["ferry"]}
    assert set(edges["toll"]) - {""} == {entry["toll"] for entry in table["crossing"] if "toll" in entry}
    assert {entry["name"] for entry in table["crossing"]} <= set(edges["name"])
    for entry in table["ferry"]:
        (row,) = edges[edges["ferry"] == entry["key"]].itertuples()
        minutes = (entry["crossing_minutes"], entry["wait_minutes"])
        assert (row.ferry_seconds / 60, row.wait_seconds / 60) == minutes


@pytest.mark.skipif(not (SOURCES / "roads").is_dir(), reason="the source files are not on this machine")
def test_the_shipped_road_tables_are_what_the_sources_give(tmp_path: Path) -> None:
    for name in ("places", "postcode_sectors", "boundaries_country"):
        shutil.copy(tables.path(name), tmp_path)
    build.build(SOURCES, tmp_path)
    for name in ("road_nodes", "road_edges", "road_shapes", "road_barriers"):
        shipped = tables.shipped_folder() / f"{name}.parquet"
        assert (tmp_path / shipped.name).read_bytes() == shipped.read_bytes(), name
