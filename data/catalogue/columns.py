"""Shipped Parquet tables as NumPy columns, without pandas: for what has to open at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from nearhome.data.catalogue import tables
from nearhome.data.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray


class Text(NamedTuple):
    """A text column as codes into a list of words."""

    codes: NDArray[np.int64]
    words: Sequence[str]


def read(name: str, folder: Path | None = None) -> tuple[dict[str, NDArray[Any]], dict[str, Text]]:
    """Read a Parquet table, shipped or in a folder: its number columns, and its text columns as codes.

    Raises
    ------
    TableError
        When the file is missing, damaged or has not the columns and rows that were built.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = tables.path(name) if folder is None else folder / tables.file_of(name)
    try:
        table = pq.ParquetFile(file).read()  # pq.read_table would bring pandas
    except (OSError, pa.ArrowException) as error:
        reason = " ".join(str(error).split())
        msg = f"The table {name!r} ({file.name}) is damaged ({reason}); install nearhome again."
        raise TableError(msg) from error
    if folder is None:
        tables.check_rows(name, table.num_rows)
    for column in tables.table(name).columns:
        if column.name not in table.column_names or table[column.name].null_count:
            what = "has empty cells in" if column.name in table.column_names else "lacks"
            msg = f"The table {name!r} ({file.name}) {what} the column {column.name!r}; install nearhome again."
            raise TableError(msg)
    numbers: dict[str, NDArray[Any]] = {}
    texts: dict[str, Text] = {}
    for column_name in table.column_names:
        values = table[column_name].combine_chunks()
        if not pa.types.is_primitive(values.type):
            coded = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
            codes = np.from_dlpack(coded.indices).astype(np.int64)
            texts[column_name] = Text(codes, coded.dictionary.to_pylist())
        else:
            numbers[column_name] = np.from_dlpack(values)  # to_numpy would bring pandas
    return numbers, texts


def read_array(name: str) -> NDArray[Any]:
    """Map a shipped .npy table, rows of named fields.

    Raises
    ------
    TableError
        When the file is missing, damaged or has not the rows that were built.
    """
    file = tables.path(name)
    try:
        array: NDArray[Any] = np.load(file, mmap_mode="r").view(np.ndarray)
    except (OSError, ValueError, EOFError) as error:
        msg = f"The table {name!r} ({file.name}) is damaged ({error}); install nearhome again."
        raise TableError(msg) from error
    tables.check_rows(name, len(array))
    return array
