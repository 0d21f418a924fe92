"""The shell: answers, JSON, files, and one sentence for everything that cannot be used."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from datetime import date
from importlib.metadata import version
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from nearhome.analysis.cases import CASES
from nearhome.analysis.costs.party import Party
from nearhome.analysis.visits import plan_json
from nearhome.analysis.visits.plan import plan_visit
from nearhome.app.cli.shell import COMMANDS, main
from nearhome.app.cli.tables import times
from nearhome.app.server import launch
from nearhome.data.catalogue import tables
from nearhome.data.errors import SourceError
from nearhome.data.prisons import register
from nearhome.geo.places import find
from nearhome.geo.routing.router import Router

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

DAY = "2026-11-21"
JOURNEY = ("journey", "--from", "TR1 2HE", "--to", "Exeter", "--as-of", DAY)
HEAVY = ("pandas", "pandera", "geopandas", "shapely", "networkx", "osmnx", "streamlit", "folium", "reportlab")
HEAVY += ("nearhome.geo.transit.typical", "nearhome.analysis.costs.fares", "nearhome.app.wording.comparison")


def shell(*words: str) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(main, list(words))


def process(code: str, *, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process and a home of its own."""
    home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        cwd=folder,
        env={**os.environ, **home, **variables},
    )


def assert_refused(result: Result, *said: str) -> None:
    """Assert one sentence on the error stream, nothing else, and exit code 2."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert result.stderr.startswith("nearhome: ")
    assert result.stderr.count("\n") == 1
    assert result.stderr.rstrip().endswith((".", "?"))
    for words in said:
        assert words in result.stderr


def test_json_is_the_plan_and_has_the_promised_keys() -> None:
    result = shell(*JOURNEY, "--adults", "1", "--children", "2", "--json")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    day = date.fromisoformat(DAY)
    plan = plan_visit(find.find("TR1 2HE"), register.find("Exeter", day), party=Party(1, 2), as_of=day)
    assert found == json.loads(json.dumps(plan_json.of_plan(plan)))
    assert found["origin"].keys() >= {"input", "kind", "precision_m", "lat", "lon"}
    assert found["prison"].keys() >= {"id", "name", "lat", "lon"}
    assert found["options"][0].keys() >= {
        *("mode", "miles", "minutes", "minutes_low", "minutes_high", "cost_pence", "cost_low_pence"),
        *("cost_high_pence", "return_minutes", "legs"),
    }
    assert found["reimbursement"].keys() >= {"scheme", "pence", "lines", "conditions"}
    assert found.keys() >= {"crow_miles", "left_to_pay_pence", "tables"}


def test_plain_words_answer_each_question_and_end_with_the_sources() -> None:
    result = shell(*JOURNEY)
    assert result.exit_code == 0, result.stderr
    text = result.stdout
    plan = json.loads(shell(*JOURNEY, "--json").stdout)
    assert f"About {plan['options'][0]['miles']:.0f} miles each way." in text
    order = ["How far is it?", "How long does it take?", "What does it cost?", "What may you get back?", "Petrol"]
    order += ["what to know before you claim", "The way there, by car", "A30", "Worked out from these tables"]
    at = [text.index(words) for words in order]
    assert at == sorted(at)
    squeezed = " ".join(text.split())
    assert all(value in squeezed[squeezed.index("Worked out") :] for value in plan["tables"].values())
    for condition in plan["reimbursement"]["conditions"]:
        assert condition in squeezed
    assert max(len(line) for line in text.splitlines()) <= 80


def test_all_ways_are_side_by_side_first_and_then_one_by_one() -> None:
    asked = ("--mode", "all", "--session", "fri-pm", "--child-ages", "4,9", "--railcard", "family")
    result = shell(*JOURNEY, *asked)
    assert result.exit_code == 0, result.stderr
    text = result.stdout
    plan = json.loads(shell(*JOURNEY, *asked, "--json").stdout)
    order = ["Visit: Friday, 14:00 to 16:00", "THE WAYS SIDE BY SIDE", "Quickest: By car", "BY TRAIN OR BUS", "The day"]
    order += ["A child of 9 misses 1 school day", "How far is it?", "The way there, by train or bus (typical", "BY CAR"]
    order += ["BY HIRED CAR", "A video call instead", "Worked out from these tables"]
    at = [text.index(words) for words in order]
    assert at == sorted(at)
    assert max(len(line) for line in text.splitlines()) <= 80
    assert {"transit", "car", "hire"} <= {option["mode"] for option in plan["options"]}
    for option in plan["options"]:
        day = option["visit_day"]
        assert (day["day"], day["session_start"]) == ("fri", "14:00")
        assert day["school_days_missed"] == {"4": 0, "9": 1}
        assert day["leave_home"] in text
    assert text.count("Claim within 28 days") <= len(plan["options"])


def test_by_train_and_bus_without_a_session_it_is_the_prisons_saturday_afternoon() -> None:
    result = shell(*JOURNEY, "--mode", "transit", "--json")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)["options"]
    assert all(option["visit_day"]["day"] == "sat" for option in found)
    assert all(option["basis"] == "typical, not a timetable" for option in found)
    assert "visit_day" not in json.loads(shell(*JOURNEY, "--json").stdout)["options"][0]


def test_how_a_family_walks_and_when_it_is_at_the_gate_change_the_day() -> None:
    def first(*words: str) -> Any:
        result = shell(*JOURNEY, "--mode", "transit", *words, "--json")
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)["options"][0]

    usual, slow, early = first("--no-taxi"), first("--no-taxi", "--walking", "step-free"), first("--lead", "90")
    assert slow["minutes"] > usual["minutes"]
    assert usual["visit_day"]["at_the_gate"] == "13:15"
    assert early["visit_day"]["at_the_gate"] == "12:30"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--mode", "boat"), ("--mode", "boat")),
        (("--session", "mon"), ("'mon'", "it has tue-pm")),
        (("--session", "someday"), ("'someday'", "sat-pm")),
        (("--child-ages", "4,nine"), ("'nine'", "4, 9")),
        (("--child-ages", "4", "--children", "2"), ("1 ages", "2 children")),
        (("--mode", "all", "--railcard", "two_together"), ("Two Together Railcard needs 2 adults",)),
        (("--walking", "fast"), ("--walking", "fast")),
        (("--lead", "-5"), ("--lead", "-5")),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) and value[0].startswith("--") else "",
)
def test_a_way_that_cannot_be_asked_for_is_one_sentence(words: tuple[str, ...], said: tuple[str, ...]) -> None:
    assert_refused(shell(*JOURNEY, *words), *said)


def test_where_no_train_or_bus_is_known_all_ways_still_answer_by_car() -> None:
    words = ("journey", "--from", "BT1", "--to", "Maghaberry", "--as-of", DAY, "--mode")
    result = shell(*words, "all", "--json")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert [option["mode"] for option in found["options"]] == ["car", "hire"]
    assert "No train or bus" in found["without"][0]
    assert "No train or bus" in " ".join(shell(*words, "all").stdout.split())
    assert_refused(shell(*words, "transit"), "No train or bus")


def test_a_place_that_stands_in_for_another_is_said_to() -> None:
    result = shell("journey", "--from", "TR1 2ZZ", "--to", "Exeter", "--as-of", DAY)
    assert result.exit_code == 0, result.stderr
    assert "TR1 2ZZ is not a postcode we know" in result.stdout


@pytest.mark.parametrize("origin", ["50.26,-5.05", " 50.26 , -5.05", "+50.26 -5.05"])
def test_coordinates_are_read_with_their_signs(origin: str) -> None:
    result = shell("journey", "--from", origin, "--to", "EXI", "--as-of", DAY, "--json")
    assert result.exit_code == 0, result.stderr
    start = json.loads(result.stdout)["origin"]
    assert (start["kind"], start["lat"], start["lon"]) == ("coordinate", 50.26, -5.05)


BAD_JOURNEYS = {
    "no place": (("", "Exeter"), ("No place was given",)),
    "unknown postcode": (("TR99 9ZZ", "Exeter"), ("TR99 9ZZ", "district TR99")),
    "mistyped town": (("Truroo", "Exeter"), ("'Truroo'", "did you mean Truro?")),
    "abroad": (("48.85,2.35", "Exeter"), ("outside the United Kingdom",)),
    "longitude first, which begins with a dash": (("-5.05,50.26", "Exeter"), ("write the latitude first",)),
    "no prison": (("TR1 2HE", " "), ("No prison was given",)),
    "mistyped prison": (("TR1 2HE", "Exetter"), ("'Exetter'", "did you mean Exeter?")),
    "no road": (("TR1 2HE", "La Moye"), ("No road", "ferry")),
    "negative adults": (("TR1 2HE", "Exeter", "--adults", "-1"), ("-1 was given",)),
    "nobody": (("TR1 2HE", "Exeter", "--adults", "0"), ("At least one adult", "0 was given")),
    "negative children": (("TR1 2HE", "Exeter", "--children", "-2"), ("-2 was given",)),
    "no number": (("TR1 2HE", "Exeter", "--adults", "two"), ("--adults", "'two'")),
    "no date": (("TR1 2HE", "Exeter", "--as-of", "21/11/2026"), ("--as-of", "'21/11/2026'", "2026-11-21")),
    "before any price": (("TR1 2HE", "Exeter", "--as-of", "1990-01-01"), ("1 January 1990", "choose a later date")),
    "an unknown option": (("TR1 2HE", "Exeter", "--fast"), ("--fast", "journey --help shows how.")),
}


@pytest.mark.parametrize(("words", "said"), BAD_JOURNEYS.values(), ids=BAD_JOURNEYS)
def test_a_journey_that_cannot_be_worked_out_is_one_sentence(words: tuple[str, ...], said: tuple[str, ...]) -> None:
    origin, prison, *more = words
    assert_refused(shell("journey", "--from", origin, "--to", prison, *(more or ("--as-of", DAY))), *said)


@pytest.mark.parametrize(("name", "since"), [("Dartmoor", "September 2024"), ("Canterbury", "2013")])
def test_a_closed_prison_says_since_when_and_names_open_ones(name: str, since: str) -> None:
    result = shell("journey", "--from", "TR1 2HE", "--to", name, "--as-of", DAY)
    assert_refused(result, name, since, "nearest open of its kind")
    named = re.findall(r"([A-Z][\w' -]*?) \(\d+ miles away\)", result.stderr.split("kind: ")[1])
    assert len(named) == 3
    assert all(register.find(each, date.fromisoformat(DAY)).is_open(date.fromisoformat(DAY)) for each in named)


def test_no_command_a_wrong_one_and_a_missing_option_are_told_what_there_is() -> None:
    bare = shell()
    assert (bare.exit_code, bare.stdout) == (2, "")
    assert all(name in bare.stderr for name in COMMANDS)
    assert_refused(shell("jurney"), "did you mean journey?")
    assert_refused(shell("xyz"), ", ".join(COMMANDS))
    assert_refused(shell("journey", "--from", "TR1 2HE"), "'--to'")


def test_version_and_help() -> None:
    assert shell("--version").stdout == f"nearhome {version('nearhome')}\n"
    assert "Start with: nearhome journey" in shell("--help").stdout


@pytest.mark.parametrize(
    "words",
    [[name] for name in COMMANDS]
    + [["data", sub] for sub in ("list", "check", "build", "import")]
    + [["data", "import", sub] for sub in ("postcodes", "osm")],
    ids=" ".join,
)
def test_every_command_has_help_with_an_example(words: list[str]) -> None:
    result = shell(*words, "--help")
    assert result.exit_code == 0
    assert f"Example: nearhome {' '.join(words)}" in result.stdout


def test_prisons_are_listed_by_name() -> None:
    result = shell("prisons", "--as-of", DAY, "--json")
    found = json.loads(result.stdout)["prisons"]
    opened = {prison.id for prison in register.prisons() if prison.is_open(date.fromisoformat(DAY))}
    assert {row["id"] for row in found} == opened
    text = shell("prisons", "--as-of", DAY).stdout
    assert text.rstrip().endswith(f"{len(opened)} prisons open on 21 November 2026.")
    assert text.index("Exeter (HMP & YOI)") < text.index("Wandsworth (HMP & YOI)")


def test_the_nearest_prisons_that_fit_come_by_road_time() -> None:
    words = ("prisons", "--near", "TR1 2HE", "--sex", "female", "--as-of", DAY)
    result = shell(*words, "--json")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    rows = found["prisons"]
    assert len(rows) == 10
    assert [row["minutes"] for row in rows] == sorted(row["minutes"] for row in rows)
    assert all("female" in row["sex"] for row in rows)
    route = Router.shipped().route(find.find("TR1 2HE"), register.by_id(rows[0]["id"]))
    assert rows[0]["miles"] == pytest.approx(route.miles, abs=0.1)
    assert found["tables"].keys() >= {"prisons", "road_edges"}
    lines = shell(*words, "--limit", "2").stdout.splitlines()
    assert rows[0]["name"] in lines[3]
    assert rows[1]["name"] in lines[4]
    assert len(lines) == 5


def test_prisons_that_no_road_leads_to_are_named_last() -> None:
    lines = shell("prisons", "--near", "Truro", "--limit", "999", "--as-of", DAY).stdout.splitlines()
    assert "La Moye" in lines[-1]
    assert "no road or car ferry" in lines[-1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--sex", "female", "--category", "A"), "A woman cannot be in category A"),
        (("--sex", "female", "--category", "foreign"), "holds such a person"),
        (("--sex", "x"), "'x'"),
        (("--category", "Z"), "'Z'"),
        (("--age", "5"), "5"),
        (("--age", "16", "--category", "C"), "youth estate"),
        (("--near", "Truroo"), "did you mean Truro?"),
        (("--limit", "0"), "limit given is 0"),
        (("--as-of", "1500-01-01", "--near", "nowhere at all"), "nowhere at all"),
    ],
)
def test_prisons_that_cannot_be_asked_for_are_one_sentence(words: tuple[str, ...], said: str) -> None:
    assert_refused(shell("prisons", *words), said)


HEADER = "id,o_lat,o_lon,d_lat,d_lon,name"


def run_times(folder: Path, content: bytes) -> tuple[Result, Path]:
    """Write a file of pairs and work it out."""
    source, out = folder / "pairs.csv", folder / "new" / "out.csv"
    source.write_bytes(content)
    return shell("times", "--pairs", str(source), "--mode", "car", "--out", str(out)), out


def test_times_keeps_rows_and_columns_byte_for_byte(tmp_path: Path) -> None:
    rows = [
        'a,50.26,-5.05,50.728,-3.532,"Smith, ""A"""',
        'b,x,,50.7,-3.5,"two\r\nlines"',
        "",
        "c,48.85,2.35,50.7,-3.5,Paris",
        "d, 50.26 ,-5.05,50.728,-3.532,'quoted'",
        "e,50.26,-5.05",
    ]
    content = "\ufeff" + "\r\n".join([f'"id"{HEADER[2:]}', *rows])
    result, out = run_times(tmp_path, content.encode())
    assert result.exit_code == 0, result.stderr
    assert "5 pairs, 3 without a time" in result.stdout
    written = out.read_bytes().decode()
    route = Router.shipped().route(find.find("50.26,-5.05"), SimpleNamespace(lat=50.728, lon=-3.532))
    figures = f"{route.minutes:.2f},{route.miles:.2f}"
    assert written.split("\r\n") == [
        f'\ufeff"id"{HEADER[2:]},minutes,miles,crow_miles,note',
        f"{rows[0]},{figures},74.14,",
        'b,x,,50.7,-3.5,"two',
        'lines",,,,the origin has no usable latitude and longitude',
        "",
        f"{rows[3]},,,290.53,the origin is outside the United Kingdom",
        f"{rows[4]},{figures},74.14,",
        f"{rows[5]},,,,,,,the destination has no usable latitude and longitude",
        "",
    ]
    widths = {len(row) for row in csv.reader(written.splitlines(keepends=True)) if row}
    assert widths == {10}
    assert sorted(path.name for path in out.parent.iterdir()) == ["out.csv"]


def test_times_by_transit_are_typical_with_a_low_and_a_high(tmp_path: Path) -> None:
    rows = ["1,50.263,-5.051,50.7279,-3.5316,x", "2,54.6,-5.93,50.7,-3.5,y", "3,,,50.7,-3.5,z"]
    source, out = tmp_path / "pairs.csv", tmp_path / "out.csv"
    source.write_text("\n".join([HEADER, *rows]))
    words = ("times", "--pairs", str(source), "--mode", "transit", "--out", str(out))
    result = shell(*words, "--day", "saturday", "--at", "10:00")
    assert result.exit_code == 0, result.stderr
    assert "3 pairs, 2 without a time" in result.stdout
    assert "on a Saturday at about 10:00: typical, not a timetable" in " ".join(result.stdout.split())
    with out.open(encoding="utf-8", newline="") as file:
        first, second, third = csv.DictReader(file)
    assert float(first["minutes_low"]) < float(first["minutes"]) < float(first["minutes_high"])
    assert (first["changes"], first["basis"], first["note"]) == ("0", "typical, not a timetable", "")
    assert (second["minutes"], second["basis"], second["note"]) == ("", "", "no train or bus is known between the two")
    assert "no usable latitude" in third["note"]
    assert_refused(shell(*words, "--at", "25:00"), "'25:00'", "14:30")
    assert_refused(shell(*words, "--slower", "20"), "by car only")


def test_a_row_with_too_many_fields_says_so(tmp_path: Path) -> None:
    result, out = run_times(tmp_path, f"{HEADER}\n1,50.26,-5.05,50.7,-3.5,x,y,z\n".encode())
    assert result.exit_code == 0
    assert out.read_text().splitlines()[1].endswith(",the row has 2 fields more than the header")


@given(
    rows=st.lists(
        st.tuples(st.text("ab,\"'é \n", max_size=6), st.sampled_from(["", "nan", "inf", "1e9", "north", "91"])),
        max_size=5,
    ),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_whatever_a_file_holds_its_fields_come_back_in_order(
    rows: list[tuple[str, str]], end: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    source = tmp_path_factory.mktemp("pairs") / "in.csv"
    with source.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator=end)
        writer.writerow(["note_of_mine", *times.ASKED])
        writer.writerows([text, bad, "1", "2", "3"] for text, bad in rows)
    out = source.with_name("out.csv")
    assert shell("times", "--pairs", str(source), "--out", str(out)).exit_code == 0
    with source.open(encoding="utf-8", newline="") as before, out.open(encoding="utf-8", newline="") as after:
        old, new = list(csv.reader(before)), list(csv.reader(after))
    assert [row[:5] for row in new] == old
    assert all(row[5:8] == ["", "", ""] and row[8] for row in new[1:])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"id,o_lat,o_lon,d_lat\n1,2,3,4\n", "no column d_lon"),
        (b"o_lat,o_lon,d_lat,d_lon,note\n1,2,3,4,x\n", "already has a column note"),
        (b"\xff\xfe\x00o_lat", "cannot be read as CSV"),
    ],
)
def test_a_file_of_pairs_that_cannot_be_used_is_one_sentence(content: bytes, said: str, tmp_path: Path) -> None:
    result, out = run_times(tmp_path, content)
    assert_refused(result, said, "pairs.csv")
    assert not out.exists()


def test_times_refuses_other_modes_missing_files_and_its_own_source(tmp_path: Path) -> None:
    source = tmp_path / "pairs.csv"
    content = f"{HEADER}\n1,50.26,-5.05,50.7,-3.5,x\n"
    source.write_text(content)
    out = str(tmp_path / "out.csv")
    assert_refused(shell("times", "--pairs", str(source), "--mode", "train", "--out", out), "car or transit", "'train'")
    assert_refused(shell("times", "--pairs", str(tmp_path / "no.csv"), "--out", out), "no.csv")
    assert_refused(shell("times", "--pairs", str(source), "--out", str(source)), "give another name")
    assert_refused(shell("times", "--pairs", str(source), "--out", f"{source}/x.csv"), "cannot be written")
    assert [path.name for path in tmp_path.iterdir()] == ["pairs.csv"]
    assert source.read_text() == content


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> Any:
        yield "id\n"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(times, "lines", fail)
    result, out = run_times(tmp_path, f"{HEADER}\n1,50.26,-5.05,50.7,-3.5,x\n".encode())
    assert_refused(result, "No space left on device")
    assert list(out.parent.iterdir()) == []


@pytest.fixture
def made_up_case(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add a case that writes one file."""

    def write(folder: Path) -> list[Path]:
        folder.mkdir(parents=True)
        (folder / "case.csv").write_text("a\n")
        return [folder / "case.csv"]

    module = ModuleType("made_up_case")
    vars(module).update(report=lambda as_of: SimpleNamespace(text=f"As of {as_of}.", write=write))
    monkeypatch.setitem(sys.modules, "made_up_case", module)
    monkeypatch.setitem(CASES, "madeup", "made_up_case")


@pytest.mark.usefixtures("made_up_case")
def test_a_case_is_shown_and_written_where_asked(tmp_path: Path) -> None:
    assert shell("case", "MadeUp", "--as-of", "2008-01-01").stdout == "As of 2008-01-01.\n"
    folder = tmp_path / "here"
    result = shell("case", "madeup", "--as-of", DAY, "--out", str(folder))
    assert result.stdout == f"As of {DAY}.\nWritten: {folder / 'case.csv'}\n"
    (tmp_path / "file").write_text("")
    assert_refused(shell("case", "madeup", "--out", str(tmp_path / "file" / "x")), "cannot be read or written")


@pytest.mark.usefixtures("made_up_case")
def test_an_unknown_case_names_those_there_are() -> None:
    assert_refused(shell("case", "devon"), "'devon'", "cornwall", "madeup")
    assert shell("case").stdout.split() == [*CASES]


def test_tables_are_listed_with_their_licences() -> None:
    result = shell("data", "list")
    assert result.exit_code == 0
    for table in tables.tables().values():
        (line,) = [line for line in result.stdout.splitlines() if line.startswith(f"{table.name} ")]
        assert table.licence in line
        assert f"{table.rows:,}" in line


def test_a_table_of_the_users_own_is_listed_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "sessions.csv").write_bytes(tables.path("sessions").read_bytes())
    monkeypatch.setenv("NEARHOME_DATA", str(tmp_path))
    (line,) = [line for line in shell("data", "list").stdout.splitlines() if line.startswith("sessions ")]
    assert "yours" in line


def test_a_sound_table_is_ok_and_a_damaged_one_fails_the_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shell("data", "check", "sessions").stdout == "sessions: ok\n"
    (tmp_path / "tables").mkdir()
    rows = tables.path("sessions").read_text(encoding="utf-8").splitlines()
    rows[3] = rows[3].replace(rows[3].split(",")[0], "XXX")
    (tmp_path / "tables" / "sessions.csv").write_text("\n".join(rows[:50]) + "\n", encoding="utf-8")
    monkeypatch.setenv("NEARHOME_DATA", str(tmp_path))
    result = shell("data", "check", "sessions")
    assert result.exit_code == 1
    assert "found." in result.stdout
    assert_refused(shell("data", "check", "sessions", "prisonz"), "no table 'prisonz'")


def test_postcodes_can_be_imported_and_then_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEARHOME_DATA", str(tmp_path / "own"))
    file = tmp_path / "mine.csv"
    file.write_text("postcode,lat,lon\nBT1 1AA,54.6,-5.93\nBT1 1AB,,\n")
    result = shell("data", "import", "postcodes", str(file))
    assert result.exit_code == 0, result.stderr
    assert "2 postcodes, 1 with a point" in result.stdout
    assert find.find("BT1 1AA").kind == "postcode"
    file.write_text("postcode,lat,lon\nBT1 1AA,99,-5.93\n")
    assert_refused(shell("data", "import", "postcodes", str(file)), "BT1 1AA", "elsewhere than the postcode")
    assert find.find("BT1 1AA").kind == "postcode"


def test_a_build_that_cannot_be_is_one_sentence(tmp_path: Path) -> None:
    assert_refused(shell("data", "build", "--sources", str(tmp_path / "no")), "There is no folder")
    words = ("data", "build", "--sources", str(tmp_path), "--out", str(tmp_path / "out"))
    assert_refused(shell(*words, "--only", "castles"), "'castles'")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", [b"", b"no protocol buffers at all" * 40])
def test_an_unreadable_extract_is_one_sentence_and_imports_nothing(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("osmium", reason="reading extracts needs the extra nearhome[osm]")
    monkeypatch.setenv("NEARHOME_DATA", str(tmp_path / "own"))
    extract = tmp_path / "damaged.osm.pbf"
    extract.write_bytes(content)
    assert_refused(shell("data", "import", "osm", str(extract)), "damaged.osm.pbf")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["damaged.osm.pbf"]


def test_the_pages_are_served_as_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def serve(port: int | None, *, open_browser: bool) -> int:
        asked.append((port, open_browser))
        return 3

    monkeypatch.setattr(launch, "serve", serve)
    assert shell("app", "--port", "8600", "--no-browser").exit_code == 3
    assert shell("app").exit_code == 3
    assert asked == [(8600, False), (None, True)]
    monkeypatch.undo()
    assert_refused(shell("app", "--port", "0"), "from 1 to 65535")


def test_a_journey_in_a_process_of_its_own_loads_little_and_writes_nothing(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom nearhome.app.cli.shell import main\n"
        f"try: main({[*JOURNEY, '--json']!r})\n"
        f"except SystemExit as stop: code = stop.code\n"
        f"print(code, [name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = process(code, folder=tmp_path)
    assert json.loads(done.stdout)["prison"]["id"] == "EXI"
    assert done.stderr == "0 []\n"
    assert list(tmp_path.iterdir()) == []


def test_help_loads_no_command(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom nearhome.app.cli.shell import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "commands = [name for name in sys.modules if name.startswith('nearhome.app.cli.') and name.count('.') > 3]\n"
        "print(commands + ['numpy'] * ('numpy' in sys.modules))"
    )
    done = process(code, folder=tmp_path)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("table", ["prisons", "postcodes", "road_edges"])
def test_a_table_cut_short_is_one_sentence(table: str, tmp_path: Path) -> None:
    shipped = tables.path(table)
    for file in shipped.parent.iterdir():
        (tmp_path / file.name).symlink_to(file)
    (tmp_path / shipped.name).unlink()
    rows = shipped.read_bytes().splitlines(keepends=True)
    (tmp_path / shipped.name).write_bytes(b"".join(rows[: len(rows) // 2]))
    code = (
        "from pathlib import Path\nfrom nearhome.app.cli.shell import main\n"
        "from nearhome.data.catalogue import tables\n"
        f"tables.shipped_folder = lambda: Path({str(tmp_path)!r})\nmain({list(JOURNEY)!r})"
    )
    assert_one_sentence(process(code, folder=tmp_path), shipped.name)


@pytest.mark.parametrize("table", ["prisons", "postcodes", "road_edges"])
def test_a_damaged_table_of_the_users_own_is_one_sentence(table: str, tmp_path: Path) -> None:
    shipped = tables.path(table)
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / shipped.name).write_bytes(shipped.read_bytes()[:1_000] + b"\xff\xfe" * 50)
    code = f"from nearhome.app.cli.shell import main; main({list(JOURNEY)!r})"
    assert_one_sentence(process(code, folder=tmp_path, NEARHOME_DATA=str(tmp_path)), shipped.name)


def assert_one_sentence(done: subprocess.CompletedProcess[str], name: str) -> None:
    """Assert that a process said one thing on its error stream, named the file, and left with 2."""
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("nearhome: ")
    assert done.stderr.count("\n") == 1
    assert name in done.stderr


def test_a_reader_that_goes_away_is_not_an_error_worth_words(tmp_path: Path) -> None:
    code = "from nearhome.app.cli.shell import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", code, "prisons"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        said = running.stderr.read()
    assert said == b""


def test_a_file_of_pairs_is_read_with_its_own_text(tmp_path: Path) -> None:
    source = tmp_path / "pairs.csv"
    source.write_bytes(b'd_lon,d_lat,O_LON, o_lat \n1,2,3,"4"\n')
    found = times.read(source)
    assert found.places == (3, 2, 1, 0)
    assert [record.raw for record in found.records] == ['1,2,3,"4"']
    with pytest.raises(SourceError, match="cannot be read"):
        times.read(tmp_path)
