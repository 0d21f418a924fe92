"""``import nearhome as nh``: the few names that most people need."""

from __future__ import annotations

from datetime import date
from importlib.metadata import version

import pytest

import nearhome as nh
from nearhome.analysis.visits import plan
from nearhome.data.prisons import register
from nearhome.geo.routing.router import Router

DAY = date(2026, 11, 21)


def test_every_name_is_there_and_typed() -> None:
    assert {name: getattr(nh, name) for name in nh.__all__}.keys() == set(nh.__all__)
    assert nh.__version__ == version("nearhome")
    assert nh.plan_visit is plan.plan_visit
    assert nh.Router is Router
    assert issubclass(nh.errors.InputError, nh.errors.NearhomeError)


def test_a_name_that_is_none_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'plan_visits'"):
        nh.plan_visits  # noqa: B018 -- asking is the test


def test_a_visit_is_planned() -> None:
    home, prison = nh.find_place("TR1 2HE"), nh.find_prison("Exeter", DAY)
    found = nh.plan_visit(home, prison, party=nh.Party(adults=1, children=1, child_ages=(6,)), as_of=DAY)
    assert found.prison == register.by_id("EXI")
    assert found.options[0].miles == pytest.approx(87, abs=3)


def test_a_matrix_is_a_row_for_each_pair() -> None:
    homes = [nh.find_place("TR1 2HE"), nh.find_place("PL1 1AA")]
    prisons = [nh.find_prison(name, DAY) for name in ("Exeter", "Channings Wood")]
    found = nh.matrix(homes, prisons)
    expected = Router.shipped().matrix(homes, prisons)
    assert list(found.columns) == ["origin", "destination", "minutes", "miles"]
    assert found["destination"].tolist() == [each.id for each in prisons] * 2
    assert found["minutes"].tolist() == expected.minutes.ravel().tolist()
    assert found["miles"].tolist() == expected.miles.ravel().tolist()
