"""Files are replaced whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nearhome.data.base.files import read_csv, write_csv
from nearhome.data.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    write_csv(file, ["a"], [[1]])

    def rows() -> Iterator[list[int]]:
        yield [2]
        msg = "half way"
        raise RuntimeError(msg)

    with pytest.raises(RuntimeError, match="half way"):
        write_csv(file, ["a"], rows())
    assert read_csv(file) == [{"a": "1"}]
    assert [each.name for each in tmp_path.iterdir()] == ["table.csv"]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"none\.csv cannot be read as CSV"):
        read_csv(tmp_path / "none.csv")
