"""The answers of *What if people were held nearer home?*: what changes, for whom, where, and how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from nearhome.analysis.placement.outcomes.changes import BY
from nearhome.app.pages.placement import chart, classes, tables
from nearhome.app.pages.placement import result as placement_result
from nearhome.app.wording import fragments
from nearhome.data.base import phrases
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nearhome.app.pages.placement.result import Result

ANSWER: Final = "nearer_answer"
MAP_HEIGHT_PX: Final = 620
ENDS: Final = "ends"


def show(result: Result, others: Sequence[Result]) -> None:
    """Show a run."""
    st.header(result.scenario.title, anchor=False)
    st.html(fragments.items(result.sentences))
    st.html(tables.figures(result))
    with st.expander("How sure is this?"):
        _sureness(result)
    _effects(result)
    _curve(result)
    st.header("The prisons", anchor=False)
    _tables(result)
    _side_by_side(result, others)
    _keep(result)


def _sureness(result: Result) -> None:
    """Show what other baselines, more people and fewer places would make of it."""
    st.html(tables.sureness(result))
    if "sensitivity" in result.tables:
        headings = {
            "what": "If there were",
            "minutes_mean": "Mean minutes",
            "minutes_change": "Change",
            "moves": "Moves",
            "unplaced": "Without a place",
            "note": "Remark",
        }
        st.html(tables.shown(result, "sensitivity", headings))
    st.html(fragments.paragraphs(result.notes))


@st.fragment
def _effects(result: Result) -> None:
    """Show who gains and who loses: the list first, then the map of the same facts."""
    st.header("Who gains and who loses", anchor=False)
    left, right = st.columns(2, gap="medium")
    with left:
        kinds = {ENDS: "Home authority: most and least", **BY}
        kinds["authority"] = f"Home authority: all {len(result.tables['by_authority'].rows)}"
        by = st.selectbox("Show", list(kinds), format_func=kinds.__getitem__, key="nearer_by", filter_mode=None)
        name, column = ("authorities_most", "name") if by == ENDS else (f"by_{by}", "name" if by == "authority" else by)
        st.html(tables.shown(result, name, {column: BY.get(by, BY["authority"]), **tables.EFFECTS}))
    with right:
        _map(result)


def _map(result: Result) -> None:
    """Draw the change of each home authority."""
    from streamlit_folium import st_folium

    from nearhome.app.pages.shared import area_map

    found = classes.classes(result)
    counts = classes.counts(found)
    looks = [look for look in classes.LOOKS if counts[look.key]]
    drawn = area_map.areas_map(looks, found, bounds=classes.bounds(found))
    st_folium(drawn, key="nearer_map", use_container_width=True, height=MAP_HEIGHT_PX, returned_objects=[])
    day = phrases.day(result.scenario.as_of)
    what = f"Mean journey to prison, in the plan against {day}, modelled: how many home authorities"
    st.html(area_map.legend_html(looks, counts, what))
    st.html(fragments.small([area_map.attribution(tiled=False)]))


def _curve(result: Result) -> None:
    """Show how many moves shorten journeys by how much, as a chart and a table."""
    if "trade_off" not in result.tables:
        return
    st.header("Moves against journeys", anchor=False)
    said = tables.curve_words(result)
    st.html(fragments.paragraphs([said]))
    left, right = st.columns(2, gap="medium")
    table = result.tables["trade_off"]
    points = [
        (float(str(moves)), float(str(mean)))
        for moves, mean in zip(table.values("moves"), table.values("mean"), strict=True)
    ]
    with left:
        st.html(
            chart.image(
                chart.Curve(points, result.unit, result.chosen),
                f"Line chart. {said} The table has each point.",
            )
        )
    with right:
        headings = {
            "moves": "People moved",
            "mean": f"Mean of those who may move ({result.unit})",
            "move_price": f"The last move saves ({result.unit})",
        }
        st.html(tables.shown(result, "trade_off", headings, texts=0))


def _tables(result: Result) -> None:
    """Show what is known of prisons, one table after another."""
    with st.expander("How full they are, and what a place is worth"):
        title = f"Occupancy, and what one place more or fewer changes for all families together ({result.unit} a visit)"
        st.html(tables.shown(result, "prisons", tables.PRISONS, title=title))
    if "moves" in result.tables:
        with st.expander("Moves by pair of prisons"):
            headings = {"origin": "From", "goal": "To", "people": "People"}
            st.html(tables.shown(result, "moves_most", headings, texts=2))
            if st.toggle("Show all pairs", key="nearer_pairs"):
                st.html(tables.shown(result, "moves", headings, texts=2))
    if "services" in result.tables:
        with st.expander("Services at the prisons, before and after"):
            headings = {
                "words": "Service",
                "before": "Children today (%)",
                "after": "In the plan (%)",
                "change": "Change",
            }
            st.html(tables.shown(result, "services", headings))
    if "unplaced" in result.tables:
        with st.expander("People for whom there is no place"):
            headings = {"home": "Home", "kind": "Who", "would_help": "What would house them", "people": "People"}
            st.html(tables.shown(result, "unplaced", headings, texts=3))
    if "sites" in result.tables:
        with st.expander("Every place tried for a new prison"):
            headings = {
                "site": "Place",
                "people": "People it would hold",
                "burden": f"All families, one visit ({result.unit})",
            }
            st.html(tables.shown(result, "sites", headings))


@st.fragment
def _side_by_side(result: Result, others: Sequence[Result]) -> None:
    """Set another run of this session beside this one."""
    st.header("Two scenarios side by side", anchor=False)
    if not others:
        st.html(fragments.paragraphs(["Work out another scenario above, and it can be set beside this one."]))
        return
    chosen = st.selectbox(
        "Beside",
        range(len(others)),
        index=len(others) - 1,
        format_func=lambda at: others[at].scenario.title,
        key="nearer_beside",
        filter_mode=None,
    )
    try:
        st.html(tables.side_by_side(result, others[chosen]))
    except InputError as error:
        st.html(fragments.paragraphs([str(error)], "nh-error"))


def _keep(result: Result) -> None:
    """Offer the run's files."""
    st.header("Keep this run", anchor=False)
    said = (
        "The scenario, a page to read, every table as CSV and all results as JSON, with the versions of the data. "
        "Small counts are left out of them."
    )
    st.html(fragments.paragraphs([said]))
    st.download_button(
        "Save everything (ZIP)",
        data=lambda: placement_result.archive(result),
        file_name="nearer-home.zip",
        mime="application/zip",
        on_click="ignore",
    )
    for name, content in result.files.items():
        if name.endswith(".pdf"):
            st.download_button(
                "Save the page (PDF)", data=content, file_name=name, mime="application/pdf", on_click="ignore"
            )
