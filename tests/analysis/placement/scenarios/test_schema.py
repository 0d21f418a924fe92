"""Scenario files: read, refused with every reason, written the same way each time."""

from __future__ import annotations

import tomllib
from dataclasses import fields, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nearhome.analysis.placement.scenarios import converters, files, schema
from nearhome.analysis.placement.scenarios.schema import Scenario, Weight, from_table, to_toml
from nearhome.data.errors import InputError
from tests.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

LEAST: dict[str, Any] = {"title": "One", "as_of": date(2026, 7, 27)}


def test_only_a_title_and_a_day_must_be_given() -> None:
    assert from_table(LEAST) == Scenario(title="One", as_of=date(2026, 7, 27))


def test_every_problem_of_a_file_is_named_at_once() -> None:
    wrong = {
        "titel": "One",
        "as_of": "tomorrow",
        "seed": 1.5,
        "moves": {"limit": -1, "stay": [{"sex": "men"}]},
        "objective": {"burden": "hours", "weight": [{"sex": "female"}]},
        "visits": {"flexible_sessions": 1},
        "lever": {"kind": "close"},
    }
    with pytest.raises(InputError) as caught:
        from_table(wrong)
    said = str(caught.value)
    for part in (
        "titel is no key here (did you mean title?)",
        "title is missing",
        "as_of is 'tomorrow'",
        "seed is 1.5, and must be a whole number of 0 or more",
        "moves.limit is -1",
        "moves.stay[1].sex is 'men', and must be one of male, female",
        "objective.burden is 'hours', and must be one of minutes, miles, pence, mix",
        "objective.weight[1].weight is missing",
        "visits.flexible_sessions is 1, and must be true or false",
        "lever is {'kind': 'close'}, and must be a list",
    ):
        assert part in said
    assert "has 10 problems" in said


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"moves": {"limit": 1, "price": 2.0}}, "both a limit and a price"),
        (
            {"lever": [{"kind": "open", "prison": "Dartmoor"}]},
            "lever[1] (open) needs places; lever[1] (open) needs roles",
        ),
        ({"lever": [{"kind": "site", "prison": "New", "places": 9, "roles": ["closed"]}]}, "for women"),
        ({"lever": [{"kind": "bus", "prison": "Exeter", "homes": ["Cornwall"]}]}, "needs minutes"),
        ({"rules": {"step_down": [{"category": "C", "to": "B"}]}}, "which is not lower"),
        ({"title": " "}, "title is empty"),
        ({"visits": {"per_year": float("nan")}}, "visits.per_year is nan"),
        ({"capacity": {"headroom_percent": float("inf")}}, "capacity.headroom_percent is inf"),
        ({"moves": {"price": 10**400}}, "and must be a number of 0 or more"),
        ({"moves": 3}, "moves. must be a table"),
        ({"lever": [{"kind": "close", "ages": ["old"]}]}, "lever[1].ages[1] is 'old', and must be one of"),
    ],
)
def test_what_does_not_go_together_is_refused(table: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as caught:
        from_table(LEAST | table)
    assert said in str(caught.value)


def test_a_scenario_written_and_read_again_is_the_same() -> None:
    for each in files.named().values():
        text = to_toml(each)
        assert from_table(tomllib.loads(text)) == each
        assert to_toml(from_table(tomllib.loads(text))) == text


@given(
    title=st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1).filter(str.strip),
    weight=st.floats(0.01, 100),
    limit=st.none() | st.integers(0, 10**6),
)
def test_any_text_and_number_survives_the_file(title: str, weight: float, limit: int | None) -> None:
    least = from_table(LEAST)
    full = replace(
        least,
        title=title,
        objective=replace(least.objective, weight=(Weight(sex="female", weight=weight),)),
        moves=replace(least.moves, limit=limit),
    )
    assert from_table(tomllib.loads(to_toml(full))) == full


def test_the_reference_explains_every_key() -> None:
    text = schema.reference()
    for record in schema.RECORDS:
        for each in fields(record):
            if converters.record_of(each) is None:
                assert f"| `{each.name}` | {converters.meaning_of(each)}" in text
                assert converters.meaning_of(each)
    assert "`[[objective.weight]]`" in text


def test_the_named_scenarios_are_there() -> None:
    assert set(files.named()) == {
        "close-a-prison",
        "fair-shares",
        "nearer-home",
        "nearer-home-5000-moves",
        "new-prison-in-cornwall",
        "reopen-dartmoor",
        "video-first",
        "women-first",
    }
    assert all(each.about for each in files.named().values())


def test_a_file_and_a_name_are_both_found(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('title = "Mine"\nas_of = 2026-07-27\n', encoding="utf-8")
    assert files.load(str(file)).title == "Mine"
    assert files.load("fair-shares").objective.fairness == "squares"


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"title = ", "is not TOML"), (b"\xff", "not UTF-8"), (b"title = 'x'\nas_of = 2026-07-27T10:00:00\n", "as_of is")],
)
def test_a_file_that_cannot_be_read_is_said_to_be(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(content)
    with pytest.raises(InputError) as caught:
        files.load(str(file))
    assert said in str(caught.value)


def test_a_name_with_a_slip_is_answered_with_the_right_one() -> None:
    with pytest.raises(InputError) as caught:
        files.load("nearer-hom")
    assert "did you mean nearer-home?" in str(caught.value)
    with pytest.raises(InputError):
        files.load("missing.toml")


def test_the_pages_of_the_docs_are_of_these_scenarios() -> None:
    pages = ROOT / "docs" / "scenarios"
    assert {each.stem for each in pages.glob("*.md")} == {*files.named(), "README"}
    assert schema.reference() in (pages / "README.md").read_text(encoding="utf-8")
    for name, each in files.named().items():
        page = (pages / f"{name}.md").read_text(encoding="utf-8")
        assert page.startswith(f"# What if: {each.title}\n")
        assert f"    nearhome place {name} --out FOLDER" in page
