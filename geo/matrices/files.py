"""Files of origins, destinations, minutes and miles: Parquet for any number of rows, CSV for few.

One row a pair, origin by origin, so that neighbours, whose figures are alike, stand together and the file is small.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nearhome.data.base.files import replacing
from nearhome.data.errors import InputError
from nearhome.geo.matrices.postcodes import UNREACHABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

Tenths: TypeAlias = NDArray[np.uint16]

COLUMNS = {
    "origin": "id, postcode or district where the way starts",
    "destination": "id of the prison where it ends, as nearhome prisons lists it",
    "minutes": "minutes by car, one way, to a tenth; empty where no road or car ferry joins the two",
    "miles": "miles of that way, to a tenth; empty like minutes",
}

ROWS = 1 << 20
"""A row group has about so many rows, of whole origins."""

MOST_CSV_ROWS = 5_000_000

Rows: TypeAlias = "Callable[[int, int], Tenths]"
Facts: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Content:
    """What goes into a file.

    ``tenths`` gives the figures of some origins, from the first to before the last, to all destinations: tenths of
    minutes, then tenths of miles, shape (2, origins, destinations). ``facts`` travel with the file.
    """

    origins: Sequence[str] = field(repr=False)
    destinations: Sequence[str]
    tenths: Rows
    facts: Facts


def writer(out: Path, rows: int) -> Callable[[Path, Content, Callable[[str], None]], int]:
    """Give what writes a file of this name and size, and says how many of its rows have no way.

    Raises
    ------
    InputError
        When the name ends in neither ``.parquet`` nor ``.csv``, is a folder's, or a CSV would be too long.
    """
    kind = out.suffix.casefold()
    if kind not in {".parquet", ".csv"}:
        msg = f"--out {out.name!r} ends in neither .parquet nor .csv; give it one of the two."
        raise InputError(msg)
    if out.is_dir():
        msg = f"--out {out.name!r} is a folder; give the name of a file in it."
        raise InputError(msg)
    if kind == ".csv" and rows > MOST_CSV_ROWS:
        msg = f"A CSV file of {rows:,} rows is more than most programs can open; give --out a name in .parquet."
        raise InputError(msg)
    return _write_csv if kind == ".csv" else _write_parquet


def _write_parquet(out: Path, content: Content, progress: Callable[[str], None]) -> int:
    """Write Parquet, zstd, dictionary-encoded text; the facts are in its metadata, all but text as JSON."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    metadata = {f"nearhome.{key}": _text(value) for key, value in {**content.facts, "columns": COLUMNS}.items()}
    schema = pa.schema(
        [
            pa.field("origin", pa.dictionary(pa.int32(), pa.string()), nullable=False),
            pa.field("destination", pa.dictionary(pa.int16(), pa.string()), nullable=False),
            pa.field("minutes", pa.float32()),
            pa.field("miles", pa.float32()),
        ],
        metadata=metadata,
    )
    places, columns = len(content.origins), len(content.destinations)
    ends = pa.array(content.destinations, pa.string())
    at_once = max(1, ROWS // columns)
    unreachable = 0
    with replacing(out) as temporary, pq.ParquetWriter(temporary, schema, compression="zstd") as file:
        for first in range(0, places, at_once):
            last = min(places, first + at_once)
            starts = pa.array(content.origins[first:last], pa.string())
            figures = content.tenths(first, last)
            origin = np.repeat(np.arange(last - first, dtype=np.int32), columns)
            destination = np.tile(np.arange(columns, dtype=np.int16), last - first)
            nowhere = (figures[0] == UNREACHABLE).ravel()
            unreachable += int(np.count_nonzero(nowhere))
            cells = [
                pa.DictionaryArray.from_arrays(pa.array(origin), starts),
                pa.DictionaryArray.from_arrays(pa.array(destination), ends),
                *(pa.array(each.ravel().astype(np.float32) / np.float32(10), mask=nowhere) for each in figures),
            ]
            file.write_table(pa.Table.from_arrays(cells, schema=schema), row_group_size=ROWS + columns)
            progress(f"writing: {100 * last // places} %")
    return unreachable


def _write_csv(out: Path, content: Content, progress: Callable[[str], None]) -> int:
    """Write CSV; the facts go into a JSON file beside it."""
    places, columns = len(content.origins), len(content.destinations)
    at_once = max(1, ROWS // columns)
    unreachable = 0
    with replacing(out) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(COLUMNS)
        for first in range(0, places, at_once):
            last = min(places, first + at_once)
            figures = content.tenths(first, last)
            unreachable += int(np.count_nonzero(figures[0] == UNREACHABLE))
            for origin, minutes, miles in zip(content.origins[first:last], *figures.tolist(), strict=True):
                cells = zip(content.destinations, map(_cell, minutes), map(_cell, miles), strict=True)
                lines.writerows((origin, *row) for row in cells)
            progress(f"writing: {100 * last // places} %")
        with replacing(facts_path(out)) as told:
            facts = {**content.facts, "columns": COLUMNS}
            told.write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return unreachable


def facts_path(out: Path) -> Path:
    """Give the name of the file with the facts about a CSV file."""
    return out.with_name(f"{out.name}-metadata.json")


def _cell(value: int) -> str:
    return "" if value == UNREACHABLE else f"{value // 10}.{value % 10}"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
