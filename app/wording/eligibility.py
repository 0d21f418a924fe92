"""Whether a visitor may claim, in words: the answer first, then why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nearhome.analysis.help_with_visits import eligibility

if TYPE_CHECKING:
    from nearhome.analysis.help_with_visits.eligibility import Eligibility, Verdict

HEADING = "Can you claim?"
ANSWERS: dict[Verdict, str] = {
    "may": "Yes, you can probably claim. The scheme decides.",
    "ask": "You may be able to claim: ask the scheme.",
    "no": "No, by these rules you cannot claim. The scheme decides.",
}
ELSEWHERE = "People who live in Northern Ireland claim from the Northern Ireland Prison Service instead."


def sentences(found: Eligibility) -> tuple[str, ...]:
    """Return the answer and its reasons, one sentence or two each."""
    others = () if found.verdict == "no" else eligibility.WHO_ELSE
    return (ANSWERS[found.verdict], *found.reasons, *others, ELSEWHERE)
