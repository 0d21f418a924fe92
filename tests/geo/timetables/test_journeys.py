"""Journeys read by hand from a real feed, reproduced to the minute; and what a leg says about itself."""

from __future__ import annotations

import zipfile
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import pytest

from nearhome.data.errors import InputError
from nearhome.geo.gtfs import read as gtfs_read
from nearhome.geo.timetables import journeys
from nearhome.geo.timetables.connection_scan import around, ends
from nearhome.geo.timetables.timetable import ServiceDay, Timetable
from nearhome.geo.timetables.transfers import Walking
from tests.paths import SHARED

if TYPE_CHECKING:
    from pathlib import Path

NEWPORT = SHARED / "data" / "pt" / "newport-20230613_gtfs.zip"
WEDNESDAY = date(2023, 6, 14)

# Read with grep from the feed's own files (ITO World for Traveline, Newport, 12 June 2023): lines 2, 41, ... of
# stop_times.txt. Only the first and last call that a journey below needs are kept of each trip.
STOP_TIMES = """\
2 VJbedb4cfd0673348e017d42435abbdff3ddacbf82 20:10:00 5540AWB33073
41 VJbedb4cfd0673348e017d42435abbdff3ddacbf82 20:39:00 5310WDB47972
202 VJ59d7bf35f3f8738e06d66331329ddfe0e447c1c9 22:40:00 5310WDB47972
241 VJ59d7bf35f3f8738e06d66331329ddfe0e447c1c9 23:09:00 5540AWB33073
319 VJ9df3e78791fdfcd6baf509e0383acce4582df61a 24:10:00 490008016S 24:15:00
322 VJ9df3e78791fdfcd6baf509e0383acce4582df61a 27:10:00 5310AWB30328
324 VJ9df3e78791fdfcd6baf509e0383acce4582df61a 27:50:00 5710WDB48382 28:00:00
326 VJ9df3e78791fdfcd6baf509e0383acce4582df61a 29:10:00 5810WDB48071
1772 VJ4831346e56b8b8819e6dc8ff1e527bd90cde1192 18:05:00 5310AWB32208
1842 VJ4831346e56b8b8819e6dc8ff1e527bd90cde1192 19:05:00 5330AWB31203
1843 VJf7191616644fcc426fc287122680bef6a76984ce 07:00:00 5330AWB31203
1908 VJf7191616644fcc426fc287122680bef6a76984ce 07:55:00 5310WDB24078
1909 VJf7191616644fcc426fc287122680bef6a76984ce 08:00:00 5310AWB32208
5201 VJ8aae0591e84603544cd7f9b16cf538b9499be709 16:27:00 5320AWL26204
5284 VJ8aae0591e84603544cd7f9b16cf538b9499be709 17:52:00 5310WDB47972
5285 VJf599f7f15a0f9e4686cc05cb3e7ab62bfa28f28e 08:27:00 5320AWL26204
5368 VJf599f7f15a0f9e4686cc05cb3e7ab62bfa28f28e 09:52:00 5310WDB47972
6461 VJ63e8bc693fed539115b23a645bb028dc906a09fd 16:00:00 5310WDB47972
6544 VJ63e8bc693fed539115b23a645bb028dc906a09fd 17:27:00 5320AWL26204
6965 VJ70c8ccebe5a0e96bdc0cc6054543a326f33cf338 07:00:00 5310WDB47972
7048 VJ70c8ccebe5a0e96bdc0cc6054543a326f33cf338 08:20:00 5320AWL26204
7049 VJ46ab38975f0fac95c125ba4a175ab86e484c6482 08:00:00 5310WDB47972
7050 VJ46ab38975f0fac95c125ba4a175ab86e484c6482 08:00:39 5310WDB24078
7132 VJ46ab38975f0fac95c125ba4a175ab86e484c6482 09:20:00 5320AWL26204
7722 VJ56b7d6dee1805141ae374cd651189c3fe911d6bc 05:45:00 017000064
7736 VJ56b7d6dee1805141ae374cd651189c3fe911d6bc 06:30:00 5310WDB24076
7737 VJ2f998698124c39561886c3f7d616cbdc10bb6972 06:42:00 5310AWB30328
7751 VJ2f998698124c39561886c3f7d616cbdc10bb6972 07:30:00 017000064
"""
TRIPS = {  # lines 2, 7, 18, 70, 71, 143, 144, 158, 164, 165, 175 and 176 of trips.txt: route and service
    "VJbedb4cfd0673348e017d42435abbdff3ddacbf82": "40395,195",
    "VJ59d7bf35f3f8738e06d66331329ddfe0e447c1c9": "40395,195",
    "VJ9df3e78791fdfcd6baf509e0383acce4582df61a": "71,657",
    "VJ4831346e56b8b8819e6dc8ff1e527bd90cde1192": "47,29",
    "VJf7191616644fcc426fc287122680bef6a76984ce": "47,29",
    "VJ8aae0591e84603544cd7f9b16cf538b9499be709": "7817,6082",
    "VJf599f7f15a0f9e4686cc05cb3e7ab62bfa28f28e": "7817,6082",
    "VJ63e8bc693fed539115b23a645bb028dc906a09fd": "7817,6082",
    "VJ70c8ccebe5a0e96bdc0cc6054543a326f33cf338": "7817,6082",
    "VJ46ab38975f0fac95c125ba4a175ab86e484c6482": "7817,6082",
    "VJ56b7d6dee1805141ae374cd651189c3fe911d6bc": "51516,7972",
    "VJ2f998698124c39561886c3f7d616cbdc10bb6972": "51516,7972",
}
STOPS = """\
stop_id,stop_name,stop_lat,stop_lon
017000064,Amazon,51.542343,-2.639162
490008016S,Heathrow Central Bus Station,51.471542,-0.452566
5310AWB30328,Queensway Q1,51.589020,-2.999024
5310AWB32208,Friars Walk 10,51.587654,-2.994390
5310WDB24076,Queensway Q4,51.589077,-2.998463
5310WDB24078,Queensway Q6,51.588684,-2.999205
5310WDB47972,Market Square 20,51.589039,-2.995532
5320AWL26204,Tredegar Lidl Stand 1,51.776100,-3.246330
5330AWB31203,Monmouth Bus Station Stand 1,51.810112,-2.719689
5540AWB33073,Spar,51.608006,-3.100891
5710WDB48382,Kingsway GQ,51.484085,-3.178856
5810WDB48071,Swansea Bus Station Stand C,51.617249,-3.946196
"""
ROUTES = """\
route_id,agency_id,route_short_name,route_type
40395,OP11,R1,3
71,OP564,M10,200
47,OP11,60,3
7817,OP17,56,3
51516,OP736,AZ2,3
"""
AGENCIES = """\
agency_id,agency_name,agency_timezone
OP564,Megabus,Europe/London
OP11,Newport Bus,Europe/London
OP17,Stagecoach South Wales,Europe/London
OP736,"First Bristol, Bath & the West",Europe/London
"""
CALENDAR = """\
service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date
6082,1,1,1,1,1,1,0,20230605,20240301
195,1,1,1,1,1,1,0,20230605,20240301
29,1,1,1,1,1,0,0,20230605,20240301
7972,1,1,1,1,1,0,0,20230605,20240301
657,1,1,1,1,1,1,1,20230605,20240301
"""

TREDEGAR, MARKET, SPAR = "5320AWL26204", "5310WDB47972", "5540AWB33073"
QUEENSWAY, AMAZON, MONMOUTH = "5310AWB30328", "017000064", "5330AWB31203"
FRIARS, HEATHROW, CARDIFF, SWANSEA = "5310AWB32208", "490008016S", "5710WDB48382", "5810WDB48071"


class Read(NamedTuple):
    """A journey as read: the question, and for each ride its line, from and to, and the start of the trip's id."""

    origin: str
    goal: str
    asked: tuple[str, str]
    rides: tuple[tuple[str, str, str, str, str, str], ...]


BY_HAND = {
    "56 from Tredegar": Read(
        TREDEGAR, MARKET, ("depart", "08:00"), (("56", TREDEGAR, "08:27", MARKET, "09:52", "VJf599f7f"),)
    ),
    "56 back in time for six": Read(
        MARKET, TREDEGAR, ("arrive", "18:00"), (("56", MARKET, "16:00", TREDEGAR, "17:27", "VJ63e8bc6"),)
    ),
    "60 from Monmouth": Read(
        MONMOUTH, FRIARS, ("arrive", "08:30"), (("60", MONMOUTH, "07:00", FRIARS, "08:00", "VJf719161"),)
    ),
    "R1 in the evening": Read(
        SPAR, MARKET, ("depart", "20:00"), (("R1", SPAR, "20:10", MARKET, "20:39", "VJbedb4cf"),)
    ),
    "the last R1 home": Read(MARKET, SPAR, ("depart", "22:35"), (("R1", MARKET, "22:40", SPAR, "23:09", "VJ59d7bf3"),)),
    "AZ2 in the morning": Read(
        QUEENSWAY, AMAZON, ("depart", "06:30"), (("AZ2", QUEENSWAY, "06:42", AMAZON, "07:30", "VJ2f99869"),)
    ),
    "the night coach that set out on Tuesday": Read(
        QUEENSWAY, CARDIFF, ("depart", "03:00"), (("M10", QUEENSWAY, "03:10", CARDIFF, "03:50", "VJ9df3e78"),)
    ),
    "the night coach of the day itself": Read(
        HEATHROW, SWANSEA, ("depart", "24:00"), (("M10", HEATHROW, "24:15", SWANSEA, "29:10", "VJ9df3e78"),)
    ),
    "a change with a walk of 180 metres": Read(
        TREDEGAR,
        MONMOUTH,
        ("depart", "16:00"),
        (
            ("56", TREDEGAR, "16:27", MARKET, "17:52", "VJ8aae059"),
            ("60", FRIARS, "18:05", MONMOUTH, "19:05", "VJ4831346"),
        ),
    ),
    "a change at one stop": Read(
        MONMOUTH,
        TREDEGAR,
        ("depart", "06:00"),
        (
            ("60", MONMOUTH, "07:00", "5310WDB24078", "07:55", "VJf719161"),
            ("56", "5310WDB24078", "08:00", TREDEGAR, "09:20", "VJ46ab389"),
        ),
    ),
    "a change with a walk, in time for half past eight": Read(
        AMAZON,
        TREDEGAR,
        ("arrive", "08:30"),
        (
            ("AZ2", AMAZON, "05:45", "5310WDB24076", "06:30", "VJ56b7d6d"),
            ("56", MARKET, "07:00", TREDEGAR, "08:20", "VJ70c8cce"),
        ),
    ),
}


def archive(folder: Path, files: dict[str, str]) -> Path:
    """Write a feed."""
    file = folder / "feed.zip"
    with zipfile.ZipFile(file, "w") as made:
        for name, text in files.items():
            made.writestr(name, text)
    return file


@pytest.fixture(scope="module")
def excerpt(tmp_path_factory: pytest.TempPathFactory) -> ServiceDay:
    """Build the Wednesday of the few rows above."""
    calls = []
    for line in STOP_TIMES.splitlines():
        number, trip, come, stop, *go = line.split()
        calls.append(f"{trip},{come},{(go or [come])[0]},{stop},{number}")
    files = {
        "agency.txt": AGENCIES,
        "stops.txt": STOPS,
        "routes.txt": ROUTES,
        "calendar.txt": CALENDAR,
        "trips.txt": "trip_id,route_id,service_id\n" + "".join(f"{trip},{rest}\n" for trip, rest in TRIPS.items()),
        "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n" + "\n".join(calls) + "\n",
    }
    return Timetable((gtfs_read.read(archive(tmp_path_factory.mktemp("newport"), files)),)).on(WEDNESDAY)


@cache
def newport() -> ServiceDay:
    return Timetable((gtfs_read.read(NEWPORT),)).on(WEDNESDAY)


def minutes(clock: str) -> int:
    hours, rest = clock.split(":")
    return 60 * int(hours) + int(rest)


def reproduce(day: ServiceDay, read: Read) -> None:
    """Ask for a journey that was read by hand and compare every ride to the minute."""
    rows = {stop: row for row, stop in enumerate(day.stops.id)}
    origin, goal = ends(day, rows[read.origin]), ends(day, rows[read.goal])
    found = journeys.journey(day, origin, goal, **{read.asked[0]: 60 * minutes(read.asked[1])})
    assert found is not None
    assert found.changes == len(read.rides) - 1
    for leg, (line, one, go, other, come, trip) in zip(found.rides, read.rides, strict=True):
        assert leg.trip is not None
        assert (leg.trip.route, leg.trip.id.startswith(trip)) == (line, True)
        assert (day.stops.id[leg.from_stop], day.stops.id[leg.to_stop]) == (one, other)
        assert (leg.depart // 60, leg.arrive // 60) == (minutes(go), minutes(come))
    assert (found.depart // 60, found.arrive // 60) == (minutes(read.rides[0][2]), minutes(read.rides[-1][4]))


@pytest.mark.parametrize("read", BY_HAND.values(), ids=BY_HAND.keys())
def test_journeys_read_by_hand_are_reproduced_from_the_rows_alone(excerpt: ServiceDay, read: Read) -> None:
    reproduce(excerpt, read)


@pytest.mark.skipif(not NEWPORT.is_file(), reason="the real feed is not at hand")
@pytest.mark.parametrize("read", BY_HAND.values(), ids=BY_HAND.keys())
def test_journeys_read_by_hand_are_reproduced_from_the_whole_feed(read: Read) -> None:
    reproduce(newport(), read)


def test_a_coach_is_a_coach_and_a_walk_takes_the_distances_time(excerpt: ServiceDay) -> None:
    rows = {stop: row for row, stop in enumerate(excerpt.stops.id)}
    coach = journeys.journey(excerpt, ends(excerpt, rows[HEATHROW]), ends(excerpt, rows[SWANSEA]), depart=86_400)
    assert coach is not None
    assert [(leg.mode, leg.trip and leg.trip.agency) for leg in coach.legs] == [("coach", "Megabus")]
    found = journeys.journey(excerpt, ends(excerpt, rows[TREDEGAR]), ends(excerpt, rows[MONMOUTH]), depart=16 * 3600)
    assert found is not None
    assert [leg.mode for leg in found.legs] == ["bus", "walk", "bus"]
    walk = found.legs[1]
    crow_metres = 173.3  # between 51.589039, -2.995532 and 51.587654, -2.994390, by haversine
    assert walk.arrive - walk.depart == pytest.approx(60 + crow_metres * 1.3 / 1.2, abs=2)


def test_walks_from_the_door_and_to_it_belong_to_the_journey(excerpt: ServiceDay) -> None:
    home, prison = around(excerpt, 51.7765, -3.2463, 500), around(excerpt, 51.5880, -2.9945, 400)
    found = journeys.journey(excerpt, home, prison, arrive=10 * 3600)
    assert found is not None
    assert [leg.mode for leg in found.legs] == ["walk", "bus", "walk"]
    assert (found.legs[0].from_stop, found.legs[-1].to_stop) == (journeys.PLACE, journeys.PLACE)
    assert found.depart == found.legs[1].depart - int(home.seconds[0]) < 8 * 3600 + 27 * 60
    assert found.arrive == found.legs[1].arrive + found.legs[2].arrive - found.legs[2].depart
    assert found.arrive <= 10 * 3600


def test_nobody_changes_who_walks_too_slowly(excerpt: ServiceDay) -> None:
    timetable = Timetable(excerpt.feeds)
    rows = {stop: row for row, stop in enumerate(excerpt.stops.id)}
    for speed, made in ((1.2, True), (0.2, False)):
        day = timetable.on(WEDNESDAY, Walking(metres_per_second=speed))
        found = journeys.journey(day, ends(day, rows[TREDEGAR]), ends(day, rows[MONMOUTH]), depart=16 * 3600)
        assert (found is not None) == made


CHOICE = {  # slow and direct, or quicker with one change; a bus by telephone and one by headway
    "agency.txt": AGENCIES,
    "routes.txt": "route_id,agency_id,route_short_name,route_type\n1,OP11,1,3\n",
    "stops.txt": "stop_id,stop_lat,stop_lon\na,51.0,-3.0\nb,51.1,-3.0\nc,51.2,-3.0\n",
    "calendar.txt": CALENDAR,
    "trips.txt": "trip_id,route_id,service_id\nslow,1,657\nfast,1,657\non,1,657\nring,1,657\noften,1,657\n",
    "stop_times.txt": (
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type\n"
        "slow,10:00:00,10:00:00,a,1,0\nslow,12:00:00,12:00:00,c,2,0\n"
        "fast,10:05:00,10:05:00,a,1,0\nfast,10:30:00,10:30:00,b,2,0\n"
        "on,10:40:00,10:40:00,b,1,0\non,11:00:00,11:00:00,c,2,0\n"
        "ring,14:00:00,14:00:00,a,1,2\nring,14:30:00,14:30:00,b,2,0\nring,15:00:00,15:00:00,c,3,0\n"
        "often,00:00:00,00:00:00,c,1,0\noften,,,b,2,0\noften,01:00:00,01:00:00,a,3,0\n"
    ),
    "frequencies.txt": "trip_id,start_time,end_time,headway_secs\noften,09:00:00,17:00:00,1200\n",
}


@pytest.fixture(scope="module")
def choice(tmp_path_factory: pytest.TempPathFactory) -> ServiceDay:
    """Build a day with a choice."""
    return Timetable((gtfs_read.read(archive(tmp_path_factory.mktemp("choice"), CHOICE)),)).on(WEDNESDAY)


def test_both_the_direct_and_the_quicker_way_are_offered(choice: ServiceDay) -> None:
    found = journeys.options(choice, ends(choice, 0), ends(choice, 2), depart=9 * 3600)
    assert [(way.changes, way.depart, way.arrive) for way in found] == [
        (0, 36_000, 43_200),
        (1, 36_300, 39_600),
    ]
    direct = journeys.options(choice, ends(choice, 0), ends(choice, 2), depart=9 * 3600, most_changes=0)
    assert direct == found[:1]
    late = journeys.options(choice, ends(choice, 0), ends(choice, 2), arrive=12 * 3600)
    assert [(way.changes, way.depart) for way in late] == [(0, 36_000), (1, 36_300)]


def test_a_way_more_than_four_hours_worse_is_not_offered(choice: ServiceDay) -> None:
    found = journeys.options(choice, ends(choice, 0), ends(choice, 2), arrive=11 * 3600 + 1800)
    assert [way.changes for way in found] == [1]


def test_a_bus_to_be_asked_for_and_one_by_headway_say_so(choice: ServiceDay) -> None:
    ring = journeys.journey(choice, ends(choice, 0), ends(choice, 2), depart=13 * 3600)
    often = journeys.journey(choice, ends(choice, 2), ends(choice, 0), depart=13 * 3600)
    part = journeys.journey(choice, ends(choice, 2), ends(choice, 1), depart=13 * 3600)
    assert ring is not None
    assert often is not None
    assert part is not None
    assert [(leg.exact, leg.arranged) for leg in (*ring.legs, *often.legs, *part.legs)] == [
        (True, True),
        (False, False),
        (False, False),
    ]
    assert often.legs[0].trip is not None
    assert often.legs[0].trip.headway == 1_200
    assert (part.depart, part.arrive) == (13 * 3600, 13 * 3600 + 1800)


def test_questions_that_cannot_be_answered_are_refused(choice: ServiceDay) -> None:
    place = ends(choice, 0), ends(choice, 2)
    with pytest.raises(InputError, match="either depart or arrive"):
        journeys.options(choice, *place)
    with pytest.raises(InputError, match="either depart or arrive"):
        journeys.options(choice, *place, depart=1, arrive=2)
    with pytest.raises(InputError, match="cannot be -1"):
        journeys.options(choice, *place, depart=1, most_changes=-1)
    assert journeys.options(choice, *place, depart=20 * 3600) == ()
    assert journeys.journey(choice, *place, depart=20 * 3600) is None
