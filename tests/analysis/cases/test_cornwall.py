"""The Cornwall case against routes worked out one by one, known distances, and its own files."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from datetime import date
from html.parser import HTMLParser
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nearhome.analysis import cases
from nearhome.analysis.cases import cornwall, findings, journeys, text
from nearhome.analysis.cases.journeys import is_within
from nearhome.analysis.visits import plan
from nearhome.data.errors import DateError, InputError
from nearhome.data.prisons import register
from nearhome.geo.places import find
from nearhome.geo.routing.car_journeys import by_car
from nearhome.geo.routing.router import Router

if TYPE_CHECKING:
    from pathlib import Path

    from nearhome.analysis.cases.journeys import Journey, Spread
    from nearhome.analysis.cases.report import CaseReport

TODAY, GUIDE = date(2026, 11, 21), date(2008, 1, 1)


@pytest.fixture(scope="module")
def found() -> findings.CaseFindings:
    return cornwall.findings(TODAY)


@pytest.fixture(scope="module")
def report() -> CaseReport:
    return cornwall.report(TODAY)


@pytest.fixture(scope="module")
def earlier() -> CaseReport:
    return cornwall.report(GUIDE)


def rows(report: CaseReport) -> list[dict[str, Any]]:
    return [dict(zip(report.columns, row, strict=True)) for row in report.table]


def journey(found: findings.CaseFindings, town: str, prison: str) -> Journey:
    return next(each for each in found.journeys if (each.town.name, each.prison.id) == (town, prison))


@pytest.mark.parametrize("name", cases.CASES)
def test_every_case_has_a_report(name: str) -> None:
    assert callable(import_module(cases.CASES[name]).report)


@pytest.mark.parametrize(
    ("town", "prison"),
    [("Truro", "EXI"), ("Saltash", "BLI"), ("Bude", "EWI"), ("Torpoint", "CWI"), ("Penzance", "LYI")],
)
def test_a_journey_is_the_one_that_plan_a_visit_finds(found: findings.CaseFindings, town: str, prison: str) -> None:
    way = journey(found, town, prison)
    origin = find.find(f"{way.town.lat}, {way.town.lon}")
    planned = plan.plan_visit(origin, way.prison, party=cornwall.PARTY, as_of=TODAY)
    option = planned.options[0]
    assert way.miles == pytest.approx(option.miles, abs=0.1)
    assert way.minutes == pytest.approx(option.minutes, abs=0.1)
    assert way.crow_miles == pytest.approx(planned.crow_miles, abs=0.1)
    assert way.cost.pence == pytest.approx(option.cost.pence, abs=5)
    assert way.cost.high_pence == pytest.approx(option.cost.high_pence, abs=5)
    assert way.help_pence == pytest.approx(planned.reimbursement.pence, abs=5)


def test_the_crossings_of_the_matrix_are_those_of_the_routes(found: findings.CaseFindings) -> None:
    router = Router.shipped()
    shown = [prison for prison, _ in found.by_prison.values()]
    used = journeys.crossings_used(router.network, found.towns, shown, cornwall.CROSSINGS)
    seen = set()
    for row, column in np.random.default_rng(11).integers((0, 0), used.shape, size=(40, 2)).tolist():
        legs = by_car(found.towns[row], shown[column], router).legs
        on_route = {leg.ferry or leg.toll for leg in legs} - {""}
        assert {key for bit, key in enumerate(cornwall.CROSSINGS) if used[row, column] >> bit & 1} == on_route
        seen |= on_route
    assert "tamar" in seen


def test_no_more_crossings_are_looked_for_than_fit(found: findings.CaseFindings) -> None:
    with pytest.raises(ValueError, match="At most 6"):
        journeys.crossings_used(
            Router.shipped().network, found.towns[:1], found.regional[:1], [*cornwall.CROSSINGS, "humber"]
        )


def test_the_towns_stand_for_all_of_cornwall(found: findings.CaseFindings) -> None:
    assert sum(town.share for town in found.towns) == pytest.approx(1)
    assert sum(town.people for town in found.towns) == pytest.approx(found.people)
    assert {"Truro", "Penzance", "Saltash", "Launceston", "Bude"} <= {town.name for town in found.towns}


def test_truro_to_exeter_is_about_87_miles(found: findings.CaseFindings) -> None:
    assert journey(found, "Truro", "EXI").miles == pytest.approx(87, abs=4)
    assert journey(found, "Launceston", "EXI").miles < 60


def test_the_prisons_of_the_south_west_are_those_open_on_the_day(found: findings.CaseFindings) -> None:
    today = {prison.id for prison in found.regional}
    then = {prison.id for prison in cornwall.findings(GUIDE).regional}
    assert today == {"ASI", "BLI", "CWI", "EEI", "EWI", "EXI", "GMI", "LYI", "PDI", "VEI"}
    assert then - today == {"DAI", "DRI", "GLI", "SMI"}


def test_each_town_goes_to_the_quickest_prison_of_a_kind(found: findings.CaseFindings) -> None:
    for each in found.nearest:
        may_hold = {prison.id for prison in each.kind.prisons(TODAY)}
        assert {way.prison.id for way in each.row} <= may_hold
        best = {
            town: min(way.minutes for way in found.journeys if way.town is town and way.prison.id in may_hold)
            for town in found.towns
        }
        assert [way.minutes for way in each.row] == [best[way.town] for way in each.row]


def test_women_have_no_prison_nearer_than_eastwood_park(found: findings.CaseFindings) -> None:
    women = next(each for each in found.nearest if each.kind.key == "woman_remand")
    assert [prison.id for prison, _ in women.prisons] == ["EWI"]
    men = next(each for each in found.nearest if each.kind.key == "man_remand")
    assert women.spread.miles > 1.5 * men.spread.miles


def every_spread(found: findings.CaseFindings) -> list[Spread]:
    return [found.region, *found.by_sex.values(), *(spread for _, spread in found.by_prison.values())]


def test_shares_add_up_and_averages_lie_between_the_ends(found: findings.CaseFindings) -> None:
    for spread in every_spread(found):
        assert spread.below + spread.within + spread.above == pytest.approx(1)
        assert spread.lowest_miles <= spread.miles <= spread.highest_miles
        assert spread.low_pence <= spread.pence <= spread.high_pence


def test_the_share_within_80_to_180_miles_follows_from_the_long_table(report: CaseReport) -> None:
    regional = [row for row in rows(report) if row["in_south_west"] == "yes"]
    weights = [float(row["town_share"]) for row in regional]
    within = sum(weight for weight, row in zip(weights, regional, strict=True) if row["in_80_180"] == "yes")
    summary = list(csv.DictReader(report.files["cornwall_summary.csv"].splitlines()))
    assert float(summary[0]["share_80_to_180"]) == pytest.approx(within / sum(weights), abs=0.001)
    assert all((row["in_80_180"] == "yes") is (80 <= float(row["miles"]) <= 180) for row in regional)


@pytest.mark.parametrize(("miles", "inside"), [(79.9, False), (80.0, True), (180.0, True), (180.1, False)])
def test_the_ends_of_the_guides_distances_belong_to_it(miles: float, *, inside: bool) -> None:
    assert is_within(miles) is inside


def test_the_page_for_the_shell_says_what_it_must(report: CaseReport) -> None:
    page = " ".join(report.text.split())
    for words in (
        "modelled",
        "80 to 180 miles",
        "Mostly yes",
        "Shorter than the guide says",
        "Longer than the guide says",
    ):
        assert words in page
    assert max(len(line) for line in report.text.splitlines()) <= 130


def test_2008_has_the_estate_and_prices_of_its_time_and_no_reimbursement(
    report: CaseReport, earlier: CaseReport
) -> None:
    assert "no source was found for its rates on this day" in " ".join(earlier.text.split())
    assert {row["help_pence"] for row in rows(earlier)} == {""}
    assert {"GLI", "DAI"} <= {row["prison_id"] for row in rows(earlier)}
    dearer = {(row["town"], row["prison_id"]): row["cost_pence"] for row in rows(report)}
    both = [row for row in rows(earlier) if (row["town"], row["prison_id"]) in dearer]
    assert both
    assert all(row["cost_pence"] < dearer[row["town"], row["prison_id"]] for row in both)


def test_a_day_before_any_price_is_refused_in_one_sentence() -> None:
    with pytest.raises(DateError, match="1 January 2008"):
        cornwall.report(date(2007, 12, 31))


def test_the_same_day_gives_the_same_bytes(report: CaseReport, tmp_path: Path) -> None:
    first, second = report.write(tmp_path / "a"), cornwall.report(TODAY).write(tmp_path / "b")
    assert [path.name for path in first] == ["cornwall.csv", "cornwall_summary.csv", "cornwall.html", "manifest.json"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == sorted(path.name for path in first)


def test_the_manifest_repeats_the_run(report: CaseReport, tmp_path: Path) -> None:
    paths = {path.name: path for path in report.write(tmp_path)}
    manifest = json.loads(paths["manifest.json"].read_text(encoding="utf-8"))
    assert manifest["as_of"] == "2026-11-21"
    assert manifest["command"] == "nearhome case cornwall --as-of 2026-11-21 --out cornwall"
    assert {"prisons", "road_edges", "tariffs/fuel"} <= set(manifest["tables"])
    for name, checksum in manifest["files"].items():
        assert hashlib.sha256(paths[name].read_bytes()).hexdigest() == checksum


def test_a_folder_that_cannot_be_written_is_told_in_one_sentence(report: CaseReport, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be written"):
        report.write(tmp_path / "file")


class Tags(HTMLParser):
    """Collect tags, attributes and text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the tag and remember that it is open."""
        self.tags.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Refuse a tag that closes another."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self.text += data


@pytest.fixture(scope="module")
def parsed(report: CaseReport) -> Tags:
    tags = Tags()
    tags.feed(report.files["cornwall.html"])
    return tags


def test_the_map_page_is_well_formed_and_asks_for_nothing(report: CaseReport, parsed: Tags) -> None:
    assert parsed.open == []
    assert not {"script", "img", "link", "iframe", "object"} & {tag for tag, _ in parsed.tags}
    assert not any(name in {"src", "href"} for _, attributes in parsed.tags for name in attributes)
    assert "url(" not in report.files["cornwall.html"]


def test_the_map_has_a_name_and_the_tables_its_facts(found: findings.CaseFindings, parsed: Tags) -> None:
    drawing = next(attributes for tag, attributes in parsed.tags if tag == "svg")
    assert drawing["role"] == "img"
    assert drawing["aria-labelledby"] == "map-title map-desc"
    towns = [attributes for tag, attributes in parsed.tags if tag == "circle" and attributes.get("class") == "town"]
    assert len(towns) == len(found.towns)
    for prison, _ in found.by_prison.values():
        assert prison.name in parsed.text
    for town in found.towns:
        assert town.name in parsed.text


def test_no_two_names_on_the_map_cover_each_other(report: CaseReport) -> None:
    labels = re.findall(r'<text x="([\d.]+)" y="([\d.]+)">([^<]+)</text></g>', report.files["cornwall.html"])
    boxes = [(float(x), float(y), 6.0 * len(words)) for x, y, words in labels]
    assert len(boxes) > 10
    for number, (x, y, width) in enumerate(boxes):
        for other_x, other_y, other_width in boxes[number + 1 :]:
            assert x + width <= other_x or other_x + other_width <= x or abs(y - other_y) >= 12


@pytest.mark.parametrize(
    ("share", "words"), [(0.0, "0 %"), (0.002, "under 1 %"), (0.5, "50 %"), (0.998, "over 99 %"), (1.0, "100 %")]
)
def test_percentages_never_round_to_none_or_all(share: float, words: str) -> None:
    assert text.percent(share) == words


def test_a_prison_that_opened_later_is_not_in_the_earlier_case(earlier: CaseReport) -> None:
    then_open = {row["prison_id"] for row in rows(earlier)}
    assert all(register.by_id(prison_id).is_open(GUIDE) for prison_id in then_open)
