"""What is known of one authority: its need, the services near it, those that are no longer known, and where it stands.

Facts only; the words are the page's. Every service comes with its status on the day, and the way to it is that of the
area's children on average.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nearhome.analysis.services import cross_boundary, reach, travel_times
from nearhome.analysis.services.coverage import place_minutes
from nearhome.data.base.coordinates import crow_miles
from nearhome.data.places import areas as area_finder
from nearhome.data.services import register
from nearhome.data.services.status import status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from nearhome.analysis.services.coverage import Coverage
    from nearhome.data.base.arrays import Floats
    from nearhome.data.services.records import Service
    from nearhome.data.services.status import Status


NEAREST = 3
"""How many of the nearest services are told."""

FORMER = 5
"""How many services that do not count on the day are told."""

FORMER_MILES = 30.0
"""How far from an area's middle these may be, as the crow flies."""


@dataclass(frozen=True, slots=True)
class Near:
    """A service and its status.

    ``minutes`` is the way to it, on average over the area's children who have one; None for services without a place
    and where no way is known. ``inside`` says whether it is for the area by name.
    """

    service: Service
    status: Status
    minutes: float | None
    inside: bool


@dataclass(frozen=True, slots=True)
class HeldElsewhere:
    """Where an area's people are held: another authority or its own, the share of them, and whether that has a service.

    ``served`` is the share of those held there whose prison has one.
    """

    authority: str
    share: float
    elsewhere: bool
    served: float


@dataclass(frozen=True, slots=True)
class Story:
    """Everything known of an authority.

    Attributes
    ----------
    near
        Services of the coverage that are for the area by name, then those with a place, nearest first.
    former
        Services and stated gaps for the area or close to it that do not count on the day, the closest first.
    held, held_elsewhere, prison_minutes
        Where its people are held, most first; the share held in another authority; the average drive there, one way.
    ends
        Shares of its people by where there is a service: ``both`` ends, ``home_only``, ``prison_only``, ``neither``.
    deprivation
        From 0 to 1: the share of the neighbourhoods' people of its nation who live in less deprived ones, on average.
    """

    code: str
    name: str
    nation: str
    region: str
    near: tuple[Near, ...]
    former: tuple[Near, ...]
    held: tuple[HeldElsewhere, ...]
    held_elsewhere: float
    prison_minutes: float
    ends: dict[str, float]
    deprivation: float


def story(found: Coverage, code: str) -> Story:
    """Gather what is known of one authority.

    Parameters
    ----------
    found
        A coverage by authority.
    code
        ONS code of the authority.

    Raises
    ------
    InputError
        If there is no such authority.
    """
    area = area_finder.authority(code)
    where = found.parts.families
    here = where.authority == where.codes.index(code)
    weight = where.children[here]
    limit = place_minutes(found.thresholds_minutes)
    table = cross_boundary.by_authority(
        found.as_of, kind=found.kind, services=found.services, place_minutes=limit
    ).set_index("code")
    ends: dict[Any, Any] = table.loc[code].to_dict()
    flows = cross_boundary.flows(found.as_of, kind=found.kind, services=found.services, place_minutes=limit)
    most: list[dict[Any, Any]] = flows[flows["home_code"] == code].head(NEAREST).to_dict("records")
    return Story(
        code=code,
        name=area.name,
        nation=area.nation,
        region=area.region or area.nation,
        near=_near(found, code, here, weight),
        former=_former(found, code),
        held=tuple(
            HeldElsewhere(
                row["prison_authority"], row["people"] / ends["held"], row["elsewhere"], row["prison_service"]
            )
            for row in most
        ),
        held_elsewhere=float(ends["held_elsewhere"]),
        prison_minutes=float(ends["prison_minutes"]),
        ends={name: float(ends[name]) for name in ("both", "home_only", "prison_only", "neither")},
        deprivation=float(np.average(where.deprivation[here], weights=weight)) if weight.sum() > 0 else float("nan"),
    )


def _near(found: Coverage, code: str, here: NDArray[np.bool_], weight: Floats) -> tuple[Near, ...]:
    where = found.parts.families
    spots = [reach.spots_of(each, found.as_of) for each in found.services]
    every = list(dict.fromkeys(spot for some in spots for spot in some))
    times = travel_times.minutes(every, found.travel)[where.sector[here]] if every else np.empty((len(weight), 0))
    column = {spot: number for number, spot in enumerate(every)}
    rows = []
    for each, some in zip(found.services, spots, strict=True):
        inside = code in each.authority_codes
        minutes = _average(times[:, [column[spot] for spot in some]], weight)
        if inside or minutes is not None:
            rows.append(Near(each, status(each, found.as_of), minutes, inside))
    rows.sort(key=lambda row: (not row.inside, row.minutes is None, row.minutes or 0.0, row.service.id))
    named = [row for row in rows if row.inside]
    return (*named, *[row for row in rows if not row.inside][:NEAREST])


def _average(times: Floats, weight: Floats) -> float | None:
    """Give the average way to the nearest of some points, over those who have one; None if nobody has."""
    first = np.where(np.isnan(times), np.inf, times).min(axis=1, initial=np.inf)
    has = np.isfinite(first) & (weight > 0)
    return float(np.average(first[has], weights=weight[has])) if has.any() else None


def _former(found: Coverage, code: str) -> tuple[Near, ...]:
    """Give what the register knows of the area on other days, and what a source says it has not."""
    counted = {each.id for each in found.services}
    area = area_finder.authority(code)
    rows: list[tuple[float, Near]] = []
    known: Sequence[Service] = (*register.services(kind=found.kind), *register.gaps())
    for each in known:
        if each.id in counted or (found.kind is None and each.kind in reach.REMOTE_KINDS):
            continue
        inside = code in each.authority_codes
        miles = (
            float("inf") if each.lat is None or each.lon is None else crow_miles(area.lat, area.lon, each.lat, each.lon)
        )
        told = status(each, found.as_of)
        if told.in_force or told.state == "excluded" or not (inside or miles <= FORMER_MILES):
            continue
        rows.append((0.0 if inside else miles, Near(each, told, None, inside)))
    rows.sort(key=lambda row: (row[0], row[1].service.id))
    return tuple(row for _, row in rows[:FORMER])
