"""How people travel, as the commands on services are told: one word for public transport, and the former ones."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from nearhome.app.cli.shell import main

COVERAGE = ("coverage", "--kind", "visitors_centre", "--as-of", "2008-01-01", "--by", "nation", "--json")


def told(*words: str) -> dict[str, Any]:
    result = CliRunner().invoke(main, [*COVERAGE, *words])
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.mark.parametrize(
    ("former", "words"),
    [("public", ("--mode", "transit")), ("public_weekend", ("--mode", "transit", "--day", "sunday"))],
)
def test_former_words_for_transit_are_read_as_the_one_of_today(former: str, words: tuple[str, ...]) -> None:
    found = told(*words)
    assert found["mode"] == "transit"
    assert told("--mode", former) == found


def test_a_sunday_is_another_day_type_and_not_another_mode() -> None:
    weekday, sunday = told("--mode", "transit"), told("--mode", "transit", "--day", "sunday")
    assert (weekday["day_type"], sunday["day_type"]) == ("weekday", "sunday")
    assert weekday["areas"] != sunday["areas"]
    assert told("--day", "sunday")["areas"] == told()["areas"]


def test_another_word_is_refused_with_those_there_are() -> None:
    result = CliRunner().invoke(main, [*COVERAGE, "--mode", "bus"])
    assert result.exit_code == 2
    assert "'car', 'transit'" in result.stderr
    assert "public" not in result.stderr
