"""The ways to travel to one visit: their days, fares and what comes back, together."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from nearhome.analysis.costs.party import Party
from nearhome.analysis.help_with_visits import fares as fare_claims
from nearhome.analysis.help_with_visits.scheme import FOOD
from nearhome.analysis.visits import day as visit_day
from nearhome.analysis.visits import plan_json
from nearhome.analysis.visits.plan import plan_visit
from nearhome.data.errors import InputError, NoRouteError
from nearhome.data.prisons import register
from nearhome.geo.places import find

if TYPE_CHECKING:
    from nearhome.analysis.visits.options import Option
    from nearhome.analysis.visits.plan import VisitPlan

TODAY = date(2026, 11, 21)
EVERY = ("car", "transit", "hire")


def make(
    start: str = "TR1 2HE",
    prison: str = "EXI",
    party: Party | None = None,
    pattern: str = "sat",
    modes: tuple[str, ...] = EVERY,
    as_of: date = TODAY,
) -> VisitPlan:
    return plan_visit(
        find.find(start),
        register.by_id(prison),
        party=party or Party(1, 2, (4, 9)),
        as_of=as_of,
        modes=modes,
        session=visit_day.choose(prison, pattern)[0],
    )


def option(plan: VisitPlan, mode: str) -> Option:
    return next(each for each in plan.options if each.mode == mode)


@pytest.fixture(scope="module")
def truro() -> VisitPlan:
    return make()


@pytest.fixture(scope="module")
def st_just() -> VisitPlan:
    return make("TR19 7AA", "CWI")


def test_modes_come_in_the_order_asked_for(truro: VisitPlan) -> None:
    modes = [each.mode for each in truro.options]
    assert modes[0] == "car"
    assert modes[-1] == "hire"
    assert "transit" in modes
    assert make(modes=("transit",)).options[0].mode == "transit"


def test_every_way_has_its_day_and_money(truro: VisitPlan) -> None:
    for each in truro.options:
        assert each.day is not None
        assert each.day.session.day == "sat"
        assert each.minutes_low <= each.minutes <= each.minutes_high
        assert each.cost.low_pence <= each.cost.pence <= each.cost.high_pence
        assert each.left_to_pay_pence == max(0, each.cost.pence - (each.reimbursement.pence or 0))
        assert each.title


def test_what_train_and_bus_cost_comes_back(truro: VisitPlan) -> None:
    """The standard off-peak fare is what the scheme pays, so that nothing is left but what is not claimed."""
    public = option(truro, "transit")
    kinds = {line.kind for line in public.cost.lines}
    assert "rail" in kinds
    assert public.reimbursement.pence == public.cost.pence
    assert public.left_to_pay_pence == 0


def test_taxis_that_only_save_time_are_not_paid(st_just: VisitPlan) -> None:
    quick, public = option(st_just, "quickest"), option(st_just, "transit")
    taxis = quick.cost.only("taxi").pence
    assert taxis > 0
    paid = sum(line.pence or 0 for line in quick.reimbursement.lines if line.label.startswith("Taxi"))
    assert paid == 0
    assert quick.left_to_pay_pence >= taxis
    assert quick.minutes < public.minutes


def test_the_scheme_pays_no_more_fares_than_the_cheapest_way(st_just: VisitPlan) -> None:
    cheapest = option(st_just, "transit").cost.only(*fare_claims.FARES).pence
    for each in st_just.options:
        if each.there is not None:
            fares = sum(
                line.pence or 0
                for line in each.reimbursement.lines
                if line.label != FOOD and not line.label.startswith(("Taxi", "A place"))
            )
            assert fares <= cheapest


def test_hire_is_paid_up_to_its_limits(truro: VisitPlan) -> None:
    hire = option(truro, "hire")
    line = hire.reimbursement.lines[0]
    public = option(truro, "transit").cost.only(*fare_claims.FARES, "taxi").pence
    assert line.pence == min(hire.cost.only("hire").pence, 4000, public)
    assert hire.reimbursement.pence == sum(each.pence or 0 for each in hire.reimbursement.lines)


def test_under_fives_travel_free_by_train() -> None:
    young = option(make(party=Party(1, 1, (3,)), modes=("transit",)), "transit")
    alone = option(make(party=Party(1, 0), modes=("transit",)), "transit")
    assert young.cost.only("rail").pence == alone.cost.only("rail").pence


def test_a_night_away_costs_and_is_asked_for_first() -> None:
    far = make("TR19 7AA", "DMI", pattern="")
    public = option(far, "transit")
    assert public.day is not None
    assert public.day.overnight == "yes"
    assert public.cost.only("room").pence > 0
    assert any("before you book" in line.rule for line in public.reimbursement.lines)


def test_the_ferry_to_wight_is_charged_on_foot() -> None:
    wight = option(make("SO14 0AA", "IWI", pattern="", modes=("transit",)), "transit")
    assert wight.there is not None
    assert "ferry" in [leg.mode for leg in wight.there.legs]
    assert wight.cost.only("ferry").pence > 0


def test_northern_ireland_has_a_car_and_a_reason_for_no_train() -> None:
    plan = make("BT7 1NT", "NI-MAG", pattern="")
    assert [each.mode for each in plan.options] == ["car", "hire"]
    assert "Translink" in plan.without[0]
    with pytest.raises(NoRouteError, match="Translink"):
        make("BT7 1NT", "NI-MAG", pattern="", modes=("transit",))


def test_old_dates_leave_out_what_no_source_knows() -> None:
    """The most that is paid for car hire is known since May 2025, and in 2017 a rate for the miles as well."""
    plan = make(as_of=date(2018, 6, 1))
    assert "hire" not in [each.mode for each in plan.options]
    assert any("car hire" in reason for reason in plan.without)


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(InputError, match="'camel'"):
        make(modes=("camel",))


def test_values_for_json_hold_the_day(st_just: VisitPlan) -> None:
    values = plan_json.of_plan(st_just)
    assert {each["mode"] for each in values["options"]} == {each.mode for each in st_just.options}
    for each in values["options"]:
        day = each["visit_day"]
        assert day["overnight"] in {"no", "perhaps", "yes"}
        assert day["school_days_missed"] == {"4": 0, "9": 0}
        assert day["session_as_of"] == "2025-07-25"
    transit = next(each for each in values["options"] if each["mode"] == "transit")
    assert transit["basis"] == "typical, not a timetable"
    assert [leg["mode"] for leg in transit["there"]] == ["bus", "train", "bus"]
    assert transit["there"][0]["from"] == "home"
