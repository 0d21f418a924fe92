"""``nearhome place``, ``compare`` and ``place-one`` as people type them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from nearhome.app.cli.shell import main
from tests import small_system

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

SCENARIO = """
title = "Mine"
as_of = 2026-07-27
moves = { limit = 60 }
sensitivity = { draws = 0, percent = 0, points = 3 }
"""


def shell(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a scenario and figures of one's own."""
    (tmp_path / "mine.toml").write_text(SCENARIO, encoding="utf-8")
    (tmp_path / "people.csv").write_text(small_system.ROWS, encoding="utf-8")
    return tmp_path


def test_the_scenarios_are_listed() -> None:
    for arguments in (("place",), ("place", "--list")):
        found = shell(*arguments)
        assert found.exit_code == 0
        assert "nearer-home-5000-moves\n    " in found.output
        assert "--out FOLDER" in found.output


def test_a_scenario_is_run_written_and_compared(folder: Path) -> None:
    own = ("--population", str(folder / "people.csv"))
    one = shell("place", str(folder / "mine.toml"), *own, "--out", str(folder / "one"))
    assert one.exit_code == 0, one.output
    assert "of 402 people would be in another prison" in one.output.replace("\n", " ")
    assert "Mean journey, one way" in one.output
    other = shell("place", str(folder / "one" / "scenario.toml"), *own, "--out", str(folder / "other"))
    assert other.exit_code == 0, other.output
    assert (folder / "one" / "results.json").read_bytes() == (folder / "other" / "results.json").read_bytes()
    compared = shell("compare", str(folder / "one"), str(folder / "other"))
    assert compared.exit_code == 0, compared.output
    assert compared.output.count("no difference") == 19
    as_json = json.loads(shell("compare", str(folder / "one"), str(folder / "other"), "--json").output)
    assert as_json["titles"] == ["Mine", "Mine"]
    again = shell("place", str(folder / "mine.toml"), *own, "--out", str(folder / "one"))
    assert again.exit_code == 2
    assert "--force" in again.output


def test_json_is_only_json(folder: Path) -> None:
    found = shell("place", str(folder / "mine.toml"), "--population", str(folder / "people.csv"), "--json")
    assert json.loads(found.stdout)["figures"]["moves"]["plan"] <= 60


def test_what_is_wrong_is_one_sentence(folder: Path) -> None:
    (folder / "bad.toml").write_text("title = 1\n", encoding="utf-8")
    found = shell("place", str(folder / "bad.toml"))
    assert found.exit_code == 2
    assert "2 problems: title is 1, and must be text in quotes; as_of is missing" in found.output
    assert shell("place", "nearer").exit_code == 2
    assert shell("place", str(folder / "mine.toml"), "--population", "missing.csv").exit_code == 2
    assert shell("place", str(folder / "mine.toml"), "--out", str(folder / "x"), "--formats", "docx").exit_code == 2
    assert not (folder / "x").exists()
    assert shell("compare", str(folder), str(folder)).exit_code == 2


def test_prisons_are_ranked_for_one_person_with_every_reason() -> None:
    found = json.loads(
        shell("place-one", "--from", "Truro", "--sex", "female", "--category", "closed", "--all", "--json").output
    )
    able = [each for each in found if not each["excluded"]]
    assert found[: len(able)] == able
    assert [each["minutes_car"] for each in able] == sorted(each["minutes_car"] for each in able)
    assert able[0]["name"] == "Eastwood Park"
    men = next(each for each in found if each["name"] == "Exeter")
    assert men["excluded"] == ["It does not hold women of 21+, sentenced, closed."]
    assert able[0]["miles"] == pytest.approx(177, abs=5)


def test_remand_is_near_the_court_and_a_plan_says_what_others_would_bear() -> None:
    found = json.loads(
        shell("place-one", "--from", "Truro", "--sex", "male", "--remand", "--planned", "--no-car", "--json").output
    )
    able = [each for each in found if not each["excluded"]]
    assert len(able) == 5
    assert {"Exeter", "Bristol"} <= {each["name"] for each in able}
    assert all(each["others"] >= 0 for each in able)
    assert next(each for each in found if each["name"] == "Leeds")["excluded"] == ["A planner's rule forbids it."]


def test_a_person_who_cannot_be_is_refused() -> None:
    assert shell("place-one", "--from", "Truro", "--sex", "male").exit_code == 2
    found = shell("place-one", "--from", "Truro", "--sex", "female", "--category", "A")
    assert found.exit_code == 2
    assert "Nobody who is female, 21+, sentenced, A is held" in found.output
    listed = shell("place-one", "--from", "Truro", "--sex", "male", "--category", "D")
    assert listed.exit_code == 0
    assert "Excluded" in listed.output
