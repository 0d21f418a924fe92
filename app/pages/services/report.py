"""The gap report of what is looked at on *Where help is missing*, as a workbook to keep."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nearhome.app.pages.services.choices import Choices
    from nearhome.data.services.records import Service

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def name(choices: Choices) -> str:
    """Name the file."""
    return f"gaps-{choices.part.lower().replace(' ', '-')}-{choices.as_of.isoformat()}.xlsx"


def workbook(choices: Choices, services: Sequence[Service]) -> bytes:
    """Return the report as XLSX: the chosen part of the country, its own small numbers suppressed.

    Nothing is written to disk. Some seconds pass, because all numbers of the kingdom are protected together.

    Parameters
    ----------
    choices
        What was chosen on the page.
    services
        Every service that counts on the day, one's own among them.
    """
    from nearhome.analysis.gap_report import report
    from nearhome.analysis.reports import xlsx

    asked = report.ReportRequest(
        choices.area,
        choices.as_of,
        choices.kind,
        choices.mode,
        choices.thresholds,
    )
    stream = io.BytesIO()
    xlsx.write(report.report(asked, formats=("xlsx",), services=services), stream)
    return stream.getvalue()
