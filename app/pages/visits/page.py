"""*Plan a visit*: the ways from a family's place to a prison and home again, their day and what they cost."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import streamlit as st

from nearhome.analysis.visits import day
from nearhome.analysis.visits.plan import plan_visit
from nearhome.app.pages import about
from nearhome.app.pages.shared import problems as form_problems
from nearhome.app.pages.visits import form, results
from nearhome.app.wording import fragments, inputs
from nearhome.app.wording import names as wording
from nearhome.data.errors import InputError, NoRouteError
from nearhome.data.prisons import register
from nearhome.geo.imported import networks
from nearhome.geo.places import find

if TYPE_CHECKING:
    from datetime import date

    from nearhome.analysis.visits.plan import VisitPlan

TITLE = "Plan a visit"
TAB_TITLE = "Plan a visit - nearhome"
PLAN = "visit_plan"
LEAD = (
    "See the ways to a prison and home again, how long they take, what they cost and what you may get back.",
    "We do not keep your postcode. You do not need to say whom you visit.",
)


def show() -> None:
    """Show the page: the questions, then the answers."""
    st.set_page_config(page_title=TAB_TITLE)
    today = datetime.now(ZoneInfo("Europe/London")).date()
    summary = st.container(key=form_problems.SUMMARY)
    st.title(TITLE, anchor=False)
    st.html(fragments.paragraphs(LEAD))
    entered, slots = form.ask(_labels(today), summary, today)
    problems: tuple[form_problems.FieldProblem, ...] = ()
    if entered is not None:
        st.session_state[form_problems.TURN] = st.session_state.get(form_problems.TURN, 0) + 1
        st.session_state.pop(PLAN, None)
        with st.spinner("Working out the journey"):
            found = work_out(entered, today)
        if isinstance(found, tuple):
            problems = found
            form_problems.show_problems(problems, slots, TAB_TITLE)
        else:
            st.session_state[PLAN] = found
    plan = st.session_state.get(PLAN)
    if plan is not None:
        with st.container(key=form_problems.ANSWER):
            results.show(plan, today)
    st.page_link(about.page(), label=about.TITLE)
    changed = form_problems.SUMMARY if problems else form_problems.ANSWER
    form_problems.move_focus(changed if entered is not None else None, alert=bool(problems))


def work_out(entered: form.Questions, as_of: date) -> VisitPlan | tuple[form_problems.FieldProblem, ...]:
    """Return the plan of the visit, or everything that has to be put right first."""
    problems = list(form.missing(entered))
    faulty = {problem.field for problem in problems}
    origin = prison = None
    if form_problems.ORIGIN not in faulty:
        try:
            origin = find.find(entered.origin)
        except InputError as error:
            problems.append(form.problem_of(error))
    if entered.prison is not None:
        try:
            prison = register.find(entered.prison, as_of)
        except InputError as error:
            problems.append(form.problem_of(error))
    party = form.party_of(entered.adults, entered.children, entered.ages)
    if isinstance(party, form_problems.FieldProblem):
        problems.append(party)
    elif card := form.railcard_problem(entered.railcard, party, as_of):
        problems.append(card)
    if origin is None or prison is None or isinstance(party, form_problems.FieldProblem) or problems:
        return tuple(problems)
    try:
        return plan_visit(
            origin,
            prison,
            party=party,
            as_of=as_of,
            roads=networks.roads_for(origin),
            modes=inputs.ALL,
            session=entered.session or day.usual(prison.id),
            needs=inputs.needs(entered.walking, taxi=entered.taxi),
            railcard=entered.railcard,
        )
    except InputError as error:
        return (form.problem_of(error),)
    except NoRouteError as error:
        field = form_problems.PRISON if error.where == "destination" else form_problems.ORIGIN
        return (form_problems.FieldProblem(field, str(error)),)


def _labels(as_of: date) -> dict[str, str]:
    """Return the open prisons by id with the names to choose from, in the order of the alphabet."""
    held = [prison for prison in register.prisons() if prison.is_open(as_of)]
    times = Counter(wording.prison(prison) for prison in held)
    # Two prisons on one site share a name: their full names tell them apart.
    names = {
        prison.id: wording.prison(prison) if times[wording.prison(prison)] == 1 else prison.name for prison in held
    }
    return dict(sorted(names.items(), key=lambda item: item[1]))
