"""Whether this visitor may claim: two questions in the answers of *Plan a visit*. Nothing of it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from nearhome.analysis.help_with_visits import eligibility
from nearhome.analysis.help_with_visits.eligibility import Benefit, Claimant, Relationship
from nearhome.app.wording import eligibility as eligibility_words
from nearhome.app.wording import fragments

if TYPE_CHECKING:
    from nearhome.analysis.visits.plan import VisitPlan

GROWN_UP = 30
"""Any age at which it makes no difference; the page says what it is for those who are younger."""


@st.fragment
def show(plan: VisitPlan) -> None:
    """Ask what decides it, and say whether the costs may be claimed."""
    words = {each.value: each for each in Relationship}
    kinds = {each.value: each for each in Benefit}
    with st.expander(eligibility_words.HEADING):
        to_prisoner = st.selectbox("You are the person's", list(words), index=None, placeholder="Choose one")
        benefit = st.selectbox("You or your partner get", list(kinds), index=None, placeholder="Choose one")
        if to_prisoner is None or benefit is None:
            return
        claimant = Claimant(GROWN_UP, words[to_prisoner], kinds[benefit])
        found = eligibility.assess(claimant, scottish_prison=plan.prison.nation == "Scotland", as_of=plan.as_of)
        first, *others = eligibility_words.sentences(found)
        st.html(fragments.piece("fragments.html", "answered", first, others))
