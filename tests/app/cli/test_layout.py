"""Plain text for a terminal: nothing wider than 80 columns, and straight columns."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nearhome.app.cli import layout

WORDS = st.lists(st.text("abcdefghij", min_size=1, max_size=12), min_size=1, max_size=60)


@given(WORDS, st.integers(0, 8), st.sampled_from(["", "- ", "10. "]))
def test_a_paragraph_fits_and_keeps_every_word_in_order(words: list[str], indent: int, bullet: str) -> None:
    lines = layout.paragraph(" ".join(words), indent=indent, bullet=bullet)
    assert all(len(line) <= layout.WIDTH for line in lines)
    assert " ".join(lines).removeprefix(" " * indent + bullet).split() == words
    assert all(line.startswith(" " * (indent + len(bullet))) for line in lines[1:])


def test_columns_are_straight_and_figures_stand_to_the_right() -> None:
    rows = [("Petrol", "£31", "£20 to £47"), ("Wear on the car", "£112", "£6")]
    assert list(layout.table(("", "Estimate", "Range"), rows, right=(1,), indent=2)) == [
        "                   Estimate  Range",
        "  Petrol                £31  £20 to £47",
        "  Wear on the car      £112  £6",
    ]


def test_a_table_without_heads_has_no_line_for_them() -> None:
    assert list(layout.table(("", ""), [("a", "b")])) == ["a  b"]
