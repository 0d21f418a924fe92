"""Networks kept in a file come back as they were, and damage is told in one sentence."""

from __future__ import annotations

from dataclasses import fields
from itertools import pairwise
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pytest
import shapely

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
    storage.save(roads, tmp_path / "roads.npz")
    back = storage.open_saved(tmp_path / "roads.npz")
    for name in ("lat", "lon", "tail", "head", "edge", "forward", "deciseconds"):
        np.testing.assert_array_equal(getattr(back, name), getattr(roads, name))
    assert back.labels == roads.labels
    for field in fields(roads.edges):
        if field.name != "texts":
            np.testing.assert_array_equal(getattr(back.edges, field.name), getattr(roads.edges, field.name))
    for name, text in roads.edges.texts.items():
        assert [back.edges.text(name, edge) for edge in range(min(500, len(text.codes)))] == [
            text.words[code] for code in text.codes[:500]
        ]
    assert back.lines.keys() == roads.lines.keys()
    for edge, line in roads.lines.items():
        np.testing.assert_allclose(back.lines[edge], line)


def test_the_same_network_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.npz", "b.npz"):
        storage.save(small(1, 2, 3), tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "other", "array", "format", "column"])
def test_a_damaged_file_is_told_in_one_sentence(damage: str, tmp_path: Path) -> None:
    path = tmp_path / "roads.npz"
    storage.save(small(1, 2, 3), path)
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    if damage == "missing":
        path.unlink()
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:-100])
    elif damage == "other":
        path.write_text("hello", encoding="utf-8")
    elif damage == "array":
        with path.open("wb") as stream:
            np.save(stream, np.zeros(3))
    elif damage == "format":
        np.savez(path, **(arrays | {"format": np.array("nearhome roads 1")}))
    else:
        np.savez(path, **{name: values for name, values in arrays.items() if name != "arc_head"})
    with pytest.raises(TableError, match=r"roads\.npz") as caught:
        storage.open_saved(path)
    assert "\n" not in str(caught.value)
    assert "import the extract again" in str(caught.value)


def test_nodes_called_by_words_cannot_be_kept(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="whole numbers"):
        storage.save(small("a", "b"), tmp_path / "roads.npz")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(SourceError, match="cannot be written"):
        storage.save(small(1, 2), tmp_path / "file" / "roads.npz")


def test_the_outline_is_read_without_the_rest(tmp_path: Path) -> None:
    roads = small(1, 2, 3)
    storage.save(roads, tmp_path / "roads.npz")
    region = shapely.Polygon(storage.border(tmp_path / "roads.npz"))
    assert region.equals(storage.outline(roads.lat, roads.lon))
    assert shapely.contains_xy(region, roads.xy).all()


@pytest.mark.parametrize("line", [np.zeros((0, 2)), np.arange(8.0).reshape(4, 2), np.full((4, 2), np.nan)])
def test_an_outline_that_encloses_nothing_is_damage(line: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "roads.npz"
    storage.save(small(1, 2, 3), path)
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    np.savez(path, **arrays | {"outline": line})
    with pytest.raises(TableError, match="closed line"):
        storage.border(path)


def test_where_a_speed_is_from_is_kept(tmp_path: Path) -> None:
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="epsg:4326")
    for number in range(5):
        graph.add_node(number, x=-4.0 + 0.1 * number, y=50.0)
    graph.add_edge(0, 1, length=7_000.0, travel_time=400.0, highway="primary", speed_source="tag")
    graph.add_edge(1, 2, length=7_000.0, travel_time=400.0, highway="primary")
    graph.add_edge(2, 3, length=7_000.0, highway="primary", maxspeed="20 mph")
    graph.add_edge(3, 4, length=7_000.0, highway="primary")
    storage.save(road_graph.from_graph(graph), tmp_path / "roads.npz")
    back = storage.open_saved(tmp_path / "roads.npz")
    assert [back.edges.text("speed_source", edge) for edge in range(4)] == ["tag", "given", "tag", "imputed"]
    assert [data["speed_source"] for *_, data in road_graph.to_graph(back).edges(data=True)] == [
        "tag",
        "given",
        "tag",
        "imputed",
    ]
