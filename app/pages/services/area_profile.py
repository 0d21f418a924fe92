"""The story of one area in words: its need, the help near it, both sides of its borders, and how even things are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from nearhome.analysis.population import children
from nearhome.analysis.services import lottery
from nearhome.app.pages.services import table
from nearhome.app.wording import fragments
from nearhome.data.base import phrases
from nearhome.data.services.kinds import ANY_KIND, GRADES, KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nearhome.analysis.services.area_profile import Near, Story
    from nearhome.analysis.services.coverage import Coverage
    from nearhome.app.pages.services.choices import Choices
    from nearhome.app.pages.services.table import Row
    from nearhome.data.services.records import Evidence

FEWEST_DRAWS = 2
"""The page tells no bootstrap interval, so it asks for as few draws as there may be."""

FOR = {
    "area": " For those who live in its area.",
    "national": " For the whole nation.",
    "prisons_unnamed": " At prisons of its area that the source does not name.",
}
"""Whom a service is for that names the area, by its reach."""

_SOME = 0.005


def html(told: Story, row: Row, found: Coverage, choices: Choices) -> str:
    """Return the story as a description list; every text is escaped.

    Parameters
    ----------
    told
        Everything known of the area.
    row
        Its row of the page's table, with small numbers suppressed.
    found
        Coverage as chosen, for how even things are.
    choices
        What was chosen on the page.
    """
    parts = (
        ("How many children?", need_sentences(row, choices)),
        ("Who helps them?", help_sentences(row, told, choices)),
        ("Which services?", service_lines(told.near)),
        ("What else is on record?", service_lines(told.former)),
        ("Across the border", border_sentences(told)),
        ("Deprivation", (deprivation_sentence(told),)),
        ("Is it even?", even_sentences(found, told, choices)),
    )
    return fragments.piece("services.html", "profile", parts)


def need_sentences(row: Row, choices: Choices) -> tuple[str, ...]:
    """Say how many children there are, with the low and the high, and that nobody has counted them."""
    if row.children is None:
        return ("So few that their number is not shown, to protect them.", children.STATEMENT)
    return (
        (
            f"About {table.about(row.children)} in a year have a parent in prison (between "
            f"{table.about(row.low)} and {table.about(row.high)}), as of {phrases.day(choices.as_of)}."
        ),
        children.STATEMENT,
    )


def help_sentences(row: Row, told: Story, choices: Choices) -> tuple[str, ...]:
    """Say how many are reached, how far the nearest service is, and where nothing is known."""
    on = phrases.day(choices.as_of)
    said = []
    if row.reached is not None and row.reached > _SOME:
        said.append(
            f"{phrases.capital(choices.help)} is known to reach {table.percent(row.reached)} of its children on {on}."
        )
    elif row.reached is not None:
        said.append(f"No {choices.help} is known to reach its children on {on}. That does not mean that there is none.")
    if any(each.service.kind == ANY_KIND and each.inside for each in told.former):
        said.append(f"A source says that {told.name} had no service of its own.")
    if row.lost:
        said.append(f"The way to the nearest: {row.lost}.")
    else:
        far = phrases.about(phrases.duration(row.minutes))
        said.append(f"The nearest is {far} away on average, one way, {choices.travelling}.")
    return tuple(said)


def service_lines(listed: Sequence[Near]) -> tuple[str, ...]:
    """Write services, one a line: what, where it stands on the day, how far, and what says so."""
    return tuple(_service(each) for each in listed)


def _service(each: Near) -> str:
    service = each.service
    kind = "" if service.kind == ANY_KIND else f" ({KINDS[service.kind].name.lower()})"
    reach = FOR.get(service.reach, "") if each.inside and service.kind != ANY_KIND else ""
    way = f" About {phrases.duration(each.minutes)} away." if each.minutes is not None else ""
    return f"{service.name}{kind}: {phrases.sentence(each.status.words)}{reach}{way}{_evidence(service.evidence)}"


def _evidence(statements: Sequence[Evidence]) -> str:
    """Name the latest dated statement, or what else the service rests on."""
    if not statements:
        return ""
    last = max(statements, key=lambda each: each.date)
    source = last.source or GRADES.get(last.grade, "")
    return f" Source: {source}." if source else ""


def border_sentences(told: Story) -> tuple[str, ...]:
    """Say where the area's people are held, and at which end a family finds a service."""
    if told.held_elsewhere < _SOME:
        return (f"Its people in prison are held in {told.name} itself.",)
    where = phrases.listing(
        f"{each.authority} ({table.percent(each.share)}, {_served(each.served)})" for each in told.held
    )
    way = (
        f", {phrases.about(phrases.duration(told.prison_minutes))} away by car, one way" if told.prison_minutes else ""
    )
    ends = told.ends
    return (
        (
            f"{table.percent(told.held_elsewhere)} of its people in prison are held in other authorities "
            f"(modelled){way}. Most are in {where}."
        ),
        (
            f"Of their families, {table.percent(ends['neither'])} have a service neither near home nor at the "
            f"prison, {table.percent(ends['prison_only'])} at the prison only, "
            f"{table.percent(ends['home_only'])} near home only, and {table.percent(ends['both'])} at "
            "both."
        ),
    )


def _served(share: float) -> str:
    if share < _SOME:
        return "no service known there"
    return "with a service there" if share > 1 - _SOME else f"a service for {table.percent(share)} there"


def deprivation_sentence(told: Story) -> str:
    """Say how deprived the area's families live, within their own nation."""
    if math.isnan(told.deprivation):
        return "Not known."
    return (
        f"On average its families live in neighbourhoods more deprived than {table.percent(told.deprivation)} "
        f"of those of {told.nation}, by the nation's own index."
    )


def even_sentences(found: Coverage, told: Story, choices: Choices) -> tuple[str, ...]:
    """Say how evenly help is spread over the area's nation."""
    what: lottery.What = "covered" if choices.measure == "reached" else "minutes"
    if what == "minutes" and not found.places:
        return ()
    measured = lottery.measure(found, what, draws=FEWEST_DRAWS).nations
    return tuple(each.sentence(what) for each in measured if each.name == told.nation)
