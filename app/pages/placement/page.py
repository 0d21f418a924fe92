"""*What if people were held nearer home?*: choose or change a scenario, wait for it, and see what it would change."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

import streamlit as st

from nearhome.analysis.placement.scenarios import files
from nearhome.app.pages.placement import form as placement_form
from nearhome.app.pages.placement import results, runs
from nearhome.app.pages.placement.runs import Runs
from nearhome.app.pages.shared import problems as form_problems
from nearhome.app.wording import fragments

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streamlit.navigation.page import StreamlitPage

    from nearhome.analysis.placement.scenarios.schema import Scenario

TITLE: Final = "What if people were held nearer home?"
TAB_TITLE: Final = "What if people were held nearer home? - nearhome"
FIRST: Final = "nearer-home"
SESSION, RUN, DONE, FOCUS = "nearer_session", "nearer_run", "nearer_done", "nearer_focus"
PROGRESS: Final = "nearer_progress"
POLL_S: Final = 0.7
LEAD = (
    "Place people in the prisons that there are, or that there might be, so that families bear least, and see what "
    "that would change for them."
)
CAUTION = (
    "Modelled, not a count: nobody publishes who is held where. This is for thinking about places and rules. It "
    "decides about nobody."
)


def page() -> StreamlitPage:
    """Return the page for the navigation and for links to it."""
    return st.Page(show, title=TITLE, url_path="nearer-home")


@st.cache_resource
def shared() -> Runs:
    """Return the runs of this server, which all sessions share."""
    return Runs()


def show() -> None:
    """Show the page: the scenario, how far it is, and what it would change."""
    st.set_page_config(page_title=TAB_TITLE)
    state = st.session_state
    state.setdefault(SESSION, secrets.token_hex(8))
    state.setdefault(DONE, {})
    with st.container(key="nearer"):
        summary = st.container(key=form_problems.SUMMARY)
        st.title(TITLE, anchor=False)
        st.html(fragments.paragraphs([LEAD]) + fragments.note(CAUTION))
        with st.container(key="nearer_question"):
            base = placement_form.choose(_named())
            placement_form.show_file(base)
            asked = placement_form.ask(base)
        problems = state.pop(placement_form.PROBLEMS, ())
        started = asked is not None and asked.scenario is not None
        if asked is not None:
            problems = asked.problems
            if asked.scenario is not None:
                _start(asked.scenario)
        with st.container(key=PROGRESS):
            problems = (*problems, *_follow())
        if problems:
            _tell(problems, summary)
        elif state.get(RUN) in state[DONE]:
            _results(state[RUN])
    done = state.pop(FOCUS, False)
    target = form_problems.SUMMARY if problems else results.ANSWER if done else PROGRESS if started else None
    form_problems.move_focus(target, alert=bool(problems))


def _named() -> dict[str, Scenario]:
    """Return the scenarios that come with nearhome, the plainest first."""
    named = files.named()
    return dict(sorted(named.items(), key=lambda item: (item[0] != FIRST, item[1].title)))


def _start(scenario: Scenario) -> None:
    """Ask for a run, and give up the one before if it is not through."""
    state = st.session_state
    state[form_problems.TURN] = state.get(form_problems.TURN, 0) + 1
    before = state.get(RUN)
    state[RUN] = shared().start(scenario, state[SESSION])
    if before is not None and before != state[RUN]:
        shared().leave(before, state[SESSION])
    state[DONE].pop(state[RUN], None)


def _follow() -> tuple[str, ...]:
    """Show how far the run is; return why it failed if it did."""
    state = st.session_state
    key = state.get(RUN)
    if key is None or key in state[DONE]:
        return ()
    look = shared().look(key)
    if look is None or look.state == "ended":
        del state[RUN]
        return ()
    if look.state == "failed":
        del state[RUN]
        return (look.problem,)
    if look.state == "done":
        state[DONE][key] = shared().result(key)
        state[FOCUS] = True
        return ()
    _progress(key)
    return ()


@st.fragment(run_every=POLL_S)
def _progress(key: str) -> None:
    """Show how far a run is, again and again, and offer to end it; the page goes on when it is over."""
    look = shared().look(key)
    if look is None or look.state in runs.OVER:
        st.rerun()
    elif look.state == "waiting":
        st.progress(0.0, f"Waiting for other people's scenarios: {look.before} before yours.")
    else:
        st.progress(look.share, f"{look.words or 'Starting'}: {look.share:.0%}")
    if st.button("Cancel"):
        shared().leave(key, st.session_state[SESSION])
        del st.session_state[RUN]
        st.rerun()


def _tell(problems: Iterable[str], summary: st.delta_generator.DeltaGenerator) -> None:
    """Show what has to be put right, above the heading, and in the title of the page."""
    st.set_page_config(page_title=f"Error: {TAB_TITLE}")
    summary.html(fragments.problems(problems))


def _results(key: str) -> None:
    """Show a run, with the session's others to set beside it."""
    done = st.session_state[DONE]
    with st.container(key=results.ANSWER):
        results.show(done[key], [each for other, each in done.items() if other != key])
