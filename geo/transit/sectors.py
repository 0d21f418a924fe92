"""Typical minutes by public transport from every postcode sector to every prison, worked out beforehand.

What ``geo.transit_pairs`` says from the middle of each sector, in steps of three minutes: finer than its own precision.
Goals are all prisons, open or closed, and the services of the register that have a point of their own; other points
are worked out when they are asked for, which takes some tenths of a second each. Northern Ireland's trains and buses
are in no table, so nothing is known there, which is not the same as no way.
"""

from __future__ import annotations

import zipfile
from functools import cache
from typing import TYPE_CHECKING, Literal

import numpy as np

from nearhome.data.catalogue import tables
from nearhome.data.errors import TableError
from nearhome.data.places import postcodes
from nearhome.data.prisons import register as prison_register
from nearhome.data.services import register as service_register

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from nearhome.data.base.arrays import Bytes, Floats
    from nearhome.data.base.coordinates import Point
    from nearhome.geo.transit.buses import DayType


When = Literal["weekday", "weekend"]
DAYS: dict[When, DayType] = {"weekday": "weekday", "weekend": "sunday"}
"""A weekend is taken for a Sunday, when least runs."""

TABLES = ("sector_transit", "sector_transit_goals")
STEP_MINUTES = 3.0
NO_WAY = 255
LONGEST = 254
"""Stands for so many steps (12 h 42 min) or more."""

UNKNOWN_NATION = "Northern Ireland"
_GOALS_AT_ONCE = 20
_SAMPLE = 7
"""Every seventh sector says well enough how like two goals are."""


def minutes_to(goals: Sequence[Point], when: When = "weekday") -> Floats:
    """Give typical minutes from the middle of every sector, in the order of ``postcodes.areas("sector")``, to goals.

    Returns
    -------
    Shape (sectors, goals), rounded to STEP_MINUTES; NaN where no way is known.

    Raises
    ------
    TableError
        A table is missing or damaged.
    """
    rows, known = _rows(), _shipped(when)
    found = np.full((known.shape[1], len(goals)), np.nan)
    others: list[int] = []
    for column, goal in enumerate(goals):
        row = rows.get(_key(goal.lat, goal.lon))
        if row is None:
            others.append(column)
        else:
            steps = known[row]
            found[:, column] = np.where(steps == NO_WAY, np.nan, STEP_MINUTES * steps)
    if others:
        points = np.array([(goals[column].lat, goals[column].lon) for column in others])
        steps = _steps(_computed(points, when))
        found[:, others] = np.where(steps == NO_WAY, np.nan, STEP_MINUTES * steps).T
    found[~known_from()] = np.nan
    return found


def known_from() -> NDArray[np.bool_]:
    """Say of every sector whether its public transport is known at all."""
    return np.array([each.nation != UNKNOWN_NATION for each in postcodes.areas("sector").values()])


def _goals() -> list[tuple[str, str, str]]:
    """List prisons by id and then services with a point of their own by id; of equal points the first."""
    found = [(each.id, each.lat, each.lon) for each in prison_register.prisons()]
    found += [
        (each.id, each.lat, each.lon)
        for each in service_register.register()
        if not each.is_own and not each.prison_ids and each.lat is not None and each.lon is not None
    ]
    unique = {_key(lat, lon): (name, f"{lat:.6f}", f"{lon:.6f}") for name, lat, lon in reversed(found)}
    return list(reversed(unique.values()))


def _key(lat: float, lon: float) -> tuple[int, int]:
    """Tell points apart to about ten metres."""
    return round(lat * 1e4), round(lon * 1e4)


def _computed(points: Floats, when: When) -> Floats:
    """Work minutes out, shape (points, sectors); NaN where no way is known."""
    from nearhome.geo.transit import pairs

    middles = np.array([(area.lat, area.lon) for area in postcodes.areas("sector").values()])
    parts = []
    for first in range(0, len(points), _GOALS_AT_ONCE):
        some = points[first : first + _GOALS_AT_ONCE]
        origins = np.tile(middles, (len(some), 1))
        destinations = np.repeat(some, len(middles), axis=0)
        minutes = pairs.pair_times(origins, destinations, day=DAYS[when]).minutes
        parts.append(minutes.reshape(len(some), len(middles)))
    return np.vstack(parts) if parts else np.empty((0, len(middles)))


def _steps(minutes: Floats) -> Bytes:
    """Round to whole steps."""
    steps = np.minimum(np.rint(np.nan_to_num(minutes) / STEP_MINUTES), LONGEST)
    return np.where(np.isnan(minutes), NO_WAY, steps).astype(np.uint8)


def _packed(steps: Bytes) -> Bytes:
    across = np.diff(steps, axis=1, prepend=np.uint8(0))
    return np.diff(across, axis=0, prepend=np.uint8(0)).ravel()


@cache
def _rows() -> dict[tuple[int, int], int]:
    """Rows of the table by point."""
    points = tables.read_rows("sector_transit_goals", lambda row: _key(float(row["lat"]), float(row["lon"])))
    return {point: row for row, point in enumerate(points)}


@cache
def _shipped(when: When) -> Bytes:
    file = tables.path("sector_transit")
    shape = len(_rows()), len(postcodes.areas("sector"))
    try:
        with np.load(file) as arrays:
            packed = arrays[when].reshape(shape)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        reason = " ".join(str(error).split())
        msg = f"The table 'sector_transit' ({file.name}) is damaged ({reason}); install nearhome again."
        raise TableError(msg) from error
    across = np.cumsum(packed, axis=0, dtype=np.uint8)
    return np.cumsum(across, axis=1, dtype=np.uint8)
