"""Commands run one after the other in a process of its own, for the test that they say the same on every machine.

``python machine_worker.py FOLDER WORK`` writes what each command of a piece of work says, and the files it makes, into
the folder.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from pathlib import Path

DAY = ("--as-of", "2008-01-01")
SCENARIO = """
title = "Small"
as_of = 2026-07-27
moves = { limit = 60 }
sensitivity = { draws = 0, percent = 0, points = 3 }
"""

WORK: dict[str, dict[str, tuple[str, ...]]] = {
    "services": {
        "coverage": ("coverage", *DAY, "--first", "400", "--out", "coverage.csv"),
        "coverage-officers": ("coverage", *DAY, "--kind", "family_contact_officer", "--json"),
        "lottery": ("lottery", *DAY, "--clusters"),
        "lottery-minutes": ("lottery", *DAY, "--clusters", "--measure", "minutes", "--json"),
        "gaps": ("gaps", *DAY, "--area", "Wales", "--out", "gaps"),
        "best": ("coverage", *DAY, "--kind", "visitors_centre", "--best", "3"),
        "scotland": ("case", "scotland", *DAY, "--out", "scotland"),
        "west-midlands": ("case", "west-midlands", *DAY),
    },
    "placement": {"place": ("place", "small.toml", "--population", "people.csv", "--out", "placed")},
}
"""For each piece of work its commands, by the name under which what they say is kept."""


def run(folder: Path, work: str) -> None:
    """Run all commands of a piece of work with a folder as the working directory."""
    from nearhome.app.cli.shell import main

    os.chdir(folder)
    Path("small.toml").write_text(SCENARIO, encoding="utf-8")
    for name, arguments in WORK[work].items():
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            try:
                main(list(arguments), prog_name="nearhome")
            except SystemExit as left:
                said.write(f"\nexit {left.code}\n")
        Path(f"{name}.txt").write_text(said.getvalue(), encoding="utf-8")


if __name__ == "__main__":
    run(Path(sys.argv[1]), sys.argv[2])
