"""Video calls beside a visit: the published offer, what it saves, and silence where no source is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from nearhome.analysis.visits import day
from nearhome.analysis.visits import extras as visits_extras
from nearhome.analysis.visits.options import trips
from nearhome.app.wording import extras as wording_extras
from nearhome.data.prisons import register

if TYPE_CHECKING:
    from nearhome.analysis.visits.plan import VisitPlan

TODAY = date(2026, 11, 21)


def test_the_offer_is_that_of_england_and_wales() -> None:
    calls = visits_extras.offered(register.by_id("EXI"))
    assert calls is not None
    assert (calls.calls_a_month, calls.minutes_each, calls.or_minutes_once, calls.people) == (2, 30, 60, 4)
    assert calls.calls_a_month * calls.minutes_each == calls.or_minutes_once
    assert calls.source.startswith("gov.uk/")
    assert visits_extras.offered(register.by_id("CFI")) == calls


@pytest.mark.parametrize("nation", ["Scotland", "Northern Ireland", "Jersey"])
def test_nothing_is_said_where_no_source_is_known(visit_plan: VisitPlan, nation: str) -> None:
    prison = SimpleNamespace(nation=nation)
    assert visits_extras.offered(prison) is None  # type: ignore[arg-type] # only its nation is asked for
    assert wording_extras.video(replace(visit_plan, prison=prison), visit_plan.options[0]) == ()  # type: ignore[arg-type] # as above


def test_what_is_saved_is_the_visit_less_the_call(visit_plan: VisitPlan) -> None:
    option = visit_plan.options[0]
    calls = visits_extras.ENGLAND_AND_WALES
    plain = visits_extras.saving(calls, option)
    assert plain.away_minutes == option.return_minutes
    assert (plain.cost_pence, plain.left_to_pay_pence) == (option.cost.pence, option.left_to_pay_pence)
    going, coming = trips(option)
    friday = day.plan_day(day.choose("EXI", "fri")[0], lambda _: going, lambda _: coming)
    saved = visits_extras.saving(calls, replace(option, day=friday), (4, 9))
    assert saved.away_minutes == friday.away_minutes - 60
    assert saved.school_days == 1
    told = " ".join(wording_extras.video(visit_plan, option))
    assert "2 video calls of 30 minutes" in told
    assert "about £39 (about £7 if you get money back" in told


def test_sessions_that_avoid_school_are_the_prisons_own(visit_plan: VisitPlan) -> None:
    option = visit_plan.options[0]
    going, coming = trips(option)
    assert going.typical + coming.typical == pytest.approx(option.return_minutes)
    friday = day.plan_day(day.choose("EXI", "fri")[0], lambda _: going, lambda _: coming)
    young, pupil, eldest = visits_extras.children(replace(option, day=friday), "EXI", (17, 4, 9, 9))
    assert [child.age for child in (young, pupil, eldest)] == [4, 9, 17]
    assert [child.missed for child in (young, pupil, eldest)] == [0, 1, 0]
    assert [session.day for session in pupil.avoiding] == ["sat", "sun"]
    assert visits_extras.children(option, "EXI", (9,)) == ()
    assumed = replace(friday, session=day.choose("", "wed")[0])
    assert visits_extras.children(replace(option, day=assumed), "", (9,))[0].avoiding == ()
