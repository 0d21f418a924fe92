"""*What if people were held nearer home?* without a browser: real runs of a small system, changed and compared."""

from __future__ import annotations

import io
import json
import math
import re
import threading
import tomllib
import zipfile
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape
from streamlit.testing.v1 import AppTest

from nearhome.analysis.placement.scenarios import files, schema
from nearhome.analysis.placement.scenarios.schema import Lever, Moves, Objective, Scenario, Sensitivity, Weight
from nearhome.app import server as package
from nearhome.app.pages.placement import chart, classes, form, result, tables, worker
from nearhome.app.pages.placement import edits as placement_edits
from nearhome.app.pages.placement import page as placement_page
from nearhome.app.pages.placement.chart import Curve
from nearhome.app.pages.placement.edits import Opening
from nearhome.app.pages.placement.runs import Runs

if TYPE_CHECKING:
    from collections.abc import Callable

    from nearhome.app.pages.placement.result import Result

ENTRY = Path(package.__file__).resolve().with_name("main.py")
TIMEOUT_S = 60
MOST_RUNS = 600
DAY = date(2026, 7, 27)
FEW = Sensitivity(draws=3, points=4)
SMALL = Scenario(title="Small", about="All of Northern Ireland.", as_of=DAY, nation="Northern Ireland", sensitivity=FEW)
LIMITED = replace(SMALL, title="Small, 50 moves", moves=Moves(limit=50))


def work(scenario: Scenario, progress: Callable[[float, str], None], _cancelled: Callable[[], bool]) -> Result:
    """Work a scenario out in this process."""
    return worker.result(scenario, progress)


@pytest.fixture(scope="module")
def small() -> Result:
    """Return a real run of a small system."""
    return worker.result(SMALL, lambda *_: None)


@pytest.fixture(scope="module")
def limited() -> Result:
    """Return one with few moves."""
    return worker.result(LIMITED, lambda *_: None)


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """Open the page with two small scenarios in the place of those that come with nearhome."""
    runs = Runs(work)
    monkeypatch.setattr(placement_page, "shared", lambda: runs)
    monkeypatch.setattr(files, "named", lambda: {placement_page.FIRST: SMALL, "limited": LIMITED})
    return AppTest.from_function(show_page, default_timeout=TIMEOUT_S).run()


def show_page() -> None:
    """Run the page alone."""
    from nearhome.app.pages.placement import page as shown

    shown.show()


def text_of(test: AppTest) -> str:
    """Return everything the page shows as HTML and as headings."""
    bodies = [element.proto.body for element in test.get("html")]
    return "\n".join([*(each.value for each in (*test.title, *test.header)), *bodies])


def press(test: AppTest) -> AppTest:
    """Work the scenario out, and wait for it."""
    next(each for each in test.button if each.label == "Work it out").click()
    test.run()
    never = threading.Event()
    for _ in range(MOST_RUNS):
        if not any(each.label == "Cancel" for each in test.button):
            return test
        never.wait(0.05)
        test.run()
    pytest.fail("The run never ended.")


class Cells(HTMLParser):
    """Reads the rows of the tables in some HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a row or a cell."""
        del attrs
        if tag == "tr":
            self.rows.append([])
        self.inside = tag in {"td", "th"}
        if self.inside:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        """End a cell."""
        self.inside = self.inside and tag not in {"td", "th"}

    def handle_data(self, data: str) -> None:
        """Add to a cell."""
        if self.inside:
            self.rows[-1][-1] += data


def rows_of(html: str) -> list[list[str]]:
    """Return the cells of a table, its headings first."""
    reader = Cells()
    reader.feed(html)
    return reader.rows


def test_the_page_is_in_the_navigation_and_its_scenarios_ship() -> None:
    test = AppTest.from_file(str(ENTRY), default_timeout=TIMEOUT_S).run()
    assert not test.exception
    assert placement_page.FIRST in files.named()


def test_nothing_is_worked_out_before_the_button(page: AppTest) -> None:
    assert not page.exception
    assert [each.value for each in page.title] == ["What if people were held nearer home?"]
    assert "Modelled, not a count" in text_of(page)
    assert "All of Northern Ireland." in text_of(page)
    assert not page.header
    assert 'nation = "Northern Ireland"' in page.text_area[0].value


def test_a_run_is_shown_with_what_it_changes_for_whom(page: AppTest, small: Result) -> None:
    press(page)
    assert not page.exception
    shown = text_of(page)
    assert [each.value for each in page.header] == [
        "Small",
        "Who gains and who loses",
        "Moves against journeys",
        "The prisons",
        "Two scenarios side by side",
        "Keep this run",
    ]
    assert shown.count("Northern Ireland, 27 July 2026. Modelled, not a count.") >= 5
    for sentence in small.sentences:
        assert escape(sentence) in shown
    assert "Work out another scenario above" in shown
    assert len(page.get("download_button")) == 3
    next(each for each in page.selectbox if each.key == "nearer_by").set_value("sex").run()
    assert not page.exception
    assert "female" in text_of(page)


def test_a_second_scenario_is_set_beside_the_first(page: AppTest) -> None:
    press(page)
    page.selectbox(key=form.NAMED).set_value("limited").run()
    press(page)
    assert not page.exception
    assert page.header[0].value == "Small, 50 moves"
    shown = text_of(page)
    assert "First: Small, 50 moves. Second: Small." in shown
    assert "No limit on moves" in shown


def test_what_is_changed_on_the_page_is_worked_out(page: AppTest) -> None:
    limit = next(each for each in page.number_input if each.label.startswith("Most people moved"))
    limit.set_value(0)
    press(page)
    assert page.header[0].value == "Small, changed"
    rows = rows_of(text_of(page))
    plan = next(row for row in rows if "This plan" in row).index("This plan")
    assert next(row for row in rows if row[0].startswith("People who would be in another"))[plan] == "0"


def test_what_cannot_be_is_told_and_the_last_answer_goes(page: AppTest) -> None:
    press(page)
    at = next(each for each in page.text_input if each.label.startswith("Build a new one"))
    at.set_value("Nowhere at all <b>")
    press(page)
    assert not page.exception
    assert not page.header
    shown = text_of(page)
    assert "There is a problem" in shown
    assert "<b>" not in shown
    assert "Nowhere at all" in shown


def test_a_text_of_ones_own_is_checked_whole_and_then_chosen(page: AppTest) -> None:
    page.text_area[0].set_value('title = "Mine"\nas_of = 2026-07-27\nnation = "Wales"\nwhat = 1\n')
    next(each for each in page.button if each.label == "Use this text").click().run()
    shown = text_of(page)
    assert "There is a problem" in shown
    assert "nation is &#39;Wales&#39;" in shown
    assert "what is no key here" in shown
    page.text_area[0].set_value(schema.to_toml(replace(SMALL, title="Mine")))
    next(each for each in page.button if each.label == "Use this text").click().run()
    assert "There is a problem" not in text_of(page)
    assert page.selectbox(key=form.NAMED).value == form.OWN_WORDS
    assert press(page).header[0].value == "Mine"


def test_a_file_that_is_no_scenario_says_what_is_wrong() -> None:
    assert "TOML" in form.checked("title =").problems[0]
    assert "UTF-8" in form.checked(b"\xff\xfe\x00").problems[0]
    both = form.checked('title = "x"\nas_of = 2026-07-27\n[moves]\nlimit = 1\nprice = 2')
    assert len(both.problems) == 1
    assert form.checked(schema.to_toml(SMALL)).scenario == SMALL


def test_a_scenario_that_is_not_changed_stays_as_it_is() -> None:
    for scenario in files.named().values():
        assert placement_edits.apply(scenario, placement_edits.of(scenario)) is scenario


EDITS = st.fixed_dictionaries(
    {
        "burden": st.sampled_from(list(form.BURDENS)),
        "fairness": st.sampled_from(list(form.FAIRNESS)),
        "headroom_percent": st.floats(0, 50),
        "moves_limit": st.none() | st.integers(0, 90_000),
        "women_weight": st.floats(0.01, 100),
        "young_weight": st.floats(0.01, 100),
        "video_percent": st.floats(0, 100),
        "flexible_sessions": st.booleans(),
        "closed": st.sampled_from([(), ("EXI",), ("HII", "EXI")]),
        "again": st.sampled_from([Opening(), Opening("DAI", 100, ("C", "D"))]),
        "new": st.sampled_from([Opening(), Opening("best", 200, ("closed",)), Opening("Bodmin", 50, ("B",))]),
        "draws": st.integers(0, 1000),
    }
)


@given(EDITS, st.sampled_from(sorted(files.named())))
def test_every_change_makes_a_scenario_that_says_it(wanted: dict[str, Any], name: str) -> None:
    base = files.named()[name]
    edits = replace(placement_edits.of(base), **wanted)
    made = placement_edits.apply(base, edits)
    again = form.checked(schema.to_toml(made))
    assert again.problems == ()
    assert again.scenario == made
    assert replace(placement_edits.of(made), closed=()) == replace(edits, closed=())
    assert set(placement_edits.of(made).closed) == set(edits.closed)


def test_changes_keep_what_the_page_does_not_ask() -> None:
    bus = Lever(kind="bus", prison="Exeter", homes=("Cornwall",), minutes=90.0)
    lifers = Weight(sentence="life", weight=3.0)
    base = replace(
        files.named()[placement_page.FIRST],
        lever=(bus, Lever(kind="close", prison="Exeter")),
        objective=Objective(weight=(lifers,)),
        moves=Moves(price=4.0),
    )
    edits = replace(placement_edits.of(base), closed=(), women_weight=2.0)
    made = placement_edits.apply(base, edits)
    assert made.lever == (bus,)
    assert made.objective.weight == (lifers, Weight(sex="female", weight=2.0))
    assert made.moves.price == 4.0
    assert placement_edits.apply(base, replace(edits, moves_limit=9)).moves == Moves(limit=9)


def test_the_table_of_figures_has_the_numbers_of_the_run(small: Result, limited: Result) -> None:
    rows = rows_of(tables.figures(small))
    assert rows[0][1:] == ["Today", "Nearest free place", "This plan"]
    mean = small.figures.set_index("figure").loc["minutes_mean"]
    shown = next(row for row in rows if row[0].startswith("Mean journey"))
    assert [float(each) for each in shown[1:]] == [round(mean[name], 1) for name in ("today", "greedy", "plan")]
    assert rows_of(tables.figures(limited))[0][-1] == "No limit on moves"
    assert len(rows) == len(small.figures) + 1


def test_sureness_follows_the_draws(small: Result) -> None:
    rows = {row[0]: row for row in rows_of(tables.sureness(small))}
    noise = small.noise.set_index("figure").loc["minutes_mean"]
    row = next(row for name, row in rows.items() if name.startswith("Mean journey"))
    assert row[-1] == ("larger" if noise["is_sure"] else "smaller")
    assert row[1].startswith(tables.MINUS)
    untested = replace(small, noise=small.noise.assign(low=math.nan, high=math.nan))
    assert tables.UNKNOWN in tables.sureness(untested)


def test_two_runs_side_by_side_differ_by_what_the_files_say(small: Result, limited: Result) -> None:
    rows = rows_of(tables.side_by_side(small, limited))
    moves = next(row for row in rows if row[0].startswith("People who would be in another"))
    first, second = (json.loads(each.files["results.json"])["figures"]["moves"]["plan"] for each in (small, limited))
    assert moves[1:3] == [f"{first:,.0f}", f"{second:,.0f}"]
    assert moves[3] == f"{tables.MINUS}{first - second:,.0f}"


@given(st.floats(-1e9, 1e9))
def test_numbers_keep_their_sign_and_size(value: float) -> None:
    text = tables.number(value, 1, signed=True)
    back = float(text.replace(",", "").replace(tables.MINUS, "-").removesuffix("m"))
    back *= 1e6 if text.endswith("m") else 1
    assert back == pytest.approx(value, abs=0.051 if abs(value) < 1e5 else 5001)


def test_small_counts_are_on_no_table_of_the_page(small: Result) -> None:
    for name in ("by_authority", "authorities_most", "by_age"):
        table = small.tables[name]
        for column in {"people", "nearer", "further", "same", "moved"} & {each.name for each in table.columns}:
            assert not [cell for cell in table.values(column) if isinstance(cell, int | float) and 0 < cell < 5]


def test_everything_can_be_kept_and_is_the_same_each_time(small: Result) -> None:
    packed = result.archive(small)
    assert packed == result.archive(small)
    with zipfile.ZipFile(io.BytesIO(packed)) as held:
        names = held.namelist()
        assert {"scenario.toml", "results.json", "manifest.json", "tables/by_authority.csv"} <= set(names)
        assert schema.from_table(tomllib.loads(held.read("scenario.toml").decode())) == SMALL


@given(st.lists(st.tuples(st.integers(0, 90_000), st.floats(1, 500)), min_size=1, max_size=9), st.booleans())
def test_every_point_of_the_curve_is_inside_the_drawing(points: list[tuple[int, float]], mark: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
    drawn = ET.fromstring(chart.svg(Curve(points, "minutes", points[-1] if mark else None)))  # noqa: S314 - our own text
    circles = [each for each in drawn if each.tag.endswith("circle")]
    assert len(circles) == len(points)
    for each in circles:
        assert chart.LEFT <= float(each.attrib["cx"]) <= chart.WIDTH - chart.RIGHT
        assert chart.TOP <= float(each.attrib["cy"]) <= chart.HEIGHT - chart.BOTTOM
    assert len([each for each in drawn if each.tag.endswith("rect")]) == int(mark)


@given(st.floats(-1e5, 1e5), st.floats(0, 1e5))
def test_ticks_hold_both_ends_and_are_few(low: float, span: float) -> None:
    found = chart.ticks(low, low + span)
    assert found[0] <= low + 1e-6
    assert found[-1] >= low + span
    assert 2 <= len(found) <= chart.TICKS + 3


def test_the_chart_says_in_words_what_it_shows(small: Result) -> None:
    image = chart.image(Curve([(0, 60.0), (10, 50.0)], "minutes"), 'a "text"')
    assert 'alt="a &#34;text&#34;"' in image
    said = tables.curve_words(small)
    assert re.search(r"Half of all that can be gained takes [\d,]+ moves", said)


@pytest.mark.parametrize(
    ("minutes", "key"),
    [
        (-61, "far_better"),
        (-30, "much_better"),
        (-10, "better"),
        (-9.9, "same"),
        (9, "same"),
        (10, "worse"),
        (99, "much_worse"),
    ],
)
def test_classes_of_change(minutes: float, key: str) -> None:
    assert classes.class_of(minutes) == key


def test_the_map_says_what_the_table_says(small: Result) -> None:
    found = classes.classes(small)
    assert len(found) == len(small.tables["by_authority"].rows)
    assert sum(classes.counts(found).values()) == len(found)
    assert set(found.values()) <= {look.key for look in classes.LOOKS}
    (south, west), (north, east) = classes.bounds(found)
    assert 53 < south < north < 56
    assert -9 < west < east < -5
