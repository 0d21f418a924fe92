"""Visiting sessions keep their age."""

from __future__ import annotations

from datetime import date

from nearhome.data.prisons.register import prisons
from nearhome.data.prisons.sessions import sessions


def test_askham_grange_has_its_two_afternoons() -> None:
    found = sessions("AGI")
    assert [(each.day, each.start, each.end, each.duration_minutes) for each in found] == [
        ("sat", "13:45", "15:45", 120),
        ("sun", "13:45", "15:45", 120),
    ]
    assert found[0].as_of == date(2025, 7, 25)


def test_a_prison_without_known_sessions_has_none() -> None:
    assert sessions("SCO-BAR") == ()


def test_all_sessions_belong_to_prisons_and_end_after_they_start() -> None:
    every = [session for prison in prisons() for session in sessions(prison.id)]
    assert len(every) == 655
    assert all(session.start < session.end for session in every)
