"""Visiting days from an area's towns: the rows of the table, and the command that writes it."""

from __future__ import annotations

import csv
from datetime import date
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from nearhome.analysis.costs.party import Party
from nearhome.analysis.visits import area_days
from nearhome.app.cli.visits.days import command
from nearhome.data.errors import InputError
from nearhome.data.places import areas as area_finder
from nearhome.data.prisons import register
from nearhome.geo.places import areas
from nearhome.geo.routing.router import Router

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 11, 21)


def test_areas_by_name_and_code() -> None:
    assert area_finder.authority_named("cornwall").code == "E06000052"
    assert area_finder.authority_named("E06000052").name == "Cornwall"
    with pytest.raises(InputError, match=r"'devon' is a county, not a local authority; give East Devon, Exeter"):
        area_finder.authority_named("devon")
    with pytest.raises(InputError, match="'Atlantis' is no area we know; give the name or the ONS code"):
        area_finder.authority_named("Atlantis")


def test_open_prisons_of_a_region() -> None:
    found = [prison.short_name for prison in area_days.prisons_of_region("south west", TODAY)]
    assert {"Exeter", "Channings Wood", "Bristol", "Eastwood Park"} <= set(found)
    assert "Dartmoor" not in found
    with pytest.raises(InputError, match="'Wessex' is no area we know"):
        area_days.prisons_of_region("Wessex", TODAY)


def test_one_session_a_pattern_in_the_afternoon() -> None:
    exeter = register.by_id("EXI")
    found = area_days.sessions_of(exeter, ["sat", "weekday"])
    assert found[0].day == "sat"
    assert found[1].day in {"mon", "tue", "wed", "thu", "fri"}
    assert all(each.start >= "12:00" for each in found)
    with pytest.raises(InputError):
        area_days.sessions_of(exeter, ["someday"])


def test_every_town_session_and_mode_has_a_row() -> None:
    towns = areas.towns_of("E06000052", minimum_postcodes=100)[:3]
    goals = [register.by_id("EXI"), register.by_id("CWI")]
    days = list(
        area_days.visiting_days(towns, goals, patterns=["sat"], party=Party(1, 1), as_of=TODAY, router=Router.shipped())
    )
    assert len(days) == 3 * 2 * 2
    for day in days:
        values = dict(zip(area_days.COLUMNS, area_days.values(day), strict=True))
        assert values["overnight"] in {"no", "perhaps", "yes"}
        assert values["left_to_pay_pence"] == max(0, values["cost_pence"] - values["reimbursement_pence"])
        assert values["basis"] == ("drive time, estimate" if day.mode == "car" else "typical, not a timetable")


def test_the_command_writes_the_table(tmp_path: Path) -> None:
    out = tmp_path / "days.csv"
    options = ["--area", "Isles of Scilly", "--children", "0", "--to", "Exeter", "--sessions", "sat"]
    result = CliRunner().invoke(command, [*options, "--out", str(out)])
    assert result.exit_code == 0, result.output
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["mode"] for row in rows} == {"car", "transit"}
    assert "not a timetable" in result.output.replace("\n", " ")


@pytest.mark.parametrize("options", [[], ["--region", "South West", "--to", "Exeter"]])
def test_the_command_wants_prisons_named_one_way(options: list[str]) -> None:
    result = CliRunner().invoke(command, ["--area", "Cornwall", *options])
    assert result.exit_code != 0
