"""Read a shipped table whole, as a DataFrame or a GeoDataFrame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nearhome.data.catalogue import tables as catalogue
from nearhome.data.errors import TableError

if TYPE_CHECKING:
    from pathlib import Path

    from nearhome.data.catalogue.tables import ShippedTable


def load(name: str) -> Any:
    """Read a whole table: a DataFrame, or a GeoDataFrame (EPSG:4326) where it has geometry.

    Text columns are strings and empty cells missing. A file that cannot be read raises TableError.
    """
    entry = catalogue.table(name)
    try:
        return _read(catalogue.path(name), entry)
    except TableError:
        raise
    except (OSError, ValueError, EOFError, KeyError, ImportError) as error:
        msg = f"The table {name!r} cannot be read ({catalogue.one_line(error)}); install nearhome again."
        raise TableError(msg) from error


def _read(file: Path, entry: ShippedTable) -> Any:
    if entry.format == "geoparquet":
        import geopandas as gpd

        return gpd.read_parquet(file)
    if entry.format == "pmtiles":
        return tiled(file)
    import pandas as pd

    if entry.format == "parquet":
        return pd.read_parquet(file)
    if entry.format in {"npy", "npz"}:
        import numpy as np

        loaded = np.load(file)
        if entry.format == "npz":
            return pd.DataFrame({column: loaded[column] for column in loaded.files})
        return pd.DataFrame({column: loaded[column] for column in loaded.dtype.names})
    return pd.read_csv(file, dtype=entry.types, keep_default_na=False, na_values=[""], encoding="utf-8")


def tiled(file: Path) -> Any:
    """Put shapes together again that were cut into vector tiles, in order of the property that names them."""
    import geopandas as gpd

    cut = gpd.read_file(file).drop(columns="mvt_id")
    key = next(column for column in cut.columns if column != "geometry")
    whole = cut.dissolve(key).reset_index()[[key, "geometry"]].to_crs(4326)
    return whole.assign(geometry=whole.geometry.buffer(0))  # rounding within a tile may make a ring touch itself
