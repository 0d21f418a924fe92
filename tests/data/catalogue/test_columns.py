"""Tables as arrays: the same values as pandas reads, and damaged files told in one sentence."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from nearhome.data.catalogue import columns, tables
from nearhome.data.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAMES = ("road_nodes", "road_edges", "road_shapes", "road_barriers")


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the road tables that the catalogue takes for the shipped ones."""
    folder = tmp_path / "tables"
    folder.mkdir()
    for file in tables.shipped_folder().glob("*"):
        if file.stem.startswith(("road_", "catalogue")):
            shutil.copy(file, folder)
    monkeypatch.setattr(tables, "shipped_folder", lambda: folder)
    monkeypatch.setenv("NEARHOME_DATA", str(tmp_path / "none"))
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_columns_are_those_that_pandas_reads(name: str) -> None:
    numbers, texts = columns.read(name)
    frame = pd.read_parquet(tables.path(name))
    assert {*numbers, *texts} == set(frame.columns)
    for column, values in numbers.items():
        np.testing.assert_array_equal(values, frame[column].to_numpy())
    for column, text in texts.items():
        assert [text.words[code] for code in text.codes[:2_000]] == frame[column].astype(str).tolist()[:2_000]


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-50])


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _noise(file: Path) -> None:
    file.write_bytes(b"PAR1" + bytes(range(256)) * 20 + b"PAR1")


def _fewer_rows(file: Path) -> None:
    pd.read_parquet(file).iloc[:-1].to_parquet(file)


def _fewer_columns(file: Path) -> None:
    frame = pd.read_parquet(file)
    frame.drop(columns=frame.columns[-1]).to_parquet(file)


def _empty_cells(file: Path) -> None:
    frame = pd.read_parquet(file)
    frame[frame.columns[0]] = frame[frame.columns[0]].where(frame.index != 3)
    frame.to_parquet(file)


def _folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("damage", [_cut, _empty, _noise, _fewer_rows, _fewer_columns, _empty_cells, _folder])
@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_table_is_told_in_one_sentence(copy: Path, name: str, damage: Callable[[Path], None]) -> None:
    damage(copy / f"{name}.parquet")
    with pytest.raises(TableError, match=name) as caught:
        columns.read(name)
    message = str(caught.value)
    assert "\n" not in message
    assert "install nearhome again" in message


def test_a_missing_table_is_told_in_one_sentence(copy: Path) -> None:
    (copy / "road_edges.parquet").unlink()
    with pytest.raises(TableError, match=r"'road_edges' is missing \(road_edges.parquet\)"):
        columns.read("road_edges")


def test_opening_the_network_brings_neither_pandas_nor_networkx() -> None:
    code = (
        "import sys; from nearhome.geo.routing.router import Router; Router.shipped(); "
        "print([name for name in ('pandas', 'geopandas', 'networkx', 'shapely', 'osmnx') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
