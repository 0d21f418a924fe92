"""Bulk matrices: the router's own figures, in one file, resumable, and the same bytes however they came about."""

from __future__ import annotations

import csv
import fcntl
import json
from datetime import date
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from nearhome.app.cli.shell import main
from nearhome.app.cli.tables import matrix
from nearhome.data.base import extras
from nearhome.data.base.coordinates import Spot
from nearhome.data.errors import InputError, SourceError, TableError
from nearhome.data.places import postcodes
from nearhome.data.prisons import register
from nearhome.geo.matrices import checkpoints, executors, files, origins
from nearhome.geo.matrices import matrix as matrices
from nearhome.geo.matrices.postcodes import all_postcodes_to
from nearhome.geo.roads.conditions import Conditions
from nearhome.geo.routing.router import Router

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from click.testing import Result

DAY = date(2026, 11, 21)
GOALS = ("EXI", "IWI", "JSY-LMO")
COMMAND = "nearhome matrix, as a test calls it"


class Stop(BaseException):
    """Stands for whatever ends a run half way."""


@pytest.fixture
def goals() -> list[register.Prison]:
    """Give a prison in a town, one on an island with a ferry, and one that no car reaches."""
    return [register.by_id(name) for name in GOALS]


@pytest.fixture
def one_goal_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrices, "DESTINATIONS", 1)


def shell(*words: object) -> Result:
    return CliRunner().invoke(main, ["matrix", "--as-of", DAY.isoformat(), *map(str, words)])


def districts(count: int = 60) -> origins.Origins:
    """Give the first of the districts, Aberdeen and on."""
    every = origins.every_district()
    return origins.Origins(every.names[:count], every.xy[:count], every.tables)


def stopping_after(blocks: int) -> executors.Executor:
    """Give an engine that is stopped once some blocks are done."""

    def engine(work: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterator[tuple[int, Any]]:
        for number, task in enumerate(tasks):
            if number == blocks:
                raise Stop
            yield number, work(task)

    return engine


def counting(done: list[str]) -> executors.Executor:
    """Give an engine that notes which blocks it computes, and does the last one first."""

    def engine(work: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterator[tuple[int, Any]]:
        for number, task in reversed(list(enumerate(tasks))):
            done.append(task.name)
            yield number, work(task)

    return engine


def figures(out: Path, name: str, columns: int) -> np.ndarray[Any, Any]:
    """Read minutes or miles of a file, a row an origin, in tenths; NaN for an empty cell."""
    values = pq.read_table(out).column(name).combine_chunks()
    tenths = np.rint(np.array(values.to_pylist(), dtype=float) * 10)
    return tenths.reshape(-1, columns)


def test_districts_have_the_figures_of_the_matrix_and_nulls_where_no_car_goes(
    tmp_path: Path, goals: list[register.Prison]
) -> None:
    out = tmp_path / "districts.parquet"
    result = shell("--origins", "districts", "--to", "exeter, IWI,JSY-LMO,EXI", "--out", out)
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    areas = sorted(postcodes.areas("district").values(), key=lambda area: area.name)
    expected = Router.shipped().matrix(areas, goals)
    for name, values in (("minutes", expected.minutes), ("miles", expected.miles)):
        np.testing.assert_allclose(figures(out, name, 3), values * 10, atol=0.5001)
    table = pq.read_table(out)
    assert table.column("origin").to_pylist()[::3] == [area.name for area in areas]
    assert table.column("destination").to_pylist()[:3] == list(GOALS)
    assert table.column("minutes").null_count == table.column("miles").null_count == np.isnan(expected.minutes).sum()
    nowhere = table.filter(pc.equal(table.column("destination").cast("string"), "JSY-LMO"))
    assert nowhere.column("minutes").null_count == len(areas)
    assert f"2,943 origins, 3 prisons: 8,829 rows ({np.isnan(expected.minutes).sum():,} without a way)" in result.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["districts.parquet"]


def test_the_file_says_what_it_is_and_is_written_for_analysts(tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    assert shell("--origins", "districts", "--to", "EXI", "--out", out).exit_code == 0
    schema = pq.read_schema(out)
    facts = {key.decode(): value.decode() for key, value in schema.metadata.items()}
    assert facts["nearhome.command"] == "nearhome matrix --origins districts --to EXI --as-of 2026-11-21"
    assert json.loads(facts["nearhome.tables"]).keys() >= {"road_edges", "postcode_districts", "prisons"}
    assert "OpenStreetMap" in facts["nearhome.attributions"]
    assert "Open Database License" in facts["nearhome.licences"]
    assert json.loads(facts["nearhome.columns"]).keys() == set(schema.names)
    assert str(tmp_path) not in str(facts)
    assert [str(schema.field(name).type) for name in ("minutes", "miles")] == ["float", "float"]
    assert all(str(schema.field(name).type).startswith("dictionary") for name in ("origin", "destination"))
    assert pq.ParquetFile(out).metadata.row_group(0).column(2).compression == "ZSTD"


def test_every_postcode_has_the_figures_of_all_postcodes_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "ROWS", 300_000)
    out = tmp_path / "postcodes.parquet"
    result = shell("--origins", "postcodes", "--to", "EXI", "--out", out)
    assert result.exit_code == 0, result.stderr
    whole = all_postcodes_to(Router.shipped(), [register.by_id("EXI")])
    file = pq.ParquetFile(out)
    assert file.metadata.num_row_groups == 6
    for name, values in (("minutes", whole.tenths_of_minutes), ("miles", whole.tenths_of_miles)):
        read = file.read([name]).column(0).fill_null(6_553.5).to_numpy()
        np.testing.assert_array_equal(np.rint(read * 10).astype(np.uint16), values[:, 0])
    starts = file.read_row_group(3, ["origin"]).column(0).to_pylist()
    assert starts == postcodes.shipped().all_names()[900_000:1_200_000].tolist()


def test_postcodes_without_numba_have_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, goals: list[register.Prison]
) -> None:
    every, router = origins.every_postcode(), Router.shipped()
    rows = np.sort(np.random.default_rng(5).choice(len(every.names), 150, replace=False))
    some = origins.Origins([every.names[row] for row in rows], every.xy[rows], every.tables, every_postcode=True)
    compiled = all_postcodes_to(router, goals)

    def taken(_: Router, spots: Sequence[Spot]) -> SimpleNamespace:
        assert len(spots) == len(goals)
        return SimpleNamespace(
            tenths_of_minutes=compiled.tenths_of_minutes[rows], tenths_of_miles=compiled.tenths_of_miles[rows]
        )

    monkeypatch.setattr(matrices, "all_postcodes_to", taken)
    matrices.write(tmp_path / "with.parquet", some, goals, command=COMMAND)
    monkeypatch.undo()
    monkeypatch.setattr(extras, "has_numba", lambda: False)
    monkeypatch.setattr(matrices, "ORIGINS", 40)
    matrices.write(tmp_path / "without.parquet", some, goals, command=COMMAND)
    assert (tmp_path / "with.parquet").read_bytes() == (tmp_path / "without.parquet").read_bytes()


@settings(max_examples=8, deadline=None)
@given(
    points=st.lists(st.tuples(st.floats(50.1, 58.5), st.floats(-5.6, 1.7)), min_size=1, max_size=12),
    chosen=st.sets(st.sampled_from(["EXI", "LEI", "SCO-INV", "NI-MGL", "JSY-LMO"]), min_size=1),
    size=st.integers(1, 5),
)
def test_rows_are_those_of_the_matrix_however_they_are_cut(
    points: list[tuple[float, float]], chosen: set[str], size: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    out = tmp_path_factory.mktemp("rows") / "out.parquet"
    goals = [register.by_id(name) for name in sorted(chosen)]
    spots = [Spot(*point) for point in points]
    starts = origins.Origins([f"p{row}" for row in range(len(spots))], matrices.grid_points(spots), ())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matrices, "ORIGINS", size)
        patch.setattr(matrices, "DESTINATIONS", 6 - size)
        patch.setattr(files, "ROWS", 7)
        written = matrices.write(out, starts, goals, command=COMMAND)
    expected = Router.shipped().matrix(spots, goals)
    assert written.rows == len(spots) * len(goals)
    assert written.unreachable == np.isnan(expected.minutes).sum()
    for name, values in (("minutes", expected.minutes), ("miles", expected.miles)):
        np.testing.assert_allclose(figures(out, name, len(goals)), values * 10, atol=0.5001)


@pytest.mark.usefixtures("one_goal_a_block")
@pytest.mark.parametrize("blocks", [0, 1, 2])
def test_a_run_goes_on_where_it_was_stopped_with_the_same_bytes(
    tmp_path: Path, goals: list[register.Prison], blocks: int
) -> None:
    whole, out = tmp_path / "whole.parquet", tmp_path / "out.parquet"
    matrices.write(whole, districts(), goals, command=COMMAND)
    with pytest.raises(Stop):
        matrices.write(out, districts(), goals, command=COMMAND, engine=stopping_after(blocks))
    assert not out.exists()
    assert len(list(checkpoints.folder_of(out).glob("*.npy"))) == blocks
    said: list[str] = []
    done: list[str] = []
    written = matrices.write(out, districts(), goals, command=COMMAND, engine=counting(done), say=said.append)
    assert (written.resumed, len(done), said) == (blocks, 3 - blocks, [])
    assert out.read_bytes() == whole.read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"whole.parquet", "out.parquet"}


@pytest.mark.usefixtures("one_goal_a_block")
def test_a_run_stopped_while_writing_keeps_the_old_file_and_all_parts(
    tmp_path: Path, goals: list[register.Prison], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.csv"
    out.write_text("what was there before\n")

    def stop(*_: object) -> str:
        raise Stop

    with monkeypatch.context() as patch:
        patch.setattr(files, "_cell", stop)
        with pytest.raises(Stop):
            matrices.write(out, districts(), goals, command=COMMAND)
    assert out.read_text() == "what was there before\n"
    done: list[str] = []
    assert matrices.write(out, districts(), goals, command=COMMAND, engine=counting(done)).resumed == 3
    assert done == []


@pytest.mark.usefixtures("one_goal_a_block")
def test_a_damaged_or_missing_part_is_made_again(tmp_path: Path, goals: list[register.Prison]) -> None:
    whole, out = tmp_path / "whole.parquet", tmp_path / "out.parquet"
    matrices.write(whole, districts(), goals, command=COMMAND)
    with pytest.raises(Stop):
        matrices.write(out, districts(), goals, command=COMMAND, engine=stopping_after(2))
    first, second = sorted(checkpoints.folder_of(out).glob("*.npy"))
    first.write_bytes(first.read_bytes()[:-1] + b"\x07")
    for left in (tmp_path / ".out.123.parquet", checkpoints.folder_of(out) / ".manifest.123.json"):
        left.write_text("what a run that was killed had begun")
    second.unlink()
    said: list[str] = []
    assert matrices.write(out, districts(), goals, command=COMMAND, say=said.append).resumed == 0
    assert said == ["2 of the parts in out.parquet.parts are missing or damaged and are made again."]
    assert out.read_bytes() == whole.read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"whole.parquet", "out.parquet"}


@pytest.mark.usefixtures("one_goal_a_block")
def test_changed_inputs_start_again_and_say_so(tmp_path: Path, goals: list[register.Prison]) -> None:
    out = tmp_path / "out.parquet"
    said: list[str] = []

    def run(starts: origins.Origins, ends: list[register.Prison], scenario: Conditions = matrices.TODAY) -> str:
        said.clear()
        with pytest.raises(Stop):
            matrices.write(
                out, starts, ends, command=COMMAND, scenario=scenario, engine=stopping_after(1), say=said.append
            )
        return " ".join(said)

    assert run(districts(), goals) == ""
    assert "other origins, so all" in run(districts(59), goals)
    assert "other destinations, so all" in run(districts(59), goals[:2])
    assert "other scenario, so all" in run(districts(59), goals[:2], Conditions(slower=1.2))
    assert "other origins and destinations and scenario, so all" in run(districts(), goals)
    (checkpoints.folder_of(out) / checkpoints.MANIFEST).write_text("{")
    assert "manifest in out.parquet.parts is damaged" in run(districts(), goals)


def test_a_scenario_has_the_figures_of_the_reweighted_router(tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    truro, exeter = Spot(50.263, -5.051), register.by_id("EXI")
    starts = origins.Origins(["Truro"], matrices.grid_points([truro]), ())
    scenario = Conditions(closed=("A30",), slower=1.1, tolls=False)
    matrices.write(out, starts, [exeter], command=COMMAND, scenario=scenario)
    expected = Router.shipped().reweight(closed=("A30",), slower=1.1, tolls=False).matrix([truro], [exeter])
    assert figures(out, "minutes", 1)[0, 0] == pytest.approx(expected.minutes[0, 0] * 10, abs=0.5001)
    assert expected.minutes[0, 0] > Router.shipped().matrix([truro], [exeter]).minutes[0, 0]
    assert json.loads(pq.read_schema(out).metadata[b"nearhome.scenario"])["closed"] == ["A30"]


def test_a_block_for_other_tables_is_refused() -> None:
    block = matrices.Block("one", np.zeros((1, 2)), (Spot(50.7, -3.5),), matrices.TODAY, {"road_nodes": "2001+abc"})
    with pytest.raises(TableError, match=r"'road_nodes' is .* and 2001\+abc on the one that asked"):
        matrices.compute(block)
    assert "50.7" not in repr(block)


def test_a_small_file_may_be_csv_and_says_the_same(tmp_path: Path, goals: list[register.Prison]) -> None:
    for name in ("out.csv", "out.parquet"):
        matrices.write(tmp_path / name, districts(), goals, command=COMMAND)
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    table = pq.read_table(tmp_path / "out.parquet")
    assert header == table.column_names
    for place, name in enumerate(("origin", "destination")):
        assert [row[place] for row in rows] == table.column(name).to_pylist()
    for place, name in ((2, "minutes"), (3, "miles")):
        read = [None if value is None else f"{value:.1f}" for value in table.column(name).to_pylist()]
        assert [row[place] or None for row in rows] == read
    facts = json.loads((tmp_path / "out.csv-metadata.json").read_text(encoding="utf-8"))
    assert facts["command"] == COMMAND
    assert facts["destinations"].keys() == set(GOALS)


GOOD = {
    "coordinates with ids": ("id,lat,lon,x\nhome,50.26,-5.05,1\naway, 54.6 ,-5.93,\n", ["home", "away"], 0),
    "coordinates alone": ("\ufeffLON,Lat\n-5.05,50.26\n\n-3.5,50.7\n", ["1", "2"], 0),
    "coordinates before postcodes": ("postcode,lat,lon\nTR1 2HE,50.26,-5.05\n", ["1"], 0),
    "postcodes": ("postcode\ntr12he\nTR1 3AA\n", ["tr12he", "TR1 3AA"], 0),
    "postcodes with ids, one by its sector": ("id,postcode\na,TR1 2HE\nb,BT1 1AA\n", ["a", "b"], 1),
}


@pytest.mark.parametrize("case", GOOD)
def test_origins_are_read(case: str, tmp_path: Path) -> None:
    content, names, stand_ins = GOOD[case]
    file = tmp_path / "origins.csv"
    file.write_text(content, encoding="utf-8")
    found = origins.read(file)
    assert (list(found.names), found.stand_ins, found.xy.shape) == (names, stand_ins, (len(names), 2))
    assert np.isfinite(found.xy).all()
    assert "names" not in repr(found)
    assert "xy" not in repr(found)


BAD = {
    "no such column": ("a,b\n1,2\n", "has the columns a, b"),
    "empty": ("", "is empty"),
    "no rows": ("lat,lon\n", "has no rows"),
    "no number": ("lat,lon\nx,-5\n50.26,-5.05\n", r"a row .*line 2: 'x', '-5' is no latitude"),
    "abroad": ("lat,lon\n48.85,2.35\n", "outside the United Kingdom"),
    "infinite": ("lat,lon\ninf,2.35\n", "is no latitude"),
    "twice": ("id,lat,lon\na,50.26,-5.05\na,50.27,-5.05\n", "line 3: 'a' stands on line 2 already"),
    "no id": ("id,lat,lon\n,50.26,-5.05\n", "line 2: the id is empty"),
    "short row": ("id,lat,lon\na\n", "line 2: '', '' is no latitude"),
    "no postcode": ("postcode\nTruro\n", "'Truro' is not a full postcode"),
    "an island's": ("postcode\nJE2 3AB\n", "Jersey"),
    "many": ("lat,lon\n" + "x,y\n" * 9, r"9 rows .*line 6: .*\); correct"),
}


@pytest.mark.parametrize("case", BAD)
def test_origins_that_cannot_be_used_are_one_sentence(case: str, tmp_path: Path) -> None:
    content, said = BAD[case]
    file = tmp_path / "origins.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(SourceError, match=said) as error:
        origins.read(file)
    assert str(error.value).endswith(".")
    result = shell("--origins", file, "--to", "EXI", "--out", tmp_path / "out.parquet")
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert [path.name for path in tmp_path.iterdir()] == ["origins.csv"]


def test_what_cannot_be_asked_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "homes.csv"
    file.write_text("lat,lon\n50.26,-5.05\n")
    (tmp_path / "out.csv").mkdir()
    (tmp_path / "mine.csv.parts").mkdir()
    (tmp_path / "mine.csv.parts" / "precious.npy").write_text("mine")
    asked = {
        "neither .parquet nor .csv": ("--origins", file, "--to", "EXI", "--out", tmp_path / "out.xlsx"),
        "is a folder": ("--origins", file, "--to", "EXI", "--out", tmp_path / "out.csv"),
        "would be lost": ("--origins", file, "--to", "EXI", "--out", file),
        "has other files in it": ("--origins", file, "--to", "EXI", "--out", tmp_path / "mine.csv"),
        "cannot be written": ("--origins", file, "--to", "EXI", "--out", file / "out.csv"),
        "259,773,901 rows": ("--origins", "postcodes", "--to", "all", "--out", tmp_path / "all.csv"),
        "none.csv cannot be read": ("--origins", tmp_path / "none.csv", "--to", "EXI", "--out", tmp_path / "o.csv"),
        "is no prison we know": ("--origins", file, "--to", "EXI,Atlantis", "--out", tmp_path / "o.csv"),
        "is for a Dask cluster": (
            *("--scheduler", "tcp://x"),
            "--origins",
            file,
            "--to",
            "EXI",
            "--out",
            tmp_path / "o.csv",
        ),
        "needs the address": ("--engine", "dask", "--origins", file, "--to", "EXI", "--out", tmp_path / "o.csv"),
        "'spark'": ("--engine", "spark", "--origins", file, "--to", "EXI", "--out", tmp_path / "o.csv"),
    }
    for said, words in asked.items():
        result = shell(*words)
        assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1), (said, result.stderr)
        assert said in result.stderr
    assert (tmp_path / "mine.csv.parts" / "precious.npy").read_text() == "mine"
    with pytest.raises(InputError, match="60 origins and 0 destinations"):
        matrices.write(tmp_path / "out.parquet", districts(), [], command=COMMAND)


def test_two_runs_on_one_file_do_not_meet(tmp_path: Path, goals: list[register.Prison]) -> None:
    out = tmp_path / "out.parquet"
    with pytest.raises(Stop):
        matrices.write(out, districts(), goals, command=COMMAND, engine=stopping_after(0))
    with (checkpoints.folder_of(out) / checkpoints.LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(InputError, match=r"Another nearhome is writing out\.parquet"):
            matrices.write(out, districts(), goals, command=COMMAND)
    matrices.write(out, districts(), goals, command=COMMAND)
    assert [path.name for path in tmp_path.iterdir()] == ["out.parquet"]


@pytest.mark.usefixtures("one_goal_a_block")
def test_ctrl_c_leaves_the_parts_and_says_how_to_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out.parquet"
    words = ("--origins", "districts", "--to", "EXI,LEI", "--out", out)

    def interrupted(work: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterator[tuple[int, Any]]:
        yield 0, work(tasks[0])
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(executors, "in_order", interrupted)
        result = shell(*words)
    assert result.exit_code == 130
    assert "what is finished is kept in out.parquet.parts: run the same command to go on" in result.stderr
    assert len(list(checkpoints.folder_of(out).glob("*.npy"))) == 1
    assert shell(*words).exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["out.parquet"]


def test_a_file_of_origins_is_named_without_its_folder(tmp_path: Path) -> None:
    file = tmp_path / "my homes.csv"
    file.write_text("id,lat,lon\na,50.26,-5.05\n")
    out = tmp_path / "out.parquet"
    result = shell("--origins", file, "--to", "EXI", "--out", out)
    assert result.exit_code == 0, result.stderr
    command = pq.read_schema(out).metadata[b"nearhome.command"].decode()
    assert command == "nearhome matrix --origins 'my homes.csv' --to EXI --as-of 2026-11-21"


def test_a_person_at_a_terminal_sees_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix, "sys", SimpleNamespace(stderr=SimpleNamespace(isatty=lambda: True)))
    result = shell("--origins", "districts", "--to", "EXI", "--out", tmp_path / "out.parquet")
    shown = [line for line in result.stderr.split("\r") if line]
    assert shown == ["computing: 0 of 1 blocks", "computing: 1 of 1 blocks", "writing: 100 %"]
    assert result.stderr.endswith("\r")


def test_help_is_plain_english() -> None:
    result = shell("--help")
    assert result.exit_code == 0
    assert "run the same command again" in " ".join(result.stdout.split())
