"""Dated prices: what is known on a day, what is not, and that every figure says where it comes from."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nearhome.analysis.costs import tariffs
from nearhome.data.errors import DateError, TableError

if TYPE_CHECKING:
    from pathlib import Path

ALL_KEYS = sorted({key for table in tariffs.TABLES for key in tariffs.keys(table)})


@pytest.mark.parametrize(
    ("key", "day", "pence"),
    [
        ("humber", date(2012, 3, 31), 300),  # Bridlington Free Press, 20 March 2012: halved from 1 April
        ("humber", date(2012, 4, 1), 150),
        ("dartford", date(2025, 8, 31), 250),  # KentOnline, 31 August 2025: 350 "from tomorrow"
        ("dartford", date(2025, 9, 1), 350),
        ("severn", date(2018, 12, 16), 560),  # ITV News Wales: no tolls from 17 December 2018
        ("severn", date(2018, 12, 17), 0),
        ("tamar", date(2025, 5, 12), 300),
        ("torpoint", date(2023, 1, 1), 260),
        ("tyne_tunnel", date(2024, 5, 1), 240),
        ("mersey_gateway", date(2026, 1, 1), 240),
        ("cleddau", date(2026, 1, 1), 0),
        ("forth", date(2008, 2, 10), 100),
        ("forth", date(2008, 2, 11), 0),
        ("tay", date(2026, 1, 1), 0),
        ("skye", date(2004, 12, 20), 570),
        ("skye", date(2026, 1, 1), 0),
        ("hwpv_mile_england_wales", date(2024, 5, 9), 13),
        ("hwpv_mile_england_wales", date(2024, 5, 10), 20),
        ("hwpv_mile_scotland", date(2025, 5, 9), 30),
    ],
)
def test_a_price_is_that_of_its_day(key: str, day: date, pence: int) -> None:
    assert tariffs.value(key, day).value == pence


def test_a_day_before_the_first_price_names_that_day() -> None:
    with pytest.raises(DateError, match=r"Humber Bridge is known before 1 January 2008, and 31 December 2007"):
        tariffs.value("humber", date(2007, 12, 31))


def test_a_span_without_a_source_is_a_gap_and_not_the_last_rate() -> None:
    assert tariffs.known("hwpv_mile_scotland", date(1996, 12, 31)) is not None
    assert tariffs.known("hwpv_mile_scotland", date(2008, 6, 1)) is None
    with pytest.raises(DateError, match=r"No source gives a price for .* on 1 June 2008"):
        tariffs.value("hwpv_mile_scotland", date(2008, 6, 1))


def test_an_unknown_key_is_refused_with_the_known_ones() -> None:
    with pytest.raises(TableError, match=r"'humbr'.*humber"):
        tariffs.value("humbr", date(2026, 1, 1))
    with pytest.raises(TableError, match=r"'trains'.*tolls"):
        tariffs.keys("trains")


@pytest.mark.parametrize("key", ALL_KEYS)
def test_every_figure_has_an_order_a_source_and_no_overlap(key: str) -> None:
    rates = tariffs.series(key)
    for rate in rates:
        assert 0 <= rate.low <= rate.value <= rate.high
        assert len(rate.source) > 10
        assert rate.unit
        if rate.confidence == "estimate":
            assert "general knowledge, unverified" in rate.source
            assert rate.low < rate.high
    for before, after in pairwise(rates):
        assert before.valid_to is not None
        assert before.valid_to < after.valid_from
    assert rates[-1].valid_to is None


@pytest.mark.parametrize("key", [key for key in ALL_KEYS if not key.startswith("hwpv")])
def test_every_price_of_a_journey_reaches_back_to_2008_without_a_gap(key: str) -> None:
    day = date(2008, 1, 1)
    while day < date(2027, 1, 1):
        assert tariffs.known(key, day) is not None
        day += timedelta(days=30)


@pytest.mark.parametrize("key", tariffs.keys("tolls"))
def test_every_toll_says_on_which_headings_it_is_taken(key: str) -> None:
    assert tariffs.series(key)[0].charged


@given(key=st.sampled_from(ALL_KEYS), day=st.dates(date(1990, 1, 1), date(2040, 1, 1)))
def test_what_is_known_holds_on_the_day(key: str, day: date) -> None:
    first = tariffs.series(key)[0].valid_from
    if day < first:
        with pytest.raises(DateError):
            tariffs.known(key, day)
        return
    rate = tariffs.known(key, day)
    holding = [
        each
        for each in tariffs.series(key)
        if each.valid_from <= day and (each.valid_to is None or day <= each.valid_to)
    ]
    assert holding == ([] if rate is None else [rate])


@pytest.mark.parametrize(
    ("day", "small", "middling"),
    [
        (date(2013, 9, 1), 15, 18),  # HMRC advisory fuel rates, petrol to 1400 cc and 1401 to 2000 cc
        (date(2013, 12, 1), 14, 16),
        (date(2016, 9, 1), 11, 13),
        (date(2019, 9, 1), 12, 14),
        (date(2020, 9, 1), 10, 12),
        (date(2021, 3, 1), 10, 12),
        (date(2026, 6, 1), 14, 17),
    ],
)
def test_petrol_a_mile_agrees_with_the_advisory_fuel_rates(day: date, small: int, middling: int) -> None:
    price, economy = tariffs.value("petrol_per_litre", day), tariffs.value("miles_per_gallon", day)
    pence_a_mile = price.value * 4.54609 / economy.value
    assert small * 0.9 <= pence_a_mile <= middling * 1.2  # the family's car is older than a company's
    assert price.low * 4.54609 / economy.high <= small
    assert middling <= price.high * 4.54609 / economy.low


@pytest.mark.parametrize(
    ("part", "pence"),
    [("car", 840), ("adult", 265)],  # Kilchoan to Tobermory from October 2015 (local report, 23 October 2015)
)
def test_the_road_equivalent_tariff_gives_a_published_fare(part: str, pence: int) -> None:
    day = date(2015, 11, 1)
    base, rate = tariffs.value(f"ret_base.{part}", day), tariffs.value(f"ret_per_mile.{part}", day)
    assert base.value + 4.7 * rate.value == pytest.approx(pence, rel=0.01)


def test_a_car_with_its_driver_pays_both_under_the_road_equivalent_tariff() -> None:
    day = date(2015, 11, 1)
    base = sum(tariffs.value(f"ret_base.{part}", day).value for part in ("car", "adult"))
    rate = sum(tariffs.value(f"ret_per_mile.{part}", day).value for part in ("car", "adult"))

    fare = tariffs.value("ullapool_stornoway.car", day)

    assert fare.value == pytest.approx(base + 52 * rate)
    assert "over 52 miles" in fare.source


def test_a_network_can_ask_which_crossings_are_priced() -> None:
    assert {"tamar", "torpoint", "cairnryan_larne", "penzance_st_marys"} <= tariffs.crossings()
    assert not any(key.startswith("ret_") or "." in key for key in tariffs.crossings())


def test_each_table_tells_its_version() -> None:
    assert set(tariffs.versions()) == {f"tariffs/{table}" for table in tariffs.TABLES}
    assert all(tariffs.versions().values())


RATE = '{ valid_from = 2020-01-01, value = 1, source = "x", confidence = "published" }'
SERIES = 'version = "1"\n[[series]]\nkey = "a"\ntitle = "A"\nunit = "p"\n'


@pytest.mark.parametrize(
    "damage",
    [
        "version = ",
        'version = "1"',
        'version = "1"\n[[series]]\nkey = "a"',
        f"{SERIES}rates = [ {RATE.replace('value = 1', 'value = [3, 2, 1]')} ]",
        f"{SERIES}rates = [ {RATE.replace('published', 'estimate')} ]",
        f"{SERIES}rates = [ {RATE.replace('published', 'certain')} ]",
        f"{SERIES}rates = [ {RATE}, {RATE} ]",
        f'{SERIES}charged = ["NW"]\nrates = [ {RATE} ]',
    ],
)
def test_a_damaged_table_is_one_clear_sentence(damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for table in tariffs.TABLES:
        (tmp_path / f"{table}.toml").write_text(damage, encoding="utf-8")
    monkeypatch.setattr(tariffs, "FOLDER", tmp_path)

    with pytest.raises(TableError, match=r"^Tariff table 'tolls' .*reinstall nearhome\.$"):
        tariffs.keys("tolls")
