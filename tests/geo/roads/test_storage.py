"""Networks kept in a folder come back as they were, and damage is told in one sentence."""

from __future__ import annotations

import json
import shutil
from dataclasses import fields
from itertools import pairwise
from mmap import mmap
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pytest
import shapely

from nearhome.data.base import mapped
from nearhome.data.errors import SourceError, TableError
from nearhome.geo.roads import graph as road_graph
from nearhome.geo.roads import network, storage

if TYPE_CHECKING:
    from pathlib import Path


def small(*labels: object) -> network.RoadNetwork:
    """Make a network of two roads."""
    graph: nx.MultiDiGraph[object] = nx.MultiDiGraph(crs="epsg:4326")
    for number, label in enumerate(labels):
        graph.add_node(label, x=-4.0 + 0.1 * number, y=50.0)
    for u, v in pairwise(labels):
        graph.add_edge(u, v, length=7_000.0, travel_time=400.0, highway="primary", name="Câr Lane")
    return road_graph.from_graph(graph)


@pytest.mark.parametrize("which", ["small", "shipped"])
def test_a_network_comes_back_as_it_was(which: str, tmp_path: Path) -> None:
    roads = small(11, 12, 13) if which == "small" else network.shipped()
    storage.save(roads, tmp_path / "roads")
    back = storage.open_saved(tmp_path / "roads")
    for name in ("lat", "lon", "tail", "head", "edge", "forward", "deciseconds"):
        np.testing.assert_array_equal(getattr(back, name), getattr(roads, name))
    assert back.labels == roads.labels
    for field in fields(roads.edges):
        if field.name not in {
            "texts",
            "centre_per_km2",
            "region_per_km2",
        }:  # what speeds are worked out from is not kept
            np.testing.assert_array_equal(getattr(back.edges, field.name), getattr(roads.edges, field.name))
    for name, text in roads.edges.texts.items():
        assert [back.edges.text(name, edge) for edge in range(min(500, len(text.codes)))] == [
            text.words[code] for code in text.codes[:500]
        ]
    assert back.lines.keys() == roads.lines.keys()
    for edge, line in roads.lines.items():
        np.testing.assert_allclose(back.lines[edge], line)


def test_the_same_network_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        storage.save(small(1, 2, 3), tmp_path / name)
    a, b = ({file.name: file.read_bytes() for file in (tmp_path / name).iterdir()} for name in ("a", "b"))
    assert a == b


def test_the_checksum_is_of_the_roads() -> None:
    assert storage.checksum(small(1, 2, 3)) == storage.checksum(small(1, 2, 3))
    assert storage.checksum(small(1, 2, 3)) != storage.checksum(small(1, 2, 3, 4))


def test_an_open_network_is_mapped_and_not_read(tmp_path: Path) -> None:
    storage.save(small(*range(200)), tmp_path / "roads")
    back = storage.open_saved(tmp_path / "roads")
    for array in (back.tail, back.lat, back.edges.u, back.edges.texts["name"].codes):
        base = array
        while base.base is not None and not isinstance(base.base, mmap):
            base = base.base
        assert isinstance(base.base, mmap)


DAMAGES = ["missing", "no facts", "empty facts", "list", "format", "lost array", "cut array", "other shape", "no array"]


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_told_in_one_sentence(damage: str, tmp_path: Path) -> None:
    folder = tmp_path / "county~3"
    storage.save(small(1, 2, 3), folder)
    facts = json.loads((folder / storage.FACTS).read_text(encoding="utf-8"))
    if damage == "missing":
        shutil.rmtree(folder)
    elif damage == "no facts":
        (folder / storage.FACTS).unlink()
    elif damage == "empty facts":
        (folder / storage.FACTS).write_bytes(b"")
    elif damage == "list":
        (folder / storage.FACTS).write_text("[1]", encoding="utf-8")
    elif damage == "format":
        (folder / storage.FACTS).write_text(json.dumps(facts | {"format": "nearhome roads 2"}), encoding="utf-8")
    elif damage == "lost array":
        (folder / "arc_head.npy").unlink()
    elif damage == "cut array":
        (folder / "arc_head.npy").write_bytes((folder / "arc_head.npy").read_bytes()[:-8])
    elif damage == "other shape":
        np.save(folder / "arc_head.npy", np.zeros(3, np.int64))
    else:
        del facts["arrays"]["arc_head"]
        (folder / storage.FACTS).write_text(json.dumps(facts), encoding="utf-8")
    with pytest.raises(TableError, match="'county'") as caught:
        storage.open_saved(folder)
    assert "\n" not in str(caught.value)
    assert "import the extract again" in str(caught.value)


def test_changed_contents_are_found_by_those_who_look(tmp_path: Path) -> None:
    storage.save(small(1, 2, 3), tmp_path / "roads")
    facts = storage.facts_of(tmp_path / "roads")
    assert mapped.problems(tmp_path / "roads", facts) == []
    file = tmp_path / "roads" / "arc_deciseconds.npy"
    data = bytearray(file.read_bytes())
    data[-3] ^= 1
    file.write_bytes(data)
    assert mapped.problems(tmp_path / "roads", facts) == ["arc_deciseconds.npy is not what was written"]


def test_nodes_called_by_words_cannot_be_kept(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="whole numbers"):
        storage.save(small("a", "b"), tmp_path / "roads")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(SourceError, match="cannot be written"):
        storage.save(small(1, 2), tmp_path / "file" / "roads")


def test_the_outline_is_read_without_the_rest(tmp_path: Path) -> None:
    roads = small(1, 2, 3)
    storage.save(roads, tmp_path / "roads")
    (tmp_path / "roads" / "lat.npy").unlink()
    region = shapely.Polygon(storage.border(tmp_path / "roads"))
    assert region.equals(storage.outline(roads.lat, roads.lon))
    assert shapely.contains_xy(region, roads.xy).all()


@pytest.mark.parametrize("line", [np.zeros((0, 2)), np.arange(8.0).reshape(4, 2), np.full((4, 2), np.nan), None])
def test_an_outline_that_encloses_nothing_is_damage(line: np.ndarray | None, tmp_path: Path) -> None:
    storage.save(small(1, 2, 3), tmp_path / "roads")
    file = tmp_path / "roads" / "outline.npy"
    if line is None:
        file.write_bytes(b"")
    else:
        np.save(file, line)
        facts = storage.facts_of(tmp_path / "roads")
        facts["arrays"]["outline"]["shape"] = list(line.shape)
        (tmp_path / "roads" / storage.FACTS).write_text(json.dumps(facts), encoding="utf-8")
    with pytest.raises(TableError, match="missing or damaged"):
        storage.border(tmp_path / "roads")


def test_where_a_speed_is_from_is_kept(tmp_path: Path) -> None:
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="epsg:4326")
    for number in range(5):
        graph.add_node(number, x=-4.0 + 0.1 * number, y=50.0)
    graph.add_edge(0, 1, length=7_000.0, travel_time=400.0, highway="primary", speed_source="tag")
    graph.add_edge(1, 2, length=7_000.0, travel_time=400.0, highway="primary")
    graph.add_edge(2, 3, length=7_000.0, highway="primary", maxspeed="20 mph")
    graph.add_edge(3, 4, length=7_000.0, highway="primary")
    storage.save(road_graph.from_graph(graph), tmp_path / "roads")
    back = storage.open_saved(tmp_path / "roads")
    assert [back.edges.text("speed_source", edge) for edge in range(4)] == ["tag", "given", "tag", "imputed"]
    assert [data["speed_source"] for *_, data in road_graph.to_graph(back).edges(data=True)] == [
        "tag",
        "given",
        "tag",
        "imputed",
    ]
