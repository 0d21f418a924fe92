"""The practice sites: their facts are the guide's, their figures those of the model, their files whole."""

from __future__ import annotations

import csv
import hashlib
import importlib
import io
import json
import re
from datetime import date
from functools import cache
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from nearhome.analysis import cases
from nearhome.analysis.cases import site as sites
from nearhome.analysis.services import coverage
from nearhome.app.cli.shell import main
from tests.paths import SHARED

if TYPE_CHECKING:
    from pathlib import Path

    from nearhome.analysis.cases.report import CaseReport
    from nearhome.analysis.cases.site import Site

GUIDE, TODAY = date(2008, 1, 1), date(2026, 11, 21)
NAMES = [name for name in cases.CASES if name != "cornwall"]
FACTS_FILE = SHARED / "reference" / "practice-sites.md"
NUMBERS = {
    "Telford: offenders locally at one time / of whom in custody": "780 / 226",
    "Norfolk: children (5-13) whom Ormiston supports directly": "22",
    "Ormiston: Eastern region prisons with its family services": "8",
    "POPS: family link workers inside North West prisons": "10",
    "Scotland: prisons, with some level of family contact officer presence; time and number vary, "
    "much depends on the governor": "14",
    "Scotland: visitor centres (Edinburgh, Perth)": "2",
    "Scotland: families helpline, calls and e-mails a year / staff": "2,000 / 4",
    "Northern Ireland: main prisons / young offenders' institution that also holds women": "3 / 1",
    "Northern Ireland: independent advice offered to every family, "
    "contact if the prisoner agrees and the family wants it": "within 48 hours",
    "POPS: information pack to the family of a new arrival": "within 48 hours",
    "Local safeguarding boards that answered the survey (of 150 in England, 21 %; February to 31 March 2007)": "32",
    "Boards with a service level agreement with police or probation on a parent's arrest": "3 of 32",
    "Boards whose staff were trained in arranging prison visits": "3 of 32",
}
"""The guide's figures on these sites, from its own summary."""

BANBURY = {
    "Banbury Family Matters group: first case forum": "November 2006",
    "Banbury Family Matters group: how often it meets": "every three months",
    "Copies being set up": "Slough, Bicester, High Wycombe",
}


def site_of(name: str) -> Site:
    found: Site = importlib.import_module(cases.CASES[name]).SITE
    return found


@cache
def report_of(name: str, day: date = TODAY) -> CaseReport:
    made: CaseReport = importlib.import_module(cases.CASES[name]).report(day)
    return made


def said_by(name: str, day: date = TODAY) -> str:
    return " ".join(report_of(name, day).text.replace("\n- ", " ").split())


def test_there_are_eight_cases() -> None:
    assert sorted(cases.CASES) == sorted(
        ["cornwall", "banbury", "halton", "northern-ireland", "norwich", "north-west", "scotland", "west-midlands"]
    )


def test_every_figure_is_the_guides() -> None:
    told = {fact.what: fact.figure for name in NAMES for fact in site_of(name).facts}
    assert told == NUMBERS | BANBURY


@pytest.mark.skipif(not FACTS_FILE.is_file(), reason="the summary of the guide is not on this machine")
def test_the_figures_stand_so_in_the_summary_of_the_guide() -> None:
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", FACTS_FILE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    table = dict(rows)
    for what, figure in NUMBERS.items():
        assert table[what] == figure


@pytest.mark.parametrize("name", NAMES)
def test_the_page_tells_its_facts_and_what_they_show(name: str) -> None:
    said = said_by(name)
    for fact in site_of(name).facts:
        assert f"{fact.what}: {fact.figure}." in said
    for heading in ("What the guide says", "Whom services in person reach", "What it shows", "What to bear in mind"):
        assert heading in said
    assert "no official count" in said
    assert "nan" not in said.lower().split()


@pytest.mark.parametrize("name", NAMES)
def test_its_services_are_the_registers(name: str) -> None:
    own = sites.own_services(site_of(name))
    in_force = {each.id for each in coverage.in_force(sites.GUIDE_DAY, "all")}
    assert {each.id for each in own} <= in_force
    assert bool(own) == (name != "halton")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("halton", "Halton is a gap: on 1 January 2008 it is said to have none"),
        ("halton", "on 21 November 2026 it is still said to have none"),
        ("northern-ireland", "Northern Ireland is covered: some service reaches every family"),
        ("northern-ireland", "England is a lottery: 24% of families"),
        ("northern-ireland", "by public transport not known"),
        ("scotland", "Scotland is covered: some service reaches every family"),
        ("scotland", "The officers in every prison reach 100 % of families"),
        ("norwich", "22 children are supported, of about"),
        ("north-west", "ten family link workers reach at most"),
        ("banbury", "Banbury's forum is there for about"),
        ("west-midlands", "29 % were in custody (226 of 780)"),
        ("west-midlands", "100 % of its people are held in another authority"),
    ],
)
def test_what_each_shows(name: str, words: str) -> None:
    assert words in said_by(name)


def test_more_forums_reach_more_children_and_further_is_more() -> None:
    counts = re.findall(r"for about ([\d,]+) children, and with its copies for ([\d,]+)", said_by("banbury"))
    figures = [[int(each.replace(",", "")) for each in pair] for pair in counts]
    assert len(figures) == 3
    assert all(before < after for before, after in figures)
    assert figures == sorted(figures)


def test_the_model_comes_near_telfords_own_count() -> None:
    found = re.search(r"the model has about (\d+) people", said_by("west-midlands"))
    assert found
    assert 226 / 1.5 < int(found[1]) < 226 * 1.5


@pytest.mark.parametrize("name", NAMES)
def test_its_files_are_whole(name: str, tmp_path: Path) -> None:
    made = report_of(name)
    made.write(tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["command"] == f"nearhome case {name} --as-of 2026-11-21 --out {name}"
    for file, checksum in manifest["files"].items():
        assert hashlib.sha256((tmp_path / file).read_bytes()).hexdigest() == checksum
    rows = list(csv.DictReader(io.StringIO(made.files[f"{name}.csv"])))
    assert {row["code"] for row in rows} == site_of(name).authorities
    assert {row["day"] for row in rows} == {"2008-01-01", "2026-11-21"}
    parser = HTMLParser()
    parser.feed(made.files[f"{name}.html"])
    assert "http" not in made.files[f"{name}.html"]
    ways = list(csv.DictReader(io.StringIO(made.files[f"{name}_journeys.csv"])))
    shares = [float(way["share_of_people_modelled"]) for way in ways]
    assert shares == sorted(shares, reverse=True)
    assert 0.2 < sum(shares) <= 1


def test_on_the_guides_own_day_there_is_one_day() -> None:
    made = report_of("halton", GUIDE)
    rows = list(csv.DictReader(io.StringIO(made.files["halton.csv"])))
    assert [row["day"] for row in rows] == ["2008-01-01"]
    assert made == report_of("halton", GUIDE)


def test_the_shell_shows_a_case() -> None:
    done = CliRunner().invoke(main, ["case", "north-west", "--as-of", "2008-01-01"])
    assert done.exit_code == 0
    assert done.output.startswith("The North West on 1 January 2008")
    listed = CliRunner().invoke(main, ["case"])
    assert listed.output.split() == list(cases.CASES)
