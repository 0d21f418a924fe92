"""The same words and bytes on every machine: whichever kernels, processor features, threads and hash seed it has.

Each machine is a process of its own, in which linear algebra, NumPy and the C library are told to do as on another
processor. What this processor cannot run is left out by trying it, and never by a list.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests import machine_worker, small_system
from tests.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

KERNELS = ("Haswell", "SkylakeX", "Nehalem", "Sandybridge")
"""Kernels of OpenBLAS for processors of other years."""

OLD_LIBM = "glibc.cpu.hwcaps=-AVX512F,-AVX2,-FMA,-FMA4,-AVX"
"""Has the C library choose its sines and logarithms as on a processor without these."""

_TRIAL = "import numpy as np; a = np.arange(90_000.0).reshape(300, 300); a @ a; np.exp(a / 9e4)"


def _optional_features() -> str:
    """Name every processor feature for which NumPy has code of its own beside the common one."""
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    return " ".join(name for name in __cpu_dispatch__ if __cpu_features__.get(name))


def _machines() -> dict[str, dict[str, str]]:
    found = {kernel: {"OPENBLAS_CORETYPE": kernel} for kernel in KERNELS}
    plain = {"NPY_DISABLE_CPU_FEATURES": _optional_features(), "GLIBC_TUNABLES": OLD_LIBM}
    one = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1", "PYTHONHASHSEED": "1"}
    return found | {"plain processor": plain | one}


MACHINES = _machines()
THIS = {"OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2", "PYTHONHASHSEED": "0"}
"""The machine the others are compared with: this processor as it is."""


def _environment(machine: dict[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in {*THIS, "OPENBLAS_CORETYPE"}}
    return kept | {"PYTHONPATH": str(ROOT)} | (THIS | machine)


def _runs_here(machine: dict[str, str]) -> bool:
    """Say whether this processor can do as that machine does: an instruction it lacks kills the process."""
    tried = subprocess.run([sys.executable, "-c", _TRIAL], env=_environment(machine), check=False, capture_output=True)
    return tried.returncode == 0


@pytest.fixture(scope="module")
def able() -> list[str]:
    """Give the names of the machines that this one can stand for."""
    found = [name for name, machine in MACHINES.items() if _runs_here(machine)]
    assert "plain processor" in found
    assert len(found) > 1, "no kernel of OpenBLAS but one's own can be run, so that nothing would be compared"
    return found


def _done(folder: Path, work: str, machine: dict[str, str]) -> dict[str, str]:
    """Run a piece of work as on a machine, and give the checksum of everything said and written."""
    folder.mkdir()
    (folder / "people.csv").write_text(small_system.ROWS, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, machine_worker.__file__, str(folder), work],
        env=_environment(machine),
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    for name in machine_worker.WORK[work]:
        assert (folder / f"{name}.txt").read_text(encoding="utf-8").endswith("\nexit 0\n"), (name, done.stderr)
    files = sorted(each for each in folder.rglob("*") if each.is_file())
    return {str(each.relative_to(folder)): hashlib.sha256(each.read_bytes()).hexdigest() for each in files}


def _compare(tmp_path: Path, work: str, names: list[str]) -> None:
    here = _done(tmp_path / "this", work, {})
    there = {name: _done(tmp_path / name.replace(" ", "_"), work, MACHINES[name]) for name in names}
    different = {
        name: sorted(file for file in {*here, *found} if here.get(file) != found.get(file))
        for name, found in there.items()
    }
    assert not any(different.values()), different


def test_services_are_the_same_on_every_machine(tmp_path: Path, able: list[str]) -> None:
    _compare(tmp_path, "services", able)


def test_a_placement_is_the_same_on_every_machine(tmp_path: Path, able: list[str]) -> None:
    _compare(tmp_path, "placement", able)
