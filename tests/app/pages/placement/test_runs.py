"""Runs of scenarios: each once, a few at once, ended for nobody; and the process of its own that works them out."""

from __future__ import annotations

import threading
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from nearhome.analysis.placement.scenarios.schema import Moves, Scenario
from nearhome.app.pages.placement import runs as placement_runs
from nearhome.app.pages.placement import worker
from nearhome.app.pages.placement.runs import Runs
from nearhome.app.pages.placement.worker import EndedError
from nearhome.data.errors import InputError, NearhomeError

if TYPE_CHECKING:
    from collections.abc import Callable

LONG_S = 20.0
SCENARIO = Scenario(title="One", as_of=date(2026, 7, 27))
OTHER = Scenario(title="Two", as_of=date(2026, 7, 27))
THIRD = Scenario(title="Three", as_of=date(2026, 7, 27))


class Work:
    """Stands for the planning: it waits until it is let go, and counts what it was asked."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.asked: list[str] = []
        self.ended: list[str] = []

    def __call__(
        self, scenario: Scenario, progress: Callable[[float, str], None], cancelled: Callable[[], bool]
    ) -> Any:
        """Wait, and answer."""
        self.asked.append(scenario.title)
        progress(0.5, "half of it")
        while not self.go.wait(0.01):
            if cancelled():
                self.ended.append(scenario.title)
                raise EndedError
        if scenario.title == "Three":
            msg = "Three is not possible."
            raise InputError(msg)
        return f"result of {scenario.title}"


def wait(runs: Runs, key: str, *states: str) -> placement_runs.RunState:
    """Wait until a run is in one of the states."""
    never = threading.Event()
    for _ in range(int(LONG_S / 0.01)):
        look = runs.look(key)
        assert look is not None
        if look.state in states:
            return look
        never.wait(0.01)
    pytest.fail(f"The run is {look.state}, not {states}.")


def test_two_who_ask_the_same_share_one_run() -> None:
    work = Work()
    runs = Runs(work)
    key = runs.start(SCENARIO, "a")
    assert runs.start(Scenario(title="One", as_of=date(2026, 7, 27)), "b") == key
    work.go.set()
    wait(runs, key, "done")
    assert runs.result(key) == "result of One"
    assert runs.start(SCENARIO, "c") == key
    assert work.asked == ["One"]


def test_progress_and_places_in_the_queue_are_told() -> None:
    work = Work()
    runs = Runs(work, at_once=1)
    first, second, third = (runs.start(each, "a") for each in (SCENARIO, OTHER, THIRD))
    runs.start(OTHER, "b")
    told = wait(runs, first, "running")
    for _ in range(1000):
        if told.share:
            break
        threading.Event().wait(0.01)
        told = wait(runs, first, "running")
    assert (told.share, told.words) == (0.5, "half of it")
    looks = [runs.look(each) for each in (second, third)]
    assert [(each.state, each.before) for each in looks if each] == [("waiting", 0), ("waiting", 1)]
    work.go.set()
    wait(runs, second, "done")
    assert wait(runs, third, "failed").problem == "Three is not possible."


def test_a_run_goes_on_while_somebody_wants_it_and_ends_when_nobody_does() -> None:
    work = Work()
    runs = Runs(work)
    key = runs.start(SCENARIO, "a")
    runs.start(SCENARIO, "b")
    runs.leave(key, "a")
    wait(runs, key, "running")
    runs.leave(key, "b")
    wait(runs, key, "ended")
    assert work.ended == ["One"]
    work.go.set()
    assert runs.start(SCENARIO, "a") == key
    wait(runs, key, "done")
    assert work.asked == ["One", "One"]


def test_one_who_waits_and_leaves_is_never_begun() -> None:
    work = Work()
    runs = Runs(work, at_once=1)
    first, second = runs.start(SCENARIO, "a"), runs.start(OTHER, "b")
    runs.leave(second, "b")
    work.go.set()
    wait(runs, first, "done")
    assert wait(runs, second, "ended").state == "ended"
    assert work.asked == ["One"]


def test_a_forgotten_run_makes_room_for_one_that_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placement_runs, "FORGOTTEN_S", -1.0)
    work = Work()
    runs = Runs(work, at_once=1)
    runs.start(SCENARIO, "a")
    second = runs.start(OTHER, "b")
    work.go.set()
    wait(runs, second, "done")


def test_only_the_latest_outcomes_are_kept() -> None:
    work = Work()
    work.go.set()
    runs = Runs(work, kept=1)
    first = runs.start(SCENARIO, "a")
    wait(runs, first, "done")
    second = runs.start(OTHER, "a")
    wait(runs, second, "done")
    runs.start(OTHER, "a")
    assert runs.result(second)
    assert runs.result(first) is None
    assert runs.look(first) is None


def test_a_fault_of_the_program_is_one_sentence(caplog: pytest.LogCaptureFixture) -> None:
    def broken(*_: object) -> Any:
        raise ZeroDivisionError

    runs = Runs(broken)
    assert wait(runs, runs.start(SCENARIO, "a"), "failed").problem == placement_runs.BROKEN
    assert "ZeroDivisionError" in caplog.text


def test_equal_scenarios_have_equal_keys_and_others_do_not() -> None:
    assert placement_runs.key_of(SCENARIO) == placement_runs.key_of(Scenario(title="One", as_of=date(2026, 7, 27)))
    limited = Scenario(title="One", as_of=date(2026, 7, 27), moves=Moves(limit=5))
    assert placement_runs.key_of(SCENARIO) != placement_runs.key_of(limited)


def test_the_process_says_why_a_scenario_cannot_be_worked_out() -> None:
    impossible = Scenario(title="Impossible", as_of=date(2026, 7, 27), nation="Atlantis")
    with pytest.raises(NearhomeError, match="Atlantis"):
        worker.work_out(impossible, lambda *_: None, lambda: False)


def test_the_process_ends_when_asked_to() -> None:
    with pytest.raises(EndedError):
        worker.work_out(SCENARIO, lambda *_: None, lambda: True)
