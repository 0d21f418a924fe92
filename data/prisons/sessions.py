"""Weekly visiting sessions, with the age of what is known about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from nearhome.data.catalogue import tables


@dataclass(frozen=True, slots=True)
class Session:
    """One visiting session a week; times are local, ``as_of`` is the day its source last changed."""

    prison_id: str
    unit: str
    day: str
    start: str
    end: str
    duration_minutes: int
    public_booking: bool
    as_of: date


def sessions(prison_id: str) -> tuple[Session, ...]:
    """Sessions of one prison, Monday first; empty where none are known (nearly half of the prisons).

    Where ``public_booking`` is false the times may be stale, because bookings have moved to another service.
    """
    return _sessions().get(prison_id, ())


@cache
def _sessions() -> dict[str, tuple[Session, ...]]:
    found: dict[str, list[Session]] = {}
    for session in tables.read_rows("sessions", _session):
        found.setdefault(session.prison_id, []).append(session)
    return {prison_id: tuple(rows) for prison_id, rows in found.items()}


def _session(row: dict[str, str]) -> Session:
    return Session(
        prison_id=row["prison_id"],
        unit=row["unit"],
        day=row["day"],
        start=row["start"],
        end=row["end"],
        duration_minutes=int(row["duration_minutes"]),
        public_booking=row["public_booking"] == "yes",
        as_of=date.fromisoformat(row["as_of"]),
    )
