"""A visit plan: the promised keys, costs that contain each other, and money back that is never more than was paid."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from nearhome.analysis.costs import tariffs
from nearhome.analysis.costs.party import Party
from nearhome.analysis.help_with_visits import scheme
from nearhome.analysis.visits import plan, plan_json
from nearhome.data.catalogue import tables as catalogue
from nearhome.data.errors import DateError, InputError, NoRouteError
from nearhome.data.prisons import register
from nearhome.geo.places import find
from nearhome.geo.routing import car_journeys

if TYPE_CHECKING:
    from nearhome.analysis.visits.plan import VisitPlan

TODAY = date(2026, 11, 21)

# The keys of issue 2, and what has been added to them since.
PROMISED: dict[str, set[str]] = {
    "": {"origin", "prison", "crow_miles", "options", "reimbursement", "left_to_pay_pence", "tables"},
    "origin": {"input", "kind", "precision_m", "lat", "lon"},
    "prison": {"id", "name", "lat", "lon"},
    "options": {
        "mode",
        "miles",
        "minutes",
        "minutes_low",
        "minutes_high",
        "cost_pence",
        "cost_low_pence",
        "cost_high_pence",
        "return_minutes",
        "legs",
    },
    "reimbursement": {"scheme", "pence", "lines", "conditions"},
}
ADDED: dict[str, set[str]] = {
    "": {"party", "as_of", "network", "scenario", "without"},
    "origin": {"note"},
    "prison": set(),
    "options": {"cost_lines", "reimbursement", "left_to_pay_pence", "note"},
    "reimbursement": {"low_pence", "high_pence"},
}


def make(start: str = "TR1 2HE", prison: str = "EXI", party: Party | None = None, as_of: date = TODAY) -> VisitPlan:
    """Return a plan on the shipped tables."""
    return plan.plan_visit(find.find(start), register.by_id(prison), party=party or Party(), as_of=as_of)


PLANS = [
    ("TR1 2HE", "EXI", Party(1, 0), TODAY),
    ("TR1 2HE", "EXI", Party(2, 3), TODAY),
    ("PO30", "WCI", Party(1, 1), TODAY),
    ("BS1", "CFI", Party(1, 0), date(2018, 1, 5)),
    ("BT1", "LPI", Party(1, 2), TODAY),
    ("EX4", "EXI", Party(1, 0), TODAY),
    ("HU1", "LII", Party(3, 4), date(2009, 6, 1)),
]


@pytest.fixture(params=PLANS, ids=lambda row: f"{row[0]} to {row[1]}")
def visit(request: pytest.FixtureRequest) -> VisitPlan:
    """Return one of several plans."""
    return make(*request.param)


def test_the_dictionary_has_the_promised_keys_and_is_json(visit: VisitPlan) -> None:
    answer: dict[str, Any] = plan_json.of_plan(visit)
    parts = {"": answer, "options": answer["options"][0]} | {
        name: answer[name] for name in ("origin", "prison", "reimbursement")
    }
    for name, part in parts.items():
        assert set(part) == PROMISED[name] | ADDED[name], name
    assert json.loads(json.dumps(answer, allow_nan=False)) == answer
    assert {key for leg in parts["options"]["legs"] for key in leg} == {
        "kind",
        "name",
        "miles",
        "minutes",
        "toll",
        "ferry",
    }
    for option in answer["options"]:
        whole = [option[key] for key in ("cost_pence", "cost_low_pence", "cost_high_pence")]
        assert all(type(pence) is int for pence in [*whole, answer["left_to_pay_pence"]])
        assert sum(line["pence"] for line in option["cost_lines"]) == option["cost_pence"]


def test_low_central_and_high_are_in_order(visit: VisitPlan) -> None:
    for option in visit.options:
        assert 0 <= option.cost.low_pence <= option.cost.pence <= option.cost.high_pence
        assert option.minutes_low <= option.minutes <= option.minutes_high
        assert all(line.low_pence <= line.pence <= line.high_pence for line in option.cost.lines)
    back = visit.reimbursement
    if back.pence is not None and back.low_pence is not None and back.high_pence is not None:
        assert back.low_pence <= back.pence <= back.high_pence


def test_what_is_left_is_the_cost_less_what_comes_back_and_never_below_nothing(visit: VisitPlan) -> None:
    cost, back = visit.options[0].cost.pence, visit.reimbursement.pence or 0
    assert visit.left_to_pay_pence == max(0, cost - back)


def test_food_is_a_cost_only_where_it_is_paid_back(visit: VisitPlan) -> None:
    paid = [line.pence for line in visit.reimbursement.lines if line.label == scheme.FOOD and line.pence]
    food = [line for line in visit.options[0].cost.lines if line.kind == "food"]
    assert [line.pence for line in food] == paid
    assert all((line.low_pence, line.high_pence) == (0, 2 * line.pence) for line in food)


def test_a_day_of_travel_brings_food_money_and_an_hour_does_not() -> None:
    def kinds(visit: VisitPlan) -> set[str]:
        return {line.kind for line in visit.options[0].cost.lines}

    assert "food" in kinds(make("TR1 2HE"))  # 2 hours each way, a session and the wait: more than 5 hours
    assert "food" not in kinds(make("EX4"))


def test_the_option_is_the_journey_and_each_toll_and_ferry_is_paid_for() -> None:
    visit = make("PO30", "WCI")
    journey = car_journeys.by_car(find.find("PO30"), register.by_id("WCI"))
    option = visit.options[0]
    assert (option.miles, option.minutes, option.legs, option.line) == (
        journey.miles,
        journey.minutes,
        journey.legs,
        journey.line,
    )
    ferries = [line for line in option.cost.lines if line.kind == "ferry"]
    assert ferries
    assert all(line.pence > 0 for line in ferries)
    tolls = [line for line in make("HU1", "LII").options[0].cost.lines if line.kind == "toll"]
    assert tolls
    assert sum(line.pence for line in tolls) > 0


def test_the_severn_cost_until_the_end_of_2017_and_less_until_the_end_of_2018() -> None:
    def toll_pence(day: date) -> int:
        return make("BS1", "CFI", as_of=day).options[0].cost.only("toll").pence

    # £6.70 westbound in 2017, £5.60 in 2018, free from 17 December 2018.
    assert [toll_pence(day) for day in (date(2017, 6, 1), date(2018, 6, 1), date(2019, 1, 1), TODAY)] == [
        670,
        560,
        0,
        0,
    ]


def test_more_people_cost_no_less() -> None:
    alone, family = make(), make(party=Party(2, 3))
    assert family.options[0].cost.pence >= alone.options[0].cost.pence
    assert family.options[0].minutes == alone.options[0].minutes


def test_an_early_date_has_a_cost_and_one_before_every_price_is_refused() -> None:
    assert make(as_of=date(2009, 6, 1)).options[0].cost.pence > 0
    with pytest.raises(DateError, match="1990"):
        make(as_of=date(1990, 1, 1))


def test_a_prison_that_no_road_reaches_is_no_plan() -> None:
    with pytest.raises(NoRouteError):
        make("PH42", "EXI")


def test_a_plan_names_the_tables_it_rests_on() -> None:
    tables = make().tables
    used = {"prisons", "postcodes", "road_nodes", "road_edges", "road_shapes", "road_barriers"}
    assert set(tables) == used | set(tariffs.versions())
    assert {name: tables[name] for name in used} == catalogue.versions(*sorted(used))
    assert {"places"} < set(make("Truro").tables)


@pytest.mark.parametrize(
    ("adults", "children", "words"),
    [
        (0, 0, "At least one adult"),
        (-1, 0, "At least one adult"),
        (1, -2, "Children cannot be fewer than 0; -2"),
        (1.5, 0, "adults must be a whole number, and 1.5"),
        (True, 0, "adults must be a whole number"),
        (1, "two", "children must be a whole number, and 'two'"),
    ],
)
def test_a_party_that_cannot_travel_is_refused(adults: Any, children: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        Party(adults, children)


def test_a_party_counts_its_people() -> None:
    assert Party(2, 3).people == 5
