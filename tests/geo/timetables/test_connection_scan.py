"""The scans against plain relaxation, against one another and against themselves backwards, with numba and without."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nearhome.data.errors import InputError
from nearhome.geo.gtfs import read as gtfs_read
from nearhome.geo.gtfs.feeds import NO_ALIGHTING, NO_BOARDING, Texts
from nearhome.geo.timetables import connection_scan, journeys
from nearhome.geo.timetables.connection_scan import ends
from nearhome.geo.timetables.timetable import Connections, ServiceDay, Stops, Timetable, TripFacts, Trips
from nearhome.geo.timetables.transfers import NEVER, Footpaths, Walking
from tests.paths import SHARED

if TYPE_CHECKING:
    from collections.abc import Iterator

NEWPORT = SHARED / "data" / "pt" / "newport-20230613_gtfs.zip"
WEDNESDAY = date(2023, 6, 14)
FEW = 5
"""Stops of a small day."""

Call = tuple[int, int, int, int]
Small = tuple[list[list[Call]], dict[tuple[int, int], int]]


class Bare(ServiceDay):
    """A day without feeds, whose trips have no names."""

    def trip(self, number: int) -> TripFacts:
        """Name a trip by its number."""
        return TripFacts("", str(number), "", "bus", "", "", 0)


@st.composite
def small_days(draw: st.DrawFn) -> Small:
    """Draw trips, lists of stop, arrival, departure and flags, and seconds to change between some stops."""
    trips = []
    for _ in range(draw(st.integers(1, 7))):
        now, calls = draw(st.integers(-20, 60)), []
        for _ in range(draw(st.integers(2, 5))):
            come = now + draw(st.integers(0, 15))
            now = come + draw(st.integers(0, 3))
            calls.append((draw(st.integers(0, FEW - 1)), come, now, draw(st.integers(0, 3))))
        trips.append(calls)
    pair = st.tuples(st.integers(0, FEW - 1), st.integers(0, FEW - 1))
    paths = draw(st.dictionaries(pair, st.integers(1, 20), max_size=8))
    return trips, {(stop, stop): 2 for stop in range(FEW)} | paths


def build(small: Small) -> ServiceDay:
    """Make the arrays of a small day."""
    trips, paths = small
    rides = [
        (one[0], other[0], one[2], other[1], number, one[3] & NO_BOARDING | other[3] & NO_ALIGHTING)
        for number, calls in enumerate(trips)
        for one, other in pairwise(calls)
    ]
    columns = [np.array(column, np.int32) for column in zip(*rides, strict=True)]
    walks = np.array([(one, other, walk) for (one, other), walk in paths.items() if one != other], np.int32)
    one, other, walk = walks.reshape(-1, 3).T
    names = Texts.of(str(stop) for stop in range(FEW))
    zeros = np.zeros(FEW)
    return Bare(
        WEDNESDAY,
        Stops(names, names, zeros, zeros, np.arange(FEW, dtype=np.int32), zeros.astype(np.uint8), zeros.astype(bool)),
        Trips(*np.zeros((3, len(trips)), np.int32)),
        Connections(*columns[:5], columns[5].astype(np.uint8)),
        Footpaths.of(one, other, walk, np.array([paths[stop, stop] for stop in range(FEW)], np.int32)),
        Walking(),
        (),
    )


def relax(
    trips: list[list[Call]], paths: dict[tuple[int, int], int], origin: dict[int, int], rides: int
) -> list[dict[int, int]]:
    """Find arrivals by vehicle with at most 0, 1, 2 ... rides, by looking at every pair of calls of every trip."""
    leads: dict[int, list[tuple[int, int]]] = {}
    for (one, other), walk in paths.items():
        leads.setdefault(one, []).append((other, walk))
    ready, found = dict(origin), [dict[int, int]()]
    for _ in range(rides):
        arrived = dict(found[-1])
        for calls in trips:
            aboard = False
            for stop, come, go, flags in calls:
                if aboard and not flags & NO_ALIGHTING and come < arrived.get(stop, NEVER):
                    arrived[stop] = come
                if not flags & NO_BOARDING and ready.get(stop, NEVER) <= go:
                    aboard = True
        if arrived == found[-1]:
            break
        found.append(arrived)
        for stop, come in arrived.items():
            for other, walk in leads.get(stop, ()):
                ready[other] = min(ready.get(other, NEVER), come + walk)
    return found


# Small days


@settings(deadline=None)
@given(small_days(), st.integers(0, FEW - 1), st.integers(-25, 80))
def test_earliest_arrivals_are_those_of_relaxation(small: Small, origin: int, depart: int) -> None:
    day = build(small)
    expected = relax(*small, {origin: depart, (origin + 1) % FEW: depart + 3}, 20)[-1]
    expected[origin] = min(depart, expected.get(origin, NEVER))
    expected[(origin + 1) % FEW] = min(depart + 3, expected.get((origin + 1) % FEW, NEVER))
    place = ends(day, [origin, (origin + 1) % FEW], [0, 3])
    found = connection_scan.earliest_arrivals(day, [place], depart)
    assert found.tolist() == [[expected.get(stop, NEVER) for stop in range(FEW)]]


@settings(deadline=None)
@given(small_days(), st.integers(0, FEW - 1), st.integers(-10, 130))
def test_latest_departures_are_the_mirror_of_earliest_arrivals(small: Small, goal: int, deadline: int) -> None:
    day = build(small)
    latest = connection_scan.latest_departures(day, [ends(day, goal, 4)], deadline)[0].tolist()
    for stop, leave in enumerate(latest):
        times = [leave, leave + 1] if leave > -NEVER else [-30]
        arrive = [int(arrivals(day, stop, time)[goal]) + 4 for time in times]
        if leave > -NEVER:
            assert arrive[0] <= deadline
        assert arrive[-1] > deadline


def arrivals(day: ServiceDay, stop: int, depart: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return connection_scan.earliest_arrivals(day, [ends(day, stop)], depart)[0]


@settings(deadline=None)
@given(small_days(), st.integers(0, FEW - 1), st.integers(0, FEW - 1))
def test_a_profile_has_what_repeated_scans_find(small: Small, origin: int, goal: int) -> None:
    day = build(small)
    found = connection_scan.profile(day, ends(day, origin, 1), ends(day, goal, 2))
    expected, minute = {}, -40
    for minute in range(-40, 120):
        arrive = relax(*small, {origin: minute + 1}, 20)[-1].get(goal, NEVER) + 2
        if arrive < NEVER:
            expected[arrive] = minute
    assert dict(zip(found.arrives.tolist(), found.departs.tolist(), strict=True)) == expected
    assert (np.diff(found.departs) > 0).all()
    assert (np.diff(found.arrives) > 0).all()


@settings(deadline=None)
@given(small_days(), st.integers(0, FEW - 1), st.integers(0, FEW - 1), st.integers(-25, 80))
def test_options_are_the_pareto_set_of_arrival_and_changes(small: Small, origin: int, goal: int, depart: int) -> None:
    day = build(small)
    found = journeys.options(day, ends(day, origin, 1), ends(day, goal, 2), depart=depart, most_changes=9)
    levels = relax(*small, {origin: depart + 1}, 10)
    expected: dict[int, int] = {}
    for rides, level in enumerate(levels):
        arrive = level.get(goal, NEVER) + 2
        if arrive < min([NEVER, *expected.values()]):
            expected[rides - 1] = arrive
    best = {way.arrive: way.changes for way in reversed(found)}
    assert {changes: arrive for arrive, changes in best.items()} == expected
    leaves = [way.depart for way in found if way.arrive == min(expected.values())]
    assert leaves == sorted(set(leaves))
    for way in found:
        check(way, small, depart)
        latest = connection_scan.profile(day, ends(day, origin, 1), ends(day, goal, 2))
        assert way.depart <= latest.departs[np.searchsorted(latest.arrives, way.arrive, side="right") - 1]
    if found:
        assert found[-1].depart == latest.departs[latest.arrives == found[-1].arrive]


@settings(deadline=None)
@given(small_days(), st.integers(0, FEW - 1), st.integers(0, FEW - 1), st.integers(0, 130))
def test_options_by_an_arrival_leave_as_late_as_can_be(small: Small, origin: int, goal: int, arrive: int) -> None:
    day = build(small)
    pairs = connection_scan.profile(day, ends(day, origin), ends(day, goal))
    place = ends(day, origin), ends(day, goal)
    found = journeys.options(day, *place, arrive=arrive, most_changes=9)
    in_time = pairs.departs[pairs.arrives <= arrive]
    assert (max(way.depart for way in found) if found else None) == (in_time[-1] if len(in_time) else None)
    for way in found:
        check(way, small, -50)
        assert way.arrive <= arrive
    best = journeys.journey(day, *place, arrive=arrive)
    assert best == (found[-1] if found else None) or len(found[-1].rides) > journeys.MOST_CHANGES + 1


def check(way: journeys.Itinerary, small: Small, depart: int) -> None:
    """Check that every leg exists, that each follows the one before, and that none of the rides is forbidden."""
    trips, paths = small
    now, here = depart, way.legs[0].from_stop
    for leg in way.legs:
        assert leg.depart >= now
        assert leg.from_stop == here
        if leg.trip is None:
            if journeys.PLACE not in {leg.from_stop, leg.to_stop}:
                assert leg.arrive - leg.depart == paths[leg.from_stop, leg.to_stop]
        else:
            calls = trips[leg.number]
            on = [n for n, (stop, _, go, flags) in enumerate(calls) if (stop, go, flags & 1) == (here, leg.depart, 0)]
            off = [
                n
                for n, (stop, come, _, flags) in enumerate(calls)
                if (stop, come, flags & 2) == (leg.to_stop, leg.arrive, 0)
            ]
            assert min(on) < max(off)
        now, here = leg.arrive, leg.to_stop
    for one, other in pairwise(way.legs):
        if one.trip is not None and other.trip is not None:
            assert other.depart - one.arrive >= paths[one.to_stop, other.from_stop]


@settings(deadline=None, max_examples=30)
@given(small_days(), st.integers(0, FEW - 1), st.integers(0, 60))
@example(([[(0, 0, 0, 0), (1, 5, 5, 0)]], {(stop, stop): 2 for stop in range(FEW)}), 0, 0)
def test_without_numba_the_figures_are_the_same(small: Small, stop: int, depart: int) -> None:
    fast = everything(build(small), stop, depart)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection_scan, "has_numba", lambda: False)
        connection_scan.kernel.cache_clear()
        slow = everything(build(small), stop, depart)
    connection_scan.kernel.cache_clear()
    assert fast == slow


def everything(day: ServiceDay, stop: int, depart: int) -> list[object]:
    """Ask a day for everything."""
    places = [ends(day, each) for each in range(FEW)]
    found: list[object] = [
        connection_scan.earliest_arrivals(day, places, depart).tolist(),
        connection_scan.latest_departures(day, places, depart + 40).tolist(),
    ]
    for place in places:
        pairs = connection_scan.profile(day, place, places[stop])
        found += [pairs.departs.tolist(), pairs.arrives.tolist()]
        found.append(journeys.options(day, place, places[stop], depart=depart))
        found.append(journeys.options(day, place, places[stop], arrive=depart + 40))
    return found


def test_a_walk_is_never_followed_by_another() -> None:
    paths = {(stop, stop): 2 for stop in range(FEW)} | {(1, 2): 3, (2, 3): 3}
    trips = [[(0, 0, 0, 0), (1, 10, 10, 0)], [(3, 30, 30, 0), (4, 40, 40, 0)], [(2, 20, 20, 0), (4, 45, 45, 0)]]
    day = build((trips, paths))
    assert arrivals(day, 0, 0).tolist() == [0, 10, NEVER, NEVER, 45]


def test_an_arrival_that_is_later_than_a_walk_to_the_stop_still_counts_for_walking_on() -> None:
    # The walk brings one to stop 2 at 13; the bus at 15 alone lets one walk on to stop 3.
    paths = {(stop, stop): 2 for stop in range(FEW)} | {(1, 2): 3, (2, 3): 3}
    trips = [[(0, 0, 0, 0), (1, 10, 10, 0), (2, 15, 15, 0)], [(3, 18, 18, 0), (4, 25, 25, 0)]]
    assert arrivals(build((trips, paths)), 0, 0)[4] == 25


@settings(deadline=None)
@given(small_days(), st.integers(-25, 80))
def test_neighbours_that_share_a_scan_find_what_each_would_alone(small: Small, depart: int) -> None:
    day = build(small)
    places = [ends(day, [stop, (stop + 2) % FEW], [0, 3]) for stop in range(FEW)]
    alone = connection_scan.earliest_arrivals(day, places, depart)
    back = connection_scan.latest_departures(day, places, depart + 40)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection_scan, "MANY_CONNECTIONS", 0)
        patch.setattr(connection_scan, "SHARING", 3)
        np.testing.assert_array_equal(connection_scan.earliest_arrivals(day, places, depart), alone)
        np.testing.assert_array_equal(connection_scan.latest_departures(day, places, depart + 40), back)


def test_many_places_at_once_are_as_one_by_one() -> None:
    day = build(([[(0, 0, 0, 0), (1, 10, 12, 0), (2, 20, 20, 0)]], {(stop, stop): 2 for stop in range(FEW)}))
    places = [ends(day, stop) for stop in range(FEW)]
    together = connection_scan.earliest_arrivals(day, places, 0)
    for place, row in zip(places, together, strict=True):
        np.testing.assert_array_equal(connection_scan.earliest_arrivals(day, [place], 0)[0], row)
    assert connection_scan.earliest_arrivals(day, [], 0).shape == (0, FEW)


@pytest.mark.parametrize(("stop", "walk"), [(FEW, 0), (-1, 0), (0, -1)])
def test_a_stop_that_is_none_and_a_walk_back_in_time_are_refused(stop: int, walk: int) -> None:
    day = build(([[(0, 0, 0, 0), (1, 10, 10, 0)]], {(each, each): 2 for each in range(FEW)}))
    with pytest.raises(InputError, match="give"):
        ends(day, stop, walk)


def test_a_place_without_stops_reaches_nothing() -> None:
    day = build(([[(0, 0, 0, 0), (1, 10, 10, 0)]], {(each, each): 2 for each in range(FEW)}))
    nowhere = ends(day, [])
    assert (connection_scan.earliest_arrivals(day, [nowhere], 0) == NEVER).all()
    assert len(connection_scan.profile(day, nowhere, ends(day, 1)).departs) == 0
    assert journeys.options(day, nowhere, ends(day, 1), depart=0) == ()


# A real day


@cache
def newport() -> ServiceDay:
    """Open a Wednesday of the real feed."""
    return Timetable((gtfs_read.read(NEWPORT),)).on(WEDNESDAY)


@cache
def by_hand() -> list[list[Call]]:
    """Read the same Wednesday's trips from the files, in plain Python, with the night before it and after it."""
    day = newport()
    rows = {stop: row for row, stop in enumerate(day.stops.id)}

    def table(name: str) -> Iterator[dict[str, str]]:
        with zipfile.ZipFile(NEWPORT) as archive, archive.open(name) as file:
            yield from csv.DictReader(io.TextIOWrapper(file, encoding="utf-8-sig"))

    runs = {
        row["service_id"]: [row[name] == "1" for name in ("tuesday", "wednesday", "thursday")]
        for row in table("calendar.txt")
        if row["start_date"] <= "20230613" and row["end_date"] >= "20230615"
    }
    service = {row["trip_id"]: row["service_id"] for row in table("trips.txt")}
    read: dict[str, list[tuple[int, Call]]] = {}
    for row in table("stop_times.txt"):
        come, go = (
            sum(int(part) * unit for part, unit in zip(row[name].split(":"), (3600, 60, 1), strict=True))
            for name in ("arrival_time", "departure_time")
        )
        flags = (row["pickup_type"] == "1") * NO_BOARDING + (row["drop_off_type"] == "1") * NO_ALIGHTING
        read.setdefault(row["trip_id"], []).append((int(row["stop_sequence"]), (rows[row["stop_id"]], come, go, flags)))
    trips = []
    for trip, numbered in read.items():
        calls = [call for _, call in sorted(numbered)]
        tuesday, wednesday, thursday = runs.get(service[trip], [False] * 3)
        shifts = [0] * wednesday
        shifts += [-86_400] * (tuesday and calls[-1][1] > 86_400) + [86_400] * (thursday and calls[0][2] < 4 * 3600)
        trips += [[(stop, come + shift, go + shift, flags) for stop, come, go, flags in calls] for shift in shifts]
    return trips


real = pytest.mark.skipif(not NEWPORT.is_file(), reason="the real feed is not at hand")


@real
def test_a_real_day_has_the_trips_that_the_files_give_it() -> None:
    day = newport()
    assert len(day.trips.row) == len(by_hand())
    mine = sorted(zip(*(column.tolist() for column in columns(day.connections)), strict=True))
    theirs = sorted(
        (one[0], other[0], one[2], other[1], one[3] & NO_BOARDING | other[3] & NO_ALIGHTING)
        for calls in by_hand()
        for one, other in pairwise(calls)
    )
    assert mine == theirs


def columns(rides: Connections) -> tuple[np.ndarray[tuple[int], np.dtype[np.int32]], ...]:
    return rides.leave, rides.reach, rides.departs, rides.arrives, rides.flags.astype(np.int32)


@real
def test_a_real_days_arrivals_are_those_of_relaxation() -> None:
    day = newport()
    paths = day.footpaths
    one = np.repeat(np.arange(len(paths.change)), np.diff(paths.starts)).tolist()
    walks = dict(zip(zip(one, paths.other.tolist(), strict=True), paths.seconds.tolist(), strict=True))
    walks |= {(stop, stop): change for stop, change in enumerate(paths.change.tolist())}
    origins = np.random.default_rng(0).choice(np.flatnonzero(day.served), 25, replace=False).tolist()
    found = connection_scan.earliest_arrivals(day, [ends(day, stop) for stop in origins], 9 * 3600)
    for origin, row in zip(origins, found, strict=True):
        expected = relax(by_hand(), walks, {origin: 9 * 3600}, 30)[-1] | {origin: 9 * 3600}
        assert row.tolist() == [expected.get(stop, NEVER) for stop in range(len(row))]
    assert (found < NEVER).mean() > 0.4


@real
def test_on_a_real_day_arriving_by_is_the_mirror_of_leaving_after() -> None:
    day, deadline = newport(), 14 * 3600
    goals = np.random.default_rng(1).choice(np.flatnonzero(day.served), 8, replace=False).tolist()
    latest = connection_scan.latest_departures(day, [ends(day, stop) for stop in goals], deadline)
    for goal, row in zip(goals, latest, strict=True):
        for stop in np.flatnonzero(row > -NEVER)[::9].tolist():
            leave = int(row[stop])
            assert arrivals(day, stop, leave)[goal] <= deadline
            assert arrivals(day, stop, leave + 1)[goal] > deadline


@real
def test_on_a_real_day_profiles_and_options_agree_with_the_scans() -> None:
    day = newport()
    rng = np.random.default_rng(2)
    for origin, goal in rng.choice(np.flatnonzero(day.served), (12, 2)).tolist():
        if origin == goal:
            continue
        pairs = connection_scan.profile(day, ends(day, origin), ends(day, goal))
        for leave, arrive in zip(pairs.departs.tolist(), pairs.arrives.tolist(), strict=True):
            assert arrivals(day, origin, leave)[goal] == arrive
            assert arrivals(day, origin, leave + 1)[goal] > arrive
        after = pairs.arrives[pairs.departs >= 9 * 3600]
        best = journeys.journey(day, ends(day, origin), ends(day, goal), depart=9 * 3600)
        assert (best.arrive if best else None) == (after[0] if len(after) else None)
