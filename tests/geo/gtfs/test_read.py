"""Feeds in every shape they come in, each mistake in them told by file, line and value, and nothing half installed."""

from __future__ import annotations

import zipfile
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner

from nearhome.app.cli.shell import main
from nearhome.data.errors import SourceError, TableError
from nearhome.geo.gtfs import checks, feeds
from nearhome.geo.gtfs import read as gtfs_read
from nearhome.geo.gtfs.feeds import ARRANGED, INTERPOLATED, NO_ALIGHTING, NO_BOARDING, Feed, Texts
from nearhome.geo.timetables import timetable
from tests.paths import SHARED

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

PT = SHARED / "data" / "pt"

# A bus from the square by the mill to the quay, twice on weekdays; the quay has two stands.
FILES = {
    "agency.txt": "agency_id,agency_name,agency_url,agency_timezone\nB,Blue Buses,https://example.org,Europe/London\n",
    "stops.txt": (
        "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station,wheelchair_boarding\n"
        "sq,Square,50.10,-5.10,,,1\n"
        'mill,"Mill, the old one",50.11,-5.10,0,,\n'
        "q1,Quay,50.12,-5.10,0,quay,\n"
        "q2,Quay,,,0,quay,2\n"
        "quay,Quay,50.1201,-5.10,1,,1\n"
    ),
    "routes.txt": "route_id,agency_id,route_short_name,route_long_name,route_type\n7,B,7,Square to Quay,3\n",
    "trips.txt": "route_id,service_id,trip_id,trip_headsign,wheelchair_accessible\n7,wk,t1,Quay,1\n7,wk,t2,Quay,\n",
    "stop_times.txt": (
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type\n"
        "t1,08:00:00,08:00:00,sq,1,0,1\n"
        "t1,8:10:00,8:11:00,mill,2,,\n"
        "t1,08:20:00,08:20:00,q1,5,1,0\n"
        "t2,24:50:00,24:50:00,sq,1,2,1\n"
        "t2,25:00:00,25:01:00,mill,2,,3\n"
        "t2,25:10:00,25:10:00,q2,3,1,0\n"
    ),
    "calendar.txt": (
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        "wk,1,1,1,1,1,0,0,20260601,20260831\n"
    ),
}


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point the user's data at an empty folder."""
    folder = tmp_path / "own"
    monkeypatch.setenv("NEARHOME_DATA", str(folder))
    return folder


def write(tmp_path: Path, changes: dict[str, str | None] | None = None, name: str = "buses.zip") -> Path:
    """Write the tiny feed with some files replaced, or left out where they are None."""
    file = tmp_path / name
    with zipfile.ZipFile(file, "w") as archive:
        for member, text in (FILES | (changes or {})).items():
            if text is not None:
                archive.writestr(member, text)
    return file


def changed(file: str, old: str, new: str) -> dict[str, str | None]:
    """Replace a piece of one of the tiny feed's files."""
    assert old in FILES[file]
    return {file: FILES[file].replace(old, new, 1)}


def calls(feed: Feed, trip: int) -> list[tuple[str, int, int]]:
    """List a trip's calls: stop and minutes of arrival and departure."""
    rows = slice(int(feed.trip_first[trip]), int(feed.trip_first[trip] + feed.trip_count[trip]))
    shift = int(feed.trip_shift[trip])
    stops, come, go = (column[rows].tolist() for column in (feed.call_stop, feed.call_arrive, feed.call_depart))
    return [(feed.stop_id[s], (a + shift) // 60, (d + shift) // 60) for s, a, d in zip(stops, come, go, strict=True)]


def test_a_feed_is_read_as_it_is_written(tmp_path: Path) -> None:
    feed = gtfs_read.read(write(tmp_path))
    assert (feed.name, feed.publisher, feed.agencies) == ("buses", "Blue Buses", ("Blue Buses",))
    assert (feed.first, feed.last) == (date(2026, 6, 1), date(2026, 8, 31))
    assert list(feed.stop_id) == ["sq", "mill", "q1", "q2"]
    assert feed.stop_name[1] == "Mill, the old one"
    np.testing.assert_array_equal(feed.stop_lat, [50.10, 50.11, 50.12, 50.1201])  # q2 stands where its station does
    assert feed.stop_station[2] == feed.stop_station[3]
    assert len(set(feed.stop_station.tolist())) == 3
    assert feed.stop_access.tolist() == [1, 0, 1, 2]
    assert feed.trip_access.tolist() == [1, 0]
    assert feed.routes[0] == ("7", "Square to Quay", "bus", "Blue Buses")
    assert [feed.head_sign[sign] for sign in feed.trip_sign.tolist()] == ["Quay", "Quay"]
    assert calls(feed, 0) == [("sq", 480, 480), ("mill", 490, 491), ("q1", 500, 500)]
    assert calls(feed, 1) == [("sq", 1490, 1490), ("mill", 1500, 1501), ("q2", 1510, 1510)]
    assert feed.call_flags[:4].tolist() == [NO_ALIGHTING, 0, NO_BOARDING, ARRANGED | NO_ALIGHTING]
    assert feed.remarks == ()


def test_bom_quotes_blanks_line_ends_and_a_folder_are_read_all_the_same(tmp_path: Path) -> None:
    plain = gtfs_read.read(write(tmp_path))
    file = tmp_path / "odd" / "buses.zip"
    file.parent.mkdir()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in FILES.items():
            lines = [
                ",".join(word if '"' in line else f'"{word} "' for word in line.split(",")) for line in text.split("\n")
            ]
            archive.writestr(f"export/{name}", "\ufeff" + "\r\n".join(line for line in lines if line != '" "'))
    odd = gtfs_read.read(file)
    assert list(odd.stop_id) == list(plain.stop_id)
    assert list(odd.stop_name) == list(plain.stop_name)
    for trip in (0, 1):
        assert calls(odd, trip) == calls(plain, trip)


def test_calls_are_ordered_by_sequence_whatever_their_order_in_the_file(tmp_path: Path) -> None:
    header, *rows = FILES["stop_times.txt"].splitlines()
    feed = gtfs_read.read(write(tmp_path, {"stop_times.txt": "\n".join([header, *reversed(rows)]) + "\n"}))
    assert calls(feed, 0) == calls(gtfs_read.read(write(tmp_path)), 0)


def test_exceptions_add_and_remove_days(tmp_path: Path) -> None:
    dates = "service_id,date,exception_type\nwk,20260603,2\nwk,20260606,1\n"
    services = gtfs_read.read(write(tmp_path, {"calendar_dates.txt": dates})).services
    june = {day: bool(services.running(date(2026, 6, day))[0]) for day in (1, 2, 3, 5, 6, 7, 8)}
    assert june == {1: True, 2: True, 3: False, 5: True, 6: True, 7: False, 8: True}
    assert not services.running(date(2026, 9, 1))[0]


def test_a_feed_may_have_dates_only(tmp_path: Path) -> None:
    dates = "service_id,date,exception_type\nwk,20260603,1\nwk,20260610,1\n"
    feed = gtfs_read.read(write(tmp_path, {"calendar.txt": None, "calendar_dates.txt": dates}))
    assert (feed.first, feed.last) == (date(2026, 6, 3), date(2026, 6, 10))
    assert [feed.services.running(date(2026, 6, day)).tolist() for day in (3, 4, 10)] == [[True], [False], [True]]


def test_the_feeds_own_dates_narrow_the_period(tmp_path: Path) -> None:
    info = "feed_publisher_name,feed_start_date,feed_end_date\nThe County,20260615,20270101\n"
    feed = gtfs_read.read(write(tmp_path, {"feed_info.txt": info}))
    assert (feed.publisher, feed.first, feed.last) == ("The County", date(2026, 6, 15), date(2026, 8, 31))


def test_a_frequency_makes_trips_that_say_so(tmp_path: Path) -> None:
    often = (
        "trip_id,start_time,end_time,headway_secs,exact_times\nt1,09:00:00,10:00:00,1200,\nt1,12:00:00,12:01:00,60,1\n"
    )
    feed = gtfs_read.read(write(tmp_path, {"frequencies.txt": often}))
    runs = sorted((calls(feed, trip)[0][1], int(feed.trip_headway[trip])) for trip in range(len(feed.trip_first)))
    assert runs == [(540, 1200), (560, 1200), (580, 1200), (720, 0), (1490, 0)]
    again = next(trip for trip in range(len(feed.trip_first)) if calls(feed, trip)[0][1] == 560)
    assert calls(feed, again) == [("sq", 560, 560), ("mill", 570, 571), ("q1", 580, 580)]


def test_a_call_without_a_time_is_put_between_the_others_and_marked(tmp_path: Path) -> None:
    feed = gtfs_read.read(write(tmp_path, changed("stop_times.txt", "8:10:00,8:11:00,mill", ",,mill")))
    assert calls(feed, 0)[1] == ("mill", 490, 490)
    assert feed.call_flags[:3].tolist() == [NO_ALIGHTING, INTERPOLATED, NO_BOARDING]
    assert feed.remarks == ("1 calls have no time of their own and are put evenly between those that have",)


def test_transfers_of_a_station_are_those_of_its_stops(tmp_path: Path) -> None:
    rows = (
        "from_stop_id,to_stop_id,transfer_type,min_transfer_time\nmill,quay,2,240\nsq,sq,2,30\nsq,mill,3,\nmill,sq,0,\n"
    )
    feed = gtfs_read.read(write(tmp_path, {"transfers.txt": rows}))
    assert feed.transfers.tolist() == [[1, 2, 240], [1, 3, 240], [0, 0, 30], [0, 1, -1], [1, 0, 0]]


def test_what_cannot_be_used_of_a_sound_feed_is_remarked(tmp_path: Path) -> None:
    changes = changed("stops.txt", "50.11,-5.10", ",") | changed("trips.txt", "7,wk,t2", "7,wk,t3,Nowhere,\n7,wk,t2")
    feed = gtfs_read.read(write(tmp_path, changes))
    assert feed.remarks == (
        "1 stops have no coordinates: trips call there, but nobody is walked to them",
        "1 trips have fewer than two calls and are left out",
    )
    assert np.isnan(feed.stop_lat[1])
    assert list(feed.trip_id) == ["t1", "t2"]


BROKEN: dict[str, tuple[dict[str, str | None], list[str]]] = {
    "a file is missing": ({"trips.txt": None}, ["trips.txt is missing"]),
    "two files are missing": ({"trips.txt": None, "stops.txt": None}, ["2 problems", "trips.txt is", "stops.txt is"]),
    "no calendar": ({"calendar.txt": None}, ["calendar.txt is missing, and calendar_dates.txt with it"]),
    "a column is missing": (changed("stop_times.txt", "stop_sequence", "order"), ["lacks the column 'stop_sequence'"]),
    "a column is there twice": (changed("routes.txt", "route_long_name", "route_id"), ["the column 'route_id' twice"]),
    "a row is short": (
        changed("trips.txt", "7,wk,t2,Quay,", "7,wk,t2"),
        ["trips.txt line 3: has 3 fields, the header 5"],
    ),
    "an unknown stop": (
        changed("stop_times.txt", "mill,2", "moon,2"),
        ["stop_times.txt line 3: stop_id 'moon' is not in stops.txt"],
    ),
    "a call at a station": (
        changed("stop_times.txt", "q1,5", "quay,5"),
        ["line 4: stop_id 'quay' is not in stops.txt"],
    ),
    "an unknown trip": (
        changed("stop_times.txt", "t2,24:50", "t9,24:50"),
        ["line 5: trip_id 't9' is not in trips.txt"],
    ),
    "an unknown route": (
        changed("trips.txt", "7,wk,t2", "8,wk,t2"),
        ["trips.txt line 3: route_id '8' is not in routes"],
    ),
    "an unknown service": (changed("trips.txt", "7,wk,t2", "7,we,t2"), ["line 3: service_id 'we' is not in calendar"]),
    "an unknown agency": (
        changed("routes.txt", "7,B,7", "7,Z,7"),
        ["routes.txt line 2: agency_id 'Z' is not in agency"],
    ),
    "an unknown station": (changed("stops.txt", "0,quay,2", "0,pier,2"), ["stops.txt line 5: parent_station 'pier'"]),
    "a station that is a stop": (changed("stops.txt", "0,quay,2", "0,sq,2"), ["'sq' has not location_type 1"]),
    "a trip twice": (changed("trips.txt", "wk,t2", "wk,t1"), ["trips.txt line 3: trip_id 't1' is empty or was there"]),
    "no name": (changed("trips.txt", "wk,t2", "wk,"), ["trips.txt line 3: trip_id '' is empty"]),
    "a time that is none": (
        changed("stop_times.txt", "8:11:00", "8:61:00"),
        ["line 3: departure_time '8:61:00' is no"],
    ),
    "a first call without a time": (
        changed("stop_times.txt", "08:00:00,08:00:00", ","),
        ["line 2: of trip 't1' is its first or last call and has no time"],
    ),
    "back in time": (
        changed("stop_times.txt", "08:20:00,08:20:00", "08:10:30,08:20:00"),
        ["line 4: of trip 't1' arrives before it departed from the call before"],
    ),
    "away before it came": (changed("stop_times.txt", "8:11:00", "8:09:00"), ["line 3: of trip 't1' departs before"]),
    "a sequence twice": (changed("stop_times.txt", "mill,2", "mill,1"), ["line 3: of trip 't1' repeats its stop_sequ"]),
    "no sequence": (changed("stop_times.txt", "mill,2", "mill,"), ["line 3: stop_sequence '' is no whole number"]),
    "a latitude that is none": (changed("stops.txt", "50.11", "95.1"), ["line 3: stop_lat '95.1' is no angle"]),
    "a wrong date": (changed("calendar.txt", "20260831", "20260931"), ["line 2: end_date '20260931' is no date"]),
    "an end before the start": (changed("calendar.txt", "20260831", "20260501"), ["is before the start_date"]),
    "a wrong exception": (
        {"calendar_dates.txt": "service_id,date,exception_type\nwk,20260603,3\n"},
        ["calendar_dates.txt line 2: exception_type '3' is no whole number from 1 to 2"],
    ),
    "no day at all": (changed("calendar.txt", "1,1,1,1,1", "0,0,0,0,0"), ["no day on which anything runs"]),
    "another country's time": (
        changed("agency.txt", "Europe/London", "Europe/Paris"),
        ["'Europe/Paris' is not the time"],
    ),
    "no known mode": (changed("routes.txt", "Quay,3", "Quay,99"), ["routes.txt line 2: route_type '99' is no known"]),
    "a frequency of nothing": (
        {"frequencies.txt": "trip_id,start_time,end_time,headway_secs\nt1,9:00:00,8:00:00,60\nt1,1:00:00,2:00:00,0\n"},
        ["line 2: end_time '8:00:00' is not after", "line 3: headway_secs '0' is no whole number"],
    ),
    "a transfer from nowhere": (
        {"transfers.txt": "from_stop_id,to_stop_id,transfer_type\nsq,moon,0\n"},
        ["transfers.txt line 2: stop 'moon' is not in stops.txt"],
    ),
    "no UTF-8": ({"agency.txt": "agency_name,agency_timezone\n\udcff,GB\n"}, ["agency.txt cannot be read as CSV"]),
}


@pytest.mark.parametrize(("changes", "told"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_feed_says_what_is_wrong_and_installs_nothing(
    changes: dict[str, str | None], told: list[str], tmp_path: Path, own_folder: Path
) -> None:
    file = tmp_path / "broken.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for member, text in (FILES | changes).items():
            if text is not None:
                archive.writestr(member, text.encode(errors="surrogateescape"))
    with pytest.raises(SourceError) as caught:
        gtfs_read.import_feeds([write(tmp_path), file])
    for words in ("broken.zip", *told):
        assert words in str(caught.value)
    assert not own_folder.exists()


def test_lines_are_counted_as_an_editor_does(tmp_path: Path) -> None:
    changes = changed("stops.txt", '"Mill, the old one",50.11', '"Mill,\nthe old one",50.11')
    stops = str(changes["stops.txt"]).replace("q1,Quay,50.12", "\n\nq1,Quay,x")
    with pytest.raises(SourceError, match=r"stops\.txt line 7: stop_lat 'x'"):
        gtfs_read.read(write(tmp_path, {"stops.txt": stops}))


def test_all_problems_are_counted_and_the_first_are_shown(tmp_path: Path) -> None:
    more = "".join(f"t{n},9:00:00,9:00:00,sq,1,0,0\n" for n in range(3, 53))
    with pytest.raises(SourceError, match=r"50 problems \(.* and 30 more\); nothing was imported") as caught:
        gtfs_read.read(write(tmp_path, {"stop_times.txt": FILES["stop_times.txt"] + more}))
    assert str(caught.value).count("is not in trips.txt") == 20


@pytest.mark.parametrize("content", [b"no archive", None])
def test_what_is_no_archive_is_refused(content: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "feed.zip"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SourceError, match=r"give a GTFS feed such as buses\.zip"):
        gtfs_read.read(file)


def test_feeds_are_installed_beside_one_another_and_replaced_by_name(tmp_path: Path) -> None:
    assert timetable.installed() is None
    gtfs_read.import_feeds([write(tmp_path), write(tmp_path, name="boats.zip")])
    info = "feed_publisher_name\nThe County\n"
    done = gtfs_read.import_feeds([write(tmp_path, {"feed_info.txt": info})])
    assert [(one.name, one.publisher, one.trips, one.stops, one.calls) for one in done] == [
        ("buses", "The County", 2, 4, 6)
    ]
    opened = timetable.open_installed()
    assert opened.names == ("boats", "buses")
    assert [feed.publisher for feed in opened.feeds] == ["Blue Buses", "The County"]
    gtfs_read.import_feeds([write(tmp_path, name="trams.zip")], replace=True)
    assert timetable.open_installed().names == ("trams",)
    assert feeds.forget()
    assert not feeds.forget()
    assert timetable.installed() is None


def test_an_installed_feed_is_the_one_that_was_read(tmp_path: Path) -> None:
    read = gtfs_read.read(write(tmp_path))
    gtfs_read.import_feeds([write(tmp_path)])
    kept = timetable.open_installed().feeds[0]
    for name in Feed.__slots__:
        one, other = getattr(read, name), getattr(kept, name)
        if isinstance(one, Texts):
            assert list(one) == list(other)
        elif isinstance(one, np.ndarray):
            np.testing.assert_array_equal(one, other)
        elif name != "services":
            assert one == other
    np.testing.assert_array_equal(read.services.running(date(2026, 6, 3)), kept.services.running(date(2026, 6, 3)))


@pytest.mark.parametrize("harm", ["feed.json", "call_stop.npy", "stop_id_bytes.npy", "format"])
def test_a_damaged_feed_says_so(harm: str, tmp_path: Path) -> None:
    where = gtfs_read.import_feeds([write(tmp_path)])[0].folder
    if harm == "format":
        text = (where / "feed.json").read_text(encoding="utf-8")
        (where / "feed.json").write_text(text.replace(feeds.FORMAT, "nearhome feed 0"), encoding="utf-8")
    else:
        (where / harm).unlink()
    with pytest.raises(TableError, match=r"'buses' is missing or damaged .* import the feed again"):
        timetable.installed()


@pytest.mark.parametrize(
    ("route_type", "mode"),
    [
        *((0, "tram"), (1, "metro"), (2, "rail"), (3, "bus"), (4, "ferry"), (11, "bus"), (101, "rail"), (200, "coach")),
        *((401, "metro"), (704, "bus"), (900, "tram"), (1000, "ferry"), (1200, "ferry"), (99, None), (300, None)),
    ],
)
def test_route_types_are_modes(route_type: int, mode: str | None) -> None:
    assert gtfs_read.mode_of(route_type) == mode
    assert mode is None or mode in feeds.MODES


@pytest.mark.parametrize(("word", "seconds"), [("00:00:00", 0), ("7:05:09", 25509), ("25:10:00", 90600)])
def test_clock_times_go_beyond_midnight(word: str, seconds: int) -> None:
    assert checks.clock(word) == seconds


@pytest.mark.parametrize("word", ["", "7:5:00", "07:60:00", "-1:00:00", "07:00", "120:00:00", "\u0667:00:00"])
def test_other_words_are_no_clock_times(word: str) -> None:
    with pytest.raises(ValueError, match="is no time such as"):
        checks.clock(word)


def run(words: Iterable[str]) -> tuple[int, str]:
    """Run the shell command."""
    done = CliRunner().invoke(main, list(words))
    return done.exit_code, done.output


def test_the_shell_imports_and_tells(tmp_path: Path) -> None:
    changes = changed("stops.txt", "50.11,-5.10", ",")
    code, told = run(["data", "import", "gtfs", str(write(tmp_path, changes)), str(write(tmp_path, name="boats.zip"))])
    assert code == 0
    assert "buses (Blue Buses): 2 trips at 4 stops, from 1 June 2026 to 31 August 2026." in told
    assert "  1 stops have no coordinates: trips call there, but nobody is walked to them.\n" in told
    assert timetable.open_installed().names == ("boats", "buses")


def test_the_shell_refuses_a_broken_feed_with_two(tmp_path: Path) -> None:
    code, told = run(["data", "import", "gtfs", str(write(tmp_path, {"trips.txt": None}))])
    assert code == 2
    assert "trips.txt is missing" in told
    assert timetable.installed() is None


@pytest.mark.skipif(not PT.is_dir(), reason="the real feeds are not at hand")
@pytest.mark.parametrize(
    ("pattern", "trips", "stops", "calls", "first", "last"),
    [
        ("newport-*.zip", 176, 655, 7_765, date(2023, 6, 5), date(2024, 3, 1)),
        ("chester-*.zip", 804, 1_293, 34_249, date(2023, 7, 31), date(2024, 4, 26)),
    ],
)
def test_real_feeds_are_read_whole(pattern: str, trips: int, stops: int, calls: int, first: date, last: date) -> None:
    feed = gtfs_read.read(next(PT.glob(pattern)))
    assert (len(feed.trip_first), len(feed.call_stop)) == (trips, calls)
    assert (feed.first, feed.last) == (first, last)
    assert (len(feed.stop_lat), feed.publisher, feed.remarks) == (stops, "ITO World", ())
