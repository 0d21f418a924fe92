"""Plain text for a terminal: paragraphs that fit, lists and tables with straight columns."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from nearhome.app.wording import names
from nearhome.data.base import phrases
from nearhome.geo.roads.conditions import TODAY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from nearhome.geo.roads.conditions import Conditions

WIDTH = 80
GAP = "  "


def paragraph(text: str, *, indent: int = 0, bullet: str = "") -> list[str]:
    """Wrap a text at 80 columns; further lines stand under the first letter after the bullet."""
    first = " " * indent + bullet
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )


def heading(text: str) -> list[str]:
    """Give an empty line and a heading."""
    return ["", *paragraph(text)]


def table(
    heads: Sequence[str], rows: Iterable[Sequence[str]], *, right: Iterable[int] = (), indent: int = 0
) -> Iterator[str]:
    """Give the lines of a table with aligned columns.

    Parameters
    ----------
    heads
        What stands above the columns; no such line if all are empty.
    rows
        Texts, as many a row as there are heads.
    right
        Numbers of the columns to set to the right, for figures.
    indent
        Spaces before each line.
    """
    lines = [tuple(row) for row in rows]
    if any(heads):
        lines.insert(0, tuple(heads))
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    to_right = set(right)
    for line in lines:
        cells = [
            cell.rjust(width) if number in to_right else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        yield (" " * indent + GAP.join(cells)).rstrip()


def roads(count: Mapping[str, int], noun: str, conditions: Conditions) -> Iterator[str]:
    """Say which roads answered, and for how much where there are several; and what is not as on an ordinary day.

    Parameters
    ----------
    count
        How many things each network answered for, as ``nearhome.geo.imported.networks.Roads`` calls it.
    noun
        What was counted, one of them.
    conditions
        The conditions on the roads.
    """
    for network, many in count.items():
        share = f" ({phrases.count(many, noun)})" if len(count) > 1 else ""
        yield from paragraph(f"On {names.roads(network)}{share}.")
    if conditions != TODAY:
        yield from paragraph(f"As if: {names.scenario(conditions)}.")
