"""*Plan a visit*: how far, how long and how much it is from a family's place to a prison."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import streamlit as st

from nearhome.analysis.plan import Party, plan_visit
from nearhome.app import answers, forms, words
from nearhome.app.views import about
from nearhome.data import prisons
from nearhome.data.errors import InputError, NoRouteError
from nearhome.geo import places

if TYPE_CHECKING:
    from datetime import date

    from nearhome.analysis.plan import Option, VisitPlan

TITLE = "Plan a visit"
TAB_TITLE = "Plan a visit - nearhome"
PLAN = "visit_plan"
MAP_HEIGHT_PX = 420
DOCUMENT_NAME = "visit-plan.html"
LEAD = (
    "<p>See how far it is to a prison, how long it takes, what it costs and what you may get back.</p>"
    "<p>We do not keep your postcode. You do not need to say whom you visit.</p>"
)


def show() -> None:
    """Show the page: the questions, then the answers."""
    st.set_page_config(page_title=TAB_TITLE)
    today = datetime.now(ZoneInfo("Europe/London")).date()
    summary = st.container(key=forms.SUMMARY)
    st.title(TITLE, anchor=False)
    st.html(LEAD)
    entered, slots = forms.ask(_labels(today), summary)
    problems: tuple[forms.Problem, ...] = ()
    if entered is not None:
        st.session_state[forms.TURN] = st.session_state.get(forms.TURN, 0) + 1
        st.session_state.pop(PLAN, None)
        with st.spinner("Working out the journey"):
            found = work_out(entered, today)
        if isinstance(found, tuple):
            problems = found
            forms.show_problems(problems, slots, TAB_TITLE)
        else:
            st.session_state[PLAN] = found
    plan = st.session_state.get(PLAN)
    if plan is not None:
        with st.container(key=forms.ANSWER):
            _show_plan(plan)
    st.page_link(about.page(), label=about.TITLE)
    changed = forms.SUMMARY if problems else forms.ANSWER
    forms.move_focus(changed if entered is not None else None, alert=bool(problems))


def work_out(entered: forms.Questions, as_of: date) -> VisitPlan | tuple[forms.Problem, ...]:
    """Return the plan of the visit, or everything that has to be put right first."""
    problems = list(forms.missing(entered))
    faulty = {problem.field for problem in problems}
    origin = prison = None
    if forms.ORIGIN not in faulty:
        try:
            origin = places.find(entered.origin)
        except InputError as error:
            problems.append(forms.problem_of(error))
    if entered.prison is not None:
        try:
            prison = prisons.find(entered.prison, as_of)
        except InputError as error:
            problems.append(forms.problem_of(error))
    if origin is None or prison is None:
        return tuple(problems)
    try:
        return plan_visit(origin, prison, party=Party(entered.adults, entered.children), as_of=as_of)
    except InputError as error:
        return (forms.problem_of(error),)
    except NoRouteError as error:
        field = forms.PRISON if error.where == "destination" else forms.ORIGIN
        return (forms.Problem(field, str(error)),)


def _labels(as_of: date) -> dict[str, str]:
    """Return the open prisons by id with the names to choose from, in the order of the alphabet."""
    held = [prison for prison in prisons.prisons() if prison.is_open(as_of)]
    times = Counter(words.prison(prison) for prison in held)
    # Two prisons on one site share a name: their full names tell them apart.
    names = {prison.id: words.prison(prison) if times[words.prison(prison)] == 1 else prison.name for prison in held}
    return dict(sorted(names.items(), key=lambda item: item[1]))


def _show_plan(plan: VisitPlan) -> None:
    """Show the answers, the details under them, and the map and the document on demand."""
    st.header(f"Your visit to {plan.prison.name}", anchor=False)
    st.html(f"<p>From {escape(plan.origin.name)}. All figures are estimates.</p>")
    if plan.origin.note:
        st.html(f'<p class="nh-note">{escape(plan.origin.note)}</p>')
    for option in plan.options:
        if len(plan.options) > 1:
            st.subheader(answers.mode_words(option), anchor=False)
        st.html(answers.answers_html(answers.answers(plan, option)))
        with st.expander("How the cost is made up"):
            st.html(answers.cost_html(plan, option))
        with st.expander("The way there"):
            st.html(answers.route_html(option))
    with st.expander("What to know to claim"):
        st.html(answers.claim_html(plan))
    with st.expander("The data behind these figures"):
        st.html(answers.tables_html(plan))
    _show_map(plan, plan.options[0])
    st.download_button(
        "Save this plan to print or keep",
        data=lambda: answers.document(plan),
        file_name=DOCUMENT_NAME,
        mime="text/html",
        on_click="ignore",
    )
    st.html("<p>The saved plan does not hold your starting point.</p>")


@st.fragment
def _show_map(plan: VisitPlan, option: Option) -> None:
    """Draw the way on a map when the person asks for it; the list of legs says the same in words."""
    if not st.toggle("Show the way on a map", key="map_wanted"):
        return
    from streamlit_folium import st_folium  # noqa: PLC0415 - most visitors never ask for the map

    from nearhome.app import maps  # noqa: PLC0415 - the same

    st.html("<p>The way from your place to the prison. “The way there” above says the same in words.</p>")
    st_folium(
        maps.route_map(plan, option),
        key="route_map",
        use_container_width=True,
        height=MAP_HEIGHT_PX,
        returned_objects=[],
    )
    st.html(f"<p><small>{escape(maps.attribution(plan))}</small></p>")
