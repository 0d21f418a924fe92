"""Ways by an imported timetable: times of day, the walk at both ends, and the day of a visit around them."""

from __future__ import annotations

import zipfile
from datetime import date
from typing import TYPE_CHECKING

import pytest

from nearhome.analysis.costs.party import Party
from nearhome.analysis.visits import day as visit_day
from nearhome.analysis.visits import round_trips
from nearhome.analysis.visits.plan import plan_visit
from nearhome.data.errors import DateError
from nearhome.data.prisons import register
from nearhome.geo.gtfs import feeds, read
from nearhome.geo.places import find
from nearhome.geo.timetables import door_to_door
from nearhome.geo.timetables.timetable import Timetable
from nearhome.geo.transit.itineraries import Needs

if TYPE_CHECKING:
    from pathlib import Path

SATURDAY = date(2026, 11, 28)
AGENCY = "agency_id,agency_name,agency_url,agency_timezone\nX,Test Lines,https://example.org,Europe/London\n"
STOPS = (
    "stop_id,stop_name,stop_lat,stop_lon\n"
    "tru,Truro,50.26376,-5.06482\nply,Plymouth,50.37780,-4.14325\nexd,Exeter St Davids,50.72930,-3.54350\n"
)
ROUTES = "route_id,agency_id,route_short_name,route_long_name,route_type\nr,X,Express,,2\nb,X,9,,3\n"
CALENDAR = (
    "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    "sa,0,0,0,0,0,1,0,20261101,20261231\n"
)
TRIPS = "route_id,service_id,trip_id\nr,sa,out\nb,sa,slow1\nr,sa,slow2\nr,sa,back\n"
HEAD = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
OUT = (
    "out,09:30:00,09:30:00,tru,1\nout,12:10:00,12:10:00,exd,2\n"
    "slow1,09:45:00,09:45:00,tru,1\nslow1,11:20:00,11:20:00,ply,2\n"
    "slow2,11:30:00,11:30:00,ply,1\nslow2,12:40:00,12:40:00,exd,2\n"
)
BACK = "back,17:00:00,17:00:00,exd,1\nback,19:45:00,19:45:00,tru,2\n"
EARLY_BACK = "back,15:00:00,15:00:00,exd,1\nback,17:45:00,17:45:00,tru,2\n"


def make(tmp_path: Path, back: str = BACK) -> Path:
    """Write a feed: a direct train at 9:30, a bus and a train by Plymouth a little later, and one train home."""
    file = tmp_path / "lines.zip"
    members = {"agency": AGENCY, "stops": STOPS, "routes": ROUTES, "calendar": CALENDAR, "trips": TRIPS}
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in (members | {"stop_times": HEAD + OUT + back}).items():
            archive.writestr(f"{name}.txt", text)
    return file


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NEARHOME_DATA", str(tmp_path / "own"))
    return tmp_path


def test_times_of_day_are_those_of_the_feed(tmp_path: Path) -> None:
    timetable = Timetable((read.read(make(tmp_path)),))
    home, gate = find.find("TR1 2HE"), register.by_id("EXI")
    found = door_to_door.ways(timetable, SATURDAY, home, gate, arrive=13 * 60 + 15)
    best, few = found["transit"], found["fewest changes"]
    assert [leg.mode for leg in best.legs if leg.mode != "walk"] == ["bus", "train"]
    assert [leg.mode for leg in few.legs] == ["walk", "train", "walk"]
    assert few.legs[1].departs == 9 * 60 + 30
    assert few.legs[1].name == "rail Express"
    assert few.clock is not None
    assert best.clock is not None
    assert few.clock[0] < best.clock[0] == pytest.approx(few.clock[0] + 15)
    assert few.clock[1] == pytest.approx(12 * 60 + 10 + few.legs[2].minutes.typical)
    assert "lines+" in few.basis
    assert few.minutes.typical == pytest.approx(few.clock[1] - few.clock[0])


def test_slow_walkers_leave_earlier_and_far_stops_are_none(tmp_path: Path) -> None:
    timetable = Timetable((read.read(make(tmp_path)),))
    home, gate = find.find("TR1 2HE"), register.by_id("EXI")
    assert door_to_door.covers(timetable, SATURDAY, (home, gate))
    assert not door_to_door.covers(timetable, SATURDAY, (home, gate), Needs(longest_walk_minutes=5))
    assert door_to_door.ways(timetable, SATURDAY, home, gate, arrive=795, needs=Needs(longest_walk_minutes=5)) == {}


def test_a_date_outside_the_feed_names_its_period(tmp_path: Path) -> None:
    timetable = Timetable((read.read(make(tmp_path)),))
    home, gate = find.find("TR1 2HE"), register.by_id("EXI")
    with pytest.raises(DateError, match="1 November 2026"):
        door_to_door.ways(timetable, date(2027, 3, 6), home, gate, arrive=795)


def plan(as_of: date = date(2026, 11, 21)) -> visit_day.VisitDay | None:
    session = visit_day.choose("EXI", "sat-pm")[0]
    made = plan_visit(
        find.find("TR1 2HE"),
        register.by_id("EXI"),
        party=Party(),
        as_of=as_of,
        modes=("transit",),
        session=session,
    )
    return made.options[0].day


def test_the_day_of_a_visit_is_by_the_timetable(installed: Path) -> None:
    feeds.install([read.read(make(installed))])
    day = plan()
    assert day is not None
    assert visit_day.clock(day.leave, step=1) > "09:15"
    assert 19 * 60 + 45 < day.home < 20 * 60 + 15
    assert day.overnight == "no"


def test_the_last_train_gone_means_a_night(installed: Path) -> None:
    feeds.install([read.read(make(installed, back=EARLY_BACK))])
    day = plan()
    assert day is not None
    assert day.night_after == "yes"
    assert "by timetable nothing takes you home" in day.reasons[0]


def test_outside_its_period_the_day_is_typical_and_says_so(installed: Path) -> None:
    feeds.install([read.read(make(installed))])
    session = visit_day.choose("EXI", "sat-pm")[0]
    home, gate = find.find("TR1 2HE"), register.by_id("EXI")
    made = plan_visit(home, gate, party=Party(), as_of=date(2027, 3, 1), modes=("transit",), session=session)
    option = made.options[0]
    assert option.there is not None
    assert option.there.basis == "typical, not a timetable"
    assert "1 November 2026" in option.note
    assert "typical" in option.note


def test_a_feed_elsewhere_leaves_the_day_typical(installed: Path) -> None:
    feeds.install([read.read(make(installed))])
    made = plan_visit(
        find.find("LS1 4DY"),
        register.by_id("WDI"),
        party=Party(),
        as_of=date(2026, 11, 21),
        modes=("transit",),
        session=visit_day.choose("WDI", "sat")[0],
    )
    assert "do not reach both" in made.options[0].note


def test_hours_leave_time_at_the_gate() -> None:
    hours = round_trips.hours_of(visit_day.choose("EXI", "sat-pm")[0], 45, SATURDAY)
    assert (hours.arrive, hours.leave) == (13 * 60 + 15, 16 * 60 + 15)
