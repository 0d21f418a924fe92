"""Where help for families of prisoners reaches, and where it does not, by postcode sector, authority or wider area.

Two questions that must not be mixed up. **How far** is a service: minutes to the nearest and further ones, the share of
children within several thresholds at once, and how many services lie within each. And **whom** does a service reach:
that goes by the rule of each service (``reach``), for most of them not by travel time; services near home are told
from those at the prison where a parent is held.

Everything counts children with a parent in prison, an estimate (``need.STATEMENT``). The register is a record of dated
statements: what it does not know of is not known to be absent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np

from nearhome.analysis.methods import accessibility
from nearhome.analysis.population import children, families, prison_shares
from nearhome.analysis.services import reach, travel_times
from nearhome.analysis.services import supply as service_supply
from nearhome.data.catalogue import tables
from nearhome.data.errors import InputError
from nearhome.data.services import register as service_register
from nearhome.data.services.status import status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import pandas as pd
    from numpy.typing import NDArray

    from nearhome.analysis.population.families import Families, Group
    from nearhome.analysis.services.reach import Reach
    from nearhome.analysis.services.travel_times import Travel
    from nearhome.data.base.arrays import Floats
    from nearhome.data.base.coordinates import Spot
    from nearhome.data.services.records import Service


THRESHOLDS = (30.0, 60.0, 90.0, 120.0)
LEVELS = families.LEVELS
TABLES = tuple(
    dict.fromkeys(
        ("services", "service_evidence", *families.TABLES, *prison_shares.TABLES, *travel_times.TABLES, "authorities")
    )
)
STATEMENT = (
    "A record of dated statements, not a directory: where it knows of no service there may well be one. "
    f"{children.STATEMENT}"
)

Standing = Literal[
    "whole nation", "near home", "said to have none", "at prisons only", "at prisons not named", "none known"
]
_SOME = 0.005
"""Shares below half a per cent count as nobody when an area's standing is named."""


@dataclass(frozen=True, slots=True, eq=False)
class SectorParts:
    """What is known of each part of a sector, in the order of ``families``.

    ``minutes`` has a column for the nearest, second nearest, ... place, NaN where there is none; ``known`` says whether
    such ways are known there at all.
    """

    families: Families
    minutes: Floats
    known: NDArray[np.bool_]
    reach: Reach


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """Coverage of one kind of service (or all in person) on a day, by area.

    ``table`` has one row an area, see ``assess``; ``services`` are those counted and ``places`` the points among them.
    """

    kind: str | None
    travel: Travel
    as_of: date
    by: str
    thresholds_minutes: tuple[float, ...]
    table: pd.DataFrame
    services: tuple[Service, ...]
    places: int
    parts: SectorParts
    notes: tuple[str, ...]
    versions: Mapping[str, str] = field(default_factory=dict)


def assess(
    *,
    kind: str | None = None,
    mode: Travel | str = "car",
    as_of: date,
    by: str = "authority",
    thresholds: Sequence[float] = THRESHOLDS,
    k: int = 2,
    services: Sequence[Service] | None = None,
    own_need: Mapping[str, int] | None = None,
) -> Coverage:
    """Work coverage out.

    Parameters
    ----------
    kind
        A word of ``service_kinds.KINDS``; None for every kind in person (all but ``reach.REMOTE_KINDS``);
        ``reach.ALL_KINDS`` for every kind.
    mode
        One of ``travel_times.MODES``, or a ``Travel``, which says the day too.
    as_of
        The day whose services, families and people in prison count.
    by
        One of LEVELS.
    thresholds
        Minutes one way, inclusive. A service around a place without a limit reaches those within the second of them
        (the first if there is one only).
    k
        How many of the nearest places to tell.
    services
        Services to count instead of the register's of the day, of whichever kinds; the kind is then picked from them.
    own_need
        Counts of children by authority code in place of the estimate.

    Returns
    -------
    Coverage
        Its table has, for each area: ``code``, ``name``; ``children`` (with ``children_low`` and ``children_high``,
        missing by sector) and ``held``, people in prison; ``minutes_1_mean`` and ``minutes_1_median`` to the nearest,
        2 to the second nearest and so on, of children with a way; shares of children ``within_30`` (and the other
        thresholds), ``beyond`` the last, with ``no_way``, where ways are ``not_known``, or where there is ``no_place``:
        the longest threshold and these make 1; ``places_within_30``, how many places on average; by rule
        ``share_area``, ``share_radius``, ``share_minutes``, ``share_place``, ``share_prison``, ``share_national``;
        ``share_home`` by any rule near home, ``share_unnamed`` what prisons not named may add at most, ``covered`` by
        any rule, ``covered_most`` with those, ``children_not_covered``; by sector and authority ``standing``, one of
        Standing; and where a capacity is known the columns of ``capacity``.

    Raises
    ------
    InputError
        If a word is not known, or thresholds or k are not above zero.

    Examples
    --------
    >>> from datetime import date
    >>> found = assess(kind="visitors_centre", by="nation", as_of=date(2026, 11, 21))
    >>> found.table["name"].tolist()
    ['England', 'Northern Ireland', 'Scotland', 'Wales']
    """
    limits = _limits(thresholds)
    travel = travel_times.check_travel(mode)
    found = in_force(as_of, kind) if services is None else reach.chosen(services, kind)
    where = families.families(as_of, own_need)
    parts, spots, times = _parts(where, found, travel, k, limits)
    group = where.by(by)
    table = _table(parts, group, limits, times)
    supply = service_supply.supply(found, where, prison_shares.shares(as_of), travel=travel, thresholds=limits)
    for name, values in supply.columns(group, where).items():
        table[name] = values
    _stand(table, group, parts, as_of, by)
    return Coverage(
        kind=kind,
        travel=travel,
        as_of=as_of,
        by=by,
        thresholds_minutes=limits,
        table=table,
        services=tuple(found),
        places=len(spots),
        parts=parts,
        notes=(*_notes(found, travel, limits), *supply.notes),
        versions=tables.versions(*TABLES) | _own_versions(),
    )


def in_force(as_of: date, kind: str | None = None) -> tuple[Service, ...]:
    """Give the services in force on a day, of a kind as for ``assess``.

    Raises
    ------
    InputError
        If there is no such kind.
    """
    if kind not in {None, reach.ALL_KINDS}:
        service_register.check_kind(str(kind))
    return reach.chosen(_services_on(as_of, service_register.register()), kind)


@lru_cache(maxsize=8)
def _services_on(as_of: date, register: tuple[Service, ...]) -> tuple[Service, ...]:
    return tuple(each for each in register if status(each, as_of).in_force)


def _own_versions() -> dict[str, str]:
    return {name: version for name, version in service_register.versions().items() if name == "own_services"}


def _limits(thresholds: Sequence[float]) -> tuple[float, ...]:
    limits = tuple(sorted({float(each) for each in thresholds}))
    if not limits or not np.isfinite(limits).all() or limits[0] <= 0:
        msg = f"The thresholds are {list(thresholds)}; give one or more numbers of minutes above 0."
        raise InputError(msg)
    return limits


def place_minutes(thresholds: Sequence[float]) -> float:
    """Give the time within which a service around a place counts as reached: the second threshold, or the only one."""
    return thresholds[min(1, len(thresholds) - 1)]


def _parts(
    where: Families, found: Sequence[Service], travel: Travel, k: int, limits: tuple[float, ...]
) -> tuple[SectorParts, list[Spot], Floats]:
    spots = list(dict.fromkeys(spot for each in found for spot in reach.spots_of(each, where.as_of)))
    times = travel_times.minutes(spots, travel)
    nearest = accessibility.nearest(times, k)
    held = prison_shares.shares(where.as_of)
    who = reach.reach(found, where, held, travel=travel, place_minutes=place_minutes(limits))
    parts = SectorParts(where, nearest.minutes[where.sector], travel_times.known(travel)[where.sector], who)
    return parts, spots, times


def _table(parts: SectorParts, group: Group, limits: tuple[float, ...], times: Floats) -> pd.DataFrame:
    import pandas as pd

    where, who = parts.families, parts.reach
    weight = where.children
    columns: dict[str, object] = {"code": group.codes, "name": group.names, "children": group.sums(weight)}
    columns["held"] = group.sums(where.held)
    for number in range(parts.minutes.shape[1]):
        minutes = parts.minutes[:, number]
        reached = np.isfinite(minutes)
        columns[f"minutes_{number + 1}_mean"] = group.shares(np.nan_to_num(minutes), weight * reached)
        columns[f"minutes_{number + 1}_median"] = _medians(minutes, weight, group)
    first = parts.minutes[:, 0]
    for limit in limits:
        columns[f"within_{limit:g}"] = group.shares(first <= limit, weight)
    lost = ~np.isfinite(first)
    nowhere = np.full(len(first), times.shape[1] == 0)
    columns["beyond"] = group.shares(first > limits[-1], weight)
    columns["no_way"] = group.shares(lost & parts.known & ~nowhere, weight)
    columns["not_known"] = group.shares(lost & ~parts.known & ~nowhere, weight)
    columns["no_place"] = group.shares(nowhere, weight)
    for limit in limits:
        near = np.nan_to_num(accessibility.within_reach(times, np.ones(times.shape[1]), [limit])[:, 0])
        columns[f"places_within_{limit:g}"] = group.shares(near[where.sector], weight)
    for rule in reach.RULES:
        columns[f"share_{rule}"] = group.shares(who.by_rule[rule], weight)
    columns["share_home"] = group.shares(who.home, weight)
    columns["share_unnamed"] = group.shares(who.unnamed, weight)
    columns["covered"] = group.shares(who.covered, weight)
    columns["covered_most"] = group.shares(who.covered_most, weight)
    columns["children_not_covered"] = group.sums(weight * (1.0 - who.covered))
    return pd.DataFrame(columns)


def _medians(minutes: Floats, weight: Floats, group: Group) -> Floats:
    """Give each area's median over its children with a way: half of them need no longer."""
    reached = np.flatnonzero(np.isfinite(minutes) & (weight > 0))
    order = reached[np.lexsort((minutes[reached], group.row[reached]))]
    row, upto = group.row[order], np.cumsum(weight[order])
    whole = np.bincount(row, weights=weight[order], minlength=len(group.codes))
    before = np.r_[0.0, np.cumsum(whole)[:-1]]
    some = whole > 0
    at = np.searchsorted(upto, (before + whole / 2)[some] * (1 - 1e-12))
    found = np.full(len(group.codes), np.nan)
    found[some] = minutes[order[np.minimum(at, len(order) - 1)]] if len(order) else np.nan
    return found


def _stand(table: pd.DataFrame, group: Group, parts: SectorParts, as_of: date, by: str) -> None:
    """Add what is known by authority, and name the standing of small areas."""
    where = parts.families
    if by != "sector":
        owner = np.zeros(len(where.codes), np.int64)
        owner[where.authority] = group.row
        for name in ("children_low", "children_high"):
            # Sums of lows are too low and of highs too high: by authority exact, by wider areas on the safe side.
            table[name] = np.bincount(owner, weights=getattr(where, name), minlength=len(group.codes))
    if by in {"sector", "authority"}:
        told = said_to_have_none(as_of)
        said = group.shares(np.array([code in told for code in where.codes])[where.authority], where.children)
        columns = [table[f"share_{name}"].to_numpy(float) for name in ("national", "home", "prison", "unnamed")]
        marks = np.column_stack([*columns, said]) > _SOME
        table["standing"] = [_standing(*row) for row in marks.tolist()]


def said_to_have_none(as_of: date) -> frozenset[str]:
    """Give the authorities of which a source says, then or earlier, that they have no service."""
    gaps = [each for each in service_register.gaps() if status(each, as_of).state == "gap"]
    return frozenset(code for each in gaps for code in each.authority_codes)


def _standing(*marks: bool) -> Standing:
    """Name the best that an area has: its marks are nation, near home, named prisons, others, and said to have none."""
    national, home, prison, unnamed, said = marks
    if national:
        return "whole nation"
    if home:
        return "near home"
    if said:
        return "said to have none"
    if prison:
        return "at prisons only"
    return "at prisons not named" if unnamed else "none known"


def _notes(found: Sequence[Service], travel: Travel, limits: tuple[float, ...]) -> tuple[str, ...]:
    notes = [STATEMENT]
    if any(each.reach == "place" for each in found):
        notes.append(
            f"Services around a place, to which the source sets no limit, count for those within "
            f"{place_minutes(limits):g} minutes {travel.words}."
        )
    unnamed = [each for each in found if each.reach == "prisons_unnamed"]
    if unnamed:
        lost = sum(not each.area_codes for each in unnamed)
        beyond = f"; {lost} of them not even the area, and so they are counted nowhere" if lost else ""
        notes.append(
            f"Of {len(unnamed)} services the source does not name the prisons{beyond}: what they reach at most, if "
            "every prison of their area has one, stands apart (covered_most)."
        )
    if travel.mode != "car":
        notes.append(
            "Public transport is typical and not of a timetable, from the middle of each postcode sector; in Northern "
            "Ireland it is not known."
        )
    return tuple(notes)
