"""The entry script of the pages: the list of pages at the top, and the page asked for."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from nearhome.app.pages import about
from nearhome.app.pages.placement import page as placement_page
from nearhome.app.pages.services import page as services_page
from nearhome.app.pages.visits import page as visits_page

STYLE = Path(__file__).with_name("static") / "nearhome.css"

st.html(STYLE)
# A flat list: with sections the narrow layout puts list items outside their list.
page = st.navigation(
    [
        st.Page(visits_page.show, title=visits_page.TITLE, default=True),
        services_page.page(),
        placement_page.page(),
        about.page(),
    ],
    position="top",
)
page.run()
