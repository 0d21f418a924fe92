"""The ways side by side: what is best is said in words, and a day says when it is tight or needs a night away."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from nearhome.analysis.costs.party import Party
from nearhome.analysis.visits import day as visit_day
from nearhome.analysis.visits.day import Boarding, Trip
from nearhome.analysis.visits.plan import plan_visit
from nearhome.app.wording import comparison, extras, legs
from nearhome.data.prisons import register
from nearhome.geo.places import find
from nearhome.geo.transit.itineraries import Minutes, TransitLeg, TransitWay

if TYPE_CHECKING:
    from nearhome.analysis.visits.plan import VisitPlan

TODAY = date(2026, 11, 21)
CLOCK = re.compile(r"\b\d\d:\d\d\b")


def planned(prison: str = "EXI", session: str = "sat-pm", ages: tuple[int, ...] = (4, 9)) -> VisitPlan:
    """Return the ways from Truro on the shipped tables."""
    return plan_visit(
        find.find("TR1 2HE"),
        register.by_id(prison),
        party=Party(1, len(ages), ages),
        as_of=TODAY,
        modes=("transit", "car", "hire"),
        session=visit_day.choose(prison, session)[0],
    )


@pytest.fixture(scope="module")
def plan() -> VisitPlan:
    """Return the ways from Truro to Exeter on a Saturday afternoon."""
    return planned()


def test_what_is_best_is_the_least_of_the_plans_own_figures(plan: VisitPlan) -> None:
    best = comparison.bests(plan.options)
    quickest = min(option.minutes for option in plan.options)
    assert all(option.minutes < quickest + 5 for option in plan.options if option.mode in best[comparison.QUICKEST])
    left = {option.mode: option.left_to_pay_pence for option in plan.options}
    assert min(left, key=lambda mode: left[mode]) in best[comparison.LEAST_LEFT]
    assert "car" not in best[comparison.FEWEST]
    said = " ".join(comparison.best_sentences(plan))
    assert "Quickest: By car" in said


def test_nothing_is_best_where_all_are_alike(plan: VisitPlan) -> None:
    car = next(option for option in plan.options if option.mode == "car")
    assert comparison.bests([car]) == {}
    assert comparison.bests([car, replace(car, mode="hire")]) == {}


def test_each_card_has_its_time_its_day_and_its_sums(plan: VisitPlan) -> None:
    html = comparison.html(comparison.choices(plan))
    cards = html.split("<li>")[1:]
    assert len(cards) == len(plan.options)
    for card, option in zip(cards, plan.options, strict=True):
        assert f"<h3>{option.title}</h3>" in card
        assert "each way" in card
        assert f"Leave home by about {visit_day.clock(option.day.leave if option.day else 0)}" in card
        assert "You can be home by about" in card
        assert re.findall("<dt>(.*?)</dt>", card) == ["Cost", "May get back", "Left to pay"]
        assert ("Typical, not a timetable" in card) == (option.there is not None)
    tags: list[str] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, _attributes: tags.append(tag)
    parser.feed(html)
    assert set(tags) == {"ul", "li", "h3", "p", "dl", "div", "dt", "dd"}


def test_no_time_of_day_looks_like_one_of_a_timetable(plan: VisitPlan) -> None:
    for option in plan.options:
        for sentence in comparison.day_sentences(option.day):
            assert not CLOCK.search(sentence) or "about" in sentence
        for way in filter(None, (option.there, option.back)):
            assert not any(CLOCK.search(leg) for leg in legs.by_public_transport(way))


@pytest.mark.parametrize(
    ("there", "back", "said"),
    [
        (60, 60, ["Leave home by about 12:15", "You can be home by about 17:15"]),
        (700, 60, ["stay the night before", "You can be home by about 17:15"]),
        (60, 600, ["Leave home by about 12:15", "stay the night after"]),
        (520, 480, ["It is tight: you would leave at 04:35", "It is tight: you would be home at 00:15"]),
    ],
)
def test_a_night_away_is_said_on_its_side_of_the_visit(there: float, back: float, said: list[str]) -> None:
    session = visit_day.choose("EXI", "sat-pm")[0]
    going, coming = (Trip(0.9 * minutes, minutes, 1.1 * minutes) for minutes in (there, back))
    told = comparison.day_sentences(visit_day.plan_day(session, lambda _: going, lambda _: coming))
    for words, sentence in zip(said, told if len(told) == len(said) else (told[1], told[3]), strict=True):
        assert words in sentence


def test_the_last_train_is_a_reason_for_a_night() -> None:
    session = visit_day.choose("EXI", "sat-pm")[0]
    late = Trip(500, 520, 540, trains=(Boarding(400, 60, 1),))
    going = Trip(50, 60, 70)
    told = comparison.day_sentences(visit_day.plan_day(session, lambda _: going, lambda _: late))
    assert told[-1] == "You would need to stay the night after: the last trains would be gone."


def test_a_session_says_how_old_it_is_or_that_it_is_assumed(plan: VisitPlan) -> None:
    day = plan.options[0].day
    assert day is not None
    assert "25 July 2025" in comparison.session_sentences(day)[1]
    stale = replace(day, session=replace(day.session, public_booking=False))
    assert "may have changed" in comparison.session_sentences(stale)[1]
    assumed = replace(day, session=visit_day.choose("")[-1])
    assert "do not know this prison's own" in comparison.session_sentences(assumed)[1]


def test_the_narrow_table_fits_a_terminal(plan: VisitPlan) -> None:
    rows = [comparison.HEADS, *comparison.rows(plan)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    assert sum(widths) + 2 * len(widths) <= 78


@pytest.mark.parametrize(
    ("gap", "said"),
    [
        (3, "every 5 minutes"),
        (19, "every 20 minutes"),
        (60, "every hour"),
        (100, "an hour and a half"),
        (120, "two hours"),
        (600, "few times a day"),
    ],
)
def test_how_often_something_runs_is_said_plainly(gap: float, said: str) -> None:
    assert said in legs.every(gap).replace("one every hour and", "one every an hour and")


def test_the_station_near_home_is_left_out_where_it_is_hidden() -> None:
    walk = TransitLeg("walk", "", "home", "Truro", 0, Minutes(9, 10, 11), 1)
    train = TransitLeg("train", "x", "Truro", "Exeter", 20, Minutes(100, 110, 120), 100, 1)
    bus = TransitLeg("bus", "", "Exeter", "the prison", 10, Minutes(9, 10, 11), 3, 4, 0, 1.2)
    there = TransitWay("transit", (walk, train, bus))
    back = TransitWay(
        "transit", (replace(bus, start="the prison", end="Exeter"), replace(walk, start="Truro", end="home"))
    )
    hidden = legs.near_home(there, back)
    assert hidden == {"Truro"}
    said = legs.by_public_transport(there, hidden=hidden)
    assert "Truro" not in " ".join(said)
    assert said[1].startswith("Train, your station to Exeter: about 1 hour 50 minutes, about every hour")
    assert said[2] == (
        "Bus, Exeter to the prison: about 10 minutes, about every 20 minutes, with 1 change; "
        "allow about 10 minutes for the wait before it"
    )


def test_only_a_timetable_gives_a_departure() -> None:
    train = TransitLeg("train", "x", "Newport", "Chester", 4, Minutes(128, 128, 128), 200, departs=605.0)
    assert legs.by_public_transport(TransitWay("transit", (train,))) == [
        "Train, Newport to Chester: at 10:05, 2 h 08 min"
    ]


def test_school_days_are_told_for_each_age_with_sessions_that_avoid_them() -> None:
    friday = planned(session="fri")
    young, older = extras.school(friday, friday.options[0])[:2]
    assert young == "A child of 4 misses no school."
    assert "A child of 9 misses 1 school day in term time." in older
    assert "Going on Saturday (14:00 to 16:00) and Sunday (14:00 to 16:00) avoids it." in older
    assert extras.school(replace(friday, party=Party(1, 2)), friday.options[0]) == ()
