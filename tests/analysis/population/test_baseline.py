"""Who is held where: every published margin is met, draws are exact, and the parts keep their invariants."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from nearhome.analysis.methods import gravity
from nearhome.analysis.population import baseline, cohorts, estate, homes
from nearhome.data.base import coordinates
from nearhome.data.catalogue import tables
from nearhome.data.checks import check
from nearhome.data.errors import InputError, TableError
from nearhome.data.places import areas as area_finder
from nearhome.data.prisons import published_figures, register
from tests.paths import SHARED

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 11, 21)
GUIDE = date(2008, 1, 1)
SOURCES = SHARED / "data"


@pytest.mark.parametrize(
    ("day", "men", "women"),
    [
        (TODAY, 45, 45),
        (date(2022, 3, 31), 45, 45),
        (date(2016, 3, 31), 43, 47),
        (date(2010, 5, 14), 51, 56),
        (date(2007, 2, 1), 50, 55),
        (date(2006, 10, 1), 50, 58),
    ],
)
def test_average_distances_are_those_published(day: date, men: int, women: int) -> None:
    base = baseline.baseline(day)
    assert base.mean_miles("male") == pytest.approx(men, abs=0.01)
    assert base.mean_miles("female") == pytest.approx(women, abs=0.01)


@pytest.mark.parametrize(("day", "total"), [(TODAY, 86_267), (date(2016, 5, 27), 85_422), (date(2011, 1, 28), 84_145)])
def test_every_prison_holds_exactly_its_published_people(day: date, total: int) -> None:
    base = baseline.baseline(day)
    column = {2026: "population_2026_07_27", 2016: "population_2016_05_27", 2011: "population_2011_01_28"}[day.year]
    found = dict(zip(base.prisons, base.flows().sum(axis=0), strict=True))
    joint = {second: first for first, second in (item.split("+") for item, _ in published_figures.items("joint", day))}
    sums: dict[str, float] = {}
    for prison, people in found.items():
        owner = joint[prison] if prison in joint and _is_joint(prison, column) else prison
        sums[owner] = sums.get(owner, 0.0) + people
    for row in tables.read_rows("prisons", dict):
        if row["service"].endswith("(E&W)") and row[column]:
            assert sums.get(row["id"], 0.0) == pytest.approx(int(row[column]), abs=1e-6), row["id"]
    assert sum(found.values()) == pytest.approx(total, abs=1e-6)


def _is_joint(prison: str, column: str) -> bool:
    return next(not row[column] for row in tables.read_rows("prisons", dict) if row["id"] == prison)


@pytest.mark.parametrize("day", [TODAY, date(2011, 1, 28), GUIDE])
def test_regions_of_origin_have_their_published_shares(day: date) -> None:
    # PQ 217243, 30 September 2014, as printed.
    origins = {
        "East Midlands": 6_733,
        "East of England": 6_075,
        "Greater London": 17_611,
        "Kent & Sussex": 3_778,
        "North East": 4_043,
        "North West": 13_522,
        "South Central": 4_216,
        "South West": 5_280,
        "Wales": 4_729,
        "West Midlands": 8_111,
        "Yorkshire & Humberside": 9_463,
    }
    found = baseline.baseline(day).people("region").set_index("region")["people"]
    known = found.drop("unknown")
    assert set(known.index) == set(origins)
    for region, people in origins.items():
        assert known[region] / known.sum() == pytest.approx(people / sum(origins.values()), rel=0.001)
    if day == TODAY:  # nobody is detained for immigration: the unknown are those of the answer
        assert found["unknown"] / found.sum() == pytest.approx(2_137 / 85_698, rel=1e-6)


def test_women_come_from_where_courts_send_them_to_prison() -> None:
    base = baseline.baseline(TODAY)
    table = base.people(["police", "sex"])
    women = table[(table["sex"] == "female") & (table["police"] != "unknown")].set_index("police")["people"]
    population_of = {}
    for each in area_finder.authorities().values():
        if each.police:
            force = each.police.replace("London, City of", "Metropolitan Police")
            population_of[force] = population_of.get(force, 0) + each.population
    women = women.rename({"London, City of": "Metropolitan Police"}).groupby(level=0).sum()
    # Printed for 2022: Cleveland 46.5 and Surrey 4.2 women per 100,000.
    ratio = (women["Cleveland"] / population_of["Cleveland"]) / (women["Surrey"] / population_of["Surrey"])
    assert ratio == pytest.approx(46.5 / 4.2, rel=0.01)


def test_what_was_published_besides_is_near() -> None:
    # The shape of the decay was chosen by the number over 100 miles; Telford's had no part in the model.
    base = baseline.baseline(date(2006, 9, 30))
    assert base.share_beyond(100) * base.counts[:-1].sum() == pytest.approx(10_700, rel=0.1)
    telford = base.people("home").set_index("home").loc["E06000020", "people"]
    assert telford == pytest.approx(226, rel=0.15)  # the SCIE guide of 2008


def test_shares_of_the_whole_system_are_those_asked_for() -> None:
    table = baseline.baseline(TODAY).people(["sex", "age", "status", "category", "sentence"])
    remand = table.loc[table["status"] == "remand", "people"].sum()
    assert remand / table["people"].sum() == pytest.approx(0.2, abs=0.005)
    women = table[table["sex"] == "female"]
    assert set(women["category"]) == {"none", "closed", "open"}
    assert not ((table["category"] == "A") & (table["age"] != "21+")).any()


def test_no_one_is_held_where_they_could_not_be() -> None:
    table = baseline.baseline(TODAY).people(["prison", "sex", "age", "category"])
    for row in table.itertuples():
        prison = register.by_id(row.prison)
        assert prison.holds(row.sex)
        assert row.age != "15-17" or "YCS_U18" in prison.categories
        assert row.category != "A" or "A" in prison.categories
        assert row.category != "open" or "FEMALE_OPEN" in prison.categories
        assert "D_OPEN" not in prison.categories or row.category == "D"


def test_people_before_trial_are_held_nearer_than_others() -> None:
    base = baseline.baseline(TODAY)
    remand = np.array([base.cohorts[number].status == "remand" for number in base.column_cohort])
    miles = base.miles[:-1][:, base.column_prison]

    def mean(columns: np.ndarray) -> float:
        return float((base.counts[:-1] * miles)[:, columns].sum() / base.counts[:-1][:, columns].sum())

    assert mean(remand) < 0.6 * mean(~remand)


def test_the_same_seed_draws_the_same_people_and_every_prison_is_full() -> None:
    base = baseline.baseline(TODAY)
    one, again, other = base.draw(7), base.draw(7), base.draw(8)
    assert len(one.home) == 86_267
    assert (one.home == again.home).all()
    assert (one.prison == again.prison).all()
    assert (one.cohort == again.cohort).all()
    assert len(other.home) != len(one.home) or (other.home != one.home).any()
    held = np.bincount(one.prison, minlength=len(base.prisons))
    assert (held == np.rint(base.flows().sum(axis=0))).all()
    region = np.array([*base.regions, homes.UNKNOWN])
    expected = base.people("region").set_index("region")["people"]
    for name, people in expected.items():
        assert (region[one.home] == name).sum() == pytest.approx(people, rel=0.01)
    assert np.nanmean(base.miles[one.home, one.prison]) == pytest.approx(45, abs=1)
    pairs = set(zip(base.column_prison.tolist(), base.column_cohort.tolist(), strict=True))
    assert set(zip(one.prison.tolist(), one.cohort.tolist(), strict=True)) <= pairs


def test_variants_fit_too_and_differ() -> None:
    base, other = baseline.baseline(TODAY), baseline.variant(TODAY, 3)
    assert other.flows().sum(axis=0) == pytest.approx(base.flows().sum(axis=0))
    assert other.mean_miles("male") == pytest.approx(45, abs=0.51)
    assert np.abs(other.counts.sum(axis=1) / base.counts.sum(axis=1) - 1).max() > 0.05
    assert (baseline.variant(TODAY, 3).counts == other.counts).all()
    low, high = baseline.interval([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]], share=0.5)
    assert low.tolist() == [1.5, 15.0]
    assert high.tolist() == [2.5, 25.0]


@pytest.mark.parametrize(
    ("nation", "day", "total", "women"),
    [
        ("Scotland", TODAY, 8_179, 468),
        ("Northern Ireland", TODAY, 1_879, 78),
        ("Northern Ireland", GUIDE, 1_467, 39),
        ("Northern Ireland", date(2013, 6, 1), 1_826, 61),
    ],
)
def test_scotland_and_northern_ireland_are_systems_of_their_own(nation: str, day: date, total: int, women: int) -> None:
    base = baseline.baseline(day, nation)
    assert base.total == pytest.approx(total)
    assert base.flows("female").sum() == pytest.approx(women)
    assert {area_finder.authority(code).nation for code in base.homes[:-1]} == {nation}
    assert any(word in " ".join(base.notes) for word in ("2012", "2024", "2008", "2013"))


def test_a_baseline_says_that_it_is_modelled() -> None:
    base = baseline.baseline(GUIDE)
    assert base.notes[0] == baseline.STATEMENT
    assert "partial" in " ".join(base.notes)
    assert set(base.versions()) >= {"prisons", "published_figures", "sector_people"}


def test_unknown_words_are_refused_with_what_is_known() -> None:
    with pytest.raises(InputError, match="Scotland"):
        baseline.baseline(TODAY, "Wales")
    with pytest.raises(InputError, match="'colour'"):
        baseline.baseline(TODAY).people("colour")
    with pytest.raises(TableError, match="distance"):
        published_figures.items("distances", TODAY)


def test_figures_as_of_a_day_are_the_latest_by_then() -> None:
    assert published_figures.figure("distance", "mean", date(2012, 3, 30), "female").value == 47
    assert published_figures.figure("distance", "mean", date(2012, 3, 31), "female").value == 45
    assert published_figures.figure("distance", "mean", date(1999, 1, 1), "male").day == date(2006, 9, 30)


def test_the_women_of_2006_sum_to_their_published_number() -> None:
    held = estate.estate(GUIDE)
    assert held.day == date(2006, 7, 21)
    assert sum(each.people for each in held.held if each.sex == "female") == 4_392
    ids = {each.prison_id for each in held.held}
    assert {"ALI", "PKI", "CHI"} <= ids  # Isle of Wight before the merger
    assert "IWI" not in ids
    assert "OWI" not in ids  # opened in 2012


def test_miles_are_the_weighted_mean_of_sectors() -> None:
    where = homes.sectors("Northern Ireland")
    lat, lon = np.array([54.52, 55.1]), np.array([-6.25, -6.9])
    found = homes.crow_miles("Northern Ireland", 10.0, lat, lon)
    inside = np.flatnonzero(where.authority == 4)
    weight = where.weights(10.0)[inside]
    by_hand = [coordinates.crow_miles(where.lat[row], where.lon[row], float(lat[1]), float(lon[1])) for row in inside]
    assert found[4, 1] == pytest.approx(np.average(by_hand, weights=weight), abs=10**-homes.MILE_DECIMALS)


def test_the_most_deprived_tenth_has_so_many_times_the_rate_of_the_least() -> None:
    where = homes.sectors("England and Wales")
    rate = where.weights(10.0) / where.people
    # Of two sectors 0.9 apart, the rates are ten to one.
    a, b = int(np.argmax(where.deprivation)), int(np.argmin(where.deprivation))
    apart = where.deprivation[a] - where.deprivation[b]
    assert rate[a] / rate[b] == pytest.approx(10 ** (apart / 0.9))


_POSITIVE = st.floats(0.01, 10.0)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_balanced_flows_have_both_totals_and_keep_odds(data: st.DataObject) -> None:
    rows, columns = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 5))
    kernel = data.draw(npst.arrays(float, (rows, columns), elements=_POSITIVE))
    across = data.draw(npst.arrays(float, rows, elements=_POSITIVE))
    down = data.draw(npst.arrays(float, columns, elements=_POSITIVE))
    down *= across.sum() / down.sum()
    flows = gravity.balance(kernel, across, down)
    assert flows.sum(axis=0) == pytest.approx(down, rel=1e-9)
    assert flows.sum(axis=1) == pytest.approx(across, abs=1e-4 * across.sum())
    assert (flows >= 0).all()
    if min(rows, columns) > 1:  # cross ratios are the kernel's: the model adds no structure of its own
        odds = flows[0, 0] * flows[1, 1] / (flows[0, 1] * flows[1, 0])
        assert odds == pytest.approx(kernel[0, 0] * kernel[1, 1] / (kernel[0, 1] * kernel[1, 0]), rel=1e-6)


def test_totals_that_cannot_be_met_are_refused() -> None:
    with pytest.raises(InputError, match="make them the same"):
        gravity.balance(np.ones((2, 2)), np.array([1.0, 2.0]), np.array([1.0, 1.0]))
    with pytest.raises(InputError, match="cannot be reached"):
        gravity.balance(np.eye(2), np.array([1.0, 2.0]), np.array([2.0, 1.0]))


@settings(max_examples=60, deadline=None)
@given(st.floats(0.5, 49.0))
def test_the_steepness_that_gives_a_mean_is_found(target: float) -> None:
    found = gravity.solve(lambda steepness: 50 / (1 + steepness), target, 0.3)
    assert 50 / (1 + found) == pytest.approx(target, abs=2e-3)


def test_a_mean_out_of_reach_is_refused() -> None:
    with pytest.raises(InputError, match="out of reach"):
        gravity.solve(lambda steepness: 50 / (1 + steepness), 60.0, 0.3)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_raking_meets_rows_exactly_and_a_share_that_is_free(data: st.DataObject) -> None:
    rows, columns = data.draw(st.integers(1, 6)), data.draw(st.integers(2, 6))
    start = data.draw(npst.arrays(float, (rows, columns), elements=_POSITIVE))
    totals = data.draw(npst.arrays(float, rows, elements=_POSITIVE))
    share = data.draw(st.floats(0.1, 0.9))
    part = np.arange(columns) < 1
    found = cohorts.rake(start, [(part, np.ones(columns, dtype=bool), share)], totals)
    assert found.sum(axis=1) == pytest.approx(totals)
    assert found[:, 0].sum() / found.sum() == pytest.approx(share, abs=1e-3)


@pytest.mark.skipif(not SOURCES.is_dir(), reason="the source files are not here")
def test_the_tables_are_built_again_byte_for_byte(tmp_path: Path) -> None:
    from nearhome.data.build import published as figures
    from nearhome.data.build import sector_people

    figures.build(SOURCES, tmp_path)
    sector_people.build(SOURCES, tmp_path)
    for name in ("published_figures", "prison_roles", "sector_people"):
        file = tables.file_of(name)
        assert (tmp_path / file).read_bytes() == (tables.shipped_folder() / file).read_bytes()
        assert check.check(name) == []
