"""The ways to one visit side by side: times, the day, money, and in words which is cheapest, quickest and simplest."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nearhome.analysis.visits.day import clock
from nearhome.app.wording import answers, fragments
from nearhome.data.base import phrases
from nearhome.data.base.units import PENCE_PER_POUND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from nearhome.analysis.visits.day import VisitDay
    from nearhome.analysis.visits.options import Option
    from nearhome.analysis.visits.plan import VisitPlan

LEAST_LEFT, LEAST_COST, QUICKEST = "least left to pay", "lowest cost before any money back", "quickest"
FEWEST = "fewest changes by train and bus"
FIVE = 5
SHORT_TITLES = {
    "car": "Car",
    "transit": "Train or bus",
    "quickest": "Train and taxi",
    "fewest changes": "Fewest changes",
    "lift to the station": "Lift, then train",
    "hire": "Hired car",
}


@dataclass(frozen=True, slots=True)
class WayChoice:
    """One way as people compare it: its title, what it is best at, sentences about its day, and its sums."""

    mode: str
    title: str
    best: tuple[str, ...]
    day: tuple[str, ...]
    sums: tuple[tuple[str, str], ...]


def choices(plan: VisitPlan) -> tuple[WayChoice, ...]:
    """Return the ways of a plan, in its order."""
    best = bests(plan.options)
    return tuple(
        WayChoice(
            mode=option.mode,
            title=option.title,
            best=tuple(what for what, modes in best.items() if option.mode in modes),
            day=(way_sentence(option), *day_sentences(option.day)),
            sums=sums(option),
        )
        for option in plan.options
    )


def bests(options: Sequence[Option]) -> dict[str, tuple[str, ...]]:
    """Return what can be best, each with the modes of the ways that are; nothing where all are alike or there is one.

    Sums that round to the same pound are alike, and so are times that round to the same five minutes. Changes are
    compared among the ways by train and bus.
    """
    public = [option for option in options if option.there is not None]
    found = {
        LEAST_LEFT: _least(options, lambda option: _half_up(option.left_to_pay_pence / PENCE_PER_POUND)),
        LEAST_COST: _least(options, lambda option: _half_up(option.cost.pence / PENCE_PER_POUND)),
        QUICKEST: _least(options, lambda option: _half_up(option.minutes / FIVE)),
        FEWEST: _least(public, changes),
    }
    if found[LEAST_COST] == found[LEAST_LEFT]:
        del found[LEAST_COST]
    return {what: modes for what, modes in found.items() if modes}


def changes(option: Option) -> int:
    """Return how often one changes on the way there and back; a car has none."""
    return sum(way.changes for way in (option.there, option.back) if way is not None)


def best_sentences(plan: VisitPlan) -> tuple[str, ...]:
    """Return which way is best at what: "Quickest: By car."."""
    titles = {option.mode: option.title for option in plan.options}
    return tuple(
        f"{phrases.capital(what)}: {'; '.join(titles[mode] for mode in modes)}."
        for what, modes in bests(plan.options).items()
    )


def way_sentence(option: Option) -> str:
    """Return how long a way takes and how often one changes."""
    said = f"{phrases.capital(phrases.about(phrases.duration(option.minutes)))} each way"
    if option.there is None:
        return f"{said}."
    many = option.there.changes
    said = f"{said}, {phrases.count(many, 'change') if many else 'no changes'}. {phrases.capital(option.there.basis)}."
    return f"{said} {phrases.sentence(option.note)}" if option.note else said


def day_sentences(day: VisitDay | None) -> tuple[str, ...]:
    """Return when to leave, when one is home, and whether it is tight or needs a night away."""
    if day is None:
        return ()
    why = list(day.reasons)
    before = why.pop(0) if day.night_before != "no" and why else ""
    after = why.pop(0) if why else ""
    said = [f"Leave home by about {clock(day.leave)}, or {clock(day.leave_earliest)} to be sure."]
    if day.night_before == "yes":
        said = [f"You would need to stay the night before: {before}."]
    elif before:
        said.append(phrases.sentence(before))
    if day.night_after == "yes":
        said.append(f"You would need to stay the night after: {after}.")
    else:
        said.append(f"You can be home by about {clock(day.home)}, or {clock(day.home_latest)} on a slow day.")
        said += [phrases.sentence(after)] if after else []
    return tuple(said)


def sums(option: Option) -> tuple[tuple[str, str], ...]:
    """Return the cost, what may come back and what is left, each with its name and range."""
    cost, back = option.cost, option.reimbursement
    repaid = "we cannot say" if back.pence is None else phrases.about_money(back.pence)
    if back.pence and back.low_pence is not None and back.high_pence is not None:
        repaid += f" ({phrases.band(back.low_pence, back.high_pence)})"
    left = f"{phrases.about_money(option.left_to_pay_pence)} ({phrases.band(*answers.left_range_pence(option))})"
    return (
        ("Cost", f"{phrases.about_money(cost.pence)} ({phrases.band(cost.low_pence, cost.high_pence)})"),
        ("May get back", repaid),
        ("Left to pay", left),
    )


def session_sentences(day: VisitDay, on: str = "") -> tuple[str, ...]:
    """Return the visit itself, when to be at the gate, and how old what we know of the session is.

    Parameters
    ----------
    day
        The day of any of the ways: the session is the same.
    on
        The date in words, where one is known.
    """
    session = day.session
    said = [
        f"Visit: {on or day.day}, {session.start} to {session.end}. Be at the gate by {clock(day.arrive)}.",
    ]
    if day.assumed:
        said.append("We do not know this prison's own sessions: these hours only stand for them. Ask the prison.")
    elif session.public_booking:
        said.append(f"The prison's hours as of {phrases.day(session.as_of)}. Check them when you book.")
    else:
        said.append(f"The prison's hours as of {phrases.day(session.as_of)}; they may have changed. Ask the prison.")
    return tuple(said)


def html(found: Iterable[WayChoice]) -> str:
    """Return the ways as a list of cards, each with its own heading."""
    return fragments.piece(answers.TEMPLATE, "ways", list(found))


HEADS = ("", "Each way", "Leave by", "Home by", "Cost", "Back", "Left")


def rows(plan: VisitPlan) -> list[tuple[str, ...]]:
    """Return the ways as rows of a narrow table under ``HEADS``; clock times are about."""
    return [(SHORT_TITLES[option.mode], *_cells(option)) for option in plan.options]


def _cells(option: Option) -> tuple[str, ...]:
    hours, minutes = divmod(round(option.minutes), 60)
    day, back = option.day, option.reimbursement.pence
    leave = home = ""
    if day is not None:
        leave = "night before" if day.night_before == "yes" else clock(day.leave)
        home = "night after" if day.night_after == "yes" else clock(day.home)
        leave += " (tight)" if day.night_before == "perhaps" else ""
        home += " (tight)" if day.night_after == "perhaps" else ""
    repaid = "not known" if back is None else _pounds(back)
    return (
        f"{hours} h {minutes:02d}",
        leave,
        home,
        _pounds(option.cost.pence),
        repaid,
        _pounds(option.left_to_pay_pence),
    )


def _half_up(number: float) -> int:
    return math.floor(number + 0.5)


def _pounds(pence: int) -> str:
    return phrases.estimate(pence, 0, pence + 1)


def _least(options: Sequence[Option], of: Callable[[Option], float]) -> tuple[str, ...]:
    """Return the modes of the ways with the least of something; none where that says nothing."""
    values = [of(option) for option in options]
    least = min(values, default=0.0)
    modes = tuple(option.mode for option, value in zip(options, values, strict=True) if value == least)
    return modes if len(modes) < len(options) else ()
