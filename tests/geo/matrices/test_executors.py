"""Blocks spread over a real Dask cluster on this machine: the same bytes, also when a worker is killed half way."""

from __future__ import annotations

import os
import signal
import sys
from datetime import date
from operator import truediv
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from nearhome.analysis.placement.outcomes import run, sensitivity
from nearhome.analysis.placement.scenarios import schema
from nearhome.app.cli.shell import main
from nearhome.data.base.coordinates import Spot
from nearhome.data.errors import InputError, MissingExtraError, TableError
from nearhome.data.prisons import register
from nearhome.geo.matrices import executors, matrix, origins
from nearhome.geo.matrices.executors import Cluster

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DAY = date(2026, 11, 21)
COMMAND = "nearhome matrix, as a test calls it"

distributed = pytest.importorskip("distributed", reason="needs the extra nearhome[cluster]")


@pytest.fixture(scope="module")
def running() -> Iterator[Any]:
    """Start a scheduler and two worker processes on localhost, on free ports."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", scheduler_port=0, dashboard_address=":0"
    ) as local:
        yield local


def shell(*words: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["matrix", "--as-of", DAY.isoformat(), *map(str, words)])
    return result.exit_code, result.stdout, result.stderr


def test_a_worker_killed_half_way_leaves_the_same_bytes(
    running: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matrix, "DESTINATIONS", 1)
    goals = [prison for prison in register.prisons() if prison.is_open(DAY)][:14]
    starts = origins.every_district()
    matrix.write(tmp_path / "here.parquet", starts, goals, command=COMMAND)
    with distributed.Client(running.scheduler_address, set_as_default=False) as client:
        pids = client.run(os.getpid)
        killed: list[int] = []

        def kill_one(line: str) -> None:
            """Kill a worker that is at work, once two blocks are done."""
            if line.startswith("computing: 2 of") and not killed:
                busy = next(address for address, keys in client.processing().items() if keys)
                os.kill(pids[busy], signal.SIGKILL)
                killed.append(pids[busy])

        matrix.write(
            tmp_path / "there.parquet",
            starts,
            goals,
            command=COMMAND,
            engine=Cluster(running.scheduler_address),
            progress=kill_one,
        )
        client.wait_for_workers(2, timeout=30)
        assert len(killed) == 1
        assert killed[0] not in client.run(os.getpid).values()
    assert (tmp_path / "there.parquet").read_bytes() == (tmp_path / "here.parquet").read_bytes()


def test_scenarios_are_spread_as_blocks_are(running: Any) -> None:
    exeter, truro = Spot(50.728, -3.532), matrix.grid_points([Spot(50.263, -5.051)])
    scenarios = [matrix.TODAY, matrix.Conditions(closed=("A30",)), matrix.Conditions(slower=1.5)]
    blocks = [matrix.Block(str(number), truro, (exeter,), each, {}) for number, each in enumerate(scenarios)]
    found = {number: result.tolist() for number, result in Cluster(running.scheduler_address)(matrix.compute, blocks)}
    assert found == {number: matrix.compute(block).tolist() for number, block in enumerate(blocks)}
    assert len({str(result) for result in found.values()}) == 3


def test_the_shell_says_what_it_says_without_a_cluster(running: Any, tmp_path: Path) -> None:
    words = ("--origins", "districts", "--to", "EXI,IWI,JSY-LMO", "--out")
    assert shell(*words, tmp_path / "here.parquet")[0] == 0
    code, said, errors = shell(
        *words, tmp_path / "there.parquet", "--engine", "dask", "--scheduler", running.scheduler_address
    )
    assert (code, errors) == (0, "")
    assert "2,943 origins, 3 prisons: 8,829 rows" in said
    assert (tmp_path / "there.parquet").read_bytes() == (tmp_path / "here.parquet").read_bytes()


def test_every_task_is_done_once_and_errors_come_back_as_they_were(running: Any) -> None:
    engine = Cluster(running.scheduler_address)
    assert sorted(engine(str, range(50))) == [(number, str(number)) for number in range(50)]
    assert list(engine(str, [])) == []
    other = matrix.Block("one", None, (), matrix.TODAY, {"road_nodes": "2001+abc"})
    with pytest.raises(TableError, match="install the same nearhome on both"):
        list(engine(matrix.compute, [other]))
    with pytest.raises(TypeError):
        list(engine(truediv, [1]))  # type: ignore[arg-type]  # a function that fails on the worker
    with pytest.raises(InputError, match="has no module 'nowhere'"):
        list(engine(__import__, ["nowhere"]))


def test_a_run_that_ends_early_leaves_nothing_on_the_cluster(running: Any) -> None:
    results = iter(Cluster(running.scheduler_address)(str, range(100)))
    next(results)
    del results
    with distributed.Client(running.scheduler_address, set_as_default=False) as client:
        assert not client.has_what() or not any(client.has_what().values())


def test_workers_that_keep_dying_are_one_sentence() -> None:
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, host="127.0.0.1", scheduler_port=0, dashboard_address=":0"
        ) as local,
        distributed.Client(local) as client,
    ):
        with pytest.raises(InputError, match="lost its workers"):
            list(Cluster(local.scheduler_address)(os._exit, [1]))
        client.wait_for_workers(1)  # a cluster that is closed while a worker starts again fails in distributed itself


def test_no_scheduler_and_no_worker_are_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "PATIENCE_S", 0.5)
    words = ("--origins", "districts", "--to", "EXI", "--out", tmp_path / "out.parquet", "--engine", "dask")
    for address in ("tcp://127.0.0.1:9", "nonsense://127.0.0.1:9", "tcp://nowhere.invalid:1"):
        code, said, errors = shell(*words, "--scheduler", address)
        assert (code, said) == (2, "")
        assert errors == (
            f"nearhome: No Dask scheduler answers at '{address}'; give its address, such as tcp://10.0.0.5:8786.\n"
        )
    with distributed.LocalCluster(n_workers=0, host="127.0.0.1", scheduler_port=0, dashboard_address=":0") as empty:
        code, said, errors = shell(*words, "--scheduler", empty.scheduler_address)
    assert (code, said) == (2, "")
    assert "has no worker; start some with dask worker tcp://127.0.0.1:" in errors


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingExtraError, match=r"nearhome\[cluster\]"):
        list(Cluster("tcp://127.0.0.1:1")(str, [1]))
    words = ("--origins", "districts", "--to", "EXI", "--out", tmp_path / "o.csv", "--engine", "dask")
    code, said, errors = shell(*words, "--scheduler", "tcp://127.0.0.1:1")
    assert (code, said, errors.count("\n")) == (2, "", 1)
    assert "nearhome[cluster]" in errors


def test_draws_of_a_scenario_are_the_same_on_a_cluster(running: Any) -> None:
    scenario = schema.from_table(
        {
            "title": "A few moves",
            "as_of": date(2026, 7, 27),
            "nation": "Northern Ireland",
            "moves": {"limit": 20},
            "sensitivity": {"draws": 3, "percent": 0, "points": 3},
        }
    )
    tasks = [(scenario, draw) for draw in (1, 2, 3)]
    here = sensitivity.draws(run.one_draw, tasks, lambda _share, _words: None)
    there = sensitivity.draws(run.one_draw, tasks, lambda _share, _words: None, Cluster(running.scheduler_address))
    assert len(here) > 0
    assert here.equals(there)
