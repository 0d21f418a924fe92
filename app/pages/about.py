"""*About the data*: every table behind the answers, how sure they are, and what is not covered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from nearhome.app.wording import fragments
from nearhome.data.catalogue import tables
from nearhome.geo.routing import car_journeys

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage

    from nearhome.data.catalogue.tables import ShippedTable

TITLE = "About the data"
TAB_TITLE = "About the data - nearhome"
FACTS = (
    ("Date", "source_date"),
    ("Source", "source"),
    ("Licence", "licence"),
    ("Attribution", "attribution"),
    ("Rows", "rows"),
    ("Version", "version"),
)
LEAD = (
    "Every figure is worked out on this computer from the tables below. "
    "Nothing is looked up on the internet, and nothing you enter is kept."
)
SURENESS = {
    "Distance": "The length of the quickest way on main roads, and an estimate for the streets at both ends.",
    "Time": (
        "Usual speeds for each kind of road, in town and out of it. Traffic jams, road works and breaks are "
        "not in it. Eight in ten of the drives that we compared took between "
        f"{car_journeys.LOW_SHARE:.0%} and {car_journeys.HIGH_SHARE:.0%} of our estimate: that is the range shown."
    ),
    "Trains and buses": (
        "No timetable. Trains follow usual speeds and stops, and buses how often they ran in late 2022 near each end. "
        "Fares come from a model of the distance. Each has a low and a high."
    ),
    "Visiting hours": (
        "Those that a prison last published, with their date; for nearly half of the prisons none are known, and the "
        "commonest hours stand for them. The answer says so."
    ),
    "Costs": "Average prices on the date shown. Your car, your parking and your ferry may cost more or less.",
    "Money back": (
        "Worked out from the published rules of the scheme. Only the scheme itself can decide, and it may "
        "pay something else."
    ),
    "Your starting point": (
        "Where a postcode is not known, and in Northern Ireland, the middle of a larger area stands in for "
        "it. The answer says so, and how far off it may be."
    ),
}
GAPS = (
    "Journeys that start on the Isle of Man, in Jersey or in Guernsey.",
    "Timetables of trains and buses. Their times are typical, from how often and how fast they usually run.",
    "Trains and buses in Northern Ireland and on the islands, and coaches everywhere.",
    "Today's traffic, road works, strikes, and ferries that do not sail.",
    "Whether you may visit on a given day, and school holidays. Ask the prison before you travel.",
)
ACCESS = (
    "You can use these pages with a keyboard. An automatic test checks them against WCAG 2.2 level AA.",
    "They need JavaScript and a lasting connection to the server. The nearhome command needs neither.",
    "You cannot reach the line on the map with a keyboard. “The way there” says the same in words.",
    "Nor the areas on the map of where help is missing: the list beside it says the same.",
    "The frame of the map has a technical name that a screen reader may read out.",
)


def page() -> StreamlitPage:
    """Return the page for the navigation and for links to it."""
    return st.Page(show, title=TITLE, url_path="about-the-data")


def show() -> None:
    """Show the page."""
    st.set_page_config(page_title=TAB_TITLE)
    st.title(TITLE, anchor=False)
    st.html(fragments.paragraphs([LEAD]))
    st.header("How sure are we?", anchor=False)
    st.html(fragments.definitions(SURENESS.items()))
    st.header("What is not covered", anchor=False)
    st.html(fragments.items(GAPS))
    st.header("The tables", anchor=False)
    for table in tables.tables().values():
        st.html(_table_html(table))
    st.header("Using these pages", anchor=False)
    st.html(fragments.items(ACCESS))


def _table_html(table: ShippedTable) -> str:
    """Return one table of the catalogue with its facts."""
    rows = [(label, _shown(getattr(table, field))) for label, field in FACTS]
    return fragments.piece("about.html", "facts", table.title, rows)


def _shown(value: object) -> str:
    """Return a fact as text, whole numbers with separators."""
    return f"{value:,}" if isinstance(value, int) else str(value)
