"""Folders are replaced whole: whoever writes, reads, is killed or forgets meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from nearhome.data.base import versions

if TYPE_CHECKING:
    from pathlib import Path

PARTS = 20


def put(home: Path, name: str, word: str) -> None:
    with versions.written(home, name) as folder:
        for part in range(PARTS):
            (folder / str(part)).write_text(word, encoding="utf-8")


def words(folder: Path) -> set[str]:
    return {(folder / str(part)).read_text(encoding="utf-8") for part in range(PARTS)}


def test_the_last_one_written_is_the_newest_and_the_only_one_left(tmp_path: Path) -> None:
    put(tmp_path, "st.ives", "one")
    put(tmp_path, "st.austell", "two")
    put(tmp_path, "st.ives", "three")
    assert list(versions.newest(tmp_path)) == ["st.austell", "st.ives"]
    assert words(versions.newest(tmp_path)["st.ives"]) == {"three"}
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("name", ["a~1", "a~b", "~", "a b", "ä"])
def test_any_name_comes_back(name: str, tmp_path: Path) -> None:
    put(tmp_path, name, "x")
    put(tmp_path, name, "y")
    assert list(versions.newest(tmp_path)) == [name]
    assert versions.forget(tmp_path, name)
    assert list(tmp_path.iterdir()) == []


def test_a_write_that_fails_changes_nothing(tmp_path: Path) -> None:
    put(tmp_path, "a", "one")
    before = versions.changed(tmp_path)
    with pytest.raises(ZeroDivisionError), versions.written(tmp_path, "a") as folder:
        (folder / "0").write_text(str(1 / 0), encoding="utf-8")
    assert versions.changed(tmp_path) == before
    assert len(list(tmp_path.iterdir())) == 1


def test_what_is_forgotten_is_gone_and_nothing_else(tmp_path: Path) -> None:
    put(tmp_path, "a", "one")
    put(tmp_path, "b", "two")
    assert versions.forget(tmp_path, "a")
    assert not versions.forget(tmp_path, "a")
    assert list(versions.newest(tmp_path)) == ["b"]
    assert not versions.forget(tmp_path / "nowhere", "a")
    with pytest.raises(FileNotFoundError):
        versions.opened(tmp_path, "a", words)


def test_a_reader_of_what_is_damaged_gets_the_error(tmp_path: Path) -> None:
    put(tmp_path, "a", "one")
    (versions.newest(tmp_path)["a"] / "7").unlink()
    with pytest.raises(FileNotFoundError, match="7"):
        versions.opened(tmp_path, "a", words)


WRITER = """
import sys
from pathlib import Path
from nearhome.data.base import versions
home, name, word, times, parts = sys.argv[1:]
for _ in range(int(times)):
    with versions.written(Path(home), name) as folder:
        for part in range(int(parts)):
            (folder / str(part)).write_text(word)
"""


def test_readers_see_whole_folders_while_two_processes_write(tmp_path: Path) -> None:
    put(tmp_path, "a", "first")
    jobs = (("a", "x", 60), ("a", "y", 60), ("b", "z", 20))
    seen = []
    with ExitStack() as stack:
        writers = [
            stack.enter_context(
                subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), name, word, str(times), str(PARTS)])
            )
            for name, word, times in jobs
        ]
        while any(each.poll() is None for each in writers):
            seen.append(versions.opened(tmp_path, "a", words))
    assert [each.wait() for each in writers] == [0, 0, 0]
    assert all(len(each) == 1 for each in seen)
    assert words(versions.newest(tmp_path)["a"]) < {"x", "y"}
    assert words(versions.newest(tmp_path)["b"]) == {"z"}
    assert len(list(tmp_path.iterdir())) == 2


KILLED = """
import sys, time
from pathlib import Path
from nearhome.data.base import versions
with versions.written(Path(sys.argv[1]), "a") as folder:
    (folder / "0").write_text("half")
    print("written", flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(os.name == "nt", reason="processes are killed otherwise there")
def test_a_writer_that_is_killed_leaves_nothing_that_is_read_and_the_next_one_sweeps(tmp_path: Path) -> None:
    put(tmp_path, "a", "whole")
    with subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"written\n"
        assert versions.opened(tmp_path, "a", words) == {"whole"}
        put(tmp_path, "b", "meanwhile")  # sweeps nothing of one that is at work
        assert len(list(tmp_path.iterdir())) == 3
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert versions.opened(tmp_path, "a", words) == {"whole"}
    versions.sweep(tmp_path)
    assert sorted(versions.newest(tmp_path)) == ["a", "b"]
    assert len(list(tmp_path.iterdir())) == 2


def test_what_another_machine_left_is_swept_after_a_day(tmp_path: Path) -> None:
    old, fresh = tmp_path / ".new-00000000-1-aa", tmp_path / ".new-00000000-1-bb"
    for folder in (old, fresh):
        folder.mkdir()
    os.utime(old, (time.time() - 2 * versions.STALE_SECONDS,) * 2)
    versions.sweep(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == [fresh.name]


def test_sizes_are_those_of_the_files(tmp_path: Path) -> None:
    put(tmp_path, "a", "four")
    assert versions.size_bytes(versions.newest(tmp_path)["a"]) == 4 * PARTS
