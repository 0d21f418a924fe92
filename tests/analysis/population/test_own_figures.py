"""Own figures: read whole or refused with every problem, kept in memory, saved only as counts."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nearhome.analysis.population import homes, own_figures
from nearhome.analysis.population.cohorts import Cohort
from nearhome.data.base import coordinates
from nearhome.data.errors import SourceError
from nearhome.data.places import areas as area_finder
from nearhome.data.prisons import register

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 11, 21)
CORNWALL = "E06000052"


def test_individuals_are_added_up_by_authority_prison_and_cohort() -> None:
    own = own_figures.read(
        "Home,Prison,Sex,Age,Status,Category,Sentence,Name\n"
        "TR1 2HE,Exeter,,34,remand,,,not kept\n"
        "Cornwall,EXI,m,21+,remand,none,none,\n"
        "TR1 2,Exeter,,34,remand,,,\n"
        ",Eastwood Park,f,19,sentenced,closed,1 to 4 years,\n",
        TODAY,
    )
    assert own.people == 4
    women = Cohort("female", "18-20", "sentenced", "closed", "1 to 4 years")
    assert own.counts[homes.UNKNOWN, "EWI", women] == 1
    assert sum(people for (home, prison, _), people in own.counts.items() if (home, prison) == (CORNWALL, "EXI")) == 3


def test_counts_become_a_baseline() -> None:
    own = own_figures.read("home,prison,people\nE06000052,EXI,30\nE06000052,DGI,10\n,EXI,2\n", TODAY)
    base = own.baseline(TODAY)
    assert base.total == 42
    assert base.people("prison").set_index("prison")["people"].to_dict() == {"DGI": 10, "EXI": 32}
    home, held = area_finder.authority(CORNWALL), [register.by_id("EXI"), register.by_id("DGI")]
    miles = [coordinates.crow_miles(home.lat, home.lon, prison.lat, prison.lon) for prison in held]
    assert base.mean_miles() == pytest.approx((30 * miles[0] + 10 * miles[1]) / 40)
    drawn = base.draw(1)
    assert np.bincount(drawn.home).tolist() == [40, 2]
    assert base.notes == (own_figures.STATEMENT,)


def test_all_problems_are_listed_at_once_and_no_postcode_is_repeated() -> None:
    rows = [
        "home,prison,people,sex,age,status,category,sentence",
        "Atlantis,Exeter,1,,,,,",
        "E06000052,Nowhere,1,,,,,",
        "E06000052,Exeter,-1,,,,,",
        "E06000052,Exeter,1,female,,,,",
        "E06000052,Exeter,1,,7,,,",
        "E06000052,Exeter,1,,,waiting,,",
        "E06000052,Exeter,1,,,,Z,",
        "E06000052,Exeter,1,,,,,forever",
        "E06000052,Canterbury,1,,,,,",
        "ZZ99 9ZZ,Exeter,1,,,,,",
        "TR1 2HEE,Exeter,1,,,,,",
        "=1+1,,1,,,,,",
    ]
    with pytest.raises(SourceError) as caught:
        own_figures.read("\n".join(rows), TODAY)
    text = str(caught.value)
    assert "12 problems" in text
    for number in range(2, 14):
        assert f"line {number}:" in text
    assert "Atlantis" in text
    assert "ZZ99" not in text
    assert "2HEE" not in text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "lacks the column 'home'"),
        (b"home,people\n", "lacks the column 'prison'"),
        (b"home,prison\n", "nobody"),
        (b"home,prison,people\nE06000052,EXI,0\n", "nobody"),
        (b"home,prison,prison\nE06000052,EXI,EXI\n", "twice"),
        ("home,prison\nSw\u00e2nsea,EXI\n".encode("latin-1"), "not UTF-8"),
        (b"home,prison,people\nE06000052,EXI,9999999\n", "cannot be right"),
    ],
)
def test_files_that_cannot_be_read_are_refused_in_one_sentence(content: bytes, words: str) -> None:
    with pytest.raises(SourceError, match=words) as caught:
        own_figures.read(content, TODAY)
    assert "\n" not in str(caught.value)


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_figures, "MOST_ROWS", 3)
    with pytest.raises(SourceError, match="more than 3 rows"):
        own_figures.read("home,prison\n" + "E06000052,EXI\n" * 4, TODAY)


def test_endless_problems_are_cut_short() -> None:
    with pytest.raises(SourceError, match="at least 1,000 problems") as caught:
        own_figures.read("home,prison\n" + "Atlantis,EXI\n" * 2_000, TODAY)
    assert len(str(caught.value)) < 5_000


def test_reading_writes_nothing_and_saving_keeps_no_postcode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NEARHOME_DATA", str(tmp_path))
    own = own_figures.read("home,prison\nTR1 2HE,EXI\nTR1 2HE,EXI\n", TODAY)
    own.baseline(TODAY)
    assert list(tmp_path.iterdir()) == []
    own.save(tmp_path / "own.csv")
    saved = (tmp_path / "own.csv").read_text(encoding="utf-8")
    assert "TR1" not in saved
    assert own_figures.read(saved, TODAY) == own


_CODES = st.sampled_from(["E06000052", "W06000015", "E09000033", homes.UNKNOWN])
_PRISONS = st.sampled_from(["EXI", "CFI", "WWI", "BZI", "EWI"])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(_CODES, _PRISONS, st.integers(1, 50)), min_size=1, max_size=30))
def test_what_is_read_is_what_was_given(rows: list[tuple[str, str, int]]) -> None:
    content = "home,prison,people\n" + "\n".join(",".join(map(str, row)) for row in rows)
    own = own_figures.read(content, TODAY)
    assert own.people == sum(people for _, _, people in rows)
    base = own.baseline(TODAY)
    assert base.total == own.people
    drawn = base.draw(3)
    assert len(drawn.home) == own.people
    for number, prison in enumerate(base.prisons):
        assert (drawn.prison == number).sum() == sum(people for _, name, people in rows if name == prison)


def test_counts_of_children_are_read_by_authority_or_sector() -> None:
    assert own_figures.read_children("area,children\nCornwall,1200\nE06000006,0\n") == {
        CORNWALL: 1_200,
        "E06000006": 0,
    }
    assert own_figures.read_children("area,children\ntr1 2,7\n", "sector") == {"TR1 2": 7}


def test_counts_of_children_list_every_problem() -> None:
    with pytest.raises(SourceError, match="3 problems") as caught:
        own_figures.read_children("area,children\nCornwall,few\nCornwall,2\nE06000052,3\nMordor,4\n")
    assert "comes twice" in str(caught.value)
