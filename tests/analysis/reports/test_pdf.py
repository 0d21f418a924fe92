"""Documents to keep: the same parts as HTML and as PDF, the same bytes each time, and no trace of where one lives."""

from __future__ import annotations

import base64
import re
import zlib
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from nearhome.analysis.costs.party import Party
from nearhome.analysis.reports import documents, pdf
from nearhome.analysis.reports.documents import Grid, Heading, Items, Paragraph
from nearhome.analysis.visits import day
from nearhome.analysis.visits.plan import plan_visit
from nearhome.app.pages.visits import document
from nearhome.data.prisons import register
from nearhome.geo.places import find

if TYPE_CHECKING:
    from nearhome.analysis.visits.plan import VisitPlan

POSTCODE = "TR1 2HE"
TODAY = date(2026, 11, 21)
BLOCKS = (
    Heading("A part"),
    Paragraph("Rain & <b>shine</b>, £5 \N{EN DASH} 20 \N{RIGHT SINGLE QUOTATION MARK}til late"),
    Items(("first", "second"), numbered=True),
    Grid("Long", ("Name", "Number"), tuple((f"row {n}", f"{n}") for n in range(120)), frozenset({1})),
)


@pytest.fixture(scope="module")
def plan() -> VisitPlan:
    """Return all ways from Truro to Exeter on a Friday, with two children."""
    return plan_visit(
        find.find(POSTCODE),
        register.by_id("EXI"),
        party=Party(1, 2, (4, 9)),
        as_of=TODAY,
        modes=("transit", "car", "hire"),
        session=day.choose("EXI", "fri")[0],
    )


def shown(file: bytes) -> list[str]:
    """Return the text of each page: what the operators Tj put on it, from the decoded streams."""
    pages = []
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", file, re.DOTALL):
        content = zlib.decompress(
            base64.a85decode(stream.strip(), adobe=False)
            if b"~>" not in stream
            else base64.a85decode(b"<~" + stream.strip(), adobe=True)
        )
        texts = re.findall(rb"\(((?:[^()\\]|\\.)*)\) Tj", content)
        if texts:
            raw = b" ".join(texts)
            raw = re.sub(rb"\\(\d{3})", lambda found: bytes([int(found[1], 8)]), raw)
            pages.append(re.sub(rb"\\(.)", rb"\1", raw).decode("cp1252"))
    return pages


def test_the_same_document_gives_the_same_bytes() -> None:
    one, two = pdf.pdf("A title", BLOCKS), pdf.pdf("A title", BLOCKS)
    assert one == two
    assert one.startswith(b"%PDF-")


def test_title_language_pages_and_repeated_heads() -> None:
    file = pdf.pdf("Ways & means", BLOCKS)
    assert b"/Lang (en-GB)" in file
    assert b"/Title (Ways & means)" in file
    pages = shown(file)
    assert len(pages) >= 3
    for number, page in enumerate(pages, start=1):
        assert f"Page {number}" in page
        if "row" in page:
            assert "Name" in page
    whole = " ".join(pages)
    assert "Rain&<b>shine</b>,£5\N{EN DASH}20\N{RIGHT SINGLE QUOTATION MARK}tillate" in whole.replace(" ", "")
    assert all(f"row {n} " in whole + " " for n in range(120))


def test_a_letter_that_the_fonts_lack_is_a_question_mark() -> None:
    assert "T? here" in " ".join(shown(pdf.pdf("A", [Paragraph("T\N{LATIN SMALL LETTER W WITH CIRCUMFLEX} here")])))


def test_html_is_whole_and_escaped() -> None:
    page = documents.html("Ways & means", BLOCKS)
    assert page.startswith("<!DOCTYPE html>")
    assert "Rain &amp; &lt;b&gt;shine&lt;/b&gt;" in page
    tags: list[str] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, _attributes: tags.append(tag)
    parser.feed(page)
    assert tags.count("h1") == 1
    assert tags.count("tr") == 121
    assert "b" not in tags
    assert page.count('scope="row"') == 120
    assert page.count('scope="col"') == 2


def test_a_plan_has_the_ways_the_day_and_the_claim(plan: VisitPlan) -> None:
    page = documents.html(document.title(plan), document.blocks(plan))
    for said in (
        "The ways side by side",
        "By hired car",
        "Leave home",
        "typical, not a timetable",
        "A child of 9 misses 1 school day",
        "A video call instead",
        "What to know before you claim",
        "Data used",
        "21 November 2026",
    ):
        assert said in page
    assert page.count("Claim within 28 days") == 1
    assert "http" not in page
    whole = " ".join(shown(pdf.pdf(document.title(plan), document.blocks(plan))))
    assert "The ways side by side" in whole


def test_no_trace_of_the_starting_point_or_the_station_near_it(plan: VisitPlan) -> None:
    origin = SimpleNamespace(
        name=f"{POSTCODE} <script>",
        note=f"{POSTCODE} stands for another",
        precision_m=80.0,
        kind="postcode",
        lat=plan.origin.lat,
        lon=plan.origin.lon,
    )
    private = replace(plan, origin=origin)  # type: ignore[arg-type] # a place in all that a document asks for
    page = documents.html(document.title(private), document.blocks(private))
    printed = pdf.pdf(document.title(private), document.blocks(private))
    for text in (page, " ".join(shown(printed))):
        assert POSTCODE not in text
        assert "Truro" not in text
        assert "your station to Exeter St Davids" in text
    assert POSTCODE.encode() not in printed


def test_a_plan_by_car_alone_is_a_document_too(visit_plan: VisitPlan) -> None:
    page = documents.html(document.title(visit_plan), document.blocks(visit_plan))
    assert "HMP Exeter" in page
    assert "side by side" not in page
    assert POSTCODE not in page
