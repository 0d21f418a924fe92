"""Read a shipped table whole, as a DataFrame or a GeoDataFrame."""

from __future__ import annotations

import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from nearhome.data.catalogue import tables as catalogue
from nearhome.data.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from nearhome.data.catalogue.tables import ShippedTable


def load(name: str) -> Any:
    """Read a whole table: a DataFrame, or a GeoDataFrame (EPSG:4326) where it has geometry.

    Text columns are strings and empty cells missing. A file that cannot be read raises TableError.
    """
    entry = catalogue.table(name)
    return _READERS[entry.format](catalogue.path(name), entry)


def _geoparquet(file: Path, entry: ShippedTable) -> Any:
    import geopandas as gpd

    with _unreadable(entry):
        return gpd.read_parquet(file)


def _parquet(file: Path, entry: ShippedTable) -> Any:
    import pandas as pd

    with _unreadable(entry):
        return pd.read_parquet(file)


def _array(file: Path, entry: ShippedTable) -> Any:
    import numpy as np
    import pandas as pd

    with _unreadable(entry):
        loaded = np.load(file)
    if loaded.dtype.names is None:
        msg = f"The table {entry.name!r} cannot be read (its columns have no names); install nearhome again."
        raise TableError(msg)
    return pd.DataFrame({column: loaded[column] for column in loaded.dtype.names})


def _arrays(file: Path, entry: ShippedTable) -> Any:
    import numpy as np
    import pandas as pd

    with _unreadable(entry), np.load(file) as loaded:
        columns = {column: loaded[column] for column in loaded.files}
    return pd.DataFrame(columns)


def _csv(file: Path, entry: ShippedTable) -> Any:
    import pandas as pd

    with _unreadable(entry):
        return pd.read_csv(file, dtype=entry.types, keep_default_na=False, na_values=[""], encoding="utf-8")


def _tiles(file: Path, entry: ShippedTable) -> Any:
    import geopandas as gpd

    with _unreadable(entry):
        cut = gpd.read_file(file)
    return _whole(cut)


_READERS: dict[str, Callable[[Path, ShippedTable], Any]] = {
    "csv": _csv,
    "npy": _array,
    "npz": _arrays,
    "parquet": _parquet,
    "geoparquet": _geoparquet,
    "pmtiles": _tiles,
}


@contextmanager
def _unreadable(entry: ShippedTable) -> Iterator[None]:
    """Turn what the readers raise over a file that is damaged into one sentence; pyogrio's errors are RuntimeErrors."""
    try:
        yield
    except (OSError, ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        msg = f"The table {entry.name!r} cannot be read ({catalogue.one_line(error)}); install nearhome again."
        raise TableError(msg) from error


def tiled(file: Path) -> Any:
    """Put shapes together again that were cut into vector tiles, in order of the property that names them."""
    import geopandas as gpd

    return _whole(gpd.read_file(file))


def _whole(cut: Any) -> Any:
    cut = cut.drop(columns="mvt_id")
    key = next(column for column in cut.columns if column != "geometry")
    whole = cut.dissolve(key).reset_index()[[key, "geometry"]].to_crs(4326)
    return whole.assign(geometry=whole.geometry.buffer(0))  # rounding within a tile may make a ring touch itself
