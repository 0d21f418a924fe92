"""A plan in words: every figure with its unit, its range and its date, and nothing unescaped."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from nearhome.analysis.costs.cost import Cost, CostLine
from nearhome.analysis.costs.party import Party
from nearhome.analysis.help_with_visits.scheme import Reimbursement
from nearhome.analysis.visits.plan import plan_visit
from nearhome.app.wording import answers
from nearhome.data.prisons import register
from nearhome.geo.places import find
from nearhome.geo.routing.car_journeys import RoadLeg
from nearhome.geo.transit import itineraries

if TYPE_CHECKING:
    from nearhome.analysis.visits.plan import VisitPlan

POSTCODE = "TR1 2HE"


def said(plan: VisitPlan) -> dict[str, str]:
    """Return each question with everything said under it."""
    found = answers.answers(plan, plan.options[0])
    return {answer.question: " ".join((answer.figure, *answer.notes)) for answer in found}


def with_reimbursement(plan: VisitPlan, back: Reimbursement) -> VisitPlan:
    """Return the plan with something else to get back for its one way."""
    return replace(plan, options=(replace(plan.options[0], reimbursement=back),))


def test_each_figure_has_its_unit_its_range_and_its_date(visit_plan: VisitPlan) -> None:
    told = said(visit_plan)
    assert list(told) == [
        "How far is it?",
        "How long does it take?",
        "What does it cost?",
        "What may you get back?",
        "What is left for you to pay?",
        "How sure are we?",
    ]
    assert "about 84 miles each way" in told["How far is it?"]
    assert "169 miles there and back" in told["How far is it?"]
    assert "about 3 hours 25 minutes there and back" in told["How long does it take?"]
    assert "between 3 hours 5 minutes and 3 hours 55 minutes" in told["How long does it take?"]
    assert "about £39" in told["What does it cost?"]
    assert "between £28 and £50 there and back for 1 adult, at prices on 21 November 2026" in told["What does it cost?"]
    assert "you may get back about £32" in told["What may you get back?"]
    assert "not a promise" in told["What may you get back?"]
    assert "about £7" in told["What is left for you to pay?"]
    assert "If you cannot claim you pay all of it, about £39" in told["What is left for you to pay?"]
    assert "about 100 metres" in told["How sure are we?"]


def test_what_is_repaid_as_it_was_does_not_widen_what_is_left(visit_plan: VisitPlan) -> None:
    # Fuel 2500 to 3900 less 2400 to 2900 for miles; toll and parking cancel out.
    assert "between £0 and £15" in said(visit_plan)["What is left for you to pay?"]


def test_a_toll_and_a_ferry_are_named(visit_plan: VisitPlan) -> None:
    ferry = RoadLeg("ferry", "Fishbourne to Portsmouth", 6.0, 75.0, "", "fishbourne", "N")
    option = replace(visit_plan.options[0], legs=(*visit_plan.options[0].legs, ferry))
    told = said(replace(visit_plan, options=(option,)))["How far is it?"]
    assert "a toll to pay: Tamar toll" in told
    assert "a ferry: Fishbourne to Portsmouth" in told
    assert "estimates" in told


def test_short_pieces_of_road_belong_to_the_road_before_them(visit_plan: VisitPlan) -> None:
    legs = (
        RoadLeg("road", "M6", 99.0, 105.0, "", "", "S"),
        RoadLeg("road", "M65", 0.2, 0.5, "", "", "S"),
        RoadLeg("road", "M6", 94.0, 100.0, "", "", "S"),
        RoadLeg("ferry", "Cairnryan to Belfast", 50.0, 230.0, "", "x", "W"),
        RoadLeg("road", "A2", 0.3, 2.0, "", "", "W"),
    )
    html = answers.route_html(replace(visit_plan.options[0], legs=legs))
    assert re.findall("<li>(.*?)</li>", html) == [
        "M6: 193 miles, 3 hours 25 minutes",
        "Ferry, Cairnryan to Belfast: 3 hours 50 minutes with waiting",
        "A2: less than 1 mile, 2 minutes",
    ]


def test_a_prison_next_door_is_not_about_less_than_a_mile(visit_plan: VisitPlan) -> None:
    option = replace(
        visit_plan.options[0], miles=0.2, minutes=0.4, minutes_low=0.3, minutes_high=0.5, return_minutes=0.8
    )
    told = " ".join(said(replace(visit_plan, options=(option,))).values())
    assert "about less than" not in told
    assert "less than 1 mile each way" in told


def test_a_free_bridge_is_no_toll(visit_plan: VisitPlan) -> None:
    free = Cost((CostLine("Severn bridges", "toll", 0, 0, 0, "Free since 17 December 2018"),))
    option = replace(visit_plan.options[0], cost=free)
    assert "toll" not in said(replace(visit_plan, options=(option,)))["How far is it?"]


def test_tables_are_named_for_people(visit_plan: VisitPlan) -> None:
    html = answers.tables_html(replace(visit_plan, tables={"prisons": "1+a", "tariffs/fuel": "2026-11-21"}))
    assert "Prisons of the United Kingdom" in html
    assert "Prices and rates: fuel: 2026-11-21" in html


def test_no_figure_is_made_up_where_the_scheme_gives_none(visit_plan: VisitPlan) -> None:
    unknown = Reimbursement("Another scheme", None, None, None, (), ("Ask the prison",))
    told = said(with_reimbursement(visit_plan, unknown))
    assert "£" not in told["What may you get back?"]
    assert "we cannot say how much" in told["What may you get back?"]
    assert "between £28 and £50" in told["What is left for you to pay?"]


def test_nothing_to_get_back_is_said_so(visit_plan: VisitPlan) -> None:
    nothing = Reimbursement("Help with Prison Visits", 0, 0, 0, (), ("It does not cover this prison",))
    told = said(with_reimbursement(visit_plan, nothing))
    assert "nothing that we know of" in told["What may you get back?"]


def test_the_cost_table_adds_up_and_has_header_cells(visit_plan: VisitPlan) -> None:
    html = answers.cost_html(visit_plan, visit_plan.options[0])
    assert html.count('scope="row"') == len(visit_plan.options[0].cost.lines) + 1
    assert html.count('scope="col"') == 3
    assert "£2.60" in html
    assert re.search(r"Total.*£39<.*£28 to £50<", html, re.DOTALL)


def test_claim_conditions_and_legs_are_lists(visit_plan: VisitPlan) -> None:
    assert "<li>You must be close family.</li>" in answers.claim_html(visit_plan.options[0])
    assert "<li>Tamar Bridge: 1 mile, 2 minutes</li>" in answers.route_html(visit_plan.options[0])


def test_a_way_by_train_is_told_as_typical_with_its_legs_there_and_home() -> None:
    day = date(2026, 11, 21)
    plan = plan_visit(find.find(POSTCODE), register.find("Exeter", day), party=Party(), as_of=day, modes=("transit",))
    told = said(plan)
    assert "Typical, not a timetable" in told["How long does it take?"]
    assert "not from a timetable" in told["How sure are we?"]
    html = answers.route_html(plan.options[0])
    assert html.count("<ol") == 2
    assert re.search("<li>Train, Truro to Exeter St Davids: about 2 hours", html)
    assert re.search("<li>Train, Exeter St Davids to Truro: about 2 hours", html)


def test_what_is_typical_is_called_so_everywhere() -> None:
    assert answers.TYPICAL == itineraries.TYPICAL


def test_text_from_tables_is_escaped(visit_plan: VisitPlan) -> None:
    leg = RoadLeg("road", "<b>A30</b> & more", 1.0, 2.0, "", "", "E")
    option = replace(visit_plan.options[0], legs=(leg,))
    tags: list[str] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, _attributes: tags.append(tag)
    parser.feed(answers.route_html(option))
    assert tags == ["ol", "li"]
