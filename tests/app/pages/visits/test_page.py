"""The pages without a browser: questions, errors in the GOV.UK pattern, answers, and the tables described."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from markupsafe import escape
from streamlit.testing.v1 import AppTest

from nearhome.analysis.visits import day as visit_day
from nearhome.app import server as package
from nearhome.app.pages.visits import page
from nearhome.data.catalogue import tables
from nearhome.data.errors import NoRouteError
from nearhome.data.prisons import register, sessions
from nearhome.geo.osm import read
from nearhome.geo.routing.router import Router
from nearhome.geo.transit.buses import WITH_BUGGY
from nearhome.geo.transit.itineraries import Needs
from tests import extracts

if TYPE_CHECKING:
    from nearhome.analysis.costs.party import Party
    from nearhome.analysis.visits.plan import VisitPlan
    from nearhome.geo.imported.networks import AnsweringRoads

ENTRY = Path(package.__file__).resolve().with_name("main.py")
TIMEOUT_S = 30


def start() -> AppTest:
    """Open the first page."""
    return AppTest.from_file(str(ENTRY), default_timeout=TIMEOUT_S).run()


def text_of(test: AppTest) -> str:
    """Return everything the page shows through st.html and its headings."""
    shown = [element.proto.body for element in test.get("html")]
    heads = (*test.title, *test.header, *test.subheader)
    return "\n".join([*(each.value for each in heads), *shown])


def answer(test: AppTest, origin: str, prison: str | None) -> AppTest:
    """Fill the form in and press the button."""
    test.text_input(key="origin").set_value(origin)
    if prison:
        test.selectbox(key="prison").set_value(prison)
    return test.button[0].click().run()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, visit_plan: VisitPlan) -> list[Any]:
    """Answer every visit with the made-up plan, and keep what was asked."""
    calls: list[Any] = []

    def answer_with_plan(origin: Any, prison: Any, *, party: Party, roads: AnsweringRoads, **wishes: Any) -> VisitPlan:
        assert roads.router is Router.shipped()
        calls.append((origin, prison, party, wishes))
        return visit_plan

    monkeypatch.setattr(page, "plan_visit", answer_with_plan)
    return calls


def test_the_first_page_asks_and_answers_nothing_yet() -> None:
    test = start()
    assert not test.exception
    assert [title.value for title in test.title] == ["Plan a visit"]
    assert "We do not keep your postcode" in text_of(test)
    assert test.selectbox(key="prison").value is None
    assert not test.header


def test_only_open_prisons_are_offered_each_by_a_name_of_its_own() -> None:
    offered = start().selectbox(key="prison").options
    assert len(offered) == len(set(offered))
    assert any(name.startswith("Exeter") for name in offered)
    closed = {prison.short_name for prison in register.prisons() if prison.status == "closed"}
    still = {prison.short_name for prison in register.prisons() if prison.status != "closed"}
    assert not [name for name in offered if name.split(" (")[0] in closed - still]


def test_an_empty_form_names_both_things_to_do_twice_each() -> None:
    shown = text_of(answer(start(), "", None))
    assert "There is a problem" in shown
    assert shown.count("Enter your postcode or town") == 2
    assert shown.count("Choose a prison from the list") == 2
    assert 'id="origin-error"' in shown


def test_a_place_that_does_not_exist_is_one_sentence_and_stays_in_the_box() -> None:
    test = answer(start(), "ZZ99 9ZZ", "EXI")
    assert not test.exception
    shown = text_of(test)
    assert "There is a problem" in shown
    assert 'href="#origin"' in shown
    assert 'href="#prison"' not in shown
    assert test.text_input(key="origin").value == "ZZ99 9ZZ"


def test_a_script_in_a_place_is_shown_as_text() -> None:
    assert "<script>" not in text_of(answer(start(), "<script>alert(1)</script>", "EXI"))


def test_answers_come_with_the_details_under_them(asked: list[Any]) -> None:
    test = answer(start(), "TR1 2HE", "EXI")
    assert not test.exception
    assert [header.value for header in test.header] == ["Your visit to HMP Exeter"]
    assert "About 84 miles each way" in text_of(test)
    assert [each.label for each in test.expander] == [
        "More about you",
        "The way there",
        "How the cost is made up",
        "What to know to claim",
        "Can you claim?",
        "A video call instead",
        "The data behind these figures",
    ]
    ((_, prison, party, _),) = asked
    assert prison.id == "EXI"
    assert (party.adults, party.children) == (1, 0)
    assert "On the main roads that come with nearhome." in text_of(test)


def test_roads_you_imported_are_used_where_they_cover_the_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEARHOME_DATA", str(tmp_path))
    read.import_extract(extracts.write(tmp_path / "exeter.osm.pbf"))
    test = answer(start(), "50.7165, -3.5316", "EXI")
    test.radio[0].set_value("car").run()
    assert not test.exception
    shown = text_of(test)
    assert "On all the roads of exeter, which you imported, and main roads beyond." in shown
    assert "Mill Lane" in shown
    assert "Roads you imported: user+" in shown


def test_imported_roads_that_cannot_be_used_do_not_stop_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEARHOME_DATA", str(tmp_path))
    done = read.import_extract(extracts.write(tmp_path / "exeter.osm.pbf"))
    (done.folder / "arc_head.npy").write_bytes(b"")
    test = answer(start(), "50.7165, -3.5316", "EXI")
    test.radio[0].set_value("car").run()
    assert not test.exception
    assert "On the main roads that come with nearhome, as your roads exeter cannot be used" in text_of(test)


def test_the_party_reaches_the_plan(asked: list[Any]) -> None:
    test = start()
    test.number_input(key="adults").set_value(2)
    test.number_input(key="children").set_value(3)
    answer(test, "TR1 2HE", "EXI")
    assert (asked[0][2].adults, asked[0][2].children) == (2, 3)


def test_how_a_family_travels_reaches_the_plan(asked: list[Any]) -> None:
    test = start()
    test.selectbox(key="prison").set_value("EXI").run()
    day = test.selectbox(key="day_EXI")
    assert day.options[3] == "Saturday, 14:00 to 16:00"
    assert day.value == visit_day.choose("EXI", "sat-pm")[0]
    day.set_value(visit_day.choose("EXI", "tue")[0])
    test.text_input(key="ages").set_value("4, 9")
    test.selectbox(key="walking").set_value("buggy")
    test.selectbox(key="railcard").set_value("family")
    test.checkbox(key="taxi").uncheck()
    answer(test, "TR1 2HE", None)
    ((_, _, party, wishes),) = asked
    assert party.child_ages == (4, 9)
    assert wishes["session"].day == "tue"
    assert wishes["needs"] == Needs(walker=WITH_BUGGY, taxi=False)
    assert wishes["railcard"] == "family"
    assert wishes["modes"] == ("transit", "car", "hire")


def test_wrong_ages_and_a_railcard_that_does_not_fit_are_told_in_an_open_part(asked: list[Any]) -> None:
    test = start()
    test.text_input(key="ages").set_value("four")
    answer(test, "TR1 2HE", "EXI")
    assert text_of(test).count("&#39;four&#39;") == 2
    assert test.expander[0].proto.expanded
    test.text_input(key="ages").set_value("")
    test.selectbox(key="railcard").set_value("two_together")
    test.button[0].click().run()
    assert 'id="railcard-error"' in text_of(test)
    assert test.expander[0].proto.expanded
    assert asked == []


def test_the_ways_are_side_by_side_and_one_is_shown_in_detail() -> None:
    test = start()
    test.selectbox(key="prison").set_value("EXI").run()
    test.selectbox(key="day_EXI").set_value(visit_day.choose("EXI", "fri")[0])
    test.text_input(key="ages").set_value("9")
    answer(test, "TR1 2HE", None)
    assert not test.exception
    shown = text_of(test)
    assert "Visit: Friday, 14:00 to 16:00. Be at the gate by 13:15." in shown
    assert "25 July 2025" in shown
    assert shown.count("You can be home by about") >= 3
    assert "Quickest: By car" in shown
    assert "A child of 9 misses 1 school day" in shown
    assert "video calls of 30 minutes" in shown
    assert [each.value for each in test.subheader] == ["Ways to get there", "By train or bus", "Keep this plan"]
    assert "Train, Truro to Exeter St Davids" in shown
    test.radio[0].set_value("car").run()
    assert not test.exception
    assert [each.value for each in test.subheader][1] == "By car"
    assert "Train, Truro to Exeter St Davids" not in text_of(test)
    assert "A30" in text_of(test)
    assert len(test.get("download_button")) == 3


def test_a_prison_without_known_sessions_says_so() -> None:
    unknown = next(
        prison for prison in register.prisons() if prison.status != "closed" and not sessions.sessions(prison.id)
    )
    test = start()
    test.selectbox(key="prison").set_value(unknown.id).run()
    assert [label.split(",")[0] for label in test.selectbox(key=f"day_{unknown.id}").options] == [
        "Wednesday",
        "Saturday",
    ]
    answer(test, "B1 1AA", None)
    assert not test.exception
    assert "do not know this prison&#39;s own sessions" in text_of(test)


def test_where_no_train_or_bus_is_known_the_car_is_shown_and_why() -> None:
    test = answer(start(), "BT1", northern().id)
    assert not test.exception
    shown = text_of(test)
    assert "By car" in shown
    assert "No train or bus between" in shown


def northern() -> register.Prison:
    """Return an open prison in Northern Ireland."""
    return next(p for p in register.prisons() if p.nation == "Northern Ireland" and p.status != "closed")


def test_an_old_answer_goes_when_the_next_question_fails(asked: list[Any]) -> None:
    test = answer(start(), "TR1 2HE", "EXI")
    answer(test, "", "EXI")
    assert len(asked) == 1
    assert not test.header


def test_no_way_is_one_sentence_at_the_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        msg = "No road or ferry that we know joins the two places; start from another place."
        raise NoRouteError(msg)

    monkeypatch.setattr(page, "plan_visit", refuse)
    shown = text_of(answer(start(), "TR1 2HE", "EXI"))
    assert shown.count("No road or ferry that we know") == 2
    assert 'id="origin-error"' in shown


def test_a_prison_without_a_car_ferry_is_a_problem_of_the_prison(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        msg = "No road is near the prison; it may be an island without a car ferry."
        raise NoRouteError(msg, "destination")

    monkeypatch.setattr(page, "plan_visit", refuse)
    shown = text_of(answer(start(), "TR1 2HE", "JSY-LMO"))
    assert 'id="prison-error"' in shown


def test_a_link_can_name_the_prison_but_not_the_place() -> None:
    test = AppTest.from_file(str(ENTRY), default_timeout=TIMEOUT_S)
    test.query_params["prison"] = "EXI"
    test.query_params["origin"] = "TR1 2HE"
    test.run()
    assert test.selectbox(key="prison").value == "EXI"
    assert test.text_input(key="origin").value == ""


def test_a_link_with_an_unknown_prison_chooses_none() -> None:
    test = AppTest.from_file(str(ENTRY), default_timeout=TIMEOUT_S)
    test.query_params["prison"] = "nowhere"
    assert test.run().selectbox(key="prison").value is None


def show_about() -> None:
    """Run the second page alone."""
    from nearhome.app.pages import about as page

    page.show()


def test_every_table_is_described_with_date_source_and_licence() -> None:
    test = AppTest.from_function(show_about, default_timeout=TIMEOUT_S).run()
    assert not test.exception
    shown = text_of(test)
    for table in tables.tables().values():
        for fact in (table.title, table.source_date, table.licence, table.version, f"{table.rows:,}"):
            assert escape(fact) in shown
    assert "How sure are we?" in shown
    assert "What is not covered" in shown
