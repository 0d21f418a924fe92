"""What stands beside the journey, in words: a video call instead, and the school days that children miss."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from nearhome.analysis.visits import extras
from nearhome.analysis.visits.day import DAY_NAMES, DAYS
from nearhome.data.base import phrases

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nearhome.analysis.visits.options import Option
    from nearhome.analysis.visits.plan import VisitPlan
    from nearhome.data.prisons.sessions import Session

VIDEO_HEADING = "A video call instead"
SCHOOL_HEADING = "School days"


def video(plan: VisitPlan, option: Option) -> tuple[str, ...]:
    """Return what video calls are offered and what one saves beside a way; nothing where no source is known."""
    calls = extras.offered(plan.prison)
    if calls is None:
        return ()
    saved = extras.saving(calls, option, plan.party.child_ages)
    spared = [f"{phrases.about(phrases.duration(saved.away_minutes))} away from home"]
    spared += [phrases.about_money(saved.cost_pence)] if saved.cost_pence else []
    money = phrases.listing(spared)
    if option.reimbursement.pence and saved.cost_pence:
        money += f" ({phrases.about_money(saved.left_to_pay_pence)} if you get money back for the visit)"
    said = [
        (
            f"Each prisoner may have {phrases.count(calls.calls_a_month, 'video call')} of {calls.minutes_each} "
            f"minutes a month, or one of {calls.or_minutes_once}, with up to {calls.people} people on a call."
        ),
        f"Beside the visit ({option.title.lower()}), a call of {calls.or_minutes_once} minutes saves {money}.",
    ]
    if saved.school_days:
        said.append(f"It also saves {phrases.count(saved.school_days, 'school day')}, unless it falls in school hours.")
    return (
        *said,
        *calls.conditions,
        f"Source: {calls.source}, seen on {phrases.day(calls.seen)}. {extras.DISAGREES}",
    )


def school(plan: VisitPlan, option: Option) -> tuple[str, ...]:
    """Return the school days that each child misses in term time and which sessions avoid it; nothing without ages."""
    found = extras.children(option, plan.prison.id, plan.party.child_ages)
    said = []
    for child in found:
        who = f"A child of {child.age}" if child.age else "A child under 1"
        if not child.missed:
            said.append(f"{who} misses no school.")
            continue
        missed = f"{who} misses {phrases.count(child.missed, 'school day')} in term time."
        said.append(f"{missed} {_avoiding(child.avoiding)}" if option.day and not option.day.assumed else missed)
    return (*said, "School holidays are not in our data.") if any(child.missed for child in found) else tuple(said)


def session_words(session: Session) -> str:
    """Return a session as one chooses it: "Saturday, 14:00 to 16:00"."""
    return f"{DAY_NAMES[DAYS.index(session.day)]}, {session.start} to {session.end}"


def _avoiding(sessions: Iterable[Session]) -> str:
    """Return which sessions cost no school, by day."""
    days = [
        f"{DAY_NAMES[DAYS.index(day)]} ({phrases.listing(f'{each.start} to {each.end}' for each in of_day)})"
        for day, of_day in groupby(sessions, key=lambda session: session.day)
    ]
    return f"Going on {phrases.listing(days)} avoids it." if days else "No session of this prison avoids it."
