"""The visiting sessions table: the weekly sessions of about a hundred prisons of England and Wales.

From ``estate/visit_sessions.csv`` (ministryofjustice/prison-visits-2, ``db/seeds/prisons``). Each row keeps
the day its source file last changed: it is the age of the times, and some are years old.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nearhome.data.base.files import read_csv, write_csv
from nearhome.data.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = ("prison_id", "unit", "day", "start", "end", "duration_minutes", "public_booking", "as_of")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# The seed files write their booking flag in words of their own; 'enable' is one file's slip for true.
_BOOKING = {"True": "yes", "enable": "yes", "False": "no"}


def build(sources: Path, out: Path) -> None:
    """Write ``sessions.csv``, one row a weekly session, by prison, unit, day and start."""
    rows = [_row(row) for row in read_csv(sources / "estate" / "visit_sessions.csv")]
    rows.sort(key=lambda row: (row[0], row[1], DAYS.index(row[2]), row[3]))
    write_csv(out / "sessions.csv", COLUMNS, rows)


def _row(source: dict[str, str]) -> tuple[str, ...]:
    flag = source["public_booking_enabled"]
    if source["day"] not in DAYS or flag not in _BOOKING:
        msg = (
            f"estate/visit_sessions.csv has a row for {source['nomis_code']} with day {source['day']!r} and "
            f"booking flag {flag!r}; expected a day such as 'mon' and one of {', '.join(_BOOKING)}."
        )
        raise SourceError(msg)
    return (
        source["nomis_code"],
        source["unit"],
        source["day"],
        source["start"],
        source["end"],
        source["duration_min"],
        _BOOKING[flag],
        source["file_last_changed"],
    )
