"""The Cornwall case in words: the page for the shell, and the sentences that the map page shares with it."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from nearhome.analysis.cases.journeys import FAR_MILES, NEAR_MILES
from nearhome.data.base import phrases
from nearhome.geo.routing.car_journeys import HIGH_SHARE, LOW_SHARE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nearhome.analysis.cases.findings import CaseFindings, NearestPrison
    from nearhome.analysis.cases.journeys import Spread
    from nearhome.data.prisons.register import Prison

WIDTH = 110
PEOPLE = {"male": "men", "female": "women"}
TABLES_DATED = "27 July 2026"
"""The day of the prisons table's categories and numbers (``nearhome.data.prisons.register``)."""


def percent(share: float) -> str:
    """Write a share; what is more than nothing and less than all is never rounded to either."""
    return phrases.percent(share).replace("%", " %")


def hours(minutes: float) -> str:
    """Write a time to the nearest five minutes: ``2 h 05``."""
    whole, rest = divmod(5 * round(minutes / 5), 60)
    return f"{whole} h {rest:02d}"


def pounds(pence: float) -> str:
    """Write a sum to the nearest pound."""
    return f"£{round(pence / 100):,}"


CATEGORIES = {
    "A": "A",
    "B": "B",
    "B_LOCAL": "B local",
    "C": "C",
    "D_OPEN": "D open",
    "FEMALE_CLOSED": "closed",
    "FEMALE_OPEN": "open",
    "REMAND": "remand",
    "YA_18_20": "18 to 20",
    "YOI": "young offenders",
}


def holds(prison: Prison) -> str:
    """Say who a prison holds: sex and categories, as the table has them."""
    who = " and ".join(word for sex, word in PEOPLE.items() if prison.holds(sex))
    words = [CATEGORIES.get(word, word.replace("_", " ").lower()) for word in sorted(prison.categories)]
    return f"{who}: {', '.join(words)}"


def shares(spread: Spread) -> str:
    """Say how journeys fall about the guide's distances."""
    return (
        f"{percent(spread.within)} are {NEAR_MILES:.0f} to {FAR_MILES:.0f} miles by road, "
        f"{percent(spread.below)} shorter, {percent(spread.above)} longer"
    )


def text(title: str, found: CaseFindings) -> str:
    """Write the page for the shell."""
    lines = [title, "=" * len(title), ""]
    for heading, paragraphs in sections(found):
        lines += [heading, "-" * len(heading)]
        for paragraph in paragraphs:
            lines += textwrap.wrap(paragraph, WIDTH)
        lines += [""]
        if heading == PRISONS_HEADING:
            lines[-1:-1] = _prison_lines(found)
        if heading == NEAREST_HEADING:
            lines[-1:-1] = _nearest_lines(found)
    return "\n".join(lines)


PRISONS_HEADING = "Prison by prison"
NEAREST_HEADING = "The nearest prison that may hold each person"


def sections(found: CaseFindings) -> Iterator[tuple[str, list[str]]]:
    """Yield headings with their paragraphs, in the order of the page."""
    yield "What is counted", _counted(found)
    yield 'Where it agrees with "80 to 180 miles"', list(_agreement(found))
    yield PRISONS_HEADING, [_unit_note(found)]
    yield NEAREST_HEADING, ["The quickest to reach by car from each town, from all prisons of England and Wales."]
    yield "What to bear in mind", list(_caveats(found))


def _counted(found: CaseFindings) -> list[str]:
    from_towns = (
        f"From Cornwall's {len(found.towns)} towns ({found.people:,} people; how many live in or near each town is "
        f"modelled from postcodes) by car to the {len(found.regional)} prisons of the South West open on "
        f"{phrases.day(found.as_of)}, and beyond it to the nearest that may hold each kind of prisoner."
    )
    weights = (
        "Every person and every prison counts the same unless it says otherwise: the guide puts about 1,200 people "
        "from Cornwall in custody, and how many of them are in which prison is not published."
    )
    return [f"{from_towns} {weights}"]


def _agreement(found: CaseFindings) -> Iterator[str]:
    region = found.region
    verdict = "Mostly yes" if region.within > 0.5 else "Mostly not"  # noqa: PLR2004 -- more than half
    yield (
        f"{verdict}. The guide (SCIE, 2008) says that people from Cornwall are held {NEAR_MILES:.0f} to "
        f"{FAR_MILES:.0f} miles away, but not from where or how measured. Of the journeys to the South West's open "
        f"prisons {shares(region)}. In a straight line {percent(region.crow_within)} would be."
    )
    regional = [found.by_prison[prison.id] for prison in found.regional if prison.id in found.by_prison]
    yield _prison_by_prison(regional)
    if found.by_places is not None:
        yield f"With each prison weighted by its places: {shares(found.by_places)}."
    for sex, spread in found.by_sex.items():
        own = [prison for prison in found.regional if prison.holds(sex)]
        which = f"{own[0].short_name} alone" if len(own) == 1 else f"{len(own)} prisons"
        yield (
            f"To those that hold {PEOPLE[sex]} ({which}): {shares(spread)}; on average {spread.miles:.0f} miles, "
            f"{hours(spread.minutes)}."
        )
    yield from _short_of_it(found, [pair for pair in regional if pair[1].below > 0])
    yield from _long_of_it([pair for pair in regional if pair[1].above > 0])
    beyond = [each for each in found.nearest if each.spread.above > 0.5]  # noqa: PLR2004 -- more than half
    if beyond:
        names = "; ".join(
            f"{_lower(each.kind.title)} ({_names(each)}, on average {each.spread.miles:.0f} miles)" for each in beyond
        )
        yield f"Further than the guide says, even at the nearest prison: {names}."


def _prison_by_prison(regional: list[tuple[Prison, Spread]]) -> str:
    """Say how many of the region's prisons lie within the guide's distances on average, and which do not."""
    nearer = [pair for pair in regional if pair[1].miles < NEAR_MILES]
    further = [pair for pair in regional if pair[1].miles > FAR_MILES]
    inside = len(regional) - len(nearer) - len(further)
    outside = [
        f"{word}: {', '.join(f'{prison.short_name} ({spread.miles:.0f} miles)' for prison, spread in pairs)}"
        for word, pairs in (("nearer", nearer), ("further", further))
        if pairs
    ]
    end = f"; {'; '.join(outside)}" if outside else ""
    return (
        f"Averaged over all people, {inside} of {len(regional)} prisons lie within the guide's distances{end}. For one "
        "family it depends on which end of Cornwall it lives at."
    )


def _short_of_it(found: CaseFindings, near: list[tuple[Prison, Spread]]) -> Iterator[str]:
    """Say to which prisons journeys are shorter, and from where."""
    if not near:
        yield "No journey to a South West prison is shorter than the guide says."
        return
    listed = "; ".join(
        f"{prison.short_name} for {percent(spread.below)} of people ({_from_where(found, prison)})"
        for prison, spread in near
    )
    yield f"Shorter than the guide says: {listed}."


def _from_where(found: CaseFindings, prison: Prison) -> str:
    """Name the nearest town, the largest and the furthest with their miles."""
    ways = sorted((each for each in found.journeys if each.prison is prison), key=lambda each: each.miles)
    largest = next(each for each in ways if each.town is found.towns[0])
    chosen = dict.fromkeys((ways[0], largest, ways[-1]))
    return ", ".join(f"{each.miles:.0f} miles from {each.town.name}" for each in chosen)


def _long_of_it(far: list[tuple[Prison, Spread]]) -> Iterator[str]:
    """Say to which prisons of the region journeys are longer."""
    if not far:
        yield "No journey to a South West prison is longer than the guide says."
        return
    ranked = sorted(far, key=lambda pair: -pair[1].above)
    listed = ", ".join(
        f"{prison.short_name} for {percent(spread.above)} of people (at most {spread.highest_miles:.0f} miles)"
        for prison, spread in ranked
    )
    yield f"Longer than the guide says: {listed}."


def _unit_note(found: CaseFindings) -> str:
    back = (
        "may get back is the Help with Prison Visits figure for those who can claim"
        if found.region.help_pence is not None
        else "what may come back has no figure: no source gives the scheme's rates on that day"
    )
    return (
        "Average of all Cornwall's people, one way, with the nearest and furthest town in brackets; cost there and "
        f"back for an adult and a child, central with low and high; {back}."
    )


def _prison_lines(found: CaseFindings) -> list[str]:
    regional = {prison.id for prison in found.regional}
    rows = [("prison", "miles", "time", "cost", "back", "80-180", "holds")]
    rows += [
        (
            prison.short_name + ("" if prison.id in regional else " *"),
            f"{spread.miles:.0f} ({spread.lowest_miles:.0f}-{spread.highest_miles:.0f})",
            hours(spread.minutes),
            f"{pounds(spread.pence)} ({pounds(spread.low_pence)}-{pounds(spread.high_pence)})",
            back(spread),
            percent(spread.within),
            holds(prison),
        )
        for prison, spread in found.by_prison.values()
    ]
    return [*_aligned(rows), "* not in the South West"]


def _nearest_lines(found: CaseFindings) -> list[str]:
    rows = [("person", "nearest (share of people)", "miles", "time", "cost", "back", "80-180")]
    rows += [
        (
            each.kind.title,
            _names(each),
            f"{each.spread.miles:.0f} ({each.spread.lowest_miles:.0f}-{each.spread.highest_miles:.0f})",
            hours(each.spread.minutes),
            pounds(each.spread.pence),
            back(each.spread),
            percent(each.spread.within),
        )
        for each in found.nearest
    ]
    return _aligned(rows)


def back(spread: Spread) -> str:
    """Write what may come back, or that nobody knows."""
    return "not known" if spread.help_pence is None else pounds(spread.help_pence)


def _names(nearest: NearestPrison) -> str:
    return names_of(nearest.prisons)


def names_of(ranked: tuple[tuple[Prison, float], ...]) -> str:
    """Name prisons, with shares where there are several."""
    if len(ranked) == 1:
        return ranked[0][0].short_name
    return ", ".join(f"{prison.short_name} {percent(share)}" for prison, share in ranked)


def _caveats(found: CaseFindings) -> Iterator[str]:
    yield (
        f"Categories, ages and places are those of {TABLES_DATED}, whatever the day asked about: a prison that then "
        "held others is shown with those of today. Openings and closings are those of the day. Roads, drive times and "
        "people are today's."
    )
    yield (
        f"Drive times are estimates: eight in ten take between {LOW_SHARE:.0%} and {HIGH_SHARE:.0%} of them "
        "(benchmarks/accuracy.py). Costs count petrol, wear, tolls and, on a long day, food; each has a low and a high."
    )
    if found.region.help_pence is None:
        yield (
            "Help with Prison Visits (before, the Assisted Prison Visits Scheme) paid for visits, but no source was "
            "found for its rates on this day, so no figure is given."
        )
    else:
        yield "Help with Prison Visits is for close family on low incomes; you may get back about the sum shown."
    yield "The Isles of Scilly are left out: the journey begins with a boat or a flight."


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]
