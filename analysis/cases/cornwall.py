"""The Cornwall case: a county without a prison, and how far its families travel.

The guide to family ties for children of prisoners that the Social Care Institute for Excellence (SCIE) published in
2008 says that Cornwall has no prison, that about 1,200 of its residents were in custody across the South West and
beyond, and that they were held 80 to 180 miles away. It does not say from where, to which prisons, or whether by road.
This case works the journeys out from every town, and says where it agrees.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nearhome.analysis.cases import findings as cases_findings
from nearhome.analysis.cases import journeys, map_page, text
from nearhome.analysis.cases.findings import CaseFindings, NearestPrison
from nearhome.analysis.cases.journeys import is_within, spread_of
from nearhome.analysis.cases.report import CaseReport, csv_text, with_manifest
from nearhome.analysis.costs import tariffs
from nearhome.analysis.costs.party import Party
from nearhome.data.base import phrases
from nearhome.data.base.coordinates import crow_miles
from nearhome.data.catalogue import tables
from nearhome.data.errors import InputError
from nearhome.data.places import areas as area_finder
from nearhome.data.prisons import register
from nearhome.geo.places import areas
from nearhome.geo.roads import network
from nearhome.geo.routing.car_journeys import HIGH_SHARE, LOW_SHARE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from nearhome.analysis.cases.findings import PrisonerKind
    from nearhome.analysis.cases.journeys import Journey, Spread
    from nearhome.data.prisons.register import Prison
    from nearhome.geo.places.areas import WeightedTown

CORNWALL = "E06000052"
REGION = "South West"
PARTY = Party(adults=1, children=1)
SMALLEST_TOWN_POSTCODES = 100
"""Places with fewer postcodes, about 2,600 people, are counted with the next nearest town."""

CANDIDATES = 12
"""So many prisons of each kind, the nearest as the crow flies, are tried for the quickest drive."""

SHOWN_OF_EACH_KIND = 3
REGION_REACH_MILES = 185.0
"""No place in the South West is further than this from the middle of Cornwall as the crow flies."""

CROSSINGS = (
    "tamar",
    "torpoint",
    "severn",
    "wight_lymington_yarmouth",
    "wight_portsmouth_fishbourne",
    "wight_southampton_east_cowes",
)
"""Tolls and ferries that lie between Cornwall and the prisons of this case."""

TABLES = ("prisons", "places", "postcodes", "authorities", "boundaries_region", "boundaries_county", *network.TABLES)

LONG_COLUMNS = (
    "town",
    "town_people_modelled",
    "town_share",
    "prison_id",
    "prison",
    "sex",
    "categories",
    "in_south_west",
    "nearest_for",
    "miles",
    "minutes_low",
    "minutes",
    "minutes_high",
    "crow_miles",
    "cost_low_pence",
    "cost_pence",
    "cost_high_pence",
    "help_pence",
    "in_80_180",
)
SUMMARY_COLUMNS = (
    "group",
    "what",
    "prison_ids",
    "miles_lowest_town",
    "miles_average",
    "miles_highest_town",
    "minutes_average",
    "cost_low_pence_average",
    "cost_pence_average",
    "cost_high_pence_average",
    "help_pence_average",
    "share_below_80",
    "share_80_to_180",
    "share_above_180",
)


def report(as_of: date) -> CaseReport:
    """Work the case out for a day: prisons open and prices known on it, roads and people of today.

    Raises
    ------
    DateError
        Petrol has no price so early: before 2008.
    InputError
        No prison of the region was open on the day.
    """
    found = findings(as_of)
    title = f"Cornwall on {phrases.day(as_of)}"
    rows = tuple(_long_rows(found))
    files = {
        "cornwall.csv": csv_text(LONG_COLUMNS, rows),
        "cornwall_summary.csv": csv_text(SUMMARY_COLUMNS, _summary_rows(found)),
        "cornwall.html": map_page.html(title, found),
    }
    files = with_manifest(
        files,
        title=title,
        as_of=as_of,
        command=f"nearhome case cornwall --as-of {as_of.isoformat()} --out cornwall",
        tables={**tables.versions(*TABLES), **tariffs.versions()},
    )
    return CaseReport(title, text.text(title, found), LONG_COLUMNS, rows, files)


def findings(as_of: date) -> CaseFindings:
    """Compute the journeys of the case and sum them up.

    Raises
    ------
    DateError, InputError
        As for ``report``.
    """
    towns = areas.towns_of(CORNWALL, minimum_postcodes=SMALLEST_TOWN_POSTCODES)
    middle = (sum(town.share * town.lat for town in towns), sum(town.share * town.lon for town in towns))
    regional = _regional(middle, as_of)
    if not regional:
        msg = f"No prison of the {REGION} was open on {phrases.day(as_of)}; choose a later date."
        raise InputError(msg)
    suitable = {kind: _nearest_by_crow(kind.prisons(as_of), middle) for kind in cases_findings.KINDS}
    candidates = _unique([*regional, *(prison for of_kind in suitable.values() for prison in of_kind)])
    table = journeys.between(
        towns,
        candidates,
        nation=area_finder.authority(CORNWALL).nation,
        party=PARTY,
        as_of=as_of,
        crossings=CROSSINGS,
    )
    columns = {
        prison.id: column
        for prison, column in ((prison, _column(table, number)) for number, prison in enumerate(candidates))
        if column is not None
    }
    nearest = tuple(
        _nearest(kind, [columns[prison.id] for prison in found if prison.id in columns])
        for kind, found in suitable.items()
        if any(prison.id in columns for prison in found)
    )
    shown = _unique([*regional, *_quickest(suitable.values(), columns), *_all_nearest(nearest)])
    region_rows = [columns[prison.id] for prison in regional if prison.id in columns]
    return CaseFindings(
        as_of=as_of,
        towns=towns,
        people=area_finder.authority(CORNWALL).population,
        regional=regional,
        region=spread_of([(each, each.town.share) for row in region_rows for each in row]),
        by_sex={
            sex: spread_of([(each, each.town.share) for row in region_rows for each in row if each.prison.holds(sex)])
            for sex in register.SEXES
            if any(prison.holds(sex) for prison in regional)
        },
        by_places=_by_places(region_rows),
        by_prison={
            prison.id: (prison, spread_of([(each, each.town.share) for each in columns[prison.id]]))
            for prison in sorted(shown, key=lambda each: (_average_minutes(columns[each.id]), each.id))
        },
        nearest=nearest,
        journeys=tuple(each for prison in shown for each in columns[prison.id]),
    )


def _regional(middle: tuple[float, float], as_of: date) -> tuple[Prison, ...]:
    """Give the region's prisons open on the day; immigration removal centres are none."""
    return tuple(
        prison
        for prison in register.prisons()
        if prison.is_open(as_of)
        and prison.nation == "England"
        and "IRC" not in prison.categories
        and crow_miles(*middle, prison.lat, prison.lon) <= REGION_REACH_MILES
        and _region_of(prison) == REGION
    )


def _region_of(prison: Prison) -> str:
    code = areas.authority_at(prison.lat, prison.lon)
    return area_finder.authority(code).region if code else ""


def _nearest_by_crow(found: Iterable[Prison], middle: tuple[float, float]) -> list[Prison]:
    """Give the nearest prisons of England and Wales."""
    near = [prison for prison in found if prison.nation in {"England", "Wales"}]
    return sorted(near, key=lambda each: (crow_miles(*middle, each.lat, each.lon), each.id))[:CANDIDATES]


def _unique(found: Iterable[Prison]) -> list[Prison]:
    return list({prison.id: prison for prison in found}.values())


def _column(table: Sequence[Sequence[Journey | None]], number: int) -> tuple[Journey, ...] | None:
    """Give every town's journey to one prison; None where some town has no way there."""
    column = tuple(each for row in table if (each := row[number]) is not None)
    return column if len(column) == len(table) else None


def _nearest(kind: PrisonerKind, columns: Sequence[tuple[Journey, ...]]) -> NearestPrison:
    """Pick each town's quickest prison."""
    row = tuple(min(town, key=lambda each: (each.minutes, each.prison.id)) for town in zip(*columns, strict=True))
    shares: dict[str, float] = {}
    for each in row:
        shares[each.prison.id] = shares.get(each.prison.id, 0.0) + each.town.share
    ranked = sorted(shares.items(), key=lambda pair: (-pair[1], pair[0]))
    return NearestPrison(
        kind=kind,
        spread=spread_of([(each, each.town.share) for each in row]),
        prisons=tuple((register.by_id(prison_id), share) for prison_id, share in ranked),
        row=row,
    )


def _all_nearest(nearest: Iterable[NearestPrison]) -> list[Prison]:
    return [prison for each in nearest for prison, _ in each.prisons]


def _quickest(suitable: Iterable[Sequence[Prison]], columns: dict[str, tuple[Journey, ...]]) -> Iterator[Prison]:
    """Yield the few quickest prisons of each kind, by the average over people."""
    for of_kind in suitable:
        reached = [prison for prison in of_kind if prison.id in columns]
        yield from sorted(reached, key=lambda each: (_average_minutes(columns[each.id]), each.id))[:SHOWN_OF_EACH_KIND]


def _average_minutes(column: Sequence[Journey]) -> float:
    return sum(each.town.share * each.minutes for each in column)


def _by_places(columns: Sequence[tuple[Journey, ...]]) -> Spread | None:
    """Weight each prison by its places, unless one of them has no published number."""
    weighted = []
    for column in columns:
        places = column[0].prison.op_cap
        if places is None:
            return None
        weighted += [(each, each.town.share * places) for each in column]
    return spread_of(weighted)


def _long_rows(found: CaseFindings) -> Iterator[tuple[object, ...]]:
    """Yield the long table: a row for each town and prison."""
    regional = {prison.id for prison in found.regional}
    nearest: dict[tuple[str, str], list[str]] = {}
    for each in found.nearest:
        for way in each.row:
            nearest.setdefault((_key(way.town), way.prison.id), []).append(each.kind.key)
    for way in found.journeys:
        yield (
            way.town.name,
            round(way.town.people),
            f"{way.town.share:.5f}",
            way.prison.id,
            way.prison.name,
            way.prison.sex,
            ";".join(sorted(way.prison.categories)),
            "yes" if way.prison.id in regional else "no",
            ";".join(nearest.get((_key(way.town), way.prison.id), ())),
            f"{way.miles:.1f}",
            f"{LOW_SHARE * way.minutes:.1f}",
            f"{way.minutes:.1f}",
            f"{HIGH_SHARE * way.minutes:.1f}",
            f"{way.crow_miles:.1f}",
            way.cost.low_pence,
            way.cost.pence,
            way.cost.high_pence,
            "" if way.help_pence is None else way.help_pence,
            "yes" if is_within(way.miles) else "no",
        )


def _key(town: WeightedTown) -> str:
    """Tell towns of the same name apart."""
    return f"{town.name} {town.lat} {town.lon}"


def _summary_rows(found: CaseFindings) -> Iterator[tuple[object, ...]]:
    """Yield the summary: the region, each sex, each prison, and the nearest prison for each kind of prisoner."""
    ids = ";".join(prison.id for prison in found.regional)
    yield _summary_row("region", f"every open prison of the {REGION}", ids, found.region)
    for sex, spread in found.by_sex.items():
        own = ";".join(prison.id for prison in found.regional if prison.holds(sex))
        yield _summary_row("region", f"those that hold {text.PEOPLE[sex]}", own, spread)
    if found.by_places is not None:
        yield _summary_row("region", "every open prison, weighted by its places", ids, found.by_places)
    for prison, spread in found.by_prison.values():
        yield _summary_row("prison", prison.name, prison.id, spread)
    for each in found.nearest:
        own = ";".join(prison.id for prison, _ in each.prisons)
        yield _summary_row("nearest", each.kind.title, own, each.spread)


def _summary_row(group: str, what: str, ids: str, spread: Spread) -> tuple[object, ...]:
    return (
        group,
        what,
        ids,
        f"{spread.lowest_miles:.1f}",
        f"{spread.miles:.1f}",
        f"{spread.highest_miles:.1f}",
        f"{spread.minutes:.1f}",
        round(spread.low_pence),
        round(spread.pence),
        round(spread.high_pence),
        "" if spread.help_pence is None else round(spread.help_pence),
        f"{spread.below:.4f}",
        f"{spread.within:.4f}",
        f"{spread.above:.4f}",
    )
