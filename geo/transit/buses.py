"""Local public transport at a place, typical and not a timetable: how often it runs, and how long a ride takes.

How often: the runs of the small area whose middle is nearest (``data/build/bus_frequency.py``). Of all postcodes 74 %
get their own area so, and 92 % a frequency within a factor of two of their own area's, because areas overlap.

How long: calibrated on the feeds of Newport (June 2023) and Chester (August 2023) by ``benchmarks/buses.py``. Between
150 random postcodes of each and 25 others, 3,117 pairs 1.5 to 15 km apart, the quickest way was found for a start every
ten minutes from 10:00 to 15:00. ``r`` is the smaller number of runs an hour (all lines, both directions, within 500 m)
at the two ends.

- A well timed way from door to door took 14.6 minutes, 2.7 a kilometre of crow distance and 10.1 a change where one
  end had at least eight runs an hour; 15.7, 2.5 and 14.3 elsewhere. The two walks are 5.7 of the constant. Eight in ten
  ways took 0.66 to 1.46 times what this module gives for one.
- Rides on one bus: median 8 to 11 minutes for 2 to 3 km, 16 to 18 for 5 to 8, 24 for 8 to 12, much the same in both
  feeds, so one speed serves town and country. Between stops buses advance at 29 km/h (Chester) and 38 (Newport).
- Changes grow with distance towards 1.1 with a busy end, and 1.5 elsewhere.
- Who starts at any minute loses 35 / sqrt(r) minutes to waiting in the median, 12 and 60 at the tenths.

Taken together the median way lasted 0.92 of what this module says (Chester 0.97, Newport 0.82), and 88 in 100 lay
between its low and its high. Northern Ireland and the islands have no data: answers there are NaN, never a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import numpy as np

from nearhome.data.base import coordinates
from nearhome.data.base.units import KM_PER_MILE
from nearhome.data.catalogue import columns
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import ArrayLike, NDArray

    from nearhome.data.base.arrays import Floats
    from nearhome.data.base.coordinates import Point


DayType = Literal["weekday", "saturday", "sunday"]
LABEL: Final = "typical of late 2022, not a timetable"
DAY_MINUTES: Final = 1440
BANDS: Final = {
    "morning": (7 * 60, 11 * 60),
    "midday": (11 * 60, 16 * 60),
    "afternoon": (16 * 60, 19 * 60),
    "evening": (19 * 60, 23 * 60),
}
"""Minutes of the day from which and before which each band lasts; the rest is night, eight hours."""

NIGHT_HOURS: Final = 8.0
MIDDAY_HOURS: Final = 5.0
DEAD_OF_NIGHT: Final = (0, 5 * 60)
ALL_NIGHT_SHARE: Final = 0.4
"""Between midnight and 5:00 nothing is taken to run unless a night hour has this share of the runs of a midday hour,
because most runs of a night are before midnight or after 5:00: inner London has half, Exeter a fifth (estimate)."""

FEWEST_RUNS: Final = 1.0
"""Fewer runs a day in a band than this, both directions together, count as nothing."""

FURTHEST_AREA_M: Final = 25_000.0
"""A place further than this from the middle of any small area is unknown: Northern Ireland is 36 km from the nearest,
and of a thousand postcodes of Great Britain 999 are within 8 km of theirs."""

NEAREST_FEW: Final = 64
"""So many points are compared with every area one by one; more are looked up in a tree."""

NO_STOPS: Final = 65_535
USUAL_STOP_M: Final = 125.0
"""Metres to the nearest stop where the source lists none (London, Manchester, Leeds): the others' median is 124."""

WAIT_LOW, WAIT, WAIT_HIGH = 12.0, 35.0, 60.0
"""Minutes lost to waiting, times the root of runs an hour: tenth, median and ninetieth of the calibration."""

LONGEST_WAIT: Final = 120.0
FIXED_MINUTES: Final = 9.0
"""Minutes of a ride that are neither walk to the nearest stop nor distance: a further stop, boarding, a slow start."""

MINUTES_PER_KM: Final = 2.6
BUSY_RUNS: Final = 8.0
MOST_CHANGES: Final = (1.5, 1.1)
CHANGES_KM: Final = (7.0, 7.5)
CHANGE_MINUTES: Final = (14.3, 10.1)
"""Changes of bus tend to the first with this scale of distance and cost so much each: elsewhere, and where one end has
BUSY_RUNS an hour."""

LOW_SHARE, HIGH_SHARE = 0.66, 1.46
"""Eight in ten well timed ways took between these shares of the estimate."""

LONGEST_RIDE_KM: Final = 30.0
"""Further than this a local bus is not offered: the calibration ends at 15 km, and single rides at 40."""


class Span(NamedTuple):
    """Minutes: low, typical and high; numbers or arrays."""

    low: Floats
    typical: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Walker:
    """How somebody walks: speed, and how much further than the crow flies the way is."""

    kph: float = 4.8
    detour: float = 1.3

    def minutes(self, crow_km: ArrayLike) -> Span:
        """Return the time of a walk; the way is 1.15 to 1.5 times the crow's for one who can take any path."""
        typical = np.asarray(crow_km, dtype=float) * self.detour / self.kph * 60
        return Span(typical * 0.88, typical, typical * 1.15)


WALKING: Final = Walker()
"""4.8 km/h (3 mph): the usual planning figure for adults; general knowledge."""

WITH_BUGGY: Final = Walker(kph=4.0, detour=1.35)
STEP_FREE: Final = Walker(kph=3.2, detour=1.5)
"""Slower, and round by ramps and crossings (estimates)."""


@dataclass(frozen=True, slots=True)
class LocalService:
    """Local public transport at places on a type of day at a time; every field is an array of one value a place.

    ``runs_per_hour`` counts all lines in both directions and is NaN where nothing is known; ``stop_m`` is the crow
    distance to the nearest stop. ``wait`` is what one loses who starts at any minute, in minutes.
    """

    runs_per_hour: Floats
    stop_m: Floats
    runs: NDArray[np.bool_]
    wait: Span
    label: str = LABEL

    @property
    def known(self) -> NDArray[np.bool_]:
        """Whether there are data for the place at all."""
        return ~np.isnan(self.runs_per_hour)

    @property
    def headway_minutes(self) -> Floats:
        """Typical minutes between two runs that are of use to one person: twice the wait."""
        return 2.0 * self.wait.typical


@dataclass(frozen=True, slots=True)
class Ride:
    """Local rides: minutes from door to door, and of what they are made; NaN where there is none."""

    minutes: Span
    walk_minutes: Floats
    wait: Span
    in_vehicle_minutes: Floats
    changes: Floats
    label: str = LABEL

    @property
    def exists(self) -> NDArray[np.bool_]:
        """Whether something runs at both ends and the distance is one for a local bus."""
        return ~np.isnan(self.minutes.typical)


def day_type(when: date) -> DayType:
    """Return the type of a day; bank holidays are not known and count by their weekday."""
    return ("saturday", "sunday")[when.weekday() - 5] if when.weekday() >= 5 else "weekday"  # noqa: PLR2004 -- Saturday


def band(minute_of_day: float) -> str:
    """Return the band of a minute, counted from midnight; minutes after the next midnight are night again.

    Raises
    ------
    InputError
        The minute is negative or not a number.
    """
    if not minute_of_day >= 0:
        msg = f"A time of day is counted in minutes from midnight, and {minute_of_day} was given: give 0 to 1439."
        raise InputError(msg)
    minute = minute_of_day % DAY_MINUTES
    return next((name for name, (start, end) in BANDS.items() if start <= minute < end), "night")


def services(lat: ArrayLike, lon: ArrayLike, day: DayType, minute_of_day: float) -> LocalService:
    """Return the local public transport at many places at once.

    Parameters
    ----------
    lat, lon
        Degrees, EPSG:4326, of one shape; the answer's arrays have it too.
    day
        The type of day, as from ``day_type``.
    minute_of_day
        Minutes since midnight.

    Raises
    ------
    InputError
        The type of day or the minute is none.
    TableError
        A table is missing or damaged.
    """
    name = band(minute_of_day)
    if day not in {"weekday", "saturday", "sunday"}:
        msg = f"There is no type of day {day!r}: use weekday, saturday or sunday."
        raise InputError(msg)
    row, near = _areas(np.asarray(lat, dtype=float), np.asarray(lon, dtype=float))
    start, end = BANDS.get(name, (0.0, NIGHT_HOURS * 60))
    daily = _frequencies()[f"{day}_{name}"][row] / 10.0
    hourly = np.where(near, daily / ((end - start) / 60), np.nan)
    running = near & (daily >= FEWEST_RUNS)
    minute = minute_of_day % DAY_MINUTES
    if DEAD_OF_NIGHT[0] <= minute < DEAD_OF_NIGHT[1]:
        midday = _frequencies()[f"{day}_midday"][row] / 10.0 / MIDDAY_HOURS
        running &= hourly >= ALL_NIGHT_SHARE * midday
    metres = _small_areas()["stop_m"][row].astype(float)
    metres = np.where(near, np.where(metres == NO_STOPS, USUAL_STOP_M, metres), np.nan)
    return LocalService(hourly, metres, running, _wait(np.where(running, hourly, np.nan)))


def service_at(place: Point, day: DayType, minute_of_day: float) -> LocalService:
    """Return the local public transport at one place; its arrays have no dimension.

    Raises
    ------
    InputError, TableError
        As for ``services``.
    """
    return services(place.lat, place.lon, day, minute_of_day)


def ride(crow_km: ArrayLike, origin: LocalService, destination: LocalService, walker: Walker = WALKING) -> Ride:
    """Return local rides between places whose services are known, from door to door.

    The low time is that of one who looks the bus up and times the walk well.

    Parameters
    ----------
    crow_km
        How far it is as the crow flies, kilometres. Shapes follow NumPy's rules: with one of (n, m), give an origin of
        shape (n, 1) and a destination of shape (m,).
    origin, destination
        The services at both ends.
    walker
        Who walks to the stop and from it.
    """
    km = np.asarray(crow_km, dtype=float)
    there = origin.runs & destination.runs & (km <= LONGEST_RIDE_KM)
    runs = np.where(there, np.fmin(origin.runs_per_hour, destination.runs_per_hour), np.nan)
    busy = (np.fmax(origin.runs_per_hour, destination.runs_per_hour) >= BUSY_RUNS).astype(int)
    most, scale, cost = (np.asarray(pair)[busy] for pair in (MOST_CHANGES, CHANGES_KM, CHANGE_MINUTES))
    changes = np.where(there, most * (1.0 - np.exp(-km / scale)), np.nan)
    walk = walker.minutes((origin.stop_m + destination.stop_m) / 1000.0).typical + 0.0 * runs
    riding = FIXED_MINUTES + MINUTES_PER_KM * km + cost * changes
    wait = _wait(runs)
    timed = walk + riding
    return Ride(
        minutes=Span(
            LOW_SHARE * timed,
            timed + wait.typical,
            timed + np.hypot((HIGH_SHARE - 1.0) * timed, wait.high - wait.typical) + wait.typical,
        ),
        walk_minutes=walk,
        wait=wait,
        in_vehicle_minutes=riding,
        changes=changes,
    )


def local_ride(origin: Point, destination: Point, day: DayType, minute_of_day: float, walker: Walker = WALKING) -> Ride:
    """Return the local ride between two places.

    Parameters
    ----------
    origin, destination
        Places with ``lat`` and ``lon``, EPSG:4326.
    day
        The type of day, as from ``day_type``.
    minute_of_day
        Minutes since midnight.
    walker
        Who walks to the stop and from it.

    Raises
    ------
    InputError, TableError
        As for ``services``.
    """
    km = coordinates.crow_miles(origin.lat, origin.lon, destination.lat, destination.lon) * KM_PER_MILE
    return ride(km, service_at(origin, day, minute_of_day), service_at(destination, day, minute_of_day), walker)


def taxi(car_minutes: ArrayLike, runs_per_hour: ArrayLike) -> Span:
    """Return minutes by taxi: the drive and the wait for it.

    ``car_minutes`` are the Router's. The wait is 2, 10 and 25 minutes where three or more buses call in an hour, and
    5, 20 and 45 in the country and where nothing is known: estimates, general knowledge; book ahead.
    """
    drive = np.asarray(car_minutes, dtype=float)
    town = np.asarray(runs_per_hour, dtype=float) >= 3.0  # noqa: PLR2004 -- the line between town and country above
    low, typical, high = (np.where(town, *pair) for pair in ((2.0, 5.0), (10.0, 20.0), (25.0, 45.0)))
    return Span(0.87 * drive + low, drive + typical, 1.19 * drive + high)


def _wait(runs_per_hour: Floats) -> Span:
    """Return the minutes lost to waiting; NaN where nothing runs."""
    root = np.sqrt(np.where(runs_per_hour > 0, runs_per_hour, np.nan))
    return Span(*(np.minimum(LONGEST_WAIT, minutes / root) for minutes in (WAIT_LOW, WAIT, WAIT_HIGH)))


def _areas(lat: Floats, lon: Floats) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the row of the nearest small area of each point, and whether it is near enough to mean anything."""
    east, north = coordinates.to_metres(lat, lon)
    flat = np.column_stack([np.ravel(east), np.ravel(north)])
    good = np.isfinite(flat).all(axis=1)
    rows, metres = np.zeros(len(flat), np.int64), np.full(len(flat), np.inf)
    if len(flat) > NEAREST_FEW:
        metres[good], rows[good] = _tree().query(flat[good])
    else:
        areas = _small_areas()
        for number in np.flatnonzero(good):
            away = np.hypot(areas["easting"] - flat[number, 0], areas["northing"] - flat[number, 1])
            rows[number] = np.argmin(away)
            metres[number] = away[rows[number]]
    shape = np.shape(east)
    return rows.reshape(shape), (metres <= FURTHEST_AREA_M).reshape(shape)


@cache
def _small_areas() -> NDArray[np.void]:
    return columns.read_array("small_areas")


@cache
def _frequencies() -> NDArray[np.void]:
    return columns.read_array("bus_frequency")


@cache
def _tree() -> Any:
    from scipy.spatial import cKDTree

    areas = _small_areas()
    return cKDTree(np.column_stack([areas["easting"], areas["northing"]]).astype(float))
