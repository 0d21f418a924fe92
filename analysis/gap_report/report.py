"""The gap report of an area: where help for families is missing, how unequal that is, and what it rests on."""

from __future__ import annotations

import math
import shlex
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nearhome.analysis.gap_report import inequality_tables, layers, protection
from nearhome.analysis.gap_report import tables as gap_tables
from nearhome.analysis.gap_report.protection import AT_PRISON, NEAR_HOME, UNREACHED, within
from nearhome.analysis.methods.disclosure import Suppressed
from nearhome.analysis.population import children as population_children
from nearhome.analysis.reports.report import Report, Section, section
from nearhome.analysis.reports.tables import Mark
from nearhome.analysis.reports.write import FORMATS
from nearhome.analysis.services import coverage, travel_times
from nearhome.data.base import phrases
from nearhome.data.catalogue import tables as catalogue
from nearhome.data.places import areas
from nearhome.data.places.area_names import KINGDOM
from nearhome.data.services.status import YEARS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from nearhome.analysis.gap_report.protection import Protected
    from nearhome.analysis.reports.tables import Table
    from nearhome.analysis.services.coverage import Coverage
    from nearhome.analysis.services.lottery import Lottery
    from nearhome.analysis.services.travel_times import Travel
    from nearhome.data.places.areas import Area
    from nearhome.data.services.records import Service

LEVELS = ("authority", "police", "region", "nation")
MOST_NAMED = 5
BOUNDARIES = "boundaries_authority"
_METHOD = (
    """Need is children with a parent in prison: a published national estimate, shared among small areas by where
    prisoners come from, deprivation and how many children live there.""",
    """Time is from the middle of each postcode sector to each place with a service, one way, from home to service,
    {way}. Those with no way are a class of their own.""",
    """Whom a service reaches goes by its own rule: all who live in its area or nation; those within its limit of
    minutes or miles, or within {limit} minutes where it has none; or the families of the people held at its prison.
    Which prison that is, is modelled.""",
    """A statement on a service counts for {years} years unless it says otherwise, and at prisons of England and Wales
    no longer than to the next tender.""",
    """Inequality: Gini, Theil, Foster-Greer-Thorbecke, concentration index and Palma ratio, weighted by children;
    clusters by local Moran's I.""",
)
_COMPARING = """The protection covers the whole kingdom whichever area is reported, so that two reports of the same
inputs can be laid side by side. It does not guard against comparing reports of other days or kinds."""


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """What a report is asked for: the place as ``areas.find`` reads it, and the rest as ``coverage.assess`` does."""

    area: str
    as_of: date
    kind: str | None = None
    mode: Travel | str = "car"
    thresholds_minutes: tuple[float, ...] = coverage.THRESHOLDS


def report(
    asked: ReportRequest,
    *,
    formats: Sequence[str] = FORMATS,
    services: Sequence[Service] | None = None,
    own_need: Mapping[str, int] | None = None,
) -> Report:
    """Put a gap report together.

    Parameters
    ----------
    asked
        What it is about.
    formats
        The formats that the command which repeats it names.
    services, own_need
        As for ``coverage.assess``.

    Raises
    ------
    InputError
        If a word is not known.
    """
    chosen = areas.find(asked.area)
    found = {
        level: coverage.assess(
            kind=asked.kind,
            mode=asked.mode,
            as_of=asked.as_of,
            by=level,
            thresholds=asked.thresholds_minutes,
            services=services,
            own_need=own_need,
        )
        for level in LEVELS
    }
    local = found["authority"]
    safe = protection.protect(local)
    lotteries = inequality_tables.measured(local, chosen)
    ranked = gap_tables.ranked(local, safe, chosen)
    what = gap_tables.kind_words(asked.kind)
    gathered = inequality_tables.clusters(local, safe, chosen)
    tables = [ranked, *(gap_tables.by_level(found[level], safe, chosen) for level in LEVELS)]
    if lotteries:
        tables += [inequality_tables.measures(lotteries, safe, chosen), inequality_tables.tenths(lotteries, chosen)]
    tables += [gathered[0]] if gathered else []
    listed = gap_tables.services(local)
    tables += [listed] if listed else []
    return Report(
        name=f"gaps-{_slug(chosen.name)}-{asked.as_of.isoformat()}",
        title=f"Where help for families of prisoners is missing: {chosen.name}, {phrases.day(asked.as_of)}",
        subject=(
            f"Children with a parent in prison in {chosen.name} and {what} on {phrases.day(asked.as_of)}, "
            f"{local.travel.words}. {population_children.STATEMENT}"
        ),
        as_of=asked.as_of,
        command=_command(asked, chosen, formats),
        sections=(
            section("Findings", _findings(local, safe, chosen, ranked)),
            section("How equal it is", _equality(lotteries, safe, chosen, gathered[1].sentences() if gathered else ())),
            *_method(local),
        ),
        tables=tuple(tables),
        layers=layers.layers(local, safe, chosen),
        versions={**local.versions, **catalogue.versions(BOUNDARIES)},
        seeds={"bootstrap": inequality_tables.SEED, "permutations": inequality_tables.SEED},
    )


def _findings(found: Coverage, safe: Protected, chosen: Area, ranked: Table) -> Iterator[str]:
    limit = coverage.place_minutes(found.thresholds_minutes)
    code = chosen.code
    children = safe.count(code)
    if not isinstance(children, Suppressed):
        about = f"{gap_tables.two_figures(children):,.0f}"
        yield f"About {about} children in {chosen.name} have a parent in prison in the course of a year (modelled)."
    said = {name: _percent(safe, code, name) for name in (NEAR_HOME, AT_PRISON, UNREACHED, within(limit))}
    what = gap_tables.kind_words(found.kind)
    yield (
        f"Reached near home are {said[NEAR_HOME]} of them by {what} that are known of, {said[AT_PRISON]} only at the "
        f"prison where their parent is held, and {said[UNREACHED]} are not known to be reached."
    )
    if found.places:
        way = found.travel.words
        yield f"Within {limit:g} minutes of a place with such a service, {way}, live {said[within(limit)]}."
    else:
        yield "No such service is at a place on that day, so none is near or far."
    names = [
        f"{name} ({children:,.0f} children)"
        for name, children in zip(ranked.values("area_name"), ranked.values(UNREACHED), strict=True)
        if isinstance(children, int | float) and children > 0
    ]
    if names:
        yield f"The largest gaps are in {', '.join(names[:MOST_NAMED])}."
    standings = Counter(str(each) for each in ranked.values("standing"))
    for standing, sentence in gap_tables.STANDINGS.items():
        if standings[standing]:
            yield f"{standings[standing]} of {len(ranked.rows)} local authorities: {sentence}"
    told = [
        str(name)
        for name, standing in zip(ranked.values("area_name"), ranked.values("standing"), strict=True)
        if standing == "said to have none"
    ]
    if told:
        yield f"A source says that there is no service in {', '.join(told)}."
    hidden = sum(rank is Mark.SUPPRESSED for rank in ranked.values("rank"))
    if hidden:
        yield f"{hidden} of {len(ranked.rows)} local authorities have no rank, because their number is suppressed."


def _percent(safe: Protected, code: str, name: str) -> str:
    shown = safe.percent(code, name)
    if isinstance(shown, Suppressed):
        return "a share that is suppressed"
    return phrases.percent(shown / 100) if math.isfinite(shown) else "no share"


def _equality(found: Sequence[Lottery], safe: Protected, chosen: Area, gathered: Sequence[str]) -> Iterator[str]:
    for one in found:
        yield from inequality_tables.sentences(one, safe, chosen)
    if not found:
        yield "Nothing can be measured, because nobody has a figure."
    for sentence in gathered:
        yield f"Over the whole United Kingdom: {sentence[0].lower()}{sentence[1:]}"
    if not gathered:
        yield "Cover is the same all over the United Kingdom, so that it has no pattern on the map."


def _method(found: Coverage) -> tuple[Section, ...]:
    way, limit = found.travel.words, coverage.place_minutes(found.thresholds_minutes)
    said = (each.format(way=way, limit=f"{limit:g}", years=YEARS) for each in _METHOD)
    return (
        section("Method", (*said, *gap_tables.notes(found))),
        section("Small numbers", (protection.NOTE, _COMPARING)),
    )


def _command(asked: ReportRequest, chosen: Area, formats: Sequence[str]) -> str:
    """Give the command that repeats the report."""
    area = "all" if chosen.code == KINGDOM else chosen.code
    travel = travel_times.check_travel(asked.mode)
    words = ["nearhome", "gaps", "--area", area, "--as-of", asked.as_of.isoformat(), "--mode", travel.mode]
    words += ["--day", travel.day] if travel.day != "weekday" else []
    words += ["--kind", asked.kind] if asked.kind else []
    words += ["--minutes", ",".join(f"{limit:g}" for limit in sorted(set(asked.thresholds_minutes)))]
    return shlex.join([*words, "--formats", ",".join(formats), "--out", "DIR"])


def _slug(name: str) -> str:
    return "-".join("".join(each if each.isalnum() else " " for each in name.lower()).split())
