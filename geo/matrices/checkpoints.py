"""The finished parts of a long computation, kept beside the file they are for until that is written.

In the folder ``FILE.parts`` each part is a ``.npy`` file, and ``manifest.json`` has the checksum of each and what they
were computed from. A part that is damaged, or was computed from something else, is never used.
"""

from __future__ import annotations

import fcntl
import json
import re
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from nearhome.data.base.files import replacing
from nearhome.data.catalogue import tables
from nearhome.data.errors import InputError, TableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

MANIFEST = "manifest.json"
LOCK = "lock"


def folder_of(out: Path) -> Path:
    """Give the folder of the parts of a file."""
    return out.with_name(f"{out.name}.parts")


@contextmanager
def kept(out: Path, inputs: Mapping[str, str], say: Callable[[str], None]) -> Iterator[Checkpoints]:
    """Open the parts of a file for one process at a time; they stay, whatever ends the block.

    Parameters
    ----------
    out
        The file that the parts are for.
    inputs
        What the parts are computed from: a word for each thing, and its version or checksum.
    say
        Called with one sentence where parts of an earlier run cannot be used.

    Raises
    ------
    InputError
        When another process is at work on the same file, or the folder is somebody else's.
    """
    folder = folder_of(out)
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / LOCK).exists() and any(folder.iterdir()):
        msg = f"The folder {folder.name}, for parts of {out.name}, has other files in it; give another --out."
        raise InputError(msg)
    with (folder / LOCK).open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            msg = f"Another nearhome is writing {out.name} at this moment; wait for it, or give another --out."
            raise InputError(msg) from error
        for file in (out, folder / MANIFEST):
            _remove_leftovers(file)
        yield Checkpoints(folder, dict(inputs), say)


def _remove_leftovers(file: Path) -> None:
    """Remove what processes that were killed had begun to write in place of a file (``nearhome.data.base.files``)."""
    begun = re.compile(rf"\.{re.escape(file.stem)}\.[0-9]+{re.escape(file.suffix)}")
    for each in file.parent.iterdir():
        if begun.fullmatch(each.name):
            each.unlink()


class Checkpoints:
    """The parts in one folder; made by ``kept``."""

    def __init__(self, folder: Path, inputs: dict[str, str], say: Callable[[str], None]) -> None:
        self.folder = folder
        self._inputs = inputs
        self._say = say
        self._checksums = self._known()

    def finished(self, names: Sequence[str]) -> set[str]:
        """Say which of the named parts are there and whole; the others are forgotten."""
        found = {name for name in names if name in self._checksums and self._is_whole(name)}
        damaged = len(self._checksums) - len(found)
        if damaged:
            self._say(f"{damaged} of the parts in {self.folder.name} are missing or damaged and are made again.")
        self._checksums = {name: self._checksums[name] for name in sorted(found)}
        return found

    def put(self, name: str, array: NDArray[Any]) -> None:
        """Keep one part."""
        with replacing(self._file(name)) as temporary:
            np.save(temporary, array)
        self._checksums[name] = tables.checksum(self._file(name))
        self._record()

    def get(self, name: str) -> NDArray[Any]:
        """Map one part into memory."""
        part: NDArray[Any] = np.load(self._file(name), mmap_mode="r").view(np.ndarray)
        return part

    def remove(self) -> None:
        """Remove the parts and their folder; whatever else lies in it stays, and then so does the folder."""
        self._clear()
        (self.folder / LOCK).unlink(missing_ok=True)
        with suppress(OSError):
            self.folder.rmdir()

    def _known(self) -> dict[str, str]:
        """Read the checksums of an earlier run's parts, if they were made from the same."""
        file = self.folder / MANIFEST
        if file.is_file():
            before, checksums = _manifest(file)
            if before is None:
                self._say(f"The manifest in {self.folder.name} is damaged, so all parts are made again.")
            else:
                changed = [word for word in {**before, **self._inputs} if before.get(word) != self._inputs.get(word)]
                if not changed:
                    return checksums
                what = " and ".join(changed)
                self._say(f"The parts in {self.folder.name} were made with other {what}, so all are made again.")
        self._clear()
        self._checksums = {}
        self._record()
        return {}

    def _record(self) -> None:
        manifest = {"inputs": self._inputs, "parts": self._checksums}
        with replacing(self.folder / MANIFEST) as temporary:
            temporary.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")

    def _clear(self) -> None:
        for file in self.folder.glob("*.npy"):
            file.unlink()
        (self.folder / MANIFEST).unlink(missing_ok=True)

    def _is_whole(self, name: str) -> bool:
        try:
            return tables.checksum(self._file(name)) == self._checksums[name]
        except TableError:
            return False

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.npy"


def _manifest(file: Path) -> tuple[dict[str, str] | None, dict[str, str]]:
    """Read what parts were made from and their checksums; None if the file is damaged."""
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        return None, {}
    inputs, parts = (manifest.get("inputs"), manifest.get("parts")) if isinstance(manifest, dict) else (None, None)
    return (inputs, parts) if isinstance(inputs, dict) and isinstance(parts, dict) else (None, {})
