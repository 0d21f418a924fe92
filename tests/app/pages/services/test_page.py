"""*Where help is missing* without a browser: the ranking, classes, the story of an area, comparisons, own registers."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from nearhome.analysis.population import families
from nearhome.analysis.services import area_profile, coverage
from nearhome.analysis.services import by_district as district_coverage
from nearhome.app.pages.services import area_profile as profile_section
from nearhome.app.pages.services import choices as services_choices
from nearhome.app.pages.services import classes as services_classes
from nearhome.app.pages.services import compare, own_services, report
from nearhome.app.pages.services import table as services_table
from nearhome.app.pages.services.choices import EVERYWHERE, Choices
from nearhome.app.pages.shared import area_map, map_data
from nearhome.data.build import districts
from nearhome.data.catalogue import frames, tables
from nearhome.data.errors import SourceError
from nearhome.data.places import areas as area_finder
from nearhome.data.services import own as own_register
from tests.paths import SHARED

if TYPE_CHECKING:
    from pathlib import Path

    from nearhome.analysis.services.coverage import Coverage

SOURCES = SHARED / "data"
TIMEOUT_S = 60
GUIDE_DAY = date(2008, 1, 1)
CHOICES = Choices(None, "car", 60, GUIDE_DAY, "reached", EVERYWHERE)
NEAR = replace(CHOICES, measure="near")
HALTON, CORNWALL, BELFAST = "E06000006", "E06000052", "N09000003"
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture(scope="module")
def found() -> Coverage:
    """Return the coverage of help in person on the day of the guide."""
    return compare.assess(CHOICES, compare.counted(GUIDE_DAY, ()))


@pytest.fixture(scope="module")
def ranked(found: Coverage) -> tuple[services_table.Row, ...]:
    """Return the ranking of that coverage."""
    return services_table.rows(found, CHOICES)[0]


def show_page() -> None:
    """Run the page alone."""
    from nearhome.app.pages.services import page as services_page

    services_page.show()


def opened() -> AppTest:
    """Open the page on the day of the guide."""
    test = AppTest.from_function(show_page, default_timeout=TIMEOUT_S).run()
    assert not test.exception
    return test.radio(key=services_choices.DAY).set_value(services_choices.GUIDE).run()


def text_of(test: AppTest) -> str:
    """Return everything that the page shows through st.html and its headings."""
    assert not test.exception
    shown = [element.proto.body for element in test.get("html")]
    return "\n".join([*(each.value for each in (*test.title, *test.header, *test.subheader)), *shown])


def test_the_page_ranks_draws_and_says_that_numbers_are_estimates() -> None:
    test = opened()
    shown = text_of(test)
    assert [title.value for title in test.title] == ["Where help is missing"]
    assert "Nobody has counted these children" in shown
    assert "1 January 2008" in shown
    assert 'scope="row">1. ' in shown
    assert 'scope="row">13. ' not in shown
    test.toggle(key="missing_every").set_value(True).run()
    assert 'scope="row">361. ' in text_of(test)


def test_the_ranking_goes_by_children_without_help(found: Coverage, ranked: tuple[services_table.Row, ...]) -> None:
    table = found.table.set_index("code")
    assert len(ranked) == len(table) == 361
    known = [row for row in ranked if row.missing is not None]
    assert [row.missing for row in known] == sorted((row.missing or 0.0 for row in known), reverse=True)
    for row in known:
        assert row.missing == pytest.approx(table.loc[row.code, "children"] * (1 - table.loc[row.code, "covered"]))
        assert row.low is not None
        assert row.high is not None
        assert row.low <= (row.children or 0.0) <= row.high


def test_by_distance_it_goes_by_children_further_off(found: Coverage) -> None:
    table = found.table.set_index("code")
    for row in services_table.rows(found, NEAR)[0]:
        if row.missing is not None:
            assert row.missing == pytest.approx(
                table.loc[row.code, "children"] * (1 - table.loc[row.code, "within_60"])
            )


def test_few_children_are_not_shown(found: Coverage) -> None:
    small = found.table[found.table["children"] < 5]["code"].tolist()
    assert small
    rows = {row.code: row for row in services_table.rows(found, CHOICES)[0]}
    for code in small:
        assert rows[code].children is rows[code].missing is rows[code].low is None
        assert services_table.about(rows[code].children) == "too few to show"
    near = services_table.rows(found, NEAR)[0]
    assert not [row for row in near if row.missing is not None and 0.005 < row.missing < 5]


def test_public_transport_is_not_known_in_northern_ireland_and_never_ranked_as_missing() -> None:
    choices = replace(NEAR, mode="transit")
    found = compare.assess(choices, compare.counted(GUIDE_DAY, ()))
    by_code = services_classes.classes(found.table, choices)
    northern = [code for code in by_code if code.startswith("N")]
    assert {by_code[code] for code in northern} == {"unknown"}
    rows = services_table.rows(found, choices)[0]
    assert {row.code for row in rows[-40:]} >= set(northern)
    assert {row.lost for row in rows if row.code in northern} == {"not known"}
    assert all(math.isnan(row.missing or 0.0) for row in rows if row.code in northern and row.missing is not None)


def test_the_map_has_the_class_that_the_table_implies(found: Coverage) -> None:
    by_code = services_classes.classes(found.table, CHOICES)
    keys = {look.key for look in services_classes.looks(CHOICES)}
    assert set(by_code.values()) <= keys
    for row in found.table.itertuples():
        key = by_code[str(row.code)]
        if key == "told":
            assert row.standing == "said to have none"
        else:
            expected = "none" if row.covered <= 0.005 else "few"
            for name, least in (("some", 0.1), ("half", 0.5), ("all", 0.95)):
                expected = name if row.covered >= least else expected
            assert key == expected
    assert by_code[HALTON] == "told"
    assert {by_code[code] for code in by_code if code[0] in "NS"} == {"all"}


@given(st.floats(0, 400), st.sampled_from(services_choices.MINUTES))
def test_a_longer_way_is_never_in_a_better_class(minutes: float, within: int) -> None:
    choices = replace(NEAR, minutes=within)
    table = pd.DataFrame(
        {
            "code": ["a", "b"],
            "minutes_1_mean": [minutes, minutes + 20],
            "not_known": [0.0] * 2,
            "no_way": [0.0] * 2,
            "no_place": [0.0] * 2,
        }
    )
    order = [look.key for look in services_classes.looks(choices)]
    by_code = services_classes.classes(table, choices)
    assert order.index(by_code["a"]) <= order.index(by_code["b"])


def test_worse_is_darker_so_that_grey_tells_classes_apart() -> None:
    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for choices in (CHOICES, NEAR):
        lights = [light(look.colour) for look in services_classes.looks(choices) if look.key != "unknown"]
        assert lights == sorted(lights, reverse=True)
        assert min(abs(a - b) for a, b in pairwise(lights)) > 0.02


def test_districts_add_up_to_the_whole(found: Coverage) -> None:
    table = district_coverage.by_district(found)
    where = found.parts.families
    weight = district_coverage.districts(where).sums(where.children)
    whole = float(found.table["covered"] @ found.table["children"] / found.table["children"].sum())
    assert float(weight @ table["covered"] / weight.sum()) == pytest.approx(whole)
    assert set(frames.load(districts.TABLE)["district"]) <= set(table["code"])
    assert set(services_classes.classes(table, CHOICES)) == set(table["code"])


def test_the_story_of_halton_tells_the_gap_its_need_and_its_neighbours(
    found: Coverage, ranked: tuple[services_table.Row, ...]
) -> None:
    told = area_profile.story(found, HALTON)
    row = next(row for row in ranked if row.code == HALTON)
    shown = profile_section.html(told, row, found, CHOICES)
    assert "no official count of children" in shown
    assert "A source says that Halton had no service of its own." in shown
    assert "No service, stated in 2008" in shown
    assert "held in other authorities" in shown
    assert "England is a lottery" in shown
    assert told.held_elsewhere == pytest.approx(1.0)
    assert sum(told.ends.values()) == pytest.approx(1.0)


def test_stories_of_cornwall_then_and_now(found: Coverage) -> None:
    then = area_profile.story(found, CORNWALL)
    assert [each.service.name for each in then.near][:1] == ["Pact at Bodmin Magistrates' Court"]
    assert then.near[0].status.in_force
    minutes = [each.minutes for each in then.near if not each.inside]
    assert minutes == sorted(minutes, key=lambda value: value or 0.0)
    now = area_profile.story(coverage.assess(as_of=date(2026, 11, 22)), CORNWALL)
    lapsed = [each for each in now.former if "Bodmin" in each.service.name]
    assert lapsed[0].status.words == "Stated in 2008; not known on 22 November 2026."
    assert not lapsed[0].status.in_force


def test_a_nation_that_is_covered_is_said_to_be(found: Coverage, ranked: tuple[services_table.Row, ...]) -> None:
    row = next(row for row in ranked if row.code == BELFAST)
    said = profile_section.even_sentences(found, area_profile.story(found, BELFAST), CHOICES)
    assert said == ("Northern Ireland is covered: some service reaches every family, wherever it lives.",)
    assert "100% of its children" in " ".join(
        profile_section.help_sentences(row, area_profile.story(found, BELFAST), CHOICES)
    )


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (None, "too few to show"),
        (math.nan, "not known"),
        (0.0, "none"),
        (3.2, "fewer than 5"),
        (5.4, "10"),
        (94.6, "90"),
        (343.6, "340"),
        (995.0, "1,000"),
        (4_349.0, "4,300"),
    ],
)
def test_numbers_are_said_to_two_figures(number: float | None, said: str) -> None:
    assert services_table.about(number) == said


@given(st.floats(5, 1e6))
def test_a_rounded_number_is_within_five_or_a_twentieth(number: float) -> None:
    assert abs(int(services_table.about(number).replace(",", "")) - number) <= max(5.0, 0.05 * number)


def test_the_gap_report_is_a_workbook_of_the_same_question() -> None:
    choices = replace(CHOICES, part="Scotland")
    _, own = own_register.read("mine.csv", register(GOOD | {"lat": "55.9533", "lon": "-3.1883"}))
    content = report.workbook(choices, compare.counted(GUIDE_DAY, own))
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    cells = [
        str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None
    ]
    assert any("Where help for families of prisoners is missing: Scotland, 1 January 2008" in cell for cell in cells)
    assert sum(cell == "Glasgow City" for cell in cells) > 0
    assert HOSTILE in cells
    assert report.name(choices) == "gaps-scotland-2008-01-01.xlsx"


def test_the_file_has_every_area_and_no_suppressed_number(
    found: Coverage, ranked: tuple[services_table.Row, ...]
) -> None:
    content = services_table.csv_bytes(ranked, CHOICES, ("=HYPERLINK(1)", "a note"))
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    table = rows[1 : 1 + len(ranked)]
    assert rows[0] == list(services_table.CSV_HEADS)
    assert {row[0] for row in table} == set(found.table["code"])
    hidden = {row.code for row in ranked if row.children is None}
    assert {row[0] for row in table if row[2] == "[c]"} == hidden
    assert ["'=HYPERLINK(1)"] in rows
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@"))]


def test_parts_of_the_country_hold_their_areas(found: Coverage) -> None:
    for part in services_choices.parts():
        rows, _ = services_table.rows(found, replace(CHOICES, part=part))
        known = [
            code for code, area in area_finder.authorities().items() if part in {EVERYWHERE, area.nation, area.region}
        ]
        assert {row.code for row in rows} == set(known)
    assert len(services_choices.parts()) == 1 + 4 + 9


def test_areas_and_districts_are_picked_from_lists_and_told_in_words() -> None:
    test = opened()
    test.selectbox(key="missing_area").set_value(CORNWALL).run()
    shown = text_of(test)
    assert [each.value for each in test.subheader] == ["Cornwall"]
    assert "Pact at Bodmin" in shown
    test.toggle(key="missing_detail").set_value(True).run()
    test.selectbox(key="missing_district").set_value("TR1").run()
    assert "In TR1, " in text_of(test)
    test.radio(key=services_choices.MEASURE).set_value("near").run()
    assert "From TR1 the nearest is about" in text_of(test)
    assert "CC BY-SA 3.0" in text_of(test)
    test.selectbox(key=services_choices.PART).set_value("Scotland").run()
    assert test.selectbox(key="missing_area").value is None
    assert not test.subheader


def test_a_kind_that_nobody_offers_is_still_a_page() -> None:
    test = opened()
    test.selectbox(key=services_choices.KIND).set_value("school_link")
    test.radio(key=services_choices.MODE).set_value("transit")
    test.radio(key=services_choices.DAY).set_value(services_choices.TODAY)
    test.radio(key=services_choices.MEASURE).set_value("near").run()
    assert "no service at a known place" in text_of(test)
    test.radio(key=compare.COMPARE).set_value(compare.CLOSE).run()
    assert "so none can close" in text_of(test)


def test_two_days_are_compared_with_the_earlier_first() -> None:
    test = opened()
    test.radio(key=compare.COMPARE).set_value(compare.DAY).run()
    shown = text_of(test)
    assert "From 1 January 2008 to " in shown
    assert "lose it" in shown
    assert "Change of the share of children with help" in shown


def test_a_new_service_reaches_more_and_a_closed_one_fewer() -> None:
    test = opened()
    test.selectbox(key=services_choices.KIND).set_value("court_service").run()
    test.radio(key=compare.COMPARE).set_value(compare.ADD).run()
    test.text_input(key=compare.TOWN).set_value("Penzance").run()
    shown = text_of(test)
    assert "<p>Court service, Penzance: about " in shown
    assert "children gain help" in shown
    assert "lose it" not in shown
    test.text_input(key=compare.TOWN).set_value(HOSTILE).run()
    shown = text_of(test)
    assert "<script>" not in shown
    assert 'role="alert"' in shown
    test.radio(key=compare.COMPARE).set_value(compare.CLOSE).run()
    closed = test.multiselect(key=compare.CLOSED)
    closed.set_value(
        [value for value, label in zip(_ids("court_service"), closed.options, strict=True) if "Bodmin" in label]
    )
    test.run()
    shown = text_of(test)
    assert "children lose help" in shown
    assert "gain help" not in shown


def _ids(kind: str) -> list[str]:
    """Return the ids of the services that the page offers to close, in its order."""
    choices = replace(CHOICES, kind=kind)
    return [each.id for each in compare.assess(choices, compare.counted(GUIDE_DAY, ())).services]


def test_the_best_next_places_are_looked_for_when_asked() -> None:
    test = opened()
    test.selectbox(key=services_choices.KIND).set_value("visitors_centre").run()
    test.radio(key=compare.COMPARE).set_value(compare.BEST).run()
    assert "Chosen among" not in text_of(test)
    test.toggle(key="missing_look").set_value(True).run()
    shown = text_of(test)
    assert len(re.findall(r": about [\d,]+ more children\.", shown)) == 3
    assert "Chosen among the prisons without one" in shown
    assert "children gain help" in shown


def test_gains_of_two_days_are_the_difference_of_shares(found: Coverage) -> None:
    later = compare.assess(CHOICES, compare.counted(date(2026, 11, 22), ()), date(2026, 11, 22))
    compared = compare.CoverageComparison(found, later, "then", "now", ())
    changed = {row.code: row for row in compare.gains(compared, CHOICES)}
    for old, new in zip(found.table.itertuples(), later.table.itertuples(), strict=True):
        if abs(new.covered - old.covered) < 0.005:
            assert old.code not in changed
        elif changed[str(old.code)].children is not None:
            expected = new.children * (new.covered - old.covered)
            assert changed[str(old.code)].children == pytest.approx(expected)
    classes = compare.classes(compared, CHOICES)
    assert all((classes[code] == "same") == (code not in changed) for code in classes)


def register(*rows: dict[str, Any]) -> bytes:
    """Return a register of own services as CSV."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, own_register.OWN_COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode()


GOOD = {"id": "a", "name": HOSTILE, "kind": "family_support", "lat": "50.2632", "lon": "-5.0510", "reach": "minutes"}
GOOD |= {"minutes": "45", "mode": "car", "source": "=cmd|' /C calc'!A0"}


def test_a_register_in_memory_gives_its_services_and_installs_nothing() -> None:
    check, found = own_register.read("mine.csv", register(GOOD))
    assert check.is_good
    assert [each.id for each in found] == ["own:a"]
    assert found[0].name == HOSTILE
    assert compare.counted(GUIDE_DAY, found)[-1] == found[0]
    from nearhome.data.services import register as service_register

    assert not service_register.own_file().exists()
    with pytest.raises(SourceError, match="has no services"):
        own_register.read("mine.csv", register())


def test_own_services_reach_the_page_as_text() -> None:
    _, own = own_register.read("mine.csv", register(GOOD))
    found = compare.assess(CHOICES, compare.counted(GUIDE_DAY, own))
    told = area_profile.story(found, CORNWALL)
    assert told.near[0].service.name == HOSTILE
    row = next(row for row in services_table.rows(found, CHOICES)[0] if row.code == CORNWALL)
    shown = profile_section.html(told, row, found, CHOICES)
    assert "<script" not in shown
    assert "<img" not in shown
    assert "&lt;script&gt;" in shown
    points = [area_map.ServicePoint(each.lat, each.lon, each.name) for each in own if each.lat and each.lon]
    drawn = area_map.areas_map(services_classes.looks(CHOICES), {}, points=points).get_root().render()
    assert "<script>alert" not in drawn
    assert "<img src=x" not in drawn
    assert "\\u003cscript\\u003ealert(1)" in drawn


def test_everything_wrong_with_a_register_is_told_and_none_of_it_is_used() -> None:
    sea = GOOD | {"id": "sea", "lat": "56.0", "lon": "3.0"}
    twice = GOOD | {"id": "a", "kind": "<b>magic</b>"}
    services, message, problems = own_services._read(register(GOOD, sea, twice))  # noqa: SLF001 - what the page shows
    assert services == ()
    assert "none of it is used" in message
    assert message.count("<li>") == problems.count("\n") >= 3
    assert "<b>" not in message
    assert "line 3" in problems.casefold()
    _, message, _ = own_services._read(b"PK\x03\x04 no text")  # noqa: SLF001 - as above
    assert "is a spreadsheet or an archive, not CSV" in message


def test_a_page_with_thousands_of_problems_stays_short() -> None:
    bad = [GOOD | {"id": f"r{number}", "kind": "none such"} for number in range(3_000)]
    _, message, problems = own_services._read(register(*bad))  # noqa: SLF001 - as above
    assert message.count("<li>") == own_services.MOST_SHOWN
    assert "3,000 problems" in message
    assert "And 2,900 more problems." in message
    assert "more problems" in problems


def test_half_a_million_rows_are_refused_in_one_sentence() -> None:
    line = b"r,Name,family_support,50.2632,-5.0510,radius,20\n"
    content = b"id,name,kind,lat,lon,reach,miles\n" + 500_000 * line
    services, message, _ = own_services._read(content)  # noqa: SLF001 - as above
    assert services == ()
    said = "Your file has more than 100,000 rows, the most a register may have; give services only."
    assert f'<p class="nh-error">{said}</p>' in message
    assert message.count("<p") == 1


def test_the_map_asks_nobody_else_and_carries_little(found: Coverage) -> None:
    by_district = services_classes.classes(district_coverage.by_district(found), CHOICES)
    drawn = area_map.areas_map(
        services_classes.looks(CHOICES), services_classes.classes(found.table, CHOICES), districts_by=by_district
    )
    page = drawn.get_root().render()
    assert "http://" not in page
    assert "https://" not in page
    assert len(page) < 120_000
    assert "protomaps-leaflet.js" in page
    plain = area_map.areas_map(services_classes.looks(CHOICES), {}).get_root().render()
    assert "protomaps-leaflet.js" not in plain


def test_shapes_of_every_authority_are_small() -> None:
    features = json.loads(map_data.authorities())["features"]
    assert {feature["id"] for feature in features} == set(area_finder.authorities())
    assert len(map_data.authorities()) < 500_000


def test_tiles_show_districts_where_their_postcodes_are() -> None:
    shapes = frames.load(districts.TABLE).set_index("district")
    middles = frames.load("postcode_districts").set_index("district")
    both = shapes.join(middles, how="inner")
    from shapely import points

    away = [
        shape.distance(point)
        for shape, point in zip(both.geometry, points(both["lon"].to_numpy(), both["lat"].to_numpy()), strict=True)
    ]
    inside = sum(each < 0.01 for each in away) / len(away)
    assert len(both) == len(shapes)
    assert inside > 0.97


@pytest.mark.skipif(not SOURCES.is_dir(), reason="the source files are not on this machine")
def test_the_same_sources_give_the_same_tiles(tmp_path: Path) -> None:
    districts.build(SOURCES, tmp_path)
    built = tmp_path / "district_shapes.pmtiles"
    assert tables.checksum(built) == tables.table(districts.TABLE).sha256
    with pytest.raises(SourceError, match="cannot be read"):
        districts.build(tmp_path, tmp_path)


def test_every_family_lies_in_one_district() -> None:
    where = families.families(GUIDE_DAY)
    group = district_coverage.districts(where)
    assert group.sums(where.children).sum() == pytest.approx(where.children.sum())
    assert all(" " not in code for code in group.codes)
