"""What is wrong with a form: a summary that leads to each field, as the GOV.UK design system asks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from nearhome.app.wording import fragments

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from streamlit.delta_generator import DeltaGenerator


ORIGIN, PRISON, DAY, ADULTS, CHILDREN = "origin", "prison", "day", "adults", "children"


ORIGIN, PRISON, DAY, ADULTS, CHILDREN = "origin", "prison", "day", "adults", "children"


ORIGIN, PRISON, DAY, ADULTS, CHILDREN = "origin", "prison", "day", "adults", "children"


ORIGIN, PRISON, DAY, ADULTS, CHILDREN = "origin", "prison", "day", "adults", "children"


ORIGIN, PRISON, DAY, ADULTS, CHILDREN = "origin", "prison", "day", "adults", "children"


AGES, WALKING, RAILCARD, TAXI = "ages", "walking", "railcard", "taxi"


AGES, WALKING, RAILCARD, TAXI = "ages", "walking", "railcard", "taxi"


AGES, WALKING, RAILCARD, TAXI = "ages", "walking", "railcard", "taxi"


AGES, WALKING, RAILCARD, TAXI = "ages", "walking", "railcard", "taxi"


FIELDS = (PRISON, ORIGIN, ADULTS, CHILDREN, AGES, RAILCARD)


SUMMARY = "error_summary"


ANSWER = "answer"


TURN = "turn"


SCRIPT = Path(__file__).with_name("focus.js")


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing to put right: the field, and the sentence shown at it and in the summary."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Slots:
    """Where errors are shown: the summary above the heading, and a place at each field."""

    summary: DeltaGenerator
    fields: Mapping[str, DeltaGenerator]


def show_problems(problems: Iterable[FieldProblem], slots: Slots, title: str) -> None:
    """Show the summary and the message at each field, and mark the title of the page.

    Parameters
    ----------
    problems
        What to put right, in the order to tell it.
    slots
        Where on the page it is shown.
    title
        The title of the page without errors; "Error: " is put before it.
    """
    st.set_page_config(page_title=f"Error: {title}")
    problems = tuple(problems)
    messages, fields = [problem.message for problem in problems], [problem.field for problem in problems]
    slots.summary.html(fragments.problems(messages, fields))
    for problem in problems:
        said = fragments.piece("fragments.html", "problem", problem.field, problem.message)
        slots.fields[problem.field].html(said)


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
