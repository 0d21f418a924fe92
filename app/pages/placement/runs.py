"""The runs of scenarios on this server: a few at once, the others wait, and each scenario is worked out once.

Runs are known by what the scenario says, so that two people who ask the same share one run. It is ended only when
nobody who asked still wants it, or, while others wait, when nobody has looked at it for a while.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from nearhome.analysis.placement.scenarios import schema
from nearhome.app.pages.placement import worker
from nearhome.data.errors import NearhomeError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from nearhome.analysis.placement.scenarios.schema import Scenario
    from nearhome.app.pages.placement.result import Result

    Work: TypeAlias = Callable[[Scenario, Callable[[float, str], None], Callable[[], bool]], Result]

State = Literal["waiting", "running", "done", "failed", "ended"]
OVER: Final = frozenset({"done", "failed", "ended"})
AT_ONCE: Final = 2
KEPT: Final = 12
"""Runs whose outcome is kept, the latest asked for."""

FORGOTTEN_S: Final = 300.0
"""A run that nobody has looked at for so long may be ended for those who wait."""

BROKEN = "This scenario could not be worked out because of a fault in nearhome. The server's log tells more."
_LOG = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Run:
    """One scenario on its way."""

    scenario: Scenario
    state: State = "waiting"
    share: float = 0.0
    words: str = ""
    result: Result | None = None
    problem: str = ""
    wanted_by: set[str] = field(default_factory=set)
    seen: float = 0.0
    ending: bool = False


@dataclass(frozen=True, slots=True)
class RunState:
    """How a run stands: the share done from 0 to 1, what it does, how many wait before it, and why it failed."""

    state: State
    share: float
    words: str
    before: int
    problem: str


class Runs:
    """All runs of one server. Every method may be called from any thread."""

    def __init__(self, work: Work = worker.work_out, at_once: int = AT_ONCE, kept: int = KEPT) -> None:
        self._work = work
        self._at_once = at_once
        self._kept = kept
        self._runs: dict[str, _Run] = {}
        self._lock = threading.Lock()

    def start(self, scenario: Scenario, session: str) -> str:
        """Ask for a scenario and return the key of its run; nothing is worked out twice."""
        key = key_of(scenario)
        with self._lock:
            run = self._runs.get(key)
            if run is None or run.ending or run.state in {"failed", "ended"}:
                run = _Run(scenario)
            if run.state != "waiting" or key not in self._runs:
                self._runs.pop(key, None)  # the latest asked for is kept longest; who waits keeps the place
            self._runs[key] = run
            run.wanted_by.add(session)
            run.seen = time.monotonic()
            self._forget()
            self._begin()
        return key

    def look(self, key: str) -> RunState | None:
        """Return how a run stands; None if it is not known any more."""
        with self._lock:
            run = self._runs.get(key)
            if run is None:
                return None
            run.seen = time.monotonic()
            self._begin()
            waiting = [each for each in self._runs.values() if each.state == "waiting"]
            before = waiting.index(run) if run.state == "waiting" else 0
            return RunState(run.state, run.share, run.words, before, run.problem)

    def result(self, key: str) -> Result | None:
        """Return what a run found; None if it is not through or not known any more."""
        with self._lock:
            run = self._runs.get(key)
            return None if run is None else run.result

    def leave(self, key: str, session: str) -> None:
        """Say that a session does not want a run any more; nobody's run goes on for nobody."""
        with self._lock:
            run = self._runs.get(key)
            if run is None:
                return
            run.wanted_by.discard(session)
            if not run.wanted_by and run.state in {"waiting", "running"}:
                self._end(run)

    def _begin(self) -> None:
        """Begin as many of those that wait as there is room for; the first come first."""
        running = [run for run in self._runs.values() if run.state == "running"]
        waiting = [run for run in self._runs.values() if run.state == "waiting"]
        if waiting and len(running) >= self._at_once:
            long_ago = time.monotonic() - FORGOTTEN_S
            for run in running:
                if run.seen < long_ago:
                    self._end(run)
        for run in waiting[: max(0, self._at_once - len(running))]:
            run.state = "running"
            threading.Thread(target=self._run, args=(run,), daemon=True).start()

    def _end(self, run: _Run) -> None:
        """End a run: at once if it waits, else as soon as its thread has noticed."""
        run.ending = True
        if run.state == "waiting":
            run.state = "ended"

    def _forget(self) -> None:
        """Drop the oldest runs that are over, beyond those that are kept."""
        over = [key for key, run in self._runs.items() if run.state in OVER]
        for key in over[: max(0, len(over) - self._kept)]:
            del self._runs[key]

    def _run(self, run: _Run) -> None:
        """Work one run out, in a thread of its own."""

        def progress(share: float, words: str) -> None:
            run.share, run.words = share, words

        found: Result | None = None
        state: State = "failed"
        problem = ""
        try:
            found = self._work(run.scenario, progress, lambda: run.ending)
            state = "done"
        except worker.EndedError:
            state = "ended"
        except NearhomeError as error:
            problem = str(error)
        except Exception:  # noqa: BLE001 - whatever it is, whoever waits must hear of it
            _LOG.exception("A scenario could not be worked out.")
            problem = BROKEN
        with self._lock:
            run.result, run.state, run.problem = found, state, problem
            self._forget()
            self._begin()


def key_of(scenario: Scenario) -> str:
    """Return the key of a scenario: equal for equal content."""
    return hashlib.sha256(schema.to_toml(scenario).encode()).hexdigest()[:16]
