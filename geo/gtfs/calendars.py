"""On which days the services of a timetable run: weekly patterns between two dates, and the exceptions to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nearhome.geo.gtfs import checks
from nearhome.geo.gtfs.archive import FeedFile

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from nearhome.geo.gtfs.archive import Archive, Problems
    from nearhome.geo.gtfs.checks import Checker

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ADDED, REMOVED = 1, 2
"""Kinds of exception, as in calendar_dates.txt."""


@dataclass(frozen=True, eq=False, slots=True)
class Services:
    """Services by number: the first and last day of their pattern and the weekdays on which they run.

    Days are ordinals (``date.toordinal``); a service without a pattern has its last day before its first. Weekdays are
    bits, Monday the lowest. Exceptions are rows of service, day and kind.
    """

    first: NDArray[np.int32]
    last: NDArray[np.int32]
    weekdays: NDArray[np.uint8]
    exceptions: NDArray[np.int32]

    def running(self, when: date) -> NDArray[np.bool_]:
        """Say which services run on a date."""
        day = when.toordinal()
        running: NDArray[np.bool_] = (
            (self.first <= day) & (day <= self.last) & (self.weekdays >> when.weekday() & 1).astype(bool)
        )
        today = self.exceptions[self.exceptions[:, 1] == day]
        running[today[today[:, 2] == REMOVED, 0]] = False
        running[today[today[:, 2] == ADDED, 0]] = True
        return running

    def period(self) -> tuple[int, int] | None:
        """Give the ordinals of the first and last day on which a service may run; None if there is none."""
        patterned = (self.first <= self.last) & (self.weekdays > 0)
        added = self.exceptions[self.exceptions[:, 2] == ADDED, 1]
        starts = np.concatenate([self.first[patterned], added])
        ends = np.concatenate([self.last[patterned], added])
        return (int(starts.min()), int(ends.max())) if len(starts) else None


def read(archive: Archive, checker: Checker, problems: Problems) -> tuple[dict[str, int], Services]:
    """Read calendar.txt and calendar_dates.txt, one of which may be missing; the services by name, and their days."""
    if "calendar.txt" not in archive and "calendar_dates.txt" not in archive:
        problems.of_file("calendar.txt", "is missing, and calendar_dates.txt with it")
    weekly = _table(archive, "calendar.txt", ("service_id", *WEEKDAYS, "start_date", "end_date"), problems)
    dated = _table(archive, "calendar_dates.txt", ("service_id", "date", "exception_type"), problems)
    known = checker.names(weekly, "service_id")
    first = checker.values(weekly, "start_date", checks.day)
    last = checker.values(weekly, "end_date", checks.day)
    backwards = np.flatnonzero(last < first)
    ends = weekly.column("end_date")
    problems.add(
        weekly.file, backwards, lambda row: f"end_date {ends.words[ends.codes[row]]!r} is before the start_date"
    )
    weekdays = np.zeros(weekly.rows, np.uint8)
    for bit, name in enumerate(WEEKDAYS):
        weekdays |= (checker.values(weekly, name, checks.whole(0, 1)) << bit).astype(np.uint8)
    codes, words = dated.column("service_id")
    for word in words:
        if word:
            known.setdefault(word, len(known))
    more = len(known) - weekly.rows
    exceptions = np.column_stack(
        [
            checker.references(dated, "service_id", known, "calendar.txt"),
            checker.values(dated, "date", checks.day),
            checker.values(dated, "exception_type", checks.whole(ADDED, REMOVED)),
        ]
    )
    return known, Services(
        np.append(first, np.ones(max(more, 0))).astype(np.int32),
        np.append(last, np.zeros(max(more, 0))).astype(np.int32),
        np.append(weekdays, np.zeros(max(more, 0))).astype(np.uint8),
        exceptions.reshape(len(codes), 3).astype(np.int32),
    )


def _table(archive: Archive, file: str, columns: tuple[str, ...], problems: Problems) -> FeedFile:
    return archive.read(file, columns, (), problems) if file in archive else FeedFile(file, 0, {})
