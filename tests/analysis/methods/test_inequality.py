"""Measures of inequality: the worked example of R's ``accessibility`` (MIT), PySAL's ``inequality``, and invariants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nearhome.analysis.methods import inequality
from nearhome.analysis.methods.inequality import (
    concentration,
    deciles,
    gini,
    palma,
    shortfall,
    theil,
    weighted_quantiles,
)
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

NAN = float("nan")
ACCESS, PEOPLE = [22_239, 36_567, 42_372, 55_571, 26_774], [852, 394, 1969, 2189, 0]
INCOME, DECILE = [4757.8, 1627.8, 543.1, 3822.0, NAN], [10, 6, 1, 10, 0]
WITHOUT_D = [0, 1, 2, 4]

PLACES = st.lists(st.tuples(st.integers(0, 300), st.integers(1, 40)), min_size=1, max_size=25)


def columns(places: Sequence[tuple[int, int]]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    return tuple(np.array(column, float) for column in zip(*places, strict=True))  # type: ignore[return-value] -- two


def without_d(column: Sequence[float]) -> list[float]:
    return [column[at] for at in WITHOUT_D]


@pytest.mark.parametrize(
    ("kept", "g", "standard", "erreygers", "ratio"),
    [
        (range(5), 0.1386, -0.0248, -0.1314, 1.0911),
        (WITHOUT_D, 0.1148, -0.1148, -0.8282, 0.5249),
    ],
)
def test_five_zones(kept: Sequence[int], g: float, standard: float, erreygers: float, ratio: float) -> None:
    access, people, income, tenth = ([column[at] for at in kept] for column in (ACCESS, PEOPLE, INCOME, DECILE))
    assert round(gini(access, people).value, 4) == g
    assert round(concentration(access, people, income).value, 4) == standard
    assert round(concentration(access, people, income, kind="erreygers").value, 4) == erreygers
    found = palma(access, people, tenth)
    assert round(found.value, 4) == ratio
    assert found.bottom == 42_372


def test_shortfalls_of_five_zones() -> None:
    found = shortfall(ACCESS, PEOPLE, 100_000, worse="below")
    assert (found.value, round(found.depth, 4), round(found.severity, 4)) == (1, 0.5588, 0.3256)
    found = shortfall(without_d(ACCESS), without_d(PEOPLE), 100_000, worse="below")
    assert (found.value, round(found.depth, 4), round(found.severity, 4)) == (1, 0.6367, 0.4129)
    none = shortfall(ACCESS, PEOPLE, 10_000, worse="below")
    assert (none.value, none.depth, none.severity) == (0, 0, 0)


def test_theil_of_five_zones() -> None:
    found = theil([13_991, *ACCESS[:4]], [1011, *PEOPLE[:4]], [3, *DECILE[:4]])
    assert [round(value, 4) for value in (found.value, found.between, found.within)] == [0.0852, 0.0515, 0.0337]
    found = theil(ACCESS[:4], PEOPLE[:4], DECILE[:4])
    assert [round(value, 4) for value in (found.value, found.between, found.within)] == [0.0378, 0.0021, 0.0357]


def test_agreement_with_the_package_inequality() -> None:
    i = np.arange(1, 41)
    values, people = (i * 0.618034) % 1 * 100, (i * 7) % 5 + 1
    # inequality 1.1.2 on each person apart: Gini(rep).g, TheilD(rep, groups)
    assert gini(values, people).value == pytest.approx(0.31074996738092375, rel=1e-12)
    found = theil(values, people, i % 3)
    assert found.value == pytest.approx(0.17572025669922048, rel=1e-12)
    assert (found.between, found.within) == pytest.approx((0.001410725, 0.174309532), abs=1e-9)


@given(PLACES)
def test_gini_is_half_the_relative_mean_difference(places: list[tuple[int, int]]) -> None:
    values, people = columns(places)
    assume(values @ people > 0)
    apart = np.repeat(values, people.astype(int))
    expected = np.abs(apart[:, None] - apart).mean() / apart.mean() / 2
    assert gini(values, people).value == pytest.approx(expected, abs=1e-12)


@given(PLACES, st.floats(0.01, 1000), st.floats(0.01, 1000))
def test_units_and_scale_change_nothing(places: list[tuple[int, int]], unit: float, scale: float) -> None:
    values, people = columns(places)
    group = np.arange(len(values)) % 3
    rank = np.arange(len(values)) % 4
    tenth = deciles(rank, people)
    figures = [
        lambda v, p: gini(v, p).value,
        lambda v, p: theil(v, p, group).value,
        lambda v, p: theil(v, p, group).between,
        lambda v, p: concentration(v, p, rank).value,
        lambda v, p: concentration(v, p, rank, kind="erreygers").value,
        lambda v, p: palma(v, p, tenth).value,
    ]
    for figure in figures:
        assert figure(values * unit, people * scale) == pytest.approx(figure(values, people), abs=1e-9, nan_ok=True)
    assert np.array_equal(deciles(rank, people * scale), tenth)


@given(PLACES)
def test_theil_adds_up_and_is_never_negative(places: list[tuple[int, int]]) -> None:
    values, people = columns(places)
    assume(values @ people > 0)
    group = np.arange(len(values)) % 3
    found = theil(values, people, group)
    mean = values @ people / people.sum()
    within = sum(
        (values[at] @ people[at]) / (values @ people) * theil(values[at], people[at], group[at]).value
        for at in (group == each for each in np.unique(group))
        if values[at] @ people[at] > 0
    )
    assert found.within == pytest.approx(within, abs=1e-9)
    assert min(found.value, found.between, found.within) >= -1e-12
    assert found.value <= np.log(people.sum() * values.max() / (mean * people.sum())) + 1e-9


@given(PLACES)
def test_concentration_by_the_values_themselves_is_gini_and_swaps_its_sign(places: list[tuple[int, int]]) -> None:
    values, people = columns(places)
    assume(values @ people > 0)
    assert concentration(values, people, values).value == pytest.approx(gini(values, people).value, abs=1e-12)
    assert concentration(values, people, -values).value == pytest.approx(-gini(values, people).value, abs=1e-12)
    top = values.max() + 1
    good = concentration(values, people, values[::-1], kind="erreygers", bounds=(0, top)).value
    bad = concentration(top - values, people, values[::-1], kind="erreygers", bounds=(0, top)).value
    assert good == pytest.approx(-bad, abs=1e-9)


@given(PLACES, st.lists(st.floats(0, 1), min_size=1, max_size=4))
def test_quantiles_are_those_of_each_person_apart(places: list[tuple[int, int]], shares: list[float]) -> None:
    values, people = columns(places)
    apart = np.sort(np.repeat(values, people.astype(int)))
    position = np.ceil(np.array(shares) * len(apart) * (1 - 1e-12)).astype(int) - 1
    assert weighted_quantiles(values, people, shares).tolist() == apart[np.maximum(0, position)].tolist()


def test_deciles_hold_a_tenth_each_and_equal_ranks_stay_together() -> None:
    random = np.random.default_rng(2)
    rank, people = random.random(4000), random.integers(1, 5, 4000)
    tenth = deciles(rank, people)
    counts = np.bincount(tenth, people)[1:]
    assert counts == pytest.approx(np.full(10, people.sum() / 10), rel=0.01)
    assert (np.diff(tenth[rank.argsort()]) >= 0).all()
    assert len(set(deciles([1, 1, 2, 2, NAN], [1, 9, 5, 5, 3])[:2].tolist())) == 1
    assert deciles([1, NAN], [1, 3])[1] == 0


def test_a_decile_table_counts_everyone_once() -> None:
    random = np.random.default_rng(3)
    values, people, tenth = random.random(300) * 90, random.integers(0, 9, 300), random.integers(1, 11, 300)
    values[::7] = NAN
    rows = inequality.decile_table(values, people, tenth)
    assert [row.decile for row in rows] == list(range(1, 11))
    assert sum(row.people + row.left_out for row in rows) == people.sum()
    known = np.isfinite(values)
    whole = sum(row.mean * row.people for row in rows)
    assert whole == pytest.approx(values[known] @ people[known])
    assert "most deprived tenth, travel time is" in rows[0].sentence("travel time")


@given(PLACES, st.integers(1, 300))
def test_depth_is_never_more_than_share_for_what_cannot_fall_below_nought(
    places: list[tuple[int, int]], line: int
) -> None:
    values, people = columns(places)
    found = shortfall(values, people, line, worse="below")
    assert 1 >= found.value >= found.depth >= found.severity >= 0
    apart = np.repeat(values, people.astype(int))
    assert found.value == pytest.approx((apart < line).mean())
    above = shortfall(values, people, line)
    assert above.value == pytest.approx((apart > line).mean())
    assert above.depth == pytest.approx(np.maximum(0, apart - line).mean() / line)


def test_people_without_a_way_are_counted_apart_and_said() -> None:
    minutes, people = [30, 150, NAN, float("inf")], [10, 10, 5, 2]
    for found in (gini(minutes, people), theil(minutes, people, list("abcd")), shortfall(minutes, people, 120)):
        assert (found.people, found.left_out) == (20, 7)
    assert gini(minutes, people).value == gini(minutes[:2], people[:2]).value
    said = shortfall(minutes, people, 120).sentence("journey in minutes")
    assert said == (
        "50% of people have a journey in minutes above 120, by 25% of it on average. "
        "Not counted: 7 people with no way to get there or no figure."
    )


def test_sentences_are_plain() -> None:
    assert gini(ACCESS, PEOPLE).sentence("jobs in reach").startswith("Two people picked at random differ in jobs")
    found = theil(ACCESS[:4], PEOPLE[:4], DECILE[:4])
    assert "5% lies between tenths and 95% within" in found.sentence("jobs", "tenths")
    assert theil([5, 5], [1, 1], ["a", "b"]).sentence("jobs", "tenths") == "Everyone has the same jobs."
    assert "46,232 for the least deprived tenth" in palma(ACCESS, PEOPLE, DECILE).sentence("jobs in reach")
    assert "higher in more deprived areas than in less" in concentration(ACCESS, PEOPLE, INCOME).sentence("jobs")
    assert "Nothing can be said" in gini([], []).sentence("jobs")


def test_the_bootstrap_repeats_and_holds_the_mean() -> None:
    random = np.random.default_rng(5)
    values, people = random.normal(60, 10, 400), np.ones(400)

    def mean(weight: Any) -> float:
        return float(values @ weight / weight.sum())

    one, same, other = (inequality.bootstrap(mean, people, seed=seed) for seed in (1, 1, 2))
    assert one == same != other
    half = 1.96 * values.std() / 20  # what theory says of a mean
    assert (one.low, one.high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.25)
    assert "999 draws, seed 1" in one.sentence("the average")


def test_strata_keep_their_number_of_places() -> None:
    strata = np.array([0] * 5 + [1] * 20)

    def first(weight: Any) -> float:
        return float(weight[strata == 0].sum())

    found = inequality.bootstrap(first, np.ones(25), strata=strata, draws=50)
    assert (found.low, found.high) == (5, 5)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: gini([1, -2], [1, 1]), r"negative \(-2\)"),
        (lambda: gini([1, 2], [1]), "people has 1 values"),
        (lambda: theil([1, 2], [1, 1], ["a"]), "groups has the shape"),
        (lambda: palma([1, 2], [1, 1], [1, 11]), "11 is no decile"),
        (lambda: shortfall([1], [1], 0), "line to measure against is 0"),
        (lambda: weighted_quantiles([1], [1], [1.5]), "1.5"),
        (lambda: concentration([1, 9], [1, 1], [1, 2], kind="erreygers", bounds=(0, 5)), "do not hold"),
        (lambda: inequality.bootstrap(lambda _: 0.0, [1], draws=1), "1 draws"),
    ],
)
def test_bad_input_is_one_sentence(call: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()


@given(st.floats(0.01, 5_000), st.integers(1, 40), st.integers(0, 1_000))
def test_where_all_have_the_same_every_measure_is_nought(value: float, places: int, seed: int) -> None:
    people = np.random.default_rng(seed).random(places) + 0.01
    held = np.full(places, value)
    groups = np.arange(places) % 3
    theil = inequality.theil(held, people, groups)
    figures = (
        inequality.gini(held, people).value,
        theil.value,
        theil.between,
        theil.within,
        inequality.concentration(held, people, np.arange(places)).value,
    )
    assert figures == (0.0, 0.0, 0.0, 0.0, 0.0)
    assert not any(np.signbit(figures))
    assert theil.sentence("travel time", "regions") == "Everyone has the same travel time."
    assert "-0" not in inequality.gini(held, people).sentence("travel time")
