"""The question form of a visit, and errors in the pattern of the GOV.UK Design System.

The sentence stands in a summary at the top and again at its field, the title starts with "Error: ", and the
focus moves to the summary. Nothing is checked while a person types.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from nearhome.data.errors import PrisonClosedError, UnknownPrisonError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from streamlit.delta_generator import DeltaGenerator

    from nearhome.data.errors import InputError

ORIGIN, PRISON, ADULTS, CHILDREN = "origin", "prison", "adults", "children"
FIELDS = (ORIGIN, PRISON, ADULTS, CHILDREN)
SUMMARY = "error_summary"
ANSWER = "answer"
TURN = "turn"
LONGEST_PLACE = 80
"""Characters; the longest British place name has 58."""
MOST_PEOPLE = 9
SCRIPT = Path(__file__).with_name("static") / "focus.js"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right: the field, and the sentence shown at it and in the summary."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Questions:
    """What a person entered: a starting point as typed, a prison's id or none, and who travels."""

    origin: str
    prison: str | None
    adults: int
    children: int

    def __repr__(self) -> str:
        """Leave out the starting point, so that it cannot reach a log."""
        return f"Questions(prison={self.prison!r}, adults={self.adults}, children={self.children})"


@dataclass(frozen=True, slots=True)
class Slots:
    """Where errors are shown: the summary above the heading, and a place at each field."""

    summary: DeltaGenerator
    fields: Mapping[str, DeltaGenerator]


def ask(labels: Mapping[str, str], summary: DeltaGenerator) -> tuple[Questions | None, Slots]:
    """Show the form and return what was entered, or None while the button is not pressed.

    A link may name the prison by its id (``?prison=...``), so that a prison or a charity can link to its own;
    the page itself writes nothing to its address. The starting point is read from no address and lives in the
    memory of this session only.

    Parameters
    ----------
    labels
        Prison ids with the labels people choose from, in the order shown.
    summary
        The container of the error summary, made above the page's heading.
    """
    named = st.query_params.get(PRISON)
    if named in labels and PRISON not in st.session_state:
        st.session_state[PRISON] = named
    slots: dict[str, DeltaGenerator] = {}
    with st.form("visit", border=False):
        origin = st.text_input(
            "Your postcode or town",
            key=ORIGIN,
            autocomplete="postal-code",
            persist_state="session",
        )
        slots[ORIGIN] = st.empty()
        prison = st.selectbox(
            "Prison",
            list(labels),
            index=None,
            format_func=labels.__getitem__,
            key=PRISON,
            placeholder="Type the first letters of its name",
            filter_mode="contains",
            persist_state="session",
        )
        slots[PRISON] = st.empty()
        left, right = st.columns(2)
        with left:
            adults = st.number_input("Adults", 1, MOST_PEOPLE, 1, key=ADULTS, persist_state="session")
            slots[ADULTS] = st.empty()
        with right:
            children = st.number_input("Children under 18", 0, MOST_PEOPLE, 0, key=CHILDREN, persist_state="session")
            slots[CHILDREN] = st.empty()
        pressed = st.form_submit_button("Continue", type="primary")
    entered = Questions(origin or "", prison, int(adults), int(children)) if pressed else None
    return entered, Slots(summary, slots)


def missing(entered: Questions) -> tuple[Problem, ...]:
    """Return what was left out or is far too long, in the order of the form."""
    problems = []
    if not entered.origin.strip():
        problems.append(Problem(ORIGIN, "Enter your postcode or town"))
    elif len(entered.origin) > LONGEST_PLACE:
        problems.append(Problem(ORIGIN, f"Your postcode or town must be {LONGEST_PLACE} characters or less"))
    if entered.prison is None:
        problems.append(Problem(PRISON, "Choose a prison from the list"))
    return tuple(problems)


def problem_of(error: InputError) -> Problem:
    """Return what the library says of an entry, as a problem at the field that can put it right."""
    at_prison = isinstance(error, UnknownPrisonError | PrisonClosedError)
    return Problem(PRISON if at_prison else ORIGIN, str(error))


def show_problems(problems: Iterable[Problem], slots: Slots, title: str) -> None:
    """Show the summary and the message at each field, and mark the title of the page.

    Parameters
    ----------
    title
        The title of the page without errors; "Error: " is put before it.
    """
    st.set_page_config(page_title=f"Error: {title}")
    problems = tuple(problems)
    links = "".join(f'<li><a href="#{problem.field}">{escape(problem.message)}</a></li>' for problem in problems)
    slots.summary.html(f'<div class="nh-summary"><h2>There is a problem</h2><ul>{links}</ul></div>')
    for problem in problems:
        slots.fields[problem.field].html(
            f'<p class="nh-error" id="{problem.field}-error">Error: {escape(problem.message)}</p>'
        )


def move_focus(target: str | None, *, alert: bool) -> None:
    """Move the focus to a keyed container, once for each press of the button; tie messages to their fields.

    Call it on every run, also before the button is pressed, so that its script is there in time.

    Parameters
    ----------
    target
        The key of the container; None leaves the focus where it is.
    alert
        Whether assistive technology should read it out at once, as an error.
    """
    focus = st.components.v2.component("visit_focus", js=SCRIPT.read_text(encoding="utf-8"))
    data = {"target": target, "alert": alert, "turn": st.session_state.get(TURN, 0), "fields": list(FIELDS)}
    focus(key="focus", data=data)
