"""Outcomes in folders: whole, the same bytes each time, nobody else's files touched; and two of them compared."""

from __future__ import annotations

import csv
import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from nearhome.analysis.placement.outcome_report import compare
from nearhome.analysis.placement.outcome_report import files as outcome_files
from nearhome.analysis.placement.outcome_report import report as outcome_report
from nearhome.analysis.placement.outcomes import indicators, run
from nearhome.analysis.placement.scenarios import files as scenario_files
from nearhome.data.errors import InputError
from tests import small_system

if TYPE_CHECKING:
    from pathlib import Path

    from nearhome.analysis.placement.outcomes.run import Outcome


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    """Return an outcome of the small system."""
    return run.run(small_system.scenario(moves={"limit": 60}), baseline=small_system.baseline())


def test_a_folder_has_the_scenario_the_results_and_what_they_must_be(outcome: Outcome, tmp_path: Path) -> None:
    out = tmp_path / "out"
    written = outcome_files.write(outcome, out, source="mine.toml")
    assert all(path.is_file() for path in written)
    assert {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()} == {
        path.relative_to(out).as_posix() for path in written
    }
    assert scenario_files.load(str(out / "scenario.toml")) == outcome.scenario
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["command"] == "nearhome place mine.toml --out FOLDER"
    assert manifest["seeds"]["people"] == 1
    assert "prisons" in manifest["tables"]
    for name, said in manifest["files"].items():
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == said["sha256"]
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_the_same_scenario_gives_the_same_bytes(outcome: Outcome, tmp_path: Path) -> None:
    again = run.run(small_system.scenario(moves={"limit": 60}), baseline=small_system.baseline())
    one, other = tmp_path / "one", tmp_path / "other"
    names = [
        [
            path.relative_to(folder)
            for path in outcome_files.write(each, folder, source="mine.toml", formats=("html", "xlsx"))
        ]
        for each, folder in ((outcome, one), (again, other))
    ]
    assert names[0] == names[1]
    for name in names[0]:
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


def test_results_are_those_of_the_tables(outcome: Outcome, tmp_path: Path) -> None:
    outcome_files.write(outcome, tmp_path / "out", source="mine.toml")
    found = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    assert set(found["figures"]) == set(indicators.BY_NAME)
    assert found["figures"]["people"]["plan"] == 402
    with (tmp_path / "out" / "tables" / "prisons.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    assert rows["Exeter"]["before"] == "65"
    assert sum(int(row["before"]) for row in rows.values()) == 402
    assert [row["name"] for row in found["tables"]["prisons"]] == list(rows)


def test_an_outcome_is_replaced_only_when_asked_and_other_files_never(outcome: Outcome, tmp_path: Path) -> None:
    out = tmp_path / "out"
    outcome_files.write(outcome, out, source="mine.toml")
    with pytest.raises(InputError, match="already"):
        outcome_files.write(outcome, out, source="mine.toml")
    outcome_files.write(outcome, out, source="yours.toml", force=True)
    assert "yours.toml" in (out / "manifest.json").read_text(encoding="utf-8")
    (out / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match=r"letter\.txt"):
        outcome_files.write(outcome, out, source="mine.toml", force=True)
    assert (out / "letter.txt").read_text(encoding="utf-8") == "mine"
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError):
        outcome_files.write(outcome, tmp_path / "file", source="mine.toml")


def test_a_page_says_what_it_comes_to(outcome: Outcome) -> None:
    report = outcome_report.report(outcome, "mine.toml")
    text = outcome_files.markdown(report, outcome_files.SHORT)
    assert text.startswith("# What if: A test\n")
    for said in outcome_report.sentences(outcome):
        assert said in text
    assert "| Mean journey, one way |" in text
    assert "modelled" in text
    assert "## Moves by pair of prisons" not in text


@pytest.mark.parametrize(
    ("number", "written"),
    [(3_066_844, "3.07 million"), (84_912, "84,900"), (912.4, "912"), (0, "0"), (-45_468, "-45,500")],
)
def test_large_numbers_are_written_as_exactly_as_they_are_known(number: float, written: str) -> None:
    assert outcome_report.about(number) == written


def test_two_outcomes_are_compared_draw_by_draw(outcome: Outcome, tmp_path: Path) -> None:
    more = run.run(small_system.scenario(moves={"limit": 90}), baseline=small_system.baseline())
    for name, each in (("one", outcome), ("other", more)):
        outcome_files.write(each, tmp_path / name, source=name)
    found = compare.compare(tmp_path / "one", tmp_path / "other")
    table = found.table.set_index("figure")
    assert table.loc["moves", "difference"] == table.loc["moves", "other"] - table.loc["moves", "one"]
    assert table.loc["minutes_mean", "difference"] < 0
    assert table.loc["minutes_mean", "said"] == "not tested"
    assert "no draws in common" in found.notes[0]


def _result(*plans: float, title: str = "One") -> dict[str, object]:
    """Make up results in which every figure of the plan is ``plans[0]``, and in draws the others."""
    names = list(indicators.BY_NAME)
    return {
        "title": title,
        "nation": "Scotland",
        "as_of": "2026-07-27",
        "figures": {name: {"unit": "minutes", "today": 9.0, "plan": plans[0]} for name in names},
        "draws": {str(at): {name: [9.0, plan] for name in names} for at, plan in enumerate(plans[1:], 1)},
    }


def test_a_difference_smaller_than_the_noise_says_so() -> None:
    one = _result(5.0, 5.0, 5.2, 4.8)
    same_way = compare.compared(one, _result(4.0, 4.0, 4.1, 3.7)).table.set_index("figure")
    assert set(same_way["said"]) == {"larger than the noise"}
    either_way = compare.compared(one, _result(4.9, 5.3, 5.0, 4.9)).table.set_index("figure")
    assert set(either_way["said"]) == {"smaller than the noise"}
    assert set(compare.compared(one, one).table["said"]) == {"no difference"}
    with pytest.raises(InputError, match="one prison system"):
        compare.compared(one, _result(1.0) | {"nation": "Northern Ireland"})


def test_a_folder_without_an_outcome_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no outcome"):
        compare.read(tmp_path)
    (tmp_path / "results.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="another version"):
        compare.read(tmp_path)
