"""Examples in Markdown: files to write, Python after ``>>>`` and shell commands after ``$``, each with what it says."""

from __future__ import annotations

import doctest
import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner

from nearhome.app.cli.shell import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FENCE = re.compile(
    r"^(?P<fence>```+|:::+)(?P<kind>\S+)(?P<rest>[^\n]*)\n(?P<body>.*?)^(?P=fence)$", re.MULTILINE | re.DOTALL
)
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
REFUSED = 2


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language (``file`` for one to write), its text, and the name of the file."""

    kind: str
    text: str
    name: str = ""


def blocks(page: Path) -> list[Block]:
    """Read the fenced blocks of a page, in order."""
    found = []
    for match in FENCE.finditer(page.read_text(encoding="utf-8")):
        caption, _, rest = match["body"].partition("\n")
        if match["kind"] == "{code-block}" and caption.startswith(":caption: "):
            found.append(Block("file", rest.lstrip("\n"), caption.removeprefix(":caption: ")))
        else:
            found.append(Block(match["kind"], match["body"]))
    return found


def commands(block: Block) -> Iterator[tuple[str, str]]:
    """Split a ``console`` block into commands and what each says."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, said = part.partition("\n")
        yield command, said


def run(page: Path, folder: Path) -> list[str]:
    """Run the examples of a page, in a folder that is the current one, and tell those that say something else."""
    names: dict[str, Any] = {"__name__": "__main__"}
    wrong: list[str] = []
    for block in blocks(page):
        if block.kind == "file":
            (folder / block.name).write_text(block.text, encoding="utf-8")
        elif block.kind == "console":
            wrong += [told for command, said in commands(block) if (told := _differs(command, said))]
        elif block.kind == "pycon":
            test = doctest.DocTestParser().get_doctest(block.text, names, page.name, str(page), 0)
            runner = doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
            told_lines: list[str] = []
            runner.run(test, out=told_lines.append, clear_globs=False)
            names.update(test.globs)
            wrong += ["".join(told_lines)] if told_lines else []
    return wrong


def says(output: str, said: str) -> bool:
    """Whether a command says what a page shows: white space apart, and ``...`` for anything or nothing."""
    parts = (re.escape(" ".join(part.split())) for part in said.split("..."))
    return re.fullmatch(".*?".join(parts), " ".join(output.split()), re.DOTALL) is not None


def _differs(command: str, said: str) -> str:
    """Run one command; empty if it says what it should."""
    program, *words = shlex.split(command)
    assert program == "nearhome", command
    result = CliRunner().invoke(main, words)
    code = REFUSED if said.startswith("nearhome: ") else 0
    if result.exit_code == code and says(result.output, said):
        return ""
    return f"$ {command}\nexit code {result.exit_code}, expected {code}\nexpected:\n{said}\ngot:\n{result.output}"
