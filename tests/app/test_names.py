"""Every way of naming an area or a prison, and every point, is answered alike by command, page, scenario and file."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from click.testing import CliRunner

from nearhome.analysis.placement.scenarios import estate, people
from nearhome.analysis.population import own_figures
from nearhome.analysis.services import what_if
from nearhome.app.cli.shell import main
from nearhome.app.pages.services import choices as services_choices
from nearhome.app.pages.services.choices import Choices
from nearhome.app.pages.visits import page as visits_page
from nearhome.app.pages.visits.form import Questions
from nearhome.data.errors import NearhomeError, SourceError
from nearhome.data.places import areas, kingdom
from nearhome.data.prisons import register
from nearhome.data.services import own
from nearhome.geo.matrices import origins, pairs
from nearhome.geo.places import find
from nearhome.geo.places.areas import authority_at as areas_at

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DAY = date(2026, 11, 21)


class FoundError(Exception):
    """What a finder found, in the place of all the work that would follow."""

    def __init__(self, found: Any) -> None:
        super().__init__("found")
        self.found = found


@pytest.fixture(params=[areas])
def stopping(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands go no further than what they find: areas, or prisons if the test says so."""
    finder = request.param.find

    def stop(*asked: Any, **more: Any) -> Any:
        raise FoundError(finder(*asked, **more))

    monkeypatch.setattr(request.param, "find", stop)


def shell(*words: str) -> Any:
    """Give what a command found, or what it says is wrong."""
    result = CliRunner().invoke(main, list(words))
    if isinstance(result.exception, FoundError):
        return result.exception.found
    assert result.exit_code == 2, result.output
    return result.stderr.removeprefix("nearhome: ").strip()


def told(ask: Callable[[], Any]) -> Any:
    """Give an answer, or the sentence that refuses it."""
    try:
        return ask()
    except FoundError as error:
        return error.found
    except NearhomeError as error:
        return str(error)


def own_register(**row: str) -> Any:
    """Give the one service of a register with a row, as command and page read it, or what is wrong with it."""
    columns = {"id": "a", "name": "A", "kind": "family_support", **row}
    content = f"{','.join(columns)}\n{','.join(columns.values())}\n"
    check, services = own.read("a.csv", content.encode())
    if services:
        return services[0]
    (problem,) = check.problems
    said = f"{problem.value!r} {problem.what}"
    return said if said.endswith("?") else f"{said}."


def own_people(home: str, prison: str) -> Any:
    """Give the home and prison of the one person of a file, or what is wrong with it."""
    try:
        found = own_figures.read(f"home,prison\n{home},{prison}\n", DAY)
    except SourceError as error:
        said = str(error).partition("(line 2: ")[2].rpartition("); correct")[0]
        return said if said.endswith("?") else f"{said}."
    ((where, held, _),) = found.counts
    return where, held


def added(**place: str) -> Any:
    """Give the service that a scenario of services adds, or what is wrong with it."""
    change = what_if.Change("add", kind="family_support", **place)
    (service,) = what_if.apply(what_if.ServiceScenario("a", (change,)), (), DAY)
    return service


def area_answers(name: str, folder: Path) -> dict[str, Any]:
    """Give what every command and file understands an area to be: codes of its authorities, or a sentence."""
    shells = {
        "coverage": ("coverage", "--area", name),
        "days": ("days", "--area", name, "--to", "EXI"),
        "gaps": ("gaps", "--area", name, "--out", str(folder / "gaps")),
        "lottery": ("lottery", "--area", name),
    }
    answers = {door: shell(*words) for door, words in shells.items()}
    answers["scenario"] = told(lambda: areas.find(name))
    answers["register"] = told(lambda: own_register(reach="area", areas=f'"{name}"'))
    return {
        door: getattr(found, "authority_codes", None) or getattr(found, "authorities", found)
        for door, found in answers.items()
    }


ONE_AUTHORITY = {
    "St Helens": "E08000013",
    "St. Helens": "E08000013",
    "saint helens": "E08000013",
    "Bristol": "E06000023",
    "City of Bristol": "E06000023",
    "Bristol, City of": "E06000023",
    "Kingston upon Hull": "E06000010",
    "Kingston-upon-Hull": "E06000010",
    "Hull": "E06000010",
    "Brighton & Hove": "E06000043",
    "Brighton and Hove": "E06000043",
    "Ynys Mon": "W06000001",
    "Ynys Môn": "W06000001",
    "Isle of Anglesey": "W06000001",
    "Rhondda Cynon Taf": "W06000016",
    "Abertawe": "W06000011",
    "Caerdydd": "W06000015",
    "Herefordshire": "E06000019",
    "County Durham": "E06000047",
    "Edinburgh": "S12000036",
    "glasgow": "S12000049",
    "Western Isles": "S12000013",
    "Derry": "N09000005",
    "Royal Borough of Greenwich": "E09000011",
    "Kings Lynn & West Norfolk": "E07000146",
    "Stoke on Trent": "E06000021",
    "Cornwall Council": "E06000052",
    "Dorset (county)": "E06000059",
    "Dorset (authority)": "E06000059",
    "e06000052": "E06000052",
}


@pytest.mark.usefixtures("stopping")
@pytest.mark.parametrize("name", ONE_AUTHORITY)
def test_a_local_authority_is_found_by_every_name_everywhere(name: str, tmp_path: Path) -> None:
    code = ONE_AUTHORITY[name]
    for door, found in area_answers(name, tmp_path).items():
        assert found == {code}, door


@pytest.mark.parametrize("name", ONE_AUTHORITY)
def test_where_a_local_authority_is_asked_for_it_is_found_too(name: str) -> None:
    code = ONE_AUTHORITY[name]
    known = areas.authority(code)
    assert people.authorities_of(name) == {code}
    assert estate.site_at(name) == (known.lat, known.lon)
    assert added(area=name).authority_codes == {code}
    if "," not in name:
        assert own_people(name, "EXI") == (code, "EXI")


@pytest.mark.usefixtures("stopping")
@pytest.mark.parametrize(
    ("name", "count"), [("Kent (county)", 12), ("Kent (police)", 13), ("Kent police", 13), ("SW", 27), ("Cymru", 22)]
)
def test_wider_areas_are_found_everywhere(name: str, count: int, tmp_path: Path) -> None:
    answers = area_answers(name, tmp_path)
    assert {len(found) for found in answers.values()} == {count}
    assert len(set(map(frozenset, answers.values()))) == 1


REFUSED_AREAS = {
    "Kent": (
        "'Kent' names a county and a police force with different borders; write Kent (county) or Kent (police), or the "
        "ONS code, E10000016 or E23000032."
    ),
    "Durham": (
        "'Durham' names a county and a police force with different borders; write County Durham (county) or Durham "
        "(police), or the ONS code, E06000047 or E23000008."
    ),
    "West Midlands": (
        "'West Midlands' names a police force and a region with different borders; write West Midlands (police) or "
        "West Midlands (region), or the ONS code, E23000014 or E12000005."
    ),
    "Kornwall": "'Kornwall' is no area we know; did you mean Cornwall?",
    "Newcastle": "'Newcastle' is no area we know; did you mean Newcastle upon Tyne or Newcastle-under-Lyme?",
    "Xyzzy": (
        "'Xyzzy' is no area we know; give the name or the ONS code of a local authority, county, police force, region "
        "or nation."
    ),
}


@pytest.mark.usefixtures("stopping")
@pytest.mark.parametrize("name", REFUSED_AREAS)
def test_an_area_that_is_none_or_several_is_refused_in_the_same_sentence_everywhere(name: str, tmp_path: Path) -> None:
    for door, said in area_answers(name, tmp_path).items():
        assert said == REFUSED_AREAS[name], door
    assert told(lambda: added(area=name)) == REFUSED_AREAS[name]


@pytest.mark.parametrize("name", ["Kornwall", "Newcastle", "Xyzzy"])
def test_an_unknown_home_is_refused_in_that_sentence_too(name: str) -> None:
    assert told(lambda: people.authorities_of(name)) == REFUSED_AREAS[name]
    assert own_people(name, "EXI") == REFUSED_AREAS[name]
    assert told(lambda: areas.authority_named(name)) == REFUSED_AREAS[name]


@pytest.mark.usefixtures("stopping")
def test_a_region_is_read_alike_by_its_option() -> None:
    assert shell("days", "--area", "SW", "--region", "SW", "--to", "EXI").code == "E12000009"
    said = "'Kornwall' is no area we know; did you mean Cornwall?"
    assert shell("days", "--area", "Kornwall", "--region", "SW") == said


def test_homes_of_a_scenario_may_be_a_county_and_a_name_of_an_authority_means_it() -> None:
    assert len(people.authorities_of("Devon")) == 8
    assert people.authorities_of("Durham") == {"E06000047"}
    assert told(lambda: people.authorities_of("Kent")) == REFUSED_AREAS["Kent"]


def test_a_county_where_one_authority_is_needed_says_what_to_give() -> None:
    said = "'Devon' is a county, not a local authority; give East Devon, Exeter, Mid Devon or another of its."
    assert told(lambda: areas.authority_named("Devon")) == said
    assert own_people("Devon", "EXI") == said


@pytest.mark.parametrize("part", services_choices.parts())
def test_each_part_of_the_country_that_the_page_offers_is_that_area(part: str) -> None:
    chosen = Choices(None, "car", 60, DAY, "reached", part)
    inside = {code for code in areas.authorities() if services_choices.in_part(code, part)}
    assert areas.find(chosen.area).authorities == inside


def test_every_area_is_found_by_its_own_name_and_code() -> None:
    for (level, code), each in areas.areas().items():
        assert areas.find(each.name, level) == each
        assert areas.find(f"{each.name} ({level})") == each
        assert areas.find(code, level) == each


def visit(prison: str) -> Any:
    """Give what the page *Plan a visit* makes of a prison."""
    asked = Questions("TR1 2HE", prison, 1, 0)
    found = visits_page.work_out(asked, DAY)
    assert isinstance(found, tuple)
    return found[0].message


def prison_answers(name: str, folder: Path) -> dict[str, Any]:
    """Give what every command, page and file understands a prison to be: its id, or a sentence."""
    on = ("--as-of", DAY.isoformat())
    shells = {
        "journey": ("journey", "--from", "TR1 2HE", "--to", name, *on),
        "days": ("days", "--area", "Cornwall", "--to", name, *on),
        "matrix": ("matrix", "--origins", "districts", "--to", name, "--out", str(folder / "m.csv"), *on),
        "catchments": ("catchments", "--to", name, "--minutes", "30", "--out", str(folder / "c.csv"), *on),
    }
    ids = [each.id for each in register.prisons() if each.is_open(DAY)]
    answers: dict[str, Any] = {door: shell(*words) for door, words in shells.items()}
    answers["page"] = told(lambda: visit(name))
    answers["scenario"] = told(lambda: people.prison_in(name, ids, DAY))
    answers["own people"] = told(lambda: own_people("Cornwall", name))
    answers["services"] = told(lambda: added(prison=name))
    return {door: getattr(found, "id", found) for door, found in answers.items()}


PRISONS = {
    "EXI": "EXI",
    "exeter": "EXI",
    "HMP Exeter": "EXI",
    "HMP/YOI Exeter": "EXI",
    "HMP & YOI Exeter": "EXI",
    "Exeter prison": "EXI",
    "Strangeways": "MRI",
    "HMP Strangeways": "MRI",
    "Walton": "LPI",
    "Armley": "LEI",
    "Armley Gaol": "LEI",
    "Winson Green": "BMI",
    "Saughton": "SCO-EDI",
    "Usk": "UKI",
    "Prescoed": "UPI",
    "Bar-L": "SCO-BAR",
    "The Scrubs": "WSI",
    "The Ville": "PVI",
    "Horfield": "BLI",
    "Feltham A": "FYI",
}


@pytest.mark.usefixtures("stopping")
@pytest.mark.parametrize("stopping", [register], indirect=True)
@pytest.mark.parametrize("name", PRISONS)
def test_a_prison_is_found_by_every_name_everywhere(name: str, tmp_path: Path) -> None:
    for door, found in prison_answers(name, tmp_path).items():
        assert found == PRISONS[name], door
    assert own_register(reach="prison", prison_id=name).prison_ids == (PRISONS[name],)


REFUSED_PRISONS = {
    "Exter": "'Exter' is no prison we know; did you mean Exeter?",
    "Strangways": "'Strangways' is no prison we know; did you mean Strangeways (Manchester)?",
    "Alcatraz": "'Alcatraz' is no prison we know; nearhome prisons lists them.",
    "Usk and Prescoed": (
        "'Usk and Prescoed' fits 2 prisons: Usk (HMP) (UKI), Prescoed (HMP & YOI) (UPI); give one by its full name or "
        "id."
    ),
    "Feltham": "'Feltham' fits 2 prisons: Feltham (HMP) (FMI), Feltham (HMYOI) (FYI); give one by its full name or id.",
    "The Maze": "'The Maze' closed in September 2000 and is in no table; nearhome prisons lists those that are open.",
}


@pytest.mark.usefixtures("stopping")
@pytest.mark.parametrize("stopping", [register], indirect=True)
@pytest.mark.parametrize("name", REFUSED_PRISONS)
def test_a_prison_that_is_none_or_several_is_refused_in_the_same_sentence_everywhere(name: str, tmp_path: Path) -> None:
    for door, said in prison_answers(name, tmp_path).items():
        assert said == REFUSED_PRISONS[name], door
    assert own_register(reach="prison", prison_id=name) == REFUSED_PRISONS[name]


@pytest.mark.usefixtures("stopping")
@pytest.mark.parametrize("stopping", [register], indirect=True)
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("HMP Holloway", "Holloway has been closed since June 2016; the nearest open of its kind: Downview"),
        ("Acklington", "Acklington has been closed since 31 October 2011 (it became part of Northumberland)"),
        ("Dartmoor", "Dartmoor has been closed for now since September 2024; the nearest open of its kind"),
        ("Craiginches", "Aberdeen has been closed since January 2014; the nearest open of its kind: Grampian"),
    ],
)
def test_a_closed_prison_says_since_when_and_what_there_is_instead_everywhere(
    name: str, said: str, tmp_path: Path
) -> None:
    answers = prison_answers(name, tmp_path)
    assert len(set(answers.values())) == 1
    assert answers["journey"].startswith(said)
    closed = own_register(reach="prison", prison_id=name).prison_ids  # a service was there once
    assert closed == (register.named(name).id,)


def point_answers(lat: float, lon: float, folder: Path) -> dict[str, str]:
    """Give what every command, page and file says of a point."""
    text = f"{lat},{lon}"
    file = folder / "origins.csv"
    file.write_text(f"lat,lon\n{text}\n", encoding="utf-8")
    points = np.array([[lat, lon]])
    pair = pairs.unusable_notes(points, np.array([[50.72, -3.53]]))[0]
    register_says = own_register(reach="minutes", minutes="30", mode="car", lat=str(lat), lon=str(lon))
    return {
        "journey": told(lambda: find.find(text).name),
        "page": told(lambda: visit_from(text)),
        "times": pair,
        "matrix": told(lambda: str(origins.read(file).xy.shape)),
        "site": told(lambda: str(estate.site_at(text))),
        "service": told(lambda: added(place=text).reach),
        "register": register_says if isinstance(register_says, str) else "",
    }


def visit_from(origin: str) -> str:
    """Give what the page *Plan a visit* says of a starting point; nothing if it takes it."""
    found = visits_page.work_out(Questions(origin, None, 1, 0), DAY)
    assert isinstance(found, tuple)
    return next((each.message for each in found if each.field == "origin"), "")


@pytest.mark.parametrize(
    ("lat", "lon", "where"),
    [
        (51.3, -3.6, "in the sea or abroad, 5 miles off"),
        (54.15, -4.48, "on the Isle of Man"),
        (49.21, -2.13, "in Jersey"),
        (49.46, -2.58, "in Guernsey or its islands"),
        (53.35, -6.26, "in Ireland or off its coast"),
        (58.5, -11.0, "in the sea or abroad"),
    ],
)
def test_a_point_outside_the_united_kingdom_is_refused_everywhere(
    lat: float, lon: float, where: str, tmp_path: Path
) -> None:
    answers = point_answers(lat, lon, tmp_path)
    for door, said in answers.items():
        assert "outside the United Kingdom" in said, door
        if door != "times" or not where.startswith("in the sea"):
            assert where in said, door
    assert areas_at(lat, lon) is None


@pytest.mark.parametrize(
    ("lat", "lon"),
    [(50.263, -5.051), (60.155, -1.145), (50.739, -1.16), (54.997, -7.309), (50.815, -0.137), (51.18, -4.67)],
)
def test_a_point_on_land_a_pier_or_an_island_is_taken_everywhere(lat: float, lon: float, tmp_path: Path) -> None:
    assert not any("outside" in said for said in point_answers(lat, lon, tmp_path).values())
    assert areas_at(lat, lon) is not None
    assert kingdom.is_on_land(lat, lon)
