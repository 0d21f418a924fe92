"""The questions of *What if people were held nearer home?*: a named scenario, what is changed in it, or a file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import streamlit as st

from nearhome.analysis.placement.scenarios import schema
from nearhome.app.pages.placement import edits as placement_edits
from nearhome.app.pages.placement import runs
from nearhome.app.pages.placement.edits import Edits, Opening
from nearhome.app.wording import fragments

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nearhome.analysis.placement.scenarios.schema import Scenario

NAMED, TURN, OWN, PROBLEMS = "nearer_named", "nearer_turn", "nearer_own", "nearer_problems"
OWN_WORDS: Final = "Your own file"
LARGEST_FILE_MB: Final = 1
MOST_PLACES, MOST_MOVES, MOST_DRAWS = 10_000, 100_000, 1_000
BURDENS: Final = {
    "minutes": "Minutes, one way",
    "miles": "Miles by road",
    "pence": "Pounds for a visit",
    "mix": "Pounds and time together",
}
FAIRNESS: Final = {
    "sum": "Everybody's journeys count alike",
    "squares": "Long journeys count more",
    "worst": "The longest journeys come first",
    "over": "As few long journeys as possible",
}
ROLES: Final = {
    "remand": "men before trial",
    "detained": "immigration detention",
    "A": "men, category A",
    "B": "men, category B",
    "C": "men, category C",
    "D": "men, category D (open)",
    "youth": "young men",
    "closed": "women, closed",
    "open": "women, open",
    "any": "all kinds",
}


@dataclass(frozen=True, slots=True)
class ScenarioRequest:
    """A scenario that is to be worked out, or the problems of what was entered."""

    scenario: Scenario | None
    problems: tuple[str, ...] = ()


def choose(named: Mapping[str, Scenario]) -> Scenario:
    """Ask which scenario to start from, and say what it asks."""
    own = st.session_state.get(OWN)
    known = {**named, **({OWN_WORDS: own} if own else {})}
    names = list(known)
    chosen = st.selectbox(
        "Start from",
        names,
        format_func=lambda name: known[name].title if name in named else f"{OWN_WORDS}: {known[name].title}",
        key=NAMED,
        filter_mode=None,
        persist_state="session",
    )
    scenario: Scenario = known[chosen]
    if scenario.about:
        st.html(fragments.paragraphs([scenario.about]))
    return scenario


def ask(base: Scenario) -> ScenarioRequest | None:
    """Ask what to change, and return the scenario once the button is pressed; None before."""
    before = placement_edits.of(base)
    # A scenario's fields are its own: choosing another brings that one's values.
    part = runs.key_of(base)
    with st.form("nearer", border=False):
        with st.expander("Change it"):
            edits = _edits(base, before, part)
        pressed = st.form_submit_button("Work it out", type="primary")
    if not pressed:
        return None
    return checked(schema.to_toml(placement_edits.apply(base, edits)))


def _edits(base: Scenario, before: Edits, part: str) -> Edits:
    """Show everything that can be changed."""
    burden = st.selectbox(
        "Make small",
        list(BURDENS),
        index=list(BURDENS).index(before.burden),
        format_func=BURDENS.__getitem__,
        key=f"burden_{part}",
        filter_mode=None,
    )
    fairness = st.selectbox(
        "Whose journeys count",
        list(FAIRNESS),
        index=list(FAIRNESS).index(before.fairness),
        format_func=FAIRNESS.__getitem__,
        key=f"fairness_{part}",
        filter_mode=None,
    )
    left, right = st.columns(2)
    with left:
        women = st.number_input(
            "Weight of women", 0.01, 100.0, before.women_weight, step=0.5, format="%g", key=f"women_{part}"
        )
    with right:
        young = st.number_input(
            "Weight of children held (15 to 17)",
            0.01,
            100.0,
            before.young_weight,
            step=0.5,
            format="%g",
            key=f"young_{part}",
        )
    left, right = st.columns(2)
    with left:
        limit = st.number_input(
            "Most people moved (empty: no limit)",
            0,
            MOST_MOVES,
            before.moves_limit,
            step=500,
            key=f"limit_{part}",
        )
    with right:
        headroom = st.number_input(
            "Places kept free, per cent",
            0.0,
            50.0,
            before.headroom_percent,
            step=0.5,
            format="%g",
            key=f"headroom_{part}",
        )
    closed, again, new = _estate(base, before, part)
    left, right = st.columns(2)
    with left:
        video = st.number_input(
            "Visits by video instead, per cent",
            0.0,
            100.0,
            before.video_percent,
            step=5.0,
            format="%g",
            key=f"video_{part}",
        )
    with right:
        draws = st.number_input(
            "Other baselines tried, to see how sure it is",
            0,
            MOST_DRAWS,
            before.draws,
            key=f"draws_{part}",
        )
    flexible = st.checkbox(
        "Prisons let families visit at any time of the day that saves a night away",
        value=before.flexible_sessions,
        key=f"flexible_{part}",
    )
    return Edits(
        burden=burden,
        fairness=fairness,
        headroom_percent=float(headroom),
        moves_limit=None if limit is None else int(limit),
        women_weight=float(women),
        young_weight=float(young),
        video_percent=float(video),
        flexible_sessions=flexible,
        closed=closed,
        again=again,
        new=new,
        draws=int(draws),
    )


def _estate(base: Scenario, before: Edits, part: str) -> tuple[tuple[str, ...], Opening, Opening]:
    """Ask which prisons close, open again, or are built."""
    held = placement_edits.open_prisons(base)
    closed = st.multiselect(
        "Close",
        list(held),
        [each for each in before.closed if each in held],
        format_func=held.__getitem__,
        key=f"close_{part}",
        placeholder="No prison",
    )
    kept = tuple(each for each in before.closed if each not in held)
    shut = placement_edits.closed_prisons(base)
    if before.again.where:
        shut.setdefault(before.again.where, before.again.where)
    where = st.selectbox(
        "Open again",
        ["", *shut],
        index=["", *shut].index(before.again.where),
        format_func=lambda each: shut.get(each, "No prison"),
        key=f"again_{part}",
        filter_mode="contains",
    )
    again = _opening("opened again", before.again, where, f"again_{part}")
    at = st.text_input(
        "Build a new one at (a postcode, a town, an authority, or “best”)",
        before.new.where,
        key=f"new_{part}",
        autocomplete="off",
    )
    return (*kept, *closed), again, _opening("built", before.new, (at or "").strip(), f"new_{part}")


def _opening(words: str, before: Opening, where: str, part: str) -> Opening:
    """Ask how many places a prison has and for whom."""
    left, right = st.columns(2)
    with left:
        places = st.number_input(f"Places, if {words}", 0, MOST_PLACES, before.places, step=50, key=f"places_{part}")
    with right:
        roles = st.multiselect(
            f"For whom, if {words}",
            list(ROLES),
            list(before.roles),
            format_func=ROLES.__getitem__,
            key=f"roles_{part}",
        )
    if where:
        return Opening(where, int(places), tuple(roles))
    return Opening() if before.where else before


def show_file(base: Scenario) -> None:
    """Show the scenario as a file, to be changed as text, saved, or replaced by one's own."""
    text = schema.to_toml(base)
    part = f"{runs.key_of(base)}_{st.session_state.get(TURN, 0)}"
    with st.expander("The scenario as a file"):
        said = (
            "Everything that can be said of a scenario is in this text. Change it here, "
            "or save it and open it again later. It stays in the memory of this session."
        )
        st.html(fragments.paragraphs([said]))
        st.text_area("Scenario (TOML)", text, height=320, key=f"text_{part}")
        st.button("Use this text", key=f"use_{part}", on_click=_use, args=(f"text_{part}",))
        st.download_button(
            "Save the scenario",
            data=text,
            file_name="scenario.toml",
            mime="application/toml",
            on_click="ignore",
        )
        st.file_uploader(
            "Open a scenario of your own",
            type="toml",
            max_upload_size=LARGEST_FILE_MB,
            key=f"file_{part}",
            on_change=_use,
            args=(f"file_{part}",),
        )


def _use(key: str) -> None:
    """Take a scenario of one's own from a field, so that it is chosen from now on, or keep what is wrong with it."""
    given = st.session_state.get(key)
    if given is None:
        return
    asked = checked(given if isinstance(given, str) else given.getvalue())
    st.session_state[PROBLEMS] = asked.problems
    if asked.scenario is not None:
        st.session_state[OWN] = asked.scenario
        st.session_state[NAMED] = OWN_WORDS
        st.session_state[TURN] = st.session_state.get(TURN, 0) + 1


def checked(given: str | bytes) -> ScenarioRequest:
    """Read a scenario; everything that is wrong with it is told at once."""
    try:
        text = given if isinstance(given, str) else given.decode("utf-8-sig")
        return ScenarioRequest(schema.from_table(tomllib.loads(text)))
    except UnicodeDecodeError:
        return ScenarioRequest(None, ("The file is no text in UTF-8; save it again as such, or open another.",))
    except tomllib.TOMLDecodeError as error:
        return ScenarioRequest(None, (f"The text is not written as TOML: {error}. Correct that place.",))
    except schema.ScenarioError as error:
        return ScenarioRequest(None, tuple(f"In the scenario, {problem}" for problem in error.problems))
