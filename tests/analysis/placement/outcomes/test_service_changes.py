"""Services at prisons before and after people move, against a sum by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from nearhome.analysis.placement.outcomes.service_changes import service_reach
from nearhome.analysis.placement.scenarios import setup
from nearhome.analysis.population import families
from nearhome.analysis.services import coverage
from nearhome.data.services import register
from tests import small_system

if TYPE_CHECKING:
    from datetime import date

    from nearhome.data.services.records import Service


def test_families_are_reached_where_their_people_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    known = next(each for each in register.register() if each.reach == "prison" and each.kind == "visitors_centre")
    at_exeter = replace(known, prison_ids=("EXI",))

    def in_force(_day: date, kind: str | None = None) -> tuple[Service, ...]:
        return (at_exeter,) if kind == "visitors_centre" else ()

    monkeypatch.setattr(coverage, "in_force", in_force)
    start = setup.set_up(small_system.scenario(), small_system.baseline())
    after = start.before.copy()
    exeter, bristol = start.names.index("Exeter"), start.names.index("Bristol")
    after[:, bristol] += after[:, exeter]
    after[:, exeter] = 0
    found = service_reach(start, after, small_system.DAY)
    assert found[["kind", "prisons"]].to_numpy().tolist() == [["visitors_centre", 1]]

    where = families.families(small_system.DAY)
    children = {code: where.children[where.authority == where.codes.index(code)].sum() for code in start.codes}
    held = dict.fromkeys(start.codes, 0)
    there = dict.fromkeys(start.codes, 0)
    for row, home in enumerate(start.instance.home):
        at = start.authority[home]
        if at >= 0:
            held[start.codes[at]] += start.before[row].sum()
            there[start.codes[at]] += start.before[row, exeter]
    expected = sum(children[code] * there[code] / held[code] for code in start.codes) / sum(children.values())
    assert found.loc[0, "before"] == pytest.approx(100 * expected)
    assert found.loc[0, "after"] == 0
    assert found.loc[0, "change"] == -found.loc[0, "before"]
    assert np.isfinite(expected)
    assert expected > 0
