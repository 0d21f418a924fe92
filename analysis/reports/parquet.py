"""Reports as Parquet: a file for each table, and a GeoParquet file for each layer, with facts in their metadata."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from nearhome.analysis.reports.geopackage import table_frame

if TYPE_CHECKING:
    from pathlib import Path

    from nearhome.analysis.reports.report import Report


def write(report: Report, folder: Path) -> tuple[str, ...]:
    """Write the files into a folder; give their names. Layers are GeoParquet 1.0 in EPSG:27700."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    facts = {
        "title": report.title,
        "as_of": report.as_of.isoformat(),
        "command": report.command,
        "tables": json.dumps(dict(report.versions)),
        "attribution": " ".join(report.attributions()),
    }
    names = []
    for table in report.tables:
        meanings = {column.name: f"{column.heading}: {column.meaning}" for column in table.columns}
        own = facts | {"table": table.title, "columns": json.dumps(meanings), "notes": " ".join(table.notes)}
        content = pa.Table.from_pandas(table_frame(table), preserve_index=False)
        metadata = {f"nearhome.{key}": value for key, value in own.items()}
        names.append(f"{report.name}-{table.name}.parquet")
        pq.write_table(
            content.replace_schema_metadata({**(content.schema.metadata or {}), **metadata}),
            folder / names[-1],
            compression="zstd",
        )
    for layer in report.layers:
        names.append(f"{report.name}-{layer.name}-layer.parquet")
        layer.frame.to_parquet(folder / names[-1], index=False, compression="zstd", schema_version="1.0.0")
    return tuple(names)
