"""Children affected: areas sum to the published estimates, the low is below the high, and own counts take over."""

from __future__ import annotations

from datetime import date

import pytest

from nearhome.analysis.population import baseline
from nearhome.analysis.population import children as population_children
from nearhome.data.errors import InputError

TODAY = date(2026, 11, 21)
GUIDE = date(2008, 1, 1)


@pytest.mark.parametrize(
    ("day", "nation", "children"),
    [
        (TODAY, "England and Wales", 192_912),
        (GUIDE, "England and Wales", 162_000),
        (date(2015, 1, 1), "England and Wales", 200_000),
        (TODAY, "Scotland", 30_000),
    ],
)
@pytest.mark.parametrize("level", population_children.LEVELS)
def test_areas_sum_to_the_published_estimate(day: date, nation: str, children: int, level: str) -> None:
    table = population_children.children(day, level, nation=nation)
    assert table["children"].sum() == pytest.approx(children, rel=1e-6)
    assert population_children.total(day, nation).value == children
    assert table.attrs["statement"] == population_children.STATEMENT
    assert "no official count" in population_children.STATEMENT


@pytest.mark.parametrize("level", population_children.LEVELS)
def test_every_estimate_lies_between_its_low_and_high(level: str) -> None:
    table = population_children.children(TODAY, level)
    assert (table["children_low"] <= table["children"]).all()
    assert (table["children"] <= table["children_high"]).all()
    assert (table["parents_low"] <= table["parents"]).all()
    assert (table["parents"] <= table["people"]).all()
    assert table["code"].is_unique
    assert not table.isna().any().any()
    if level == "authority":
        assert len(table) == 361
        assert (table["children_high"] / table["children_low"]).min() > 1.2


def test_people_are_those_of_the_baseline() -> None:
    table = population_children.children(TODAY, nation="England and Wales").set_index("code")["people"]
    base = baseline.baseline(TODAY)
    known = base.people("home").set_index("home")["people"].drop("unknown")
    # Need spreads people without a known home evenly over the others.
    assert (table / table.sum()).to_dict() == pytest.approx((known / known.sum()).to_dict(), abs=1e-6)


def test_poorer_sectors_have_more_children_affected() -> None:
    table = population_children.children(TODAY, "sector", nation="England and Wales").set_index("code")["children"]
    assert table["L4 0"] > 4 * table["GU4 7"]  # Liverpool's north, and the edge of Guildford


def test_own_counts_replace_the_estimate_where_they_are_given() -> None:
    before = population_children.children(TODAY)
    after = population_children.children(TODAY, own={"E06000052": 1_234, "E06000006": 0}).set_index("code")
    assert after.loc["E06000052", ["children_low", "children", "children_high"]].tolist() == [1_234] * 3
    assert after.loc["E06000006", "children"] == 0
    assert after["basis"].value_counts().to_dict() == {"estimate": 359, "own count": 2}
    rest = before.set_index("code").drop(["E06000052", "E06000006"])
    assert after.loc[rest.index, "children"].tolist() == rest["children"].tolist()
    assert population_children.children(TODAY)["children"].tolist() == before["children"].tolist()


def test_the_same_question_has_the_same_answer() -> None:
    population_children._estimate.cache_clear()  # noqa: SLF001 -- the cache must not be why they agree
    one = population_children.children(TODAY, nation="Northern Ireland")
    population_children._estimate.cache_clear()  # noqa: SLF001 -- as above
    assert one.equals(population_children.children(TODAY, nation="Northern Ireland"))


def test_unknown_levels_nations_and_areas_are_refused() -> None:
    with pytest.raises(InputError, match="authority or sector"):
        population_children.children(TODAY, "ward")
    with pytest.raises(InputError, match="England and Wales"):
        population_children.children(TODAY, nation="England")
    with pytest.raises(InputError, match="'X1'"):
        population_children.children(TODAY, own={"X1": 2})
