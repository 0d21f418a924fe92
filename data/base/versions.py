"""Folders kept under names, each replaced as a whole while others read: no reader ever sees half of one.

A folder of a name is called ``NAME~NUMBER``. A new one is written aside and gets the next number by one renaming;
readers take the highest. So two writers never undo each other's work, no lock is needed, and one that is killed leaves
nothing but a hidden folder, which the next writer sweeps away.
"""

from __future__ import annotations

import hashlib
import os
import platform
import secrets
import shutil
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

T = TypeVar("T")

MARK = "~"
ASIDE, GONE = ".new", ".old"
STALE_SECONDS = 86_400.0
"""What another machine left aside in a shared folder is swept away after a day."""

_ATTEMPTS = 100


def newest(home: Path) -> dict[str, Path]:
    """Give the newest folder of each name, in the order of the names."""
    found: dict[str, tuple[int, Path]] = {}
    for folder in _folders(home):
        name, number = _parts(folder)
        if name and number > found.get(name, (0, folder))[0]:
            found[name] = number, folder
    return {name: found[name][1] for name in sorted(found)}


def opened(home: Path, name: str, read: Callable[[Path], T]) -> T:
    """Read the newest folder of a name, again if another takes its place meanwhile.

    Raises
    ------
    FileNotFoundError
        When there is none of the name. Whatever ``read`` raises over a folder that is still the newest is raised.
    """
    for _ in range(_ATTEMPTS):
        folder = newest(home).get(name)
        if folder is None:
            break
        try:
            return read(folder)
        except Exception:
            if newest(home).get(name) == folder:
                raise
    msg = f"There is nothing called {name!r} in {home.name}."
    raise FileNotFoundError(msg)


@contextmanager
def written(home: Path, name: str) -> Iterator[Path]:
    """Give an empty folder to write to; when the block ends well it becomes the newest of a name, else it is removed.

    Raises
    ------
    OSError
        When the folder cannot be written to.
    """
    home.mkdir(parents=True, exist_ok=True)
    sweep(home)
    aside = home / f"{ASIDE}-{_machine()}-{os.getpid()}-{secrets.token_hex(4)}"
    aside.mkdir()
    try:
        yield aside
        _install(home, name, aside)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def forget(home: Path, name: str) -> bool:
    """Remove all folders of a name; whether there were any."""
    found = [folder for folder in _folders(home) if _parts(folder)[0] == name]
    for folder in found:
        _remove(folder)
    return bool(found)


def sweep(home: Path) -> None:
    """Remove what writers left aside that are no more, and folders that newer ones replaced."""
    for folder in _folders(home):
        if folder.name.startswith((ASIDE, GONE)) and _is_left(folder):
            shutil.rmtree(folder, ignore_errors=True)
    last: dict[str, int] = {}
    found = _folders(home)
    for name, number in map(_parts, found):
        last[name] = max(number, last.get(name, 0))
    for folder in found:
        name, number = _parts(folder)
        if name and number < last[name]:
            _remove(folder)


def changed(home: Path) -> tuple[str, ...]:
    """Give what is different after every change of what is kept."""
    return tuple(folder.name for folder in newest(home).values())


def size_bytes(folder: Path) -> int:
    """Add up the sizes of the files in a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _install(home: Path, name: str, aside: Path) -> None:
    """Give a folder the next number of a name, and remove the earlier ones."""
    for _ in range(_ATTEMPTS):
        number = max((found for known, found in map(_parts, _folders(home)) if known == name), default=0) + 1
        try:
            aside.rename(home / f"{name}{MARK}{number}")
        except OSError:
            if not (home / f"{name}{MARK}{number}").exists():
                raise
            continue  # another writer took the number
        for folder in _folders(home):
            known, earlier = _parts(folder)
            if known == name and earlier < number:
                _remove(folder)
        return
    msg = f"{name!r} could not be put in place in {_ATTEMPTS} attempts"
    raise OSError(msg)


def _remove(folder: Path) -> None:
    """Take a folder out of sight at once, then delete it."""
    hidden = folder.with_name(f"{GONE}-{_machine()}-{os.getpid()}-{secrets.token_hex(4)}")
    try:
        folder.rename(hidden)
    except OSError:  # another removed it, or a system that keeps open files keeps it until the next sweep
        return
    shutil.rmtree(hidden, ignore_errors=True)


def _folders(home: Path) -> list[Path]:
    """List what is in a folder; again until nothing changes, as a listing may miss what is renamed meanwhile."""
    before: list[str] | None = None
    for _ in range(_ATTEMPTS):
        try:
            found = sorted(os.listdir(home))  # noqa: PTH208 -- names alone
        except (FileNotFoundError, NotADirectoryError):
            return []
        if found == before:
            break
        before = found
    return [home / name for name in before or ()]


def _parts(folder: Path) -> tuple[str, int]:
    """Give the name and number of a folder; no name for one that is not kept."""
    name, mark, number = folder.name.rpartition(MARK)
    kept = mark and number.isdecimal() and not folder.name.startswith(".")
    return (name, int(number)) if kept else ("", 0)


def _is_left(folder: Path) -> bool:
    """Whether the writer of a hidden folder is no more."""
    _, machine, process, _ = [*folder.name.split("-"), "", "", ""][:4]
    if machine == _machine() and process.isdecimal():
        return not _is_running(int(process))
    try:
        return time.time() - folder.stat().st_mtime > STALE_SECONDS
    except OSError:
        return False


def _is_running(process: int) -> bool:
    if process == os.getpid():
        return True
    if os.name == "nt":  # os.kill would end the process there
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _machine() -> str:
    """Tell machines apart that share a folder, without naming them."""
    return hashlib.sha256(platform.node().encode()).hexdigest()[:8]
