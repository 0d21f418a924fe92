"""Small areas with their nearest stops, and how often public transport calls in each by day and time of day.

Runs are from ``pt/pt_runs_per_lsoa_2022.parquet`` (itsleeds/TransportBlackspots): in each small area (an area of the
2011 census, widened to 500 m around its centre where it is smaller) every bus, tram and train that calls counts once,
whichever way it goes. The counting script of that repository and the function ``gtfs_trips_per_zone`` of UK2GTFS say
what the columns are, and what is wrong with them:

- They are sums over 2 November to 3 December 2022: four Mondays, Tuesdays and Sundays, five of the other days.
- Friday is a copy of Saturday and not the other way round. Wednesday and Thursday are five quarters of Monday in the
  median area in every band, as five days must be of four; the column in question is 0.92 times Monday in the morning
  and 1.13 in the middle of the day, as a Saturday is. Divided by five it is 0.73 to 0.85 of a weekday in total, and the
  same authors' Saturday by local authority is 0.77 to 0.88 of theirs. So Friday is left out.
- Wednesday misses services that began a few days later. A weekday is the median of the four days that are left.
- Trains were counted for four Saturdays, not five: they are a fifth too few on Saturdays.
- Cancellations were subtracted once too often in places: a sum below nothing counts as nothing.
- The hours of a band are those of R's ``cut``, closed on the right: morning is 7:00 to 10:59, midday 11:00 to 15:59,
  afternoon 16:00 to 18:59, evening 19:00 to 22:59, night the rest. The split of the runs in the feeds of Newport and
  Chester fits these hours better than hours that begin one earlier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from nearhome.data.base.coordinates import to_metres
from nearhome.data.base.files import replacing
from nearhome.data.catalogue import tables
from nearhome.data.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

DAYS: Final = {"weekday": {"Mon": 4, "Tue": 4, "Wed": 5, "Thu": 5}, "saturday": {"Sat": 5}, "sunday": {"Sun": 4}}
"""Columns of the source by type of day, and how many such days each sums."""

BANDS: Final = {
    "morning": "Morning_Peak",
    "midday": "Midday",
    "afternoon": "Afternoon_Peak",
    "evening": "Evening",
    "night": "Night",
}
TENTHS: Final = 10
FREQUENCY: Final = np.dtype([(f"{day}_{band}", "<u2") for day in DAYS for band in BANDS])
"""One small area: tenths of a run a day, in each band of each type of day."""

SMALL_AREA: Final = np.dtype([("code", "S9"), ("easting", "<i4"), ("northing", "<i4"), ("stop_m", "<u2")])
"""One small area: its code, the median point of its postcodes (EPSG:27700, metres), metres to the nearest stop."""

NO_STOPS: Final = 65_535
"""Distance to a stop where the source lists none: three metropolitan areas are absent from it."""

FURTHEST_STOP_M: Final = 65_534
STOP_TYPES: Final = frozenset({"BCT", "BCS", "BCQ", "BCE", "BST", "MET", "PLT", "TMU"})
"""NaPTAN types of bus and coach stops and stations, tram and metro stops."""

WITHOUT_STOPS: Final = tuple(
    [f"E080000{number:02}" for number in (*range(1, 11), *range(32, 37))] + ["E09"]
)  # Greater Manchester, West Yorkshire, and London's boroughs by their beginning


def build(sources: Path, out: Path) -> None:
    """Write ``small_areas.npy`` and ``bus_frequency.npy``, a row a small area of Great Britain, by its code.

    An area that the source of runs leaves out has no runs.

    Raises
    ------
    SourceError
        If a source cannot be read, or Friday and Saturday are no longer the same in it.
    """
    points = _read(
        sources / "postcodes" / "uk_postcodes.parquet", ["easting", "northing", "country", "lad_code", "lsoa11"]
    )
    runs = _read(sources / "pt" / "pt_runs_per_lsoa_2022.parquet", None).set_index("zone_id")
    stops = _read(sources / "pt" / "naptan_active_stops_gb_2026-07.parquet", ["StopType", "lat", "lon"])
    areas = _areas(points, stops[stops["StopType"].isin(STOP_TYPES)])
    _write(out / tables.file_of("small_areas"), areas)
    _write(out / tables.file_of("bus_frequency"), _frequencies(runs.reindex(areas["code"].astype(str))))


def _read(path: Path, columns: list[str] | None) -> pd.DataFrame:
    import pandas as pd

    try:
        return pd.read_parquet(path, columns=columns)
    except (OSError, ValueError) as error:
        msg = f"{path.name} cannot be read ({error}); give the folder that holds the source files."
        raise SourceError(msg) from error


def _areas(points: pd.DataFrame, stops: pd.DataFrame) -> NDArray[np.void]:
    """Give each area the median of its postcodes' points and of their distances to the nearest stop."""
    from scipy.spatial import cKDTree

    britain = points["country"].astype(str) != "Northern Ireland"
    known = points[britain & points["easting"].notna() & points["lsoa11"].notna()]
    xy = known[["easting", "northing"]].to_numpy(dtype=float)
    metres, _ = cKDTree(np.column_stack(to_metres(stops["lat"], stops["lon"]))).query(xy)
    metres[known["lad_code"].astype(str).str.startswith(WITHOUT_STOPS).to_numpy()] = NO_STOPS
    table = known.assign(lsoa11=known["lsoa11"].astype(str), metres=metres, easting=xy[:, 0], northing=xy[:, 1])
    medians = table.groupby("lsoa11", sort=True)[["easting", "northing", "metres"]].median()
    found = np.zeros(len(medians), SMALL_AREA)
    found["code"] = medians.index.to_numpy(dtype="S9")
    found["easting"], found["northing"] = (medians[name].round().to_numpy() for name in ("easting", "northing"))
    rounded = medians["metres"].round().to_numpy()
    found["stop_m"] = np.where(rounded == NO_STOPS, NO_STOPS, np.minimum(rounded, FURTHEST_STOP_M))
    return found


def _frequencies(runs: pd.DataFrame) -> NDArray[np.void]:
    """Give the runs of one day of each type from the sums over many; areas without any have nought."""
    found = np.zeros(len(runs), FREQUENCY)
    for band, column in BANDS.items():
        if not runs[f"Fri_{column}"].equals(runs[f"Sat_{column}"]):
            msg = f"Fri_{column} and Sat_{column} differ, and Friday was a copy: read what the source says now."
            raise SourceError(msg)
        for day, counted in DAYS.items():
            daily = np.column_stack(
                [runs[f"{name}_{column}"].to_numpy(float) / number for name, number in counted.items()]
            )
            typical = np.maximum(0.0, np.nan_to_num(np.median(daily, axis=1)))
            found[f"{day}_{band}"] = np.round(TENTHS * typical)
    return found


def _write(path: Path, array: NDArray[np.void]) -> None:
    with replacing(path) as temporary:
        np.save(temporary, array)
