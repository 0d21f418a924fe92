"""The entry script of the pages: the list of pages at the top, and the page asked for."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from nearhome.app.views import about, missing, nearer, plan

STYLE = Path(__file__).with_name("static") / "nearhome.css"

st.html(STYLE)
# A flat list: with sections the narrow layout puts list items outside their list.
page = st.navigation(
    [
        st.Page(plan.show, title=plan.TITLE, default=True),
        missing.page(),
        nearer.page(),
        about.page(),
    ],
    position="top",
)
page.run()
