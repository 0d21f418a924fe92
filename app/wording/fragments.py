"""Pieces of HTML for pages, from the templates beside this module: what they are given is text, and is escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nearhome.analysis.reports import templates

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PACKAGE = "nearhome.app.wording"


def piece(name: str, macro: str, *values: Any, **named: Any) -> str:
    """Return a macro of one of these templates, filled in.

    Parameters
    ----------
    name
        The template's file.
    macro
        The macro in it.
    values, named
        What it asks for, in order or by name; texts are escaped.
    """
    return templates.piece(name, macro, *values, package=PACKAGE, **named)


def paragraphs(sentences: Iterable[str], look: str = "") -> str:
    """Return each text as a paragraph; ``look`` is a class of the style sheet."""
    return piece("fragments.html", "paragraphs", list(sentences), look)


def note(text: str) -> str:
    """Return a paragraph that stands out."""
    return paragraphs([text], "nh-note")


def small(sentences: Iterable[str]) -> str:
    """Return paragraphs in small print."""
    return piece("fragments.html", "small", list(sentences))


def items(sentences: Iterable[str]) -> str:
    """Return a list."""
    return piece("fragments.html", "items", list(sentences))


def numbered(sentences: Iterable[str]) -> str:
    """Return a list whose order matters."""
    return piece("fragments.html", "numbered", list(sentences))


def definitions(pairs: Iterable[tuple[str, str]]) -> str:
    """Return terms with their explanations as a description list."""
    return piece("fragments.html", "definitions", list(pairs))


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]], *, texts: int = 1) -> str:
    """Return a table whose first column names the rows.

    Parameters
    ----------
    caption
        What it shows; read out before it.
    heads
        A heading for each column.
    rows
        A text for each column, the row's name first.
    texts
        How many columns, from the first, are words; the others are numbers.
    """
    return piece("fragments.html", "table", caption, heads, list(rows), texts)


def problems(messages: Iterable[str], fields: Sequence[str] = ()) -> str:
    """Return what has to be put right as a summary, each message with a link to its field if those are given."""
    return piece("fragments.html", "problems", list(messages), fields)
