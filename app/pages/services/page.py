"""*Where help is missing*: where most children are without help, on a map and in a table that say the same."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import streamlit as st

from nearhome.analysis.services import area_profile
from nearhome.analysis.services import by_district as district_coverage
from nearhome.app.pages.services import area_profile as profile_section
from nearhome.app.pages.services import choices as services_choices
from nearhome.app.pages.services import classes, compare, own_services, report
from nearhome.app.pages.services import table as services_table
from nearhome.app.pages.services.choices import EVERYWHERE
from nearhome.app.pages.shared import looks as area_looks
from nearhome.app.wording import fragments
from nearhome.data.base import phrases
from nearhome.data.places import areas as area_finder
from nearhome.data.services.kinds import ANY_KIND

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from streamlit.navigation.page import StreamlitPage

    from nearhome.analysis.services.coverage import Coverage
    from nearhome.app.pages.services.choices import Choices
    from nearhome.app.pages.services.compare import CoverageComparison
    from nearhome.app.pages.services.table import Row
    from nearhome.app.pages.shared.looks import Look
    from nearhome.data.services.records import Service

TITLE = "Where help is missing"
TAB_TITLE = "Where help is missing - nearhome"
AREA, DETAIL, EVERY, DISTRICT = "missing_area", "missing_detail", "missing_every", "missing_district"
FIRST = 12
"""Areas that the ranking shows at first."""

MAP_HEIGHT_PX = 620
CSV_NAME = "where-help-is-missing.csv"
MARGIN_DEGREES = 0.1
LEAD = "Where most children with a parent in prison are without help, and what one more service would change."
CAUTION = (
    "Nobody has counted these children: the numbers are estimates. The services are those that dated statements tell "
    "of. Where none is known there may well be one."
)


def page() -> StreamlitPage:
    """Return the page for the navigation and for links to it."""
    return st.Page(show, title=TITLE, url_path="where-help-is-missing")


def show() -> None:
    """Show the page."""
    st.set_page_config(page_title=TAB_TITLE)
    today = datetime.now(ZoneInfo("Europe/London")).date()
    with st.container(key="missing"):
        st.title(TITLE, anchor=False)
        st.html(fragments.paragraphs([LEAD]) + fragments.note(CAUTION))
        choices = services_choices.ask(today)
        own = own_services.ask()
        with st.spinner("Working out where help reaches"):
            found = compare.assess(choices, compare.counted(choices.as_of, own))
        ranked, note = services_table.rows(found, choices)
        left, right = st.columns(2, gap="medium")
        with left:
            _ranking(ranked, choices)
        with right:
            _map(found, choices)
        _keep((*found.notes, note), ranked, choices, own)
        _story(found, ranked, choices)
        _comparison(found, choices, own, today)


def _ranking(ranked: Sequence[Row], choices: Choices) -> None:
    """Show the ranked list; the map says the same."""
    st.header("Most need, least help", anchor=False)
    every = len(ranked) > FIRST and st.toggle(f"Show all {len(ranked)} areas", key=EVERY)
    st.html(services_table.html(ranked if every else ranked[:FIRST], choices))


def _map(found: Coverage, choices: Choices) -> None:
    """Show the map with its legend, by authority or by postcode district."""
    st.header("On the map", anchor=False)
    detail = st.toggle("Postcode districts", key=DETAIL)
    looks = classes.looks(choices)
    by_area = classes.classes(found.table, choices)
    by_district: dict[str, str] | None = None
    if detail:
        table = district_coverage.by_district(found)
        by_district = classes.classes(table, choices)
        known: list[dict[Any, Any]] = table.to_dict("records")
        _district({row["code"]: row for row in known}, choices)
    counts = _counts(by_area, choices)
    what = f"{phrases.capital(choices.help)} on {phrases.day(choices.as_of)}: how many authorities of {choices.part}"
    _draw(found, choices, looks, by_area, by_district, key="missing_map")
    from nearhome.app.pages.shared import area_map

    st.html(area_map.legend_html(looks, counts, what))
    st.html(fragments.small([area_map.attribution(tiled=detail)]))


def _counts(by_area: Mapping[str, str], choices: Choices) -> dict[str, int]:
    """Count the areas of the chosen part by class."""
    counts: dict[str, int] = {}
    for code, key in by_area.items():
        if services_choices.in_part(code, choices.part):
            counts[key] = counts.get(key, 0) + 1
    return counts


def _draw(
    found: Coverage,
    choices: Choices,
    looks: Sequence[Look],
    by_area: Mapping[str, str],
    by_district: Mapping[str, str] | None,
    *,
    key: str,
) -> None:
    from streamlit_folium import st_folium

    from nearhome.app.pages.shared import area_map

    points = [
        area_map.ServicePoint(each.lat, each.lon, each.name)
        for each in found.services
        if each.lat is not None and each.lon is not None and each.kind != ANY_KIND
    ]
    drawn = area_map.areas_map(
        looks,
        by_area,
        districts_by=by_district,
        points=points,
        picked=str(st.session_state.get(AREA) or ""),
        bounds=_bounds(choices),
    )
    st_folium(drawn, key=key, use_container_width=True, height=MAP_HEIGHT_PX, returned_objects=[])


def _bounds(choices: Choices) -> tuple[tuple[float, float], tuple[float, float]]:
    """Give the corners that hold the middles of all authorities of the chosen part."""
    from nearhome.app.pages.shared import area_map

    if choices.part == EVERYWHERE:
        return area_map.KINGDOM
    inside = [area for code, area in area_finder.authorities().items() if services_choices.in_part(code, choices.part)]
    lats, lons = [area.lat for area in inside], [area.lon for area in inside]
    south, west = min(lats) - MARGIN_DEGREES, min(lons) - MARGIN_DEGREES
    return (south, west), (max(lats) + MARGIN_DEGREES, max(lons) + MARGIN_DEGREES)


def _district(known: Mapping[str, Mapping[Any, Any]], choices: Choices) -> None:
    """Say in words what the map shows of one postcode district."""
    chosen = st.selectbox("Look a postcode district up", list(known), index=None, key=DISTRICT, filter_mode="contains")
    if chosen is None:
        return
    row = known[chosen]
    if choices.measure == "reached":
        said = f"In {chosen}, {services_table.percent(row['covered'])} of children are reached."
    elif row["minutes_1_mean"] == row["minutes_1_mean"]:
        said = f"From {chosen} the nearest is {phrases.about(phrases.duration(row['minutes_1_mean']))} away on average."
    else:
        said = f"From {chosen} no way to a service is known."
    st.html(fragments.piece("fragments.html", "status", said))


def _keep(notes: Sequence[str], ranked: Sequence[Row], choices: Choices, own: Sequence[Service]) -> None:
    """Offer the ranking and the gap report to keep, and tell what they rest on."""
    with st.container(horizontal=True):
        st.download_button(
            "Download the whole ranking (CSV)",
            data=lambda: services_table.csv_bytes(ranked, choices, notes),
            file_name=CSV_NAME,
            mime="text/csv",
            on_click="ignore",
        )
        st.download_button(
            "Download the gap report (XLSX, takes some seconds)",
            data=lambda: report.workbook(choices, compare.counted(choices.as_of, own)),
            file_name=report.name(choices),
            mime=report.MIME,
            on_click="ignore",
        )
    with st.expander("How to read this"):
        st.html(fragments.paragraphs(notes))


def _story(found: Coverage, ranked: Sequence[Row], choices: Choices) -> None:
    """Tell the story of one area."""
    st.header("The story of one area", anchor=False)
    names = {row.code: row.name for row in sorted(ranked, key=lambda row: row.name)}
    if st.session_state.get(AREA) not in names:
        st.session_state.pop(AREA, None)
    picked = st.selectbox(
        "Area",
        list(names),
        index=None,
        format_func=names.__getitem__,
        key=AREA,
        placeholder="Type the first letters of its name",
        filter_mode="contains",
        persist_state="session",
    )
    if picked is None:
        return
    row = next(each for each in ranked if each.code == picked)
    st.subheader(row.name, anchor=False)
    st.html(profile_section.html(area_profile.story(found, picked), row, found, choices))


def _comparison(found: Coverage, choices: Choices, own: Sequence[Service], today: date) -> None:
    """Compare with another day or scenario."""
    st.header("What would change it?", anchor=False)
    compared = compare.ask(choices, found, own, today)
    if compared is None:
        return
    if isinstance(compared, str):
        st.html(fragments.piece("fragments.html", "alert", compared))
        return
    left, right = st.columns(2, gap="medium")
    with left:
        st.html(compare.html(compared, choices))
    with right:
        _change_map(compared, choices)


def _change_map(compared: CoverageComparison, choices: Choices) -> None:
    from nearhome.app.pages.shared import area_map

    by_area = compare.classes(compared, choices)
    _draw(compared.after, choices, area_looks.CHANGES, by_area, None, key="missing_change_map")
    what = f"Change of the share of children with help: how many authorities of {choices.part}"
    st.html(area_map.legend_html(area_looks.CHANGES, _counts(by_area, choices), what))
