"""The house as the source says it: floors, wings, modules, their one line, and who imports whom."""

from __future__ import annotations

import ast
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("app", "analysis", "geo", "data")


@dataclass(frozen=True, slots=True)
class Wing:
    """One sub-package: its import name, its one line, and the modules that lie directly in it."""

    name: str
    line: str
    modules: tuple[str, ...]

    @property
    def floor(self) -> str:
        """The floor it is on."""
        return self.name.split(".")[1]

    @property
    def short(self) -> str:
        """Its name within its floor; the floor's own name for the floor itself."""
        return self.name.split(".", 2)[-1]


@cache
def wings() -> tuple[Wing, ...]:
    """Every sub-package of nearhome, floor by floor, each followed by what lies in it."""
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    inner = [name for name in packages if "." in name]
    return tuple(_wing(name) for floor in FLOORS for name in sorted(inner) if name.split(".")[1] == floor)


def folder_of(name: str) -> Path:
    """Give the folder of a sub-package: ``nearhome.geo.osm`` is ``geo/osm``."""
    return ROOT.joinpath(*name.split(".")[1:])


def first_line(file: Path) -> str:
    """Give the first paragraph of a module's docstring, as one line."""
    said = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return " ".join(said.split("\n\n", maxsplit=1)[0].split())


def _wing(name: str) -> Wing:
    folder = folder_of(name)
    modules = sorted(file.stem for file in folder.glob("*.py") if file.stem != "__init__")
    return Wing(name, first_line(folder / "__init__.py"), tuple(modules))
