"""What the pages show is what happens: tutorials and how-to pages run, and every command that is printed exists."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click
import pytest

from nearhome.app.cli.shell import main
from tests.docs import examples
from tests.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DOCS = ROOT / "docs"
TUTORIALS = [page for page in sorted((DOCS / "tutorials").glob("*.md")) if page.stem != "index"]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]
RUN = [page for page in PAGES if any(block.kind in ("console", "pycon") for block in examples.blocks(page))]
README_LINES = 90


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


def printed(page: Path) -> Iterator[list[str]]:
    """Give the words of every nearhome command on a page, run or not."""
    for block in examples.blocks(page):
        lines = [line for line, _ in examples.commands(block)] if block.kind == "console" else block.text.splitlines()
        if block.kind in ("console", "sh"):
            for line in lines:
                words = shlex.split(line, comments=True)
                if words and words[0] == "nearhome":
                    yield words[1:]


def problem(words: list[str]) -> str:
    """Say what is wrong with a command: a word that names none, or an option that it does not have."""
    command: click.Command = main
    context = click.Context(main, info_name="nearhome")
    rest = list(words)
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        found = command.get_command(context, rest[0])
        if found is None:
            return f"no command {rest[0]!r} in {' '.join(words)!r}"
        command, context = found, click.Context(found, parent=context, info_name=rest.pop(0))
    known = {name for param in command.get_params(context) for name in param.opts}
    return ", ".join(
        f"no option {word} in {' '.join(words)!r}" for word in rest if word.startswith("--") and word not in known
    )


@pytest.mark.parametrize("page", RUN, ids=named)
def test_the_examples_of_a_page_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NEARHOME_DATA", str(tmp_path / "own"))
    wrong = examples.run(page, tmp_path)
    assert not wrong, "\n".join(wrong)


def test_each_of_the_four_readers_has_a_tutorial_by_command_and_by_python() -> None:
    assert [page.stem for page in TUTORIALS] == ["analysts", "families", "placement", "services"]
    for page in TUTORIALS:
        assert {"console", "pycon"} <= {block.kind for block in examples.blocks(page)}, page.name


@pytest.mark.parametrize("page", [page for page in PAGES if list(printed(page))], ids=named)
def test_every_command_that_is_printed_exists(page: Path) -> None:
    assert not [told for words in printed(page) if (told := problem(words))]


def test_the_look_at_commands_finds_what_does_not_exist() -> None:
    assert "no command 'travel'" in problem(["travel"])
    assert "no option --speed" in problem(["journey", "--from", "a", "--speed"])
    assert "no command 'gtsf'" in problem(["data", "import", "gtsf", "a.zip"])


@pytest.mark.parametrize(
    ("said", "same"),
    [
        ("a\nb\n...\nc d\n", True),
        ("a b ... b c d", False),
        ("a\n...\nd\n...", True),
        ("a", False),
        ("", False),
    ],
)
def test_three_dots_stand_for_anything_and_nothing_else_is_left_out(said: str, *, same: bool) -> None:
    assert examples.says("a\n  b\nc d\n", said) is same


def test_the_readme_is_short_and_says_both_commands() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) < README_LINES
    assert "make app" in text
    assert "make test" in text
    assert text.count("![") == 1
    assert list(printed(ROOT / "README.md"))
