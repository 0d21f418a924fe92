"""The answers of *Plan a visit*: the ways side by side, one of them in detail, and the plan to keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from nearhome.analysis.reports import documents
from nearhome.app.pages.visits import claim, document, ics
from nearhome.app.wording import answers, comparison, extras, fragments, names
from nearhome.data.base import phrases

if TYPE_CHECKING:
    from datetime import date

    from nearhome.analysis.visits.options import Option
    from nearhome.analysis.visits.plan import VisitPlan

WAY = "way"
MAP_HEIGHT_PX = 420
HTML_NAME, PDF_NAME, CALENDAR_NAME = "visit-plan.html", "visit-plan.pdf", "day-out.ics"


def show(plan: VisitPlan, today: date) -> None:
    """Show the answers: the visit, the ways to compare, one of them in detail, and the plan to keep."""
    st.header(f"Your visit to {plan.prison.name}", anchor=False)
    st.html(fragments.paragraphs([f"From {plan.origin.name}. All figures are estimates."]))
    if plan.origin.note:
        st.html(fragments.note(plan.origin.note))
    day = plan.options[0].day
    if day is not None:
        on = phrases.day(ics.next_day(day, today))
        visit, source = comparison.session_sentences(day)
        st.html(fragments.paragraphs((f"{visit} The next {day.day} is {on}.", source)))
    if len(plan.options) > 1:
        st.subheader("Ways to get there", anchor=False)
        st.html(fragments.items(comparison.best_sentences(plan)))
        st.html(comparison.html(comparison.choices(plan)))
    for reason in plan.without:
        st.html(fragments.note(reason))
    _one(plan, today)


@st.fragment
def _one(plan: VisitPlan, today: date) -> None:
    """Show one way in detail, and what can be kept of it."""
    option = _chosen(plan)
    st.subheader(option.title, anchor=False)
    if len(plan.options) == 1 and option.day is not None:
        st.html(fragments.paragraphs((comparison.way_sentence(option), *comparison.day_sentences(option.day))))
    st.html(answers.answers_html(answers.answers(plan, option)))
    with st.expander("The way there" if option.there is None else "The way there and home"):
        st.html(answers.route_html(option))
        if option.there is None:
            st.html(fragments.paragraphs([f"On {names.roads(plan.network)}."]))
    with st.expander("How the cost is made up"):
        st.html(answers.cost_html(plan, option))
    with st.expander("What to know to claim"):
        st.html(answers.claim_html(option))
    claim.show(plan)
    for heading, sentences in (
        (extras.SCHOOL_HEADING, extras.school(plan, option)),
        (extras.VIDEO_HEADING, extras.video(plan, option)),
    ):
        if sentences:
            with st.expander(heading):
                st.html(fragments.items(sentences))
    with st.expander("The data behind these figures"):
        st.html(answers.tables_html(plan))
    if option.line:
        _show_map(plan, option)
    _keep(plan, option, today)


def _chosen(plan: VisitPlan) -> Option:
    """Ask for which way the details are wanted."""
    modes = {option.mode: option for option in plan.options}
    if len(modes) == 1:
        return plan.options[0]
    chosen = st.radio(
        "Show the details of",
        list(modes),
        format_func=lambda mode: modes[mode].title,
        key=f"{WAY}_{'_'.join(modes)}",
    )
    return modes[chosen]


def _keep(plan: VisitPlan, option: Option, today: date) -> None:
    """Offer the plan to keep: as a page, as PDF, and the day for a calendar."""
    st.subheader("Keep this plan", anchor=False)
    st.download_button(
        "Save as PDF",
        data=lambda: _pdf(plan),
        file_name=PDF_NAME,
        mime="application/pdf",
        on_click="ignore",
    )
    st.download_button(
        "Save as a web page",
        data=lambda: documents.html(document.title(plan), document.blocks(plan)),
        file_name=HTML_NAME,
        mime="text/html",
        on_click="ignore",
    )
    day = option.day
    if day is not None:
        st.download_button(
            "Put the day in your calendar",
            data=lambda: ics.write(day, today, basis=option.there.basis if option.there else ""),
            file_name=CALENDAR_NAME,
            mime="text/calendar",
            on_click="ignore",
        )
    said = (
        "None of them holds your starting point or the station near it. "
        "The calendar does not name the prison either: it says “Day out”."
    )
    st.html(fragments.paragraphs([said]))


def _pdf(plan: VisitPlan) -> bytes:
    from nearhome.analysis.reports import pdf

    return pdf.pdf(document.title(plan), document.blocks(plan))


@st.fragment
def _show_map(plan: VisitPlan, option: Option) -> None:
    """Draw the way on a map when the person asks for it; the list of legs says the same in words."""
    if not st.toggle("Show the way on a map", key="map_wanted"):
        return
    from streamlit_folium import st_folium

    from nearhome.app.pages.visits import route_map

    said = ["The way from your place to the prison. “The way there” above says the same in words."]
    if option.local_lines:
        said.append("Dotted: local roads. We know about how far they are, not which way they turn.")
    st.html(fragments.paragraphs(said))
    st_folium(
        route_map.route_map(plan, option),
        key="route_map",
        use_container_width=True,
        height=MAP_HEIGHT_PX,
        returned_objects=[],
    )
    st.html(fragments.small([route_map.attribution(plan)]))
