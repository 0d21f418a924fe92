"""One scenario worked out in a process of its own: the pages stay quick meanwhile, and it can be ended at any moment.

``work_out`` starts ``python -m nearhome.app.pages.placement.worker`` and talks with it over a socket that no other
process has: the scenario goes in, progress and the outcome come back. The solver would hold up every page if it ran
beside them, because it does not let other threads of its process run.
"""

from __future__ import annotations

import os
import subprocess
import sys
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from nearhome.app.pages.placement import result as placement_result
from nearhome.data.errors import NearhomeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from nearhome.analysis.placement.outcomes.run import Outcome
    from nearhome.analysis.placement.scenarios.schema import Scenario
    from nearhome.app.pages.placement.result import Result

PROGRESS, DONE, REFUSED = "progress", "done", "refused"
FORMATS: Final = ("html", "pdf")
"""Written beside the scenario, the results and a CSV for each table."""

LISTEN_S: Final = 0.2
"""How often it is looked whether somebody wants a run to end."""


class EndedError(Exception):
    """The run was ended before it was through."""


class BrokenError(Exception):
    """The run broke off by a fault of the program; the server's log tells more."""


def work_out(scenario: Scenario, progress: Callable[[float, str], None], cancelled: Callable[[], bool]) -> Result:
    """Work a scenario out elsewhere, and pass its progress on.

    Raises
    ------
    NearhomeError
        The scenario cannot be worked out; the message says why.
    EndedError
        ``cancelled`` answered that it is to end.
    BrokenError
        The process failed.
    """
    here, there = Pipe()
    with here:
        with there:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", __name__, str(there.fileno())],
                pass_fds=[there.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=os.environ | {"PYTHONWARNINGS": "ignore"},
            )
        try:
            here.send(scenario)
            return _listen(here, progress, cancelled)
        except (EOFError, ConnectionError) as error:
            msg = "The process that works scenarios out ended early."
            raise BrokenError(msg) from error
        finally:
            process.terminate()
            process.wait()


def _listen(here: Connection, progress: Callable[[float, str], None], cancelled: Callable[[], bool]) -> Result:
    """Pass progress on until the outcome comes."""
    while True:
        if cancelled():
            raise EndedError
        if not here.poll(LISTEN_S):
            continue
        kind, *told = here.recv()
        if kind == PROGRESS:
            progress(*told)
        elif kind == REFUSED:
            raise NearhomeError(*told)
        else:
            found: Result = told[0]
            return found


def result(scenario: Scenario, progress: Callable[[float, str], None]) -> Result:
    """Work a scenario out here."""
    from nearhome.analysis.placement.outcomes import run

    outcome = run.run(scenario, progress=progress)
    return placement_result.of(outcome, _files(outcome))


def answer(to: Connection) -> None:
    """Read one scenario, work it out, and send what is to be told."""
    scenario = to.recv()
    try:
        found = result(scenario, lambda share, words: to.send((PROGRESS, share, words)))
    except NearhomeError as error:
        to.send((REFUSED, str(error)))
    else:
        to.send((DONE, found))


def _files(outcome: Outcome) -> dict[str, bytes]:
    """Return the run's folder: names and contents."""
    from nearhome.analysis.placement.outcome_report import files

    with TemporaryDirectory() as held:
        folder = Path(held) / "run"
        files.write(outcome, folder, source=files.SCENARIO, formats=FORMATS)
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


if __name__ == "__main__":
    with Connection(int(sys.argv[1])) as caller:
        answer(caller)
