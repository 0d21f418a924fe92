"""The shell on imported roads and under other conditions: the figures, and that it says which."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from nearhome.app.cli.shell import main
from nearhome.data.base.coordinates import Spot
from nearhome.data.catalogue import tables as catalogue
from nearhome.data.prisons import register
from nearhome.geo.imported import networks
from nearhome.geo.matrices import matrix, origins
from nearhome.geo.matrices.postcodes import all_postcodes_to
from nearhome.geo.routing.router import Router
from tests import extracts
from tests.paths import SHARED

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

DAY = "2026-11-21"
DOOR, TRURO = Spot(*extracts.TOWN), Spot(50.263, -5.051)
AT_DOOR = "50.7165,-3.5316"
MAIN_ROADS = "On the main roads that come with nearhome."
OWN_ROADS = "On all the roads of exeter, which you imported, and main roads beyond."
NEWPORT = SHARED / "data" / "roads" / "newport-2023-06-13.osm.pbf"


def shell(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def told(*words: object) -> str:
    """Run a command that has to succeed, and give what it says as one line."""
    result = shell(*words)
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    return " ".join(result.stdout.split())


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder into which the shell imported the roads around Exeter."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NEARHOME_DATA", str(folder))
        said = told("data", "import", "osm", extracts.write(folder / "exeter.osm.pbf"), "--turns")
    assert "Turns: 0 restrictions read, 0 banned turns." in said
    return folder


@pytest.fixture
def imported(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NEARHOME_DATA", str(home))
    return home


@pytest.fixture
def nothing_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEARHOME_DATA", str(tmp_path / "none"))


def journey(*more: str) -> tuple[str, ...]:
    return ("journey", "--from", AT_DOOR, "--to", "DGI", "--as-of", DAY, *more)


@pytest.mark.usefixtures("imported")
def test_a_journey_says_which_roads_it_used() -> None:
    own, shipped = json.loads(told(*journey("--json"))), json.loads(told(*journey("--network", "shipped", "--json")))
    assert (own["network"], shipped["network"]) == ("imported:exeter", "shipped")
    goal = register.by_id("DGI")
    for answer, router in ((own, networks.roads_for(DOOR).router), (shipped, Router.shipped())):
        assert answer["options"][0]["minutes"] == round(router.route(DOOR, goal).minutes, 1)
    assert own["options"][0]["minutes"] != shipped["options"][0]["minutes"]
    assert own["tables"].keys() - shipped["tables"].keys() == {"your roads"}
    text = told(*journey())
    assert OWN_ROADS in text
    assert "Roads you imported, user+" in text
    assert MAIN_ROADS in told(*journey("--network", "shipped"))


@pytest.mark.usefixtures("nothing_imported")
def test_a_journey_under_other_conditions_says_so() -> None:
    changed = ("--closed", "a38", "--closed", " Tamar ", "--slower", "20", "--no-tolls", "--no-ferries")
    answer = json.loads(told(*journey(*changed, "--json")))
    assert answer["scenario"] == {"closed": ["a38", "Tamar"], "slower": 1.2, "tolls": False, "ferries": False}
    router = Router.shipped().reweight(closed=["A38", "tamar"], slower=1.2, tolls=False, ferries=False)
    expected = router.route(DOOR, register.by_id("DGI")).minutes
    assert answer["options"][0]["minutes"] == round(expected, 1)
    assert answer["options"][0]["minutes"] > json.loads(told(*journey("--json")))["options"][0]["minutes"]
    said = told(*journey(*changed))
    assert "As if: a38 and Tamar closed, roads 20 % slower, no toll roads, no ferries." in said
    assert "As if" not in told(*journey())


@pytest.mark.usefixtures("nothing_imported")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--closed", "A3000"), "'A3000' to close; did you mean A30"),
        (("--closed", " "), "an empty name closes nothing"),
        (("--slower", "-5"), "-5 is not a number of per cent"),
        (("--slower", "nan"), "nan is not a number of per cent"),
        (("--slower", "a bit"), "'a bit'"),
        (("--network", "roman"), "'roman'"),
    ],
)
def test_conditions_that_cannot_be_are_one_sentence(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    for command in (journey(), ("matrix", "--origins", "districts", "--to", "EXI", "--out", str(out))):
        result = shell(*command, *words)
        assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1), result.stderr
        assert said in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("imported")
def test_the_nearest_prisons_are_found_on_imported_roads() -> None:
    words = ("prisons", "--near", AT_DOOR, "--as-of", DAY, "--limit", "2")
    assert OWN_ROADS in told(*words)
    answer = json.loads(told(*words, "--json"))
    assert answer["network"] == "imported:exeter"
    expected = networks.roads_for(DOOR).router.route(DOOR, register.by_id(answer["prisons"][0]["id"])).minutes
    assert answer["prisons"][0]["minutes"] == round(expected, 1)
    assert OWN_ROADS not in told(*words, "--network", "shipped")


@pytest.mark.usefixtures("imported")
def test_times_are_on_the_roads_of_each_origin(tmp_path: Path) -> None:
    pairs, out = tmp_path / "pairs.csv", tmp_path / "out.csv"
    rows = [(*extracts.TOWN, 50.9, -3.4), (TRURO.lat, TRURO.lon, *extracts.TOWN), (*extracts.TOWN, 53.8, -1.55)]
    pairs.write_text("o_lat,o_lon,d_lat,d_lon\n" + "".join(",".join(map(str, row)) + "\n" for row in rows))
    said = told("times", "--pairs", pairs, "--out", out)
    assert f"{MAIN_ROADS[:-1]} (1 pair). {OWN_ROADS[:-1]} (2 pairs)." in said
    minutes = [float(line.split(",")[4]) for line in out.read_text(encoding="utf-8").splitlines()[1:]]
    for row, found in zip(rows, minutes, strict=True):
        start, end = Spot(*row[:2]), Spot(*row[2:])
        assert found == pytest.approx(networks.roads_for(start).router.route(start, end).minutes, abs=0.006)
    said = told("times", "--pairs", pairs, "--out", out, "--network", "shipped", "--slower", "10")
    assert said.endswith(f"{MAIN_ROADS} As if: roads 10 % slower.")


def facts_of(out: Path) -> dict[str, str]:
    return {
        key.decode().removeprefix("nearhome."): value.decode() for key, value in pq.read_schema(out).metadata.items()
    }


@pytest.mark.usefixtures("imported")
def test_a_matrix_uses_imported_roads_and_its_metadata_says_so(tmp_path: Path) -> None:
    homes, out = tmp_path / "homes.csv", tmp_path / "out.parquet"
    homes.write_text(f"id,lat,lon\ndoor,{DOOR.lat},{DOOR.lon}\ntruro,{TRURO.lat},{TRURO.lon}\n")
    words = ("matrix", "--origins", homes, "--to", "EXI,DGI", "--as-of", DAY, "--out", out)
    said = told(*words)
    assert f"{MAIN_ROADS[:-1]} (1 origin). {OWN_ROADS[:-1]} (1 origin)." in said
    goals = [register.by_id(name) for name in ("EXI", "DGI")]
    expected = [networks.roads_for(home).router.matrix([home], goals).minutes[0] for home in (DOOR, TRURO)]
    found = np.array(pq.read_table(out).column("minutes").to_pylist()).reshape(2, 2)
    np.testing.assert_allclose(found, expected, atol=0.0501)
    assert json.loads(facts_of(out)["networks"]) == {
        "shipped": {"origins": 1},
        "imported:exeter": {"origins": 1, "version": networks.networks()[0].version},
    }
    told(*words, "--network", "shipped")
    assert json.loads(facts_of(out)["networks"]) == {"shipped": {"origins": 2}}
    assert facts_of(out)["command"].endswith("--network shipped")


@pytest.mark.usefixtures("nothing_imported")
def test_a_matrix_of_a_scenario_has_its_figures_and_says_so(tmp_path: Path) -> None:
    homes, out = tmp_path / "homes.csv", tmp_path / "out.csv"
    homes.write_text(f"id,lat,lon\ntruro,{TRURO.lat},{TRURO.lon}\n")
    words = ("matrix", "--origins", homes, "--to", "EXI", "--as-of", DAY, "--out", out)
    said = told(*words, "--closed", "a30", "--slower", "12.5", "--no-tolls", "--no-ferries")
    assert said.endswith("As if: a30 closed, roads 12.5 % slower, no toll roads, no ferries.")
    router = Router.shipped().reweight(closed=["A30"], slower=1.125, tolls=False, ferries=False)
    expected = router.route(TRURO, register.by_id("EXI"))
    cells = out.read_text(encoding="utf-8").splitlines()[1].split(",")
    assert [float(cell) for cell in cells[2:]] == pytest.approx([expected.minutes, expected.miles], abs=0.0501)
    facts = json.loads((tmp_path / "out.csv-metadata.json").read_text(encoding="utf-8"))
    assert facts["scenario"] == {"closed": ["a30"], "slower": 1.125, "tolls": False, "ferries": False}
    assert facts["command"].endswith("--as-of 2026-11-21 --closed a30 --slower 12.5 --no-tolls --no-ferries")


def test_every_postcode_inside_an_import_is_answered_by_it(imported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba", reason="only the compiled loop takes every postcode at once")
    assert (imported / "networks").is_dir()
    monkeypatch.setattr(matrix, "ORIGINS", 1_000)
    choice = networks.networks()
    every = origins.every_postcode()
    goal = Spot(*(getattr(register.by_id("EXI"), name) for name in ("lat", "lon")))
    tables = catalogue.versions(*matrix.ROAD_TABLES, *matrix.POSTCODE_TABLES)
    block = matrix.Block("one", None, (goal,), matrix.TODAY, tables, {choice[0].name: choice[0].version})
    found = matrix.compute(block)[0, :, 0]
    plain = all_postcodes_to(Router.shipped(), [goal]).tenths_of_minutes[:, 0]
    inside = networks.covering(every.xy, choice) == 0
    assert 1_000 < inside.sum() < 20_000
    np.testing.assert_array_equal(found[~inside], plain[~inside])
    rows = np.random.default_rng(1).choice(np.flatnonzero(inside), 40, replace=False)
    router = networks.roads_for(DOOR).router
    expected = router.matrix_between(every.xy[rows], matrix.grid_points([goal])).minutes[:, 0]
    np.testing.assert_allclose(found[rows] / 10, expected, atol=0.0501)


@pytest.mark.usefixtures("imported")
def test_a_run_on_other_imports_starts_again(tmp_path: Path) -> None:
    starts = origins.Origins(["door"], matrix.grid_points([DOOR]), ())
    out, said = tmp_path / "out.parquet", list[str]()

    def stop(work: object, tasks: object) -> object:  # noqa: ARG001 -- an engine's signature
        raise KeyboardInterrupt

    for imports in ((), networks.networks()):
        with pytest.raises(KeyboardInterrupt):
            matrix.write(
                out,
                starts,
                [register.by_id("EXI")],
                command="test",
                imported=imports,
                engine=stop,  # type: ignore[arg-type] # it gives nothing
                say=said.append,
            )
    assert said == ["The parts in out.parquet.parts were made with other imported roads, so all are made again."]


@pytest.mark.usefixtures("imported")
def test_catchments_are_drawn_on_the_roads_that_cover_the_prison() -> None:
    words = ("catchments", "--to", "Truro", "--minutes", "20", "--as-of", DAY)
    assert shell(*words).exit_code == 2  # there is no prison at Truro
    words = ("catchments", "--to", "Channings Wood", "--to", "Exeter", "--minutes", "20", "--as-of", DAY)
    said = told(*words)
    assert f"{MAIN_ROADS[:-1]} (1 prison). {OWN_ROADS[:-1]} (1 prison)." in said
    assert said.index("Channings Wood") < said.index("Exeter 20 minutes")
    shipped = told(*words, "--network", "shipped")
    assert MAIN_ROADS in shipped
    assert shipped.split("Exeter 20 minutes")[0] == said.split("Exeter 20 minutes")[0]
    assert shipped.split("Exeter 20 minutes")[1].split()[0] != said.split("Exeter 20 minutes")[1].split()[0]
    slower = told(*words, "--network", "shipped", "--slower", "30")
    assert "As if: roads 30 % slower." in slower
    areas = [float(text.split("Exeter 20 minutes")[1].split()[0]) for text in (shipped, slower)]
    assert areas[1] < 0.8 * areas[0]


@pytest.mark.skipif(not NEWPORT.is_file(), reason="the Newport extract lies beside the repository only in development")
def test_an_import_says_what_it_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEARHOME_DATA", str(tmp_path))
    said = told("data", "import", "osm", NEWPORT, "--turns")
    for words in (
        "5,938 junctions, 12,734 stretches of road.",
        "Speeds: 2,065 from a tag, 10,669 from the class of road and its surroundings.",
        "Turns: 94 restrictions read, 91 banned turns.",
        "Left out: 769 parts (1,469 points of road)",
        "MB of memory. Written:",
    ):
        assert words in said
    text = told("journey", "--from", "51.5842,-2.9977", "--to", "Exeter", "--as-of", DAY)
    assert "On all the roads of newport-2023-06-13, which you imported" in text
