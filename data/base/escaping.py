"""Text from others, made harmless for the programs that it goes to.

A cell that begins with ``=``, ``+``, ``-`` or ``@`` is a formula to a spreadsheet, also behind blanks and in the wide
letters of East Asian keyboards (OWASP, CSV Injection). HTML is escaped where pages are made.
"""

from __future__ import annotations

FORMULA_STARTS = frozenset("=+-@\uff1d\uff0b\uff0d\uff20")
"""What begins a formula, plain and wide."""

_BLANKS = "".join(map(chr, range(33))) + "\u00a0\u200b\ufeff"


def safe_text(text: str) -> str:
    """Give text that a spreadsheet shows and never runs: behind an apostrophe if it could be a formula.

    Meant for columns of words; numbers are written as numbers.
    """
    runs = text.lstrip(_BLANKS)[:1] in FORMULA_STARTS if text else False
    return f"'{text}" if runs or text[:1] in {"\t", "\r", "\n"} else text


def is_plain(text: str) -> bool:
    """Whether every character of a text is shown: no control, direction or line-end characters."""
    return text.isprintable()
