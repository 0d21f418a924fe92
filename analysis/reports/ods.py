"""Reports as OpenDocument spreadsheets (ODF 1.3), written here.

Each table is a database range with header rows, titles have heading styles, headings stay in sight, and texts are
stored as texts, so that none is taken for a formula.

Neither library that could would do: pandas marks no tables and fixes no timestamps; odfdo starts from a template in
French with a picture and a day of its own, writes its version into each file, so that the bytes change with it, has no
name for database ranges, descriptions of tables, number styles and headings that stay, and takes over ten times as long
for each cell. Its reader is the judge of these files in the tests.
"""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from nearhome.analysis.reports.sheets import COVER, cover_headings, sheets
from nearhome.analysis.reports.tables import Mark
from nearhome.data.base.files import EARLIEST_IN_ZIP

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from nearhome.analysis.reports.report import Report
    from nearhome.analysis.reports.sheets import Sheet
    from nearhome.analysis.reports.tables import Cell

MIME = "application/vnd.oasis.opendocument.spreadsheet"
CM_PER_CHARACTER = 0.24
COVER_CM = 22.0

_SPACES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
    "number": "urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0",
    "meta": "urn:oasis:names:tc:opendocument:xmlns:meta:1.0",
    "config": "urn:oasis:names:tc:opendocument:xmlns:config:1.0",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xlink": "http://www.w3.org/1999/xlink",
}
_NAMESPACES = " ".join(f'xmlns:{short}="{uri}"' for short, uri in _SPACES.items())
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'

_STYLES = (
    '<office:styles><style:default-style style:family="table-cell"><style:table-cell-properties '
    'style:vertical-align="top"/><style:text-properties style:font-name="Arial" fo:font-family="Arial" '
    'fo:font-size="12pt" fo:language="en" fo:country="GB"/></style:default-style>'
    '<style:style style:name="Default" style:family="table-cell"/>'
    '<style:style style:name="Heading_20_1" style:display-name="Heading 1" style:family="table-cell" '
    'style:parent-style-name="Default"><style:text-properties fo:font-size="16pt" fo:font-weight="bold"/></style:style>'
    '<style:style style:name="Heading_20_2" style:display-name="Heading 2" style:family="table-cell" '
    'style:parent-style-name="Default"><style:text-properties fo:font-size="14pt" fo:font-weight="bold"/></style:style>'
    '<style:style style:name="Wrapped" style:family="table-cell" style:parent-style-name="Default">'
    '<style:table-cell-properties fo:wrap-option="wrap"/></style:style>'
    '<style:style style:name="Column_20_heading" style:display-name="Column heading" style:family="table-cell" '
    'style:parent-style-name="Wrapped"><style:table-cell-properties fo:border-bottom="1pt solid #0b0c0c"/>'
    '<style:text-properties fo:font-weight="bold"/></style:style>'
    '<style:style style:name="Mark" style:family="table-cell" style:parent-style-name="Default">'
    '<style:table-cell-properties style:text-align-source="fix"/><style:paragraph-properties fo:text-align="end"/>'
    "</style:style></office:styles>"
    '<office:automatic-styles><style:page-layout style:name="Across"><style:page-layout-properties '
    'fo:page-width="29.7cm" fo:page-height="21cm" style:print-orientation="landscape" style:scale-to-X="1" '
    'style:scale-to-Y="0"/></style:page-layout></office:automatic-styles><office:master-styles>'
    '<style:master-page style:name="Default" style:page-layout-name="Across"/></office:master-styles>'
)


def write(report: Report, file: Path) -> None:
    """Write a spreadsheet: the mimetype first and uncompressed, every part with the same time."""
    pages = sheets(report)
    parts = {
        "mimetype": MIME,
        "META-INF/manifest.xml": _manifest(),
        "meta.xml": _meta(report),
        "styles.xml": f'{_HEAD}<office:document-styles {_NAMESPACES} office:version="1.3">{_STYLES}'
        "</office:document-styles>",
        "settings.xml": _settings(pages),
        "content.xml": _content(pages, cover_headings(report)),
    }
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name, EARLIEST_IN_ZIP)
            entry.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, text.encode())


def _manifest() -> str:
    entries = [("/", MIME), *((f"{name}.xml", "text/xml") for name in ("meta", "styles", "settings", "content"))]
    listed = "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{kind}"/>' for path, kind in entries
    )
    space = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    return f'{_HEAD}<manifest:manifest xmlns:manifest="{space}" manifest:version="1.3">{listed}</manifest:manifest>'


def _meta(report: Report) -> str:
    said = (
        f"<dc:title>{escape(report.title)}</dc:title><dc:subject>{escape(report.subject)}</dc:subject>"
        f"<dc:description>{escape(f'Repeat: {report.command}')}</dc:description><dc:language>en-GB</dc:language>"
        f"<meta:initial-creator>nearhome</meta:initial-creator><dc:date>{report.as_of.isoformat()}T00:00:00</dc:date>"
    )
    return (
        f'{_HEAD}<office:document-meta {_NAMESPACES} office:version="1.3"><office:meta>{said}</office:meta>'
        "</office:document-meta>"
    )


def _settings(pages: Sequence[Sheet]) -> str:
    """Keep the headings and the first column of each table in sight."""
    frozen = "".join(
        f"<config:config-item-map-entry config:name={quoteattr(page.name)}>"
        + "".join(
            f'<config:config-item config:name="{key}" config:type="{kind}">{value}</config:config-item>'
            for key, kind, value in (
                ("HorizontalSplitMode", "short", 2),
                ("VerticalSplitMode", "short", 2),
                ("HorizontalSplitPosition", "int", 1),
                ("VerticalSplitPosition", "int", len(page.heads) + 1),
                ("ActiveSplitRange", "short", 3),
                ("PositionRight", "int", 1),
                ("PositionBottom", "int", len(page.heads) + 1),
            )
        )
        + "</config:config-item-map-entry>"
        for page in pages
        if page.columns
    )
    return (
        f'{_HEAD}<office:document-settings {_NAMESPACES} office:version="1.3"><office:settings>'
        '<config:config-item-set config:name="ooo:view-settings"><config:config-item-map-indexed config:name="Views">'
        '<config:config-item-map-entry><config:config-item config:name="ViewId" config:type="string">view1'
        f'</config:config-item><config:config-item-map-named config:name="Tables">{frozen}'
        "</config:config-item-map-named></config:config-item-map-entry></config:config-item-map-indexed>"
        "</config:config-item-set></office:settings></office:document-settings>"
    )


def _content(pages: Sequence[Sheet], headings: frozenset[str]) -> str:
    widths = sorted({_width(page, at) for page in pages for at in range(max(1, len(page.columns)))})
    columns = "".join(
        f'<style:style style:name="w{width}" style:family="table-column"><style:table-column-properties '
        f'style:column-width="{width / 100:.2f}cm"/></style:style>'
        for width in widths
    )
    places = range(1 + max((c.decimals or 0 for page in pages for c in page.columns), default=0))
    numbers = "".join(
        f'<number:number-style style:name="N{each}"><number:number number:decimal-places="{each}" '
        f'number:min-decimal-places="{each}" number:min-integer-digits="1" number:grouping="true"/>'
        "</number:number-style>"
        f'<style:style style:name="n{each}" style:family="table-cell" style:parent-style-name="Default" '
        f'style:data-style-name="N{each}"/>'
        for each in places
    )
    sheet = '<style:style style:name="sheet" style:family="table" style:master-page-name="Default"/>'
    tables = "".join("".join(_sheet(page, headings)) for page in pages)
    ranges = "".join(
        f'<table:database-range table:name="{page.table_name}" table:target-range-address={quoteattr(_range(page))} '
        'table:contains-header="true" table:display-filter-buttons="true"/>'
        for page in pages
        if page.columns
    )
    return (
        f'{_HEAD}<office:document-content {_NAMESPACES} office:version="1.3">'
        f"<office:automatic-styles>{sheet}{columns}{numbers}</office:automatic-styles><office:body><office:spreadsheet>"
        f"{tables}<table:database-ranges>{ranges}</table:database-ranges>"
        "</office:spreadsheet></office:body></office:document-content>"
    )


def _width(page: Sheet, at: int) -> int:
    """Give the width of a column in hundredths of a centimetre."""
    return round(100 * (page.widths()[at] * CM_PER_CHARACTER + 0.4 if page.columns else COVER_CM))


def _range(page: Sheet) -> str:
    first, last = len(page.heads) + 1, len(page.heads) + 1 + len(page.rows)
    return f"'{page.name}'.A{first}:'{page.name}'.{_letters(len(page.columns) - 1)}{last}"


def _letters(column: int) -> str:
    """Name a column, counted from 0, as spreadsheets do."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _sheet(page: Sheet, headings: frozenset[str]) -> Iterator[str]:
    yield f'<table:table table:name={quoteattr(page.name)} table:style-name="sheet">'
    if page.columns:
        yield f"<table:title>{escape(page.heads[0])}</table:title>"
        yield f"<table:desc>{escape(page.about)}</table:desc>"
    for at in range(max(1, len(page.columns))):
        yield f'<table:table-column table:style-name="w{_width(page, at)}"/>'
    for number, line in enumerate(page.heads):
        is_heading = page.name == COVER and line in headings
        style = "Heading_20_1" if number == 0 else "Heading_20_2" if is_heading else ""
        yield _row([_text(line, style or ("Wrapped" if page.name == COVER else "Default"))])
    if page.columns:
        heads = _row([_text(column.heading, "Column_20_heading") for column in page.columns])
        yield f"<table:table-header-rows>{heads}</table:table-header-rows>"
    for number, row in enumerate(page.rows):
        cells = [_cell(cell, column.decimals or 0) for cell, column in zip(row, page.columns, strict=True)]
        if page.links:
            cells[0] = _link(page.links[number])
        yield _row(cells)
    yield "</table:table>"


def _row(cells: Sequence[str]) -> str:
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def _cell(cell: Cell, decimals: int) -> str:
    if isinstance(cell, Mark):
        return _text(cell.value, "Mark")
    if isinstance(cell, str):
        return _text(cell, "Wrapped")
    return (
        f'<table:table-cell table:style-name="n{decimals}" office:value-type="float" office:value="{cell!r}">'
        f"<text:p>{cell:,.{decimals}f}</text:p></table:table-cell>"
    )


def _text(text: str, style: str) -> str:
    return (
        f'<table:table-cell table:style-name="{style}" office:value-type="string"><text:p>{escape(text)}</text:p>'
        "</table:table-cell>"
    )


def _link(target: str) -> str:
    reference = quoteattr(f"#'{target}'.A1")
    return (
        '<table:table-cell table:style-name="Default" office:value-type="string"><text:p>'
        f'<text:a xlink:type="simple" xlink:href={reference}>{escape(target)}</text:a></text:p></table:table-cell>'
    )
