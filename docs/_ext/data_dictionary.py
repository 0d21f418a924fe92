"""The directive ``data-dictionary``: every shipped table, from the catalogue that ships with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from nearhome.data.catalogue import tables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sphinx.application import Sphinx

    from nearhome.data.catalogue.tables import ShippedTable


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("data-dictionary", DataDictionary)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


class DataDictionary(SphinxDirective):
    """A section for each table."""

    def run(self) -> list[nodes.Node]:
        """Write the sections."""
        for file in ("catalogue.toml", "catalogue.json"):
            self.env.note_dependency(str(tables.shipped_folder() / file))
        return [section(table) for table in tables.tables().values()]


def section(table: ShippedTable) -> nodes.section:
    """Write the section of one table."""
    found = nodes.section(ids=[f"table-{table.name.replace('_', '-')}"], names=[table.name])
    found += nodes.title("", "", nodes.literal("", table.name))
    found += nodes.paragraph("", f"{table.title}.")
    facts = [
        ("File", f"{table.file} ({table.format})"),
        ("Rows", f"{table.rows:,}"),
        ("Size", f"{table.bytes:,} bytes"),
        ("Date of the sources", table.source_date),
        ("Version", table.version),
        ("Source", table.source),
        ("Licence", table.licence),
        ("Attribution", table.attribution),
        ("Note", table.note),
    ]
    fields = nodes.field_list("")
    for name, said in facts:
        if said:
            fields += nodes.field("", nodes.field_name("", name), nodes.field_body("", nodes.paragraph("", said)))
    found += fields
    if table.columns:
        columns = [(nodes.literal("", column.name), nodes.Text(column.meaning)) for column in table.columns]
        found += as_table(("column", "meaning"), (30, 70), columns)
    return found


def as_table(heads: Iterable[str], widths: Iterable[int], rows: Iterable[Iterable[nodes.Node]]) -> nodes.table:
    """Make a table of cells that are one node each."""
    shares = list(widths)
    group = nodes.tgroup("", *(nodes.colspec(colwidth=share) for share in shares), cols=len(shares))
    group += nodes.thead("", _row(nodes.Text(head) for head in heads))
    group += nodes.tbody("", *(_row(row) for row in rows))
    return nodes.table("", group, classes=["wrapping"])


def _row(cells: Iterable[nodes.Node]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", cell)) for cell in cells))
