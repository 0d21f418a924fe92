"""A practice site of the guide as a page: its facts, whom its services reach, journeys to prison, and what it shows.

The facts are those of the guide on family ties for children of prisoners that the Social Care Institute for Excellence
(SCIE) published in 2008; what the model adds to them is said to be modelled. Coverage is shown for 1 January 2008, when
the guide's services ran, and for the day asked about.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from nearhome.analysis.cases import text
from nearhome.analysis.cases.report import CaseReport, csv_text, with_manifest
from nearhome.analysis.methods.disclosure import Suppressed
from nearhome.analysis.population import families, prison_shares
from nearhome.analysis.reports import templates
from nearhome.analysis.services import coverage, lottery, reach, travel_times
from nearhome.data.base import phrases, steady
from nearhome.data.base.coordinates import Spot
from nearhome.data.places import areas as area_finder
from nearhome.data.prisons import register
from nearhome.data.services import kinds
from nearhome.geo.places import find
from nearhome.geo.routing.router import Router

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nearhome.analysis.services.coverage import Coverage
    from nearhome.data.base.arrays import Floats
    from nearhome.data.prisons.register import Prison
    from nearhome.data.services.records import Service

GUIDE_DAY = date(2008, 1, 1)
PRISONS_SHOWN = 6
_NOTABLE = 0.005
COLUMNS = (
    "day",
    "code",
    "name",
    "children_low",
    "children",
    "children_high",
    "standing",
    "covered",
    "covered_most",
    "share_home",
    "share_prison",
    "share_national",
    "minutes_1_mean",
    "within_60",
)
FACT_COLUMNS = ("fact", "figure", "year")
WAY_COLUMNS = (
    "prison_id",
    "prison",
    "share_of_people_modelled",
    "miles_from_town",
    "minutes_from_town",
    "minutes_car",
    "minutes_public",
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure that the guide gives; ``year`` is the guide's unless it says another."""

    what: str
    figure: str
    year: str = "2006 to 2008"


@dataclass(frozen=True, slots=True)
class Site:
    """A practice site.

    ``area`` and ``level`` say where it is (``area_codes.find``), ``town`` where journeys start, ``services`` how the
    ids of its services begin, ``about`` what the guide tells without a figure.
    """

    key: str
    title: str
    area: str
    level: str
    town: str
    services: tuple[str, ...]
    facts: tuple[Fact, ...]
    about: tuple[str, ...]
    shows: Callable[[SiteFindings], list[str]]

    @property
    def authorities(self) -> frozenset[str]:
        """Codes of its local authorities."""
        return area_finder.find(self.area, self.level).authorities


@dataclass(frozen=True, slots=True)
class SiteWay:
    """A prison where people of the site are held: their share (modelled), and the way there.

    ``miles`` and ``minutes`` are by car from the site's town, ``minutes_car`` and ``minutes_public`` averages over the
    families of its area; None where there is no way or none is known.
    """

    prison: Prison
    share: float
    miles: float | None
    minutes: float | None
    minutes_car: float | None
    minutes_public: float | None


@dataclass(frozen=True, slots=True, eq=False)
class SiteFindings:
    """All that a site's page is written from; ``then`` is the guide's day, ``now`` the day asked about."""

    site: Site
    as_of: date
    then: Coverage
    now: Coverage
    ways: tuple[SiteWay, ...]

    def share(self, column: str, found: Coverage | None = None) -> float:
        """Average a share over the children of the site's area, on the guide's day unless told otherwise."""
        table = (found or self.then).table
        here = table[table["code"].isin(self.site.authorities)]
        return float((here[column] * here["children"]).sum() / here["children"].sum())

    def children(self) -> float:
        """Children of the site's area with a parent in prison on the guide's day, modelled."""
        table = self.then.table
        return float(table.loc[table["code"].isin(self.site.authorities), "children"].sum())

    def nation(self, name: str) -> lottery.NationInequality:
        """Give how even cover is in a nation on the guide's day."""
        return next(each for each in lottery.measure(self.then, draws=2).nations if each.name == name)


def report(site: Site, as_of: date) -> CaseReport:
    """Work a site out for a day."""
    found = findings(site, as_of)
    title = f"{site.title} on {phrases.day(as_of)}"
    rows = tuple(_rows(found))
    files = {
        f"{site.key}.csv": csv_text(COLUMNS, rows),
        f"{site.key}_facts.csv": csv_text(FACT_COLUMNS, [(each.what, each.figure, each.year) for each in site.facts]),
        f"{site.key}_journeys.csv": csv_text(WAY_COLUMNS, [_way_row(each) for each in found.ways]),
        f"{site.key}.html": _html(title, found),
    }
    files = with_manifest(
        files,
        title=title,
        as_of=as_of,
        command=f"nearhome case {site.key} --as-of {as_of.isoformat()} --out {site.key}",
        tables=found.now.versions,
    )
    return CaseReport(title, _text(title, found), COLUMNS, rows, files)


def findings(site: Site, as_of: date) -> SiteFindings:
    """Work out what a site's page says."""
    then = coverage.assess(as_of=GUIDE_DAY)
    now = then if as_of == GUIDE_DAY else coverage.assess(as_of=as_of)
    return SiteFindings(site, as_of, then, now, _ways(site, as_of))


def _ways(site: Site, as_of: date) -> tuple[SiteWay, ...]:
    """Give the prisons where most people of the area are held, and how far they are."""
    where, held = families.families(as_of), prison_shares.shares(as_of)
    inside = np.array([code in site.authorities for code in held.codes])
    people = where.held_by_authority * inside
    share = steady.by_columns(people, held.shares) / people.sum()
    most = [at for at in np.argsort(-share, kind="stable")[:PRISONS_SHOWN] if share[at] >= _NOTABLE]
    chosen = [register.by_id(held.prisons[at]) for at in most]
    spots = [Spot(each.lat, each.lon) for each in chosen]
    town = find.find(site.town)
    matrix = Router.shipped().matrix([town], spots)
    part = inside[where.authority] & (where.children > 0)
    averages = [
        _averages(travel_times.minutes(spots, travel)[where.sector[part]], where.children[part])
        for travel in (travel_times.Travel("car"), travel_times.Travel("transit"))
    ]
    return tuple(
        SiteWay(
            prison=prison,
            share=float(share[held.prisons.index(prison.id)]),
            miles=_known(float(matrix.miles[0, number])),
            minutes=_known(float(matrix.minutes[0, number])),
            minutes_car=_known(averages[0][number]),
            minutes_public=_known(averages[1][number]),
        )
        for number, prison in enumerate(chosen)
    )


def _averages(minutes: np.ndarray[tuple[int, int], np.dtype[np.float64]], weight: Floats) -> list[float]:
    """Average columns over families with a way; NaN where more than half of them have none that is known."""
    reached = np.isfinite(minutes) * weight[:, None]
    whole = reached.sum(axis=0)
    mean = (np.nan_to_num(minutes) * reached).sum(axis=0) / np.maximum(whole, 1e-12)
    return [float(each) for each in np.where(2 * whole > weight.sum(), mean, np.nan)]


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value


def own_services(site: Site) -> tuple[Service, ...]:
    """Give the site's services in force on the guide's day, and what else the register has of it."""
    found = coverage.in_force(GUIDE_DAY, reach.ALL_KINDS)
    return tuple(each for each in found if each.id.startswith(site.services))


def _rows(found: SiteFindings) -> Iterator[tuple[object, ...]]:
    from nearhome.analysis.services import publishable

    for day in dict.fromkeys((found.then, found.now)):
        table, _ = publishable.shown(day)
        for row in table[table["code"].isin(found.site.authorities)].to_dict("records"):
            yield (day.as_of.isoformat(), *(_cell(row[name]) for name in COLUMNS[1:]))


def _cell(value: object) -> object:
    if isinstance(value, Suppressed):
        return str(value)
    if isinstance(value, float):
        return "" if np.isnan(value) else f"{value:.4f}" if value <= 1 else f"{value:.1f}"
    return value


def _way_row(way: SiteWay) -> tuple[object, ...]:
    figures = (way.miles, way.minutes, way.minutes_car, way.minutes_public)
    shown = ("" if each is None else f"{each:.1f}" for each in figures)
    return (way.prison.id, way.prison.name, f"{way.share:.4f}", *shown)


# In words


def _sections(found: SiteFindings) -> Iterator[tuple[str, list[str]]]:
    site = found.site
    yield "What the guide says", [*site.about, *(f"{each.what}: {each.figure}." for each in site.facts)]
    yield "Its services on 1 January 2008", [_service_line(each) for each in own_services(site)] or ["None is known."]
    yield "Whom services in person reach", [_reached(found, each) for each in dict.fromkeys((found.then, found.now))]
    yield f"Where its people are held, and the way there from {site.town}", [_way_line(each) for each in found.ways]
    yield "What it shows", site.shows(found)
    yield "What to bear in mind", [*found.then.notes, prison_shares.shares(found.as_of).notes[0]]


def _service_line(service: Service) -> str:
    kind = kinds.KINDS[service.kind].name
    capacity = f"; {service.capacity:,} {service.capacity_unit}" if service.capacity else ""
    return f"{service.name} ({kind}): for {_whom(service)}{capacity}."


def _whom(service: Service) -> str:
    """Say whom a service is for by its own rule."""
    areas = ", ".join(area_finder.areas()[service.area_level, code].name for code in service.area_codes)
    if service.reach == "prison":
        return f"families of people held at {register.by_id(service.prison_ids[0]).short_name}"
    if service.reach == "prisons_unnamed":
        return f"families of people held at prisons of {areas or 'no named area'}, which the guide does not name"
    if service.reach in {"area", "national"}:
        return f"everybody in {areas}"
    return f"those who come to {service.town}; the guide sets no limit"


def _reached(found: SiteFindings, day: Coverage) -> str:
    covered, most, home = (found.share(name, day) for name in ("covered", "covered_most", "share_home"))
    national = found.share("share_national", day)
    more = (
        f", at most {text.percent(most)} if prisons that are not named are counted" if most > covered + _NOTABLE else ""
    )
    nationwide = f"; {text.percent(national)} by a service for the whole nation" if national else ""
    return (
        f"On {phrases.day(day.as_of)} services in person reach {text.percent(covered)} of the area's "
        f"families{more}: {text.percent(home)} near home{nationwide}."
    )


def _way_line(way: SiteWay) -> str:
    drive = "no way by road" if way.miles is None else f"{way.miles:.0f} miles, {text.hours(way.minutes or 0.0)}"
    average = [] if way.minutes_car is None else [f"{text.hours(way.minutes_car)} by car"]
    public = "not known" if way.minutes_public is None else f"{text.hours(way.minutes_public)}, typical"
    return (
        f"{way.prison.name}: {text.percent(way.share)} of its people (modelled); {drive}; on average from the whole "
        f"area {', '.join([*average, f'by public transport {public}'])}."
    )


def _text(title: str, found: SiteFindings) -> str:
    lines = [title, "=" * len(title), ""]
    for heading, paragraphs in _sections(found):
        lines += [heading, "-" * len(heading)]
        for paragraph in paragraphs:
            lines += textwrap.wrap(paragraph, text.WIDTH, initial_indent="- ", subsequent_indent="  ")
        lines += [""]
    return "\n".join(lines)


def _html(title: str, found: SiteFindings) -> str:
    return templates.render(
        "site.html",
        package="nearhome.analysis.cases",
        title=title,
        area=found.site.title,
        sections=list(_sections(found)),
        heads=COLUMNS,
        rows=_rows(found),
    )
