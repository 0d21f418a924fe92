"""The page on dependencies names every one that the project declares, with a licence that its users can live with."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def named(requirements: list[str]) -> set[str]:
    """Return the packages of some requirements."""
    return {re.split(r"[\[<>=~! ]", each, maxsplit=1)[0] for each in requirements}


def listed(heading: str) -> dict[str, str]:
    """Return the packages of one table of the page, each with its row."""
    part = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| ([a-z][\w-]*) (\|.*)\|$", part, re.MULTILINE)
    return {name: row for name, row in rows if name != "package"}


def test_every_dependency_has_its_row() -> None:
    assert set(listed("To run")) == named(PROJECT["project"]["dependencies"])
    groups = PROJECT["dependency-groups"]
    assert set(listed("To test")) == named([each for each in groups["test"] if each != {"include-group": "docs"}])
    assert set(listed("To build these pages")) == named(groups["docs"] + groups["release"])
    extras = PROJECT["project"]["optional-dependencies"]
    rows = listed("Extras")
    assert set(rows) == {name for requirements in extras.values() for name in named(requirements)}
    for extra, requirements in extras.items():
        assert all(f"`{extra}`" in rows[name] for name in named(requirements))


def test_nothing_that_runs_is_under_a_licence_that_binds_its_users() -> None:
    for name, row in (listed("To run") | listed("Extras")).items():
        assert re.search(r"\| (BSD-[23]-Clause|MIT|Apache-2\.0) \|", row), name
        assert "GPL" not in row
