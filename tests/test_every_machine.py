"""The same words and bytes on every machine: whichever kernels, processor features, threads and hash seed it has.

Each machine is a process of its own, in which linear algebra, NumPy and the C library are told to do as on another
processor. What this processor cannot run is left out by trying it, and never by a list.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests import machine_worker, small_system
from tests.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

KERNELS = ("Haswell", "SkylakeX", "Sandybridge", "Nehalem", "NEOVERSEN1", "ARMV8")
"""Kernels of OpenBLAS for other processors, of each make the plainest last."""

OLD_LIBM = "glibc.cpu.hwcaps=-AVX512F,-AVX2,-FMA,-FMA4,-AVX"
"""Has the C library choose its sines and logarithms as on a processor without these."""

THIS = {"OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2", "PYTHONHASHSEED": "0"}
"""The machine the others are compared with: this processor as it is."""

_TRIAL = "import numpy as np; a = np.arange(90_000.0).reshape(300, 300); a @ a; np.exp(a / 9e4)"


def _optional_features() -> str:
    """Name every processor feature for which NumPy has code of its own and uses it here."""
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    return " ".join(name for name in __cpu_dispatch__ if __cpu_features__.get(name))


PLAIN = {
    "NPY_DISABLE_CPU_FEATURES": _optional_features(),
    "GLIBC_TUNABLES": OLD_LIBM,
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "PYTHONHASHSEED": "1",
}
"""A machine with one processor that has nothing of its own."""


def _environment(machine: dict[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OPENBLAS_", "NPY_"))}
    return kept | {"PYTHONPATH": str(ROOT)} | THIS | machine


def _kernel(machine: dict[str, str]) -> str:
    """Give the kernel used on a machine; none where this processor lacks what it needs, which ends the trial."""
    verbose = _environment(machine) | {"OPENBLAS_VERBOSE": "2"}
    tried = subprocess.run([sys.executable, "-c", _TRIAL], env=verbose, check=False, capture_output=True, text=True)
    said = re.findall(r"Core: (\w+)", tried.stderr + tried.stdout)
    return str(said[-1]).casefold() if tried.returncode == 0 and said else ""


@pytest.fixture(scope="module")
def machines() -> dict[str, dict[str, str]]:
    """Give this machine and those that it can stand for, the plain one with the plainest other kernel there is."""
    own = _kernel({})
    able = [each for each in KERNELS if _kernel({"OPENBLAS_CORETYPE": each}) == each.casefold() != own]
    found = {"this": {}} | {each: {"OPENBLAS_CORETYPE": each} for each in able[:-1]}
    return found | {"plain": PLAIN | ({"OPENBLAS_CORETYPE": able[-1]} if able else {})}


def test_the_other_machines_are_others(machines: dict[str, dict[str, str]]) -> None:
    kernels = [_kernel(machine) for machine in machines.values()]
    assert len(set(kernels)) == len(kernels) or set(kernels) == {""}
    asked = "from numpy._core._multiarray_umath import __cpu_features__ as f; print(sum(f.values()))"
    features = [
        int(
            subprocess.run(
                [sys.executable, "-c", asked], env=_environment(each), check=True, capture_output=True
            ).stdout
        )
        for each in (machines["this"], machines["plain"])
    ]
    assert features[0] > features[1] or not PLAIN["NPY_DISABLE_CPU_FEATURES"]


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


def _compare(tmp_path: Path, work: str, machines: dict[str, dict[str, str]]) -> None:
    with ThreadPoolExecutor(2) as pool:
        futures = {name: pool.submit(_done, tmp_path / name, work, machine) for name, machine in machines.items()}
    found = {name: future.result() for name, future in futures.items()}
    here = found.pop("this")
    different = {
        name: sorted(file for file in {*here, *there} if here.get(file) != there.get(file))
        for name, there in found.items()
    }
    assert not any(different.values()), different


def test_services_are_the_same_on_every_machine(tmp_path: Path, machines: dict[str, dict[str, str]]) -> None:
    _compare(tmp_path, "services", machines)


def test_a_placement_is_the_same_on_every_machine(tmp_path: Path, machines: dict[str, dict[str, str]]) -> None:
    _compare(tmp_path, "placement", machines)
