"""An extract is the same roads in whatever order, format and numbering a file has it; what is deleted is not there."""

from __future__ import annotations

import bz2
import gzip
import itertools
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import osmium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nearhome.data.errors import SourceError
from nearhome.geo.osm import objects, read, turns

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PLACES = {1: (51.5, -3.0), 2: (51.501, -3.0), 3: (51.502, -3.0), 4: (51.501, -2.999)}
STREETS = {10: (1, 2, 3), 11: (2, 4), 12: (3, 4)}
BAN = {20: ((10, "from"), (2, "via"), (11, "to"))}

NODES, WAYS, RELATIONS = "nodes", "ways", "relations"
ORDERS = list(itertools.permutations((NODES, WAYS, RELATIONS)))


def xml(*order: str, sign: int = 1, more: str = "") -> str:
    """Write the streets as XML, with ids of a sign."""
    parts = {
        NODES: [f'<node id="{sign * node}" version="1" lat="{y}" lon="{x}"/>' for node, (y, x) in PLACES.items()],
        WAYS: [
            f'<way id="{sign * way}" version="1">'
            + "".join(f'<nd ref="{sign * node}"/>' for node in nodes)
            + '<tag k="highway" v="residential"/></way>'
            for way, nodes in STREETS.items()
        ],
        RELATIONS: [
            f'<relation id="{sign * relation}" version="1">'
            + "".join(
                f'<member type="{"node" if role == "via" else "way"}" ref="{sign * ref}" role="{role}"/>'
                for ref, role in members
            )
            + '<tag k="type" v="restriction"/><tag k="restriction" v="no_right_turn"/></relation>'
            for relation, members in BAN.items()
        ],
    }
    return "\n".join(['<osm version="0.6">', *(line for part in order for line in parts[part]), more, "</osm>"])


def streets(path: Path) -> set[tuple[tuple[float, float], tuple[float, float], float]]:
    """Give the roads of a file by where they lead."""
    graph = read.read_extract(path)
    at = {node: (data["y"], data["x"]) for node, data in graph.nodes(data=True)}
    return {(at[u], at[v], round(data["travel_time"], 6)) for u, v, data in graph.edges(data=True)}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plain") / "x.osm"
    path.write_text(xml(NODES, WAYS, RELATIONS), encoding="utf-8")
    return path


@pytest.mark.parametrize("sign", [1, -1], ids=["uploaded", "drawn"])
@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_neither_the_order_nor_the_sign_of_ids_matters(
    order: tuple[str, ...], sign: int, plain: Path, tmp_path: Path
) -> None:
    path = tmp_path / "x.osm"
    path.write_text(xml(*order, sign=sign), encoding="utf-8")
    assert streets(path) == streets(plain)
    (ban,) = turns.read_restrictions(path)
    assert (ban.from_way, ban.via_node, *ban.to_ways) == tuple(objects.number(sign * each) for each in (10, 2, 11))


def test_drawn_roads_keep_their_banned_turns(tmp_path: Path) -> None:
    counted = []
    for sign in (1, -1):
        path = tmp_path / "x.osm"
        path.write_text(xml(WAYS, NODES, RELATIONS, sign=sign), encoding="utf-8")
        counted.append(len(turns.bans(read.read_extract(path), turns.read_restrictions(path))))
    assert counted[0] == counted[1] > 0


@pytest.mark.parametrize("suffix", [".osm", ".osm.gz", ".osm.bz2", ".osm.pbf", ".o5m", "", ".OSM"])
def test_every_format_is_read_whatever_the_name(suffix: str, plain: Path, tmp_path: Path) -> None:
    path = tmp_path / f"y{suffix}"
    text = plain.read_bytes()
    if suffix == ".osm.pbf":
        with osmium.SimpleWriter(str(path)) as writer:
            for each in osmium.FileProcessor(str(plain)):
                writer.add(each)
    elif suffix == ".o5m":
        path.write_bytes(o5m())
    else:
        path.write_bytes({".osm.gz": gzip.compress, ".osm.bz2": bz2.compress}.get(suffix, bytes)(text))
    assert streets(path) == streets(plain)
    if suffix:
        (nameless := tmp_path / "map").write_bytes(path.read_bytes())
        assert streets(nameless) == streets(plain)


def o5m() -> bytes:
    """Write the streets as o5m (wiki.openstreetmap.org/wiki/O5m), without authors and tables of strings."""

    def unsigned(value: int) -> bytes:
        out = bytearray()
        while value > 127:
            out.append(value & 127 | 128)
            value >>= 7
        return bytes([*out, value])

    def signed(value: int) -> bytes:
        return unsigned(value << 1 if value >= 0 else (-value - 1 << 1) | 1)

    def pair(key: str, word: str) -> bytes:
        return b"\0" + key.encode() + b"\0" + word.encode() + b"\0"

    out = bytearray(b"\xff\xe0\x04o5m2\xff")
    last = [0, 0, 0]
    for node, (lat, lon) in PLACES.items():
        here = [node, round(lon * 1e7), round(lat * 1e7)]
        body = signed(here[0] - last[0]) + b"\0" + signed(here[1] - last[1]) + signed(here[2] - last[2])
        out += b"\x10" + unsigned(len(body)) + body
        last = here
    out += b"\xff"
    before, before_ref = 0, 0
    for way, nodes in STREETS.items():
        refs = b""
        for node in nodes:
            refs += signed(node - before_ref)
            before_ref = node
        body = signed(way - before) + b"\0" + unsigned(len(refs)) + refs + pair("highway", "residential")
        out += b"\x11" + unsigned(len(body)) + body
        before = way
    return bytes(out + b"\xfe")


DELETED = {
    "of OpenStreetMap": '<{} version="2" visible="false" {}',
    "of JOSM": "<{} version='2' visible='true' action='delete' {}",
}


@pytest.mark.parametrize("mark", DELETED)
@pytest.mark.parametrize("packing", [bytes, gzip.compress, bz2.compress])
def test_what_is_deleted_is_left_out(mark: str, packing: Callable[[bytes], bytes], plain: Path, tmp_path: Path) -> None:
    way = DELETED[mark].format("way", 'id="13"') + '><nd ref="1"/><nd ref="4"/><tag k="highway" v="primary"/></way>'
    node = DELETED[mark].format("node", 'id="5" lat="51.6" lon="-3.0"') + "/>"
    stub = '<way id="14" version="1"><nd ref="1"/><nd ref="5"/><tag k="highway" v="residential"/></way>'
    text = xml(NODES, WAYS, RELATIONS, more=node + way + stub).encode()
    path = tmp_path / "x.osm"
    path.write_bytes(packing(text))
    assert streets(path) == streets(plain)


def test_a_way_that_a_joined_file_has_twice_is_one(plain: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.osm"
    again = '<way id="11" version="1"><nd ref="2"/><nd ref="4"/><tag k="highway" v="residential"/></way>'
    path.write_text(xml(NODES, WAYS, more=again), encoding="utf-8")
    assert streets(path) == streets(plain)
    assert read.read_extract(path).number_of_edges() == read.read_extract(plain).number_of_edges()


EMPTY = '<osm version="0.6"></osm>'
PATHS = xml(NODES, WAYS).replace("residential", "footway")
REASONS = {
    "no file": (None, "no file"),
    "nothing": (EMPTY, "no roads at all"),
    "for feet": (PATHS, "there are 3 ways, but cars may use none"),
    "no points": (xml(WAYS), "not the points they lead along"),
    "one way": (xml(NODES, WAYS).replace("</way>", '<tag k="oneway" v="yes"/></way>'), "there and back"),
    "cut": (xml(NODES, WAYS)[:300], "cannot be read as OpenStreetMap data"),
    "text": ("hello", "cannot be read as OpenStreetMap data"),
    "no bytes": ("", "cannot be read as OpenStreetMap data"),
}


@pytest.mark.parametrize("why", REASONS)
def test_an_extract_that_cannot_be_used_says_why(why: str, tmp_path: Path) -> None:
    text, words = REASONS[why]
    path = tmp_path / "x.osm"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=words) as caught:
        read.read_extract(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("damage", [b"\x1f\x8b broken", b"BZh broken", b"\0\0\0\r\n\tOSMHeader broken", b"\xff\xe0"])
def test_damaged_archives_are_one_sentence(damage: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.osm.gz"
    path.write_bytes(damage)
    with pytest.raises(SourceError, match="cannot be read as OpenStreetMap data"):
        read.read_extract(path)


@given(osm_id=st.integers(-(2**40), 2**40), other=st.integers(-(2**40), 2**40))
@settings(max_examples=200)
def test_numbers_are_never_below_nothing_and_never_meet(osm_id: int, other: int) -> None:
    assert objects.number(osm_id) >= 0
    assert (objects.number(osm_id) == objects.number(other)) == (osm_id == other)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("st.ives.osm", "st.ives"),
        ("st.austell.osm.pbf", "st.austell"),
        ("Wales.North.OSM.GZ", "Wales.North"),
        ("county.pbf", "county"),
        ("map", "map"),
        ("..osm", "roads"),
        (".osm.pbf", "roads"),
        ("a.b.c", "a.b"),
    ],
)
def test_only_what_says_the_format_is_taken_from_a_name(file: str, name: str, tmp_path: Path) -> None:
    assert objects.name_of(tmp_path / file) == name


@pytest.mark.parametrize("large", [0, objects.LARGE_BYTES])
def test_only_the_nodes_asked_for_are_given(large: int, plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "LARGE_BYTES", large)
    assert [each.id for each in objects.nodes(plain, np.array([2, 4, 99]))] == [2, 4]
    assert list(objects.nodes(plain, np.array([], dtype=np.int64))) == []
    assert nx.is_strongly_connected(read.read_extract(plain))
