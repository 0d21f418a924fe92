"""The pages in a real Chromium, from a real server: the journey, nothing from outside, nothing left behind.

Chromium is found on the path, or where NEARHOME_CHROMIUM says. Without one these tests fail, because they
prove that the page works. The accessibility engine is axe-core (MPL-2.0, tests/vendor).
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import expect, sync_playwright

from nearhome.data.catalogue import tables
from tests.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Frame, Page

POSTCODE = "TR1 2HE"
TRACES = (b"TR1 2HE", b"TR12HE", b"tr1 2he", b"TR1%202HE", b"TR1+2HE")
AXE = ROOT / "tests" / "vendor" / "axe.min.js"
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = {"phone": (390, 844), "desktop": (1280, 900)}
START_TRIES = 150
TRIES, OPENS_MS = 5, 4_000
PAUSE_MS = 200
MAP_TRIES = 100
SCENARIO = """
title = "Northern Ireland, 60 moves"
as_of = 2026-07-27
nation = "Northern Ireland"
moves.limit = 60
sensitivity = {draws = 2, points = 4}
"""
RUN_MS = 120_000
SERVE = (
    "import sys; from nearhome.app.server.launch import serve; sys.exit(serve(int(sys.argv[1]), open_browser=False))"
)


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its address, its log, and the folders that it may write to."""

    url: str
    log: Path
    folders: tuple[Path, ...]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Start Chromium once for all tests."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = os.environ.get("NEARHOME_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not path or not Path(path).is_file():
        pytest.fail(f"No Chromium at {path or 'any of ' + ', '.join(names)}: install it, or set NEARHOME_CHROMIUM.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Server]:
    """Serve the pages on a free port, from another directory, with folders of its own to write to."""
    root = tmp_path_factory.mktemp("server")
    folders = tuple(root / name for name in ("home", "temporary", "work", "data"))
    for folder in folders:
        folder.mkdir()
    home, temporary, work, data = folders
    log = root / "log.txt"
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    surroundings = {"HOME": str(home), "TMPDIR": str(temporary), "NEARHOME_DATA": str(data)}
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(port)],
            cwd=work,
            env=os.environ | surroundings,
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    url = f"http://localhost:{port}"
    waiting = chromium.new_page()
    try:
        for _ in range(START_TRIES):
            if process.poll() is not None or _answers(url):
                break
            waiting.wait_for_timeout(PAUSE_MS)
        assert process.poll() is None, log.read_text()
        assert _answers(url), log.read_text()
        yield Server(url, log, folders)
    finally:
        waiting.close()
        process.terminate()
        process.wait()


def _answers(url: str) -> bool:
    """Whether the server is ready."""
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health") as answer:
            return bool(answer.status == 200)
    except URLError:
        return False


@pytest.fixture(params=WIDTHS)
def page(request: pytest.FixtureRequest, chromium: Browser, server: Server) -> Iterator[Page]:
    """Open the first page as on a phone and on a desktop; fail on any request that leaves this machine."""
    width, height = WIDTHS[request.param]
    opened = chromium.new_page(viewport={"width": width, "height": height}, locale="en-GB")
    outside: list[str] = []
    own = (server.url, server.url.replace("http", "ws", 1), "data:", "blob:")
    opened.on("request", lambda asked: None if asked.url.startswith(own) else outside.append(asked.url))
    opened.on("websocket", lambda asked: None if asked.url.startswith(own) else outside.append(asked.url))
    opened.goto(server.url)
    opened.get_by_role("button", name="Continue").wait_for()
    yield opened
    opened.close()
    assert outside == []


def ask(page: Page, postcode: str = POSTCODE) -> None:
    """Fill the form in for Exeter and press the button."""
    page.get_by_label("Your postcode or town").fill(postcode)
    prison = page.get_by_role("combobox", name="Prison")
    prison.click()
    prison.fill("exet")
    page.get_by_role("option", name=re.compile("^Exeter")).click()
    page.get_by_role("button", name="Continue").click()


def violations(where: Page | Frame) -> list[Any]:
    """Return what axe finds against WCAG, once nothing is faded because the page is about to replace it."""
    for _ in range(MAP_TRIES):
        if where.locator('[data-stale="true"]').count() == 0:
            break
        where.wait_for_timeout(PAUSE_MS)
    where.evaluate(AXE.read_text(encoding="utf-8"))
    found = where.evaluate(
        "axe.run(document).then(r => r.violations.filter(v => v.tags.some(t => t.startsWith('wcag')))"
        ".map(v => [v.id, v.nodes.map(n => n.html.slice(0, 200))]))"
    )
    return list(found)


def await_focus(page: Page, key: str) -> None:
    """Wait until the focus is on the container of that key."""
    page.locator(f".st-key-{key}:focus").wait_for()


def no_sideways_scroll(page: Page) -> bool:
    """Whether everything fits the width of the page."""
    return bool(page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= window.innerWidth"))


def test_the_journey_is_answered_and_drawn_offline(page: Page) -> None:
    assert page.title() == "Plan a visit - nearhome"
    assert violations(page) == []

    page.get_by_role("button", name="Continue").click()
    page.get_by_role("heading", name="There is a problem").wait_for()
    await_focus(page, "error_summary")
    assert page.title() == "Error: Plan a visit - nearhome"
    assert page.get_by_label("Your postcode or town").get_attribute("aria-describedby") == "origin-error"
    assert violations(page) == []

    ask(page)
    page.get_by_role("heading", name="Your visit to Exeter").wait_for()
    await_focus(page, "answer")
    assert page.title() == "Plan a visit - nearhome"
    assert page.get_by_label("Your postcode or town").get_attribute("aria-describedby") is None
    told = page.locator(".nh-answers").inner_text()
    for pattern in (
        r"About \d+ miles each way",
        r"About \d+ hours?( \d+ minutes)? there and back",
        r"Estimate: between £\d+ and £\d+ there and back for 1 adult",
        r"You may get back about £\d+",
        r"What is left for you to pay\?",
        r"Give or take \d+ minutes each way",
    ):
        assert re.search(pattern, told), (pattern, told)
    assert violations(page) == []
    assert no_sideways_scroll(page)

    cards = page.locator(".nh-ways > li")
    titles = cards.locator("h3").all_inner_texts()
    assert {"By train or bus", "By car", "By hired car"} <= set(titles)
    for card in cards.all():
        said = card.inner_text()
        assert re.search(r"Leave home by about \d\d:\d\d", said)
        assert re.search(r"You can be home by about \d\d:\d\d", said)
        assert re.search(r"Left to pay\s+(nothing|about £\d+|less than £1) \(", said)
    assert "not a timetable" in cards.first.inner_text()

    page.get_by_text("The way there and home", exact=True).click()
    page.get_by_text("Train, Truro to Exeter St Davids").wait_for()
    page.get_by_text("A video call instead", exact=True).click()
    page.get_by_text("2 video calls of 30 minutes").wait_for()
    assert violations(page) == []
    assert no_sideways_scroll(page)

    page.get_by_role("radiogroup").get_by_text("By car", exact=True).click()
    page.get_by_role("heading", name="By car", level=3).last.wait_for()
    page.get_by_text("Show the way on a map").click()
    frame = _map_frame(page)
    assert frame.locator("img.leaflet-marker-icon").evaluate_all("all => all.map(each => each.alt)") == [
        "Start: your place",
        "Prison: Exeter (HMP & YOI)",
    ]
    icons = "[...document.querySelectorAll('img.leaflet-marker-icon')]"
    frame.wait_for_function(
        f"() => {icons}.length === 2 && {icons}.every(each => each.complete && each.naturalWidth > 0)"
    )
    page.get_by_text("OpenStreetMap contributors").wait_for()
    assert violations(page) == []
    assert violations(frame) == []
    assert no_sideways_scroll(page)
    assert not re.search("TR1|2HE", page.url, re.IGNORECASE)


def _drawn(page: Page, maps: int = 1) -> list[Frame]:
    """Return the frames of the maps of areas once that many are drawn."""
    for _ in range(MAP_TRIES):
        frames = [frame for frame in page.frames if "streamlit_folium" in frame.url]
        drawn = [frame for frame in frames if _says(frame, "document.body.dataset.drawn === 'yes'")]
        if len(drawn) == maps:
            return drawn
        page.wait_for_timeout(PAUSE_MS)
    pytest.fail(f"{maps} maps of areas were not drawn.")


def _says(frame: Frame, script: str) -> bool:
    """Ask a frame something; one that the page is just replacing says nothing."""
    try:
        return bool(frame.evaluate(script))
    except BrowserError:
        return False


def _await_truth(frame: Frame, script: str) -> None:
    """Wait until a frame says yes. Playwright's own wait runs the script in the page, whose policy forbids that."""
    for _ in range(MAP_TRIES):
        if _says(frame, script):
            return
        frame.wait_for_timeout(PAUSE_MS)
    pytest.fail(f"This did not become true: {script}")


def _map_frame(page: Page) -> Frame:
    """Return the frame of the map once Leaflet has made it; polling lets the browser's events through."""
    for _ in range(MAP_TRIES):
        for frame in page.frames:
            if "streamlit_folium" in frame.url and _says(frame, "!!window.map"):
                return frame
        page.wait_for_timeout(PAUSE_MS)
    pytest.fail("The map was not made.")


def test_an_unknown_postcode_is_told_at_its_field_and_a_link_leads_there(page: Page) -> None:
    ask(page, "ZZ99 9ZZ")
    page.get_by_role("heading", name="There is a problem").wait_for()
    await_focus(page, "error_summary")
    page.locator(".nh-summary a").click()
    assert page.evaluate("document.activeElement.getAttribute('aria-describedby')") == "origin-error"
    assert page.locator("#origin-error").inner_text() == f"Error: {page.locator('.nh-summary a').inner_text()}"
    assert violations(page) == []
    assert "99" not in urlsplit(page.url)._replace(netloc="").geturl()  # the port may hold any digits


def test_about_the_data_is_reached_and_names_every_licence(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/about-the-data")
    page.get_by_role("heading", name="How sure are we?").wait_for()
    page.get_by_role("heading", name="Using these pages").wait_for()
    for licence in {table.licence for table in tables.tables().values()}:
        page.get_by_text(licence, exact=True).first.wait_for()
    assert violations(page) == []
    assert no_sideways_scroll(page)


def test_the_plan_can_be_kept_without_the_starting_point(page: Page) -> None:
    ask(page)
    kept = {}
    for button in ("Save as PDF", "Save as a web page", "Put the day in your calendar"):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=button).click()
        kept[waiting.value.suggested_filename] = waiting.value.path().read_bytes()
    assert list(kept) == ["visit-plan.pdf", "visit-plan.html", "day-out.ics"]
    assert kept["visit-plan.pdf"].startswith(b"%PDF-")
    assert b"Exeter" in kept["visit-plan.html"]
    assert b"SUMMARY:Day out\r\n" in kept["day-out.ics"]
    assert b"Exeter" not in kept["day-out.ics"]
    assert not any(trace in file for trace in (*TRACES, b"Truro") for file in kept.values())


def open_more(page: Page) -> None:
    """Open the further questions; a click while the page is still drawn is lost, and then it is asked again."""
    ages = page.get_by_label("Children's ages")
    for _ in range(TRIES):
        page.get_by_text("More about you").click()
        try:
            ages.wait_for(state="visible", timeout=OPENS_MS)
        except BrowserError:
            continue
        return
    ages.wait_for(state="visible", timeout=OPENS_MS)


def test_more_about_you_opens_where_something_is_wrong(page: Page) -> None:
    open_more(page)
    page.get_by_label("Children's ages").fill("four")
    page.get_by_text("More about you").click()
    ask(page)
    page.get_by_role("heading", name="There is a problem").wait_for()
    await_focus(page, "error_summary")
    page.locator(".nh-summary a").click()
    assert page.evaluate("document.activeElement.getAttribute('aria-describedby')") == "ages-error"
    assert violations(page) == []

    page.get_by_label("Children's ages").fill("4, 9")
    day = page.get_by_role("combobox", name="Which day?")
    day.focus()
    page.wait_for_timeout(PAUSE_MS)  # a list closes when the page scrolls, so let it come to rest first
    day.press("ArrowDown")
    page.get_by_role("option", name="Friday, 14:00 to 16:00").click()
    page.get_by_role("button", name="Continue").click()
    page.get_by_text("Visit: Friday, 14:00 to 16:00").wait_for()
    page.get_by_text("School days", exact=True).click()
    page.get_by_text("A child of 9 misses 1 school day in term time.").wait_for()
    assert violations(page) == []
    assert no_sideways_scroll(page)


def test_the_postcode_leaves_no_trace(page: Page, server: Server) -> None:
    ask(page)
    page.get_by_role("heading", name="Your visit to Exeter").wait_for()
    stored = page.evaluate("JSON.stringify([location.href, document.cookie, {...localStorage}, {...sessionStorage}])")
    assert not any(trace in stored.encode() for trace in TRACES)
    written = [
        server.log,
        *(file for folder in server.folders for file in folder.rglob("*") if file.is_file()),
    ]
    assert [file for file in written if any(trace in file.read_bytes() for trace in TRACES)] == []


def test_pages_come_compressed_with_security_headers(server: Server) -> None:
    def headers(path: str) -> Any:
        asked = urllib.request.Request(server.url + path, headers={"Accept-Encoding": "gzip"})
        with urllib.request.urlopen(asked) as answer:
            return answer.headers

    first = headers("/")
    assert first["Content-Encoding"] == "gzip"
    assert "unsafe-inline" not in re.search(r"script-src[^;]*", first["Content-Security-Policy"])[0]
    assert first["Referrer-Policy"] == "no-referrer"
    assert "javascript" in headers("/app/static/vendor/leaflet/leaflet.js")["Content-Type"]


def await_rest(page: Page) -> None:
    """Wait until the server has sent all that it has to say."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def open_scenario(page: Page, server: Server, text: str) -> None:
    """Open a scenario of one's own on *What if people were held nearer home?*."""
    page.goto(f"{server.url}/nearer-home")
    page.get_by_text("The scenario as a file").wait_for()
    await_rest(page)
    page.get_by_text("The scenario as a file").click()
    page.get_by_role("button", name="Use this text").wait_for()
    await_rest(page)
    page.locator("input[type=file]").set_input_files(
        {"name": "own.toml", "mimeType": "application/toml", "buffer": text.encode()}
    )


def test_a_scenario_of_ones_own_is_worked_out_drawn_and_kept(page: Page, server: Server) -> None:
    open_scenario(page, server, SCENARIO.replace("60", "-60"))
    page.get_by_role("heading", name="There is a problem").wait_for()
    await_focus(page, "error_summary")
    page.get_by_text("moves.limit is -60, and must be a whole number of 0 or more").wait_for()
    assert page.title().startswith("Error: What if")
    assert violations(page) == []

    open_scenario(page, server, SCENARIO)
    expect(page.get_by_role("combobox", name="Start from")).to_have_value("Your own file: Northern Ireland, 60 moves")
    await_rest(page)
    page.get_by_text("Change it", exact=True).click()
    page.get_by_label("Most people moved").wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="Work it out").click()
    page.get_by_role("heading", name="Northern Ireland, 60 moves").wait_for(timeout=RUN_MS)
    await_focus(page, "nearer_answer")
    page.get_by_text("Northern Ireland, 27 July 2026. Modelled, not a count.").first.wait_for()
    assert page.get_by_role("img", name=re.compile("^Line chart")).evaluate("each => each.naturalWidth") > 0
    frame = _map_frame(page)
    _await_truth(frame, "document.body.dataset.drawn === 'yes'")
    for name in ("How sure is this?", "How full they are, and what a place is worth"):
        page.get_by_text(name, exact=True).click()
    page.get_by_text("Occupancy, and what one place more or fewer changes").wait_for()
    assert violations(page) == []
    assert violations(frame) == []
    assert no_sideways_scroll(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Save everything (ZIP)").click()
    assert waiting.value.path().read_bytes().startswith(b"PK")


def test_a_long_run_can_be_cancelled_and_holds_up_nobody(page: Page, server: Server, chromium: Browser) -> None:
    page.goto(f"{server.url}/nearer-home")
    page.get_by_text("Change it", exact=True).click()
    page.get_by_label("Other baselines tried").fill("1000")
    page.get_by_role("button", name="Work it out").click()
    page.get_by_role("progressbar").wait_for()
    await_focus(page, "nearer_progress")
    assert violations(page) == []

    other = chromium.new_page(locale="en-GB")
    open_scenario(other, server, SCENARIO.replace("60", "70"))
    expect(other.get_by_role("combobox", name="Start from")).to_have_value(re.compile("^Your own file"))
    await_rest(other)
    other.get_by_role("button", name="Work it out").click()
    other.get_by_role("heading", name="Northern Ireland, 70 moves").wait_for(timeout=RUN_MS)
    other.close()

    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("progressbar").wait_for(state="detached")
    assert page.get_by_role("heading", name="Who gains and who loses").count() == 0
    with urllib.request.urlopen(
        urllib.request.Request(f"{server.url}/maps/district_shapes.pmtiles", headers={"Range": "bytes=0-6"})
    ) as part:
        assert part.status == 206
        assert part.read() == b"PMTiles"


def _pick_area(page: Page, name: str) -> None:
    """Choose an area by the keyboard; a list closes when the page scrolls, so let it come to rest first."""
    area = page.get_by_role("combobox", name="Area", exact=True)
    chosen = page.get_by_role("heading", name=name, exact=True)
    for _ in range(MAP_TRIES):
        area.focus()
        page.wait_for_timeout(5 * PAUSE_MS)
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type(name)
        page.get_by_role("option", name=name).wait_for()
        page.keyboard.press("Enter")
        page.wait_for_timeout(10 * PAUSE_MS)
        if chosen.is_visible():
            return
    chosen.wait_for()


def _colours(frame: Frame) -> set[str]:
    """Return the colours of the tiles of postcode districts, in which edges are mixed with them."""
    counted = frame.evaluate(
        """() => {
          const count = {};
          for (const canvas of document.querySelectorAll("canvas.leaflet-tile")) {
            const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            for (let at = 0; at < data.length; at += 4) {
              const name = [data[at], data[at + 1], data[at + 2], data[at + 3]].join();
              count[name] = (count[name] || 0) + 1;
            }
          }
          return count;
        }"""
    )
    return {name for name, times in counted.items() if times > 200 and name.endswith(",255")}


def test_where_help_is_missing_is_listed_drawn_and_told_offline(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/where-help-is-missing")
    page.get_by_role("heading", name="Most need, least help").wait_for()
    (frame,) = _drawn(page)
    assert page.title() == "Where help is missing - nearhome"
    assert frame.evaluate("document.querySelectorAll('path.leaflet-interactive').length") > 361
    assert violations(page) == []
    assert violations(frame) == []
    assert no_sideways_scroll(page)
    list_top = page.locator(".nh-ranking").bounding_box()
    map_top = page.locator("iframe").bounding_box()
    assert list_top
    assert map_top
    beside = (page.viewport_size or {})["width"] > 1000
    assert (map_top["x"] > list_top["x"] + 300) if beside else (map_top["y"] > list_top["y"] + list_top["height"])

    page.get_by_role("radiogroup", name="On", exact=True).get_by_text("1 January 2008").click()
    page.get_by_text("United Kingdom, 1 January 2008").wait_for()
    page.get_by_text("Postcode districts", exact=True).click()
    page.get_by_text("Wikipedia contributors").wait_for()
    page.wait_for_timeout(PAUSE_MS)
    (frame,) = _drawn(page)
    _await_truth(frame, "document.querySelectorAll('canvas.leaflet-tile-loaded').length > 0")
    for _ in range(MAP_TRIES):
        if len(_colours(frame)) > 1:
            break
        page.wait_for_timeout(PAUSE_MS)
    assert {"191,218,242,255", "211,108,23,255"} <= _colours(frame)

    _pick_area(page, "Halton")
    page.get_by_text("A source says that Halton had no service of its own.").wait_for()
    page.get_by_role("radiogroup", name="Compare with").get_by_text("Another day").click()
    page.get_by_text("From 1 January 2008 to").wait_for()
    _drawn(page, 2)
    assert violations(page) == []
    assert no_sideways_scroll(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download the whole ranking (CSV)").click()
    assert waiting.value.path().read_text(encoding="utf-8-sig").count("\n") > 361


def test_a_hostile_register_is_told_as_text_and_stays_in_memory(page: Page, server: Server, tmp_path: Path) -> None:
    bait = "<img src=x onerror=document.title='owned'>"
    row = f'1,"{bait}",family_support,50.2632,-5.0510,radius,20\n'
    file = tmp_path / "mine.csv"
    file.write_text(f"id,name,kind,lat,lon,reach,miles\n{row}", encoding="utf-8")
    page.goto(f"{server.url}/where-help-is-missing")
    page.get_by_role("heading", name="Most need, least help").wait_for()
    page.get_by_text("Add your own services").click()
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_text("1 service of yours.").wait_for()
    _drawn(page)
    _pick_area(page, "Cornwall")
    page.get_by_text(bait).first.wait_for()
    (frame,) = _drawn(page)
    assert page.locator("img[src=x]").count() == frame.locator("img[src=x]").count() == 0
    assert page.title() == "Where help is missing - nearhome"
    written = [server.log, *(kept for folder in server.folders for kept in folder.rglob("*") if kept.is_file())]
    assert [kept for kept in written if b"onerror=document" in kept.read_bytes()] == []

    file = tmp_path / "worse.csv"
    file.write_text(f"id,name,kind,lat,lon,reach,miles\n{row}1,Twice,magic,56.0,3.0,radius,20\n", encoding="utf-8")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_text("so none of it is used").wait_for()
    assert page.locator(".nh-list li").filter(has_text="magic").count() == 1
    assert violations(page) == []
    assert no_sideways_scroll(page)
