"""Many pairs by public transport at once: the same as one way at a time, and a reason where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from nearhome.data.base.coordinates import Spot
from nearhome.data.errors import InputError, NoRouteError
from nearhome.data.prisons import register
from nearhome.geo.transit import itineraries, pairs, typical
from nearhome.geo.transit.buses import STEP_FREE
from nearhome.geo.transit.itineraries import ORDINARY, Needs

EXETER, LEEDS = (50.7279, -3.5316), (53.7965, -1.5754)
SPREAD = (
    (50.263, -5.051),  # Truro
    (50.118, -5.537),  # Penzance
    (50.83, -4.54),  # Bude, far from a railway
    (51.207, -3.48),  # Minehead
    (53.41, -1.86),  # a hamlet in the Peak District
    (50.7265, -3.527),  # round the corner from the prison in Exeter
    (57.15, -2.1),  # Aberdeen
    (53.8, -1.56),  # Leeds
)
MIDDAY = 12 * 60.0


def one_by_one(origin: tuple[float, float], goal: tuple[float, float], needs: Needs) -> itineraries.TransitWay | None:
    try:
        found = typical.ways(
            Spot(*origin),
            Spot(*goal),
            day="weekday",
            minutes_of_day=(MIDDAY, MIDDAY),
            profiles=("transit",),
            needs=needs,
        )
    except NoRouteError:
        return None
    return found["transit"]


@pytest.mark.parametrize(
    "needs",
    [ORDINARY, Needs(walker=STEP_FREE, taxi=False)],
    ids=["ordinary", "step-free without a taxi"],
)
def test_each_pair_is_the_way_found_for_it_alone(needs: Needs) -> None:
    asked = [(origin, goal) for origin in SPREAD for goal in (EXETER, LEEDS)]
    origins, goals = np.array([a for a, _ in asked]), np.array([b for _, b in asked])
    found = pairs.pair_times(origins, goals, day="weekday", minute_of_day=MIDDAY, needs=needs)
    for row, (origin, goal) in enumerate(asked):
        way = one_by_one(origin, goal, needs)
        if way is None:
            assert np.isnan(found.minutes[row])
            assert found.notes[row] == pairs.NO_WAY
            continue
        assert found.notes[row] == ""
        ours = found.minutes_low[row], found.minutes[row], found.minutes_high[row]
        assert ours == pytest.approx(tuple(way.minutes), abs=0.01)
        assert found.changes[row] == way.changes


def test_pairs_in_any_order_are_answered_alike() -> None:
    rng = np.random.default_rng(4)
    held = register.prisons()
    goals = np.array([(held[at].lat, held[at].lon) for at in rng.integers(0, len(held), 40)])
    origins = np.array(SPREAD)[rng.integers(0, len(SPREAD), 40)]
    found = pairs.pair_times(origins, goals)
    turned = pairs.pair_times(origins[::-1], goals[::-1])
    assert np.array_equal(found.minutes, turned.minutes[::-1], equal_nan=True)
    known = np.isfinite(found.minutes)
    assert known.sum() > 20
    assert (found.minutes_low[known] <= found.minutes[known]).all()
    assert (found.minutes[known] <= found.minutes_high[known]).all()


def test_sunday_evening_is_no_quicker_than_a_weekday_at_noon() -> None:
    origins = np.array(SPREAD[:5])
    goals = np.repeat([EXETER], 5, axis=0)
    needs = Needs(taxi=False)
    noon = pairs.pair_times(origins, goals, needs=needs).minutes
    late = pairs.pair_times(origins, goals, day="sunday", minute_of_day=21 * 60, needs=needs).minutes
    both = np.isfinite(noon) & np.isfinite(late)
    assert both.any()
    assert (late[both] >= noon[both] - 1e-9).all()


def test_what_cannot_be_answered_has_a_reason() -> None:
    places = np.array([(np.nan, 0.0), (48.85, 2.35), (54.597, -5.93), (50.263, -5.051)])
    goals = np.array([EXETER, EXETER, (54.85, -6.0), EXETER])
    found = pairs.pair_times(places, goals)
    assert "no usable latitude" in found.notes[0]
    assert "outside the United Kingdom" in found.notes[1]
    assert found.notes[2] == pairs.NO_WAY
    assert found.notes[3] == ""
    assert np.isfinite(found.minutes).tolist() == [False, False, False, True]
    assert pairs.pair_times(np.empty((0, 2)), np.empty((0, 2))).minutes.size == 0


def test_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="no type of day 'monday'"):
        pairs.pair_times(np.array([EXETER]), np.array([LEEDS]), day="monday")  # type: ignore[arg-type] # the point
