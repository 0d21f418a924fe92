"""The benchmark of placement on a few authorities: what it makes up, and that all solvers agree."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
import pytest

from nearhome.analysis.placement.solver import solve
from tests.paths import BENCHMARKS


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let the scripts import one another as they do when run."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return import_module("placement"), import_module("placement_instance")


def test_the_solvers_agree(scripts: Any) -> None:
    benchmark, instances = scripts
    known = instances.generate("authorities", authorities=6)
    costs = {name: benchmark.SOLVERS[name](known)[0] for name in ("nearhome", "OR-Tools, bare", "HiGHS (SciPy)")}
    assert len(set(costs.values())) == 1
    assert benchmark.networkx(known)[0] == costs["nearhome"]


def test_everybody_is_held_where_the_rules_let_them(scripts: Any) -> None:
    _, instances = scripts
    known = instances.with_held(instances.generate("authorities", authorities=6))
    np.testing.assert_array_equal(known.held.sum(axis=1), known.people)
    plan = solve.solve(known, move_price=1_000)
    assert plan.moves == 0
    assert solve.violations(plan) == []
    women = [name.startswith("female") for name in known.cohorts]
    assert not (known.holds()[:, women].any(axis=1) & known.holds()[:, np.invert(women)].any(axis=1)).any()


def test_an_individual_is_a_home_of_their_own(scripts: Any) -> None:
    _, instances = scripts
    known = instances.generate("individuals", authorities=3)
    assert known.people.tolist() == [1] * len(known.homes)
    assert len(np.unique(known.burden[:, 0])) > len(known.homes) // 2


def test_another_optimum_stops_the_comparison(scripts: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    benchmark, instances = scripts
    monkeypatch.setattr(benchmark, "made", lambda _: instances.generate("authorities", authorities=2))
    told = benchmark.one("authorities", "nearhome")
    assert told["cost"] == benchmark.one("authorities", "networkx")["cost"]
    monkeypatch.setattr(benchmark.subprocess, "run", _Answers([told, {**told, "cost": 1}]))
    with pytest.raises(import_module("measure").DisagreementError, match="networkx finds 1 on authorities"):
        benchmark.compared("authorities", ["nearhome", "networkx"])
    monkeypatch.setattr(benchmark.subprocess, "run", _Answers([told, {"missing": "not installed"}]))
    assert "- pylmcf: not installed" in benchmark.compared("authorities", ["nearhome", "pylmcf"])


class _Answers:
    def __init__(self, answers: list[Any]) -> None:
        self._answers = iter(answers)

    def __call__(self, *_: Any, **__: Any) -> Any:
        json, types = import_module("json"), import_module("types")
        return types.SimpleNamespace(returncode=0, stdout=json.dumps(next(self._answers)), stderr="")
