"""The question form of a visit, and errors in the pattern of the GOV.UK Design System.

The sentence stands in a summary at the top and again at its field, the title starts with "Error: ", and the
focus moves to the summary. Nothing is checked while a person types.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

import streamlit as st

from nearhome.analysis.costs import fares
from nearhome.analysis.costs.party import Party
from nearhome.analysis.visits import day
from nearhome.app.pages.shared.problems import (
    ADULTS,
    AGES,
    CHILDREN,
    DAY,
    ORIGIN,
    PRISON,
    RAILCARD,
    TAXI,
    WALKING,
    FieldProblem,
    Slots,
)
from nearhome.app.wording import extras, inputs
from nearhome.data.errors import InputError, PrisonClosedError, UnknownPrisonError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from streamlit.delta_generator import DeltaGenerator

    from nearhome.analysis.costs.fares import Railcard
    from nearhome.data.prisons.sessions import Session

CARDS: tuple[Railcard, ...] = get_args(fares.Railcard)
NO_CARD = "None"
WALKING_WORDS = {"ordinary": "On foot without trouble", "buggy": "With a buggy", "step-free": "Step-free, more slowly"}
LONGEST_PLACE = 80
"""Characters; the longest British place name has 58."""
MOST_PEOPLE = 9


@dataclass(frozen=True, slots=True)
class Questions:
    """What a person entered: a starting point as typed, a prison's id or none, who travels, when and how.

    ``ages`` are the children's as typed, with commas; a railcard is one of ``fares.CARDS``.
    """

    origin: str
    prison: str | None
    adults: int
    children: int
    session: Session | None = None
    ages: str = ""
    walking: str = "ordinary"
    railcard: Railcard | None = None
    taxi: bool = True

    def __repr__(self) -> str:
        """Leave out the starting point, so that it cannot reach a log."""
        return f"Questions(prison={self.prison!r}, adults={self.adults}, children={self.children})"


def ask(labels: Mapping[str, str], summary: DeltaGenerator, as_of: date) -> tuple[Questions | None, Slots]:
    """Show the questions and return what was entered, or None while the button is not pressed.

    The prison stands outside the form, because its own sessions are offered as soon as it is chosen. A link may name
    it by its id (``?prison=...``), so that a prison or a charity can link to its own; the page itself writes nothing
    to its address. The starting point is read from no address and lives in the memory of this session only.

    Parameters
    ----------
    labels
        Prison ids with the labels people choose from, in the order shown.
    summary
        The container of the error summary, made above the page's heading.
    as_of
        Today.
    """
    named = st.query_params.get(PRISON)
    if named in labels and PRISON not in st.session_state:
        st.session_state[PRISON] = named
    slots: dict[str, DeltaGenerator] = {}
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
    session = None if prison is None else _session(prison)
    with st.form("visit", border=False):
        origin = st.text_input(
            "Your postcode or town",
            key=ORIGIN,
            autocomplete="postal-code",
            persist_state="session",
        )
        slots[ORIGIN] = st.empty()
        left, right = st.columns(2)
        with left:
            adults = st.number_input("Adults", 1, MOST_PEOPLE, 1, key=ADULTS, persist_state="session")
            slots[ADULTS] = st.empty()
        with right:
            children = st.number_input("Children under 18", 0, MOST_PEOPLE, 0, key=CHILDREN, persist_state="session")
            slots[CHILDREN] = st.empty()
        more = _more(slots, as_of)
        pressed = st.form_submit_button("Continue", type="primary")
    entered = Questions(origin or "", prison, int(adults), int(children), session, *more) if pressed else None
    return entered, Slots(summary, slots)


def _session(prison: str) -> Session | None:
    """Ask which of a prison's own sessions it is to be; its Saturday afternoon or first comes first."""
    known = day.choose(prison)
    usual = day.usual(prison)
    units = len({session.unit for session in known}) > 1
    return st.selectbox(
        "Which day?",
        known,
        index=known.index(usual),
        format_func=lambda session: extras.session_words(session) + (f" ({session.unit})" if units else ""),
        key=f"{DAY}_{prison}",
        filter_mode=None,
        help=None if usual.prison_id else "We do not know this prison's own sessions: these stand for them.",
    )


def _more(slots: dict[str, DeltaGenerator], as_of: date) -> tuple[str, str, Railcard | None, bool]:
    """Ask what some families want to say: ages, walking, a railcard, taxis. It is open where something is wrong."""
    state = st.session_state
    who = party_of(int(state.get(ADULTS, 1)), int(state.get(CHILDREN, 0)), state.get(AGES) or "")
    faulty = isinstance(who, FieldProblem) or railcard_problem(card_of(state.get(RAILCARD)), who, as_of) is not None
    with st.expander("More about you", expanded=faulty):
        ages = st.text_input(
            "Children's ages, such as 4, 9 (for fares and school days)",
            key=AGES,
            autocomplete="off",
            persist_state="session",
        )
        slots[AGES] = st.empty()
        walking = st.selectbox(
            "How you walk",
            list(WALKING_WORDS),
            format_func=WALKING_WORDS.__getitem__,
            key=WALKING,
            filter_mode=None,
            persist_state="session",
        )
        railcard = st.selectbox(
            "Railcard",
            [NO_CARD, *CARDS],
            format_func=lambda card: fares.CARDS[card].title if card in fares.CARDS else card,
            key=RAILCARD,
            filter_mode=None,
            persist_state="session",
        )
        slots[RAILCARD] = st.empty()
        taxi = st.checkbox("Take a taxi where nothing else runs", value=True, key=TAXI, persist_state="session")
    return ages or "", walking, card_of(railcard), taxi


def card_of(chosen: str | None) -> Railcard | None:
    """Return the railcard that was chosen from the list; None for none."""
    return next((card for card in CARDS if card == chosen), None)


def party_of(adults: int, children: int, ages: str) -> Party | FieldProblem:
    """Return who travels, or what is wrong with the ages; ages alone say how many children there are."""
    try:
        found = inputs.ages(ages)
        return Party(adults, children or len(found), found)
    except InputError as error:
        return FieldProblem(AGES, str(error))


def railcard_problem(railcard: Railcard | None, party: Party, as_of: date) -> FieldProblem | None:
    """Return what is wrong with a railcard for a party; None if nothing is."""
    try:
        inputs.check_railcard(railcard, party, as_of)
    except InputError as error:
        return FieldProblem(RAILCARD, str(error))
    return None


def missing(entered: Questions) -> tuple[FieldProblem, ...]:
    """Return what was left out or is far too long, in the order of the form."""
    problems = []
    if entered.prison is None:
        problems.append(FieldProblem(PRISON, "Choose a prison from the list"))
    if not entered.origin.strip():
        problems.append(FieldProblem(ORIGIN, "Enter your postcode or town"))
    elif len(entered.origin) > LONGEST_PLACE:
        problems.append(FieldProblem(ORIGIN, f"Your postcode or town must be {LONGEST_PLACE} characters or less"))
    return tuple(problems)


def problem_of(error: InputError) -> FieldProblem:
    """Return what the library says of an entry, as a problem at the field that can put it right."""
    at_prison = isinstance(error, UnknownPrisonError | PrisonClosedError)
    return FieldProblem(PRISON if at_prison else ORIGIN, str(error))
