"""Who works out the parts of a matrix: this process, or the workers of a Dask cluster."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from nearhome.data.errors import InputError, MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


T = TypeVar("T")
R = TypeVar("R")


class Executor(Protocol):
    """Anything that applies a function to tasks and gives each task's number and result, as each is done."""

    def __call__(self, work: Callable[[T], R], tasks: Sequence[T]) -> Iterator[tuple[int, R]]:
        """Apply ``work`` to all tasks."""


def in_order(work: Callable[[T], R], tasks: Sequence[T]) -> Iterator[tuple[int, R]]:
    """Do all the work here, one task after the other: the engine for one machine."""
    for number, task in enumerate(tasks):
        yield number, work(task)


PATIENCE_S = 10.0
"""So long a scheduler may take to answer, and then a first worker to be there."""

AHEAD = 2
"""So many tasks a thread of the cluster are handed out at once: one to do and one that waits. Results are large, and
more of them would fill the workers' memory."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """The engine for the cluster whose scheduler has this address, such as ``tcp://10.0.0.5:8786``."""

    scheduler: str

    def __call__(self, work: Callable[[T], R], tasks: Sequence[T]) -> Iterator[tuple[int, R]]:
        """Apply ``work`` to all tasks; give each one's number and result as it is done.

        Parameters
        ----------
        work
            A function of a module that the workers can import.
        tasks
            What it is applied to, one at a time; they are pickled.

        Raises
        ------
        MissingExtraError
            When Dask is not installed here.
        InputError
            When the cluster cannot be reached, has no worker, is lost on the way or cannot import the function.
        """
        dask = _dask()
        lost = dask.KilledWorker, dask.CancelledError
        with self._connected(dask) as client:
            waiting = iter(enumerate(tasks))
            numbers: dict[str, int] = {}
            running = dask.as_completed(loop=client.loop)

            def hand_out(count: int) -> None:
                for number, task in islice(waiting, count):
                    future = client.submit(work, task, pure=False)
                    numbers[future.key] = number
                    running.add(future)

            hand_out(AHEAD * sum(client.nthreads().values()))
            for future in running:
                try:
                    result = future.result()
                except lost as error:
                    msg = f"The Dask cluster at {self.scheduler} lost its workers; see their logs, and run this again."
                    raise InputError(msg) from error
                except ModuleNotFoundError as error:
                    msg = (
                        f"A worker of the Dask cluster at {self.scheduler} has no module {error.name!r}; install the "
                        "same nearhome, with its fast extra, on all of them."
                    )
                    raise InputError(msg) from error
                number = numbers.pop(future.key)
                hand_out(1)
                yield number, result

    def _connected(self, dask: Any) -> Any:
        """Open a client and wait for the first worker."""
        try:
            client = dask.Client(self.scheduler, timeout=PATIENCE_S, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            msg = f"No Dask scheduler answers at {self.scheduler!r}; give its address, such as tcp://10.0.0.5:8786."
            raise InputError(msg) from error
        try:
            client.wait_for_workers(1, timeout=PATIENCE_S)
        except TimeoutError as error:
            client.close()
            msg = f"The Dask scheduler at {self.scheduler} has no worker; start some with dask worker {self.scheduler}."
            raise InputError(msg) from error
        return client


def _dask() -> Any:
    """Import Dask's cluster package, which publishes few types."""
    try:
        return import_module("distributed")
    except ImportError as error:
        msg = 'The dask engine needs the cluster extra, which is not installed: pip install "nearhome[cluster]".'
        raise MissingExtraError(msg) from error
