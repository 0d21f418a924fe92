"""Prisons by name, by date and by kind."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nearhome.data.errors import InputError, PrisonClosedError, UnknownPrisonError
from nearhome.data.prisons import register

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("text", "prison_id"),
    [
        ("EXI", "EXI"),
        ("exi", "EXI"),
        ("Exeter", "EXI"),
        ("  exeter ", "EXI"),
        ("HMP Exeter", "EXI"),
        ("HMP/YOI Exeter", "EXI"),
        ("Exeter prison", "EXI"),
        ("exe", "EXI"),
        ("scrubs", "WSI"),
        ("Highdown", "HOI"),
        ("hmyoi parc", "PYI"),
        ("Feltham (HMP)", "FMI"),
        ("SCO-BAR", "SCO-BAR"),
        ("maghaberry", "NI-MAG"),
        ("Low Moss", "SCO-LOW"),
    ],
)
def test_find_understands_how_people_write_a_prison(text: str, prison_id: str) -> None:
    assert register.find(text, TODAY).id == prison_id


@pytest.mark.parametrize("prison", [each for each in register.prisons() if each.is_open(TODAY)], ids=lambda p: p.id)
def test_every_open_prison_is_found_by_id_and_full_name(prison: register.Prison) -> None:
    assert register.find(prison.id, TODAY) is prison
    assert register.find(prison.name, TODAY) is prison


def test_several_that_fit_are_named() -> None:
    with pytest.raises(UnknownPrisonError, match=r"fits 2 prisons: Feltham \(HMP\) \(FMI\), Feltham \(HMYOI\)"):
        register.find("Feltham", TODAY)
    with pytest.raises(UnknownPrisonError, match=r"and \d+ more; give one"):
        register.find("s", TODAY)


def test_a_misspelt_name_gets_a_suggestion() -> None:
    with pytest.raises(UnknownPrisonError, match="'Exter' is no prison we know; did you mean Exeter"):
        register.find("Exter", TODAY)


@pytest.mark.parametrize("text", ["", "  ", "HMP", "xyzzy", "!!"])
def test_nonsense_is_an_unknown_prison(text: str) -> None:
    with pytest.raises(UnknownPrisonError):
        register.find(text, TODAY)


@given(st.text(max_size=30))
def test_any_text_gives_a_prison_or_one_sentence(text: str) -> None:
    said = "."
    try:
        register.find(text, TODAY)
    except (UnknownPrisonError, PrisonClosedError) as error:
        said = str(error)
    assert said.endswith((".", "?"))


def test_a_closed_prison_says_since_when_and_what_is_near() -> None:
    with pytest.raises(PrisonClosedError) as caught:
        register.find("Holloway", TODAY)
    assert "Holloway has been closed since June 2016" in str(caught.value)
    assert "Downview (15 miles away)" in str(caught.value)


def test_a_closed_prison_was_open_before() -> None:
    assert register.find("Holloway", date(2016, 6, 30)).id == "HYI"
    with pytest.raises(PrisonClosedError):
        register.find("Holloway", date(2016, 7, 1))


def test_dartmoor_is_closed_for_now_but_was_open_in_august_2024() -> None:
    assert register.find("Dartmoor", date(2024, 8, 31)).id == "DAI"
    with pytest.raises(PrisonClosedError, match="closed for now since September 2024"):
        register.find("Dartmoor", TODAY)


def test_a_prison_not_yet_open_says_when_it_opened() -> None:
    with pytest.raises(PrisonClosedError, match=r"not open on 1 January 2020: it opened in April 2025"):
        register.find("Millsike", date(2020, 1, 1))


def test_a_merged_prison_names_its_heir() -> None:
    with pytest.raises(PrisonClosedError, match=r"31 October 2011 \(it became part of Northumberland\)"):
        register.find("Acklington", TODAY)


def test_open_prisons_today_are_those_the_source_counts_as_active() -> None:
    found = [prison for prison in register.prisons() if prison.is_open(TODAY)]
    assert len(found) == 125 + 1 + 17 + 3 + 3
    assert all(prison.status == "active" for prison in found)


def test_nearest_like_are_open_alike_and_in_order() -> None:
    found = register.nearest_like(register.by_id("DAI"), TODAY)
    miles = [each for _, each in found]
    assert found[0][0].id == "CWI"
    assert miles == sorted(miles)
    assert all("C" in prison.categories and "FNP" not in prison.categories for prison, _ in found)


def test_a_man_of_category_c_is_not_sent_among_women_or_foreign_nationals() -> None:
    found = register.suitable(as_of=TODAY, sex="male", category="c", age=30)
    assert {prison.id for prison in found} >= {"CWI", "GMI"}
    assert all(prison.holds("male") and "C" in prison.categories for prison in found)
    assert not {"MSI", "HCI", "MHI", "DAI"} & {prison.id for prison in found}


def test_women_of_the_south_west_have_eastwood_park() -> None:
    found = {prison.id for prison in register.suitable(as_of=TODAY, sex="female", category="closed", remand=True)}
    assert "EWI" in found
    assert "STI" in found
    assert "SDI" not in found


def test_under_18s_are_held_in_the_youth_estate_only() -> None:
    found = register.suitable(as_of=TODAY, sex="male", age=15)
    assert {prison.id for prison in found} >= {"WYI", "WNI", "PYI", "FYI"}
    assert all(prison.age_min <= 15 for prison in found)


def test_foreign_nationals_prisons_come_only_when_asked_for() -> None:
    asked = register.suitable(as_of=TODAY, category="foreign")
    assert {prison.id for prison in asked} == {"HCI", "MSI", "MHI"}
    assert not set(asked) & set(register.suitable(as_of=TODAY))


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"sex": "female", "category": "B"}, "A woman cannot be in category B"),
        ({"sex": "male", "category": "closed"}, "Closed is a kind of women's prison"),
        ({"sex": "female", "category": "local"}, "ask for remand instead"),
        ({"category": "Z"}, "category 'Z' is not known"),
        ({"sex": "other"}, "sex 'other' is not known"),
        ({"age": 200}, "age 200 is out of range"),
        ({"age": 16, "category": "C"}, "youth estate"),
    ],
)
def test_what_cannot_be_is_refused(wanted: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        register.suitable(as_of=TODAY, **wanted)  # type: ignore[arg-type] # one of each keyword's types by case


@given(
    st.sampled_from([None, *register.SEXES]),
    st.sampled_from([None, "A", "B", "C", "D", "open", "young"]),
    st.one_of(st.none(), st.integers(10, 120)),
    st.dates(date(2008, 1, 1), TODAY),
)
def test_suitable_prisons_hold_such_a_person(sex: str | None, category: str | None, age: int | None, day: date) -> None:
    try:
        found = register.suitable(as_of=day, sex=sex, category=category, age=age)
    except InputError:
        assert (sex == "female" and category in register.MEN) or (age is not None and age < 18)
        return
    everyone = register.suitable(as_of=day)
    for prison in found:
        assert prison in everyone
        assert prison.is_open(day)
        assert sex is None or prison.holds(sex)
        assert age is None or prison.age_min <= age
