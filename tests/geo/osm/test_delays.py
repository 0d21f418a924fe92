"""What is lost at junctions, and where a town begins, on roads small enough to reckon by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nearhome.geo.osm import delays
from nearhome.geo.roads import speeds

LOST = speeds.OSM_DELAYS


def seconds(
    pieces: list[tuple[int, int, str]],
    *,
    signal: tuple[int, ...] = (),
    mini: tuple[int, ...] = (),
    ring: tuple[int, ...] = (),
) -> list[float]:
    """Give the delays of pieces of road (ends and class) between five nodes."""
    nodes, rows = np.arange(5), np.arange(len(pieces))
    at = delays.Junctions(
        u=np.array([u for u, _, _ in pieces]),
        v=np.array([v for _, v, _ in pieces]),
        rank=np.array([delays.rank(highway) for *_, highway in pieces]),
        ring=np.isin(rows, ring),
        ferry=np.array([highway == "ferry" for *_, highway in pieces]),
        signal=np.isin(nodes, signal),
        mini=np.isin(nodes, mini),
    )
    found: list[float] = delays.seconds(at).tolist()
    return found


def test_nothing_is_lost_at_a_bend() -> None:
    assert seconds([(0, 1, "primary"), (1, 2, "primary")]) == [0, 0]


def test_lights_cost_half_on_either_side() -> None:
    lights = seconds([(0, 1, "primary"), (1, 2, "primary")], signal=(1,))
    assert lights == [LOST.signal_seconds / 2] * 2


def test_the_smaller_road_gives_way() -> None:
    tee = seconds([(0, 1, "primary"), (1, 2, "primary"), (1, 3, "residential")])
    assert tee == [LOST.crossing_seconds / 2, LOST.crossing_seconds / 2, LOST.give_way_seconds]


def test_a_crossing_of_equals_costs_all_the_same() -> None:
    assert set(seconds([(1, other, "residential") for other in (0, 2, 3, 4)])) == {LOST.crossing_seconds / 2}


def test_a_yard_costs_only_those_who_use_it() -> None:
    assert seconds([(0, 1, "primary"), (1, 2, "primary"), (1, 3, "service")]) == [0, 0, LOST.yard_seconds]


def test_a_roundabout_costs_entering_and_leaving() -> None:
    pieces = [(0, 1, "primary"), (1, 2, "primary"), (2, 1, "primary"), (2, 3, "primary")]
    assert seconds(pieces, ring=(1, 2)) == [LOST.ring_seconds, 0, 0, LOST.ring_seconds]


def test_motorways_wait_for_nobody_and_ferries_for_nothing_here() -> None:
    assert seconds([(0, 1, "motorway"), (1, 2, "motorway"), (1, 3, "motorway_link")]) == [0, 0, 0]
    assert seconds([(0, 1, "primary"), (1, 2, "ferry"), (1, 3, "primary")], signal=(1,), mini=(1,))[1] == 0


def test_a_mini_roundabout_is_charged_once_to_those_who_pass() -> None:
    assert sum(seconds([(0, 1, "residential"), (1, 2, "residential")], mini=(1,))) == LOST.mini_seconds


@pytest.mark.parametrize(("km_per_square", "share"), [(0.1, 0.0), (1.25, 0.0), (1.75, 0.5), (2.25, 1.0), (9.0, 1.0)])
def test_a_town_is_where_roads_are_many(km_per_square: float, share: float) -> None:
    east, north = (axis.ravel() * 500.0 + 250.0 for axis in np.meshgrid(np.arange(5), np.arange(5)))
    a = np.column_stack([east, north])
    found = delays.town_share(a, a + 1.0, np.full(25, 1_000.0 * km_per_square))
    assert found[12] == pytest.approx(share)  # the middle square, whose neighbours are all there


COORDINATE = st.floats(-50_000, 700_000)


@given(st.lists(st.tuples(COORDINATE, COORDINATE, st.floats(-3_000, 3_000), st.floats(-3_000, 3_000)), max_size=20))
def test_shares_are_shares_and_the_way_round_does_not_matter(pieces: list[tuple[float, float, float, float]]) -> None:
    rows = np.array(pieces).reshape(-1, 4)
    a, b = rows[:, :2], rows[:, :2] + rows[:, 2:]
    metres = np.hypot(rows[:, 2], rows[:, 3])
    found = delays.town_share(a, b, metres)
    assert ((found >= 0) & (found <= 1)).all()
    alone = [delays.town_share(a[[row]], b[[row]], metres[[row]])[0] for row in range(len(rows))]
    assert (found >= np.array(alone) - 1e-9).all()  # more roads around never make it less of a town
