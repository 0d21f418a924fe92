"""The ways of ``nearhome journey``: the options that choose them and the visit, and the ways side by side as text."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from nearhome.app.cli import layout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nearhome.analysis.costs.fares import Railcard
    from nearhome.analysis.visits.options import Option
    from nearhome.analysis.visits.plan import VisitPlan
    from nearhome.data.prisons.register import Prison

MODES = {"car": ("car",), "transit": ("transit",), "hire": ("hire",), "all": ("transit", "car", "hire")}
RAILCARDS = ("family", "two_together", "16-25", "26-30", "senior", "disabled", "network")
WALKING = ("ordinary", "buggy", "step-free")
LEAD_MINUTES = 45


@dataclass(frozen=True, slots=True)
class WaysRequest:
    """What the options ask for."""

    mode: str
    session: str | None
    child_ages: tuple[int, ...]
    railcard: Railcard | None
    walking: str
    taxi: bool
    lead_minutes: int

    def of(self, prison: Prison) -> dict[str, Any]:
        """Return it as ``plan_visit`` takes it; without a session or public transport there is no day.

        Raises
        ------
        InputError
            The prison has no such session.
        """
        found: dict[str, Any] = {"modes": MODES[self.mode], "lead_minutes": self.lead_minutes}
        if self.mode == "car" and self.session is None:
            return found
        from nearhome.analysis.visits import day as visit_day
        from nearhome.app.wording import inputs

        chosen = visit_day.usual(prison.id) if self.session is None else visit_day.choose(prison.id, self.session)[0]
        wishes = {"needs": inputs.needs(self.walking, taxi=self.taxi), "railcard": self.railcard}
        return found | {"session": chosen} | (wishes if "transit" in MODES[self.mode] else {})


def _ages(_ctx: click.Context, _param: click.Parameter, value: str) -> tuple[int, ...]:
    """Read the ages of children."""
    if not value:
        return ()
    from nearhome.app.wording import inputs

    return inputs.ages(value)


def asked(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how and when a family travels; the command gets them as ``travel``."""

    @click.option(
        "--mode",
        type=click.Choice(list(MODES)),
        default="car",
        show_default=True,
        help="How you travel; all sets the ways side by side.",
    )
    @click.option(
        "--session",
        metavar="DAY-HALF",
        help="Which of the prison's sessions: sat-pm, tue-am, sun, weekday. Without it its Saturday afternoon, "
        "or else its first.",
    )
    @click.option(
        "--child-ages",
        default="",
        metavar="AGES",
        callback=_ages,
        help="The children's ages, such as 4,9: for fares and school days.",
    )
    @click.option("--railcard", type=click.Choice(RAILCARDS), help="A railcard that you already have.")
    @click.option("--walking", type=click.Choice(WALKING), default="ordinary", show_default=True, help="How you walk.")
    @click.option("--no-taxi", is_flag=True, help="Take no taxi where nothing else runs.")
    @click.option(
        "--lead",
        type=click.IntRange(0, 300),
        default=LEAD_MINUTES,
        show_default=True,
        help="Minutes to be at the gate before the session.",
    )
    @functools.wraps(function)
    def command(
        *args: Any,
        mode: str,
        session: str | None,
        child_ages: tuple[int, ...],
        railcard: Railcard | None,
        walking: str,
        no_taxi: bool,
        lead: int,
        **more: Any,
    ) -> Any:
        travel = WaysRequest(mode, session, child_ages, railcard, walking, not no_taxi, lead)
        return function(*args, travel=travel, **more)

    return command


def side_by_side(plan: VisitPlan) -> Iterator[str]:
    """Give the visit, and the ways as a table if there are several, with what is best at what."""
    from nearhome.app.wording import comparison

    day = plan.options[0].day
    if day is not None:
        yield ""
        for sentence in comparison.session_sentences(day):
            yield from layout.paragraph(sentence)
    if len(plan.options) > 1:
        yield from layout.heading("THE WAYS SIDE BY SIDE")
        yield from layout.table(comparison.HEADS, comparison.rows(plan), right=(4, 5, 6), indent=2)
        for sentence in comparison.best_sentences(plan):
            yield from layout.paragraph(sentence, indent=2, bullet="- ")
        bases = dict.fromkeys(option.there.basis for option in plan.options if option.there is not None)
        said = " ".join(["Times of day are about.", *(f"Trains and buses: {basis}." for basis in bases)])
        yield from layout.paragraph(said, indent=2)
    for reason in plan.without:
        yield from layout.paragraph(reason, indent=2, bullet="- ")


def day(plan: VisitPlan, option: Option) -> Iterator[str]:
    """Give the day of a way, and the school days missed."""
    from nearhome.app.wording import comparison, extras

    yield from layout.heading("The day")
    for sentence in (*comparison.day_sentences(option.day), *([option.note] if option.note else [])):
        yield from layout.paragraph(sentence, indent=2)
    yield from _part(extras.SCHOOL_HEADING, extras.school(plan, option))


def video(plan: VisitPlan, option: Option) -> Iterator[str]:
    """Give a video call instead of a way."""
    from nearhome.app.wording import extras

    yield from _part(extras.VIDEO_HEADING, extras.video(plan, option))


def _part(heading: str, sentences: tuple[str, ...]) -> Iterator[str]:
    if sentences:
        yield from layout.heading(heading)
    for sentence in sentences:
        yield from layout.paragraph(sentence, indent=2)
