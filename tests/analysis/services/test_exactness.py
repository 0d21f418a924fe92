"""All is all, none is none, and counts are what they are: nothing hangs on the last digit of a sum."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from nearhome.analysis.gap_report import protection
from nearhome.analysis.methods import disclosure
from nearhome.analysis.population import baseline, children, estate, families, prison_shares
from nearhome.analysis.services import coverage, cross_boundary, publishable
from nearhome.data.base import exact
from nearhome.data.places import areas

GUIDE = date(2008, 1, 1)


@pytest.fixture(scope="module")
def officers() -> coverage.Coverage:
    """Return the coverage of an officer in every prison of Scotland."""
    return coverage.assess(as_of=GUIDE, kind="family_contact_officer")


def _own(count: int) -> dict[str, int]:
    return dict.fromkeys(areas.authorities(), count)


def test_children_make_up_the_published_total_of_their_nation() -> None:
    for nation in estate.NATIONS:
        published = children.total(GUIDE, nation).value
        for level in children.LEVELS:
            assert children.children(GUIDE, level, nation=nation)["children"].sum() == published


def test_parts_of_sectors_make_up_their_authority_in_whole_parts() -> None:
    where = families.families(GUIDE)
    group = where.by("authority")
    table = children.children(GUIDE).set_index("code")
    assert (group.sums(where.children) == table.loc[list(group.codes), "children"]).all()
    assert (group.sums(where.held) == table.loc[list(group.codes), "people"]).all()
    assert (np.rint(where.children * exact.PERSON) == where.children * exact.PERSON).all()
    assert table["people"].sum() == sum(each.people for n in estate.NATIONS for each in estate.estate(GUIDE, n).held)


def test_the_people_of_each_prison_are_as_published() -> None:
    known = baseline.baseline(GUIDE)
    held = {each.prison_id: 0 for each in estate.estate(GUIDE).held}
    for each in estate.estate(GUIDE).held:
        held[each.prison_id] += each.people
    assert known.flows().sum(axis=0).tolist() == [held[name] for name in known.prisons]


def test_all_prisons_together_hold_everybody() -> None:
    held = prison_shares.shares(GUIDE)
    assert set(held.at(held.prisons).tolist()) == {1.0}
    assert set(held.at(()).tolist()) == {0.0}


def test_where_everybody_is_reached_nobody_is_left(officers: coverage.Coverage) -> None:
    nations = areas.authorities()
    scotland = [nations[code].nation == "Scotland" for code in officers.table["code"]]
    there = officers.table[scotland]
    assert set(there["share_prison"]) == {1.0}
    assert set(there["children_not_covered"]) == {0.0}
    shown, _ = publishable.shown(officers)
    assert set(shown.loc[scotland, "children_not_covered"]) == {0.0}
    safe = protection.protect(officers)
    assert {safe.count(code, protection.UNREACHED) for code in there["code"]} == {0.0}


def test_a_part_and_the_rest_of_it_are_whole(officers: coverage.Coverage) -> None:
    table = cross_boundary.by_authority(GUIDE, kind="family_contact_officer")
    ends = table[["both", "home_only", "prison_only", "neither"]].sum(axis=1)
    assert set(ends) == {1.0}
    assert set(officers.table["no_place"]) == {0.0}


def test_a_count_of_five_everywhere_is_five_and_shown() -> None:
    found = coverage.assess(as_of=GUIDE, own_need=_own(disclosure.THRESHOLD))
    assert set(found.table["children"]) == {5.0}
    bare = coverage.assess(as_of=GUIDE, own_need=_own(disclosure.THRESHOLD), services=())
    assert set(bare.table["children_not_covered"]) == {5.0}
    shown = disclosure.suppressed(bare.table["children"].to_numpy(float))
    assert shown.suppressed == 0


def test_a_count_of_fifteen_rounds_alike_everywhere() -> None:
    found = coverage.assess(as_of=GUIDE, own_need=_own(15), services=())
    safe = protection.protect(found)
    assert {safe.count(code) for code in found.table["code"]} == {20.0}
    rounded = disclosure.rounded(found.table["children"].to_numpy(float), base=10)
    assert set(rounded.row_totals) == {20.0}


def test_sums_that_miss_a_whole_number_in_the_last_digit_are_that_number() -> None:
    thirds = np.full((1, 3), 5 / 3)
    assert float(np.nextafter(5, 0)) < disclosure.THRESHOLD
    shown = disclosure.suppressed([[float(np.nextafter(5, 0))], [1e-13], [20.0]])
    assert [row[0] for row in shown.cells] == [5.0, 0.0, 20.0]
    assert disclosure.rounded(thirds * 3, base=10).total == 20.0
    assert disclosure.held_back([float(np.nextafter(5, 0)), 40.0], [[0], [0, 1]], base=10).tolist() == [False, False]
