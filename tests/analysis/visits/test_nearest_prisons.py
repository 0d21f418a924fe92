"""The order of prisons by road time: against single routes, and as an invariant."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nearhome.analysis.visits.nearest_prisons import NO_ROUTE, nearest
from nearhome.data.errors import InputError
from nearhome.data.prisons import register
from nearhome.geo.places import find
from nearhome.geo.routing.router import Router
from nearhome.geo.routing.routes import Matrix

if TYPE_CHECKING:
    from collections.abc import Sequence

DAY = date(2026, 11, 21)


class Timetable:
    """A router that knows only the minutes it is given."""

    def __init__(self, minutes: Sequence[float]) -> None:
        self.minutes = np.array([minutes], dtype=float)

    def matrix(self, origins: Sequence[Any], destinations: Sequence[Any]) -> Matrix:
        """Give the minutes and half as many miles."""
        assert (len(origins), len(destinations)) == self.minutes.shape
        return Matrix(minutes=self.minutes, miles=self.minutes / 2, tolls=np.zeros_like(self.minutes))


def _prison(number: int) -> Any:
    return SimpleNamespace(id=f"P{number:03}", lat=50.0 + number / 100, lon=-4.0)


@given(st.lists(st.floats(0, 1000) | st.just(float("nan")), max_size=12), st.integers(1, 15))
def test_the_quickest_come_first_and_the_unreachable_last(minutes: list[float], limit: int) -> None:
    choice = [_prison(number) for number in range(len(minutes))]
    rows = nearest(find.find("50.26,-5.05"), choice, cast("Router", Timetable(minutes)), limit)
    known = sorted(value for value in minutes if value == value)  # noqa: PLR0124 -- NaN is not itself
    expected = [*known, *[None] * (len(minutes) - len(known))][:limit]
    assert [row.minutes for row in rows] == expected
    assert all((row.note == NO_ROUTE) == (row.minutes is None) == (row.miles is None) for row in rows)
    beyond = [row.crow_miles for row in rows if row.minutes is None]
    assert beyond == sorted(beyond)


def test_times_agree_with_single_routes() -> None:
    origin = find.find("TR1 2HE")
    choice = [prison for prison in register.prisons() if prison.is_open(DAY) and prison.nation != "Scotland"][::7]
    router = Router.shipped()
    rows = nearest(origin, choice)
    assert {row.prison.id for row in rows} == {prison.id for prison in choice}
    reached = [row for row in rows if row.minutes is not None]
    assert len(reached) >= 15
    for row in reached:
        route = router.route(origin, row.prison)
        assert (row.minutes, row.miles) == pytest.approx((route.minutes, route.miles), abs=0.1)


def test_exeter_is_nearest_to_truro_and_the_channel_islands_have_no_road() -> None:
    rows = nearest(find.find("TR1 2HE"), [prison for prison in register.prisons() if prison.is_open(DAY)])
    assert rows[0].prison.id == "EXI"
    assert {row.prison.nation for row in rows if row.note} == {"Jersey", "Guernsey"}


def test_no_prisons_is_no_rows() -> None:
    assert nearest(find.find("TR1 2HE"), []) == []


@pytest.mark.parametrize("limit", [0, -3])
def test_a_limit_below_one_is_refused(limit: int) -> None:
    with pytest.raises(InputError, match=f"limit given is {limit}"):
        nearest(find.find("TR1 2HE"), [_prison(1)], limit=limit)
