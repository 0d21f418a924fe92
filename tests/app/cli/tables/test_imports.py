"""What was imported is listed, checked and forgotten, whatever kind it is and whatever happened to it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from nearhome.app.cli.shell import main
from nearhome.data.base import versions
from nearhome.data.places import postcodes
from nearhome.data.services import own
from tests import extracts
from tests.geo.gtfs.test_read import write as write_feed

if TYPE_CHECKING:
    from pathlib import Path

KINDS = {"roads": "exeter", "timetable": "buses", "postcodes": "postcodes", "services": "services"}


def run(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(main, [str(word) for word in words])
    return done.exit_code, done.output


def told(*words: object) -> str:
    code, output = run(*words)
    assert code == 0, output
    return output


@pytest.fixture(scope="module")
def imports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder into which one of each kind was imported."""
    folder, files = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("files")
    (files / "mine.csv").write_text("postcode,lat,lon\nBT1 1AA,54.6,-5.9\nEX4 4EX,,\n", encoding="utf-8")
    (files / "services.csv").write_text(own.template(), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NEARHOME_DATA", str(folder))
        told("data", "import", "osm", extracts.write(files / "exeter.osm.pbf"))
        told("data", "import", "gtfs", write_feed(files))
        told("data", "import", "postcodes", files / "mine.csv")
        told("services", "import", files / "services.csv")
    return folder


@pytest.fixture
def home(imports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy it to a folder of the test's own."""
    shutil.copytree(imports, tmp_path / "home")
    monkeypatch.setenv("NEARHOME_DATA", str(tmp_path / "home"))
    return tmp_path / "home"


def listed() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(told("data", "imports", "list", "--json"))["imports"]
    return found


def test_nothing_imported_is_nothing_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEARHOME_DATA", str(tmp_path))
    assert told("data", "imports", "list") == "Nothing is imported.\n"
    assert listed() == []
    assert list(tmp_path.iterdir()) == []
    code, said = run("data", "imports", "check", "exeter")
    assert code == 2
    assert "There is no import called 'exeter'; nothing is imported." in said


@pytest.mark.usefixtures("home")
def test_each_kind_is_listed_with_what_it_covers() -> None:
    found = {each["kind"]: each for each in listed()}
    assert {kind: each["name"] for kind, each in found.items()} == KINDS
    assert all(each["usable"] and each["size_bytes"] > 0 for each in found.values())
    assert "square miles around" in found["roads"]["covers"]
    assert found["timetable"]["covers"].startswith("1 June 2026 to 31 August 2026: 2 trips at 4 stops")
    assert found["postcodes"]["covers"] == "2 postcodes, 1 with a point"
    assert found["services"]["covers"] == "3 services"
    text = told("data", "imports", "list")
    assert all(name in text for name in KINDS.values())


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_checked_and_forgotten(kind: str) -> None:
    name = KINDS[kind]
    assert told("data", "imports", "check", name).startswith(f"{kind} {name}: ok. It covers ")
    assert json.loads(told("data", "imports", "check", f"{kind}/{name}", "--json"))["problems"] == []
    assert told("data", "imports", "forget", name).startswith("Removed ")
    assert kind not in {each["kind"] for each in listed()}
    assert len(listed()) == len(KINDS) - 1
    assert run("data", "imports", "forget", name)[0] == 2


@pytest.mark.usefixtures("home")
def test_a_name_that_is_none_gets_the_nearest() -> None:
    code, said = run("data", "imports", "forget", "exter")
    assert code == 2
    assert "did you mean exeter?" in said
    assert len(listed()) == len(KINDS)


def test_a_name_of_two_kinds_has_to_be_said_with_its_kind(home: Path) -> None:
    feed = versions.newest(home / "timetables")["buses"]
    feed.rename(feed.with_name("exeter~1"))
    code, said = run("data", "imports", "forget", "exeter")
    assert code == 2
    assert "say which, one of roads/exeter and timetable/exeter" in said
    told("data", "imports", "forget", "timetable/exeter")
    assert "exeter" in {each["name"] for each in listed()}


def spoil(folder: Path, kind: str) -> None:
    """Damage one import so that only reading or opening it shows."""
    if kind == "roads":
        file = versions.newest(folder / "networks")["exeter"] / "arc_deciseconds.npy"
        data = bytearray(file.read_bytes())
        data[-8] ^= 1
        file.write_bytes(data)
    elif kind == "timetable":
        (versions.newest(folder / "timetables")["buses"] / "call_stop.npy").write_bytes(b"")
    elif kind == "postcodes":
        (versions.newest(folder / "postcodes")["postcodes"] / postcodes.FILES["postcodes"]).write_bytes(b"")
    else:
        (folder / "services" / "services.csv").write_text("id\n1,2\n", encoding="utf-8")


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_damaged_is_listed_told_and_forgotten(kind: str, home: Path) -> None:
    spoil(home, kind)
    assert len(listed()) == len(KINDS)
    code, said = run("data", "imports", "check", KINDS[kind])
    assert code == 1
    assert "import" in said
    code, said = run("data", "imports", "check", KINDS[kind], "--json")
    assert code == 1
    assert not json.loads(said)["usable"]
    told("data", "imports", "forget", KINDS[kind])
    assert kind not in {each["kind"] for each in listed()}


def test_roads_of_an_earlier_nearhome_are_listed_and_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEARHOME_DATA", str(tmp_path))
    (tmp_path / "networks").mkdir()
    (tmp_path / "networks" / "town.npz").write_bytes(b"PK")
    (found,) = listed()
    assert (found["name"], found["usable"]) == ("town", False)
    assert found["why_not"].endswith("import the extract again.")
    assert run("data", "imports", "check", "town")[0] == 1
    told("data", "imports", "forget", "town")
    assert listed() == []


def test_two_imports_at_once_lose_nothing(home: Path, tmp_path: Path) -> None:
    """Feeds, roads and postcodes imported by processes at the same time are all there, and whole."""
    (tmp_path / "a.csv").write_text("postcode,lat,lon\nBT1 1AB,54.6,-5.9\n", encoding="utf-8")
    jobs = [
        ("gtfs", write_feed(tmp_path, name="boats.zip")),
        ("gtfs", write_feed(tmp_path, name="trams.zip")),
        ("postcodes", tmp_path / "a.csv"),
        ("osm", extracts.write(tmp_path / "city.osm.pbf", (50.68, -3.58, 50.78, -3.46))),
    ]
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "nearhome", "data", "import", kind, str(file)],
            env=os.environ | {"NEARHOME_DATA": str(home)},
            stdout=subprocess.DEVNULL,
        )
        for kind, file in jobs
    ]
    while any(each.poll() is None for each in running):
        assert {each["name"] for each in listed()} >= set(KINDS.values())
        assert all(each["usable"] for each in listed())
    assert [each.wait() for each in running] == [0, 0, 0, 0]
    names = {each["name"] for each in listed()}
    assert names == {*KINDS.values(), "boats", "trams", "city"}
    for name in names:
        told("data", "imports", "check", name)
    assert not list(home.rglob(".*"))
