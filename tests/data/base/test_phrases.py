"""Plain-English phrases: what they say, and that they never mislead by rounding."""

from __future__ import annotations

import re
from datetime import date

import pytest
from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from nearhome.app.wording import names
from nearhome.data.base import phrases
from nearhome.geo.roads.conditions import Conditions

MINUTES = st.floats(min_value=0, max_value=10_000)
PENCE = st.integers(min_value=0, max_value=10_000_000)


def minutes_said(phrase: str) -> int:
    """Read a duration back, independently of how it was written."""
    hours = re.search(r"(\d+) hours?", phrase)
    minutes = re.search(r"(\d+) minutes?", phrase)
    return 60 * int(hours[1] if hours else 0) + int(minutes[1] if minutes else 0)


@pytest.mark.parametrize(
    ("minutes", "phrase"),
    [
        (0, "less than a minute"),
        (0.4, "less than a minute"),
        (1, "1 minute"),
        (54.6, "55 minutes"),
        (59.4, "59 minutes"),
        (59.7, "1 hour"),
        (62.4, "1 hour"),
        (62.5, "1 hour 5 minutes"),
        (130, "2 hours 10 minutes"),
        (178, "3 hours"),
        (1500, "25 hours"),
    ],
)
def test_durations_read_as_people_say_them(minutes: float, phrase: str) -> None:
    assert phrases.duration(minutes) == phrase


@given(MINUTES)
def test_a_duration_is_never_further_off_than_its_rounding(minutes: float) -> None:
    assert abs(minutes_said(phrases.duration(minutes)) - minutes) <= (0.5 if minutes < 59.5 else 2.5)


@given(MINUTES)
def test_a_duration_never_says_sixty_minutes_or_one_hours(minutes: float) -> None:
    phrase = phrases.duration(minutes)
    assert not re.search(r"\b60 minutes|\b1 hours|\b1 minutes|\b0 ", phrase)


@given(MINUTES, MINUTES)
def test_longer_times_never_sound_shorter(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert minutes_said(phrases.duration(low)) <= minutes_said(phrases.duration(high))


def test_a_range_of_times_that_sounds_the_same_is_said_once() -> None:
    assert phrases.duration_between(119, 121) == "about 2 hours"
    assert phrases.duration_between(110, 150) == "between 1 hour 50 minutes and 2 hours 30 minutes"


@pytest.mark.parametrize(
    ("pence", "exact", "about"),
    [
        (0, "£0", "nothing"),
        (5, "5p", "less than £1"),
        (95, "95p", "about £1"),
        (100, "£1", "about £1"),
        (2340, "£23.40", "about £23"),
        (2350, "£23.50", "about £24"),
        (123_400, "£1,234", "about £1,234"),
    ],
)
def test_money_is_exact_or_about(pence: int, exact: str, about: str) -> None:
    assert phrases.money(pence) == exact
    assert phrases.about_money(pence) == about


@given(PENCE)
def test_exact_money_can_be_read_back(pence: int) -> None:
    phrase = phrases.money(pence)
    said = int(phrase[:-1]) if phrase.endswith("p") else round(100 * float(phrase[1:].replace(",", "")))
    assert said == pence


@given(PENCE, PENCE)
def test_a_range_of_money_is_in_order_and_within_a_pound(one: int, other: int) -> None:
    low, high = sorted((one, other))
    said = [100 * int(number.replace(",", "")) for number in re.findall(r"£([\d,]+)", phrases.money_between(low, high))]
    assert said == sorted(said)
    if len(said) == 2:
        assert abs(said[0] - low) <= 50
        assert abs(said[1] - high) <= 50


def test_a_known_sum_stays_exact_in_a_table_of_estimates() -> None:
    assert (phrases.estimate(260, 260, 260), phrases.band(260, 260)) == ("£2.60", "£2.60")
    assert (phrases.estimate(3120, 2500, 3900), phrases.band(2500, 3900)) == ("£31", "£25 to £39")


@pytest.mark.parametrize(
    ("distance", "phrase"),
    [(0.2, "less than 1 mile"), (1.1, "1 mile"), (84.3, "84 miles"), (1234.5, "1,235 miles")],
)
def test_distances_are_to_the_mile(distance: float, phrase: str) -> None:
    assert phrases.miles(distance) == phrase


@pytest.mark.parametrize(
    ("metres", "phrase"),
    [
        (10, "less than 50 metres"),
        (80, "about 100 metres"),
        (610, "about 600 metres"),
        (980, "about 1 km"),
        (3400, "about 3 km"),
    ],
)
def test_precision_is_said_roughly(metres: float, phrase: str) -> None:
    assert phrases.precision(metres) == phrase


def test_small_phrases() -> None:
    assert phrases.day(date(2026, 11, 1)) == "1 November 2026"
    assert phrases.people(1, 0) == "1 adult"
    assert phrases.people(2, 1) == "2 adults and 1 child"
    assert phrases.people(1, 2) == "1 adult and 2 children"
    assert phrases.listing(["a"]) == "a"
    assert phrases.listing(["a", "b", "c"]) == "a, b and c"
    assert phrases.sentence("you get Universal Credit") == "You get Universal Credit."
    assert phrases.sentence("Is it so?") == "Is it so?"


@pytest.mark.parametrize(
    ("network", "phrase"),
    [
        ("shipped", "the main roads that come with nearhome"),
        ("imported:devon", "all the roads of devon, which you imported, and main roads beyond"),
    ],
)
def test_roads_are_named(network: str, phrase: str) -> None:
    assert names.roads(network) == phrase


@pytest.mark.parametrize(
    ("conditions", "phrase"),
    [
        (Conditions(), ""),
        (Conditions(closed=("tamar",)), "tamar closed"),
        (Conditions(closed=("tamar", "A30"), slower=1.2), "tamar and A30 closed, roads 20 % slower"),
        (Conditions(slower=1.075, tolls=False, ferries=False), "roads 7.5 % slower, no toll roads, no ferries"),
    ],
)
def test_conditions_on_the_roads_are_told(conditions: Conditions, phrase: str) -> None:
    assert names.scenario(conditions) == phrase


DOGS = {"two": "gi", "few": "chi", "many": "chi", "zero": "cŵn"}
"""A dog in Welsh by the number before it, as in the minimal pairs of the CLDR; one and all others: ci."""


@given(st.dates(), st.integers(0, 10**9), st.lists(st.text("abc ", min_size=1), max_size=5))
def test_english_is_what_babel_would_write(when: date, number: int, words: list[str]) -> None:
    assert phrases.day(when) == format_date(when, "long", locale=phrases.ENGLISH)
    assert phrases.grouped(number) == format_decimal(number, locale=phrases.ENGLISH)
    assert phrases.listing(words) == format_list(words, locale=phrases.ENGLISH)
    is_one = Locale.parse(phrases.ENGLISH).plural_form(number) == "one"
    assert phrases.count(number, "dog") == f"{phrases.grouped(number)} {'dog' if is_one else 'dogs'}"


def test_another_language_has_its_own_plurals_dates_and_lists() -> None:
    said = [phrases.count(number, "ci", "ci", locale="cy", forms=DOGS) for number in (0, 1, 2, 3, 4, 6, 1000)]
    assert said == ["0 cŵn", "1 ci", "2 gi", "3 chi", "4 ci", "6 chi", "1,000 ci"]
    assert phrases.day(date(2026, 11, 21), "cy") == "21 Tachwedd 2026"
    assert phrases.listing(["un", "dau"], "de") == "un und dau"
    assert phrases.grouped(12_345, "de") == "12.345"
