"""Days put together from feeds: nights, clock changes, exceptions, several feeds, step-free, and who walks where."""

from __future__ import annotations

import zipfile
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from nearhome.data.base.coordinates import crow_miles
from nearhome.data.errors import DateError, InputError
from nearhome.geo.gtfs import read as gtfs_read
from nearhome.geo.gtfs.feeds import NO_ALIGHTING, NO_BOARDING, Texts
from nearhome.geo.timetables import connection_scan, timetable
from nearhome.geo.timetables.timetable import ServiceDay, Timetable
from nearhome.geo.timetables.transfers import DETOUR, NEVER, Footpaths, Walking, footpaths
from tests.paths import SHARED

if TYPE_CHECKING:
    from pathlib import Path

PT = SHARED / "data" / "pt"
HOUR = 3600
DAY = 24 * HOUR
METRES_PER_MILE = 1609.344

AGENCY = "agency_id,agency_name,agency_url,agency_timezone\nB,Blue Buses,https://example.org,Europe/London\n"
STOPS = (
    "stop_id,stop_name,stop_lat,stop_lon,wheelchair_boarding\n"
    "a,A,50.100,-5.1,1\nb,B,50.200,-5.1,0\nc,C,50.300,-5.1,2\nd,D,,,\n"
)
ROUTES = "route_id,agency_id,route_short_name,route_long_name,route_type\n7,B,7,,3\n"
CALENDAR = (
    "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    "wk,1,1,1,1,1,0,0,20260301,20261130\nsa,0,0,0,0,0,1,0,20260301,20261130\n"
)


def make(tmp_path: Path, trips: dict[str, tuple[str, str]], name: str = "buses", **more: str) -> Timetable:
    """Make a timetable of trips, each a service and calls such as "a 08:00:00 b 08:10:00"."""
    lines, times = ["route_id,service_id,trip_id,wheelchair_accessible"], []
    for trip, (service, calls) in trips.items():
        lines.append(f"7,{service},{trip},{2 if trip.startswith('steps') else 0}")
        words = calls.split()
        stops, clocks = words[::2], words[1::2]
        times += [f"{trip},{at},{at},{stop},{n}" for n, (stop, at) in enumerate(zip(stops, clocks, strict=True))]
    files = {
        "agency.txt": AGENCY,
        "stops.txt": STOPS,
        "routes.txt": ROUTES,
        "calendar.txt": CALENDAR,
        "trips.txt": "\n".join(lines) + "\n",
        "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n" + "\n".join(times) + "\n",
    }
    file = tmp_path / f"{name}.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for member, text in (files | {f"{key}.txt": text for key, text in more.items()}).items():
            archive.writestr(member, text)
    return Timetable((gtfs_read.read(file),))


def rides(day: ServiceDay) -> list[tuple[str, str, int, str, int]]:
    """List a day's rides: trip, from, at, to, at."""
    one = day.connections
    return sorted(
        (day.trip(trip).id, day.stops.id[leave], go, day.stops.id[reach], come)
        for leave, reach, go, come, trip in zip(
            *(column.tolist() for column in (one.leave, one.reach, one.departs, one.arrives, one.trip)), strict=True
        )
    )


def test_a_day_has_the_trips_whose_service_runs(tmp_path: Path) -> None:
    made = make(tmp_path, {"t": ("wk", "a 08:00:00 b 08:10:00 c 08:20:00"), "s": ("sa", "a 09:00:00 b 09:10:00")})
    assert rides(made.on(date(2026, 6, 10))) == [
        ("t", "a", 8 * HOUR, "b", 8 * HOUR + 600),
        ("t", "b", 8 * HOUR + 600, "c", 8 * HOUR + 1200),
    ]
    assert [ride[0] for ride in rides(made.on(date(2026, 6, 13)))] == ["s"]
    assert rides(made.on(date(2026, 6, 14))) == []


def test_late_trips_run_into_the_next_day_and_early_ones_belong_to_the_night(tmp_path: Path) -> None:
    made = make(
        tmp_path,
        {
            "late": ("wk", "a 23:50:00 b 24:20:00"),
            "early": ("wk", "a 00:30:00 b 00:50:00"),
            "later": ("wk", "a 04:00:00 b 04:20:00"),
        },
    )
    late, early = 23 * HOUR + 50 * 60, 30 * 60
    assert rides(made.on(date(2026, 6, 10))) == sorted(
        [
            ("late", "a", late - DAY, "b", 20 * 60),
            ("late", "a", late, "b", DAY + 20 * 60),
            ("early", "a", early, "b", early + 20 * 60),
            ("early", "a", DAY + early, "b", DAY + early + 20 * 60),
            ("later", "a", 4 * HOUR, "b", 4 * HOUR + 20 * 60),
        ]
    )
    assert rides(made.on(date(2026, 6, 13))) == [("late", "a", late - DAY, "b", 20 * 60)]  # Friday's, on Saturday
    assert rides(made.on(date(2026, 6, 14))) == [("early", "a", DAY + early, "b", DAY + early + 20 * 60)]  # Monday's


def test_a_trip_of_two_nights_is_there_on_three_days(tmp_path: Path) -> None:
    made = make(tmp_path, {"far": ("sa", "a 22:00:00 b 50:00:00")})
    found = [rides(made.on(date(2026, 6, day)))[0][2:] for day in (13, 14, 15)]
    assert found == [(22 * HOUR - n * DAY, "b", 50 * HOUR - n * DAY) for n in (0, 1, 2)]
    assert rides(made.on(date(2026, 6, 16))) == []


@pytest.mark.parametrize("sunday", [date(2026, 3, 29), date(2026, 10, 25), date(2026, 6, 14)])
def test_the_night_the_clocks_change_is_an_hour_shorter_or_longer(tmp_path: Path, sunday: date) -> None:
    made = make(tmp_path, {"far": ("sa", "a 23:00:00 b 33:00:00")})
    _, _, leave, _, come = rides(made.on(sunday))[0]
    london = ZoneInfo("Europe/London")
    starts = [
        datetime(day.year, day.month, day.day, 12, tzinfo=london).astimezone(UTC) - timedelta(hours=12)
        for day in (sunday - timedelta(1), sunday)
    ]
    assert starts[0] + timedelta(hours=33) == starts[1] + timedelta(seconds=come)
    assert come - leave == 10 * HOUR


@pytest.mark.parametrize("year", range(2003, 2040))
def test_summer_time_is_that_of_the_time_zone_table(year: int) -> None:
    london, summer = ZoneInfo("Europe/London"), timetable._summer  # noqa: SLF001 -- a rule easier to test by itself
    for number in range(365):
        day = date(year, 1, 1) + timedelta(number)
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=london)
        assert summer(day) == (noon.utcoffset() == timedelta(hours=1))


@pytest.mark.parametrize("when", [date(2026, 2, 28), date(2026, 12, 1), date(1990, 6, 1)])
def test_a_date_outside_the_period_names_it(tmp_path: Path, when: date) -> None:
    made = make(tmp_path, {"t": ("wk", "a 08:00:00 b 08:10:00")})
    assert made.period == (date(2026, 3, 1), date(2026, 11, 30))
    with pytest.raises(DateError, match=rf"'buses' runs from 1 March 2026 to 30 November 2026, .*{when.year} is outs"):
        made.on(when)


def test_several_feeds_make_one_day(tmp_path: Path) -> None:
    one = make(tmp_path, {"t": ("wk", "a 08:00:00 b 08:10:00")})
    other = make(tmp_path, {"u": ("wk", "b 08:20:00 c 08:30:00")}, "boats", calendar=CALENDAR.replace("1130", "1031"))
    both = Timetable((*one.feeds, *other.feeds))
    assert both.names == ("buses", "boats")
    assert both.period == (date(2026, 3, 1), date(2026, 10, 31))
    assert both.version.startswith("buses+")
    day = both.on(date(2026, 6, 10))
    assert [ride[0] for ride in rides(day)] == ["t", "u"]
    assert list(day.stops.id) == ["a", "b", "c", "d"] * 2
    found = connection_scan.earliest_arrivals(day, [connection_scan.ends(day, 0)], 8 * HOUR)[0]
    assert found[6] == 8 * HOUR + 30 * 60  # b of one feed stands where b of the other does
    assert [day.trip(number).feed for number in (0, 1)] == ["buses", "boats"]
    with pytest.raises(DateError, match="'boats'"):
        both.on(date(2026, 11, 10))


def test_a_trip_has_the_names_that_passengers_know(tmp_path: Path) -> None:
    often = "trip_id,start_time,end_time,headway_secs\nt,09:00:00,10:00:00,1800\n"
    day = make(tmp_path, {"t": ("wk", "a 08:00:00 b 08:10:00")}, frequencies=often).on(date(2026, 6, 10))
    assert day.trip(1) == ("buses", "t", "7", "bus", "Blue Buses", "", 1800)
    assert [ride[2] for ride in rides(day)] == [9 * HOUR, 9 * HOUR + 1800]


def test_step_free_leaves_out_stops_and_trips_known_not_to_be(tmp_path: Path) -> None:
    made = make(tmp_path, {"t": ("wk", "a 08:00:00 b 08:10:00 c 08:20:00"), "steps": ("wk", "a 09:00:00 b 09:10:00")})
    day = made.on(date(2026, 6, 10), Walking(step_free=True))
    assert {ride[0] for ride in rides(day)} == {"t"}
    assert day.connections.flags.tolist() == [0, NO_ALIGHTING]
    reached = connection_scan.earliest_arrivals(day, [connection_scan.ends(day, 0)], 8 * HOUR)[0]
    assert reached.tolist() == [8 * HOUR, 8 * HOUR + 600, NEVER, NEVER]


def test_time_turned_round_swaps_ends_and_rights(tmp_path: Path) -> None:
    day = make(tmp_path, {"t": ("wk", "a 08:00:00 b 08:10:00 c 08:20:00")}).on(date(2026, 6, 10))
    day.connections.flags[:] = [NO_BOARDING | 4, NO_ALIGHTING | 8]
    back, _ = day.backward
    assert back.leave.tolist() == [2, 1]
    assert back.departs.tolist() == [-8 * HOUR - 1200, -8 * HOUR - 600]
    assert back.arrives.tolist() == [-8 * HOUR - 600, -8 * HOUR]
    assert back.flags.tolist() == [NO_BOARDING | 8, NO_ALIGHTING | 4]


def test_near_finds_stops_that_are_served_the_nearest_first(tmp_path: Path) -> None:
    day = make(tmp_path, {"t": ("wk", "a 08:00:00 b 08:10:00")}).on(date(2026, 6, 10))
    rows, metres = day.near(50.19, -5.1, 20_000)
    assert rows.tolist() == [1, 0]  # c is nearer than a, but nothing calls there
    miles = [crow_miles(50.19, -5.1, lat, -5.1) for lat in (50.2, 50.1)]
    np.testing.assert_allclose(metres, np.array(miles) * METRES_PER_MILE, rtol=1e-3)
    assert day.near(52.0, 1.0, 1_000)[0].tolist() == []


def test_nothing_installed_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEARHOME_DATA", str(tmp_path))
    assert timetable.installed() is None
    with pytest.raises(InputError, match="nearhome data import gtfs"):
        timetable.open_installed()


def test_the_last_two_days_are_kept(tmp_path: Path) -> None:
    made = make(tmp_path, {"t": ("wk", "a 08:00:00 b 08:10:00")})
    first, slow = date(2026, 6, 10), Walking(metres_per_second=0.9)
    kept = made.on(first)
    assert made.on(first, Walking()) is kept
    other = made.on(first, slow)
    assert other is not kept
    assert made.on(first) is kept
    made.on(date(2026, 6, 11))
    assert made.on(first) is kept
    assert made.on(first, slow) is not other


def test_the_timetable_is_opened_once_until_the_next_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEARHOME_DATA", str(tmp_path / "own"))
    make(tmp_path, {"t": ("wk", "a 08:00:00 b 08:10:00")})
    gtfs_read.import_feeds([tmp_path / "buses.zip"])
    opened = timetable.installed()
    assert timetable.installed() is opened
    make(tmp_path, {"u": ("wk", "a 08:00:00 b 08:10:00")})
    gtfs_read.import_feeds([tmp_path / "buses.zip"])
    again = timetable.open_installed()
    assert again is not opened
    assert list(again.feeds[0].trip_id) == ["u"]


def test_texts_come_back_as_they_were() -> None:
    words = ["", "Café", "é" * 300, "x"]
    assert list(Texts.joined([Texts.of(words), Texts.of([]), Texts.of(["y"])])) == [*words, "y"]
    assert Texts.of(words)[-1] == "x"
    with pytest.raises(IndexError):
        Texts.of(words)[4]


# Who walks where


def walks(found: Footpaths) -> dict[tuple[int, int], int]:
    one = np.repeat(np.arange(len(found.change)), np.diff(found.starts)).tolist()
    return dict(zip(zip(one, found.other.tolist(), strict=True), found.seconds.tolist(), strict=True))


@cache
def some_stops() -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], np.ndarray[tuple[int], np.dtype[np.float64]]]:
    rng = np.random.default_rng(4)
    return 51.5 + rng.uniform(0, 0.02, 60), -2.6 + rng.uniform(0, 0.03, 60)


def test_footpaths_are_all_pairs_within_reach_at_walking_speed() -> None:
    lat, lon = some_stops()
    walking = Walking(metres_per_second=1.1, most_metres=350, change_seconds=45)
    found = walks(footpaths(lat, lon, np.arange(60), np.zeros(60, bool), np.zeros((0, 3), np.int32), walking))
    for one in range(60):
        for other in range(60):
            metres = METRES_PER_MILE * crow_miles(lat[one], lon[one], lat[other], lon[other])
            if one == other or metres > 352:
                assert (one, other) not in found
            elif metres < 348:
                assert found[one, other] == pytest.approx(45 + metres * DETOUR / 1.1, rel=0.01, abs=2)


def test_stations_and_trains_and_what_feeds_say() -> None:
    lat = np.array([51.0, 51.0, 51.001, 51.1, np.nan])
    lon = np.full(5, -2.0)
    rail = np.array([False, False, False, True, False])
    given = np.array([[0, 1, 500], [1, 0, 0], [0, 2, -1], [2, 4, 90], [1, 1, 30], [3, 3, -1], [2, 2, 0]], np.int32)
    found = footpaths(lat, lon, np.array([0, 1, 2, 2, 4]), rail, given, Walking(most_metres=200))
    seconds = walks(found)
    metres = METRES_PER_MILE * crow_miles(51.0, -2.0, 51.001, -2.0)
    apart = METRES_PER_MILE * crow_miles(51.001, -2.0, 51.1, -2.0)
    assert seconds[0, 1] == 500  # the feed's least time is more than the walk of nothing
    assert seconds[1, 0] == 60  # a transfer without a time
    assert (0, 2) not in seconds  # forbidden
    assert seconds[2, 0] == pytest.approx(60 + metres * DETOUR / 1.2, abs=2)  # but not the other way
    assert seconds[2, 3] == pytest.approx(300 + apart * DETOUR / 1.2, rel=0.01)  # one station, with trains
    assert seconds[2, 4] == 90  # to a stop without coordinates, where the feed knows
    assert found.change.tolist() == [60, 30, 60, NEVER, 60]
    assert walks(found.turned()) == {(other, one): value for (one, other), value in seconds.items()}


@pytest.mark.parametrize(
    "wrong",
    [
        {"metres_per_second": 0.0},
        {"metres_per_second": float("nan")},
        {"most_metres": -1.0},
        {"change_seconds": 0},
        {"rail_change_seconds": 10**6},
    ],
)
def test_walking_that_nobody_does_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(InputError, match=f"{next(iter(wrong))} cannot be .*; give a number from"):
        Walking(**wrong)


@pytest.mark.skipif(not PT.is_dir(), reason="the real feeds are not at hand")
def test_real_feeds_together_have_the_trips_of_both() -> None:
    read = [gtfs_read.read(next(PT.glob(pattern))) for pattern in ("newport-*.zip", "chester-*.zip")]
    when = date(2023, 9, 13)
    alone = [Timetable((feed,)).on(when) for feed in read]
    both = Timetable(tuple(read)).on(when)
    assert len(both.connections.leave) == sum(len(day.connections.leave) for day in alone)
    assert len(both.footpaths.other) == sum(len(day.footpaths.other) for day in alone)
    with pytest.raises(DateError, match="chester"):
        Timetable(tuple(read)).on(date(2023, 6, 14))
