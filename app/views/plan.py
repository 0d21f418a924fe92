"""*Plan a visit*: the ways from a family's place to a prison and home again, their day and what they cost."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import streamlit as st

from nearhome.analysis import visit_day
from nearhome.analysis.plan import plan_visit
from nearhome.app import forms, travelling, words
from nearhome.app.views import about, results
from nearhome.data import prisons
from nearhome.data.errors import InputError, NoRouteError
from nearhome.geo import installed, places

if TYPE_CHECKING:
    from datetime import date

    from nearhome.analysis.plan import VisitPlan

TITLE = "Plan a visit"
TAB_TITLE = "Plan a visit - nearhome"
PLAN = "visit_plan"
LEAD = (
    "<p>See the ways to a prison and home again, how long they take, what they cost and what you may get back.</p>"
    "<p>We do not keep your postcode. You do not need to say whom you visit.</p>"
)


def show() -> None:
    """Show the page: the questions, then the answers."""
    st.set_page_config(page_title=TAB_TITLE)
    today = datetime.now(ZoneInfo("Europe/London")).date()
    summary = st.container(key=forms.SUMMARY)
    st.title(TITLE, anchor=False)
    st.html(LEAD)
    entered, slots = forms.ask(_labels(today), summary, today)
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
            results.show(plan, today)
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
    party = forms.party_of(entered.adults, entered.children, entered.ages)
    if isinstance(party, forms.Problem):
        problems.append(party)
    elif card := forms.railcard_problem(entered.railcard, party, as_of):
        problems.append(card)
    if origin is None or prison is None or isinstance(party, forms.Problem) or problems:
        return tuple(problems)
    try:
        return plan_visit(
            origin,
            prison,
            party=party,
            as_of=as_of,
            roads=installed.roads_for(origin),
            modes=travelling.ALL,
            session=entered.session or visit_day.usual(prison.id),
            needs=travelling.needs(entered.walking, taxi=entered.taxi),
            railcard=entered.railcard,
        )
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
